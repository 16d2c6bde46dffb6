//! The floors: a module imports only from floors below its own.

use std::fs;
use std::path::Path;

use crate::support::sources;

/// Modules by floor. Those of one floor may use each other only where `SAME_FLOOR` says so.
const FLOORS: &[(&str, u8)] = &[
    ("error", 0),
    ("diagnostic", 0),
    ("money", 0),
    ("named", 0),
    ("parallel", 0),
    ("period", 0),
    ("config", 0),
    ("source", 1),
    ("schema", 2),
    ("ledger", 2),
    ("store", 2),
    ("features", 3),
    ("score", 4),
    ("tier", 4),
    ("signal", 4),
    ("review", 5),
    ("client_page", 5),
    ("history", 5),
    ("whatif", 5),
    ("proposal", 5),
    ("annotate", 6),
    ("render", 6),
    ("locale", 6),
    ("demo", 6),
    ("cli", 7),
];

/// User → used, on one floor.
const SAME_FLOOR: &[(&str, &str)] = &[
    ("diagnostic", "money"),
    ("diagnostic", "period"),
    ("error", "diagnostic"),
    ("config", "diagnostic"),
    ("config", "error"),
    ("config", "period"),
    ("config", "money"),
    ("store", "schema"),
    ("store", "ledger"),
    ("client_page", "review"),
    ("proposal", "review"),
    ("render", "locale"),
    ("demo", "locale"),
    ("annotate", "locale"),
    ("annotate", "render"),
    ("history", "review"),
    ("whatif", "review"),
];

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

#[test]
fn modules_import_downwards_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&root);
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&root).expect("inside");
        let module = relative.iter().next().expect("a part").to_string_lossy().replace(".rs", "");
        if matches!(module.as_str(), "main" | "lib") {
            continue;
        }
        let own = floor(&module)
            .unwrap_or_else(|| panic!("{module} has no floor: add it to tests/it/floors.rs"));
        let text = fs::read_to_string(&file).expect("text");
        // Tests may look anywhere.
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for used in line.split("crate::").skip(1) {
                let used: String =
                    used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let Some(theirs) = floor(&used) else { continue };
                let same = used == module
                    || (theirs == own && SAME_FLOOR.contains(&(module.as_str(), used.as_str())));
                if theirs >= own && !same {
                    wrong.push(format!(
                        "src/{}:{}: {module} must not use {used}",
                        relative.display(),
                        number + 1
                    ));
                }
            }
            let polars_allowed = matches!(module.as_str(), "features" | "store")
                || relative.starts_with("source") && relative.to_string_lossy().contains("parquet");
            if line.contains("polars::") && !polars_allowed {
                wrong.push(format!(
                    "src/{}:{}: polars stays in source/parquet.rs, store and features",
                    relative.display(),
                    number + 1
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
