//! The review as a practice: kept, compared with the one before, made again for quarters past.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::support::Bench;

/// Orders of 24 clients over 3 years and more, with rises and falls; only rows up to a day.
pub(crate) fn sales(until: &str) -> String {
    let mut text = "order id,client id,date,amount,cost,product line\n".to_owned();
    let mut order = 0;
    for year in 2023..=2026 {
        for month in 1..=12 {
            for client in 0..24 {
                let date = format!("{year}-{month:02}-{:02}", 1 + (client * 7 + month * 3) % 28);
                let gone = client == 5 && year == 2026;
                let came = client != 7 || year >= 2025;
                if date.as_str() > until || gone || !came || (client + month) % 3 == 0 {
                    continue;
                }
                order += 1;
                let months = (year - 2023) * 12 + month;
                let slope = (client % 5) * 4 - 7;
                let amount = 1000 + client * client * 90 + months * slope * (20 + client);
                let cost = amount * (60 + (months * client) % 17) / 100;
                let line = (client + month) % (1 + client % 4);
                let _ = writeln!(
                    text,
                    "O{order},C{client:02},{date},{},{cost},L{line}",
                    amount.max(50)
                );
            }
        }
    }
    text
}

/// A workspace with them.
pub(crate) fn bench(until: &str) -> Bench {
    let bench = Bench::new();
    bench
        .write("kam.toml", "lang = \"en\"\ncurrency = \"EUR\"\n[[source]]\npath = \"sales.csv\"\n");
    bench.write("sales.csv", sales(until));
    bench
}

fn saved(bench: &Bench, period: &str) -> Value {
    let text = fs::read(bench.at(&format!("reviews/{period}/review.json"))).expect("saved");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn a_review_is_kept_once_and_replaced_on_purpose() {
    let bench = bench("2026-06-30");
    let save = ["review", "--save", "--as-of", "2026-03-31"];
    bench
        .kam(&save)
        .code(0)
        .says("Saved to reviews/2026Q1")
        .says("Froze the scale in anchors.toml");
    let files = bench.files();
    for name in ["review.json", "review.xlsx", "clients.csv", "manifest.json"] {
        assert!(files.contains_key(&format!("reviews/2026Q1/{name}")), "{name}");
    }
    assert_eq!(files.keys().filter(|name| name.contains(".kam-")).count(), 0);
    bench.kam(&save).code(0).says("Already saved in reviews/2026Q1, the same");
    assert_eq!(bench.files(), files);
    bench.write("sales.csv", sales("2026-06-30").replace("O9,", "O9x,"));
    bench.kam(&save).code(2).says("error[review-exists]");
    assert_eq!(bench.files()["reviews/2026Q1/review.json"], files["reviews/2026Q1/review.json"]);
    bench.kam(&[&save[..], &["--force"]].concat()).code(0).says("Saved to");
    // What cannot be said again is not: the scale stays that of the first review.
    assert_eq!(bench.files()["anchors.toml"], files["anchors.toml"]);
    let elsewhere = Bench::new();
    elsewhere.write("sales.csv", sales("2026-06-30"));
    elsewhere.kam(&["review", "sales.csv", "--save"]).code(2).says("error[no-workspace]");
}

#[test]
fn what_moved_adds_up() {
    let bench = bench("2026-06-30");
    bench.kam(&["review", "--save", "--as-of", "2026-03-31"]).code(0);
    let run = bench.kam(&["review", "--save", "--as-of", "2026-06-30"]).code(0);
    assert!(run.out.contains("Moved since 2026-03-31:"), "{}", run.out);
    let (before, after) = (saved(&bench, "2026Q1"), saved(&bench, "2026Q2"));
    assert!(before["movement"].is_null());
    let moved = &after["movement"];
    let clients = after["clients"].as_array().expect("clients");
    for code in ["new", "up", "down", "same", "left", "reactivated"] {
        let count = clients.iter().filter(|client| client["movement"] == code).count();
        assert_eq!(moved[code], count, "{code}");
    }
    assert!(moved["up"].as_u64().expect("count") + moved["down"].as_u64().expect("count") > 0);
    let steps = moved["matrix"].as_array().expect("matrix");
    let all: u64 = steps.iter().filter_map(|step| step["clients"].as_u64()).sum();
    assert_eq!(all, clients.iter().filter(|it| !it["movement"].is_null()).count() as u64);
    let mut split = 0;
    for client in clients {
        let since = &client["since"];
        let Some(parts) = since["split"].as_object() else { continue };
        let sum: f64 = parts.values().filter_map(Value::as_f64).sum();
        let change = since["change"].as_f64().expect("change");
        assert!((sum - change).abs() < 1e-9, "{client}");
        assert!(parts["scale"].as_f64().expect("part").abs() < 1e-9, "the scale is frozen");
        assert!(parts["config"].as_f64().expect("part").abs() < 1e-9, "the settings are the same");
        split += 1;
    }
    assert!(split > 10, "{split}");
    // A finding that was there before keeps the day on which it was seen first.
    let first = |review: &Value, id: &str, code: &str| -> Option<String> {
        let clients = review["clients"].as_array()?;
        let client = clients.iter().find(|client| client["client_id"] == id)?;
        let found = client["signals"].as_array()?.iter().find(|found| found["code"] == code)?;
        Some(found["first_seen"].as_str()?.to_owned())
    };
    let mut kept = 0;
    for client in clients {
        let id = client["client_id"].as_str().expect("id");
        for found in client["signals"].as_array().expect("signals") {
            let code = found["code"].as_str().expect("code");
            let expected = first(&before, id, code).unwrap_or_else(|| "2026-06-30".to_owned());
            kept += usize::from(expected == "2026-03-31");
            assert_eq!(found["first_seen"], expected, "{id} {code}");
        }
    }
    assert!(kept > 0);
    let none = bench.kam(&["review", "--previous", "none", "--format", "json"]).code(0);
    let none: Value = serde_json::from_str(&none.out).expect("JSON");
    assert!(none["movement"].is_null());
    let named =
        ["review", "--previous", "reviews/2026Q1", "--as-of", "2026-06-30", "--format", "json"];
    let named: Value = serde_json::from_str(&bench.kam(&named).code(0).out).expect("JSON");
    assert!(named["clients"] == after["clients"]);
    let late = ["review", "--previous", "reviews/2026Q2", "--as-of", "2025-12-31"];
    bench.kam(&late).code(2).says("error[previous-late]");
}

#[test]
fn changed_settings_are_told_from_the_clients_own_figures() {
    let bench = bench("2026-06-30");
    bench.kam(&["review", "--save", "--as-of", "2026-03-31"]).code(0);
    let settings = fs::read_to_string(bench.at("kam.toml")).expect("settings");
    bench.write("kam.toml", settings + "[score.weights]\nnet_sales = 15\ngrowth = 17\n");
    bench.kam(&["review", "--save", "--as-of", "2026-06-30"]).code(0);
    let after = saved(&bench, "2026Q2");
    let parts = |name: &str| -> f64 {
        let clients = after["clients"].as_array().expect("clients").iter();
        clients.filter_map(|client| client["since"]["split"][name].as_f64()).map(f64::abs).sum()
    };
    assert!(parts("config") > 1.0 && parts("own") > 1.0 && parts("scale") < 1e-9);
    let diff = bench.kam(&["diff"]).code(0).out;
    assert!(diff.contains("weight of Growth: 12.0 -> 17.0"), "{diff}");
    let json = bench.kam(&["diff", "2026Q1", "2026Q2", "--format", "json"]).code(0).out;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["config"].as_array().expect("settings").len(), 2);
    for client in json["clients"].as_array().expect("clients") {
        let clients = after["clients"].as_array().expect("clients");
        let same =
            clients.iter().find(|it| it["client_id"] == client["client_id"]).expect("client");
        for part in ["own", "scale", "config", "missing"] {
            let (a, b) = (&client["split"][part], &same["since"]["split"][part]);
            match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9, "{client}"),
                (a, b) => assert_eq!(a, b),
            }
        }
        assert_eq!(client["most"], same["since"]["most"]);
    }
}

#[test]
fn metrics_and_segments_that_the_settings_add_are_part_of_the_settings() {
    let bench = bench("2026-06-30");
    let mut clients = "client_id,name,esg\n".to_owned();
    for at in 0..30 {
        let _ = writeln!(clients, "C{at:02},Client {at},{}", at % 5);
    }
    bench.write("clients.csv", clients);
    let settings = fs::read_to_string(bench.at("kam.toml")).expect("settings");
    let settings = format!("{settings}[[source]]\npath = \"clients.csv\"\n");
    bench.write("kam.toml", &settings);
    bench.kam(&["review", "--save", "--as-of", "2026-03-31"]).code(0);
    let own = "[metric.esg]\ncolumn = \"esg\"\ngroup = \"synergy\"\nanchors = [[0, 0], [4, 100]]\nweight = 4\n\
               [score.weights]\nreferrals = 0\n\
               [[score.segment]]\nname = \"falling\"\nwhere.stage = \"declining\"\nweights.net_sales = 100\n";
    bench.write("kam.toml", settings.clone() + own);
    // On the same day the clients' own figures are the same, and nothing has come to be known.
    bench.kam(&["review", "--save", "--force", "--as-of", "2026-03-31"]).code(0);
    let path = bench.at("reviews/2026Q1/review.json");
    fs::rename(&path, bench.at("with.json")).expect("moved");
    bench.write("kam.toml", &settings);
    bench.kam(&["review", "--save", "--force", "--as-of", "2026-03-31"]).code(0);
    let split = |from: &str, to: &str| -> [f64; 4] {
        let json = bench.kam(&["diff", from, to, "--format", "json"]).code(0).out;
        let json: Value = serde_json::from_str(&json).expect("JSON");
        let clients = json["clients"].as_array().expect("clients");
        assert!(!clients.is_empty());
        ["own", "scale", "config", "missing"].map(|part| {
            let of = |client: &Value| client["split"][part].as_f64().expect("a part").abs();
            clients.iter().map(of).sum()
        })
    };
    let without = "reviews/2026Q1/review.json";
    for (from, to) in [(without, "with.json"), ("with.json", without)] {
        let [own, scale, config, missing] = split(from, to);
        assert!(own < 1e-9 && scale < 1e-9 && missing < 1e-9, "{own} {scale} {missing}");
        assert!(config > 1.0, "{config}");
    }
    // A quarter later, with the same settings in both, they change nothing.
    bench.write("kam.toml", settings.clone() + own);
    bench.kam(&["review", "--save", "--as-of", "2026-06-30"]).code(0);
    let json = bench.kam(&["diff", "with.json", "2026Q2", "--format", "json"]).code(0).out;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let clients = json["clients"].as_array().expect("clients");
    let after = saved(&bench, "2026Q2");
    let segment = |id: &Value, of: &Value| {
        let all = of["clients"].as_array().expect("clients").iter();
        all.filter(|it| it["client_id"] == *id).map(|it| it["segment"].clone()).next()
    };
    let before: Value =
        serde_json::from_slice(&fs::read(bench.at("with.json")).expect("read")).expect("JSON");
    for client in clients {
        let id = &client["client_id"];
        let same = segment(id, &before) == segment(id, &after);
        let config = client["split"]["config"].as_f64();
        assert!(!same || config.is_none_or(|config| config.abs() < 1e-9), "{client}");
        let parts = ["own", "scale", "config", "missing"].map(|it| client["split"][it].as_f64());
        if let Some(change) = client["change"].as_f64() {
            let sum: f64 = parts.iter().flatten().sum();
            assert!((sum - change).abs() < 1e-9, "{client}");
        }
    }
}

#[test]
fn a_comparison_is_a_workbook_a_text_and_lines() {
    let bench = bench("2026-06-30");
    for day in ["2026-03-31", "2026-06-30"] {
        bench.kam(&["review", "--save", "--as-of", day]).code(0);
    }
    bench.kam(&["diff", "-o", "d.xlsx", "-o", "d.md", "-o", "d.jsonl", "-o", "d.csv"]).code(0);
    let files = bench.files();
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    let lines = text("d.jsonl");
    let whole = bench.kam(&["diff", "--format", "json"]).code(0).out;
    let whole: Value = serde_json::from_str(&whole).expect("JSON");
    let clients = whole["clients"].as_array().expect("clients");
    assert_eq!(lines.lines().count(), clients.len());
    for (line, client) in lines.lines().zip(clients) {
        assert_eq!(&serde_json::from_str::<Value>(line).expect("JSON"), client);
    }
    let steps = whole["matrix"].as_array().expect("matrix");
    let stepped: u64 = steps.iter().filter_map(|step| step["clients"].as_u64()).sum();
    assert!(stepped >= whole["after"]["active"].as_u64().expect("count"), "{steps:?}");
    let page = text("d.md");
    for said in
        ["## Comparison", "## Settings that differ", "## Clients that moved", "own: the client"]
    {
        assert!(page.contains(said), "{said} in {page}");
    }
    // What rounds to nothing has no sign, and nothing is no `-0`.
    for name in ["d.md", "d.csv", "d.jsonl"] {
        let all = text(name);
        let mut cells = all.split(|c: char| "|,: \n}]".contains(c));
        assert!(cells.all(|cell| !["-0", "-0.0", "+0.0"].contains(&cell)), "{name}: {all}");
    }
    // A workbook that somebody wrote into is not replaced unasked.
    bench.kam(&["diff", "-o", "d.xlsx"]).code(0);
    bench.write("e.xlsx", "mine");
    bench.kam(&["diff", "-o", "e.xlsx"]).code(2).says("error[output-changed]");
    bench.kam(&["diff", "-o", "e.xlsx", "--force"]).code(0);
}

#[test]
fn a_review_does_not_differ_from_itself() {
    let bench = bench("2026-06-30");
    bench.kam(&["diff"]).code(2).says("error[no-reviews]");
    bench.kam(&["review", "--save", "--as-of", "2026-06-30"]).code(0);
    bench.kam(&["diff"]).code(2).says("error[no-reviews]");
    let same = bench.kam(&["diff", "2026Q2", "reviews/2026Q2", "--format", "json"]).code(0).out;
    let same: Value = serde_json::from_str(&same).expect("JSON");
    assert_eq!(
        (same["clients"].clone(), same["config"].clone()),
        (serde_json::json!([]), serde_json::json!([]))
    );
    bench
        .kam(&["diff", "2026Q2", "2026Q2", "-o", "d.md", "-o", "d.csv", "--lang", "zh"])
        .code(0)
        .says("已写入 d.md");
    assert!(fs::read_to_string(bench.at("d.md")).expect("written").contains("| 净销售额 |"));
}

#[test]
fn replaying_the_past_equals_having_saved_it_then() {
    let quarters = ["2025Q3", "2025Q4", "2026Q1", "2026Q2"];
    let ends = ["2025-09-30", "2025-12-31", "2026-03-31", "2026-06-30"];
    let then = bench("2000-01-01");
    for end in ends {
        then.write("sales.csv", sales(end));
        then.kam(&["review", "--save", "--as-of", end]).code(0);
    }
    let now = bench("2026-06-30");
    let run = now.kam(&["review", "--replay", "2025Q3..2026Q2"]).code(0);
    assert_eq!(run.out.lines().count(), 4, "{}", run.out);
    assert_eq!(now.files()["anchors.toml"], then.files()["anchors.toml"]);
    for quarter in quarters {
        let (was, is) = (saved(&then, quarter), saved(&now, quarter));
        for part in ["as_of", "anchors", "tiers", "totals", "clients", "movement", "concentration"]
        {
            assert!(was[part] == is[part], "{quarter} {part}");
        }
    }
    now.kam(&["review", "--replay", "2026Q2..2025Q3"]).code(2).says("error[replay-range]");
    let early = now.kam(&["review", "--replay", "2019Q1..2019Q4"]).code(2);
    early.says("error[replay-early]").says("2023-01-").says("2023Q1");
    now.kam(&["review", "--replay", "2026Q1..2030Q1"]).code(2).says("as-of-future");
}

#[test]
fn what_only_people_know_has_no_past() {
    let bench = bench("2026-06-30");
    bench.write(
        "kam.toml",
        "[[source]]\npath = \"*.csv\"\n[metric.esg]\ncolumn = \"ESG rating\"\ngroup = \"synergy\"\n\
         anchors = [[0, 0], [5, 100]]\nweight = 5\n[score.weights]\nneeds_fit = 5\n",
    );
    bench.write(
        "clients.csv",
        "Client ID,Client name,Account manager,Needs fit,ESG rating\nC01,Alpha,Li Wei,5,4\n",
    );
    bench.kam(&["review", "--replay", "2026Q1..2026Q2"]).code(0);
    let client = |period: &str| -> Value {
        let review = saved(&bench, period);
        let clients = review["clients"].as_array().expect("clients");
        clients.iter().find(|client| client["client_id"] == "C01").expect("client").clone()
    };
    let (then, now) = (client("2026Q1"), client("2026Q2"));
    assert_eq!((&then["owner"], &then["features"]["needs_fit"]), (&Value::Null, &Value::Null));
    assert_eq!(then["points"].get("esg"), None, "a rating of today");
    assert_eq!(now["points"]["esg"].as_f64(), Some(80.0));
    assert_eq!(now["owner"], "Li Wei");
    assert_eq!(now["features"]["needs_fit"].as_f64(), Some(5.0));
    assert_eq!(then["name"], "Alpha");
}

#[test]
fn what_people_decided_is_not_of_the_past() {
    let bench = bench("2026-06-30");
    let settings = String::from_utf8(bench.files()["kam.toml"].clone()).expect("text");
    let decided = "[[override]]\nclient = \"C01\"\ntier = \"strategic\"\nreason = \"board\"\n\
                   [[snooze]]\nclient = \"C05\"\ncode = \"order_overdue\"\nuntil = 2027-12-31\nreason = \"r\"\n";
    bench.write("kam.toml", format!("{settings}{decided}"));
    bench.kam(&["review", "--replay", "2026Q1..2026Q2"]).code(0);
    let (then, now) = (saved(&bench, "2026Q1"), saved(&bench, "2026Q2"));
    assert_eq!((&then["totals"]["overridden"], &then["totals"]["snoozed"]), (&0.into(), &0.into()));
    assert_eq!(now["totals"]["overridden"], 1);
    for key in ["override", "snooze"] {
        assert!(then["config"][key].is_null() && now["config"][key].is_array(), "{key}");
    }
}

#[test]
fn a_replay_saves_all_reviews_or_none() {
    let bench = bench("2026-06-30");
    bench.kam(&["review", "--save", "--as-of", "2026-03-31", "--policy", "share"]).code(0);
    let before = bench.files();
    let replay = ["review", "--replay", "2025Q3..2026Q2"];
    bench.kam(&replay).code(2).says("error[review-exists]");
    assert!(bench.files() == before);
    bench.kam(&[&replay[..], &["--force"]].concat()).code(0);
    assert_eq!(saved(&bench, "2025Q3")["as_of"], "2025-09-30");
}

#[test]
fn what_a_killed_run_left_is_tidied_and_nothing_saved_is_lost() {
    let bench = bench("2026-06-30");
    bench.kam(&["review", "--save", "--as-of", "2026-03-31"]).code(0);
    let left = |folder: &str| {
        fs::create_dir(bench.at(folder)).expect("folder");
        bench.write(&format!("{folder}/review.json"), "{}");
    };
    left("reviews/.2025Q3.kam-1.new");
    left("reviews/.2026Q1.kam-1.old");
    // Moved away, and the run was killed before the new one took its place.
    let (place, old) = (bench.at("reviews/2026Q1"), bench.at("reviews/.2025Q4.kam-1.old"));
    fs::rename(&place, &old).expect("moved");
    left("reviews/2026Q1");
    bench.kam(&["review", "--save", "--as-of", "2026-06-30", "--previous", "none"]).code(0);
    let mut names: Vec<String> = fs::read_dir(bench.at("reviews"))
        .expect("folder")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["2025Q4", "2026Q1", "2026Q2"]);
    assert_eq!(saved(&bench, "2025Q4")["as_of"], "2026-03-31");
}

#[test]
fn nothing_is_saved_where_the_scale_cannot_be_kept() {
    for args in [&["--save", "--as-of", "2026-03-31"][..], &["--replay", "2025Q4..2026Q1"]] {
        let bench = bench("2026-06-30");
        fs::create_dir(bench.at("anchors.toml")).expect("folder");
        bench.kam(&[&["review"], args].concat()).code(2).says("error[cannot-write]");
        assert!(!bench.at("reviews").exists());
    }
}

#[test]
fn a_damaged_earlier_review_stops_the_run_and_nothing_is_lost() {
    let bench = bench("2026-06-30");
    bench.kam(&["review", "--save", "--as-of", "2026-03-31"]).code(0);
    let path = "reviews/2026Q1/review.json";
    let whole = fs::read(bench.at(path)).expect("saved");
    for (damaged, code) in [
        (&whole[..whole.len() / 2], "review-unreadable"),
        (&b"{\"schema_version\": 99}"[..], "review-newer"),
        (&b"[]"[..], "review-unreadable"),
    ] {
        bench.write(path, damaged);
        let before = bench.files();
        bench
            .kam(&["review", "--save", "--as-of", "2026-06-30"])
            .code(2)
            .says(&format!("error[{code}]"));
        assert_eq!(bench.files(), before);
        bench.kam(&["review", "--previous", "none"]).code(0);
    }
}

#[test]
fn a_saved_review_that_was_edited_is_told() {
    let bench = bench("2026-06-30");
    bench.kam(&["review", "--save", "--as-of", "2026-03-31"]).code(0);
    let path = "reviews/2026Q1/review.json";
    let next = ["review", "--as-of", "2026-06-30"];
    assert!(!bench.kam(&next).code(0).both().contains("review-changed"));
    let mut review = saved(&bench, "2026Q1");
    review["clients"] = serde_json::json!([]);
    bench.write(path, serde_json::to_vec(&review).expect("JSON"));
    bench.kam(&next).code(0).says("warning[review-changed]: `reviews/2026Q1`");
    bench.kam(&["diff", path, "2026Q1"]).code(0).says("warning[review-changed]");
}

#[test]
fn amounts_in_two_currencies_do_not_compare() {
    let bench = bench("2026-06-30");
    bench.kam(&["review", "--as-of", "2026-03-31", "-o", "a.json"]).code(0);
    let other = ["review", "--as-of", "2026-06-30", "--currency", "CNY", "--previous", "a.json"];
    let run = bench.kam(&[&other[..], &["-o", "b.json"]].concat()).code(0);
    run.says("warning[previous-currency]: `a.json` is in EUR");
    let run = bench.kam(&["diff", "a.json", "b.json", "-o", "d.md"]).code(0);
    assert_eq!(run.both().matches("previous-currency").count(), 1);
    let text = fs::read_to_string(bench.at("d.md")).expect("written");
    let line = text.lines().find(|line| line.starts_with("| Net sales")).expect("a line");
    assert!(line.trim_end().ends_with("- |"), "{line}");
}
