//! What tiers are called: the names of the settings wherever people read, codes wherever programs do.

use kam::locale::Lang;
use serde_json::Value;

use crate::support::Bench;

/// The names that the sheets of a workbook show, one text per cell.
fn cells(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a package");
    let mut text = String::new();
    let mut part = archive.by_name("xl/sharedStrings.xml").expect("texts");
    std::io::Read::read_to_string(&mut part, &mut text).expect("text");
    text
}

#[test]
fn every_output_calls_tiers_by_the_names_of_the_settings() {
    for lang in Lang::ALL {
        let bench = Bench::new();
        bench.kam(&["demo", "d", "--lang", lang.code()]).code(0);
        let settings = String::from_utf8(bench.files()["d/kam.toml"].clone()).expect("text");
        let labels = "[labels]\nset = \"vip\"\ntier.core = \"金卡\"\n";
        bench.write("d/kam.toml", format!("{settings}\n{labels}"));
        let (growth, built_in): (_, &[&str]) = match lang {
            Lang::En => ("Growth", &["Strategic", "Core"]),
            Lang::Zh => ("成长", &["战略客户", "核心客户", "潜力客户", "普通客户"]),
        };
        let outputs = ["r.md", "r.html", "r.xlsx", "r.csv"];
        let all: Vec<&str> = outputs.iter().flat_map(|name| ["-o", name]).collect();
        let summary = bench.kam_in("d", &[&["review"], all.as_slice()].concat()).code(0).out;
        let files = bench.files();
        let text = |name: &str| String::from_utf8_lossy(&files[&format!("d/{name}")]).into_owned();
        let tier = bench.kam_in("d", &["tier"]).code(0).out;
        let churn = bench.kam_in("d", &["churn", "--format", "markdown"]).code(0).out;
        let book = cells(&files["d/r.xlsx"]);
        for (what, said) in [
            ("summary", summary),
            ("tier", tier),
            ("churn", churn),
            ("Markdown", text("r.md")),
            ("page", text("r.html")),
            ("workbook", book),
        ] {
            assert!(said.contains("VIP") && said.contains("金卡"), "{what}");
            assert!(what == "churn" || said.contains(growth), "{what}");
            for name in built_in {
                assert!(!said.contains(name), "{what} says {name}");
            }
        }
        let csv = text("r.csv");
        assert!(csv.contains(",strategic,") && !csv.contains("VIP"), "codes in CSV");
        let json = bench.kam_in("d", &["review", "--format", "json"]).code(0).out;
        let json: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json["tiers"][0]["tier"], "strategic");
        let workbook = if lang == Lang::En { "clients.csv" } else { "客户.csv" };
        bench.kam_in("d", &["annotate", workbook, "-o", "a.csv"]).code(0);
        let annotated = bench.files();
        let annotated = String::from_utf8_lossy(&annotated["d/a.csv"]).into_owned();
        assert!(annotated.contains("VIP") && annotated.contains("金卡"), "annotated");
    }
}
