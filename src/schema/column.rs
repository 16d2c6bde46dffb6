//! What only a whole column can tell: whether the comma is the decimal mark, whether the day or the month comes first.
//!
//! Decisions are made once per column, never per cell. Reading starts with what the first rows say; when a cell turns up
//! that this cannot settle, the column is looked through to its end and read again.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::aliases::Unit;
use super::day::{Parts, parts};
use super::example::is_example;
use super::heading::Layout;
use super::value::{DateOrder, Reading};
use super::{Field, Kind};
use crate::source::{Cell, RowSink};

/// What has been seen in a column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Numbers whose decimal mark is clearly a point.
    pub points: u64,
    /// Numbers whose decimal mark is clearly a comma.
    pub commas: u64,
    /// Numbers that could be either.
    pub either: u64,
    /// The first of those by text.
    pub number: Option<String>,
    /// Dates whose first part is over 12.
    pub day_first: u64,
    /// Dates whose second part is over 12.
    pub month_first: u64,
    /// Dates that could be either.
    pub undecided: u64,
    /// The first of those.
    pub example: Option<String>,
    /// Shares without a percent sign that make sense as percentages only.
    #[serde(default)]
    pub percents: u64,
}

/// Bare shares from here on are percentages: hardly anything is twice itself.
const PERCENT_FROM: f64 = 2.0;

impl Evidence {
    /// Takes a cell of a column of this kind into account.
    pub fn observe(&mut self, kind: Kind, cell: &Cell<'_>) {
        if kind == Kind::Share {
            self.observe_share(cell);
        }
        let (Cell::Text(text) | Cell::Doubled(text)) = *cell else {
            return;
        };
        match kind {
            Kind::Date => self.observe_date(text),
            Kind::Money | Kind::Number | Kind::Share => self.observe_number(text),
            Kind::Id | Kind::Text => {}
        }
    }

    fn observe_date(&mut self, text: &str) {
        let folded: String = text.nfkc().collect();
        match parts(folded.trim()) {
            // Day and month are the same number: both readings are one day.
            Some(Parts::YearLast(a, b, _)) if a == b => {}
            Some(Parts::YearLast(a, b, _)) => match (a > 12, b > 12) {
                (true, false) => self.day_first += 1,
                (false, true) => self.month_first += 1,
                _ => {
                    self.undecided += 1;
                    if self.example.as_deref().is_none_or(|example| text < example) {
                        self.example = Some(text.to_owned());
                    }
                }
            },
            Some(Parts::Known(..)) | None => {}
        }
    }

    fn observe_share(&mut self, cell: &Cell<'_>) {
        let share = match *cell {
            Cell::Number(number) => Some(number),
            Cell::Text(text) => text.trim().replace(',', ".").parse::<f64>().ok(),
            _ => None,
        };
        self.percents += u64::from(share.is_some_and(|share| share.abs() >= PERCENT_FROM));
    }

    fn observe_number(&mut self, text: &str) {
        // Words with a comma in them say nothing about numbers.
        let text = text.trim_matches(|c: char| !c.is_ascii_digit());
        if !text.chars().all(|c| c.is_ascii_digit() || ",. '\u{a0}\u{202f}".contains(c)) {
            return;
        }
        let digits_after =
            |at: usize| text[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        match (text.rfind(','), text.rfind('.')) {
            (None, None) => {}
            (Some(comma), Some(point)) if comma > point => self.commas += 1,
            (Some(_), Some(_)) => self.points += 1,
            (Some(comma), None) => match digits_after(comma) {
                _ if text.find(',') != Some(comma) => self.points += 1,
                3 => self.either(text),
                _ => self.commas += 1,
            },
            (None, Some(point)) => match digits_after(point) {
                _ if text.find('.') != Some(point) => self.commas += 1,
                3 => self.either(text),
                _ => self.points += 1,
            },
        }
    }

    fn either(&mut self, text: &str) {
        self.either += 1;
        if self.number.as_deref().is_none_or(|number| text < number) {
            self.number = Some(text.to_owned());
        }
    }

    /// Adds what was seen elsewhere in the column.
    pub fn add(&mut self, other: &Self) {
        self.points += other.points;
        self.commas += other.commas;
        self.either += other.either;
        self.day_first += other.day_first;
        self.month_first += other.month_first;
        self.undecided += other.undecided;
        self.percents += other.percents;
        self.number = match (self.number.take(), other.number.clone()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.example = match (self.example.take(), other.example.clone()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// A number that could be read two ways, where nothing in the column settles it.
    #[must_use]
    pub fn open_number(&self) -> Option<&str> {
        if self.points + self.commas == 0 { self.number.as_deref() } else { None }
    }

    /// Whether something was seen that more rows could settle.
    #[must_use]
    pub fn is_open(&self) -> bool {
        (self.undecided > 0 && self.day_first + self.month_first == 0)
            || (self.either > 0 && self.points + self.commas == 0)
    }
}

/// What the settings say about a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The decimal mark is a comma (or is not).
    pub decimal_comma: Option<bool>,
    /// Order of the parts of dates.
    pub date_order: Option<DateOrder>,
    /// Unit of money columns, as a power of ten.
    pub power: Option<u32>,
}

/// Decides how a column is to be read. `Err` holds a date that nothing settles.
pub fn decide(
    field: Field,
    unit: Option<Unit>,
    evidence: &Evidence,
    given: Given,
) -> Result<Reading, String> {
    let mut reading = Reading::default();
    match field.kind {
        Kind::Date => {
            reading.date_order = given.date_order.or({
                if evidence.day_first > evidence.month_first {
                    Some(DateOrder::Dmy)
                } else if evidence.month_first > 0 {
                    Some(DateOrder::Mdy)
                } else {
                    None
                }
            });
            if let (None, Some(example)) = (reading.date_order, &evidence.example) {
                return Err(example.clone());
            }
        }
        Kind::Money | Kind::Number | Kind::Share => {
            reading.decimal_comma =
                given.decimal_comma.unwrap_or(evidence.commas > evidence.points);
            match unit {
                Some(Unit::Power(power)) => reading.power = power,
                Some(Unit::Percent) => reading.percent = true,
                Some(Unit::Plain) | None => {
                    reading.percent = field.kind == Kind::Share && evidence.percents > 0;
                }
            }
            let amounts = field.kind == Kind::Money && field.name != "quantity";
            if let (true, None | Some(Unit::Plain), Some(power)) = (amounts, unit, given.power) {
                reading.power = power;
            }
        }
        Kind::Id | Kind::Text => {}
    }
    Ok(reading)
}

/// Looks through the columns of a sheet.
pub struct Survey<'a> {
    layout: &'a Layout,
    /// Rows to look at.
    limit: u64,
    rows: u64,
    evidence: Vec<Evidence>,
}

impl<'a> Survey<'a> {
    /// A survey of at most `limit` rows.
    #[must_use]
    pub fn new(layout: &'a Layout, limit: u64) -> Self {
        Self { layout, limit, rows: 0, evidence: vec![Evidence::default(); layout.columns.len()] }
    }

    /// What several threads saw together, column by column.
    #[must_use]
    pub fn together(surveys: Vec<Self>, columns: usize) -> Vec<Evidence> {
        let mut all = vec![Evidence::default(); columns];
        for survey in surveys {
            for (sum, evidence) in all.iter_mut().zip(&survey.evidence) {
                sum.add(evidence);
            }
        }
        all
    }
}

impl RowSink for Survey<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        if !self.layout.holds(number) {
            return self.layout.beyond(number);
        }
        if is_example(cells) {
            return ControlFlow::Continue(());
        }
        self.rows += 1;
        let fields = self.layout.table.fields();
        // Any column of the client file may be a metric of the user's own, if need be after it was imported.
        let may_be_metrics = self.layout.table.code() == "clients";
        for ((column, evidence), cell) in
            self.layout.columns.iter().zip(&mut self.evidence).zip(cells)
        {
            match column.field.map(|field| fields[field].kind) {
                None | Some(Kind::Id | Kind::Text) if may_be_metrics => {
                    evidence.observe(Kind::Number, cell);
                }
                Some(kind) => evidence.observe(kind, cell),
                None => {}
            }
        }
        if self.rows >= self.limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(kind: Kind, cells: &[&str]) -> Evidence {
        let mut evidence = Evidence::default();
        for cell in cells {
            evidence.observe(kind, &Cell::Text(cell));
        }
        evidence
    }

    const AMOUNT: Field = Field { name: "amount", kind: Kind::Money };
    const DATE: Field = Field { name: "date", kind: Kind::Date };

    #[test]
    fn one_clear_cell_decides_the_column() {
        let decided = |cells: &[&str]| {
            decide(AMOUNT, None, &evidence(Kind::Money, cells), Given::default())
                .map(|reading| reading.decimal_comma)
        };
        assert_eq!(decided(&["1,234", "5,678"]), Ok(false));
        assert_eq!(decided(&["1,234", "5,67"]), Ok(true));
        assert_eq!(decided(&["1.234", "1.234,5"]), Ok(true));
        assert_eq!(decided(&["1.234.567"]), Ok(true));
        assert_eq!(decided(&["1,234,567"]), Ok(false));
        assert!(evidence(Kind::Money, &["1,234"]).is_open());
        assert!(!evidence(Kind::Money, &["1,234", "2.5"]).is_open());
    }

    #[test]
    fn a_part_over_twelve_decides_the_dates() {
        let order = |cells: &[&str]| {
            decide(DATE, None, &evidence(Kind::Date, cells), Given::default())
                .map(|reading| reading.date_order)
        };
        assert_eq!(order(&["03/04/2025", "25/04/2025"]), Ok(Some(DateOrder::Dmy)));
        assert_eq!(order(&["03/04/2025", "04/25/2025"]), Ok(Some(DateOrder::Mdy)));
        assert_eq!(order(&["2025-03-04"]), Ok(None));
        assert_eq!(order(&["03/04/2025", "02/04/2025"]), Err("02/04/2025".to_owned()));
        let given = Given { date_order: Some(DateOrder::Dmy), ..Given::default() };
        assert!(decide(DATE, None, &evidence(Kind::Date, &["03/04/2025"]), given).is_ok());
    }

    #[test]
    fn shares_are_percentages_where_the_column_says_so() {
        let share = Field { name: "growth", kind: Kind::Share };
        let percent = |cells: &[&str]| {
            decide(share, None, &evidence(Kind::Share, cells), Given::default())
                .map(|reading| reading.percent)
        };
        assert_eq!(percent(&["15", "0.5", "-3"]), Ok(true));
        assert_eq!(percent(&["12,5"]), Ok(true));
        assert_eq!(percent(&["0.15", "-0.03", "1.2"]), Ok(false));
        assert_eq!(percent(&["15%", "0.15", "—"]), Ok(false));
        let mut numbers = Evidence::default();
        numbers.observe(Kind::Share, &Cell::Number(15.0));
        assert_eq!(numbers.percents, 1);
    }

    #[test]
    fn units_come_from_the_heading_or_the_settings() {
        let given = Given { power: Some(4), ..Given::default() };
        let power =
            |unit| decide(AMOUNT, unit, &Evidence::default(), given).map(|reading| reading.power);
        assert_eq!(power(None), Ok(4));
        assert_eq!(power(Some(Unit::Power(8))), Ok(8));
    }
}
