//! The newest transaction rows of one client, with file, sheet and row.
//!
//! The ledger keeps sums and no rows, so the sheets are read once more, through the same code: what is a row here was
//! used there, with the same amount.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::ControlFlow;

use rustc_hash::FxHashSet;

use super::overlap::Replaced;
use super::shaped::Aside;
use super::sheet::Sheet;
use super::sink::{Sink, key};
use super::transactions::{Means, plan};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Result;
use crate::money::Money;
use crate::period::Day;
use crate::source::{Cell, RowSink};

/// Of whom rows are wanted, and which.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The client: its id, its name, or a part of either that no other client has.
    pub client: &'a str,
    /// The newest day that counts.
    pub until: Day,
    /// Rows, at most.
    pub most: usize,
}

/// The newest transaction rows of one client.
#[derive(Clone, Debug, Default)]
pub struct ClientRows {
    /// Its position in [`super::Loaded::clients`].
    pub client: usize,
    /// The newest first.
    pub rows: Vec<SaleRow>,
}

/// A transaction row that is used.
#[derive(Clone, Debug, PartialEq)]
pub struct SaleRow {
    /// Its date.
    pub date: Day,
    /// Its amount, in the currency of the review.
    pub amount: Money,
    /// The order it belongs to.
    pub order_id: Option<String>,
    /// Business line: that of the row, else that of its product.
    pub business_line: Option<String>,
    /// File, sheet and row.
    pub origin: Origin,
}

/// Puts rows in order, the newest first, those of one day as they stand in the files, and keeps the first of them.
pub(super) fn order(rows: &mut Vec<SaleRow>, most: usize) {
    rows.sort_by(|a, b| (Reverse(a.date), &a.origin).cmp(&(Reverse(b.date), &b.origin)));
    rows.truncate(most);
}

/// The newest rows on a sheet that call their client by one of these names.
pub(super) fn newest(
    sheet: &Sheet,
    means: Means<'_>,
    replaced: &Replaced,
    names: &FxHashSet<String>,
    question: &Question<'_>,
) -> Result<Vec<SaleRow>> {
    let plan = plan(sheet, means, replaced);
    let origin = &sheet.origin;
    let collectors = sheet.pass(means.options.threads, || Collector {
        sink: Sink::new(plan.clone()),
        sheet: origin,
        names,
        question,
        rows: Vec::new(),
    })?;
    Ok(collectors.into_iter().flat_map(|collector| collector.rows).collect())
}

/// Reads rows and keeps the newest ones of the client.
struct Collector<'a> {
    sink: Sink<'a>,
    sheet: &'a Origin,
    names: &'a FxHashSet<String>,
    question: &'a Question<'a>,
    rows: Vec<SaleRow>,
}

impl Collector<'_> {
    fn is_wanted(&self, cells: &[Cell<'_>]) -> bool {
        let columns = &self.sink.plan.columns;
        let name = key(cells, columns.client).or_else(|| key(cells, columns.client_name));
        name.is_some_and(|name| self.names.contains(name.as_ref()))
    }

    fn keep(&mut self, number: u64, cells: &[Cell<'_>], amount: Money) {
        let columns = self.sink.plan.columns;
        let date = self.sink.date(cells, columns.date).ok().flatten();
        let Some(date) = date.filter(|date| *date <= self.question.until) else {
            return;
        };
        let text = |column| key(cells, column).map(Cow::into_owned);
        let product = key(cells, columns.product);
        let product = product.and_then(|product| self.sink.plan.products.get(product.as_ref()));
        let of_product = || product.and_then(|product| product.business_line.clone());
        self.rows.push(SaleRow {
            date,
            amount,
            order_id: text(columns.order_id),
            business_line: text(columns.business_line).or_else(of_product),
            origin: Origin { row: Some(number), ..self.sheet.clone() },
        });
        // Sorted now and then, so that a client with most of the rows takes no more room than any other.
        if self.rows.len() >= 2 * self.question.most.max(8) {
            order(&mut self.rows, self.question.most);
        }
    }
}

impl RowSink for Collector<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let (rows, amount) = (self.sink.control.rows_used, self.sink.control.amount_used);
        let flow = self.sink.row(number, cells);
        if self.sink.control.rows_used > rows && self.is_wanted(cells) {
            let amount = self.sink.control.amount_used - amount;
            self.keep(number, cells, amount);
        }
        flow
    }
}

impl Aside for Collector<'_> {
    fn set_aside(&mut self, number: u64, cells: &[Cell<'_>]) {
        self.sink.set_aside(number, cells);
    }

    fn remark(&mut self, remark: Diagnostic) {
        self.sink.remark(remark);
    }
}
