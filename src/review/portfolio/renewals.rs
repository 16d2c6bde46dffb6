//! What became of the contracts that ended.

use serde::Serialize;

use super::{ratio, share};
use crate::money::Money;
use crate::period::{Day, Window};
use crate::store::{Contract, Dated as _};

/// Contracts that ended in the last 12 months, among those known by the as-of date.
///
/// A contract is renewed when the client has one that ends later; where both name a business line, of the same line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Renewals {
    /// How many ended.
    pub ended: usize,
    /// Of those, renewed.
    pub renewed: usize,
    /// `renewed ÷ ended`.
    pub rate: Option<f64>,
    /// Amount of those that ended, as far as it is known.
    pub amount_ended: Money,
    /// Of that, of those renewed.
    pub amount_renewed: Money,
    /// `amount_renewed ÷ amount_ended`.
    pub rate_amount: Option<f64>,
    /// Contracts that run on the as-of date.
    pub running: usize,
}

/// The figures; `None` of no contracts. `rows` are sorted by client.
pub(super) fn renewals(rows: &[Contract], as_of: Day, ttm: Window) -> Option<Renewals> {
    let known = |row: &&Contract| row.known_from().is_none_or(|day| day <= as_of);
    let mut found = Renewals {
        ended: 0,
        renewed: 0,
        rate: None,
        amount_ended: Money::ZERO,
        amount_renewed: Money::ZERO,
        rate_amount: None,
        running: 0,
    };
    let mut any = false;
    for rows in rows.chunk_by(|a, b| a.client == b.client) {
        let rows: Vec<&Contract> = rows.iter().filter(known).collect();
        any |= !rows.is_empty();
        for row in &rows {
            // A contract ends with its last day; on that day it still runs.
            let began = row.start.is_none_or(|day| day <= as_of);
            found.running += usize::from(began && row.end >= as_of);
            if !ttm.contains(row.end) || row.end == as_of {
                continue;
            }
            let renewed = rows.iter().any(|later| later.end > row.end && same_line(row, later));
            let amount = row.amount.unwrap_or_default();
            found.ended += 1;
            found.amount_ended += amount;
            if renewed {
                found.renewed += 1;
                found.amount_renewed += amount;
            }
        }
    }
    found.rate = share(found.renewed, found.ended);
    found.rate_amount = ratio(found.amount_renewed, found.amount_ended);
    any.then_some(found)
}

fn same_line(a: &Contract, b: &Contract) -> bool {
    a.business_line.as_ref().zip(b.business_line.as_ref()).is_none_or(|(a, b)| a == b)
}
