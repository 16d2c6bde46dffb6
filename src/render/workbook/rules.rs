//! The rules in force, in words with their numbers: tiers and their limits, churn signals, risk.

use anyhow::Result;

use super::method::{headings, line, section};
use super::style::Kind;
use super::{Book, Pen};
use crate::config::{Levels, TierRule};
use crate::locale::{decimal, percent, signed_percent};
use crate::tier::Tier;

pub(super) fn tiers(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let config = &book.review.config;
    section(book, pen, row, "tiers")?;
    headings(book, pen, row, &["tier", "conditions", "top", "sales_share"])?;
    let rules = [
        (Tier::Strategic, &config.tier.strategic),
        (Tier::Core, &config.tier.core),
        (Tier::Potential, &config.tier.potential),
    ];
    for (tier, rule) in rules {
        pen.text(*row, 0, &book.tier(Some(tier)))?;
        pen.long(*row, 1, &conditions(book, rule))?;
        pen.number(*row, 2, rule.top, Kind::Share)?;
        let share = [("share", percent(rule.share, 1))];
        let share = book.f(if rule.over { "method.over" } else { "method.reach" }, &share);
        pen.text_as(*row, 3, &share, book.style.number(Kind::Share))?;
        *row += 1;
    }
    pen.text(*row, 0, &book.tier(Some(Tier::Standard)))?;
    pen.long(*row, 1, &book.t("method.rest"))?;
    *row += 1;
    let values = [
        ("policy", book.word("policy", book.review.policy.code())),
        ("pay_days", decimal(config.caps.pay_days, 0)),
        ("core", book.tier(Some(Tier::Core))),
        ("standard", book.tier(Some(Tier::Standard))),
        ("potential", book.tier(Some(Tier::Potential))),
        ("order_share", percent(config.one_off.top_order_share, 0)),
        ("order_dates", config.one_off.order_dates.to_string()),
        ("silent_days", decimal(config.one_off.silent_days, 0)),
        ("silent_gaps", decimal(config.one_off.silent_gaps, 1)),
        ("growth", percent(config.rising.growth, 0)),
        ("hysteresis", decimal(config.hysteresis.points, 1)),
    ];
    for key in ["band", "hysteresis", "floor", "caps", "one_off", "conditions", "rising"] {
        let what = book.t(&format!("method.rule.{key}.label"));
        line(pen, row, &what, &book.f(&format!("method.rule.{key}.words"), &values))?;
    }
    *row += 1;
    Ok(())
}

/// The conditions of a tier.
fn conditions(book: &Book, rule: &TierRule) -> String {
    let least = |key: &str, least: Option<f64>| {
        least.map(|least| book.f(&format!("method.least.{key}"), &[("n", decimal(least, 1))]))
    };
    let words: Vec<String> = [
        least("business_lines", rule.business_lines),
        least("executive_contact", rule.executive_contact),
        least("needs_fit", rule.needs_fit),
        rule.owner.filter(|needed| *needed).map(|_| book.t("method.least.owner")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if words.is_empty() { book.t("method.no_conditions") } else { book.words(&words) }
}

/// The three thresholds as they are written.
fn levels(levels: Levels, shown: fn(f64) -> String) -> [String; 3] {
    [shown(levels.low), shown(levels.medium), shown(levels.high)]
}

pub(super) fn signals(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let signal = &book.review.config.signal;
    section(book, pen, row, "signals")?;
    let keys = ["signal", "rule", "low", "medium", "high", "judged", "fired"];
    headings(book, pen, row, &keys)?;
    let plain = |value| decimal(value, 2);
    let share = |value| percent(value, 1);
    let change = |value| signed_percent(value, 1);
    let lost = [
        book.t("method.lines.fewer"),
        book.f("method.lines.lost", &[("share", percent(signal.lines_down.lost, 0))]),
        book.t("method.lines.none"),
    ];
    let rules = [
        ("order_overdue", levels(signal.order_overdue.gaps, plain)),
        ("order_silence", levels(signal.order_silence.days, plain)),
        ("orders_down", levels(signal.orders_down.ratio, share)),
        ("sales_down", levels(signal.sales_down.change, change)),
        ("lines_down", lost),
        ("margin_down", levels(signal.margin_down.points, change)),
        ("returns_up", levels(signal.returns_up.points, change)),
        ("payment_slower", levels(signal.payment_slower.days, plain)),
    ];
    let values = [
        ("min_days", decimal(signal.order_overdue.min_days, 0)),
        ("longest", decimal(signal.order_silence.longest_gap, 2)),
        ("base_orders", signal.orders_down.min_orders.to_string()),
        ("year_orders", signal.sales_down.min_orders.to_string()),
        ("lines", signal.lines_down.min_lines.to_string()),
        ("ratio", decimal(signal.returns_up.ratio, 2)),
    ];
    for (code, levels) in rules {
        pen.long(*row, 0, &book.word("signal", &format!("{code}.label")))?;
        pen.long(*row, 1, &book.f(&format!("method.signal.{code}"), &values))?;
        for (index, level) in levels.iter().enumerate() {
            pen.text_as(*row, 2 + index as u16, level, book.style.number(Kind::Plain))?;
        }
        let judged = book.review.judged.iter().find(|judged| judged.code == code);
        pen.known(*row, 5, judged.map(|judged| judged.clients as f64), Kind::Amount)?;
        pen.known(*row, 6, judged.map(|judged| judged.fired as f64), Kind::Amount)?;
        *row += 1;
    }
    *row += 1;
    Ok(())
}

pub(super) fn risk(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let (risk, due) = (&book.review.config.risk, &book.review.config.due);
    section(book, pen, row, "risk")?;
    let values = [
        ("low", percent(risk.low, 0)),
        ("medium", percent(risk.medium, 0)),
        ("high", percent(risk.high, 0)),
        ("level_high", percent(risk.level_high, 0)),
        ("level_medium", percent(risk.level_medium, 0)),
        ("due_high", due.high.to_string()),
        ("due_medium", due.medium.to_string()),
        ("due_low", due.low.to_string()),
    ];
    for key in ["risk", "level", "priority", "at_risk", "due"] {
        let what = book.t(&format!("method.risk_rule.{key}.label"));
        line(pen, row, &what, &book.f(&format!("method.risk_rule.{key}.words"), &values))?;
    }
    *row += 1;
    Ok(())
}
