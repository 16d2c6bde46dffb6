//! Where reviews are kept: `reviews/PERIOD/` in the workspace, and what the files in it are called.
//!
//! What a review is of stands at the beginning of its file, so that the one that is wanted is found without reading all of
//! them through ([`Shelf::kept`]).

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use sha2::{Digest as _, Sha256};

use super::SavedReview;
use crate::error::{Error, Result};
use crate::period::{Day, period_end};
use crate::review::SCHEMA_VERSION;
use crate::source::hex;

/// The folder of a workspace that holds a folder for each period.
const FOLDER: &str = "reviews";

/// The saved reviews of a workspace.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

/// The folder of one saved review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    folder: PathBuf,
}

/// A review that is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Where.
    pub place: Place,
    /// The day it is of; none where neither its file nor the name of its folder tells.
    pub as_of: Option<Day>,
}

impl Place {
    /// The review, which later ones are compared with.
    pub const REVIEW: &str = "review.json";
    /// The copy that people type into, which the next review reads.
    pub const WORKBOOK: &str = "review.xlsx";
    /// Its clients as a table.
    pub const TABLE: &str = "clients.csv";
    /// What the folder says of itself.
    pub const MANIFEST: &str = "manifest.json";

    /// The place that a folder is.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The place in which a file is the review; none for a file of another name.
    #[must_use]
    pub fn around(review: &Path) -> Option<Self> {
        (review.file_name()? == Self::REVIEW).then(|| Self::of(review.parent().unwrap_or(review)))
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of the review.
    #[must_use]
    pub fn review(&self) -> PathBuf {
        self.folder.join(Self::REVIEW)
    }

    /// The file of the workbook.
    #[must_use]
    pub fn workbook(&self) -> PathBuf {
        self.folder.join(Self::WORKBOOK)
    }

    /// The period that its folder is named after.
    #[must_use]
    pub fn period(&self) -> String {
        let name = self.folder.file_name();
        name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Its name within the workspace: `reviews/2026Q1`. It goes into outputs.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{FOLDER}/{}", self.period())
    }

    /// Reads the review.
    ///
    /// # Errors
    /// Those of [`open`].
    pub fn open(&self) -> Result<SavedReview> {
        open(&self.review())
    }
}

impl Shelf {
    /// The shelf of a workspace.
    #[must_use]
    pub fn of(workspace: &Path) -> Self {
        Self { folder: workspace.join(FOLDER) }
    }

    /// The folder of all of them.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the review of a period is, or would be.
    #[must_use]
    pub fn place(&self, period: &str) -> Place {
        Place::of(&self.folder.join(period))
    }

    /// The folders in which a review is kept, by name.
    ///
    /// # Errors
    /// The folder of all of them that cannot be read.
    pub fn places(&self) -> Result<Vec<Place>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                let name = self.folder.display().to_string();
                return Err(Error::io("file-unreadable", name, &error));
            }
        };
        let mut folders: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|folder| folder.join(Place::REVIEW).is_file())
            .collect();
        folders.sort();
        Ok(folders.into_iter().map(|folder| Place { folder }).collect())
    }

    /// The reviews that are kept, the oldest first, those of an unknown day last. A damaged one is of the day that its
    /// folder is named after.
    ///
    /// # Errors
    /// Those of [`places`](Self::places).
    pub fn kept(&self, fiscal_year_start: u32) -> Result<Vec<Kept>> {
        let kept = self.places()?.into_iter().map(|place| {
            let named =
                |name: &str| Day::parse_iso(name).or_else(|| period_end(name, fiscal_year_start));
            let as_of = day_of(&place.review()).or_else(|| named(&place.period()));
            Kept { place, as_of }
        });
        let mut kept: Vec<Kept> = kept.collect();
        kept.sort_by_key(|it| (it.as_of.is_none(), it.as_of));
        Ok(kept)
    }

    /// The newest review that is older than a day, and where it is.
    ///
    /// # Errors
    /// A review that cannot be read and is that one, or may be.
    pub fn newest_before(
        &self,
        as_of: Day,
        fiscal_year_start: u32,
    ) -> Result<Option<(Place, SavedReview)>> {
        let kept = self.kept(fiscal_year_start)?;
        let newest = kept.into_iter().rev().find(|it| it.as_of.is_none_or(|day| day < as_of));
        newest.map(|Kept { place, .. }| Ok((place.clone(), place.open()?))).transpose()
    }
}

/// Opens the review in a file.
///
/// # Errors
/// `file-missing`, `file-unreadable`, and those of [`SavedReview::read`].
pub fn open(path: &Path) -> Result<SavedReview> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::file("file-missing", name.clone()),
        _ => Error::io("file-unreadable", name.clone(), &error),
    })?;
    let mut hashed = Hashed { file, hash: Sha256::new() };
    let mut review = SavedReview::read(BufReader::new(&mut hashed), &name)?;
    let saved = Place::around(path).and_then(|place| saved_hash(&place));
    review.is_changed = saved.is_some_and(|saved| saved != hex(&hashed.hash.finalize()));
    Ok(review)
}

/// The hash of the review that the manifest of its folder has.
fn saved_hash(place: &Place) -> Option<String> {
    #[derive(Deserialize)]
    struct Manifest {
        files: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        name: String,
        sha256: String,
    }
    let text = std::fs::read(place.folder.join(Place::MANIFEST)).ok()?;
    let manifest: Manifest = serde_json::from_slice(&text).ok()?;
    manifest.files.into_iter().find(|it| it.name == Place::REVIEW).map(|it| it.sha256)
}

/// A file that is hashed as it is read.
struct Hashed {
    file: File,
    hash: Sha256,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}

/// The day that the review in a file is of, as far as its beginning tells.
fn day_of(path: &Path) -> Option<Day> {
    head(BufReader::new(File::open(path).ok()?))
}

/// Reads the JSON of a review up to its as-of date.
fn head(json: impl Read) -> Option<Day> {
    let mut found = Head::default();
    // What stops the reading is not asked for: with both fields found, nothing more is wanted.
    let _ = (&mut found).deserialize(&mut serde_json::Deserializer::from_reader(json));
    found.version.filter(|version| *version <= u64::from(SCHEMA_VERSION))?;
    found.as_of
}

/// What is wanted of the beginning of a review.
#[derive(Default)]
struct Head {
    version: Option<u64>,
    as_of: Option<Day>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    SchemaVersion,
    AsOf,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for &mut Head {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Head {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a review")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key()? {
            match field {
                Field::SchemaVersion => self.version = Some(map.next_value()?),
                Field::AsOf => self.as_of = Some(map.next_value()?),
                Field::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            if self.version.is_some() && self.as_of.is_some() {
                return Err(A::Error::custom("enough"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_review_tells_its_day() {
        let day = |text: &str| head(text.as_bytes()).map(|day| day.to_string());
        let cut_off =
            r#"{"schema_version": 1, "kam_version": "x", "as_of": "2026-03-31", "clients": [{"#;
        assert_eq!(day(cut_off), Some("2026-03-31".to_owned()));
        let late = r#"{"clients": [{"as_of": 1}], "as_of": "2026-03-31", "schema_version": 1}"#;
        assert_eq!(day(late), Some("2026-03-31".to_owned()));
        for none in [
            "",
            "[]",
            "{}",
            r#"{"schema_version": 99, "as_of": "2026-03-31"}"#,
            r#"{"schema_version": 1, "as_of": 5}"#,
            r#"{"schema_version": 1"#,
        ] {
            assert_eq!(day(none), None, "{none}");
        }
    }
}
