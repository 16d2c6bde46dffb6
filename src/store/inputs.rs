//! Opening inputs and recognising their sheets.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::given;
use super::parts::{self, Means, Part};
use super::sheet::{Seen, Sheet, columns};
use super::side;
use super::workspace::Kept;
use super::{InputReport, Loaded, Options};
use crate::config::{Config, Source};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::error::{Error, Result};
use crate::schema::heading::{self, Layout, Nearest, UserColumns};
use crate::schema::{Table, shape, table};
use crate::source::stored::Stored;
use crate::source::{Document, Hints, Input, OwnedRow, Place, SheetInfo, pattern};

/// Opens all inputs. Sheets that are no table are reported as unused; problems with files are reported together.
pub(super) fn open(
    files: &[Input],
    config: &Config,
    options: &Options,
    loaded: &mut Loaded,
) -> Result<Vec<Sheet>> {
    let mut sheets = Vec::new();
    let mut problems = Vec::new();
    let mut paths = BTreeSet::new();
    for input in files {
        if let Place::File(path) = &input.place
            && let Ok(path) = path.canonicalize()
            && !paths.insert(path)
        {
            loaded
                .diagnostics
                .push(Diagnostic::notice("duplicate-input", Origin::file(&input.name)));
            continue;
        }
        let opened = match &input.place {
            Place::Stored(stored) => {
                open_stored(input, stored, config, options, loaded, &mut sheets)
            }
            Place::File(_) | Place::Memory(_) => {
                open_one(input, config, options, loaded, &mut sheets)
            }
        };
        if let Err(error) = opened {
            problems.extend(error.diagnostics);
        }
    }
    check_columns(config, &mut problems);
    if problems.is_empty()
        && !sheets.iter().any(|sheet| sheet.layout.table.code() == "transactions")
    {
        // They may stand further down on one of the sheets.
        for sheet in &sheets {
            let start = side::next_table(sheet, &config.columns)?;
            sheet.note_start(start, &config.columns, &mut loaded.starts)?;
        }
        if loaded.starts.grew() {
            return Ok(sheets);
        }
    }
    if problems.is_empty()
        && !sheets.iter().any(|sheet| sheet.layout.table.code() == "transactions")
    {
        let sold = sold(&mut sheets, config, options, loaded)?;
        sheets.extend(sold);
    }
    if problems.is_empty()
        && !sheets.iter().any(|sheet| sheet.layout.table.code() == "transactions")
    {
        problems = nothing_usable(loaded, &sheets, config)?;
    }
    if problems.is_empty() { Ok(sheets) } else { Err(Error { diagnostics: problems }) }
}

/// Tables that tell what was sold where nothing else does, the surest first.
const SOLD: [&str; 3] = ["receivables", "contracts", "opportunities"];

/// Deals, contracts or invoices once more, as transactions: nothing else says what was sold.
fn sold(
    sheets: &mut [Sheet],
    config: &Config,
    options: &Options,
    loaded: &mut Loaded,
) -> Result<Vec<Sheet>> {
    let mut fitting = Vec::new();
    for (at, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| !sheet.forced) {
        let rows = sheet.first_rows()?;
        if let Some(layout) = heading::as_transactions(&rows, &config.columns, &sheet.layout) {
            fitting.push((at, layout));
        }
    }
    // One kind only: what was invoiced before what was signed before what was won.
    let kind = |at: usize| SOLD.iter().position(|code| *code == sheets[at].layout.table.code());
    let best = fitting.iter().filter_map(|(at, _)| kind(*at)).min();
    fitting.retain(|(at, _)| kind(*at) == best);
    let mut found = Vec::new();
    for (at, layout) in fitting {
        let sheet = &mut sheets[at];
        sheet.sold = true;
        given::note_basis(&layout, &sheet.origin, loaded);
        let mut report = loaded.inputs[sheet.report].clone();
        report.table = Some(layout.table.code());
        let mut sold = Sheet {
            document: Rc::clone(&sheet.document),
            index: sheet.index,
            readings: Vec::new(),
            measured: Vec::new(),
            given: sheet.given,
            // What `where` chooses is what was sold; the pipeline is made of the others too.
            filter: std::mem::take(&mut sheet.filter),
            currency: sheet.currency.clone(),
            origin: sheet.origin.clone(),
            report: loaded.inputs.len(),
            layout,
            forced: false,
            watched: false,
            sold: false,
            surveyed: false,
            unsigned_returns: false,
            seen: Seen::default(),
            kept: sheet.kept.clone(),
            recorder: None,
        };
        let open = sold.survey(false, options.threads)?;
        loaded.diagnostics.extend(open);
        report.columns = columns(&sold);
        loaded.inputs.push(report);
        found.push(sold);
    }
    Ok(found)
}

/// An input that was opened, and how it was to be read.
pub(super) struct Opened {
    pub document: Rc<RefCell<Document>>,
    pub hints: Hints,
}

/// Opens an input that was imported. Where settings have changed what its columns mean, the file it was made of is read
/// instead, if it is still the same.
fn open_stored(
    input: &Input,
    stored: &Stored,
    config: &Config,
    options: &Options,
    loaded: &mut Loaded,
    sheets: &mut Vec<Sheet>,
) -> Result<Opened> {
    let before = (loaded.clone(), sheets.len());
    let stale = |error: &Error| error.diagnostics.iter().any(|it| it.code == "stale-import");
    match open_one(input, config, options, loaded, sheets) {
        Err(error) if stale(&error) => {
            let place = Place::File(stored.original.clone());
            let file = Input { name: input.name.clone(), place };
            if !file.sha256().is_ok_and(|sha256| sha256 == stored.sha256) {
                return Err(error);
            }
            *loaded = before.0;
            sheets.truncate(before.1);
            open_one(&file, config, options, loaded, sheets)
        }
        outcome => outcome,
    }
}

/// Whether settings read an input that was imported as they did then.
pub(super) fn is_current(input: &Input, config: &Config, options: &Options) -> bool {
    let (mut loaded, mut sheets) = (Loaded::default(), Vec::new());
    open_one(input, config, options, &mut loaded, &mut sheets).is_ok()
}

/// Tables and fields that `[columns.*]` names must exist.
pub(super) fn check_columns(config: &Config, problems: &mut Vec<Diagnostic>) {
    for (name, fields) in &config.columns {
        let Some(table) = table(name) else {
            problems.push(given::unknown_table(name));
            continue;
        };
        let known: Vec<&str> = table.fields().iter().map(|field| field.name).collect();
        for field in fields.keys().filter(|field| table.position(field).is_none()) {
            let unknown = Diagnostic::error("unknown-field", Origin::default())
                .with("table", name.clone())
                .with("field", field.clone());
            problems.push(given::among(unknown, field, &known));
        }
    }
}

/// Why there are no transactions: what the sheets that came near lack, else that nothing was recognised.
fn nothing_usable(loaded: &Loaded, sheets: &[Sheet], config: &Config) -> Result<Vec<Diagnostic>> {
    let mut found: Vec<Diagnostic> = loaded
        .diagnostics
        .groups()
        .filter(|(code, _)| *code == "sheet-not-used")
        .flat_map(|(_, group)| group.details.clone())
        .filter(|detail| detail.facts.contains_key("missing"))
        .map(|detail| Diagnostic { code: "missing-column", severity: Severity::Error, ..detail })
        .collect();
    let elsewhere = loaded.diagnostics.groups().filter(|(code, _)| *code == "header-guess");
    found.extend(
        elsewhere
            .flat_map(|(_, group)| group.details.clone())
            .map(|detail| Diagnostic { severity: Severity::Error, ..detail }),
    );
    // Transactions that lack a single column look like clients, which need no more than a name.
    for sheet in sheets {
        let rows = sheet.first_rows()?;
        if let Err(nearest) =
            heading::recognise(&rows, &config.columns, table("transactions"), None)
            && nearest.missing.len() == 1
        {
            let lacking = not_used(sheet.origin.clone(), false, &nearest);
            found.push(Diagnostic { code: "missing-column", severity: Severity::Error, ..lacking });
        }
    }
    if found.is_empty() {
        let files: Vec<String> = sheets.iter().map(|sheet| sheet.origin.file.clone()).collect();
        let origin = match loaded.inputs.as_slice() {
            [only] => Origin { sheet: only.sheet.clone(), ..Origin::file(&only.file) },
            _ => Origin::default(),
        };
        found.push(Diagnostic::error("no-table", origin).with("files", files));
    }
    Ok(found)
}

/// Opens an input and recognises its sheets.
pub(super) fn open_one(
    input: &Input,
    config: &Config,
    options: &Options,
    loaded: &mut Loaded,
    sheets: &mut Vec<Sheet>,
) -> Result<Opened> {
    check_file(input)?;
    let sources: Vec<&Source> =
        config.source.iter().filter(|source| pattern::fits(&source.path, &input.name)).collect();
    let first = sources.first().copied();
    let hints = Hints {
        encoding: first.and_then(|source| source.encoding.clone()),
        delimiter: first.and_then(|source| source.delimiter.clone()),
        ..loaded.starts.hints(&input.name)
    };
    let stale = || Error::file("stale-import", &input.name);
    if let Place::Stored(stored) = &input.place
        && stored.hints != hints
    {
        return Err(stale());
    }
    let document = Rc::new(RefCell::new(Document::open(input, &hints)?));
    let sha256 = if options.hash { Some(input.sha256()?) } else { None };
    let count = document.borrow().sheets().len();
    for index in 0..count {
        let info = document.borrow().sheets()[index].clone();
        let source = sources
            .iter()
            .copied()
            .find(|source| source.sheet.is_none() || source.sheet == info.name);
        let origin = Origin { sheet: info.name.clone(), ..Origin::file(&input.name) };
        let mut report = report(input, &document.borrow(), index, sha256.clone());
        loaded.diagnostics.extend(document.borrow().guesses(index, &origin));
        if let Some(unused) = set_aside(&info, source, &sources, &origin) {
            report.unused = Some(unused.code);
            loaded.diagnostics.push(unused);
            loaded.inputs.push(report);
            continue;
        }
        let forced = given::forced(source)?;
        let header_row = source.and_then(|source| source.header_row);
        let means = Means { user: &config.columns, table: forced, header_row };
        let parts =
            parts::parts(&mut document.borrow_mut(), index, &input.name, means, &loaded.starts)?;
        let watched = forced.is_none() && header_row.is_none() && parts.len() <= parts::MOST;
        for Part { rows, found } in parts {
            let place = Found {
                document: &document,
                index,
                source,
                origin: &origin,
                watched,
                forced: forced.is_some(),
            };
            match found {
                Ok(layout) => {
                    let means = (config, options);
                    let sheet = place.sheet(layout, &rows, report.clone(), means, loaded)?;
                    sheets.push(sheet.ok_or_else(stale)?);
                }
                Err(nearest) => {
                    let unused = Some("sheet-not-used");
                    loaded.diagnostics.extend(header_row.and_then(|given| {
                        looks_like_headings(given, &rows, &config.columns, forced, &origin)
                    }));
                    loaded.diagnostics.push(not_used(origin.clone(), rows.is_empty(), &nearest));
                    loaded.inputs.push(InputReport { unused, ..report.clone() });
                }
            }
        }
    }
    Ok(Opened { document, hints })
}

/// Where a table was found.
struct Found<'a> {
    document: &'a Rc<RefCell<Document>>,
    index: usize,
    source: Option<&'a Source>,
    origin: &'a Origin,
    watched: bool,
    forced: bool,
}

impl Found<'_> {
    /// The table as a sheet to be read, and its report; `None` where it was imported and no longer means the same.
    fn sheet(
        &self,
        mut layout: Layout,
        rows: &[OwnedRow],
        report: InputReport,
        (config, options): (&Config, &Options),
        loaded: &mut Loaded,
    ) -> Result<Option<Sheet>> {
        let Self { document, index, source, origin, .. } = *self;
        if shape::may_be_merged(&layout, rows) {
            layout.shape.merged = shape::merged(&layout, document.borrow_mut().merged(index)?);
        }
        let given = given::given_or_titled(source, rows, &layout, origin, loaded)?;
        let filter = given::filter(source, &layout, origin)?;
        given::note_choices(&layout, origin, loaded);
        let Ok(kept) = kept(&document.borrow(), index, &layout) else {
            return Ok(None);
        };
        let mut sheet = Sheet {
            document: Rc::clone(document),
            index,
            readings: Vec::new(),
            measured: side::measured(&layout, config),
            given,
            filter,
            currency: source.and_then(|source| source.currency.clone()),
            origin: origin.clone(),
            report: loaded.inputs.len(),
            layout,
            forced: self.forced,
            watched: self.watched,
            sold: false,
            surveyed: false,
            unsigned_returns: false,
            seen: Seen::default(),
            kept,
            recorder: None,
        };
        if !sheet.is_current()? {
            return Ok(None);
        }
        let open = sheet.survey(false, options.threads)?;
        loaded.diagnostics.extend(open);
        loaded.inputs.push(InputReport {
            table: Some(sheet.layout.table.code()),
            header_row: Some(sheet.layout.header_row),
            columns: columns(&sheet),
            ..report
        });
        Ok(Some(sheet))
    }
}

/// What there is to report of a sheet before it is looked at.
fn report(input: &Input, document: &Document, index: usize, sha256: Option<String>) -> InputReport {
    InputReport {
        file: input.name.clone(),
        sheet: document.sheets()[index].name.clone(),
        format: document.format().code(),
        sha256,
        table: None,
        unused: None,
        rows: 0,
        header_row: None,
        encoding: document.encoding(index).map(ToOwned::to_owned),
        delimiter: document.delimiter(index),
        columns: Vec::new(),
    }
}

/// Why a sheet is not looked at: nothing can be read there, it is hidden, or the settings name others.
fn set_aside(
    info: &SheetInfo,
    source: Option<&Source>,
    sources: &[&Source],
    origin: &Origin,
) -> Option<Diagnostic> {
    let named = source.is_some_and(|source| source.sheet.is_some());
    let origin = origin.clone();
    Some(match info.unread {
        Some(unread) if unread.may_matter() => {
            Diagnostic::warning("entry-not-read", origin).with("reason", unread.code())
        }
        Some(unread) => Diagnostic::notice("entry-skipped", origin).with("reason", unread.code()),
        None if info.hidden && !named => Diagnostic::notice("hidden-sheet", origin),
        None if source.is_none() && !sources.is_empty() => {
            Diagnostic::notice("sheet-not-named", origin)
        }
        None => return None,
    })
}

/// What the import kept of a sheet, if it was imported; an error if that is of another layout.
fn kept(document: &Document, sheet: usize, layout: &Layout) -> Result<Option<Kept>, ()> {
    let Some(stored) = document.stored(sheet) else {
        return Ok(None);
    };
    let part = stored.part(layout.top).ok_or(())?;
    let kept: Option<Kept> = serde_json::from_str(&part.note).ok();
    kept.filter(|kept| kept.fits(layout)).map(Some).ok_or(())
}

/// A file must be there, be a file, and hold something.
pub(super) fn check_file(input: &Input) -> Result<()> {
    if let Place::File(path) = &input.place {
        let about = std::fs::metadata(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::file("file-missing", &input.name),
            _ => Error::io("file-unreadable", &input.name, &error),
        })?;
        if about.is_dir() {
            return Err(Error::file("file-is-folder", &input.name));
        }
        if about.len() == 0 {
            return Err(Error::file("file-empty", &input.name));
        }
    }
    Ok(())
}

/// A row that looks like the headings where settings name another one.
fn looks_like_headings(
    given: u64,
    rows: &[OwnedRow],
    user: &UserColumns,
    table: Option<&'static dyn Table>,
    origin: &Origin,
) -> Option<Diagnostic> {
    let layout = heading::recognise(rows, user, table, None).ok()?;
    let headings: Vec<String> = layout
        .columns
        .into_iter()
        .map(|column| column.heading)
        .filter(|heading| !heading.is_empty())
        .collect();
    let origin = Origin { row: Some(layout.header_row), ..origin.clone() };
    let guess = Diagnostic::warning("header-guess", origin);
    Some(guess.with("given", given).with("found", layout.header_row).with("headings", headings))
}

fn not_used(origin: Origin, empty: bool, nearest: &Nearest) -> Diagnostic {
    let origin = Origin { row: nearest.header_row, ..origin };
    let diagnostic =
        Diagnostic::notice(if empty { "sheet-empty" } else { "sheet-not-used" }, origin);
    match nearest.table {
        None => diagnostic,
        Some(table) => diagnostic
            .with("table", table)
            .with("missing", nearest.missing.clone())
            .with("headings", nearest.headings.clone()),
    }
}
