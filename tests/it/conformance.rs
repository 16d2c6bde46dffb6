//! Inputs with the results of an independent implementation in exact arithmetic.

use std::fs;
use std::path::{Path, PathBuf};

use kam::config::load::{Layer, load};
use kam::period::Day;
use kam::review::{Context, Review, review};
use kam::source::Input;
use kam::store::{self, Options};
use serde_json::Value;

/// Reviews the CSV files of a folder.
pub(crate) fn review_of(files: &[PathBuf], settings: &str, threads: usize) -> Review {
    let today = Day::parse_iso("2026-11-22").expect("a day");
    let config = load(&[Layer { name: "kam.toml".to_owned(), text: settings.to_owned() }], &[])
        .expect("settings")
        .config;
    let inputs: Vec<Input> = files.iter().map(|file| Input::file(file)).collect();
    let options =
        Options { threads, today, skip: Vec::new(), strict: false, hash: false, all: false };
    let loaded = store::load(&inputs, &config, &options).expect("readable");
    review(loaded, &config, Context { today, threads: 2, portfolio: true }).expect("a review")
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

/// Compares what is expected with what was found; keys only in `found` are more than was asked for.
fn compare(path: &str, expected: &Value, found: &Value, wrong: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                compare(
                    &format!("{path}.{key}"),
                    value,
                    found.get(key).unwrap_or(&Value::Null),
                    wrong,
                );
            }
            // Points and adds of metrics without data are absent on both sides.
            let key = path.rsplit('.').next().unwrap_or_default();
            if ["points", "adds", "signals"].contains(&key) {
                for key in found.keys().filter(|key| !expected.contains_key(*key)) {
                    wrong.push(format!("{path}.{key}: not expected"));
                }
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (at, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(&format!("{path}[{at}]"), expected, found, wrong);
            }
        }
        (Value::Number(a), Value::Number(b))
            if close(a.as_f64().expect("f64"), b.as_f64().expect("f64")) => {}
        _ if expected == found => {}
        _ => wrong.push(format!("{path}: expected {expected}, found {found}")),
    }
}

/// The review's JSON in the form of the expected files: signals as code → level, clients by id.
fn shortened(review: &Review) -> Value {
    let mut json = serde_json::to_value(review).expect("JSON");
    let clients = json["clients"].as_array_mut().expect("clients");
    for client in clients.iter_mut() {
        let signals: serde_json::Map<String, Value> = client["signals"]
            .as_array()
            .expect("signals")
            .iter()
            .map(|signal| {
                (signal["code"].as_str().expect("code").to_owned(), signal["level"].clone())
            })
            .collect();
        client["signals"] = Value::Object(signals);
        let mut caps: Vec<Value> = client["caps"].as_array().expect("caps").clone();
        caps.sort_by_key(ToString::to_string);
        client["caps"] = Value::Array(caps);
    }
    clients.sort_by_key(|client| client["client_id"].as_str().map(ToOwned::to_owned));
    json
}

fn check(expected: &Path, review: &Review) {
    let mut expected: Value =
        serde_json::from_str(&fs::read_to_string(expected).expect("file")).expect("JSON");
    let clients = expected["clients"].as_array_mut().expect("clients");
    for client in clients.iter_mut() {
        let mut caps: Vec<Value> = client["caps"].as_array().expect("caps").clone();
        caps.sort_by_key(ToString::to_string);
        client["caps"] = Value::Array(caps);
    }
    clients.sort_by_key(|client| client["client_id"].as_str().map(ToOwned::to_owned));
    let mut wrong = Vec::new();
    compare("", &expected, &shortened(review), &mut wrong);
    let shown = wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} differences:\n{shown}", wrong.len());
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/conformance").join(name)
}

fn run(name: &str, as_of: &str) {
    let folder = folder(name);
    let files: Vec<PathBuf> = ["clients.csv", "transactions.csv", "industries.csv"]
        .iter()
        .map(|file| folder.join(file))
        .collect();
    for policy in ["rank", "share", "all"] {
        let settings = format!("as_of = \"{as_of}\"\npolicy = \"{policy}\"\n");
        let review = review_of(&files, &settings, 2);
        check(&folder.join(format!("expected-{policy}.json")), &review);
        let control = &review.control;
        assert_eq!(control.rows_in_file, control.rows_used + control.rows_left_out);
        assert_eq!(control.amount_in_file, control.amount_used + control.amount_left_out);
    }
}

#[test]
fn small() {
    run("small", "2026-09-30");
}

#[test]
fn tiny() {
    run("tiny", "2026-02-28");
}

#[test]
fn edge() {
    run("edge", "2024-02-29");
}

#[test]
fn variant() {
    run("variant", "2024-02-29");
}

/// Not part of the repository's data: set `KAM_ADVENTUREWORKS` to the folder of the three files and
/// `KAM_ADVENTUREWORKS_EXPECTED` to the expected results.
#[test]
fn adventureworks_when_it_is_there() {
    let (Ok(folder), Ok(expected)) =
        (std::env::var("KAM_ADVENTUREWORKS"), std::env::var("KAM_ADVENTUREWORKS_EXPECTED"))
    else {
        return;
    };
    let folder = Path::new(&folder);
    let files: Vec<PathBuf> = ["Resellers.csv", "Product.csv", "FactResellerSales.csv"]
        .iter()
        .map(|file| folder.join(file))
        .collect();
    let settings = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/adventureworks/kam.toml"),
    )
    .expect("settings");
    check(Path::new(&expected), &review_of(&files, &settings, 2));
}
