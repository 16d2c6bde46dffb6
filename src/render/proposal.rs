//! A proposal for the terminal: what was found, what it rests on, what is not used and why.

use crate::diagnostic::Fact;
use crate::locale::{Lang, grouped};
use crate::proposal::{Choice, Evidence, How, Proposal, Question, Setting, Sheet, Unused};

use super::table::{Align, Table, cut};

/// Of a heading or a cell, this much is shown within a sentence.
const SHOWN: usize = 60;

/// Evidence as a sentence without its full stop.
#[must_use]
pub fn evidence(lang: Lang, evidence: &Evidence) -> String {
    let values: Vec<(&str, String)> =
        evidence.facts.iter().map(|(name, fact)| (*name, fact_text(lang, name, fact))).collect();
    lang.fill(&format!("init.evidence.{}", evidence.code), &values)
}

/// Several of them in a row.
#[must_use]
pub fn all_evidence(lang: Lang, all: &[Evidence]) -> String {
    let sentences: Vec<String> = all.iter().map(|one| evidence(lang, one)).collect();
    sentences.join(&lang.text("init.and"))
}

fn fact_text(lang: Lang, name: &str, fact: &Fact) -> String {
    match (name, fact) {
        ("field", Fact::Text(field)) => field_label(lang, field),
        ("table", Fact::Text(table)) => table_label(lang, table),
        ("kind", Fact::Text(kind)) => lang.text(&format!("init.kind.{kind}")),
        ("basis", Fact::Text(basis)) => lang.text(&format!("init.basis.{basis}")),
        ("missing", Fact::List(groups)) => {
            let or = lang.text("location.or");
            let one = |field: &str| field_label(lang, field);
            let groups = groups.iter().map(|group| {
                group.split('/').map(one).collect::<Vec<_>>().join(&format!(" {or} "))
            });
            lang.fact(&Fact::from(groups.collect::<Vec<_>>()))
        }
        (_, Fact::Text(text)) => cut(text, SHOWN),
        (_, Fact::List(list)) => {
            lang.fact(&Fact::from(list.iter().map(|text| cut(text, SHOWN)).collect::<Vec<_>>()))
        }
        (_, fact) => lang.fact(fact),
    }
}

fn field_label(lang: Lang, field: &str) -> String {
    lang.find(&format!("field.{field}")).unwrap_or(field).to_owned()
}

fn table_label(lang: Lang, table: &str) -> String {
    lang.find(&format!("table.{table}")).unwrap_or(table).to_owned()
}

/// The text of a question.
#[must_use]
pub fn question(lang: Lang, question: &Question) -> String {
    let values: Vec<(&str, String)> =
        question.facts.iter().map(|(name, fact)| (*name, fact_text(lang, name, fact))).collect();
    lang.fill(&format!("init.question.{}", question.code), &values)
}

/// A choice of a question, and what it would mean.
#[must_use]
pub fn choice(lang: Lang, question: &Question, choice: &Choice) -> String {
    let named = match choice.answer.as_str() {
        "." => lang.text("init.answer.point"),
        "," => lang.text("init.answer.comma"),
        answer => lang
            .find(&format!("init.answer.{answer}"))
            .filter(|_| question.code == "date_order")
            .map_or_else(|| cut(answer, SHOWN), ToOwned::to_owned),
    };
    if choice.evidence.is_empty() {
        return named;
    }
    let values = [("answer", named), ("evidence", all_evidence(lang, &choice.evidence))];
    lang.fill("init.choice", &values)
}

/// The flag that gives an answer.
#[must_use]
pub fn flag(question: &Question, answer: &str) -> String {
    let value = format!("{}{answer}", question.flag_value);
    let plain = |c: char| c.is_alphanumeric() || "._=-".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        format!("{} {value}", question.flag)
    } else {
        format!("{} \"{value}\"", question.flag)
    }
}

/// The whole proposal.
#[must_use]
pub fn proposal(proposal: &Proposal, lang: Lang, width: Option<usize>) -> String {
    let mut out = String::new();
    for sheet in &proposal.sheets {
        out.push_str(&sheet_text(sheet, lang, width));
        out.push('\n');
    }
    for unused in &proposal.unused {
        out.push_str(&unused_text(unused, lang));
        out.push('\n');
    }
    out.push_str(&lang.text("init.settings"));
    out.push('\n');
    out.push_str(&settings_table(&proposal.settings, lang).draw(width));
    out
}

/// The file, and the sheet of a workbook.
#[must_use]
pub fn place(lang: Lang, file: &str, sheet: Option<&str>) -> String {
    let file = cut(file, SHOWN);
    match sheet {
        None => file,
        Some(sheet) => {
            let sheet = lang.fill("location.sheet", &[("sheet", cut(sheet, SHOWN))]);
            format!("{file}{}{sheet}", lang.text("location.separator"))
        }
    }
}

/// The first line about a sheet.
#[must_use]
pub fn sheet_line(sheet: &Sheet, lang: Lang) -> String {
    let values = [
        ("place", place(lang, &sheet.file, sheet.sheet.as_deref())),
        ("table", table_label(lang, sheet.table)),
        ("rows", grouped(i64::try_from(sheet.rows).unwrap_or(i64::MAX))),
        ("row", sheet.header_row.to_string()),
    ];
    lang.fill("init.sheet", &values)
}

fn sheet_text(sheet: &Sheet, lang: Lang, width: Option<usize>) -> String {
    let mut out = sheet_line(sheet, lang);
    out.push('\n');
    let heading = |key: &str| (lang.text(&format!("init.column.{key}")), Align::Left);
    let mut table = Table::new(vec![heading("heading"), heading("field"), heading("evidence")]);
    for column in &sheet.columns {
        let field = match (column.field, column.how) {
            (None, _) => lang.text("init.not_used"),
            (Some(field), How::Values) => {
                lang.fill("init.by_values", &[("field", field.to_owned())])
            }
            (Some(field), _) => field.to_owned(),
        };
        let mut said = all_evidence(lang, &column.evidence);
        if !column.suggestions.is_empty() {
            let list = column.suggestions.iter().map(|field| format!("`{field}`")).collect();
            let list: Vec<String> = list;
            said.push_str(&lang.text("init.and"));
            said.push_str(
                &lang.fill("init.did_you_mean", &[("fields", lang.fact(&Fact::from(list)))]),
            );
        }
        table.row(vec![column.heading.clone(), field, said]);
    }
    out.push_str(&table.draw(width));
    let told: Vec<&Setting> = sheet
        .settings
        .iter()
        .filter(|setting| !matches!(setting.key, "table" | "sheet" | "header_row"))
        .collect();
    for setting in told {
        let values = [
            ("key", setting.key.to_owned()),
            ("value", setting.value.to_string()),
            ("evidence", all_evidence(lang, &setting.evidence)),
        ];
        out.push_str(&lang.fill("init.setting", &values));
        out.push('\n');
    }
    out
}

fn unused_text(unused: &Unused, lang: Lang) -> String {
    let values = [
        ("place", place(lang, &unused.file, unused.sheet.as_deref())),
        ("evidence", all_evidence(lang, &unused.evidence)),
    ];
    lang.fill("init.unused", &values) + "\n"
}

fn settings_table(settings: &[Setting], lang: Lang) -> Table {
    let heading = |key: &str| (lang.text(&format!("init.column.{key}")), Align::Left);
    let mut table = Table::new(vec![heading("key"), heading("value"), heading("evidence")]);
    for setting in settings {
        table.row(vec![
            setting.key.to_owned(),
            setting.value.to_string(),
            all_evidence(lang, &setting.evidence),
        ]);
    }
    table
}
