//! `kam review --save`: the review in its folder of the workspace, whole or not at all.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Error;
use crate::history::{self, Place, SavedReview, Shelf};
use crate::locale::Lang;
use crate::period::Day;
use crate::render::{self, json, workbook};
use crate::review::Review;
use crate::source::hex;

use super::files;
use super::ui::Ui;

/// The files of a saved review, in the order they are written.
const FILES: [&str; 3] = [Place::REVIEW, Place::WORKBOOK, Place::TABLE];

/// Ends of the names of folders that are not yet, or no longer, those of a saved review.
const NEW: &str = ".new";
const OLD: &str = ".old";

/// What the folder says of itself.
#[derive(Serialize)]
struct Manifest<'a> {
    schema_version: u32,
    kam_version: &'a str,
    as_of: Day,
    period: &'a str,
    config_sha256: &'a str,
    inputs: Vec<ManifestInput<'a>>,
    files: Vec<ManifestFile>,
}

#[derive(Serialize)]
struct ManifestInput<'a> {
    file: &'a str,
    sheet: Option<&'a str>,
    sha256: Option<&'a str>,
    rows: u64,
}

#[derive(Serialize)]
struct ManifestFile {
    name: &'static str,
    sha256: String,
}

/// A review that may be saved.
pub(super) struct Save<'a> {
    review: &'a Review,
    place: Place,
    /// Its name in messages.
    shown: String,
    /// Its JSON; none where the folder holds the very same.
    text: Option<Vec<u8>>,
}

impl<'a> Save<'a> {
    /// Looks whether a review may go to its folder in the workspace: another one there is replaced only on purpose.
    pub(super) fn new(
        review: &'a Review,
        workspace: Option<&Path>,
        force: bool,
    ) -> anyhow::Result<Self> {
        let workspace = workspace.ok_or_else(no_workspace)?;
        // `kam.toml` right here has no folder in its name.
        let here = workspace.as_os_str().is_empty();
        let workspace = if here { Path::new(".") } else { workspace };
        let place = Shelf::of(workspace).place(&review.period);
        let folder = place.folder();
        let shown = folder.strip_prefix(".").unwrap_or(folder).display().to_string();
        let mut text = Vec::new();
        json::write(review, &mut text)?;
        if folder.exists() {
            let known = fs::read(place.review()).unwrap_or_default();
            if known == text {
                return Ok(Self { review, place, shown, text: None });
            }
            // What people typed meanwhile makes no other review of it, and is carried over.
            if !force && essence(&known).is_none_or(|known| essence(&text) != Some(known)) {
                return Err(another(&known, shown).into());
            }
        }
        Ok(Self { review, place, shown, text: Some(text) })
    }

    /// Where it goes.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Says where it would go.
    pub(super) fn would(&self, ui: &Ui) {
        ui.say(&ui.lang.fill("summary.would_write", &[("file", self.shown.clone())]));
    }

    /// Writes it beside its place.
    pub(super) fn prepare(self, lang: Lang) -> anyhow::Result<Ready> {
        let Self { review, place, shown, text } = self;
        let Some(mut text) = text else {
            return Ok(Ready { place, shown, new: None });
        };
        let cannot = |error: &std::io::Error| Error::io("cannot-write", shown.clone(), error);
        let parent = parent(&place);
        fs::create_dir_all(parent).map_err(|error| cannot(&error))?;
        let own = format!(".{}.kam-{}", review.period, std::process::id());
        let mut new = Temporary::new(parent.join(own + NEW)).map_err(|error| cannot(&error))?;
        let mut files = Vec::new();
        for name in FILES {
            let bytes = match name {
                Place::REVIEW => std::mem::take(&mut text),
                Place::WORKBOOK => workbook::workbook(review, lang)?,
                _ => table(review, lang)?,
            };
            let file = put(&new.path.join(name), &bytes).map_err(|error| cannot(&error))?;
            if name == Place::REVIEW {
                new.lock = Some(file);
            }
            files.push(ManifestFile { name, sha256: hex(&Sha256::digest(&bytes)) });
        }
        let manifest = serde_json::to_vec_pretty(&manifest(review, files))?;
        put(&new.path.join(Place::MANIFEST), &manifest).map_err(|error| cannot(&error))?;
        Ok(Ready { place, shown, new: Some(new) })
    }
}

/// A review that is written but not yet in its place; dropped, it leaves nothing behind.
pub(super) struct Ready {
    place: Place,
    shown: String,
    /// None where its place holds the very same.
    new: Option<Temporary>,
}

impl Ready {
    /// Puts it in its place, whole or not at all.
    pub(super) fn put(self, ui: &Ui) -> anyhow::Result<()> {
        let Self { place, shown, new } = self;
        let Some(mut new) = new else {
            ui.say(&ui.lang.fill("summary.saved_already", &[("folder", shown)]));
            return Ok(());
        };
        let cannot = |error: &std::io::Error| Error::io("cannot-write", shown.clone(), error);
        let folder = place.folder();
        let old = new.path.with_extension(&OLD[1..]);
        // A folder with an open file cannot be renamed everywhere.
        new.lock = None;
        let replaced = files::uninterrupted(|current| {
            let replaced = folder.exists();
            if replaced {
                fs::rename(folder, &old)?;
            }
            if let Err(error) = fs::rename(&new.path, folder) {
                if replaced {
                    let _ = fs::rename(&old, folder);
                }
                return Err(error);
            }
            if replaced {
                current.push(old.clone());
            }
            Ok(replaced)
        })
        .map_err(|error| cannot(&error))?;
        if replaced {
            drop(Temporary { path: old, lock: None });
        }
        if let Ok(parent) = File::open(parent(&place)) {
            let _ = parent.sync_all();
        }
        ui.say(&ui.lang.fill("summary.saved", &[("folder", shown.clone())]));
        Ok(())
    }
}

fn parent(place: &Place) -> &Path {
    place.folder().parent().unwrap_or(Path::new("."))
}

/// Removes what runs that were killed left among the saved reviews, and puts back a review that one of them had moved away.
pub(super) fn tidy(workspace: Option<&Path>) {
    let Some(workspace) = workspace else { return };
    let shelf = Shelf::of(workspace);
    let Ok(entries) = fs::read_dir(shelf.folder()) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let Some((period, end)) = name.strip_prefix('.').and_then(|name| name.split_once(".kam-"))
        else {
            continue;
        };
        if end.ends_with(OLD) {
            let place = shelf.place(period);
            if !place.folder().exists() {
                let _ = fs::rename(&path, place.folder());
                continue;
            }
        } else if !end.ends_with(NEW) || is_locked(&path.join(Place::REVIEW)) {
            continue;
        }
        let _ = fs::remove_dir_all(path);
    }
}

/// Whether a run that still lives writes a file.
fn is_locked(path: &Path) -> bool {
    let file = OpenOptions::new().write(true).open(path);
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// The file of a frozen scale.
pub(super) fn scale(anchors: &history::Anchors, as_of: Day, lang: Lang) -> String {
    let note = lang.fill("summary.anchors", &[("as_of", as_of.to_string())]);
    history::anchors_text(anchors, &note)
}

/// Refuses to begin where the scale could not be kept in the end.
pub(super) fn check_scale(workspace: Option<&Path>) -> anyhow::Result<()> {
    let path = workspace.map(|workspace| workspace.join(history::ANCHORS));
    Ok(path.map_or(Ok(()), |path| files::check(&path, &[], true))?)
}

/// Keeps the scale of a review for those that follow, unless one is kept already.
pub(super) fn freeze(
    anchors: Option<&history::Anchors>,
    as_of: Day,
    workspace: Option<&Path>,
    ui: &Ui,
) -> anyhow::Result<()> {
    let (Some(anchors), Some(workspace)) = (anchors, workspace) else {
        return Ok(());
    };
    let path = workspace.join(history::ANCHORS);
    let text = scale(anchors, as_of, ui.lang);
    files::write(&path, |out| Ok(out.write_all(text.as_bytes())?))?;
    ui.say(&ui.lang.fill("summary.frozen", &[("file", path.display().to_string())]));
    Ok(())
}

/// Why a saved review that is not the same stays: it is another one, or nobody can tell what it is.
fn another(known: &[u8], folder: String) -> Error {
    match SavedReview::read(known, &folder) {
        Err(error) if error.diagnostics.iter().any(|it| it.code == "review-unreadable") => {
            let mut diagnostics = error.diagnostics;
            for problem in &mut diagnostics {
                problem.code = "review-damaged";
            }
            Error { diagnostics }
        }
        _ => Error::file("review-exists", folder),
    }
}

/// The JSON of a review without what makes no other review of it: what people typed and what is said of that, the language,
/// the version of the program, and in which words its day was given.
fn essence(text: &[u8]) -> Option<Value> {
    let mut review: Value = serde_json::from_slice(text).ok()?;
    for key in ["kam_version", "as_of_from", "config_sha256"] {
        review.as_object_mut()?.remove(key);
    }
    for key in ["lang", "as_of", "period"] {
        review.get_mut("config")?.as_object_mut()?.remove(key);
    }
    for client in review.get_mut("clients")?.as_array_mut()? {
        client.as_object_mut()?.remove("follow_up");
    }
    let said = review.get_mut("diagnostics")?.as_array_mut()?;
    said.retain(|group| group["code"].as_str().is_none_or(|code| !code.starts_with("follow-up")));
    Some(review)
}

fn no_workspace() -> Error {
    Diagnostic::error("no-workspace", Origin::default()).into()
}

/// Writes a file, which is locked as long as it is open.
fn put(path: &Path, bytes: &[u8]) -> std::io::Result<File> {
    let mut file = File::create(path)?;
    let _ = file.lock();
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(file)
}

fn table(review: &Review, lang: Lang) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(format) = render::format("csv") {
        (format.write)(review, lang, &mut bytes)?;
    }
    Ok(bytes)
}

fn manifest(review: &Review, files: Vec<ManifestFile>) -> Manifest<'_> {
    Manifest {
        schema_version: review.schema_version,
        kam_version: review.kam_version,
        as_of: review.as_of,
        period: &review.period,
        config_sha256: &review.config_sha256,
        inputs: review
            .inputs
            .iter()
            .map(|input| ManifestInput {
                file: &input.file,
                sheet: input.sheet.as_deref(),
                sha256: input.sha256.as_deref(),
                rows: input.rows,
            })
            .collect(),
        files,
    }
}

/// A folder that goes away with its owner, or at an interrupt, unless it was moved.
struct Temporary {
    path: PathBuf,
    /// Tells other runs that this one lives.
    lock: Option<File>,
}

impl Temporary {
    fn new(path: PathBuf) -> std::io::Result<Self> {
        files::uninterrupted(|current| {
            fs::create_dir(&path)?;
            current.push(path.clone());
            Ok(Self { path, lock: None })
        })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        self.lock = None;
        let _ = fs::remove_dir_all(&self.path);
        files::uninterrupted(|current| current.retain(|path| *path != self.path));
    }
}
