//! Spreadsheets in a single XML file: that of Excel 2003, which many servers still write, and flat OpenDocument.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::ops::ControlFlow;

use super::tokens::{Tag, Token, Tokens, unescaped};
use crate::source::cells::{ERRORS, RowBuffer, iso_date, iso_duration, number_cell, text_cell};
use crate::source::package::Flaw;
use crate::source::{Cell, OwnedCell, RowSink, SheetInfo};

/// Rows of a sheet.
const ROWS: u32 = 1_048_576;
/// Columns of a sheet.
const COLUMNS: u32 = 16_384;
/// Bytes that the text of one cell may take when it is repeated.
const TEXT_REPEATED: u64 = 64 << 20;

/// The sheets of either kind of file.
pub(super) fn list<R: BufRead>(tokens: &mut Tokens<R>) -> Result<Vec<SheetInfo>, Flaw> {
    let mut sheets: Vec<SheetInfo> = Vec::new();
    let mut hidden_styles = BTreeSet::new();
    let (mut style, mut is_visibility, mut depth) = (String::new(), false, 0_u32);
    while let Some(token) = tokens.next()? {
        match token {
            Token::Open(tag) => match tag.name {
                "worksheet" => sheets.push(sheet(&tag, false)),
                // In a flat file; tables within it belong to charts. In the other it has no name.
                "table" if tag.attribute("name").is_some() || depth > 0 => {
                    if depth == 0 {
                        let style = tag.attribute("style-name").unwrap_or_default();
                        sheets.push(sheet(&tag, hidden_styles.contains(style.as_ref())));
                    }
                    depth += u32::from(!tag.is_whole);
                }
                "style" => style = tag.attribute("name").unwrap_or_default().into_owned(),
                "table-properties" if tag.attribute("display").as_deref() == Some("false") => {
                    hidden_styles.insert(style.clone());
                }
                "visible" => is_visibility = true,
                _ => {}
            },
            Token::Close("table") => depth = depth.saturating_sub(1),
            Token::Close("visible") => is_visibility = false,
            Token::Text(text) if is_visibility => {
                if let Some(sheet) = sheets.last_mut() {
                    sheet.hidden |= text.contains("Hidden");
                }
            }
            _ => {}
        }
    }
    Ok(sheets)
}

fn sheet(tag: &Tag<'_>, hidden: bool) -> SheetInfo {
    SheetInfo::new(tag.attribute("name").map(Into::into), hidden)
}

/// Pushes the rows of a worksheet of Excel 2003.
pub(super) fn read_2003<R: BufRead>(
    tokens: &mut Tokens<R>,
    wanted: usize,
    sink: &mut dyn RowSink,
) -> Result<(), Flaw> {
    let mut rows = RowBuffer::new();
    let (mut sheets, mut next_row, mut row, mut column, mut merged) = (0, 0_u32, 0, 0_u32, 0);
    let mut data: Option<(String, String)> = None;
    let mut in_comment = false;
    while let Some(token) = tokens.next()? {
        match token {
            Token::Open(tag) if tag.name == "worksheet" => sheets += 1,
            _ if sheets != wanted + 1 => {}
            Token::Close("worksheet") => break,
            Token::Open(tag) => match tag.name {
                "row" => {
                    row = tag.count("index").map_or(next_row, |index| index.saturating_sub(1));
                    next_row = row.saturating_add(1).saturating_add(tag.count("span").unwrap_or(0));
                    column = 0;
                }
                "cell" => {
                    column = tag.count("index").map_or(column, |index| index.saturating_sub(1));
                    merged = tag.count("mergeacross").unwrap_or(0);
                    if tag.is_whole {
                        column = column.saturating_add(1).saturating_add(merged);
                    }
                }
                "comment" => in_comment = !tag.is_whole,
                "data" if !in_comment && !tag.is_whole => {
                    let kind = tag.attribute("type").unwrap_or_default().into_owned();
                    data = Some((kind, String::new()));
                }
                _ => {}
            },
            Token::Close("comment") => in_comment = false,
            Token::Close("data") => {
                if let Some((kind, text)) = data.take()
                    && row < ROWS
                {
                    rows.put(row, column, typed(&kind, &text))?;
                }
            }
            Token::Close("cell") => column = column.saturating_add(1).saturating_add(merged),
            Token::Close("row") => {
                if rows.flush(OwnedCell::borrow, sink)?.is_break() {
                    return Ok(());
                }
            }
            Token::Close(_) => {}
            Token::Text(text) => {
                if let Some((_, data)) = &mut data {
                    data.push_str(&unescaped(text));
                }
            }
            Token::Plain(text) => {
                if let Some((_, data)) = &mut data {
                    data.push_str(text);
                }
            }
        }
    }
    rows.flush(OwnedCell::borrow, sink).map(|_| ())
}

/// A cell of Excel 2003 by its type; what does not fit it stays text.
fn typed(kind: &str, text: &str) -> OwnedCell {
    let value = match kind {
        "Number" => text.trim().parse().ok().map(number_cell),
        "DateTime" => iso_date(text.trim()),
        "Boolean" => Some(Cell::Bool(text.trim() == "1")),
        "Error" => Some(Cell::Error(text)),
        _ => None,
    };
    value.unwrap_or_else(|| text_cell(text)).into()
}

/// Pushes the rows of a table of a flat OpenDocument file. How far its repeats unfold has been checked before.
pub(super) fn read_flat<R: BufRead>(
    tokens: &mut Tokens<R>,
    wanted: usize,
    sink: &mut dyn RowSink,
) -> Result<(), Flaw> {
    let mut flat = Flat { rows: RowBuffer::new(), row: 0, repeat: 1, line: Vec::new(), column: 0 };
    let (mut tables, mut depth, mut in_note) = (0, 0_u32, false);
    let mut cell: Option<(u32, Unfinished)> = None;
    let mut paragraphs = 0_u32;
    while let Some(token) = tokens.next()? {
        let here = depth == 1 && tables == wanted + 1;
        match token {
            Token::Open(tag) if tag.name == "table" => {
                tables += usize::from(depth == 0);
                depth += u32::from(!tag.is_whole);
            }
            Token::Close("table") => {
                depth = depth.saturating_sub(1);
                if here {
                    break;
                }
            }
            _ if !here => {}
            Token::Open(tag) => match tag.name {
                "table-row" => {
                    flat.repeat = tag.count("number-rows-repeated").unwrap_or(1).min(ROWS);
                    flat.column = 0;
                    if tag.is_whole {
                        flat.row = flat.row.saturating_add(flat.repeat);
                    }
                }
                "table-cell" | "covered-table-cell" => {
                    let repeat = tag.count("number-columns-repeated").unwrap_or(1).min(COLUMNS);
                    let opened = Unfinished::new(&tag);
                    if tag.is_whole {
                        flat.put(opened, repeat)?;
                    } else {
                        cell = Some((repeat, opened));
                        paragraphs = 0;
                    }
                }
                "annotation" => in_note = !tag.is_whole,
                "p" => paragraphs += u32::from(!in_note),
                "s" | "tab" | "line-break" if !in_note => {
                    if let Some((_, cell)) = &mut cell {
                        let count = tag.count("c").unwrap_or(1).min(1 << 20);
                        cell.text.extend(std::iter::repeat_n(' ', count as usize));
                    }
                }
                _ => {}
            },
            Token::Close("table-cell" | "covered-table-cell") => {
                if let Some((repeat, cell)) = cell.take() {
                    flat.put(cell, repeat)?;
                }
            }
            Token::Close("table-row") => {
                if flat.end_row(sink)?.is_break() {
                    return Ok(());
                }
            }
            Token::Close("annotation") => in_note = false,
            Token::Close("p") => {
                if let Some((_, cell)) = &mut cell
                    && !in_note
                {
                    cell.text.push('\n');
                }
            }
            Token::Close(_) => {}
            // White space between elements is none of the cell's.
            Token::Text(text) => {
                if let Some((_, cell)) = &mut cell
                    && !in_note
                    && paragraphs > 0
                {
                    cell.text.push_str(&unescaped(text));
                }
            }
            Token::Plain(text) => {
                if let Some((_, cell)) = &mut cell {
                    cell.text.push_str(text);
                }
            }
        }
    }
    Ok(())
}

/// A cell of a flat file while it is read.
struct Unfinished {
    value: Option<OwnedCell>,
    text: String,
}

impl Unfinished {
    fn new(tag: &Tag<'_>) -> Self {
        let of = |name: &str| tag.attribute(name);
        let value = match of("value-type").as_deref() {
            Some("float" | "percentage" | "currency") => {
                of("value").and_then(|value| value.trim().parse().ok()).map(number_cell)
            }
            Some("boolean") => of("boolean-value").map(|value| Cell::Bool(value == "true")),
            Some("time") => {
                of("time-value").and_then(|value| iso_duration(&value)).map(Cell::Number)
            }
            Some("date") => of("date-value").and_then(|value| iso_date(&value)),
            _ => None,
        };
        Self { value: value.map(Into::into), text: String::new() }
    }

    fn finish(self) -> OwnedCell {
        let text = self.text.trim_end_matches('\n');
        match self.value {
            Some(value) if !ERRORS.contains(&text) => value,
            _ if ERRORS.contains(&text) => OwnedCell::Error(text.to_owned()),
            _ => text_cell(text).into(),
        }
    }
}

struct Flat {
    rows: RowBuffer<OwnedCell>,
    row: u32,
    repeat: u32,
    line: Vec<(u32, OwnedCell)>,
    column: u32,
}

impl Flat {
    fn put(&mut self, cell: Unfinished, repeat: u32) -> Result<(), Flaw> {
        let length = cell.text.len() as u64;
        if repeat > 1 && length * u64::from(repeat) > TEXT_REPEATED {
            return Err(Flaw::Suspicious("sheet-area"));
        }
        let cell = cell.finish();
        if cell != OwnedCell::Blank {
            let end = self.column.saturating_add(repeat).min(COLUMNS);
            self.line.extend((self.column..end).map(|column| (column, cell.clone())));
        }
        self.column = self.column.saturating_add(repeat);
        Ok(())
    }

    fn end_row(&mut self, sink: &mut dyn RowSink) -> Result<ControlFlow<()>, Flaw> {
        let repeats = if self.line.is_empty() { 0 } else { self.repeat };
        for row in self.row..self.row.saturating_add(repeats).min(ROWS) {
            for (column, cell) in &self.line {
                self.rows.put(row, *column, cell.clone())?;
            }
            if self.rows.flush(OwnedCell::borrow, sink)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        self.line.clear();
        self.row = self.row.saturating_add(self.repeat);
        Ok(ControlFlow::Continue(()))
    }
}
