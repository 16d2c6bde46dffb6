//! Metrics of the user's own: a column of the client file earns points, whatever else it is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::support::Bench;

const SETTINGS: &str = "[metric.esg]\ncolumn = \"ESG 评分\"\ngroup = \"synergy\"\nlabel = \"绿色评级\"\n\
                        anchors = [[0, 0], [1, 100]]\nweight = 5\n\
                        [score.weights]\nneeds_fit = 5\n";

/// Twelve clients that buy, and a client file with a cell each under the heading.
fn bench(heading: &str, cells: &[&str]) -> Bench {
    let bench = Bench::new();
    let (mut sales, mut clients) = (String::new(), String::new());
    for (at, cell) in cells.iter().enumerate() {
        let _ = writeln!(sales, "C{at:02},2026-0{}-05,{}", at % 6 + 1, 1_000 * (at + 1));
        let _ = writeln!(clients, "C{at:02},公司{at},王芳,{cell}");
    }
    bench.write("sales.csv", format!("客户编号,日期,金额\n{sales}"));
    bench.write("clients.csv", format!("客户编号,客户名称,客户经理,{heading}\n{clients}"));
    bench.write("kam.toml", SETTINGS);
    bench
}

fn points(review: &Value) -> BTreeMap<String, Option<f64>> {
    let clients = review["clients"].as_array().expect("clients");
    let of = |client: &Value| {
        let id = client["client_id"].as_str().unwrap_or_default().to_owned();
        (id, client["points"]["esg"].as_f64())
    };
    clients.iter().map(of).collect()
}

#[test]
fn cells_of_all_kinds_are_read_and_text_is_told() {
    let bench =
        bench("ESG评分", &["85%", "0.5", "８５％", "", "良好", "-", "2", "1,000", " 40 % ", "0"]);
    let files = ["sales.csv", "clients.csv"];
    let run = bench.kam(&[&["review", "--format", "json"], &files[..]].concat()).code(0);
    let review: Value = serde_json::from_str(&run.out).expect("JSON");
    let found = points(&review);
    let expected = [
        ("C00", Some(85.0)),
        ("C01", Some(50.0)),
        ("C02", Some(85.0)),
        ("C03", None),
        ("C04", None),
        ("C05", None),
        ("C06", Some(100.0)),
        ("C07", Some(100.0)),
        ("C08", Some(40.0)),
        ("C09", Some(0.0)),
    ];
    for (id, value) in expected {
        let near = match (found[id], value) {
            (Some(found), Some(value)) => (found - value).abs() < 1e-9,
            (found, value) => found == value,
        };
        assert!(near, "{id}: {:?}", found[id]);
    }
    assert!(
        run.err.contains("warning[metric-not-number]")
            || run.err.contains("警告[metric-not-number]")
    );
    assert!(run.err.contains("良好") && !run.err.contains("C03"), "{}", run.err);
    // What it is made of is all there, and adds up.
    assert_eq!(
        review["weights"].as_array().and_then(|all| all.last()),
        Some(&serde_json::json!(["esg", 5.0]))
    );
    assert_eq!(review["anchors"]["esg"], serde_json::json!([[0.0, 0.0], [1.0, 100.0]]));
    for client in review["clients"].as_array().expect("clients") {
        let adds = client["adds"].as_object().expect("adds").values();
        let sum: f64 = adds.filter_map(Value::as_f64).sum();
        assert!((sum - client["score"].as_f64().expect("a score")).abs() < 1e-9);
    }
    let rated = &review["clients"]
        .as_array()
        .expect("clients")
        .iter()
        .find(|client| client["client_id"] == "C01")
        .expect("C01")["features"]["metrics"]["esg"];
    assert_eq!(rated, 0.5);
}

#[test]
fn outputs_call_it_by_its_label() {
    let bench = bench("ESG评分", &["0.8", "0.5", "0.3", "0.9"]);
    let arguments =
        ["review", "sales.csv", "clients.csv", "-o", "r.html", "-o", "r.csv", "-o", "r.xlsx"];
    bench.kam(&arguments).code(0);
    let files = bench.files();
    assert!(String::from_utf8_lossy(&files["r.html"]).matches("绿色评级").count() >= 3);
    let csv = String::from_utf8_lossy(&files["r.csv"]).into_owned();
    assert!(csv.lines().next().expect("headings").contains("adds_esg"), "{csv}");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&files["r.xlsx"])).expect("zip");
    let mut text = String::new();
    let mut part = archive.by_name("xl/sharedStrings.xml").expect("texts");
    std::io::Read::read_to_string(&mut part, &mut text).expect("text");
    assert!(text.contains("绿色评级") && text.contains("“ESG 评分”"), "the workbook");
    // Nobody's file says where the ratings of all stand.
    bench.kam(&["review", "sales.csv", "clients.csv", "--split", "owner", "-o", "p.json"]).code(0);
    let files = bench.files();
    let (_, part) = files.iter().find(|(name, _)| name.starts_with("p-")).expect("a part");
    let part: Value = serde_json::from_slice(part).expect("JSON");
    assert_eq!(part["config"]["metric"]["esg"]["label"], "绿色评级");
    assert_eq!(part["config"]["metric"]["esg"]["anchors"], serde_json::json!([]));
}

#[test]
fn a_column_may_be_a_field_too_and_must_be_there() {
    let bench = bench("需求匹配度", &["4", "5", "1"]);
    let settings = SETTINGS.replace("ESG 评分", "需求匹配度").replace("[1, 100]", "[5, 100]");
    bench.write("kam.toml", settings);
    let run = bench.kam(&["review", "sales.csv", "clients.csv", "--format", "json"]).code(0);
    let review: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(points(&review)["C00"], Some(80.0));
    assert!(review["clients"][0]["points"]["needs_fit"].is_number());
    bench.write("kam.toml", SETTINGS);
    let run = bench.kam(&["review", "sales.csv", "clients.csv"]).code(2);
    assert!(run.err.contains("metric-column") && run.err.contains("需求匹配度"), "{}", run.err);
    bench.kam(&["review", "sales.csv"]).code(2).says("metric-column");
}

#[test]
fn the_decimal_mark_is_that_of_the_column() {
    let of = |heading: &str, cells: &[&str], source: &str| {
        let bench = bench(heading, cells);
        let settings = SETTINGS.replace("ESG 评分", heading).replace("[1, 100]", "[2000, 100]");
        bench.write("kam.toml", settings + source);
        bench
    };
    let rated = |bench: &Bench, files: &[&str]| -> (Vec<Option<f64>>, String) {
        let run = bench.kam(&[&["review", "--format", "json"], files].concat()).code(0);
        let review: Value = serde_json::from_str(&run.out).expect("JSON");
        let mut found: Vec<(String, Option<f64>)> = review["clients"]
            .as_array()
            .expect("clients")
            .iter()
            .map(|client| {
                let id = client["client_id"].as_str().unwrap_or_default().to_owned();
                (id, client["features"]["metrics"]["esg"].as_f64())
            })
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        (found.into_iter().map(|(_, value)| value).collect(), run.err)
    };
    let files = ["sales.csv", "clients.csv"];
    // Of a column of the user's own, and of a field that holds texts.
    for heading in ["ESG评分", "上期等级"] {
        let cells = ["\"3,5\"", "\"1,250\"", "4", "\"0,75\""];
        let (found, said) = rated(&of(heading, &cells, ""), &files);
        assert_eq!(found, [3.5, 1.25, 4.0, 0.75].map(Some), "{heading}");
        assert!(!said.contains("metric-not-number"), "{said}");
    }
    // Where nothing in the column settles it, that is told, and the settings may.
    let open = ["\"1,250\"", "2"];
    let (found, said) = rated(&of("ESG评分", &open, ""), &files);
    assert_eq!(found, [1250.0, 2.0].map(Some));
    assert!(said.contains("ambiguous-number"), "{said}");
    let source = "[[source]]\npath = \"clients.csv\"\ndecimal = \",\"\n";
    let (found, said) = rated(&of("ESG评分", &open, source), &files);
    assert_eq!(found, [1.25, 2.0].map(Some));
    assert!(!said.contains("ambiguous-number"), "{said}");
    // A comma that turns up below what the first look sees.
    let mut many = vec!["2"; 1100];
    many.push("\"3,5\"");
    let (found, said) = rated(&of("ESG评分", &many, ""), &files);
    assert_eq!(found.iter().filter(|value| **value == Some(3.5)).count(), 1, "{said}");
    // A unit in the heading counts as it does for any number.
    let (found, _) = rated(&of("ESG评分（%）", &["85", "85%"], ""), &files);
    assert_eq!(found, [0.85, 0.85].map(Some));
    // What was imported before the column was a metric tells as much.
    let bench = of("ESG评分", &["\"3,5\"", "\"1,250\""], "");
    let with = String::from_utf8(bench.files()["kam.toml"].clone()).expect("text");
    bench.write("kam.toml", "[[source]]\npath = \"*.csv\"\n");
    bench.kam(&[&["import"], &files[..]].concat()).code(0);
    bench.write("kam.toml", with);
    assert_eq!(rated(&bench, &[]).0, [3.5, 1.25].map(Some));
}

#[test]
fn its_column_may_stand_far_below_the_transactions() {
    let bench = Bench::new();
    let mut sheet = "客户编号,日期,金额\n".to_owned();
    for row in 0..300 {
        let _ = writeln!(sheet, "C{:02},2026-0{}-05,{}", row % 5, row % 6 + 1, 100 + row);
    }
    sheet += ",,\n客户编号,客户名称,ESG评分\nC00,公司0,0.8\nC01,公司1,0.5\n";
    bench.write("all.csv", sheet);
    bench.write("kam.toml", SETTINGS);
    let run = bench.kam(&["review", "all.csv", "--format", "json"]).code(0);
    let found = points(&serde_json::from_str(&run.out).expect("JSON"));
    assert_eq!((found["C00"], found["C01"], found["C02"]), (Some(80.0), Some(50.0), None));
    bench.write("kam.toml", SETTINGS.replace("ESG 评分", "绿色"));
    bench.kam(&["review", "all.csv"]).code(2).says("metric-column");
}

#[test]
fn files_are_imported_one_by_one() {
    let bench = bench("ESG评分", &["0.8", "0.5"]);
    // Which file has the column is asked when all are reviewed.
    bench.kam(&["import", "sales.csv"]).code(0);
    bench.kam(&["review"]).code(2).says("metric-column");
    bench.kam(&["import", "clients.csv"]).code(0);
    bench.kam(&["review"]).code(0);
}
