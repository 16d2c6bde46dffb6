//! Exchange rates: from the rate table and the settings, and how an amount is turned into the currency of the review.
//!
//! A rate is an exact decimal and so is every product with it; only the result is rounded, half away from zero, to the
//! four decimals that all amounts have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::ControlFlow;

use super::shaped::Aside;
use super::sheet::{self, Sheet};
use super::workspace::Account;
use super::{Loaded, Options};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, Origin};
use crate::error::Result;
use crate::money::Money;
use crate::period::Day;
use crate::schema::example::is_example;
use crate::schema::value::{self, Reading, Trouble};
use crate::schema::{currency, day};
use crate::source::{Cell, RowSink};

/// Decimals of a rate beyond the four of an amount.
const FURTHER: u32 = 6;
/// One, as a rate is kept.
const ONE: i128 = 10_i128.pow(4 + FURTHER);

/// What one unit of a currency is worth, or several units (`per`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    /// In 10⁻¹⁰.
    units: i64,
    /// In 10⁻⁴.
    per: i64,
}

impl Rate {
    /// The rate that a cell holds; `None` is nothing. A rate is above zero.
    fn read(cell: &Cell<'_>, reading: Reading) -> Result<Option<i64>, Trouble> {
        let reading = Reading { power: reading.power + FURTHER, ..reading };
        match value::exact(cell, reading)? {
            Some(exact) if exact.units > 0 => Ok(Some(exact.units)),
            Some(_) => Err(Trouble::Range),
            None => Ok(None),
        }
    }

    /// An amount in the currency of the review. What does not fit becomes the largest there is, which no sum takes.
    pub(super) fn of(self, amount: Money) -> Money {
        let divisor = ONE * i128::from(self.per);
        let product = (i128::from(amount.0) * i128::from(self.units))
            .checked_mul(i128::from(Money::SCALE))
            .unwrap_or(i128::MAX - divisor);
        let half = if product >= 0 { divisor / 2 } else { -divisor / 2 };
        Money(i64::try_from((product + half) / divisor).unwrap_or(i64::MAX / 2))
    }

    fn is_below(self, other: Self) -> bool {
        i128::from(self.units) * i128::from(other.per)
            < i128::from(other.units) * i128::from(self.per)
    }

    /// The lower and the higher of two rates.
    pub(super) fn range(low: Self, high: Self, next: (Self, Self)) -> (Self, Self) {
        let (below, above) = next;
        (
            if below.is_below(low) { below } else { low },
            if high.is_below(above) { above } else { high },
        )
    }
}

/// As a plain decimal: `7.12`, `4.82/100`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:011}", self.units);
        let (whole, part) = digits.split_at(digits.len() - 10);
        let part = part.trim_end_matches('0');
        f.write_str(whole)?;
        if !part.is_empty() {
            write!(f, ".{part}")?;
        }
        if self.per == Money::SCALE { Ok(()) } else { write!(f, "/{}", Money(self.per)) }
    }
}

/// The rates to one currency.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rates {
    /// The currency of the review; empty where nothing says which that is, and nothing can be converted.
    pub to: String,
    /// By currency: from which day which rate holds.
    by: BTreeMap<String, BTreeMap<Day, Rate>>,
}

impl Rates {
    /// The date that asks for a rate which holds whatever the date.
    pub(super) const WHENEVER: Day = Day(i32::MIN);

    /// The rate of a currency at a date: the newest on or before it.
    pub(super) fn at(&self, code: &str, date: Day) -> Option<Rate> {
        self.by.get(code)?.range(..=date).next_back().map(|(_, rate)| *rate)
    }

    /// Whether a rate of the currency is known at any date.
    pub(super) fn knows(&self, code: &str) -> bool {
        self.by.contains_key(code)
    }

    /// Whether there are no rates at all.
    pub(super) fn is_empty(&self) -> bool {
        self.by.is_empty()
    }
}

/// One row of a rate table.
struct Row {
    number: u64,
    code: String,
    from: Day,
    rate: Rate,
    to: Option<String>,
}

/// Reads the rate tables among the sheets and the rates of the settings, which come first.
pub(super) fn read(
    sheets: &mut [Sheet],
    config: &Config,
    options: &Options,
    loaded: &mut Loaded,
) -> Result<Rates> {
    let mut rows: Vec<(usize, Row)> = Vec::new();
    for (at, sheet) in sheets.iter_mut().enumerate() {
        if sheet.layout.table.code() != "rates" {
            continue;
        }
        let mut found = sheet_rows(sheet)?;
        if sheet.is_open(found.open) {
            loaded.diagnostics.extend(sheet.survey(true, options.threads)?);
            loaded.inputs[sheet.report].columns = sheet::columns(sheet);
            found = sheet_rows(sheet)?;
        }
        loaded.inputs[sheet.report].rows = found.count;
        loaded.diagnostics.merge(found.diagnostics);
        rows.extend(found.rows.into_iter().map(|row| (at, row)));
    }
    let targets: BTreeSet<&String> = rows.iter().filter_map(|(_, row)| row.to.as_ref()).collect();
    let to = if !config.currency.is_empty() {
        currency::code(&config.currency).into_owned()
    } else if let (Some(only), 1) = (targets.first(), targets.len()) {
        (*only).clone()
    } else {
        String::new()
    };
    let mut rates = Rates { to, by: BTreeMap::new() };
    let mut first_in: BTreeMap<(String, Day), u64> = BTreeMap::new();
    for (at, row) in rows {
        if row.to.as_ref().is_some_and(|to| *to != rates.to) {
            continue;
        }
        let of_currency = rates.by.entry(row.code.clone()).or_default();
        let first = *first_in.entry((row.code.clone(), row.from)).or_insert(row.number);
        let known = *of_currency.entry(row.from).or_insert(row.rate);
        if known != row.rate {
            loaded.diagnostics.push(
                Diagnostic::warning("duplicate-key", sheets[at].at(row.number, None))
                    .with("first", first)
                    .with_cell(format!("{} {}", row.code, row.from)),
            );
        }
    }
    for (name, rate) in &config.rate {
        if let Ok(Some(units)) = Rate::read(&Cell::Number(*rate), Reading::default()) {
            let fixed = BTreeMap::from([(Rates::WHENEVER, Rate { units, per: Money::SCALE })]);
            rates.by.insert(currency::code(name).into_owned(), fixed);
        }
    }
    Ok(rates)
}

struct Found {
    rows: Vec<Row>,
    count: u64,
    diagnostics: Diagnostics,
    open: bool,
}

fn sheet_rows(sheet: &Sheet) -> Result<Found> {
    let (layout, readings, origin) = (&sheet.layout, sheet.readings.as_slice(), &sheet.origin);
    let sinks = sheet.read(1, || Reader {
        layout,
        readings,
        origin,
        found: Found {
            rows: Vec::new(),
            count: 0,
            diagnostics: Diagnostics::default(),
            open: false,
        },
    })?;
    let mut all =
        Found { rows: Vec::new(), count: 0, diagnostics: Diagnostics::default(), open: false };
    for sink in sinks {
        all.rows.extend(sink.found.rows);
        all.count += sink.found.count;
        all.diagnostics.merge(sink.found.diagnostics);
        all.open |= sink.found.open;
    }
    Ok(all)
}

struct Reader<'a> {
    layout: &'a crate::schema::heading::Layout,
    readings: &'a [Reading],
    origin: &'a Origin,
    found: Found,
}

impl Reader<'_> {
    /// A cell as its kind, or nothing and a warning.
    fn cell<T>(
        &mut self,
        number: u64,
        cells: &[Cell<'_>],
        field: &'static str,
        read: impl FnOnce(&Cell<'_>, Reading) -> Result<Option<T>, Trouble>,
    ) -> Result<Option<T>, ()> {
        let Some((at, cell)) =
            self.layout.column_of(field).and_then(|at| Some((at, cells.get(at)?)))
        else {
            return Ok(None);
        };
        read(cell, self.readings[at]).map_err(|trouble| {
            self.found.open |=
                trouble == Trouble::Undecided || value::shown(cell).contains([',', '.']);
            let headings: Vec<String> =
                self.layout.columns.iter().map(|column| column.heading.clone()).collect();
            let origin = Origin {
                row: Some(number),
                column: Some(at),
                heading: headings.get(at).cloned(),
                ..self.origin.clone()
            };
            let cells: Vec<String> = cells.iter().map(value::shown).collect();
            let expected = if field == "date" { "date" } else { "number" };
            self.found.diagnostics.push(
                Diagnostic::warning("cell-not-used", origin)
                    .with("field", field)
                    .with("expected", expected)
                    .with_cell(value::shown(cell))
                    .with_excerpt(Excerpt::Record { headings, cells, at }),
            );
        })
    }
}

impl Aside for Reader<'_> {}

impl Account for Reader<'_> {
    fn remarks(&self) -> u64 {
        self.found.diagnostics.total()
    }

    fn left_out(&self) -> u64 {
        0
    }

    fn reason(&self) -> &'static str {
        ""
    }
}

impl RowSink for Reader<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        if !self.layout.holds(number) {
            return self.layout.beyond(number);
        }
        self.found.count += 1;
        if is_example(cells) {
            let origin = Origin { row: Some(number), ..self.origin.clone() };
            self.found.diagnostics.push(Diagnostic::notice("example-row", origin));
            return ControlFlow::Continue(());
        }
        let text = |field| self.layout.column_of(field).and_then(|at| value::text(cells.get(at)?));
        let code = text("currency").map(|name| currency::code(&name).into_owned());
        let to = text("to").map(|name| currency::code(&name).into_owned());
        let rate = self.cell(number, cells, "rate", Rate::read);
        let per = self.cell(number, cells, "per", |cell, reading| {
            value::exact(cell, reading).and_then(|per| match per {
                Some(per) if per.units <= 0 => Err(Trouble::Range),
                per => Ok(per.map(|per| per.units)),
            })
        });
        let from = self.cell(number, cells, "date", day::day);
        if let (Some(code), Ok(Some(units)), Ok(per), Ok(from)) = (code, rate, per, from) {
            let rate = Rate { units, per: per.unwrap_or(Money::SCALE) };
            let from = from.unwrap_or(Rates::WHENEVER);
            self.found.rows.push(Row { number, code, from, rate, to });
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str, per: i64) -> Rate {
        let units = Rate::read(&Cell::Text(text), Reading::default());
        Rate { units: units.expect("a number").expect("a rate"), per: per * Money::SCALE }
    }

    #[test]
    fn products_are_exact_and_rounded_once() {
        for (amount, text, per, converted) in [
            // 100.00 × 7.1234 = 712.34
            (1_000_000, "7.1234", 1, 7_123_400),
            // 0.0001 × 0.5 = 0.00005: half goes away from zero, on both sides
            (1, "0.5", 1, 1),
            (-1, "0.5", 1, -1),
            (1, "0.4999999999", 1, 0),
            // −33.33 × 7.15 = −238.3095
            (-333_300, "7.15", 1, -2_383_095),
            // 1,234,567 yen at 4.8235 for 100 = 59,549.339245, kept as 59,549.3392
            (12_345_670_000, "4.8235", 100, 595_493_392),
            // the same as a rate for one
            (12_345_670_000, "0.048235", 1, 595_493_392),
            // 1,000,000 dong at 0.000285714 = 285.714
            (10_000_000_000, "0.000285714", 1, 2_857_140),
        ] {
            assert_eq!(rate(text, per).of(Money(amount)), Money(converted), "{amount} {text}");
        }
        assert_eq!(rate("10000000", 1).of(Money(value::LARGEST)), Money(i64::MAX / 2));
        assert_eq!(rate("4.82", 100).to_string(), "4.82/100");
        assert_eq!(rate("0.000285714", 1).to_string(), "0.000285714");
    }

    #[test]
    fn rates_are_above_zero() {
        for text in ["0", "-7", "x"] {
            assert!(Rate::read(&Cell::Text(text), Reading::default()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_newest_rate_on_or_before_the_date_counts() {
        let days = [(10, "7"), (20, "8")].map(|(day, text)| (Day(day), rate(text, 1)));
        let rates =
            Rates { to: "CNY".to_owned(), by: BTreeMap::from([("USD".to_owned(), days.into())]) };
        for (day, found) in [(9, None), (10, Some("7")), (19, Some("7")), (20, Some("8"))] {
            assert_eq!(rates.at("USD", Day(day)).map(|rate| rate.to_string()).as_deref(), found);
        }
        assert_eq!(rates.at("EUR", Day(20)), None);
    }
}
