//! Sentences about findings, which every output says in the same words.
//!
//! A finding is a code with named values; the catalogue has the sentence with a place for each value.

use crate::diagnostic::Fact;
use crate::locale::Lang;
use crate::review::{Client, FollowUp, Given, Month, Scope};
use crate::signal::Evidence;

/// What a signal found, as a clause without capital and full stop.
#[must_use]
pub fn finding(lang: Lang, code: &str, evidence: &Evidence) -> String {
    clause(lang, code, evidence.iter().map(|(name, fact)| (*name, fact)))
}

/// The same of evidence in any form.
#[must_use]
pub fn clause<'a>(
    lang: Lang,
    code: &str,
    evidence: impl Iterator<Item = (&'a str, &'a Fact)>,
) -> String {
    let values: Vec<(&str, String)> = evidence
        .map(|(name, fact)| match fact {
            // "48% below a year ago": the words carry the direction, so the sign goes.
            Fact::Share(share) if name == "change" => (name, lang.fact(&Fact::Share(share.abs()))),
            _ => (name, lang.fact(fact)),
        })
        .collect();
    let key = format!("signal.{code}.sentence");
    if lang.find(&key).is_some() { lang.fill(&key, &values) } else { code.to_owned() }
}

/// Clauses as one text.
#[must_use]
pub fn joined(lang: Lang, clauses: &[String]) -> String {
    clauses.join(match lang {
        Lang::En => "; ",
        Lang::Zh => "；",
    })
}

/// Why a client needs attention: all of its findings, the highest first.
#[must_use]
pub fn reason(lang: Lang, client: &Client) -> String {
    let clauses: Vec<String> =
        client.signals.iter().map(|found| finding(lang, found.code, &found.evidence)).collect();
    joined(lang, &clauses)
}

/// What people typed for a client: the word for the status, the next step and the note.
#[must_use]
pub fn follow_up(lang: Lang, typed: &FollowUp) -> [Option<String>; 3] {
    let word = |code: &String| {
        let word = lang.find(&format!("book.status.{code}"));
        word.map_or_else(|| code.clone(), ToOwned::to_owned)
    };
    [typed.status.as_ref().map(word), typed.next_step.clone(), typed.note.clone()]
}

/// What explains a tier in place of a metric: that a person gave it, and why, or had given it and does not any more.
#[must_use]
pub fn tier_given(lang: Lang, reason: Option<&str>, before: bool) -> Option<String> {
    let given = |reason: &str| lang.fill("decided.tier_given", &[("reason", reason.to_owned())]);
    reason.map(given).or_else(|| before.then(|| lang.text("decided.tier_given_before")))
}

/// Why a person gave a tier, who, and until when.
#[must_use]
pub fn given(lang: Lang, given: &Given) -> String {
    let until = given.until.map(|until| until.to_string());
    let values = [
        ("reason", given.reason.clone()),
        ("by", given.by.clone().unwrap_or_default()),
        ("until", until.clone().unwrap_or_default()),
    ];
    match (&given.by, until) {
        (Some(_), Some(_)) => lang.fill("decided.reason_by_until", &values),
        (Some(_), None) => lang.fill("decided.reason_by", &values),
        (None, Some(_)) => lang.fill("decided.reason_until", &values),
        (None, None) => given.reason.clone(),
    }
}

/// `2026-06` where that is a calendar month, else the day on which the month ends: no other name says which days it has.
#[must_use]
pub fn month_name(month: &Month) -> String {
    let date = month.to.to_string();
    let whole = month.from.ymd().2 == 1;
    if whole { date[..date.len() - 3].to_owned() } else { date }
}

/// A clause as the beginning of a sentence.
#[must_use]
pub fn capitalised(lang: Lang, text: &str) -> String {
    let mut chars = text.chars();
    match (lang, chars.next()) {
        (Lang::En, Some(first)) => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// Whose clients a review is of, as a clause.
#[must_use]
pub fn scope(lang: Lang, scope: &Scope) -> String {
    match &scope.owner {
        Some(owner) => lang.fill("scope.owner", &[("owner", owner.clone())]),
        None => lang.text("scope.none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;
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
    fn months_that_are_none_of_the_calendar_are_named_by_their_last_day() {
        let day = |text| crate::period::Day::parse_iso(text).expect("a day");
        let month = |from, to| Month { from: day(from), to: day(to), net_sales: Money::ZERO };
        assert_eq!(month_name(&month("2026-06-01", "2026-06-30")), "2026-06");
        assert_eq!(month_name(&month("2026-05-16", "2026-06-15")), "2026-06-15");
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
}
