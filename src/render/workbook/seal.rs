//! Telling whether somebody has changed a workbook since it was written.
//!
//! The workbook carries the SHA-256 of its own cell values as a custom property. Values are hashed, not bytes: a program
//! that opens and saves the file without a change writes other bytes but the same values. What a formula gives is not among
//! them: it follows from the other cells, and each program rounds the last digits in its own way. Nor are the cells of the
//! follow-up list that are there to be filled in: a later review takes them over.

use std::io::{Cursor, Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Result;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::history::layout::{Layout, Mark};
use crate::source::package::{self, Kind};
use crate::source::workbook::Workbook;
use crate::source::{Cell, Format, RowSink, hex, secret};

/// Name of the property.
pub(super) const PROPERTY: &str = "kam-values";

/// Hashes every cell that is not blank, but for those of the follow-up list that are there to be filled in. The rows of
/// that list count in any order.
struct Hasher {
    all: Sha256,
    layout: Option<Layout>,
    rows: Vec<String>,
}

impl Hasher {
    fn new() -> Self {
        Self { all: Sha256::new(), layout: None, rows: Vec::new() }
    }

    /// Goes on to the next sheet.
    fn sheet(&mut self, name: Option<&str>) {
        self.end_list();
        self.all.update(format!("{name:?}\n"));
    }

    fn end_list(&mut self) {
        self.layout = None;
        self.rows.sort_unstable();
        for row in self.rows.drain(..) {
            self.all.update(row);
        }
    }

    fn finish(mut self) -> String {
        self.end_list();
        hex(&self.all.finalize())
    }
}

impl RowSink for Hasher {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let filled = cells.iter().enumerate().filter(|(_, cell)| **cell != Cell::Blank);
        let list = self.layout.as_ref().filter(|layout| layout.key(cells).is_some());
        if let Some(layout) = list {
            let inputs = Mark::INPUTS.map(|mark| layout.column(mark));
            let kept = filled.filter(|(column, _)| !inputs.contains(column));
            self.rows.push(
                kept.fold(String::new(), |row, (column, cell)| format!("{row}{column} {cell:?}\n")),
            );
            return ControlFlow::Continue(());
        }
        for (column, cell) in filled {
            self.all.update(format!("{number} {column} {cell:?}\n"));
        }
        if self.layout.is_none() {
            self.layout = Layout::of(cells);
        }
        ControlFlow::Continue(())
    }
}

/// What the property holds until the hash is known.
pub(super) const UNSEALED: &str = "unsealed";

/// Part of a package that the property is in.
const PART: &str = "docProps/custom.xml";

/// Puts the hash of its values into a workbook that says [`UNSEALED`]; every other part stays as it is.
pub(super) fn seal(unsealed: Vec<u8>) -> Result<Vec<u8>> {
    let Some(hash) = hash(unsealed.clone()) else { return Ok(unsealed) };
    let mut package = ZipArchive::new(Cursor::new(unsealed.as_slice()))?;
    let mut sealed = ZipWriter::new(Cursor::new(Vec::with_capacity(unsealed.len() + hash.len())));
    for at in 0..package.len() {
        let part = package.by_index_raw(at)?;
        if part.name()? != PART {
            sealed.raw_copy_file(part)?;
            continue;
        }
        let written = part.last_modified().unwrap_or_default();
        drop(part);
        let mut text = String::new();
        package.by_index(at)?.read_to_string(&mut text)?;
        sealed.start_file(PART, SimpleFileOptions::default().last_modified_time(written))?;
        sealed.write_all(text.replace(UNSEALED, &hash).as_bytes())?;
    }
    Ok(sealed.finish()?.into_inner())
}

/// The hash of all cell values of a workbook, but for those of formulas and those to be filled in for the next review.
fn hash(bytes: Vec<u8>) -> Option<String> {
    let mut book = Workbook::from_bytes(bytes, "", Format::Xlsx).ok()?;
    let mut hasher = Hasher::new();
    for sheet in 0..book.sheets().len() {
        hasher.sheet(book.sheets()[sheet].name.as_deref());
        book.read_typed(sheet, &mut hasher).ok()?;
    }
    Some(hasher.finish())
}

/// Whether a file is a workbook of ours whose values nobody has changed, but for what is to be filled in for the next
/// review; an encrypted one opens with the password.
#[must_use]
pub fn is_as_written(path: &Path, password: Option<&str>) -> bool {
    let opened = |bytes: Vec<u8>| match (package::sniff_bytes(&bytes), password) {
        (Kind::Encrypted, Some(password)) => secret::opened(bytes, password),
        _ => Some(bytes),
    };
    std::fs::read(path)
        .ok()
        .and_then(opened)
        .is_some_and(|bytes| stated(&bytes).is_some_and(|stated| hash(bytes) == Some(stated)))
}

/// The hash that a workbook carries.
fn stated(bytes: &[u8]) -> Option<String> {
    let mut package = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut text = String::new();
    package.by_name(PART).ok()?.take(64 * 1024).read_to_string(&mut text).ok()?;
    let (_, after) = text.split_once(&format!("name=\"{PROPERTY}\""))?;
    let (_, value) = after.split_once("<vt:lpwstr>")?;
    value.split_once("</vt:lpwstr>").map(|(value, _)| value.to_owned())
}
