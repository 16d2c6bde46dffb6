//! Orders that stand in several files: overlapping exports count twice, and the user has to know.

use std::collections::HashMap;

use super::Loaded;
use crate::diagnostic::{Diagnostic, Origin};
use crate::ledger::{Ledger, OrderKey};
use crate::money::Money;

/// Reports orders with an id that several sheets have for the same client. `sheets` are the ledgers of the sheets that hold
/// transactions, one each, with their origins.
pub(super) fn report(sheets: &[(Origin, Ledger)], loaded: &mut Loaded) {
    let mut first_in: HashMap<(&str, OrderKey), usize> = HashMap::new();
    for (at, (origin, ledger)) in sheets.iter().enumerate() {
        let (mut orders, mut amount, mut other) = (0_u64, Money::ZERO, None);
        let mut last = None;
        for row in ledger.orders.iter().filter(|row| row.order != OrderKey::NONE) {
            let key = (ledger.clients[row.client as usize].as_str(), row.order);
            let first = *first_in.entry(key).or_insert(at);
            if first != at {
                orders += u64::from(last != Some(key));
                amount += row.positive + row.negative;
                other.get_or_insert(first);
                last = Some(key);
            }
        }
        if let Some(other) = other {
            let other = &sheets[other].0;
            let name = other
                .sheet
                .as_ref()
                .map_or_else(|| other.file.clone(), |sheet| format!("{} / {sheet}", other.file));
            loaded.diagnostics.push(
                Diagnostic::warning("order-in-two-files", origin.clone())
                    .with("orders", orders)
                    .with("amount", amount)
                    .with("other", name),
            );
        }
    }
}
