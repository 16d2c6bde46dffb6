//! The command line as its users meet it: streams, exit codes, formats, settings, languages.

use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;

use insta::assert_snapshot;
use kam::locale::Lang;
use kam::render::summary::summary;
use kam::source::Input;
use serde_json::Value;

use crate::support::{Bench, reviewed, testdata};

const FILES: [&str; 3] = ["clients.csv", "transactions.csv", "industries.csv"];
const COMMANDS: [&str; 14] = [
    "demo",
    "template",
    "check",
    "review",
    "score",
    "tier",
    "churn",
    "show",
    "diff",
    "annotate",
    "whatif",
    "explain",
    "config",
    "completions",
];

/// Arguments with the files of a conformance set and its as-of date.
fn small<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![command];
    arguments.extend(FILES);
    if !more.contains(&"--as-of") && !more.contains(&"--period") && command != "check" {
        arguments.extend(["--as-of", "2026-09-30"]);
    }
    arguments.extend(more);
    arguments
}

/// The first lines of a text, and how many there are.
fn head(text: &str, count: usize) -> String {
    let mut out: String =
        text.lines().take(count).fold(String::new(), |out, line| out + line + "\n");
    let _ = writeln!(out, "({} lines)", text.lines().count());
    out
}

#[test]
fn help_is_whole_in_both_languages() {
    let bench = Bench::new();
    for lang in ["en", "zh"] {
        let mut all = bench.run_with(&["--help"], &[("KAM_LANG", lang)], b"").code(0).out;
        for command in COMMANDS {
            let run = bench.run_with(&[command, "--help"], &[("KAM_LANG", lang)], b"").code(0);
            assert_eq!(run.err, "", "{command}");
            let _ = write!(all, "\n=== {command}\n{}", run.out);
        }
        if lang == "zh" {
            let english = ["Usage", "Options", "Print", "possible", "default"];
            assert!(english.iter().all(|word| !all.contains(word)), "{all}");
        }
        assert_snapshot!(format!("help-{lang}"), all);
    }
    let by_flag = bench.kam(&["review", "--help", "--lang", "zh"]).code(0).out;
    assert!(by_flag.contains("用法：kam review"), "{by_flag}");
    let by_locale = bench.run_with(&["--help"], &[("LANG", "zh_CN.UTF-8")], b"").code(0).out;
    assert_eq!(by_locale, bench.run_with(&["--help"], &[("KAM_LANG", "zh")], b"").out);
}

#[test]
fn usage_errors_are_2_and_say_so_on_stderr() {
    let bench = Bench::with("tiny");
    for arguments in [
        &[][..],
        &["revue"],
        &["review", "transactions.csv", "--as-off", "2026-02-28"],
        &["review", "transactions.csv", "--policy", "none"],
        &["review", "transactions.csv", "--format", "xml"],
        &["review", "transactions.csv", "--as-of", "2026-02-30"],
        &["review", "transactions.csv", "--as-of", "2026-11-23"],
        &["review", "transactions.csv", "--period", "2026Q5"],
        &["review", "transactions.csv", "--period", "2026Q1", "--as-of", "2026-02-28"],
        &["completions", "cobol"],
        &["explain", "nothing-of-this-name"],
    ] {
        let run = bench.only_says(arguments).code(2);
        assert_eq!(run.out, "", "{arguments:?}");
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
    bench.kam(&["revue"]).says("review");
    bench.kam(&["review", "--as-off", "2026-02-28"]).says("--as-of");
}

#[test]
fn review_piped() {
    let bench = Bench::with("small");
    assert_snapshot!("review-en", bench.only_says(&small("review", &[])).code(0).both());
    assert_snapshot!(
        "review-zh",
        bench.only_says(&small("review", &["--lang", "zh"])).code(0).both()
    );
}

#[test]
fn review_at_widths() {
    let inputs = FILES.map(|file| Input::file(&testdata("conformance/small").join(file)));
    let review = reviewed(&inputs, "as_of = \"2026-09-30\"\ncurrency = \"CNY\"\n", 2);
    for lang in Lang::ALL {
        let mut all = String::new();
        for width in [60, 80, 120] {
            let _ = writeln!(all, "=== {width}\n{}", summary(&review, lang, Some(width)));
        }
        assert_snapshot!(format!("widths-{}", lang.code()), all);
    }
}

#[test]
fn lists_in_every_format() {
    let bench = Bench::with("small");
    for command in ["score", "tier", "churn"] {
        let mut all = String::new();
        for (lang, format, count) in [
            ("en", "table", 8),
            ("zh", "table", 8),
            ("en", "csv", 4),
            ("zh", "csv", 3),
            ("en", "jsonl", 2),
        ] {
            let run =
                bench.only_says(&small(command, &["--lang", lang, "--format", format])).code(0);
            let _ = writeln!(all, "=== {lang} {format}\n{}", head(&run.out, count));
        }
        let run = bench.only_says(&small(command, &["--format", "json"])).code(0);
        let json: Value = serde_json::from_str(&run.out).expect("JSON");
        let lines = bench.kam(&small(command, &["--format", "jsonl"])).out;
        let clients: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(json["clients"], Value::Array(clients), "{command}");
        assert_snapshot!(command, all);
    }
}

#[test]
fn check_is_silent_when_clean() {
    let bench = Bench::with("small");
    let run = bench.only_says(&small("check", &[])).code(0);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""));
    let run =
        bench.only_says(&["check", "clients.csv", "transactions.csv", "--format", "json"]).code(0);
    let json: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(json["diagnostics"], Value::Array(Vec::new()));
}

#[test]
fn check_lists_all_of_each_code() {
    let bench = Bench::new();
    let mut csv = "client,date,amount\n".to_owned();
    for day in 1..=9 {
        let _ = writeln!(csv, "C{day},2026-0{day}-01,{}", if day % 4 == 0 { "many" } else { "12" });
    }
    bench.write("sales.csv", csv);
    let full = bench.only_says(&["check", "sales.csv"]).code(1);
    let concise = bench.only_says(&["check", "sales.csv", "--format", "concise"]).code(1);
    let json = bench.only_says(&["check", "sales.csv", "--format", "json"]).code(1);
    assert_snapshot!(
        "check",
        format!(
            "=== full\n{}\n=== concise\n{}\n=== json\n{}",
            full.both(),
            concise.both(),
            json.both()
        )
    );
}

#[test]
fn check_writes_every_diagnostic_to_a_file() {
    let bench = Bench::new();
    let mut csv = "client,date,amount\n".to_owned();
    for row in 0..2500 {
        let _ = writeln!(csv, "C{row},2026-01-05,{}", if row % 2 == 0 { "many" } else { "12" });
    }
    bench.write("sales.csv", csv);
    bench.write("none.csv", "client,date,amount\n");
    for (name, lines) in [("all.csv", 1252), ("all.jsonl", 1251)] {
        bench.kam(&["check", "sales.csv", "-o", name]).code(1).says("Wrote");
        let text = fs::read_to_string(bench.at(name)).expect("written");
        assert_eq!(text.lines().count(), lines, "{name}");
        assert!(text.contains("type-error") && text.contains("too-many-errors"), "{name}");
        assert!(text.contains(if lines == 1252 { ",2500,C," } else { "\"row\":2500," }), "{name}");
    }
    let first = fs::read_to_string(bench.at("all.jsonl")).expect("written");
    for line in first.lines() {
        let record: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(record["schema_version"], 1);
    }
    // Neither an input nor an unknown kind of file.
    let before = bench.files();
    bench.kam(&["check", "sales.csv", "-o", "sales.csv"]).code(2).says("output-is-input");
    bench.kam(&["check", "sales.csv", "-o", "all.pdf"]).code(2).says("output-format");
    assert!(before == bench.files(), "wrote");
}

#[test]
fn check_says_what_it_found_before_it_stopped() {
    let bench = Bench::new();
    bench.write("a.csv", "client,date,amount\nC1,2026-01-05,many\nC2,2026-01-06,12\n");
    bench.write("b.csv", "client,date,amount\nC1,03/04/2026,5\n");
    bench.write("c.csv", "client,date,amount\nC1,05/06/2026,5\n");
    let run = bench.only_says(&["check", "c.csv", "a.csv", "b.csv", "--format", "concise"]).code(1);
    assert!(run.err.contains("ambiguous-date"), "{}", run.err);
}

#[test]
fn logs_have_no_cells() {
    let bench = Bench::new();
    let mut csv = "client,date,amount\n".to_owned();
    for day in 1..=9 {
        let _ = writeln!(csv, "C{day},2026-0{day}-01,{}", if day == 4 { "many" } else { "12" });
    }
    bench.write("sales.csv", csv);
    bench.write("kam.toml", "max_rejected = 0.5\n");
    let run = bench.only_says(&["review", "sales.csv", "--log-format", "json"]).code(0);
    let lines: Vec<Value> =
        run.err.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[0]["code"], "type-error");
    assert_eq!(lines[0]["rows"], serde_json::json!([5]));
    assert_eq!(lines[1]["kind"], "message");
    assert!(!run.err.contains("many"), "{}", run.err);
    let run = bench.only_says(&["review", "gone.csv", "--log-format", "json"]).code(2);
    let line: Value = serde_json::from_str(run.err.trim()).expect("JSON");
    assert_eq!((&line["code"], &line["file"]), (&"file-missing".into(), &"gone.csv".into()));
    let run = bench.only_says(&["review", "sales.csv", "--log-format", "concise"]).code(0);
    assert!(run.err.starts_with("sales.csv:5:3: error[type-error]: "), "{}", run.err);
}

#[test]
fn all_outputs_or_none() {
    let bench = Bench::with("small");
    fs::create_dir(bench.at("taken.json")).expect("folder");
    let before = bench.files();
    for (command, first) in [("review", "a.xlsx"), ("score", "a.csv")] {
        let run = bench.kam(&small(command, &["-o", first, "-o", "taken.json"])).code(2);
        assert!(run.err.contains("cannot-write") && !run.err.contains("Wrote"), "{}", run.err);
        let run = bench.kam(&small(command, &["-o", first, "-o", "no/such/folder.json"])).code(2);
        assert!(run.err.contains("cannot-write"), "{}", run.err);
    }
    assert!(before == bench.files(), "wrote");
}

#[test]
fn a_flag_wins_over_a_variable() {
    let bench = Bench::with("small");
    let files = ["review", "clients.csv", "transactions.csv", "--format", "json"];
    let as_of = |more: &[&str], variable| {
        let run = bench.run_with(&[&files[..], more].concat(), &[("KAM_AS_OF", variable)], b"");
        let json: Value = serde_json::from_str(&run.code(0).out).expect("JSON");
        json["as_of"].clone()
    };
    assert_eq!(as_of(&[], "2026-03-31"), "2026-03-31");
    assert_eq!(as_of(&["--as-of", "2026-02-28"], "2026-03-31"), "2026-02-28");
    assert_eq!(as_of(&["--period", "2025Q4"], "2026-03-31"), "2025-12-31");
    assert_eq!(as_of(&["--period", "2025Q4"], "nonsense"), "2025-12-31");
    bench.run_with(&files, &[("KAM_AS_OF", "nonsense")], b"").code(2).says("KAM_AS_OF");
}

#[test]
fn as_many_rows_with_errors_as_the_limit_allows() {
    let bench = Bench::new();
    let sales = |wrong: usize| {
        let row =
            |at| format!("C1,2026-01-{:02},{}\n", 1 + at % 28, if at < wrong { "x" } else { "5" });
        (0..100).fold("client,date,amount\n".to_owned(), |out, at| out + &row(at))
    };
    for (limit, wrong, code) in [
        ("0.01", 1, 0),
        ("0.01", 2, 2),
        ("0.29", 29, 0),
        ("0.29", 30, 2),
        ("0.0", 0, 0),
        ("0.0", 1, 2),
        ("0.009", 1, 2),
        ("1.0", 99, 0),
    ] {
        bench.write("sales.csv", sales(wrong));
        bench.write("kam.toml", format!("max_rejected = {limit}\n"));
        let run = bench.only_says(&["score", "sales.csv"]);
        assert_eq!(run.code, code, "{wrong} of 100 at {limit}: {}", run.err);
        // Rows that may be skipped are not counted; --strict allows none.
        bench.only_says(&["score", "sales.csv", "--skip", "type-error"]).code(0);
        let strict = bench.only_says(&["score", "sales.csv", "--strict"]);
        assert_eq!(strict.code, if wrong == 0 { 0 } else { 2 }, "{wrong} of 100, strict");
    }
    let two = ["score", "sales.csv", "--skip", "type-error", "--skip", "missing-value"];
    bench.only_says(&two).code(0);
    bench.only_says(&["score", "sales.csv", "--skip", "type-eror"]).code(2).says("type-error");
}

#[test]
fn explain_names_everything() {
    let bench = Bench::new();
    for lang in ["en", "zh"] {
        let list = bench.kam(&["explain", "--lang", lang]).code(0).out;
        for code in [
            "net_sales",
            "order_overdue",
            "type-error",
            "transactions",
            "signal.order_overdue.min_days",
        ] {
            assert!(list.contains(code), "{code} is not in the list ({lang})");
        }
        let mut all = String::new();
        for code in ["margin", "order_overdue", "type-error", "growth", "transactions", "policy"] {
            let _ = writeln!(all, "{}", bench.kam(&["explain", code, "--lang", lang]).code(0).out);
        }
        assert_snapshot!(format!("explain-{lang}"), all);
    }
}

#[test]
fn config_names_the_origin_of_every_value() {
    let bench = Bench::with("tiny");
    let origin = |out: &str, key: &str| -> String {
        let line = out.lines().find(|line| line.split_whitespace().next() == Some(key));
        line.and_then(|line| line.rsplit("  ").next()).unwrap_or_default().trim().to_owned()
    };
    assert_eq!(origin(&bench.kam(&["config"]).code(0).out, "policy"), "default");
    bench.write("kam.toml", "policy = \"all\"\n");
    let out = bench.kam(&["config"]).code(0).out;
    assert_eq!(
        (origin(&out, "policy").as_str(), origin(&out, "max_rejected").as_str()),
        ("kam.toml", "default")
    );
    let policy = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut all = small("review", &["--format", "json", "--as-of", "2026-02-28"]);
        all.extend(arguments);
        let json: Value =
            serde_json::from_str(&bench.run_with(&all, variables, b"").code(0).out).expect("JSON");
        json["policy"].as_str().map(ToOwned::to_owned).unwrap_or_default()
    };
    assert_eq!(policy(&[], &[]), "all");
    assert_eq!(policy(&[], &[("KAM_POLICY", "share")]), "share");
    assert_eq!(policy(&["--policy", "rank"], &[("KAM_POLICY", "share")]), "rank");
}

#[test]
fn completions_are_scripts() {
    let bench = Bench::new();
    for (shell, begins) in [
        ("bash", "_kam() {"),
        ("zsh", "#compdef kam"),
        ("fish", "# Print an optspec"),
        ("powershell", "\nusing namespace"),
    ] {
        let out = bench.kam(&["completions", shell]).code(0).out;
        assert!(out.starts_with(begins), "{}", head(&out, 3));
        assert!(out.contains("fail-on"), "{shell}");
    }
}

#[test]
fn exit_codes_and_quiet() {
    let bench = Bench::with("small");
    bench.only_says(&small("review", &["--fail-on", "high"])).code(1);
    bench.only_says(&small("churn", &["--fail-on", "medium"])).code(1);
    assert_eq!(bench.only_says(&small("review", &["--quiet"])).code(0).err, "");
    let stale =
        bench.only_says(&small("review", &["--as-of", "2026-11-22", "--max-age", "30"])).code(2);
    assert_eq!(stale.says("error[stale-data]").out, "");
    bench.only_says(&small("review", &["--max-age", "30"])).code(0);
    // Nothing to call about: silent, but a list that was asked for is written all the same.
    let bench = Bench::new();
    bench.write("sales.csv", "client,date,amount\nA,2026-09-01,5\nB,2026-09-01,5\n");
    let run = bench.kam(&["churn", "sales.csv", "-o", "risk.csv"]).code(0);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""));
    assert!(bench.at("risk.csv").exists());
    bench.only_says(&["churn", "sales.csv", "--fail-on", "low"]).code(0);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let bench = Bench::with("small");
    for format in ["json", "table", "csv"] {
        let mut child = bench
            .command()
            .args(small("review", &["--format", format]))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ended");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{format}: {err}");
        assert!(!err.contains("error"), "{err}");
    }
}

#[test]
fn standard_input_is_a_file_named_dash() {
    let bench = Bench::with("tiny");
    let as_of = ["--as-of", "2026-02-28"];
    let named = bench.kam(&["score", "transactions.csv", as_of[0], as_of[1]]).code(0);
    let bytes = fs::read(bench.at("transactions.csv")).expect("data");
    let piped = bench.run_with(&["score", "-", as_of[0], as_of[1]], &[], &bytes).code(0);
    assert_eq!(named.out, piped.out);
    bench.run_with(&["score", "-"], &[], b"").code(2).says("file-empty");
}

#[test]
fn a_period_is_an_as_of_date_by_name() {
    let bench = Bench::with("small");
    let answer = |more: &[&str]| bench.only_says(&small("review", more)).code(0).out;
    let by_date = answer(&["--as-of", "2026-09-30"]);
    assert_eq!(answer(&["--period", "2026Q3"]), by_date);
    assert_eq!(answer(&["--period", "2026-09"]), by_date);
    assert_ne!(answer(&["--period", "2026H1"]), by_date);
    assert!(answer(&["--as-of", "today"]).contains("2026-11-22"));
}

#[test]
fn the_language_is_the_users_choice() {
    let bench = Bench::with("tiny");
    let first = |variables: &[(&str, &str)], file: &str| {
        let run =
            bench.run_with(&["review", file, "--as-of", "2026-02-28"], variables, b"").code(0);
        run.out.lines().next().unwrap_or_default().to_owned()
    };
    let (en, zh) = ("Key account review as of 2026-02-28", "大客户评审，截至 2026-02-28");
    assert_eq!(first(&[], "transactions.csv"), en);
    assert_eq!(first(&[("KAM_LANG", "zh")], "transactions.csv"), zh);
    assert_eq!(first(&[("LANG", "zh_CN.UTF-8")], "transactions.csv"), en);
    bench.write("销售.csv", "客户,日期,金额\n甲,2026-01-05,100\n");
    assert_eq!(first(&[], "销售.csv"), zh);
    assert_eq!(first(&[("KAM_LANG", "en")], "销售.csv"), en);
    bench.write("kam.toml", "lang = \"zh\"\n");
    assert_eq!(first(&[], "transactions.csv"), zh);
}
