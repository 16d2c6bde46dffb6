//! The headings of a table as they stand in one row, or in two: each with its normal forms and its unit.

use std::collections::HashMap;

use super::aliases::{self, Unit};
use crate::source::{OwnedCell, OwnedRow};

/// Columns that two tables beside each other have at most.
const WIDEST_PAIR: usize = 256;
/// Bytes of a heading at most: whatever is longer is data, and would only be normalised for nothing.
const LONGEST_HEADING: usize = 4096;

/// Headings: each with its normal forms and unit, and where each normal form stands.
pub(super) struct Headings {
    pub(super) first_row: u64,
    pub(super) number: u64,
    pub(super) shown: Vec<String>,
    pub(super) normal: Vec<String>,
    pub(super) units: Vec<Option<Unit>>,
    /// Where another table begins beside this one.
    pub(super) end: usize,
    /// By normal form; those in the first map go before those in the second.
    pub(super) places: [HashMap<String, Vec<usize>>; 2],
}

impl Headings {
    pub(super) fn of(row: &OwnedRow) -> Self {
        Self::from_texts(row.number, row.number, row.cells.iter().map(heading_text).collect(), &[])
    }

    fn from_texts(first_row: u64, number: u64, shown: Vec<String>, others: &[Vec<String>]) -> Self {
        let normal: Vec<String> = shown.iter().map(|heading| aliases::normalise(heading)).collect();
        let mut places: [HashMap<String, Vec<usize>>; 2] = [HashMap::new(), HashMap::new()];
        let mut put = |first: usize, form: String, at: usize| {
            if !form.is_empty() {
                places[first].entry(form).or_default().push(at);
            }
        };
        let end = end_of_table(&normal);
        for (at, form) in normal.iter().enumerate().take(end) {
            put(0, form.clone(), at);
        }
        for (at, others) in others.iter().enumerate().take(end) {
            for (rank, other) in others.iter().enumerate() {
                // Both words together, whatever their order, before the lower one alone.
                put(usize::from(rank > 0), aliases::normalise(other), at);
            }
        }
        let units = shown.iter().map(|heading| aliases::unit(heading)).collect();
        Self { first_row, number, shown, normal, units, end, places }
    }

    /// Two rows as headings: the upper one heads what stands below it and, where it is blank, below the next one to its
    /// left. `None` where the lower row holds anything but text, or heads nothing.
    pub(super) fn of_pair(upper: &OwnedRow, lower: &OwnedRow) -> Option<Self> {
        let text =
            |row: &OwnedRow, at: usize| row.cells.get(at).map(heading_text).unwrap_or_default();
        let is_text = |cell: &OwnedCell| matches!(cell, OwnedCell::Text(_) | OwnedCell::Blank);
        // A title stands alone.
        if upper.cells.iter().filter(|cell| **cell != OwnedCell::Blank).count() < 2 {
            return None;
        }
        if !lower.cells.iter().chain(&upper.cells).all(is_text) {
            return None;
        }
        let (mut shown, mut others) = (Vec::new(), Vec::new());
        let mut over = String::new();
        for at in 0..upper.cells.len().max(lower.cells.len()) {
            let (above, below) = (text(upper, at), text(lower, at));
            if !above.is_empty() {
                // A heading with nothing below it heads one column only.
                over = if below.is_empty() { String::new() } else { above.clone() };
            }
            let (heading, forms) = match (below.is_empty(), over.is_empty()) {
                (true, _) => (above, Vec::new()),
                (false, true) => (below, Vec::new()),
                (false, false) => {
                    (format!("{over} {below}"), vec![format!("{below}{over}"), below])
                }
            };
            shown.push(heading);
            others.push(forms);
        }
        Some(Self::from_texts(upper.number, lower.number, shown, &others))
    }

    /// Whether any of them is one that some table has.
    pub(super) fn any_known(&self) -> bool {
        self.normal.iter().any(|heading| aliases::is_known_form(heading))
    }

    /// Whether they tell lines from the document that those belong to.
    pub(super) fn has_lines(&self) -> bool {
        self.normal.iter().any(|heading| is_of_line(heading))
    }
}

/// Where a table ends to the right: at a column without a heading after which a heading comes again, as that of another table
/// beside it does.
fn end_of_table(normal: &[String]) -> usize {
    // A remark may well come twice; who, when and how much do not.
    let is_key = |heading: &&String| {
        let fields = aliases::of_table("transactions");
        ["client", "client_name", "date", "amount"].iter().any(|field| {
            fields
                .and_then(|fields| fields.get(*field))
                .is_some_and(|known| known.contains(*heading))
        })
    };
    let again = |at: usize| {
        let (left, right) = (&normal[..at], &normal[at..]);
        right.iter().filter(is_key).any(|heading| left.contains(heading))
    };
    let wide = normal.len() > WIDEST_PAIR;
    let gap = |at: &usize| *at > 0 && normal[*at].is_empty() && !normal[at - 1].is_empty();
    if wide {
        normal.len()
    } else {
        (0..normal.len()).filter(gap).find(|at| again(*at)).unwrap_or(normal.len())
    }
}

/// Headings that only lines of a document have: `Invoice lines/Product`, `Lineitem name`.
fn is_of_line(normal: &str) -> bool {
    ["invoicelines", "orderlines", "lineitem"].iter().any(|head| normal.starts_with(head))
}

fn heading_text(cell: &OwnedCell) -> String {
    match cell {
        OwnedCell::Text(text) if text.len() > LONGEST_HEADING => String::new(),
        OwnedCell::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        OwnedCell::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
