//! The review on a terminal: tiers, who needs action, and the verdict line.

use crate::config::Labels;
use crate::locale::{Lang, grouped, percent, signed, signed_percent, whole_money};
use crate::money::Money;
use crate::review::{Client, Review};

use super::table::{Align, Table};
use super::{notes, sentence, tier};

/// Actions shown.
const ACTIONS: usize = 10;
/// Position of the share of sales in the table of tiers.
const SHARE: usize = 3;

/// Draws the review. `width` is that of the terminal; without one nothing is shortened.
#[must_use]
pub fn summary(review: &Review, lang: Lang, width: Option<usize>) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(lang.fill("summary.title", &[("as_of", review.as_of.to_string())]));
    line(windows(review, lang));
    if let Some(scope) = &review.scope {
        line(lang.fill("scope.sentence", &[("scope", sentence::scope(lang, scope))]));
    }
    line(String::new());
    line(tiers(review, lang).draw(width).trim_end().to_owned());
    notes(review, lang).into_iter().for_each(&mut line);
    if !review.actions.is_empty() {
        let shown = review.actions.len().min(ACTIONS);
        line(String::new());
        line(lang.fill(
            "summary.actions",
            &[("shown", shown.to_string()), ("all", review.actions.len().to_string())],
        ));
        line(actions(review, lang, shown).draw(width).trim_end().to_owned());
    }
    if let Some(moved) = moved(review, lang) {
        line(String::new());
        line(moved);
    }
    out
}

/// How many clients moved since the previous review, where there is one.
#[must_use]
pub fn moved(review: &Review, lang: Lang) -> Option<String> {
    let moved = review.movement.as_ref()?;
    let count = |count: usize| grouped(count as i64);
    let values = [
        ("as_of", moved.as_of.to_string()),
        ("up", count(moved.up)),
        ("down", count(moved.down)),
        ("new", count(moved.new)),
        ("left", count(moved.left)),
        ("reactivated", count(moved.reactivated)),
    ];
    Some(lang.fill("summary.moved", &values))
}

/// One line about a review among those of past periods.
#[must_use]
pub fn replayed(review: &Review, lang: Lang) -> String {
    let totals = &review.totals;
    let values = [
        ("period", review.period.clone()),
        ("active", grouped(totals.active as i64)),
        ("net_sales", whole_money(totals.net_sales)),
    ];
    let mut line = lang.fill("summary.replayed", &values);
    if let Some(moved) = moved(review, lang) {
        line = lang.fill("summary.replayed_moved", &[("line", line), ("moved", moved)]);
    }
    line + "\n"
}

/// What is to be said of the tiers: who is in none, why the highest is empty, what was kept or decided.
pub(super) fn notes(review: &Review, lang: Lang) -> Vec<String> {
    let notes = [
        Some(notes::inactive(review, lang)),
        notes::at_risk(review, lang),
        notes::top_tier_empty(review, lang),
        notes::kept(review, lang),
        notes::overridden(review, lang),
        notes::snoozed(review, lang),
    ];
    notes.into_iter().flatten().collect()
}

/// The as-of date, the 12 months and the currency.
pub(super) fn about(review: &Review, lang: Lang) -> String {
    let title = lang.fill("summary.title", &[("as_of", review.as_of.to_string())]);
    lang.fill("markdown.about", &[("title", title), ("windows", windows(review, lang))])
}

fn windows(review: &Review, lang: Lang) -> String {
    let key =
        if review.currency.is_empty() { "summary.windows_no_unit" } else { "summary.windows" };
    let from = review.windows.ttm.from.to_string();
    let mut text = lang.fill(key, &[("from", from), ("currency", review.currency.clone())]);
    if review.as_of_from == crate::review::AsOfFrom::Data {
        text.push_str(&lang.text("summary.as_of_from_data"));
    }
    text
}

fn score_text(score: Option<f64>) -> String {
    score.map_or_else(|| "-".to_owned(), |score| format!("{score:.1}"))
}

fn share_text(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| percent(share, 1))
}

fn change_text(change: Option<f64>) -> String {
    change.map_or_else(|| "-".to_owned(), |change| signed_percent(change, 1))
}

/// The table of tiers.
pub(super) fn tiers(review: &Review, lang: Lang) -> Table {
    let heading = |key: &str| lang.text(&format!("summary.column.{key}"));
    // A share is one of all sales, which a review of one account manager does not know.
    let shared = review.scope.is_none();
    let kept = |mut cells: Vec<String>| {
        if !shared {
            cells.remove(SHARE);
        }
        cells
    };
    let mut columns = vec![(heading("tier"), Align::Left)];
    for key in ["clients", "net_sales", "share", "change", "avg_score", "at_risk"] {
        if shared || key != "share" {
            columns.push((heading(key), Align::Right));
        }
    }
    let mut table = Table::new(columns);
    for row in &review.tiers {
        table.row(kept(vec![
            tier::label(&review.config.labels, lang, row.tier),
            grouped(row.clients as i64),
            whole_money(row.net_sales),
            share_text(row.share),
            change_text(row.change),
            score_text(row.avg_score),
            grouped(row.at_risk as i64),
        ]));
    }
    let totals = &review.totals;
    if let Some(outside) = review.outside() {
        // Returns of clients that no longer order, and dormant ones at risk, belong to no tier, but to the totals.
        table.row(kept(vec![
            lang.text("tier.inactive"),
            String::new(),
            whole_money(outside.net_sales),
            share_text(outside.share),
            change_text(outside.change),
            String::new(),
            grouped(outside.at_risk as i64),
        ]));
    }
    table.rule();
    let change = (totals.net_sales_prior > Money::ZERO)
        .then(|| totals.net_sales.to_f64() / totals.net_sales_prior.to_f64() - 1.0);
    table.row(kept(vec![
        lang.text("tier.all"),
        grouped(totals.active as i64),
        whole_money(totals.net_sales),
        share_text((totals.net_sales > Money::ZERO).then_some(1.0)),
        change_text(change),
        score_text(totals.avg_score),
        grouped(totals.at_risk_clients as i64),
    ]));
    table
}

fn actions(review: &Review, lang: Lang, shown: usize) -> Table {
    let heading = |key: &str| lang.text(&format!("summary.column.{key}"));
    let mut columns = vec![
        ("#".to_owned(), Align::Right),
        (heading("client"), Align::Left),
        (heading("tier"), Align::Left),
        (heading("score"), Align::Right),
    ];
    if let Some(moved) = &review.movement {
        let values = [("period", moved.period.clone())];
        columns.push((lang.fill("summary.column.versus", &values), Align::Right));
    }
    columns.extend([(heading("at_stake"), Align::Right), (heading("why"), Align::Left)]);
    let mut table = Table::new(columns);
    for (position, at) in review.actions.iter().take(shown).enumerate() {
        let client = &review.clients[*at];
        let mut cells = vec![
            (position + 1).to_string(),
            client.name.clone(),
            tier_text(&review.config.labels, client, lang),
            client.score.map_or_else(|| "-".to_owned(), |score| format!("{score:.0}")),
        ];
        if review.movement.is_some() {
            let change = client.since.as_ref().and_then(|since| since.change);
            cells.push(change.map_or_else(|| "-".to_owned(), points_text));
        }
        cells.extend([
            whole_money(client.features.net_sales.max(client.features.net_sales_prior)),
            client
                .signals
                .first()
                .map(|found| sentence::finding(lang, found.code, &found.evidence))
                .unwrap_or_default(),
        ]);
        table.row(cells);
    }
    table
}

/// A change of points with its sign; what rounds to nothing is nothing.
#[must_use]
pub fn points_text(change: f64) -> String {
    signed(change, 0)
}

/// The tier of a client, or its stage when it has none.
#[must_use]
pub fn tier_text(labels: &Labels, client: &Client, lang: Lang) -> String {
    match client.tier {
        Some(tier) => tier::label(labels, lang, tier),
        None => lang.text(&format!("stage.{}", client.stage.code())),
    }
}

/// The last line of a run: how long it took, what was odd, who needs action.
#[must_use]
pub fn verdict(review: &Review, lang: Lang, seconds: f64, errors: u64, warnings: u64) -> String {
    let totals = &review.totals;
    let share = (totals.net_sales > Money::ZERO)
        .then(|| totals.at_risk_sales.to_f64() / totals.net_sales.to_f64());
    lang.fill(
        "summary.verdict",
        &[
            ("seconds", format!("{seconds:.1}")),
            ("odd", odd(lang, errors, warnings)),
            ("at_risk", grouped(review.actions.len() as i64)),
            ("clients", grouped(totals.clients as i64)),
            ("worth", whole_money(totals.at_risk_sales)),
            ("share", share_text(share)),
        ],
    )
}

/// The last line of a run with a sentence of its own.
#[must_use]
pub fn finished(lang: Lang, seconds: f64, errors: u64, warnings: u64, said: &str) -> String {
    lang.fill(
        "summary.finished",
        &[
            ("seconds", format!("{seconds:.1}")),
            ("odd", odd(lang, errors, warnings)),
            ("said", said.trim_end_matches(['.', '。']).to_owned()),
        ],
    )
}

pub(super) fn odd(lang: Lang, errors: u64, warnings: u64) -> String {
    let counts = [("errors", grouped(errors as i64)), ("warnings", grouped(warnings as i64))];
    match (errors, warnings) {
        (0, 0) => String::new(),
        (0, _) => lang.fill("summary.with_warnings", &counts),
        _ => lang.fill("summary.with_errors", &counts),
    }
}
