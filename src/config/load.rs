//! How the layers of settings are put together.
//!
//! Every layer is checked on its own first, so that one run shows every problem of every file; the settings that are
//! right are laid over each other key by key, and only what holds between several settings is checked on the result.
//! Nothing here reads a file or the environment: the command line does, and passes texts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::check::{self, Checked, Input, Leaf};
use super::rules::{self, ORDERS};
use super::{Config, DEFAULT, weight_of};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Cause, Error, Result};

/// The origin of settings that no layer sets.
pub const BUILT_IN: &str = "default";

/// Where metrics of the user's own are set.
const METRIC: &str = "metric.";
/// Where segments are set.
const SEGMENT: &str = "score.segment";
/// Where the names of tiers are set.
const LABELS: &str = "labels.tier.";

/// How far the weights may be off 100.
pub const WEIGHTS_OFF: f64 = 1e-9;

/// A settings file.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The file as shown to the user.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The settings in force and where each comes from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    origins: BTreeMap<String, String>,
    entries: Vec<(String, String)>,
}

impl Loaded {
    /// Where the setting of a dotted key comes from: the name of a file, flag or variable, or [`BUILT_IN`].
    #[must_use]
    pub fn origin(&self, key: &str) -> &str {
        self.origins.get(key).map_or(BUILT_IN, String::as_str)
    }

    /// Key, value as TOML and origin of every setting, in the order of the built-in file.
    #[must_use]
    pub fn entries(&self) -> Vec<(String, String, String)> {
        let entries = self.entries.iter();
        entries
            .map(|(key, text)| (key.clone(), text.clone(), self.origin(key).to_owned()))
            .collect()
    }
}

/// A setting in force: whose it is (an index into the inputs) and what it is.
type InForce = BTreeMap<String, (usize, Leaf)>;

/// Lays the built-in settings, the layers (each above the one before) and single settings from flags and variables
/// (dotted key, value, and the name of the flag; the last wins) over each other.
///
/// Tables are merged key by key; lists, and the `[[source]]` tables as a whole, are replaced.
pub fn load(layers: &[Layer], overrides: &[(String, Value, String)]) -> Result<Loaded> {
    let path = |key: &str| -> Vec<String> { key.split('.').map(ToOwned::to_owned).collect() };
    let single: Vec<String> = overrides
        .iter()
        .map(|(key, value, _)| format!("{} = {value}", check::dotted(&path(key))))
        .collect();
    let mut inputs = vec![Input { name: BUILT_IN, text: DEFAULT, shown: true }];
    inputs.extend(layers.iter().map(|l| Input { name: &l.name, text: &l.text, shown: true }));
    inputs.extend(overrides.iter().zip(&single).map(|((_, _, name), text)| Input {
        name,
        text,
        shown: false,
    }));

    let mut in_force = InForce::new();
    let mut order = Vec::new();
    let mut weights = (0, 0..0);
    let mut problems = Vec::new();
    let mut failed = Vec::new();
    for (index, input) in inputs.iter().enumerate() {
        let Checked { leaves, problems: found, failed: keys, weights: table } = check::check(input);
        problems.extend(found);
        failed.extend(keys);
        if let Some(table) = table {
            weights = (index, table);
        }
        if index == 0 {
            order = leaves.iter().map(|leaf| (leaf.at.start, check::dotted(&leaf.path))).collect();
        }
        for leaf in leaves {
            in_force.insert(check::dotted(&leaf.path), (index, leaf));
        }
    }
    // Settings that hang together are judged only when each of them is known; an empty key is a layer that is unread, and a
    // table that is none takes all that is to be in it along.
    let unsure = |prefix: &str| {
        let around = |key: &str| prefix.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
        failed.iter().any(|key| key.is_empty() || key.starts_with(prefix) || around(key))
    };
    let added = added_metrics(&in_force, &failed);
    problems.extend(metrics_lacking(&inputs, &in_force, &failed, &added));
    if !unsure("score.weights") && !unsure(METRIC) {
        problems.extend(weights_off(&inputs, &in_force, &weights));
    }
    let all_known = !failed.iter().any(|key| key.is_empty() || METRIC.trim_end_matches('.') == key);
    problems.extend(segments_wrong(&inputs, &in_force, all_known.then_some(&added)));
    if !unsure(LABELS) {
        problems.extend(labels_alike(&inputs, &in_force));
    }
    for (keys, upwards, strict, expected) in ORDERS {
        if !keys.iter().any(|key| unsure(key)) {
            problems.extend(out_of_order(&inputs, &in_force, keys, (*upwards, *strict), expected));
        }
    }
    if !problems.is_empty() {
        return Err(Error { diagnostics: problems });
    }
    assemble(&inputs, in_force, order)
}

fn assemble(
    inputs: &[Input<'_>],
    in_force: InForce,
    mut order: Vec<(usize, String)>,
) -> Result<Loaded> {
    order.sort_unstable();
    let place = |key: &str| place_of(&order, key);
    let mut entries: Vec<((usize, bool), String, String)> = in_force
        .iter()
        .map(|(key, (_, leaf))| (place(key), key.clone(), leaf.value.to_string()))
        .collect();
    entries.sort_unstable();
    let origins = in_force
        .iter()
        .map(|(key, (input, _))| (key.clone(), inputs[*input].name.to_owned()))
        .collect();
    let mut table = Table::new();
    for (_, leaf) in in_force.into_values() {
        insert(&mut table, &leaf.path, leaf.value);
    }
    // The rules let nothing through that does not fit; should they ever, the run stops all the same.
    let mut config = Config::deserialize(Value::Table(table)).map_err(|error| {
        let file = Origin::file(inputs.last().map_or("", |i| i.name));
        Error::from(Cause::text(error.to_string()).of(Diagnostic::error("config-syntax", file)))
    })?;
    config.add_metrics();
    let entries = entries.into_iter().map(|(_, key, text)| (key, text)).collect();
    Ok(Loaded { config, origins, entries })
}

fn insert(table: &mut Table, path: &[String], value: Value) {
    match path {
        [] => {}
        [key] => {
            table.insert(key.clone(), value);
        }
        [key, rest @ ..] => {
            let inner = table.entry(key.clone()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

/// The rank of a key in the built-in file; one that is not in it comes after those of the nearest table around it.
fn place_of(order: &[(usize, String)], key: &str) -> (usize, bool) {
    if let Some(place) = order.iter().position(|(_, known)| known == key) {
        return (place, false);
    }
    let mut table = key;
    while let Some((parent, _)) = table.rsplit_once('.') {
        let inside =
            |known: &String| known.strip_prefix(parent).is_some_and(|r| r.starts_with('.'));
        if let Some(place) = order.iter().rposition(|(_, known)| inside(known)) {
            return (place, true);
        }
        table = parent;
    }
    (order.len(), true)
}

fn weights_off(
    inputs: &[Input<'_>],
    in_force: &InForce,
    (input, table): &(usize, Range<usize>),
) -> Option<Diagnostic> {
    let weights: Vec<(&str, f64)> = in_force
        .iter()
        .filter_map(|(key, (_, leaf))| Some((weight_of(key)?, as_f64(leaf)?)))
        .collect();
    // An added metric that a later layer sets is to blame rather than the weights before it.
    let added = in_force.iter().filter(|(key, _)| key.starts_with(METRIC));
    let added = added.filter(|(key, _)| weight_of(key).is_some()).map(|(_, set)| set);
    let last = added.max_by_key(|(input, leaf)| (*input, leaf.at.start));
    let (input, table) = match last {
        Some((by, leaf)) if by > input => (by, &leaf.at),
        _ => (input, table),
    };
    not_100(&weights, inputs.get(*input)?, table)
}

/// The codes of metrics of the user's own, those included of which not all can be read.
fn added_metrics<'a>(in_force: &'a InForce, failed: &'a [String]) -> BTreeSet<&'a str> {
    let keys = in_force.keys().chain(failed);
    keys.filter_map(|key| key.strip_prefix(METRIC)?.split('.').next()).collect()
}

/// What is wrong with segments: no condition, a metric that is none (where all metrics are known), weights that do not add up.
fn segments_wrong(
    inputs: &[Input<'_>],
    in_force: &InForce,
    added: Option<&BTreeSet<&str>>,
) -> Vec<Diagnostic> {
    let Some((input, leaf)) = in_force.get(SEGMENT) else {
        return Vec::new();
    };
    let (Some(input), Some(segments)) = (inputs.get(*input), leaf.value.as_array()) else {
        return Vec::new();
    };
    let known: Option<Vec<&str>> = added.map(|added| {
        rules::metrics().iter().map(String::as_str).chain(added.iter().copied()).collect()
    });
    let is_metric = |code: &str| known.as_ref().is_none_or(|known| known.contains(&code));
    let mut problems = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for segment in segments {
        if let Some(name) = segment.get("name").and_then(Value::as_str) {
            if names.contains(&name) {
                let problem = input.error("config-value", &leaf.at);
                let problem = problem.with("key", format!("{SEGMENT}.name"));
                problems.push(problem.with("expected", "segment-name"));
            }
            names.push(name);
        }
        if segment.get("where").and_then(Value::as_table).is_none_or(Table::is_empty) {
            let problem = input.error("config-value", &leaf.at);
            let problem = problem.with("key", format!("{SEGMENT}.where"));
            problems.push(problem.with("expected", "segment-where"));
        }
        let Some(weights) = segment.get("weights").and_then(Value::as_table) else {
            continue;
        };
        for code in weights.keys().filter(|code| !is_metric(code)) {
            let problem = input.error("config-key", &leaf.at);
            let key = format!("{SEGMENT}.weights.{code}");
            let near = known.as_ref().and_then(|known| rules::nearest(code, known));
            let problem = problem.with("key", key);
            problems.push(match near {
                Some(near) => problem.with("suggestion", format!("{SEGMENT}.weights.{near}")),
                None => problem,
            });
        }
        let weights: Vec<(&str, f64)> = weights
            .iter()
            .filter_map(|(code, weight)| {
                let weight = weight.as_float().or_else(|| weight.as_integer().map(|it| it as f64));
                Some((code.as_str(), weight?))
            })
            .collect();
        problems.extend(not_100(&weights, input, &leaf.at));
    }
    problems
}

/// That weights do not add up to 100.
fn not_100(weights: &[(&str, f64)], input: &Input<'_>, at: &Range<usize>) -> Option<Diagnostic> {
    let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
    if (sum - 100.0).abs() <= WEIGHTS_OFF {
        return None;
    }
    // the sum of decimal fractions, without the noise of binary ones
    let sum = (sum * 1e9).round() / 1e9;
    let named: Vec<String> =
        weights.iter().map(|(metric, weight)| format!("{metric} {weight}")).collect();
    let problem = input.error("config-weights", at);
    Some(problem.with("sum", sum.to_string()).with("weights", named))
}

/// What metrics of the user's own cannot do without, where they do not have it.
fn metrics_lacking(
    inputs: &[Input<'_>],
    in_force: &InForce,
    failed: &[String],
    added: &BTreeSet<&str>,
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for code in added {
        let table = format!("{METRIC}{code}.");
        if failed.iter().any(|key| key.starts_with(&table)) {
            continue;
        }
        let set = in_force.iter().filter(|(key, _)| key.starts_with(&table)).map(|(_, set)| set);
        let Some((input, leaf)) = set.max_by_key(|(input, leaf)| (*input, leaf.at.start)) else {
            continue;
        };
        for part in ["column", "group", "anchors", "weight"] {
            let key = format!("{table}{part}");
            if !in_force.contains_key(&key)
                && let Some(input) = inputs.get(*input)
            {
                let problem = input.error("config-incomplete", &leaf.at).with("key", key);
                let problem = problem.with("table", format!("[{METRIC}{code}]"));
                problems.push(problem.with("part", part).with("example", part));
            }
        }
    }
    problems
}

/// The last of two tiers that are called the same.
fn labels_alike(inputs: &[Input<'_>], in_force: &InForce) -> Option<Diagnostic> {
    let mut names: Vec<(&String, &(usize, Leaf))> =
        in_force.iter().filter(|(key, _)| key.starts_with(LABELS)).collect();
    names.sort_by_key(|(_, (input, leaf))| (*input, leaf.at.start));
    let name = |leaf: &Leaf| leaf.value.as_str().map(str::to_lowercase);
    let at = (1..names.len()).find(|at| {
        names[..*at].iter().any(|(_, (_, before))| name(before) == name(&names[*at].1.1))
    })?;
    let (key, (input, leaf)) = names[at];
    let problem = inputs.get(*input)?.error("config-value", &leaf.at).with("key", key.as_str());
    Some(problem.with("expected", "label-alike").with("value", leaf.value.to_string()))
}

fn out_of_order(
    inputs: &[Input<'_>],
    in_force: &InForce,
    keys: &[&str],
    (upwards, strict): (bool, bool),
    expected: &'static str,
) -> Option<Diagnostic> {
    let found: Vec<(&str, usize, &Leaf, f64)> = keys
        .iter()
        .filter_map(|key| {
            let (input, leaf) = in_force.get(*key)?;
            Some((*key, *input, leaf, as_f64(leaf)?))
        })
        .collect();
    let wrong = found.windows(2).find(|pair| {
        let (a, b) = if upwards { (pair[0].3, pair[1].3) } else { (pair[1].3, pair[0].3) };
        a > b || (strict && a >= b)
    })?;
    // of the two, the one set last is the one to change
    let (key, input, leaf, _) =
        wrong.iter().max_by_key(|(_, input, leaf, _)| (*input, leaf.at.start))?;
    let values: Vec<String> = found.iter().map(|(_, _, leaf, _)| leaf.value.to_string()).collect();
    let problem = inputs.get(*input)?.error("config-value", &leaf.at).with("key", *key);
    Some(
        problem
            .with("expected", expected)
            .with("value", leaf.value.to_string())
            .with("values", values),
    )
}

fn as_f64(leaf: &Leaf) -> Option<f64> {
    leaf.value.as_float().or_else(|| leaf.value.as_integer().map(|number| number as f64))
}

/// The settings as JSON with sorted keys: equal texts are equal settings, however the files were written.
#[must_use]
pub fn canonical(config: &Config) -> String {
    serde_json::to_value(config).map(|value| sorted(value).to_string()).unwrap_or_default()
}

fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(members) => {
            let members: BTreeMap<String, serde_json::Value> =
                members.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            serde_json::Value::Object(members.into_iter().collect())
        }
        serde_json::Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// The SHA-256 of [`canonical`] in hexadecimal.
#[must_use]
pub fn sha256(config: &Config) -> String {
    let digest = Sha256::digest(canonical(config));
    digest.iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
