//! Settings of the whole review: currency, as-of, language, fiscal year, policy, stages of deals.

use std::collections::{BTreeMap, BTreeSet};

use super::look::Look;
use super::{Answers, Choice, Evidence, Proposal, Question, Setting, Take};
use crate::config::Config;
use crate::diagnostic::Fact;
use crate::period::Day;
use crate::review::Review;
use crate::schema::heading::Layout;
use crate::schema::{aliases, currency};

/// A sheet of transactions: what was seen of it, and how it is read.
pub(super) type Read<'a> = (&'a Look, &'a Layout);

fn setting(key: &'static str, value: impl Into<toml::Value>, evidence: Vec<Evidence>) -> Setting {
    Setting { key, value: value.into(), pinned: false, evidence }
}

fn given(key: &'static str, value: impl Into<toml::Value>) -> Setting {
    Setting { key, value: value.into(), pinned: true, evidence: vec![Evidence::new("given")] }
}

/// All settings that are proposed, and the questions they leave.
pub(super) fn settings(
    transactions: &[Read<'_>],
    headings: &BTreeSet<String>,
    answers: &Answers,
    config: &Config,
) -> (Vec<Setting>, Vec<Question>) {
    let mut all = Vec::new();
    let mut questions = Vec::new();
    all.push(match &answers.lang {
        Some(lang) => given("lang", lang.as_str()),
        None => setting("lang", language(headings), vec![Evidence::new("lang_of_headings")]),
    });
    currency_of(transactions, answers, &mut all, &mut questions);
    all.push(match (&answers.as_of, newest(transactions)) {
        (Some(day), _) => given("as_of", day.as_str()),
        (None, Some(day)) => {
            let newest = Evidence::new("as_of_data").with("day", day);
            setting("as_of", day.to_string(), vec![newest])
        }
        (None, None) => setting("as_of", "", vec![Evidence::new("as_of_unknown")]),
    });
    all.push(match answers.fiscal_year_start {
        Some(month) => given("fiscal_year_start", i64::from(month)),
        None => setting("fiscal_year_start", 1, vec![Evidence::new("fiscal_default")]),
    });
    all.push(match &answers.policy {
        Some(policy) => given("policy", policy.as_str()),
        None => setting("policy", "rank", vec![Evidence::new("policy_default")]),
    });
    stages(transactions, answers, config, &mut all, &mut questions);
    (all, questions)
}

/// The language of headings: Chinese when any has a Chinese character.
pub fn language<'h>(headings: impl IntoIterator<Item = &'h String>) -> &'static str {
    let chinese = |heading: &String| heading.contains(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    if headings.into_iter().any(chinese) { "zh" } else { "en" }
}

fn newest(transactions: &[Read<'_>]) -> Option<Day> {
    let days = transactions.iter().filter_map(|(look, layout)| {
        let profile = look.columns.get(layout.column_of("date")?)?;
        profile.dates.last_known.max(profile.undecided[0].last_known)
    });
    days.max()
}

fn currency_of(
    transactions: &[Read<'_>],
    answers: &Answers,
    all: &mut Vec<Setting>,
    questions: &mut Vec<Question>,
) {
    let mut found: BTreeMap<String, Vec<Evidence>> = BTreeMap::new();
    let mut named = Vec::new();
    let mut by_heading = false;
    for (look, layout) in transactions {
        let amount = layout.column_of("amount").or_else(|| layout.column_of("unit_price"));
        let heading = |at: usize| layout.columns[at].heading.clone();
        let own = amount.is_some_and(|at| aliases::is_own_currency(&layout.columns[at].heading));
        if let (false, Some(at)) = (own, layout.column_of("currency")) {
            let Some(values) = look.columns.get(at).and_then(|profile| profile.values()) else {
                continue;
            };
            for (value, count) in values {
                found.entry(currency::code(value).into_owned()).or_default().push(
                    Evidence::new("currency_column")
                        .with("heading", heading(at))
                        .with("value", value.clone())
                        .with("count", *count)
                        .with("rows", look.rows),
                );
            }
            continue;
        }
        let Some(at) = amount else { continue };
        if let Some(code) = in_brackets(&layout.columns[at].heading) {
            by_heading = true;
            let evidence = Evidence::new("currency_heading").with("heading", heading(at));
            found.entry(code).or_default().push(evidence);
            continue;
        }
        for (code, count) in look.columns.get(at).map(|p| &p.currencies).into_iter().flatten() {
            let evidence = Evidence::new("currency_cells")
                .with("heading", heading(at))
                .with("count", *count)
                .with("value", *code);
            if *code == "$" {
                named.push(evidence);
            } else {
                found.entry((*code).to_owned()).or_default().push(evidence);
            }
        }
    }
    if let Some(code) = answers.currency.as_ref().filter(|code| !code.is_empty()) {
        all.push(given("currency", code.as_str()));
        return;
    }
    let mut codes = found.keys();
    match (codes.next(), codes.next()) {
        (Some(code), None) => {
            let evidence = found.get(code).cloned().unwrap_or_default();
            let proposed = setting("currency", code.as_str(), evidence);
            // Nothing but this proposal reads the currency of a heading.
            all.push(Setting { pinned: by_heading, ..proposed });
        }
        (Some(_), Some(_)) => {
            let codes: Vec<String> = found.keys().cloned().collect();
            let mix = Evidence::new("currency_mix").with("codes", codes);
            all.push(setting("currency", "", vec![mix]));
        }
        (None, _) => {
            let none = if answers.currency.is_some() { "currency_left" } else { "currency_none" };
            named.push(Evidence::new(none));
            all.push(setting("currency", "", named));
            if answers.currency.is_none() && !transactions.is_empty() {
                questions.push(Question {
                    code: "currency",
                    facts: BTreeMap::new(),
                    flag: "--currency",
                    flag_value: String::new(),
                    take: Take::Text,
                    choices: vec![Choice { answer: String::new(), evidence: Vec::new() }],
                    proposed: Some(0),
                    safe: true,
                });
            }
        }
    }
}

/// The currency in brackets at the end of a heading, such as `Amount (USD)`.
fn in_brackets(heading: &str) -> Option<String> {
    let inner = heading.trim().strip_suffix([')', '）', ']'])?;
    let (_, word) = inner.rsplit_once(['(', '（', '['])?;
    let code = currency::code(word.split_whitespace().next()?);
    let known = ["CNY", "USD", "EUR", "GBP", "HKD", "JPY", "CHF"].contains(&code.as_ref());
    // 元 is a unit of many currencies.
    (known && word.trim() != "元").then(|| code.into_owned())
}

fn stages(
    transactions: &[Read<'_>],
    answers: &Answers,
    config: &Config,
    all: &mut Vec<Setting>,
    questions: &mut Vec<Question>,
) {
    let mut stages: BTreeMap<String, u64> = BTreeMap::new();
    let mut of_heading = None;
    for (look, layout) in transactions {
        let Some(at) = layout.column_of("stage") else { continue };
        let Some(values) = look.columns.get(at).and_then(|profile| profile.values()) else {
            continue;
        };
        of_heading = Some(layout.columns[at].heading.clone());
        for (value, count) in values {
            *stages.entry(value.clone()).or_default() += count;
        }
    }
    let Some(heading) = of_heading else { return };
    let won_words: Vec<String> =
        config.won_stage.iter().map(|stage| aliases::normalise(stage)).collect();
    let is_won = |stage: &str| {
        let stage = aliases::normalise(stage);
        won_words.iter().any(|won| stage.starts_with(won.as_str()))
    };
    let list = |won: bool| -> Vec<String> {
        stages
            .iter()
            .filter(|(stage, _)| is_won(stage) == won)
            .map(|(stage, count)| format!("{stage} ({count})"))
            .collect()
    };
    if !answers.won_stage.is_empty() {
        let chosen: Vec<toml::Value> =
            answers.won_stage.iter().map(|stage| stage.as_str().into()).collect();
        all.push(given("won_stage", chosen));
    } else if list(true).is_empty() {
        questions.push(Question {
            code: "won_stage",
            facts: BTreeMap::from([("heading", Fact::from(heading))]),
            flag: "--won-stage",
            flag_value: String::new(),
            take: Take::Many,
            choices: stages
                .iter()
                .map(|(stage, count)| Choice {
                    answer: stage.clone(),
                    evidence: vec![Evidence::new("times").with("count", *count)],
                })
                .collect(),
            proposed: None,
            safe: false,
        });
    } else {
        let won: Vec<toml::Value> = stages
            .keys()
            .filter(|stage| is_won(stage))
            .map(|stage| stage.as_str().into())
            .collect();
        let evidence = Evidence::new("stages_won")
            .with("heading", heading)
            .with("won", list(true))
            .with("others", list(false));
        all.push(setting("won_stage", won, vec![evidence]));
    }
}

/// Adds what a review of the proposal says about the policy.
pub fn judge(proposal: &mut Proposal, review: &Review, config: &Config) {
    let limit = config.tier.strategic.share;
    let active = || review.clients.iter().filter(|client| client.active);
    let largest = active().filter_map(|client| client.features.sales_share).fold(0.0, f64::max);
    let strategic =
        active().filter(|client| client.share_band == Some(crate::tier::Tier::Strategic)).count();
    let evidence = if strategic == 0 {
        Evidence::new("policy_share_empty")
            .with("largest", Fact::Share(largest))
            .with("limit", Fact::Share(limit))
    } else {
        Evidence::new("policy_share_holds")
            .with("count", strategic)
            .with("limit", Fact::Share(limit))
    };
    for setting in &mut proposal.settings {
        if setting.key == "policy" {
            setting.evidence.push(evidence.clone());
        }
    }
}
