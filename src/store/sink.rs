//! One row at a time: transaction cells to ledger lines. The hot path of the program.
//!
//! Each thread has a [`Sink`]; nothing is allocated per row that is used.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::Control;
use super::currencies::{Exchange, Named};
use super::plan::Plan;
use super::recent::Recent;
use super::shaped::Aside;
use super::types::{Nature, Signs, Turned, Types};
use super::watch::Watch;
use super::workspace::Account;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::ledger::{Builder, Line, OrderKey};
use crate::money::Money;
use crate::period::Day;
use crate::schema::example::is_example;
use crate::schema::regions::next_headings;
use crate::schema::value;
use crate::schema::{aliases, id, total};
use crate::source::{Cell, RowSink};

/// Takes transaction rows.
pub(super) struct Sink<'a> {
    pub(super) plan: Plan<'a>,
    pub(super) builder: Builder,
    pub(super) control: Control,
    pub(super) diagnostics: Diagnostics,
    pub(super) currencies: Named,
    /// Of the row at hand: its currency, what turns its amounts into those of the review, its amount as given.
    pub(super) named: Option<usize>,
    pub(super) exchange: Exchange,
    pub(super) given: Money,
    /// Why the last row that was left out was.
    pub(super) reason: &'static str,
    /// Row number and amount of total rows.
    pub(super) total_rows: BTreeMap<u64, Option<Money>>,
    /// Σ |amount| + |cost|, to prove that no sum has wrapped.
    pub(super) magnitude: i128,
    /// Whether the paid-date column holds any date.
    pub(super) paid_known: bool,
    /// A cell turned up that needs the whole column.
    pub(super) open: bool,
    pub(super) rounded: u64,
    /// Orders of rows that do not count by their status, where they may overrule those of another sheet.
    pub(super) unwanted: Builder,
    /// What the types of rows say, the signs of the returns among them, and those that were turned around.
    pub(super) types: Types,
    pub(super) signs: Signs,
    pub(super) turned: Turned,
    /// Rows whose discount did not count, since nobody says what it is.
    pub(super) undiscounted: u64,
    /// Ids that have lost digits: by column and text, the rows with it and the first of them.
    pub(super) truncated: BTreeMap<(usize, String), (u64, u64)>,
    truncated_rows: u64,
    /// By column: the last date read, as written and as a day.
    pub(super) dates: Vec<(usize, String, Day)>,
    /// What is below the records, as far as it may belong to another table.
    pub(super) watch: Watch,
    recent_client: Recent<u32>,
    recent_order: Recent<OrderKey>,
    recent_lines: Recent<u32>,
}

/// Why a row is not used.
pub(super) struct Reject {
    pub(super) reason: &'static str,
    pub(super) column: Option<usize>,
    pub(super) expected: &'static str,
}

pub(super) const BLANK: Cell<'static> = Cell::Blank;
/// What a column that marks voided rows says of them.
const VOIDED: [&str; 5] = ["是", "y", "yes", "true", "1"];
/// Business lines whose numbers are at hand.
const RECENT_LINES: usize = 8;
/// Sums of magnitudes up to here fit 64 bits whatever is added to what.
pub(super) const SUMS_STAY_BELOW: i128 = i64::MAX as i128 / 4;

impl<'a> Sink<'a> {
    pub(super) fn new(plan: Plan<'a>) -> Self {
        Self {
            plan,
            builder: Builder::default(),
            control: Control::default(),
            diagnostics: Diagnostics::default(),
            currencies: Named::default(),
            named: None,
            exchange: Exchange::None,
            given: Money::ZERO,
            reason: "",
            total_rows: BTreeMap::new(),
            magnitude: 0,
            paid_known: false,
            open: false,
            rounded: 0,
            unwanted: Builder::default(),
            types: Types::default(),
            signs: Signs::default(),
            turned: Turned::default(),
            undiscounted: 0,
            truncated: BTreeMap::new(),
            truncated_rows: 0,
            dates: Vec::new(),
            watch: Watch::default(),
            recent_client: Recent::new(1),
            recent_order: Recent::new(1),
            recent_lines: Recent::new(RECENT_LINES),
        }
    }

    pub(super) fn use_row(
        &mut self,
        number: u64,
        cells: &[Cell<'_>],
        amount: Option<Money>,
    ) -> Result<(), Reject> {
        let columns = self.plan.columns;
        let client_cell = columns.client.and_then(|at| cells.get(at));
        let known = self.recent_client.find(client_cell);
        let client = if known.is_none() { key(cells, columns.client) } else { None };
        let by_cell = client.is_some();
        let mut name = columns.client_name.and_then(|at| value::text(cells.get(at)?));
        let date = self.date(cells, columns.date)?;
        let client = match (known, client) {
            (None, None) => match name.take() {
                None => return Err(missing(columns.client, "client")),
                name => name,
            },
            (_, client) => client,
        };
        if client.as_deref().is_some_and(total::is_bare_total) {
            return Err(Reject { reason: "total-row", column: columns.client, expected: "" });
        }
        let date = date.ok_or_else(|| missing(columns.date, "date"))?;
        let amount =
            amount.ok_or_else(|| missing(columns.amount.or(columns.unit_price), "money"))?;
        let returned =
            self.money(cells, columns.returned, "money")?.map_or(Money::ZERO, Money::abs);
        let returned = self.exchange.of(returned);
        let products = self.plan.products;
        let product = if products.is_empty() {
            None
        } else {
            key(cells, columns.product).and_then(|product| products.get(product.as_ref()))
        };
        let margin = self.margin(cells, amount, product)?;
        let payment = self.payment(cells, date)?;

        let line_cell = columns.business_line.and_then(|at| cells.get(at));
        let line = self.recent_lines.find(line_cell).or_else(|| {
            if let Some(line) = line_cell.and_then(value::text) {
                let number = self.builder.line(&line);
                self.recent_lines.note(line_cell, number);
                return Some(number);
            }
            let line = product.and_then(|product| product.business_line.as_deref())?;
            Some(self.builder.line(line))
        });
        let client = known.unwrap_or_else(|| {
            let number = self.builder.client(&client.unwrap_or_default());
            if by_cell {
                self.recent_client.note(client_cell, number);
            }
            number
        });
        if let Some(name) = name {
            self.builder.name_client(client, &name);
        }
        if let Some(at) = columns.owner.filter(|_| date <= self.plan.today)
            && let Some(owner) = cells.get(at).and_then(value::text)
        {
            self.builder.own_client(client, date, &owner);
        }
        let order_cell = columns.order_id.and_then(|at| cells.get(at));
        let order = self.recent_order.find(order_cell).unwrap_or_else(|| {
            let id = order_cell.and_then(value::text);
            let order = id.map_or(OrderKey::NONE, |id| OrderKey::new(&id));
            self.recent_order.note(order_cell, order);
            order
        });
        self.magnitude +=
            i128::from(margin.unwrap_or_default().0.unsigned_abs()) + i128::from(returned.0);
        if date > self.plan.today && !self.diagnostics.count_if_full("future-date") {
            let diagnostic = self.diagnostic("future-date", number, cells, columns.date);
            self.diagnostics.push(Diagnostic { severity: Severity::Warning, ..diagnostic });
        }
        self.check_id(number, cells, columns.client);
        self.check_id(number, cells, columns.order_id);
        self.tally(number, cells, amount, date);
        self.builder.push(&Line { client, date, order, amount, returned, margin, line, payment });
        Ok(())
    }

    /// Whether a row that does not count is the headings of another table.
    fn meets_next_table(&mut self, number: u64, cells: &[Cell<'_>], taken_for: &str) -> bool {
        let (user, layout) = (self.plan.user, self.plan.layout);
        user.is_some_and(|user| {
            self.watch.is_next_table(number, cells, taken_for, |cells| {
                next_headings(number, cells, user, layout).is_some()
            })
        })
    }

    /// Notes an id that has lost digits.
    #[inline]
    fn check_id(&mut self, number: u64, cells: &[Cell<'_>], column: Option<usize>) {
        if let Some(at) = column
            && let Some(cell) = cells.get(at)
            && id::is_truncated(cell)
        {
            self.note_truncated(number, at, value::shown(cell));
        }
    }

    #[cold]
    fn note_truncated(&mut self, number: u64, at: usize, id: String) {
        let known = self.truncated.entry((at, id)).or_insert((0, number));
        known.0 += 1;
        self.truncated_rows += 1;
    }

    /// Whether the row does not count by a choice of the settings.
    #[inline]
    pub(super) fn not_wanted(&self, cells: &[Cell<'_>]) -> Option<(&'static str, usize)> {
        for (at, wanted) in self.plan.filter {
            let cell = cells.get(*at).unwrap_or(&BLANK);
            if value::text(cell).is_none_or(|text| text != wanted.as_str()) {
                return Some(("filtered-row", *at));
            }
        }
        let columns = self.plan.columns;
        if self.types.nature == Nature::NoSale {
            return columns.kind.map(|at| ("skipped-status", at));
        }
        let word = |column: Option<usize>| -> Option<(usize, String)> {
            let at = column?;
            Some((at, aliases::normalise(&value::text(cells.get(at)?)?)))
        };
        let skipped = |status: &String| self.plan.skip_status.contains(status);
        let yes = |word: &String| VOIDED.contains(&word.as_str()) || skipped(word);
        let won =
            |stage: &String| self.plan.won_stage.iter().any(|won| stage.starts_with(won.as_str()));
        word(columns.status)
            .filter(|(_, status)| skipped(status))
            .or_else(|| word(columns.voided).filter(|(_, voided)| yes(voided)))
            .or_else(|| word(columns.stage).filter(|(_, stage)| !won(stage)))
            .map(|(at, _)| ("skipped-status", at))
    }
}

fn missing(column: Option<usize>, expected: &'static str) -> Reject {
    Reject { reason: "missing-value", column, expected }
}

#[inline]
pub(super) fn key<'c>(cells: &[Cell<'c>], column: Option<usize>) -> Option<Cow<'c, str>> {
    value::text(cells.get(column?)?)
}

impl Account for Sink<'_> {
    fn remarks(&self) -> u64 {
        self.control.rows_left_out + self.rounded + self.truncated_rows + self.diagnostics.total()
    }

    fn left_out(&self) -> u64 {
        self.control.rows_left_out
    }

    fn reason(&self) -> &'static str {
        self.reason
    }
}

impl RowSink for Sink<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        if !self.plan.layout.holds(number) {
            return self.plan.layout.beyond(number);
        }
        self.control.rows_in_file += 1;
        if is_example(cells) {
            let example = Reject { reason: "example-row", column: None, expected: "" };
            self.reject(number, cells, &example, None);
            return ControlFlow::Continue(());
        }
        let read = self.amount(cells);
        let read = if self.plan.rates.is_some() { self.convert(cells, read) } else { read };
        let amount = read.as_ref().ok().copied().flatten();
        self.magnitude += i128::from(amount.unwrap_or_default().0.unsigned_abs());
        if self.magnitude > SUMS_STAY_BELOW {
            // Reported as too large once the sheet has been read; nothing more is added up.
            return ControlFlow::Break(());
        }
        if let Some((reason, at)) = self.not_wanted(cells) {
            if self.plan.several {
                self.note_unwanted(cells);
            }
            let unwanted = Reject { reason, column: Some(at), expected: "" };
            let reject = self.classify(cells, unwanted, amount);
            if self.meets_next_table(number, cells, reject.reason) {
                return ControlFlow::Break(());
            }
            self.reject(number, cells, &reject, self.in_review(amount));
            return ControlFlow::Continue(());
        }
        if let Some(by) = self.plan.replaced.get(&number) {
            self.replace(number, cells, by, self.in_review(amount));
            return ControlFlow::Continue(());
        }
        let used = match read {
            Ok(amount) => self.use_row(number, cells, amount),
            Err(reject) => Err(reject),
        };
        match used {
            Ok(()) => {
                self.watch.record();
                let amount = amount.unwrap_or_default();
                self.control.rows_used += 1;
                if self.types.turned {
                    self.turned.rows += 1;
                    self.turned.amount += amount;
                }
                self.control.amount_in_file += amount;
                self.control.amount_used += amount;
                ControlFlow::Continue(())
            }
            Err(found) => {
                if self.open && !self.plan.surveyed {
                    return ControlFlow::Break(());
                }
                let reject = self.classify(cells, found, amount);
                if self.meets_next_table(number, cells, reject.reason) {
                    return ControlFlow::Break(());
                }
                self.reject(number, cells, &reject, self.in_review(amount));
                ControlFlow::Continue(())
            }
        }
    }
}

impl Aside for Sink<'_> {
    fn set_aside(&mut self, number: u64, cells: &[Cell<'_>]) {
        self.control.rows_in_file += 1;
        let column = self.plan.layout.shape.group;
        let heading = Reject { reason: "group-heading", column, expected: "" };
        self.reject(number, cells, &heading, None);
    }

    fn remark(&mut self, remark: Diagnostic) {
        self.diagnostics.push(remark);
    }
}
