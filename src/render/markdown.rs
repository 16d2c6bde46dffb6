//! The review as GitHub-flavoured Markdown, to be pasted into a mail, a wiki or an issue.
//!
//! Names come from files of other people: in a cell they are text and nothing else ([`escaped`]).

use std::io::Write;

use crate::locale::{Lang, grouped, money_text, percent, signed_percent, whole_money};
use crate::money::Money;
use crate::review::Review;

use super::table::{Align, Table, escaped};
use super::{sentence, summary};

/// Actions listed: what a reader takes in.
const ACTIONS: usize = 20;

/// Writes a review as Markdown.
pub fn write(review: &Review, lang: Lang, out: &mut dyn Write) -> anyhow::Result<()> {
    let key = if review.actions.is_empty() { "none" } else { "actions" };
    let shown = review.actions.len().min(ACTIONS);
    let counts = [("shown", grouped(shown as i64)), ("all", grouped(review.actions.len() as i64))];
    let mut parts = vec![
        figures(review, lang),
        format!("## {}\n", lang.text("markdown.tiers")),
        summary::tiers(review, lang).markdown(),
    ];
    parts.extend(summary::notes(review, lang).into_iter().map(|note| escaped(&note) + "\n"));
    parts.extend(movement(review, lang));
    parts.push(format!("## {}\n", lang.fill(&format!("markdown.{key}"), &counts)));
    if shown > 0 {
        parts.push(actions(review, lang, shown).markdown());
    }
    parts.extend(reconciliation(review, lang));
    let body = parts.join("\n");
    Ok(out.write_all(titled(review, lang, "markdown.review", &body).as_bytes())?)
}

/// A text below its title and what it is of.
pub(super) fn titled(review: &Review, lang: Lang, title: &str, body: &str) -> String {
    let title = lang.fill(title, &[("period", escaped(&review.period))]);
    let mut about = escaped(&summary::about(review, lang));
    if let Some(scope) = &review.scope {
        let scope = lang.fill("scope.sentence", &[("scope", sentence::scope(lang, scope))]);
        about = format!("{about}\n\n**{}**", escaped(&scope));
    }
    format!("# {title}\n\n{about}\n\n{body}")
}

/// The figures that a meeting begins with.
fn figures(review: &Review, lang: Lang) -> String {
    let totals = &review.totals;
    let ratio = |a: Money, b: Money| (b > Money::ZERO).then(|| a.to_f64() / b.to_f64());
    let change = ratio(totals.net_sales, totals.net_sales_prior).map(|ratio| ratio - 1.0);
    let at_risk = ratio(totals.at_risk_sales, totals.net_sales);
    let unknown = || "-".to_owned();
    let values = [
        ("net_sales", whole_money(totals.net_sales)),
        ("change", change.map_or_else(unknown, |change| signed_percent(change, 1))),
        ("active", grouped(totals.active as i64)),
        ("clients", grouped(totals.clients as i64)),
        ("at_risk", grouped(totals.at_risk_clients as i64)),
        ("at_risk_sales", whole_money(totals.at_risk_sales)),
        ("share", at_risk.map_or_else(unknown, |share| percent(share, 1))),
    ];
    let lines = ["net_sales", "active", "at_risk"]
        .map(|key| format!("- {}\n", lang.fill(&format!("markdown.figure.{key}"), &values)));
    lines.concat()
}

/// How many clients moved since the review before, where there is one.
fn movement(review: &Review, lang: Lang) -> Option<String> {
    let count = |code: &str| {
        review.clients.iter().filter(|client| client.movement == Some(code)).count() as i64
    };
    let moved = ["up", "down", "new", "left"].map(|code| (code, grouped(count(code))));
    // Of a review of one account manager only what its clients did is known.
    let of_clients = || {
        let any = review.clients.iter().any(|client| client.movement.is_some());
        any.then(|| lang.fill("markdown.movement", &moved))
    };
    summary::moved(review, lang).or_else(of_clients).map(|said| escaped(&said) + "\n")
}

fn actions(review: &Review, lang: Lang, shown: usize) -> Table {
    let heading = |key: &str| lang.text(&format!("summary.column.{key}"));
    let one_owner = review.scope.is_some();
    let mut columns = vec![("#".to_owned(), Align::Right), (heading("client"), Align::Left)];
    if !one_owner {
        columns.push((heading("owner"), Align::Left));
    }
    columns.extend([
        (heading("tier"), Align::Left),
        (heading("score"), Align::Right),
        (heading("at_stake"), Align::Right),
        (heading("why"), Align::Left),
        (heading("next_step"), Align::Left),
        (heading("due"), Align::Left),
    ]);
    let listed = review.actions.iter().take(shown).filter_map(|at| review.clients.get(*at));
    let any_typed = listed.clone().any(|client| client.follow_up.is_some());
    if any_typed {
        columns.push((lang.text("markdown.follow_up"), Align::Left));
    }
    let mut table = Table::new(columns);
    for (index, client) in listed.enumerate() {
        let mut cells = vec![(index + 1).to_string(), client.name.clone()];
        if !one_owner {
            cells.push(client.owner.clone().unwrap_or_default());
        }
        let step = client.next_step.map(|code| lang.text(&format!("action.{code}")));
        cells.extend([
            summary::tier_text(&review.config.labels, client, lang),
            client.score.map_or_else(|| "-".to_owned(), |score| format!("{score:.0}")),
            whole_money(client.features.net_sales.max(client.features.net_sales_prior)),
            sentence::reason(lang, client),
            step.unwrap_or_default(),
            client.due.map(|due| due.to_string()).unwrap_or_default(),
        ]);
        if any_typed {
            let typed = client.follow_up.as_deref().map(|typed| sentence::follow_up(lang, typed));
            let words: Vec<String> = typed.into_iter().flatten().flatten().collect();
            cells.push(sentence::joined(lang, &words));
        }
        table.row(cells);
    }
    table
}

/// That every row and every amount is accounted for.
fn reconciliation(review: &Review, lang: Lang) -> Option<String> {
    let control = &review.control;
    let values = [
        ("rows", grouped(control.rows_in_file as i64)),
        ("rows_used", grouped(control.rows_used as i64)),
        ("rows_left", grouped(control.rows_left_out as i64)),
        ("amount", money_text(control.amount_in_file, 2)),
        ("amount_used", money_text(control.amount_used, 2)),
        ("amount_left", money_text(control.amount_left_out, 2)),
    ];
    review.scope.is_none().then(|| lang.fill("markdown.reconciliation", &values) + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture;
    use crate::render::listing::List;
    use crate::review::Scope;

    fn text(review: &Review, lang: Lang) -> String {
        let mut out = Vec::new();
        write(review, lang, &mut out).expect("written");
        String::from_utf8(out).expect("UTF-8")
    }

    /// The rows of all tables, cut at bars that no backslash makes a text.
    fn rows(text: &str) -> Vec<Vec<String>> {
        let cells = |line: &str| {
            let line = line.replace("\\\\", "\u{0}").replace("\\|", "\u{1}");
            line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
        };
        text.lines().filter(|line| line.starts_with('|')).map(cells).collect()
    }

    #[test]
    fn says_the_same_in_both_languages() {
        for lang in Lang::ALL {
            let text = text(&fixture::review(), lang);
            assert!(!text.contains("markdown.") && !text.contains('{'), "{text}");
            assert!(text.starts_with("# ") && text.ends_with('\n'), "{text}");
            assert!(text.contains("18,079,850") && text.contains("12,345"), "{text}");
            assert!(text.contains("---:"), "{text}");
            let tables = rows(&text);
            assert_eq!(tables[0].len(), 7);
            assert_eq!(tables.last().map(Vec::len), Some(9));
            assert_eq!(tables.len(), 2 + 6 + 2 + fixture::review().actions.len());
        }
    }

    #[test]
    fn names_are_text_and_nothing_else() {
        let mut review = fixture::review();
        let at = review.actions[0];
        let name = "a|b\\|c\n# <img src=x> [x](http://e.vil) *b* _i_ `c` www.e.vil me@e.vil ![p](q) ~~s~~ $m$ &amp;";
        review.clients[at].name = name.to_owned();
        review.clients[at].owner = Some("x|y\r\nz".to_owned());
        review.scope = Some(Scope { owner: Some("<b>|*".to_owned()) });
        let text = text(&review, Lang::En);
        // What a backslash or an entity makes a text is none of Markdown's business.
        let mut bare = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            bare.push(if c == '\\' && chars.next().is_some() { '\0' } else { c });
        }
        for bad in [
            "<img", "<b>", "](", "://", " *b*", " _i_", "`c`", "www.", " me@", "~~s", "$m",
            "&amp; ",
        ] {
            assert!(!bare.contains(bad), "{bad} in {text}");
        }
        assert!(text.contains(r"a\|b\\\|c \# &lt;img src=x&gt; \[x\](http\:\/\/e.vil)"), "{text}");
        let tables = rows(&text);
        assert!(tables[9..].iter().all(|row| row.len() == tables[9].len()), "{tables:?}");
    }

    #[test]
    fn one_account_manager_has_no_shares_and_no_reconciliation() {
        let mut review = fixture::review();
        review.scope = Some(Scope { owner: None });
        let text = text(&review, Lang::En);
        assert!(text.contains("**These are clients without an account manager only.**"), "{text}");
        assert!(!text.contains("Reconciliation") && !text.contains("Share"), "{text}");
        assert_eq!(rows(&text)[0].len(), 6);
    }

    #[test]
    fn movement_is_said_where_there_is_any() {
        let mut review = fixture::review();
        for client in &mut review.clients {
            client.movement = None;
        }
        assert!(!text(&review, Lang::En).contains("Moved since"));
        review.clients[0].movement = Some("up");
        assert!(text(&review, Lang::En).contains("1 up, "), "said");
    }

    #[test]
    fn lists_are_tables_too() {
        for list in [List::Score, List::Tier, List::Churn] {
            for lang in Lang::ALL {
                let text = list.markdown(&fixture::review(), lang);
                let tables = rows(&text);
                assert!(tables.len() > 3 && !text.contains("markdown."), "{text}");
                assert!(tables.iter().all(|row| row.len() == tables[0].len()), "{text}");
            }
        }
    }
}
