//! The rows of the orders that several files have.

use std::ops::ControlFlow;

use rustc_hash::FxHashSet;

use super::hash;
use super::judge::{Content, Seen};
use crate::error::Result;
use crate::ledger::OrderKey;
use crate::source::{Cell, RowSink};
use crate::store::plan::Plan;
use crate::store::shaped::Aside;
use crate::store::sheet::Sheet;
use crate::store::sink::{Sink, key};
use crate::store::transactions::Means;

/// Reads the rows of some orders, in the order of the sheet.
pub(super) fn read(
    sheet: &Sheet,
    plan: &Plan<'_>,
    means: Means<'_>,
    orders: &FxHashSet<u64>,
) -> Result<Vec<Seen>> {
    let threads = means.options.threads;
    let sinks = sheet.pass(threads, || Lines {
        sink: Sink::new(plan.clone()),
        orders,
        seen: Vec::new(),
    })?;
    let mut seen: Vec<Seen> = sinks.into_iter().flat_map(|sink| sink.seen).collect();
    seen.sort_unstable_by_key(|line| line.row);
    Ok(seen)
}

/// Takes the rows of some orders.
struct Lines<'a> {
    /// What decides how cells are read and whether a row counts.
    sink: Sink<'a>,
    orders: &'a FxHashSet<u64>,
    seen: Vec<Seen>,
}

impl Lines<'_> {
    /// The row as a line of an order, if it is one.
    fn line(&mut self, number: u64, cells: &[Cell<'_>]) -> Option<Seen> {
        let columns = self.sink.plan.columns;
        let client = key(cells, columns.client).or_else(|| key(cells, columns.client_name))?;
        let id = key(cells, columns.order_id)?;
        let (client, order) = (OrderKey::new(&client), OrderKey::new(&id));
        if !self.orders.contains(&hash(client, order)) {
            return None;
        }
        let read = self.sink.amount(cells);
        let amount = self.sink.convert(cells, read).ok()?;
        let wanted = self.sink.not_wanted(cells).is_none();
        if wanted && self.sink.use_row(number, cells, amount).is_err() {
            return None;
        }
        let products = self.sink.plan.products;
        let code = key(cells, columns.product);
        let product = code.as_deref().and_then(|code| products.get(code));
        let amount = amount?;
        let text = |text: Option<&str>| text.map_or(OrderKey::NONE, OrderKey::new);
        let own_line = key(cells, columns.business_line);
        let line = own_line.as_deref().or(product.and_then(|known| known.business_line.as_deref()));
        let content = Content {
            date: self.sink.date(cells, columns.date).ok()??,
            amount,
            margin: self.sink.margin(cells, amount, product).ok()?,
            quantity: self.sink.money(cells, columns.quantity, "number").ok().flatten(),
            line: text(line),
            product: text(code.as_deref()),
        };
        let number_of_line = key(cells, columns.line_no);
        Some(Seen {
            client,
            order,
            id: id.into(),
            row: number,
            line_no: number_of_line.map(|number| OrderKey::new(&number)),
            content,
            counts: wanted,
        })
    }
}

impl Aside for Lines<'_> {}

impl RowSink for Lines<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        if self.sink.plan.layout.holds(number) {
            let line = self.line(number, cells);
            self.seen.extend(line);
        }
        ControlFlow::Continue(())
    }
}
