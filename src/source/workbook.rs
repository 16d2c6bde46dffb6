//! Workbooks to rows: xlsx and xlsb as streams, xls and ods from the ranges that their reader holds anyway.
//!
//! A file passes the checks of [`package`] and [`compound`] before the workbook reader sees it, every call into that
//! reader is shielded from its panics, and a row is never wider than its last filled cell. Only cells that the
//! workbook itself formats as dates become dates; a duration is a number of days, as Excel stores it. Where the program
//! has said how ([`isolation`](super::isolation)), all formats but xlsx are read in a process of their own.
//!
//! [`package`]: super::package
//! [`compound`]: super::compound

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use calamine::{
    Data, DataRef, DataType, Ods, OdsError, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsb,
    XlsbError, Xlsx, XlsxError,
};

use super::cells::{RowBuffer, cell, ods_cell};
use super::isolation::{self, Isolated, Task};
use super::package::{Flaw, guarded};
use super::{Cell, Format, Merge, RowSink, SheetInfo, compound, package, secret};
use crate::error::{Error, Result};

/// A reader that the workbook library can own.
trait Input: Read + Seek + Send {}
impl<T: Read + Seek + Send> Input for T {}

type Boxed = Box<dyn Input>;

enum Book {
    Xlsx(Box<Xlsx<Boxed>>),
    Xlsb(Box<Xlsb<Boxed>>),
    Xls(Box<Xls<Boxed>>),
    Ods(Box<Ods<Boxed>>),
    /// Open in a process of its own.
    Isolated(Box<Isolated>),
}

/// An open workbook.
pub struct Workbook {
    name: String,
    format: Format,
    book: Book,
    sheets: Vec<SheetInfo>,
    /// The name by which the library knows each sheet.
    keys: Vec<String>,
}

impl Workbook {
    /// Opens a file whose format is known already; `name` is what errors call it.
    pub fn open(path: &Path, name: &str, format: Format) -> Result<Self> {
        let unreadable = |error: std::io::Error| Error::io("file-unreadable", name, &error);
        let mut file = File::open(path).map_err(unreadable)?;
        if let Some(program) = isolation::program().filter(|_| isolation::is_legacy(format)) {
            let size = file.metadata().map_err(unreadable)?.len();
            return Self::isolated(program, &mut file, size, Task::Read(format), name);
        }
        if format == Format::Xls {
            // The library holds the whole file anyway, and the check wants it too.
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(unreadable)?;
            return Self::from_bytes(bytes, name, format);
        }
        package::check(BufReader::new(&file), format).map_err(|flaw| flaw.into_error(name))?;
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        Self::from_input(Box::new(BufReader::new(file)), format)
            .map_err(|flaw| flaw.into_error(name))
            .map(|book| book.named(name))
    }

    /// Opens a workbook in memory, such as one from standard input.
    pub fn from_bytes(bytes: Vec<u8>, name: &str, format: Format) -> Result<Self> {
        if let Some(program) = isolation::program().filter(|_| isolation::is_legacy(format)) {
            let size = bytes.len() as u64;
            return Self::isolated(program, &mut bytes.as_slice(), size, Task::Read(format), name);
        }
        Self::open_bytes(bytes, format)
            .map_err(|flaw| flaw.into_error(name))
            .map(|book| book.named(name))
    }

    /// Opens a workbook that is encrypted, with the password if one is known.
    pub fn decrypt(bytes: &[u8], name: &str, password: Option<&str>) -> Result<Self> {
        match isolation::program() {
            Some(program) => {
                let (mut content, size) = (bytes, bytes.len() as u64);
                Self::isolated(program, &mut content, size, Task::Decrypt(password), name)
            }
            None => Self::decrypt_bytes(bytes.to_vec(), password)
                .map_err(|flaw| flaw.into_error(name))
                .map(|book| book.named(name)),
        }
    }

    fn isolated(
        program: &Path,
        content: &mut dyn Read,
        size: u64,
        task: Task<'_>,
        name: &str,
    ) -> Result<Self> {
        let isolated =
            Isolated::open(program, content, size, task).map_err(|flaw| flaw.into_error(name))?;
        Ok(Self {
            name: name.to_owned(),
            format: isolated.format(),
            sheets: isolated.sheets().to_vec(),
            keys: Vec::new(),
            book: Book::Isolated(Box::new(isolated)),
        })
    }

    /// Opens a workbook in this process.
    pub(super) fn open_bytes(bytes: Vec<u8>, format: Format) -> Result<Self, Flaw> {
        match format {
            Format::Xls => compound::check(&bytes)?,
            _ => package::check(Cursor::new(bytes.as_slice()), format)?,
        }
        Self::from_input(Box::new(Cursor::new(bytes)), format)
    }

    /// Decrypts a workbook and opens it, in this process.
    pub(super) fn decrypt_bytes(bytes: Vec<u8>, password: Option<&str>) -> Result<Self, Flaw> {
        let plain = secret::decrypt(bytes, password)?;
        match package::sniff_bytes(&plain) {
            package::Kind::Table(format @ (Format::Xlsx | Format::Xlsb)) => {
                Self::open_bytes(plain, format)
            }
            _ => Err(Flaw::Damaged("EncryptedPackage".to_owned())),
        }
    }

    fn from_input(input: Boxed, format: Format) -> Result<Self, Flaw> {
        let book = guarded(|| open_book(input, format))?;
        let metadata = match &book {
            Book::Xlsx(book) => book.sheets_metadata(),
            Book::Xlsb(book) => book.sheets_metadata(),
            Book::Xls(book) => book.sheets_metadata(),
            Book::Ods(book) => book.sheets_metadata(),
            Book::Isolated(_) => &[],
        };
        if metadata.len() > package::SHEETS {
            return Err(Flaw::Suspicious("too-many-sheets"));
        }
        let (sheets, keys) = metadata
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| {
                let hidden = sheet.visible != SheetVisible::Visible;
                (SheetInfo::new(Some(sheet.name.clone()), hidden), sheet.name.clone())
            })
            .unzip();
        Ok(Self { name: String::new(), format, book, sheets, keys })
    }

    fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// Its format; that of what is inside when it was encrypted.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The worksheets in the order of the workbook; charts, dialogs and macro sheets are left out.
    #[must_use]
    pub fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    /// Pushes the rows of a worksheet, given by its position in [`Self::sheets`], until the sink has enough.
    pub fn read(&mut self, sheet: usize, sink: &mut dyn RowSink) -> Result<()> {
        self.push(sheet, sink).map_err(|flaw| flaw.into_error(&self.name))
    }

    /// The ranges of a worksheet that are merged over several rows, by their first row; none where the format or its reader
    /// does not tell.
    pub fn merged(&mut self, sheet: usize) -> Result<Vec<Merge>> {
        let (Book::Xlsx(book), Some(key)) = (&mut self.book, self.keys.get(sheet)) else {
            return Ok(Vec::new());
        };
        let ranges = guarded(|| match book.merge_cells_by_sheet_name(key) {
            Err(XlsxError::NotAWorksheet(_)) => Ok(Vec::new()),
            ranges => Ok(ranges?),
        });
        let mut merged: Vec<Merge> = ranges
            .map_err(|flaw| flaw.into_error(&self.name))?
            .into_iter()
            .filter(|range| range.end.0 > range.start.0)
            .map(|range| Merge {
                from: u64::from(range.start.0) + 1,
                to: u64::from(range.end.0) + 1,
                column: range.start.1 as usize,
            })
            .collect();
        merged.sort_unstable();
        Ok(merged)
    }

    /// Pushes the rows of an xlsx worksheet as [`Self::read`] does, but without what formulas give.
    pub fn read_typed(&mut self, sheet: usize, sink: &mut dyn RowSink) -> Result<()> {
        let (Book::Xlsx(book), Some(key)) = (&mut self.book, self.keys.get(sheet)) else {
            return self.read(sheet, sink);
        };
        read_xlsx(book, key, true, sink).map_err(|flaw| flaw.into_error(&self.name))
    }

    pub(super) fn push(&mut self, sheet: usize, sink: &mut dyn RowSink) -> Result<(), Flaw> {
        if let Book::Isolated(book) = &mut self.book {
            return book.read(sheet, sink);
        }
        let Some(key) = self.keys.get(sheet) else {
            return Err(Flaw::Damaged(sheet.to_string()));
        };
        match &mut self.book {
            Book::Xlsx(book) => read_xlsx(book, key, false, sink),
            Book::Xlsb(book) => read_xlsb(book, key, sink),
            Book::Xls(book) => guarded(|| Ok(book.worksheet_range(key)?))
                .and_then(|range| push_range(&range, cell, sink)),
            Book::Ods(book) => guarded(|| Ok(book.worksheet_range(key)?))
                .and_then(|range| push_range(&range, ods_cell, sink)),
            Book::Isolated(_) => Ok(()),
        }
    }
}

fn open_book(input: Boxed, format: Format) -> Result<Book, Flaw> {
    Ok(match format {
        Format::Xls => Book::Xls(Box::new(Xls::new(input)?)),
        Format::Xlsb => Book::Xlsb(Box::new(Xlsb::new(input)?)),
        Format::Ods => Book::Ods(Box::new(Ods::new(input)?)),
        _ => Book::Xlsx(Box::new(Xlsx::new(input)?)),
    })
}

fn read_xlsx(
    book: &mut Xlsx<Boxed>,
    key: &str,
    typed: bool,
    sink: &mut dyn RowSink,
) -> Result<(), Flaw> {
    let mut cells = match guarded(|| Ok(book.worksheet_cells_reader(key)))? {
        // A chart that calls itself a worksheet has no rows.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
        opened => opened?,
    };
    if !typed {
        return push_cells(sink, || Ok(cells.next_cell()?));
    }
    push_cells(sink, || {
        let next = cells.next_cell_with_formula_metadata()?;
        Ok(next.map(|cell| {
            let value = if cell.formula.is_some() { DataRef::Empty } else { cell.value };
            Streamed::new(cell.pos, value)
        }))
    })
}

fn read_xlsb(book: &mut Xlsb<Boxed>, key: &str, sink: &mut dyn RowSink) -> Result<(), Flaw> {
    let mut cells = guarded(|| Ok(book.worksheet_cells_reader(key)?))?;
    push_cells(sink, || Ok(cells.next_cell()?))
}

/// Gathers streamed cells into rows.
fn push_cells<'a>(
    sink: &mut dyn RowSink,
    mut next: impl FnMut() -> Result<Option<Streamed<'a>>, Flaw>,
) -> Result<(), Flaw> {
    let mut rows = RowBuffer::new();
    while let Some(next) = guarded(&mut next)? {
        let (row, column) = next.get_position();
        if row != rows.row() && rows.flush(streamed, sink)?.is_break() {
            return Ok(());
        }
        if !next.get_value().is_empty() {
            rows.put(row, column, next)?;
        }
    }
    rows.flush(streamed, sink).map(|_| ())
}

type Streamed<'a> = calamine::Cell<DataRef<'a>>;

fn streamed<'x>(value: &'x Streamed<'_>) -> Cell<'x> {
    cell(value.get_value())
}

/// Gathers the filled cells of a range into rows.
fn push_range(
    range: &calamine::Range<Data>,
    convert: impl for<'x> Fn(&'x Data) -> Cell<'x>,
    sink: &mut dyn RowSink,
) -> Result<(), Flaw> {
    let Some((top, left)) = range.start() else {
        return Ok(());
    };
    let mut rows = RowBuffer::new();
    for (row, column, value) in range.used_cells() {
        let (row, column) = (top + row as u32, left + column as u32);
        if row != rows.row() && rows.flush(|value: &&Data| convert(value), sink)?.is_break() {
            return Ok(());
        }
        rows.put(row, column, value)?;
    }
    rows.flush(|value: &&Data| convert(value), sink).map(|_| ())
}

macro_rules! flaw_from {
    ($error:ident $(, $sheet_type:literal)?) => {
        impl From<$error> for Flaw {
            fn from(error: $error) -> Self {
                match error {
                    $error::Password => Self::Sealed,
                    $error::Io(error) => error.into(),
                    // The library refuses a workbook for one sheet of a kind that it does not know.
                    $($error::Unrecognized { typ: $sheet_type, .. } => Self::MacroSheet,)?
                    other => Self::Damaged(other.to_string()),
                }
            }
        }
    };
}

flaw_from!(XlsxError, "sheet:type");
flaw_from!(XlsbError, "BoundSheet8:dt");
flaw_from!(XlsError, "BoundSheet8:dt");
flaw_from!(OdsError);

#[cfg(test)]
#[path = "workbook_tests.rs"]
mod tests;
