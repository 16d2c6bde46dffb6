//! The figures of the portfolio: four big ones, the tiers, the control totals, what the input had to say.
//!
//! A review of a part of the portfolio lacks some of them. What is not known is left out, never shown as zero.

use minijinja::Value;
use serde::Serialize;

use super::both::{both, change, filled, points, share, tier, words};
use crate::locale::{Lang, grouped, money_text, percent, signed_percent, whole_money};
use crate::money::Money;
use crate::render::{message, notes};
use crate::review::Review;

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
        ("worth", whole_money(totals.at_risk_sales)),
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
            let prior = whole_money(totals.net_sales_prior);
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
        Card { label: label("net_sales"), figure: whole_money(totals.net_sales), note: change },
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
        Card {
            label: label("sales_at_risk"),
            figure: whole_money(totals.at_risk_sales),
            note: at_risk,
        },
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
            net_sales: whole_money(row.net_sales),
            share: known.then(|| share(row.share)),
            change: change(row.change),
            avg_score: points(row.avg_score),
            at_risk: grouped(row.at_risk as i64),
        })
        .collect();
    if totals.clients > 0 && !lines.is_empty() {
        lines.extend(review.outside().map(|outside| TierLine {
            name: tier(&review.config.labels, None),
            class: 4,
            clients: String::new(),
            net_sales: whole_money(outside.net_sales),
            share: known.then(|| share(outside.share)),
            change: change(outside.change),
            avg_score: String::new(),
            at_risk: grouped(outside.at_risk as i64),
        }));
        lines.push(TierLine {
            name: words("tier", "all"),
            class: 9,
            clients: grouped(totals.active as i64),
            net_sales: whole_money(totals.net_sales),
            share: known.then(|| share((totals.net_sales > Money::ZERO).then_some(1.0))),
            change: change(changed(totals.net_sales, totals.net_sales_prior)),
            avg_score: points(totals.avg_score),
            at_risk: grouped(totals.at_risk_clients as i64),
        });
    }
    lines
}

/// What the table of tiers does not say.
pub(super) fn notes(review: &Review) -> Vec<Value> {
    type Note = fn(&Review, Lang) -> Option<String>;
    let inactive: Note =
        |review, lang| (review.totals.clients > 0).then(|| notes::inactive(review, lang));
    [
        inactive,
        notes::at_risk,
        notes::top_tier_empty,
        notes::kept,
        notes::overridden,
        notes::snoozed,
        notes::concentration,
    ]
    .into_iter()
    .filter(|note| note(review, Lang::En).is_some())
    .map(|note| both(|lang| note(review, lang).unwrap_or_default()))
    .collect()
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
