//! What the program has to say about its input: data, never sentences.
//!
//! Every floor hands diagnostics upwards; the locale catalogue turns a code and its facts into a sentence, and the
//! terminal renderer draws the excerpt. Counts and sums are exact for every code; the details kept are bounded, so
//! that a file with ten million bad rows costs no more memory than one with a thousand.

mod checks;

use std::collections::BTreeMap;

pub use checks::{CHECKS, Check};

use serde::{Serialize, Serializer};

use crate::money::Money;
use crate::period::Day;

/// How many details are kept for each code.
pub const DETAILS_KEPT: usize = 1000;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The row, the file or the run could not be used.
    Error,
    /// It was used, but the figures may not be what the user thinks.
    Warning,
    /// A guess or a choice that the user may want to know about.
    Notice,
}

/// Where something stands in the input.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Origin {
    /// The file as the user named it.
    pub file: String,
    /// The sheet, in a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row as a spreadsheet counts it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The column's position from 0.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_letters")]
    pub column: Option<usize>,
    /// The column's heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
}

impl Origin {
    /// A whole file.
    #[must_use]
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }
}

#[allow(clippy::ref_option, reason = "the signature that serde asks for")]
fn as_letters<S: Serializer>(column: &Option<usize>, serializer: S) -> Result<S::Ok, S::Error> {
    match column {
        Some(column) => serializer.serialize_str(&column_letters(*column)),
        None => serializer.serialize_none(),
    }
}

/// A column's position from 0 as spreadsheets write it: `A`, `Z`, `AA`.
#[must_use]
pub fn column_letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + (column % 26) as u8);
        if column < 26 {
            break;
        }
        column = column / 26 - 1;
    }
    letters.reverse();
    String::from_utf8_lossy(&letters).into_owned()
}

/// One named value of a diagnostic or a finding. Texts are boxed: a review holds several numbers per client.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Fact {
    /// A count or a number of days.
    Int(i64),
    /// Any other number.
    Number(f64),
    /// A share, where 0.1 is 10 %.
    Share(f64),
    /// Money.
    Money(Money),
    /// A date.
    Day(Day),
    /// A word of the user's: a heading, a name, a cell.
    Text(Box<String>),
    /// Several of those.
    List(Box<Vec<String>>),
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self::Text(Box::new(text.to_owned()))
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(Box::new(text))
    }
}

impl From<Money> for Fact {
    fn from(money: Money) -> Self {
        Self::Money(money)
    }
}

impl From<Day> for Fact {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}

impl From<u64> for Fact {
    fn from(count: u64) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Fact {
    fn from(count: usize) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<i32> for Fact {
    fn from(count: i32) -> Self {
        Self::Int(i64::from(count))
    }
}

impl From<Vec<String>> for Fact {
    fn from(list: Vec<String>) -> Self {
        Self::List(Box::new(list))
    }
}

/// The piece of input to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excerpt {
    /// A record of a table under its headings; `at` is the position of the cell in question.
    Record {
        /// Headings.
        headings: Vec<String>,
        /// Cells as given.
        cells: Vec<String>,
        /// Which cell.
        at: usize,
    },
    /// A piece of a text file, such as a config file; `from..to` are byte offsets.
    Text {
        /// The whole text.
        text: String,
        /// First byte in question.
        from: usize,
        /// Byte after the last one in question.
        to: usize,
    },
}

/// One thing to say about the input.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnostic {
    /// Stable code, such as `type-error`.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// Where.
    pub origin: Origin,
    /// The cell as given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Values that the sentence names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<&'static str, Fact>,
    /// What to show under the sentence.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
}

impl Diagnostic {
    /// A diagnostic with neither cell, facts nor excerpt.
    #[must_use]
    pub fn new(code: &'static str, severity: Severity, origin: Origin) -> Self {
        Self { code, severity, origin, cell: None, facts: BTreeMap::new(), excerpt: None }
    }

    /// An error.
    #[must_use]
    pub fn error(code: &'static str, origin: Origin) -> Self {
        Self::new(code, Severity::Error, origin)
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: &'static str, origin: Origin) -> Self {
        Self::new(code, Severity::Warning, origin)
    }

    /// A notice.
    #[must_use]
    pub fn notice(code: &'static str, origin: Origin) -> Self {
        Self::new(code, Severity::Notice, origin)
    }

    /// With a named value.
    #[must_use]
    pub fn with(mut self, name: &'static str, fact: impl Into<Fact>) -> Self {
        self.facts.insert(name, fact.into());
        self
    }

    /// With the cell as given.
    #[must_use]
    pub fn with_cell(mut self, cell: impl Into<String>) -> Self {
        self.cell = Some(cell.into());
        self
    }

    /// With something to show.
    #[must_use]
    pub fn with_excerpt(mut self, excerpt: Excerpt) -> Self {
        self.excerpt = Some(excerpt);
        self
    }
}

/// All diagnostics of one code.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// How bad.
    pub severity: Severity,
    /// How many there were.
    pub count: u64,
    /// The first of them, at most [`DETAILS_KEPT`].
    pub details: Vec<Diagnostic>,
}

/// Diagnostics grouped by code, in the order of their codes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics {
    groups: BTreeMap<&'static str, Group>,
    /// Whether details are kept without limit.
    all: bool,
}

impl Diagnostics {
    /// Keeps every detail from now on.
    pub fn keep_all(&mut self) {
        self.all = true;
    }

    /// How many details of a code are kept.
    fn kept(&self) -> usize {
        if self.all { usize::MAX } else { DETAILS_KEPT }
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let kept = self.kept();
        let group = self.groups.entry(diagnostic.code).or_insert_with(|| Group {
            severity: diagnostic.severity,
            count: 0,
            details: Vec::new(),
        });
        group.count += 1;
        if group.details.len() < kept {
            group.details.push(diagnostic);
        }
    }

    /// Adds several.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// Counts one more of a code whose details are full, so that nobody has to build it first.
    /// Returns whether that was so; otherwise the caller pushes the full diagnostic.
    pub fn count_if_full(&mut self, code: &'static str) -> bool {
        let kept = self.kept();
        match self.groups.get_mut(code) {
            Some(group) if group.details.len() >= kept => {
                group.count += 1;
                true
            }
            _ => false,
        }
    }

    /// Adds all of another collection; details end up in the order of their origins.
    pub fn merge(&mut self, other: Self) {
        let kept = self.kept();
        for (code, group) in other.groups {
            match self.groups.get_mut(code) {
                None => {
                    self.groups.insert(code, group);
                }
                Some(mine) => {
                    mine.count += group.count;
                    mine.severity = mine.severity.min(group.severity);
                    mine.details.extend(group.details);
                    mine.details.sort_by(|a, b| a.origin.cmp(&b.origin));
                    mine.details.truncate(kept);
                }
            }
        }
    }

    /// The groups by code.
    pub fn groups(&self) -> impl Iterator<Item = (&'static str, &Group)> {
        self.groups.iter().map(|(code, group)| (*code, group))
    }

    /// Puts in a group that was taken out of another collection.
    pub fn insert(&mut self, code: &'static str, group: Group) {
        self.groups.insert(code, group);
    }

    /// The groups by code, taken out.
    pub fn into_groups(self) -> impl Iterator<Item = (&'static str, Group)> {
        self.groups.into_iter()
    }

    /// How many of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> u64 {
        self.groups
            .values()
            .filter(|group| group.severity == severity)
            .map(|group| group.count)
            .sum()
    }

    /// How many in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.groups.values().map(|group| group.count).sum()
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        let names: Vec<String> =
            [0, 25, 26, 51, 52, 701, 702, 16_383].into_iter().map(column_letters).collect();
        assert_eq!(names, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn counts_stay_exact_when_details_are_full() {
        let mut all = Diagnostics::default();
        for row in 0..1500_u64 {
            if !all.count_if_full("type-error") {
                let origin = Origin { row: Some(row), ..Origin::file("a.csv") };
                all.push(Diagnostic::error("type-error", origin));
            }
        }
        let mut other = Diagnostics::default();
        other.push(Diagnostic::error("type-error", Origin::file("a.csv")));
        all.merge(other);
        let (_, group) = all.groups().next().expect("a group");
        assert_eq!(group.count, 1501);
        assert_eq!(group.details.len(), DETAILS_KEPT);
        assert_eq!(group.details[0].origin.row, None);
    }
}
