//! Which earlier review is meant: a folder, a file, a period, or the newest of the workspace.

use std::path::{Path, PathBuf};

use crate::config::rules::nearest;
use crate::config::{Config, Labels};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::history::book::{self, Texts};
use crate::history::{self, Place, SavedReview, Shelf};
use crate::locale::Lang;
use crate::period::Day;
use crate::source::Input;
use crate::source::package::{self, Kind};

/// The languages that workbooks are written in.
const LANGUAGES: [Texts; 2] = [|key| Lang::En.find(key), |key| Lang::Zh.find(key)];

/// An earlier review.
pub(super) struct Earlier {
    /// What it says.
    pub review: SavedReview,
    /// Its name in messages and outputs.
    pub name: String,
    /// Its file, which no output may overwrite.
    pub file: PathBuf,
    /// The workbook that people typed into, if there is one.
    pub typed: Option<PathBuf>,
}

impl Earlier {
    /// What it does not tell, if it was read from a workbook.
    pub(super) fn unknown(&self) -> Option<Diagnostic> {
        let notice = || Diagnostic::notice("previous-workbook", Origin::file(&self.name));
        self.review.from_workbook.then(notice)
    }

    /// The same for the review that comes next: how many clients have no band that it could keep.
    pub(super) fn unknown_to_next(&self) -> Option<Diagnostic> {
        let clients = self.review.clients.iter();
        let without = clients.filter(|it| it.tier.is_some() && it.band.is_none()).count();
        self.unknown().map(|notice| match without {
            0 => notice,
            _ => notice.with("clients", without),
        })
    }

    /// One of the workspace.
    pub(super) fn kept(place: &Place, review: SavedReview) -> Self {
        let (name, file, typed) = (place.name(), place.review(), Some(place.workbook()));
        Self { review, name, file, typed }
    }
}

/// The review to compare with: the one named, else the newest of the workspace that is older; `none` is none.
pub(super) fn before(
    given: Option<&Path>,
    workspace: Option<&Path>,
    as_of: Day,
    config: &Config,
) -> Result<Option<Earlier>> {
    let Some(given) = given else {
        let found = workspace
            .map(|workspace| Shelf::of(workspace).newest_before(as_of, config.fiscal_year_start));
        let found = found.transpose()?.flatten();
        return Ok(found.map(|(place, review)| Earlier::kept(&place, review)));
    };
    if given == Path::new("none") {
        return Ok(None);
    }
    let earlier = named(given, workspace, &config.labels)?;
    if earlier.review.scope.is_some() {
        return Err(Error::file("review-part", earlier.name));
    }
    if earlier.review.as_of >= as_of {
        let late = Diagnostic::error("previous-late", Origin::file(earlier.name));
        return Err(late.with("previous", earlier.review.as_of).with("as_of", as_of).into());
    }
    Ok(Some(earlier))
}

/// The review that is named: a folder that one was saved to, a file, or a period of the workspace; `labels` may be those of a
/// workbook.
pub(super) fn named(given: &Path, workspace: Option<&Path>, labels: &Labels) -> Result<Earlier> {
    let name = given.display().to_string();
    let place = Place::of(given);
    if place.review().is_file() {
        return Ok(Earlier { name, ..Earlier::kept(&place, place.open()?) });
    }
    if given.is_file() {
        let kind = package::sniff(given)
            .map_err(|error| Error::io("file-unreadable", name.clone(), &error))?;
        if !matches!(kind, Kind::Text | Kind::Gzip | Kind::Empty | Kind::Xml) {
            let review = book::read(&Input::file(given), &LANGUAGES, labels)?;
            let (file, typed) = (given.to_owned(), Some(given.to_owned()));
            return Ok(Earlier { review, name, file, typed });
        }
        let typed = Place::around(given).map(|place| place.workbook());
        return Ok(Earlier { review: history::open(given)?, name, file: given.to_owned(), typed });
    }
    let places = workspace.map_or_else(|| Ok(Vec::new()), |it| Shelf::of(it).places())?;
    if let Some(place) = places.iter().find(|it| it.period().eq_ignore_ascii_case(&name)) {
        return Ok(Earlier::kept(place, place.open()?));
    }
    if given.is_dir() {
        return Err(Error::file("file-missing", place.review().display().to_string()));
    }
    // Whoever names a file did not mean a period.
    if given.components().count() > 1 || given.extension().is_some() {
        return Err(Error::file("file-missing", name));
    }
    let known: Vec<String> = places.iter().map(Place::period).collect();
    let folded: Vec<String> = known.iter().map(|period| period.to_lowercase()).collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    let near = nearest(&name, &folded);
    let mut unknown = Diagnostic::error("unknown-period", Origin::default()).with("period", name);
    if let Some(suggestion) = known.iter().find(|it| Some(it.to_lowercase().as_str()) == near) {
        unknown = unknown.with("suggestion", suggestion.clone());
    }
    if !known.is_empty() {
        unknown = unknown.with("known", known);
    }
    Err(unknown.into())
}
