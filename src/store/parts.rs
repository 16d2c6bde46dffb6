//! The parts of a sheet: tables that stand below each other.
//!
//! Those that begin in the first rows of the sheet are seen when it is opened. One that begins further down is met while
//! the rows of the one above it are read. Then all that follow are looked for at once ([`Below`]), and the reading begins
//! anew with what is known by then ([`Starts`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::watch::Watch;
use crate::error::Result;
use crate::schema::Table;
use crate::schema::heading::{HEADER_SEARCH, Layout, Nearest, UserColumns};
use crate::schema::regions::{next_headings, regions};
use crate::source::{Cell, Document, Hints, OwnedRow, RowSink};

/// Tables of one sheet, at most; beyond them headings are rows that cannot be used.
pub(super) const MOST: usize = 256;

/// What was met while reading: where tables begin, as rows by file and sheet; and, by file, in which encoding a text is whose
/// beginning did not tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Starts {
    known: BTreeMap<(String, usize), BTreeSet<u64>>,
    late: BTreeMap<String, Hints>,
    new: bool,
}

impl Starts {
    /// Notes that a table begins at a row.
    pub(super) fn note(&mut self, file: &str, sheet: usize, row: u64) {
        let rows = self.known.entry((file.to_owned(), sheet)).or_default();
        if rows.len() < MOST {
            self.new |= rows.insert(row);
        }
    }

    /// Notes the encodings that errors tell.
    pub(super) fn note_encodings<T>(&mut self, outcome: &Result<T>) {
        let Err(error) = outcome else {
            return;
        };
        for problem in &error.diagnostics {
            let hints = self.late.entry(problem.origin.file.clone()).or_default();
            self.new |= hints.learn(&problem.clone().into());
        }
    }

    /// What is known by now of how a file is to be read.
    pub(super) fn hints(&self, file: &str) -> Hints {
        self.late.get(file).cloned().unwrap_or_default()
    }

    /// Whether there are new ones: what was read rests on too few.
    pub(super) fn grew(&self) -> bool {
        self.new
    }

    /// The same, for another reading.
    pub(super) fn again(self) -> Self {
        Self { new: false, ..self }
    }

    fn of(&self, file: &str, sheet: usize) -> BTreeSet<u64> {
        self.known.get(&(file.to_owned(), sheet)).cloned().unwrap_or_default()
    }
}

/// Looks for all tables from a row on.
pub(super) struct Below<'a> {
    from: u64,
    /// The headings met last.
    layout: Layout,
    user: &'a UserColumns,
    watch: Watch,
    starts: Vec<u64>,
}

impl<'a> Below<'a> {
    /// Looks below row `from`, where headings follow that are not those of this layout.
    pub(super) fn new(from: u64, layout: Layout, user: &'a UserColumns) -> Self {
        Self { from, layout, user, watch: Watch::default(), starts: Vec::new() }
    }

    /// The rows at which tables begin.
    pub(super) fn starts(self) -> Vec<u64> {
        self.starts
    }
}

impl RowSink for Below<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        if number < self.from {
            return ControlFlow::Continue(());
        }
        let filled = cells.iter().filter(|cell| **cell != Cell::Blank).count();
        let taken_for = if filled <= 1 { "note-row" } else { "" };
        let mut found = None;
        let (user, layout) = (self.user, &self.layout);
        let is_next = self.watch.is_next_table(number, cells, taken_for, |cells| {
            found = next_headings(number, cells, user, layout);
            found.is_some()
        });
        if let (true, Some(found)) = (is_next, found) {
            self.layout = found;
            self.starts.extend(std::mem::take(&mut self.watch).found);
        }
        if self.starts.len() < MOST { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

/// One part of a sheet.
pub(super) struct Part {
    /// Its first rows.
    pub rows: Vec<OwnedRow>,
    /// What it is.
    pub found: Result<Layout, Nearest>,
}

/// How the parts of a sheet are recognised.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub user: &'a UserColumns,
    pub table: Option<&'static dyn Table>,
    pub header_row: Option<u64>,
}

/// The parts of a sheet from the top; a single one where settings say which row holds the headings.
pub(super) fn parts(
    document: &mut Document,
    sheet: usize,
    file: &str,
    means: Means<'_>,
    starts: &Starts,
) -> Result<Vec<Part>> {
    let mut tops = BTreeSet::from([1]);
    if means.header_row.is_none() {
        tops.extend(document.starts(sheet));
        tops.extend(starts.of(file, sheet));
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut next = Some(1);
    while let Some(top) = next {
        let rows = first_rows(document, sheet, top, &tops)?;
        let found = regions(&rows, means.user, means.table, means.header_row);
        let own = found.map(|found| {
            // Where others begin in these rows, each is looked at by itself, and so is this one.
            let others = found.iter().skip(1).map(|layout| layout.top);
            let known = tops.len();
            tops.extend(others);
            (tops.len() == known).then(|| found.into_iter().next()).flatten()
        });
        let found = match own {
            Ok(None) => continue,
            Ok(Some(layout)) => Ok(layout),
            Err(nearest) => Err(nearest),
        };
        next = tops.range(top + 1..).next().copied();
        parts.push(Part { rows, found: found.map(|layout| Layout { top, end: next, ..layout }) });
    }
    Ok(parts)
}

/// The first rows of a part, up to the next one.
fn first_rows(
    document: &mut Document,
    sheet: usize,
    top: u64,
    tops: &BTreeSet<u64>,
) -> Result<Vec<OwnedRow>> {
    let mut rows = document.sample(sheet, top, HEADER_SEARCH)?;
    if let Some(end) = tops.range(top + 1..).next() {
        rows.retain(|row| row.number < *end);
    }
    Ok(rows)
}
