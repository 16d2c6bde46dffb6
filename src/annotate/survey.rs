//! What of a sheet is taken: a first pass over its XML, before anything is written.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::ops::RangeInclusive;

use quick_xml::events::{BytesStart, Event};

use super::Trouble;
use super::reference::{Range, cell};
use super::xml::{Events, attribute, local, plain_attribute};

/// What a sheet holds as far as columns beside it are concerned.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Columns up to the last one with a value or a merged cell, from the headings down.
    pub used: u32,
    /// The same in the rows of the table.
    pub used_in_table: u32,
    /// Format of the cells of the heading rows, by row and column.
    pub styles: BTreeMap<(u32, u32), u32>,
    /// The range that the sheet filters.
    pub filter: Option<Range>,
    /// Whether the sheet is protected.
    pub protected: bool,
    /// Highest priority of a conditional format.
    pub priority: u32,
    /// Formulas of conditional formats.
    pub formulas: BTreeSet<String>,
    /// Whether the part is a worksheet, which has rows.
    pub has_rows: bool,
}

/// The place of cells that need not say it.
#[derive(Default)]
pub(super) struct Position {
    row: u32,
    column: u32,
}

impl Position {
    /// A row begins; its number.
    pub(super) fn row(&mut self, tag: &BytesStart<'_>) -> u32 {
        let given = plain_attribute(tag, "r").and_then(|text| text.parse().ok());
        self.row = given.unwrap_or(self.row + 1);
        self.column = 0;
        self.row
    }

    /// A cell begins; its column.
    pub(super) fn column(&mut self, tag: &BytesStart<'_>) -> u32 {
        let given = plain_attribute(tag, "r").and_then(cell);
        let column = given.map_or(self.column, |(_, column)| column);
        self.column = column + 1;
        column
    }
}

/// Looks through a sheet: what is used from its headings down and in the rows of its table.
pub(super) fn survey(
    part: impl BufRead,
    headings: RangeInclusive<u32>,
    table: Option<Range>,
) -> Result<Survey, Trouble> {
    let mut events = Events::new(part)?;
    let mut survey = Survey::default();
    let mut position = Position::default();
    let (mut row, mut column, mut filled) = (0, 0, false);
    let (mut depth, mut formula) = (0, None::<String>);
    loop {
        let event = events.next()?;
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        // Views and extensions have elements of the same names, deeper.
        let is_top = depth == 1 + i32::from(matches!(event, Event::Start(_)));
        let tag = match &event {
            Event::Start(tag) | Event::Empty(tag) => tag,
            Event::Text(text) => {
                if let Some(formula) = &mut formula {
                    formula.push_str(text);
                }
                continue;
            }
            Event::GeneralRef(entity) => {
                if let Some(formula) = &mut formula {
                    formula.push_str(match &**entity {
                        "quot" => "\"",
                        "amp" => "&",
                        "lt" => "<",
                        "gt" => ">",
                        _ => "'",
                    });
                }
                continue;
            }
            Event::End(tag) => {
                survey.formulas.extend(formula.take());
                if filled && local(tag.name().0) == "c" {
                    survey.take(row, row, column, &headings, table);
                }
                continue;
            }
            Event::Eof => return Ok(survey),
            _ => continue,
        };
        match local(tag.name().0) {
            "sheetData" => survey.has_rows = true,
            "row" => row = position.row(tag),
            "c" => {
                column = position.column(tag);
                filled = false;
                if headings.contains(&row) {
                    let style = style(tag);
                    survey.styles.insert((row, column), style);
                }
            }
            "v" | "f" | "is" => filled = true,
            "autoFilter" if is_top => survey.filter = range(tag, "ref"),
            "sheetProtection" if is_top => survey.protected = is_on(tag, "sheet"),
            "mergeCell" => {
                if let Some(merged) = range(tag, "ref") {
                    survey.take(merged.top, merged.bottom, merged.right, &headings, table);
                }
            }
            "formula" => formula = Some(String::new()),
            "cfRule" => {
                let priority = attribute(tag, "priority").and_then(|text| text.parse().ok());
                survey.priority = survey.priority.max(priority.unwrap_or(0));
            }
            _ => {}
        }
    }
}

impl Survey {
    /// Something reaches to a column in these rows.
    pub(super) fn take(
        &mut self,
        top: u32,
        bottom: u32,
        right: u32,
        headings: &RangeInclusive<u32>,
        table: Option<Range>,
    ) {
        if bottom >= *headings.start() {
            self.used = self.used.max(right + 1);
        }
        if table.is_some_and(|table| bottom >= table.top && top <= table.bottom) {
            self.used_in_table = self.used_in_table.max(right + 1);
        }
    }
}

/// The format of a cell.
pub(super) fn style(tag: &BytesStart<'_>) -> u32 {
    plain_attribute(tag, "s").and_then(|text| text.parse().ok()).unwrap_or(0)
}

pub(super) fn range(tag: &BytesStart<'_>, name: &str) -> Option<Range> {
    Range::parse(attribute(tag, name)?.trim())
}

fn is_on(tag: &BytesStart<'_>, name: &str) -> bool {
    attribute(tag, name).is_some_and(|text| matches!(text.as_str(), "1" | "true"))
}
