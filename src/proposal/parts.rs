//! The tables of a sheet that stand below each other, found by the rules by which they are read.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::schema::heading::{HEADER_SEARCH, Layout, UserColumns};
use crate::schema::regions::regions;
use crate::source::{Document, OwnedRow};

/// Tables of one sheet, at most.
pub(super) const MOST: usize = 256;

/// One part of a sheet.
pub(super) struct Part {
    /// Its first rows.
    pub rows: Vec<OwnedRow>,
    /// The table that it is, where headings tell.
    pub layout: Option<Layout>,
    /// Row number at which the next part begins.
    pub end: Option<u64>,
}

/// The parts of a sheet from the top. `tops` are the rows at which parts are known to begin; those seen on the way are
/// added.
pub(super) fn parts(
    document: &mut Document,
    sheet: usize,
    user: &UserColumns,
    tops: &mut BTreeSet<u64>,
) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut next = Some(1);
    while let Some(top) = next {
        let mut rows = document.sample(sheet, top, HEADER_SEARCH)?;
        if let Some(end) = tops.range(top + 1..).next() {
            rows.retain(|row| row.number < *end);
        }
        let found = regions(&rows, user, None, None).unwrap_or_default();
        // Where others begin in these rows, each is looked at by itself, and so is this one.
        let known = tops.len();
        tops.extend(found.iter().skip(1).map(|layout| layout.top));
        if tops.len() > known {
            continue;
        }
        next = tops.range(top + 1..).next().copied();
        parts.push(Part { rows, layout: found.into_iter().next(), end: next });
    }
    Ok(parts)
}
