//! What may be given as an earlier review: a period, a folder, a file, and the workbook that people have typed into.

use std::fs;

use kam::render::workbook::locked;
use serde_json::Value;

use crate::follow_ups::{ID, list, text, typed};
use crate::history::{bench, sales};
use crate::live::{office, saved};
use crate::support::{Bench, Run};

const NOW: [&str; 5] = ["review", "--as-of", "2026-06-30", "--format", "json"];

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).expect("JSON")
}

/// The review of the newest quarter after an earlier one.
fn after(bench: &Bench, previous: &str, code: i32) -> Run {
    bench.kam(&[&NOW[..], &["--previous", previous]].concat()).code(code)
}

/// A saved review of which every client of the follow-up list has an entry; and the workbook with them.
fn kept(lang: &str) -> (Bench, Vec<u8>) {
    let bench = bench("2026-06-30");
    bench.kam(&["review", "--save", "--as-of", "2026-03-31", "--lang", lang]).code(0);
    let path = "reviews/2026Q1/review.xlsx";
    let mut book = fs::read(bench.at(path)).expect("saved");
    let rows = list(&book);
    let status = if lang == "zh" { "已完成" } else { "Done" };
    for row in 4..rows.height() as u32 {
        let client = text(&rows, row, ID);
        book = typed(&book, &client, [status, &format!("call {client}"), ""]);
    }
    bench.write(path, &book);
    (bench, book)
}

/// Whether two reviews moved alike from what they were told of the one before.
#[track_caller]
fn assert_alike(whole: &Value, book: &Value) {
    let movement = |review: &Value| {
        let mut moved = review["movement"].clone();
        moved.as_object_mut().expect("movement").remove("source");
        moved
    };
    assert_eq!(movement(whole), movement(book));
    let clients = |review: &Value| review["clients"].as_array().expect("clients").clone();
    let (whole, book) = (clients(whole), clients(book));
    assert_eq!(whole.len(), book.len());
    let (mut entries, mut split, mut seen) = (0, 0, 0);
    for (a, b) in whole.iter().zip(&book) {
        for key in
            ["client_id", "tier", "tier_previous", "band", "movement", "follow_up", "signals"]
        {
            assert_eq!(a[key], b[key], "{key} of {}", a["client_id"]);
        }
        for key in ["score", "change"] {
            match (a["since"][key].as_f64(), b["since"][key].as_f64()) {
                (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9, "{a} {b}"),
                (a, b) => assert_eq!(a, b),
            }
        }
        assert!(b["since"]["split"].is_null(), "nothing is made up");
        split += usize::from(a["since"]["split"].is_object());
        entries += usize::from(a["follow_up"].is_object());
        let of_before = |found: &&Value| found["first_seen"] == "2026-03-31";
        seen += b["signals"].as_array().expect("signals").iter().filter(of_before).count();
    }
    assert!(entries > 0 && split > 10 && seen > 0, "{entries} {split} {seen}");
}

#[test]
fn a_workbook_tells_what_its_json_tells_of_tiers_and_entries() {
    for lang in ["en", "zh"] {
        let (bench, book) = kept(lang);
        bench.write("sales.csv", sales("2026-06-30").replace("O9,", "O9x,"));
        bench.write("book.xlsx", &book);
        let whole = after(&bench, "reviews/2026Q1/review.json", 0);
        assert!(!whole.err.contains("previous-workbook"), "{}", whole.err);
        let whole = json(&whole);
        assert_eq!(whole["movement"]["source"], "reviews/2026Q1/review.json");
        let run = after(&bench, "book.xlsx", 0).says("[previous-workbook]");
        assert_alike(&whole, &json(&run));
        assert_eq!(json(&run)["movement"]["source"], "book.xlsx");
        let folder = json(&after(&bench, "reviews/2026Q1", 0));
        let period = json(&after(&bench, "2026q1", 0));
        assert!(folder["clients"] == whole["clients"] && period["clients"] == whole["clients"]);
        // It is an input as well.
        let over =
            ["review", "--as-of", "2026-06-30", "--previous", "book.xlsx", "-o", "book.xlsx"];
        bench.kam(&over).code(2).says("output-is-input");
        if let Some(office) = office() {
            bench.write("office.xlsx", saved(&office, &[book]).remove(0));
            assert_alike(&whole, &json(&after(&bench, "office.xlsx", 0)));
        }
    }
}

#[test]
fn a_workbook_may_need_a_password() {
    let (bench, book) = kept("en");
    bench.write("book.xlsx", locked(&book, "secret").expect("locked"));
    after(&bench, "book.xlsx", 2).says("error[file-encrypted]");
    bench.write("password.txt", "secret\n");
    let whole = json(&after(&bench, "2026Q1", 0));
    let open = ["--previous", "book.xlsx", "--password-file", "password.txt"];
    let run = bench.kam(&[&NOW[..], &open].concat()).code(0);
    assert_alike(&whole, &json(&run));
}

#[test]
fn what_is_no_review_of_all_clients_is_told() {
    let (bench, _) = kept("en");
    bench.write("note.txt", "nothing");
    after(&bench, "note.txt", 2).says("error[review-unreadable]");
    bench.kam(&["template", "-o", "template.xlsx"]).code(0);
    after(&bench, "template.xlsx", 2)
        .says("error[review-book]")
        .says("missing: Clients or 客户明细; As of YYYY-MM-DD");
    after(&bench, "2026Q4", 2).says("error[unknown-period]").says("did you mean `2026Q1`?");
    after(&bench, "other.xlsx", 2).says("error[file-missing]");
    after(&bench, "reviews", 2).says("error[file-missing]");
    bench.write("clients.csv", "client_id,name,owner\nC01,Alpha,Ann\nC02,Beta,Bob\n");
    let part = ["review", "sales.csv", "clients.csv", "--as-of", "2026-03-31", "--split", "owner"];
    let part = [&part[..], &["-o", "part.xlsx", "-o", "part.json"]].concat();
    bench.kam(&part).code(0);
    for name in ["part-Ann.xlsx", "part-Ann.json"] {
        after(&bench, name, 2).says("error[review-part]");
        // The clients of others did not leave.
        for other in ["2026Q1", "part-Bob.json", "part-Bob.xlsx"] {
            bench.kam(&["diff", name, other]).code(2).says("error[review-part]");
            bench.kam(&["diff", other, name]).code(2).says("error[review-part]");
        }
    }
    bench.kam(&["diff", "part-Ann.json", "part-Ann.xlsx"]).code(0);
}

#[test]
fn diff_and_annotate_take_the_same_names() {
    let (bench, book) = kept("zh");
    bench.kam(&["review", "--save", "--as-of", "2026-06-30"]).code(0);
    bench.write("book.xlsx", &book);
    let whole = json(&bench.kam(&["diff", "2026Q1", "2026Q2", "--format", "json"]).code(0));
    let run = bench.kam(&["diff", "book.xlsx", "2026q2", "--format", "json"]).code(0);
    let diff = json(&run.says("[previous-workbook]"));
    assert_eq!(diff["counts"], whole["counts"]);
    assert_eq!(diff["config"], serde_json::json!([]));
    bench.kam(&["diff", "2026Q3"]).code(2).says("error[unknown-period]").says("2026Q1, 2026Q2");
    bench.write("mine.csv", "Client id,Name\nC01,Alpha\n");
    let annotate = |review: &str, more: &[&str]| {
        let arguments = ["annotate", "mine.csv", "--force", "-o", "out.csv", "--review", review];
        bench.kam(&[&arguments[..], more].concat())
    };
    annotate("2026Q1", &["--columns", "tier"]).code(0);
    let period = fs::read(bench.at("out.csv")).expect("written");
    for same in ["reviews/2026Q1", "reviews/2026Q1/review.json", "book.xlsx"] {
        annotate(same, &["--columns", "tier"]).code(0);
        assert_eq!(fs::read(bench.at("out.csv")).expect("written"), period, "{same}");
    }
    annotate("book.xlsx", &[]).code(2).says("error[no-evidence]");
    annotate("2027Q1", &[]).code(2).says("error[unknown-period]");
}

#[test]
fn a_damaged_review_matters_only_where_it_may_be_the_one() {
    let bench = bench("2026-06-30");
    for end in ["2025-09-30", "2025-12-31", "2026-03-31"] {
        bench.kam(&["review", "--save", "--as-of", end]).code(0);
    }
    let newest = json(&bench.kam(&NOW).code(0));
    assert_eq!(newest["movement"]["period"], "2026Q1");
    bench.write("reviews/2025Q3/review.json", "{");
    assert!(json(&bench.kam(&NOW).code(0)) == newest);
    // Its own place may be given to it on purpose.
    let again = ["review", "--save", "--as-of", "2025-09-30"];
    bench.kam(&again).code(2).says("error[review-damaged]").says("--force");
    bench.kam(&[&again[..], &["--force"]].concat()).code(0).says("Saved to reviews/2025Q3");
    bench.kam(&again).code(0).says("Already saved");
    bench.write("reviews/2026Q1/review.json", "{");
    bench.kam(&NOW).code(2).says("error[review-unreadable]");
    fs::create_dir(bench.at("reviews/old")).expect("folder");
    bench.write("reviews/old/review.json", "{");
    let before = ["review", "--as-of", "2026-01-31"];
    bench.kam(&before).code(2).says("error[review-unreadable]").says("reviews/old");
}

#[test]
fn a_review_in_another_language_is_no_other_review() {
    let bench = bench("2026-06-30");
    let save = ["review", "--save", "--as-of", "2026-03-31"];
    bench.kam(&save).code(0);
    bench.kam(&[&save[..], &["--lang", "zh"]].concat()).code(0).says("已存入");
    bench.kam(&["review", "--save", "--period", "2026Q1"]).code(0).says("Saved to");
    let other = ["--policy", "share"];
    bench.kam(&[&save[..], &other].concat()).code(2).says("error[review-exists]");
}

#[test]
fn a_workbook_does_not_tell_what_metrics_of_ones_own_added() {
    let bench = bench("2026-06-30");
    let rated: Vec<String> = (0..24).map(|at| format!("C{at:02},{}", at % 5)).collect();
    bench.write("clients.csv", format!("client_id,esg\n{}\n", rated.join("\n")));
    let settings = fs::read_to_string(bench.at("kam.toml")).expect("settings");
    let own = "[[source]]\npath = \"clients.csv\"\n[metric.esg]\ncolumn = \"esg\"\ngroup = \"synergy\"\n\
               anchors = [[0, 0], [4, 100]]\nweight = 4\n[score.weights]\nreferrals = 0\n";
    bench.write("kam.toml", settings + own);
    bench.kam(&["review", "--save", "--as-of", "2026-03-31"]).code(0);
    let told = |previous: &str| {
        let review = json(&after(&bench, previous, 0));
        let clients = review["clients"].as_array().expect("clients").clone();
        let most: Vec<Value> = clients.iter().map(|it| it["since"]["most"].clone()).collect();
        most.iter().filter(|most| !most.is_null()).count()
    };
    assert!(told("2026Q1") > 10);
    assert_eq!(told("reviews/2026Q1/review.xlsx"), 5, "those to whom it gave nothing");
}

#[test]
fn a_workbook_without_the_sheet_of_the_model_tells_tiers_of_ones_own() {
    let bench = bench("2026-06-30");
    let settings = fs::read_to_string(bench.at("kam.toml")).expect("settings");
    // A name of another tier, and segments, with which one row of weights says too little.
    let own = "[labels.tier]\nstrategic = \"Core\"\ncore = \"Key\"\n\
               [[score.segment]]\nwhere.stage = \"growing\"\nweights.net_sales = 100\n";
    bench.write("kam.toml", settings.clone() + own);
    bench.kam(&["review", "--save", "--as-of", "2026-03-31"]).code(0);
    let tiers = |previous: &str| -> Vec<Value> {
        let review = json(&after(&bench, previous, 0));
        let clients = review["clients"].as_array().expect("clients").iter();
        clients.map(|client| client["tier_previous"].clone()).collect()
    };
    let path = "reviews/2026Q1/review.xlsx";
    assert_eq!(tiers(path), tiers("2026Q1"));
    let told = after(&bench, path, 0).says("[previous-workbook]");
    told.says("; clients in a tier without a band in it: 2");
    // Two reviews side by side keep nobody's tier.
    let diff = bench.kam(&["diff", path, "2026Q1"]).code(0).says("[previous-workbook]");
    assert!(!diff.err.contains("without a band"), "{}", diff.err);
    // Its own list comes before the names of today.
    let other = "[labels.tier]\nstandard = \"Core\"\n";
    bench.write("kam.toml", settings + other);
    assert_eq!(tiers(path), tiers("2026Q1"));
}

#[test]
fn a_currency_may_be_any_word() {
    for lang in ["en", "zh"] {
        let bench = bench("2026-06-30");
        let settings = fs::read_to_string(bench.at("kam.toml")).expect("settings");
        bench.write("kam.toml", settings.replace("EUR", "新台币"));
        bench.kam(&["review", "--save", "--as-of", "2026-03-31", "--lang", lang]).code(0);
        let review = json(&after(&bench, "reviews/2026Q1/review.xlsx", 0));
        assert_eq!(review["movement"]["period"], "2026Q1");
    }
}

/// How many bands of the review before count as kept ones, and what the next review makes of each client, by what it was told.
fn bands(bench: &Bench, previous: &str) -> (usize, Vec<[Value; 5]>) {
    let review = json(&after(bench, previous, 0));
    let of = |client: &Value| {
        let since = &client["since"];
        let (band, raw) = (since["band"].clone(), since["band_raw"].clone());
        [client["tier"].clone(), client["band"].clone(), client["band_raw"].clone(), band, raw]
    };
    let clients: Vec<_> = review["clients"].as_array().expect("clients").iter().map(of).collect();
    (clients.iter().filter(|[.., band, raw]| band != raw).count(), clients)
}

#[test]
fn a_workbook_tells_kept_bands_from_earned_ones() {
    for lang in ["en", "zh"] {
        let bench = bench("2026-06-30");
        let settings = fs::read_to_string(bench.at("kam.toml")).expect("settings");
        let settings = settings + "[hysteresis]\npoints = 40\n";
        // Other metrics count: whoever falls out of a tier stays in it once.
        let growth = "[score.weights]\nnet_sales = 0\nmargin = 0\ngrowth = 52\n";
        for (end, weights) in [("2025-12-31", growth), ("2026-03-31", "")] {
            bench.write("kam.toml", format!("{settings}{weights}"));
            bench.kam(&["review", "--save", "--as-of", end, "--lang", lang]).code(0);
        }
        let (kept, whole) = bands(&bench, "2026Q1");
        assert!(kept > 0, "somebody's band is kept");
        assert_eq!(bands(&bench, "reviews/2026Q1/review.xlsx"), (kept, whole));
    }
}
