//! One input of any format.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::archive::Archive;
use super::markup::Markup;
use super::package::{self, Kind};
use super::parquet::ParquetFile;
use super::stored::{Stored, StoredSheet, StoredText, Unusual};
use super::text::TextFile;
use super::workbook::Workbook;
use super::{Cell, Format, Hints, Merge, OwnedRow, RowSink, SheetInfo, secret};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};

/// Where the bytes of an input are.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a file.
    File(PathBuf),
    /// In memory, as standard input is.
    Memory(Arc<[u8]>),
    /// In the workspace, where it was imported to.
    Stored(Arc<Stored>),
}

/// An input as the user named it.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name in messages and outputs.
    pub name: String,
    /// Its bytes.
    pub place: Place,
}

impl Input {
    /// An input in a file, named by its path.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        Self { name: path.display().to_string(), place: Place::File(path.to_owned()) }
    }

    /// SHA-256 of its bytes in hexadecimal.
    pub fn sha256(&self) -> Result<String> {
        let mut hash = Sha256::new();
        match &self.place {
            Place::Stored(stored) => return Ok(stored.sha256.clone()),
            Place::Memory(bytes) => hash.update(bytes),
            Place::File(path) => {
                let unreadable =
                    |error: std::io::Error| Error::io("file-unreadable", self.name.clone(), &error);
                let mut file = std::fs::File::open(path).map_err(unreadable)?;
                let mut block = vec![0; 1 << 20];
                loop {
                    let count = file.read(&mut block).map_err(unreadable)?;
                    if count == 0 {
                        break;
                    }
                    hash.update(&block[..count]);
                }
            }
        }
        Ok(hex(&hash.finalize()))
    }
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

enum Body {
    Text(TextFile),
    Archive(Box<Archive>),
    Workbook(Box<Workbook>),
    Markup(Box<Markup>),
    Parquet(Box<ParquetFile>),
    Stored(Arc<Stored>),
}

/// An opened input.
pub struct Document {
    format: Format,
    sheets: Vec<SheetInfo>,
    body: Body,
    encrypted: bool,
}

impl Document {
    /// Opens an input, telling its format by its content.
    pub fn open(input: &Input, hints: &Hints) -> Result<Self> {
        let name = input.name.as_str();
        let kind = match &input.place {
            Place::File(path) => {
                package::sniff(path).map_err(|error| Error::io("file-unreadable", name, &error))?
            }
            Place::Memory(bytes) => package::sniff_bytes(bytes),
            Place::Stored(stored) => Kind::Table(stored.format),
        };
        let format = match kind {
            Kind::Table(format) => format,
            Kind::Text | Kind::Gzip => Format::Csv,
            Kind::Empty => return Err(Error::file("file-empty", name)),
            Kind::Encrypted => return Self::decrypt(input),
            Kind::Damaged => return Err(Error::file("file-damaged", name)),
            Kind::Zip => Format::Zip,
            Kind::OtherCompound => return Err(wrong_kind(name, "compound")),
            Kind::Xml => return Err(wrong_kind(name, "xml")),
        };
        let no_sheets = || vec![SheetInfo::new(None, false)];
        let (sheets, body) = match (format, &input.place) {
            (_, Place::Stored(stored)) => (
                stored.sheets.iter().map(|sheet| sheet.info.clone()).collect(),
                Body::Stored(Arc::clone(stored)),
            ),
            (Format::Csv, Place::File(path)) => {
                (no_sheets(), Body::Text(TextFile::open(path, name, kind == Kind::Gzip, hints)?))
            }
            (Format::Csv, Place::Memory(bytes)) => {
                let text =
                    TextFile::from_bytes(Arc::clone(bytes), name, kind == Kind::Gzip, hints)?;
                (no_sheets(), Body::Text(text))
            }
            (Format::Zip, place) => {
                let archive = Archive::open(place, name, hints)?;
                (archive.sheets().to_vec(), Body::Archive(Box::new(archive)))
            }
            (Format::Parquet, Place::File(path)) => {
                (no_sheets(), Body::Parquet(Box::new(ParquetFile::open(path, name)?)))
            }
            (Format::Parquet, Place::Memory(bytes)) => (
                no_sheets(),
                Body::Parquet(Box::new(ParquetFile::from_bytes(bytes.to_vec(), name)?)),
            ),
            (Format::Html | Format::Xml | Format::Fods, place) => {
                let markup = Markup::open(place, name, format, hints)?;
                (markup.sheets().to_vec(), Body::Markup(Box::new(markup)))
            }
            (_, Place::File(path)) => workbook(Workbook::open(path, name, format)?),
            (_, Place::Memory(bytes)) => {
                workbook(Workbook::from_bytes(bytes.to_vec(), name, format)?)
            }
        };
        Ok(Self { format, sheets, body, encrypted: false })
    }

    /// Opens a workbook that is encrypted, with the password that the surroundings know for it.
    fn decrypt(input: &Input) -> Result<Self> {
        let name = input.name.as_str();
        let password = secret::password(name);
        let book = match &input.place {
            Place::Memory(bytes) => Workbook::decrypt(bytes, name, password.as_deref()),
            Place::File(path) => {
                let bytes = std::fs::read(path)
                    .map_err(|error| Error::io("file-unreadable", name, &error))?;
                Workbook::decrypt(&bytes, name, password.as_deref())
            }
            // What is stored was opened before.
            Place::Stored(_) => Err(Error::file("file-encrypted", name)),
        }?;
        let format = book.format();
        let (sheets, body) = workbook(book);
        Ok(Self { format, sheets, body, encrypted: true })
    }

    /// Its format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether a password had to open it.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Its sheets.
    #[must_use]
    pub fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    /// The delimited text that a sheet is, when it is some.
    fn text(&self, sheet: usize) -> Option<&TextFile> {
        match &self.body {
            Body::Text(text) => Some(text),
            Body::Archive(archive) => archive.text(sheet),
            Body::Workbook(_) | Body::Markup(_) | Body::Parquet(_) | Body::Stored(_) => None,
        }
    }

    /// The encoding of the text of a sheet, when it is text.
    #[must_use]
    pub fn encoding(&self, sheet: usize) -> Option<&str> {
        match &self.body {
            Body::Markup(markup) => Some(markup.encoding()),
            Body::Stored(stored) => stored.text(sheet).encoding.as_deref(),
            _ => self.text(sheet).map(TextFile::encoding),
        }
    }

    /// What was guessed about the text of a sheet; `origin` is its name. What holds for all sheets is said of the first.
    #[must_use]
    pub fn guesses(&self, sheet: usize, origin: &Origin) -> Vec<Diagnostic> {
        match &self.body {
            Body::Markup(markup) if sheet == 0 && markup.encoding_is_guess() => {
                let guess = Diagnostic::notice("encoding-guess", origin.clone());
                vec![guess.with("encoding", markup.encoding())]
            }
            Body::Stored(stored) if sheet == 0 || self.format == Format::Zip => {
                stored.text(sheet).guesses(origin)
            }
            _ => self.text(sheet).map(|text| text.guesses(origin)).unwrap_or_default(),
        }
    }

    /// How the cells of the text of a sheet are told apart, where that is unusual.
    #[must_use]
    pub fn unusual(&self, sheet: usize) -> Option<Unusual> {
        match &self.body {
            Body::Stored(stored) => stored.text(sheet).unusual.clone(),
            _ => self.text(sheet).and_then(TextFile::unusual),
        }
    }

    /// The delimiter of the text of a sheet, when it is delimited.
    #[must_use]
    pub fn delimiter(&self, sheet: usize) -> Option<String> {
        match &self.body {
            Body::Stored(stored) => stored.text(sheet).delimiter.clone(),
            _ => self.text(sheet).map(TextFile::delimiter),
        }
    }

    /// What the text of a sheet is like, as it is noted when it is imported.
    #[must_use]
    pub fn about_text(&self, sheet: usize) -> StoredText {
        let guesses = self.guesses(sheet, &Origin::default());
        StoredText {
            encoding: self.encoding(sheet).map(ToOwned::to_owned),
            guessed: guesses.iter().any(|guess| guess.code == "encoding-guess"),
            unusual: self.unusual(sheet),
            delimiter: self.delimiter(sheet),
        }
    }

    /// A sheet as it was imported, when the input was.
    #[must_use]
    pub fn stored(&self, sheet: usize) -> Option<&StoredSheet> {
        match &self.body {
            Body::Stored(stored) => stored.sheets.get(sheet),
            _ => None,
        }
    }

    /// The rows at which parts of a sheet begin that was imported, but for the first.
    #[must_use]
    pub fn starts(&self, sheet: usize) -> Vec<u64> {
        let parts = self.stored(sheet).map(|stored| stored.parts.iter().skip(1));
        parts.into_iter().flatten().map(|part| part.top).collect()
    }

    /// The ranges of a sheet that are merged over several rows, by their first row, as far as the format tells.
    pub fn merged(&mut self, sheet: usize) -> Result<Vec<Merge>> {
        match &mut self.body {
            Body::Workbook(workbook) => workbook.merged(sheet),
            Body::Stored(stored) => {
                Ok(stored.sheets.get(sheet).map(|sheet| sheet.merged.clone()).unwrap_or_default())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The first `count` rows of a sheet that are not blank, from row `top` on; that is where one of its parts begins.
    pub fn sample(&mut self, sheet: usize, top: u64, count: usize) -> Result<Vec<OwnedRow>> {
        if let Some(stored) = self.stored(sheet) {
            let head = stored.part(top).map_or(&[][..], |part| &part.head);
            return Ok(head.iter().take(count).cloned().collect());
        }
        let sinks = self.read(sheet, top, 1, || Sample { rows: Vec::new(), top, count })?;
        Ok(sinks.into_iter().flat_map(|sink| sink.rows).collect())
    }

    /// Pushes the rows of a sheet into sinks, one per thread where the format allows it. Of a sheet that was imported these
    /// are those of the part that begins at row `top`, of any other all of them.
    pub fn read<S: RowSink>(
        &mut self,
        sheet: usize,
        top: u64,
        threads: usize,
        make: impl Fn() -> S + Sync,
    ) -> Result<Vec<S>> {
        let mut sink = match &mut self.body {
            Body::Text(text) => return text.read(threads, &make),
            Body::Archive(archive) => {
                return match archive.text(sheet) {
                    Some(text) => text.read(threads, &make),
                    None => Ok(vec![make()]),
                };
            }
            Body::Stored(stored) => {
                let part = stored.sheets.get(sheet).and_then(|sheet| sheet.part(top));
                return match part.and_then(|part| part.partition.as_ref()) {
                    Some(partition) => partition.read(threads, &make),
                    None => Ok(vec![make()]),
                };
            }
            Body::Workbook(_) | Body::Markup(_) | Body::Parquet(_) => make(),
        };
        match &mut self.body {
            Body::Workbook(workbook) => workbook.read(sheet, &mut sink)?,
            Body::Markup(markup) => markup.read(sheet, &mut sink)?,
            Body::Parquet(file) => file.read(&mut sink)?,
            Body::Text(_) | Body::Archive(_) | Body::Stored(_) => {}
        }
        Ok(vec![sink])
    }
}

fn workbook(workbook: Workbook) -> (Vec<SheetInfo>, Body) {
    (workbook.sheets().to_vec(), Body::Workbook(Box::new(workbook)))
}

fn wrong_kind(name: &str, kind: &str) -> Error {
    Diagnostic::error("file-kind", Origin::file(name)).with("kind", kind).into()
}

struct Sample {
    rows: Vec<OwnedRow>,
    top: u64,
    count: usize,
}

impl RowSink for Sample {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        if number < self.top {
            return ControlFlow::Continue(());
        }
        self.rows
            .push(OwnedRow { number, cells: cells.iter().map(|cell| (*cell).into()).collect() });
        if self.rows.len() >= self.count {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
