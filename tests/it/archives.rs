//! A zip of CSV files is reviewed like the files in it: named, piped, or imported.

use std::fs;

use encoding_rs::GB18030;
use serde_json::Value;

use crate::support::{Bench, package, testdata, untimed};

const SET: [&str; 3] = ["clients.csv", "transactions.csv", "industries.csv"];
/// What Macs and folders add.
const FURTHER: [(&str, &[u8]); 3] =
    [("导出/", b""), ("__MACOSX/._clients.csv", b"\0\x05\x16\x07"), ("导出/空.csv", b"")];

/// A conformance set in one archive, part of it in GBK.
fn archive(set: &str) -> Vec<u8> {
    let mut parts: Vec<(String, Vec<u8>)> =
        FURTHER.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    for name in SET {
        let text = fs::read_to_string(testdata("conformance").join(set).join(name)).expect("data");
        let bytes = match name {
            "clients.csv" => GB18030.encode(&text).0.into_owned(),
            _ => text.into_bytes(),
        };
        parts.push((format!("导出/{name}"), bytes));
    }
    package(&parts)
}

/// A review but for the files it was made of and what was said about them.
fn figures(json: &str) -> Value {
    let mut review: Value = serde_json::from_str(json).expect("JSON");
    let fields = review.as_object_mut().expect("an object");
    for about_files in ["inputs", "diagnostics", "config", "config_sha256", "control"] {
        fields.remove(about_files);
    }
    review
}

#[test]
fn an_archive_is_reviewed_like_its_files() {
    for set in ["tiny", "small"] {
        let bench = Bench::with(set);
        let bytes = archive(set);
        bench.write("export.zip", &bytes);
        let review = |files: &[&str]| {
            bench.kam(&[&["review", "--format", "json", "--threads", "2"], files].concat()).code(0)
        };
        let (own, zipped) = (review(&SET), review(&["export.zip"]));
        assert_eq!(figures(&own.out), figures(&zipped.out), "{set}");
        let arguments = ["review", "--format", "json", "-"];
        let piped = bench.run_with(&arguments, &[], &bytes).code(0);
        assert_eq!(figures(&own.out), figures(&piped.out), "{set}");
    }
}

#[test]
fn an_archive_that_was_imported_is_reviewed_like_itself() {
    let bench = Bench::new();
    bench.write("kam.toml", "");
    bench.write("export.zip", archive("small"));
    let review = |files: &[&str]| bench.kam(&[&["review", "--format", "json"], files].concat());
    let imported = bench.kam(&["import", "export.zip"]).code(0);
    assert!(imported.both().contains("导出/transactions.csv"), "{}", imported.both());
    let (file, own) = (review(&["export.zip"]).code(0), review(&[]).code(0));
    assert_eq!(file.out, own.out);
    assert_eq!(untimed(&file.err), untimed(&own.err));
    assert!(own.out.contains("\"entry-skipped\""), "{}", own.out);
    // The same bytes again do nothing; others replace them.
    let before = bench.files();
    bench.kam(&["import", "export.zip"]).code(0);
    assert!(before == bench.files());
    bench.write("export.zip", archive("tiny"));
    bench.kam(&["import", "export.zip"]).code(0);
    assert_eq!(review(&["export.zip"]).out, review(&[]).out);
}

#[test]
fn an_entry_is_named_like_a_sheet() {
    let bench = Bench::new();
    let rows = "客户;金额;日期\nAlpha;1.200,50;05.01.2026\n";
    let parts = [("old.csv", "client,date,amount\nBeta,2026-01-05,1\n"), ("new.csv", rows)];
    bench.write("a.zip", package(&parts.map(|(name, text)| (name.to_owned(), text.into()))));
    bench.write(
        "kam.toml",
        "[[source]]\npath = \"a.zip\"\nsheet = \"new.csv\"\ndecimal = \",\"\ndate_order = \"dmy\"\n",
    );
    let run = bench.kam(&["review", "a.zip", "--lang", "en"]).code(0);
    assert!(run.out.contains("1,201") && !run.out.contains("Beta"), "{}", run.out);
    let raw = bench.kam(&["import", "--raw", "a.zip", "--sheet", "new.csv"]).code(0);
    assert!(raw.out.contains("Alpha"), "{}", raw.out);
    bench.kam(&["init", "--yes", "a.zip", "--lang", "en"]);
}

#[test]
fn a_zip_of_anything_else_is_refused_with_what_is_in_it() {
    let bench = Bench::new();
    bench.write("a.zip", package(&[("scan.png".to_owned(), b"\x89PNG\0".to_vec())]));
    bench.kam(&["review", "a.zip", "--lang", "en"]).code(2).says("scan.png");
    bench.kam(&["review", "a.zip", "--lang", "zh"]).code(2).says("scan.png");
}
