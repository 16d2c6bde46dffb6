//! Files that are written: whole or not at all, never over an input, never over somebody's work.

use std::fs;
use std::io::{Cursor, Read as _};

use serde_json::Value;

use crate::support::{Bench, package};

const REVIEW: [&str; 4] = ["review", "transactions.csv", "--as-of", "2026-02-28"];

fn review<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&REVIEW[..], more].concat()
}

/// The workbook with one number changed, as somebody who edits it would.
fn edited(book: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).expect("package");
    let mut changed = false;
    let parts: Vec<(String, Vec<u8>)> = (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).expect("part");
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).expect("part");
            let name = part.name().expect("name").into_owned();
            if name == "xl/worksheets/sheet3.xml" {
                let text = String::from_utf8(bytes).expect("UTF-8");
                let decimal = text.split("<v>").skip(1).position(|value| {
                    value.split("</v>").next().is_some_and(|value| value.contains('.'))
                });
                let before = text.split("<v>").take(decimal.expect("a number") + 1);
                let at = before.map(|part| part.len() + 3).sum::<usize>();
                bytes = format!("{}9{}", &text[..at], &text[at..]).into_bytes();
                changed = true;
            }
            (name, bytes)
        })
        .collect();
    assert!(changed, "there is a third sheet");
    package(&parts)
}

#[test]
fn the_extension_says_the_format() {
    let bench = Bench::with("tiny");
    let outputs = ["review.xlsx", "review.html", "review.json", "review.csv", "review.jsonl"];
    let mut arguments = review(&[]);
    for output in outputs {
        arguments.extend(["-o", output]);
    }
    let run = bench.kam(&arguments).code(0);
    for output in outputs {
        assert!(run.err.contains(&format!("Wrote {output}")), "{}", run.err);
    }
    assert_eq!(bench.files().len(), 3 + outputs.len(), "nothing else is left");
    let read = |name: &str| fs::read(bench.at(name)).expect("written");
    assert!(read("review.xlsx").starts_with(b"PK"));
    assert!(read("review.html").starts_with(b"<!doctype html>"));
    assert!(read("review.csv").starts_with("\u{feff}rank,client_id".as_bytes()));
    let json: Value = serde_json::from_slice(&read("review.json")).expect("JSON");
    assert_eq!(json["schema_version"], 1);
    for line in String::from_utf8(read("review.jsonl")).expect("UTF-8").lines() {
        serde_json::from_str::<Value>(line).expect("JSON");
    }
    // stdout has the same without the mark.
    let piped = bench.kam(&review(&["--format", "csv"])).code(0).out;
    assert_eq!(read("review.csv"), format!("\u{feff}{piped}").as_bytes());
    assert_eq!(read("review.json"), bench.kam(&review(&["--format", "json"])).out.as_bytes());
}

#[test]
fn a_dry_run_writes_nothing() {
    let bench = Bench::with("tiny");
    let arguments = review(&["-o", "a.xlsx", "-o", "b.json", "--dry-run"]);
    bench.only_says(&arguments).code(0).says("Would write a.xlsx").says("Would write b.json");
}

#[test]
fn an_edited_workbook_is_kept() {
    let bench = Bench::with("tiny");
    let arguments = review(&["-o", "review.xlsx"]);
    bench.kam(&arguments).code(0);
    let first = fs::read(bench.at("review.xlsx")).expect("written");
    bench.kam(&arguments).code(0);
    assert_eq!(fs::read(bench.at("review.xlsx")).expect("written"), first, "same bytes again");

    bench.write("review.xlsx", edited(&first));
    let refused = bench.only_says(&arguments).code(2).says("error[output-changed]");
    assert_eq!(refused.out, "");
    bench.kam(&review(&["-o", "review.xlsx", "--force"])).code(0);
    assert_eq!(fs::read(bench.at("review.xlsx")).expect("written"), first);

    let mut other = rust_xlsxwriter::Workbook::new();
    other.add_worksheet().write(0, 0, "mine").expect("cell");
    bench.write("review.xlsx", other.save_to_buffer().expect("book"));
    bench.only_says(&arguments).code(2).says("error[output-changed]");
    bench.write("review.xlsx", b"not a workbook at all");
    bench.only_says(&arguments).code(2).says("error[output-changed]");
    // Other formats hold nobody's work.
    bench.write("review.json", b"old");
    bench.kam(&review(&["-o", "review.json"])).code(0);
    assert!(fs::read(bench.at("review.json")).expect("written").starts_with(b"{"));
}

#[test]
fn an_input_is_never_written() {
    let bench = Bench::with("tiny");
    fs::hard_link(bench.at("transactions.csv"), bench.at("hard.csv")).expect("link");
    let mut names = vec!["transactions.csv", "./transactions.csv", "hard.csv"];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("transactions.csv", bench.at("soft.csv")).expect("link");
        names.push("soft.csv");
    }
    for name in names {
        for command in ["review", "score"] {
            let arguments = [&[command], &REVIEW[1..], &["-o", name, "--force"]].concat();
            let run = bench.only_says(&arguments).code(2).says("error[output-is-input]");
            assert_eq!(run.out, "", "{name}");
        }
    }
    // Nor in its workspace, where no file is named.
    bench.write("kam.toml", "[[source]]\npath = \"*.csv\"\n");
    bench.only_says(&["review", "-o", "clients.csv"]).code(2).says("error[output-is-input]");
}

#[test]
fn what_cannot_be_written_is_said() {
    let bench = Bench::with("tiny");
    for output in ["clients.csv/review.json", "missing/review.xlsx"] {
        bench.only_says(&review(&["-o", output])).code(2).says("error[cannot-write]").says(output);
    }
    fs::create_dir(bench.at("folder.json")).expect("folder");
    bench.only_says(&review(&["-o", "folder.json"])).code(2).says("error[cannot-write]");
    bench.only_says(&["demo", "clients.csv"]).code(2).says("error[cannot-write]");
}

#[cfg(unix)]
#[test]
fn where_nothing_can_be_written_is_told_before_anything_is_answered() {
    let bench = Bench::with("tiny");
    fs::create_dir(bench.path().join("folder.xlsx")).expect("folder");
    for output in ["none/review.xlsx", "transactions.csv/review.csv", "folder.xlsx"] {
        let said = bench.kam(&review(&["-o", output])).code(2).says("cannot-write");
        assert_eq!(said.out, "", "{output}");
    }
    for split in [&["--split", "owner"][..], &["--split", "owner", "--dry-run"]] {
        let said =
            bench.kam(&review(&[&["clients.csv", "-o", "none/review.xlsx"], split].concat()));
        assert_eq!(said.code(2).says("the folder does not exist").out, "");
    }
    let said = bench.kam(&review(&["-o", "review.html", "--dry-run"])).code(0);
    assert!(!bench.path().join("review.html").exists() && !said.out.is_empty());
}

#[test]
fn a_folder_that_may_not_be_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::with("tiny");
    let folder = bench.at("closed");
    fs::create_dir(&folder).expect("folder");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("mode");
    if fs::write(folder.join("probe"), b"").is_ok() {
        // Nothing is closed to an administrator.
        return;
    }
    bench.only_says(&review(&["-o", "closed/review.json"])).code(2).says("error[cannot-write]");
}

#[test]
fn the_demo_is_a_workspace() {
    let bench = Bench::new();
    let run = bench.kam(&["demo", "try"]).code(0).says("Wrote try");
    assert!(run.out.contains("Strategic"), "{}", run.out);
    assert!(bench.at("try/review.xlsx").exists() && bench.at("try/kam.toml").exists());
    let before = bench.files();
    bench.kam(&["demo", "try"]).code(0);
    assert!(before == bench.files(), "a second demo is the same");
    let next = bench.kam(&["churn", "-c", "try/kam.toml"]).code(0);
    assert!(next.out.lines().count() > 3, "{}", next.out);
    let chinese = bench.kam(&["demo", "试", "--lang", "zh"]).code(0);
    assert!(chinese.out.contains("战略客户"), "{}", chinese.out);
}
