//! Reading every sheet once.

use std::collections::BTreeSet;
use std::path::Path;

use super::parts::{MOST, Part, parts};
use super::profile::{Profile, Profiler};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::period::Day;
use crate::schema::heading::{self, UserColumns};
use crate::schema::value::{self, Reading};
use crate::schema::{day, table};
use crate::source::{Document, Hints, Input, OwnedCell, OwnedRow, Place};

/// What was seen of all inputs.
#[derive(Clone, Debug)]
pub struct Looks {
    pub(super) sheets: Vec<Look>,
}

/// What was seen of one sheet, or of one of the tables on it.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) file: String,
    pub(super) sheet: Option<String>,
    pub(super) hidden: bool,
    pub(super) format: &'static str,
    /// Encoding, and whether it is a guess.
    pub(super) encoding: Option<(String, bool)>,
    pub(super) delimiter: Option<String>,
    /// Whether its sheet holds other tables too.
    pub(super) several: bool,
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
        let seen = tables(&mut document, index, columns, today, threads)?;
        let several = seen.len() > 1;
        for Seen { sample, header_row, rows, columns } in seen {
            let text = document.about_text(index);
            sheets.push(Look {
                file: input.name.clone(),
                sheet: info.name.clone(),
                hidden: info.hidden,
                format: document.format().code(),
                encoding: text.encoding.map(|encoding| (encoding, text.guessed)),
                delimiter: text.delimiter,
                several,
                sample,
                header_row,
                rows,
                columns,
            });
        }
    }
    Ok(())
}

/// What was seen of one table of a sheet.
struct Seen {
    sample: Vec<OwnedRow>,
    header_row: u64,
    rows: u64,
    columns: Vec<Profile>,
}

/// Reads the tables of a sheet. One that begins below the first rows is met on the way; then all are read anew.
fn tables(
    document: &mut Document,
    sheet: usize,
    user: &UserColumns,
    today: Day,
    threads: usize,
) -> Result<Vec<Seen>> {
    let mut tops = BTreeSet::from([1]);
    'anew: loop {
        let mut all = Vec::new();
        for Part { rows: sample, layout, end } in parts(document, sheet, user, &mut tops)? {
            let header_row = match &layout {
                Some(layout) => layout.header_row,
                None => header_row(&sample, user),
            };
            let width =
                sample.iter().find(|row| row.number == header_row).map_or(0, |row| row.cells.len());
            let watch = layout.as_ref().filter(|_| tops.len() < MOST);
            let make =
                || Profiler::new((header_row, end), width, today, watch.map(|of| (user, of)));
            let seen = document.read(sheet, 1, threads, make)?;
            if let Some(next) = seen.iter().filter_map(|seen| seen.next_table).min()
                && tops.insert(next)
            {
                continue 'anew;
            }
            let (rows, columns) = Profiler::together(seen);
            all.push(Seen { sample, header_row, rows, columns });
        }
        return Ok(all);
    }
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
