//! Cells of the workbook library to ours, and loose cells to rows.

use std::ops::ControlFlow;

use calamine::{CellErrorType, Data, DataType, ExcelDateTime};

use super::package::Flaw;
use super::{Cell, RowSink};
use crate::period::Day;

/// Columns of a sheet.
const COLUMNS: u32 = 16_384;
/// Cells that rows may be wide, blank ones included, beyond those filled.
const WIDTH_FREE: u64 = 64 << 20;
/// Cells that rows may be wide for each one filled.
const WIDTH_EACH: u64 = 64;
const DAY_SECONDS: f64 = 86_400.0;

/// One cell of a worksheet. Text without a visible character is blank.
pub(super) fn cell<T: DataType>(value: &T) -> Cell<'_> {
    if let Some(text) = value.get_string() {
        text_cell(text)
    } else if let Some(number) = value.get_float() {
        number_cell(number)
    } else if value.is_empty() {
        Cell::Blank
    } else if let Some(date) = value.get_datetime() {
        date_cell(date)
    } else if let Some(number) = value.get_int() {
        Cell::Number(number as f64)
    } else if let Some(truth) = value.get_bool() {
        Cell::Bool(truth)
    } else if let Some(error) = value.get_error() {
        Cell::Error(error_text(error))
    } else if let Some(text) = value.get_datetime_iso() {
        iso_date(text).unwrap_or_else(|| text_cell(text))
    } else if let Some(text) = value.get_duration_iso() {
        iso_duration(text).map_or_else(|| text_cell(text), Cell::Number)
    } else {
        Cell::Blank
    }
}

/// How errors look where they are only text.
pub(super) const ERRORS: [&str; 7] =
    ["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"];

/// One cell of an `OpenDocument` sheet, where errors come as their text.
pub(super) fn ods_cell(value: &Data) -> Cell<'_> {
    match cell(value) {
        Cell::Text(text) if ERRORS.contains(&text) => Cell::Error(text),
        other => other,
    }
}

pub(super) fn text_cell(text: &str) -> Cell<'_> {
    if text.trim().is_empty() { Cell::Blank } else { Cell::Text(text) }
}

pub(super) fn number_cell<'a>(number: f64) -> Cell<'a> {
    if number.is_finite() { Cell::Number(number) } else { Cell::Error("#NUM!") }
}

/// A date within the calendar; a time without a day and a serial number out of range stay numbers.
fn date_cell(date: ExcelDateTime) -> Cell<'static> {
    let serial = date.as_f64();
    if date.is_duration() || !(1.0..1e6).contains(&serial) {
        return number_cell(serial);
    }
    let (year, month, day, ..) = ExcelDateTime::to_ymd_hms_milli(&date);
    // Seconds from the serial itself: the parts are cut off, so that noon may come as 11:59:59.
    let seconds = (serial.fract() * DAY_SECONDS).round() as u32;
    match Day::from_ymd(i32::from(year), u32::from(month), u32::from(day)) {
        Some(day) if seconds >= 86_400 => Cell::Date(day.plus_days(1), 0),
        Some(day) => Cell::Date(day, seconds),
        None => number_cell(serial),
    }
}

fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

/// `2012-09-29`, with or without `T10:30:00.5`; a zone is of no interest.
pub(super) fn iso_date(text: &str) -> Option<Cell<'static>> {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00"));
    let day = Day::parse_iso(date)?;
    let mut parts = time.trim_end_matches('Z').splitn(3, ':');
    let hours: u32 = parts.next()?.parse().ok()?;
    let minutes: u32 = parts.next()?.parse().ok()?;
    let whole = parts.next().unwrap_or("0").split('.').next()?;
    let seconds: u32 = whole.get(..2).unwrap_or(whole).parse().ok()?;
    (hours < 24 && minutes < 60 && seconds < 60)
        .then_some(Cell::Date(day, hours * 3600 + minutes * 60 + seconds))
}

/// `PT10H30M00S` as days.
pub(super) fn iso_duration(text: &str) -> Option<f64> {
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0.0;
    for (unit, weight) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, after)) = rest.split_once(unit) {
            seconds += number.parse::<f64>().ok()? * weight;
            rest = after;
        }
    }
    rest.is_empty().then_some(seconds / DAY_SECONDS)
}

/// Gathers the cells of one row.
pub(super) struct RowBuffer<T> {
    row: u32,
    cells: Vec<(u32, T)>,
    filled: u64,
    width: u64,
}

impl<T> RowBuffer<T> {
    pub(super) fn new() -> Self {
        Self { row: 0, cells: Vec::new(), filled: 0, width: 0 }
    }

    /// The row that is being gathered, from 0.
    pub(super) fn row(&self) -> u32 {
        self.row
    }

    /// Adds a cell that is not blank; those beyond the last column of a sheet are ignored.
    pub(super) fn put(&mut self, row: u32, column: u32, value: T) -> Result<(), Flaw> {
        self.row = row;
        if column < COLUMNS {
            if self.cells.len() >= COLUMNS as usize {
                return Err(Flaw::Damaged(format!("row {}", u64::from(row) + 1)));
            }
            self.cells.push((column, value));
        }
        Ok(())
    }

    /// Pushes the row, unless it is blank, and begins the next one.
    pub(super) fn flush(
        &mut self,
        convert: impl for<'x> Fn(&'x T) -> Cell<'x>,
        sink: &mut dyn RowSink,
    ) -> Result<ControlFlow<()>, Flaw> {
        if self.cells.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        let mut row: Vec<Cell<'_>> = Vec::with_capacity(self.cells.len());
        for (column, value) in &self.cells {
            let value = convert(value);
            if value == Cell::Blank {
                continue;
            }
            let column = *column as usize;
            if column >= row.len() {
                row.resize(column + 1, Cell::Blank);
            }
            row[column] = value;
            self.filled += 1;
        }
        self.width += row.len() as u64;
        if self.width > WIDTH_FREE + WIDTH_EACH * self.filled {
            return Err(Flaw::Suspicious("sheet-area"));
        }
        let flow = if row.is_empty() {
            ControlFlow::Continue(())
        } else {
            sink.row(u64::from(self.row) + 1, &row)
        };
        drop(row);
        self.cells.clear();
        Ok(flow)
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    fn date(serial: f64, is_1904: bool) -> Cell<'static> {
        date_cell(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, is_1904))
    }

    fn day(year: i32, month: u32, day: u32) -> Day {
        Day::from_ymd(year, month, day).expect("a day")
    }

    #[test]
    fn serials_are_dates_in_both_epochs() {
        assert_eq!(date(41_181.0, false), Cell::Date(day(2012, 9, 29), 0));
        assert_eq!(date(41_181.0 - 1462.0, true), Cell::Date(day(2012, 9, 29), 0));
        assert_eq!(date(41_181.5, false), Cell::Date(day(2012, 9, 29), 43_200));
        assert_eq!(date(41_181.999_999_9, false), Cell::Date(day(2012, 9, 30), 0));
        assert_eq!(date(59.0, false), Cell::Date(day(1900, 2, 28), 0));
        assert_eq!(date(60.0, false), Cell::Number(60.0), "Excel's 29 February 1900");
        assert_eq!(date(0.25, false), Cell::Number(0.25));
        assert_eq!(date(-3.0, true), Cell::Number(-3.0));
        assert_eq!(date(2e5, false), Cell::Number(2e5));
        assert_eq!(date(f64::NAN, false), Cell::Error("#NUM!"));
        let span = ExcelDateTime::new(41_181.0, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(date_cell(span), Cell::Number(41_181.0));
    }

    #[test]
    fn iso_texts_are_dates_and_durations_or_stay_text() {
        let read = |text: &str| cell(&Data::DateTimeIso(text.to_owned())) == Cell::Text(text);
        assert_eq!(iso_date("2012-09-29"), Some(Cell::Date(day(2012, 9, 29), 0)));
        assert_eq!(iso_date("2012-09-29T10:30:05.250"), Some(Cell::Date(day(2012, 9, 29), 37_805)));
        assert!(read("2012-13-29") && read("2012-09-29T25:00:00") && read("soon"));
        assert_eq!(iso_duration("PT36H00M00S"), Some(1.5));
        assert_eq!(iso_duration("P1D"), None);
    }

    #[test]
    fn only_visible_text_counts_and_errors_of_ods_are_errors() {
        assert_eq!(cell(&Data::String(" \u{3000}\t".to_owned())), Cell::Blank);
        assert_eq!(cell(&Data::String(" a ".to_owned())), Cell::Text(" a "));
        let text = Data::String("#N/A".to_owned());
        assert_eq!(cell(&text), Cell::Text("#N/A"));
        assert_eq!(ods_cell(&text), Cell::Error("#N/A"));
    }

    struct Widths(Vec<usize>);

    impl RowSink for Widths {
        fn row(&mut self, _: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
            self.0.push(cells.len());
            ControlFlow::Continue(())
        }
    }

    #[test]
    fn wide_rows_of_nothing_have_a_limit() {
        let mut rows = RowBuffer::new();
        let mut sink = Widths(Vec::new());
        let outcome = (0..1_000_000).try_for_each(|row| {
            rows.put(row, 16_383, Data::Int(1))?;
            rows.flush(cell, &mut sink).map(|_| ())
        });
        assert_eq!(outcome, Err(Flaw::Suspicious("sheet-area")));
        assert_eq!(sink.0.len(), 4112);
        let mut rows = RowBuffer::new();
        let outcome = (0..20_000).try_for_each(|_| rows.put(0, 0, Data::Int(1)));
        assert_eq!(outcome, Err(Flaw::Damaged("row 1".to_owned())));
    }
}
