//! The same data give the same review, whatever they come in and in whatever order.

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use encoding_rs::GB18030;
use kam::features::{Run, compute};
use kam::period::Day;
use kam::review::Review;
use kam::source::{Input, Place};
use polars::prelude::{
    Column, DataFrame, DataType, IntoColumn as _, NamedFrom as _, ParquetWriter, Series,
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::Value;

use crate::support::{Bench, loaded, reviewed, testdata};

const TABLES: [&str; 3] = ["clients", "transactions", "industries"];
const SMALL: &str = "as_of = \"2026-09-30\"\n";

/// A CSV file as its rows of cells.
type Rows = Vec<Vec<String>>;

fn rows(set: &str, table: &str) -> Rows {
    let text = fs::read_to_string(testdata("conformance").join(set).join(format!("{table}.csv")));
    text.expect("data")
        .lines()
        .map(|line| line.split(',').map(ToOwned::to_owned).collect())
        .collect()
}

fn csv(rows: &Rows) -> String {
    rows.iter().fold(String::new(), |out, row| out + &row.join(",") + "\n")
}

fn input(name: &str, bytes: impl Into<Vec<u8>>) -> Input {
    Input { name: name.to_owned(), place: Place::Memory(Arc::from(bytes.into())) }
}

/// The three tables, each through the same change.
fn tables(set: &str, change: impl Fn(&str, &Rows) -> Vec<u8>) -> Vec<Input> {
    TABLES.iter().map(|table| input(table, change(table, &rows(set, table)))).collect()
}

fn plain(set: &str) -> Vec<Input> {
    tables(set, |_, rows| csv(rows).into_bytes())
}

/// The review as text, without what tells where it came from.
fn text(review: &Review) -> String {
    let mut json = serde_json::to_value(review).expect("JSON");
    json["inputs"] = Value::Null;
    let groups = json["diagnostics"].as_array_mut().expect("groups");
    groups.retain(|group| group["code"] != "encoding-guess");
    for detail in
        groups.iter_mut().flat_map(|group| group["details"].as_array_mut().expect("details"))
    {
        detail["origin"]["file"] = Value::Null;
        detail["origin"]["sheet"] = Value::Null;
    }
    serde_json::to_string_pretty(&json).expect("JSON")
}

#[track_caller]
fn same(found: &str, expected: &str) {
    let differences: Vec<_> =
        expected.lines().zip(found.lines()).filter(|(a, b)| a != b).take(10).collect();
    assert!(found == expected, "{differences:#?}");
}

#[track_caller]
fn same_as_plain(set: &str, settings: &str, inputs: &[Input]) {
    same(&text(&reviewed(inputs, settings, 2)), &text(&reviewed(&plain(set), settings, 2)));
}

fn is_date(heading: &str) -> bool {
    heading.ends_with("date")
}

/// Codes, names and the like; everything else is a date or a number.
fn is_text(heading: &str) -> bool {
    ["client_id", "name", "industry", "owner", "business_line", "order_id"].contains(&heading)
}

fn workbook(set: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for table in TABLES {
        let sheet = book.add_worksheet();
        sheet.set_name(table).expect("name");
        let rows = rows(set, table);
        for (at, row) in rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let (row, place) = (at as u32, column as u16);
                let heading = rows[0][column].as_str();
                let written = if at == 0 || is_text(heading) {
                    sheet.write(row, place, cell)
                } else if is_date(heading) {
                    let day = ExcelDateTime::parse_from_str(cell).expect("a date");
                    sheet.write_with_format(row, place, day, &date)
                } else {
                    sheet.write(row, place, cell.parse::<f64>().expect("a number"))
                };
                written.expect("written");
            }
        }
    }
    book.save_to_buffer().expect("saved")
}

fn parquet(rows: &Rows) -> Vec<u8> {
    let epoch = Day::parse_iso("1970-01-01").expect("a day");
    let columns: Vec<Column> = rows[0]
        .iter()
        .enumerate()
        .map(|(at, heading)| {
            let cells =
                rows[1..].iter().map(|row| Some(row[at].as_str()).filter(|cell| !cell.is_empty()));
            let name = heading.as_str().into();
            if is_text(heading) {
                Series::new(name, cells.collect::<Vec<_>>()).into_column()
            } else if is_date(heading) {
                let days =
                    cells.map(|cell| Some(Day::parse_iso(cell?).expect("a day").days_since(epoch)));
                let days = Series::new(name, days.collect::<Vec<Option<i32>>>());
                days.cast(&DataType::Date).expect("dates").into_column()
            } else {
                let numbers = cells.map(|cell| Some(cell?.parse::<f64>().expect("a number")));
                Series::new(name, numbers.collect::<Vec<_>>()).into_column()
            }
        })
        .collect();
    let mut frame = DataFrame::new(rows.len() - 1, columns).expect("frame");
    let mut out = Vec::new();
    ParquetWriter::new(&mut out).finish(&mut frame).expect("written");
    out
}

#[test]
fn formats() {
    same_as_plain("small", SMALL, &[input("small.xlsx", workbook("small"))]);
    same_as_plain("small", SMALL, &tables("small", |_, rows| parquet(rows)));
    // Made from `workbook("tiny")` with LibreOffice.
    let settings = "as_of = \"2026-02-28\"\n";
    for name in ["tiny.ods", "tiny.xls"] {
        same_as_plain("tiny", settings, &[Input::file(&testdata("formats").join(name))]);
    }
    same_as_plain("tiny", settings, &[input("tiny.xlsx", workbook("tiny"))]);
}

#[test]
fn encodings() {
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    same_as_plain(
        "small",
        SMALL,
        &tables("small", |_, rows| GB18030.encode(&csv(rows)).0.into_owned()),
    );
    same_as_plain("small", SMALL, &tables("small", |_, rows| utf16(&csv(rows), u16::to_le_bytes)));
    same_as_plain("small", SMALL, &tables("small", |_, rows| utf16(&csv(rows), u16::to_be_bytes)));
    same_as_plain(
        "small",
        SMALL,
        &tables("small", |_, rows| format!("\u{feff}{}", csv(rows)).into_bytes()),
    );
}

/// Name, how a cell is written, delimiter, line end.
type Dialect<'a> = (&'a str, &'a dyn Fn(&str) -> String, &'a str, &'a str);

#[test]
fn dialects() {
    let joined = |rows: &Rows, each: &dyn Fn(&str) -> String, delimiter: &str, end: &str| {
        rows.iter().fold(String::new(), |mut out, row| {
            let cells: Vec<String> = row.iter().map(|cell| each(cell)).collect();
            let _ = write!(out, "{}{end}", cells.join(delimiter));
            out
        })
    };
    let comma = |cell: &str| {
        if cell.parse::<f64>().is_ok() { cell.replace('.', ",") } else { cell.to_owned() }
    };
    let quoted = |cell: &str| format!("\"{cell}\"");
    let as_is = |cell: &str| cell.to_owned();
    let dialects: [Dialect<'_>; 5] = [
        ("decimal comma", &comma, ";", "\n"),
        ("all quoted", &quoted, ",", "\n"),
        ("tabs", &as_is, "\t", "\r\n"),
        ("bars", &as_is, "|", "\n"),
        ("CRLF", &as_is, ",", "\r\n"),
    ];
    let expected = text(&reviewed(&plain("small"), SMALL, 2));
    for (name, each, delimiter, end) in dialects {
        let inputs = tables("small", |_, rows| joined(rows, each, delimiter, end).into_bytes());
        assert!(text(&reviewed(&inputs, SMALL, 2)) == expected, "{name}");
    }
}

#[test]
fn orders_of_rows_and_files() {
    let shuffled = tables("small", |_, rows| {
        let count = rows.len() - 1;
        let mut mixed = vec![rows[0].clone()];
        mixed.extend((0..count).map(|at| rows[1 + (at * 7919 + 11) % count].clone()));
        assert_eq!(mixed.len(), rows.len());
        csv(&mixed).into_bytes()
    });
    same_as_plain("small", SMALL, &shuffled);
    same_as_plain("small", SMALL, &shuffled.into_iter().rev().collect::<Vec<_>>());

    let all = rows("small", "transactions");
    let order = all[0].iter().position(|heading| heading == "order_id").expect("a column");
    let mut inputs = plain("small");
    for odd in [false, true] {
        let mut part = vec![all[0].clone()];
        part.extend(
            all[1..]
                .iter()
                .filter(|row| row[order].ends_with(['1', '3', '5', '7', '9']) == odd)
                .cloned(),
        );
        assert!(part.len() > 1000);
        inputs.push(input(if odd { "odd.csv" } else { "even.csv" }, csv(&part)));
    }
    inputs.remove(1);
    same_as_plain("small", SMALL, &inputs);
}

#[test]
fn threads() {
    // Long enough to be cut into several blocks, with line ends in cells, and some rows that are not right.
    let mut long = rows("small", "transactions");
    let once = long.split_off(1);
    long[0].push("note".to_owned());
    for copy in 0..12 {
        for (at, row) in once.iter().enumerate() {
            let mut row = row.clone();
            row[5] = format!("{}-{copy}", row[5]);
            row.push(if at % 3 == 0 { "\"a, \"\"b\"\"\n\nc\"" } else { "" }.to_owned());
            if at == 100 * copy + 7 {
                row[2] = "many".to_owned();
            }
            long.push(row);
        }
    }
    let mut inputs = plain("small");
    inputs[1] = input("transactions", csv(&long));
    let alone = text(&reviewed(&inputs, SMALL, 1));
    assert_eq!(
        alone.matches("\"type-error\"").count(),
        14,
        "once in all, 12 in detail, once in the control"
    );
    for threads in [2, 7] {
        same(&text(&reviewed(&inputs, SMALL, threads)), &alone);
    }
}

#[test]
fn runs() {
    let bench = Bench::with("small");
    let run = |folder: &str, threads: &str| {
        fs::create_dir(bench.at(folder)).expect("folder");
        let (json, book) = (format!("{folder}/review.json"), format!("{folder}/review.xlsx"));
        let arguments = [
            "review",
            "clients.csv",
            "transactions.csv",
            "industries.csv",
            "--as-of",
            "2026-09-30",
        ];
        bench
            .kam(&[&arguments[..], &["--threads", threads, "-o", &json, "-o", &book]].concat())
            .code(0);
        (fs::read(bench.at(&json)).expect("JSON"), fs::read(bench.at(&book)).expect("book"))
    };
    let first = run("a", "1");
    assert!(first == run("b", "1"), "two runs differ");
    assert!(first == run("c", "3"), "the number of threads shows");
}

/// What a look back from today sees is what was to be seen that day.
#[test]
fn the_past() {
    let (all, config) = loaded(&plain("small"), "", 2);
    for date in ["2024-02-29", "2024-12-31", "2025-06-30", "2026-01-15", "2026-06-30"] {
        let as_of = Day::parse_iso(date).expect("a day");
        let known_then = tables("small", |table, rows| {
            if table != "transactions" {
                return csv(rows).into_bytes();
            }
            let place =
                |name: &str| rows[0].iter().position(|heading| heading == name).expect("a column");
            let (sold, paid) = (place("date"), place("paid_date"));
            let mut kept = vec![rows[0].clone()];
            for row in rows[1..].iter().filter(|row| row[sold].as_str() <= date) {
                let mut row = row.clone();
                if row[paid].as_str() > date {
                    row[paid].clear();
                }
                kept.push(row);
            }
            csv(&kept).into_bytes()
        });
        let (then, _) = loaded(&known_then, "", 2);
        assert_eq!(then.clients.len(), all.clients.len());
        let run = Run { as_of, monthly: true, threads: 2 };
        let expected =
            compute(&then.ledger, &then.clients, &then.industries, &then.relations, &config, run);
        let found =
            compute(&all.ledger, &all.clients, &all.industries, &all.relations, &config, run);
        for (at, client) in all.clients.iter().enumerate() {
            assert_eq!(found.features[at], expected.features[at], "{} on {date}", client.id);
            assert_eq!(found.stages[at], expected.stages[at], "{} on {date}", client.id);
        }
        assert_eq!(found.monthly, expected.monthly, "{date}");
        assert_eq!(found.months, expected.months, "{date}");
    }
}
