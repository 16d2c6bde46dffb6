//! `kam score`, `kam tier`, `kam churn`: one part of the review as a list.

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use crate::render::listing::List;

use super::args::{Format, List as Arguments};
use super::ui::Ui;
use super::{Outcome, analysis, env, files, review};

pub(super) fn run(list: List, arguments: &Arguments, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let started = env::now();
    let formats = formats(&arguments.output.output)?;
    // The process ends with the command: freeing a review of many clients would only take time.
    let analysed =
        ManuallyDrop::new(analysis::analyse(&arguments.analysis, analysis::Shown::default(), ui)?);
    review::check(&arguments.output, &analysed.inputs)?;
    let silent = list == List::Churn
        && analysed.review.actions.is_empty()
        && arguments.output.format == Format::Table
        && !ui.on_terminal();
    // Files are written all the same: an old list left in place would be taken for the new one.
    ui.quiet |= silent;
    let answer = |format| -> anyhow::Result<Vec<u8>> {
        Ok(match format {
            Format::Table => list.table(&analysed.review, ui.lang, ui.width()).into_bytes(),
            Format::Csv => list.csv(&analysed.review, ui.lang)?,
            Format::Json => list.json(&analysed.review, ui.lang, false)?,
            Format::Jsonl => list.json(&analysed.review, ui.lang, true)?,
            Format::Markdown => list.markdown(&analysed.review, ui.lang).into_bytes(),
        })
    };
    if !silent {
        ui.answer(&answer(arguments.output.format)?)?;
    }
    ui.diagnostics(&analysed.diagnostics);
    let output = &arguments.output;
    let ready = prepare(output.output.iter().zip(formats), output.dry_run, answer)?;
    review::put(ready, review::paths(output), output.dry_run, ui)?;
    ui.say(&review::verdict(&analysed.review, &analysed.diagnostics, started, ui));
    Ok(review::outcome(&analysed.review, arguments.output.fail_on.as_deref()))
}

/// The format of each output by its extension.
pub(super) fn formats(outputs: &[PathBuf]) -> anyhow::Result<Vec<Format>> {
    outputs.iter().map(|path| format_of(path, None)).collect()
}

/// Writes the answer beside its places, unless it is only to be said what would be written.
pub(super) fn prepare<'a>(
    outputs: impl Iterator<Item = (&'a PathBuf, Format)>,
    dry_run: bool,
    answer: impl Fn(Format) -> anyhow::Result<Vec<u8>>,
) -> anyhow::Result<Vec<files::Ready>> {
    let write = |(path, format): (&PathBuf, Format)| {
        let bytes = answer(format)?;
        files::prepare(path, |out| {
            // Spreadsheets in China take a CSV for GBK unless it has a mark.
            if format == Format::Csv {
                out.write_all("\u{feff}".as_bytes())?;
            }
            Ok(out.write_all(&bytes)?)
        })
    };
    outputs.filter(|_| !dry_run).map(write).collect()
}

/// The format of an output by its extension, which may have `more` beside.
pub(super) fn format_of(path: &std::path::Path, more: Option<&str>) -> anyhow::Result<Format> {
    match path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).as_deref() {
        Some("csv") => Ok(Format::Csv),
        Some("json") => Ok(Format::Json),
        Some("jsonl") => Ok(Format::Jsonl),
        Some("md") => Ok(Format::Markdown),
        Some("txt") => Ok(Format::Table),
        _ => {
            let known = [".csv", ".json", ".jsonl", ".md", ".txt"].into_iter().chain(more);
            let known: Vec<String> = known.map(ToOwned::to_owned).collect();
            let origin = crate::diagnostic::Origin::file(path.display().to_string());
            let error =
                crate::diagnostic::Diagnostic::error("output-format", origin).with("known", known);
            Err(crate::error::Error::from(error).into())
        }
    }
}
