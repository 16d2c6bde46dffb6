//! Total rows: left out, and used to check the rows above them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::shaped::Aside;
use super::sheet::Sheet;
use super::types::{Nature, Types};
use crate::diagnostic::Diagnostic;
use crate::error::Result;
use crate::money::Money;
use crate::schema::day;
use crate::schema::example::is_example;
use crate::schema::heading::Layout;
use crate::schema::value::{self, Reading};
use crate::source::{Cell, RowSink};

/// Totals that may be parts of a total above them.
const PARTS: usize = 1000;

/// Compares total rows with the rows above them: since the last total, since the beginning, the totals so far, or the last
/// few of them, which are parts of it.
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
        groups: Vec::new(),
        subtotals: Money::ZERO,
        parts: Vec::new(),
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
    /// The same where the last total stood.
    last: [Money; 2],
    /// The same where the groups began that are open, and how many parts there were.
    groups: Vec<([Money; 2], usize)>,
    /// The sum of the totals.
    subtotals: Money,
    /// Totals that are no part of another one yet.
    parts: Vec<Money>,
    wrong: Vec<(u64, Money, Money)>,
}

impl Aside for Sums<'_> {
    fn set_aside(&mut self, _number: u64, _cells: &[Cell<'_>]) {
        self.groups.push((self.all, self.parts.len()));
    }
}

impl Sums<'_> {
    /// Compares a total with what it may be the sum of.
    fn compare(&mut self, number: u64, stated: Option<Money>) {
        if let Some(stated) = stated {
            // Totals are shown with two decimals where lines may have four.
            let near = |sum: Money| (stated - sum).abs() <= Money(100);
            let own = [0, 1].map(|at| self.all[at] - self.last[at]);
            let group = self
                .groups
                .iter()
                .rposition(|(mark, _)| (0..2).any(|at| near(self.all[at] - mark[at])));
            if let Some(group) = group {
                self.parts.truncate(self.groups[group].1);
                self.groups.truncate(group);
            } else if let Some(parts) = own.into_iter().find_map(|own| self.parts_of(own, near)) {
                self.parts.truncate(self.parts.len() - parts);
            } else if ![self.all[0], self.all[1], self.subtotals].into_iter().any(near) {
                let sum = if own[1] == Money::ZERO { self.all[1] } else { own[1] };
                self.wrong.push((number, stated, sum));
            }
            self.subtotals += stated;
            self.parts.push(stated);
        }
        self.last = self.all;
    }

    /// How many of the last totals are parts of one: with the rows since them they add up to it.
    fn parts_of(&self, own: Money, near: impl Fn(Money) -> bool) -> Option<usize> {
        let mut sum = own;
        if near(sum) {
            return Some(0);
        }
        self.parts
            .iter()
            .rev()
            .take(PARTS)
            .position(|part| {
                sum += *part;
                near(sum)
            })
            .map(|at| at + 1)
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
            self.compare(number, *stated);
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
