//! What a column of discounts does to quantity × unit price, where no column holds the amount itself.
//!
//! A percentage in one system is a sum of money in the next, and 90% may be what is taken off or what is left. So a
//! discount counts only where the headings tell what it is; elsewhere it is announced that it did not.

use super::sink::{BLANK, Reject, Sink};
use crate::money::Money;
use crate::schema::aliases::{self, Unit};
use crate::schema::heading::Layout;
use crate::schema::value;
use crate::source::Cell;

/// What the column of discounts holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Discount {
    /// There is none.
    #[default]
    None,
    /// Percentages to be taken off.
    Percent(usize),
    /// Sums of money to be taken off.
    Money(usize),
    /// Nobody says which.
    Unsaid(usize),
}

/// Headings of sums of money.
const SUMS: [&str; 4] = ["lineitemdiscount", "discountamount", "折扣额", "折扣金额"];
/// Headings beside which `Discount` is a percentage: those of Xero.
const PERCENT_BESIDE: [&str; 2] = ["unitamount", "invoicenumber"];
/// The whole, in percent.
const WHOLE: Money = Money(100 * Money::SCALE);

impl Discount {
    /// What the column of discounts of a sheet holds.
    pub(super) fn of(layout: &Layout) -> Self {
        let Some(at) = layout.column_of("discount") else {
            return Self::None;
        };
        let heading = aliases::normalise(&layout.columns[at].heading);
        let beside = |wanted: &str| {
            layout.columns.iter().any(|column| aliases::normalise(&column.heading) == wanted)
        };
        if SUMS.contains(&heading.as_str()) {
            Self::Money(at)
        } else if heading == "discount"
            && (layout.columns[at].unit == Some(Unit::Percent)
                || PERCENT_BESIDE.iter().all(|other| beside(other)))
        {
            Self::Percent(at)
        } else {
            Self::Unsaid(at)
        }
    }
}

impl Sink<'_> {
    /// Quantity × unit price less the discount of the row.
    pub(super) fn discounted(&mut self, cells: &[Cell<'_>], full: Money) -> Result<Money, Reject> {
        let discount = self.plan.discount;
        let at = match discount {
            Discount::None => return Ok(full),
            Discount::Percent(at) | Discount::Money(at) | Discount::Unsaid(at) => at,
        };
        let cell = match *cells.get(at).unwrap_or(&BLANK) {
            Cell::Text(text) => Cell::Text(text.trim().trim_end_matches(['%', '％'])),
            other => other,
        };
        let reject = || Reject { reason: "type-error", column: Some(at), expected: "number" };
        let reading = self.plan.readings[at];
        let off = value::exact(&cell, value::Reading { percent: false, ..reading });
        if let Discount::Unsaid(_) = discount {
            let some = !matches!(off, Ok(None | Some(value::Exact { units: 0, .. })));
            self.undiscounted += u64::from(some);
            return Ok(full);
        }
        let Some(off) = off.map_err(|_| reject())?.map(|off| Money(off.units)) else {
            return Ok(full);
        };
        let off = match discount {
            // Of an amount in 10⁻⁴, a hundredth of the percentage.
            Discount::Percent(_) if off > WHOLE || off < Money::ZERO => return Err(reject()),
            Discount::Percent(_) => {
                let product = Money::product(full, off).ok_or_else(reject)?;
                Money((product.0 + product.0.signum() * 50) / 100)
            }
            // What is taken off a return makes it smaller too.
            _ if full < Money::ZERO => -off.abs(),
            _ => off.abs(),
        };
        Ok(full - off)
    }
}
