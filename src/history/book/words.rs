//! The words of a review workbook in one language.

use std::collections::HashMap;

use crate::config::rules::{self, Kind, RULES, Target};
use crate::features::Stage;
use crate::period::Day;
use crate::review::{MOVEMENTS, Scope};
use crate::score::METRICS;
use crate::signal::{Level, SIGNALS};
use crate::source::Cell;
use crate::tier::Tier;

/// The texts of a language by their keys in the catalogue.
pub type Texts = fn(&str) -> Option<&'static str>;

/// What is looked for in one language.
pub(super) struct Words {
    /// Name of the sheet of the clients.
    pub sheet: String,
    /// The line of the as-of date.
    pub as_of: String,
    /// The same with the currency, with the words for an unnamed one.
    unit: (String, String),
    /// How such a line goes on with whose clients they are: of an account manager, of none.
    scope: (String, String, String),
    /// The title with the period.
    title: String,
    texts: Texts,
    /// Names of the tiers that come with the program, and of being in none.
    pub tiers: Vec<(String, Option<Tier>)>,
    /// Stages by their words.
    pub stages: HashMap<String, &'static str>,
    /// Movements by their words.
    pub movements: HashMap<String, &'static str>,
    /// Findings by how they are written.
    findings: HashMap<String, (String, Level)>,
    list: String,
}

impl Words {
    pub(super) fn of(texts: Texts) -> Self {
        let text = |key: &str| texts(key).unwrap_or(key).to_owned();
        let mut tiers = vec![(text("tier.inactive"), None)];
        for tier in Tier::ALL {
            let code = tier.code();
            tiers.push((text(&format!("tier.{code}")), Some(tier)));
            let of_set = |set: &&str| texts(&format!("tier_set.{set}.{code}"));
            tiers.extend(sets().iter().filter_map(of_set).map(|it| (it.to_owned(), Some(tier))));
        }
        let finding = text("book.clients.finding");
        let levels = [Level::Low, Level::Medium, Level::High];
        let findings = SIGNALS.iter().flat_map(|signal| {
            let label = text(&format!("signal.{}.label", signal.code()));
            let written = finding.replace("{label}", &label);
            let text = &text;
            levels.map(|level| {
                let word = text(&format!("level.{}", level.code()));
                (written.replace("{level}", &word), (signal.code().to_owned(), level))
            })
        });
        let by_word = |codes: &[&'static str], key: &str| {
            codes.iter().map(|code| (text(&format!("{key}.{code}")), *code)).collect()
        };
        Self {
            sheet: text("book.sheet.clients"),
            as_of: text("book.as_of"),
            unit: (text("book.as_of_unit"), text("book.unit_unknown")),
            scope: (text("book.scope.line"), text("scope.owner"), text("scope.none")),
            title: text("book.title.overview"),
            tiers,
            stages: by_word(&Stage::ALL.map(Stage::code), "stage"),
            movements: by_word(&MOVEMENTS, "book.movement"),
            findings: findings.collect(),
            list: text("book.list"),
            texts,
        }
    }

    /// The heading of a column.
    pub(super) fn heading(&self, key: &str) -> &'static str {
        (self.texts)(&format!("book.{key}")).unwrap_or_default()
    }

    /// Where a heading stands in a row; none where no cell holds it.
    pub(super) fn column(&self, key: &str, cells: &[Cell<'_>]) -> Option<usize> {
        let heading = self.heading(key);
        cells.iter().position(|cell| is(cell, heading))
    }

    /// Where the headings of the metrics stand in a row, from a column on.
    pub(super) fn metrics(&self, cells: &[Cell<'_>], from: usize) -> Vec<(&'static str, usize)> {
        let place = |code: &'static str| {
            let label = (self.texts)(&format!("metric.{code}"))?;
            let at = cells.iter().skip(from).position(|cell| is(cell, label))?;
            Some((code, from + at))
        };
        METRICS.iter().filter_map(|metric| place(metric.code())).collect()
    }

    /// The as-of date of a line that tells it.
    pub(super) fn day(&self, line: &str) -> Option<Day> {
        let (before, _) = self.as_of.split_once("{as_of}")?;
        line.strip_prefix(before).and_then(|rest| Day::parse_iso(rest.get(..10)?))
    }

    /// The currency that such a line names, empty for an unnamed one, and whose clients it says they are.
    pub(super) fn unit(&self, line: &str, as_of: Day) -> Option<(String, Option<Scope>)> {
        let (template, unnamed) = &self.unit;
        let template = template.replace("{as_of}", &as_of.to_string());
        let (before, after) = template.split_once("{unit}")?;
        let rest = line.strip_prefix(before)?;
        let (unit, scope) = match self.scope(rest, after) {
            Some((unit, scope)) => (unit, Some(scope)),
            None => (rest.strip_suffix(after)?, None),
        };
        Some((if unit == unnamed { String::new() } else { unit.to_owned() }, scope))
    }

    /// What stands before and in the words for whose clients they are; `after` is what stands between.
    fn scope<'a>(&self, rest: &'a str, after: &str) -> Option<(&'a str, Scope)> {
        let (line, owner, none) = &self.scope;
        let (joint, end) = line.strip_prefix("{line}")?.split_once("{scope}")?;
        let (rest, joint) = (rest.strip_suffix(end)?, format!("{after}{joint}"));
        if let Some(unit) = rest.strip_suffix(&format!("{joint}{none}")) {
            return Some((unit, Scope { owner: None }));
        }
        let (of, only) = owner.split_once("{owner}")?;
        let (unit, owner) = rest.strip_suffix(only)?.split_once(&format!("{joint}{of}"))?;
        Some((unit, Scope { owner: Some(owner.to_owned()) }))
    }

    /// The period that the title names.
    pub(super) fn period(&self, title: &str) -> Option<String> {
        let (before, after) = self.title.split_once("{period}")?;
        let period = title.strip_prefix(before)?.strip_suffix(after)?;
        (!period.is_empty()).then(|| period.to_owned())
    }

    /// The findings that a cell lists.
    pub(super) fn findings(&self, text: &str) -> Vec<(String, Level)> {
        let parts = text.split(self.list.trim());
        parts.filter_map(|part| self.findings.get(part.trim()).cloned()).collect()
    }
}

/// The sets of names of tiers that settings can choose.
fn sets() -> &'static [&'static str] {
    match rules::target(RULES, &["labels", "set"].map(ToOwned::to_owned)) {
        Target::Setting(Kind::OneOf(sets)) => sets,
        _ => &[],
    }
}

/// Whether a cell holds a text.
pub(super) fn is(cell: &Cell<'_>, text: &str) -> bool {
    matches!(cell, Cell::Text(found) if found.trim() == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Lang;

    #[test]
    fn any_currency_is_told_from_whose_clients_they_are() {
        let day = Day::parse_iso("2026-03-31").expect("day");
        let languages: [(Lang, Texts); 2] =
            [(Lang::En, |key| Lang::En.find(key)), (Lang::Zh, |key| Lang::Zh.find(key))];
        for (lang, texts) in languages {
            let words = Words::of(texts);
            let unnamed = lang.text("book.unit_unknown");
            for (written, unit) in
                [("EUR", "EUR"), ("新台币", "新台币"), ("U.S. $", "U.S. $"), (&*unnamed, "")]
            {
                let facts = [("as_of", day.to_string()), ("unit", written.to_owned())];
                let line = lang.fill("book.as_of_unit", &facts);
                assert_eq!(words.unit(&line, day), Some((unit.to_owned(), None)));
                for owner in [Some("Ann"), Some("王; 仅 only."), None] {
                    let scope = match owner {
                        Some(owner) => lang.fill("scope.owner", &[("owner", owner.to_owned())]),
                        None => lang.text("scope.none"),
                    };
                    let whole = [("line", line.clone()), ("scope", scope)];
                    let scope = Scope { owner: owner.map(ToOwned::to_owned) };
                    let told = words.unit(&lang.fill("book.scope.line", &whole), day);
                    assert_eq!(told, Some((unit.to_owned(), Some(scope))));
                }
            }
        }
    }
}
