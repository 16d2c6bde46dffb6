//! Where reviews are kept: `reviews/PERIOD/review.json` in the workspace.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::SavedReview;
use crate::error::{Error, Result};
use crate::period::Day;

/// The folder of a workspace that holds a folder for each period.
pub const FOLDER: &str = "reviews";
/// The file of a review in its folder.
pub const REVIEW: &str = "review.json";

/// Opens the review of a file, or of a folder that a review was saved to.
///
/// # Errors
/// `file-missing`, `file-unreadable`, and those of [`SavedReview::read`].
pub fn open(path: &Path) -> Result<SavedReview> {
    let path = if path.is_dir() { path.join(REVIEW) } else { path.to_owned() };
    let name = path.display().to_string();
    let file = File::open(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::file("file-missing", name.clone()),
        _ => Error::io("file-unreadable", name.clone(), &error),
    })?;
    SavedReview::read(BufReader::new(file), &name)
}

/// All reviews of a workspace, the oldest first, each with its folder.
///
/// # Errors
/// The folder or a review in it that cannot be read.
pub fn all(workspace: &Path) -> Result<Vec<(PathBuf, SavedReview)>> {
    let shelf = workspace.join(FOLDER);
    let entries = match std::fs::read_dir(&shelf) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(Error::io("file-unreadable", shelf.display().to_string(), &error));
        }
    };
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|folder| folder.join(REVIEW).is_file())
        .collect();
    folders.sort();
    let mut found = Vec::with_capacity(folders.len());
    for folder in folders {
        let review = open(&folder)?;
        found.push((folder, review));
    }
    found.sort_by_key(|(_, review)| review.as_of);
    Ok(found)
}

/// The newest review of a workspace that is older than a day.
///
/// # Errors
/// Those of [`all`].
pub fn newest_before(workspace: &Path, as_of: Day) -> Result<Option<(PathBuf, SavedReview)>> {
    Ok(all(workspace)?.into_iter().rev().find(|(_, review)| review.as_of < as_of))
}
