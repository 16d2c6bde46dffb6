//! What came in, how it was read, and what was wrong with it.

use anyhow::Result;
use rust_xlsxwriter::IgnoreError;

use super::{Book, Pen};
use crate::diagnostic::column_letters;
use crate::render::message;
use crate::review::InputReport;

/// Columns of the sheet; every part of it uses them from the left.
const LIMITS: [(f64, f64); 8] = [
    (24.0, 40.0),
    (12.0, 24.0),
    (14.0, 30.0),
    (12.0, 18.0),
    (12.0, 18.0),
    (14.0, 24.0),
    (14.0, 30.0),
    (40.0, 60.0),
];
/// Characters shown of a cell: enough to find it.
const CELL_SHOWN: usize = 200;
const LAST: u16 = LIMITS.len() as u16 - 1;

pub(super) fn write(book: &Book, mut pen: Pen) -> Result<()> {
    for (column, (least, most)) in LIMITS.into_iter().enumerate() {
        pen.limit(column as u16, least, most);
    }
    let mut row = 4;
    control(book, &mut pen, &mut row)?;
    inputs(book, &mut pen, &mut row)?;
    mapping(book, &mut pen, &mut row)?;
    groups(book, &mut pen, &mut row)?;
    details(book, &mut pen, &mut row)?;
    pen.sheet.set_freeze_panes(2, 0)?;
    pen.sheet.set_repeat_rows(0, 1)?;
    pen.finish()
}

/// The title of a part and its headings.
fn part(
    book: &Book,
    pen: &mut Pen,
    row: &mut u32,
    key: &str,
    headings: &[(&str, bool)],
) -> Result<()> {
    pen.free(*row, 0, &book.t(&format!("quality.{key}")), &book.style.section)?;
    *row += 1;
    for (column, (heading, number)) in headings.iter().enumerate() {
        pen.heading(*row, column as u16, &book.t(&format!("column.{heading}")), *number)?;
    }
    *row += 1;
    Ok(())
}

fn control(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let control = &book.review.control;
    let headings = [("control", false), ("rows", true), ("amount", true)];
    part(book, pen, row, "control", &headings)?;
    let mut lines = vec![
        (book.t("quality.in_file"), control.rows_in_file, control.amount_in_file),
        (book.t("quality.used"), control.rows_used, control.amount_used),
    ];
    for (currency, part) in &control.currencies {
        let given =
            [("currency", currency.clone()), ("amount", book.lang.fact(&part.amount.into()))];
        lines.push((book.f("quality.in_currency", &given), part.rows, part.converted));
    }
    lines.extend([(book.t("quality.left_out"), control.rows_left_out, control.amount_left_out)]);
    for (code, left) in &control.by_reason {
        let reason = [("reason", message::title(book.lang, code))];
        lines.push((book.f("quality.of_which", &reason), left.rows, left.amount));
    }
    for (text, rows, amount) in lines {
        pen.long(*row, 0, &text)?;
        pen.count(*row, 1, rows)?;
        pen.money(*row, 2, amount)?;
        *row += 1;
    }
    *row += 1;
    Ok(())
}

fn inputs(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let headings = [
        ("file", false),
        ("sheet", false),
        ("table", false),
        ("rows", true),
        ("header_row", true),
        ("format", false),
        ("encoding", false),
        ("delimiter", false),
    ];
    part(book, pen, row, "inputs", &headings)?;
    for input in &book.review.inputs {
        pen.long(*row, 0, &input.file)?;
        pen.text(*row, 1, input.sheet.as_deref().unwrap_or_default())?;
        pen.long(*row, 2, &role(book, input))?;
        pen.count(*row, 3, input.rows)?;
        match input.header_row {
            Some(header) => pen.count(*row, 4, header)?,
            None => pen.blank(*row, 4)?,
        }
        pen.text(*row, 5, input.format)?;
        pen.text(*row, 6, input.encoding.as_deref().unwrap_or_default())?;
        pen.text(*row, 7, &delimiter(book, input.delimiter.as_deref()))?;
        *row += 1;
    }
    *row += 1;
    Ok(())
}

/// The table that an input was read as, or why it was not used.
fn role(book: &Book, input: &InputReport) -> String {
    if let Some(table) = input.table {
        return book.lang.text(&format!("table.{table}"));
    }
    let Some(code) = input.unused else { return book.t("quality.not_used") };
    let why = message::title(book.lang, code);
    book.f("quality.not_used_why", &[("why", why)])
}

/// A delimiter that can be seen.
fn delimiter(book: &Book, delimiter: Option<&str>) -> String {
    match delimiter {
        Some("\t" | "tab") => book.t("quality.tab"),
        Some(other) => other.to_owned(),
        None => String::new(),
    }
}

fn mapping(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let headings = [
        ("file", false),
        ("sheet", false),
        ("heading", false),
        ("field", false),
        ("reading", false),
    ];
    part(book, pen, row, "mapping", &headings)?;
    for input in book.review.inputs.iter().filter(|input| input.table.is_some()) {
        for column in &input.columns {
            pen.long(*row, 0, &input.file)?;
            pen.text(*row, 1, input.sheet.as_deref().unwrap_or_default())?;
            pen.long(*row, 2, &column.heading)?;
            let field = column.field.map_or_else(|| book.t("quality.no_field"), ToOwned::to_owned);
            pen.text(*row, 3, &field)?;
            pen.long(*row, 4, column.reading.as_deref().unwrap_or_default())?;
            *row += 1;
        }
    }
    *row += 1;
    Ok(())
}

fn groups(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    if book.review.diagnostics.is_empty() {
        pen.free(*row, 0, &book.t("quality.groups"), &book.style.section)?;
        pen.free(*row + 1, 0, &book.t("quality.clean"), &book.style.note)?;
        *row += 3;
        return Ok(());
    }
    let headings = [("code", false), ("severity", false), ("count", true), ("message", false)];
    part(book, pen, row, "groups", &headings)?;
    let message = headings.len() as u16 - 1;
    for column in message + 1..=LAST {
        pen.heading(*row - 1, column, "", false)?;
    }
    for group in &book.review.diagnostics {
        pen.text(*row, 0, group.code)?;
        pen.text(*row, 1, &message::severity(book.lang, group.severity))?;
        pen.count(*row, 2, group.count)?;
        let first = group.details.first();
        let text = first.map(|detail| message::sentence(book.lang, detail)).unwrap_or_default();
        pen.merged(*row, (message, LAST), &text, &book.style.long_text)?;
        *row += 1;
    }
    *row += 1;
    Ok(())
}

fn details(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let headings = [
        ("file", false),
        ("sheet", false),
        ("code", false),
        ("row", true),
        ("column", false),
        ("heading", false),
        ("cell", false),
        ("message", false),
    ];
    let groups = &book.review.diagnostics;
    if groups.iter().all(|group| group.details.is_empty()) {
        return Ok(());
    }
    part(book, pen, row, "details", &headings)?;
    let header = *row - 1;
    for detail in groups.iter().flat_map(|group| &group.details) {
        let origin = &detail.origin;
        pen.long(*row, 0, &origin.file)?;
        pen.text(*row, 1, origin.sheet.as_deref().unwrap_or_default())?;
        pen.text(*row, 2, detail.code)?;
        match origin.row {
            Some(number) => pen.count(*row, 3, number)?,
            None => pen.blank(*row, 3)?,
        }
        pen.text(*row, 4, &origin.column.map(column_letters).unwrap_or_default())?;
        pen.long(*row, 5, origin.heading.as_deref().unwrap_or_default())?;
        let cell: String =
            detail.cell.as_deref().unwrap_or_default().chars().take(CELL_SHOWN).collect();
        pen.long(*row, 6, &cell)?;
        pen.long(*row, 7, &message::sentence(book.lang, detail))?;
        *row += 1;
    }
    let last = *row - 1;
    pen.sheet.autofilter(header, 0, last, LAST)?;
    pen.sheet.ignore_error_range(header, 0, last, LAST, IgnoreError::NumberStoredAsText)?;
    if groups.iter().any(|group| group.count > group.details.len() as u64) {
        pen.free(*row, 0, &book.t("quality.more"), &book.style.note)?;
    }
    Ok(())
}
