//! Plain tables for terminals: display widths, two-space gutters, `-` rules.
//!
//! No glyph of ambiguous width is used, so columns line up under Chinese text in any terminal.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// What stands in for what was cut off.
const CUT: &str = "...";
/// What a text needs to be worth its column.
const READABLE_TEXT: usize = 40;
/// A cell that is wider than this is damaged, and would pad all others to its width.
const WIDEST: usize = 500;
/// No text is shortened below this, the width of a date.
const NARROWEST: usize = 10;

/// On which side a column's cells stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A table; a row `None` is a rule.
#[derive(Clone, Debug, Default)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Option<Vec<String>>>,
}

impl Table {
    /// A table with headings.
    #[must_use]
    pub fn new(columns: Vec<(String, Align)>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, mut cells: Vec<String>) {
        for cell in &mut cells {
            if cell.width() > WIDEST || cell.contains(char::is_control) {
                *cell = cut(cell, WIDEST);
            }
        }
        self.rows.push(Some(cells));
    }

    /// Adds a rule.
    pub fn rule(&mut self) {
        self.rows.push(None);
    }

    /// How wide it is when texts are shortened to what can still be read.
    #[must_use]
    pub fn readable_width(&self) -> usize {
        let columns = self.widths().into_iter().zip(&self.columns);
        let readable = columns.map(|(width, (_, align))| match align {
            Align::Left => width.min(READABLE_TEXT),
            Align::Right => width,
        });
        readable.sum::<usize>() + 2 * self.columns.len().saturating_sub(1)
    }

    /// The table as a terminal of that width has room for: without the dispensable columns (by heading, the most dispensable
    /// first) until it can be read, and the headings of those left out.
    #[must_use]
    pub fn fitted(mut self, dispensable: &[String], width: Option<usize>) -> (Self, Vec<String>) {
        let mut hidden = Vec::new();
        for heading in dispensable {
            if width.is_none_or(|width| self.readable_width() <= width) {
                break;
            }
            let Some(at) = self.columns.iter().position(|(known, _)| known == heading) else {
                continue;
            };
            self.columns.remove(at);
            for cells in self.rows.iter_mut().flatten() {
                cells.remove(at);
            }
            hidden.push(heading.clone());
        }
        (self, hidden)
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> =
            self.columns.iter().map(|(heading, _)| heading.width()).collect();
        for row in self.rows.iter().flatten() {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        widths
    }

    /// Draws the table. With a width, the widest column is shortened until lines fit; without one nothing is.
    #[must_use]
    pub fn draw(&self, width: Option<usize>) -> String {
        let mut widths = self.widths();
        if let Some(limit) = width {
            shorten(&self.columns, &mut widths, limit);
        }
        let total = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
        let rule = "-".repeat(total);
        let headings: Vec<String> =
            self.columns.iter().map(|(heading, _)| heading.clone()).collect();
        let mut out = String::new();
        self.line(&mut out, &headings, &widths);
        out.push_str(&rule);
        out.push('\n');
        for row in &self.rows {
            if let Some(cells) = row {
                self.line(&mut out, cells, &widths);
            } else {
                out.push_str(&rule);
                out.push('\n');
            }
        }
        out
    }

    /// As a table of GitHub-flavoured Markdown, in which no cell means anything but its text; rules are left out.
    #[must_use]
    pub fn markdown(&self) -> String {
        let line = |cells: &mut dyn Iterator<Item = String>| {
            let cells: Vec<String> = cells.collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let marks = self.columns.iter().map(|(_, align)| match align {
            Align::Left => "---".to_owned(),
            Align::Right => "---:".to_owned(),
        });
        let mut out = line(&mut self.columns.iter().map(|(heading, _)| escaped(heading)));
        out.push_str(&line(&mut marks.into_iter()));
        for row in self.rows.iter().flatten() {
            out.push_str(&line(&mut row.iter().map(|cell| escaped(cell))));
        }
        out
    }

    fn line(&self, out: &mut String, cells: &[String], widths: &[usize]) {
        let mut line = String::new();
        for (at, ((cell, width), (_, align))) in
            cells.iter().zip(widths).zip(&self.columns).enumerate()
        {
            if at > 0 {
                line.push_str("  ");
            }
            let cell = cut(cell, *width);
            let pad = " ".repeat(width - cell.width());
            match align {
                Align::Left => line.extend([cell.as_str(), &pad]),
                Align::Right => line.extend([pad.as_str(), &cell]),
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// Takes from the widest column of text; a figure that is cut would be another figure, so numbers keep their width.
fn shorten(columns: &[(String, Align)], widths: &mut [usize], limit: usize) {
    let gutters = 2 * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gutters > limit {
        let widest = (0..widths.len())
            .filter(|at| columns[*at].1 == Align::Left && widths[*at] > NARROWEST)
            .max_by_key(|at| widths[*at]);
        let Some(widest) = widest else {
            return;
        };
        widths[widest] -= 1;
    }
}

/// A text of at most `width` columns, its end marked where it was cut; control characters become spaces.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.width() <= width {
        return text;
    }
    let room = width.saturating_sub(CUT.len());
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let next = c.width().unwrap_or(0);
        if used + next > room {
            break;
        }
        used += next;
        out.push(c);
    }
    out.push_str(&CUT[..CUT.len().min(width)]);
    out
}

/// A text in Markdown: what would be a table's bar, a link, HTML, emphasis or an address that is made a link by itself is
/// but itself. An address of mail becomes a link on some pages whatever stands before its `@`; it leads where it says.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '~' | '|' | '$' | '!' | '@' => {
                out.extend(['\\', c]);
            }
            // `https://`, `//` and `www.` begin an address.
            ':' | '/' if text.contains("//") => out.extend(['\\', c]),
            '.' if out.len() >= 3 && out.to_ascii_lowercase().ends_with("www") => {
                out.push_str("\\.");
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table =
            Table::new(vec![("客户".to_owned(), Align::Left), ("Net".to_owned(), Align::Right)]);
        table.row(vec!["深圳市鸿运达科技有限公司".to_owned(), "1,284,000".to_owned()]);
        table.row(vec!["Acme".to_owned(), "9".to_owned()]);
        table.rule();
        table.row(vec!["合计".to_owned(), "1,284,009".to_owned()]);
        table
    }

    #[test]
    fn columns_line_up_under_wide_characters() {
        assert_eq!(
            table().draw(None),
            "客户                            Net\n\
             -----------------------------------\n\
             深圳市鸿运达科技有限公司  1,284,000\n\
             Acme                              9\n\
             -----------------------------------\n\
             合计                      1,284,009\n"
        );
    }

    #[test]
    fn the_widest_column_is_shortened_first_and_visibly() {
        let drawn = table().draw(Some(24));
        assert!(drawn.contains("深圳市鸿运...  1,284,000"), "{drawn}");
        assert!(drawn.lines().all(|line| line.width() <= 24));
    }
}
