//! Parquet to rows: the column names are row 1, the data follow from row 2.
//!
//! The file is decoded in slices of [`SLICE`] rows on the calling thread, so memory stays flat however long it is.
//! Types come from the Parquet schema alone: the copy of a foreign schema that some writers embed is dropped, because
//! it only adds types (dictionaries, named zones) for columns that are plainly stored. Instants are taken in UTC.

use std::fs::File;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use polars::io::mmap::MmapBytesReader;
use polars::prelude::{
    ArrowDataType, Column, DataType, FileMetadataRef, ParallelStrategy, ParquetReader, PolarsError,
    PolarsResult, SerReader, Series, TimeUnit,
};

use super::cells::{number_cell, text_cell};
use super::package::{Flaw, guarded};
use super::{Cell, RowSink};
use crate::error::{Error, Result};
use crate::period::Day;

/// Rows decoded at a time.
const SLICE: usize = 65_536;
/// A file of more rows than this …
const ROWS_FREE: u64 = 20_000_000;
/// … may not hold more than this many per byte: run lengths make rows of nothing free.
const ROWS_PER_BYTE: u64 = 100;
const DAY_SECONDS: i64 = 86_400;

type Boxed = Box<dyn MmapBytesReader>;

/// An open Parquet file.
pub struct ParquetFile {
    name: String,
    input: Boxed,
    metadata: FileMetadataRef,
    headings: Vec<String>,
    rows: u64,
}

impl ParquetFile {
    /// Opens a file; `name` is what errors call it.
    pub fn open(path: &Path, name: &str) -> Result<Self> {
        let unreadable = |error| Error::io("file-unreadable", name, &error);
        Self::from_file(File::open(path).map_err(unreadable)?, name)
    }

    /// Takes a file that is open already.
    pub fn from_file(file: File, name: &str) -> Result<Self> {
        let unreadable = |error| Error::io("file-unreadable", name, &error);
        let length = file.metadata().map_err(unreadable)?.len();
        Self::from_input(Box::new(file), length, name)
    }

    /// Opens a file in memory, such as one from standard input.
    pub fn from_bytes(bytes: Vec<u8>, name: &str) -> Result<Self> {
        let length = bytes.len() as u64;
        Self::from_input(Box::new(Cursor::new(bytes)), length, name)
    }

    fn from_input(mut input: Boxed, length: u64, name: &str) -> Result<Self> {
        let open = || -> Result<_, Flaw> {
            // A shorter file has no footer, and an empty one cannot be mapped into memory.
            if length < 12 {
                return Err(Flaw::Damaged("PAR1".to_owned()));
            }
            let mut metadata = ParquetReader::new(&mut input).get_metadata()?.clone();
            Arc::make_mut(&mut metadata).key_value_metadata = None;
            let mut reader = ParquetReader::new(&mut input);
            reader.set_metadata(metadata.clone());
            let schema = reader.schema()?;
            let mut headings = Vec::with_capacity(schema.len());
            for (heading, field) in schema.iter() {
                if !is_readable(&field.dtype) {
                    let reason = format!("{heading}: {:?}", field.dtype);
                    return Err(Flaw::Unreadable(reason));
                }
                headings.push(heading.to_string());
            }
            Ok((metadata, headings))
        };
        let (metadata, headings) = guarded(open).map_err(|flaw| flaw.into_error(name))?;
        let rows = metadata.num_rows as u64;
        if rows > ROWS_FREE && rows / length.max(1) > ROWS_PER_BYTE {
            return Err(Flaw::Suspicious("too-many-rows").into_error(name));
        }
        Ok(Self { name: name.to_owned(), input, metadata, headings, rows })
    }

    /// The column names.
    #[must_use]
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// How many rows of data the file says it has.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Pushes the column names and then the data, until the sink has enough.
    pub fn read(&mut self, sink: &mut dyn RowSink) -> Result<()> {
        let headings: Vec<Cell<'_>> = self.headings.iter().map(|text| text_cell(text)).collect();
        if headings.iter().any(|cell| *cell != Cell::Blank) && sink.row(1, &headings).is_break() {
            return Ok(());
        }
        drop(headings);
        let mut from = 0;
        while from < self.metadata.num_rows {
            let to = self.slice_end(from);
            let columns = self.slice(from, to).map_err(|flaw| flaw.into_error(&self.name))?;
            if push(&columns, from as u64 + 2, sink).is_break() {
                break;
            }
            from = to;
        }
        Ok(())
    }

    /// How many row groups there are.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.metadata.row_groups.len()
    }

    /// Pushes the rows of one row group, numbered as [`Self::read`] does.
    pub fn read_group(&mut self, group: usize, sink: &mut dyn RowSink) -> Result<ControlFlow<()>> {
        let mut rows: Vec<usize> = Vec::with_capacity(group + 1);
        for known in self.metadata.row_groups.iter().take(group + 1) {
            rows.push(known.num_rows());
        }
        let to: usize = rows.iter().sum();
        let from = to - rows.get(group).copied().unwrap_or(0);
        let columns = self.slice(from, to).map_err(|flaw| flaw.into_error(&self.name))?;
        Ok(push(&columns, from as u64 + 2, sink))
    }

    /// Where the slice that begins at a row ends: with a row group if possible, so that none is decoded twice.
    fn slice_end(&self, from: usize) -> usize {
        let ends = self.metadata.row_groups.iter().scan(0_usize, |end, group| {
            *end = end.saturating_add(group.num_rows());
            Some(*end)
        });
        let most = from.saturating_add(SLICE);
        ends.take_while(|end| *end <= most).filter(|end| *end > from).last().unwrap_or(most)
    }

    fn slice(&mut self, from: usize, to: usize) -> Result<Vec<Series>, Flaw> {
        guarded(|| {
            let mut reader = ParquetReader::new(&mut self.input)
                .read_parallel(ParallelStrategy::None)
                .with_slice(Some((from, to - from)));
            reader.set_metadata(self.metadata.clone());
            let frame = reader.finish()?;
            Ok(frame.columns().iter().map(Column::as_materialized_series).cloned().collect())
        })
    }
}

impl From<PolarsError> for Flaw {
    fn from(error: PolarsError) -> Self {
        match error {
            PolarsError::IO { error, .. } => {
                std::io::Error::new(error.kind(), error.to_string()).into()
            }
            other => Self::Damaged(other.to_string()),
        }
    }
}

fn is_readable(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    matches!(
        dtype,
        T::Null
            | T::Boolean
            | T::Int8
            | T::Int16
            | T::Int32
            | T::Int64
            | T::UInt8
            | T::UInt16
            | T::UInt32
            | T::UInt64
            | T::Float32
            | T::Float64
            | T::Decimal(..)
            | T::Date32
            | T::Timestamp(..)
            | T::Utf8
            | T::LargeUtf8
            | T::Utf8View
            | T::Binary
            | T::LargeBinary
            | T::BinaryView
    )
}

type Cells<'a> = Box<dyn Iterator<Item = Cell<'a>> + 'a>;

/// Pushes one slice, row by row.
fn push(columns: &[Series], first: u64, sink: &mut dyn RowSink) -> ControlFlow<()> {
    let height = columns.iter().map(|column| column.len()).max().unwrap_or(0);
    let mut columns: Vec<Cells<'_>> = columns.iter().map(cells).collect();
    let mut row = Vec::with_capacity(columns.len());
    for at in 0..height {
        row.clear();
        row.extend(columns.iter_mut().map(|column| column.next().unwrap_or(Cell::Blank)));
        if row.iter().any(|cell| *cell != Cell::Blank) {
            sink.row(first + at as u64, &row)?;
        }
    }
    ControlFlow::Continue(())
}

/// A column's values as cells; one type is told once, not once a row.
fn cells(series: &Series) -> Cells<'_> {
    // A series that is not what its type says cannot be read; its rows stay blank.
    typed(series).unwrap_or_else(|_| Box::new(std::iter::empty()))
}

macro_rules! integers {
    ($values:expr) => {
        each($values.iter(), |value| Cell::Decimal(i128::from(value), 0))
    };
}

fn typed(series: &Series) -> PolarsResult<Cells<'_>> {
    Ok(match series.dtype() {
        DataType::String => each(series.str()?.iter(), text_cell),
        DataType::Float64 => each(series.f64()?.iter(), number_cell),
        // through the shortest text: 0.1 shall not become 0.100000001
        DataType::Float32 => each(series.f32()?.iter(), |value| {
            number_cell(value.to_string().parse().unwrap_or(f64::from(value)))
        }),
        DataType::Int64 => integers!(series.i64()?),
        DataType::Int32 => integers!(series.i32()?),
        DataType::Int16 => integers!(series.i16()?),
        DataType::Int8 => integers!(series.i8()?),
        DataType::UInt64 => integers!(series.u64()?),
        DataType::UInt32 => integers!(series.u32()?),
        DataType::UInt16 => integers!(series.u16()?),
        DataType::UInt8 => integers!(series.u8()?),
        DataType::Decimal(_, scale) => {
            let scale = *scale as u32;
            each(series.decimal()?.physical().iter(), move |units| Cell::Decimal(units, scale))
        }
        DataType::Date => each(series.date()?.physical().iter(), |day| day_cell(i64::from(day), 0)),
        DataType::Datetime(unit, _) => {
            let per_second = match unit {
                TimeUnit::Nanoseconds => 1_000_000_000,
                TimeUnit::Microseconds => 1_000_000,
                TimeUnit::Milliseconds => 1_000,
            };
            each(series.datetime()?.physical().iter(), move |instant| {
                let seconds = instant.div_euclid(per_second);
                day_cell(seconds.div_euclid(DAY_SECONDS), seconds.rem_euclid(DAY_SECONDS))
            })
        }
        DataType::Boolean => each(series.bool()?.iter(), Cell::Bool),
        // Some writers leave out that bytes are text.
        DataType::Binary => each(series.binary()?.iter(), |bytes| {
            std::str::from_utf8(bytes).map_or(Cell::Error("#VALUE!"), text_cell)
        }),
        _ => Box::new(std::iter::empty()),
    })
}

fn each<'a, T: 'a>(
    values: impl Iterator<Item = Option<T>> + 'a,
    convert: impl Fn(T) -> Cell<'a> + 'a,
) -> Cells<'a> {
    Box::new(values.map(move |value| value.map_or(Cell::Blank, &convert)))
}

/// A day within the calendar; one that no sheet could hold is an error.
fn day_cell<'a>(day: i64, seconds: i64) -> Cell<'a> {
    // 1900-01-01 to 2199-12-31
    if (-25_567..84_006).contains(&day) {
        Cell::Date(Day(day as i32), seconds as u32)
    } else {
        Cell::Error("#NUM!")
    }
}

#[cfg(test)]
#[path = "parquet_tests.rs"]
mod tests;
