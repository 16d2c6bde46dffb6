//! `kam review --save`: the review in its folder of the workspace, whole or not at all.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
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

    /// Saves it, whole or not at all.
    pub(super) fn put(self, ui: &Ui) -> anyhow::Result<()> {
        let Self { review, place, shown, text } = self;
        let folder = place.folder();
        let Some(mut text) = text else {
            ui.say(&ui.lang.fill("summary.saved_already", &[("folder", shown)]));
            return Ok(());
        };
        let cannot = |error: &std::io::Error| Error::io("cannot-write", shown.clone(), error);
        let parent = folder.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(|error| cannot(&error))?;
        let own = format!(".{}.kam-{}", review.period, std::process::id());
        let new = Temporary(parent.join(format!("{own}.new")));
        let old = parent.join(format!("{own}.old"));
        fs::create_dir(&new.0).map_err(|error| cannot(&error))?;
        let mut files = Vec::new();
        for name in FILES {
            let bytes = match name {
                Place::REVIEW => std::mem::take(&mut text),
                Place::WORKBOOK => workbook::workbook(review, ui.lang)?,
                _ => table(review, ui.lang)?,
            };
            put(&new.0.join(name), &bytes).map_err(|error| cannot(&error))?;
            files.push(ManifestFile { name, sha256: hex(&Sha256::digest(&bytes)) });
        }
        let manifest = serde_json::to_vec_pretty(&manifest(review, files))?;
        put(&new.0.join(Place::MANIFEST), &manifest).map_err(|error| cannot(&error))?;
        let replaced = folder.exists();
        if replaced {
            fs::rename(folder, &old).map_err(|error| cannot(&error))?;
        }
        if let Err(error) = fs::rename(&new.0, folder) {
            if replaced {
                let _ = fs::rename(&old, folder);
            }
            return Err(cannot(&error).into());
        }
        if replaced {
            let _ = fs::remove_dir_all(&old);
        }
        if let Ok(parent) = File::open(parent) {
            let _ = parent.sync_all();
        }
        ui.say(&ui.lang.fill("summary.saved", &[("folder", shown.clone())]));
        Ok(())
    }
}

/// The file of a frozen scale.
pub(super) fn scale(anchors: &history::Anchors, as_of: Day, lang: Lang) -> String {
    let note = lang.fill("summary.anchors", &[("as_of", as_of.to_string())]);
    history::anchors_text(anchors, &note)
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

fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    out.write_all(bytes)?;
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
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

/// A folder that goes away with its owner, unless it was moved.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
