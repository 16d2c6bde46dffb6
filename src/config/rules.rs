//! Which settings exist and what each may hold, as one table.
//!
//! Serde alone would stop at the first misfit and could not say what is known nearby; with the table every misfit of
//! every layer is found in one run. A test keeps the table and [`super::Config`] in step.

use std::sync::OnceLock;

/// What a setting may hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Any finite number.
    Number,
    /// A number from `min` to `max`; the last field is the code of the sentence that says so.
    Between(f64, f64, &'static str),
    /// A whole number from `min` to `max`, likewise.
    Whole(i64, i64, &'static str),
    /// True or false.
    Flag,
    /// Any text.
    Text,
    /// A list of texts.
    Texts,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A date, `today` or nothing.
    Date,
    /// A period such as `2026Q3`, or nothing.
    Period,
    /// Two numbers, the first below the second.
    Pair,
    /// Goalposts: values from `min` to `max`.
    Anchors(f64, f64),
    /// One character, or `tab`.
    Delimiter,
    /// The label of a text encoding.
    Encoding,
    /// A text that is not blank; the field is the code of the sentence that says so.
    Filled(&'static str),
    /// A short name that a spreadsheet takes for nothing else.
    Label,
    /// A date, in any form that TOML has for it.
    Day,
    /// The code of a signal.
    Signal,
    /// A list of tables, such as `[[source]]`.
    Tables(&'static Items),
}

/// The tables of a list.
#[derive(Debug, PartialEq)]
pub struct Items {
    /// The keys of each, as in [`RULES`].
    pub rules: &'static [(&'static str, Kind)],
    /// Keys that none may lack.
    pub required: &'static [&'static str],
    /// The code of the sentence that says what the list is.
    pub expected: &'static str,
}

const AMOUNT: Kind = Kind::Between(0.0, f64::MAX, "at-least-zero");
const SHARE: Kind = Kind::Between(0.0, 1.0, "share");
const FALL: Kind = Kind::Between(-1.0, 0.0, "fall");
const POINTS: Kind = Kind::Between(0.0, 100.0, "points");
const COUNT: Kind = Kind::Whole(0, i32::MAX as i64, "count");
const FROM_ONE: Kind = Kind::Whole(1, i32::MAX as i64, "from-one");

/// Key → kind. A segment may list names (`a|b`), be any metric (`@`), a new
/// code (`#`) or any name (`*`).
pub const RULES: &[(&str, Kind)] = &[
    ("lang", Kind::OneOf(&["auto", "zh", "en"])),
    ("currency", Kind::Text),
    ("as_of", Kind::Date),
    ("period", Kind::Period),
    ("fiscal_year_start", Kind::Whole(1, 12, "month")),
    ("policy", Kind::OneOf(&["rank", "share", "all"])),
    ("rollup", Kind::Flag),
    ("max_rejected", SHARE),
    ("skip_status", Kind::Texts),
    ("won_stage", Kind::Texts),
    ("return_type", Kind::Texts),
    ("features.credit_days", AMOUNT),
    ("features.capital_rate", SHARE),
    ("features.margin_known", SHARE),
    ("features.growth_grace_days", COUNT),
    ("features.stage_growth", AMOUNT),
    ("features.new_order_dates", COUNT),
    ("relations.promise_days.low|medium|high", AMOUNT),
    ("relations.promise_hours.routine|complex|cross_team", AMOUNT),
    (
        "relations.words.yes|done|executive_visit|complaint|survey|severity_high|severity_medium|key_role|renewal|lost_stage",
        Kind::Texts,
    ),
    ("relations.keywords.competitor|front_line", Kind::Texts),
    ("score.aggregation", Kind::OneOf(&["arithmetic", "geometric"])),
    ("score.calibrate_min", FROM_ONE),
    ("score.drift", SHARE),
    ("score.coverage_min", POINTS),
    ("score.growth_range", Kind::Pair),
    ("score.weights.@", AMOUNT),
    ("score.anchors.@", Kind::Anchors(f64::MIN, f64::MAX)),
    ("score.share_anchors.@", Kind::Anchors(0.0, 1.0)),
    ("metric.#.column", Kind::Filled("column-named")),
    ("metric.#.group", Kind::OneOf(&["contribution", "synergy", "potential"])),
    ("metric.#.anchors", Kind::Anchors(f64::MIN, f64::MAX)),
    ("metric.#.weight", AMOUNT),
    ("metric.#.label", Kind::Label),
    ("score.segment", Kind::Tables(&SEGMENTS)),
    ("caps.pay_days", AMOUNT),
    ("tier.strategic|core|potential.top", SHARE),
    ("tier.strategic|core|potential.share", SHARE),
    ("tier.strategic|core|potential.over", Kind::Flag),
    ("tier.strategic|core|potential.business_lines", AMOUNT),
    ("tier.strategic|core|potential.executive_contact", AMOUNT),
    ("tier.strategic|core|potential.needs_fit", AMOUNT),
    ("tier.strategic|core|potential.owner", Kind::Flag),
    ("labels.set", Kind::OneOf(&["default", "abc", "gold", "vip"])),
    ("labels.tier.strategic|core|potential|standard", Kind::Label),
    ("one_off.top_order_share", SHARE),
    ("one_off.order_dates", COUNT),
    ("one_off.silent_days", AMOUNT),
    ("one_off.silent_gaps", AMOUNT),
    ("hysteresis.points", POINTS),
    ("rising.growth", Kind::Number),
    ("marks.sales_share", SHARE),
    ("marks.margin_above", SHARE),
    ("marks.synergy", POINTS),
    ("marks.potential", POINTS),
    ("signal.order_overdue.gaps.low|medium|high", AMOUNT),
    ("signal.order_overdue.min_days", AMOUNT),
    ("signal.order_silence.days.low|medium|high", AMOUNT),
    ("signal.order_silence.longest_gap", AMOUNT),
    ("signal.orders_down.ratio.low|medium|high", SHARE),
    ("signal.orders_down.min_orders", COUNT),
    ("signal.sales_down.change.low|medium|high", FALL),
    ("signal.sales_down.min_orders", COUNT),
    ("signal.lines_down.lost", SHARE),
    ("signal.lines_down.min_lines", COUNT),
    ("signal.margin_down.points.low|medium|high", FALL),
    ("signal.returns_up.points.low|medium|high", SHARE),
    ("signal.returns_up.ratio", AMOUNT),
    ("signal.payment_slower.days.low|medium|high", AMOUNT),
    ("risk.low|medium|high", SHARE),
    ("risk.level_high", SHARE),
    ("risk.level_medium", SHARE),
    ("due.high|medium|low", COUNT),
    ("workload.contacts_per_year", AMOUNT),
    (
        "workload.contact_days.strategic|core|potential|standard",
        Kind::Between(0.1, 3_650.0, "contact-days"),
    ),
    ("sensitivity.spread|firm", SHARE),
    ("sensitivity.draws", Kind::Whole(1, 100_000, "draws")),
    ("sensitivity.seed", Kind::Whole(0, i64::MAX, "count")),
    ("rate.*", Kind::Between(0.000_001, 10_000_000.0, "rate")),
    ("source", Kind::Tables(&SOURCES)),
    ("override", Kind::Tables(&OVERRIDES)),
    ("snooze", Kind::Tables(&SNOOZES)),
    ("columns.*.*", Kind::Texts),
];

const SOURCES: Items = Items { rules: SOURCE_RULES, required: &["path"], expected: "sources" };

const OVERRIDES: Items =
    Items { rules: OVERRIDE_RULES, required: &["client", "tier", "reason"], expected: "overrides" };

const SEGMENTS: Items =
    Items { rules: SEGMENT_RULES, required: &["where", "weights"], expected: "segments" };

/// The same for the keys of one `[[score.segment]]`.
pub const SEGMENT_RULES: &[(&str, Kind)] = &[
    ("name", Kind::Label),
    (
        "where.stage",
        Kind::OneOf(&["prospect", "dormant", "lost", "new", "growing", "declining", "steady"]),
    ),
    ("where.industry|region|owner", Kind::Filled("text")),
    ("weights.*", AMOUNT),
];

const SNOOZES: Items = Items {
    rules: SNOOZE_RULES,
    required: &["client", "code", "until", "reason"],
    expected: "snoozes",
};

/// The codes of the tiers, the highest first.
const TIERS: &[&str] = &["strategic", "core", "potential", "standard"];

/// The same for the keys of one `[[override]]`.
pub const OVERRIDE_RULES: &[(&str, Kind)] = &[
    ("client", Kind::Filled("client-named")),
    ("tier", Kind::OneOf(TIERS)),
    ("reason", Kind::Filled("reason")),
    ("by", Kind::Text),
    ("until", Kind::Day),
];

/// The same for the keys of one `[[snooze]]`.
pub const SNOOZE_RULES: &[(&str, Kind)] = &[
    ("client", Kind::Filled("client-named")),
    ("code", Kind::Signal),
    ("until", Kind::Day),
    ("reason", Kind::Filled("reason")),
    ("by", Kind::Text),
];

/// The keys of the lists of tables: the setting, and what each of its tables may hold.
pub const LISTS: &[(&str, &[(&str, Kind)])] = &[
    ("source", SOURCE_RULES),
    ("override", OVERRIDE_RULES),
    ("snooze", SNOOZE_RULES),
    ("score.segment", SEGMENT_RULES),
];

/// The same for the keys of one `[[source]]`.
pub const SOURCE_RULES: &[(&str, Kind)] = &[
    ("path", Kind::Text),
    ("table", Kind::Text),
    ("sheet", Kind::Text),
    ("header_row", FROM_ONE),
    ("encoding", Kind::Encoding),
    ("delimiter", Kind::Delimiter),
    ("decimal", Kind::OneOf(&[".", ","])),
    ("date_order", Kind::OneOf(&["dmy", "mdy", "ymd"])),
    ("unit", Kind::Text),
    ("currency", Kind::Text),
    ("where.*", Kind::Text),
];

/// The three levels under a key.
macro_rules! levels {
    ($key:literal) => {
        [concat!($key, ".low"), concat!($key, ".medium"), concat!($key, ".high")]
    };
}

/// Settings whose values must be in order: the keys, whether upwards, whether equal values are refused, and the code
/// of the sentence that says so.
pub const ORDERS: &[(&[&str], bool, bool, &str)] = &[
    (&["tier.strategic.top", "tier.core.top", "tier.potential.top"], true, true, "tops"),
    (&levels!("signal.order_overdue.gaps"), true, false, "rising"),
    (&levels!("signal.order_silence.days"), true, false, "rising"),
    (&levels!("signal.orders_down.ratio"), false, false, "falling"),
    (&levels!("signal.sales_down.change"), false, false, "falling"),
    (&levels!("signal.margin_down.points"), false, false, "falling"),
    (&levels!("signal.returns_up.points"), true, false, "rising"),
    (&levels!("signal.payment_slower.days"), true, false, "rising"),
    (&levels!("relations.promise_days"), false, false, "falling"),
    (&levels!("risk"), true, false, "rising"),
    (&["risk.level_medium", "risk.level_high"], true, false, "risk-levels"),
    (&levels!("due"), false, false, "falling"),
];

/// What a path of keys leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// A setting.
    Setting(Kind),
    /// A table of settings.
    Table,
    /// Nothing known.
    Unknown,
}

/// What the path leads to under `rules`.
#[must_use]
pub fn target(rules: &[(&str, Kind)], path: &[String]) -> Target {
    let mut found = Target::Unknown;
    for (pattern, kind) in rules {
        let segments: Vec<&str> = pattern.split('.').collect();
        if path.len() > segments.len() || !path.iter().zip(&segments).all(|(key, s)| fits(s, key)) {
            continue;
        }
        if path.len() == segments.len() {
            return Target::Setting(*kind);
        }
        found = Target::Table;
    }
    found
}

/// The names known directly under the path, in the order of `rules`.
#[must_use]
pub fn names(rules: &[(&'static str, Kind)], path: &[String]) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (pattern, _) in rules {
        let segments: Vec<&str> = pattern.split('.').collect();
        if path.len() < segments.len() && path.iter().zip(&segments).all(|(key, s)| fits(s, key)) {
            match segments[path.len()] {
                "*" | "#" => {}
                "@" => found.extend(metrics().iter().map(String::as_str)),
                listed => found.extend(listed.split('|')),
            }
        }
    }
    let mut seen = Vec::new();
    found.retain(|name| {
        !seen.contains(name) && {
            seen.push(*name);
            true
        }
    });
    found
}

/// The metrics that weights and anchors may name: those of the built-in weights.
#[must_use]
pub fn metrics() -> &'static [String] {
    static METRICS: OnceLock<Vec<String>> = OnceLock::new();
    METRICS.get_or_init(|| built_in(&["score", "weights"]))
}

/// The signals that can be silenced: those of the built-in thresholds.
#[must_use]
pub fn signals() -> &'static [String] {
    static SIGNALS: OnceLock<Vec<String>> = OnceLock::new();
    SIGNALS.get_or_init(|| built_in(&["signal"]))
}

/// The keys of a table of the built-in file.
fn built_in(path: &[&str]) -> Vec<String> {
    let table: toml::Table = super::DEFAULT.parse().unwrap_or_default();
    let mut inner = Some(&table);
    for key in path {
        inner = inner.and_then(|table| table.get(*key)?.as_table());
    }
    inner.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

/// Whether a key can be a code: it begins with a small letter, and has only those, digits and `_`.
fn is_code(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn fits(segment: &str, key: &str) -> bool {
    match segment {
        "*" => true,
        "#" => is_code(key) && metrics().iter().all(|metric| metric != key),
        "@" => metrics().iter().any(|metric| metric == key),
        listed => listed.split('|').any(|name| name == key),
    }
}

/// The known name that a misspelt one most likely stands for.
#[must_use]
pub fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let wrong = wrong.to_lowercase().replace('-', "_");
    let allowed = (wrong.chars().count() / 4).clamp(1, 3);
    known
        .iter()
        .filter(|name| {
            strsim::jaro_winkler(&wrong, name) >= 0.9
                || strsim::osa_distance(&wrong, name) <= allowed
        })
        .min_by_key(|name| strsim::osa_distance(&wrong, name))
        .copied()
}

/// Where a setting of this last name is, when there is exactly one: for settings written into the wrong table.
#[must_use]
pub fn elsewhere(name: &str) -> Option<&'static str> {
    let mut fitting = RULES
        .iter()
        .map(|(pattern, _)| *pattern)
        .filter(|pattern| !pattern.contains(['|', '@', '*', '#']))
        .filter(|pattern| pattern.rsplit('.').next() == Some(name));
    fitting.next().filter(|_| fitting.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(key: &str) -> Vec<String> {
        key.split('.').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn paths_lead_to_settings_tables_or_nothing() {
        assert_eq!(target(RULES, &path("tier.core.over")), Target::Setting(Kind::Flag));
        assert_eq!(target(RULES, &path("tier.core")), Target::Table);
        assert_eq!(target(RULES, &path("tier.standard")), Target::Unknown);
        assert_eq!(target(RULES, &path("score.weights.margin")), Target::Setting(AMOUNT));
        assert_eq!(target(RULES, &path("score.weights.profit")), Target::Unknown);
        assert_eq!(target(RULES, &path("columns.任意.字段")), Target::Setting(Kind::Texts));
        assert_eq!(target(RULES, &path("policy.rank")), Target::Unknown);
    }

    #[test]
    fn names_near_a_misspelt_one() {
        assert_eq!(names(RULES, &path("tier")), ["strategic", "core", "potential"]);
        assert_eq!(nearest("Max-Regected", &names(RULES, &[])), Some("max_rejected"));
        assert_eq!(nearest("colour", &names(RULES, &[])), None);
        assert_eq!(nearest("lo", &["low", "medium", "high"]), Some("low"));
        assert_eq!(elsewhere("credit_days"), Some("features.credit_days"));
        assert_eq!(elsewhere("min_orders"), None);
    }
}
