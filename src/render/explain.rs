//! What `kam explain` says about a code: the documentation of the registries and the catalogue, with the defaults in force.
//!
//! Metrics, signals and tables are documented at the head of their own files, everything else in the catalogue. One code
//! may name several things, such as a metric and the feature it rests on; all of them are explained.

pub(super) mod wrap;

use crate::config::load::{self, Loaded};
use crate::config::rules::{self, LISTS, RULES, Target};
use crate::diagnostic::{CHECKS, Fact};
use crate::features::{ClientFeatures, Stage};
use crate::locale::{Lang, decimal, percent};
use crate::render::message;
use crate::review::MOVEMENTS;
use crate::schema::{TABLES, Table, aliases, doc_part};
use crate::score::{Group, METRICS, Metric};
use crate::signal::SIGNALS;
use crate::tier::Tier;

/// Columns that a line of text takes at most.
const WIDTH: usize = 96;
/// Headings that are shown for a field.
const HEADINGS: usize = 3;
/// Likeness from which a known code is suggested.
const LIKE: f64 = 0.9;
/// Metrics whose values are shares.
const SHARES: [&str; 3] = ["growth", "industry_growth", "headroom"];
/// Words with a text in the catalogue, by kind: the key of their labels is the same.
fn terms() -> [(&'static str, Vec<&'static str>); 8] {
    [
        ("tier", Tier::ALL.map(Tier::code).to_vec()),
        ("stage", Stage::ALL.map(Stage::code).to_vec()),
        ("policy", vec!["rank", "share", "all"]),
        ("level", vec!["none", "low", "medium", "high"]),
        ("group", Group::ALL.map(Group::code).to_vec()),
        ("movement", MOVEMENTS.to_vec()),
        ("part", vec!["own", "scale", "config", "missing"]),
        ("topic", vec!["movement", "score_change", "whatif"]),
    ]
}

/// Everything there is to say about a code, as plain text in lines; `None` when nothing has that name.
#[must_use]
pub fn explain(lang: Lang, code: &str) -> Option<String> {
    let defaults = load::load(&[], &[]).ok()?;
    let mut sections = Vec::new();
    if let Some(metric) = METRICS.iter().find(|metric| metric.code() == code) {
        sections.push(of_metric(lang, *metric, &defaults));
    }
    if let Some(signal) = SIGNALS.iter().find(|signal| signal.code() == code) {
        let action = lang.text(&format!("action.{}", signal.action()));
        let text = [
            doc(lang, signal.doc()),
            settings_under(lang, &format!("signal.{code}"), &defaults),
            lang.fill("explain.word.action", &[("action", action)]),
        ];
        sections.push(section(lang, "signal", code, &label(lang, "signal", code), &text));
    }
    for (kind, names) in terms() {
        if names.contains(&code) {
            sections.push(of_term(lang, kind, code, &defaults));
        }
    }
    if let Some(table) = TABLES.iter().find(|table| table.code() == code) {
        let template = lang.text("explain.word.template");
        let text = [doc(lang, table.doc()), fields(lang, *table), template];
        sections.push(section(lang, "table", code, &label(lang, "table", code), &text));
    }
    if let Some(text) = lang.find(&format!("explain.feature.{code}")) {
        let text = [text.to_owned()];
        sections.push(section(lang, "feature", code, &label(lang, "feature", code), &text));
    }
    if let Some(check) = CHECKS.iter().find(|check| check.code == code) {
        let severity = message::severity(lang, check.severity);
        let text = [
            lang.text(&format!("explain.diagnostic.{code}")),
            lang.fill("explain.word.severity", &[("severity", severity)]),
        ];
        sections.push(section(lang, "diagnostic", code, &label(lang, "diagnostic", code), &text));
    }
    let key = if is_setting(code) { Some(code) } else { rules::elsewhere(code) };
    let table = || table_named(code).filter(|_| sections.is_empty());
    if let Some(key) = key.map(ToOwned::to_owned).or_else(table) {
        sections.push(of_setting(lang, &key, &defaults));
    }
    (!sections.is_empty()).then(|| sections.join("\n"))
}

/// Everything that can be explained: kind, code and label. Settings that one text describes stand there once.
#[must_use]
pub fn codes(lang: Lang) -> Vec<(&'static str, String, String)> {
    let mut codes: Vec<(&'static str, String)> = Vec::new();
    codes.extend(METRICS.iter().map(|metric| ("metric", metric.code().to_owned())));
    codes.extend(SIGNALS.iter().map(|signal| ("signal", signal.code().to_owned())));
    for (kind, names) in terms() {
        codes.extend(names.into_iter().map(|name| (kind, name.to_owned())));
    }
    codes.extend(TABLES.iter().map(|table| ("table", table.code().to_owned())));
    codes.extend(features().into_iter().map(|feature| ("feature", feature)));
    codes.extend(CHECKS.iter().map(|check| ("diagnostic", check.code.to_owned())));
    let sections = tables().into_iter().filter(|key| !key.contains('.'));
    let mut keys: Vec<String> = sections
        .chain(settings())
        .map(|key| described(lang, &key).map_or(key, |(described, _)| described))
        .collect();
    keys.dedup();
    codes.extend(keys.into_iter().map(|key| ("setting", key)));
    codes
        .into_iter()
        .map(|(kind, code)| {
            let label = label(lang, kind, &code);
            (kind, code, label)
        })
        .collect()
}

/// The code that a misspelt one most likely stands for.
#[must_use]
pub fn suggestion(code: &str) -> Option<String> {
    let wrong = folded(code);
    let allowed = (wrong.chars().count() / 4).clamp(1, 2);
    codes(Lang::En)
        .into_iter()
        .map(|(_, known, _)| known)
        .chain(settings())
        .map(|known| {
            let near = folded(&known);
            (strsim::jaro_winkler(&wrong, &near), strsim::osa_distance(&wrong, &near), known)
        })
        .filter(|(likeness, distance, _)| *likeness >= LIKE || *distance <= allowed)
        .min_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.total_cmp(&a.0)))
        .map(|(_, _, known)| known)
}

/// The names of all features, in the order of the review.
#[must_use]
pub fn features() -> Vec<String> {
    match serde_json::to_value(ClientFeatures::default()) {
        Ok(serde_json::Value::Object(features)) => {
            features.into_iter().map(|pair| pair.0).collect()
        }
        _ => Vec::new(),
    }
}

/// What a setting does; the text of the table around it where it has none of its own.
#[must_use]
pub fn setting(lang: Lang, key: &str) -> Option<&'static str> {
    described(lang, key).map(|(_, text)| text)
}

/// The text of a setting and the key that it describes: the setting's own, or that of a table around it.
fn described(lang: Lang, key: &str) -> Option<(String, &'static str)> {
    let mut path: Vec<&str> = key.split('.').collect();
    let whole = path.len();
    while !path.is_empty() {
        let mut candidates = vec![path.join(".")];
        for at in 0..path.len() {
            let mut any = path.clone();
            any[at] = "_";
            candidates.push(any.join("."));
        }
        let own = candidates.iter().find_map(|key| {
            let key = format!("explain.setting.{key}");
            // what a table is for says nothing about a setting in it
            let table = || lang.find(&format!("{key}._self")).filter(|_| path.len() == whole);
            lang.find(&key).or_else(table)
        });
        if let Some(text) = own {
            return Some((path.join("."), text));
        }
        path.pop();
    }
    None
}

/// The table of settings of this last name, where there is only one.
fn table_named(code: &str) -> Option<String> {
    let mut fitting: Vec<String> =
        tables().into_iter().filter(|key| key.rsplit('.').next() == Some(code)).collect();
    fitting.pop().filter(|_| fitting.is_empty())
}

/// The tables that the settings with a default stand in, each before those within it.
#[must_use]
pub fn tables() -> Vec<String> {
    let mut tables: Vec<String> = Vec::new();
    for (key, _, _) in load::load(&[], &[]).map(|loaded| loaded.entries()).unwrap_or_default() {
        for (at, _) in key.match_indices('.') {
            if !tables.iter().any(|known| *known == key[..at]) {
                tables.push(key[..at].to_owned());
            }
        }
    }
    tables
}

/// All settings that have a default, and those of the lists of tables and `[columns]`.
fn settings() -> Vec<String> {
    let defaults = load::load(&[], &[]).map(|loaded| loaded.entries()).unwrap_or_default();
    let lists = LISTS.iter().flat_map(|(list, rules)| {
        let within =
            rules.iter().map(move |(key, _)| format!("{list}.{}", key.trim_end_matches(".*")));
        std::iter::once((*list).to_owned()).chain(within)
    });
    defaults
        .into_iter()
        .map(|(key, _, _)| key)
        .chain(lists)
        .chain(["labels.tier", "columns", "metric", "rate"].map(ToOwned::to_owned))
        .collect()
}

fn is_setting(key: &str) -> bool {
    let is_known = |rules, key: &str| {
        let path: Vec<String> = key.split('.').map(ToOwned::to_owned).collect();
        rules::target(rules, &path) != Target::Unknown
    };
    let within = |list: &str| key.strip_prefix(list)?.strip_prefix('.');
    LISTS.iter().find_map(|(list, rules)| Some(is_known(*rules, within(list)?))) == Some(true)
        || is_known(RULES, key)
}

fn folded(code: &str) -> String {
    code.trim().to_lowercase().replace('-', "_")
}

fn label(lang: Lang, kind: &str, code: &str) -> String {
    match kind {
        "diagnostic" => message::title(lang, code),
        "movement" => lang.text(&format!("book.movement.{code}")),
        "part" => lang.text(&format!("book.column.{code}")),
        "signal" | "feature" => lang.text(&format!("{kind}.{code}.label")),
        "setting" => setting(lang, code).map_or(code, first_sentence).to_owned(),
        _ => lang.text(&format!("{kind}.{code}")),
    }
}

fn first_sentence(text: &str) -> &str {
    let end = [". ", "; ", "。", "；"].iter().filter_map(|mark| text.find(mark)).min();
    text[..end.unwrap_or(text.len())].trim_end_matches(['.', '。'])
}

/// A title line, and the paragraphs under it.
fn section(lang: Lang, kind: &str, code: &str, label: &str, paragraphs: &[String]) -> String {
    let title = lang.fill(
        "explain.word.title",
        &[
            ("label", label.to_owned()),
            ("kind", lang.text(&format!("explain.kind.{kind}"))),
            ("code", code.to_owned()),
        ],
    );
    let mut out = format!("# {title}\n");
    for paragraph in paragraphs.iter().filter(|paragraph| !paragraph.is_empty()) {
        out.push('\n');
        out.push_str(&wrap::wrap(paragraph, WIDTH));
    }
    out
}

fn doc(lang: Lang, source: &str) -> String {
    doc_part(source, lang == Lang::En)
}

fn of_metric(lang: Lang, metric: &dyn Metric, defaults: &Loaded) -> String {
    let code = metric.code();
    let score = &defaults.config.score;
    let weight = score.weights.get(code).copied().unwrap_or_default();
    let group = lang.text(&format!("group.{}", metric.group().code()));
    let own = score.anchors.get(code);
    let (key, anchors, shares) = match own {
        Some(anchors) => ("explain.word.points", Some(anchors), SHARES.contains(&code)),
        None => ("explain.word.calibrated", score.share_anchors.get(code), true),
    };
    let anchors: Vec<String> = anchors
        .into_iter()
        .flatten()
        .map(|(value, points)| {
            let value = if shares { percent(*value, 0) } else { decimal(*value, 2) };
            lang.fill("explain.word.anchor", &[("value", value), ("points", decimal(*points, 1))])
        })
        .collect();
    let anchors = anchors.join(&lang.text("location.separator"));
    let weight = [("weight", decimal(weight, 2)), ("group", group)];
    let text = [
        doc(lang, metric.doc()),
        lang.fill("explain.word.weight", &weight),
        lang.fill(key, &[("anchors", anchors)]),
    ];
    section(lang, "metric", code, &label(lang, "metric", code), &text)
}

fn of_term(lang: Lang, kind: &str, code: &str, defaults: &Loaded) -> String {
    let mut text = vec![lang.text(&format!("explain.{kind}.{code}"))];
    if kind == "tier" {
        text.push(settings_under(lang, &format!("tier.{code}"), defaults));
    }
    if kind == "group" {
        let metrics: Vec<String> = METRICS
            .iter()
            .filter(|metric| Group::code(metric.group()) == code)
            .map(|metric| format!("`{}`", metric.code()))
            .collect();
        let list = lang.fact(&Fact::from(metrics));
        text.push(lang.fill("explain.word.metrics", &[("list", list)]));
    }
    section(lang, kind, code, &label(lang, kind, code), &text)
}

fn of_setting(lang: Lang, key: &str, defaults: &Loaded) -> String {
    let text = setting(lang, key).unwrap_or_default().to_owned();
    let value = defaults.entries().into_iter().find(|entry| entry.0 == key);
    let default = match value {
        Some((_, value, _)) => lang.fill("explain.word.default", &[("value", value)]),
        None => settings_under(lang, key, defaults),
    };
    section(lang, "setting", key, key, &[text, default])
}

/// The settings of a table and their defaults, one a line; empty when it has none.
fn settings_under(lang: Lang, table: &str, defaults: &Loaded) -> String {
    let inside = |key: &str| key.strip_prefix(table).is_some_and(|rest| rest.starts_with('.'));
    let lines: Vec<String> = defaults
        .entries()
        .into_iter()
        .filter(|(key, _, _)| inside(key))
        .map(|(key, value, _)| format!("  {key} = {value}"))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("{}\n{}", lang.text("explain.word.defaults"), lines.join("\n"))
}

fn fields(lang: Lang, table: &dyn Table) -> String {
    let mut lines = vec![lang.text("explain.word.fields")];
    for field in table.fields() {
        let required = table.required().iter().any(|group| group.contains(&field.name));
        let values = [
            ("mark", if required { "*" } else { " " }.to_owned()),
            ("field", field.name.to_owned()),
            ("kind", lang.text(&format!("explain.kind.{}", field.kind.code()))),
            ("label", lang.text(&format!("field.{}", field.name))),
            ("headings", headings(lang, table.code(), field.name)),
        ];
        lines.push(lang.fill("explain.word.field", &values));
    }
    lines.join("\n")
}

/// The first headings of a field in the language of the reader; any, where it has none in that one.
fn headings(lang: Lang, table: &str, field: &str) -> String {
    let all = aliases::as_written(table, field);
    let own = |heading: &&String| heading.is_ascii() == (lang == Lang::En);
    let mut shown: Vec<String> = all.iter().filter(own).take(HEADINGS).cloned().collect();
    if shown.is_empty() {
        shown = all.into_iter().take(HEADINGS).collect();
    }
    lang.fact(&Fact::from(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_has_weight_anchors_and_its_feature() {
        let en = explain(Lang::En, "growth").expect("growth");
        assert!(
            en.starts_with("# Growth (metric `growth`)\n\nGrowth of net sales against"),
            "{en}"
        );
        assert!(en.contains("Weight: 12 of 100, in the group Potential."), "{en}");
        assert!(en.contains("-30% → 0, 0% → 40, 30% → 80, 100% → 100"), "{en}");
        assert!(en.contains("\n# Growth (feature `growth`)\n"), "{en}");
        let zh = explain(Lang::Zh, "net_sales").expect("net_sales");
        assert!(zh.contains("权重：20（满分 100），属于贡献度组。"), "{zh}");
        assert!(zh.contains("20% → 100"), "{zh}");
    }

    #[test]
    fn everything_listed_can_be_explained_in_both_languages() {
        for lang in Lang::ALL {
            for (kind, code, label) in codes(lang) {
                let text = explain(lang, &code).unwrap_or_default();
                let title = lang.text(&format!("explain.kind.{kind}"));
                assert!(text.contains(&format!("{title} `{code}`")), "{kind} {code}: {text}");
                assert!(!label.is_empty() && label != format!("{kind}.{code}"), "{kind} {code}");
                assert!(!text.contains("explain."), "{kind} {code}: {text}");
                for name in ["{label}", "{list}", "{value}", "{anchors}", "{action}"] {
                    assert!(!text.contains(name), "{kind} {code}: {text}");
                }
            }
        }
    }

    #[test]
    fn settings_are_found_by_key_table_and_last_name() {
        let text = |key| explain(Lang::En, key).unwrap_or_default();
        assert!(text("tier.core.top").contains("Default: `0.15`."), "{}", text("tier.core.top"));
        assert!(text("signal.order_overdue.gaps.high").contains("low, medium or high"));
        assert!(text("signal.order_overdue").contains("signal.order_overdue.gaps.low = 1.5"));
        assert!(text("credit_days").starts_with("# features.credit_days (setting"));
        assert!(text("columns.transactions.amount").contains("Your own headings"));
        assert!(text("source.date_order").contains("`dmy`"));
        assert!(text("anchors").starts_with("# score.anchors (setting"));
        assert!(text("new").contains("(stage `new`)") && text("new").contains("(movement `new`)"));
        assert_eq!(explain(Lang::En, "days"), None);
        assert_eq!(explain(Lang::En, "source.paht"), None);
        assert_eq!(explain(Lang::En, "nothing"), None);
    }

    #[test]
    fn misspelt_codes_are_recognised() {
        let suggested = |code| suggestion(code).unwrap_or_default();
        assert_eq!(suggested("type_eror"), "type-error");
        assert_eq!(suggested("Net-Sales"), "net_sales");
        assert_eq!(suggested("order_overdeu"), "order_overdue");
        assert_eq!(suggested("xyzzy"), "");
    }

    #[test]
    fn tables_show_headings_in_the_readers_language() {
        let zh = explain(Lang::Zh, "transactions").expect("table");
        assert!(zh.contains("* `date`（日期）：日期；列名如 订单日期、单据日期、业务日期"), "{zh}");
        let en = explain(Lang::En, "transactions").expect("table");
        assert!(
            en.contains("* `date` (date): date; headings such as date, order date, FDATE"),
            "{en}"
        );
    }
}
