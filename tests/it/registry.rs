//! The registries are whole: whatever the program can name has its words in both languages, its documentation and its
//! case.

use std::fs;
use std::path::Path;

use kam::config::load::load;
use kam::config::rules::{Kind, LISTS, RULES};
use kam::diagnostic::{CHECKS, Severity};
use kam::features::Stage;
use kam::locale::Lang;
use kam::render::explain;
use kam::review::{MOVEMENTS, ScoreChange};
use kam::schema::{TABLES, doc_part};
use kam::score::METRICS;
use kam::signal::SIGNALS;

use crate::support::sources;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn fail_with(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} missing:\n{}", wrong.len(), wrong.join("\n"));
}

/// What a code is handed to, and whether only a hyphen tells a code from other texts there.
const TAKERS: [(&str, bool); 12] = [
    ("Diagnostic::error(", false),
    ("Diagnostic::warning(", false),
    ("Diagnostic::notice(", false),
    ("Diagnostic::new(", false),
    ("Error::file(", false),
    ("Error::io(", false),
    (".error(", true),
    (".diagnostic(", true),
    ("reason: ", true),
    ("code: ", true),
    ("unused = Some(", true),
    ("by_reason.insert(", true),
];

/// The string literals of an argument or value: up to the comma or bracket that ends it.
fn literals(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut at) = (0_i32, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let Some(length) = text[at + 1..].find('"') else { break };
                found.push(&text[at + 1..at + 1 + length]);
                at += length + 1;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' | b',' | b';' if depth == 0 => break,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    found
}

#[test]
fn every_code_in_the_source_is_registered() {
    let files = sources(&root().join("src"));
    let mut wrong = Vec::new();
    for file in files {
        if file.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests")) {
            continue;
        }
        let text = fs::read_to_string(&file).expect("text");
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for (taker, hyphened) in TAKERS {
            for (at, _) in code.match_indices(taker) {
                for literal in literals(&code[at + taker.len()..]) {
                    let formed = literal.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
                    let is_code = formed && (!hyphened || literal.contains('-'));
                    if is_code && CHECKS.iter().all(|check| check.code != literal) {
                        let line = code[..at].lines().count();
                        let file = file.strip_prefix(root()).expect("inside").display();
                        wrong.push(format!(
                            "{file}:{line}: `{literal}` has no line in src/diagnostic/checks.rs"
                        ));
                    }
                }
            }
        }
    }
    fail_with(&wrong);
}

#[test]
fn every_check_has_its_words_and_a_case() {
    let mut wrong = Vec::new();
    for check in CHECKS {
        let code = check.code;
        for lang in Lang::ALL {
            let mut need = |catalogue: &str, key: String| {
                if lang.find(&key).is_none_or(|text| text.trim().is_empty()) {
                    wrong.push(format!("src/locale/{catalogue}{}.toml: {key}", lang.code()));
                }
            };
            need("", format!("diagnostic.{code}.title"));
            need("", format!("diagnostic.{code}.message"));
            if check.severity != Severity::Notice {
                need("", format!("diagnostic.{code}.help"));
            }
            need("explain.", format!("explain.diagnostic.{code}"));
        }
        if !root().join("testdata/errors").join(code).join("case.toml").is_file() {
            wrong.push(format!("testdata/errors/{code}/case.toml"));
        }
    }
    for entry in fs::read_dir(root().join("testdata/errors")).expect("folder") {
        let name = entry.expect("entry").file_name().to_string_lossy().into_owned();
        if name != "README.md" && CHECKS.iter().all(|check| check.code != name) {
            wrong.push(format!("testdata/errors/{name} is the case of no check"));
        }
    }
    fail_with(&wrong);
}

#[test]
fn everything_named_has_labels_and_documentation() {
    let mut wrong = Vec::new();
    let mut docs: Vec<(String, &str)> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    for metric in METRICS {
        docs.push((format!("src/score/{}.rs", metric.code()), metric.doc()));
        keys.push(format!("metric.{}", metric.code()));
    }
    for signal in SIGNALS {
        docs.push((format!("src/signal/{}.rs", signal.code()), signal.doc()));
        keys.extend([
            format!("signal.{}.label", signal.code()),
            format!("signal.{}.sentence", signal.code()),
            format!("action.{}", signal.action()),
        ]);
    }
    for table in TABLES {
        docs.push((format!("src/schema/tables/{}.rs", table.code()), table.doc()));
        keys.push(format!("table.{}", table.code()));
        keys.extend(table.fields().iter().map(|field| format!("field.{}", field.name)));
    }
    for feature in explain::features() {
        keys.push(format!("feature.{feature}.label"));
        keys.push(format!("explain.feature.{feature}"));
    }
    assert!(keys.iter().any(|key| key == "feature.net_sales.label"), "the features are listed");
    for (file, source) in docs {
        for (first, lang) in [(true, "English"), (false, "Chinese")] {
            if doc_part(source, first).is_empty() {
                wrong.push(format!("{file}: the {lang} part of its head"));
            }
        }
    }
    for lang in Lang::ALL {
        for key in &keys {
            if lang.find(key).is_none_or(str::is_empty) {
                wrong.push(format!("{} ({})", key, lang.code()));
            }
        }
    }
    fail_with(&wrong);
}

#[test]
fn every_setting_and_every_table_of_settings_is_explained() {
    let defaults = load(&[], &[]).expect("defaults").entries();
    let mut keys: Vec<String> = defaults.into_iter().map(|(key, _, _)| key).collect();
    keys.extend(explain::tables());
    // the headings of the built-in file
    let headings = kam::config::DEFAULT.lines().filter_map(|line| line.strip_prefix('['));
    keys.extend(headings.filter_map(|line| line.strip_suffix(']')).map(ToOwned::to_owned));
    keys.extend(LISTS.iter().map(|(list, _)| (*list).to_owned()));
    assert!(keys.iter().any(|key| key == "hysteresis"), "{keys:?}");
    let mut wrong = Vec::new();
    for lang in Lang::ALL {
        for key in &keys {
            if explain::setting(lang, key).is_none() {
                wrong.push(format!("src/locale/explain.{}.toml: setting.{key}", lang.code()));
            }
        }
    }
    fail_with(&wrong);
}

#[test]
fn every_way_to_move_and_every_part_of_a_change_is_explained() {
    let mut codes: Vec<String> = ["movement", "score_change", "whatif"].map(str::to_owned).into();
    let catalogue: toml::Table = fs::read_to_string(root().join("src/locale/en.toml"))
        .expect("text")
        .parse()
        .expect("catalogue");
    let moves = catalogue["book"]["movement"].as_table().expect("movements");
    codes.extend(moves.keys().cloned());
    let parts = ScoreChange { own: 0.0, scale: 0.0, config: 0.0, missing: 0.0 };
    let parts = serde_json::to_value(parts).expect("parts");
    codes.extend(parts.as_object().expect("parts").keys().cloned());
    let mut wrong = Vec::new();
    for lang in Lang::ALL {
        for code in &codes {
            if explain::explain(lang, code).is_none_or(|text| text.contains("explain.")) {
                wrong.push(format!("{code} ({})", lang.code()));
            }
        }
    }
    fail_with(&wrong);
}

/// The keys of a table of the catalogue, sorted.
fn keys(catalogue: &toml::Table, path: &str) -> Vec<String> {
    let mut table = catalogue;
    for key in path.split('.') {
        table = table[key].as_table().expect("a table");
    }
    let mut keys: Vec<String> = table.keys().cloned().collect();
    keys.sort();
    keys
}

fn sorted(mut codes: Vec<&str>) -> Vec<&str> {
    codes.sort_unstable();
    codes
}

#[test]
fn every_list_of_words_is_that_of_the_catalogue() {
    let catalogue: toml::Table = fs::read_to_string(root().join("src/locale/en.toml"))
        .expect("text")
        .parse()
        .expect("catalogue");
    assert_eq!(keys(&catalogue, "stage"), sorted(Stage::ALL.map(Stage::code).to_vec()));
    assert_eq!(keys(&catalogue, "book.movement"), sorted(MOVEMENTS.to_vec()));
    let sets = RULES.iter().find_map(|(key, kind)| match kind {
        Kind::OneOf(sets) if *key == "labels.set" => Some(*sets),
        _ => None,
    });
    let named = sets.expect("sets of names").iter().copied().filter(|set| *set != "default");
    assert_eq!(keys(&catalogue, "tier_set"), sorted(named.collect()));
    let explained = explain::codes(Lang::En);
    for kind in ["stage", "policy", "level", "group"] {
        let of_kind = explained.iter().filter(|(known, _, _)| *known == kind);
        let codes = sorted(of_kind.map(|(_, code, _)| code.as_str()).collect());
        assert_eq!(keys(&catalogue, kind), codes, "{kind}");
    }
}
