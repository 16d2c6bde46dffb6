//! Formats that cannot be changed in place: their data with the columns beside it, as a new workbook or a CSV.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::column::Value;
use super::edit::Request;
use super::reference::letters;
use crate::error::Result;
use crate::locale::Lang;
use crate::render::listing::guarded;
use crate::schema::value::shown;
use crate::source::{Cell, Document, RowSink};

/// Columns of a sheet get this width where nothing is known of them.
const WIDTH: f64 = 14.0;

/// Writes all sheets as a new workbook.
///
/// # Errors
/// Those of reading, and sheets that a workbook cannot hold.
pub fn write_workbook(
    document: &mut Document,
    request: &Request<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Vec<(String, String)>> {
    let mut book = Workbook::new();
    let base = Format::new().set_font_name(match request.lang {
        Lang::En => "Arial",
        Lang::Zh => "等线",
    });
    let base = base.set_font_size(10);
    let looks = Looks {
        date: base.clone().set_num_format("yyyy-mm-dd"),
        time: base.clone().set_num_format("yyyy-mm-dd hh:mm:ss"),
        points: base.clone().set_num_format("0.00"),
        heading: base.clone().set_bold(),
        base,
    };
    for (index, info) in document.sheets().to_vec().into_iter().enumerate() {
        if info.unread.is_some() {
            continue;
        }
        let sheet = book.add_worksheet();
        if let Some(name) = &info.name {
            sheet.set_name(name)?;
        }
        sheet.set_hidden(info.hidden);
        let annotated = (index == request.target.sheet).then_some(request);
        if let Some(request) = annotated {
            let width = request.matched.width as u16;
            sheet.set_column_range_width(0, width.saturating_sub(1), WIDTH)?;
            for (offset, column) in request.columns.iter().enumerate() {
                sheet.set_column_width(width + offset as u16, column.width)?;
            }
        }
        let values = annotated.map(|request| request.values(request.columns));
        let values = values.unwrap_or_default();
        let mut rows =
            ToSheet { sheet, looks: &looks, request: annotated, values, outcome: Ok(()) };
        copy(document, index, &mut rows)?;
        rows.outcome?;
    }
    out.write_all(&book.save_to_buffer()?)?;
    Ok(places(request))
}

/// Writes the annotated sheet as a CSV.
///
/// # Errors
/// Those of reading and of `out`.
pub fn write_csv(
    document: &mut Document,
    request: &Request<'_>,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<Vec<(String, String)>> {
    // Spreadsheets in China take a CSV for GBK unless it has a mark.
    out.write_all("\u{feff}".as_bytes())?;
    let values = request.values(request.columns);
    let writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    let mut rows = ToText { writer, request, values, outcome: Ok(()) };
    copy(document, request.target.sheet, &mut rows)?;
    rows.outcome?;
    rows.writer.flush()?;
    Ok(places(request))
}

/// Letters and headings of the columns: right of all others.
fn places(request: &Request<'_>) -> Vec<(String, String)> {
    let first = request.matched.width as u32;
    let placed = request.columns.iter().zip(first..);
    placed.map(|(column, at)| (letters(at), column.heading(request.lang))).collect()
}

/// Pushes the rows of a sheet, one after the other.
fn copy(document: &mut Document, sheet: usize, rows: &mut dyn RowSink) -> Result<()> {
    let rows = Mutex::new(rows);
    document.read(sheet, 1, 1, || Shared(&rows))?;
    Ok(())
}

/// A sink that is made once and used by whoever reads.
struct Shared<'a, 'b>(&'a Mutex<&'b mut dyn RowSink>);

impl RowSink for Shared<'_, '_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).row(number, cells)
    }
}

/// What stands in the columns beside a row.
fn beside(request: &Request<'_>, values: &[Vec<Value>], number: u64) -> Option<Vec<Value>> {
    let row = u32::try_from(number).ok()?;
    if row == request.target.headings().1 {
        let headings = request.columns.iter().map(|column| column.heading(request.lang));
        return Some(headings.map(Value::Text).collect());
    }
    Some(values[request.matched.client(row)?].clone())
}

struct Looks {
    base: Format,
    date: Format,
    time: Format,
    points: Format,
    heading: Format,
}

struct ToSheet<'a> {
    sheet: &'a mut Worksheet,
    looks: &'a Looks,
    /// Where this is the sheet to annotate.
    request: Option<&'a Request<'a>>,
    values: Vec<Vec<Value>>,
    outcome: Result<(), XlsxError>,
}

impl ToSheet<'_> {
    fn write(&mut self, number: u64, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        let row = u32::try_from(number.saturating_sub(1)).unwrap_or(u32::MAX);
        let Looks { base, date, time, points, heading } = self.looks;
        let sheet = &mut *self.sheet;
        let target = self.request.map(|request| request.target.headings());
        let is_heading = target
            .is_some_and(|(first, last)| (u64::from(first)..=u64::from(last)).contains(&number));
        let text_format = if is_heading { heading } else { base };
        for (at, cell) in cells.iter().enumerate() {
            let column = u16::try_from(at).unwrap_or(u16::MAX);
            match cell {
                Cell::Blank => {}
                Cell::Number(number) => {
                    sheet.write_number_with_format(row, column, *number, base)?;
                }
                Cell::Date(day, seconds) => {
                    let serial = f64::from(day.0) + 25_569.0 + f64::from(*seconds) / 86_400.0;
                    let format = if *seconds == 0 { date } else { time };
                    sheet.write_number_with_format(row, column, serial, format)?;
                }
                Cell::Bool(value) => {
                    sheet.write_boolean_with_format(row, column, *value, base)?;
                }
                cell => {
                    sheet.write_string_with_format(row, column, shown(cell), text_format)?;
                }
            }
        }
        let Some(request) = self.request else {
            return Ok(());
        };
        let first = u16::try_from(request.matched.width).unwrap_or(u16::MAX);
        for (at, value) in beside(request, &self.values, number).into_iter().flatten().enumerate() {
            let column = first.saturating_add(at as u16);
            match value {
                Value::Blank => {}
                Value::Number(number) => {
                    sheet.write_number_with_format(row, column, number, points)?;
                }
                Value::Text(text) => {
                    sheet.write_string_with_format(row, column, text, text_format)?;
                }
            }
        }
        Ok(())
    }
}

impl RowSink for ToSheet<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        self.outcome = self.write(number, cells);
        if self.outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

struct ToText<'a, W: Write> {
    writer: csv::Writer<W>,
    request: &'a Request<'a>,
    values: Vec<Vec<Value>>,
    outcome: Result<(), csv::Error>,
}

impl<W: Write + Send> RowSink for ToText<'_, W> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let mut record: Vec<String> = cells.iter().map(|cell| guarded(&shown(cell))).collect();
        if let Some(values) = beside(self.request, &self.values, number) {
            record.resize(self.request.matched.width, String::new());
            record.extend(values.into_iter().map(|value| match value {
                Value::Blank => String::new(),
                Value::Number(number) => number.to_string(),
                Value::Text(text) => guarded(&text),
            }));
        }
        self.outcome = self.writer.write_record(&record);
        if self.outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}
