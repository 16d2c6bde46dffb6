//! Amounts of side tables that name their currency, and how they become amounts of the review.
//!
//! Each is converted at the date of its own row, as transactions are. What has no date, as the yearly demand of a
//! client, needs a rate that holds whatever the date. Where there is no rate, the amount is not used.

use std::collections::BTreeMap;

use super::rows::Row;
use super::{At, Side};
use crate::diagnostic::{Diagnostic, Origin};
use crate::money::Money;
use crate::period::Day;
use crate::schema::currency;
use crate::store::Loaded;
use crate::store::rates::{Rate, Rates};

/// An amount that names its currency: the last row of its table at the time, and its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    table: &'static str,
    row: usize,
    field: &'static str,
    code: String,
    at: At,
}

/// What the amounts of one table in one currency come to.
#[derive(Debug, Default)]
struct Tally {
    rows: u64,
    given: Money,
    converted: Money,
    rates: Option<(Rate, Rate)>,
    /// Amounts without a rate, their sum, the first date that lacks one, and the first place.
    without: u64,
    sum: Money,
    date: Option<Day>,
    first: Option<At>,
}

impl Tally {
    fn convert(&mut self, given: Money, rate: Rate) -> Money {
        let converted = rate.of(given);
        self.rows += 1;
        self.given += given;
        self.converted += converted;
        self.rates = Some(match self.rates {
            Some((low, high)) => Rate::range(low, high, (rate, rate)),
            None => (rate, rate),
        });
        converted
    }

    fn leave_out(&mut self, given: Money, date: Option<Day>, at: At) {
        self.without += 1;
        self.sum += given;
        self.date = match (self.date, date) {
            (Some(known), Some(date)) => Some(known.min(date)),
            (known, date) => known.or(date),
        };
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
    }
}

impl Side {
    /// Notes the amounts that the row added last says are in a currency.
    pub(super) fn note_currencies(&mut self, table: &'static str, row: Row, at: At) {
        let rows = match table {
            "clients" => self.clients.len(),
            "contracts" => self.relations.contracts.len(),
            "opportunities" => self.relations.opportunities.len(),
            "receivables" => self.relations.receivables.len(),
            _ => return,
        };
        if rows > 0 {
            let noted = row.named.into_iter();
            self.foreign.extend(noted.map(|(field, code)| Foreign {
                table,
                row: rows - 1,
                field,
                code,
                at,
            }));
        }
    }

    /// Forgets what was noted of a row that was taken back.
    pub(super) fn forget(&mut self, at: At) {
        while self.foreign.last().is_some_and(|last| last.at == at) {
            self.foreign.pop();
        }
    }

    /// An amount, and the day that its rate is of.
    fn amount(&mut self, of: &Foreign) -> Option<(&mut Option<Money>, Option<Day>)> {
        match (of.table, of.field) {
            ("clients", _) => {
                Some((&mut self.clients.get_mut(of.row)?.rated.annual_potential, None))
            }
            ("contracts", _) => {
                let row = self.relations.contracts.get_mut(of.row)?;
                Some((&mut row.amount, row.signed.or(row.start)))
            }
            ("opportunities", _) => {
                let row = self.relations.opportunities.get_mut(of.row)?;
                Some((&mut row.amount, row.expected_close.or(row.created)))
            }
            (_, field) => {
                let row = self.relations.receivables.get_mut(of.row)?;
                let date = Some(row.issued.unwrap_or(row.due));
                match field {
                    "amount" => Some((&mut row.amount, date)),
                    "received" => Some((&mut row.received, date)),
                    _ => Some((&mut row.outstanding, date)),
                }
            }
        }
    }

    /// Turns the amounts into those of the review, once its currency is known, and says what was done.
    pub(in crate::store) fn convert(&mut self, rates: &Rates, loaded: &mut Loaded) {
        let mut foreign = std::mem::take(&mut self.foreign);
        // A bare `$` is the dollar of the review, where that is one.
        if let Some(to) = loaded.currency.as_deref().filter(|to| currency::is_dollar(to)) {
            for of in foreign.iter_mut().filter(|of| of.code == "$") {
                to.clone_into(&mut of.code);
            }
        }
        let to = match &loaded.currency {
            Some(to) => Some(to.clone()),
            // Nobody says which currency the review is in: a single one is taken to be that, several are not added up.
            None => foreign
                .first()
                .map(|of| &of.code)
                .cloned()
                .filter(|first| foreign.iter().all(|of| of.code == *first)),
        };
        let mut tallies: BTreeMap<(&'static str, String), Tally> = BTreeMap::new();
        for of in foreign.into_iter().filter(|of| Some(&of.code) != to.as_ref()) {
            let Some((amount, date)) = self.amount(&of) else {
                continue;
            };
            let Some(given) = *amount else {
                continue;
            };
            let rate = (to.as_ref() == Some(&rates.to))
                .then(|| rates.at(&of.code, date.unwrap_or(Rates::WHENEVER)))
                .flatten();
            let tally = tallies.entry((of.table, of.code)).or_default();
            *amount = rate.map(|rate| tally.convert(given, rate));
            if rate.is_none() {
                tally.leave_out(given, date, of.at);
            }
        }
        for ((table, code), tally) in tallies {
            self.report(table, &code, &tally, to.as_deref(), loaded);
        }
    }

    fn report(
        &self,
        table: &'static str,
        code: &str,
        tally: &Tally,
        to: Option<&str>,
        loaded: &mut Loaded,
    ) {
        if let (Some((low, high)), Some(to)) = (tally.rates, to) {
            let notice = Diagnostic::notice("amount-converted", Origin::default())
                .with_cell(code)
                .with("table", table)
                .with("to", to)
                .with("amounts", tally.rows)
                .with("amount", tally.given)
                .with("converted", tally.converted)
                .with("low", low.to_string());
            let several = low != high;
            loaded.diagnostics.push(if several {
                notice.with("high", high.to_string())
            } else {
                notice
            });
        }
        if let Some(first) = tally.first {
            let mut warning = Diagnostic::warning("amount-not-used", self.relations.origin(first))
                .with_cell(code)
                .with("table", table)
                .with("amounts", tally.without)
                .with("amount", tally.sum);
            if let Some(to) = to {
                warning = warning.with("to", to);
                if let Some(date) = tally.date {
                    warning = warning.with("date", date);
                }
            }
            loaded.diagnostics.push(warning);
        }
    }
}
