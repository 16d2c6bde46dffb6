//! Importing and removing.

use std::collections::BTreeSet;
use std::fs;
use std::rc::Rc;

use super::manifest::{
    Entry, Manifest, PartEntry, PartitionEntry, SheetEntry, Source, Workspace, head, sync_folder,
};
use super::partition::{Written, cannot_write};
use super::recorder::{Kept, Recorder, Stats};
use crate::config::{Config, rules};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin, Severity};
use crate::error::{Error, Result};
use crate::schema::heading::HEADER_SEARCH;
use crate::source::stored::StoredText;
use crate::source::{Format, Input, Place, SheetInfo};
use crate::store::inputs::Opened;
use crate::store::overlap::Replaced;
use crate::store::rates::{self, Rates};
use crate::store::sheet::Sheet;
use crate::store::transactions::Means;
use crate::store::{InputReport, Loaded, Options, check, inputs, side, transactions};

/// What became of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was not there before.
    New,
    /// It was, with other content or read in another way.
    Replaced,
    /// It was, and is as it was.
    Unchanged,
}

/// What an import did.
#[derive(Debug)]
pub struct Imported {
    /// The files in the order given, and what is now there of each.
    pub files: Vec<(String, Outcome, Vec<Entry>)>,
    /// What there is to say about those that were read.
    pub diagnostics: Diagnostics,
    /// Their sheets and how they were read.
    pub inputs: Vec<InputReport>,
}

/// A file that is being imported.
struct Task {
    at: usize,
    path: String,
    sha256: String,
    opened: Opened,
    /// Its sheets among all.
    sheets: std::ops::Range<usize>,
}

/// Files that were read for an import.
struct Read {
    sheets: Vec<Sheet>,
    outcomes: Vec<(String, Outcome)>,
    tasks: Vec<Task>,
    recorders: Vec<Recorder>,
}

impl Workspace {
    /// Imports files; with `dry_run` nothing is written. `waiting` is told when another run has to end first.
    ///
    /// # Errors
    /// As when the files are read for a review, but that there may be no transactions; files that cannot be written.
    pub fn import(
        &self,
        files: &[Input],
        config: &Config,
        options: &Options,
        dry_run: bool,
        waiting: &dyn Fn(),
    ) -> Result<Imported> {
        let missing = files.iter().filter_map(|input| inputs::check_file(input).err());
        let missing: Vec<Diagnostic> = missing.flat_map(|error| error.diagnostics).collect();
        if !missing.is_empty() {
            return Err(Error { diagnostics: missing });
        }
        let _lock = if dry_run { None } else { Some(self.lock(waiting)?) };
        let mut manifest = self.manifest()?;
        if !dry_run {
            self.clean(&manifest);
        }
        let mut loaded = Loaded::default();
        let read = loop {
            let read = self.attempt(files, config, options, dry_run, &manifest, &mut loaded);
            loaded.starts.note_encodings(&read);
            if !loaded.begins_anew() {
                break read?;
            }
        };
        let Read { sheets, outcomes, tasks, recorders } = read;
        let mut written = Vec::new();
        for recorder in &recorders {
            written.push(Some(recorder.finish()?));
        }
        let mut sources = Vec::new();
        for task in &tasks {
            let own = &mut written[task.sheets.clone()];
            let input = files.iter().find(|input| input.name == outcomes[task.at].0);
            let input = input.ok_or_else(|| Error::file("file-missing", &task.path))?;
            if task.opened.document.borrow().is_encrypted() {
                let origin = Origin::file(&input.name);
                loaded.diagnostics.push(Diagnostic::warning("stored-in-clear", origin));
            }
            sources.push((task.at, self.source(input, task, &sheets[task.sheets.clone()], own)?));
        }
        let mut listed: Vec<(String, Outcome, Vec<Entry>)> =
            outcomes.into_iter().map(|(name, outcome)| (name, outcome, Vec::new())).collect();
        for (at, source) in &sources {
            listed[*at].2 = source.entries();
        }
        if !dry_run && !sources.is_empty() {
            let new = sources.into_iter().map(|(_, source)| source);
            for source in new {
                manifest.sources.retain(|known| known.path != source.path);
                manifest.sources.push(source);
            }
            self.commit(&manifest)?;
        }
        let diagnostics = std::mem::take(&mut loaded.diagnostics);
        Ok(Imported { files: listed, diagnostics, inputs: loaded.inputs })
    }

    /// Opens and reads files with what is known of the parts of their sheets.
    fn attempt(
        &self,
        files: &[Input],
        config: &Config,
        options: &Options,
        dry_run: bool,
        manifest: &Manifest,
        loaded: &mut Loaded,
    ) -> Result<Read> {
        let mut sheets = Vec::new();
        let mut problems = Vec::new();
        let mut outcomes = Vec::new();
        let mut tasks = Vec::new();
        let mut paths = BTreeSet::new();
        inputs::check_columns(config, &mut problems);
        for input in files {
            let path = self.identity(input);
            if !paths.insert(path.clone()) {
                let twice = Diagnostic::notice("duplicate-input", Origin::file(&input.name));
                loaded.diagnostics.push(twice);
                continue;
            }
            match self.open(input, path, manifest, config, options, loaded, &mut sheets) {
                Err(error) => problems.extend(error.diagnostics),
                Ok(None) => outcomes.push((input.name.clone(), Outcome::Unchanged)),
                Ok(Some(task)) => {
                    let known = manifest.sources.iter().any(|source| source.path == task.path);
                    let outcome = if known { Outcome::Replaced } else { Outcome::New };
                    tasks.push(Task { at: outcomes.len(), ..task });
                    outcomes.push((input.name.clone(), outcome));
                }
            }
        }
        // A file without a table is noted as one beside others, as a review of all of them would.
        let any = outcomes.iter().any(|(_, outcome)| *outcome == Outcome::Unchanged);
        if problems.is_empty() && sheets.is_empty() && !any {
            problems = nothing_usable(loaded);
        }
        if !problems.is_empty() {
            return Err(Error { diagnostics: problems });
        }
        let recorders = self.read(&mut sheets, config, options, loaded, dry_run)?;
        Ok(Read { sheets, outcomes, tasks, recorders })
    }

    /// Opens a file unless it is in the workspace as it is.
    #[expect(clippy::too_many_arguments, reason = "all that opening rests on and adds to")]
    fn open(
        &self,
        input: &Input,
        path: String,
        manifest: &Manifest,
        config: &Config,
        options: &Options,
        loaded: &mut Loaded,
        sheets: &mut Vec<Sheet>,
    ) -> Result<Option<Task>> {
        let sha256 = input.sha256()?;
        let known = manifest.sources.iter().find(|source| source.path == path);
        if let Some(known) = known.filter(|known| known.sha256 == sha256)
            && let Ok(stored) = self.input(known)
            && inputs::is_current(&stored, config, options)
        {
            return Ok(None);
        }
        let first = sheets.len();
        let opened = inputs::open_one(input, config, options, loaded, sheets)?;
        Ok(Some(Task { at: 0, path, sha256, opened, sheets: first..sheets.len() }))
    }

    /// Reads all sheets, and keeps their rows.
    fn read(
        &self,
        sheets: &mut [Sheet],
        config: &Config,
        options: &Options,
        loaded: &mut Loaded,
        dry_run: bool,
    ) -> Result<Vec<Recorder>> {
        let recorders: Vec<Recorder> = sheets
            .iter()
            .map(|sheet| {
                let folder = self.data().join(sheet.layout.table.code());
                Recorder::new((!dry_run).then_some(folder.as_path()))
            })
            .collect();
        for (sheet, recorder) in sheets.iter_mut().zip(&recorders) {
            sheet.recorder = Some(recorder.clone());
        }
        let side = side::read(sheets, config, options, loaded)?;
        let mut money = transactions::Totals::default();
        let is_transactions = |sheet: &&mut Sheet| sheet.layout.table.code() == "transactions";
        // What overlaps is settled, and what is foreign converted, when all that is in the workspace is read.
        rates::read(sheets, config, options, loaded)?;
        let rates = Rates::default();
        let means =
            Means { products: &side.products, rates: &rates, config, options, several: false };
        let mut any = false;
        for sheet in sheets.iter_mut().filter(is_transactions) {
            any = true;
            let none = Replaced::default();
            let reading = transactions::read(sheet, means, &none, &mut loaded.inputs)?;
            sheet.note_start(reading.next_table, &config.columns, &mut loaded.starts)?;
            reading.add_to(loaded, &mut money)?;
        }
        if any {
            check(loaded, config, &options.skip, options.strict)?;
        }
        // Rows that settings leave out may be wanted later, and then need what only the whole column tells.
        let by_choice = ["skipped-status", "filtered-row"];
        if by_choice.iter().any(|reason| loaded.control.by_reason.contains_key(reason)) {
            for sheet in sheets.iter_mut().filter(|sheet| sheet.seen.all.is_none()) {
                sheet.seen.all = Some(sheet.look(true, options.threads)?.0);
            }
        }
        Ok(recorders)
    }

    /// Puts the partitions of a file into their places, and notes what it was.
    fn source(
        &self,
        input: &Input,
        task: &Task,
        sheets: &[Sheet],
        written: &mut [Option<(Option<Written>, Stats)>],
    ) -> Result<Source> {
        let document = Rc::clone(&task.opened.document);
        let infos = document.borrow().sheets().to_vec();
        let is_archive = document.borrow().format() == Format::Zip;
        let mut entries = Vec::with_capacity(infos.len());
        for (index, info) in infos.into_iter().enumerate() {
            let own: Vec<usize> =
                (0..sheets.len()).filter(|at| sheets[*at].index == index).collect();
            let mut parts = Vec::with_capacity(own.len().max(1));
            if own.is_empty() {
                let rows = document.borrow_mut().sample(index, 1, HEADER_SEARCH)?;
                parts.push(PartEntry { top: 1, head: head(&rows), partition: None, reading: None });
            }
            let mut merged = Vec::new();
            for at in own {
                let sheet = &sheets[at];
                let partition = match written[at].take() {
                    Some((file, stats)) => Some(self.place(input, sheet, file, stats)?),
                    None => None,
                };
                merged.extend_from_slice(&sheet.layout.shape.merged);
                parts.push(PartEntry {
                    top: sheet.layout.top,
                    head: head(&sheet.first_rows()?),
                    partition,
                    reading: Some(Kept::of(sheet)),
                });
            }
            let text = is_archive.then(|| document.borrow().about_text(index));
            let SheetInfo { name, hidden, unread } = info;
            entries.push(SheetEntry { name, hidden, parts, merged, text, unread });
        }
        let bytes = match &input.place {
            Place::File(path) => fs::metadata(path).map_or(0, |about| about.len()),
            Place::Memory(bytes) => bytes.len() as u64,
            Place::Stored(_) => 0,
        };
        let document = document.borrow();
        let hints = task.opened.hints.clone();
        let text = if is_archive { StoredText::default() } else { document.about_text(0) };
        Ok(Source {
            path: task.path.clone(),
            name: input.name.clone(),
            sha256: task.sha256.clone(),
            bytes,
            format: document.format().code().to_owned(),
            encoding: text.encoding,
            encoding_is_guess: text.guessed,
            unusual: text.unusual,
            delimiter: text.delimiter,
            given_encoding: hints.encoding,
            given_delimiter: hints.delimiter,
            sheets: entries,
        })
    }

    fn place(
        &self,
        input: &Input,
        sheet: &Sheet,
        file: Option<Written>,
        stats: Stats,
    ) -> Result<PartitionEntry> {
        let table = sheet.layout.table.code();
        let day = |day: Option<crate::period::Day>| day.map(|day| day.to_string());
        let mut entry = PartitionEntry {
            path: String::new(),
            sha256: String::new(),
            bytes: 0,
            rows: stats.rows,
            left_out: stats.left_out,
            from: day(stats.from),
            to: day(stats.to),
        };
        if let Some(file) = file {
            let name = name(&input.name, sheet.origin.sheet.as_deref());
            let short = &file.sha256[..16];
            entry.path = format!("data/{table}/{name}-{short}.parquet");
            (entry.sha256, entry.bytes) = (file.sha256, file.bytes);
            let path = self.at(&entry.path);
            file.path.persist(&path).map_err(|error| cannot_write(&path, &error.error))?;
            sync_folder(&self.data().join(table));
        }
        Ok(entry)
    }

    /// Removes what was imported of a file, named as when it was imported or by its path. Returns what was removed.
    ///
    /// # Errors
    /// Nothing was imported of such a file; files that cannot be written.
    pub fn remove(&self, wanted: &Input, dry_run: bool, waiting: &dyn Fn()) -> Result<Vec<Entry>> {
        let path = self.identity(wanted);
        let is_meant = |source: &Source| {
            source.name == wanted.name || source.path == wanted.name || source.path == path
        };
        let mut manifest = self.manifest()?;
        if !manifest.sources.iter().any(is_meant) {
            return Err(not_imported(wanted, &manifest));
        }
        let _lock = if dry_run { None } else { Some(self.lock(waiting)?) };
        manifest = self.manifest()?;
        let (removed, kept): (Vec<Source>, Vec<Source>) =
            manifest.sources.into_iter().partition(is_meant);
        manifest.sources = kept;
        if !dry_run {
            self.commit(&manifest)?;
        }
        Ok(removed.iter().flat_map(Source::entries).collect())
    }
}

fn not_imported(wanted: &Input, manifest: &Manifest) -> Error {
    let names: Vec<&str> = manifest.sources.iter().map(|source| source.name.as_str()).collect();
    let mut unknown = Diagnostic::error("not-imported", Origin::file(&wanted.name));
    if let Some(near) = rules::nearest(&wanted.name, &names) {
        unknown = unknown.with("suggestion", near);
    }
    unknown.into()
}

/// Why nothing of the files can be imported: what they lack, as far as they came near to a table.
fn nothing_usable(loaded: &Loaded) -> Vec<Diagnostic> {
    let groups = loaded.diagnostics.groups().filter(|(code, _)| *code == "sheet-not-used");
    let lacking: Vec<Diagnostic> = groups
        .flat_map(|(_, group)| &group.details)
        .filter(|detail| detail.facts.contains_key("missing"))
        .map(|detail| Diagnostic {
            code: "missing-column",
            severity: Severity::Error,
            ..detail.clone()
        })
        .collect();
    if !lacking.is_empty() {
        return lacking;
    }
    let origin = match loaded.inputs.as_slice() {
        [only] => Origin { sheet: only.sheet.clone(), ..Origin::file(&only.file) },
        _ => Origin::default(),
    };
    vec![Diagnostic::error("no-table", origin).with("files", Vec::<String>::new())]
}

/// A name for a partition: that of the file and the sheet, without what some file systems do not take.
fn name(file: &str, sheet: Option<&str>) -> String {
    let last = file.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or(last);
    let both = sheet.map_or_else(|| stem.to_owned(), |sheet| format!("{stem}-{sheet}"));
    let mut name = String::new();
    for c in both.chars() {
        let c = if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
        // Names of files end at 255 bytes on most systems.
        if name.len() + c.len_utf8() > 120 {
            break;
        }
        if c != '-' || !name.ends_with('-') {
            name.push(c);
        }
    }
    let name = name.trim_matches('-');
    if name.is_empty() { "input".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn partitions_have_names_that_any_file_system_takes() {
        assert_eq!(name("exports/超市 (2026).xlsx", Some("订单/1月")), "超市-2026-订单-1月");
        assert_eq!(name("-", None), "input");
        assert_eq!(name("a.csv.gz", None), "a");
        assert!(name(&"很".repeat(500), None).len() <= 120);
    }
}
