//! `kam diff`: two reviews side by side.

use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Diagnostics, Origin};
use crate::error::{Error, Result};
use crate::history::{Diff, Kept, Shelf};
use crate::render::diff as draw;
use crate::render::workbook::comparison;
use crate::source::Input;
use crate::source::secret::use_passwords;

use super::args::{Diff as Arguments, Format};
use super::earlier::{self, Earlier};
use super::ui::Ui;
use super::{Outcome, analysis, files, lists, password, review};

pub(super) fn run(arguments: &Arguments, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let settings = analysis::settings(arguments.config.as_deref(), &[])?;
    ui.follow(&settings.loaded.config.lang);
    let workspace = settings.workspace.as_deref();
    let outputs: Vec<(&PathBuf, Option<Format>)> =
        arguments.output.iter().map(format_of).collect::<anyhow::Result<_>>()?;
    let named: Vec<Input> = arguments.reviews.iter().map(|path| Input::file(path)).collect();
    use_passwords(password::gather(None, &named, ui)?);
    let (before, after) = sides(&arguments.reviews, workspace, &settings.loaded.config)?;
    let inputs = [&before, &after].map(|side| Input::file(&side.file));
    for path in &arguments.output {
        files::check(path, &inputs, arguments.force)?;
    }
    let mut unknown = Diagnostics::default();
    unknown.extend([&before, &after].into_iter().filter_map(Earlier::unknown));
    unknown.extend(before.review.doubts(&before.name, &after.review.currency));
    unknown.extend(after.review.doubts(&after.name, &after.review.currency));
    ui.diagnostics(&unknown);
    let diff = Diff::of((&before.name, &before.review), (&after.name, &after.review));
    let answer = |format: Format, width| -> anyhow::Result<Vec<u8>> {
        Ok(match format {
            Format::Table => draw::table(&diff, ui.lang, width).into_bytes(),
            Format::Csv => draw::csv(&diff, ui.lang)?,
            Format::Json => serde_json::to_vec_pretty(&diff)?,
            Format::Jsonl => draw::json_lines(&diff)?,
            Format::Markdown => draw::markdown(&diff, ui.lang).into_bytes(),
        })
    };
    let ended = |mut bytes: Vec<u8>| {
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
        bytes
    };
    ui.answer(&ended(answer(arguments.format, ui.width())?))?;
    let mut ready = Vec::new();
    for (path, format) in outputs {
        if let Some(format) = format {
            let text = |format| Ok(ended(answer(format, None)?));
            ready.extend(lists::prepare([(path, format)].into_iter(), false, text)?);
        } else {
            let bytes = comparison(&diff, ui.lang)?;
            ready.push(files::prepare(path, |out| Ok(out.write_all(&bytes)?))?);
        }
    }
    review::put(ready, arguments.output.iter().map(AsRef::as_ref), false, ui)?;
    Ok(Outcome::Done)
}

/// The format of an output by its extension; none is a workbook.
fn format_of(path: &PathBuf) -> anyhow::Result<(&PathBuf, Option<Format>)> {
    Ok((
        path,
        if files::is_workbook(path) { None } else { Some(lists::format_of(path, Some(".xlsx"))?) },
    ))
}

/// The two reviews, which have to be of the same clients: whoever belongs to another account manager did not leave.
fn sides(
    given: &[PathBuf],
    workspace: Option<&Path>,
    config: &Config,
) -> Result<(Earlier, Earlier)> {
    let (before, after) = found(given, workspace, config)?;
    if before.review.scope == after.review.scope {
        return Ok((before, after));
    }
    let part = if before.review.scope.is_some() { before } else { after };
    Err(Error::file("review-part", part.name))
}

/// The two reviews: those named, the newest of the workspace in place of the second, the one before it in place of the first.
fn found(
    given: &[PathBuf],
    workspace: Option<&Path>,
    config: &Config,
) -> Result<(Earlier, Earlier)> {
    let named = |given: &Path| earlier::named(given, workspace, &config.labels);
    if let [before, after, ..] = given {
        return Ok((named(before)?, named(after)?));
    }
    let shelf = workspace.map(Shelf::of);
    let kept = shelf.map_or_else(|| Ok(Vec::new()), |it| it.kept(config.fiscal_year_start))?;
    let mut newest = kept.into_iter().rev().map(|Kept { place, .. }| {
        let review = place.open()?;
        Ok(Earlier::kept(&place, review))
    });
    let mut next = || -> Result<Earlier> {
        let few = || Err(Diagnostic::error("no-reviews", Origin::default()).into());
        newest.next().unwrap_or_else(few)
    };
    let Some(before) = given.first() else {
        let after = next()?;
        return Ok((next()?, after));
    };
    let (before, after) = (named(before)?, next()?);
    // The newest one stands alone: the one before it is what it differs from.
    if before.review.period == after.review.period {
        return Ok((next()?, after));
    }
    Ok((before, after))
}
