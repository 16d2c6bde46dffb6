//! The block scanner: delimited text to cells, several blocks at a time.
//!
//! A [`Feeder`] cuts the stream at record ends (a line end outside quotes) and hands blocks with the number of their
//! first row to whichever thread is free. Each thread splits its block into cells that borrow from it, so nothing is
//! allocated per cell. Only regular text is accepted: a quote inside an unquoted field, text after a closing quote, a
//! bare carriage return or an endless quote is [`Stop::Odd`], and the caller reads the file with the `csv` crate instead.
//! That is sound although blocks are cut before they are checked: all text before the first oddity is regular, so the
//! block that holds the first oddity was cut right and reports it.

use std::io::{self, Read};
use std::ops::ControlFlow;

use memchr::{memchr, memchr_iter, memchr2_iter, memchr3, memrchr};

use super::{Cell, RowSink};

/// Size of a block: small enough for the cache of one core, large enough to be worth handing over.
const BLOCK: usize = 512 * 1024;
/// The longest record; anything longer is an unclosed quote.
pub(super) const LONGEST_RECORD: usize = 16 * 1024 * 1024;
/// As many columns as a spreadsheet has.
pub(super) const MOST_COLUMNS: usize = 16_384;
const QUOTE: u8 = b'"';

/// Why scanning a block ended early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The sink wants no more rows.
    Enough,
    /// The text is not regular.
    Odd,
    /// A record has more columns than any table.
    Wide,
    /// The text is not UTF-8.
    NotUtf8,
    /// The stream failed.
    Io(io::Error),
}

/// Cuts a stream into blocks of whole records.
pub(super) struct Feeder<R> {
    reader: R,
    carry: Vec<u8>,
    next_row: u64,
    blocks: u64,
    finished: bool,
}

impl<R: Read> Feeder<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, carry: Vec::new(), next_row: 1, blocks: 0, finished: false }
    }

    /// How many blocks have been handed out: the number of the last one.
    pub(super) fn blocks(&self) -> u64 {
        self.blocks
    }

    /// Hands out no more blocks: some thread has had enough.
    pub(super) fn finish(&mut self) {
        self.finished = true;
        self.carry.clear();
    }

    /// Fills `block` with the next whole records and returns the number of their first row.
    pub(super) fn next(&mut self, block: &mut Vec<u8>) -> Result<Option<u64>, Stop> {
        if self.finished {
            return Ok(None);
        }
        block.clear();
        block.append(&mut self.carry);
        let mut want = BLOCK;
        loop {
            let have = block.len();
            if have < want {
                block.reserve(want - have);
                let mut part = (&mut self.reader).take((want - have) as u64);
                let read = part.read_to_end(block).map_err(Stop::Io)?;
                self.finished = read < want - have;
            }
            let cut = if self.finished {
                Some((block.len(), count_rows(block)))
            } else {
                last_record_end(block)
            };
            if let Some((end, rows)) = cut {
                self.carry.extend_from_slice(&block[end..]);
                block.truncate(end);
                let first = self.next_row;
                self.next_row += rows;
                self.blocks += 1;
                return Ok(if block.is_empty() { None } else { Some(first) });
            }
            if block.len() >= LONGEST_RECORD {
                return Err(Stop::Odd);
            }
            want = block.len() * 2;
        }
    }
}

/// Line ends outside quotes.
fn count_rows(block: &[u8]) -> u64 {
    last_record_end(block).map_or(0, |(_, rows)| rows)
}

/// Where the last complete record of a block ends, and how many lines end up to there.
fn last_record_end(block: &[u8]) -> Option<(usize, u64)> {
    if memchr(QUOTE, block).is_none() {
        let end = memrchr(b'\n', block)? + 1;
        return Some((end, memchr_iter(b'\n', block).count() as u64));
    }
    let (mut quoted, mut rows, mut end) = (false, 0, None);
    for at in memchr2_iter(QUOTE, b'\n', block) {
        if block[at] == QUOTE {
            quoted = !quoted;
        } else if !quoted {
            rows += 1;
            end = Some(at + 1);
        }
    }
    end.map(|end| (end, rows))
}

/// Splits a block into rows and pushes those that are not blank.
pub(super) fn scan(
    block: &[u8],
    first_row: u64,
    delimiter: u8,
    sink: &mut dyn RowSink,
) -> Result<(), Stop> {
    let text = simdutf8::basic::from_utf8(block).map_err(|_| Stop::NotUtf8)?;
    if memchr_iter(b'\r', block).any(|at| block.get(at + 1) != Some(&b'\n')) {
        return Err(Stop::Odd);
    }
    if memchr(QUOTE, block).is_none() {
        scan_plain(text, first_row, delimiter, sink)
    } else {
        scan_quoted(text, first_row, delimiter, sink)
    }
}

fn scan_plain(text: &str, mut row: u64, delimiter: u8, sink: &mut dyn RowSink) -> Result<(), Stop> {
    let bytes = text.as_bytes();
    let mut cells: Vec<Cell<'_>> = Vec::new();
    let (mut start, mut filled) = (0, false);
    for at in memchr2_iter(delimiter, b'\n', bytes) {
        if bytes[at] == delimiter {
            filled |= push(&mut cells, &text[start..at]);
            if cells.len() > MOST_COLUMNS {
                return Err(Stop::Wide);
            }
        } else {
            let end = if at > start && bytes[at - 1] == b'\r' { at - 1 } else { at };
            filled |= push(&mut cells, &text[start..end]);
            if filled {
                emit(sink, row, &cells)?;
            }
            cells.clear();
            filled = false;
            row += 1;
        }
        start = at + 1;
    }
    if start < bytes.len() || !cells.is_empty() {
        filled |= push(&mut cells, &text[start..]);
        if filled {
            emit(sink, row, &cells)?;
        }
    }
    Ok(())
}

fn scan_quoted(
    text: &str,
    mut row: u64,
    delimiter: u8,
    sink: &mut dyn RowSink,
) -> Result<(), Stop> {
    let bytes = text.as_bytes();
    let mut cells: Vec<Cell<'_>> = Vec::new();
    let (mut at, mut filled) = (0, false);
    while at < bytes.len() {
        // One field; afterwards `at` is at its delimiter, its line end or the end of the block.
        if bytes[at] == QUOTE {
            let start = at + 1;
            let mut doubled = false;
            let mut close = start;
            loop {
                close += memchr(QUOTE, &bytes[close..]).ok_or(Stop::Odd)?;
                if bytes.get(close + 1) != Some(&QUOTE) {
                    break;
                }
                doubled = true;
                close += 2;
            }
            let field = &text[start..close];
            if doubled {
                cells.push(Cell::Doubled(field));
                filled = true;
            } else {
                filled |= push(&mut cells, field);
            }
            at = close + 1;
            if bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n') {
                at += 1;
            }
        } else {
            let end = memchr3(delimiter, b'\n', QUOTE, &bytes[at..])
                .map_or(bytes.len(), |offset| at + offset);
            if bytes.get(end) == Some(&QUOTE) {
                return Err(Stop::Odd);
            }
            let is_line_end = bytes.get(end) == Some(&b'\n');
            let field_end =
                if is_line_end && end > at && bytes[end - 1] == b'\r' { end - 1 } else { end };
            filled |= push(&mut cells, &text[at..field_end]);
            at = end;
        }
        match bytes.get(at) {
            Some(byte) if *byte == delimiter => {
                if cells.len() > MOST_COLUMNS {
                    return Err(Stop::Wide);
                }
                at += 1;
                if at == bytes.len() {
                    cells.push(Cell::Blank);
                }
                continue;
            }
            Some(b'\n') | None => {}
            Some(_) => return Err(Stop::Odd),
        }
        if filled {
            emit(sink, row, &cells)?;
        }
        cells.clear();
        filled = false;
        row += 1;
        at += 1;
    }
    if filled {
        emit(sink, row, &cells)?;
    }
    Ok(())
}

#[inline]
fn emit(sink: &mut dyn RowSink, row: u64, cells: &[Cell<'_>]) -> Result<(), Stop> {
    match sink.row(row, cells) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Stop::Enough),
    }
}

/// Adds a field as a cell; says whether it holds anything.
#[inline]
fn push<'a>(cells: &mut Vec<Cell<'a>>, field: &'a str) -> bool {
    // Only a field whose first character is white space can be white space all through.
    let visible = field.as_bytes().first().is_some_and(u8::is_ascii_graphic);
    let blank =
        !visible && field.chars().next().is_none_or(char::is_whitespace) && field.trim().is_empty();
    cells.push(if blank { Cell::Blank } else { Cell::Text(field) });
    !blank
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Default)]
    struct Rows(Vec<Vec<String>>, Vec<u64>);

    impl RowSink for Rows {
        fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
            self.0.push(
                cells
                    .iter()
                    .map(|cell| match cell {
                        Cell::Text(text) => (*text).to_owned(),
                        Cell::Doubled(text) => text.replace("\"\"", "\""),
                        _ => String::new(),
                    })
                    .collect(),
            );
            self.1.push(number);
            ControlFlow::Continue(())
        }
    }

    fn ours(text: &str, cut: usize) -> Option<Rows> {
        // Small reads move the block boundaries: the first block ends at the last record end before `cut`.
        let mut rows = Rows::default();
        let (head, tail) = text.as_bytes().split_at(cut.min(text.len()));
        let end = last_record_end(head).map_or(0, |(end, _)| end);
        let lines = count_rows(&head[..end]);
        scan(&head[..end], 1, b',', &mut rows).ok()?;
        let rest = [&head[end..], tail].concat();
        scan(&rest, lines + 1, b',', &mut rows).ok()?;
        Some(rows)
    }

    fn reference(text: &str) -> Vec<Vec<String>> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes())
            .records()
            .map(|record| {
                let record = record.expect("valid");
                record
                    .iter()
                    .map(
                        |cell| if cell.trim().is_empty() { String::new() } else { cell.to_owned() },
                    )
                    .collect()
            })
            .filter(|record: &Vec<String>| record.iter().any(|cell| !cell.is_empty()))
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn agrees_with_the_csv_crate_or_steps_aside(
            text in "([a客 ,\"\n]|\r\n|\"\"|\"x,\n\"\"y\"[,\n]){0,40}", cut in 0_usize..120
        ) {
            let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            if let Some(rows) = ours(&text, cut) {
                prop_assert_eq!(rows.0, reference(&text));
            }
        }

        #[test]
        fn regular_text_is_never_called_odd(
            rows in prop::collection::vec(prop::collection::vec("[a-c客\",\n ]{0,6}", 1..5), 0..20), cut in 0_usize..200
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).expect("memory");
            }
            let text = String::from_utf8(writer.into_inner().expect("memory")).expect("text");
            let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            // A cut inside quotes is what the feeder never makes; it cuts at record ends of a stream from its start.
            let found = ours(&text, cut);
            prop_assert!(found.is_some());
            prop_assert_eq!(found.map(|rows| rows.0).unwrap_or_default(), reference(&text));
        }
    }

    #[test]
    fn odd_text_is_handed_on() {
        for text in ["a,b\"c\n", "\"a\"b,c\n", "a\rb\n", "\"open\n"] {
            let result = scan(text.as_bytes(), 1, b',', &mut Rows::default());
            assert!(matches!(result, Err(Stop::Odd)), "{text:?}");
        }
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_does() {
        let text = "a,b\n\n\"x\ny\",1\r\n,,\nlast,2";
        let mut feeder = Feeder::new(text.as_bytes());
        let (mut block, mut rows) = (Vec::new(), Rows::default());
        while let Some(first) = feeder.next(&mut block).expect("memory") {
            scan(&block, first, b',', &mut rows).expect("regular");
        }
        assert_eq!(rows.1, [1, 3, 5]);
        assert_eq!(rows.0[1], ["x\ny", "1"]);
    }
}
