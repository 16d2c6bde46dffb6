//! `kam annotate`: the user's own workbook with columns from a review, everything else as it was.

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};

use crate::annotate::{self, Matched, Request, Target, columns};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Diagnostics, Origin};
use crate::error::{Error, Result};
use crate::history::SavedReview;
use crate::locale::grouped;
use crate::render::workbook::{CAN_LOCK, locked};
use crate::source::secret::{decrypted, use_passwords};
use crate::source::{Document, Format, Hints, Input};

use super::args::Annotate;
use super::files::Sink;
use super::ui::Ui;
use super::{Outcome, analysis, earlier, files, password};

/// Columns that the workbook of a review tells.
const OF_WORKBOOKS: [&str; 3] = ["score", "tier", "movement"];

/// How the copy is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Means {
    /// Part by part, in the package.
    Package,
    /// As a new workbook.
    Workbook,
    /// As a CSV.
    Csv,
}

pub(super) fn run(arguments: &Annotate, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let workbook = Input::file(&arguments.workbook);
    // Before the work of a review that it would be for nothing.
    match arguments.workbook.metadata() {
        Ok(found) if found.is_dir() => {
            return Err(Error::file("file-is-folder", &workbook.name).into());
        }
        Ok(_) => {}
        Err(error) => return Err(Error::io("file-unreadable", &workbook.name, &error).into()),
    }
    let (review, config, mut inputs) = review(arguments, ui)?;
    inputs.push(workbook.clone());
    let passwords = arguments.analysis.password_file.as_deref();
    use_passwords(password::gather(passwords, std::slice::from_ref(&workbook), ui)?);
    let mut document = open(&workbook)?;
    let output = output(arguments, document.format());
    let means = means(&output, &document, &arguments.workbook)?;
    files::check_new(&output, &inputs, arguments.force)?;
    if means == Means::Package && document.is_encrypted() && !CAN_LOCK {
        return Err(Error::from(Diagnostic::error("no-encryption", Origin::default())).into());
    }
    let wanted = arguments.sheet.as_deref();
    let target = Target::find(&mut document, &workbook.name, &config, wanted)?;
    let lang = if ui.lang_given { ui.lang } else { target.lang };
    ui.lang = lang;
    let mut matched = target.matched(&mut document, &review.clients)?;
    let request = Request {
        file: &workbook.name,
        target: &target,
        matched: &matched,
        clients: &review.clients,
        columns: &columns(&arguments.columns, &review.clients),
        lang,
        labels: &config.labels,
    };
    if !target.others.is_empty() && wanted.is_none() {
        let values = [
            ("sheet", target.name.clone().unwrap_or_default()),
            ("others", target.others.join(&lang.text("location.list"))),
        ];
        ui.say(&lang.fill("annotate.one_of_sheets", &values));
    }
    let name = output.display().to_string();
    let mut diagnostics = Diagnostics::default();
    let mut done = None;
    let ready = files::prepare(&output, |out| {
        done = Some(write(means, &workbook, &mut document, &request, out)?);
        Ok(())
    })?;
    let written = done.unwrap_or_default();
    if let Some((first, last)) = written.totals {
        matched.set_totals(first, last);
    }
    diagnostics.extend(matched.unmatched.clone());
    diagnostics.extend(written.diagnostics);
    if means != Means::Package {
        let lost = Diagnostic::notice("formatting-lost", Origin::file(&workbook.name));
        diagnostics.push(lost.with("format", document.format().code()));
    }
    ui.diagnostics(&diagnostics);
    let said = if arguments.dry_run {
        // What is written but not put in its place goes away by itself.
        drop(ready);
        ("annotate.would", "summary.would_write")
    } else {
        ready.put()?;
        ("annotate.done", "summary.wrote")
    };
    ui.say(&counted(said.0, &matched, &written.columns, ui));
    ui.say(&lang.fill(said.1, &[("file", name)]));
    Ok(Outcome::Done)
}

/// The review to take from, the settings, and the inputs: the file of a review, else the exports named, else the workspace, else
/// the workbook's own tables.
fn review(arguments: &Annotate, ui: &mut Ui) -> anyhow::Result<(SavedReview, Config, Vec<Input>)> {
    if let Some(path) = &arguments.review {
        let settings = analysis::settings(arguments.analysis.config.as_deref(), &[])?;
        ui.follow(&settings.loaded.config.lang);
        let passwords = arguments.analysis.password_file.as_deref();
        use_passwords(password::gather(passwords, &[Input::file(path)], ui)?);
        let labels = &settings.loaded.config.labels;
        let earlier = earlier::named(path, settings.workspace.as_deref(), labels)?;
        let wanted = columns(&arguments.columns, &earlier.review.clients);
        let lacking = wanted.iter().any(|column| !OF_WORKBOOKS.contains(&column.code));
        if earlier.review.from_workbook && lacking {
            return Err(Error::file("no-evidence", earlier.name).into());
        }
        return Ok((earlier.review, settings.loaded.config, vec![Input::file(&earlier.file)]));
    }
    let own = arguments.analysis.files.is_empty() && !analysis::has_inputs(&arguments.analysis)?;
    let mut means = arguments.analysis.clone();
    if own {
        means.files.push(arguments.workbook.clone());
    }
    let analysed = match analysis::analyse(&means, analysis::Shown::default(), ui) {
        Ok(analysed) => analysed,
        Err(error) if own && is_about_tables(&error) => {
            // What a review needs, and where else it could come from.
            let mut diagnostics = error.diagnostics;
            let file = Origin::file(arguments.workbook.display().to_string());
            diagnostics.push(Diagnostic::error("no-review", file));
            return Err(Error { diagnostics }.into());
        }
        Err(error) => return Err(error.into()),
    };
    ui.diagnostics(&analysed.diagnostics);
    let config = analysed.review.config.clone();
    Ok((SavedReview::of(&analysed.review)?, config, analysed.inputs))
}

fn is_about_tables(error: &Error) -> bool {
    let codes = ["no-table", "missing-column", "no-rows"];
    error.diagnostics.iter().any(|problem| codes.contains(&problem.code))
}

fn open(workbook: &Input) -> Result<Document> {
    let mut hints = Hints::default();
    loop {
        match Document::open(workbook, &hints) {
            Err(error) if hints.learn(&error) => {}
            opened => return opened,
        }
    }
}

/// Where the copy goes: beside the workbook, unless told otherwise.
fn output(arguments: &Annotate, format: Format) -> PathBuf {
    if let Some(output) = &arguments.output {
        return output.clone();
    }
    let workbook = &arguments.workbook;
    let stem = workbook.file_stem().unwrap_or_default().to_string_lossy();
    let given = workbook.extension().map(|it| it.to_string_lossy().into_owned());
    let extension = match format {
        Format::Xlsx => given.unwrap_or_else(|| "xlsx".to_owned()),
        Format::Csv => "csv".to_owned(),
        _ => "xlsx".to_owned(),
    };
    workbook.with_file_name(format!("{stem}.kam.{extension}"))
}

/// How to write the output: its extension has to fit what the workbook is.
fn means(output: &Path, document: &Document, workbook: &Path) -> Result<Means> {
    let extension = |path: &Path| {
        path.extension().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default()
    };
    let (wanted, own) = (extension(output), extension(workbook));
    let in_place = document.format() == Format::Xlsx;
    let known = if in_place { vec![own.clone()] } else { vec!["xlsx".into(), "csv".into()] };
    match wanted.as_str() {
        wanted if in_place && wanted == own => Ok(Means::Package),
        "xlsx" if !in_place => Ok(Means::Workbook),
        "csv" if !in_place => Ok(Means::Csv),
        _ => {
            let known: Vec<String> = known.iter().map(|known| format!(".{known}")).collect();
            let file = Origin::file(output.display().to_string());
            Err(Diagnostic::error("output-format", file).with("known", known).into())
        }
    }
}

/// What became of a workbook.
#[derive(Default)]
struct Written {
    columns: Vec<(String, String)>,
    totals: Option<(u64, u64)>,
    diagnostics: Vec<Diagnostic>,
}

fn write(
    means: Means,
    workbook: &Input,
    document: &mut Document,
    request: &Request<'_>,
    out: &mut dyn Sink,
) -> anyhow::Result<Written> {
    let plain = |columns| Written { columns, totals: None, diagnostics: Vec::new() };
    let done = match means {
        Means::Workbook => return Ok(plain(annotate::write_workbook(document, request, out)?)),
        Means::Csv => return Ok(plain(annotate::write_csv(document, request, out)?)),
        Means::Package if document.is_encrypted() => {
            let (package, password) = decrypted(workbook)?;
            let mut whole = Cursor::new(Vec::new());
            let done = annotate::annotate(Cursor::new(package), document, request, &mut whole)?;
            // What needed a password to be read needs it again.
            out.write_all(&locked(&whole.into_inner(), &password)?)?;
            done
        }
        Means::Package => {
            let file = File::open(&workbook.name)
                .map_err(|error| Error::io("file-unreadable", workbook.name.clone(), &error))?;
            annotate::annotate(BufReader::new(file), document, request, out)?
        }
    };
    Ok(Written { columns: done.columns, totals: done.totals, diagnostics: done.diagnostics })
}

/// How many rows get values, in which columns, and how many stay blank.
fn counted(key: &str, matched: &Matched, columns: &[(String, String)], ui: &Ui) -> String {
    let count = |rows: u64| grouped(rows as i64);
    let columns = match columns {
        [] => String::new(),
        [(only, _)] => only.clone(),
        [(first, _), .., (last, _)] => format!("{first}–{last}"),
    };
    let values = [
        ("rows", count(matched.rows)),
        ("columns", columns),
        ("totals", count(matched.totals)),
        ("blank", count(matched.blank)),
        ("unmatched", count(matched.unmatched_rows)),
    ];
    ui.lang.fill(key, &values)
}
