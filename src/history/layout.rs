//! How the follow-up list of a review workbook tells a program where things stand.
//!
//! Marks say it, not words: in a row above the headings each column that matters has a mark, and a hidden column holds the
//! client and the signals of each row. So the list is read in either language, after rows were sorted or columns put in,
//! and whichever program saved it.

use std::collections::BTreeMap;

use crate::period::Day;
use crate::source::Cell;

/// Codes of the choices for the status.
pub const STATUSES: [&str; 4] = ["open", "in_progress", "done", "not_needed"];

/// What every mark begins with.
const PREFIX: &str = "kam:";

/// A column that has a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The id of the client.
    ClientId,
    /// What became of it: to be filled in.
    Status,
    /// What comes next: to be filled in.
    NextStep,
    /// Anything else: to be filled in.
    Note,
    /// The hidden column: see [`key`].
    Signals,
}

impl Mark {
    const ALL: [Self; 5] =
        [Self::ClientId, Self::Status, Self::NextStep, Self::Note, Self::Signals];

    /// The columns that people fill in.
    pub const INPUTS: [Self; 3] = [Self::Status, Self::NextStep, Self::Note];

    fn name(self) -> &'static str {
        match self {
            Self::ClientId => "client_id",
            Self::Status => "status",
            Self::NextStep => "next_step",
            Self::Note => "note",
            Self::Signals => "signals",
        }
    }

    /// The text that marks the column.
    #[must_use]
    pub fn text(self) -> String {
        format!("{PREFIX}{}", self.name())
    }
}

/// The mark of the column of the status, which also says by which words it may be chosen: pairs of a code and a word, in
/// as many languages as there are.
#[must_use]
pub fn status_mark<'a>(words: impl Iterator<Item = (&'a str, String)>) -> String {
    words.fold(Mark::Status.text(), |text, (code, word)| format!("{text}|{code}={word}"))
}

/// What the hidden column holds for a row: its findings, each with the day on which it was seen first. It names the client,
/// since rows may be sorted without it.
#[must_use]
pub fn key<'a>(client_id: &str, findings: impl Iterator<Item = (&'a str, Day)>) -> String {
    let findings: Vec<String> = findings.map(|(code, day)| format!("{code}={day}")).collect();
    format!("{}:{client_id}", findings.join(" "))
}

/// The findings in such a text by their signals, each with its day where that is told.
pub fn findings(text: &str) -> impl Iterator<Item = (&str, Option<Day>)> {
    text.split_whitespace().map(|finding| match finding.split_once('=') {
        Some((code, day)) => (code, Day::parse_iso(day)),
        None => (finding, None),
    })
}

/// Where the columns stand, each by its [`Mark`].
#[derive(Debug)]
pub struct Layout {
    columns: [usize; Mark::ALL.len()],
    /// Codes of the status by their words.
    words: BTreeMap<String, String>,
}

impl Layout {
    /// The layout that a row of marks gives; none where a mark is missing.
    #[must_use]
    pub fn of(marks: &[Cell<'_>]) -> Option<Self> {
        let mut columns = [None; Mark::ALL.len()];
        let mut words = BTreeMap::new();
        for (column, cell) in marks.iter().enumerate() {
            let Cell::Text(text) = cell else { continue };
            let Some(text) = text.strip_prefix(PREFIX) else { continue };
            let mut parts = text.split('|');
            let name = parts.next().unwrap_or_default();
            let Some(mark) = Mark::ALL.into_iter().find(|mark| mark.name() == name) else {
                continue;
            };
            columns[mark as usize] = Some(column);
            let pairs = parts.filter_map(|pair| pair.split_once('='));
            words.extend(pairs.map(|(code, word)| (folded(word), code.to_owned())));
        }
        let mut found = [0; Mark::ALL.len()];
        for (place, column) in found.iter_mut().zip(columns) {
            *place = column?;
        }
        Some(Self { columns: found, words })
    }

    /// The column with a mark.
    #[must_use]
    pub fn column(&self, mark: Mark) -> usize {
        self.columns[mark as usize]
    }

    /// Client and [`findings`] that a row of the list has in its hidden column; none for any other row.
    #[must_use]
    pub fn key<'a>(&self, cells: &[Cell<'a>]) -> Option<(&'a str, &'a str)> {
        match cells.get(self.column(Mark::Signals)) {
            Some(Cell::Text(text)) => text.split_once(':').map(|(signals, id)| (id, signals)),
            _ => None,
        }
    }

    /// The code of a word for a status, else the word.
    #[must_use]
    pub fn status(&self, word: &str) -> String {
        self.words.get(&folded(word)).cloned().unwrap_or_else(|| word.to_owned())
    }
}

/// A word as it is compared.
fn folded(word: &str) -> String {
    word.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_wherever_they_stand() {
        let words = [("done", "Done".to_owned()), ("done", "已完成".to_owned())];
        let status = status_mark(words.into_iter());
        let texts = [Mark::Signals, Mark::Note, Mark::NextStep, Mark::ClientId].map(Mark::text);
        let mut row: Vec<Cell> = texts.iter().map(|text| Cell::Text(text)).collect();
        assert!(Layout::of(&row).is_none(), "one is missing");
        row.insert(0, Cell::Text("← Overview"));
        row.extend([Cell::Blank, Cell::Text(&status)]);
        let layout = Layout::of(&row).expect("all are there");
        let columns = Mark::ALL.map(|mark| layout.column(mark));
        assert_eq!(columns, [4, 6, 3, 2, 1]);
        for (word, code) in [(" DONE ", "done"), ("已完成", "done"), ("Half done", "Half done")]
        {
            assert_eq!(layout.status(word), code);
        }
    }

    #[test]
    fn a_key_holds_any_id() {
        let words = Mark::ALL.map(Mark::text);
        let row: Vec<Cell> = words.iter().map(|text| Cell::Text(text)).collect();
        let layout = Layout::of(&row).expect("marks");
        let day = Day::from_ymd(2026, 3, 31).expect("a day");
        let text = key("a:b c", [("sales_down", day), ("order_overdue", day)].into_iter());
        let mut cells = vec![Cell::Blank; 4];
        assert_eq!(layout.key(&cells), None);
        cells.push(Cell::Text(&text));
        let (client, signals) = layout.key(&cells).expect("a key");
        assert_eq!(client, "a:b c");
        let found: Vec<_> = findings(signals).collect();
        assert_eq!(found, [("sales_down", Some(day)), ("order_overdue", Some(day))]);
        let without: Vec<_> = findings("sales_down order_overdue").collect();
        assert_eq!(without, [("sales_down", None), ("order_overdue", None)]);
    }
}
