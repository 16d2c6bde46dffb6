//! `kam diff`: two reviews side by side.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::history::{self, Diff, SavedReview};
use crate::render::diff as draw;
use crate::render::workbook::comparison;
use crate::source::Input;

use super::args::{Diff as Arguments, Format};
use super::ui::Ui;
use super::{Outcome, analysis, files, lists, review};

pub(super) fn run(arguments: &Arguments, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let settings = analysis::settings(arguments.config.as_deref(), &[])?;
    ui.follow(&settings.loaded.config.lang);
    let workspace = settings.workspace.as_deref();
    let outputs: Vec<(&PathBuf, Option<Format>)> =
        arguments.output.iter().map(format_of).collect::<anyhow::Result<_>>()?;
    let inputs: Vec<Input> = arguments.reviews.iter().map(|path| Input::file(path)).collect();
    for path in &arguments.output {
        files::check(path, &inputs, arguments.force)?;
    }
    let (before, after) = sides(&arguments.reviews, workspace)?;
    let diff = Diff::of((&before.0, &before.1), (&after.0, &after.1));
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

type Named = (String, SavedReview);

/// The two reviews: those named, the newest of the workspace in place of the second, the one before it in place of the first.
fn sides(named: &[PathBuf], workspace: Option<&Path>) -> Result<(Named, Named)> {
    let mut kept: Vec<Named> = match workspace {
        Some(workspace) if named.len() < 2 => history::all(workspace)?
            .into_iter()
            .map(|(_, review)| (format!("{}/{}", history::FOLDER, review.period), review))
            .collect(),
        _ => Vec::new(),
    };
    let open = |path: &PathBuf| -> Result<Named> {
        let shelved = workspace.map(|workspace| workspace.join(history::FOLDER).join(path));
        let place = shelved.filter(|shelved| !path.exists() && shelved.exists());
        Ok((path.display().to_string(), history::open(place.as_ref().unwrap_or(path))?))
    };
    let few = || Error::from(Diagnostic::error("no-reviews", Origin::default()));
    match named {
        [before, after, ..] => Ok((open(before)?, open(after)?)),
        [before] => {
            let (before, after) = (open(before)?, kept.pop().ok_or_else(few)?);
            // The newest one stands alone: the one before it is what it differs from.
            if before.1.period == after.1.period {
                return Ok((kept.pop().ok_or_else(few)?, after));
            }
            Ok((before, after))
        }
        [] => {
            let after = kept.pop().ok_or_else(few)?;
            Ok((kept.pop().ok_or_else(few)?, after))
        }
    }
}
