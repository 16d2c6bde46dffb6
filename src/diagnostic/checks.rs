//! The registry of diagnostics: every code the program can give, and how bad it is.
//!
//! A code here has sentences and an explanation in both languages and a case in `testdata/errors/`; a test compares. Codes
//! are stable: scripts name them after `--skip`, and people look them up with `kam explain`.

use super::Severity::{self, Error, Notice, Warning};

/// A diagnostic that the program can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its code in messages, JSON and flags.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
}

const fn check(code: &'static str, severity: Severity) -> Check {
    Check { code, severity }
}

/// All diagnostics, sorted by code.
pub const CHECKS: &[Check] = &[
    check("after-as-of", Notice),
    check("ambiguous-client", Warning),
    check("ambiguous-date", Error),
    check("ambiguous-number", Notice),
    check("amount-basis", Notice),
    check("amount-converted", Notice),
    check("amount-not-used", Warning),
    check("amount-overflow", Error),
    check("as-of-future", Error),
    check("beside-table", Notice),
    check("cannot-write", Error),
    check("cell-not-used", Warning),
    check("client-merged", Notice),
    check("client-not-found", Error),
    check("client-not-in-review", Warning),
    check("client-several", Error),
    check("column-choice", Notice),
    check("config-key", Error),
    check("config-missing", Error),
    check("config-syntax", Error),
    check("config-type", Error),
    check("config-value", Error),
    check("config-weights", Error),
    check("currency-converted", Notice),
    check("currency-mix", Error),
    check("dialect-guess", Notice),
    check("discount-not-applied", Notice),
    check("disk-full", Error),
    check("duplicate-input", Notice),
    check("duplicate-key", Warning),
    check("encoding-guess", Notice),
    check("encryption-unknown", Error),
    check("entry-not-read", Warning),
    check("entry-skipped", Notice),
    check("example-row", Notice),
    check("file-damaged", Error),
    check("file-empty", Error),
    check("file-encrypted", Error),
    check("file-exists", Error),
    check("file-is-folder", Error),
    check("file-kind", Error),
    check("file-missing", Error),
    check("file-suspicious", Error),
    check("file-unreadable", Error),
    check("filled-down", Notice),
    check("filtered-row", Notice),
    check("formatting-lost", Notice),
    check("formula-kept", Warning),
    check("future-date", Warning),
    check("group-heading", Notice),
    check("header-guess", Warning),
    check("hidden-sheet", Notice),
    check("import-damaged", Error),
    check("import-newer", Error),
    check("init-column", Error),
    check("init-question", Error),
    check("init-stdin", Error),
    check("internal", Error),
    check("interrupted", Error),
    check("missing-column", Error),
    check("missing-rate", Error),
    check("missing-value", Error),
    check("near-duplicate", Notice),
    check("no-client-column", Error),
    check("no-encryption", Error),
    check("no-inputs", Error),
    check("no-review", Error),
    check("no-room", Error),
    check("no-rows", Error),
    check("no-table", Error),
    check("no-workspace", Error),
    check("not-a-demo-folder", Error),
    check("not-imported", Error),
    check("note-row", Notice),
    check("only-future", Error),
    check("open-quote", Error),
    check("order-in-two-files", Warning),
    check("output-changed", Error),
    check("output-format", Error),
    check("output-is-input", Error),
    check("owner-guess", Notice),
    check("parent-cycle", Warning),
    check("password-format", Error),
    check("password-list", Error),
    check("password-missing", Warning),
    check("password-owner", Warning),
    check("repeated-header", Notice),
    check("repeated-line", Notice),
    check("replaced-line", Notice),
    check("review-newer", Error),
    check("review-unreadable", Error),
    check("rolled-up", Notice),
    check("rounded-digits", Notice),
    check("row-incomplete", Warning),
    check("rows-in-two-sheets", Warning),
    check("same-name", Notice),
    check("sheet-empty", Notice),
    check("sheet-not-named", Notice),
    check("sheet-not-used", Notice),
    check("sheet-protected", Warning),
    check("sign-flipped", Notice),
    check("skipped-status", Notice),
    check("split-no-owner", Error),
    check("stale-data", Error),
    check("stale-import", Error),
    check("stored-in-clear", Warning),
    check("too-many-errors", Error),
    check("total-mismatch", Warning),
    check("total-row", Notice),
    check("truncated-id", Warning),
    check("type-error", Error),
    check("unit-in-heading", Notice),
    check("unknown-client", Warning),
    check("unknown-code", Error),
    check("unknown-delimiter", Error),
    check("unknown-encoding", Error),
    check("unknown-field", Error),
    check("unknown-parent", Warning),
    check("unknown-sheet", Error),
    check("unknown-skip", Error),
    check("unknown-table", Error),
    check("unknown-unit", Error),
    check("workbook-signed", Error),
    check("wrong-encoding", Error),
    check("wrong-password", Error),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_unique() {
        assert!(CHECKS.is_sorted_by(|a, b| a.code < b.code));
    }
}
