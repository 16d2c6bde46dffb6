//! The patient reader of delimited text: one record after another, whatever the dialect, and nothing refused that a person
//! could still read.
//!
//! It reads what the block scanner steps aside from: quotes inside cells, apostrophes as quotes, backslashes before
//! quotes, delimiters of several bytes, carriage returns alone. Text that keeps the rules is read as the rules say. Where
//! they are broken, a quote closes its cell only before a delimiter or a line end, and belongs to the text elsewhere.

use std::io::{self, Read};

use memchr::{memchr, memchr2, memchr3};

use super::dialect::Dialect;
use super::scan::{LONGEST_RECORD, MOST_COLUMNS};

/// Bytes read at a time.
const PART: usize = 64 * 1024;

/// Why a record cannot be given.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The stream failed.
    Io(io::Error),
    /// More columns than any table.
    Wide,
    /// Longer than any record.
    Long,
    /// The rest of the text would be one cell: its quote is never closed.
    Open,
}

/// One record: its cells without quotes, one after the other.
#[derive(Debug, Default)]
pub(super) struct Record {
    text: Vec<u8>,
    /// Where each cell ends, and whether it was in quotes.
    ends: Vec<(usize, bool)>,
}

impl Record {
    /// The bytes of each cell, and whether quotes were around it.
    pub(super) fn cells(&self) -> impl Iterator<Item = (&[u8], bool)> {
        let mut start = 0;
        self.ends.iter().map(move |(end, quoted)| {
            let cell = &self.text[start..*end];
            start = *end;
            (cell, *quoted)
        })
    }
}

/// Reads records.
pub(super) struct Loose<R> {
    reader: R,
    dialect: Dialect,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Loose<R> {
    pub(super) fn new(reader: R, dialect: Dialect) -> Self {
        Self { reader, dialect, buffer: Vec::new(), at: 0, ended: false }
    }

    /// Reads the next record; false at the end. An empty line is a record of one empty cell.
    pub(super) fn read(&mut self, record: &mut Record) -> Result<bool, Trouble> {
        record.text.clear();
        record.ends.clear();
        if self.peek(0)?.is_none() {
            return Ok(false);
        }
        loop {
            self.cell(record)?;
            if record.ends.len() > MOST_COLUMNS {
                return Err(Trouble::Wide);
            }
            if self.skip_delimiter()? {
                continue;
            }
            if self.peek(0)? == Some(b'\r') {
                self.at += 1;
            }
            if self.peek(0)? == Some(b'\n') {
                self.at += 1;
            }
            return Ok(true);
        }
    }

    /// Reads one cell; afterwards a delimiter, a line end or the end is next.
    fn cell(&mut self, record: &mut Record) -> Result<(), Trouble> {
        let start = record.text.len();
        let quoted = self.peek(0)? == Some(self.dialect.quote);
        if quoted {
            self.at += 1;
            if !self.quoted(record)? && memchr2(b'\n', b'\r', &record.text[start..]).is_some() {
                return Err(Trouble::Open);
            }
        } else {
            self.plain(record)?;
        }
        record.ends.push((record.text.len(), quoted));
        Ok(())
    }

    fn plain(&mut self, record: &mut Record) -> Result<(), Trouble> {
        let first = self.dialect.first();
        loop {
            let ended = !self.run(record, |bytes| memchr3(first, b'\n', b'\r', bytes))?;
            if ended || self.is_line_end(0)? || self.is_delimiter(0)? {
                return Ok(());
            }
            self.take(record)?;
        }
    }

    /// Reads up to the closing quote and past it; false when there is none.
    fn quoted(&mut self, record: &mut Record) -> Result<bool, Trouble> {
        let Dialect { quote, backslash, .. } = self.dialect;
        loop {
            let found = if backslash {
                self.run(record, |bytes| memchr2(quote, b'\\', bytes))?
            } else {
                self.run(record, |bytes| memchr(quote, bytes))?
            };
            if !found {
                return Ok(false);
            }
            let next = self.peek(1)?;
            if self.peek(0)? == Some(b'\\') {
                if next == Some(quote) || next == Some(b'\\') {
                    self.at += 1;
                }
                self.take(record)?;
            } else if next == Some(quote) {
                self.at += 1;
                self.take(record)?;
            } else if next.is_none() || self.is_line_end(1)? || self.is_delimiter(1)? {
                self.at += 1;
                return Ok(true);
            } else {
                self.take(record)?;
            }
        }
    }

    /// Moves bytes into the record up to the one that `stop` finds; false when the text ends first.
    fn run(
        &mut self,
        record: &mut Record,
        stop: impl Fn(&[u8]) -> Option<usize>,
    ) -> Result<bool, Trouble> {
        loop {
            let rest = &self.buffer[self.at..];
            let found = stop(rest);
            let count = found.unwrap_or(rest.len());
            record.text.extend_from_slice(&rest[..count]);
            self.at += count;
            if record.text.len() > LONGEST_RECORD {
                return Err(Trouble::Long);
            }
            if found.is_some() {
                return Ok(true);
            }
            if self.peek(0)?.is_none() {
                return Ok(false);
            }
        }
    }

    fn take(&mut self, record: &mut Record) -> Result<(), Trouble> {
        if let Some(byte) = self.peek(0)? {
            record.text.push(byte);
            self.at += 1;
        }
        Ok(())
    }

    fn is_line_end(&mut self, ahead: usize) -> Result<bool, Trouble> {
        Ok(matches!(self.peek(ahead)?, Some(b'\n' | b'\r')))
    }

    fn is_delimiter(&mut self, ahead: usize) -> Result<bool, Trouble> {
        for position in 0..self.dialect.delimiter.len() {
            if self.peek(ahead + position)? != Some(self.dialect.delimiter.as_bytes()[position]) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Skips a delimiter, and the spaces after it where the dialect has them; false when none is next.
    fn skip_delimiter(&mut self) -> Result<bool, Trouble> {
        if !self.is_delimiter(0)? {
            return Ok(false);
        }
        self.at += self.dialect.delimiter.len();
        if self.dialect.spaced {
            while self.peek(0)? == Some(b' ') {
                self.at += 1;
            }
        }
        Ok(true)
    }

    /// The byte that is so many ahead.
    fn peek(&mut self, ahead: usize) -> Result<Option<u8>, Trouble> {
        while self.at + ahead >= self.buffer.len() {
            if self.ended {
                return Ok(None);
            }
            self.buffer.drain(..self.at);
            self.at = 0;
            let mut part = (&mut self.reader).take(PART as u64);
            let count = part.read_to_end(&mut self.buffer).map_err(Trouble::Io)?;
            self.ended = count == 0;
        }
        Ok(self.buffer.get(self.at + ahead).copied())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, dialect: &Dialect) -> Vec<Vec<String>> {
        let mut reader = Loose::new(text.as_bytes(), dialect.clone());
        let (mut record, mut records) = (Record::default(), Vec::new());
        while reader.read(&mut record).expect("readable") {
            let cells = record.cells().map(|(cell, _)| String::from_utf8_lossy(cell).into_owned());
            records.push(cells.collect());
        }
        records
    }

    proptest! {
        #[test]
        fn what_keeps_the_rules_is_read_as_the_csv_crate_reads_it(
            rows in prop::collection::vec(prop::collection::vec("[a-c客\",\n\r ]{0,6}", 2..5), 0..20)
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).expect("memory");
            }
            let text = String::from_utf8(writer.into_inner().expect("memory")).expect("text");
            prop_assert_eq!(read(&text, &Dialect::default()), rows);
        }

        #[test]
        fn nothing_of_a_text_without_quotes_is_lost(text in "[ab客,;' \\\\\n\r]{0,60}") {
            let cells: String = read(&text, &Dialect::default()).concat().concat();
            let kept = |text: &str| text.replace([',', '\n', '\r'], "");
            prop_assert_eq!(kept(&cells), kept(&text));
        }
    }

    #[test]
    fn a_quote_closes_only_where_a_cell_can_end() {
        let plain = Dialect::default();
        assert_eq!(read("\"a \"b\" c\",d\n", &plain), [["a \"b\" c", "d"]]);
        assert_eq!(read("a\"b,c\r\"d\"\r", &plain), [vec!["a\"b", "c"], vec!["d"]]);
        let mut reader = Loose::new(&b"a,\"b\nc,d\n"[..], plain);
        assert!(matches!(reader.read(&mut Record::default()), Err(Trouble::Open)));
    }
}
