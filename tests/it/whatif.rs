//! What-if: the same figures judged by other settings are those of a review under these settings, and draws of weights do
//! not depend on the machine.

use std::fmt::Write as _;
use std::fs;

use insta::assert_snapshot;
use kam::config::load::{Layer, Loaded, load};
use kam::demo;
use kam::locale::Lang;
use kam::render;
use kam::review::Review;
use kam::source::Input;
use kam::tier::Tier;
use kam::whatif::{Plan, Sensitivity, WhatIf};
use serde_json::Value;

use crate::support::{Bench, reviewed, testdata};

const AS_OF: &str = "as_of = \"2026-06-30\"\n";

/// Weights of every metric, nothing for one group, and as they come out of a division.
const WEIGHTS: [(&str, f64); 10] = [
    ("net_sales", 100.0 / 7.0),
    ("margin", 100.0 / 7.0),
    ("business_lines", 0.0),
    ("needs_fit", 0.0),
    ("joint_work", 0.0),
    ("executive_contact", 0.0),
    ("growth", 200.0 / 7.0),
    ("industry_growth", 100.0 / 7.0),
    ("headroom", 100.0 / 7.0),
    ("referrals", 100.0 / 7.0),
];

fn settings(text: &str) -> Loaded {
    load(&[Layer { name: "kam.toml".to_owned(), text: text.to_owned() }], &[]).expect("settings")
}

/// The demo's files, and a smaller set with gaps.
fn inputs() -> (tempfile::TempDir, Vec<Vec<Input>>) {
    let folder = tempfile::tempdir().expect("folder");
    for file in demo::generate(Lang::En, demo::SEED) {
        fs::write(folder.path().join(file.name), file.bytes).expect("written");
    }
    let demo = ["clients.csv", "transactions.csv", "products.csv", "industries.csv"]
        .map(|name| Input::file(&folder.path().join(name)));
    let small = ["clients.csv", "transactions.csv"]
        .map(|name| Input::file(&testdata("conformance/small").join(name)));
    (folder, vec![demo.to_vec(), small.to_vec()])
}

/// What a review says of each active client, to the last bit.
/// Id, bits of the score, rank, tier.
type Said = (String, Option<u64>, Option<usize>, Option<&'static str>);

fn said(review: &Review) -> Vec<Said> {
    let mut said: Vec<_> = review
        .clients
        .iter()
        .filter(|client| client.active)
        .map(|client| {
            let (score, tier) = (client.score.map(f64::to_bits), client.tier.map(Tier::code));
            (client.client_id.clone(), score, client.rank, tier)
        })
        .collect();
    said.sort();
    said
}

fn said_after(answer: &WhatIf) -> Vec<Said> {
    let mut said: Vec<_> = answer
        .clients
        .iter()
        .map(|client| {
            let (score, tier) =
                (client.score_after.map(f64::to_bits), client.tier_after.map(Tier::code));
            (client.client_id.clone(), score, client.rank_after, tier)
        })
        .collect();
    said.sort();
    said
}

#[test]
fn says_what_a_review_under_the_settings_says() {
    let (_folder, inputs) = inputs();
    let mut weights = "[score.weights]\n".to_owned();
    for (metric, weight) in WEIGHTS {
        let _ = writeln!(weights, "{metric} = {weight:?}");
    }
    let cuts = "[tier.strategic]\ntop = 0.1\nshare = 0.02\n[tier.core]\ntop = 0.25\nshare = 0.01\n\
                [tier.potential]\ntop = 0.55\nshare = 0.004\n[caps]\npay_days = 60\n";
    let changes = [
        String::new(),
        weights.clone(),
        format!("policy = \"all\"\n{cuts}{weights}"),
        format!("policy = \"share\"\n{cuts}"),
        format!("[score]\naggregation = \"geometric\"\n{weights}"),
        "[score.anchors]\nnet_sales = [[0, 0], [100000, 100]]\n".to_owned(),
    ];
    let own = |weight: f64, fit: f64, group: &str| {
        format!(
            "[metric.fame]\ncolumn = \"Awards\"\ngroup = \"{group}\"\nanchors = [[0, 0], [2, 100]]\n\
             weight = {weight}\n[score.weights]\nneeds_fit = {fit}\n"
        )
    };
    let segments = |weight: f64| {
        format!(
            "[[score.segment]]\nname = \"young\"\nwhere.stage = \"new\"\nweights = {{ growth = {weight}, \
             net_sales = {} }}\n[[score.segment]]\nwhere.stage = \"declining\"\nweights.margin = 100\n",
            100.0 - weight
        )
    };
    let of_ones_own = format!("{}{}", own(5.0, 5.0, "synergy"), segments(60.0));
    let cases = changes.iter().map(|change| (String::new(), change.clone())).chain([
        (of_ones_own.clone(), of_ones_own.clone()),
        (of_ones_own.clone(), format!("{}{}", own(2.0, 8.0, "potential"), segments(20.0))),
        (of_ones_own.clone(), String::new()),
        (String::new(), segments(60.0)),
    ]);
    let cases: Vec<(String, String)> = cases.collect();
    for inputs in &inputs {
        for (usual, change) in &cases {
            let usual = format!("{AS_OF}{usual}");
            let before = reviewed(inputs, &usual, 2);
            let after = format!("{AS_OF}{change}");
            let plan = Plan::between(&settings(&usual), &settings(&after));
            assert_eq!(plan.not_applied, Vec::<String>::new().as_slice(), "{change}");
            let answer = WhatIf::of(&before, &plan, 2);
            let expected = reviewed(inputs, &after, 2);
            assert_eq!(said_after(&answer), said(&expected), "{change}");
            assert_eq!(plan.config, expected.config, "{change}");
            let moved = answer.clients.iter().filter(|it| it.tier_before != it.tier_after).count();
            assert_eq!(answer.totals.moved, moved);
            assert_eq!(answer.totals.up + answer.totals.down, moved);
            assert!(answer.clients[..moved].iter().all(|client| client.movement != "same"));
            for (row, expected) in answer.tiers.iter().zip(&expected.tiers) {
                assert_eq!(row.clients_after, expected.clients);
                assert_eq!(row.net_sales_after, expected.net_sales);
            }
            for (row, before) in answer.tiers.iter().zip(&before.tiers) {
                assert_eq!(
                    (row.clients_before, row.net_sales_before),
                    (before.clients, before.net_sales)
                );
            }
            if usual == after {
                assert_eq!((moved, answer.totals.reranked), (0, 0));
                assert!(answer.clients.iter().all(|client| client.driver.is_none()));
            }
        }
    }
}

#[test]
fn draws_are_the_same_on_any_number_of_threads() {
    let (_folder, inputs) = inputs();
    for inputs in &inputs {
        let review = reviewed(inputs, AS_OF, 2);
        let plan = |more: &str| {
            let text = format!("{AS_OF}{more}\n[sensitivity]\ndraws = 200\n");
            Plan::between(&settings(AS_OF), &settings(&text))
        };
        let answer = |plan: &Plan, threads| Sensitivity::of(&review, plan, threads);
        let bytes = |answer: &Sensitivity| render::sensitivity::json(answer, false).expect("JSON");
        let usual = answer(&plan(""), 1);
        assert_eq!(bytes(&usual), bytes(&answer(&plan(""), 4)));
        let mut other = plan("");
        other.config.sensitivity.seed = 2;
        assert_ne!(bytes(&usual), bytes(&answer(&other, 4)), "another seed");
        for client in &usual.clients {
            assert!((client.tiers.values().sum::<f64>() - 1.0).abs() < 1e-9);
            assert!(client.rank_p5 <= client.rank_p95);
        }
        assert!(usual.clients.windows(2).all(|two| two[0].stability <= two[1].stability));
        assert!(usual.clients[0].stability < 1.0 && usual.totals.firm >= usual.totals.always);
        assert!(usual.pairs.fixed > 0 && usual.pairs.fixed < usual.pairs.all);
        // Without a spread every draw is the review, whatever the rules.
        for more in
            ["", "policy = \"all\"", "policy = \"share\"", "[score]\naggregation = \"geometric\""]
        {
            let mut still = plan(more);
            still.config.sensitivity.spread = 0.0;
            let answer = answer(&still, 2);
            assert_eq!(answer.totals.always, answer.totals.active, "{more}");
            for client in &answer.clients {
                let rank = client.rank.map(|rank| rank as f64);
                assert_eq!((Some(client.rank_p5), Some(client.rank_p95)), (rank, rank), "{more}");
            }
        }
    }
}

fn small<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["whatif", "clients.csv", "transactions.csv", "--as-of", "2026-09-30"];
    arguments.extend(more);
    arguments
}

#[test]
fn answers_in_every_format_and_both_languages() {
    let bench = Bench::with("small");
    for lang in ["en", "zh"] {
        let what = ["--weight", "growth=30", "--top", "strategic=0.1,core=0.2", "--lang", lang];
        let moved = bench.only_says(&small(&what)).code(0);
        assert_snapshot!(format!("whatif-{lang}"), moved.both());
        let firm = ["--sensitivity", "--draws", "100", "--seed", "7", "--lang", lang];
        let firm = bench.only_says(&small(&firm)).code(0);
        assert_snapshot!(format!("sensitivity-{lang}"), firm.both());
        for text in [&moved, &firm] {
            assert!(!text.out.contains("whatif.") && !text.out.contains('{'), "{}", text.out);
        }
    }
    for more in [&["--weight", "growth=30"][..], &["--sensitivity", "--draws", "50"]] {
        let run = |format: &str| {
            let mut arguments = small(more);
            arguments.extend(["--format", format]);
            bench.only_says(&arguments).code(0).out
        };
        let all: Value = serde_json::from_str(&run("json")).expect("JSON");
        assert_eq!(all["schema_version"], 1);
        let clients = all["clients"].as_array().expect("clients").len();
        assert_eq!(all["totals"]["active"], clients);
        let lines = run("jsonl");
        assert_eq!(lines.lines().count(), clients);
        let first: Value =
            serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
        assert_eq!(first, all["clients"][0]);
        let csv = run("csv");
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert_eq!(&reader.headers().expect("headings")[0], "client_id");
        assert_eq!(reader.records().flatten().count(), clients);
        assert!(run("markdown").starts_with("# "));
    }
    let files = ["--weight", "growth=30", "-o", "a.csv", "-o", "a.json", "-o", "a.md", "-q"];
    bench.kam(&small(&files)).code(0);
    let csv = fs::read_to_string(bench.at("a.csv")).expect("written");
    assert!(csv.starts_with('\u{feff}') && csv.contains("rank_after"));
    bench.kam(&small(&["-o", "a.docx"])).code(2).says("output-format");
    bench.kam(&small(&["-o", "clients.csv"])).code(2).says("output-is-input");
}

#[test]
fn flags_stand_above_the_other_file_and_that_above_the_settings() {
    let bench = Bench::with("small");
    bench.write("kam.toml", "policy = \"share\"\n[score.weights]\nnet_sales = 15\nmargin = 25\n");
    bench.write(
        "other.toml",
        "policy = \"all\"\n[features]\ncredit_days = 30\n[tier.core]\ntop = 0.2\n",
    );
    let answer = |more: &[&str], policy: &str| -> Value {
        let mut arguments = small(more);
        arguments.extend(["--format", "json"]);
        let variables = [("KAM_POLICY", policy)];
        let variables = if policy.is_empty() { &variables[..0] } else { &variables[..] };
        serde_json::from_str(&bench.run_with(&arguments, variables, b"").code(0).out).expect("JSON")
    };
    let step = |answer: &Value, key: &str| {
        let settings = answer["settings"].as_array().expect("settings").clone();
        let found = settings.into_iter().find(|setting| setting["key"] == key);
        found.map(|setting| (setting["before"].clone(), setting["after"].clone()))
    };
    let found = answer(&["--other", "other.toml"], "");
    assert_eq!(step(&found, "policy"), Some(("share".into(), "all".into())));
    assert_eq!(step(&found, "tier.core.top"), Some((0.15.into(), 0.2.into())));
    assert_eq!(found["not_applied"], serde_json::json!(["features.credit_days"]));
    let found = answer(&["--other", "other.toml", "--policy", "rank", "--top", "core=0.25"], "");
    assert_eq!(step(&found, "policy"), Some(("share".into(), "rank".into())));
    assert_eq!(step(&found, "tier.core.top"), Some((0.15.into(), 0.25.into())));
    // The variable is in force, and so before and after.
    let found = answer(&["--top", "core=0.25"], "rank");
    assert_eq!(step(&found, "policy"), None);
    let found = answer(&["--policy", "all"], "rank");
    assert_eq!(step(&found, "policy"), Some(("rank".into(), "all".into())));
    let found = answer(&["--weight", "growth=0", "--weight", "growth=34"], "");
    assert_eq!(step(&found, "score.weights.growth"), Some((12.0.into(), 34.0.into())));
    let (before, after) = step(&found, "score.weights.margin").expect("rescaled");
    assert_eq!(before, 25.0);
    assert!((after.as_f64().expect("a number") - 18.75).abs() < 1e-9, "{after}");
    // Nothing differs.
    let nothing = bench.kam(&small(&["--lang", "en"])).code(0);
    assert!(nothing.out.contains("nobody moves"), "{}", nothing.out);
}

#[test]
fn wrong_flags_are_told_with_what_they_may_be() {
    let bench = Bench::with("tiny");
    let run = |more: &[&str]| bench.kam(&[&small(&[])[..], more].concat()).code(2);
    run(&["--weight", "grwth=20"]).says("did you mean `growth`?");
    run(&["--weight", "growth=120"]).says("from 0 to 100");
    run(&["--weight", "growth=60", "--weight", "margin=60"]).says("add up to 120");
    run(&["--weight", "growth=-5"]).says("from 0 to 100");
    run(&["--weight", "growth=-5"]).says("--weight");
    run(&["--weight", "growth"]).says("--weight");
    run(&["--weight", "growth=nan"]).says("--weight");
    run(&["--top", "corr=0.2"]).says("did you mean");
    run(&["--top", "core=0.01"]).says("tops that rise");
    run(&["--top", "core=7"]).says("from 0 to 1");
    run(&["--other", "none.toml"]).says("config-missing");
    run(&["--draws", "10"]).says("--sensitivity");
    run(&["--sensitivity", "--draws", "0"]).says("--draws");
}

#[test]
fn what_hysteresis_and_people_decided_stays_and_holds_nothing_else() {
    let bench = Bench::new();
    bench.kam(&["demo", "d", "--lang", "en"]).code(0);
    bench.kam_in("d", &["review", "--save", "--as-of", "2026-03-31", "-q"]).code(0);
    let json = |arguments: &[&str]| -> Value {
        let arguments = [arguments, &["--format", "json"]].concat();
        serde_json::from_str(&bench.kam_in("d", &arguments).code(0).out).expect("JSON")
    };
    let tiers = |answer: &Value, key: &str| -> std::collections::BTreeMap<String, Value> {
        let clients = answer["clients"].as_array().expect("clients").iter();
        let active = clients.filter(|it| !it[key].is_null());
        active.map(|it| (it["client_id"].to_string(), it[key].clone())).collect()
    };
    let held = |review: &Value| {
        let clients = review["clients"].as_array().expect("clients").iter();
        clients.filter(|it| it["band"] != it["band_raw"]).count()
    };
    let review = json(&["review"]);
    assert!(held(&review) > 2, "some are kept");
    // Nothing changes: they stay kept.
    let same = json(&["whatif"]);
    assert_eq!(same["totals"]["moved"], 0);
    assert_eq!(tiers(&same, "tier_after"), tiers(&review, "tier"));
    // Another policy and other cuts are a decision: nothing is kept, in the review as in what-if.
    let other = json(&["whatif", "--policy", "share"]);
    let reviewed = json(&["review", "--policy", "share"]);
    assert_eq!(held(&reviewed), 0);
    assert!(other["totals"]["down"].as_u64().expect("count") > 20, "{}", other["totals"]);
    assert_eq!(tiers(&other, "tier_after"), tiers(&reviewed, "tier"));
    bench.kam_in("d", &["review", "--policy", "share"]).code(0).says("notice[bands-anew]");
    // What a person gave stays too.
    let settings = String::from_utf8(bench.files()["d/kam.toml"].clone()).expect("text");
    let given =
        "[[override]]\nclient = \"C0087\"\ntier = \"standard\"\nreason = \"in liquidation\"\n";
    bench.write("d/kam.toml", format!("{settings}\n{given}"));
    for arguments in [&["whatif"][..], &["whatif", "--policy", "share"]] {
        let answer = json(arguments);
        for key in ["tier_before", "tier_after"] {
            assert_eq!(tiers(&answer, key)["\"C0087\""], "standard", "{arguments:?}");
        }
    }
    let firm = json(&["whatif", "--sensitivity"]);
    let mut clients = firm["clients"].as_array().expect("clients").iter();
    let own = clients.find(|it| it["client_id"] == "C0087").expect("C0087");
    assert_eq!((&own["tier"], &own["stability"]), (&"standard".into(), &1.0.into()));
}
