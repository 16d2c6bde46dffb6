//! A recognised sheet: where it is, what its columns are, how they are to be read.

use std::cell::RefCell;
use std::rc::Rc;

use super::ColumnReport;
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::schema::Kind;
use crate::schema::aliases::normalise;
use crate::schema::column::{Evidence, Given, Survey, decide};
use crate::schema::heading::Layout;
use crate::schema::value::{DateOrder, Reading, exact};
use crate::source::{Cell, Document};

/// Rows that the first decision about a column rests on.
const SURVEY_ROWS: u64 = 1000;

/// A sheet that was recognised and how it is to be read.
pub(super) struct Sheet {
    pub document: Rc<RefCell<Document>>,
    pub index: usize,
    pub layout: Layout,
    /// By column; default where the column has no field.
    pub readings: Vec<Reading>,
    pub given: Given,
    /// Column and value that a row must have.
    pub filter: Vec<(usize, String)>,
    pub currency: Option<String>,
    /// File and sheet.
    pub origin: Origin,
    /// Position of its report.
    pub report: usize,
    /// Whether the settings say which table it is.
    pub forced: bool,
    /// Whether all rows have been surveyed.
    pub surveyed: bool,
}

impl Sheet {
    /// Where a cell of it stands.
    pub(super) fn at(&self, row: u64, column: Option<usize>) -> Origin {
        let heading =
            column.and_then(|at| self.layout.columns.get(at)).map(|column| column.heading.clone());
        Origin { row: Some(row), column, heading, ..self.origin.clone() }
    }

    /// Whether its transactions name clients in a column that can hold nothing but ids.
    pub(super) fn names_clients_by_id(&self) -> bool {
        self.layout.table.code() == "transactions"
            && self
                .layout
                .column_of("client")
                .is_some_and(|at| normalise(&self.layout.columns[at].heading) != "client")
    }

    /// A number of a column that nothing in it settles: how it is read, and how it might be.
    fn open_number(&self, column: usize, number: &str) -> Diagnostic {
        let heading = Some(self.layout.columns[column].heading.clone());
        let origin = Origin { column: Some(column), heading, ..self.origin.clone() };
        let read = |decimal_comma| {
            let reading = Reading { decimal_comma, ..Reading::default() };
            let exact = exact(&Cell::Text(number), reading).ok().flatten();
            exact.map_or_else(String::new, |exact| Money(exact.units).to_string())
        };
        Diagnostic::notice("ambiguous-number", origin)
            .with_cell(number)
            .with("read", read(false))
            .with("other", read(true))
    }

    /// Looks through the columns: the first rows, or all of them. Returns what was guessed.
    pub(super) fn survey(&mut self, all: bool, threads: usize) -> Result<Vec<Diagnostic>> {
        let limit = if all { u64::MAX } else { SURVEY_ROWS };
        let layout = &self.layout;
        let threads = if all { threads } else { 1 };
        let surveys =
            self.document.borrow_mut().read(self.index, threads, || Survey::new(layout, limit))?;
        let evidence = Survey::together(surveys, layout.columns.len());
        if !all && evidence.iter().any(Evidence::is_open) {
            return self.survey(true, threads.max(2));
        }
        self.surveyed |= all;
        let mut problems = Vec::new();
        let mut open = Vec::new();
        let mut readings = Vec::with_capacity(layout.columns.len());
        for (at, (column, evidence)) in layout.columns.iter().zip(&evidence).enumerate() {
            let Some(field) = column.field.map(|field| layout.table.fields()[field]) else {
                readings.push(Reading::default());
                continue;
            };
            match decide(field, column.unit, evidence, self.given) {
                Ok(reading) => {
                    if let Some(number) =
                        evidence.open_number().filter(|_| self.given.decimal_comma.is_none())
                    {
                        open.push(self.open_number(at, number));
                    }
                    readings.push(reading);
                }
                Err(example) => {
                    let origin = Origin {
                        row: None,
                        column: Some(at),
                        heading: Some(column.heading.clone()),
                        ..self.origin.clone()
                    };
                    let both = |order| {
                        let reading = Reading { date_order: Some(order), ..Reading::default() };
                        crate::schema::day::day(&Cell::Text(&example), reading)
                            .ok()
                            .flatten()
                            .map_or_else(String::new, |day| day.to_string())
                    };
                    problems.push(
                        Diagnostic::error("ambiguous-date", origin)
                            .with("dmy", both(DateOrder::Dmy))
                            .with("mdy", both(DateOrder::Mdy))
                            .with_cell(example.clone()),
                    );
                    readings.push(Reading::default());
                }
            }
        }
        if !problems.is_empty() {
            return Err(Error { diagnostics: problems });
        }
        self.readings = readings;
        Ok(open)
    }
}

/// How the columns of a sheet are read, for the report.
pub(super) fn columns(sheet: &Sheet) -> Vec<ColumnReport> {
    sheet
        .layout
        .columns
        .iter()
        .zip(&sheet.readings)
        .map(|(column, reading)| {
            let field = column.field.map(|at| sheet.layout.table.fields()[at]);
            let mut notes = Vec::new();
            if field.is_some_and(|field| field.kind == Kind::Date)
                && let Some(order) = reading.date_order
            {
                notes.push(order.code().to_owned());
            }
            if reading.decimal_comma {
                notes.push("decimal-comma".to_owned());
            }
            if reading.power > 0 {
                notes.push(format!("×{}", 10_u64.pow(reading.power)));
            }
            if reading.percent {
                notes.push("%".to_owned());
            }
            ColumnReport {
                heading: column.heading.clone(),
                field: field.map(|field| field.name),
                reading: (!notes.is_empty()).then(|| notes.join(", ")),
            }
        })
        .collect()
}
