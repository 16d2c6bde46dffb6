//! Where the columns go: those that are there stay, new ones go right of the last used column, inside the table where that is
//! safe.

use super::column::Column;
use super::reference::{COLUMNS, Range};
use super::sheet::Placed;
use super::survey::Survey;
use super::table::TablePart;
use crate::locale::Lang;

/// Columns in their places.
pub(super) struct Places {
    /// From left to right.
    pub placed: Vec<Placed>,
    /// Whether the table grows by the new ones.
    pub in_table: bool,
    /// Why new columns stand apart from the table: a code.
    pub apart: Option<&'static str>,
    /// The range that the sheet filters from now on, where it changes.
    pub filter: Option<Range>,
}

/// What decides on places.
pub(super) struct Means<'a> {
    /// Those wanted, in their order.
    pub wanted: &'a [&'static Column],
    /// Columns of ours that are there, each with its place.
    pub there: &'a [(&'static Column, u32)],
    pub survey: &'a Survey,
    /// The table of the data.
    pub table: Option<&'a TablePart>,
    /// Last row of the headings.
    pub heading: u32,
    /// Right of the last heading of the data, counted from 0.
    pub end: u32,
    pub lang: Lang,
}

/// Finds the places; `None` where the sheet has no room.
pub(super) fn place(means: &Means<'_>) -> Option<Places> {
    let Means { wanted, there, survey, table, heading, lang, .. } = *means;
    let mut placed: Vec<Placed> = there
        .iter()
        .map(|(column, index)| Placed {
            column,
            index: *index,
            heading: column.heading(lang),
            is_new: false,
        })
        .collect();
    let new: Vec<&'static Column> = wanted
        .iter()
        .copied()
        .filter(|column| there.iter().all(|(known, _)| known.code != column.code))
        .collect();
    let (mut in_table, mut apart, mut filter) = (false, None, None);
    if !new.is_empty() {
        let used = survey.used.max(means.end);
        let mut start = used;
        if let Some(table) = table {
            let right = table.range.right + 1;
            apart = if table.is_fed {
                Some("fed")
            } else if table.heading_rows != 1 || table.range.top != heading {
                Some("headings")
            } else if survey.used_in_table > right {
                Some("taken")
            } else {
                None
            };
            in_table = apart.is_none();
            start = if in_table { right } else { used.max(right) + 1 };
        }
        for (offset, column) in new.iter().enumerate() {
            let taken = table.map_or(&[][..], |table| &table.columns);
            placed.push(Placed {
                column,
                index: start + offset as u32,
                heading: unique(column.heading(lang), taken),
                is_new: true,
            });
        }
        let end = start + new.len() as u32 - 1;
        filter = survey
            .filter
            .filter(|it| it.right + 1 == start && (it.top..=it.bottom).contains(&heading))
            .map(|it| Range { right: end, ..it });
    }
    placed.sort_by_key(|placed| placed.index);
    let fits = placed.last().is_none_or(|last| last.index < COLUMNS);
    fits.then_some(Places { placed, in_table, apart, filter })
}

/// A heading that no column of the table has: tables tell their columns apart by name, without case.
fn unique(heading: String, taken: &[String]) -> String {
    let is_taken =
        |name: &str| taken.iter().any(|taken| taken.to_lowercase() == name.to_lowercase());
    // One of the numbers is free, since there is one more than there are names.
    let numbered = (2..taken.len() + 3).map(|number| format!("{heading} {number}"));
    let names: Vec<String> = std::iter::once(heading.clone()).chain(numbered).collect();
    names.into_iter().find(|name| !is_taken(name)).unwrap_or(heading)
}
