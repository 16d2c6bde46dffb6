//! What is said about each problem: every case of `testdata/errors/` through the real program, in both languages.
//!
//! The expected stderr stands beside the case; `KAM_UPDATE_EXPECTED=1` writes it anew, to be read before it is kept.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use kam::diagnostic::{CHECKS, Severity};
use kam::locale::Lang;
use serde::Deserialize;

use crate::support::{Bench, root, untimed};

/// A `case.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Arguments of the command line.
    args: Vec<String>,
    exit: i32,
    /// Whether files and arguments alone bring it up.
    reachable: bool,
    /// Why not.
    #[serde(default)]
    why: String,
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("folder");
    for entry in fs::read_dir(from).expect("folder") {
        let path = entry.expect("entry").path();
        let name = path.file_name().expect("name").to_string_lossy().into_owned();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else if name != "case.toml" && !name.starts_with("expected.") {
            fs::copy(&path, to.join(name)).expect("copied");
        }
    }
}

/// The text as it is expected, or what differs.
fn compare(file: &Path, found: &str) -> Result<(), String> {
    if std::env::var_os("KAM_UPDATE_EXPECTED").is_some() {
        fs::write(file, found).expect("written");
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    if expected == found {
        return Ok(());
    }
    let file = file.strip_prefix(root()).unwrap_or(file).display();
    Err(format!("{file}\n--- expected\n{expected}--- found\n{found}"))
}

/// A sentence in a cell of a table: values that it would name become dots.
fn in_table(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((name, after)) if name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_') => {
                out.push('…');
                rest = after;
            }
            _ => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.replace('|', "\\|").replace('\n', " ")
}

/// The table of all diagnostics, as it stands beside the cases.
#[test]
fn the_table_of_diagnostics_is_up_to_date() {
    let mut table = "# Diagnostics\n\nWritten by `KAM_UPDATE_EXPECTED=1 cargo test --test it the_table`. Each code links to its smallest case.\n\n\
        由测试生成；代码链接到最小的示例。\n"
        .to_owned();
    for (severity, word) in [
        (Severity::Error, "error 错误"),
        (Severity::Warning, "warning 警告"),
        (Severity::Notice, "notice 提示"),
    ] {
        let _ = write!(
            table,
            "\n## {word}\n\n| code | what 名称 | meaning 含义 | remedy 建议 |\n|---|---|---|---|\n"
        );
        for check in CHECKS.iter().filter(|check| check.severity == severity) {
            let both = |key: &str| {
                Lang::ALL
                    .iter()
                    .filter_map(|lang| lang.find(&key.replace("CODE", check.code)))
                    .map(in_table)
                    .collect::<Vec<_>>()
                    .join("<br>")
            };
            let _ = writeln!(
                table,
                "| [`{0}`]({0}/) | {1} | {2} | {3} |",
                check.code,
                both("diagnostic.CODE.title"),
                both("explain.diagnostic.CODE"),
                both("diagnostic.CODE.help")
            );
        }
    }
    if let Err(difference) = compare(&root().join("testdata/errors/README.md"), &table) {
        panic!("{difference}");
    }
}

#[test]
fn every_case_ends_as_it_should_and_says_why() {
    let mut wrong = String::new();
    for check in CHECKS {
        let folder = root().join("testdata/errors").join(check.code);
        let text = fs::read_to_string(folder.join("case.toml")).expect("case");
        let case: Case = toml::from_str(&text).expect("case");
        assert_eq!(
            case.reachable,
            case.why.is_empty(),
            "{}: `why` is for the unreachable",
            check.code
        );
        if !matches!(case.exit, 0 | 1) {
            assert_eq!(check.severity, Severity::Error, "{}: exit {}", check.code, case.exit);
        }
        if !case.reachable {
            continue;
        }
        for lang in ["en", "zh"] {
            let bench = Bench::new();
            copy(&folder, bench.path());
            let mut arguments: Vec<&str> = case.args.iter().map(String::as_str).collect();
            arguments.extend(["--lang", lang]);
            let run = bench.only_says(&arguments);
            if run.code != case.exit {
                let _ = writeln!(
                    wrong,
                    "{} ({lang}): exit {}, not {}",
                    check.code, run.code, case.exit
                );
            }
            if case.exit != 0 && !run.out.is_empty() {
                let _ =
                    writeln!(wrong, "{} ({lang}): stdout is not empty:\n{}", check.code, run.out);
            }
            let counted = run.out.contains(&format!("\"{}\":", check.code));
            if !run.err.contains(&format!("[{}]", check.code)) && !counted {
                let _ = writeln!(wrong, "{} ({lang}) is not named", check.code);
            }
            let expected = folder.join(format!("expected.{lang}.txt"));
            if let Err(difference) = compare(&expected, &untimed(&run.err)) {
                let _ = writeln!(wrong, "{difference}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
