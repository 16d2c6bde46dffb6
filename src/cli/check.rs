//! `kam check`: every diagnostic of the inputs; silent when there is none.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics, Origin, Severity};
use crate::error::Error;
use crate::locale::Lang;
use crate::render::diagnostics::{COLUMNS, cells, concise, record};
use crate::store::{self, Loaded};

use super::args::{Analysis, Check, CheckFormat};
use super::ui::Ui;
use super::{Outcome, analysis, files};

pub(super) fn run(arguments: &Check, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let mut loaded = Loaded::default();
    let stopped = match &arguments.output {
        Some(path) => write(path, arguments, &mut loaded, ui)?,
        None => read(arguments, &mut loaded, analysis::Reading::default(), ui),
    };
    let diagnostics = &loaded.diagnostics;
    answer(arguments.format, diagnostics, stopped.as_ref(), ui)?;
    let text = matches!(arguments.format, CheckFormat::Full | CheckFormat::Concise);
    match stopped {
        Some(error) if is_about_data(&error) && text => {
            ui.fail(&error.into());
            Ok(Outcome::Findings)
        }
        Some(error) if is_about_data(&error) => Ok(Outcome::Findings),
        Some(error) => Err(error.into()),
        None if diagnostics.count(Severity::Error) > 0 => Ok(Outcome::Findings),
        None => Ok(Outcome::Done),
    }
}

/// Reads everything, and returns what stopped the reading or what all problems amount to.
fn read(
    arguments: &Check,
    loaded: &mut Loaded,
    reading: analysis::Reading<'_>,
    ui: &mut Ui,
) -> Option<Error> {
    let Analysis { skip, strict, .. } = &arguments.analysis;
    let reading = analysis::Reading { all: true, ..reading };
    match analysis::load_into(loaded, &arguments.analysis, reading, ui) {
        Ok((settings, ..)) => {
            // Only what the problems amount to: they are listed themselves.
            let stopped = store::check(loaded, &settings.loaded.config, skip, *strict).err();
            stopped.and_then(|mut error| error.diagnostics.pop()).map(Error::from)
        }
        Err(error) => Some(error),
    }
}

fn answer(
    format: CheckFormat,
    diagnostics: &Diagnostics,
    stopped: Option<&Error>,
    ui: &Ui,
) -> anyhow::Result<()> {
    let details = diagnostics.groups().flat_map(|(_, group)| &group.details);
    let all = details.chain(stopped.iter().flat_map(|error| &error.diagnostics));
    let mut out = String::new();
    match format {
        CheckFormat::Json => {
            let counts: std::collections::BTreeMap<&str, u64> =
                diagnostics.groups().map(|(code, group)| (code, group.count)).collect();
            let report = serde_json::json!({
                "schema_version": crate::review::SCHEMA_VERSION,
                "counts": counts,
                "diagnostics": all.map(|found| record(ui.lang, found)).collect::<Vec<_>>(),
            });
            out = format!("{report:#}\n");
        }
        CheckFormat::Jsonl => {
            for found in all {
                out.push_str(&record(ui.lang, found).to_string());
                out.push('\n');
            }
        }
        CheckFormat::Full | CheckFormat::Concise => {
            for severity in [Severity::Error, Severity::Warning, Severity::Notice] {
                let groups = diagnostics.groups().filter(|(_, group)| group.severity == severity);
                for (at, detail) in groups.flat_map(|(_, group)| group.details.iter().enumerate()) {
                    if format == CheckFormat::Concise {
                        out.push_str(&concise(ui.lang, detail));
                        out.push('\n');
                    } else if at == 0 && severity != Severity::Notice {
                        out.push_str(&ui.drawn(detail, None));
                    } else {
                        out.push_str(&ui.line(detail));
                        out.push('\n');
                    }
                }
            }
        }
    }
    ui.answer(out.as_bytes())
}

/// Reads everything and writes every diagnostic to a file.
fn write(
    path: &Path,
    arguments: &Check,
    loaded: &mut Loaded,
    ui: &mut Ui,
) -> anyhow::Result<Option<Error>> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let table = match extension.as_deref() {
        Some("csv") => true,
        Some("jsonl") => false,
        _ => {
            let known = [".csv", ".jsonl"].map(ToOwned::to_owned).to_vec();
            let origin = Origin::file(path.display().to_string());
            let error = Diagnostic::error("output-format", origin).with("known", known);
            return Err(Error::from(error).into());
        }
    };
    let mut stopped = None;
    files::write(path, |out| {
        let mut list = List::new(out, table)?;
        let mut each = |lang, found| list.row(lang, &found);
        let reading = analysis::Reading {
            output: Some(path),
            each: Some(&mut each),
            ..analysis::Reading::default()
        };
        stopped = read(arguments, loaded, reading, ui);
        let is_input =
            |error: &Error| error.diagnostics.iter().any(|found| found.code == "output-is-input");
        if let Some(error) = stopped.take_if(|error| is_input(error)) {
            return Err(error.into());
        }
        list.rest(ui.lang, &loaded.diagnostics, stopped.as_ref());
        list.finish()
    })?;
    ui.say(&ui.lang.fill("summary.wrote", &[("file", path.display().to_string())]));
    Ok(stopped)
}

type Out<'a> = &'a mut (dyn Write + Send);

enum Form<'a> {
    Table(Box<csv::Writer<Out<'a>>>),
    Lines(Out<'a>),
}

/// A file of diagnostics that is written while the inputs are read.
struct List<'a> {
    form: Form<'a>,
    /// Codes, files and sheets whose rows are all in it.
    rows: BTreeSet<(&'static str, String, Option<String>)>,
    failed: Option<io::Error>,
}

impl<'a> List<'a> {
    fn new(out: Out<'a>, table: bool) -> anyhow::Result<Self> {
        let form = if table {
            // Spreadsheets in China take a CSV for GBK unless it has a mark.
            out.write_all("\u{feff}".as_bytes())?;
            let mut writer = csv::Writer::from_writer(out);
            writer.write_record(COLUMNS)?;
            Form::Table(Box::new(writer))
        } else {
            Form::Lines(out)
        };
        Ok(Self { form, rows: BTreeSet::new(), failed: None })
    }

    /// What there is to say about a row.
    fn row(&mut self, lang: Lang, found: &Diagnostic) {
        let key = (found.code, found.origin.file.clone(), found.origin.sheet.clone());
        self.rows.insert(key);
        self.push(lang, found);
    }

    /// Everything else.
    fn rest(&mut self, lang: Lang, diagnostics: &Diagnostics, stopped: Option<&Error>) {
        let details = diagnostics.groups().flat_map(|(_, group)| &group.details);
        for found in details.chain(stopped.iter().flat_map(|error| &error.diagnostics)) {
            let Origin { file, sheet, row, .. } = &found.origin;
            let listed =
                row.is_some() && self.rows.contains(&(found.code, file.clone(), sheet.clone()));
            if !listed {
                self.push(lang, found);
            }
        }
    }

    fn push(&mut self, lang: Lang, found: &Diagnostic) {
        if self.failed.is_some() {
            return;
        }
        let written = match &mut self.form {
            Form::Table(writer) => writer.write_record(cells(lang, found)).map_err(Into::into),
            Form::Lines(out) => writeln!(out, "{}", record(lang, found)),
        };
        self.failed = written.err();
    }

    fn finish(mut self) -> anyhow::Result<()> {
        if let Form::Table(writer) = &mut self.form {
            writer.flush()?;
        }
        self.failed.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// Whether rows are at fault rather than files or settings: then the check itself was done.
fn is_about_data(error: &Error) -> bool {
    error.diagnostics.iter().all(|diagnostic| {
        matches!(
            diagnostic.code,
            "too-many-errors"
                | "type-error"
                | "missing-value"
                | "cell-not-used"
                | "currency-mix"
                | "missing-rate"
                | "ambiguous-date"
        )
    })
}
