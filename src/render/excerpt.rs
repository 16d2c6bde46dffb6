//! A diagnostic as a person reads it on a terminal: sentence, place, the piece of input with carets, remedy.
//!
//! The sentences come in finished; here is only how they are laid out. Carets stand under what they mean because every
//! width is the one on a terminal, where a Chinese character takes two columns.

use std::borrow::Cow;
use std::fmt::Write as _;

use annotate_snippets::renderer::{
    DEFAULT_CONTEXT_STYLE, DEFAULT_EMPHASIS_STYLE, DEFAULT_ERROR_STYLE, DEFAULT_HELP_STYLE,
    DEFAULT_NOTE_STYLE, DEFAULT_WARNING_STYLE, Style,
};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::diagnostic::{Diagnostic, Excerpt, Severity};

/// Columns of a record that are shown at most.
const COLUMNS: usize = 8;
/// Their width together, at most, unless the cell in question alone is wider.
const TOTAL_WIDTH: usize = 110;
/// Width of a cell at most.
const CELL_WIDTH: usize = 20;
/// Width of the cell in question at most.
const MARKED_WIDTH: usize = 48;
/// Between columns.
const GUTTER: usize = 4;
/// What stands for something left out.
const LEFT_OUT: &str = "...";

/// The sentences of a diagnostic, in the language of the output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// How bad, such as `error`.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// Where, such as `transactions.csv, row 412, column "金额" (E)`; for a piece of text the file is enough, its line
    /// and column are added.
    pub location: String,
    /// What stands beside the carets.
    pub label: String,
    /// The word before a remedy, such as `help`.
    pub help_title: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The word before a note, such as `note`.
    pub note_title: String,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// Draws a diagnostic; every line ends with a line feed.
#[must_use]
pub fn render(diagnostic: &Diagnostic, words: &Words, colour: bool) -> String {
    render_within(diagnostic, words, colour, None)
}

/// Draws a diagnostic; where a width is given, no line of a record is wider, unless the cell in question alone is.
#[must_use]
pub fn render_within(
    diagnostic: &Diagnostic,
    words: &Words,
    colour: bool,
    width: Option<usize>,
) -> String {
    let mut page = Page { out: String::new(), colour, severity: diagnostic.severity, width };
    match &diagnostic.excerpt {
        Some(Excerpt::Text { text, from, to }) => {
            page.text(diagnostic.code, words, text, (*from, *to));
        }
        Some(Excerpt::Record { headings, cells, at }) => {
            page.title(diagnostic.code, words);
            page.record(headings, cells, *at, diagnostic.origin.row, &words.label);
        }
        None => page.title(diagnostic.code, words),
    }
    let help = words.help.iter().map(|help| (&words.help_title, help, DEFAULT_HELP_STYLE));
    let notes = words.notes.iter().map(|note| (&words.note_title, note, DEFAULT_NOTE_STYLE));
    for (title, sentence, style) in help.chain(notes) {
        page.out.push_str("  ");
        page.styled(style, title);
        page.out.push_str(": ");
        page.out.push_str(&clean(sentence));
        page.out.push('\n');
    }
    page.out
}

struct Page {
    out: String,
    colour: bool,
    severity: Severity,
    width: Option<usize>,
}

impl Page {
    fn styled(&mut self, style: Style, text: &str) {
        if self.colour && !text.is_empty() {
            let _ = write!(self.out, "{style}{text}{style:#}");
        } else {
            self.out.push_str(text);
        }
    }

    fn style(&self) -> Style {
        match self.severity {
            Severity::Error => DEFAULT_ERROR_STYLE,
            Severity::Warning => DEFAULT_WARNING_STYLE,
            Severity::Notice => DEFAULT_NOTE_STYLE,
        }
    }

    fn title(&mut self, code: &str, words: &Words) {
        self.styled(self.style(), &format!("{}[{code}]", words.severity));
        self.styled(DEFAULT_EMPHASIS_STYLE, &format!(": {}", clean(&words.message)));
        self.out.push('\n');
        if !words.location.is_empty() {
            self.out.push_str("  ");
            self.styled(DEFAULT_CONTEXT_STYLE, "-->");
            self.out.push(' ');
            self.out.push_str(&clean(&words.location));
            self.out.push('\n');
        }
    }

    fn text(&mut self, code: &str, words: &Words, text: &str, (from, to): (usize, usize)) {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Notice => Level::NOTE,
        };
        // a byte-order mark takes no column, but would be drawn as a character
        let (text, mark) = text.strip_prefix('\u{feff}').map_or((text, 0), |rest| (rest, 3));
        let from = text.floor_char_boundary(from.saturating_sub(mark));
        let to = text.ceil_char_boundary(to.saturating_sub(mark)).max(from);
        let label = clean(&words.label);
        let message = clean(&words.message);
        let location = clean(&words.location);
        let snippet = Snippet::source(text)
            .path(location.as_ref())
            .annotation(AnnotationKind::Primary.span(from..to).label(label.as_ref()));
        let title = level.with_name(words.severity.as_str()).primary_title(message.as_ref());
        let renderer = if self.colour { Renderer::styled() } else { Renderer::plain() };
        let drawn = renderer.render(&[title.id(code).element(snippet)]);
        for line in drawn.lines() {
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    fn record(
        &mut self,
        headings: &[String],
        cells: &[String],
        at: usize,
        row: Option<u64>,
        label: &str,
    ) {
        let number = row.map(|row| row.to_string()).unwrap_or_default();
        let margin = number.len() + if number.is_empty() { 2 } else { 3 };
        // What stands for the columns left out on both sides takes room too.
        let around = margin + 2 * (LEFT_OUT.len() + GUTTER);
        let most = self.width.map_or(TOTAL_WIDTH, |width| width.saturating_sub(around));
        let grid = Grid::new(headings, cells, at, most.min(TOTAL_WIDTH));
        self.line(margin, "", &grid.headings);
        self.line(margin, &number, &grid.cells);
        self.out.push_str(&" ".repeat(margin + grid.offset));
        let carets = "^".repeat(grid.marked);
        let label = clean(label);
        let end = margin + grid.offset + grid.marked + 1 + label.width();
        match self.width.filter(|width| end > *width) {
            None => self.styled(self.style(), format!("{carets} {label}").trim_end()),
            // Below the carets, as far to the right as there is room.
            Some(width) => {
                self.styled(self.style(), &carets);
                self.out.push('\n');
                let indent = (margin + grid.offset).min(width.saturating_sub(label.width()));
                self.out.push_str(&" ".repeat(indent));
                self.styled(self.style(), &label);
            }
        }
        self.out.push('\n');
    }

    fn line(&mut self, margin: usize, number: &str, columns: &str) {
        if number.is_empty() {
            self.out.push_str(" ".repeat(if columns.is_empty() { 0 } else { margin }).as_str());
        } else {
            self.out.push(' ');
            self.styled(DEFAULT_CONTEXT_STYLE, number);
            self.out.push_str(if columns.is_empty() { "" } else { "  " });
        }
        self.out.push_str(columns);
        self.out.push('\n');
    }
}

/// The columns around a cell, one line of headings and one of cells.
struct Grid {
    headings: String,
    cells: String,
    /// Where the cell in question begins …
    offset: usize,
    /// … and how wide it is.
    marked: usize,
}

impl Grid {
    fn new(headings: &[String], cells: &[String], at: usize, most_of_all: usize) -> Self {
        let count = headings.len().max(cells.len()).max(at + 1);
        let column = |index: usize| -> (String, String, usize) {
            let most = if index == at {
                MARKED_WIDTH.min(most_of_all.max(CELL_WIDTH))
            } else {
                CELL_WIDTH
            };
            let heading = shorten(headings.get(index).map_or("", String::as_str), most);
            let cell = shorten(cells.get(index).map_or("", String::as_str), most);
            let width = heading.width().max(cell.width()).max(1);
            (heading, cell, width)
        };
        let (from, to) = around(count, at, most_of_all, |index| column(index).2);
        let mut columns: Vec<(String, String, usize)> = (from..to).map(column).collect();
        let left_out = || (LEFT_OUT.to_owned(), LEFT_OUT.to_owned(), LEFT_OUT.len());
        let mut marked = at - from;
        if from > 0 {
            columns.insert(0, left_out());
            marked += 1;
        }
        if to < count {
            columns.push(left_out());
        }
        let offset = columns[..marked].iter().map(|column| column.2 + GUTTER).sum();
        let width = columns.get(marked).map_or(1, |column| column.1.width().max(1));
        Self {
            headings: joined(columns.iter().map(|column| (&column.0, column.2))),
            cells: joined(columns.iter().map(|column| (&column.1, column.2))),
            offset,
            marked: width,
        }
    }
}

/// The range of columns to show: grown from `at`, to the left first because that is where ids and dates stand.
fn around(count: usize, at: usize, most: usize, width: impl Fn(usize) -> usize) -> (usize, usize) {
    let (mut from, mut to) = (at, at + 1);
    let mut used = width(at);
    let mut fits = |index: usize, shown: usize| {
        let wider = used + GUTTER + width(index);
        let fits = shown < COLUMNS && wider <= most;
        if fits {
            used = wider;
        }
        fits
    };
    loop {
        let before = (from, to);
        if from > 0 && fits(from - 1, to - from) {
            from -= 1;
        }
        if to < count && (at - from >= COLUMNS / 2 || from == 0) && fits(to, to - from) {
            to += 1;
        }
        if before == (from, to) {
            return (from, to);
        }
    }
}

fn joined<'a>(columns: impl Iterator<Item = (&'a String, usize)>) -> String {
    let mut line = String::new();
    for (text, width) in columns {
        line.push_str(text);
        line.push_str(&" ".repeat(width.saturating_sub(text.width()) + GUTTER));
    }
    line.truncate(line.trim_end().len());
    line
}

/// The text without control characters, which could otherwise drive the terminal or break the layout.
fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        Cow::Owned(text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// At most `most` columns of a text; what is cut off is shown by `...`.
fn shorten(text: &str, most: usize) -> String {
    let text = clean(text.trim());
    if text.width() <= most {
        return text.into_owned();
    }
    let mut out = String::new();
    let mut used = LEFT_OUT.len();
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > most {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out + LEFT_OUT
}

#[cfg(test)]
#[path = "excerpt_tests.rs"]
mod tests;
