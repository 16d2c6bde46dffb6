//! Notes and deals with words that are looked for: in the JSON with where they stand, and nowhere else.

use crate::support::Bench;

const SALES: &str = "Client ID,Order date,Amount\nC1,2026-06-05,1000\nC2,2026-06-30,500\n";

#[test]
fn mentions_are_in_the_json_and_not_in_logs() {
    let bench = Bench::new();
    let long = "x".repeat(200);
    bench.write("sales.csv", SALES);
    bench.write(
        "notes.csv",
        format!(
            "Client ID,Contact date,Contact kind,Notes\n\
             C2,2026-06-10,call,\"{long} a competitor offers 8% less {long}\"\n\
             C1,2026-06-11,call,nothing new\n\
             C1,2025-06-11,call,a competitor long ago\n"
        ),
    );
    bench.write(
        "deals.csv",
        format!(
            "Client ID,Deal Name,Stage,Amount,Closing Date,Competitor,Created on\n\
             C1,New line,Proposal,500,2026-09-30,Rivaltec {long},2026-06-01\n"
        ),
    );
    let files = ["sales.csv", "notes.csv", "deals.csv"];
    let run =
        bench.kam(&[&["review", "--format", "json", "--log-format", "json"], &files[..]].concat());
    assert!(!run.err.contains("Rivaltec") && !run.err.contains("8% less"), "{}", run.err);
    let review: serde_json::Value = serde_json::from_str(&run.code(0).out).expect("JSON");
    let rows: Vec<(&str, &str, &str, u64)> = review["mentions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| {
            let text = |value: &'_ serde_json::Value| -> usize {
                value.as_str().map_or(0, |text| text.chars().count())
            };
            assert!(text(&row["excerpt"]) <= kam::features::EXCERPT, "{row}");
            (
                row["client_id"].as_str().unwrap_or_default(),
                row["set"].as_str().unwrap_or_default(),
                row["origin"]["file"].as_str().unwrap_or_default(),
                row["origin"]["row"].as_u64().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(rows, [("C1", "competitor", "deals.csv", 2), ("C2", "competitor", "notes.csv", 2)],);
}
