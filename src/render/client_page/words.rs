//! How values are written on a client page.

use crate::client_page::Unit;
use crate::diagnostic::Origin;
use crate::locale::{Lang, decimal, money_text, percent, whole_money};
use crate::money::Money;
use crate::render::table::Align;
use crate::render::table::Table;

/// What stands for what is not known.
pub(super) const UNKNOWN: &str = "-";

/// An amount with its hundredths.
pub(super) fn exact(money: Money) -> String {
    let text = money_text(money, 2);
    if text.contains('.') { text } else { format!("{text}.00") }
}

/// A text that may be missing.
pub(super) fn text(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

/// Anything that may be missing.
pub(super) fn known<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| value.to_string())
}

/// An amount that may be missing.
pub(super) fn amount(value: Option<Money>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), whole_money)
}

/// A number with one decimal that may be missing.
pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| format!("{value:.1}"))
}

/// A value of a metric.
pub(super) fn measured(value: Option<f64>, unit: Unit) -> String {
    let Some(value) = value else {
        return UNKNOWN.to_owned();
    };
    match unit {
        Unit::Money => decimal(value, 0),
        Unit::Share => percent(value, 1),
        Unit::Number => decimal(value, 1),
    }
}

/// File, sheet and row.
pub(super) fn place(lang: Lang, origin: &Origin) -> String {
    let mut parts = vec![origin.file.clone()];
    if let Some(sheet) = &origin.sheet {
        parts.push(lang.fill("location.sheet", &[("sheet", sheet.clone())]));
    }
    if let Some(row) = origin.row {
        parts.push(lang.fill("location.row", &[("row", row.to_string())]));
    }
    parts.join(&lang.text("location.separator"))
}

/// A table under headings of the catalogue. Columns of text in which no row has anything are left out.
pub(super) fn table(lang: Lang, columns: &[(&str, Align)], rows: Vec<Vec<String>>) -> Table {
    let kept: Vec<bool> = columns
        .iter()
        .enumerate()
        .map(|(at, (_, align))| {
            let nothing = |row: &Vec<String>| row[at].is_empty() || row[at] == UNKNOWN;
            *align == Align::Right && at == 0 || !rows.iter().all(nothing)
        })
        .collect();
    let headings = columns
        .iter()
        .zip(&kept)
        .filter(|(_, kept)| **kept)
        .map(|((key, align), _)| (lang.text(&format!("show.column.{key}")), *align));
    let mut table = Table::new(headings.collect());
    for row in rows {
        let cells = row.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(cell, _)| cell);
        table.row(cells.collect());
    }
    table
}
