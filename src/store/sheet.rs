//! A recognised sheet: where it is, what its columns are, how they are to be read.

use std::cell::RefCell;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::ColumnReport;
use super::parts::{Below, Starts};
use super::shaped::{Aside, Shaped};
use super::workspace::{Account, Kept, Recorder};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::schema::aliases::normalise;
use crate::schema::column::{Evidence, Given, Survey, decide};
use crate::schema::heading::{HEADER_SEARCH, Layout, UserColumns};
use crate::schema::value::{DateOrder, Reading, exact};
use crate::schema::{Field, Kind};
use crate::source::{Cell, Document, OwnedRow, RowSink};

/// Rows that the first decision about a column rests on.
const SURVEY_ROWS: u64 = 1000;

/// What a metric of the user's own is read as, where its column is no field that holds numbers.
const MEASURED: Field = Field { name: "metric", kind: Kind::Number };

/// A sheet that was recognised and how it is to be read.
pub(super) struct Sheet {
    pub document: Rc<RefCell<Document>>,
    pub index: usize,
    pub layout: Layout,
    /// By column; default where the column is neither a field nor a metric.
    pub readings: Vec<Reading>,
    /// Columns that are metrics of the user's own, each with the position of the metric in the settings.
    pub measured: Vec<(usize, u32)>,
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
    /// Whether headings of another table may follow below.
    pub watched: bool,
    /// Whether its rows are read as transactions too, which tell what is no row of a table.
    pub sold: bool,
    /// Whether all rows have been surveyed.
    pub surveyed: bool,
    /// Whether its returns turned out to have no minus sign.
    pub unsigned_returns: bool,
    /// What the surveys saw.
    pub seen: Seen,
    /// What was noted of it when it was imported, if it was.
    pub kept: Option<Kept>,
    /// Keeps its rows when it is being imported.
    pub recorder: Option<Recorder>,
}

/// What surveys saw, column by column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// The first survey.
    pub first: Vec<Evidence>,
    /// Whether that went through all rows.
    pub first_is_all: bool,
    /// The survey of all rows.
    pub all: Option<Vec<Evidence>>,
    /// Whether the sheet was read again as that survey decided.
    pub reread: bool,
}

impl Sheet {
    /// Where a cell of it stands.
    pub(super) fn at(&self, row: u64, column: Option<usize>) -> Origin {
        let heading =
            column.and_then(|at| self.layout.columns.get(at)).map(|column| column.heading.clone());
        Origin { row: Some(row), column, heading, ..self.origin.clone() }
    }

    /// Notes that another table was met below this one, and all that follow it.
    pub(super) fn note_start(
        &self,
        row: Option<u64>,
        user: &UserColumns,
        starts: &mut Starts,
    ) -> Result<()> {
        let Some(row) = row.filter(|_| self.watched) else {
            return Ok(());
        };
        let file = self.origin.file.as_str();
        starts.note(file, self.index, row);
        let layout = &self.layout;
        let below = || Below::new(row, layout.clone(), user);
        let found = self.document.borrow_mut().read(self.index, self.layout.top, 1, below)?;
        for row in found.into_iter().flat_map(Below::starts) {
            starts.note(file, self.index, row);
        }
        Ok(())
    }

    /// Its first rows, those above its headings included.
    pub(super) fn first_rows(&self) -> Result<Vec<OwnedRow>> {
        self.document.borrow_mut().sample(self.index, self.layout.top, HEADER_SEARCH)
    }

    /// What a column is read as.
    fn read_as(&self, column: usize) -> Option<Field> {
        let field = self.layout.columns[column].field.map(|at| self.layout.table.fields()[at]);
        let is_text = field.is_none_or(|field| matches!(field.kind, Kind::Id | Kind::Text));
        let measured = self.measured.iter().any(|(at, _)| *at == column);
        if is_text && measured { Some(MEASURED) } else { field }
    }

    /// Whether a column is read as something that its cells may leave open. Text never does, even where it looks like numbers.
    fn may_be_open(&self, column: usize) -> bool {
        self.read_as(column).is_some_and(|field| !matches!(field.kind, Kind::Id | Kind::Text))
    }

    /// Whether its transactions name clients in a column that can hold nothing but ids.
    pub(super) fn names_clients_by_id(&self) -> bool {
        self.layout.table.code() == "transactions"
            && self.layout.column_of("client").is_some_and(|at| {
                let heading = normalise(&self.layout.columns[at].heading);
                !["client", "customer"].contains(&heading.as_str())
            })
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

    /// Pushes its rows into sinks that account for them; keeps them too when it is being imported.
    pub(super) fn read<S: Aside + Account>(
        &self,
        threads: usize,
        make: impl Fn() -> S + Sync,
    ) -> Result<Vec<S>> {
        let Some(recorder) = &self.recorder else {
            return self.pass(threads, make);
        };
        recorder.begin(&self.layout, &self.readings)?;
        if self.layout.shape.is_plain() {
            let captures = self.rows(threads, || recorder.capture(make()))?;
            return captures.into_iter().map(super::workspace::Capture::end).collect();
        }
        // Rows are kept as they are given, and made whole whenever they are read.
        let layout = &self.layout;
        let captures = self.rows(1, || recorder.capture(Shaped::new(make(), layout)))?;
        let shaped = captures.into_iter().map(super::workspace::Capture::end);
        shaped.map(|shaped| Ok(self.unshaped(shaped?))).collect()
    }

    /// Pushes its rows into sinks, made whole where they lean on those above them.
    pub(super) fn pass<S: Aside>(
        &self,
        threads: usize,
        make: impl Fn() -> S + Sync,
    ) -> Result<Vec<S>> {
        if self.layout.shape.is_plain() {
            return self.rows(threads, make);
        }
        let layout = &self.layout;
        let shaped = self.rows(1, || Shaped::new(make(), layout))?;
        Ok(shaped.into_iter().map(|shaped| self.unshaped(shaped)).collect())
    }

    fn rows<S: RowSink>(&self, threads: usize, make: impl Fn() -> S + Sync) -> Result<Vec<S>> {
        self.document.borrow_mut().read(self.index, self.layout.top, threads, make)
    }

    fn unshaped<S: Aside>(&self, shaped: Shaped<'_, S>) -> S {
        shaped.end(|rows, headings| {
            Diagnostic::notice("filled-down", self.origin.clone())
                .with("rows", rows)
                .with("headings", headings)
        })
    }

    /// What is to be seen in the columns, and whether that rests on all rows.
    pub(super) fn look(&self, all: bool, threads: usize) -> Result<(Vec<Evidence>, bool)> {
        // What was imported as another table is surveyed as this one, but for what is typed already.
        let other = self.kept.as_ref().filter(|kept| !kept.fits(&self.layout));
        if let (Some(kept), None) = (&self.kept, other) {
            let stale = || Error::file("stale-import", &self.origin.file);
            return if all {
                Ok((kept.seen.all.clone().ok_or_else(stale)?, true))
            } else {
                Ok((kept.seen.first.clone(), kept.seen.first_is_all))
            };
        }
        let limit = if all { u64::MAX } else { SURVEY_ROWS };
        let layout = &self.layout;
        let threads = if all { threads } else { 1 };
        let surveys = self.rows(threads, || Survey::new(layout, limit))?;
        let mut evidence = Survey::together(surveys, layout.columns.len());
        if let Some(kept) = other {
            let seen = if all { kept.seen.all.as_ref() } else { None };
            let seen = seen.unwrap_or(&kept.seen.first);
            for ((evidence, seen), column) in evidence.iter_mut().zip(seen).zip(&kept.columns) {
                if column.field.is_some() {
                    evidence.clone_from(seen);
                }
            }
        }
        let is_open =
            |(at, evidence): (usize, &Evidence)| self.may_be_open(at) && evidence.is_open();
        if !all && evidence.iter().enumerate().any(is_open) {
            return self.look(true, threads.max(2));
        }
        Ok((evidence, all))
    }

    /// Looks through the columns: the first rows, or all of them. Returns what was guessed.
    pub(super) fn survey(&mut self, all: bool, threads: usize) -> Result<Vec<Diagnostic>> {
        let (evidence, saw_all) = self.look(all, threads)?;
        self.surveyed |= saw_all;
        let (readings, open) = self.decided(&evidence)?;
        self.readings = readings;
        if all {
            (self.seen.all, self.seen.reread) = (Some(evidence), true);
        } else {
            (self.seen.first, self.seen.first_is_all) = (evidence, saw_all);
        }
        Ok(open)
    }

    /// Whether its columns have to be surveyed to their end and the sheet read again: a cell turned up that needs it.
    pub(super) fn is_open(&self, found: bool) -> bool {
        !self.surveyed
            && (found
                || self
                    .kept
                    .as_ref()
                    .is_some_and(|kept| kept.seen.reread && kept.fits(&self.layout)))
    }

    /// Whether what was imported still means the same under the settings.
    pub(super) fn is_current(&self) -> Result<bool> {
        let Some(kept) = &self.kept else {
            return Ok(true);
        };
        let seen = match &kept.seen.all {
            Some(all) if kept.seen.reread => all,
            _ => &kept.seen.first,
        };
        Ok(kept.fits(&self.layout) && kept.reads(&self.decided(seen)?.0))
    }

    /// How columns are read in which this was seen, and what of it is a guess.
    fn decided(&self, evidence: &[Evidence]) -> Result<(Vec<Reading>, Vec<Diagnostic>)> {
        let layout = &self.layout;
        let mut problems = Vec::new();
        let mut open = Vec::new();
        let mut readings = Vec::with_capacity(layout.columns.len());
        for (at, (column, evidence)) in layout.columns.iter().zip(evidence).enumerate() {
            let Some(field) = self.read_as(at) else {
                readings.push(Reading::default());
                continue;
            };
            match decide(field, column.unit, evidence, self.given) {
                Ok(reading) => {
                    let may_be = self.given.decimal_comma.is_none() && self.may_be_open(at);
                    if let Some(number) = evidence.open_number().filter(|_| may_be) {
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
        Ok((readings, open))
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
