//! The portfolio as a whole: who holds it, who stays, what is not sold yet, and how clients are served.
//!
//! One part below the other on common columns; a part without data is left out.

mod cohorts;
mod concentration;
mod funnel;
mod measures;
mod service;
mod stages;
mod whitespace;

use anyhow::Result;

use super::style::Kind;
use super::{Book, Pen};

/// Width of the first column, and limits of the others.
const FIRST: (f64, f64) = (26.0, 40.0);
const OTHERS: (f64, f64) = (12.5, 20.0);
/// Columns with such limits: periods and business lines are the most that any part has.
const COLUMNS: u16 = 14;
/// First column of what stands right of a table, and the pixels of a chart there.
const BESIDE: u16 = 7;
const CHART: (u32, u32) = (560, 260);

pub(super) fn write(book: &Book, mut pen: Pen) -> Result<()> {
    let Some(figures) = &book.review.portfolio else {
        return pen.finish();
    };
    pen.limit(0, FIRST.0, FIRST.1);
    for column in 1..COLUMNS {
        pen.limit(column, OTHERS.0, OTHERS.1);
    }
    let (pen_mut, mut row) = (&mut pen, 4);
    concentration::write(book, pen_mut, &mut row, figures)?;
    stages::write(book, pen_mut, &mut row, figures)?;
    measures::write(book, pen_mut, &mut row, figures)?;
    if let Some(cohorts) = &figures.cohorts {
        cohorts::write(book, pen_mut, &mut row, cohorts)?;
    }
    service::write(book, pen_mut, &mut row, figures)?;
    if let Some(gaps) = &figures.whitespace {
        whitespace::write(book, pen_mut, &mut row, gaps)?;
    }
    if let Some(funnel) = &figures.funnel {
        funnel::write(book, pen_mut, &mut row, funnel)?;
    }
    pen.sheet.set_freeze_panes(2, 0)?;
    pen.sheet.set_repeat_rows(0, 1)?;
    pen.finish()
}

/// The title of a part.
fn section(book: &Book, pen: &mut Pen, row: &mut u32, key: &str) -> Result<()> {
    pen.free(*row, 0, &book.t(&format!("portfolio.{key}")), &book.style.section)?;
    *row += 1;
    Ok(())
}

/// The headings of a table from a column on: the first holds texts, the others numbers.
fn headings(book: &Book, pen: &mut Pen, row: u32, column: u16, keys: &[&str]) -> Result<()> {
    for (index, key) in keys.iter().enumerate() {
        let text = book.heading("portfolio.column", key);
        pen.heading(row, column + index as u16, &text, index > 0)?;
    }
    Ok(())
}

/// Numbers of a row of a table, unknown ones empty.
fn numbers(pen: &mut Pen, row: u32, column: u16, numbers: &[(Option<f64>, Kind)]) -> Result<()> {
    for (index, (number, kind)) in numbers.iter().enumerate() {
        pen.known(row, column + index as u16, *number, *kind)?;
    }
    Ok(())
}

/// The same of a sum.
fn totals(pen: &mut Pen, row: u32, numbers: &[(Option<f64>, Kind)]) -> Result<()> {
    let style = pen.style;
    for (index, (number, kind)) in numbers.iter().enumerate() {
        let column = 1 + index as u16;
        match number {
            Some(number) => pen.number_as(row, column, *number, *kind, style.total(*kind))?,
            None => pen.free(row, column, "", style.total(*kind))?,
        }
    }
    Ok(())
}

/// A note over the width of the tables.
fn note(book: &Book, pen: &mut Pen, row: &mut u32, text: &str) -> Result<()> {
    pen.merged(*row, (0, BESIDE - 1), text, &book.style.long_note)?;
    *row += 1;
    Ok(())
}

/// A count as a number of a table.
fn count(count: usize) -> (Option<f64>, Kind) {
    (Some(count as f64), Kind::Amount)
}

/// An amount as a number of a table.
fn amount(money: crate::money::Money) -> (Option<f64>, Kind) {
    (Some(money.to_f64()), Kind::Amount)
}
