//! Rows that are not used: what they really are, what to say of them, and their part of the control totals.

use super::leave_out;
use super::sink::{BLANK, Reject, Sink};
use crate::diagnostic::{Diagnostic, Excerpt, Fact, Origin, Severity};
use crate::money::Money;
use crate::schema::{day, total, value};
use crate::source::Cell;

/// Whether leaving a row out for this reason is an error rather than a choice.
pub(super) fn is_error(reason: &str) -> bool {
    matches!(reason, "missing-value" | "type-error")
}

impl Sink<'_> {
    /// What a row that lacks something really is: a total, a repeated heading, a note; else the error as found.
    pub(super) fn classify(
        &self,
        cells: &[Cell<'_>],
        found: Reject,
        amount: Option<Money>,
    ) -> Reject {
        let columns = self.plan.columns;
        let blank = |column: Option<usize>| {
            column.is_none_or(|at| value::text(cells.get(at).unwrap_or(&BLANK)).is_none())
        };
        let date_missing = columns.date.is_none_or(|at| {
            !matches!(
                day::day(cells.get(at).unwrap_or(&BLANK), self.plan.readings[at]),
                Ok(Some(_))
            )
        });
        // A total is named in its first cell or in place of a client; a date that cannot be read is an error.
        let first = cells.iter().position(|cell| *cell != Cell::Blank);
        let label = [first, columns.client].into_iter().flatten().find(|at| {
            cells.get(*at).and_then(value::text).is_some_and(|text| total::is_total(&text))
        });
        if let Some(at) = label.filter(|at| blank(columns.date) || columns.date == Some(*at)) {
            return Reject { reason: "total-row", column: Some(at), expected: "" };
        }
        let headings = self.plan.layout.columns.iter();
        let repeated = cells
            .iter()
            .zip(headings)
            .filter(|(cell, column)| {
                !column.heading.is_empty() && value::shown(cell).trim() == column.heading
            })
            .count();
        if repeated >= 3 {
            return Reject { reason: "repeated-header", column: None, expected: "" };
        }
        // Footers: hardly anything in the row, and neither a date nor an amount.
        let filled = cells.iter().filter(|cell| **cell != Cell::Blank).count();
        let little = filled <= 2 || (blank(columns.client) && blank(columns.date));
        if date_missing && amount.is_none() && little {
            return Reject { reason: "note-row", column: None, expected: "" };
        }
        found
    }

    pub(super) fn diagnostic(
        &self,
        code: &'static str,
        number: u64,
        cells: &[Cell<'_>],
        column: Option<usize>,
    ) -> Diagnostic {
        let layout = self.plan.layout;
        let heading =
            column.and_then(|at| layout.columns.get(at)).map(|column| column.heading.clone());
        let origin = Origin { row: Some(number), column, heading, ..self.plan.origin.clone() };
        let diagnostic = Diagnostic::error(code, origin);
        let Some(at) = column else {
            return diagnostic;
        };
        let mut shown: Vec<String> = cells.iter().map(value::shown).collect();
        shown.resize(layout.columns.len().max(shown.len()), String::new());
        diagnostic.with_cell(shown.get(at).cloned().unwrap_or_default()).with_excerpt(
            Excerpt::Record {
                headings: layout.columns.iter().map(|column| column.heading.clone()).collect(),
                cells: shown,
                at,
            },
        )
    }

    pub(super) fn reject(
        &mut self,
        number: u64,
        cells: &[Cell<'_>],
        reject: &Reject,
        amount: Option<Money>,
    ) {
        // A total is not an amount of its own: it repeats those above it.
        let amount = if reject.reason == "total-row" {
            self.total_rows.insert(number, amount);
            None
        } else {
            amount
        };
        if let Some(amount) = amount {
            self.control.amount_in_file += amount;
        }
        self.reason = reject.reason;
        leave_out(&mut self.control, reject.reason, amount);
        if self.diagnostics.count_if_full(reject.reason) {
            return;
        }
        let mut diagnostic = self.diagnostic(reject.reason, number, cells, reject.column);
        if !is_error(reject.reason) {
            diagnostic.severity = Severity::Notice;
            diagnostic.excerpt = None;
        }
        if !reject.expected.is_empty() {
            diagnostic.facts.insert("expected", Fact::from(reject.expected));
        }
        self.diagnostics.push(diagnostic);
    }
}
