//! Rows that lean on those above them, made whole before they are read: see [`schema::shape`](crate::schema::shape).
//!
//! A [`Shaped`] stands before the sink of a sheet whose rows do that. Such a sheet is read by one thread, in its order.

use std::ops::ControlFlow;

use super::workspace::Account;
use crate::diagnostic::Diagnostic;
use crate::schema::heading::Layout;
use crate::schema::shape::{is_line, says, telling};
use crate::schema::total::{is_bare_total, is_total};
use crate::schema::value;
use crate::source::{Cell, OwnedCell, RowSink};

/// A sink that can take rows that are no records.
pub(super) trait Aside: RowSink {
    /// A row that heads the group of those below it.
    fn set_aside(&mut self, _number: u64, _cells: &[Cell<'_>]) {}
    /// What there is to say of the sheet once it has been read.
    fn remark(&mut self, _remark: Diagnostic) {}
}

/// Makes rows whole.
pub(super) struct Shaped<'a, S> {
    inner: S,
    layout: &'a Layout,
    telling: Vec<usize>,
    order: Option<usize>,
    /// Headings of the groups that are open, the innermost last.
    groups: Vec<String>,
    /// Whether the total of everything has been seen: what follows are notes.
    over: bool,
    /// By parent column: what the first line of the document has there.
    parents: Vec<OwnedCell>,
    /// Merged ranges that reach below the last row, and the value of their first cell.
    open: Vec<(usize, OwnedCell)>,
    /// The first merged range that is still to come.
    next: usize,
    /// Rows in which cells were filled.
    rows: u64,
    /// Columns that they were filled in.
    columns: Vec<bool>,
}

impl<'a, S: Aside> Shaped<'a, S> {
    pub(super) fn new(inner: S, layout: &'a Layout) -> Self {
        Self {
            inner,
            layout,
            telling: telling(layout),
            order: layout.column_of("order_id"),
            groups: Vec::new(),
            over: false,
            parents: vec![OwnedCell::Blank; layout.shape.parents.len()],
            open: Vec::new(),
            next: 0,
            rows: 0,
            columns: vec![false; layout.columns.len()],
        }
    }

    /// Gives the sink back, having told it what was filled.
    pub(super) fn end(mut self, remark: impl FnOnce(u64, Vec<String>) -> Diagnostic) -> S {
        if self.rows > 0 {
            let filled =
                self.layout.columns.iter().zip(&self.columns).filter(|(_, filled)| **filled);
            let headings = filled.map(|(column, _)| column.heading.clone()).collect();
            self.inner.remark(remark(self.rows, headings));
        }
        self.inner
    }

    /// Values of merged ranges that reach into the row.
    fn merge(&mut self, number: u64, cells: &[Cell<'_>], whole: &mut [OwnedCell]) -> bool {
        let ranges = &self.layout.shape.merged;
        self.open.retain(|(at, _)| ranges[*at].to >= number);
        let mut any = false;
        for (at, value) in &self.open {
            let column = ranges[*at].column;
            if let (Some(cell), Some(filled)) =
                (whole.get_mut(column).filter(|cell| !says(cell)), self.columns.get_mut(column))
            {
                cell.clone_from(value);
                (*filled, any) = (true, true);
            }
        }
        while let Some(range) = ranges.get(self.next).filter(|range| range.from <= number) {
            let cell = cells.get(range.column).filter(|cell| value::text(cell).is_some());
            if let (Some(cell), true) = (cell, range.from == number) {
                self.open.push((self.next, (*cell).into()));
            }
            self.next += 1;
        }
        any
    }

    /// Cells that the row leaves to the first line of its document.
    fn inherit(&mut self, whole: &mut [OwnedCell]) -> bool {
        let parents = &self.layout.shape.parents;
        if parents.is_empty() {
            return false;
        }
        let filled = |at: usize| whole.get(at).is_some_and(says);
        let goes_on = match self.order.filter(|at| filled(*at)) {
            Some(order) => {
                let place = parents.iter().position(|at| *at == order);
                let same = place.is_some_and(|place| self.parents[place] == whole[order]);
                // The same number may be another order of another client.
                let fits = parents.iter().zip(&self.parents).all(|(at, parent)| {
                    !self.telling.contains(at) || !filled(*at) || whole[*at] == *parent
                });
                same && fits && self.telling.iter().any(|at| !filled(*at))
            }
            None => self.telling.iter().all(|at| !filled(*at)) && is_line(self.layout, filled),
        };
        if !goes_on {
            if self.telling.iter().any(|at| filled(*at)) {
                for (at, parent) in parents.iter().zip(&mut self.parents) {
                    *parent = whole.get(*at).cloned().unwrap_or(OwnedCell::Blank);
                }
            }
            return false;
        }
        let mut any = false;
        for (at, parent) in parents.iter().zip(&self.parents) {
            if !says(&whole[*at]) && says(parent) {
                whole[*at].clone_from(parent);
                self.columns[*at] = true;
                any = true;
            }
        }
        any
    }

    /// A row of a sheet whose clients head groups; whether it is such a heading.
    fn heads(&mut self, group: usize, cells: &[Cell<'_>], whole: &mut [OwnedCell]) -> bool {
        let mut filled = cells.iter().enumerate().filter(|(_, cell)| value::text(cell).is_some());
        let first = filled.next();
        let alone = filled.next().is_none();
        let Some(text) = first.and_then(|(_, cell)| value::text(cell)) else {
            return false;
        };
        if is_total(&text) {
            // A total closes its group; one that names none closes all.
            let open = self.groups.iter().rposition(|name| text.contains(name.trim()));
            self.groups.truncate(open.unwrap_or(0));
            self.over |= is_bare_total(&text);
            return false;
        }
        if alone && first.is_some_and(|(at, _)| at == group) {
            if self.over {
                return false;
            }
            self.groups.push(name_of_group(&text).to_owned());
            return true;
        }
        let column = self.layout.column_of("client_name");
        if let (Some(name), Some(at), false) = (self.groups.last(), column, alone)
            && !says(&whole[at])
        {
            whole[at] = OwnedCell::Text(name.clone());
        }
        false
    }
}

/// `客户：甲公司` heads the group of 甲公司.
fn name_of_group(text: &str) -> &str {
    let Some((label, name)) = text.split_once([':', '：']) else {
        return text.trim();
    };
    let is_label = ["客户", "客户名称", "往来单位", "customer", "client", "客戶"]
        .iter()
        .any(|known| label.trim().eq_ignore_ascii_case(known));
    if is_label && !name.trim().is_empty() { name.trim() } else { text.trim() }
}

impl<S: Aside + Account> Account for Shaped<'_, S> {
    fn remarks(&self) -> u64 {
        self.inner.remarks()
    }

    fn left_out(&self) -> u64 {
        self.inner.left_out()
    }

    fn reason(&self) -> &'static str {
        self.inner.reason()
    }
}

impl<S: Aside> RowSink for Shaped<'_, S> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        if !self.layout.holds(number) {
            return self.layout.beyond(number);
        }
        let mut whole: Vec<OwnedCell> = cells.iter().map(|cell| (*cell).into()).collect();
        whole.resize(whole.len().max(self.layout.columns.len()), OwnedCell::Blank);
        if let Some(group) = self.layout.shape.group
            && self.heads(group, cells, &mut whole)
        {
            self.inner.set_aside(number, cells);
            return ControlFlow::Continue(());
        }
        // A total belongs to no document, whatever stands above it.
        let first = cells.iter().find_map(value::text);
        if first.is_some_and(|text| is_total(&text)) {
            return self.inner.row(number, cells);
        }
        let merged = self.merge(number, cells, &mut whole);
        let inherited = self.inherit(&mut whole);
        self.rows += u64::from(merged || inherited);
        let whole: Vec<Cell<'_>> = whole.iter().map(OwnedCell::borrow).collect();
        self.inner.row(number, &whole)
    }

    fn block(&mut self, number: u64) {
        self.inner.block(number);
    }
}
