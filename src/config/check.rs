//! One layer of settings against the rules: what it sets, and everything that is wrong with it, each with its place.

use std::ops::Range;

use toml::de::{DeArray, DeTable, DeValue};
use toml::{Spanned, Value};

use super::rules::{self, Items, Kind, RULES, Target};
use crate::diagnostic::{Diagnostic, Excerpt, Fact, Origin};
use crate::error::Cause;
use crate::period::{Day, period_end};

/// How many known names are still worth listing.
const KNOWN_SHOWN: usize = 12;

/// Errors of a text that are shown: one that is no TOML at all has one in every line.
const SYNTAX_SHOWN: usize = 5;

/// Characters of the name of a tier, at most.
const LABEL_LONGEST: usize = 30;

/// A text that settings come from.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// The name of the file or the flag.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
    /// Whether the user has seen this text, so that pieces of it can be shown.
    pub shown: bool,
}

impl Input<'_> {
    /// An error at a place of this input.
    #[must_use]
    pub fn error(&self, code: &'static str, at: &Range<usize>) -> Diagnostic {
        let found = Diagnostic::error(code, Origin::file(self.name));
        if !self.shown {
            return found;
        }
        let from = self.text.floor_char_boundary(at.start);
        let to = self.text.ceil_char_boundary(at.end.max(from));
        found.with_excerpt(Excerpt::Text { text: self.text.to_owned(), from, to })
    }
}

/// One setting that a layer sets.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Path of keys.
    pub path: Vec<String>,
    /// What it is set to.
    pub value: Value,
    /// Where the value stands.
    pub at: Range<usize>,
}

/// What one layer sets and what is wrong with it.
#[derive(Debug, Default)]
pub struct Checked {
    /// The settings that are right.
    pub leaves: Vec<Leaf>,
    /// The problems, in the order of their places.
    pub problems: Vec<Diagnostic>,
    /// The keys of the settings that are wrong.
    pub failed: Vec<String>,
    /// Where the table of the weights stands.
    pub weights: Option<Range<usize>>,
}

/// Checks one layer.
#[must_use]
pub fn check(input: &Input<'_>) -> Checked {
    let (table, errors) = DeTable::parse_recoverable(input.text);
    let mut checker = Checker { input, out: Checked::default(), found: Vec::new() };
    if errors.is_empty() {
        checker.table(RULES, &mut Vec::new(), table.get_ref());
    }
    // What is left of a text that is not TOML would only bring up problems that are none.
    let mut last = None;
    for error in errors {
        let at = error.span().unwrap_or(0..0);
        // One slip brings up several errors in its line, of which the first is the one meant.
        let before = input.text.get(..at.start).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count();
        if last.replace(line) == Some(line) || checker.found.len() == SYNTAX_SHOWN {
            continue;
        }
        let problem = Cause::toml(error.message()).of(input.error("config-syntax", &at));
        checker.add(&at, String::new(), problem);
    }
    checker.found.sort_by_key(|(place, _)| *place);
    checker.out.problems = checker.found.into_iter().map(|(_, problem)| problem).collect();
    checker.out
}

/// Keys as TOML writes them with dots; keys that are not bare are quoted.
#[must_use]
pub fn dotted(path: &[String]) -> String {
    let bare = |key: &String| {
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    let keys: Vec<String> = path
        .iter()
        .map(|key| if bare(key) { key.clone() } else { Value::from(key.as_str()).to_string() })
        .collect();
    keys.join(".")
}

struct Checker<'a> {
    input: &'a Input<'a>,
    out: Checked,
    found: Vec<(usize, Diagnostic)>,
}

impl Checker<'_> {
    fn add(&mut self, at: &Range<usize>, key: String, problem: Diagnostic) {
        self.out.failed.push(key);
        self.found.push((at.start, problem));
    }

    fn wrong_kind(&mut self, path: &[String], at: &Range<usize>, expected: &'static str) {
        let key = dotted(path);
        let problem = self.input.error("config-type", at).with("key", key.as_str());
        self.add(at, key, problem.with("expected", expected));
    }

    fn wrong_value(&mut self, path: &[String], at: &Range<usize>, expected: impl Into<Fact>) {
        let key = dotted(path);
        let mut problem = self.input.error("config-value", at).with("key", key.as_str());
        if let Some(value) = self.input.text.get(at.clone()).filter(|text| text.len() <= 80) {
            problem = problem.with("value", value);
        }
        self.add(at, key, problem.with("expected", expected));
    }

    /// A table of a list without a key that none may lack.
    fn lacking(&mut self, list: &[String], key: &str, at: &Range<usize>) {
        let path: Vec<String> = list.iter().cloned().chain([key.to_owned()]).collect();
        let path = dotted(&path);
        let problem = self.input.error("config-incomplete", at).with("key", path.as_str());
        let table = format!("[[{}]]", dotted(list));
        let problem = problem.with("table", table).with("part", key).with("example", key);
        self.add(at, path, problem);
    }

    fn wrong_word(&mut self, path: &[String], at: &Range<usize>, text: &str, words: &[&str]) {
        let key = dotted(path);
        let named: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let mut problem = self.input.error("config-value", at).with("key", key.as_str());
        if let Some(near) = rules::nearest(text, words) {
            problem = problem.with("suggestion", near);
        }
        self.add(at, key, problem.with("value", text).with("expected", named));
    }

    /// `depth` keys of the path lead to the list of tables whose rules these are, if there is one.
    fn unknown_key(
        &mut self,
        rules: &[(&'static str, Kind)],
        depth: usize,
        path: &[String],
        at: &Range<usize>,
    ) {
        let key = dotted(path);
        let mut problem = self.input.error("config-key", at).with("key", key.as_str());
        if let Some((name, parents)) = path.split_last() {
            let known = rules::names(rules, &parents[depth..]);
            let near = rules::nearest(name, &known).map(|near| {
                let mut right = parents.to_vec();
                right.push(near.to_owned());
                dotted(&right)
            });
            let near = near.or_else(|| rules::elsewhere(name).map(ToOwned::to_owned));
            if let Some(near) = near {
                problem = problem.with("suggestion", near);
            } else if !known.is_empty() && known.len() <= KNOWN_SHOWN {
                let known: Vec<String> = known.into_iter().map(ToOwned::to_owned).collect();
                problem = problem.with("known", known);
            }
        }
        self.add(at, key, problem);
    }

    fn table(&mut self, rules: &[(&'static str, Kind)], path: &mut Vec<String>, table: &DeTable) {
        for (key, value) in table {
            path.push(key.get_ref().to_string());
            match rules::target(rules, path) {
                Target::Unknown => self.unknown_key(rules, 0, path, &key.span()),
                Target::Setting(Kind::Tables(items)) => self.tables(items, path, value),
                Target::Setting(kind) => {
                    if let Some(right) = self.value(kind, path, value) {
                        self.out.leaves.push(Leaf {
                            path: path.clone(),
                            value: right,
                            at: value.span(),
                        });
                    }
                }
                Target::Table => {
                    if let DeValue::Table(inner) = value.get_ref() {
                        if path.iter().eq(["score", "weights"]) {
                            self.out.weights = Some(self.heading(&key.span(), &value.span()));
                        }
                        self.table(rules, path, inner);
                    } else {
                        self.wrong_kind(path, &value.span(), "table");
                    }
                }
            }
            path.pop();
        }
    }

    /// The place of a table: its heading or inline value, or else (a table made by dotted keys) its key.
    fn heading(&self, key: &Range<usize>, value: &Range<usize>) -> Range<usize> {
        let text = self.input.text.get(value.clone()).unwrap_or_default();
        if text.starts_with(['[', '{']) { value.clone() } else { key.clone() }
    }

    fn tables(&mut self, items: &Items, path: &mut Vec<String>, value: &Spanned<DeValue>) {
        let DeValue::Array(tables) = value.get_ref() else {
            return self.wrong_kind(path, &value.span(), items.expected);
        };
        let (before, depth) = (self.found.len(), path.len());
        let mut right = Vec::new();
        for item in tables {
            let DeValue::Table(table) = item.get_ref() else {
                self.wrong_kind(path, &item.span(), items.expected);
                continue;
            };
            let known = self.found.len();
            right.push(Value::Table(self.item(items.rules, depth, path, table)));
            // A misspelt key is one problem, not two.
            let misspelt =
                self.found[known..].iter().any(|(_, problem)| problem.code == "config-key");
            for key in items.required.iter().filter(|_| !misspelt) {
                if !table.keys().any(|known| known.get_ref() == key) {
                    self.lacking(path, key, &item.span());
                }
            }
        }
        if self.found.len() == before {
            let value = Leaf { path: path.clone(), value: Value::Array(right), at: value.span() };
            self.out.leaves.push(value);
        }
    }

    /// What one table of a list sets that is right.
    fn item(
        &mut self,
        rules: &[(&'static str, Kind)],
        depth: usize,
        path: &mut Vec<String>,
        table: &DeTable,
    ) -> toml::Table {
        let mut right = toml::Table::new();
        for (key, value) in table {
            let name = key.get_ref().to_string();
            path.push(name.clone());
            let set = match (rules::target(rules, &path[depth..]), value.get_ref()) {
                (Target::Unknown, _) => {
                    self.unknown_key(rules, depth, path, &key.span());
                    None
                }
                (Target::Setting(kind), _) => self.value(kind, path, value),
                (Target::Table, DeValue::Table(inner)) => {
                    Some(Value::Table(self.item(rules, depth, path, inner)))
                }
                (Target::Table, _) => self.no(|me| me.wrong_kind(path, &value.span(), "table")),
            };
            right.extend(set.map(|set| (name, set)));
            path.pop();
        }
        right
    }

    /// The value when it is what the setting may hold, in the form that the settings are read from.
    fn value(&mut self, kind: Kind, path: &[String], value: &Spanned<DeValue>) -> Option<Value> {
        let at = value.span();
        let right = plain(value.get_ref());
        match kind {
            Kind::Number => self.number(path, value, f64::MIN..=f64::MAX, "number")?,
            Kind::Between(min, max, expected) => self.number(path, value, min..=max, expected)?,
            Kind::Whole(min, max, expected) => match right {
                Value::Integer(number) if (min..=max).contains(&number) => {}
                Value::Integer(_) => return self.no(|me| me.wrong_value(path, &at, expected)),
                _ => return self.no(|me| me.wrong_kind(path, &at, "whole-number")),
            },
            Kind::Flag if right.is_bool() => {}
            Kind::Flag => return self.no(|me| me.wrong_kind(path, &at, "flag")),
            Kind::Texts => self.texts(path, value)?,
            Kind::Pair => self.pair(path, value)?,
            Kind::Anchors(min, max) => self.anchors(path, value, min..=max)?,
            // an unquoted date is a date of TOML
            Kind::Date | Kind::Day
                if right.as_datetime().is_some_and(|date| date.time.is_none()) =>
            {
                let text = right.to_string();
                if Day::parse_iso(&text).is_none() {
                    return self.no(|me| me.wrong_value(path, &at, "date"));
                }
                return Some(Value::String(text));
            }
            Kind::Text
            | Kind::Filled(_)
            | Kind::OneOf(_)
            | Kind::Label
            | Kind::Signal
            | Kind::Date
            | Kind::Day
            | Kind::Period
            | Kind::Delimiter
            | Kind::Encoding => self.text(kind, path, value)?,
            Kind::Tables(_) => return None,
        }
        Some(right)
    }

    fn no<T>(&mut self, report: impl FnOnce(&mut Self)) -> Option<T> {
        report(self);
        None
    }

    fn text(&mut self, kind: Kind, path: &[String], value: &Spanned<DeValue>) -> Option<()> {
        let at = value.span();
        let DeValue::String(text) = value.get_ref() else {
            return self.no(|me| me.wrong_kind(path, &at, "text"));
        };
        let expected: Fact = match kind {
            Kind::OneOf(words) if !words.contains(&text.as_ref()) => {
                return self.no(|me| me.wrong_word(path, &at, text, words));
            }
            Kind::Signal => {
                let signals: Vec<&str> = rules::signals().iter().map(String::as_str).collect();
                if signals.contains(&text.as_ref()) {
                    return Some(());
                }
                return self.no(|me| me.wrong_word(path, &at, text, &signals));
            }
            Kind::Filled(expected) if text.trim().is_empty() => expected.into(),
            Kind::Label if !is_label(text) => "label".into(),
            Kind::Day if Day::parse_iso(text).is_none() => "day".into(),
            Kind::Date if !text.is_empty() && text != "today" && Day::parse_iso(text).is_none() => {
                "date".into()
            }
            Kind::Period if !text.is_empty() && period_end(text, 1).is_none() => "period".into(),
            Kind::Delimiter if text != "tab" && text.chars().count() != 1 => "delimiter".into(),
            Kind::Encoding if encoding_rs::Encoding::for_label(text.as_bytes()).is_none() => {
                "encoding".into()
            }
            _ => return Some(()),
        };
        self.no(|me| me.wrong_value(path, &at, expected))
    }

    fn texts(&mut self, path: &[String], value: &Spanned<DeValue>) -> Option<()> {
        let DeValue::Array(items) = value.get_ref() else {
            return self.no(|me| me.wrong_kind(path, &value.span(), "texts"));
        };
        let wrong = items.iter().find(|item| !item.get_ref().is_str());
        wrong.map_or(Some(()), |item| self.no(|me| me.wrong_kind(path, &item.span(), "texts")))
    }

    fn number(
        &mut self,
        path: &[String],
        value: &Spanned<DeValue>,
        range: std::ops::RangeInclusive<f64>,
        expected: &'static str,
    ) -> Option<()> {
        match number(value.get_ref()) {
            None => self.no(|me| me.wrong_kind(path, &value.span(), "number")),
            Some(number) if range.contains(&number) => Some(()),
            Some(_) => self.no(|me| me.wrong_value(path, &value.span(), expected)),
        }
    }

    fn pair(&mut self, path: &[String], value: &Spanned<DeValue>) -> Option<()> {
        let pair = value.get_ref().as_array().and_then(numbers);
        match pair {
            Some((low, high)) if low < high => Some(()),
            Some(_) => self.no(|me| me.wrong_value(path, &value.span(), "pair")),
            None => self.no(|me| me.wrong_kind(path, &value.span(), "pair")),
        }
    }

    fn anchors(
        &mut self,
        path: &[String],
        value: &Spanned<DeValue>,
        range: std::ops::RangeInclusive<f64>,
    ) -> Option<()> {
        let DeValue::Array(items) = value.get_ref() else {
            return self.no(|me| me.wrong_kind(path, &value.span(), "anchors"));
        };
        let mut before = None;
        for item in items {
            let Some((value, points)) = item.get_ref().as_array().and_then(numbers) else {
                return self.no(|me| me.wrong_kind(path, &item.span(), "anchors"));
            };
            let problem = if !(0.0..=100.0).contains(&points) {
                "anchor-points"
            } else if !range.contains(&value) {
                if *range.end() > 1.0 { "number" } else { "anchor-share" }
            } else if before.is_some_and(|before| value <= before) {
                "anchor-order"
            } else {
                before = Some(value);
                continue;
            };
            return self.no(|me| me.wrong_value(path, &item.span(), problem));
        }
        if items.len() < 2 {
            return self.no(|me| me.wrong_value(path, &value.span(), "anchor-count"));
        }
        Some(())
    }
}

/// Whether a text can stand for a tier in a cell that formulas look at: short, and neither a pattern nor a comparison.
fn is_label(text: &str) -> bool {
    let length = text.chars().count();
    let pattern = |c: char| c.is_control() || matches!(c, '*' | '?' | '~');
    text.trim() == text
        && (1..=LABEL_LONGEST).contains(&length)
        && !text.contains(pattern)
        && !text.starts_with(['=', '<', '>', '+', '-', '@', '\''])
}

fn number(value: &DeValue) -> Option<f64> {
    match plain(value) {
        Value::Integer(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    }
}

fn numbers(pair: &DeArray) -> Option<(f64, f64)> {
    match (pair.len(), pair.first(), pair.get(1)) {
        (2, Some(first), Some(second)) => {
            Some((number(first.get_ref())?, number(second.get_ref())?))
        }
        _ => None,
    }
}

/// The value without places. A number too large for the format, which no setting takes, becomes infinite.
fn plain(value: &DeValue) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Float(f64::INFINITY), Value::Integer),
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::INFINITY)),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Datetime(date) => Value::Datetime(*date),
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| plain(item.get_ref())).collect())
        }
        DeValue::Table(table) => Value::Table(
            table
                .iter()
                .map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref())))
                .collect(),
        ),
    }
}
