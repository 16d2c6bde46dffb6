//! Writing cells while remembering how wide they are, so that columns and rows fit at the end.

use std::collections::BTreeMap;

use anyhow::Result;
use rust_xlsxwriter::{Format, Formula, Url, Worksheet};

use super::style::{Kind, Style};
use super::width;
use crate::locale::Lang;
use crate::money::Money;
use crate::period::Day;

/// Longest text that a cell can hold, in UTF-16 units.
const CELL_LIMIT: usize = 32_767;
/// Widths of columns nobody has set limits for.
const LIMITS: (f64, f64) = (6.0, 40.0);
/// What a cell needs beside its text: padding on both sides and the indent of texts.
const PADDING: f64 = 2.5;
/// Bold text is wider by this factor.
const BOLD: f64 = 1.1;

/// A pen on one sheet.
pub(super) struct Pen<'a> {
    /// The sheet.
    pub(super) sheet: &'a mut Worksheet,
    /// The formats.
    pub(super) style: &'a Style,
    lang: Lang,
    widths: BTreeMap<u16, f64>,
    limits: BTreeMap<u16, (f64, f64)>,
    long: Vec<Long>,
}

/// A text that may take several lines.
struct Long {
    row: u32,
    columns: (u16, u16),
    text: String,
    bold: bool,
}

impl<'a> Pen<'a> {
    pub(super) fn new(sheet: &'a mut Worksheet, style: &'a Style, lang: Lang) -> Self {
        Self {
            sheet,
            style,
            lang,
            widths: BTreeMap::new(),
            limits: BTreeMap::new(),
            long: Vec::new(),
        }
    }

    /// Keeps a column between two widths.
    pub(super) fn limit(&mut self, column: u16, least: f64, most: f64) {
        self.limits.insert(column, (least, most));
    }

    /// A column of exactly this width.
    pub(super) fn fix(&mut self, column: u16, width: f64) {
        self.limit(column, width, width);
    }

    fn measure(&mut self, column: u16, width: f64) {
        let widest = self.widths.entry(column).or_default();
        *widest = widest.max(width);
    }

    /// A text that may run over the cells to its right.
    pub(super) fn free(
        &mut self,
        row: u32,
        column: u16,
        text: &str,
        format: &Format,
    ) -> Result<()> {
        self.sheet.write_string_with_format(row, column, clipped(text), format)?;
        Ok(())
    }

    /// A text on one line.
    pub(super) fn text(&mut self, row: u32, column: u16, text: &str) -> Result<()> {
        let format = &self.style.text;
        self.measure(column, width::display(text));
        self.free(row, column, text, format)
    }

    /// A text on one line, in another format.
    pub(super) fn text_as(
        &mut self,
        row: u32,
        column: u16,
        text: &str,
        format: &Format,
    ) -> Result<()> {
        self.measure(column, width::display(text));
        self.free(row, column, text, format)
    }

    /// A text that breaks over several lines where its column is too narrow.
    pub(super) fn long(&mut self, row: u32, column: u16, text: &str) -> Result<()> {
        let format = &self.style.long_text;
        self.measure(column, width::display(text));
        self.remember(row, (column, column), text, false);
        self.free(row, column, text, format)
    }

    /// A text over several columns, broken over several lines.
    pub(super) fn merged(
        &mut self,
        row: u32,
        columns: (u16, u16),
        text: &str,
        format: &Format,
    ) -> Result<()> {
        self.remember(row, columns, text, false);
        self.sheet.merge_range(row, columns.0, row, columns.1, clipped(text), format)?;
        Ok(())
    }

    /// The heading of a column; it breaks rather than widen the column.
    pub(super) fn heading(
        &mut self,
        row: u32,
        column: u16,
        text: &str,
        number: bool,
    ) -> Result<()> {
        let style = self.style;
        let format = if number { &style.number_heading } else { &style.heading };
        self.heading_as(row, column, text, format)
    }

    /// The heading of a column, in another format.
    pub(super) fn heading_as(
        &mut self,
        row: u32,
        column: u16,
        text: &str,
        format: &Format,
    ) -> Result<()> {
        // Chinese headings may break anywhere, but four characters on a line read better than one.
        let least = width::longest_word(text).max(width::display(text).min(8.0));
        self.measure(column, least * BOLD);
        self.remember(row, (column, column), text, true);
        self.free(row, column, text, format)
    }

    /// A number.
    pub(super) fn number(&mut self, row: u32, column: u16, number: f64, kind: Kind) -> Result<()> {
        let format = self.style.number(kind);
        self.number_as(row, column, number, kind, format)
    }

    /// A number, in a format of the same kind.
    pub(super) fn number_as(
        &mut self,
        row: u32,
        column: u16,
        number: f64,
        kind: Kind,
        format: &Format,
    ) -> Result<()> {
        self.measure(column, width::display(&kind.shown(number)));
        self.figure(row, column, number, format)
    }

    /// A number that does not widen its column.
    pub(super) fn figure(
        &mut self,
        row: u32,
        column: u16,
        number: f64,
        format: &Format,
    ) -> Result<()> {
        self.sheet.write_number_with_format(row, column, kept(number), format)?;
        Ok(())
    }

    /// A number, or an empty cell where it is unknown.
    pub(super) fn known(
        &mut self,
        row: u32,
        column: u16,
        number: Option<f64>,
        kind: Kind,
    ) -> Result<()> {
        match number {
            Some(number) => self.number(row, column, number, kind),
            None => self.blank(row, column),
        }
    }

    /// Money.
    pub(super) fn money(&mut self, row: u32, column: u16, money: Money) -> Result<()> {
        self.number(row, column, money.to_f64(), Kind::Amount)
    }

    /// A count.
    pub(super) fn count(&mut self, row: u32, column: u16, count: u64) -> Result<()> {
        self.number(row, column, count as f64, Kind::Amount)
    }

    /// A day, or an empty cell.
    pub(super) fn day(&mut self, row: u32, column: u16, day: Option<Day>) -> Result<()> {
        self.known(row, column, day.map(serial), Kind::Date)
    }

    /// A formula and the number that it gives, or nothing.
    pub(super) fn formula(
        &mut self,
        row: u32,
        column: u16,
        formula: &str,
        result: Option<f64>,
        kind: Kind,
    ) -> Result<()> {
        let shown = result.map(|number| kind.shown(number)).unwrap_or_default();
        self.measure(column, width::display(&shown));
        let result = result.map(|number| number.to_string()).unwrap_or_default();
        let formula = Formula::new(formula).set_result(result);
        self.sheet.write_formula_with_format(row, column, formula, self.style.number(kind))?;
        Ok(())
    }

    /// A formula and the text that it gives.
    pub(super) fn formula_text(
        &mut self,
        row: u32,
        column: u16,
        formula: &str,
        result: &str,
    ) -> Result<()> {
        self.measure(column, width::display(result));
        let formula = Formula::new(formula).set_result(clipped(result));
        self.sheet.write_formula_with_format(row, column, formula, &self.style.text)?;
        Ok(())
    }

    /// A heading over several columns, or over one.
    pub(super) fn band(&mut self, row: u32, columns: (u16, u16), text: &str) -> Result<()> {
        let format = &self.style.band;
        if columns.1 > columns.0 {
            self.sheet.merge_range(row, columns.0, row, columns.1, clipped(text), format)?;
            return Ok(());
        }
        self.free(row, columns.0, text, format)
    }

    /// A cell to fill in, with what stands there already.
    pub(super) fn input(&mut self, row: u32, column: u16, text: Option<&str>) -> Result<()> {
        let style = self.style;
        let Some(text) = text else {
            self.sheet.write_blank(row, column, &style.input)?;
            return Ok(());
        };
        self.remember(row, (column, column), text, false);
        self.free(row, column, text, &style.input)
    }

    /// An empty cell of a table.
    pub(super) fn blank(&mut self, row: u32, column: u16) -> Result<()> {
        self.sheet.write_blank(row, column, &self.style.text)?;
        Ok(())
    }

    /// A link to the top of another sheet.
    pub(super) fn link(&mut self, row: u32, column: u16, sheet: &str, text: &str) -> Result<()> {
        let url = Url::new(format!("internal:'{}'!A1", sheet.replace('\'', "''"))).set_text(text);
        self.sheet.write_url_with_format(row, column, url, &self.style.link)?;
        Ok(())
    }

    fn remember(&mut self, row: u32, columns: (u16, u16), text: &str, bold: bool) {
        self.long.push(Long { row, columns, text: text.to_owned(), bold });
    }

    /// Sets the widths of all columns, then the heights of the rows whose texts break.
    pub(super) fn finish(self) -> Result<()> {
        let mut widths = BTreeMap::new();
        let columns: Vec<u16> = self.widths.keys().chain(self.limits.keys()).copied().collect();
        for column in columns {
            let measured = self.widths.get(&column).copied().unwrap_or_default() + PADDING;
            let (least, most) = self.limits.get(&column).copied().unwrap_or(LIMITS);
            let width = measured.clamp(least, most);
            widths.insert(column, width);
            self.sheet.set_column_width(column, width)?;
        }
        let line = match self.lang {
            Lang::En => 13.0,
            Lang::Zh => 14.0,
        };
        let mut heights: BTreeMap<u32, usize> = BTreeMap::new();
        for long in &self.long {
            let room: f64 = (long.columns.0..=long.columns.1)
                .map(|column| widths.get(&column).copied().unwrap_or(8.43))
                .sum();
            let room = (room - PADDING) / if long.bold { BOLD } else { 1.0 };
            let lines = width::lines(&long.text, room);
            let most = heights.entry(long.row).or_insert(1);
            *most = lines.max(*most);
        }
        for (row, lines) in heights {
            if lines > 1 {
                // Excel allows 409 points.
                self.sheet.set_row_height(row, (lines as f64 * line + 4.0).min(409.0))?;
            }
        }
        Ok(())
    }
}

/// A day as a spreadsheet counts days.
pub(super) fn serial(day: Day) -> f64 {
    f64::from(day.0) + 25_569.0
}

/// A number with the 15 digits that every program keeps: one that saves no more leaves the values as they were.
fn kept(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// As much of a text as a cell can hold.
fn clipped(text: &str) -> &str {
    let mut units = 0;
    for (index, c) in text.char_indices() {
        units += c.len_utf16();
        if units > CELL_LIMIT {
            return &text[..index];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_no_more_than_excel_allows() {
        assert_eq!(clipped("短"), "短");
        let long = "😀".repeat(20_000);
        assert_eq!(clipped(&long).encode_utf16().count(), CELL_LIMIT - 1);
    }

    #[test]
    fn numbers_keep_fifteen_digits() {
        let third = 100.0_f64 / 3.0;
        assert_eq!(kept(third).to_string(), "33.3333333333333");
        assert_eq!(kept(kept(third)).to_bits(), kept(third).to_bits());
        assert_eq!(kept(708_759.908_400_000_1).to_string(), "708759.9084");
        assert_eq!(kept(-12_345_678.9).to_string(), "-12345678.9");
    }

    #[test]
    fn days_count_as_in_a_spreadsheet() {
        assert!((serial(Day(0)) - 25_569.0).abs() < f64::EPSILON);
    }
}
