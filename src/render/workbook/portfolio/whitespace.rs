//! Business lines that are not bought yet: what they might bring, and what the largest clients buy.

use anyhow::Result;
use rust_xlsxwriter::{Color, ConditionalFormat2ColorScale, IgnoreError};

use super::{amount, count, headings, note, numbers, section};
use crate::locale::grouped;
use crate::render::workbook::style::SKY;
use crate::render::workbook::{Book, Pen};
use crate::review::portfolio::Whitespace;

/// Lines listed.
const LINES: usize = 20;
/// First column of the matrix: after the client and its id.
const MATRIX: u16 = 2;

pub(super) fn write(book: &Book, pen: &mut Pen, row: &mut u32, gaps: &Whitespace) -> Result<()> {
    section(book, pen, row, "whitespace")?;
    let judged = [("clients", grouped(gaps.judged as i64))];
    note(book, pen, row, &book.f("portfolio.whitespace_of", &judged))?;
    headings(
        book,
        pen,
        *row,
        0,
        &["line", "buyers", "non_buyers", "gross_sales", "median_sales", "upside"],
    )?;
    *row += 1;
    for line in gaps.lines.iter().take(LINES) {
        pen.text(*row, 0, line.line.as_str())?;
        let line = [
            count(line.buyers),
            count(line.non_buyers),
            amount(line.gross_sales),
            amount(line.median_sales),
            amount(line.potential),
        ];
        numbers(pen, *row, 1, &line)?;
        *row += 1;
    }
    if gaps.lines.len() > LINES {
        let more = [("count", grouped((gaps.lines.len() - LINES) as i64))];
        note(book, pen, row, &book.f("portfolio.more_lines", &more))?;
    }
    *row += 1;
    matrix(book, pen, row, gaps)
}

fn matrix(book: &Book, pen: &mut Pen, row: &mut u32, gaps: &Whitespace) -> Result<()> {
    section(book, pen, row, "matrix")?;
    headings(book, pen, *row, 0, &["client"])?;
    pen.heading(*row, 1, &book.t("column.client_id"), false)?;
    for (index, line) in gaps.matrix_lines.iter().enumerate() {
        pen.heading(*row, MATRIX + index as u16, line.as_str(), true)?;
    }
    *row += 1;
    let first = *row;
    for client in &gaps.matrix {
        pen.long(*row, 0, &client.name)?;
        pen.text(*row, 1, &client.client_id)?;
        for (index, sales) in client.sales.iter().enumerate() {
            pen.money(*row, MATRIX + index as u16, *sales)?;
        }
        *row += 1;
    }
    if *row > first && !gaps.matrix_lines.is_empty() {
        let (last, end) = (*row - 1, MATRIX + gaps.matrix_lines.len() as u16 - 1);
        let scale = ConditionalFormat2ColorScale::new()
            .set_minimum(rust_xlsxwriter::ConditionalFormatType::Number, 0)
            .set_minimum_color(Color::White)
            .set_maximum_color(SKY);
        pen.sheet.add_conditional_format(first, MATRIX, last, end, &scale)?;
        pen.sheet.ignore_error_range(first, 1, last, 1, IgnoreError::NumberStoredAsText)?;
    }
    *row += 1;
    Ok(())
}
