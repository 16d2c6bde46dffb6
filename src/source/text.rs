//! Delimited text files: opening, decoding, and reading them with several threads.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use encoding_rs::{Encoding, UTF_8};
use flate2::read::MultiGzDecoder;

use super::encoding::{self, Decoding};
use super::scan::{Feeder, LONGEST_RECORD, MOST_COLUMNS, Stop, scan};
use super::{Cell, Hints, OwnedCell, RowSink, dialect};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};

/// Bytes looked at to find encoding and delimiter.
const SAMPLE: usize = 256 * 1024;

#[derive(Clone, Debug)]
enum Bytes {
    File(PathBuf),
    Memory(Arc<[u8]>),
}

/// A delimited text file, its encoding and delimiter known.
#[derive(Clone, Debug)]
pub struct TextFile {
    name: String,
    bytes: Bytes,
    compressed: bool,
    encoding: &'static Encoding,
    /// Bytes before the table: byte-order mark and `sep=` line.
    skip: u64,
    delimiter: u8,
    guessed_encoding: bool,
}

impl TextFile {
    /// Opens a file.
    pub fn open(path: &Path, name: &str, compressed: bool, hints: &Hints) -> Result<Self> {
        Self::new(Bytes::File(path.to_owned()), name, compressed, hints)
    }

    /// Takes text that is in memory.
    pub fn from_bytes(
        bytes: Arc<[u8]>,
        name: &str,
        compressed: bool,
        hints: &Hints,
    ) -> Result<Self> {
        Self::new(Bytes::Memory(bytes), name, compressed, hints)
    }

    fn new(bytes: Bytes, name: &str, compressed: bool, hints: &Hints) -> Result<Self> {
        let mut file = Self {
            name: name.to_owned(),
            bytes,
            compressed,
            encoding: UTF_8,
            skip: 0,
            delimiter: b',',
            guessed_encoding: false,
        };
        let mut sample = Vec::new();
        file.raw()
            .and_then(|raw| raw.take(SAMPLE as u64).read_to_end(&mut sample))
            .map_err(|error| file.unreadable(&error))?;
        let complete = sample.len() < SAMPLE;
        let found = encoding::detect(&sample, complete);
        if let Some(label) = &hints.encoding {
            file.encoding = encoding::from_label(label).ok_or_else(|| {
                Diagnostic::error("unknown-encoding", Origin::file(name))
                    .with("encoding", label.clone())
            })?;
            file.skip = if found.encoding == file.encoding { found.mark as u64 } else { 0 };
        } else {
            file.encoding = found.encoding;
            file.skip = found.mark as u64;
            file.guessed_encoding = found.guessed;
        }
        let mut text = String::new();
        let mark = (file.skip as usize).min(sample.len());
        let mut decoder = file.encoding.new_decoder_without_bom_handling();
        text.reserve(decoder.max_utf8_buffer_length(sample.len()).unwrap_or(0));
        let _ = decoder.decode_to_string(&sample[mark..], &mut text, complete);
        let dialect = dialect::detect(&text);
        file.delimiter = dialect.delimiter;
        if file.encoding == UTF_8 {
            file.skip += dialect.skip as u64;
        }
        if let Some(setting) = &hints.delimiter {
            file.delimiter = dialect::from_setting(setting).ok_or_else(|| {
                Diagnostic::error("unknown-delimiter", Origin::file(name))
                    .with("delimiter", setting.clone())
            })?;
        }
        Ok(file)
    }

    /// The encoding's label.
    #[must_use]
    pub fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// What was guessed about it; `origin` is its name.
    #[must_use]
    pub fn guesses(&self, origin: &Origin) -> Vec<Diagnostic> {
        let mut guesses = Vec::new();
        if self.guessed_encoding {
            let guess = Diagnostic::notice("encoding-guess", origin.clone());
            guesses.push(guess.with("encoding", self.encoding()));
        }
        guesses
    }

    /// The delimiter.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    fn raw(&self) -> io::Result<Box<dyn Read + Send>> {
        let raw: Box<dyn Read + Send> = match &self.bytes {
            Bytes::File(path) => Box::new(File::open(path)?),
            Bytes::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        };
        Ok(if self.compressed { Box::new(MultiGzDecoder::new(raw)) } else { raw })
    }

    /// The text as UTF-8, after its mark.
    fn text(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut raw = self.raw()?;
        io::copy(&mut raw.by_ref().take(self.skip), &mut io::sink())?;
        Ok(if self.encoding == UTF_8 { raw } else { Box::new(Decoding::new(raw, self.encoding)) })
    }

    fn unreadable(&self, error: &io::Error) -> Error {
        if error.kind() == io::ErrorKind::InvalidData && self.encoding != UTF_8 {
            return self.wrong_encoding();
        }
        let code = if self.compressed { "file-damaged" } else { "file-unreadable" };
        Error::io(code, self.name.clone(), error)
    }

    fn suspicious(&self, reason: &str) -> Error {
        Diagnostic::error("file-suspicious", Origin::file(&self.name)).with("reason", reason).into()
    }

    fn wrong_encoding(&self) -> Error {
        Diagnostic::error("wrong-encoding", Origin::file(&self.name))
            .with("encoding", self.encoding.name())
            .into()
    }

    /// Pushes all rows: regular text in blocks over `threads` sinks, anything else through the `csv` crate into one.
    pub fn read<S: RowSink>(
        &self,
        threads: usize,
        make: &(impl Fn() -> S + Sync),
    ) -> Result<Vec<S>> {
        match self.read_blocks(threads, make) {
            Ok(sinks) => Ok(sinks),
            Err(Stop::Odd) => self.read_odd(make()).map(|sink| vec![sink]),
            Err(Stop::Wide) => Err(self.suspicious("too-many-columns")),
            Err(Stop::NotUtf8) => Err(self.wrong_encoding()),
            Err(Stop::Io(error)) => Err(self.unreadable(&error)),
            Err(Stop::Enough) => Ok(Vec::new()),
        }
    }

    fn read_blocks<S: RowSink>(
        &self,
        threads: usize,
        make: &(impl Fn() -> S + Sync),
    ) -> Result<Vec<S>, Stop> {
        let feeder = Mutex::new(Feeder::new(self.text().map_err(Stop::Io)?));
        let work = || -> (S, Result<(), Stop>) {
            let mut sink = make();
            let mut block = Vec::new();
            loop {
                // A panic in another thread is passed on when it is joined.
                let (next, number) = {
                    let mut feeder = feeder.lock().unwrap_or_else(PoisonError::into_inner);
                    (feeder.next(&mut block), feeder.blocks())
                };
                let scanned = match next {
                    Ok(None) => return (sink, Ok(())),
                    Ok(Some(first_row)) => {
                        sink.block(number);
                        scan(&block, first_row, self.delimiter, &mut sink)
                    }
                    Err(stop) => Err(stop),
                };
                if let Err(stop) = scanned {
                    feeder.lock().unwrap_or_else(PoisonError::into_inner).finish();
                    return (sink, Err(stop));
                }
            }
        };
        let results: Vec<(S, Result<(), Stop>)> = if threads <= 1 {
            vec![work()]
        } else {
            std::thread::scope(|scope| {
                let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
                handles
                    .into_iter()
                    .map(|handle| {
                        handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                    })
                    .collect()
            })
        };
        let mut sinks = Vec::with_capacity(results.len());
        for (sink, result) in results {
            match result {
                Ok(()) | Err(Stop::Enough) => sinks.push(sink),
                Err(stop) => return Err(stop),
            }
        }
        Ok(sinks)
    }

    /// Text that is not regular goes through the `csv` crate, which reads anything; rows are then numbered by the line
    /// they begin on. Only a quote that is never closed is refused: it would swallow the rest of the file.
    fn read_odd<S: RowSink>(&self, mut sink: S) -> Result<S> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(Tail {
                text: self.text().map_err(|error| self.unreadable(&error))?,
                last: 0,
                record: 0,
            });
        let mut record = csv::StringRecord::new();
        let mut number = 0;
        let mut spans = false;
        loop {
            match reader.read_record(&mut record) {
                Ok(false) if spans && reader.get_ref().last != b'"' => {
                    let origin = Origin { row: Some(number), ..Origin::file(&self.name) };
                    return Err(Diagnostic::error("open-quote", origin).into());
                }
                Ok(false) => return Ok(sink),
                // Only within quotes can a cell hold a line end.
                Ok(true) if record.len() > MOST_COLUMNS => {
                    return Err(self.suspicious("too-many-columns"));
                }
                Ok(true) => {
                    reader.get_mut().record = 0;
                    spans =
                        record.iter().next_back().is_some_and(|cell| cell.contains(['\n', '\r']));
                }
                Err(error) => {
                    return Err(match error.into_kind() {
                        csv::ErrorKind::Io(error)
                            if error.kind() == io::ErrorKind::FileTooLarge =>
                        {
                            self.suspicious("endless-row")
                        }
                        csv::ErrorKind::Io(error) => self.unreadable(&error),
                        _ => self.wrong_encoding(),
                    });
                }
            }
            // Its line numbers count line feeds only, and stand still where lines end with a bare carriage return.
            number = record.position().map_or(0, csv::Position::line).max(number + 1);
            let cells: Vec<Cell<'_>> = record
                .iter()
                .map(|cell| if cell.trim().is_empty() { Cell::Blank } else { Cell::Text(cell) })
                .collect();
            if cells.iter().any(|cell| *cell != Cell::Blank)
                && sink.row(number, &cells) == ControlFlow::Break(())
            {
                return Ok(sink);
            }
        }
    }
}

/// A text and the last byte of it that has been read and is no blank.
struct Tail<R> {
    text: R,
    last: u8,
    /// Bytes since the last record began; the buffer of the reader on top is small beside the limit.
    record: usize,
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.text.read(buffer)?;
        if let Some(last) = buffer[..count].iter().rfind(|byte| !byte.is_ascii_whitespace()) {
            self.last = *last;
        }
        self.record += count;
        if self.record > LONGEST_RECORD {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(count)
    }
}

impl From<Cell<'_>> for OwnedCell {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Blank => Self::Blank,
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Doubled(text) => Self::Text(text.replace("\"\"", "\"")),
            Cell::Number(number) => Self::Number(number),
            Cell::Decimal(units, scale) => Self::Decimal(units, scale),
            Cell::Date(day, seconds) => Self::Date(day, seconds),
            Cell::Bool(value) => Self::Bool(value),
            Cell::Error(text) => Self::Error(text.to_owned()),
        }
    }
}
