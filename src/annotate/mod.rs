//! The user's own workbook with columns from a review in it, everything else as it was.
//!
//! A workbook is a package of parts. Of those only the sheet, its table, the list of styles and the workbook part change, each
//! by passing its XML through and adding what is new; all others are copied as they are packed, byte for byte. So charts, pivots,
//! macros, comments, conditional formats and print set-up stay what they were.
//!
//! ```text
//! target: which sheet, where its headings are, which row is which client
//!   -> survey: what of the sheet is taken  -> place: where the columns go
//!     -> sheet, table, styles, book: the parts that change  -> package: all parts together
//! ```
//!
//! New columns go right of the last used one, inside the table where the data is one. A second run finds them by a hidden
//! name of the workbook, or by their headings, and refreshes them. Formats that are no such package become a new workbook or
//! a CSV with the data ([`plain`]).

mod book;
mod column;
mod edit;
mod package;
mod place;
mod plain;
mod reference;
mod sheet;
mod styles;
mod survey;
mod table;
mod target;
mod xml;

pub use column::{COLUMNS, Column, Value, columns};
pub use edit::{Done, Request, annotate};
pub use plain::{write_csv, write_workbook};
pub use target::{Matched, Target};

use crate::error::Error;
use crate::source::package::Flaw;

/// Why a workbook could not be annotated.
#[derive(Debug)]
enum Trouble {
    /// The file breaks its own format.
    Flaw(Flaw),
    /// It must not be changed, or cannot hold the columns.
    Refused(Error),
    /// The new file could not be written.
    Out(std::io::Error),
}

impl From<Flaw> for Trouble {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Out(error)
    }
}

impl Trouble {
    fn into_error(self, file: &str) -> anyhow::Error {
        match self {
            Self::Flaw(flaw) => flaw.into_error(file).into(),
            Self::Refused(error) => error.into(),
            Self::Out(error) => error.into(),
        }
    }
}
