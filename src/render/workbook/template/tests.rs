//! The template read back with the program's own reader, and as XML.

use std::io::{Cursor, Read as _};
use std::sync::Arc;

use super::*;
use crate::config::load;
use crate::diagnostic::Severity;
use crate::period::Day;
use crate::schema::{Kind, TABLES};
use crate::source::{Input, Place};
use crate::store::{self, Loaded, Options};

fn texts() -> [Texts; 2] {
    Lang::ALL.map(Texts)
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut out = String::new();
    archive.by_name(name).expect(name).read_to_string(&mut out).expect("text");
    out
}

/// A workbook with the headings of the template and these rows under each.
fn filled(texts: Texts, rows: &[fn(&Field) -> String]) -> Vec<u8> {
    let mut file = Workbook::new();
    for table in TABLES {
        let sheet = file.add_worksheet();
        sheet.set_name(texts.sheet(table.code())).expect("named");
        for (column, field) in fields(*table).enumerate() {
            let heading = texts.heading(table.code(), field.name);
            sheet.write(0, column as u16, heading).expect("written");
            for (row, value) in rows.iter().enumerate() {
                sheet.write(row as u32 + 1, column as u16, value(field)).expect("written");
            }
        }
    }
    file.save_to_buffer().expect("bytes")
}

fn load(bytes: Vec<u8>) -> (Loaded, crate::error::Result<()>) {
    let config = load::load(&[], &[]).expect("defaults").config;
    let today = Day::parse_iso("2026-11-22").expect("a day");
    let options =
        Options { threads: 1, today, skip: Vec::new(), strict: false, hash: false, all: false };
    let input = Input { name: "filled.xlsx".to_owned(), place: Place::Memory(Arc::from(bytes)) };
    let mut loaded = Loaded::default();
    let outcome = store::load_into(&mut loaded, &[input], &config, &options, None);
    (loaded, outcome)
}

fn value(field: &Field) -> String {
    match (field.kind, field.name) {
        (Kind::Date, _) | (_, "birthday") => "2026-03-15",
        (Kind::Share, _) => "15%",
        (Kind::Money | Kind::Number, _) => "4",
        (_, "currency" | "to") => "EUR",
        _ => "X-1",
    }
    .to_owned()
}

#[test]
fn every_heading_leads_to_its_field_and_no_other() {
    for texts in texts() {
        let (loaded, outcome) = load(filled(texts, &[value]));
        outcome.expect("readable");
        assert_eq!(loaded.inputs.len(), TABLES.len());
        for (table, report) in TABLES.iter().zip(&loaded.inputs) {
            assert_eq!(report.table, Some(table.code()), "{:?}", report.sheet);
            assert_eq!(report.header_row, Some(1));
            let found: Vec<Option<&str>> =
                report.columns.iter().map(|column| column.field).collect();
            let wanted: Vec<Option<&str>> = fields(*table).map(|field| Some(field.name)).collect();
            assert_eq!(found, wanted, "{}", table.code());
        }
        let said: Vec<&str> = loaded.diagnostics.groups().map(|(code, _)| code).collect();
        assert_eq!(said, Vec::<&str>::new(), "nothing to guess, nothing to choose");
    }
}

#[test]
fn an_unfilled_template_holds_examples_and_no_rows() {
    for texts in texts() {
        let (loaded, outcome) = load(template(texts.0).expect("bytes"));
        let error = outcome.expect_err("no rows");
        assert_eq!(error.diagnostics[0].code, "no-rows");
        let count = |code| {
            loaded.diagnostics.groups().find(|(found, _)| *found == code).map(|(_, all)| all.count)
        };
        assert_eq!(count("example-row"), Some(TABLES.len() as u64));
        assert_eq!(loaded.inputs[0].table, None, "the guide is no table");
        assert_eq!(loaded.diagnostics.groups().count(), 2, "the guide is the other");
        let (_, guide) = loaded
            .diagnostics
            .groups()
            .find(|(code, _)| *code == "sheet-not-used")
            .expect("the guide");
        assert!(guide.details[0].facts.is_empty(), "it reads like no table: {:?}", guide.details);
        assert_eq!(loaded.diagnostics.count(Severity::Warning), 0);
        for (code, report) in SHEETS.iter().zip(&loaded.inputs[1..]) {
            assert_eq!((report.table, report.rows), (Some(*code), 1));
        }
    }
}

#[test]
fn every_table_and_field_has_its_texts() {
    let mut sheets = SHEETS;
    let mut tables: Vec<&str> = TABLES.iter().map(|table| table.code()).collect();
    sheets.sort_unstable();
    tables.sort_unstable();
    assert_eq!(sheets.as_slice(), tables);
    let mut missing = Vec::new();
    for texts in texts() {
        for table in TABLES {
            let code = table.code();
            for key in ["row", "purpose"] {
                if texts.0.find(&format!("template.guide.{key}.{code}")).is_none() {
                    missing.push(format!("template.{}: guide.{key}.{code}", texts.0.code()));
                }
            }
            for field in fields(*table) {
                for kind in ["heading", "note"] {
                    if texts.of(kind, code, field.name).is_none_or(str::is_empty) {
                        let lang = texts.0.code();
                        missing.push(format!("template.{lang}: {kind}.{code}.{}", field.name));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}

#[test]
fn examples_are_valid_and_marked() {
    for texts in texts() {
        for table in TABLES {
            for (column, field) in fields(*table).enumerate() {
                let required = table.required().iter().any(|group| group.contains(&field.name));
                let example = texts.of("example", table.code(), field.name);
                assert!(example.is_some() || !required, "{}.{}", table.code(), field.name);
                let Some(example) = example else { continue };
                let entry = entry::Entry::of(table.code(), field, texts);
                match entry {
                    entry::Entry::Words(words) => assert!(words.iter().any(|it| it == example)),
                    entry::Entry::Day => assert!(Day::parse_iso(example).is_some(), "{example}"),
                    _ if entry.is_number() => assert!(example.parse::<f64>().is_ok(), "{example}"),
                    _ => {}
                }
                if column == 0 {
                    let marked = texts.f("marked", &[("value", example.to_owned())]);
                    let cell = crate::source::Cell::Text(&marked);
                    assert!(crate::schema::example::is_example(&[cell]), "{marked}");
                }
            }
        }
    }
}

#[test]
fn words_of_the_lists_are_those_that_the_rules_know() {
    let config = load::load(&[], &[]).expect("defaults").config;
    let words = &config.relations.words;
    for texts in texts() {
        let offers = |table, field, known: &[String]| {
            let choices = texts.choices(table, field);
            let fits = |choice: &&String| {
                let choice = choice.to_lowercase();
                known.iter().any(|word| choice.starts_with(word.as_str()))
            };
            assert_eq!(choices.iter().filter(fits).count(), 1, "{table}.{field}: {choices:?}");
        };
        offers("contacts", "key", &words.yes);
        offers("interactions", "kind", &words.executive_visit);
        offers("feedback", "kind", &words.complaint);
        offers("feedback", "kind", &words.survey);
        offers("feedback", "severity", &words.severity_high);
        offers("feedback", "severity", &words.severity_medium);
        offers("feedback", "status", &words.done);
        offers("projects", "status", &words.done);
        offers("opportunities", "kind", &words.renewal);
        offers("opportunities", "stage", &words.lost_stage);
        offers("opportunities", "stage", &config.won_stage);
        for table in ["transactions", "contracts"] {
            let skipped = texts
                .choices(table, "status")
                .iter()
                .filter(|choice| config.skip_status.contains(&choice.to_lowercase()))
                .count();
            assert_eq!(skipped, 2, "{table}: cancelled and draft");
        }
    }
}

#[test]
fn sheets_are_frozen_typed_and_explained() {
    for texts in texts() {
        let bytes = template(texts.0).expect("bytes");
        // The guide is the first sheet, transactions the second.
        let xml = part(&bytes, "xl/worksheets/sheet2.xml");
        for wanted in [
            "<pane xSplit=\"2\" ySplit=\"1\" topLeftCell=\"C2\"",
            "<dataValidation type=\"date\"",
            "<dataValidation type=\"decimal\"",
            "<dataValidation type=\"list\" errorStyle=\"warning\"",
            "<legacyDrawing ",
            "numberStoredAsText=\"1\"",
            "paperSize=\"9\"",
            "orientation=\"landscape\"",
        ] {
            assert!(xml.contains(wanted), "{wanted}");
        }
        let notes = part(&bytes, "xl/comments1.xml");
        let table = crate::schema::table("transactions").expect("a table");
        assert_eq!(notes.matches("<comment ").count(), fields(table).count());
        let client = texts.f(
            "holds.either",
            &[(
                "headings",
                format!(
                    "{}{}{}",
                    texts.heading("transactions", "client"),
                    texts.t("or"),
                    texts.heading("transactions", "client_name")
                ),
            )],
        );
        assert!(notes.contains(&client), "{client}");
        assert!(part(&bytes, "xl/styles.xml").contains("yyyy-mm-dd"));
    }
}

#[test]
fn the_same_bytes_every_time_and_sealed() {
    for lang in Lang::ALL {
        let bytes = template(lang).expect("bytes");
        assert!(bytes == template(lang).expect("bytes"));
        let core = part(&bytes, "docProps/core.xml");
        assert!(core.contains("2026-01-01T00:00:00Z"), "{core}");
        assert!(part(&bytes, "docProps/custom.xml").contains(seal::PROPERTY));
    }
}
