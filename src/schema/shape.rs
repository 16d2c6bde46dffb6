//! How rows lean on the rows above them: lone texts that head a group, parent cells that are written once, merged cells.
//!
//! Nothing is filled in because a cell is blank. There must be a sign in the file that it stands for the one above: an
//! order number that goes on, headings that tell lines from their document (`Invoice lines/Product`), lines that leave all
//! cells of their document blank, a merged range, or a group that is headed by its name and ended by its total.

use super::heading::Layout;
use super::headings::Headings;
use super::total::is_total;
use super::value;
use crate::source::{Merge, OwnedCell, OwnedRow};

/// How the rows of a table lean on those above them; plain tables do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The column of the texts that stand alone in a row and name the client of the rows below.
    pub group: Option<usize>,
    /// Columns that only the first line of a document fills, the telling ones first.
    pub parents: Vec<usize>,
    /// Vertical merges, by their first row.
    pub merged: Vec<Merge>,
}

impl Shape {
    /// Whether every row says all that there is to say of it.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.group.is_none() && self.parents.is_empty() && self.merged.is_empty()
    }
}

/// Fields of which a line leaves all blank that belongs to the document above it.
const TELLING: [&str; 4] = ["client", "client_name", "date", "order_id"];
/// Further fields of a document.
const OF_DOCUMENTS: [&str; 7] =
    ["status", "stage", "voided", "currency", "owner", "due_date", "paid_date"];
/// Fields of a line, of which it fills at least one.
const OF_LINES: [&str; 4] = ["product", "business_line", "line_no", "quantity"];
/// Of so many rows at least one has to lean on another.
const ONE_IN: usize = 10;

/// The columns of a document, those of [`TELLING`] first.
fn parents(layout: &Layout) -> Vec<usize> {
    TELLING.iter().chain(&OF_DOCUMENTS).filter_map(|field| layout.column_of(field)).collect()
}

/// The columns of which a line leaves all blank that belongs to the document above it.
#[must_use]
pub fn telling(layout: &Layout) -> Vec<usize> {
    TELLING.iter().filter_map(|field| layout.column_of(field)).collect()
}

/// Whether a row has what a line has of its own: an amount or a price, and a product or the like.
pub fn is_line(layout: &Layout, filled: impl Fn(usize) -> bool) -> bool {
    has_any(layout, &["amount", "unit_price"], &filled) && has_any(layout, &OF_LINES, &filled)
}

/// Whether a row fills a column of one of these fields.
fn has_any(layout: &Layout, fields: &[&str], filled: impl Fn(usize) -> bool) -> bool {
    fields.iter().filter_map(|field| layout.column_of(field)).any(filled)
}

/// Whether a cell says anything: `-` and the like do not.
#[must_use]
pub fn says(cell: &OwnedCell) -> bool {
    value::text(&cell.borrow()).is_some()
}

fn filled(row: &OwnedRow, at: usize) -> bool {
    row.cells.get(at).is_some_and(says)
}

/// The columns that lines leave to the first line of their document, where `below`, the first rows under the headings, or
/// the headings themselves say so.
pub(super) fn leaning(layout: &Layout, headings: &Headings, below: &[OwnedRow]) -> Vec<usize> {
    if layout.table.code() != "transactions" {
        return Vec::new();
    }
    let telling = telling(layout);
    let order = layout.column_of("order_id");
    let blank = |row: &OwnedRow| telling.iter().all(|at| !filled(row, *at));
    let (mut lines, mut without, mut goes_on) = (0, 0, false);
    let mut last: Option<&OwnedRow> = None;
    for row in below.iter().filter(|row| is_line(layout, |at| filled(row, at))) {
        lines += 1;
        without += usize::from(blank(row));
        let same = order
            .filter(|at| filled(row, *at))
            .is_some_and(|at| last.is_some_and(|last| last.cells.get(at) == row.cells.get(at)));
        goes_on |= same && telling.iter().any(|at| !filled(row, *at));
        last = Some(row);
    }
    let often = without >= 2 && without * ONE_IN >= lines;
    let several = telling.len() >= 2;
    if several && (goes_on || often || headings.has_lines()) { parents(layout) } else { Vec::new() }
}

/// The column whose lone texts head groups, and a name of it: the first row under the headings is such a text, the next
/// one has a date and an amount, and either no heading stands above it or a total of that name follows.
pub(super) fn group(layout: &Layout, below: &[OwnedRow]) -> Option<usize> {
    let [first, second, ..] = below else {
        return None;
    };
    let mut cells = first.cells.iter().enumerate().filter(|(_, cell)| **cell != OwnedCell::Blank);
    let (Some((at, OwnedCell::Text(name))), None) = (cells.next(), cells.next()) else {
        return None;
    };
    let has = |field: &str| layout.column_of(field).is_some_and(|at| filled(second, at));
    // A group inside a group may stand between.
    let nested = second.cells.iter().filter(|cell| **cell != OwnedCell::Blank).count() == 1
        && filled(second, at);
    let is_record = has("date") && (has("amount") || has("unit_price"));
    if is_total(name) || !(is_record || nested) {
        return None;
    }
    let bare = layout.columns.get(at).is_none_or(|column| column.heading.is_empty());
    let totalled = below.iter().any(|row| {
        row.cells.iter().any(|cell| {
            matches!(cell, OwnedCell::Text(text) if is_total(text) && text.contains(name.trim()))
        })
    });
    (bare || totalled).then_some(at)
}

/// Whether the first rows of a table lack what a merged cell above them may hold: a client or a date beside an amount.
#[must_use]
pub fn may_be_merged(layout: &Layout, rows: &[OwnedRow]) -> bool {
    let keys = telling(layout);
    layout.table.code() == "transactions"
        && rows.iter().filter(|row| layout.holds(row.number)).any(|row| {
            has_any(layout, &["amount", "unit_price"], |at| filled(row, at))
                && keys.iter().any(|at| !filled(row, *at))
        })
}

/// Those merges that lie among the records of a table, in columns of what belongs to a whole document.
#[must_use]
pub fn merged(layout: &Layout, merges: Vec<Merge>) -> Vec<Merge> {
    // An amount that is merged over several rows is one amount.
    let parents = parents(layout);
    let own = |merge: &Merge| layout.holds(merge.from) && parents.contains(&merge.column);
    merges.into_iter().filter(own).collect()
}
