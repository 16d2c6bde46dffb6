//! The currencies of the transactions: one per review, unless rates turn the others into it.

use std::collections::BTreeMap;

use super::rates::{Rate, Rates};
use super::{InCurrency, Loaded};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::period::Day;
use crate::schema::currency;

/// Blank cells whose rows a message names.
const ROWS_NAMED: usize = 5;

/// What the rows of one currency amount to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub rows: u64,
    /// As given.
    pub amount: Money,
    /// In the currency of the review.
    pub converted: Money,
    /// The lowest and the highest rate.
    pub rates: Option<(Rate, Rate)>,
    /// Rows without a rate, and the first date of them.
    pub without: Option<(u64, Day)>,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.amount += other.amount;
        self.converted += other.converted;
        self.rates = match (self.rates, other.rates) {
            (Some((low, high)), Some(next)) => Some(Rate::range(low, high, next)),
            (mine, theirs) => mine.or(theirs),
        };
        self.without = match (self.without, other.without) {
            (Some((rows, first)), Some((more, date))) => Some((rows + more, first.min(date))),
            (mine, theirs) => mine.or(theirs),
        };
    }
}

/// The currencies that rows of one thread name, in the order in which they turn up.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub by: Vec<(String, Tally)>,
    /// The last name as written, and its place: rows with the same currency follow each other.
    last: Option<(String, usize)>,
    /// Rows whose cell in the column of currencies is blank, and the first of them.
    pub blank: Tally,
    pub blank_rows: Vec<u64>,
}

impl Named {
    /// The place of a currency. Amounts in `$` are in the currency of the review where that is some dollar.
    #[inline]
    pub(super) fn place(&mut self, name: &str, to: Option<&str>) -> usize {
        if let Some((last, at)) = &self.last
            && last == name
        {
            return *at;
        }
        let code = currency::code(name);
        let code = match to {
            Some(to) if code == "$" && currency::is_dollar(to) => to,
            _ => code.as_ref(),
        };
        let at = self.by.iter().position(|(known, _)| known == code).unwrap_or_else(|| {
            self.by.push((code.to_owned(), Tally::default()));
            self.by.len() - 1
        });
        self.last = Some((name.to_owned(), at));
        at
    }

    /// Counts a row of the currency at this place: its amount as given, and in the currency of the review.
    pub(super) fn count(
        &mut self,
        at: usize,
        given: Money,
        amount: Money,
        exchange: Exchange,
        date: Day,
    ) {
        let tally = &mut self.by[at].1;
        let (rates, without) = match exchange {
            Exchange::None => (None, None),
            Exchange::At(rate) => (Some((rate, rate)), None),
            Exchange::Missing => (None, Some((1, date))),
        };
        tally.add(&Tally { rows: 1, amount: given, converted: amount, rates, without });
    }

    /// Counts a row that names no currency although its sheet has a column for it.
    pub(super) fn count_blank(&mut self, row: u64, amount: Money) {
        self.blank.rows += 1;
        self.blank.amount += amount;
        if self.blank_rows.len() < ROWS_NAMED {
            self.blank_rows.push(row);
        }
    }
}

/// How the amounts of a row become amounts of the review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Exchange {
    /// They are in its currency, as far as anyone says.
    #[default]
    None,
    /// At this rate.
    At(Rate),
    /// There is no rate.
    Missing,
}

impl Exchange {
    /// An amount of the row in the currency of the review.
    #[inline]
    pub(super) fn of(self, amount: Money) -> Money {
        if let Self::At(rate) = self { rate.of(amount) } else { amount }
    }
}

/// The currencies of all sheets.
#[derive(Debug, Default)]
pub(super) struct Currencies {
    by: BTreeMap<String, Tally>,
    /// Rows whose cell in a column of currencies is blank: how many, their amount, where the first ones are.
    blank: u64,
    blank_amount: Money,
    blank_rows: Vec<String>,
    /// The heading of such a column.
    heading: Option<String>,
}

impl Currencies {
    /// Adds those of another sheet.
    pub(super) fn add_all(&mut self, other: Self) {
        for (code, tally) in other.by {
            self.add(code, &tally);
        }
        self.blank += other.blank;
        self.blank_amount += other.blank_amount;
        self.blank_rows.extend(other.blank_rows);
        self.blank_rows.truncate(ROWS_NAMED);
        self.heading = self.heading.take().or(other.heading);
    }

    /// Adds the rows of a sheet that name a currency.
    pub(super) fn add(&mut self, code: String, tally: &Tally) {
        self.by.entry(code).or_default().add(tally);
    }

    /// Adds the rows of a sheet whose cell in the column of currencies is blank.
    pub(super) fn add_blank(&mut self, origin: &Origin, tally: &Tally, rows: &[u64]) {
        self.blank += tally.rows;
        self.blank_amount += tally.amount;
        for row in rows.iter().take(ROWS_NAMED.saturating_sub(self.blank_rows.len())) {
            self.blank_rows.push(format!("{}:{row}", origin.file));
        }
    }

    /// Notes the heading of a column of currencies.
    pub(super) fn under(&mut self, heading: &str) {
        self.heading.get_or_insert_with(|| heading.to_owned());
    }

    /// The currency of the review, once all rows have been read; says what was converted.
    pub(super) fn settle(&self, rates: &Rates, loaded: &mut Loaded) -> Result<Option<String>> {
        if rates.to.is_empty() {
            return self.only(rates);
        }
        let problems: Vec<Diagnostic> = self
            .by
            .iter()
            .filter_map(|(code, tally)| {
                let (rows, date) = tally.without?;
                let missing = Diagnostic::error("missing-rate", Origin::default())
                    .with_cell(code.as_str())
                    .with("to", rates.to.as_str())
                    .with("rows", rows);
                Some(if rates.knows(code) { missing.with("date", date) } else { missing })
            })
            .collect();
        if !problems.is_empty() {
            return Err(Error { diagnostics: problems });
        }
        for (code, tally) in &self.by {
            let converted =
                InCurrency { rows: tally.rows, amount: tally.amount, converted: tally.converted };
            let Some((low, high)) = tally.rates else {
                continue;
            };
            loaded.control.currencies.insert(code.clone(), converted);
            let notice = Diagnostic::notice("currency-converted", Origin::default())
                .with_cell(code.as_str())
                .with("to", rates.to.as_str())
                .with("rows", tally.rows)
                .with("amount", tally.amount)
                .with("converted", tally.converted)
                .with("low", low.to_string());
            let several = low != high;
            loaded.diagnostics.push(if several {
                notice.with("high", high.to_string())
            } else {
                notice
            });
        }
        Ok(Some(rates.to.clone()))
    }

    /// The one currency that rows name, where nothing says which is the one of the review.
    fn only(&self, rates: &Rates) -> Result<Option<String>> {
        if self.by.len() < 2 && (self.by.is_empty() || self.blank == 0) {
            return Ok(self.by.keys().next().cloned());
        }
        let mut largest: Vec<(&String, &Tally)> = self.by.iter().collect();
        largest.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.amount.abs()));
        let mut amounts: Vec<String> =
            largest.iter().map(|(code, tally)| format!("{code} {}", tally.amount)).collect();
        let mut rows: Vec<String> =
            largest.iter().map(|(code, tally)| format!("{code} {}", tally.rows)).collect();
        if self.blank > 0 {
            amounts.push(format!("? {}", self.blank_amount));
            rows.push(format!("? {}", self.blank));
        }
        let mut mix = Diagnostic::error("currency-mix", Origin::default())
            .with("currencies", amounts)
            .with("rows", rows);
        if let Some((main, _)) = largest.first() {
            mix = mix.with("main", main.as_str());
        }
        // Where rates are given, only the currency of the review is missing.
        if rates.is_empty()
            && let Some((other, _)) = largest.get(1)
        {
            mix = mix.with("other", other.as_str());
        }
        if let Some(heading) = &self.heading {
            mix = mix.with("column", heading.as_str());
        }
        if self.blank > 0 {
            mix = mix.with("blank", self.blank_rows.clone());
        }
        Err(mix.into())
    }
}
