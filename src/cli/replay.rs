//! `kam review --replay`: the reviews of past periods.

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::history::{self, SavedReview};
use crate::period::{Day, period_end};
use crate::render::summary;
use crate::review::{self, Context, Previous};

use super::args::Review as Arguments;
use super::save::{self, Save};
use super::ui::Ui;
use super::{Outcome, analysis, earlier};

/// Makes and saves the reviews of past periods from what is known today.
///
/// Fields without a date of their own are unknown at an earlier day, so those reviews say what the dated data says; nor does
/// anybody know since when an override or a snooze was meant to hold. The scale is that of the first period. All reviews are
/// written before the first is put in its place.
pub(super) fn run(arguments: &Arguments, range: &str, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let (loaded, settings, _, context) = analysis::load(&arguments.analysis, true, false, ui)?;
    let context = Context { portfolio: true, ..context };
    let mut config = settings.loaded.config;
    let workspace = settings.workspace.as_deref();
    let periods = periods(range, config.fiscal_year_start)?;
    let (newest, _) = review::as_of(
        &loaded,
        &Config { as_of: String::new(), period: String::new(), ..config.clone() },
        context,
    )?;
    // All of them or none: a period that is not over yet, or before all data, is told before anything is written.
    for (_, end) in &periods {
        config.as_of = end.to_string();
        review::as_of(&loaded, &Config { period: String::new(), ..config.clone() }, context)?;
    }
    let mut diagnostics = loaded.diagnostics.clone();
    diagnostics.extend(ahead(&periods, newest));
    let first = loaded.ledger.orders.iter().map(|row| row.date).min();
    if periods.first().is_some_and(|(_, end)| first.is_none_or(|first| *end < first)) {
        return Err(early(range, first, config.fiscal_year_start).into());
    }
    ui.diagnostics(&diagnostics);
    let dry_run = arguments.output.dry_run;
    if !dry_run {
        save::tidy(workspace);
        if !history::is_frozen(&config) {
            save::check_scale(workspace)?;
        }
    }
    let mut previous: Option<Previous> = None;
    let mut scale = None;
    let mut ready = Vec::new();
    for (_, end) in periods {
        config.as_of = end.to_string();
        config.period = String::new();
        let (as_of, _) = review::as_of(&loaded, &config, context)?;
        if previous.is_none() {
            let earlier = earlier::before(None, workspace, as_of, &config)?;
            previous = earlier.map(|earlier| earlier.review.previous(&earlier.name));
        }
        let (mut data, mut then) = (loaded.clone(), config.clone());
        if as_of < newest {
            data.forget_undated();
            then.overrides.clear();
            then.snoozes.clear();
        }
        if let Some(frozen) = analysis::freeze(&data, &mut then, context)? {
            config.score.anchors.clone_from(&then.score.anchors);
            scale = Some((frozen, as_of));
        }
        let review = review::review_after(data, &then, context, previous.as_ref())?;
        let save = Save::new(&review, workspace, arguments.output.force)?;
        let name = save.place().name();
        let answer = summary::replayed(&review, ui.lang);
        if dry_run {
            save.would(ui);
            ui.answer(answer.as_bytes())?;
        } else {
            ready.push((save.prepare(ui.lang)?, answer));
        }
        previous = Some(SavedReview::of(&review)?.previous(&name));
    }
    for (save, answer) in ready {
        save.put(ui)?;
        ui.answer(answer.as_bytes())?;
    }
    if let Some((frozen, as_of)) = scale.filter(|_| !dry_run) {
        save::freeze(Some(&frozen), as_of, workspace, ui)?;
    }
    Ok(Outcome::Done)
}

/// Why a range that begins before the data cannot be replayed: the day on which they begin, and the first quarter of them.
fn early(range: &str, first: Option<Day>, fiscal_year_start: u32) -> Error {
    let early = Diagnostic::error("replay-early", Origin::default()).with("range", range);
    let Some(first) = first else { return early.into() };
    let year = first.ymd().0;
    // A fiscal year is named after the calendar year in which it begins.
    let names = (year - 1..=year).flat_map(|year| (1..=4).map(move |it| format!("{year}Q{it}")));
    let holds = |name: &String| period_end(name, fiscal_year_start).is_some_and(|end| end >= first);
    let quarter = names.into_iter().find(holds).unwrap_or_default();
    early.with("first", first).with("quarter", quarter).into()
}

/// Periods that end after the newest transaction: there it looks as if nobody bought any more.
fn ahead(periods: &[(String, Day)], newest: Day) -> Option<Diagnostic> {
    let ahead: Vec<&(String, Day)> = periods.iter().filter(|(_, end)| *end > newest).collect();
    let (_, last) = ahead.last()?;
    let names: Vec<String> = ahead.iter().map(|(name, _)| name.clone()).collect();
    let warning = Diagnostic::warning("period-ahead", Origin::default());
    let warning = warning.with("periods", names).with("newest", newest);
    Some(warning.with("end", *last).with("days", last.days_since(newest)))
}

/// The periods that a range such as `2025Q1..2026Q3` names, each with its last day.
fn periods(range: &str, fiscal_year_start: u32) -> Result<Vec<(String, Day)>> {
    let wrong = || {
        let problem = Diagnostic::error("replay-range", Origin::default());
        Error::from(problem.with("range", range.to_owned()))
    };
    let (from, to) = range.split_once("..").ok_or_else(wrong)?;
    let quarter = |text: &str| -> Option<(i32, i32)> {
        let (year, quarter) = text.trim().split_once(['Q', 'q'])?;
        let quarter: i32 = quarter.parse().ok()?;
        Some((year.parse().ok()?, quarter)).filter(|_| (1..=4).contains(&quarter))
    };
    let ((mut year, mut number), last) = quarter(from).zip(quarter(to)).ok_or_else(wrong)?;
    let mut periods = Vec::new();
    while (year, number) <= last && periods.len() < 200 {
        let name = format!("{year}Q{number}");
        let end = period_end(&name, fiscal_year_start).ok_or_else(wrong)?;
        periods.push((name, end));
        (year, number) = if number == 4 { (year + 1, 1) } else { (year, number + 1) };
    }
    if periods.is_empty() { Err(wrong()) } else { Ok(periods) }
}
