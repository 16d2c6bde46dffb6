//! What the cells of a column are, counted in one pass over a sheet.
//!
//! Nothing is assumed about what a column means: each cell is tried as a date and as a number, and what succeeds is
//! counted. Memory is bounded per column whatever the file holds, and profiles of several threads add up to the same
//! figures in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::ControlFlow;

use crate::period::Day;
use crate::schema::column::Evidence;
use crate::schema::example::is_example;
use crate::schema::heading::{Layout, UserColumns};
use crate::schema::regions::next_headings;
use crate::schema::value::{self, DateOrder, Reading, Trouble};
use crate::schema::{Kind, currency, day};
use crate::source::{Cell, RowSink};

/// Different values of a column that are kept with their counts.
const VALUES: usize = 24;
/// Longer texts are no values of a list.
const LONGEST_VALUE: usize = 60;
/// Hashes of different values that are kept.
const SKETCH: usize = 1024;

/// Some days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) count: u64,
    pub(super) first: Option<Day>,
    pub(super) last: Option<Day>,
    /// The last that is not in the future.
    pub(super) last_known: Option<Day>,
}

impl Days {
    fn day(&mut self, day: Day, today: Day) {
        let known = (day <= today).then_some(day);
        self.add(Self { count: 1, first: Some(day), last: Some(day), last_known: known });
    }

    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.first = match (self.first, other.first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.last = self.last.max(other.last);
        self.last_known = self.last_known.max(other.last_known);
    }
}

/// Numbers read in one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts {
    pub(super) count: u64,
    /// Their sum in 10⁻⁴.
    pub(super) sum: i128,
    /// How many have decimals.
    pub(super) fractions: u64,
}

impl Amounts {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.fractions += other.fractions;
    }
}

/// The different values of a column: exact while they are few, else estimated from the smallest of their hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sketch {
    hashes: BTreeSet<u64>,
    /// Whether hashes above the largest kept were dropped.
    cut: bool,
}

impl Sketch {
    fn value(&mut self, text: &str) {
        let mut hasher = DefaultHasher::new();
        text.trim().hash(&mut hasher);
        self.hash(hasher.finish());
    }

    fn hash(&mut self, hash: u64) {
        if self.cut && self.hashes.last().is_some_and(|last| hash > *last) {
            return;
        }
        self.hashes.insert(hash);
        if self.hashes.len() > SKETCH {
            self.hashes.pop_last();
            self.cut = true;
        }
    }

    fn add(&mut self, other: Self) {
        let limit = |sketch: &Self| {
            if sketch.cut { sketch.hashes.last().copied() } else { None }
        };
        let limit = match (limit(self), limit(&other)) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.cut |= other.cut;
        self.hashes.extend(other.hashes);
        self.hashes.retain(|hash| limit.is_none_or(|limit| *hash <= limit));
        while self.hashes.len() > SKETCH {
            self.hashes.pop_last();
            self.cut = true;
        }
    }

    /// How many different values, and whether that is exact.
    pub(super) fn different(&self) -> (u64, bool) {
        let kept = self.hashes.len();
        match self.hashes.last() {
            Some(last) if self.cut => {
                let share = (*last as f64 / u64::MAX as f64).max(f64::MIN_POSITIVE);
                (((kept - 1) as f64 / share).round() as u64, false)
            }
            _ => (kept as u64, true),
        }
    }

    /// Of the different values that can be compared, how many are among the other column's: (found, compared).
    pub(super) fn among(&self, other: &Self) -> (u64, u64) {
        let limit = |sketch: &Self| {
            if sketch.cut { sketch.hashes.last().copied().unwrap_or(0) } else { u64::MAX }
        };
        let limit = limit(self).min(limit(other));
        let mine = || self.hashes.iter().filter(|hash| **hash <= limit);
        let found = mine().filter(|hash| other.hashes.contains(hash)).count();
        (found as u64, mine().count() as u64)
    }
}

/// What the cells of one column are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Profile {
    /// Cells with something in them.
    pub(super) filled: u64,
    /// Dates that need no decision.
    pub(super) dates: Days,
    /// Dates that could be either way round, with the day first and with the month first.
    pub(super) undecided: [Days; 2],
    /// Dates that are no plain numbers.
    pub(super) clear_dates: u64,
    /// Numbers with a decimal point, and with a decimal comma.
    pub(super) amounts: [Amounts; 2],
    /// Shares and plain numbers.
    pub(super) numbers: u64,
    pub(super) least: Option<f64>,
    pub(super) most: Option<f64>,
    /// What settles the order of day and month, and the decimal mark.
    pub(super) evidence: Evidence,
    /// The first cell by row.
    pub(super) first: Option<(u64, String)>,
    /// The values and how often each occurs, while they are few.
    values: BTreeMap<String, u64>,
    many: bool,
    pub(super) sketch: Sketch,
    /// Currencies that cells name beside their number.
    pub(super) currencies: BTreeMap<&'static str, u64>,
}

impl Profile {
    fn cell(&mut self, row: u64, cell: &Cell<'_>, today: Day) {
        let Some(text) = value::text(cell) else {
            return;
        };
        self.filled += 1;
        if self.first.as_ref().is_none_or(|(first, _)| row < *first) {
            self.first = Some((row, text.to_string()));
        }
        self.sketch.value(&text);
        self.value(&text);
        // Words need not be tried as dates and numbers.
        if matches!(cell, Cell::Text(_) | Cell::Doubled(_)) && !text.contains(char::is_numeric) {
            return;
        }
        if self.date(cell, &text, today) {
            return;
        }
        self.evidence.observe(Kind::Money, cell);
        self.amount(cell, &text);
        if let Ok(Some(number)) = value::number(cell, Reading::default()) {
            self.numbers += 1;
            self.least = Some(self.least.map_or(number, |least| least.min(number)));
            self.most = Some(self.most.map_or(number, |most| most.max(number)));
        }
        if let Cell::Text(text) = cell
            && text.bytes().any(|byte| byte.is_ascii_digit())
            && let Some(code) = currency::of_amount(text)
        {
            *self.currencies.entry(code).or_default() += 1;
        }
    }

    fn amount(&mut self, cell: &Cell<'_>, text: &str) {
        let read = |decimal_comma| {
            let reading = Reading { decimal_comma, ..Reading::default() };
            value::exact(cell, reading).ok().flatten()
        };
        let point = read(false);
        // A mark that can only be a decimal point leaves nothing to read with a comma.
        let typed = !matches!(cell, Cell::Text(_) | Cell::Doubled(_));
        let comma = match text.rfind('.') {
            _ if typed => point,
            _ if text.contains([',', '\u{ff0c}']) => read(true),
            Some(at) if text.len() == at + 4 => read(true),
            Some(_) => None,
            None => point,
        };
        for (exact, amounts) in [point, comma].into_iter().zip(&mut self.amounts) {
            if let Some(exact) = exact {
                let fractions = u64::from(exact.units % 10_000 != 0);
                amounts.add(Amounts { count: 1, sum: i128::from(exact.units), fractions });
            }
        }
    }

    fn value(&mut self, text: &str) {
        if self.many {
            return;
        }
        if let Some(count) = self.values.get_mut(text) {
            *count += 1;
        } else if text.len() > LONGEST_VALUE || self.values.len() == VALUES {
            self.overflow();
        } else {
            self.values.insert(text.to_owned(), 1);
        }
    }

    /// Takes a date into account; whether the cell can be nothing else.
    fn date(&mut self, cell: &Cell<'_>, text: &str, today: Day) -> bool {
        match day::day(cell, Reading::default()) {
            Ok(Some(day)) => {
                self.dates.day(day, today);
                let plain_number = !matches!(cell, Cell::Date(..))
                    && text.trim().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
                    && text.matches('.').count() <= 1;
                // Twenty million and something may be an amount, but a column of nothing but dates is none.
                let clear = !plain_number || text.trim().len() == 8;
                self.clear_dates += u64::from(clear);
                // Dates that begin with the year say nothing about the order of day and month.
                let year_first = text.len() == 10 && text.as_bytes()[4].is_ascii_punctuation();
                if !year_first {
                    self.evidence.observe(Kind::Date, cell);
                }
                !plain_number
            }
            Err(Trouble::Undecided) => {
                self.evidence.observe(Kind::Date, cell);
                for (order, days) in
                    [DateOrder::Dmy, DateOrder::Mdy].into_iter().zip(&mut self.undecided)
                {
                    let reading = Reading { date_order: Some(order), ..Reading::default() };
                    if let Ok(Some(day)) = day::day(cell, reading) {
                        days.day(day, today);
                    }
                }
                self.clear_dates += 1;
                true
            }
            Ok(None) | Err(_) => false,
        }
    }

    fn overflow(&mut self) {
        self.many = true;
        self.values = BTreeMap::new();
    }

    /// The values and how often each occurs; `None` when there are many.
    pub(super) fn values(&self) -> Option<&BTreeMap<String, u64>> {
        (!self.many && !self.values.is_empty()).then_some(&self.values)
    }

    /// All dates, those that need a decision read in this order.
    pub(super) fn days(&self, order: Option<DateOrder>) -> Days {
        let mut days = self.dates;
        match order {
            Some(DateOrder::Mdy) => days.add(self.undecided[1]),
            _ => days.add(self.undecided[0]),
        }
        days
    }

    fn add(&mut self, other: Self) {
        self.filled += other.filled;
        self.dates.add(other.dates);
        self.clear_dates += other.clear_dates;
        for (days, theirs) in self.undecided.iter_mut().zip(other.undecided) {
            days.add(theirs);
        }
        for (amounts, theirs) in self.amounts.iter_mut().zip(other.amounts) {
            amounts.add(theirs);
        }
        self.numbers += other.numbers;
        self.least = [self.least, other.least].into_iter().flatten().reduce(f64::min);
        self.most = [self.most, other.most].into_iter().flatten().reduce(f64::max);
        self.evidence.add(&other.evidence);
        self.first = match (self.first.take(), other.first) {
            (Some(a), Some(b)) => Some(if a.0 <= b.0 { a } else { b }),
            (a, b) => a.or(b),
        };
        if self.many || other.many {
            self.overflow();
        } else {
            for (value, count) in other.values {
                *self.values.entry(value).or_default() += count;
            }
            if self.values.len() > VALUES {
                self.overflow();
            }
        }
        self.sketch.add(other.sketch);
        for (code, count) in other.currencies {
            *self.currencies.entry(code).or_default() += count;
        }
    }
}

/// Profiles of all columns of a sheet.
pub(super) struct Profiler<'a> {
    header_row: u64,
    /// Where something else begins on the sheet.
    end: Option<u64>,
    today: Day,
    /// Headings of other tables are looked out for: the user's own, and the table at hand.
    watch: Option<(&'a UserColumns, &'a Layout)>,
    /// The first and the last of the lone texts right above: they may be the titles of what follows.
    titles: Option<(u64, u64)>,
    /// The row at which another table begins.
    pub(super) next_table: Option<u64>,
    rows: u64,
    columns: Vec<Profile>,
}

impl<'a> Profiler<'a> {
    /// Looks at the rows between the headings and what follows the table, as many columns as there are headings.
    pub(super) fn new(
        (header_row, end): (u64, Option<u64>),
        columns: usize,
        today: Day,
        watch: Option<(&'a UserColumns, &'a Layout)>,
    ) -> Self {
        Self {
            header_row,
            end,
            today,
            watch,
            titles: None,
            next_table: None,
            rows: 0,
            columns: vec![Profile::default(); columns],
        }
    }

    /// Whether a row is the headings of another table, which then begins with the titles above them.
    fn is_next_table(&mut self, number: u64, cells: &[Cell<'_>]) -> bool {
        let titles = self.titles.filter(|(_, last)| number - last <= 2);
        if cells.iter().filter(|cell| **cell != Cell::Blank).count() <= 1 {
            self.titles = Some((titles.map_or(number, |(first, _)| first), number));
            return false;
        }
        let found = self
            .watch
            .is_some_and(|(user, layout)| next_headings(number, cells, user, layout).is_some());
        if found {
            self.next_table = Some(titles.map_or(number, |(first, _)| first));
        }
        found
    }

    /// What several threads saw together: rows and columns.
    pub(super) fn together(all: Vec<Self>) -> (u64, Vec<Profile>) {
        let mut all = all.into_iter();
        let Some(mut sum) = all.next() else {
            return (0, Vec::new());
        };
        for other in all {
            sum.rows += other.rows;
            for (column, theirs) in sum.columns.iter_mut().zip(other.columns) {
                column.add(theirs);
            }
        }
        (sum.rows, sum.columns)
    }
}

impl RowSink for Profiler<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        if self.end.is_some_and(|end| number >= end) {
            return ControlFlow::Break(());
        }
        if number > self.header_row && self.is_next_table(number, cells) {
            return ControlFlow::Break(());
        }
        if number > self.header_row && !is_example(cells) {
            self.rows += 1;
            for (column, cell) in self.columns.iter_mut().zip(cells) {
                column.cell(number, cell, self.today);
            }
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiled(cells: &[&str]) -> Profile {
        let mut profile = Profile::default();
        let today = Day::parse_iso("2026-11-22").expect("a day");
        for (row, cell) in cells.iter().enumerate() {
            profile.cell(row as u64 + 2, &Cell::Text(cell), today);
        }
        profile
    }

    #[test]
    fn counts_what_cells_are() {
        let profile = profiled(&["2026-01-05", "03/04/2026", "-", "TBD", "2027-01-01"]);
        assert_eq!((profile.filled, profile.clear_dates), (4, 3));
        let days = profile.days(Some(DateOrder::Dmy));
        assert_eq!(days.first.map(|day| day.to_string()).as_deref(), Some("2026-01-05"));
        assert_eq!(days.last.map(|day| day.to_string()).as_deref(), Some("2027-01-01"));
        assert_eq!(days.last_known.map(|day| day.to_string()).as_deref(), Some("2026-04-03"));
        let days = profile.days(Some(DateOrder::Mdy));
        assert_eq!(days.last_known.map(|day| day.to_string()).as_deref(), Some("2026-03-04"));
        let profile = profiled(&["1,200.50", "USD 3", "12.5万", "x"]);
        assert_eq!((profile.filled, profile.amounts[0].count), (4, 3));
        assert_eq!(profile.amounts[0].sum, 1_262_035_000);
        assert_eq!(profile.currencies.get("USD"), Some(&1));
        let amounts = profiled(&["45000", "120000", "2025.11"]);
        assert_eq!((amounts.clear_dates, amounts.amounts[0].count), (0, 3), "amounts are no dates");
        assert_eq!(profiled(&["1.234,50", "1.234"]).amounts.map(|read| read.count), [1, 2]);
    }

    #[test]
    fn parts_add_up_in_any_order() {
        let cells: Vec<String> = (0..5000).map(|n| format!("{}", n * 7919 % 3001)).collect();
        let parts: Vec<Profile> = cells
            .chunks(611)
            .map(|part| profiled(&part.iter().map(String::as_str).collect::<Vec<_>>()))
            .collect();
        let sum = |order: &mut dyn Iterator<Item = &Profile>| {
            order.fold(Profile::default(), |mut all, part| {
                all.add(part.clone());
                all
            })
        };
        let forwards = sum(&mut parts.iter());
        let mut backwards = sum(&mut parts.iter().rev());
        // Every part begins with the same row here.
        backwards.first.clone_from(&forwards.first);
        assert!(forwards == backwards);
        let (different, exact) = forwards.sketch.different();
        assert!(!exact && different.abs_diff(3001) < 300, "{different}");
        let own = forwards.sketch.among(&forwards.sketch);
        assert_eq!(own, (SKETCH as u64, SKETCH as u64));
        assert!(forwards.values().is_none());
    }

    #[test]
    fn joins_are_counted_over_different_values() {
        let (a, b) = (profiled(&["C1", "C2", "C2", "C9"]), profiled(&["C1", "C2", "C3"]));
        assert_eq!(a.sketch.among(&b.sketch), (2, 3));
        assert_eq!(a.values().map(BTreeMap::len), Some(3));
    }
}
