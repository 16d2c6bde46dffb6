//! Exports that overlap: the lines of an order that stands in several files count once.
//!
//! A file here is a sheet: the sheets of a workbook are often one per month, and are compared like files. Within one
//! file nothing is compared, since an order may well have the same line twice.
//!
//! Orders that several files have are found in the ledgers of the files, which costs no more than a look at each order.
//! Only where there are any, their rows are read again ([`lines`]), judged ([`judge`]), and the files that lose rows are
//! read anew without them. So one file costs nothing, and files that do not overlap next to nothing.

mod contained;
mod judge;
mod lines;

use std::collections::HashMap;
use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::sheet::Sheet;
use super::sink::{Sink, key};
use super::transactions::{self, Means, Reading};
use super::{InputReport, leave_out};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::error::Result;
use crate::ledger::{Ledger, Line, OrderKey, Part, Payment};
use crate::money::Money;
use crate::period::Day;
use crate::source::Cell;

/// Why a row does not count: a line of another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct By {
    /// `repeated-line` or `replaced-line`.
    pub(super) reason: &'static str,
    /// The other file.
    pub(super) other: String,
    /// The row there.
    pub(super) row: u64,
    /// The amount that counts instead.
    pub(super) amount: Money,
}

/// Rows that do not count because of another file, by their numbers.
pub(super) type Replaced = HashMap<u64, By, FxBuildHasher>;

/// What comparing sheets came to.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// By sheet: the rows that do not count. Empty where no order is in two sheets.
    pub(super) replaced: Vec<Replaced>,
    /// What is to be said of orders that were not the same.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Compares sheets of transactions and reads those anew that lose rows.
pub(super) fn settle(
    sheets: &mut [&mut Sheet],
    readings: &mut [Reading],
    means: Means<'_>,
    inputs: &mut [InputReport],
) -> Result<Settled> {
    let orders: Vec<Vec<u64>> = readings
        .iter_mut()
        .map(|reading| {
            let unwanted = Part::merge(std::mem::take(&mut reading.unwanted), 1);
            orders(&[&reading.ledger, &unwanted])
        })
        .collect();
    let contained = contained::warnings(sheets, readings);
    let shared = shared(&orders);
    if shared.is_empty() {
        return Ok(Settled { diagnostics: contained, ..Settled::default() });
    }
    let none = Replaced::default();
    let mut seen = Vec::with_capacity(sheets.len());
    for (sheet, orders) in sheets.iter().zip(&orders) {
        let involved = orders.iter().any(|order| shared.contains(order));
        let plan = transactions::plan(sheet, means, &none);
        seen.push(if involved { lines::read(sheet, &plan, means, &shared)? } else { Vec::new() });
    }
    let judgement = judge::judge(seen);
    let names: Vec<String> = sheets.iter().map(|sheet| name(&sheet.origin)).collect();
    let mut settled = Settled::default();
    for (at, replaced) in judgement.replaced.into_iter().enumerate() {
        let replaced: Replaced = replaced
            .into_iter()
            .map(|(row, by)| {
                let other = names[by.sheet].clone();
                (row, By { reason: by.reason, other, row: by.row, amount: by.amount })
            })
            .collect();
        if !replaced.is_empty() {
            readings[at] = transactions::read(sheets[at], means, &replaced, inputs)?;
        }
        settled.replaced.push(replaced);
    }
    let count = judgement.unlike.len();
    let worth: Money = judgement.unlike.iter().map(|unlike| unlike.amount).sum();
    let diagnostics = judgement.unlike.into_iter().enumerate().map(|(at, unlike)| {
        let sheet = &sheets[unlike.sheet];
        let origin = sheet.at(unlike.row, sheet.layout.column_of("order_id"));
        let warning = Diagnostic::warning("order-in-two-files", origin)
            .with_cell(unlike.order)
            .with("amount", unlike.amount)
            .with("other", names[unlike.other].clone())
            .with("other_amount", unlike.other_amount);
        // The first one also says what all of them amount to.
        if at == 0 && count > 1 {
            warning.with("orders", count).with("worth", worth)
        } else {
            warning
        }
    });
    settled.diagnostics = contained.into_iter().chain(diagnostics).collect();
    Ok(settled)
}

/// The name of a sheet in a sentence.
fn name(origin: &Origin) -> String {
    match &origin.sheet {
        Some(sheet) => format!("{} / {sheet}", origin.file),
        None => origin.file.clone(),
    }
}

/// A number for an order of a client. Two orders that share one are told apart when their rows are judged.
fn hash(client: OrderKey, order: OrderKey) -> u64 {
    FxBuildHasher.hash_one((client, order))
}

/// The orders with an id, sorted.
fn orders(ledgers: &[&Ledger]) -> Vec<u64> {
    let mut orders = Vec::new();
    for ledger in ledgers {
        let clients: Vec<OrderKey> =
            ledger.clients.iter().map(|client| OrderKey::new(client)).collect();
        let with_id = ledger.orders.iter().filter(|row| row.order != OrderKey::NONE);
        orders.extend(with_id.map(|row| hash(clients[row.client as usize], row.order)));
    }
    orders.sort_unstable();
    orders.dedup();
    orders
}

/// What is in at least two of several sorted lists.
fn shared(lists: &[Vec<u64>]) -> FxHashSet<u64> {
    let mut all: Vec<u64> = lists.iter().flatten().copied().collect();
    all.sort_unstable();
    all.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect()
}

impl Sink<'_> {
    /// Keeps the order of a row that does not count by its status: it may be the newest state of an order that another
    /// file has too.
    pub(super) fn note_unwanted(&mut self, cells: &[Cell<'_>]) {
        let columns = self.plan.columns;
        let client = key(cells, columns.client).or_else(|| key(cells, columns.client_name));
        if let (Some(client), Some(order)) = (client, key(cells, columns.order_id)) {
            let client = self.unwanted.client(&client);
            self.unwanted.push(&Line {
                client,
                date: Day(0),
                order: OrderKey::new(&order),
                amount: Money::ZERO,
                returned: Money::ZERO,
                margin: None,
                line: None,
                payment: Payment::Unknown,
            });
        }
    }

    /// Leaves a row out because of a line of another file.
    pub(super) fn replace(
        &mut self,
        number: u64,
        cells: &[Cell<'_>],
        by: &By,
        amount: Option<Money>,
    ) {
        self.control.amount_in_file += amount.unwrap_or_default();
        leave_out(&mut self.control, by.reason, amount);
        if self.diagnostics.count_if_full(by.reason) {
            return;
        }
        let found = self.diagnostic(by.reason, number, cells, self.plan.columns.order_id);
        let mut found = Diagnostic { severity: Severity::Notice, excerpt: None, ..found }
            .with("other", by.other.clone())
            .with("first", by.row)
            .with("now", by.amount);
        if let Some(amount) = amount {
            found = found.with("amount", amount);
        }
        self.diagnostics.push(found);
    }
}
