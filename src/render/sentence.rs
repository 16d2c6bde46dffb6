//! Sentences about findings and diagnostics, which every output says in the same words.
//!
//! A finding or a diagnostic is a code with named values; the catalogue has the sentence with a place for each value.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Fact, column_letters};
use crate::locale::{Lang, grouped};
use crate::review::Client;
use crate::signal::Evidence;

/// What a signal found, as a clause without capital and full stop.
#[must_use]
pub fn finding(lang: Lang, code: &str, evidence: &Evidence) -> String {
    let values: Vec<(&str, String)> = evidence
        .iter()
        .map(|(name, fact)| match fact {
            // "48% below a year ago": the words carry the direction, so the sign goes.
            Fact::Share(share) if *name == "change" => {
                (*name, lang.fact(&Fact::Share(share.abs())))
            }
            _ => (*name, lang.fact(fact)),
        })
        .collect();
    let key = format!("signal.{code}.sentence");
    if lang.find(&key).is_some() { lang.fill(&key, &values) } else { code.to_owned() }
}

/// Why a client needs attention: all of its findings, the highest first.
#[must_use]
pub fn reason(lang: Lang, client: &Client) -> String {
    let clauses: Vec<String> =
        client.signals.iter().map(|found| finding(lang, found.code, &found.evidence)).collect();
    clauses.join(match lang {
        Lang::En => "; ",
        Lang::Zh => "；",
    })
}

/// What a diagnostic says; its code where the catalogue has no sentence for it.
#[must_use]
pub fn diagnostic(lang: Lang, diagnostic: &Diagnostic) -> String {
    let key = format!("diagnostic.{}.message", diagnostic.code);
    if lang.find(&key).is_none() {
        return diagnostic.code.to_owned();
    }
    let values = values(lang, diagnostic);
    let values: Vec<(&str, String)> =
        values.iter().map(|(name, value)| (*name, value.clone())).collect();
    lang.fill(&key, &values)
}

/// The named values of a diagnostic: its facts, and where it was found.
fn values(lang: Lang, diagnostic: &Diagnostic) -> BTreeMap<&'static str, String> {
    let origin = &diagnostic.origin;
    let mut values: BTreeMap<&'static str, String> = BTreeMap::new();
    values.insert("file", origin.file.clone());
    let places = [
        ("sheet", origin.sheet.clone()),
        ("row", origin.row.map(|row| grouped(row as i64))),
        ("column", origin.column.map(column_letters)),
        ("heading", origin.heading.clone()),
        ("cell", diagnostic.cell.clone()),
    ];
    for (name, place) in places {
        if let Some(place) = place {
            values.insert(name, place);
        }
    }
    for (name, fact) in &diagnostic.facts {
        values.insert(name, lang.fact(fact));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Origin;
    use crate::render::fixture;

    #[test]
    fn findings_are_clauses_with_numbers() {
        let evidence = Evidence::from([("days", Fact::Int(1_074)), ("gap", Fact::Number(21.5))]);
        assert_eq!(
            finding(Lang::En, "order_overdue", &evidence),
            "no order for 1,074 days, usual gap 21.5"
        );
        assert_eq!(
            finding(Lang::Zh, "order_overdue", &evidence),
            "1,074 天未下单，平时间隔 21.5 天"
        );
        let evidence = Evidence::from([("change", Fact::Share(-0.48))]);
        assert_eq!(
            finding(Lang::En, "sales_down", &evidence),
            "last 90 days 48.0% below a year ago"
        );
        assert_eq!(finding(Lang::En, "unheard_of", &evidence), "unheard_of");
    }

    #[test]
    fn reasons_join_all_findings() {
        let review = fixture::review();
        let client = &review.clients[review.actions[0]];
        assert_eq!(client.signals.len(), 2);
        assert_eq!(
            reason(Lang::En, client),
            "no order for 74 days, usual gap 21; last 90 days 48.2% below a year ago"
        );
        assert!(reason(Lang::Zh, client).contains('；'));
    }

    #[test]
    fn diagnostics_name_their_place_and_their_facts() {
        let origin = Origin {
            row: Some(1_412),
            column: Some(4),
            heading: Some("金额".to_owned()),
            ..Origin::file("a.csv")
        };
        let about =
            Diagnostic::error("type-error", origin).with_cell("12台").with("expected", "12,000.00");
        let values = values(Lang::En, &about);
        let text = |name: &str| values.get(name).map(String::as_str);
        assert_eq!(text("file"), Some("a.csv"));
        assert_eq!(text("row"), Some("1,412"));
        assert_eq!(text("column"), Some("E"));
        assert_eq!(text("heading"), Some("金额"));
        assert_eq!(text("cell"), Some("12台"));
        assert_eq!(text("expected"), Some("12,000.00"));
        assert_eq!(text("sheet"), None);
        let about = Diagnostic::error("unheard-of", Origin::file("a.csv"));
        assert_eq!(diagnostic(Lang::En, &about), "unheard-of");
    }
}
