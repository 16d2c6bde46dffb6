use super::*;
use crate::config::rules::{RULES, SOURCE_RULES, Target, target};
use crate::diagnostic::{Excerpt, Fact};

fn layer(name: &str, text: &str) -> Layer {
    Layer { name: name.to_owned(), text: text.to_owned() }
}

fn flag(key: &str, value: impl Into<Value>) -> (String, Value, String) {
    (key.to_owned(), value.into(), format!("--{key}"))
}

/// Code, key, and the piece of text that is pointed at, of every problem of one file.
fn problems(text: &str) -> Vec<(&'static str, String, String)> {
    let Err(error) = load(&[layer("kam.toml", text)], &[]) else { return Vec::new() };
    error.diagnostics.iter().map(|d| (d.code, fact(d, "key"), marked(d))).collect()
}

fn fact(diagnostic: &Diagnostic, name: &str) -> String {
    match diagnostic.facts.get(name) {
        None => String::new(),
        Some(Fact::Text(text)) => text.as_ref().clone(),
        Some(Fact::List(list)) => list.join(", "),
        Some(other) => format!("{other:?}"),
    }
}

fn marked(diagnostic: &Diagnostic) -> String {
    match &diagnostic.excerpt {
        Some(Excerpt::Text { text, from, to }) => text[*from..*to].to_owned(),
        _ => "nothing".to_owned(),
    }
}

fn one(text: &str) -> Diagnostic {
    let error = load(&[layer("kam.toml", text)], &[]).expect_err("a problem");
    assert_eq!(error.diagnostics.len(), 1, "{error}: {:?}", error.diagnostics);
    error.diagnostics.into_iter().next().expect("one")
}

fn assert_one(text: &str, code: &str, key: &str, expected: &str, at: &str) {
    let found = one(text);
    let got = (found.code, fact(&found, "key"), fact(&found, "expected"), marked(&found));
    assert_eq!(got, (code, key.to_owned(), expected.to_owned(), at.to_owned()), "{text}");
}

fn leaf_keys(prefix: &str, value: &serde_json::Value, keys: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (key, value) in members {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                leaf_keys(&key, value, keys);
            }
        }
        _ => keys.push(prefix.to_owned()),
    }
}

#[test]
fn the_built_in_file_sets_every_field() {
    let loaded = load(&[], &[]).expect("the built-in file");
    let mut fields = Vec::new();
    leaf_keys("", &serde_json::to_value(&loaded.config).expect("JSON"), &mut fields);
    fields.retain(|key| key != "source");
    fields.sort();
    let mut entries: Vec<String> = loaded.entries().into_iter().map(|entry| entry.0).collect();
    assert_eq!(&entries[..3], ["lang", "currency", "as_of"]);
    assert_eq!(entries.last().map(String::as_str), Some("due.low"));
    entries.sort();
    assert_eq!(entries, fields);
    assert_eq!(loaded.config.tier.core.owner, Some(true));
    assert_eq!(loaded.config.score.anchors["growth"].len(), 4);
    assert_eq!(loaded.origin("tier.core.owner"), "default");
}

#[test]
fn the_rules_know_every_field_of_the_types() {
    let full = super::super::TierRule {
        business_lines: Some(1.0),
        executive_contact: Some(1.0),
        needs_fit: Some(1.0),
        owner: Some(true),
        ..Default::default()
    };
    let mut config = Config::default();
    config.tier.strategic = full;
    let mut fields = Vec::new();
    leaf_keys("", &serde_json::to_value(&config).expect("JSON"), &mut fields);
    let source = super::super::Source {
        table: Some(String::new()),
        sheet: Some(String::new()),
        header_row: Some(1),
        encoding: Some(String::new()),
        delimiter: Some(String::new()),
        decimal: Some(String::new()),
        date_order: Some(String::new()),
        unit: Some(String::new()),
        currency: Some(String::new()),
        filter: [("a".to_owned(), "b".to_owned())].into(),
        ..Default::default()
    };
    let path = |key: &str| -> Vec<String> { key.split('.').map(ToOwned::to_owned).collect() };
    for key in fields {
        assert_ne!(target(RULES, &path(&key)), Target::Unknown, "{key}");
    }
    let mut fields = Vec::new();
    leaf_keys("", &serde_json::to_value(&source).expect("JSON"), &mut fields);
    assert_eq!(fields.len(), SOURCE_RULES.len());
    for key in fields {
        assert!(matches!(target(SOURCE_RULES, &path(&key)), Target::Setting(_)), "{key}");
    }
}

#[test]
fn higher_layers_win_key_by_key() {
    let user =
        layer("~/.config/kam.toml", "lang = \"en\"\npolicy = \"share\"\n[tier.core]\ntop = 0.2\n");
    let own = layer(
        "kam.toml",
        "policy = \"all\"\nskip_status = [\"void\"]\n[tier.core]\nshare = 0.1\nneeds_fit = 3\n\
         [[source]]\npath = \"b*.csv\"\n[columns.clients]\nname = [\"客户\"]\n",
    );
    let overrides =
        [flag("max_rejected", 0.1), flag("max_rejected", 0.2), flag("as_of", "2026-06-30")];
    let loaded = load(&[user.clone(), own], &overrides).expect("settings");
    let config = &loaded.config;
    assert_eq!(
        (config.lang.as_str(), config.policy.code(), config.max_rejected),
        ("en", "all", 0.2)
    );
    assert_eq!((config.tier.core.top, config.tier.core.share), (0.2, 0.1));
    assert_eq!((config.tier.core.owner, config.tier.core.needs_fit), (Some(true), Some(3.0)));
    assert_eq!(config.skip_status, ["void"]);
    assert_eq!(config.columns["clients"]["name"], ["客户"]);
    assert_eq!(loaded.origin("policy"), "kam.toml");
    assert_eq!(loaded.origin("tier.core.top"), "~/.config/kam.toml");
    assert_eq!(loaded.origin("max_rejected"), "--max_rejected");
    assert_eq!(loaded.origin("columns.clients.name"), "kam.toml");
    assert_eq!(loaded.origin("risk.low"), "default");

    let entries = loaded.entries();
    let position = |key: &str| entries.iter().position(|entry| entry.0 == key).expect(key);
    assert_eq!(position("tier.core.needs_fit"), position("tier.core.owner") + 1);
    assert!(position("columns.clients.name") > position("due.low"));
    let source = &entries[position("source")];
    assert_eq!((source.1.as_str(), source.2.as_str()), ("[{ path = \"b*.csv\" }]", "kam.toml"));
    assert_eq!(entries[position("tier.core.top")].1, "0.2");

    let lower = layer("user", "[[source]]\npath = \"a\"\n[[source]]\npath = \"c\"\n");
    let upper = layer("kam.toml", "[[source]]\npath = \"b\"\n");
    let loaded = load(&[lower, upper], &[]).expect("settings");
    assert_eq!(loaded.config.source.len(), 1);
    assert_eq!(loaded.config.source[0].path, "b");
}

#[test]
fn unknown_keys_get_a_suggestion() {
    let found = one("# 拒收比例上限\nmax_regected = 0.02\n");
    assert_eq!((found.code, marked(&found).as_str()), ("config-key", "max_regected"));
    assert_eq!(fact(&found, "suggestion"), "max_rejected");
    let found = one("[signal.order_overdu]\nmin_days = 3\n");
    assert_eq!(
        (marked(&found), fact(&found, "key")),
        ("order_overdu".into(), "signal.order_overdu".into())
    );
    assert_eq!(fact(&found, "suggestion"), "signal.order_overdue");
    let found = one("credit_days = 90\n");
    assert_eq!(fact(&found, "suggestion"), "features.credit_days");
    let found = one("[score.weights]\nesg = 0\n");
    assert_eq!((found.code, fact(&found, "suggestion")), ("config-key", String::new()));
    assert!(fact(&found, "known").starts_with("business_lines, executive_contact"));
    let found = one("[[source]]\npath = \"a\"\nheader_rows = 2\n");
    assert_eq!(marked(&found), "header_rows");
    assert_eq!(fact(&found, "suggestion"), "source.header_row");
    assert_one(
        "[columns]\n\"客户\".\"编号\" = 1\n",
        "config-type",
        "columns.\"客户\".\"编号\"",
        "texts",
        "1",
    );
}

#[test]
fn types_are_checked() {
    assert_one("max_rejected = \"1%\"\n", "config-type", "max_rejected", "number", "\"1%\"");
    assert_one("lang = true\n", "config-type", "lang", "text", "true");
    assert_one("tier = 3\n", "config-type", "tier", "table", "3");
    assert_one("tier.core.over = \"是\"\n", "config-type", "tier.core.over", "flag", "\"是\"");
    assert_one(
        "fiscal_year_start = 4.0\n",
        "config-type",
        "fiscal_year_start",
        "whole-number",
        "4.0",
    );
    assert_one("skip_status = [\"作废\", 1]\n", "config-type", "skip_status", "texts", "1");
    assert_one("source = \"a.csv\"\n", "config-type", "source", "sources", "\"a.csv\"");
    assert_one(
        "[score.anchors]\ngrowth = [[0, 1], [2]]\n",
        "config-type",
        "score.anchors.growth",
        "anchors",
        "[2]",
    );
    assert_one("policy = { a = 1 }\n", "config-type", "policy", "text", "{ a = 1 }");
    assert_one(
        "[signal.sales_down]\nchange = -0.5\n",
        "config-type",
        "signal.sales_down.change",
        "table",
        "-0.5",
    );
}

#[test]
fn values_are_checked() {
    let found = one("policy = \"ranks\" # 政策\n");
    assert_eq!((found.code, marked(&found).as_str()), ("config-value", "\"ranks\""));
    assert_eq!(fact(&found, "expected"), "rank, share, all");
    assert_eq!(fact(&found, "suggestion"), "rank");
    for (text, key, expected, at) in [
        ("lang = \"cn\"", "lang", "auto, zh, en", "\"cn\""),
        ("as_of = \"30.6.2026\"", "as_of", "date", "\"30.6.2026\""),
        ("period = \"Q3\"", "period", "period", "\"Q3\""),
        ("fiscal_year_start = 13", "fiscal_year_start", "month", "13"),
        ("max_rejected = 1.5", "max_rejected", "share", "1.5"),
        ("max_rejected = nan", "max_rejected", "share", "nan"),
        ("rising.growth = inf", "rising.growth", "number", "inf"),
        ("due.low = -1", "due.low", "count", "-1"),
        ("due.low = 99999999999999999999", "due.low", "whole-number", "99999999999999999999"),
        ("[score]\ngrowth_range = [1, 1]", "score.growth_range", "pair", "[1, 1]"),
        (
            "[score]\naggregation = \"mean\"",
            "score.aggregation",
            "arithmetic, geometric",
            "\"mean\"",
        ),
        ("[score.anchors]\nmargin = [[0, 0]]", "score.anchors.margin", "anchor-count", "[[0, 0]]"),
        (
            "[score.anchors]\nmargin = [[0, 0], [0, 9]]",
            "score.anchors.margin",
            "anchor-order",
            "[0, 9]",
        ),
        (
            "[score.anchors]\nmargin = [[0, 0], [1, 101]]",
            "score.anchors.margin",
            "anchor-points",
            "[1, 101]",
        ),
        (
            "[score.share_anchors]\nmargin = [[0, 0], [3, 9]]",
            "score.share_anchors.margin",
            "anchor-share",
            "[3, 9]",
        ),
        ("[tier.core]\ntop = 0.30", "tier.core.top", "tops", "0.30"),
        ("signal.order_overdue.gaps.low = 2.5", "signal.order_overdue.gaps.low", "rising", "2.5"),
        (
            "signal.sales_down.change.high = -0.1",
            "signal.sales_down.change.high",
            "falling",
            "-0.1",
        ),
        ("risk.level_medium = 0.7", "risk.level_medium", "risk-levels", "0.7"),
        (
            "source = [{ path = \"a\", delimiter = \"||\" }]",
            "source.delimiter",
            "delimiter",
            "\"||\"",
        ),
        ("source = [{ path = \"a\", decimal = \"'\" }]", "source.decimal", "., ,", "\"'\""),
        (
            "source = [{ path = \"a\", date_order = \"dym\" }]",
            "source.date_order",
            "dmy, mdy, ymd",
            "\"dym\"",
        ),
        (
            "source = [{ path = \"a\", encoding = \"gb0\" }]",
            "source.encoding",
            "encoding",
            "\"gb0\"",
        ),
    ] {
        let code = if expected == "whole-number" { "config-type" } else { "config-value" };
        assert_one(text, code, key, expected, at);
    }
    let dated = load(&[layer("kam.toml", "as_of = 2026-06-30\n")], &[]).expect("a TOML date");
    assert_eq!(dated.config.as_of, "2026-06-30");
}

#[test]
fn weights_must_add_up() {
    let found = one("# 权重\n[score.weights]\ngrowth = 17\n");
    assert_eq!((found.code, marked(&found).as_str()), ("config-weights", "[score.weights]"));
    assert_eq!(fact(&found, "sum"), "105");
    assert!(fact(&found, "weights").contains("growth 17"));
    assert_eq!(fact(&one("score.weights.growth = 12.3\n"), "sum"), "100.3");
    assert_eq!(marked(&one("score = { weights = { growth = 13 } }\n")), "{ growth = 13 }");
    assert_eq!(marked(&one("[score]\nweights.growth = 13\n")), "weights");
    let tenths = "[score.weights]\ngrowth = 12.1\nmargin = 19.9\n";
    assert!(load(&[layer("kam.toml", tenths)], &[]).is_ok());
    // the highest that sets weights is to blame, and a flag has no text to show
    let layers =
        [layer("user", "[score.weights]\nmargin = 30\n"), layer("kam.toml", "lang = \"en\"\n")];
    let error = load(&layers, &[]).expect_err("sum");
    assert_eq!(error.diagnostics[0].origin.file, "user");
    let error = load(&layers[1..], &[flag("score.weights.margin", 25)]).expect_err("sum");
    assert_eq!(error.diagnostics[0].origin.file, "--score.weights.margin");
    assert_eq!(
        (fact(&error.diagnostics[0], "sum").as_str(), &error.diagnostics[0].excerpt),
        ("105", &None)
    );
    let error = load(&[], &[flag("score.weights.客户 x", 1)]).expect_err("no such metric");
    assert_eq!(error.diagnostics[0].code, "config-key");
    // a misspelt weight is one problem, not two
    assert_eq!(one("[score.weights]\ngrowht = 17\n").code, "config-key");
}

#[test]
fn syntax_errors_point_into_the_text() {
    let found = one("# 客户\nlang = \"zh\npolicy = \"all\"\n");
    assert_eq!(found.code, "config-syntax");
    assert!(!fact(&found, "reason").is_empty());
    let found = problems("lang = \"zh\"\nlang = \"en\"\n");
    assert_eq!(found[0].0, "config-syntax");
    assert_eq!(found[0].2, "lang");
    // keys that are not ASCII need quotes; the place must still fall between characters
    let found = problems("金额 = 1\n");
    assert!(found.iter().all(|problem| problem.0 == "config-syntax"), "{found:?}");
    assert!(!found.is_empty());
    assert_eq!(problems(""), []);
    assert_eq!(problems("\u{feff}lang = \"zh\"\r\n"), []);
    assert_eq!(problems("\u{feff}langs = \"zh\"\r\n")[0].2, "langs");
}

#[test]
fn all_problems_of_all_layers_come_at_once() {
    let layers = [
        layer("user", "polcy = \"all\"\n"),
        layer("broken", "= 1\n"),
        layer("kam.toml", "[tier.core]\ntop = 7\n[risk]\nlow = \"x\"\n"),
    ];
    let error = load(&layers, &[flag("policy", "best"), flag("lnag", "zh")]).expect_err("five");
    let found: Vec<(&str, &str)> =
        error.diagnostics.iter().map(|d| (d.origin.file.as_str(), d.code)).collect();
    assert_eq!(
        found,
        [
            ("user", "config-key"),
            ("broken", "config-syntax"),
            ("kam.toml", "config-value"),
            ("kam.toml", "config-type"),
            ("--policy", "config-value"),
            ("--lnag", "config-key"),
        ]
    );
}

#[test]
fn equal_settings_have_equal_hashes() {
    let a = load(&[layer("a", "lang = \"zh\"\npolicy = \"all\"\n[risk]\nlow = 0.1\n")], &[])
        .expect("a");
    let b = load(&[layer("b", "# 注释\npolicy = \"all\"\nlang = 'zh'\n")], &[]).expect("b");
    let c = load(&[layer("c", "policy = \"all\"\nlang = 'en'\n")], &[]).expect("c");
    assert_eq!(sha256(&a.config), sha256(&b.config));
    assert_ne!(sha256(&a.config), sha256(&c.config));
    assert_eq!(sha256(&a.config).len(), 64);
    assert!(canonical(&a.config).starts_with("{\"as_of\":\"\",\"caps\":{\"pay_days\":120.0}"));
}

#[test]
fn decisions_are_checked() {
    let good = "[[override]]\nclient = \"C1\"\ntier = \"core\"\nreason = \"r\"\nuntil = 2026-12-31\n\
                [[snooze]]\nclient = \"C1\"\ncode = \"sales_down\"\nuntil = \"2026-09-30\"\nreason = \"r\"\n";
    let config = load(&[layer("kam.toml", good)], &[]).expect("settings").config;
    assert_eq!(config.overrides[0].until.as_deref(), Some("2026-12-31"));
    assert_eq!(config.snoozes[0].code, "sales_down");
    // The order of keys and the form of a date are no difference.
    let same = "[[snooze]]\nreason = \"r\"\nuntil = 2026-09-30\ncode = \"sales_down\"\nclient = \"C1\"\n\
                [[override]]\nuntil = \"2026-12-31\"\nreason = \"r\"\ntier = \"core\"\nclient = \"C1\"\n";
    let same = load(&[layer("kam.toml", same)], &[]).expect("settings").config;
    assert_eq!(sha256(&config), sha256(&same));

    let found = problems("[[override]]\nclient = \" \"\ntier = \"cor\"\n");
    let keys: Vec<&str> = found.iter().map(|problem| problem.1.as_str()).collect();
    assert_eq!(keys, ["override.reason", "override.client", "override.tier"]);
    let found = one(
        "snooze = [{ client = \"a\", code = \"sale_down\", until = 2026-09-30, reason = \"r\" }]\n",
    );
    assert_eq!((found.code, fact(&found, "suggestion").as_str()), ("config-value", "sales_down"));
    assert_one(
        "snooze = [{ client = \"a\", code = \"sales_down\", until = \"today\", reason = \"r\" }]\n",
        "config-value",
        "snooze.until",
        "day",
        "\"today\"",
    );
    let found = one(&good.replace("until = \"2026-09-30\"\n", ""));
    assert_eq!((found.code, fact(&found, "key").as_str()), ("config-incomplete", "snooze.until"));
    assert_eq!(marked(&found), "[[snooze]]");
    assert_eq!(one("source = [{ table = \"clients\" }]").code, "config-incomplete");
    let found = one(&good.replace("tier", "teir"));
    assert_eq!(fact(&found, "key"), "override.teir");
}

#[test]
fn names_of_tiers_are_checked() {
    let good = "[labels]\nset = \"gold\"\ntier.core = \"重点\"\ntier.strategic = \"S\"\n";
    let config = load(&[layer("kam.toml", good)], &[]).expect("settings").config;
    assert_eq!(config.labels.tier.of("core"), Some("重点"));
    assert_eq!(fact(&one("labels.set = \"golden\"\n"), "suggestion"), "gold");
    for name in ["", " A", ">5", "=1", "A*", "1234567890123456789012345678901"] {
        let text = format!("labels.tier.core = \"{name}\"\n");
        let at = format!("\"{name}\"");
        assert_one(&text, "config-value", "labels.tier.core", "label", &at);
    }
    let alike = "[labels.tier]\nstandard = \"A\"\ncore = \"a\"\n";
    assert_one(alike, "config-value", "labels.tier.core", "label-alike", "\"a\"");
}

#[test]
fn segments_are_checked() {
    let of = |weights: &str| {
        format!("[[score.segment]]\nwhere = {{ stage = \"new\" }}\nweights = {{ {weights} }}\n")
    };
    let config =
        load(&[layer("kam.toml", &of("growth = 60, margin = 40"))], &[]).expect("settings").config;
    assert_eq!(config.score.segment[0].label(), "stage = new");
    let found = one(&of("growth = 60, margin = 41"));
    assert_eq!((found.code, fact(&found, "sum").as_str()), ("config-weights", "101"));
    let found = one(&of("growht = 100"));
    assert_eq!(found.code, "config-key");
    assert_eq!(fact(&found, "suggestion"), "score.segment.weights.growth");
    assert_eq!(fact(&one(&of("growth = 100").replace("new", "neu")), "suggestion"), "new");
    let twice = of("growth = 100").replace("where", "name = \"a\"\nwhere").repeat(2);
    assert_eq!(fact(&one(&twice), "expected"), "segment-name");
    let found = one("[[score.segment]]\nwhere = {}\nweights = { growth = 100 }\n");
    assert_eq!(fact(&found, "key"), "score.segment.where");
    let found = one("[[score.segment]]\nwhere = { size = \"L\" }\nweights = { growth = 100 }\n");
    assert_eq!(fact(&found, "key"), "score.segment.where.size");
}

#[test]
fn segments_know_metrics_of_the_users_own() {
    let esg = "[metric.esg]\ncolumn = \"ESG\"\ngroup = \"synergy\"\nanchors = [[0, 0], [100, 100]]\nweight = 5\n";
    let with = |esg: &str, code: &str| {
        format!(
            "{esg}[score.weights]\nneeds_fit = 5\n[[score.segment]]\nwhere.stage = \"new\"\nweights.{code} = 100\n"
        )
    };
    load(&[layer("kam.toml", &with(esg, "esg"))], &[]).expect("settings");
    // One that is not right yet is a metric all the same: the slip is told once, where it is.
    let found = one(&with(&esg.replace("= 5", "= \"five\""), "esg"));
    assert_eq!((found.code, fact(&found, "key").as_str()), ("config-type", "metric.esg.weight"));
    let found = problems(&with(&esg.replace("weight = 5\n", ""), "esg"));
    assert!(!found.iter().any(|problem| problem.0 == "config-key"), "{found:?}");
    let found = one(&with(esg, "esgg"));
    assert_eq!(fact(&found, "suggestion"), "score.segment.weights.esg");
    // Where the metrics cannot be read, nothing is said of what they might be called.
    let found = one(&with("metric = 5\n", "esg"));
    assert_eq!(fact(&found, "key"), "metric");
}

#[test]
fn metrics_of_the_users_own_are_checked() {
    let esg = "[metric.esg]\ncolumn = \"ESG评分\"\ngroup = \"synergy\"\nanchors = [[0, 0], [100, 100]]\nweight = 5\n";
    let good = format!("{esg}[score.weights]\nneeds_fit = 5\n");
    let config = load(&[layer("kam.toml", &good)], &[]).expect("settings").config;
    assert_eq!(config.score.weights.get("esg"), Some(&5.0));
    assert_eq!((config.score.added.len(), config.metric["esg"].name()), (1, "ESG评分"));
    let reordered = "score.weights.needs_fit = 5\n[metric.esg]\nweight = 5\nanchors = [[0, 0], [100, 100]]\n\
                     group = \"synergy\"\ncolumn = \"ESG评分\"\n";
    let same = load(&[layer("kam.toml", reordered)], &[]).expect("settings").config;
    assert_eq!(sha256(&config), sha256(&same));

    let found = one(esg);
    assert_eq!((found.code, fact(&found, "sum").as_str()), ("config-weights", "105"));
    assert!(fact(&found, "weights").contains("esg 5"), "{}", fact(&found, "weights"));
    assert_eq!(marked(&found), "5");
    for lacks in ["column", "group", "anchors"] {
        let text: Vec<&str> = good.lines().filter(|line| !line.starts_with(lacks)).collect();
        let found = one(&(text.join("\n") + "\n"));
        assert_eq!(fact(&found, "key"), format!("metric.esg.{lacks}"));
        assert_eq!((found.code, fact(&found, "part").as_str()), ("config-incomplete", lacks));
    }
    // A code of a built-in metric, and what is no code.
    for code in ["growth", "ESG", "\"a.b\"", "x-y"] {
        let found = problems(&good.replace("esg]", &format!("{code}]")));
        assert!(found.iter().any(|problem| problem.0 == "config-key"), "{code}: {found:?}");
    }
    assert_eq!(one(&good.replace("synergy", "sinergy")).code, "config-value");
}
