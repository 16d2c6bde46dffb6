//! `kam review`: the main job.

use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::diagnostic::{Diagnostic, Diagnostics, Origin, Severity};
use crate::history::Shelf;
use crate::render::listing::List;
use crate::render::{self, FORMATS, OutputFormat, json, markdown, message, summary};
use crate::review::{Review, RiskLevel};
use crate::source::Input;

use super::args::{Format, Output, Review as Arguments, SplitBy};
use super::save::Save;
use super::split::Plan;
use super::ui::Ui;
use super::{Outcome, analysis, env, files, replay, save, typed};

pub(super) fn run(arguments: &Arguments, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let started = env::now();
    if let Some(range) = &arguments.replay {
        return replay::run(arguments, range, ui);
    }
    let formats = formats(&arguments.output)?;
    let json = arguments.output.format == Format::Json;
    let shown = analysis::Shown {
        hashes: json || arguments.save || !formats.is_empty(),
        // A part of the portfolio sums up what its clients keep.
        portfolio: json
            || arguments.save
            || arguments.split.is_some()
            || formats.iter().any(|format| format.portfolio),
        freeze: arguments.save,
    };
    // The process ends with the command: freeing a review of many clients would only take time.
    let mut analysed = ManuallyDrop::new(analysis::analyse(&arguments.analysis, shown, ui)?);
    let plan = match arguments.split {
        Some(SplitBy::Owner) => {
            Some(Plan::new(&analysed.review, arguments, &formats, &analysed.inputs, ui.lang)?)
        }
        None => {
            check(&arguments.output, &analysed.inputs)?;
            None
        }
    };
    // What was typed into the review before, then into the one of this period, if it is there: the later wins.
    let own = analysed
        .workspace
        .as_ref()
        .filter(|_| arguments.save)
        .map(|workspace| Shelf::of(workspace).place(&analysed.review.period).workbook());
    let before = analysed.typed.clone();
    let kept: Vec<PathBuf> = before.into_iter().chain(own).filter(|it| it.exists()).collect();
    let carried = if let Some(plan) = &plan {
        let replaced = plan.targets().filter(|(path, _)| files::is_workbook(path));
        typed::carry(&mut analysed.review, &kept, replaced)
    } else {
        let books = paths(&arguments.output).filter(|path| files::is_workbook(path));
        typed::carry(&mut analysed.review, &kept, books.map(|path| (path, None)))
    };
    let review = &analysed.review;
    let force = arguments.output.force;
    let save = if arguments.save {
        if !arguments.output.dry_run {
            save::tidy(analysed.workspace.as_deref());
            if analysed.frozen.is_some() {
                save::check_scale(analysed.workspace.as_deref())?;
            }
        }
        Some(Save::new(review, analysed.workspace.as_deref(), force)?)
    } else {
        None
    };
    match arguments.output.format {
        Format::Table => ui.answer(summary::summary(review, ui.lang, ui.width()).as_bytes())?,
        Format::Json => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            json::write(review, &mut out)
                .map_err(|error| files::system_error(&error).map_or(error, Into::into))?;
            out.flush()?;
        }
        Format::Csv => ui.answer(&List::Review.csv(review, ui.lang)?)?,
        Format::Jsonl => ui.answer(&List::Review.json(review, ui.lang, true)?)?,
        Format::Markdown => {
            let mut out = Vec::new();
            markdown::write(review, ui.lang, &mut out)?;
            ui.answer(&out)?;
        }
    }
    let mut diagnostics = analysed.diagnostics.clone();
    diagnostics.extend(carried.iter().cloned());
    if let Some(plan) = &plan {
        diagnostics.extend(plan.diagnostics.iter().cloned());
    }
    ui.diagnostics(&diagnostics);
    match &plan {
        Some(plan) => {
            let dry_run = arguments.output.dry_run;
            let ready = if dry_run { Vec::new() } else { plan.prepare(review, ui.lang)? };
            put(ready, plan.targets().map(|(path, _)| path), dry_run, ui)?;
            // No file of an account manager lists them.
            for left_out in carried.iter().filter(|said| said.facts.contains_key("typed")) {
                ui.say(&message::sentence(ui.lang, left_out));
            }
        }
        None => write(review, &arguments.output, &formats, ui)?,
    }
    match save {
        Some(save) if arguments.output.dry_run => save.would(ui),
        Some(save) => {
            save.prepare(ui.lang)?.put(ui)?;
            let workspace = analysed.workspace.as_deref();
            save::freeze(analysed.frozen.as_ref(), review.as_of, workspace, ui)?;
        }
        None => {}
    }
    ui.say(&verdict(review, &diagnostics, started, ui));
    Ok(outcome(review, arguments.output.fail_on.as_deref()))
}

/// The format of each output by its extension.
pub(super) fn formats(output: &Output) -> anyhow::Result<Vec<&'static OutputFormat>> {
    output
        .output
        .iter()
        .map(|path| {
            let extension = path
                .extension()
                .map(|extension| extension.to_string_lossy().to_lowercase())
                .unwrap_or_default();
            render::format(&extension).ok_or_else(|| {
                let known: Vec<String> =
                    FORMATS.iter().map(|format| format!(".{}", format.extension)).collect();
                let error =
                    Diagnostic::error("output-format", Origin::file(path.display().to_string()))
                        .with("known", known);
                crate::error::Error::from(error).into()
            })
        })
        .collect()
}

/// Checks all outputs before anything is answered or written.
pub(super) fn check(output: &Output, inputs: &[Input]) -> anyhow::Result<()> {
    for path in &output.output {
        files::check(path, inputs, output.force)?;
    }
    Ok(())
}

/// The outputs as they were named.
pub(super) fn paths(output: &Output) -> impl Iterator<Item = &Path> {
    output.output.iter().map(PathBuf::as_path)
}

/// Writes the outputs.
fn write(
    review: &Review,
    output: &Output,
    formats: &[&'static OutputFormat],
    ui: &Ui,
) -> anyhow::Result<()> {
    let mut ready = Vec::new();
    for (path, format) in output.output.iter().zip(formats).filter(|_| !output.dry_run) {
        ready.push(files::prepare(path, |out| (format.write)(review, ui.lang, out))?);
    }
    put(ready, paths(output), output.dry_run, ui)
}

/// Puts outputs in their places once all of them are written, and names them.
pub(super) fn put<'a>(
    ready: Vec<files::Ready>,
    paths: impl Iterator<Item = &'a Path>,
    dry_run: bool,
    ui: &Ui,
) -> anyhow::Result<()> {
    for file in ready {
        file.put()?;
    }
    let key = if dry_run { "summary.would_write" } else { "summary.wrote" };
    for path in paths {
        ui.say(&ui.lang.fill(key, &[("file", path.display().to_string())]));
    }
    Ok(())
}

pub(super) fn verdict(
    review: &Review,
    diagnostics: &Diagnostics,
    started: Instant,
    ui: &Ui,
) -> String {
    let (errors, warnings) = counts(diagnostics);
    summary::verdict(review, ui.lang, started.elapsed().as_secs_f64(), errors, warnings)
}

/// How many errors and warnings there are.
pub(super) fn counts(diagnostics: &Diagnostics) -> (u64, u64) {
    (diagnostics.count(Severity::Error), diagnostics.count(Severity::Warning))
}

/// Whether there is a finding of the level that the user asked to fail on.
pub(super) fn outcome(review: &Review, fail_on: Option<&str>) -> Outcome {
    let level = match fail_on {
        None => return Outcome::Done,
        Some("high") => RiskLevel::High,
        Some("medium") => RiskLevel::Medium,
        Some(_) => RiskLevel::Low,
    };
    let counts = |client: &&crate::review::Client| {
        client.active || client.stage == crate::features::Stage::Dormant
    };
    if review.clients.iter().filter(counts).any(|client| client.risk_level >= level) {
        Outcome::Findings
    } else {
        Outcome::Done
    }
}
