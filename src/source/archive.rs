//! A zip of delimited text: each file in it is a table-like part of its own, named as the archive names it.
//!
//! The archive's directory is judged before anything is inflated, by the limits that packages of workbooks have; an entry
//! that inflates further than it says there fails. Entries are read as streams, each as often as it is asked for.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use encoding_rs::{UTF_16BE, UTF_16LE};
use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::document::Place;
use super::package::{self, Flaw, Kind};
use super::text::{Bytes, TextFile};
use super::{Hints, SheetInfo, Unread, encoding};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Cause, Error, Result};

/// Most entries an archive may have: each is opened and looked at.
const ENTRIES: usize = 2_000;
/// Names that the error shows.
const SHOWN: usize = 5;
/// Bytes looked at to tell what an entry is.
const HEAD: u64 = 8192;

/// An archive whose entries are known.
pub(super) struct Archive {
    sheets: Vec<SheetInfo>,
    texts: Vec<Option<TextFile>>,
}

impl Archive {
    /// Opens an archive. One without any delimited text is refused, with what is in it.
    pub(super) fn open(place: &Place, name: &str, hints: &Hints) -> Result<Self> {
        let bytes = match place {
            Place::File(path) => Bytes::File(path.clone()),
            Place::Memory(bytes) => Bytes::Memory(Arc::clone(bytes)),
            Place::Stored(_) => return Err(Error::file("file-kind", name)),
        };
        let listed = match &bytes {
            Bytes::File(path) => {
                let file =
                    File::open(path).map_err(|error| Error::io("file-unreadable", name, &error))?;
                list(BufReader::new(file))
            }
            Bytes::Memory(bytes) => list(Cursor::new(bytes)),
        };
        let mut archive = Self { sheets: Vec::new(), texts: Vec::new() };
        for (entry, entry_name) in listed.map_err(|flaw| flaw.into_error(name))? {
            let (text, unread) = match entry {
                Err(unread) => (None, Some(unread)),
                Ok(entry) => match look(&bytes, &entry, name, &entry_name)? {
                    Err(unread) => (None, Some(unread)),
                    Ok(compressed) => {
                        let bytes = bytes.clone();
                        let text = TextFile::from_entry(
                            bytes,
                            entry,
                            (name, &entry_name),
                            compressed,
                            hints,
                        )?;
                        (Some(text), None)
                    }
                },
            };
            archive.sheets.push(SheetInfo { name: Some(entry_name), hidden: false, unread });
            archive.texts.push(text);
        }
        if archive.texts.iter().all(Option::is_none) {
            return Err(archive.nothing(name));
        }
        Ok(archive)
    }

    /// Its entries in the order of its directory.
    pub(super) fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    /// The text of an entry that is one.
    pub(super) fn text(&self, sheet: usize) -> Option<&TextFile> {
        self.texts.get(sheet)?.as_ref()
    }

    fn nothing(&self, name: &str) -> Error {
        let files = self.sheets.iter().filter(|sheet| sheet.unread != Some(Unread::Folder));
        let names: Vec<String> = files.filter_map(|sheet| sheet.name.clone()).collect();
        let refused = Diagnostic::error("file-kind", Origin::file(name));
        if names.is_empty() {
            return refused.with("kind", "empty-zip").into();
        }
        let is_locked = self.sheets.iter().any(|sheet| sheet.unread == Some(Unread::Encrypted));
        let mut shown: Vec<String> = names.iter().take(SHOWN).cloned().collect();
        if names.len() > SHOWN {
            shown.push("…".to_owned());
        }
        let kind = if is_locked { "encrypted-zip" } else { "zip" };
        refused.with("kind", kind).with("entries", shown).into()
    }
}

/// Where the bytes of an entry are, and what they must come to.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    start: u64,
    deflated: u64,
    inflated: u64,
    crc32: u32,
    is_deflated: bool,
}

impl Entry {
    /// The bytes of the entry, from the archive.
    pub(super) fn read<R: Read + Seek + Send + 'static>(
        &self,
        mut archive: R,
    ) -> io::Result<Box<dyn Read + Send>> {
        archive.seek(SeekFrom::Start(self.start))?;
        let raw = archive.take(self.deflated);
        let left = self.inflated;
        Ok(if self.is_deflated {
            let inner = DeflateDecoder::new(raw);
            Box::new(Checked { inner, left, crc: Crc::new(), crc32: self.crc32 })
        } else {
            Box::new(Checked { inner: raw, left, crc: Crc::new(), crc32: self.crc32 })
        })
    }
}

/// Ends exactly where the directory says, with the checksum that it names.
struct Checked<R> {
    inner: R,
    left: u64,
    crc: Crc,
    crc32: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        let count = self.inner.read(out)?;
        self.crc.update(&out[..count]);
        let is_wrong = match self.left.checked_sub(count as u64) {
            None => true,
            Some(left) => {
                self.left = left;
                count == 0 && (left > 0 || self.crc.sum() != self.crc32)
            }
        };
        if is_wrong {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "CRC-32"));
        }
        Ok(count)
    }
}

type Listed = Vec<(Result<Entry, Unread>, String)>;

/// Judges the directory of an archive, and lists it.
fn list<R: Read + Seek>(mut input: R) -> Result<Listed, Flaw> {
    let size = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    let mut zip = ZipArchive::new(input)?;
    if zip.len() > ENTRIES {
        return Err(Flaw::Suspicious("too-many-parts"));
    }
    let (mut names, mut entries) = (Vec::new(), Vec::new());
    let (mut inflated, mut deflated) = (0_u64, 0_u64);
    for index in 0..zip.len() {
        let part = zip.by_index_raw(index)?;
        names.push(part.name_raw().to_vec());
        inflated = inflated.saturating_add(part.size());
        deflated = deflated.saturating_add(part.compressed_size());
        let method = part.compression();
        let is_known = matches!(method, CompressionMethod::Deflated | CompressionMethod::Stored);
        entries.push(if part.is_dir() {
            Err(Unread::Folder)
        } else if part.size() == 0 {
            Err(Unread::Empty)
        } else if part.encrypted() {
            Err(Unread::Encrypted)
        } else {
            match part.data_start() {
                Some(start) if is_known => Ok(Entry {
                    start,
                    deflated: part.compressed_size(),
                    inflated: part.size(),
                    crc32: part.crc32(),
                    is_deflated: method == CompressionMethod::Deflated,
                }),
                _ => Err(Unread::Packing),
            }
        });
    }
    // Entries that share their bytes count more of them than the file has.
    if package::inflates_too_far(inflated, deflated.min(size)) {
        return Err(Flaw::Suspicious("inflates-too-far"));
    }
    let names = decode(&names);
    Ok(entries
        .into_iter()
        .zip(names)
        .map(|(entry, name)| match entry {
            Ok(_) if is_hidden(&name) => (Err(Unread::Hidden), name),
            entry => (entry, name),
        })
        .collect())
}

/// The names of entries. They are UTF-8 or in the code page of whoever packed them, which most of the names together tell
/// better than each alone.
fn decode(names: &[Vec<u8>]) -> Vec<String> {
    let odd: Vec<&[u8]> =
        names.iter().map(Vec::as_slice).filter(|name| std::str::from_utf8(name).is_err()).collect();
    let found = encoding::detect(&odd.join(&b'\n'), true).encoding;
    names
        .iter()
        .map(|name| match std::str::from_utf8(name) {
            Ok(name) => name.to_owned(),
            Err(_) => found.decode_without_bom_handling(name).0.into_owned(),
        })
        .map(|name| name.replace('\\', "/"))
        .collect()
}

/// What systems put beside files, and files that they hide.
fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
        || name.ends_with("Thumbs.db")
        || name.ends_with("desktop.ini")
}

/// Whether an entry is delimited text, and then whether it is compressed once more.
fn look(
    bytes: &Bytes,
    entry: &Entry,
    name: &str,
    entry_name: &str,
) -> Result<Result<bool, Unread>> {
    let mut head = Vec::new();
    bytes
        .open_entry(entry)
        .and_then(|text| text.take(HEAD).read_to_end(&mut head))
        .map_err(|error| damaged(name, entry_name, &error))?;
    Ok(match package::sniff_head(&head) {
        Kind::Gzip => Ok(true),
        Kind::Text if !is_binary(&head) => Ok(false),
        Kind::Empty => Err(Unread::Empty),
        _ => Err(Unread::Other),
    })
}

/// Bytes that no text has, unless it is UTF-16.
fn is_binary(head: &[u8]) -> bool {
    let is_control = |byte: &u8| matches!(byte, 0..=8 | 14..=26 | 28..=31);
    if !head.iter().any(is_control) {
        return false;
    }
    let found = encoding::detect(head, false).encoding;
    found != UTF_16LE && found != UTF_16BE
}

/// An entry that cannot be read.
fn damaged(name: &str, entry_name: &str, error: &io::Error) -> Error {
    let origin = Origin { sheet: Some(entry_name.to_owned()), ..Origin::file(name) };
    Cause::io(error).of(Diagnostic::error("file-damaged", origin)).into()
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
