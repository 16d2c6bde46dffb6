//! What each account manager carries, and whether the contacts that their clients are owed were made.

use anyhow::Result;
use rust_xlsxwriter::{Chart, ChartAxisCrossing, ChartType};

use super::charts::{amounts, axes, fill, label, legend, range, title};
use super::style::{BLUE, Kind, ORANGE, SKY};
use super::{Book, Pen};
use crate::locale::decimal;
use crate::review::Review;
use crate::review::portfolio::{OwnerRow, Owners};
use crate::tier::Tier;

const BAND: u32 = 2;
const HEADER: u32 = 3;
/// Heading key, and whether the column holds numbers. Tiers stand between the two parts.
const BEFORE: [(&str, bool); 7] = [
    ("owner", false),
    ("clients", true),
    ("active", true),
    ("net_sales", true),
    ("prior", true),
    ("change", true),
    ("exposure", true),
];
const AFTER: [(&str, bool); 8] = [
    ("at_risk", true),
    ("sales_at_risk", true),
    ("actions", true),
    ("owed", true),
    ("made", true),
    ("kept", true),
    ("reply_hours", true),
    ("overloaded", false),
];
const SALES: u16 = 3;
const TIERS: u16 = BEFORE.len() as u16;
const OWED: u16 = TIERS + 4 + 3;
const END: u16 = TIERS + 4 + AFTER.len() as u16 - 1;
/// Account managers drawn by the charts.
const DRAWN: usize = 20;
/// Pixels of a chart beside its bars, and of one bar.
const CHART: (u32, u32) = (150, 22);

/// Whether any client has an account manager.
pub(super) fn any(review: &Review) -> bool {
    let owners = review.portfolio.as_ref().map(|figures| &figures.owners);
    owners.is_some_and(|owners| owners.rows.iter().any(|row| row.owner.is_some()))
}

pub(super) fn write(book: &Book, mut pen: Pen) -> Result<()> {
    let Some(owners) = book.review.portfolio.as_ref().map(|figures| &figures.owners) else {
        return pen.finish();
    };
    headings(book, &mut pen)?;
    for (index, row) in owners.rows.iter().enumerate() {
        let name = row.owner.clone().unwrap_or_else(|| book.t("owners.nobody"));
        line(book, &mut pen, HEADER + 1 + index as u32, row, &name)?;
    }
    let last = HEADER + owners.rows.len() as u32;
    pen.sheet.autofilter(HEADER, 0, last, END)?;
    total(book, &mut pen, last + 1, &owners.total)?;
    let mut row = last + 3;
    for note in notes(book, owners) {
        pen.merged(row, (0, END), &note, &book.style.long_note)?;
        row += 1;
    }
    let drawn = owners.rows.len().min(DRAWN) as u32;
    let height = CHART.0 + CHART.1 * drawn;
    let mut sales = sales(book, &pen, drawn);
    sales.set_width(560).set_height(height);
    pen.sheet.insert_chart(row + 1, 0, &sales)?;
    if owners.contacts_window.is_some() {
        let mut contacts = contacts(book, &pen, drawn);
        // Two bars for each.
        contacts.set_width(560).set_height(height + CHART.1 / 2 * drawn);
        pen.sheet.insert_chart(row + 1, TIERS, &contacts)?;
    }
    pen.sheet.set_freeze_panes(HEADER + 1, 1)?;
    pen.sheet.set_repeat_rows(HEADER, HEADER)?;
    pen.finish()
}

fn headings(book: &Book, pen: &mut Pen) -> Result<()> {
    pen.limit(0, 16.0, 30.0);
    pen.sheet.merge_range(
        BAND,
        TIERS,
        BAND,
        TIERS + 3,
        &book.t("owners.by_tier"),
        &book.style.band,
    )?;
    let word = |key: &str| book.heading("owners", key);
    let tiers = Tier::ALL.map(|tier| (book.tier(Some(tier)), true));
    let before = BEFORE.map(|(key, number)| (word(key), number));
    let after = AFTER.map(|(key, number)| (word(key), number));
    let all = before.into_iter().chain(tiers).chain(after);
    for (column, (text, number)) in all.enumerate() {
        pen.heading(HEADER, column as u16, &text, number)?;
    }
    Ok(())
}

/// The numbers of a row, from the second column on; the last column is a word.
fn numbers(row: &OwnerRow) -> Vec<(Option<f64>, Kind)> {
    let count = |count: usize| (Some(count as f64), Kind::Amount);
    let mut numbers = vec![
        count(row.clients),
        count(row.active),
        (Some(row.net_sales.to_f64()), Kind::Amount),
        (Some(row.net_sales_prior.to_f64()), Kind::Amount),
        (row.change, Kind::Change),
        (row.share, Kind::Share),
    ];
    numbers.extend(Tier::ALL.map(|tier| count(row.tiers.get(tier))));
    numbers.extend([
        count(row.at_risk_clients),
        (Some(row.at_risk_sales.to_f64()), Kind::Amount),
        count(row.actions),
        (Some(row.contacts_owed), Kind::Amount),
        (row.contacts_made.map(|made| made as f64), Kind::Amount),
        (row.contacts_kept, Kind::Share),
        (row.reply_hours_median, Kind::Points),
    ]);
    numbers
}

fn line(book: &Book, pen: &mut Pen, at: u32, row: &OwnerRow, name: &str) -> Result<()> {
    pen.text(at, 0, name)?;
    for (index, (number, kind)) in numbers(row).into_iter().enumerate() {
        pen.known(at, 1 + index as u16, number, kind)?;
    }
    match row.overloaded {
        Some(true) => pen.text(at, END, &book.t("owners.yes")),
        _ => pen.blank(at, END),
    }
}

fn total(book: &Book, pen: &mut Pen, at: u32, row: &OwnerRow) -> Result<()> {
    let style = book.style;
    pen.free(at, 0, &book.word("tier", "all"), &style.total)?;
    for (index, (number, kind)) in numbers(row).into_iter().enumerate() {
        let column = 1 + index as u16;
        match number {
            Some(number) => pen.number_as(at, column, number, kind, style.total(kind))?,
            None => pen.free(at, column, "", style.total(kind))?,
        }
    }
    pen.free(at, END, "", &style.total)
}

/// How the columns came about that do not say it themselves.
fn notes(book: &Book, owners: &Owners) -> Vec<String> {
    let workload = &book.review.config.workload;
    let days = workload.contact_days;
    let day = |days: f64| decimal(days, 1);
    let mut notes = vec![
        book.t("owners.exposure_note"),
        book.f(
            "owners.owed_note",
            &[
                ("a", book.tier(Some(Tier::Strategic))),
                ("b", book.tier(Some(Tier::Core))),
                ("c", book.tier(Some(Tier::Potential))),
                ("d", book.tier(Some(Tier::Standard))),
                ("strategic", day(days.strategic)),
                ("core", day(days.core)),
                ("potential", day(days.potential)),
                ("standard", day(days.standard)),
                ("most", decimal(workload.contacts_per_year, 0)),
            ],
        ),
    ];
    if let Some(window) = owners.contacts_window {
        let dates = [("from", window.from.to_string()), ("to", window.to.to_string())];
        notes.push(book.f("owners.made_note", &dates));
    }
    notes
}

/// Net sales by account manager.
fn sales(book: &Book, pen: &Pen, drawn: u32) -> Chart {
    let mut chart = bars(book, &book.t("owners.chart_sales"));
    series(book, pen, &mut chart, drawn, (SALES, BLUE));
    axes(book, &mut chart, &amounts(book), &book.t("column.owner"));
    settle(&mut chart);
    chart.legend().set_hidden();
    chart
}

/// Contacts owed and made.
fn contacts(book: &Book, pen: &Pen, drawn: u32) -> Chart {
    let mut chart = bars(book, &book.t("owners.chart_contacts"));
    series(book, pen, &mut chart, drawn, (OWED, ORANGE));
    series(book, pen, &mut chart, drawn, (OWED + 1, SKY));
    axes(book, &mut chart, &book.t("owners.contacts"), &book.t("column.owner"));
    settle(&mut chart);
    legend(book, &mut chart);
    chart
}

fn bars(book: &Book, text: &str) -> Chart {
    let mut chart = Chart::new(ChartType::Bar);
    title(book, &mut chart, text);
    chart
}

fn series(
    book: &Book,
    pen: &Pen,
    chart: &mut Chart,
    drawn: u32,
    (column, color): (u16, rust_xlsxwriter::Color),
) {
    let (name, first, last) = (pen.sheet.name(), HEADER + 1, HEADER + drawn);
    chart
        .add_series()
        .set_name((name.as_str(), HEADER, column))
        .set_categories(range(&name, first, 0, last))
        .set_values(range(&name, first, column, last))
        .set_format(&mut fill(color))
        .set_gap(60)
        .set_data_label(&label(book));
}

/// The first row on top; the axis of numbers stays below.
fn settle(chart: &mut Chart) {
    chart.x_axis().set_num_format("#,##0").set_major_gridlines(false).set_min(0);
    chart.y_axis().set_reverse().set_crossing(ChartAxisCrossing::Max).set_major_gridlines(false);
}
