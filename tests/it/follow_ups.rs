//! What people type into the follow-up list of the workbook is in the next one.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read as _};

use calamine::{Data, Range, Reader as _, Xlsx};
use kam::history::FollowUps;
use kam::render::workbook::locked;
use kam::source::{Input, secret};
use serde_json::Value;

use crate::live::{office, saved};
use crate::support::{Bench, Run, package};

/// The part with the follow-up list, which is the second sheet.
const LIST: &str = "xl/worksheets/sheet2.xml";
/// Columns of the list.
pub(crate) const ID: u32 = 2;
const STATUS: u32 = 13;
const SIGNALS: u32 = 16;

/// Clients that ordered every month and stopped; `back` are those that did not.
fn bench(back: &[&str]) -> Bench {
    let bench = Bench::new();
    bench.write(
        "clients.csv",
        "client_id,name,owner\n0017,Alpha,Ann\nB:1,Beta,Ann\nC 1,Gamma,Bob\nD1,Delta,\n",
    );
    write_sales(&bench, back);
    bench
}

fn write_sales(bench: &Bench, back: &[&str]) {
    let mut sales = "order_id,client_id,date,amount\n".to_owned();
    for (at, client) in ["0017", "B:1", "C 1", "D1"].into_iter().enumerate() {
        let last = if back.contains(&client) { 26 } else { 22 };
        for month in 0..last {
            let (year, month_of) = (2024 + month / 12, month % 12 + 1);
            let amount = 1_000 * (4 - at);
            writeln!(sales, "{client}-{month},{client},{year}-{month_of:02}-10,{amount}")
                .expect("text");
        }
    }
    bench.write("transactions.csv", sales);
}

const REVIEW: [&str; 5] = ["review", "clients.csv", "transactions.csv", "--as-of", "2026-02-28"];

#[track_caller]
fn review(bench: &Bench, more: &[&str]) -> Run {
    let lang: &[&str] = if more.contains(&"--lang") { &[] } else { &["--lang", "en"] };
    bench.kam(&[&REVIEW[..], lang, more].concat())
}

fn read(bench: &Bench, name: &str) -> Vec<u8> {
    fs::read(bench.at(name)).expect("written")
}

pub(crate) fn list(book: &[u8]) -> Range<Data> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.to_vec())).expect("a workbook");
    let name = book.sheet_names()[1].clone();
    book.worksheet_range(&name).expect("the list")
}

pub(crate) fn text(range: &Range<Data>, row: u32, column: u32) -> String {
    range.get_value((row, column)).map(ToString::to_string).unwrap_or_default()
}

/// The row of a client, from 0.
#[track_caller]
fn row_of(range: &Range<Data>, client: &str) -> u32 {
    (4..30).find(|row| text(range, *row, ID) == client).expect(client)
}

/// What stands in the three cells of a client.
#[track_caller]
fn cells(book: &[u8], client: &str) -> [String; 3] {
    let range = list(book);
    let row = row_of(&range, client);
    [0, 1, 2].map(|at| text(&range, row, STATUS + at))
}

/// A workbook with the XML of its list changed.
fn changed(book: &[u8], change: impl Fn(String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).expect("package");
    let parts: Vec<(String, Vec<u8>)> = (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).expect("part");
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).expect("part");
            let name = part.name().expect("name").into_owned();
            if name == LIST {
                bytes = change(String::from_utf8(bytes).expect("UTF-8")).into_bytes();
            }
            (name, bytes)
        })
        .collect();
    package(&parts)
}

/// Where a cell stands in the XML.
fn place(xml: &str, cell: &str) -> std::ops::Range<usize> {
    let from = xml.find(&format!("<c r=\"{cell}\"")).expect(cell);
    let tag = from + xml[from..].find('>').expect("a tag") + 1;
    let whole = xml[..tag].ends_with("/>");
    from..if whole { tag } else { from + xml[from..].find("</c>").expect("an end") + 4 }
}

/// The workbook with texts typed into the three cells of a client; an empty one is left alone.
#[track_caller]
pub(crate) fn typed(book: &[u8], client: &str, texts: [&str; 3]) -> Vec<u8> {
    let row = row_of(&list(book), client) + 1;
    changed(book, |mut xml| {
        for (column, text) in ["N", "O", "P"].into_iter().zip(texts) {
            if !text.is_empty() {
                let cell = format!("{column}{row}");
                let range = place(&xml, &cell);
                xml.replace_range(
                    range,
                    &format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
                );
            }
        }
        xml
    })
}

/// The workbook with two rows of the list changed over, from 1; the hidden column only if it is sorted too.
fn swapped(book: &[u8], (a, b): (u32, u32), hidden: bool) -> Vec<u8> {
    changed(book, |xml| {
        let last = if hidden { 17 } else { 16 };
        let mut out = xml.clone();
        for column in ('A'..='Z').take(last) {
            let at = |row: u32| format!("{column}{row}");
            let [of_a, of_b] = [at(a), at(b)].map(|cell| xml[place(&xml, &cell)].to_owned());
            let range = place(&out, &at(a));
            out.replace_range(range, &of_b.replace(&at(b), &at(a)));
            let range = place(&out, &at(b));
            out.replace_range(range, &of_a.replace(&at(a), &at(b)));
        }
        out
    })
}

const OUT: [&str; 2] = ["-o", "review.xlsx"];

#[test]
fn the_next_workbook_has_it_in_either_language() {
    let bench = bench(&[]);
    review(&bench, &OUT).code(0);
    let first = read(&bench, "review.xlsx");
    assert_eq!(cells(&first, "0017"), ["", "", ""]);
    let book = typed(&first, "0017", ["In progress", "visit", "=1+1 &amp; more"]);
    let book = typed(&book, "C 1", ["Half done", "", ""]);
    bench.write("review.xlsx", &book);

    let more = ["-o", "review.json", "-o", "review.html", "-o", "review.md", "-o", "review.csv"];
    let run = review(&bench, &[&OUT[..], &more].concat()).code(0).says("[follow-ups-carried]");
    assert!(!run.err.contains("output-changed"), "{}", run.err);
    let second = read(&bench, "review.xlsx");
    assert_eq!(cells(&second, "0017"), ["In progress", "visit", "=1+1 & more"]);
    assert_eq!(cells(&second, "C 1"), ["Half done", "", ""]);
    assert_eq!(cells(&second, "B:1"), ["", "", ""]);
    let json: Value = serde_json::from_slice(&read(&bench, "review.json")).expect("JSON");
    let of = |id: &str| {
        let clients = json["clients"].as_array().expect("clients");
        clients.iter().find(|client| client["client_id"] == id).expect(id)["follow_up"].clone()
    };
    let said =
        serde_json::json!({"status": "in_progress", "next_step": "visit", "note": "=1+1 & more"});
    assert_eq!(of("0017"), said);
    assert_eq!(of("B:1"), Value::Null);
    let string = |name: &str| String::from_utf8(read(&bench, name)).expect("UTF-8");
    assert!(string("review.md").contains("| In progress; visit; "), "{}", string("review.md"));
    assert!(string("review.csv").contains(",in_progress,visit,'=1+1 & more"), "guarded");
    let page = string("review.html");
    assert!(page.contains("<i lang=en>In progress</i><i lang=zh>跟进中</i>"), "both languages");

    // Once more it is the same to the byte.
    review(&bench, &OUT).code(0);
    assert!(read(&bench, "review.xlsx") == second);
    // In Chinese the choice is said in Chinese, and any other word stays.
    review(&bench, &[&OUT[..], &["--lang", "zh"]].concat()).code(0);
    let chinese = read(&bench, "review.xlsx");
    assert_eq!(cells(&chinese, "0017"), ["跟进中", "visit", "=1+1 & more"]);
    assert_eq!(cells(&chinese, "C 1"), ["Half done", "", ""]);
    bench.write("review.xlsx", typed(&chinese, "B:1", ["已完成", "", "不急"]));
    review(&bench, &OUT).code(0);
    assert_eq!(cells(&read(&bench, "review.xlsx"), "B:1"), ["Done", "", "不急"]);
}

#[test]
fn what_is_over_is_listed() {
    let bench = bench(&[]);
    review(&bench, &OUT).code(0);
    let mut book = read(&bench, "review.xlsx");
    for (client, note) in [("0017", "call again"), ("B:1", "sent an offer"), ("D1", "gone")] {
        book = typed(&book, client, ["Done", "", note]);
    }
    bench.write("review.xlsx", &book);
    write_sales(&bench, &["B:1", "D1"]);
    let run = review(&bench, &[&OUT[..], &["-o", "r.json"]].concat()).code(0);
    assert!(run.err.contains("[follow-up-ended]") && run.err.contains("Done / "), "{}", run.err);
    let next = read(&bench, "review.xlsx");
    assert_eq!(cells(&next, "0017"), ["Done", "", "call again"]);
    let json: Value = serde_json::from_slice(&read(&bench, "r.json")).expect("JSON");
    let groups = json["diagnostics"].as_array().expect("diagnostics");
    let ended = groups.iter().find(|it| it["code"] == "follow-up-ended").expect("listed");
    assert_eq!(ended["count"], 2);
    assert_eq!(ended["details"][0]["facts"]["typed"], "Done / sent an offer");
    let mut quality: Xlsx<_> = Xlsx::new(Cursor::new(next)).expect("a workbook");
    let quality = quality.worksheet_range("Data quality").expect("a sheet");
    for said in ["sent an offer", "gone"] {
        let mut cells = quality.used_cells();
        assert!(cells.any(|(_, _, cell)| cell.to_string().contains(said)), "{said}");
    }
    // It is said once.
    let run = review(&bench, &OUT).code(0);
    assert!(!run.err.contains("follow-up-ended"), "{}", run.err);
}

#[test]
fn rows_may_be_sorted() {
    let bench = bench(&[]);
    review(&bench, &OUT).code(0);
    let book = typed(&read(&bench, "review.xlsx"), "0017", ["Open", "", "of alpha"]);
    let sorted = swapped(&book, (5, 7), true);
    assert_eq!(text(&list(&sorted), 6, ID), "0017");
    bench.write("review.xlsx", &sorted);
    review(&bench, &OUT).code(0).says("[follow-ups-carried]");
    assert_eq!(cells(&read(&bench, "review.xlsx"), "0017"), ["Open", "", "of alpha"]);
    // Sorted without the hidden column it is changed, but its rows are told by their ids.
    let book = typed(&read(&bench, "review.xlsx"), "C 1", ["", "next", ""]);
    let torn = swapped(&book, (5, 7), false);
    let range = list(&torn);
    assert!(!text(&range, row_of(&range, "0017"), SIGNALS).ends_with("0017"), "torn");
    bench.write("review.xlsx", &torn);
    review(&bench, &OUT).code(2).says("error[output-changed]");
    review(&bench, &[&OUT[..], &["--force"]].concat()).code(0);
    let next = read(&bench, "review.xlsx");
    assert_eq!(cells(&next, "0017"), ["Open", "", "of alpha"]);
    assert_eq!(cells(&next, "C 1"), ["", "next", ""]);
}

#[test]
fn any_other_change_needs_force() {
    let bench = bench(&[]);
    review(&bench, &OUT).code(0);
    let book = typed(&read(&bench, "review.xlsx"), "0017", ["Done", "", ""]);
    // The name of a client; a cell to fill in, below the list.
    for (cell, with) in [("B5", "Omega"), ("P60", "below")] {
        let other = changed(&book, |mut xml| {
            let new = format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{with}</t></is></c>");
            if cell == "P60" {
                xml.replace("</sheetData>", &format!("<row r=\"60\">{new}</row></sheetData>"))
            } else {
                let range = place(&xml, cell);
                xml.replace_range(range, &new);
                xml
            }
        });
        bench.write("review.xlsx", &other);
        let before = bench.files();
        review(&bench, &OUT).code(2).says("error[output-changed]");
        assert!(bench.files() == before);
        review(&bench, &[&OUT[..], &["--force", "--dry-run"]].concat()).code(0);
        assert!(bench.files() == before);
        review(&bench, &[&OUT[..], &["--force"]].concat()).code(0).says("[follow-ups-carried]");
        let next = read(&bench, "review.xlsx");
        assert_eq!(cells(&next, "0017"), ["Done", "", ""]);
        assert_eq!(text(&list(&next), 4, 1), "Alpha");
    }
    // What is no workbook of ours has nothing to take over.
    let mut other = rust_xlsxwriter::Workbook::new();
    other.add_worksheet().write(0, 0, "mine").expect("cell");
    for bytes in [other.save_to_buffer().expect("book"), b"none at all".to_vec(), Vec::new()] {
        bench.write("review.xlsx", bytes);
        let run = review(&bench, &[&OUT[..], &["--force"]].concat()).code(0);
        assert!(!run.err.contains("[follow-up"), "{}", run.err);
    }
}

#[test]
fn two_workbooks_that_do_not_agree() {
    let bench = bench(&[]);
    let both = ["-o", "a.xlsx", "-o", "b.xlsx"];
    review(&bench, &both).code(0);
    let book = read(&bench, "a.xlsx");
    bench.write("a.xlsx", typed(&book, "0017", ["", "", "first"]));
    let other = typed(&book, "0017", ["", "", "second"]);
    bench.write("b.xlsx", typed(&other, "C 1", ["", "", "more"]));
    let run = review(&bench, &both).code(0).says("[follow-up-conflict]");
    assert!(run.err.contains("second") && !run.err.contains("first"), "{}", run.err);
    for name in ["a.xlsx", "b.xlsx"] {
        assert_eq!(cells(&read(&bench, name), "0017"), ["", "", "first"], "{name}");
        assert_eq!(cells(&read(&bench, name), "C 1"), ["", "", "more"], "{name}");
    }
    let run = review(&bench, &both).code(0);
    assert!(!run.err.contains("[follow-up-conflict]"), "{}", run.err);
}

#[test]
fn files_of_account_managers_have_it_too() {
    let bench = bench(&[]);
    let split = ["--split", "owner", "-o", "q.xlsx"];
    review(&bench, &split).code(0);
    let ann = typed(&read(&bench, "q-Ann.xlsx"), "0017", ["Done", "", ""]);
    bench.write("q-Ann.xlsx", typed(&ann, "B:1", ["Open", "", "for whoever calls"]));
    let bob = typed(&read(&bench, "q-Bob.xlsx"), "C 1", ["", "lunch", ""]);
    bench.write("q-Bob.xlsx", bob);
    // A client that goes to somebody else takes along what was typed for it.
    bench.write(
        "clients.csv",
        "client_id,name,owner\n0017,Alpha,Ann\nB:1,Beta,Bob\nC 1,Gamma,Bob\nD1,Delta,\n",
    );
    review(&bench, &split).code(0).says("[follow-ups-carried]");
    assert_eq!(cells(&read(&bench, "q-Ann.xlsx"), "0017"), ["Done", "", ""]);
    let bob = read(&bench, "q-Bob.xlsx");
    assert_eq!(cells(&bob, "C 1"), ["", "lunch", ""]);
    assert_eq!(cells(&bob, "B:1"), ["Open", "", "for whoever calls"]);
    // All that is over is said, since no file lists it.
    write_sales(&bench, &["B:1", "C 1"]);
    let run = review(&bench, &split).code(0);
    for said in ["lunch", "for whoever calls"] {
        assert!(run.err.contains(said), "{said}: {}", run.err);
    }
}

#[cfg(feature = "crypt")]
#[test]
fn encrypted_files_have_it_too() {
    let bench = bench(&[]);
    bench.write("p.csv", "owner,password\nAnn,old\n");
    let split = ["--split", "owner", "-o", "q.xlsx", "--passwords", "p.csv"];
    review(&bench, &split).code(0);
    let open = |word: &str| secret::opened(read(&bench, "q-Ann.xlsx"), word).expect("opened");
    let book = typed(&open("old"), "0017", ["In progress", "", "确认"]);
    bench.write("q-Ann.xlsx", locked(&book, "old").expect("locked"));
    review(&bench, &split).code(0).says("[follow-ups-carried]");
    assert_eq!(cells(&open("old"), "0017"), ["In progress", "", "确认"]);
    // Another password: the old one is known of this run, or nothing can be read.
    let kept = read(&bench, "q-Ann.xlsx");
    bench.write("p.csv", "owner,password\nAnn,new\n");
    review(&bench, &split).code(2).says("error[output-changed]");
    let force = [&REVIEW[..], &split, &["--force", "--lang", "en"]].concat();
    bench.run_with(&force, &[("KAM_PASSWORD", "old")], b"").code(0).says("[follow-ups-carried]");
    assert_eq!(cells(&open("new"), "0017"), ["In progress", "", "确认"]);
    bench.write("q-Ann.xlsx", kept);
    bench.kam(&force).code(0).says("warning[follow-ups-locked]");
    assert_eq!(cells(&open("new"), "0017"), ["", "", ""]);
}

#[test]
fn after_another_program_has_saved_it() {
    let Some(office) = office() else { return };
    let bench = bench(&[]);
    for lang in ["en", "zh"] {
        let arguments = [&OUT[..], &["--lang", lang]].concat();
        review(&bench, &arguments).code(0);
        let status = if lang == "en" { "Not needed" } else { "无需处理" };
        let book = typed(&read(&bench, "review.xlsx"), "0017", [status, "two  spaces", "a\nb"]);
        let book = saved(&office, &[book]).remove(0);
        bench.write("review.xlsx", &book);
        let typed = FollowUps::read(&Input::file(&bench.at("review.xlsx")));
        let typed = typed.expect("readable").expect("a list");
        let of = typed.get("0017").expect("typed").clone();
        assert_eq!(of.follow_up.status.as_deref(), Some("not_needed"));
        assert!(!of.signals.is_empty());
        review(&bench, &arguments).code(0).says("[follow-ups-carried]");
        let next = cells(&read(&bench, "review.xlsx"), "0017");
        assert_eq!(next, [status, "two  spaces", "a\nb"]);
    }
}

#[test]
fn a_damaged_workbook_of_a_saved_review_is_told() {
    let bench = crate::history::bench("2026-06-30");
    bench.kam(&["review", "--save", "--as-of", "2026-03-31"]).code(0);
    let whole = read(&bench, "reviews/2026Q1/review.xlsx");
    let next = ["review", "--as-of", "2026-06-30", "-o", "y.json", "--force"];
    assert!(!bench.kam(&next).code(0).both().contains("follow-ups-unreadable"));
    for damaged in [&whole[..3000], &b""[..], &b"id,name\n1,Alpha\n"[..]] {
        bench.write("reviews/2026Q1/review.xlsx", damaged);
        let run = bench.kam(&next).code(0);
        run.says("warning[follow-ups-unreadable]: `reviews/2026Q1/review.xlsx`");
    }
}
