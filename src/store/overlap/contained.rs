//! Sheets whose rows without an order id all stand in another sheet too, as months beside a sheet of the whole year do.
//!
//! Nothing tells such rows apart, and two branches may sell the same on one day; so both count, and it is told.

use rustc_hash::FxHashMap;

use super::name;
use crate::diagnostic::Diagnostic;
use crate::ledger::{Ledger, OrderKey};
use crate::money::Money;
use crate::period::Day;
use crate::store::sheet::Sheet;
use crate::store::transactions::Reading;

/// Days of clients that make it more than chance.
const LEAST: usize = 3;

/// What a client bought on a day, without order ids: rows, positive and negative amounts.
type Days<'a> = FxHashMap<(&'a str, Day), (u32, Money, Money)>;

fn days(ledger: &Ledger) -> Days<'_> {
    let without = ledger.orders.iter().filter(|row| row.order == OrderKey::NONE);
    let of = |client: u32| ledger.clients[client as usize].as_str();
    without
        .map(|row| ((of(row.client), row.date), (row.rows, row.positive, row.negative)))
        .collect()
}

/// A warning for each sheet whose rows are all in another one; of two that are the same, for the later one.
pub(super) fn warnings(sheets: &[&mut Sheet], readings: &[Reading]) -> Vec<Diagnostic> {
    let days: Vec<Days<'_>> = readings.iter().map(|reading| days(&reading.ledger)).collect();
    let inside = |small: usize, large: usize| {
        let (a, b) = (&days[small], &days[large]);
        a.len() >= LEAST
            && (a.len() < b.len() || (a.len() == b.len() && large < small))
            && readings[small].ledger.orders.iter().all(|row| {
                row.order == OrderKey::NONE && {
                    let client = readings[small].ledger.clients[row.client as usize].as_str();
                    let here = (row.rows, row.positive, row.negative);
                    b.get(&(client, row.date)) == Some(&here)
                }
            })
    };
    (0..sheets.len())
        .filter_map(|small| {
            let large = (0..sheets.len()).find(|large| inside(small, *large))?;
            let orders = &readings[small].ledger.orders;
            let rows: u64 = orders.iter().map(|row| u64::from(row.rows)).sum();
            let amount: Money = orders.iter().map(|row| row.positive + row.negative).sum();
            Some(
                Diagnostic::warning("rows-in-two-sheets", sheets[small].origin.clone())
                    .with("rows", rows)
                    .with("amount", amount)
                    .with("other", name(&sheets[large].origin)),
            )
        })
        .collect()
}
