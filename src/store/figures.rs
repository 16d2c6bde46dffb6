//! The figures of a row: its amount, its margin, its dates, its payment, its currency.

use super::currencies::Exchange;
use super::side::Product;
use super::sink::{BLANK, Reject, Sink};
use super::types::Nature;
use crate::ledger::Payment;
use crate::money::Money;
use crate::period::Day;
use crate::schema::value::{self, Trouble};
use crate::schema::{currency, day};
use crate::source::Cell;

/// Payment days from here on are a damaged cell.
const LONGEST_CREDIT: f64 = 36_600.0;

impl Sink<'_> {
    #[inline]
    pub(super) fn money(
        &mut self,
        cells: &[Cell<'_>],
        column: Option<usize>,
        expected: &'static str,
    ) -> Result<Option<Money>, Reject> {
        let Some(at) = column else {
            return Ok(None);
        };
        let cell = cells.get(at).unwrap_or(&BLANK);
        match value::exact(cell, self.plan.readings[at]) {
            Ok(Some(exact)) => {
                self.rounded += u64::from(exact.rounded);
                Ok(Some(Money(exact.units)))
            }
            Ok(None) => Ok(None),
            Err(_) => {
                self.open |= value::shown(cell).contains([',', '.']);
                Err(Reject { reason: "type-error", column, expected })
            }
        }
    }

    #[inline]
    pub(super) fn date(
        &mut self,
        cells: &[Cell<'_>],
        column: Option<usize>,
    ) -> Result<Option<Day>, Reject> {
        let Some(at) = column else {
            return Ok(None);
        };
        let cell = cells.get(at).unwrap_or(&BLANK);
        // The lines of an order have the same dates.
        let known = self.dates.iter().position(|known| known.0 == at);
        if let (Some(known), Cell::Text(text)) = (known, cell)
            && self.dates[known].1 == *text
        {
            return Ok(Some(self.dates[known].2));
        }
        match day::day(cell, self.plan.readings[at]) {
            Ok(day) => {
                if let (Some(day), Cell::Text(text)) = (day, cell) {
                    match known {
                        Some(known) => {
                            (*text).clone_into(&mut self.dates[known].1);
                            self.dates[known].2 = day;
                        }
                        None => self.dates.push((at, (*text).to_owned(), day)),
                    }
                }
                Ok(day)
            }
            Err(trouble) => {
                self.open |= trouble == Trouble::Undecided;
                Err(Reject { reason: "type-error", column, expected: "date" })
            }
        }
    }

    /// The amount, from its own column or as quantity × unit price; that of a return is negative.
    #[inline]
    pub(super) fn amount(&mut self, cells: &[Cell<'_>]) -> Result<Option<Money>, Reject> {
        self.take_type(cells);
        let stated = self.stated(cells)?;
        Ok(match self.types.nature {
            Nature::Return => stated.map(|amount| self.as_return(amount)),
            Nature::Sale | Nature::NoSale => stated,
        })
    }

    /// The amount as it is stated.
    #[inline]
    pub(super) fn stated(&mut self, cells: &[Cell<'_>]) -> Result<Option<Money>, Reject> {
        let columns = self.plan.columns;
        if let Some(amount) = self.money(cells, columns.amount, "money")? {
            return Ok(Some(amount));
        }
        let price = self.money(cells, columns.unit_price, "money")?;
        let quantity = self.money(cells, columns.quantity, "number")?;
        match (price, quantity) {
            (Some(price), Some(quantity)) => {
                let full = Money::product(quantity, price).ok_or(Reject {
                    reason: "type-error",
                    column: columns.quantity,
                    expected: "number",
                })?;
                self.discounted(cells, full).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The margin of a line, if it is known: its own column, else amount less cost.
    #[inline]
    pub(super) fn margin(
        &mut self,
        cells: &[Cell<'_>],
        amount: Money,
        product: Option<&Product>,
    ) -> Result<Option<Money>, Reject> {
        let columns = self.plan.columns;
        if let Some(margin) = self.money(cells, columns.margin, "money")? {
            let margin = if self.types.turned { -margin } else { margin };
            return Ok(Some(self.exchange.of(margin)));
        }
        let exchange = self.exchange;
        let mut cost = self.money(cells, columns.cost, "money")?.map(|cost| exchange.of(cost));
        if cost.is_none()
            && (columns.unit_cost.is_some()
                || product.is_some_and(|product| product.unit_cost.is_some()))
        {
            let own = self.money(cells, columns.unit_cost, "money")?;
            // The costs of products are in the currency of the review.
            let unit_cost =
                own.map(|own| exchange.of(own)).or(product.and_then(|product| product.unit_cost));
            let quantity = self.money(cells, columns.quantity, "number")?;
            cost = match (unit_cost, quantity) {
                (Some(unit_cost), Some(quantity)) => Money::product(quantity, unit_cost)
                    .filter(|cost| cost.abs().0 <= value::LARGEST),
                _ => None,
            };
        }
        // A cost on a returned line takes the sign of the line.
        Ok(cost.map(|cost| if amount < Money::ZERO { amount + cost.abs() } else { amount - cost }))
    }

    #[inline]
    pub(super) fn payment(&mut self, cells: &[Cell<'_>], date: Day) -> Result<Payment, Reject> {
        let columns = self.plan.columns;
        if columns.paid_date.is_none() && columns.pay_days.is_none() {
            return Ok(Payment::Unknown);
        }
        if let Some(paid) = self.date(cells, columns.paid_date)? {
            self.paid_known = true;
            return Ok(Payment::Paid(paid));
        }
        if let Some(at) = columns.pay_days {
            let cell = cells.get(at).unwrap_or(&BLANK);
            let days = value::number(cell, self.plan.readings[at]).map_err(|_| Reject {
                reason: "type-error",
                column: Some(at),
                expected: "number",
            })?;
            match days {
                Some(days) if days.abs() < LONGEST_CREDIT => {
                    return Ok(Payment::Paid(date.plus_days(days.round() as i32)));
                }
                Some(_) => {
                    return Err(Reject {
                        reason: "type-error",
                        column: Some(at),
                        expected: "number",
                    });
                }
                None => {}
            }
        }
        // Blank: not paid yet where the export has paid dates; with payment days alone it says nothing.
        Ok(if columns.paid_date.is_some() { Payment::Open } else { Payment::Unknown })
    }

    /// The currency that a row names: in its own column, by the settings, beside the amount.
    #[inline]
    pub(super) fn currency(&mut self, cells: &[Cell<'_>]) -> Option<usize> {
        let columns = self.plan.columns;
        let to = self.plan.rates.map(|rates| rates.to.as_str());
        if let Some(own) = columns.currency.and_then(|at| value::text(cells.get(at)?)) {
            return Some(self.currencies.place(&own, to));
        }
        if let Some(code) = self.plan.currency {
            return Some(self.currencies.place(code, to));
        }
        match columns.amount.and_then(|at| cells.get(at)) {
            Some(Cell::Text(text)) if columns.currency.is_none() => {
                currency::of_amount(text).map(|code| self.currencies.place(code, to))
            }
            _ => None,
        }
    }

    /// The amount in the currency of the review; as given where there is no rate, which is reported once all is read.
    #[inline]
    pub(super) fn convert(
        &mut self,
        cells: &[Cell<'_>],
        read: Result<Option<Money>, Reject>,
    ) -> Result<Option<Money>, Reject> {
        self.named = self.currency(cells);
        self.exchange = Exchange::None;
        if let (Some(rates), Some(at)) = (self.plan.rates, self.named)
            && self.currencies.by[at].0 != rates.to
        {
            let date = self.date(cells, self.plan.columns.date).ok().flatten();
            let rate = date.and_then(|date| rates.at(&self.currencies.by[at].0, date));
            self.exchange = rate.map_or(Exchange::Missing, Exchange::At);
        }
        let given = read?;
        self.given = given.unwrap_or_default();
        self.magnitude += i128::from(self.given.0.unsigned_abs());
        Ok(given.map(|given| self.exchange.of(given)))
    }

    /// The amount of a row that is left out, as far as it is known in the currency of the review.
    #[inline]
    pub(super) fn in_review(&self, amount: Option<Money>) -> Option<Money> {
        amount.filter(|_| self.exchange != Exchange::Missing)
    }

    /// Adds a row that is used to what its currency amounts to.
    #[inline]
    pub(super) fn tally(&mut self, number: u64, cells: &[Cell<'_>], amount: Money, date: Day) {
        let (named, given) = match self.plan.rates {
            Some(_) => (self.named, self.given),
            None => (self.currency(cells), amount),
        };
        match named {
            Some(at) => self.currencies.count(at, given, amount, self.exchange, date),
            None if self.plan.columns.currency.is_some() => {
                self.currencies.count_blank(number, amount);
            }
            None => {}
        }
    }
}
