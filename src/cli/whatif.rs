//! `kam whatif`: other weights, tier rules or settings; how firm tiers are.

use std::collections::BTreeMap;
use std::mem::ManuallyDrop;

use toml::Value;

use crate::config::Config;
use crate::config::load::{Loaded, WEIGHTS_OFF};
use crate::config::rules::{self, RULES, nearest};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Error;
use crate::locale::decimal;
use crate::render::{sensitivity, summary, whatif as render};
use crate::whatif::{Plan, Sensitivity, WhatIf, rescaled};

use super::args::{Format, WhatIf as Arguments};
use super::ui::Ui;
use super::usage::Refused;
use super::{Outcome, analysis, env, files, lists, review};

/// The answer in a format, for a terminal of some width.
type Answer = dyn Fn(Format, Option<usize>) -> anyhow::Result<Vec<u8>>;

pub(super) fn run(arguments: &Arguments, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let started = env::now();
    let formats = lists::formats(&arguments.output)?;
    // The policy of this command is the one to try; that of the review is the one in force without it.
    let mut usual = arguments.analysis.clone();
    usual.policy = env::variable("KAM_POLICY");
    let given = ui.lang_given.then_some(ui.lang);
    let after = settings(arguments, &usual, given)?;
    let before = analysis::changed(&usual, given, None, &[])?;
    let plan = Plan::between(&before, &after);
    // The process ends with the command: freeing a review of many clients would only take time.
    let analysed = ManuallyDrop::new(analysis::analyse(&usual, analysis::Shown::default(), ui)?);
    for path in &arguments.output {
        files::check(path, &analysed.inputs, false)?;
    }
    let threads = analysis::threads(arguments.analysis.threads);
    let lang = ui.lang;
    let (answer, said): (Box<Answer>, String) = if arguments.sensitivity {
        let answer = Sensitivity::of(&analysed.review, &plan, threads);
        let said = sensitivity::firm(&answer, lang);
        let answer = move |format, width| {
            Ok(match format {
                Format::Table => sensitivity::table(&answer, lang, width).into_bytes(),
                Format::Csv => sensitivity::csv(&answer)?,
                Format::Json => sensitivity::json(&answer, false)?,
                Format::Jsonl => sensitivity::json(&answer, true)?,
                Format::Markdown => sensitivity::markdown(&answer, lang).into_bytes(),
            })
        };
        (Box::new(answer), said)
    } else {
        let answer = WhatIf::of(&analysed.review, &plan, threads);
        let said = render::moved(&answer, lang);
        let answer = move |format, width| {
            Ok(match format {
                Format::Table => render::table(&answer, lang, width).into_bytes(),
                Format::Csv => render::csv(&answer)?,
                Format::Json => render::json(&answer, false)?,
                Format::Jsonl => render::json(&answer, true)?,
                Format::Markdown => render::markdown(&answer, lang).into_bytes(),
            })
        };
        (Box::new(answer), said)
    };
    ui.answer(&answer(arguments.format, ui.width())?)?;
    ui.diagnostics(&analysed.diagnostics);
    let outputs = arguments.output.iter().zip(formats);
    let ready = lists::prepare(outputs, arguments.dry_run, |format| answer(format, ui.width()))?;
    review::put(ready, arguments.output.iter().map(AsRef::as_ref), arguments.dry_run, ui)?;
    let (errors, warnings) = review::counts(&analysed.diagnostics);
    let seconds = started.elapsed().as_secs_f64();
    ui.say(&summary::finished(ui.lang, seconds, errors, warnings, &said));
    Ok(Outcome::Done)
}

/// The settings to try: those in force, the other file above them, then the flags.
fn settings(
    arguments: &Arguments,
    usual: &super::args::Analysis,
    lang: Option<crate::locale::Lang>,
) -> anyhow::Result<Loaded> {
    let mut flags: Vec<(String, Value, String)> = Vec::new();
    let mut set = |key: String, value: Value, flag: &str| flags.push((key, value, flag.to_owned()));
    if let Some(policy) = &arguments.analysis.policy {
        set("policy".to_owned(), Value::from(policy.as_str()), "--policy");
    }
    for (tier, share) in &arguments.top {
        set(format!("tier.{tier}.top"), Value::from(*share), "--top");
    }
    if let Some(draws) = arguments.draws {
        set("sensitivity.draws".to_owned(), Value::from(draws), "--draws");
    }
    if let Some(seed) = arguments.seed {
        set("sensitivity.seed".to_owned(), Value::from(seed), "--seed");
    }
    let other = arguments.other.as_deref();
    let without = analysis::changed(usual, lang, other, &flags)?;
    if arguments.weight.is_empty() {
        return Ok(without);
    }
    known(&arguments.weight, &without.config)?;
    let weights = rescaled(&without.config, &arguments.weight);
    room(&weights)?;
    for (metric, weight) in weights {
        let key = if without.config.metric.contains_key(&metric) {
            format!("metric.{metric}.weight")
        } else {
            format!("score.weights.{metric}")
        };
        flags.push((key, Value::from(weight), "--weight".to_owned()));
    }
    Ok(analysis::changed(usual, lang, other, &flags)?)
}

/// Refuses weights of what is no metric.
fn known(given: &[(String, f64)], config: &Config) -> Result<(), Error> {
    let metrics: Vec<&str> = config.score.weights.keys().map(String::as_str).collect();
    let Some((name, _)) = given.iter().find(|(name, _)| !metrics.contains(&name.as_str())) else {
        return Ok(());
    };
    let problem = Diagnostic::error("unknown-metric", Origin::file("--weight"));
    let problem = problem.with("metric", name.as_str());
    Err(Error::from(match nearest(name, &metrics) {
        Some(near) => problem.with("suggestion", near),
        None => problem.with("known", config.score.weights.keys().cloned().collect::<Vec<_>>()),
    }))
}

/// Refuses weights that leave nothing sensible for the others, which share what is left of 100.
fn room(weights: &[(String, f64)]) -> Result<(), Error> {
    // Given twice, the last one counts.
    let given: BTreeMap<&str, f64> =
        weights.iter().map(|(metric, weight)| (metric.as_str(), *weight)).collect();
    let given: f64 = given.values().sum();
    if (given - 100.0).abs() <= WEIGHTS_OFF {
        return Ok(());
    }
    let problem = Diagnostic::error("weights-given", Origin::file("--weight"));
    Err(problem.with("sum", decimal(given, 2)).into())
}

/// `metric=weight`.
pub(super) fn weight(text: &str) -> Result<(String, f64), Refused> {
    // The settings may add metrics: they tell those that are none.
    named_number(text, "weight", None, 100.0)
}

/// `tier=share`.
pub(super) fn top(text: &str) -> Result<(String, f64), Refused> {
    let tiers = rules::names(RULES, &["tier".to_owned()]);
    named_number(text, "top", Some(&tiers), 1.0)
}

/// `name=number`: one of the names where they are told, and a number up to `most`.
fn named_number(
    text: &str,
    of: &'static str,
    names: Option<&[&str]>,
    most: f64,
) -> Result<(String, f64), Refused> {
    let (name, number) = text.split_once('=').ok_or_else(|| Refused::new(of, "form"))?;
    let name = name.trim();
    if let Some(names) = names.filter(|names| !names.contains(&name)) {
        let refused = Refused::new(of, "name");
        return Err(match nearest(name, names) {
            Some(near) => refused.meaning(near),
            None => refused.of(names),
        });
    }
    match number.trim().parse() {
        Ok(number) if (0.0..=most).contains(&number) => Ok((name.to_owned(), number)),
        _ => Err(Refused::new(of, "number")),
    }
}
