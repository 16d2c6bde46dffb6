//! The page for the meeting: four figures, the tiers, what to do first, three charts, and that every row is accounted
//! for. It prints on one page.

use anyhow::Result;

use super::charts;
use super::style::Kind;
use super::{Book, Pen};
use crate::config::Policy;
use crate::locale::{grouped, percent, signed_percent};
use crate::money::Money;
use crate::render::sentence;
use crate::review::TierRow;
use crate::tier::Tier;

/// Widths of the columns: the tier table, a gap, and what stands beside it.
const WIDTHS: [f64; 12] = [19.0, 11.0, 16.0, 10.0, 10.0, 12.0, 12.0, 2.0, 20.0, 20.0, 20.0, 20.0];
/// Last column that is printed.
const END: u16 = 11;
/// First column right of the tier table.
const BESIDE: u16 = 8;
const LINKS: u32 = 2;
/// Columns of the links under the title, each with room for the name of a sheet.
const LINK_COLUMNS: [u16; 8] = [0, 1, 2, 3, 5, 8, 9, 10];
const CARDS: u32 = 4;
const TIERS: u32 = 8;
const ACTIONS: u32 = 19;
const TOP: usize = 5;
const CHARTS: u32 = 27;
const RECONCILIATION: u32 = 41;
/// Pixels of the charts: beside the table, left below, right below.
const CHART_TIERS: (u32, u32) = (578, 214);
const CHART_MONTHS: (u32, u32) = (648, 272);
const CHART_PARETO: (u32, u32) = (578, 272);

pub(super) fn write(book: &Book, mut pen: Pen) -> Result<()> {
    for (column, width) in WIDTHS.iter().enumerate() {
        pen.fix(column as u16, *width);
    }
    for (sheet, column) in book.sheets().skip(1).zip(LINK_COLUMNS) {
        pen.link(LINKS, column, &book.name(sheet), &book.name(sheet))?;
    }
    cards(book, &mut pen)?;
    tiers(book, &mut pen)?;
    actions(book, &mut pen)?;
    let drawn = [
        (charts::tiers(book, &mut pen)?, TIERS, BESIDE, CHART_TIERS),
        (charts::months(book, &mut pen)?, CHARTS, 0, CHART_MONTHS),
        (charts::pareto(book, &mut pen)?, CHARTS, BESIDE, CHART_PARETO),
    ];
    for (mut chart, row, column, (width, height)) in drawn {
        chart.set_width(width).set_height(height);
        pen.sheet.insert_chart(row, column, &chart)?;
    }
    if book.review.scope.is_none() {
        reconciliation(book, &mut pen)?;
    }
    pen.free(2, charts::DATA, &book.t("chart.data"), &book.style.note)?;
    pen.sheet.set_screen_gridlines(false).set_print_fit_to_pages(1, 1).set_print_area(
        0,
        0,
        RECONCILIATION + 2,
        END,
    )?;
    pen.finish()
}

/// The change from one amount to another, where the first is above zero.
fn change(now: Money, before: Money) -> Option<f64> {
    (before > Money::ZERO).then(|| now.to_f64() / before.to_f64() - 1.0)
}

fn cards(book: &Book, pen: &mut Pen) -> Result<()> {
    let totals = &book.review.totals;
    let change = change(totals.net_sales, totals.net_sales_prior).map_or_else(
        || book.t("card.no_prior"),
        |change| {
            let prior = Book::money(totals.net_sales_prior);
            let change = signed_percent(change, 1);
            book.f("card.net_sales_note", &[("change", change), ("prior", prior)])
        },
    );
    let known = [("clients", grouped(totals.clients as i64))];
    let share = (totals.net_sales > Money::ZERO).then(|| {
        let share = totals.at_risk_sales.to_f64() / totals.net_sales.to_f64();
        book.f("card.sales_at_risk_note", &[("share", percent(share, 1))])
    });
    let cards = [
        ("net_sales", totals.net_sales.to_f64(), change, (0, 2)),
        ("active", totals.active as f64, book.f("card.active_note", &known), (3, 6)),
        ("at_risk", totals.at_risk_clients as f64, book.t("card.at_risk_note"), (8, 9)),
        ("sales_at_risk", totals.at_risk_sales.to_f64(), share.unwrap_or_default(), (10, 11)),
    ];
    let style = book.style;
    for (key, number, note, columns) in cards {
        pen.merged(CARDS, columns, &book.t(&format!("card.{key}")), &style.card_label)?;
        let figure = style.card(Kind::Amount);
        pen.merged(CARDS + 1, columns, "", &figure)?;
        pen.figure(CARDS + 1, columns.0, number, &figure)?;
        pen.merged(CARDS + 2, columns, &note, &style.card_note)?;
    }
    pen.sheet.set_row_height(CARDS + 1, 32)?;
    Ok(())
}

fn tiers(book: &Book, pen: &mut Pen) -> Result<()> {
    pen.free(TIERS, 0, &book.t("overview.tiers"), &book.style.section)?;
    // A share is one of all sales: a single account manager's file goes without.
    let shared = book.review.scope.is_none();
    let keys = ["tier", "clients", "net_sales", "share", "change", "avg_score", "at_risk"];
    let keys = keys.into_iter().filter(|key| shared || *key != "share");
    for (column, key) in keys.enumerate() {
        pen.heading(TIERS + 1, column as u16, &book.t(&format!("column.{key}")), column > 0)?;
    }
    let next = if shared { 4 } else { 3 };
    let mut row = TIERS + 2;
    for tier in &book.review.tiers {
        pen.text(row, 0, &book.tier(Some(tier.tier)))?;
        pen.count(row, 1, tier.clients as u64)?;
        pen.money(row, 2, tier.net_sales)?;
        if shared {
            pen.known(row, 3, tier.share, Kind::Share)?;
        }
        pen.known(row, next, tier.change, Kind::Change)?;
        pen.known(row, next + 1, tier.avg_score, Kind::Points)?;
        pen.count(row, next + 2, tier.at_risk as u64)?;
        row += 1;
    }
    total(book, pen, row)?;
    let mut notes = vec![inactive(book)];
    notes.extend(book.review.top_tier_empty.map(|largest| top_tier_empty(book, largest)));
    notes.extend(concentration(book));
    for note in notes {
        row += 1;
        pen.merged(row, (0, 6), &note, &book.style.long_note)?;
    }
    Ok(())
}

/// The active clients together.
fn total(book: &Book, pen: &mut Pen, row: u32) -> Result<()> {
    let totals = &book.review.totals;
    let style = book.style;
    pen.free(row, 0, &book.word("tier", "all"), &style.total)?;
    let at_risk: usize = book.review.tiers.iter().map(|tier| tier.at_risk).sum();
    let share = (totals.net_sales > Money::ZERO).then_some(1.0);
    let numbers = [
        (Some(totals.active as f64), Kind::Amount),
        (Some(totals.net_sales.to_f64()), Kind::Amount),
        (share, Kind::Share),
        (change(totals.net_sales, totals.net_sales_prior), Kind::Change),
        (totals.avg_score, Kind::Points),
        (Some(at_risk as f64), Kind::Amount),
    ];
    let shared = book.review.scope.is_none();
    let numbers = numbers.into_iter().filter(|(_, kind)| shared || *kind != Kind::Share);
    for (index, (number, kind)) in numbers.enumerate() {
        let column = 1 + index as u16;
        match number {
            Some(number) => pen.number_as(row, column, number, kind, style.total(kind))?,
            None => pen.free(row, column, "", style.total(kind))?,
        }
    }
    Ok(())
}

/// Who is in no tier, and what of the totals is theirs.
fn inactive(book: &Book) -> String {
    let totals = &book.review.totals;
    let count = |count: usize| grouped(count as i64);
    let mut text = book.f(
        "overview.inactive",
        &[
            ("inactive", count(totals.clients.saturating_sub(totals.active))),
            ("dormant", count(totals.dormant)),
            ("sales", Book::money(totals.dormant_sales_prior)),
            ("lost", count(totals.lost)),
            ("prospects", count(totals.prospects)),
        ],
    );
    let sum = |of: fn(&TierRow) -> usize| book.review.tiers.iter().map(of).sum::<usize>();
    let at_risk = totals.at_risk_clients.saturating_sub(sum(|tier| tier.at_risk));
    if at_risk > 0 {
        text.push_str(&book.f("overview.inactive_at_risk", &[("count", count(at_risk))]));
    }
    let sales = totals.net_sales - book.review.tiers.iter().map(|tier| tier.net_sales).sum();
    if sales != Money::ZERO {
        text.push_str(&book.f("overview.inactive_sales", &[("sales", Book::money(sales))]));
    }
    text
}

/// Why nobody is in the highest tier.
fn top_tier_empty(book: &Book, largest: f64) -> String {
    let rule = &book.review.config.tier.strategic;
    let key = match (book.review.policy, rule.over) {
        (Policy::Rank, _) => "overview.top_tier_lowered",
        _ if largest > rule.share => "overview.top_tier_lowered",
        (_, true) => "overview.top_tier_over",
        (_, false) => "overview.top_tier_reach",
    };
    let values = [
        ("tier", book.tier(Some(Tier::Strategic))),
        ("limit", percent(rule.share, 0)),
        ("largest", percent(largest, 1)),
    ];
    book.f(key, &values)
}

/// How much of sales the largest clients hold.
fn concentration(book: &Book) -> Option<String> {
    let held = &book.review.concentration;
    let values = [
        ("top5", percent(held.top5?, 1)),
        ("top10", percent(held.top10?, 1)),
        ("fifth", percent(held.top_20_percent?, 1)),
    ];
    Some(book.f("overview.concentration", &values))
}

/// The first five of the follow-up list.
fn actions(book: &Book, pen: &mut Pen) -> Result<()> {
    let review = book.review;
    let style = book.style;
    let shown = review.actions.len().min(TOP);
    let counts = [("shown", shown.to_string()), ("all", grouped(review.actions.len() as i64))];
    pen.free(ACTIONS, 0, &book.f("overview.actions", &counts), &style.section)?;
    if shown == 0 {
        return pen.free(ACTIONS + 1, 0, &book.t("actions.none"), &style.note);
    }
    let row = ACTIONS + 1;
    pen.merged(row, (0, 1), &book.t("column.client"), &style.heading)?;
    pen.heading(row, 2, &book.t("column.tier"), false)?;
    pen.merged(row, (3, 4), &book.t("column.priority"), &style.number_heading)?;
    pen.merged(row, (5, 6), &book.t("column.due"), &style.number_heading)?;
    pen.heading(row, 7, "", false)?;
    pen.merged(row, (BESIDE, END), &book.t("column.reason"), &style.heading)?;
    let clients = review.actions.iter().filter_map(|at| review.clients.get(*at)).take(TOP);
    for (index, client) in clients.enumerate() {
        let row = row + 1 + index as u32;
        let name = format!("{}. {}", index + 1, client.name);
        pen.merged(row, (0, 1), &name, &style.long_text)?;
        pen.text(row, 2, &book.tier(client.tier))?;
        let amount = style.number(Kind::Amount);
        pen.merged(row, (3, 4), "", amount)?;
        pen.figure(row, 3, client.priority, amount)?;
        let date = style.number(Kind::Date);
        pen.merged(row, (5, 6), "", date)?;
        if let Some(due) = client.due {
            pen.figure(row, 5, super::pen::serial(due), date)?;
        }
        pen.blank(row, 7)?;
        let reason = sentence::capitalised(book.lang, &sentence::reason(book.lang, client));
        pen.merged(row, (BESIDE, END), &reason, &style.long_text)?;
    }
    Ok(())
}

/// That every row and every amount of the input is accounted for.
fn reconciliation(book: &Book, pen: &mut Pen) -> Result<()> {
    let control = &book.review.control;
    let count = |rows: u64| grouped(rows as i64);
    pen.free(RECONCILIATION, 0, &book.t("overview.reconciliation"), &book.style.section)?;
    let rows = [
        ("all", count(control.rows_in_file)),
        ("used", count(control.rows_used)),
        ("left", count(control.rows_left_out)),
    ];
    let amounts = [
        ("all", Book::money(control.amount_in_file)),
        ("used", Book::money(control.amount_used)),
        ("left", Book::money(control.amount_left_out)),
        ("unit", book.unit()),
    ];
    let text = &book.style.base;
    pen.free(RECONCILIATION + 1, 0, &book.f("overview.rows", &rows), text)?;
    pen.free(RECONCILIATION + 2, 0, &book.f("overview.amounts", &amounts), text)?;
    Ok(())
}
