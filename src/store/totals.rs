//! Total rows: left out, and used to check the rows above them: those since the last total, since the last one with the
//! same label, of the group, of the whole sheet, or the totals so far.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::shaped::Aside;
use super::sheet::Sheet;
use super::types::{Nature, Types};
use crate::diagnostic::Diagnostic;
use crate::error::Result;
use crate::money::Money;
use crate::schema::example::is_example;
use crate::schema::heading::Layout;
use crate::schema::value::{self, Reading};
use crate::schema::{day, total};
use crate::source::{Cell, RowSink};

/// Compares total rows with the rows above them: since the last total, since the beginning, or the totals so far.
pub(super) fn check(
    sheet: &Sheet,
    totals: &BTreeMap<u64, Option<Money>>,
    returns: &[String],
) -> Result<Vec<Diagnostic>> {
    let Some(amount) = sheet.layout.column_of("amount").filter(|_| !totals.is_empty()) else {
        return Ok(Vec::new());
    };
    let date = sheet.layout.column_of("date");
    // Where returns have no minus sign, the total may have been computed with it.
    let kind = sheet.layout.column_of("kind").filter(|_| sheet.unsigned_returns);
    let (layout, readings) = (&sheet.layout, sheet.readings.as_slice());
    let sinks = sheet.pass(1, || Sums {
        layout,
        readings,
        amount,
        date,
        totals,
        kind,
        returns,
        types: Types::default(),
        all: [Money::ZERO; 2],
        last: [Money::ZERO; 2],
        marks: BTreeMap::new(),
        groups: Vec::new(),
        subtotals: Money::ZERO,
        wrong: Vec::new(),
    })?;
    let wrong = sinks.into_iter().flat_map(|sink| sink.wrong).map(|(row, stated, sum)| {
        Diagnostic::warning("total-mismatch", sheet.at(row, Some(amount)))
            .with("stated", stated)
            .with("sum", sum)
            .with("difference", stated - sum)
    });
    Ok(wrong.collect())
}

struct Sums<'a> {
    layout: &'a Layout,
    readings: &'a [Reading],
    amount: usize,
    date: Option<usize>,
    totals: &'a BTreeMap<u64, Option<Money>>,
    kind: Option<usize>,
    returns: &'a [String],
    types: Types,
    /// All rows so far: as given, and with the signs that count.
    all: [Money; 2],
    /// The same where the last total stood,
    last: [Money; 2],
    /// where the last total with the same label stood, as subtotals have one and totals of several of them another,
    marks: BTreeMap<String, [Money; 2]>,
    /// and where the groups began that are open.
    groups: Vec<[Money; 2]>,
    /// The sum of the totals.
    subtotals: Money,
    wrong: Vec<(u64, Money, Money)>,
}

impl Aside for Sums<'_> {
    fn set_aside(&mut self, _number: u64, _cells: &[Cell<'_>]) {
        self.groups.push(self.all);
    }
}

impl Sums<'_> {
    /// Compares a total with what it may be the sum of.
    fn compare(&mut self, number: u64, cells: &[Cell<'_>], stated: Option<Money>) {
        let label = cells.iter().filter_map(value::text).find(|text| total::is_total(text));
        let label = label.map(|label| label.split_whitespace().collect()).unwrap_or_default();
        if let Some(stated) = stated {
            // Totals are shown with two decimals where lines may have four.
            let near = |sum: Money| (stated - sum).abs() <= Money(100);
            let since = |mark: &[Money; 2]| (0..2).any(|at| near(self.all[at] - mark[at]));
            let group = self.groups.iter().rposition(since);
            let known = since(&self.last)
                || since(&[Money::ZERO; 2])
                || near(self.subtotals)
                || group.is_some()
                || self.marks.get(&label).is_some_and(since);
            if let Some(group) = group {
                self.groups.truncate(group);
            }
            if !known {
                let sum = self.all[1] - self.last[1];
                let sum = if sum == Money::ZERO { self.all[1] } else { sum };
                self.wrong.push((number, stated, sum));
            }
            self.subtotals += stated;
        }
        self.last = self.all;
        self.marks.insert(label, self.all);
    }
}

impl RowSink for Sums<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        if !self.layout.holds(number) {
            return self.layout.beyond(number);
        }
        if is_example(cells) {
            return ControlFlow::Continue(());
        }
        if let Some(stated) = self.totals.get(&number) {
            self.compare(number, cells, *stated);
            return ControlFlow::Continue(());
        }
        let blank = Cell::Blank;
        let dated = self.date.is_none_or(|at| {
            matches!(day::day(cells.get(at).unwrap_or(&blank), self.readings[at]), Ok(Some(_)))
        });
        let amount =
            value::exact(cells.get(self.amount).unwrap_or(&blank), self.readings[self.amount]);
        if let (true, Ok(Some(amount))) = (dated, amount) {
            let amount = Money(amount.units);
            let kind = self.kind.and_then(|at| cells.get(at));
            let returned = kind.is_some_and(|cell| {
                amount > Money::ZERO && self.types.of(cell, self.returns, &[]) == Nature::Return
            });
            for (at, amount) in
                [amount, if returned { -amount } else { amount }].into_iter().enumerate()
            {
                self.all[at] += amount;
            }
        }
        ControlFlow::Continue(())
    }
}
