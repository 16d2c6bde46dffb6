//! The figures of the portfolio: four big ones, the tiers, the control totals, what the input had to say.
//!
//! A review of a part of the portfolio lacks some of them. What is not known is left out, never shown as zero.

use minijinja::Value;
use serde::Serialize;

use super::both::{both, change, filled, points, share, tier, whole, words};
use crate::config::Policy;
use crate::locale::{grouped, money_text, percent, signed_percent};
use crate::money::Money;
use crate::render::{message, summary, tier};
use crate::review::Review;
use crate::tier::Tier;

/// A figure that matters.
#[derive(Serialize)]
pub(super) struct Card {
    label: Value,
    figure: String,
    note: Value,
}

/// A line of the table of tiers.
#[derive(Serialize)]
pub(super) struct TierLine {
    name: Value,
    class: usize,
    clients: String,
    net_sales: String,
    share: Option<String>,
    change: String,
    avg_score: String,
    at_risk: String,
}

/// A control total.
#[derive(Serialize)]
pub(super) struct ControlLine {
    label: Value,
    /// Whether it is a part of the one above.
    part: bool,
    rows: String,
    amount: String,
}

/// The diagnostics of one code.
#[derive(Serialize)]
pub(super) struct Problem {
    title: Value,
    code: &'static str,
    severity: Value,
    count: String,
}

/// The change from one amount to another, where the first is above zero.
fn changed(now: Money, before: Money) -> Option<f64> {
    (before > Money::ZERO).then(|| now.to_f64() / before.to_f64() - 1.0)
}

/// Sales at risk as a share of all.
fn risk_share(review: &Review) -> Option<f64> {
    let totals = &review.totals;
    (totals.net_sales > Money::ZERO)
        .then(|| totals.at_risk_sales.to_f64() / totals.net_sales.to_f64())
}

/// How many need action and what they are worth: the sentence that the page begins with.
pub(super) fn lead(review: &Review) -> Value {
    let totals = &review.totals;
    let share = risk_share(review);
    let values = [
        ("count", grouped(review.actions.len() as i64)),
        ("clients", grouped(review.clients.len() as i64)),
        ("worth", whole(totals.at_risk_sales)),
        ("share", share.map(|share| percent(share, 1)).unwrap_or_default()),
    ];
    let key = if share.is_some() { "page.actions.lead" } else { "page.actions.lead_no_share" };
    filled(key, &values)
}

/// The four big figures; none where the review has no totals.
pub(super) fn cards(review: &Review) -> Vec<Card> {
    let totals = &review.totals;
    if totals.clients == 0 {
        return Vec::new();
    }
    let label = |key: &str| both(|lang| lang.text(&format!("book.card.{key}")));
    let change = changed(totals.net_sales, totals.net_sales_prior).map_or_else(
        || label("no_prior"),
        |change| {
            let prior = whole(totals.net_sales_prior);
            let values = [("change", signed_percent(change, 1)), ("prior", prior)];
            filled("book.card.net_sales_note", &values)
        },
    );
    let known = [("clients", grouped(totals.clients as i64))];
    let at_risk = risk_share(review).map_or_else(
        || Value::from(""),
        |share| filled("book.card.sales_at_risk_note", &[("share", percent(share, 1))]),
    );
    vec![
        Card { label: label("net_sales"), figure: whole(totals.net_sales), note: change },
        Card {
            label: label("active"),
            figure: grouped(totals.active as i64),
            note: filled("book.card.active_note", &known),
        },
        Card {
            label: label("at_risk"),
            figure: grouped(totals.at_risk_clients as i64),
            note: label("at_risk_note"),
        },
        Card { label: label("sales_at_risk"), figure: whole(totals.at_risk_sales), note: at_risk },
    ]
}

/// The tiers, and all active clients together.
pub(super) fn tiers(review: &Review) -> Vec<TierLine> {
    let totals = &review.totals;
    let known = review.tiers.iter().any(|tier| tier.share.is_some());
    let mut lines: Vec<TierLine> = review
        .tiers
        .iter()
        .map(|row| TierLine {
            name: tier(&review.config.labels, Some(row.tier)),
            class: row.tier as usize,
            clients: grouped(row.clients as i64),
            net_sales: whole(row.net_sales),
            share: known.then(|| share(row.share)),
            change: change(row.change),
            avg_score: points(row.avg_score),
            at_risk: grouped(row.at_risk as i64),
        })
        .collect();
    if totals.clients > 0 && !lines.is_empty() {
        let at_risk: usize = review.tiers.iter().map(|tier| tier.at_risk).sum();
        lines.push(TierLine {
            name: words("tier", "all"),
            class: 9,
            clients: grouped(totals.active as i64),
            net_sales: whole(totals.net_sales),
            share: known.then(|| share((totals.net_sales > Money::ZERO).then_some(1.0))),
            change: change(changed(totals.net_sales, totals.net_sales_prior)),
            avg_score: points(totals.avg_score),
            at_risk: grouped(at_risk as i64),
        });
    }
    lines
}

/// What the table of tiers does not say: who is in none, why the highest is empty, how much the largest hold.
pub(super) fn notes(review: &Review) -> Vec<Value> {
    let totals = &review.totals;
    let mut notes = Vec::new();
    if totals.clients > 0 {
        notes.push(both(|lang| {
            let count = |count: usize| grouped(count as i64);
            let values = [
                ("inactive", count(totals.clients.saturating_sub(totals.active))),
                ("dormant", count(totals.dormant)),
                ("sales", whole(totals.dormant_sales_prior)),
                ("lost", count(totals.lost)),
                ("prospects", count(totals.prospects)),
            ];
            let mut text = lang.fill("book.overview.inactive", &values);
            let active: Money = review.tiers.iter().map(|tier| tier.net_sales).sum();
            let rest = totals.net_sales - active;
            if rest != Money::ZERO {
                let values = [("sales", whole(rest))];
                text.push_str(&lang.fill("book.overview.inactive_sales", &values));
            }
            text
        }));
    }
    notes.extend(review.top_tier_empty.map(|largest| top_tier_empty(review, largest)));
    if review.movement.is_some() {
        notes.push(both(|lang| summary::moved(review, lang).unwrap_or_default()));
    }
    let held = &review.concentration;
    if let (Some(top5), Some(top10), Some(fifth)) = (held.top5, held.top10, held.top_20_percent) {
        let values = [
            ("top5", percent(top5, 1)),
            ("top10", percent(top10, 1)),
            ("fifth", percent(fifth, 1)),
        ];
        notes.push(filled("book.overview.concentration", &values));
    }
    notes
}

/// Why nobody is in the highest tier.
fn top_tier_empty(review: &Review, largest: f64) -> Value {
    let rule = &review.config.tier.strategic;
    let key = match (review.policy, rule.over) {
        (Policy::Rank, _) => "book.overview.top_tier_lowered",
        _ if largest > rule.share => "book.overview.top_tier_lowered",
        (_, true) => "book.overview.top_tier_over",
        (_, false) => "book.overview.top_tier_reach",
    };
    both(|lang| {
        let values = [
            ("tier", tier::label(&review.config.labels, lang, Tier::Strategic)),
            ("limit", percent(rule.share, 0)),
            ("largest", percent(largest, 1)),
        ];
        lang.fill(key, &values)
    })
}

/// That every row and amount is accounted for; nothing where the review says nothing of its rows.
pub(super) fn control(review: &Review) -> Vec<ControlLine> {
    let control = &review.control;
    if control.rows_in_file == 0 {
        return Vec::new();
    }
    let line = |label: Value, part: bool, rows: u64, amount: Money| ControlLine {
        label,
        part,
        rows: grouped(rows as i64),
        amount: money_text(amount, 2),
    };
    let text = |key: &str| both(|lang| lang.text(&format!("book.quality.{key}")));
    let mut lines = vec![
        line(text("in_file"), false, control.rows_in_file, control.amount_in_file),
        line(text("used"), false, control.rows_used, control.amount_used),
    ];
    for (currency, part) in &control.currencies {
        let amount = money_text(part.amount, 2);
        let given = [("currency", currency.clone()), ("amount", amount)];
        lines.push(line(
            filled("page.control.in_currency", &given),
            true,
            part.rows,
            part.converted,
        ));
    }
    lines.push(line(text("left_out"), false, control.rows_left_out, control.amount_left_out));
    for (code, left) in &control.by_reason {
        lines.push(line(both(|lang| message::title(lang, code)), true, left.rows, left.amount));
    }
    lines
}

/// What the input had to say, code by code.
pub(super) fn problems(review: &Review) -> Vec<Problem> {
    review
        .diagnostics
        .iter()
        .map(|group| Problem {
            title: both(|lang| message::title(lang, group.code)),
            code: group.code,
            severity: both(|lang| message::severity(lang, group.severity)),
            count: grouped(group.count as i64),
        })
        .collect()
}

/// The files that the review rests on: name with sheet, what it was read as, rows, hash.
pub(super) fn inputs(review: &Review) -> Vec<(String, Value, String, String)> {
    review
        .inputs
        .iter()
        .map(|input| {
            let file = match &input.sheet {
                Some(sheet) => format!("{} / {sheet}", input.file),
                None => input.file.clone(),
            };
            let role = match (input.table, input.unused) {
                (Some(table), _) => words("table", table),
                (None, Some(code)) => both(|lang| {
                    let why = [("why", message::title(lang, code))];
                    lang.fill("book.quality.not_used_why", &why)
                }),
                (None, None) => both(|lang| lang.text("book.quality.not_used")),
            };
            let hash = input.sha256.clone().unwrap_or_default();
            (file, role, grouped(input.rows as i64), hash)
        })
        .collect()
}
