//! Tables in markup: web pages (which many Chinese ERP and office systems export under the name `.xls`), the XML of Excel
//! 2003, and flat OpenDocument.
//!
//! A file is read as a stream from its beginning for each of its sheets, by readers of our own that hold a row at a time.
//! Their encoding is what the mark at the beginning says, else clean UTF-8, else what the file says of itself, else what
//! its bytes look like.

mod html;
mod tokens;
mod xml;

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};

use encoding_rs::{Encoding, UTF_8};

use super::document::Place;
use super::encoding::{self, Decoding};
use super::package::Flaw;
use super::{Format, Hints, RowSink, SheetInfo, unfold};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use tokens::Tokens;

/// How much is looked at to find the encoding.
const SAMPLE: u64 = 256 << 10;
/// Where a file says what its encoding is.
const HEAD: usize = 4096;
/// Bytes that may be gone through in all, a pass for each sheet, whatever the size of the file.
const PASSES_FREE: u64 = 256 << 20;
/// Passes that are always allowed.
const PASSES: u64 = 32;

type Text = Decoding<Box<dyn Read + Send>>;

/// A file of markup, its sheets known.
pub struct Markup {
    name: String,
    place: Place,
    format: Format,
    encoding: &'static Encoding,
    mark: u64,
    guessed: bool,
    sheets: Vec<SheetInfo>,
    /// For a page: which of its tables each sheet is.
    tables: Vec<usize>,
}

impl Markup {
    /// Opens a file or bytes in memory as one of the formats of markup.
    pub fn open(place: &Place, name: &str, format: Format, hints: &Hints) -> Result<Self> {
        let mut markup = Self {
            name: name.to_owned(),
            place: place.clone(),
            format,
            encoding: UTF_8,
            mark: 0,
            guessed: false,
            sheets: Vec::new(),
            tables: Vec::new(),
        };
        let mut sample = Vec::new();
        markup
            .raw()
            .and_then(|raw| raw.take(SAMPLE).read_to_end(&mut sample))
            .map_err(|error| Error::io("file-unreadable", name, &error))?;
        let found = encoding::detect(&sample, (sample.len() as u64) < SAMPLE);
        markup.mark = found.mark as u64;
        (markup.encoding, markup.guessed) = match (&hints.encoding, stated(&sample)) {
            (Some(label), _) => {
                let given = encoding::from_label(label).ok_or_else(|| {
                    Diagnostic::error("unknown-encoding", Origin::file(name))
                        .with("encoding", label.clone())
                })?;
                (given, false)
            }
            (None, Some(stated)) if found.guessed => (stated, false),
            (None, _) => (found.encoding, found.guessed),
        };
        markup.list().map_err(|flaw| markup.error(flaw))?;
        if markup.sheets.is_empty() {
            let kind = if format == Format::Html { "html" } else { "xml" };
            return Err(Diagnostic::error("file-kind", Origin::file(name))
                .with("kind", kind)
                .into());
        }
        Ok(markup)
    }

    /// Its sheets.
    #[must_use]
    pub fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    /// The encoding's label.
    #[must_use]
    pub fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// Whether the encoding is a guess.
    #[must_use]
    pub fn encoding_is_guess(&self) -> bool {
        self.guessed
    }

    /// Pushes the rows of a sheet until the sink has enough.
    pub fn read(&self, sheet: usize, sink: &mut dyn RowSink) -> Result<()> {
        let mut read = || {
            let mut tokens = self.tokens()?;
            match self.format {
                Format::Html => {
                    let table = self.tables.get(sheet).copied().unwrap_or(usize::MAX);
                    html::read(&mut tokens, table, sink)
                }
                Format::Fods => xml::read_flat(&mut tokens, sheet, sink),
                _ => xml::read_2003(&mut tokens, sheet, sink),
            }
        };
        read().map_err(|flaw| self.error(flaw))
    }

    fn list(&mut self) -> Result<(), Flaw> {
        if self.format == Format::Fods {
            unfold::check(self.text()?)?;
        }
        let mut tokens = self.tokens()?;
        if self.format == Format::Html {
            // A table of one row or none is layout: it has no rows under its headings.
            let rows = html::list(&mut tokens)?;
            self.tables = (0..rows.len()).filter(|table| rows[*table] > 1).collect();
            let is_one = self.tables.len() == 1;
            let name = |at: usize| if is_one { None } else { Some((at + 1).to_string()) };
            self.sheets =
                (0..self.tables.len()).map(|at| SheetInfo::new(name(at), false)).collect();
        } else {
            self.sheets = xml::list(&mut tokens)?;
        }
        let passes = self.sheets.len() as u64;
        if passes > PASSES && passes.saturating_mul(self.size()?) > PASSES_FREE {
            return Err(Flaw::Suspicious("too-many-sheets"));
        }
        Ok(())
    }

    fn size(&self) -> io::Result<u64> {
        Ok(match &self.place {
            Place::File(path) => std::fs::metadata(path)?.len(),
            Place::Memory(bytes) => bytes.len() as u64,
            Place::Stored(_) => 0,
        })
    }

    fn raw(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match &self.place {
            Place::File(path) => Box::new(File::open(path)?),
            Place::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
            // What is stored is cells already.
            Place::Stored(_) => Box::new(io::empty()),
        })
    }

    /// The text as UTF-8, after its mark.
    fn text(&self) -> io::Result<Text> {
        let mut raw = self.raw()?;
        io::copy(&mut raw.by_ref().take(self.mark), &mut io::sink())?;
        Ok(Decoding::new(raw, self.encoding))
    }

    fn tokens(&self) -> io::Result<Tokens<BufReader<Text>>> {
        Ok(Tokens::new(BufReader::with_capacity(64 << 10, self.text()?)))
    }

    fn error(&self, flaw: Flaw) -> Error {
        // What cannot be decoded comes as broken data.
        if matches!(&flaw, Flaw::Damaged(reason) if reason == encoding::UNDECODABLE) {
            return Diagnostic::error("wrong-encoding", Origin::file(&self.name))
                .with("encoding", self.encoding.name())
                .into();
        }
        flaw.into_error(&self.name)
    }
}

/// What a file says its encoding is, in an XML declaration or a `<meta>` of a page.
fn stated(sample: &[u8]) -> Option<&'static Encoding> {
    let head = &sample[..sample.len().min(HEAD)];
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    ["charset=", "encoding="].into_iter().find_map(|word| {
        let (_, after) = head.split_once(word)?;
        let after = after.trim_start_matches([' ', '"', '\'']);
        let label: String = after
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'))
            .collect();
        encoding::from_label(&label)
    })
}

#[cfg(test)]
#[path = "markup_tests.rs"]
mod tests;
