//! What is said below a table of tiers, in the same words in every output: who is in none, why the highest is empty, what the
//! previous review and what people decided.

use crate::config::Policy;
use crate::locale::{Lang, grouped, percent, whole_money};
use crate::review::{Client, Held, Review};
use crate::tier::Tier;

use super::tier;

fn count(count: usize) -> String {
    grouped(count as i64)
}

/// Who is in no tier.
#[must_use]
pub fn inactive(review: &Review, lang: Lang) -> String {
    let totals = &review.totals;
    let values = [
        ("inactive", count(totals.clients.saturating_sub(totals.active))),
        ("dormant", count(totals.dormant)),
        ("sales", whole_money(totals.dormant_sales_prior)),
        ("lost", count(totals.lost)),
        ("prospects", count(totals.prospects)),
    ];
    lang.fill("notes.inactive", &values)
}

/// That the clients at risk are more than those in tiers; nothing where they are not.
#[must_use]
pub fn at_risk(review: &Review, lang: Lang) -> Option<String> {
    let outside = review.outside().filter(|outside| outside.at_risk > 0)?;
    let all = review.totals.at_risk_clients;
    let values = [
        ("all", count(all)),
        ("active", count(all.saturating_sub(outside.at_risk))),
        ("dormant", count(outside.at_risk)),
    ];
    Some(lang.fill("notes.at_risk", &values))
}

/// Why nobody is in the highest tier, where nobody is.
#[must_use]
pub fn top_tier_empty(review: &Review, lang: Lang) -> Option<String> {
    let largest = review.top_tier_empty?;
    let rule = &review.config.tier.strategic;
    let key = match (review.policy, rule.over) {
        (Policy::Rank, _) => "notes.top_tier_lowered",
        _ if largest > rule.share => "notes.top_tier_lowered",
        (_, true) => "notes.top_tier_over",
        (_, false) => "notes.top_tier_reach",
    };
    let values = [
        ("tier", tier::label(&review.config.labels, lang, Tier::Strategic)),
        ("limit", percent(rule.share, 0)),
        ("largest", percent(largest, 1)),
    ];
    Some(lang.fill(key, &values))
}

/// How many clients hysteresis keeps in their band, if any.
#[must_use]
pub fn kept(review: &Review, lang: Lang) -> Option<String> {
    let clients = review.totals.kept;
    let values = [("count", count(clients)), ("points", points(review))];
    (clients > 0).then(|| lang.fill("notes.kept", &values))
}

/// That hysteresis keeps a client in its band, as a clause; nothing where it does not.
#[must_use]
pub fn kept_client(review: &Review, client: &Client, lang: Lang) -> Option<String> {
    let held = client.held()?;
    let name = |of| tier::label(&review.config.labels, lang, of);
    Some(held_clause(&held, review.policy, review.config.hysteresis.points, lang, name))
}

/// The clause about a band that is held.
#[must_use]
pub fn held_clause(
    held: &Held,
    policy: Policy,
    points: f64,
    lang: Lang,
    name: impl Fn(Tier) -> String,
) -> String {
    let values = [
        ("band", name(held.band)),
        ("raw", name(held.raw)),
        ("basis", lang.text(&format!("notes.basis.{}", policy.code()))),
        ("points", crate::locale::decimal(points, 1)),
    ];
    lang.fill("notes.held", &values)
}

fn points(review: &Review) -> String {
    crate::locale::decimal(review.config.hysteresis.points, 1)
}

/// How many tiers people gave, if any.
#[must_use]
pub fn overridden(review: &Review, lang: Lang) -> Option<String> {
    let clients = review.totals.overridden;
    (clients > 0).then(|| lang.fill("decided.overridden", &[("count", count(clients))]))
}

/// How many findings people silenced, if any.
#[must_use]
pub fn snoozed(review: &Review, lang: Lang) -> Option<String> {
    let findings = review.totals.snoozed;
    (findings > 0).then(|| lang.fill("decided.snoozed", &[("count", count(findings))]))
}

/// How much of sales the largest clients hold, where that is known.
#[must_use]
pub fn concentration(review: &Review, lang: Lang) -> Option<String> {
    let held = &review.concentration;
    let values = [
        ("top5", percent(held.top5?, 1)),
        ("top10", percent(held.top10?, 1)),
        ("fifth", percent(held.top_20_percent?, 1)),
    ];
    Some(lang.fill("book.overview.concentration", &values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture;

    #[test]
    fn a_kept_band_is_said_with_what_it_rests_on() {
        let mut review = fixture::review();
        assert_eq!(kept_client(&review, &review.clients[1], Lang::En), None);
        review.clients[1].band_raw = Some(Tier::Potential);
        review.clients[1].band = Some(Tier::Core);
        let said =
            |review: &Review, lang| kept_client(review, &review.clients[1], lang).expect("kept");
        assert_eq!(
            said(&review, Lang::En),
            "kept in Core: its rank by score would give Potential, but hysteresis of 5 points holds it"
        );
        assert!(said(&review, Lang::Zh).contains("滞后"), "{}", said(&review, Lang::Zh));
        review.policy = Policy::Share;
        assert!(said(&review, Lang::En).contains("its share of sales would give"), "said");
    }

    #[test]
    fn clients_at_risk_add_up() {
        let review = fixture::review();
        assert_eq!(
            at_risk(&review, Lang::En).as_deref(),
            Some("Clients at risk: 5 = 4 active (in tiers) + 1 dormant (in none).")
        );
    }
}
