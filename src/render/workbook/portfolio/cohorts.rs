//! Who came when, and who of them still orders: shares shaded in one colour, and sales below.

use anyhow::Result;
use rust_xlsxwriter::{Color, ConditionalFormat2ColorScale};

use super::{Kind, amount, note, section};
use crate::period::{Day, Window};
use crate::render::workbook::style::SKY;
use crate::render::workbook::{Book, Pen};
use crate::review::portfolio::{Cohort, CohortPeriod, Cohorts, Span};

/// Columns before the periods: the cohort and its size.
const BEFORE: u16 = 2;

pub(super) fn write(book: &Book, pen: &mut Pen, row: &mut u32, cohorts: &Cohorts) -> Result<()> {
    section(book, pen, row, "cohorts")?;
    let span = match cohorts.span {
        Span::Year => "year",
        Span::Quarter => "quarter",
    };
    note(book, pen, row, &book.t(&format!("portfolio.cohorts_of.{span}")))?;
    let first = *row + 1;
    table(book, pen, row, cohorts, "ordered", |period| (period.share, Kind::Share))?;
    shade(pen, (first, *row - 1), (BEFORE, BEFORE + cohorts.periods.len() as u16 - 1))?;
    *row += 1;
    table(book, pen, row, cohorts, "sales", |period| amount(period.net_sales))?;
    if let Some(cohort) = cohorts.rows.first().filter(|cohort| !cohort.first_order_known) {
        let date = [("date", cohort.from.to_string())];
        note(book, pen, row, &book.f("portfolio.cohorts_first", &date))?;
    }
    *row += 1;
    Ok(())
}

/// One row per cohort and one column per period.
fn table(
    book: &Book,
    pen: &mut Pen,
    row: &mut u32,
    cohorts: &Cohorts,
    key: &str,
    number: impl Fn(&CohortPeriod) -> (Option<f64>, Kind),
) -> Result<()> {
    pen.heading(*row, 0, &book.t(&format!("portfolio.cohort_{key}")), false)?;
    pen.heading(*row, 1, &book.t("column.clients"), true)?;
    for (index, period) in cohorts.periods.iter().enumerate() {
        let Window { from, to } = *period;
        pen.heading(*row, BEFORE + index as u16, &dates(book, from, to), true)?;
    }
    *row += 1;
    for (index, cohort) in cohorts.rows.iter().enumerate() {
        pen.text(*row, 0, &name(book, cohort))?;
        pen.count(*row, 1, cohort.clients as u64)?;
        for column in 0..index {
            pen.blank(*row, BEFORE + column as u16)?;
        }
        for (later, period) in cohort.periods.iter().enumerate() {
            let (number, kind) = number(period);
            pen.known(*row, BEFORE + (index + later) as u16, number, kind)?;
        }
        *row += 1;
    }
    Ok(())
}

fn dates(book: &Book, from: Day, to: Day) -> String {
    book.f("portfolio.dates", &[("from", from.to_string()), ("to", to.to_string())])
}

/// The first cohort may have begun to buy before the data begins.
fn name(book: &Book, cohort: &Cohort) -> String {
    if cohort.first_order_known {
        dates(book, cohort.from, cohort.to)
    } else {
        book.f("portfolio.dates_until", &[("to", cohort.to.to_string())])
    }
}

/// The more, the darker.
fn shade(pen: &mut Pen, rows: (u32, u32), columns: (u16, u16)) -> Result<()> {
    let scale = ConditionalFormat2ColorScale::new()
        .set_minimum(rust_xlsxwriter::ConditionalFormatType::Number, 0)
        .set_maximum(rust_xlsxwriter::ConditionalFormatType::Number, 1)
        .set_minimum_color(Color::White)
        .set_maximum_color(SKY);
    pen.sheet.add_conditional_format(rows.0, columns.0, rows.1, columns.1, &scale)?;
    Ok(())
}
