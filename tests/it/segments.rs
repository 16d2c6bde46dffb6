//! `[[score.segment]]`: some clients are scored by weights of their own, and everything says which.

use serde_json::Value;

use crate::support::Bench;

const SEGMENTS: &str = r#"
[[score.segment]]
name = "climbers"
where = { stage = "growing" }
weights = { net_sales = 50, growth = 50 }
[[score.segment]]
where.stage = "growing"
weights.margin = 100
[[score.segment]]
where.stage = "declining"
weights = { margin = 100 }
"#;

fn json(bench: &Bench) -> Value {
    serde_json::from_str(&bench.kam_in("d", &["review", "--format", "json"]).code(0).out)
        .expect("JSON")
}

#[test]
fn the_first_segment_that_fits_gives_the_weights() {
    let bench = Bench::new();
    bench.kam(&["demo", "d", "--lang", "en"]).code(0);
    let before = json(&bench);
    let settings = String::from_utf8(bench.files()["d/kam.toml"].clone()).expect("text");
    bench.write("d/kam.toml", format!("{settings}\n{SEGMENTS}"));
    let after = json(&bench);
    let by_id = |review: &Value| -> std::collections::BTreeMap<String, Value> {
        let clients = review["clients"].as_array().expect("clients").iter();
        clients
            .map(|client| {
                (client["client_id"].as_str().unwrap_or_default().to_owned(), client.clone())
            })
            .collect()
    };
    let was = by_id(&before);
    let mut seen = [0; 3];
    for (id, client) in by_id(&after) {
        let (score, points) = (client["score"].as_f64(), &client["points"]);
        assert_eq!(points, &was[&id]["points"], "{id}: points are the same for all");
        match client["stage"].as_str() {
            Some("growing") => {
                assert_eq!(client["segment"], "climbers");
                let part = |code: &str| points[code].as_f64().expect("points");
                let expected = 0.5 * part("net_sales") + 0.5 * part("growth");
                assert!((score.expect("a score") - expected).abs() < 1e-9, "{id}");
                assert_eq!(client["coverage"], 100.0);
                seen[0] += 1;
            }
            Some("declining") => {
                assert_eq!(client["segment"], "stage = declining");
                let expected = points["margin"].as_f64().expect("points");
                assert!((score.expect("a score") - expected).abs() < 1e-9, "{id}");
                seen[1] += 1;
            }
            _ => {
                assert_eq!(client["segment"], Value::Null);
                assert_eq!(client["score"], was[&id]["score"], "{id}");
                seen[2] += 1;
            }
        }
        let sum: f64 =
            client["adds"].as_object().expect("adds").values().filter_map(Value::as_f64).sum();
        assert!((sum - score.unwrap_or(0.0)).abs() < 1e-9, "{id}");
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");

    bench.kam_in("d", &["review", "-o", "r.xlsx", "-o", "r.html", "-q"]).code(0);
    let files = bench.files();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&files["d/r.xlsx"])).expect("zip");
    let mut text = String::new();
    for part in ["xl/workbook.xml", "xl/sharedStrings.xml"] {
        let mut part = archive.by_name(part).expect("a part");
        std::io::Read::read_to_string(&mut part, &mut text).expect("text");
    }
    assert!(text.contains("climbers") && text.contains("Segments with weights of their own"));
    assert!(!text.contains("name=\"Model\""), "one row of weights cannot stand for several");
}

#[test]
fn account_managers_do_not_see_how_others_are_scored() {
    let bench = Bench::new();
    bench.kam(&["demo", "d", "--lang", "en"]).code(0);
    let review = json(&bench);
    let owner = review["clients"][0]["owner"].as_str().expect("an owner").to_owned();
    let settings = String::from_utf8(bench.files()["d/kam.toml"].clone()).expect("text");
    let segment = format!(
        "[[score.segment]]\nname = \"SECRET\"\nwhere.owner = \"{owner}\"\nweights.margin = 100\n"
    );
    bench.write("d/kam.toml", format!("{settings}\n{segment}"));
    bench.kam_in("d", &["review", "--split", "owner", "-o", "part.json", "-q"]).code(0);
    let mut theirs = 0;
    for (name, bytes) in bench.files().iter().filter(|(name, _)| name.contains("part")) {
        let part: Value = serde_json::from_slice(bytes).expect("JSON");
        let tells = String::from_utf8_lossy(bytes).contains("SECRET");
        assert_eq!(tells, part["scope"]["owner"] == owner.as_str(), "{name}");
        theirs += i32::from(tells);
    }
    assert_eq!(theirs, 1);
}

#[test]
fn other_weights_say_whom_they_do_not_reach() {
    let bench = Bench::new();
    bench.kam(&["demo", "d", "--lang", "en"]).code(0);
    let settings = String::from_utf8(bench.files()["d/kam.toml"].clone()).expect("text");
    let plain = bench.kam_in("d", &["whatif", "--weight", "growth=40"]).code(0).out;
    assert!(!plain.contains("segments"), "{plain}");
    bench.write("d/other.toml", SEGMENTS);
    let run = bench.kam_in("d", &["whatif", "--other", "other.toml"]).code(0);
    let first = run.out.lines().find(|line| line.starts_with("Segment 1")).expect("a segment");
    assert!(first.contains("climbers: stage = growing -> Growth 50, Net sales 50"), "{first}");
    assert!(!run.out.contains("score.segment") && !run.out.contains('{'), "{}", run.out);
    assert!(!run.out.contains("--weight"), "{}", run.out);

    bench.write("d/kam.toml", format!("{settings}\n{SEGMENTS}"));
    let review = json(&bench);
    let clients = review["clients"].as_array().expect("clients").iter();
    let expected = clients.filter(|it| it["active"] == true && !it["segment"].is_null()).count();
    let what = ["whatif", "--weight", "growth=40"];
    let answer = bench.kam_in("d", &[&what[..], &["--format", "json"]].concat()).code(0).out;
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["totals"]["in_segments"], expected);
    assert!(expected > 0);
    for (lang, said) in [
        ("en", format!("scored by the weights of their segments: {expected}. --weight")),
        ("zh", format!("活跃客户有 {expected} 家，--weight")),
    ] {
        for format in ["table", "markdown"] {
            let more = ["--lang", lang, "--format", format];
            let run = bench.kam_in("d", &[&what[..], &more].concat()).code(0);
            let out = run.out.replace('\\', "");
            assert!(out.contains(&said), "{out}");
        }
    }
}
