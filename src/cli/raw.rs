//! `kam import --raw`: what a file says, as plain CSV, before anything is made of it.
//!
//! Whoever doubts a reading can look at it here, and whoever compares readers can score it: UTF-8, commas, double quotes
//! where they are needed, a line feed after each record. Rows without any text are left out, and so are the lines above
//! the table, which is said. The records are spooled
//! before the first one is written: a reader may step back to the beginning, and a file that fails leaves nothing behind.

use std::borrow::Cow;
use std::io::{self, Seek as _, Write as _};
use std::ops::ControlFlow;

use tempfile::SpooledTempFile;

use crate::config::rules::nearest;
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::schema::value::shown;
use crate::source::secret::use_passwords;
use crate::source::{Cell, Document, Hints, Input, RowSink, SheetInfo};

use super::args::Import;
use super::ui::Ui;
use super::{Outcome, analysis, files, password};

/// Bytes of records kept in memory; more goes to a temporary file.
const KEPT: usize = 8 << 20;
/// Records that tell where the table begins.
const FIRST: usize = 50;

pub(super) fn run(arguments: &Import, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let no_inputs = || Error::from(Diagnostic::error("no-inputs", Origin::default()));
    let file = arguments.files.first().ok_or_else(no_inputs)?;
    let input = analysis::input(file)?;
    if let Some(path) = &arguments.output {
        files::check(path, std::slice::from_ref(&input), true)?;
    }
    let mut hints = Hints {
        encoding: arguments.encoding.clone(),
        delimiter: arguments.delimiter.clone(),
        ..Hints::default()
    };
    use_passwords(password::gather(
        arguments.password_file.as_deref(),
        std::slice::from_ref(&input),
        ui,
    )?);
    let (document, (index, others), origin, (mut records, above)) = loop {
        let mut document = Document::open(&input, &hints)?;
        let chosen = choose(document.sheets(), arguments.sheet.as_deref(), &input)?;
        let sheet = document.sheets()[chosen.0].name.clone();
        let origin = Origin { sheet, ..Origin::file(&input.name) };
        match records(&mut document, chosen.0, &origin, arguments.all) {
            Ok(records) => break (document, chosen, origin, records),
            Err(error) if hints.learn(&error) => {}
            Err(error) => return Err(error.into()),
        }
    };
    let name = origin.sheet.clone();
    for notice in document.guesses(index, &origin) {
        ui.say(&ui.line(&notice));
    }
    if above > 0 {
        ui.say(&ui.lang.fill("summary.lines_above", &[("count", above.to_string())]));
    }
    if let (Some(sheet), false) = (name, others.is_empty()) {
        let values = [("sheet", sheet), ("others", others.join(", "))];
        ui.say(&ui.lang.fill("summary.one_of_sheets", &values));
    }
    match &arguments.output {
        Some(path) => {
            files::write(path, |out| {
                io::copy(&mut records, out)?;
                Ok(())
            })?;
            ui.say(&ui.lang.fill("summary.wrote", &[("file", path.display().to_string())]));
        }
        None => ui.answer_from(&mut records)?,
    }
    Ok(Outcome::Done)
}

/// The sheet asked for, else the first one that is not hidden; and the other ones that are not, where none was asked for.
fn choose(
    sheets: &[SheetInfo],
    wanted: Option<&str>,
    input: &Input,
) -> Result<(usize, Vec<String>)> {
    let name = |at: usize| sheets[at].name.clone().unwrap_or_default();
    let all = (0..sheets.len()).filter(|at| sheets[*at].unread.is_none());
    if let Some(wanted) = wanted {
        if let Some(at) = all.clone().find(|at| sheets[*at].name.as_deref() == Some(wanted)) {
            return Ok((at, Vec::new()));
        }
        let known: Vec<String> = all.map(name).filter(|name| !name.is_empty()).collect();
        let unknown = Diagnostic::error("unknown-sheet", Origin::file(&input.name))
            .with("wanted", wanted.to_owned());
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let unknown = match nearest(wanted, &names) {
            Some(name) => unknown.with("suggestion", name),
            None => unknown,
        };
        return Err(unknown.with("known", known.clone()).into());
    }
    let mut shown = all.filter(|at| !sheets[*at].hidden);
    let first = shown.next().unwrap_or(0);
    Ok((first, shown.map(name).collect()))
}

/// The records of a sheet from the first one on, and how many lines above the table were left out; none where `all` is set.
fn records(
    document: &mut Document,
    sheet: usize,
    origin: &Origin,
    all: bool,
) -> Result<(SpooledTempFile, usize)> {
    let failed = |error: &io::Error| Error::io("cannot-write", origin.file.clone(), error);
    let spools = document.read(sheet, 1, 1, || Spool {
        out: io::BufWriter::new(tempfile::spooled_tempfile(KEPT)),
        first: Vec::new(),
        open: !all,
        above: 0,
        record: String::new(),
        failure: None,
    })?;
    let Some(mut spool) = spools.into_iter().next() else {
        return Ok((tempfile::spooled_tempfile(0), 0));
    };
    if spool.open {
        spool.settle();
    }
    if let Some(error) = &spool.failure {
        return Err(failed(error));
    }
    let mut records = spool.out.into_inner().map_err(|error| failed(error.error()))?;
    records.rewind().map_err(|error| failed(&error))?;
    Ok((records, spool.above))
}

struct Spool {
    out: io::BufWriter<SpooledTempFile>,
    /// The first records and how many cells of each are filled, until it is known where the table begins.
    first: Vec<(usize, String)>,
    open: bool,
    /// Lines above the table.
    above: usize,
    record: String,
    failure: Option<io::Error>,
}

impl Spool {
    /// Leaves out the lines above the table and writes the other ones that were kept back. Such lines have one or two
    /// cells, and at most half as many as the records usually have.
    fn settle(&mut self) {
        self.open = false;
        let mut widths: Vec<usize> = self.first.iter().map(|(filled, _)| *filled).collect();
        widths.sort_unstable();
        let usual = widths.get(widths.len() / 2).copied().unwrap_or(0);
        let is_above = |(filled, _): &&(usize, String)| *filled <= 2 && *filled * 2 <= usual;
        self.above = self.first.iter().take_while(is_above).count();
        for (_, record) in self.first.drain(..).skip(self.above) {
            if let Err(error) = self.out.write_all(record.as_bytes()) {
                self.failure.get_or_insert(error);
            }
        }
    }
}

impl RowSink for Spool {
    fn row(&mut self, _: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        self.record.clear();
        for (position, cell) in cells.iter().enumerate() {
            if position > 0 {
                self.record.push(',');
            }
            quote(&text(*cell), &mut self.record);
        }
        self.record.push('\n');
        if self.open {
            let filled = cells.iter().filter(|cell| **cell != Cell::Blank).count();
            self.first.push((filled, self.record.clone()));
            if self.first.len() >= FIRST {
                self.settle();
            }
        } else if let Err(error) = self.out.write_all(self.record.as_bytes()) {
            self.failure.get_or_insert(error);
        }
        if self.failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Adds a cell, in quotes where a reader would need them.
fn quote(text: &str, out: &mut String) {
    if text.contains([',', '"', '\n', '\r']) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

/// A cell as text; values of typed formats in full.
fn text(cell: Cell<'_>) -> Cow<'_, str> {
    match cell {
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Date(day, seconds) if seconds > 0 => {
            let (minutes, seconds) = (seconds / 60, seconds % 60);
            Cow::Owned(format!("{day} {:02}:{:02}:{seconds:02}", minutes / 60, minutes % 60))
        }
        other => Cow::Owned(shown(&other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::Day;

    #[test]
    fn cells_are_written_without_loss() {
        let day = Day::from_ymd(2026, 3, 4).expect("a day");
        for (cell, expected) in [
            (Cell::Text(" a "), " a "),
            (Cell::Doubled("5\"\" x"), "5\" x"),
            (Cell::Number(0.1), "0.1"),
            (Cell::Number(1e15), "1000000000000000"),
            (Cell::Decimal(-5, 2), "-0.05"),
            (Cell::Decimal(1234, 0), "1234"),
            (Cell::Date(day, 0), "2026-03-04"),
            (Cell::Date(day, 3661), "2026-03-04 01:01:01"),
            (Cell::Bool(true), "true"),
            (Cell::Error("#N/A"), "#N/A"),
            (Cell::Blank, ""),
        ] {
            assert_eq!(text(cell), expected);
        }
        let mut out = String::new();
        quote("a \"b\", c", &mut out);
        assert_eq!(out, "\"a \"\"b\"\", c\"");
    }
}
