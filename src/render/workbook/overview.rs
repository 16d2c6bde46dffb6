//! The page for the meeting: four figures, the tiers, what to do first, three charts, and that every row is accounted
//! for. It prints on one page.

use anyhow::Result;

use super::charts;
use super::style::Kind;
use super::{Book, Pen};
use crate::locale::{Lang, grouped, percent, signed_percent};
use crate::money::Money;
use crate::render::{notes, sentence};
use crate::review::Review;

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
/// The first row of what follows the tiers and their notes, unless these take more.
const ACTIONS: u32 = 19;
const TOP: usize = 5;
/// Where charts and reconciliation stand below that row.
const CHARTS: u32 = 8;
const RECONCILIATION: u32 = 22;
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
    let top = tiers(book, &mut pen)?.max(ACTIONS);
    actions(book, &mut pen, top)?;
    let drawn = [
        (charts::tiers(book, &mut pen)?, TIERS, BESIDE, CHART_TIERS),
        (charts::months(book, &mut pen)?, top + CHARTS, 0, CHART_MONTHS),
        (charts::pareto(book, &mut pen)?, top + CHARTS, BESIDE, CHART_PARETO),
    ];
    for (mut chart, row, column, (width, height)) in drawn {
        chart.set_width(width).set_height(height);
        pen.sheet.insert_chart(row, column, &chart)?;
    }
    if book.review.scope.is_none() {
        reconciliation(book, &mut pen, top + RECONCILIATION)?;
    }
    pen.free(2, charts::DATA, &book.t("chart.data"), &book.style.note)?;
    pen.sheet.set_screen_gridlines(false).set_print_fit_to_pages(1, 1).set_print_area(
        0,
        0,
        top + RECONCILIATION + 2,
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

/// The tiers with their notes; gives the row of what comes next.
fn tiers(book: &Book, pen: &mut Pen) -> Result<u32> {
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
    if let Some(outside) = book.review.outside() {
        let numbers = [
            (None, Kind::Amount),
            (Some(outside.net_sales.to_f64()), Kind::Amount),
            (outside.share, Kind::Share),
            (outside.change, Kind::Change),
            (None, Kind::Points),
            (Some(outside.at_risk as f64), Kind::Amount),
        ];
        pen.text(row, 0, &book.tier(None))?;
        let numbers = numbers.into_iter().filter(|(_, kind)| shared || *kind != Kind::Share);
        for (column, (number, kind)) in (1..).zip(numbers) {
            pen.known(row, column, number, kind)?;
        }
        row += 1;
    }
    total(book, pen, row)?;
    for note in notes(book) {
        row += 1;
        pen.merged(row, (0, 6), &note, &book.style.long_note)?;
    }
    Ok(row + 2)
}

/// What is said of the tiers: each is a row, of lines that belong together.
fn notes(book: &Book) -> Vec<String> {
    type Note = fn(&Review, Lang) -> Option<String>;
    let (review, lang) = (book.review, book.lang);
    let inactive: Note = |review, lang| Some(notes::inactive(review, lang));
    let rows: [&[Note]; 4] = [
        &[inactive, notes::at_risk],
        &[notes::top_tier_empty],
        &[notes::kept, notes::overridden, notes::snoozed],
        &[notes::concentration],
    ];
    rows.into_iter()
        .map(|lines| {
            let lines: Vec<String> = lines.iter().filter_map(|line| line(review, lang)).collect();
            lines.join("\n")
        })
        .filter(|row| !row.is_empty())
        .collect()
}

/// All together: clients and scores are those of active ones.
fn total(book: &Book, pen: &mut Pen, row: u32) -> Result<()> {
    let totals = &book.review.totals;
    let style = book.style;
    pen.free(row, 0, &book.word("tier", "all"), &style.total)?;
    let share = (totals.net_sales > Money::ZERO).then_some(1.0);
    let numbers = [
        (Some(totals.active as f64), Kind::Amount),
        (Some(totals.net_sales.to_f64()), Kind::Amount),
        (share, Kind::Share),
        (change(totals.net_sales, totals.net_sales_prior), Kind::Change),
        (totals.avg_score, Kind::Points),
        (Some(totals.at_risk_clients as f64), Kind::Amount),
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

/// The first five of the follow-up list.
fn actions(book: &Book, pen: &mut Pen, top: u32) -> Result<()> {
    let review = book.review;
    let style = book.style;
    let shown = review.actions.len().min(TOP);
    let counts = [("shown", shown.to_string()), ("all", grouped(review.actions.len() as i64))];
    pen.free(top, 0, &book.f("overview.actions", &counts), &style.section)?;
    if shown == 0 {
        return pen.free(top + 1, 0, &book.t("actions.none"), &style.note);
    }
    let row = top + 1;
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
fn reconciliation(book: &Book, pen: &mut Pen, top: u32) -> Result<()> {
    let control = &book.review.control;
    let count = |rows: u64| grouped(rows as i64);
    pen.free(top, 0, &book.t("overview.reconciliation"), &book.style.section)?;
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
    pen.free(top + 1, 0, &book.f("overview.rows", &rows), text)?;
    pen.free(top + 2, 0, &book.f("overview.amounts", &amounts), text)?;
    Ok(())
}
