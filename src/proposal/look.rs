//! Reading every sheet once.

use std::path::Path;

use super::profile::{Profile, Profiler};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::period::Day;
use crate::schema::heading::{self, HEADER_SEARCH, UserColumns};
use crate::schema::value::{self, Reading};
use crate::schema::{day, table};
use crate::source::{Document, Hints, Input, OwnedCell, OwnedRow, Place};

/// What was seen of all inputs.
#[derive(Clone, Debug)]
pub struct Looks {
    pub(super) sheets: Vec<Look>,
}

/// What was seen of one sheet.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) file: String,
    pub(super) sheet: Option<String>,
    pub(super) hidden: bool,
    pub(super) format: &'static str,
    /// Encoding, and whether it is a guess.
    pub(super) encoding: Option<(String, bool)>,
    pub(super) delimiter: Option<String>,
    /// The first rows.
    pub(super) sample: Vec<OwnedRow>,
    pub(super) header_row: u64,
    pub(super) rows: u64,
    pub(super) columns: Vec<Profile>,
}

/// Reads all sheets of the inputs. `columns` are headings that the user has named.
///
/// # Errors
/// All problems with files in one.
pub fn look(inputs: &[Input], columns: &UserColumns, today: Day, threads: usize) -> Result<Looks> {
    let mut sheets = Vec::new();
    let mut problems = Vec::new();
    for input in inputs {
        if let Err(error) = look_at(input, columns, today, threads, &mut sheets) {
            problems.extend(error.diagnostics);
        }
    }
    if problems.is_empty() { Ok(Looks { sheets }) } else { Err(Error { diagnostics: problems }) }
}

fn look_at(
    input: &Input,
    columns: &UserColumns,
    today: Day,
    threads: usize,
    sheets: &mut Vec<Look>,
) -> Result<()> {
    match &input.place {
        Place::File(path) => check(path, &input.name)?,
        // Settings cannot name what is gone after this run.
        Place::Memory(_) | Place::Stored(_) => {
            return Err(Diagnostic::error("init-stdin", Origin::default()).into());
        }
    }
    let (mut hints, before) = (Hints::default(), sheets.len());
    loop {
        match look_into(input, &hints, columns, today, threads, sheets) {
            Err(error) if hints.learn(&error) => sheets.truncate(before),
            outcome => return outcome,
        }
    }
}

fn look_into(
    input: &Input,
    hints: &Hints,
    columns: &UserColumns,
    today: Day,
    threads: usize,
    sheets: &mut Vec<Look>,
) -> Result<()> {
    let mut document = Document::open(input, hints)?;
    for (index, info) in document.sheets().to_vec().into_iter().enumerate() {
        if info.unread.is_some() {
            continue;
        }
        let sample = document.sample(index, 1, HEADER_SEARCH)?;
        let header_row = header_row(&sample, columns);
        let width =
            sample.iter().find(|row| row.number == header_row).map_or(0, |row| row.cells.len());
        let seen = document.read(index, 1, threads, || Profiler::new(header_row, width, today))?;
        let (rows, columns) = Profiler::together(seen);
        let text = document.about_text(index);
        sheets.push(Look {
            file: input.name.clone(),
            sheet: info.name,
            hidden: info.hidden,
            format: document.format().code(),
            encoding: text.encoding.map(|encoding| (encoding, text.guessed)),
            delimiter: text.delimiter,
            sample,
            header_row,
            rows,
            columns,
        });
    }
    Ok(())
}

fn check(path: &Path, name: &str) -> Result<()> {
    let about = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::file("file-missing", name),
        _ => Error::io("file-unreadable", name, &error),
    })?;
    if about.is_dir() {
        return Err(Error::file("file-is-folder", name));
    }
    if about.len() == 0 {
        return Err(Error::file("file-empty", name));
    }
    Ok(())
}

/// The row of the headings: where a table is recognised; else where most of a table is; else the row of the most words.
fn header_row(sample: &[OwnedRow], columns: &UserColumns) -> u64 {
    if let Ok(layout) = heading::recognise(sample, columns, None, None)
        && layout.table.code() == "transactions"
    {
        return layout.header_row;
    }
    let words = most_words(sample);
    match heading::recognise(sample, columns, table("transactions"), None) {
        Ok(layout) => layout.header_row,
        // A single heading that is known says less about a row than a row full of words.
        Err(nearest) if nearest.missing.len() == 1 => nearest.header_row.unwrap_or(words),
        Err(nearest) => match heading::recognise(sample, columns, None, None) {
            Ok(layout) => layout.header_row,
            Err(_) if words == 0 => nearest.header_row.unwrap_or(0),
            Err(_) => words,
        },
    }
}

/// The first of the rows with the most cells that are words, neither numbers nor dates.
fn most_words(sample: &[OwnedRow]) -> u64 {
    let words = |row: &OwnedRow| {
        let is_word = |cell: &&OwnedCell| {
            let cell = cell.borrow();
            value::text(&cell).is_some()
                && value::exact(&cell, Reading::default()).is_err()
                && day::day(&cell, Reading::default()).is_err()
        };
        row.cells.iter().filter(is_word).count()
    };
    let mut best = (0, 0);
    for row in sample {
        let count = words(row);
        if count > best.1 {
            best = (row.number, count);
        }
    }
    best.0
}
