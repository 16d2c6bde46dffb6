//! A proposal for settings, from the user's own files: sources, columns, currency and the rest, each with what it rests on.
//!
//! [`look`] reads every sheet once and counts what its cells are. [`propose`] makes a proposal of that and of what the
//! user has answered so far; what nobody but the user can know is a [`Question`]. Nothing here is a sentence: evidence is
//! a code and its facts.

mod answers;
mod fit;
mod look;
mod parts;
mod profile;
mod settings;
mod sheet;

use std::collections::BTreeMap;

use crate::diagnostic::Fact;

pub use answers::Answers;
pub use look::{Looks, look};
pub use settings::{judge, language};
pub use sheet::propose;

/// What something rests on: a code of the catalogue and its facts.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Code.
    pub code: &'static str,
    /// Named values.
    pub facts: BTreeMap<&'static str, Fact>,
}

impl Evidence {
    /// Evidence without facts.
    #[must_use]
    pub fn new(code: &'static str) -> Self {
        Self { code, facts: BTreeMap::new() }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, fact: impl Into<Fact>) -> Self {
        self.facts.insert(name, fact.into());
        self
    }
}

/// One setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its key.
    pub key: &'static str,
    /// What to set it to.
    pub value: toml::Value,
    /// Whether it has to be set for the files to be read like this; else it only tells what is found anyway.
    pub pinned: bool,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// How a column came by its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By its heading.
    Heading,
    /// By its values: nothing else fits.
    Values,
    /// The user said so.
    Told,
}

/// One column of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Heading as given.
    pub heading: String,
    /// Field, or none when it is not used.
    pub field: Option<&'static str>,
    /// How it came by it.
    pub how: How,
    /// What its cells are, or why it is not used.
    pub evidence: Vec<Evidence>,
    /// Fields that its heading may have meant.
    pub suggestions: Vec<&'static str>,
}

/// One sheet that is a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// File, relative to the folder of the settings.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Format code.
    pub format: &'static str,
    /// Canonical table.
    pub table: &'static str,
    /// Row of the headings.
    pub header_row: u64,
    /// Rows under them.
    pub rows: u64,
    /// Settings of this source beside its path.
    pub settings: Vec<Setting>,
    /// Columns, in the order of the file.
    pub columns: Vec<Column>,
}

/// One sheet that is not used.
#[derive(Clone, Debug, PartialEq)]
pub struct Unused {
    /// File.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Why.
    pub evidence: Vec<Evidence>,
}

/// One of several answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What the flag takes.
    pub answer: String,
    /// What it would mean.
    pub evidence: Vec<Evidence>,
}

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// One of the choices.
    One,
    /// Any of the choices.
    Many,
    /// A text, or nothing.
    Text,
}

/// Something that the files do not tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Code of its text.
    pub code: &'static str,
    /// Facts of its text.
    pub facts: BTreeMap<&'static str, Fact>,
    /// The flag that answers it.
    pub flag: &'static str,
    /// What stands before the answer in the value of the flag.
    pub flag_value: String,
    /// What kind of answer it takes.
    pub take: Take,
    /// The choices.
    pub choices: Vec<Choice>,
    /// The choice that the proposal is made with; none when there is no telling.
    pub proposed: Option<usize>,
    /// Whether that choice does no harm when nobody can be asked.
    pub safe: bool,
}

/// The proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Sheets that are tables.
    pub sheets: Vec<Sheet>,
    /// Sheets that are not used.
    pub unused: Vec<Unused>,
    /// Settings of the whole review.
    pub settings: Vec<Setting>,
    /// Headings by table and field; pinned where the built-in headings would not do.
    pub columns: BTreeMap<&'static str, Vec<FieldColumns>>,
    /// What is still to be answered.
    pub questions: Vec<Question>,
}

/// The headings that stand for a field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldColumns {
    /// Field.
    pub field: &'static str,
    /// Headings.
    pub headings: Vec<String>,
    /// Whether they have to be named.
    pub pinned: bool,
    /// What the cells are.
    pub evidence: Vec<Evidence>,
}
