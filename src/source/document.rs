//! One input of any format.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::text::TextFile;
use super::{Cell, Format, Hints, OwnedRow, RowSink, SheetInfo};
use crate::error::{Error, Result};

/// Where the bytes of an input are.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a file.
    File(PathBuf),
    /// In memory, as standard input is.
    Memory(Arc<[u8]>),
}

/// An input as the user named it.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name in messages and outputs.
    pub name: String,
    /// Its bytes.
    pub place: Place,
}

impl Input {
    /// An input in a file, named by its path.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        Self { name: path.display().to_string(), place: Place::File(path.to_owned()) }
    }

    /// SHA-256 of its bytes in hexadecimal.
    pub fn sha256(&self) -> Result<String> {
        let mut hash = Sha256::new();
        match &self.place {
            Place::Memory(bytes) => hash.update(bytes),
            Place::File(path) => {
                let unreadable =
                    |error: std::io::Error| Error::io("file-unreadable", self.name.clone(), &error);
                let mut file = std::fs::File::open(path).map_err(unreadable)?;
                let mut block = vec![0; 1 << 20];
                loop {
                    let count = file.read(&mut block).map_err(unreadable)?;
                    if count == 0 {
                        break;
                    }
                    hash.update(&block[..count]);
                }
            }
        }
        Ok(hex(&hash.finalize()))
    }
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[derive(Debug)]
enum Body {
    Text(TextFile),
}

/// An opened input.
#[derive(Debug)]
pub struct Document {
    format: Format,
    sheets: Vec<SheetInfo>,
    body: Body,
}

impl Document {
    /// Opens an input, telling its format by its content.
    pub fn open(input: &Input, hints: &Hints) -> Result<Self> {
        let text = match &input.place {
            Place::File(path) => TextFile::open(path, &input.name, false, hints)?,
            Place::Memory(bytes) => {
                TextFile::from_bytes(Arc::clone(bytes), &input.name, false, hints)?
            }
        };
        let sheets = vec![SheetInfo { name: None, hidden: false }];
        Ok(Self { format: Format::Csv, sheets, body: Body::Text(text) })
    }

    /// Its format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Its sheets.
    #[must_use]
    pub fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    /// How its text was read, when it is text.
    #[must_use]
    pub fn text(&self) -> Option<&TextFile> {
        match &self.body {
            Body::Text(text) => Some(text),
        }
    }

    /// The first `count` rows of a sheet that are not blank.
    pub fn sample(&mut self, sheet: usize, count: usize) -> Result<Vec<OwnedRow>> {
        let sinks = self.read(sheet, 1, || Sample { rows: Vec::new(), count })?;
        Ok(sinks.into_iter().flat_map(|sink| sink.rows).collect())
    }

    /// Pushes all rows of a sheet into sinks, one per thread where the format allows it.
    pub fn read<S: RowSink>(
        &mut self,
        _sheet: usize,
        threads: usize,
        make: impl Fn() -> S + Sync,
    ) -> Result<Vec<S>> {
        match &mut self.body {
            Body::Text(text) => text.read(threads, &make),
        }
    }
}

struct Sample {
    rows: Vec<OwnedRow>,
    count: usize,
}

impl RowSink for Sample {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        self.rows
            .push(OwnedRow { number, cells: cells.iter().map(|cell| (*cell).into()).collect() });
        if self.rows.len() >= self.count {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
