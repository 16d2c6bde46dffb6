//! Delimited text files: opening, decoding, and reading them with several threads.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;

use super::archive::Entry;
use super::dialect::{self, Dialect};
use super::encoding::{self, Decoding};
use super::loose::{Loose, Record, Trouble};
use super::scan::{Feeder, Stop, scan};
use super::stored::Unusual;
use super::{Cell, Hints, LATE, OwnedCell, RowSink};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Cause, Error, Result};

/// Bytes looked at to find encoding and delimiter.
const SAMPLE: usize = 256 * 1024;

/// Where bytes are.
#[derive(Clone, Debug)]
pub(super) enum Bytes {
    /// In a file.
    File(PathBuf),
    /// In memory.
    Memory(Arc<[u8]>),
}

impl Bytes {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::File(path) => Box::new(File::open(path)?),
            Self::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }

    /// The bytes of an entry of the archive that these are.
    pub(super) fn open_entry(&self, entry: &Entry) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Self::File(path) => entry.read(File::open(path)?),
            Self::Memory(bytes) => entry.read(Cursor::new(Arc::clone(bytes))),
        }
    }
}

/// A delimited text file, its encoding and dialect known.
#[derive(Clone, Debug)]
pub struct TextFile {
    name: String,
    bytes: Bytes,
    /// The entry that it is, with its name, where the bytes are those of an archive.
    entry: Option<(String, Entry)>,
    compressed: bool,
    encoding: &'static Encoding,
    /// Bytes before the table: byte-order mark and `sep=` line.
    skip: u64,
    dialect: Dialect,
    guessed_encoding: bool,
    /// Whether the encoding stands as it was found or given, whatever the text turns out to be.
    settled: bool,
}

impl TextFile {
    /// Opens a file.
    pub fn open(path: &Path, name: &str, compressed: bool, hints: &Hints) -> Result<Self> {
        Self::new(Bytes::File(path.to_owned()), name, None, compressed, hints)
    }

    /// Takes text that is in memory.
    pub fn from_bytes(
        bytes: Arc<[u8]>,
        name: &str,
        compressed: bool,
        hints: &Hints,
    ) -> Result<Self> {
        Self::new(Bytes::Memory(bytes), name, None, compressed, hints)
    }

    /// Opens an entry of an archive, whose names are those of the archive and of the entry.
    pub(super) fn from_entry(
        bytes: Bytes,
        entry: Entry,
        (name, entry_name): (&str, &str),
        compressed: bool,
        hints: &Hints,
    ) -> Result<Self> {
        Self::new(bytes, name, Some((entry_name.to_owned(), entry)), compressed, hints)
    }

    fn new(
        bytes: Bytes,
        name: &str,
        entry: Option<(String, Entry)>,
        compressed: bool,
        hints: &Hints,
    ) -> Result<Self> {
        let mut file = Self {
            name: name.to_owned(),
            bytes,
            entry,
            compressed,
            encoding: UTF_8,
            skip: 0,
            dialect: Dialect::default(),
            guessed_encoding: false,
            settled: hints.encoding.is_some(),
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
        } else if let Some(late) = hints.late.get(&file.origin().sheet)
            && let Some(encoding) = encoding::from_label(late)
        {
            file.encoding = encoding;
            file.guessed_encoding = true;
            file.settled = true;
        } else {
            file.encoding = found.encoding;
            file.skip = found.mark as u64;
            file.guessed_encoding = found.guessed;
            file.settled = found.guessed || found.mark > 0;
        }
        let mut text = String::new();
        let mark = (file.skip as usize).min(sample.len());
        let mut decoder = file.encoding.new_decoder_without_bom_handling();
        text.reserve(decoder.max_utf8_buffer_length(sample.len()).unwrap_or(0));
        let _ = decoder.decode_to_string(&sample[mark..], &mut text, complete);
        let given = match &hints.delimiter {
            None => None,
            Some(setting) => Some(dialect::from_setting(setting).ok_or_else(|| {
                Diagnostic::error("unknown-delimiter", Origin::file(name))
                    .with("delimiter", setting.clone())
            })?),
        };
        file.dialect = dialect::detect(&text, given.as_deref());
        let wide = file.encoding == UTF_16LE || file.encoding == UTF_16BE;
        file.skip += file.dialect.skip as u64 * if wide { 2 } else { 1 };
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
        guesses.extend(self.unusual().map(|unusual| unusual.guess(origin)));
        guesses
    }

    /// How its cells are told apart, where that is unusual.
    pub(super) fn unusual(&self) -> Option<Unusual> {
        (!self.dialect.is_usual()).then(|| Unusual {
            delimiter: self.dialect.separator().replace('\t', "\\t"),
            quote: char::from(self.dialect.quote).to_string(),
            escape: self.dialect.backslash.then(|| "\\".to_owned()),
        })
    }

    /// What stands between cells.
    #[must_use]
    pub fn delimiter(&self) -> String {
        self.dialect.separator()
    }

    fn raw(&self) -> io::Result<Box<dyn Read + Send>> {
        let raw = match &self.entry {
            Some((_, entry)) => self.bytes.open_entry(entry)?,
            None => self.bytes.open()?,
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
        let is_packed = self.compressed || self.entry.is_some();
        let code = if is_packed { "file-damaged" } else { "file-unreadable" };
        Cause::io(error).of(Diagnostic::error(code, self.origin())).into()
    }

    fn origin(&self) -> Origin {
        let sheet = self.entry.as_ref().map(|(name, _)| name.clone());
        Origin { sheet, ..Origin::file(&self.name) }
    }

    fn suspicious(&self, reason: &str) -> Error {
        Diagnostic::error("file-suspicious", self.origin()).with("reason", reason).into()
    }

    /// The text is not of its encoding: where, and which it may be instead where nothing above contradicts.
    fn wrong_encoding(&self) -> Error {
        let fault = self.raw().and_then(|mut raw| {
            io::copy(&mut raw.by_ref().take(self.skip), &mut io::sink())?;
            encoding::first_fault(raw, self.encoding)
        });
        let wrong = Diagnostic::error("wrong-encoding", self.origin())
            .with("encoding", self.encoding.name());
        let Ok(Some(fault)) = fault else {
            return wrong.into();
        };
        let bytes: Vec<String> = fault.bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        let mut wrong = wrong.with("bytes", bytes.join(" "));
        // Carriage returns alone are not counted as line ends.
        let line = fault.line + u64::from(self.dialect.skip > 0);
        wrong.origin.row = (fault.line > 1).then_some(line);
        if !self.settled && fault.after_ascii && fault.found != self.encoding {
            wrong = wrong.with(LATE, fault.found.name());
        }
        wrong.into()
    }

    /// Pushes all rows: regular text in blocks over `threads` sinks, anything else patiently into one.
    pub fn read<S: RowSink>(
        &self,
        threads: usize,
        make: &(impl Fn() -> S + Sync),
    ) -> Result<Vec<S>> {
        let Some(delimiter) = self.dialect.plain() else {
            return self.read_odd(make()).map(|sink| vec![sink]);
        };
        match self.read_blocks(threads, delimiter, make) {
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
        delimiter: u8,
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
                        scan(&block, first_row, delimiter, &mut sink)
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

    /// Text that is not regular is read by the patient reader. Only a quote that is never closed is refused: it would
    /// swallow the rest of the file.
    fn read_odd<S: RowSink>(&self, mut sink: S) -> Result<S> {
        let text = self.text().map_err(|error| self.unreadable(&error))?;
        let mut reader = Loose::new(text, self.dialect.clone());
        let mut record = Record::default();
        let mut number = 0;
        loop {
            number += 1;
            match reader.read(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(sink),
                Err(Trouble::Io(error)) => return Err(self.unreadable(&error)),
                Err(Trouble::Wide) => return Err(self.suspicious("too-many-columns")),
                Err(Trouble::Long) => return Err(self.suspicious("endless-row")),
                Err(Trouble::Open) => {
                    let origin = Origin { row: Some(number), ..self.origin() };
                    return Err(Diagnostic::error("open-quote", origin).into());
                }
            }
            let mut cells = Vec::new();
            for (cell, _) in record.cells() {
                let cell = std::str::from_utf8(cell).map_err(|_| self.wrong_encoding())?;
                cells.push(if cell.trim().is_empty() { Cell::Blank } else { Cell::Text(cell) });
            }
            if cells.iter().any(|cell| *cell != Cell::Blank)
                && sink.row(number, &cells) == ControlFlow::Break(())
            {
                return Ok(sink);
            }
        }
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
