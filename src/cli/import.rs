//! `kam import`: exports into the workspace, what is in there, and out again.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::error::Error;
use crate::locale::{Lang, grouped};
use crate::render::table::{Align, Table};
use crate::review::SCHEMA_VERSION;
use crate::source::secret::use_passwords;
use crate::store::Options;
use crate::store::workspace::{Entry, Outcome as Became, Workspace};

use super::args::{Import, ListFormat};
use super::progress::Progress;
use super::ui::Ui;
use super::{Outcome, analysis, env, password, raw};

pub(super) fn run(arguments: &Import, ui: &mut Ui) -> anyhow::Result<Outcome> {
    if arguments.raw {
        return raw::run(arguments, ui);
    }
    let started = env::now();
    let settings = analysis::settings(arguments.config.as_deref(), &[])?;
    let config = &settings.loaded.config;
    ui.follow(&config.lang);
    let Some(folder) = &settings.workspace else {
        return Err(Error::from(Diagnostic::error("no-workspace", Origin::default())).into());
    };
    let workspace = Workspace::new(folder);
    if arguments.list {
        return list(&workspace, arguments.list_format, ui);
    }
    if !arguments.remove.is_empty() {
        return remove(&workspace, arguments, ui);
    }
    analysis::check_skips(&arguments.skip)?;
    let files =
        arguments.files.iter().map(|file| analysis::input(file)).collect::<Result<Vec<_>, _>>()?;
    use_passwords(password::gather(arguments.password_file.as_deref(), &files, ui)?);
    let options = Options {
        threads: analysis::threads(arguments.threads),
        today: analysis::today()?,
        skip: arguments.skip.clone(),
        strict: arguments.strict,
        hash: false,
        all: false,
    };
    let progress = Progress::start(ui, &ui.lang.text("import.importing"));
    let waiting = || ui.say(&ui.lang.text("import.waiting"));
    let imported = workspace.import(&files, config, &options, arguments.dry_run, &waiting);
    progress.stop();
    if config.lang == "auto" && !ui.lang_given {
        ui.lang = analysis::language(imported.as_ref().map(|imported| imported.inputs.as_slice()))
            .unwrap_or(ui.lang);
    }
    let imported = imported?;
    ui.diagnostics(&imported.diagnostics);
    for (file, became, entries) in &imported.files {
        let key = match (became, arguments.dry_run) {
            (Became::Unchanged, _) => "import.unchanged",
            (Became::New, false) => "import.new",
            (Became::New, true) => "import.would_import",
            (Became::Replaced, false) => "import.replaced",
            (Became::Replaced, true) => "import.would_replace",
        };
        ui.say(&ui.lang.fill(key, &[("file", file.clone()), ("what", what(entries, ui.lang))]));
    }
    let unchanged = imported.files.iter().filter(|file| file.1 == Became::Unchanged).count();
    let count = |severity| grouped(imported.diagnostics.count(severity) as i64);
    let values = [
        ("seconds", format!("{:.1}", started.elapsed().as_secs_f64())),
        ("imported", grouped((imported.files.len() - unchanged) as i64)),
        ("unchanged", grouped(unchanged as i64)),
        ("errors", count(Severity::Error)),
        ("warnings", count(Severity::Warning)),
    ];
    let key = if arguments.dry_run { "import.would_finish" } else { "import.finished" };
    ui.say(&ui.lang.fill(key, &values));
    Ok(Outcome::Done)
}

fn remove(workspace: &Workspace, arguments: &Import, ui: &Ui) -> anyhow::Result<Outcome> {
    let waiting = || ui.say(&ui.lang.text("import.waiting"));
    for source in &arguments.remove {
        let input = crate::source::Input::file(Path::new(source));
        let entries = workspace.remove(&input, arguments.dry_run, &waiting)?;
        let key = if arguments.dry_run { "import.would_remove" } else { "import.removed" };
        let values = [("file", source.clone()), ("what", what(&entries, ui.lang))];
        ui.say(&ui.lang.fill(key, &values));
    }
    Ok(Outcome::Done)
}

/// What is in the workspace of a file, in words.
fn what(entries: &[Entry], lang: Lang) -> String {
    let parts: Vec<String> = entries
        .iter()
        .map(|entry| {
            let table = lang.text(&format!("table.{}", entry.table));
            let rows = grouped(entry.rows as i64);
            let mut part = match &entry.sheet {
                None => lang.fill("import.rows", &[("table", table), ("rows", rows)]),
                Some(sheet) => lang.fill(
                    "import.rows_of_sheet",
                    &[("table", table), ("rows", rows), ("sheet", sheet.clone())],
                ),
            };
            if let (Some(from), Some(to)) = (entry.from, entry.to) {
                let values = [("from", from.to_string()), ("to", to.to_string())];
                part.push_str(&lang.fill("import.dates", &values));
            }
            if entry.rows_left_out > 0 {
                let count = grouped(entry.rows_left_out as i64);
                part.push_str(&lang.fill("import.left_out", &[("count", count)]));
            }
            part
        })
        .collect();
    if parts.is_empty() {
        return lang.text("import.no_table");
    }
    parts.join(&lang.text("import.separator"))
}

fn list(workspace: &Workspace, format: ListFormat, ui: &Ui) -> anyhow::Result<Outcome> {
    let entries = workspace.entries()?;
    match format {
        ListFormat::Json => {
            let report = serde_json::json!({
                "schema_version": SCHEMA_VERSION,
                "partitions": entries,
            });
            ui.answer(format!("{report:#}\n").as_bytes())?;
        }
        ListFormat::Table if entries.is_empty() => ui.say(&ui.lang.text("import.nothing")),
        ListFormat::Table => ui.answer(drawn(&entries, ui).as_bytes())?,
    }
    Ok(Outcome::Done)
}

fn drawn(entries: &[Entry], ui: &Ui) -> String {
    let heading = |name: &str, align| (ui.lang.text(&format!("import.column.{name}")), align);
    let mut table = Table::new(vec![
        heading("table", Align::Left),
        heading("source", Align::Left),
        heading("sheet", Align::Left),
        heading("rows", Align::Right),
        heading("left_out", Align::Right),
        heading("from", Align::Left),
        heading("to", Align::Left),
        heading("size", Align::Right),
        heading("hash", Align::Left),
    ]);
    for entry in entries {
        let day =
            |day: Option<crate::period::Day>| day.map_or_else(String::new, |day| day.to_string());
        table.row(vec![
            ui.lang.text(&format!("table.{}", entry.table)),
            entry.source.clone(),
            entry.sheet.clone().unwrap_or_default(),
            grouped(entry.rows as i64),
            grouped(entry.rows_left_out as i64),
            day(entry.from),
            day(entry.to),
            size(entry.bytes),
            entry.sha256.chars().take(12).collect(),
        ]);
    }
    table.draw(ui.width())
}

/// Bytes as people say them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
