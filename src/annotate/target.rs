//! Which sheet is annotated, where its headings are, and which of its rows is which client.

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use super::column::COLUMNS;
use crate::config::rules::nearest;
use crate::config::{Config, Source};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::history::SavedClient;
use crate::locale::Lang;
use crate::schema::heading::{HEADER_SEARCH, Layout};
use crate::schema::regions::regions;
use crate::schema::total::is_total;
use crate::schema::value;
use crate::source::{Cell, Document, OwnedRow, RowSink, pattern};
use crate::store::{ClientFile, Directory, Found};

/// Rows listed one by one, at most; the others are counted.
const LISTED: usize = 1000;
/// No client.
const NOBODY: u32 = u32::MAX;

/// The sheet to annotate.
pub struct Target {
    /// Its position in the document.
    pub sheet: usize,
    /// Its name; `None` where the format has no sheets.
    pub name: Option<String>,
    /// The language of its headings.
    pub lang: Lang,
    /// Other sheets that could have been meant.
    pub others: Vec<String>,
    pub(super) layout: Layout,
    id: Option<usize>,
    client_name: Option<usize>,
    origin: Origin,
}

/// The rows of a sheet and their clients.
pub struct Matched {
    /// Position of the client by row number, from row 0.
    clients: Vec<u32>,
    /// Rows that are some client's.
    pub rows: u64,
    /// Total rows, which stay blank.
    pub totals: u64,
    /// Rows without a client.
    pub blank: u64,
    /// The last of them.
    last_blank: u64,
    /// Last row with anything in it.
    pub(super) last: u32,
    /// Columns up to the last one that is used from the headings on.
    pub(super) width: usize,
    /// Rows whose client the review does not have, or does not tell from another.
    pub unmatched: Vec<Diagnostic>,
    /// How many there are, also those that are not listed.
    pub unmatched_rows: u64,
}

impl Matched {
    /// Takes rows for totals that turn out to be those of the table.
    pub fn set_totals(&mut self, first: u64, last: u64) {
        let is_total =
            |told: &Diagnostic| told.origin.row.is_some_and(|row| (first..=last).contains(&row));
        let before = self.unmatched.len();
        self.unmatched.retain(|told| !is_total(told));
        let found = (before - self.unmatched.len()) as u64;
        self.unmatched_rows -= found;
        let blank = u64::from((first..=last).contains(&self.last_blank));
        self.blank -= blank;
        self.totals += found + blank;
    }

    /// The client of a row: its position in the list.
    pub(super) fn client(&self, row: u32) -> Option<usize> {
        self.clients.get(row as usize).filter(|client| **client != NOBODY).map(|it| *it as usize)
    }
}

impl Target {
    /// Finds the sheet: the one named, else the first list of clients, else the first other table that names clients.
    ///
    /// # Errors
    /// `unknown-sheet`, `no-client-column`, and those of reading.
    pub fn find(
        document: &mut Document,
        file: &str,
        config: &Config,
        wanted: Option<&str>,
    ) -> Result<Self> {
        let sheets = document.sheets().to_vec();
        let names: Vec<String> = sheets.iter().filter_map(|sheet| sheet.name.clone()).collect();
        if let Some(wanted) = wanted
            && !names.iter().any(|name| name == wanted)
        {
            let unknown =
                Diagnostic::error("unknown-sheet", Origin::file(file)).with("wanted", wanted);
            let near: Vec<&str> = names.iter().map(String::as_str).collect();
            let unknown = match nearest(wanted, &near) {
                Some(name) => unknown.with("suggestion", name),
                None => unknown,
            };
            return Err(unknown.with("known", names).into());
        }
        let mut found: Vec<Self> = Vec::new();
        for (index, info) in sheets.into_iter().enumerate() {
            let skipped = wanted.map_or(info.hidden, |wanted| info.name.as_deref() != Some(wanted));
            if skipped || info.unread.is_some() {
                continue;
            }
            let source = config.source.iter().find(|source| {
                pattern::fits(&source.path, file)
                    && (source.sheet.is_none() || source.sheet == info.name)
            });
            let origin = Origin { sheet: info.name.clone(), ..Origin::file(file) };
            found.extend(Self::in_sheet(document, index, info.name, origin, config, source)?);
        }
        let best = found.iter().position(|it| it.layout.table.code() == "clients").unwrap_or(0);
        if found.is_empty() {
            let sheets: Vec<String> = wanted.map_or(names, |wanted| vec![wanted.to_owned()]);
            let none = Diagnostic::error("no-client-column", Origin::file(file));
            return Err(none.with("sheets", sheets).into());
        }
        let mut target = found.swap_remove(best);
        target.others = found.into_iter().filter_map(|other| other.name).collect();
        target.others.sort_by_key(|name| names.iter().position(|known| known == name));
        Ok(target)
    }

    /// A sheet, if it has a table that names clients; the first one of several that stand below each other.
    fn in_sheet(
        document: &mut Document,
        sheet: usize,
        name: Option<String>,
        origin: Origin,
        config: &Config,
        source: Option<&Source>,
    ) -> Result<Option<Self>> {
        let rows = document.sample(sheet, 1, HEADER_SEARCH + 1)?;
        let header_row = source.and_then(|source| source.header_row);
        let Ok(layouts) = regions(&rows, &config.columns, None, header_row) else {
            return Ok(None);
        };
        for layout in layouts {
            let column =
                |fields: [&str; 2]| fields.iter().find_map(|field| layout.column_of(field));
            let id = column(["client_id", "client"]);
            let client_name = match layout.table.code() {
                "clients" => layout.column_of("name"),
                _ => layout.column_of("client_name"),
            };
            if id.is_none() && client_name.is_none() {
                continue;
            }
            let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            let ours = |heading: &str| COLUMNS.iter().any(|it| it.heading(Lang::Zh) == heading);
            let mut headings = layout.columns.iter().map(|column| column.heading.as_str());
            let is_chinese = headings.any(|heading| heading.contains(chinese) && !ours(heading));
            return Ok(Some(Self {
                sheet,
                name,
                lang: if is_chinese { Lang::Zh } else { Lang::En },
                others: Vec::new(),
                layout,
                id,
                client_name,
                origin,
            }));
        }
        Ok(None)
    }

    /// Where the headings stand: first and last row.
    pub(super) fn headings(&self) -> (u32, u32) {
        (self.layout.first_row as u32, self.layout.header_row as u32)
    }

    /// The columns by which rows are told apart, from 0.
    pub(super) fn keys(&self) -> impl Iterator<Item = u32> {
        self.id.into_iter().chain(self.client_name).map(|at| at as u32)
    }

    /// The headings of the sheet as its rows have them.
    pub(super) fn first_rows(&self, document: &mut Document) -> Result<Vec<OwnedRow>> {
        document.sample(self.sheet, 1, HEADER_SEARCH + 1)
    }

    /// Tells of which client each row is.
    pub fn matched(&self, document: &mut Document, clients: &[SavedClient]) -> Result<Matched> {
        let mut order: Vec<usize> = (0..clients.len()).collect();
        order.sort_by(|a, b| clients[*a].client_id.cmp(&clients[*b].client_id));
        let files: Vec<Box<ClientFile>> = order
            .iter()
            .map(|at| {
                let client = &clients[*at];
                let (id, name) = (client.client_id.clone(), client.name.clone());
                Box::new(ClientFile { id, name, ..ClientFile::default() })
            })
            .collect();
        let directory = Directory::of(&files);
        let make = || Rows {
            target: self,
            directory: &directory,
            order: &order,
            known: FxHashMap::default(),
            matched: Matched {
                clients: Vec::new(),
                rows: 0,
                totals: 0,
                blank: 0,
                last_blank: 0,
                last: 0,
                width: 0,
                unmatched: Vec::new(),
                unmatched_rows: 0,
            },
        };
        let sinks = document.read(self.sheet, 1, 1, make)?;
        let matched = sinks.into_iter().next().map(|sink| sink.matched);
        matched.ok_or_else(|| Error::file("file-empty", &self.origin.file))
    }
}

/// Takes the rows of the sheet.
struct Rows<'a> {
    target: &'a Target,
    directory: &'a Directory<'a>,
    /// Positions in the list of clients, in the order of the directory.
    order: &'a [usize],
    /// What was looked up, by id and name.
    known: FxHashMap<(String, String), Found>,
    matched: Matched,
}

impl RowSink for Rows<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let layout = &self.target.layout;
        let Ok(row) = u32::try_from(number) else {
            return ControlFlow::Break(());
        };
        if number >= layout.first_row {
            self.matched.width = self.matched.width.max(cells.len());
        }
        if !layout.holds(number) {
            return layout.beyond(number);
        }
        self.matched.last = row;
        let text = |at: Option<usize>| {
            let cell = at.and_then(|at| cells.get(at));
            let text = cell.and_then(value::text).unwrap_or_default();
            text.trim().to_owned()
        };
        let key = (text(self.target.id), text(self.target.client_name));
        let heading = |at: Option<usize>| at.map_or("", |at| layout.columns[at].heading.as_str());
        let mut total = cells.iter().filter_map(value::text);
        if key.0.is_empty() && key.1.is_empty() {
            if total.any(|text| is_total(&text)) {
                self.matched.totals += 1;
            } else {
                self.matched.blank += 1;
                self.matched.last_blank = number;
            }
            return ControlFlow::Continue(());
        }
        // Headings that are repeated further down.
        if key.0 == heading(self.target.id) && key.1 == heading(self.target.client_name) {
            return ControlFlow::Continue(());
        }
        let directory = self.directory;
        let found = self.known.entry(key).or_insert_with_key(|(id, name)| match id.as_str() {
            "" => directory.look(name, None),
            id => directory.look(id, Some(name.as_str()).filter(|name| !name.is_empty())),
        });
        if let Some(at) = found.client() {
            self.matched.clients.resize(row as usize, NOBODY);
            self.matched.clients.push(self.order[at] as u32);
            self.matched.rows += 1;
        } else if total.any(|text| is_total(&text)) {
            self.matched.totals += 1;
        } else {
            self.matched.unmatched_rows += 1;
            if self.matched.unmatched.len() < LISTED {
                let several = matches!(found, Found::Several(_));
                let column = self.target.id.or(self.target.client_name);
                let origin = Origin {
                    row: Some(number),
                    column,
                    heading: column.map(|at| layout.columns[at].heading.clone()),
                    ..self.target.origin.clone()
                };
                let shown = match (text(self.target.id), text(self.target.client_name)) {
                    (id, name) if name.is_empty() || id == name => id,
                    (id, name) if id.is_empty() => name,
                    (id, name) => format!("{id} {name}"),
                };
                let told = Diagnostic::warning("client-not-in-review", origin).with_cell(shown);
                let reason = if several { "several" } else { "none" };
                self.matched.unmatched.push(told.with("reason", reason));
            }
        }
        ControlFlow::Continue(())
    }
}
