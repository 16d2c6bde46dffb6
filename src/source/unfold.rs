//! How far the sheets of an `OpenDocument` workbook unfold.
//!
//! `OpenDocument` writes runs of equal cells and rows once, with a repeat count, and the workbook reader unfolds them
//! in memory: a kilobyte can claim a billion cells. The reader also waits for ever for the end of a table that is cut
//! off. This scan reads the content once before it, at the speed of inflating, and keeps nothing.

use std::io::{BufRead, BufReader, Read};

use super::package::Flaw;

/// Cells that may unfold beyond those written.
const CELLS_FREE: u64 = 4_000_000;
/// Cells that may unfold for each one written.
const CELLS_EACH: u64 = 4;
/// Rows and columns a sheet can have; the reader stops repeating there.
const ROWS: u64 = 1_048_576;
const COLUMNS: u64 = 16_384;
/// Spaces that repeat counts inside texts may unfold to.
const SPACES: u64 = 16 << 20;
/// The longest tag or text piece that is looked at; more than a cell can hold.
const LONGEST: usize = 16 << 20;

/// Checks the content part.
pub(super) fn check<R: Read>(content: R) -> Result<(), Flaw> {
    let mut input = BufReader::with_capacity(64 << 10, content);
    let mut scan = Scan::default();
    let mut tag = Vec::new();
    while next_tag(&mut input, &mut tag)? {
        scan.tag(&tag)?;
    }
    if scan.in_table || scan.in_note {
        return Err(Flaw::Damaged("content.xml".to_owned()));
    }
    Ok(())
}

/// Reads up to the next element tag and stores it without its brackets; false at the end of the part.
fn next_tag<R: BufRead>(input: &mut R, tag: &mut Vec<u8>) -> Result<bool, Flaw> {
    loop {
        if skip_past(input, b'<')? == 0 {
            return Ok(false);
        }
        tag.clear();
        // The reader takes everything up to the closing bracket, whatever stands in quotes or comments.
        loop {
            let before = tag.len();
            input.by_ref().take((LONGEST - before) as u64).read_until(b'>', tag)?;
            if tag.last() != Some(&b'>') || tag.len() == before || tag.len() >= LONGEST {
                return Err(Flaw::Damaged("content.xml".to_owned()));
            }
            if is_complete(tag) {
                break;
            }
        }
        tag.pop();
        match tag.first() {
            Some(b'?') => {}
            Some(b'!') if tag.starts_with(b"!--") || tag.starts_with(b"![CDATA[") => {}
            // No writer puts a document type here; entity tricks do.
            Some(b'!') => return Err(Flaw::Suspicious("document-type")),
            _ => return Ok(true),
        }
    }
}

fn skip_past<R: BufRead>(input: &mut R, byte: u8) -> Result<usize, Flaw> {
    let mut skipped = 0;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(0);
        }
        if let Some(at) = memchr::memchr(byte, buffer) {
            input.consume(at + 1);
            return Ok(skipped + at + 1);
        }
        let length = buffer.len();
        skipped += length;
        input.consume(length);
    }
}

/// Whether what ends in `>` is a whole tag, comment, declaration or CDATA section.
fn is_complete(tag: &[u8]) -> bool {
    if tag.starts_with(b"!--") {
        tag.len() >= 6 && tag.ends_with(b"-->")
    } else if tag.starts_with(b"![CDATA[") {
        tag.ends_with(b"]]>")
    } else if tag.starts_with(b"?") {
        tag.ends_with(b"?>")
    } else {
        let mut quote = None;
        for byte in tag {
            match quote {
                Some(open) if open == *byte => quote = None,
                None if matches!(byte, b'"' | b'\'') => quote = Some(*byte),
                _ => {}
            }
        }
        quote.is_none()
    }
}

#[derive(Default)]
struct Scan {
    in_table: bool,
    in_note: bool,
    /// Of the whole file: cells written, cells they unfold to, spaces.
    written: u64,
    unfolded: u64,
    spaces: u64,
    /// Of the sheet: rows so far, first and last row with something in it, widest row.
    rows: u64,
    first: Option<u64>,
    last: u64,
    width: u64,
    /// Of the row: how often it repeats, cells so far, cells up to the last filled one.
    repeat: u64,
    cells: u64,
    filled: u64,
}

impl Scan {
    fn tag(&mut self, tag: &[u8]) -> Result<(), Flaw> {
        let end = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
        let is_whole = tag.ends_with(b"/");
        let name = tag[..end].strip_suffix(b"/").unwrap_or(&tag[..end]);
        match name {
            b"table:table" if !self.in_table => {
                (self.rows, self.first, self.last, self.width) = (0, None, 0, 0);
                self.in_table = !is_whole;
            }
            b"/table:table" => {
                self.end_sheet();
                self.in_table = false;
            }
            b"table:table-row" => {
                self.repeat = count(tag, "table:number-rows-repeated").min(ROWS);
                (self.cells, self.filled) = (0, 0);
                if is_whole {
                    self.rows += self.repeat;
                }
            }
            b"/table:table-row" => self.end_row(),
            b"table:table-cell" | b"table:covered-table-cell" => {
                self.written += 1;
                self.cells += count(tag, "table:number-columns-repeated").min(COLUMNS);
                let is_filled = ["office:", "calcext:", "table:formula"]
                    .iter()
                    .any(|word| memchr::memmem::find(tag, word.as_bytes()).is_some());
                if is_filled {
                    self.filled = self.cells.min(COLUMNS);
                }
            }
            b"text:s" => {
                self.spaces += count(tag, "text:c");
                if self.spaces > SPACES {
                    return Err(Flaw::Suspicious("repeated-spaces"));
                }
            }
            b"office:annotation" => self.in_note = !is_whole,
            b"/office:annotation" => self.in_note = false,
            _ => {}
        }
        if self.unfolded > CELLS_FREE + CELLS_EACH * self.written {
            return Err(Flaw::Suspicious("sheet-area"));
        }
        Ok(())
    }

    fn end_row(&mut self) {
        if self.filled > 0 {
            self.first.get_or_insert(self.rows);
            self.last = (self.rows + self.repeat).min(ROWS);
            self.width = self.width.max(self.filled);
            // A row is unfolded once as it is read, before its repeats count towards the area.
            self.unfolded += self.filled;
        }
        self.rows += self.repeat;
    }

    fn end_sheet(&mut self) {
        if let Some(first) = self.first {
            self.unfolded += self.last.saturating_sub(first) * self.width;
        }
        self.first = None;
    }
}

/// The value of a repeat count; 1 without one, as large as can be when it is not a number.
fn count(tag: &[u8], attribute: &str) -> u64 {
    let Some(at) = memchr::memmem::find(tag, attribute.as_bytes()) else {
        return 1;
    };
    let digits: Vec<u8> = tag[at + attribute.len()..]
        .iter()
        .copied()
        .skip_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'"' | b'\'' | b'+'))
        .take_while(u8::is_ascii_digit)
        .take(20)
        .collect();
    let digits = String::from_utf8_lossy(&digits);
    digits.parse::<u64>().unwrap_or(u64::from(u32::MAX)).min(u64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &str) -> Result<(), Flaw> {
        check(
            format!(
                "<?xml version=\"1.0\"?><a><table:table table:name='x>y'>{rows}</table:table></a>"
            )
            .as_bytes(),
        )
    }

    #[test]
    fn repeats_of_blanks_are_free_and_repeats_of_values_are_not() {
        let blank = "<table:table-row table:number-rows-repeated=\"1048000\">\
                     <table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
        let value = "<table:table-row><table:table-cell office:value=\"1\"/></table:table-row>";
        assert_eq!(sheet(&format!("{value}{blank}")), Ok(()));
        assert_eq!(sheet(&format!("{value}{blank}{value}")), Ok(()));
        let full = blank.replace("/></", " office:value=\"1\"/></");
        assert_eq!(sheet(&full), Err(Flaw::Suspicious("sheet-area")));
        let far = "<table:table-row><table:table-cell table:number-columns-repeated=\"16383\"/>\
                   <table:table-cell office:value=\"1\"/></table:table-row>";
        assert_eq!(sheet(far), Ok(()));
        assert_eq!(
            sheet(&format!("{value}{}{far}", blank.replace("1048000", "1000"))),
            Err(Flaw::Suspicious("sheet-area"))
        );
        // many short rows that each unfold to a full width
        assert_eq!(
            sheet(&full.replace("1048000", "1").repeat(400)),
            Err(Flaw::Suspicious("sheet-area"))
        );
    }

    #[test]
    fn what_makes_the_reader_wait_for_ever_is_damage() {
        let damaged = Err(Flaw::Damaged("content.xml".to_owned()));
        assert_eq!(check(&b"<a><table:table table:name='x'>"[..]), damaged);
        assert_eq!(check(&b"<table:table><!-- </table:table> -->"[..]), damaged);
        assert_eq!(check(&b"<table:table><![CDATA[</table:table>]]>"[..]), damaged);
        assert_eq!(check(&b"<table:table></table:table><a b='>"[..]), damaged);
        assert_eq!(check(&b"<office:annotation>"[..]), damaged);
        assert_eq!(check(&b"<table:table/>"[..]), Ok(()));
        assert_eq!(check(&b"<!DOCTYPE a><a/>"[..]), Err(Flaw::Suspicious("document-type")));
        assert_eq!(
            check(&b"<text:s text:c=\"4000000000\"/>"[..]),
            Err(Flaw::Suspicious("repeated-spaces"))
        );
    }
}
