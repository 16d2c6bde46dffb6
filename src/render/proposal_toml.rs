//! A proposal as a commented `kam.toml` that reads the files as proposed.
//!
//! Every proposal is a line with its evidence behind it. Lines that must be there for the files to be read like this are
//! active; the others tell what is found anyway and stand behind a `#`.

use std::fmt::Write as _;

use crate::locale::Lang;
use crate::proposal::{Evidence, FieldColumns, Proposal, Setting, Sheet};

use super::proposal::{all_evidence, place, sheet_line};
use super::table::cut;

/// The longest comment.
const LONGEST: usize = 400;

/// The settings file.
#[must_use]
pub fn toml(proposal: &Proposal, lang: Lang) -> String {
    let mut out = String::new();
    for line in lang.text("init.toml.head").lines() {
        comment(&mut out, line);
    }
    out.push('\n');
    for setting in &proposal.settings {
        line(&mut out, setting, lang);
    }
    sources(&mut out, proposal, lang);
    for unused in &proposal.unused {
        out.push('\n');
        let said = [
            ("place", place(lang, &unused.file, unused.sheet.as_deref())),
            ("evidence", all_evidence(lang, &unused.evidence)),
        ];
        comment(&mut out, &lang.fill("init.unused", &said));
    }
    for (table, fields) in &proposal.columns {
        columns(&mut out, table, fields, lang);
    }
    out
}

fn comment(out: &mut String, text: &str) {
    let _ = writeln!(out, "# {}", cut(text.trim(), LONGEST));
}

fn line(out: &mut String, setting: &Setting, lang: Lang) {
    let off = if setting.pinned { "" } else { "# " };
    entry(out, off, setting.key, &setting.value, &setting.evidence, lang);
}

fn entry(
    out: &mut String,
    off: &str,
    key: &str,
    value: &toml::Value,
    evidence: &[Evidence],
    lang: Lang,
) {
    let said = cut(&all_evidence(lang, evidence), LONGEST);
    let said = if said.is_empty() { said } else { format!("  # {said}") };
    let _ = writeln!(out, "{off}{key} = {value}{said}");
}

/// One `[[source]]` per file; one per sheet where a sheet needs settings of its own. Tables below each other on a sheet
/// share it.
fn sources(out: &mut String, proposal: &Proposal, lang: Lang) {
    let mut done: Vec<(&str, Option<&str>)> = Vec::new();
    for sheet in &proposal.sheets {
        let of_file = || proposal.sheets.iter().filter(|other| other.file == sheet.file);
        let apart = sheet.sheet.is_some()
            && of_file().any(|other| other.settings.iter().any(|setting| setting.pinned));
        let whole = (sheet.file.as_str(), sheet.sheet.as_deref().filter(|_| apart));
        if done.contains(&whole) {
            continue;
        }
        done.push(whole);
        out.push('\n');
        let _ = writeln!(out, "[[source]]");
        let _ = writeln!(out, "path = {}", toml::Value::from(sheet.file.as_str()));
        let mut active: Vec<&str> = Vec::new();
        for other in of_file().filter(|other| !apart || other.sheet == sheet.sheet) {
            settings(out, other, apart, &mut active, lang);
        }
    }
}

/// The settings of a sheet under its `[[source]]`; `active` are keys that stand there already.
fn settings<'a>(
    out: &mut String,
    sheet: &'a Sheet,
    apart: bool,
    active: &mut Vec<&'a str>,
    lang: Lang,
) {
    comment(out, &sheet_line(sheet, lang));
    for setting in &sheet.settings {
        let pinned = setting.pinned || (apart && setting.key == "sheet");
        if pinned && active.contains(&setting.key) {
            continue;
        }
        if pinned {
            active.push(setting.key);
        }
        line(out, &Setting { pinned, ..setting.clone() }, lang);
    }
    for column in sheet.columns.iter().filter(|column| column.field.is_none()) {
        if column.heading.is_empty() {
            continue;
        }
        let values = [
            ("heading", cut(&column.heading, 60)),
            ("evidence", all_evidence(lang, &column.evidence)),
        ];
        comment(out, &lang.fill("init.toml.unused_column", &values));
    }
}

fn columns(out: &mut String, table: &str, fields: &[FieldColumns], lang: Lang) {
    let pinned = fields.iter().any(|field| field.pinned);
    out.push('\n');
    let _ = writeln!(out, "{}[columns.{table}]", if pinned { "" } else { "# " });
    for field in fields {
        let headings: Vec<toml::Value> =
            field.headings.iter().map(|heading| heading.as_str().into()).collect();
        let off = if field.pinned { "" } else { "# " };
        entry(out, off, field.field, &headings.into(), &field.evidence, lang);
    }
}
