//! Looks out for another table below the records of one.

use crate::source::Cell;

/// What was seen below the last record.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Watch {
    /// The first of the notes right above: they may be the titles of what follows.
    notes_from: Option<u64>,
    /// The row of the last of them.
    last: u64,
    /// Where another table begins.
    pub(super) found: Option<u64>,
}

impl Watch {
    /// Takes a row that is no record, told what it was taken for; whether it is the headings of another table.
    pub(super) fn is_next_table(
        &mut self,
        number: u64,
        cells: &[Cell<'_>],
        taken_for: &str,
        is_headings: impl FnOnce(&[Cell<'_>]) -> bool,
    ) -> bool {
        if !matches!(taken_for, "total-row" | "repeated-header") && is_headings(cells) {
            // Titles stand together, a blank row between them and the headings at most.
            let titles = self.notes_from.filter(|_| number - self.last <= 2);
            self.found = Some(titles.unwrap_or(number));
            return true;
        }
        if taken_for == "note-row" {
            if self.notes_from.is_none() || number - self.last > 2 {
                self.notes_from = Some(number);
            }
            self.last = number;
        } else {
            self.record();
        }
        false
    }

    /// A record was read: the notes above it are no titles of what comes below.
    #[inline]
    pub(super) fn record(&mut self) {
        self.notes_from = None;
    }
}
