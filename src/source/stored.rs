//! An input that was imported: its rows come from typed Parquet, everything else from what was noted with it.
//!
//! A stored input answers like the file it was made of: the same format, encoding, sheets, row numbers and first rows as
//! given, so that whoever reads it cannot tell the difference and says the same things about it.
//!
//! A [`Partition`] holds the rows of one sheet below its headings. Its columns are, in this order: `row`, the number in
//! the source; one for each column of the sheet; `left_out`, why the row was left out when it was imported; and `given`,
//! which has the cells as the source gives them wherever typed values alone would not read the same ([`pack`]).

use std::fs::File;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};

use super::parquet::ParquetFile;
use super::{Cell, Format, Hints, Merge, OwnedCell, OwnedRow, RowSink, SheetInfo};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::parallel;
use crate::period::Day;

/// Decimals that amounts are stored with.
pub const MONEY_SCALE: u32 = 4;

/// An imported input.
#[derive(Debug)]
pub struct Stored {
    /// Format of the file it was made of.
    pub format: Format,
    /// What its text was like as a whole.
    pub text: StoredText,
    /// SHA-256 of the file.
    pub sha256: String,
    /// How it was to be read.
    pub hints: Hints,
    /// Where the file was.
    pub original: PathBuf,
    /// Its sheets, also those that were not used.
    pub sheets: Vec<StoredSheet>,
}

/// What a text was like.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StoredText {
    /// Encoding, where it was text.
    pub encoding: Option<String>,
    /// Whether the encoding was a guess.
    pub guessed: bool,
    /// How its cells were told apart, where that was unusual.
    pub unusual: Option<Unusual>,
    /// Delimiter, where it was delimited text.
    pub delimiter: Option<String>,
}

impl Stored {
    /// What the text of a sheet was like: its own, or that of the whole file.
    pub(super) fn text(&self, sheet: usize) -> &StoredText {
        self.sheets.get(sheet).and_then(|sheet| sheet.text.as_ref()).unwrap_or(&self.text)
    }
}

impl StoredText {
    /// What was guessed about it.
    pub(super) fn guesses(&self, origin: &Origin) -> Vec<Diagnostic> {
        let encoding = self.encoding.as_deref().filter(|_| self.guessed).map(|encoding| {
            Diagnostic::notice("encoding-guess", origin.clone()).with("encoding", encoding)
        });
        let dialect = self.unusual.as_ref().map(|unusual| unusual.guess(origin));
        encoding.into_iter().chain(dialect).collect()
    }
}

/// An unusual way in which the cells of a text are told apart, as it is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unusual {
    /// What stands between cells.
    pub delimiter: String,
    /// What stands around them.
    pub quote: String,
    /// What stands before quotes within them.
    pub escape: Option<String>,
}

impl Unusual {
    pub(super) fn guess(&self, origin: &Origin) -> Diagnostic {
        let guess = Diagnostic::notice("dialect-guess", origin.clone())
            .with("delimiter", self.delimiter.clone())
            .with("quote", self.quote.clone());
        match &self.escape {
            Some(escape) => guess.with("escape", escape.clone()),
            None => guess,
        }
    }
}

/// A sheet of an imported input.
#[derive(Debug)]
pub struct StoredSheet {
    /// Name and whether it is hidden.
    pub info: SheetInfo,
    /// Its parts from the top; at least one.
    pub parts: Vec<StoredPart>,
    /// Its ranges that are merged over several rows, as far as they were wanted.
    pub merged: Vec<Merge>,
    /// What its text was like, where each sheet has its own.
    pub text: Option<StoredText>,
}

/// A part of such a sheet: a table of it.
#[derive(Debug)]
pub struct StoredPart {
    /// Number of its first row.
    pub top: u64,
    /// Its first rows as given.
    pub head: Vec<OwnedRow>,
    /// Its rows, when it was recognised.
    pub partition: Option<Partition>,
    /// What the floor above wants to find again; not understood here.
    pub note: String,
}

impl StoredSheet {
    /// The part that begins at a row.
    #[must_use]
    pub fn part(&self, top: u64) -> Option<&StoredPart> {
        self.parts.iter().find(|part| part.top == top)
    }
}

/// The rows of a sheet in a Parquet file.
#[derive(Debug)]
pub struct Partition {
    /// Its name in messages.
    pub name: String,
    /// The open file: it can be read even when a newer import has replaced it.
    pub file: File,
    /// By column of the sheet: the power of ten by which its numbers are multiplied when they are read.
    pub powers: Vec<u32>,
}

impl Partition {
    /// Pushes all rows into sinks, one per thread.
    pub fn read<S: RowSink>(
        &self,
        threads: usize,
        make: &(impl Fn() -> S + Sync),
    ) -> Result<Vec<S>> {
        let groups = self.open()?.groups();
        let next = AtomicUsize::new(0);
        let work = || -> Result<S> {
            let mut replay = Replay { sink: make(), powers: &self.powers, damaged: false };
            let mut file = self.open()?;
            loop {
                let group = next.fetch_add(1, Ordering::Relaxed);
                if group >= groups {
                    break;
                }
                if file.read_group(group, &mut replay)?.is_break() {
                    // Whoever has had enough ends the reading for all.
                    next.store(groups, Ordering::Relaxed);
                    break;
                }
            }
            if replay.damaged {
                return Err(Error::file("import-damaged", &self.name));
            }
            Ok(replay.sink)
        };
        let jobs = (0..threads.clamp(1, groups.max(1))).map(|_| work).collect();
        parallel::join(jobs).into_iter().collect()
    }

    fn open(&self) -> Result<ParquetFile> {
        let file = self
            .file
            .try_clone()
            .map_err(|error| Error::io("file-unreadable", &self.name, &error))?;
        ParquetFile::from_file(file, &self.name)
    }
}

/// Turns the rows of a partition into those of its source.
struct Replay<'a, S> {
    sink: S,
    powers: &'a [u32],
    damaged: bool,
}

impl<S: RowSink> RowSink for Replay<'_, S> {
    fn row(&mut self, _: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let columns = self.powers.len();
        let (Some(Cell::Decimal(number, 0)), Some(given)) = (cells.first(), cells.get(columns + 2))
        else {
            self.damaged = true;
            return ControlFlow::Break(());
        };
        let number = *number as u64;
        if let Cell::Text(given) = given {
            let Some(cells) = unpack(given) else {
                self.damaged = true;
                return ControlFlow::Break(());
            };
            let cells: Vec<Cell<'_>> = cells.iter().map(OwnedCell::borrow).collect();
            return self.sink.row(number, &cells);
        }
        let cells = &cells[1..=columns];
        if self.powers.iter().all(|power| *power == 0) {
            return self.sink.row(number, cells);
        }
        let mut scaled = cells.to_vec();
        for (cell, power) in scaled.iter_mut().zip(self.powers) {
            if let Cell::Decimal(_, scale) = cell {
                *scale += power;
            }
        }
        self.sink.row(number, &scaled)
    }
}

/// Cells as given in one text: a JSON list of texts, of which the first letter tells the kind of the cell.
#[must_use]
pub fn pack(cells: &[Cell<'_>]) -> String {
    let texts: Vec<String> = cells.iter().map(pack_cell).collect();
    serde_json::Value::from(texts).to_string()
}

/// The cells of a packed text; `None` when it is none.
#[must_use]
pub fn unpack(text: &str) -> Option<Vec<OwnedCell>> {
    let texts: Vec<String> = serde_json::from_str(text).ok()?;
    texts.iter().map(|text| unpack_cell(text)).collect()
}

fn pack_cell(cell: &Cell<'_>) -> String {
    match *cell {
        Cell::Blank => String::new(),
        Cell::Text(text) => format!("t{text}"),
        Cell::Doubled(text) => format!("t{}", text.replace("\"\"", "\"")),
        // The bits: no way of writing it down may change it.
        Cell::Number(number) => format!("n{:x}", number.to_bits()),
        Cell::Decimal(units, scale) => format!("x{units} {scale}"),
        Cell::Date(day, seconds) => format!("d{} {seconds}", day.0),
        Cell::Bool(truth) => format!("b{}", u8::from(truth)),
        Cell::Error(text) => format!("e{text}"),
    }
}

fn unpack_cell(packed: &str) -> Option<OwnedCell> {
    let Some(kind) = packed.chars().next() else {
        return Some(OwnedCell::Blank);
    };
    let rest = packed.get(1..)?;
    Some(match kind {
        't' => OwnedCell::Text(rest.to_owned()),
        'n' => OwnedCell::Number(f64::from_bits(u64::from_str_radix(rest, 16).ok()?)),
        'x' => {
            let (units, scale) = rest.split_once(' ')?;
            OwnedCell::Decimal(units.parse().ok()?, scale.parse().ok()?)
        }
        'd' => {
            let (day, seconds) = rest.split_once(' ')?;
            OwnedCell::Date(Day(day.parse().ok()?), seconds.parse().ok()?)
        }
        'b' => OwnedCell::Bool(rest == "1"),
        'e' => OwnedCell::Error(rest.to_owned()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_cells_come_back_as_they_were() {
        let cells = [
            Cell::Blank,
            Cell::Text("壹万贰仟 \"x\"\n"),
            Cell::Number(0.1 + 0.2),
            Cell::Number(-0.0),
            Cell::Decimal(-12_345, 3),
            Cell::Date(Day(20_000), 43_200),
            Cell::Bool(true),
            Cell::Error("#N/A"),
        ];
        let back = unpack(&pack(&cells)).expect("cells");
        assert_eq!(back.iter().map(OwnedCell::borrow).collect::<Vec<_>>(), cells);
        let doubled = unpack(&pack(&[Cell::Doubled("a \"\"b\"\"")])).expect("cells");
        assert_eq!(doubled, [OwnedCell::Text("a \"b\"".to_owned())]);
        assert_eq!(unpack("[\"q\"]"), None);
        assert_eq!(unpack("no"), None);
    }
}
