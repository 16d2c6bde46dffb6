//! Diagnostics for machines: a line as compilers write it, a record with the same keys each time, a row of a table.
//!
//! Columns and keys are codes; what a diagnostic says comes in the language of the output. A record for a log names no
//! cell, heading or other text of the user's.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::listing::guarded;
use super::message::{said, severity, title, words};
use crate::diagnostic::{Diagnostic, Group, Severity, column_letters};
use crate::locale::Lang;
use crate::review::SCHEMA_VERSION;

/// The columns of a table of diagnostics.
pub const COLUMNS: [&str; 10] =
    ["severity", "code", "file", "sheet", "row", "column", "heading", "cell", "message", "help"];
/// Rows that a record for a log names.
const ROWS_LOGGED: usize = 5;

fn code_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    }
}

/// As compilers say it: `file:row:column: severity[code]: message`, as far as the place is known. Rows and columns count
/// from 1; a sheet stands behind the file, as in `book.xlsx!March`.
#[must_use]
pub fn concise(lang: Lang, diagnostic: &Diagnostic) -> String {
    let origin = &diagnostic.origin;
    let mut place = origin.file.clone();
    if let Some(sheet) = &origin.sheet {
        place.push('!');
        place.push_str(sheet);
    }
    if let Some(row) = origin.row {
        let _ = write!(place, ":{row}");
        if let Some(column) = origin.column {
            let _ = write!(place, ":{}", column + 1);
        }
    }
    if !place.is_empty() {
        place.push_str(": ");
    }
    let line = format!(
        "{place}{}[{}]: {}",
        severity(lang, diagnostic.severity),
        diagnostic.code,
        said(lang, diagnostic)
    );
    // Whatever a sheet is called: one diagnostic is one line.
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A diagnostic with every key, null where there is nothing.
#[must_use]
pub fn record(lang: Lang, diagnostic: &Diagnostic) -> Value {
    let origin = &diagnostic.origin;
    json!({
        "schema_version": SCHEMA_VERSION,
        "severity": code_of(diagnostic.severity),
        "code": diagnostic.code,
        "file": Some(&origin.file).filter(|file| !file.is_empty()),
        "sheet": origin.sheet,
        "row": origin.row,
        "column": origin.column.map(column_letters),
        "heading": origin.heading,
        "cell": diagnostic.cell,
        "facts": diagnostic.facts,
        "message": said(lang, diagnostic),
        "help": words(lang, diagnostic, 0, &[]).help,
    })
}

/// A diagnostic as a row under [`COLUMNS`]. No text of it is taken for a formula.
#[must_use]
pub fn cells(lang: Lang, diagnostic: &Diagnostic) -> [String; 10] {
    let origin = &diagnostic.origin;
    let own = |text: Option<&String>| text.map(|text| guarded(text)).unwrap_or_default();
    [
        code_of(diagnostic.severity).to_owned(),
        diagnostic.code.to_owned(),
        guarded(&origin.file),
        own(origin.sheet.as_ref()),
        origin.row.map(|row| row.to_string()).unwrap_or_default(),
        origin.column.map(column_letters).unwrap_or_default(),
        own(origin.heading.as_ref()),
        own(diagnostic.cell.as_ref()),
        guarded(&said(lang, diagnostic)),
        words(lang, diagnostic, 0, &[]).help.unwrap_or_default(),
    ]
}

/// A diagnostic, and how many others have its code, for a log: where it is, but nothing that a cell says.
#[must_use]
pub fn logged(lang: Lang, diagnostic: &Diagnostic, group: Option<&Group>) -> Value {
    let rows: Vec<u64> = match group {
        Some(group) => {
            let rows = group.details.iter().filter_map(|detail| detail.origin.row);
            rows.take(ROWS_LOGGED).collect()
        }
        None => diagnostic.origin.row.into_iter().collect(),
    };
    json!({
        "schema_version": SCHEMA_VERSION,
        "kind": "diagnostic",
        "severity": code_of(diagnostic.severity),
        "code": diagnostic.code,
        "title": title(lang, diagnostic.code),
        "count": group.map_or(1, |group| group.count),
        "file": Some(&diagnostic.origin.file).filter(|file| !file.is_empty()),
        "sheet": diagnostic.origin.sheet,
        "rows": rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Origin;

    fn found() -> Diagnostic {
        let origin = Origin {
            sheet: Some("三月".to_owned()),
            row: Some(412),
            column: Some(4),
            heading: Some("金额".to_owned()),
            ..Origin::file("sales.xlsx")
        };
        Diagnostic::error("type-error", origin).with("expected", "money").with_cell("=壹万\n贰仟")
    }

    #[test]
    fn a_line_as_compilers_write_it() {
        assert_eq!(
            concise(Lang::En, &found()),
            "sales.xlsx!三月:412:5: error[type-error]: `金额` is not a number: `=壹万 贰仟`"
        );
        let bare = Diagnostic::error("no-inputs", Origin::default());
        assert!(concise(Lang::Zh, &bare).starts_with("错误[no-inputs]: "));
    }

    #[test]
    fn records_have_the_same_keys_and_tables_no_formulas() {
        let bare = Diagnostic::error("no-inputs", Origin::default());
        let keys =
            |value: &Value| value.as_object().map(|keys| keys.keys().cloned().collect::<Vec<_>>());
        let (full, bare) = (record(Lang::En, &found()), record(Lang::En, &bare));
        assert_eq!(keys(&full), keys(&bare));
        assert_eq!(full["column"], "E");
        assert!(bare["file"].is_null() && bare["row"].is_null());
        assert_eq!(cells(Lang::En, &found())[7], "'=壹万\n贰仟");
    }

    #[test]
    fn a_log_has_no_cells() {
        let text = logged(Lang::Zh, &found(), None).to_string();
        assert!(text.contains("type-error") && text.contains("412"));
        assert!(!text.contains("贰仟") && !text.contains("金额"), "{text}");
    }
}
