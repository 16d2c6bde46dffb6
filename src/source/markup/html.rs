//! Tables of a web page. Each is a sheet, those within cells of others too: pages use tables for layout.

use std::io::BufRead;
use std::ops::ControlFlow;

use super::tokens::{Token, Tokens, unescaped};
use crate::source::cells::{RowBuffer, text_cell};
use crate::source::package::Flaw;
use crate::source::{OwnedCell, RowSink};

/// Tables within tables; no page goes deeper.
const DEPTH: usize = 64;
/// The widest cell, and the last column that a cell can reach down from.
const WIDEST: u32 = 1000;

/// Rows of each table, in the order in which the tables begin.
pub(super) fn list<R: BufRead>(tokens: &mut Tokens<R>) -> Result<Vec<u64>, Flaw> {
    let mut rows: Vec<u64> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    while let Some(token) = tokens.next()? {
        match token {
            Token::Open(tag) if tag.name == "table" => {
                open.push(rows.len());
                rows.push(0);
                if open.len() > DEPTH {
                    return Err(Flaw::Damaged("<table>".to_owned()));
                }
            }
            Token::Close("table") => {
                open.pop();
            }
            Token::Open(tag) if tag.name == "tr" => {
                if let Some(table) = open.last() {
                    rows[*table] += 1;
                }
            }
            Token::Open(tag) if is_raw(tag.name) => skip_raw(tokens)?,
            _ => {}
        }
    }
    Ok(rows)
}

/// Elements whose content is not markup.
fn is_raw(name: &str) -> bool {
    matches!(name, "script" | "style")
}

fn skip_raw<R: BufRead>(tokens: &mut Tokens<R>) -> Result<(), Flaw> {
    while let Some(token) = tokens.next()? {
        if matches!(token, Token::Close("script" | "style")) {
            break;
        }
    }
    Ok(())
}

/// Pushes the rows of a table. Merged cells hold their text in the first of the cells they cover.
pub(super) fn read<R: BufRead>(
    tokens: &mut Tokens<R>,
    wanted: usize,
    sink: &mut dyn RowSink,
) -> Result<(), Flaw> {
    let mut next = 0;
    let mut open: Vec<usize> = Vec::new();
    let mut table = Table::new();
    while let Some(token) = tokens.next()? {
        let here = open.last() == Some(&wanted);
        match token {
            Token::Open(tag) if tag.name == "table" => {
                open.push(next);
                next += 1;
            }
            Token::Close("table") => {
                open.pop();
                if here {
                    break;
                }
            }
            Token::Open(tag) if is_raw(tag.name) => skip_raw(tokens)?,
            _ if !here => {}
            Token::Open(tag) => match tag.name {
                "tr" => {
                    if table.end_row(sink)?.is_break() {
                        return Ok(());
                    }
                    table.begin_row();
                }
                "td" | "th" => {
                    table.end_cell()?;
                    let span = |name| tag.count(name).unwrap_or(1).clamp(1, WIDEST);
                    table.begin_cell(span("colspan"), tag.count("rowspan").unwrap_or(1).max(1));
                }
                "br" | "p" | "div" | "li" => table.text(" "),
                _ => {}
            },
            Token::Close("td" | "th") => table.end_cell()?,
            Token::Close(_) => {}
            Token::Text(text) => table.text(&unescaped(text)),
            Token::Plain(text) => table.text(text),
        }
    }
    table.end_row(sink).map(|_| ())
}

struct Table {
    rows: RowBuffer<OwnedCell>,
    /// Rows begun.
    row: u32,
    column: u32,
    /// The text of the open cell and how many columns it covers.
    cell: Option<(String, u32)>,
    /// By column: the row from which it is free of cells that reach down.
    free_from: Vec<u32>,
}

impl Table {
    fn new() -> Self {
        Self { rows: RowBuffer::new(), row: 0, column: 0, cell: None, free_from: Vec::new() }
    }

    fn begin_row(&mut self) {
        self.row = self.row.saturating_add(1);
        self.column = 0;
    }

    fn begin_cell(&mut self, columns: u32, rows: u32) {
        // A cell without a row begins one.
        self.row = self.row.max(1);
        while self.free_from.get(self.column as usize).is_some_and(|row| *row > self.row) {
            self.column += 1;
        }
        if rows > 1 && self.column < WIDEST {
            let end = (self.column + columns).min(WIDEST) as usize;
            if self.free_from.len() < end {
                self.free_from.resize(end, 0);
            }
            self.free_from[self.column as usize..end].fill(self.row.saturating_add(rows));
        }
        self.cell = Some((String::new(), columns));
    }

    fn text(&mut self, text: &str) {
        if let Some((cell, _)) = &mut self.cell {
            cell.push_str(text);
        }
    }

    fn end_cell(&mut self) -> Result<(), Flaw> {
        let Some((text, columns)) = self.cell.take() else {
            return Ok(());
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        if text_cell(&text) != crate::source::Cell::Blank {
            self.rows.put(self.row - 1, self.column, OwnedCell::Text(text))?;
        }
        self.column = self.column.saturating_add(columns);
        Ok(())
    }

    fn end_row(&mut self, sink: &mut dyn RowSink) -> Result<ControlFlow<()>, Flaw> {
        self.end_cell()?;
        self.rows.flush(OwnedCell::borrow, sink)
    }
}
