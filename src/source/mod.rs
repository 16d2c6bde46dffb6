//! Bytes to rows: what a file is, how it is encoded, where its records and cells end. Nothing here knows what a column means.
//!
//! A [`Document`] is one input; it has one [`SheetInfo`] per table-like part (a CSV has one, a workbook one per
//! worksheet). Rows are pushed into [`RowSink`]s in bounded memory: the whole file is never held. A CSV is cut into
//! blocks that several threads scan at once, each with a sink of its own; other formats use one sink.

mod archive;
mod cells;
pub mod compound;
pub mod dialect;
mod document;
pub mod encoding;
pub mod isolation;
mod loose;
pub mod markup;
pub mod package;
pub mod parquet;
pub mod pattern;
mod scan;
pub mod secret;
pub mod shield;
pub mod stored;
pub mod text;
mod unfold;
pub mod workbook;

pub use document::{Document, Input, Place, hex};

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Fact;
use crate::error::Error;
use crate::period::Day;

/// How an input is to be read where it should not be found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// Encoding label.
    pub encoding: Option<String>,
    /// Delimiter: one character, or `tab`.
    pub delimiter: Option<String>,
    /// Encodings that reading found further down, where the beginning is plain ASCII: by sheet. They are guesses.
    pub late: BTreeMap<Option<String>, String>,
}

impl Hints {
    /// Learns from an error that a text is in another encoding than its beginning; whether there was anything to learn.
    pub fn learn(&mut self, error: &Error) -> bool {
        let mut learnt = false;
        for problem in error.diagnostics.iter().filter(|problem| problem.code == "wrong-encoding") {
            if let Some(Fact::Text(label)) = problem.facts.get(LATE)
                && !self.late.contains_key(&problem.origin.sheet)
            {
                self.late.insert(problem.origin.sheet.clone(), (**label).clone());
                learnt = true;
            }
        }
        learnt
    }
}

/// The fact of an error that names the encoding which the text turns out to have.
const LATE: &str = "late";

/// One cell as the file gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Blank,
    /// Text, without the quotes of its format.
    Text(&'a str),
    /// Text of a quoted CSV field in which quotes are still doubled.
    Doubled(&'a str),
    /// A number of a typed format.
    Number(f64),
    /// An exact number of a typed format: units of 10^-scale.
    Decimal(i128, u32),
    /// A date of a typed format and the seconds into its day.
    Date(Day, u32),
    /// True or false.
    Bool(bool),
    /// A spreadsheet error such as `#N/A`.
    Error(&'a str),
}

/// One cell that outlives its row.
#[derive(Clone, Debug, PartialEq)]
pub enum OwnedCell {
    /// Nothing.
    Blank,
    /// Text.
    Text(String),
    /// A number of a typed format.
    Number(f64),
    /// An exact number: units of 10^-scale.
    Decimal(i128, u32),
    /// A date and the seconds into its day.
    Date(Day, u32),
    /// True or false.
    Bool(bool),
    /// A spreadsheet error.
    Error(String),
}

impl OwnedCell {
    /// The cell to hand to a sink.
    #[must_use]
    pub fn borrow(&self) -> Cell<'_> {
        match self {
            Self::Blank => Cell::Blank,
            Self::Text(text) => Cell::Text(text),
            Self::Number(number) => Cell::Number(*number),
            Self::Decimal(units, scale) => Cell::Decimal(*units, *scale),
            Self::Date(day, seconds) => Cell::Date(*day, *seconds),
            Self::Bool(value) => Cell::Bool(*value),
            Self::Error(text) => Cell::Error(text),
        }
    }
}

/// A row that outlives its block.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedRow {
    /// Its number as a spreadsheet counts, from 1.
    pub number: u64,
    /// Its cells from the first column on.
    pub cells: Vec<OwnedCell>,
}

/// A range of one column that is merged over several rows: only its first cell has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Merge {
    /// First row, from 1.
    pub from: u64,
    /// Last row.
    pub to: u64,
    /// Column, from 0.
    pub column: usize,
}

/// Takes rows, in the order of the file as far as one sink is concerned.
pub trait RowSink: Send {
    /// Takes one row that has at least one cell that is not blank. `number` counts from 1 as a spreadsheet does
    /// (blank rows count too); `cells` begins with the first column, and cells after the last filled one may be missing.
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()>;

    /// The rows that follow come from block `number` of the text, from 1 without gaps. Only text that is cut into blocks
    /// has them.
    fn block(&mut self, _number: u64) {}
}

/// The formats that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text, whatever the delimiter.
    Csv,
    /// Office Open XML workbook (also with macros).
    Xlsx,
    /// BIFF workbook.
    Xls,
    /// Binary workbook.
    Xlsb,
    /// OpenDocument spreadsheet.
    Ods,
    /// A web page with tables.
    Html,
    /// XML of Excel 2003.
    Xml,
    /// Flat OpenDocument spreadsheet.
    Fods,
    /// Parquet.
    Parquet,
    /// A zip of delimited text.
    Zip,
}

impl Format {
    const ALL: [Self; 10] = [
        Self::Csv,
        Self::Xlsx,
        Self::Xls,
        Self::Xlsb,
        Self::Ods,
        Self::Html,
        Self::Xml,
        Self::Fods,
        Self::Parquet,
        Self::Zip,
    ];

    /// The format of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// The code used in files and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Xlsb => "xlsb",
            Self::Ods => "ods",
            Self::Html => "html",
            Self::Xml => "xml",
            Self::Fods => "fods",
            Self::Parquet => "parquet",
            Self::Zip => "zip",
        }
    }
}

/// One table-like part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetInfo {
    /// Name; `None` for formats without sheets.
    pub name: Option<String>,
    /// Whether the workbook hides it.
    pub hidden: bool,
    /// Why it cannot be read, where it is an entry of an archive that is no delimited text.
    pub unread: Option<Unread>,
}

impl SheetInfo {
    /// A sheet that can be read.
    #[must_use]
    pub fn new(name: Option<String>, hidden: bool) -> Self {
        Self { name, hidden, unread: None }
    }
}

/// Why an entry of an archive is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unread {
    /// It is a folder.
    Folder,
    /// Some system put it there for itself, or it is hidden.
    Hidden,
    /// It is empty.
    Empty,
    /// It is no delimited text.
    Other,
    /// It needs a password.
    Encrypted,
    /// It is packed in a way that cannot be undone here.
    Packing,
}

impl Unread {
    /// The code used in messages.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Hidden => "hidden",
            Self::Empty => "empty",
            Self::Other => "other",
            Self::Encrypted => "encrypted",
            Self::Packing => "packing",
        }
    }

    /// Whether there may be data in it.
    #[must_use]
    pub fn may_matter(self) -> bool {
        matches!(self, Self::Other | Self::Encrypted | Self::Packing)
    }
}
