//! Typed columns and the Parquet file they are written to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude::{
    BatchedWriter, ChunkedBuilder as _, DataFrame, Float64Type, Int32Type, Int64Type, Int128Type,
    IntoColumn as _, IntoSeries as _, ParquetCompression, ParquetWriter, PolarsError,
    PrimitiveChunkedBuilder, StringChunkedBuilder,
};
use sha2::{Digest as _, Sha256};
use tempfile::{NamedTempFile, TempPath};

use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Cause, Error, Result};
use crate::period::Day;
use crate::schema::value::{self, Reading};
use crate::schema::{Kind, currency, day};
use crate::source::stored::{MONEY_SCALE, pack};
use crate::source::{Cell, hex};

/// What the name of a temporary file ends with.
pub(super) const TEMPORARY: &str = ".kam-tmp";
/// Digits of an amount: the largest one has eighteen.
const MONEY_DIGITS: usize = 18;

/// Decimals beyond those of money that a plain number may be read with.
const FURTHER: u32 = 6;

/// A column of a partition.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub name: String,
    /// `None` for columns that are no field: text.
    pub kind: Option<Kind>,
    pub reading: Reading,
}

enum Column {
    Money(PrimitiveChunkedBuilder<Int128Type>),
    Date(PrimitiveChunkedBuilder<Int32Type>, Option<Day>),
    Number(PrimitiveChunkedBuilder<Float64Type>),
    Text(StringChunkedBuilder),
}

/// Typed columns that are being filled.
pub(super) struct Buffer {
    height: usize,
    row: PrimitiveChunkedBuilder<Int64Type>,
    columns: Vec<Column>,
    left_out: StringChunkedBuilder,
    given: StringChunkedBuilder,
}

impl Buffer {
    pub(super) fn new(slots: &[Slot]) -> Self {
        let columns = slots.iter().map(|slot| {
            let name = slot.name.as_str().into();
            match slot.kind {
                Some(Kind::Money) => Column::Money(PrimitiveChunkedBuilder::new(name, 0)),
                Some(Kind::Date) => Column::Date(PrimitiveChunkedBuilder::new(name, 0), None),
                Some(Kind::Number | Kind::Share) => {
                    Column::Number(PrimitiveChunkedBuilder::new(name, 0))
                }
                Some(Kind::Id | Kind::Text) | None => {
                    Column::Text(StringChunkedBuilder::new(name, 0))
                }
            }
        });
        Self {
            height: 0,
            row: PrimitiveChunkedBuilder::new("row".into(), 0),
            columns: columns.collect(),
            left_out: StringChunkedBuilder::new("left_out".into(), 0),
            given: StringChunkedBuilder::new("given".into(), 0),
        }
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    /// The date of the last row in a column.
    pub(super) fn last_date(&self, column: usize) -> Option<Day> {
        match self.columns.get(column) {
            Some(Column::Date(_, last)) => *last,
            _ => None,
        }
    }

    /// Adds a row: typed values as far as its cells can be read, and the cells as given where those are not the same.
    pub(super) fn push(
        &mut self,
        slots: &[Slot],
        number: u64,
        cells: &[Cell<'_>],
        left_out: Option<&str>,
        remarked: bool,
    ) {
        let mut same = !remarked;
        for (at, (column, slot)) in self.columns.iter_mut().zip(slots).enumerate() {
            same &= column.push(cells.get(at).unwrap_or(&Cell::Blank), slot.reading);
        }
        self.row.append_value(number as i64);
        self.left_out.append_option(left_out);
        self.given.append_option((!same).then(|| pack(cells)));
        self.height += 1;
    }

    /// Takes the rows out.
    pub(super) fn take(&mut self, slots: &[Slot]) -> Result<DataFrame> {
        let full = std::mem::replace(self, Self::new(slots));
        let height = full.height;
        let mut columns = vec![full.row.finish().into_column()];
        for column in full.columns {
            columns.push(match column {
                Column::Money(units) => units
                    .finish()
                    .into_decimal_unchecked(MONEY_DIGITS, MONEY_SCALE as usize)
                    .into_series()
                    .into_column(),
                Column::Date(days, _) => days.finish().into_date().into_series().into_column(),
                Column::Number(numbers) => numbers.finish().into_column(),
                Column::Text(texts) => texts.finish().into_column(),
            });
        }
        columns.push(full.left_out.finish().into_column());
        columns.push(full.given.finish().into_column());
        DataFrame::new(height, columns).map_err(failed)
    }
}

impl Column {
    /// Adds a cell; whether it will read the same from its typed value.
    fn push(&mut self, cell: &Cell<'_>, reading: Reading) -> bool {
        match self {
            Self::Money(units) => {
                let read = value::exact(cell, reading);
                let exact = read.ok().flatten();
                units.append_option(exact.map(|exact| i128::from(exact.units)));
                // An amount may name its currency.
                let named = matches!(cell, Cell::Text(text) if currency::of_amount(text).is_some());
                read.is_ok() && !named && !exact.is_some_and(|exact| exact.rounded)
            }
            Self::Date(days, last) => {
                let read = day::day(cell, reading);
                *last = read.ok().flatten();
                days.append_option(last.map(|day| day.0));
                read.is_ok()
            }
            Self::Number(numbers) => {
                let read = value::number(cell, reading);
                let number = read.ok().flatten().filter(|number| number.is_finite());
                numbers.append_option(number);
                let again = number.map_or(Cell::Blank, Cell::Number);
                // Rates are read from it with more decimals than money has.
                let further = Reading { power: reading.power + FURTHER, ..reading };
                read.is_ok()
                    && value::number(&again, reading) == read
                    && value::exact(&again, further) == value::exact(cell, further)
            }
            Self::Text(texts) => {
                let text = value::text(cell);
                // What a message shows of a cell is not trimmed.
                let same = match cell {
                    Cell::Text(given) => text.as_deref().is_none_or(|text| text == *given),
                    // A metric of the user's own: its point is no mark of thousands.
                    Cell::Number(_) => !reading.decimal_comma,
                    _ => true,
                };
                texts.append_option(text);
                same
            }
        }
    }
}

/// A problem inside the Parquet library.
#[expect(clippy::needless_pass_by_value, reason = "to be named where errors are mapped")]
pub(super) fn failed(error: PolarsError) -> Error {
    Diagnostic::error("internal", Origin::default()).with("reason", error.to_string()).into()
}

/// Bytes on their way to the disk, and their hash.
struct Out {
    file: BufWriter<File>,
    hash: Sha256,
    length: u64,
    /// What the disk said when it failed: the library wraps it into errors of its own.
    failed: Option<io::Error>,
}

impl Out {
    /// Notes an error on its way up.
    fn noted<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result {
            self.failed = Some(io::Error::new(error.kind(), error.to_string()));
        }
        result
    }
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Out>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let written = out.file.write(bytes);
        let count = out.noted(written)?;
        out.hash.update(&bytes[..count]);
        out.length += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let flushed = out.file.flush();
        out.noted(flushed)
    }
}

/// A partition that is being written.
pub(super) struct Writer {
    path: TempPath,
    out: Shared,
    batches: BatchedWriter<Shared>,
}

/// A partition that is on the disk under a temporary name.
pub(super) struct Written {
    pub path: TempPath,
    pub sha256: String,
    pub bytes: u64,
}

impl Writer {
    pub(super) fn create(folder: &Path, slots: &[Slot]) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
        let (file, path) = temporary(folder)?.into_parts();
        let file = BufWriter::with_capacity(1 << 20, file);
        let out = Shared(Arc::new(Mutex::new(Out {
            file,
            hash: Sha256::new(),
            length: 0,
            failed: None,
        })));
        let schema = Buffer::new(slots).take(slots)?.schema().clone();
        let batches = ParquetWriter::new(out.clone())
            .with_compression(ParquetCompression::Snappy)
            .batched(&schema)
            .map_err(failed)?;
        Ok(Self { path, out, batches })
    }

    pub(super) fn write(&mut self, frame: &DataFrame) -> Result<()> {
        let mut frame = frame.clone();
        frame.rechunk_mut();
        self.batches.write_batch(&frame).map_err(|error| self.cannot(&error))
    }

    fn cannot(&self, error: &PolarsError) -> Error {
        let out = self.out.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (&out.failed, error) {
            (Some(failed), _) => cannot_write(self.folder(), failed),
            (None, PolarsError::IO { error, .. }) => {
                let error = io::Error::new(error.kind(), error.to_string());
                cannot_write(self.folder(), &error)
            }
            (None, other) => {
                let folder = self.folder().display().to_string();
                let problem = Diagnostic::error("cannot-write", Origin::file(folder));
                Cause::text(other.to_string()).of(problem).into()
            }
        }
    }

    /// The folder of the table: the name of the file in it is not for people.
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    pub(super) fn finish(self) -> Result<Written> {
        self.batches.finish().map_err(|error| self.cannot(&error))?;
        let mut out = self.out.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cannot = |error: io::Error| cannot_write(self.folder(), &error);
        out.file.flush().map_err(cannot)?;
        out.file.get_ref().sync_all().map_err(cannot)?;
        let (sha256, bytes) = (hex(&out.hash.clone().finalize()), out.length);
        drop(out);
        Ok(Written { path: self.path, sha256, bytes })
    }
}

/// A temporary file in a folder, with the mode of any new file.
pub(super) fn temporary(folder: &Path) -> Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".")
        .suffix(TEMPORARY)
        .make_in(folder, |path| OpenOptions::new().write(true).create_new(true).open(path))
        .map_err(|error| cannot_write(folder, &error))
}

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Error {
    Error::io("cannot-write", path.display().to_string(), error)
}
