//! The manifest: what has been imported, in the order of import.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::partition::{TEMPORARY, cannot_write, temporary};
use super::recorder::Kept;
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Cause, Error, Result};
use crate::period::Day;
use crate::source::stored::{
    Partition, Stored, StoredPart, StoredSheet, StoredText, Unusual, pack, unpack,
};
use crate::source::{
    Format, Hints, Input, Merge, OwnedCell, OwnedRow, Place, SheetInfo, Unread, hex,
};

/// The layout of the manifest and of partitions that this version writes and reads.
const VERSION: u64 = 1;
/// Folder of what was imported.
const DATA: &str = "data";
/// How often a reader begins anew when imports go on while it reads.
const ATTEMPTS: u32 = 20;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub version: u64,
    /// Sources by the time of their import, the latest last.
    pub sources: Vec<Source>,
}

impl Manifest {
    fn partitions(&self) -> impl Iterator<Item = &PartitionEntry> {
        let sheets = self.sources.iter().flat_map(|source| &source.sheets);
        sheets.flat_map(|sheet| &sheet.parts).filter_map(|part| part.partition.as_ref())
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Self { version: VERSION, sources: Vec::new() }
    }
}

/// A file that was imported.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Source {
    /// Its path from the workspace if it is in there, else its whole path.
    pub path: String,
    /// Its name as given, which messages and outputs call it by.
    pub name: String,
    pub sha256: String,
    pub bytes: u64,
    pub format: String,
    pub encoding: Option<String>,
    pub encoding_is_guess: bool,
    #[serde(default)]
    pub unusual: Option<Unusual>,
    pub delimiter: Option<String>,
    pub given_encoding: Option<String>,
    pub given_delimiter: Option<String>,
    pub sheets: Vec<SheetEntry>,
}

/// A sheet of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SheetEntry {
    pub name: Option<String>,
    pub hidden: bool,
    /// Its parts from the top; at least one.
    #[serde(default)]
    pub parts: Vec<PartEntry>,
    /// Its merged ranges, as far as they were wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<Merge>,
    /// What its text is like, where each sheet has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<StoredText>,
    /// Why it was not read, where it could not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Unread>,
}

/// A part of a sheet: one of the tables that stand below each other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PartEntry {
    pub top: u64,
    pub head: Vec<(u64, String)>,
    pub partition: Option<PartitionEntry>,
    pub reading: Option<Kept>,
}

/// The Parquet file of a sheet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PartitionEntry {
    /// Path from the workspace.
    pub path: String,
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
    pub left_out: u64,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// One line of what is in a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Canonical table.
    pub table: String,
    /// File as named when it was imported.
    pub source: String,
    /// Sheet.
    pub sheet: Option<String>,
    /// Rows below the headings.
    pub rows: u64,
    /// Of those, left out when it was imported.
    pub rows_left_out: u64,
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub to: Option<Day>,
    /// SHA-256 of the source.
    pub sha256: String,
    /// Size of the partition in bytes.
    pub bytes: u64,
    /// The partition.
    pub partition: String,
}

/// A folder with a `kam.toml`, and what was imported into it.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace in a folder.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        // The folder of a `kam.toml` right here has no name.
        let here = root.as_os_str().is_empty();
        Self { root: if here { PathBuf::from(".") } else { root.to_owned() } }
    }

    pub(super) fn data(&self) -> PathBuf {
        self.root.join(DATA)
    }

    /// The path of a file of the workspace as messages show it.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        if self.root == Path::new(".") { PathBuf::from(path) } else { self.root.join(path) }
    }

    fn manifest_path(&self) -> PathBuf {
        self.at(DATA).join("manifest.json")
    }

    /// How the manifest knows a file.
    pub(super) fn identity(&self, input: &Input) -> String {
        let Place::File(path) = &input.place else {
            return input.name.clone();
        };
        let whole = path.canonicalize().unwrap_or_else(|_| path.clone());
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        let own = whole.strip_prefix(&root).unwrap_or(&whole);
        own.display().to_string().replace('\\', "/")
    }

    /// What was imported, as inputs in the order of import; none when nothing was.
    ///
    /// # Errors
    /// A manifest of a newer version, damaged or missing files.
    pub fn inputs(&self) -> Result<Vec<Input>> {
        let mut attempt = 1;
        loop {
            let manifest = self.manifest()?;
            let inputs = manifest.sources.iter().map(|source| self.input(source)).collect();
            match inputs {
                // An import may have replaced what this manifest names.
                Err(_) if attempt < ATTEMPTS && self.has_changed(&manifest) => attempt += 1,
                inputs => return inputs,
            }
        }
    }

    fn has_changed(&self, read: &Manifest) -> bool {
        let paths = |manifest: &Manifest| -> Vec<String> {
            manifest.partitions().map(|partition| partition.path.clone()).collect()
        };
        self.manifest().is_ok_and(|now| paths(&now) != paths(read))
    }

    /// What is in the workspace.
    ///
    /// # Errors
    /// A damaged manifest, or one of a newer version.
    pub fn entries(&self) -> Result<Vec<Entry>> {
        let manifest = self.manifest()?;
        Ok(manifest.sources.iter().flat_map(Source::entries).collect())
    }

    /// Files of the workspace that no output may overwrite.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let manifest = self.manifest().unwrap_or_default();
        let partitions = manifest.partitions().map(|partition| self.at(&partition.path));
        partitions.chain([self.manifest_path()]).collect()
    }

    pub(super) fn manifest(&self) -> Result<Manifest> {
        let path = self.manifest_path();
        let name = path.display().to_string();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Manifest::default());
            }
            Err(error) => return Err(Error::io("file-unreadable", name, &error)),
        };
        let damaged = |error: serde_json::Error| {
            Cause::json(&error).of(Diagnostic::error("import-damaged", Origin::file(&name)))
        };
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(damaged)?;
        let version = value.get("version").and_then(serde_json::Value::as_u64);
        if let Some(version) = version.filter(|version| *version > VERSION) {
            let newer = Diagnostic::error("import-newer", Origin::file(&name));
            return Err(newer.with("version", version).with("known", VERSION).into());
        }
        Ok(serde_json::from_value(value).map_err(damaged)?)
    }

    /// Replaces the manifest and removes what it no longer names.
    pub(super) fn commit(&self, manifest: &Manifest) -> Result<()> {
        let path = self.manifest_path();
        let cannot = |error: &std::io::Error| cannot_write(&path, error);
        let mut file = temporary(&self.data())?;
        let text = serde_json::to_string(manifest).map_err(|error| {
            Diagnostic::error("internal", Origin::default()).with("reason", error.to_string())
        })?;
        file.write_all(text.as_bytes()).map_err(|error| cannot(&error))?;
        file.as_file().sync_all().map_err(|error| cannot(&error))?;
        file.persist(&path).map_err(|error| cannot(&error.error))?;
        sync_folder(&self.data());
        self.clean(manifest);
        Ok(())
    }

    /// Removes what killed runs have left behind: temporary files, and partitions that the manifest does not name.
    /// Only for whoever holds the lock.
    pub(super) fn clean(&self, manifest: &Manifest) {
        let named: Vec<PathBuf> =
            manifest.partitions().map(|partition| self.at(&partition.path)).collect();
        let data = self.at(DATA);
        let tables = crate::schema::TABLES.iter().map(|table| (data.join(table.code()), true));
        for (folder, of_table) in tables.chain([(data.clone(), false)]) {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let (path, name) = (entry.path(), entry.file_name());
                let name = name.to_string_lossy();
                let is_stray = name.starts_with('.') && name.ends_with(TEMPORARY);
                let is_old = of_table && is_partition(&name) && !named.contains(&path);
                if is_stray || is_old {
                    let _ = fs::remove_file(path);
                }
            }
        }
    }

    /// Waits until no other run writes; `waiting` is told when that takes a moment. The lock lasts as long as the file.
    pub(super) fn lock(&self, waiting: &dyn Fn()) -> Result<File> {
        let data = self.data();
        fs::create_dir_all(&data).map_err(|error| cannot_write(&self.at(DATA), &error))?;
        let path = data.join(".lock");
        let cannot = |error: std::io::Error| cannot_write(&self.at(DATA).join(".lock"), &error);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                waiting();
                file.lock().map_err(cannot)?;
            }
            Err(fs::TryLockError::Error(error)) => return Err(cannot(error)),
        }
        Ok(file)
    }

    /// A source as an input, its partitions open and checked.
    pub(super) fn input(&self, source: &Source) -> Result<Input> {
        let damaged = |file: PathBuf, cause: Cause| -> Error {
            let file = Origin::file(file.display().to_string());
            let problem = Diagnostic::error("import-damaged", file);
            cause.of(problem.with("source", source.name.clone())).into()
        };
        let odd = || damaged(self.manifest_path(), Cause::text(&source.path));
        let part = |part: &PartEntry| {
            let head = part
                .head
                .iter()
                .map(|(number, cells)| Some(OwnedRow { number: *number, cells: unpack(cells)? }));
            let partition = match (&part.partition, &part.reading) {
                (Some(entry), Some(kept)) => {
                    let path = self.at(&entry.path);
                    let file = File::open(&path)
                        .map_err(|error| damaged(path.clone(), Cause::io(&error)))?;
                    if sha256(&file).map_err(|error| damaged(path.clone(), Cause::io(&error)))?
                        != entry.sha256
                    {
                        return Err(damaged(path, Cause::code("changed")));
                    }
                    let powers = kept.columns.iter().map(|column| column.reading.power).collect();
                    Some(Partition { name: path.display().to_string(), file, powers })
                }
                _ => None,
            };
            Ok(StoredPart {
                top: part.top,
                head: head.collect::<Option<_>>().ok_or_else(odd)?,
                partition,
                note: serde_json::to_string(&part.reading).map_err(|_| odd())?,
            })
        };
        let sheets = source.sheets.iter().map(|sheet| {
            Ok(StoredSheet {
                info: SheetInfo {
                    name: sheet.name.clone(),
                    hidden: sheet.hidden,
                    unread: sheet.unread,
                },
                parts: sheet.parts.iter().map(part).collect::<Result<_>>()?,
                merged: sheet.merged.clone(),
                text: sheet.text.clone(),
            })
        });
        let stored = Stored {
            format: Format::from_code(&source.format).ok_or_else(odd)?,
            text: StoredText {
                encoding: source.encoding.clone(),
                guessed: source.encoding_is_guess,
                unusual: source.unusual.clone(),
                delimiter: source.delimiter.clone(),
            },
            sha256: source.sha256.clone(),
            hints: Hints {
                encoding: source.given_encoding.clone(),
                delimiter: source.given_delimiter.clone(),
                ..Hints::default()
            },
            original: self.at(&source.path),
            sheets: sheets.collect::<Result<_>>()?,
        };
        Ok(Input { name: source.name.clone(), place: Place::Stored(Arc::new(stored)) })
    }
}

impl Source {
    pub(super) fn entries(&self) -> Vec<Entry> {
        let day = |text: &Option<String>| text.as_deref().and_then(Day::parse_iso);
        let parts =
            self.sheets.iter().flat_map(|sheet| sheet.parts.iter().map(move |it| (sheet, it)));
        let parts = parts.filter_map(|(sheet, part)| {
            let (partition, reading) = (part.partition.as_ref()?, part.reading.as_ref()?);
            Some(Entry {
                table: reading.table.clone(),
                source: self.name.clone(),
                sheet: sheet.name.clone(),
                rows: partition.rows,
                rows_left_out: partition.left_out,
                from: day(&partition.from),
                to: day(&partition.to),
                sha256: self.sha256.clone(),
                bytes: partition.bytes,
                partition: partition.path.clone(),
            })
        });
        parts.collect()
    }
}

/// The first rows of a sheet, for the manifest.
pub(super) fn head(rows: &[OwnedRow]) -> Vec<(u64, String)> {
    let packed =
        |row: &OwnedRow| pack(&row.cells.iter().map(OwnedCell::borrow).collect::<Vec<_>>());
    rows.iter().map(|row| (row.number, packed(row))).collect()
}

/// Whether a file is called as partitions are: `NAME-` and sixteen hexadecimal digits.
fn is_partition(name: &str) -> bool {
    name.strip_suffix(".parquet").and_then(|stem| stem.rsplit_once('-')).is_some_and(|(_, hash)| {
        hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// A folder cannot be flushed everywhere; where it can, new names survive a power cut.
pub(super) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn sha256(mut file: &File) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&block[..count]);
    }
}
