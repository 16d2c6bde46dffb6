//! Exports of common systems, read without settings: what each heading is taken for, which rows count, to the cent.
//!
//! A folder of `testdata/systems/` is a system; its `expected.toml` says what every heading of its files means. `""` is a
//! heading that must not be taken for anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::GB18030;
use kam::money::Money;
use kam::review::Review;
use kam::schema::aliases;
use kam::schema::value::{self, Reading};
use kam::source::{Cell, Input, Place};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde::Deserialize;

use crate::support::{reviewed, testdata};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct System {
    file: Vec<Export>,
}

/// One file and what must be made of it.
#[derive(Deserialize)]
struct Export {
    name: String,
    /// The forms in which the system writes it.
    #[serde(default = "as_csv", rename = "as")]
    forms: Vec<String>,
    /// Transaction rows used.
    used: Option<u64>,
    /// What they amount to.
    amount: Option<String>,
    /// Transaction rows left out, by reason.
    #[serde(default)]
    left_out: BTreeMap<String, u64>,
    /// Rows of other tables left out, by reason.
    #[serde(default)]
    aside: BTreeMap<String, u64>,
    /// Ids of the clients found.
    ids: Option<Vec<String>>,
    /// Everything else there is to say.
    #[serde(default)]
    says: BTreeSet<String>,
    /// Why the file is no table.
    unused: Option<String>,
    /// Table → heading → field.
    #[serde(flatten)]
    tables: BTreeMap<String, BTreeMap<String, String>>,
}

fn as_csv() -> Vec<String> {
    vec!["csv".to_owned()]
}

/// Reasons for which rows are left out.
const LEFT_OUT: [&str; 7] = [
    "total-row",
    "note-row",
    "repeated-header",
    "row-incomplete",
    "skipped-status",
    "missing-value",
    "type-error",
];

/// Transactions to stand beside a file that holds none.
const BESIDE: &str = "client,date,amount\nbeside,2026-01-01,1\n";

fn input(name: &str, bytes: &[u8]) -> Input {
    Input { name: name.to_owned(), place: Place::Memory(Arc::from(bytes)) }
}

/// The file as the system writes it.
fn written(path: &Path, form: &str) -> Vec<u8> {
    let bytes = fs::read(path).expect("fixture");
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&*bytes);
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("row")).collect();
    match form {
        "csv" => bytes,
        "utf-16" => {
            let mut text = String::from("\u{feff}");
            for row in &rows {
                let cell = |cell: &str| {
                    let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
                    if cell.contains('"') { quoted } else { cell.to_owned() }
                };
                text.push_str(&row.iter().map(cell).collect::<Vec<_>>().join("\t"));
                text.push_str("\r\n");
            }
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        "gb18030" => GB18030.encode(&String::from_utf8(bytes).expect("UTF-8")).0.into_owned(),
        "xlsx" => {
            let mut book = Workbook::new();
            let sheet = book.add_worksheet();
            for (at, row) in (0..).zip(&rows) {
                for (column, cell) in (0..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
                    write(sheet, at, column, cell).expect("cell");
                }
            }
            book.save_to_buffer().expect("workbook")
        }
        other => panic!("no form {other}"),
    }
}

/// Writes a cell as a system does: days and numbers as such, codes with a leading zero as text.
fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &str) -> Result<(), XlsxError> {
    let parts: Vec<&str> = cell.split('/').collect();
    if let ([year, month, day], true) = (parts.as_slice(), cell.len() <= 10)
        && let (Ok(year), Ok(month), Ok(day)) = (year.parse(), month.parse(), day.parse())
    {
        let format = Format::new().set_num_format("yyyy/m/d");
        let date = ExcelDateTime::from_ymd(year, month, day)?;
        sheet.write_with_format(row, column, &date, &format)?;
        return Ok(());
    }
    let is_code = cell.starts_with('0') && cell.len() > 1 && !cell.starts_with("0.");
    match cell.parse::<f64>() {
        Ok(number) if !is_code => sheet.write_number(row, column, number)?,
        _ => sheet.write_string(row, column, cell)?,
    };
    Ok(())
}

fn differs<T: std::fmt::Debug + PartialEq>(
    wrong: &mut String,
    what: &str,
    found: &T,
    expected: &T,
) {
    if found != expected {
        let _ = writeln!(wrong, "  {what}: {found:?}, not {expected:?}");
    }
}

/// Compares what was made of a file with what it means; returns how many headings were looked at.
fn compare(export: &Export, review: &Review, alone: bool, wrong: &mut String) -> usize {
    let inputs: Vec<_> = review.inputs.iter().filter(|input| input.file != "beside.csv").collect();
    let tables: BTreeSet<&str> = inputs.iter().filter_map(|input| input.table).collect();
    differs(wrong, "tables", &tables, &export.tables.keys().map(String::as_str).collect());
    let unused = inputs.iter().find_map(|input| input.unused);
    differs(wrong, "not used because", &unused, &export.unused.as_deref());
    let mut headings = 0;
    for input in inputs {
        let Some(expected) = input.table.and_then(|table| export.tables.get(table)) else {
            continue;
        };
        let table = input.table.unwrap_or_default();
        let found: BTreeMap<String, String> = input
            .columns
            .iter()
            .map(|column| (column.heading.clone(), column.field.unwrap_or_default().to_owned()))
            .collect();
        for (heading, field) in expected {
            headings += 1;
            differs(wrong, &format!("{table} `{heading}`"), &found.get(heading), &Some(field));
        }
        let known: BTreeSet<&String> = expected.keys().collect();
        differs(wrong, "headings", &found.keys().collect(), &known);
    }
    let control = &review.control;
    let beside = u64::from(!alone);
    let used = control.rows_used - beside;
    differs(wrong, "rows used", &used, &export.used.unwrap_or_default());
    let amount = control.amount_used - Money(Money::SCALE * beside as i64);
    let expected = export.amount.as_deref().unwrap_or("0");
    let exact = value::exact(&Cell::Text(expected), Reading::default()).expect("an amount");
    let expected = Money(exact.map_or(0, |exact| exact.units));
    differs(wrong, "amount used", &amount.to_string(), &expected.to_string());
    let left_out: BTreeMap<String, u64> = control
        .by_reason
        .iter()
        .map(|(reason, left_out)| ((*reason).to_owned(), left_out.rows))
        .collect();
    differs(wrong, "left out", &left_out, &export.left_out);
    let mut aside: BTreeMap<String, u64> = BTreeMap::new();
    let mut says = BTreeSet::new();
    for group in &review.diagnostics {
        if LEFT_OUT.contains(&group.code) {
            let transactions = left_out.get(group.code).copied().unwrap_or_default();
            if group.count > transactions {
                aside.insert(group.code.to_owned(), group.count - transactions);
            }
        } else if Some(group.code) != export.unused.as_deref()
            // That is the form of the file, not what is in it.
            && group.code != "encoding-guess"
            && (alone || !["unknown-client", "amount-basis"].contains(&group.code))
        {
            says.insert(group.code.to_owned());
        }
    }
    differs(wrong, "left out of other tables", &aside, &export.aside);
    differs(wrong, "says", &says, &export.says);
    if let Some(expected) = &export.ids {
        let found: Vec<&str> = review
            .clients
            .iter()
            .map(|client| client.client_id.as_str())
            .filter(|id| *id != "beside")
            .collect();
        let mut found: Vec<String> = found.into_iter().map(str::to_owned).collect();
        found.sort_unstable();
        differs(wrong, "clients", &found, expected);
    }
    headings
}

fn systems() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(testdata("systems"))
        .expect("systems")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

#[test]
#[expect(clippy::print_stdout, reason = "the count tells how much is covered")]
fn every_heading_of_every_system_is_known() {
    let mut wrong = String::new();
    let mut headings = 0;
    let systems = systems();
    for folder in &systems {
        let text = fs::read_to_string(folder.join("expected.toml")).expect("expected.toml");
        let system: System =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let listed: BTreeSet<&str> = system.file.iter().map(|file| file.name.as_str()).collect();
        let there: Vec<String> = fs::read_dir(folder)
            .expect("folder")
            .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name != "expected.toml")
            .collect();
        let there: BTreeSet<&str> = there.iter().map(String::as_str).collect();
        differs(&mut wrong, &folder.display().to_string(), &there, &listed);
        for export in &system.file {
            let alone = export.tables.contains_key("transactions");
            for form in &export.forms {
                let mut inputs =
                    vec![input(&export.name, &written(&folder.join(&export.name), form))];
                if !alone {
                    inputs.push(input("beside.csv", BESIDE.as_bytes()));
                }
                let review = reviewed(&inputs, "max_rejected = 0.5\n", 1);
                let mut found = String::new();
                let looked_at = compare(export, &review, alone, &mut found);
                // The same headings in another form are no more headings.
                headings += if form == &export.forms[0] { looked_at } else { 0 };
                if !found.is_empty() {
                    let path = folder.join(&export.name);
                    let _ = write!(wrong, "{} as {form}\n{found}", path.display());
                }
            }
        }
    }
    let missed = wrong.lines().filter(|line| line.contains('`')).count();
    let known = headings - missed;
    println!("{known} of {headings} headings of {} systems", systems.len());
    assert!(wrong.is_empty(), "{known} of {headings} headings\n{wrong}");
}

#[derive(Deserialize)]
struct Words {
    word: Vec<Word>,
}

#[derive(Deserialize)]
struct Word {
    fields: Vec<String>,
    headings: Vec<String>,
}

#[test]
fn every_word_for_a_field_is_an_alias_of_it() {
    let text = fs::read_to_string(testdata("systems/words.toml")).expect("words");
    let words: Words = toml::from_str(&text).expect("words");
    let mut wrong = Vec::new();
    for word in words.word {
        for name in &word.fields {
            let (table, field) = name.split_once('.').expect("table.field");
            let known = aliases::of_table(table).and_then(|fields| fields.get(field));
            for heading in &word.headings {
                let normal = aliases::normalise(heading);
                if !known.is_some_and(|known| known.contains(&normal)) {
                    wrong.push(format!("{name}: {heading}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} missing:\n{}", wrong.len(), wrong.join("\n"));
}
