//! Transactions: rows to ledger. The hot path of the program.
//!
//! Each thread has a [`Sink`]; nothing is allocated per row that is used. A row that cannot be used is left out with a
//! reason, a diagnostic and, where its amount can be read, its amount, so that the control totals balance.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use super::inputs::Sheet;
use super::side::Product;
use super::{Control, Loaded, Options, leave_out, totals};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, Fact, Origin};
use crate::error::Result;
use crate::ledger::{BLANK_LINE, Builder, Line, OrderKey, Part, Payment};
use crate::money::Money;
use crate::period::Day;
use crate::schema::heading::Layout;
use crate::schema::value::{self, Reading, Trouble};
use crate::schema::{aliases, day};
use crate::source::{Cell, RowSink};

/// Whether leaving a row out for this reason is an error rather than a choice.
pub(super) fn is_error(reason: &str) -> bool {
    matches!(reason, "missing-value" | "type-error")
}

/// Sums over all transaction sheets that only make sense together.
#[derive(Debug, Default)]
pub(super) struct Totals {
    currencies: BTreeMap<String, Money>,
    largest: i128,
}

impl Totals {
    /// The one currency of all rows.
    pub(super) fn currency(&self, config: &Config) -> Result<Option<String>> {
        // Sums of 64-bit units cannot wrap while the sum of magnitudes stays well within 64 bits.
        if self.largest > SUMS_STAY_BELOW {
            return Err(Diagnostic::error("amount-overflow", Origin::default()).into());
        }
        let mut named = self.currencies.keys().filter(|code| !code.is_empty());
        let first = named.next().cloned();
        if named.next().is_some() || (first.is_some() && self.currencies.len() > 1) {
            let list = self
                .currencies
                .iter()
                .map(|(code, amount)| {
                    let code = if code.is_empty() { "?" } else { code };
                    format!("{code} {amount}")
                })
                .collect::<Vec<_>>();
            let mix = Diagnostic::error("currency-mix", Origin::default()).with("currencies", list);
            return Err(mix.into());
        }
        Ok(if config.currency.is_empty() { first } else { Some(config.currency.clone()) })
    }
}

/// Reads one sheet of transactions.
pub(super) fn read(
    sheet: &mut Sheet,
    products: &HashMap<String, Product>,
    config: &Config,
    options: &Options,
    loaded: &mut Loaded,
    totals: &mut Totals,
) -> Result<Vec<Part>> {
    let mut sinks = sinks(sheet, products, config, options)?;
    if sinks.iter().any(|sink| sink.open) && !sheet.surveyed {
        sheet.survey(true, options.threads)?;
        loaded.inputs[sheet.report].columns = super::inputs::columns(sheet);
        sinks = self::sinks(sheet, products, config, options)?;
    }
    let mut paid_known = false;
    let mut total_rows = BTreeMap::new();
    let mut rows = 0;
    let mut builders = Vec::new();
    let mut rounded = 0;
    for mut sink in sinks {
        paid_known |= sink.paid_known;
        rows += sink.control.rows_in_file;
        rounded += sink.rounded;
        total_rows.append(&mut sink.total_rows);
        totals.largest += sink.magnitude;
        for (code, amount) in sink.currencies {
            *totals.currencies.entry(code).or_default() += amount;
        }
        add(&mut loaded.control, sink.control);
        loaded.diagnostics.merge(sink.diagnostics);
        builders.push(sink.builder);
    }
    loaded.inputs[sheet.report].rows = rows;
    if rounded > 0 {
        let notice =
            Diagnostic::notice("rounded-digits", sheet.origin.clone()).with("rows", rounded);
        loaded.diagnostics.push(notice);
    }
    totals::check(sheet, &total_rows, loaded)?;
    Ok(builders.into_iter().map(|builder| builder.finish(paid_known)).collect())
}

fn add(all: &mut Control, part: Control) {
    all.rows_in_file += part.rows_in_file;
    all.rows_used += part.rows_used;
    all.rows_left_out += part.rows_left_out;
    all.amount_in_file += part.amount_in_file;
    all.amount_used += part.amount_used;
    all.amount_left_out += part.amount_left_out;
    for (reason, left_out) in part.by_reason {
        let sum = all.by_reason.entry(reason).or_default();
        sum.rows += left_out.rows;
        sum.amount += left_out.amount;
    }
}

fn sinks<'a>(
    sheet: &'a Sheet,
    products: &'a HashMap<String, Product>,
    config: &'a Config,
    options: &'a Options,
) -> Result<Vec<Sink<'a>>> {
    let plan = Plan {
        layout: &sheet.layout,
        readings: &sheet.readings,
        origin: &sheet.origin,
        filter: &sheet.filter,
        currency: sheet.currency.as_deref(),
        products,
        skip_status: config.skip_status.iter().map(|status| aliases::normalise(status)).collect(),
        today: options.today,
        surveyed: sheet.surveyed,
        columns: Columns::of(&sheet.layout),
    };
    sheet.document.borrow_mut().read(sheet.index, options.threads, || Sink::new(plan.clone()))
}

/// Positions of the columns that are read.
#[derive(Clone, Copy, Debug, Default)]
struct Columns {
    client: Option<usize>,
    client_name: Option<usize>,
    date: Option<usize>,
    amount: Option<usize>,
    cost: Option<usize>,
    margin: Option<usize>,
    business_line: Option<usize>,
    product: Option<usize>,
    order_id: Option<usize>,
    quantity: Option<usize>,
    unit_price: Option<usize>,
    unit_cost: Option<usize>,
    returned: Option<usize>,
    paid_date: Option<usize>,
    pay_days: Option<usize>,
    currency: Option<usize>,
    status: Option<usize>,
}

impl Columns {
    fn of(layout: &Layout) -> Self {
        let at = |field| layout.column_of(field);
        let (client, client_name) = match (at("client"), at("client_name")) {
            (None, name) => (name, None),
            both => both,
        };
        Self {
            client,
            client_name,
            date: at("date"),
            amount: at("amount"),
            cost: at("cost"),
            margin: at("margin"),
            business_line: at("business_line"),
            product: at("product"),
            order_id: at("order_id"),
            quantity: at("quantity"),
            unit_price: at("unit_price"),
            unit_cost: at("unit_cost"),
            returned: at("returned"),
            paid_date: at("paid_date"),
            pay_days: at("pay_days"),
            currency: at("currency"),
            status: at("status"),
        }
    }
}

/// What all sinks of a sheet share.
#[derive(Clone)]
struct Plan<'a> {
    layout: &'a Layout,
    readings: &'a [Reading],
    origin: &'a Origin,
    filter: &'a [(usize, String)],
    currency: Option<&'a str>,
    products: &'a HashMap<String, Product>,
    skip_status: Vec<String>,
    today: Day,
    surveyed: bool,
    columns: Columns,
}

/// Takes transaction rows.
struct Sink<'a> {
    plan: Plan<'a>,
    builder: Builder,
    control: Control,
    diagnostics: Diagnostics,
    currencies: BTreeMap<String, Money>,
    /// Row number and amount of total rows.
    total_rows: BTreeMap<u64, Option<Money>>,
    /// Σ |amount| + |cost|, to prove that no sum has wrapped.
    magnitude: i128,
    paid_known: bool,
    /// A cell turned up that needs the whole column.
    open: bool,
    rounded: u64,
    last_line: (String, u32),
    /// By column: the last date read, as written and as a day.
    dates: Vec<(usize, String, Day)>,
}

/// Why a row is not used.
struct Reject {
    reason: &'static str,
    column: Option<usize>,
    expected: &'static str,
}

const BLANK: Cell<'static> = Cell::Blank;
/// Payment days from here on are a damaged cell.
const LONGEST_CREDIT: f64 = 36_600.0;
/// Sums of magnitudes up to here fit 64 bits whatever is added to what.
const SUMS_STAY_BELOW: i128 = i64::MAX as i128 / 4;

impl<'a> Sink<'a> {
    fn new(plan: Plan<'a>) -> Self {
        Self {
            plan,
            builder: Builder::default(),
            control: Control::default(),
            diagnostics: Diagnostics::default(),
            currencies: BTreeMap::new(),
            total_rows: BTreeMap::new(),
            magnitude: 0,
            paid_known: false,
            open: false,
            rounded: 0,
            last_line: (String::new(), BLANK_LINE),
            dates: Vec::new(),
        }
    }

    fn money(
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

    fn date(&mut self, cells: &[Cell<'_>], column: Option<usize>) -> Result<Option<Day>, Reject> {
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

    /// The amount, from its own column or as quantity × unit price.
    fn amount(&mut self, cells: &[Cell<'_>]) -> Result<Option<Money>, Reject> {
        let columns = self.plan.columns;
        if let Some(amount) = self.money(cells, columns.amount, "money")? {
            return Ok(Some(amount));
        }
        let price = self.money(cells, columns.unit_price, "money")?;
        let quantity = self.money(cells, columns.quantity, "number")?;
        match (price, quantity) {
            (Some(price), Some(quantity)) => {
                Money::product(quantity, price).map(Some).ok_or(Reject {
                    reason: "type-error",
                    column: columns.quantity,
                    expected: "number",
                })
            }
            _ => Ok(None),
        }
    }

    /// The margin of a line, if it is known: its own column, else amount less cost.
    fn margin(
        &mut self,
        cells: &[Cell<'_>],
        amount: Money,
        product: Option<&Product>,
    ) -> Result<Option<Money>, Reject> {
        let columns = self.plan.columns;
        if let Some(margin) = self.money(cells, columns.margin, "money")? {
            return Ok(Some(margin));
        }
        let mut cost = self.money(cells, columns.cost, "money")?;
        if cost.is_none()
            && (columns.unit_cost.is_some()
                || product.is_some_and(|product| product.unit_cost.is_some()))
        {
            let own = self.money(cells, columns.unit_cost, "money")?;
            let unit_cost = own.or(product.and_then(|product| product.unit_cost));
            let quantity = self.money(cells, columns.quantity, "number")?;
            cost = match (unit_cost, quantity) {
                (Some(unit_cost), Some(quantity)) => Money::product(quantity, unit_cost),
                _ => None,
            };
        }
        // A cost on a returned line takes the sign of the line.
        Ok(cost.map(|cost| if amount < Money::ZERO { amount + cost.abs() } else { amount - cost }))
    }

    fn use_row(
        &mut self,
        number: u64,
        cells: &[Cell<'_>],
        amount: Option<Money>,
    ) -> Result<(), Reject> {
        let columns = self.plan.columns;
        let client = key(cells, columns.client);
        let name = columns.client_name.and_then(|at| value::text(cells.get(at)?));
        let date = self.date(cells, columns.date)?;
        let (client, name) = match (client, name) {
            (Some(client), name) => (client, name),
            (None, Some(name)) => (name, None),
            (None, None) => return Err(missing(columns.client, "client")),
        };
        let date = date.ok_or_else(|| missing(columns.date, "date"))?;
        let amount =
            amount.ok_or_else(|| missing(columns.amount.or(columns.unit_price), "money"))?;
        let returned =
            self.money(cells, columns.returned, "money")?.map_or(Money::ZERO, Money::abs);
        let product = columns.product.and_then(|at| value::text(cells.get(at)?));
        let products = self.plan.products;
        let product = if products.is_empty() {
            None
        } else {
            product.and_then(|product| products.get(product.as_ref()))
        };
        let margin = self.margin(cells, amount, product)?;
        let payment = self.payment(cells, date)?;

        let line = match columns.business_line.and_then(|at| value::text(cells.get(at)?)) {
            Some(line) => Some(self.line(&line)),
            None => product
                .and_then(|product| product.business_line.as_deref())
                .map(|line| self.line(line)),
        };
        let client = self.builder.client(&client);
        if let Some(name) = name {
            self.builder.name_client(client, &name);
        }
        let order = match columns.order_id.and_then(|at| value::text(cells.get(at)?)) {
            Some(id) => OrderKey::new(&id),
            None => OrderKey::NONE,
        };
        self.magnitude +=
            i128::from(margin.unwrap_or_default().0.unsigned_abs()) + i128::from(returned.0);
        if date > self.plan.today && !self.diagnostics.count_if_full("future-date") {
            let diagnostic = self.diagnostic("future-date", number, cells, columns.date);
            self.diagnostics
                .push(Diagnostic { severity: crate::diagnostic::Severity::Warning, ..diagnostic });
        }
        self.currency(cells, amount);
        self.builder.push(&Line { client, date, order, amount, returned, margin, line, payment });
        Ok(())
    }

    fn payment(&mut self, cells: &[Cell<'_>], date: Day) -> Result<Payment, Reject> {
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
            if let Some(days) = days.filter(|days| days.abs() < LONGEST_CREDIT) {
                self.paid_known = true;
                return Ok(Payment::Paid(date.plus_days(days.round() as i32)));
            }
        }
        // Blank: not paid yet where the export has paid dates; with payment days alone it says nothing.
        Ok(if columns.paid_date.is_some() { Payment::Open } else { Payment::Unknown })
    }

    fn line(&mut self, name: &str) -> u32 {
        if self.last_line.1 != BLANK_LINE && self.last_line.0 == name {
            return self.last_line.1;
        }
        let line = self.builder.line(name);
        name.clone_into(&mut self.last_line.0);
        self.last_line.1 = line;
        line
    }

    fn currency(&mut self, cells: &[Cell<'_>], amount: Money) {
        let own = self.plan.columns.currency.and_then(|at| value::text(cells.get(at)?));
        let Some(code) = own.or(self.plan.currency.map(Cow::Borrowed)) else {
            if self.plan.columns.currency.is_some() {
                *self.currencies.entry(String::new()).or_default() += amount;
            }
            return;
        };
        let code = code.to_uppercase();
        if let Some(sum) = self.currencies.get_mut(&code) {
            *sum += amount;
        } else {
            self.currencies.insert(code, amount);
        }
    }

    /// Whether the row does not count by a choice of the settings.
    fn not_wanted(&self, cells: &[Cell<'_>]) -> Option<(&'static str, usize)> {
        for (at, wanted) in self.plan.filter {
            let cell = cells.get(*at).unwrap_or(&BLANK);
            if value::text(cell).is_none_or(|text| text != wanted.as_str()) {
                return Some(("filtered-row", *at));
            }
        }
        let at = self.plan.columns.status?;
        let status = value::text(cells.get(at)?)?;
        let status = aliases::normalise(&status);
        self.plan.skip_status.contains(&status).then_some(("skipped-status", at))
    }

    /// What a row that lacks something really is: a total, a repeated heading, a note; else the error as found.
    fn classify(&self, cells: &[Cell<'_>], found: Reject, amount: Option<Money>) -> Reject {
        let columns = self.plan.columns;
        let blank = |column: Option<usize>| {
            column.is_none_or(|at| value::text(cells.get(at).unwrap_or(&BLANK)).is_none())
        };
        let date_missing = columns.date.is_none_or(|at| {
            !matches!(
                day::day(cells.get(at).unwrap_or(&BLANK), self.plan.readings[at]),
                Ok(Some(_))
            )
        });
        if date_missing
            && let Some(at) = cells
                .iter()
                .position(|cell| value::text(cell).is_some_and(|text| totals::is_total(&text)))
        {
            return Reject { reason: "total-row", column: Some(at), expected: "" };
        }
        let headings = self.plan.layout.columns.iter();
        let repeated = cells
            .iter()
            .zip(headings)
            .filter(|(cell, column)| {
                !column.heading.is_empty() && value::shown(cell).trim() == column.heading
            })
            .count();
        if repeated >= 3 {
            return Reject { reason: "repeated-header", column: None, expected: "" };
        }
        if blank(columns.date)
            && amount.is_none()
            && (blank(columns.client)
                || cells.iter().filter(|cell| **cell != Cell::Blank).count() == 1)
        {
            return Reject { reason: "note-row", column: None, expected: "" };
        }
        found
    }

    fn diagnostic(
        &self,
        code: &'static str,
        number: u64,
        cells: &[Cell<'_>],
        column: Option<usize>,
    ) -> Diagnostic {
        let layout = self.plan.layout;
        let heading =
            column.and_then(|at| layout.columns.get(at)).map(|column| column.heading.clone());
        let origin = Origin { row: Some(number), column, heading, ..self.plan.origin.clone() };
        let diagnostic = Diagnostic::error(code, origin);
        let Some(at) = column else {
            return diagnostic;
        };
        let mut shown: Vec<String> = cells.iter().map(value::shown).collect();
        shown.resize(layout.columns.len().max(shown.len()), String::new());
        diagnostic.with_cell(shown.get(at).cloned().unwrap_or_default()).with_excerpt(
            Excerpt::Record {
                headings: layout.columns.iter().map(|column| column.heading.clone()).collect(),
                cells: shown,
                at,
            },
        )
    }

    fn reject(&mut self, number: u64, cells: &[Cell<'_>], reject: &Reject, amount: Option<Money>) {
        // A total is not an amount of its own: it repeats those above it.
        let amount = if reject.reason == "total-row" {
            self.total_rows.insert(number, amount);
            None
        } else {
            amount
        };
        if let Some(amount) = amount {
            self.control.amount_in_file += amount;
        }
        leave_out(&mut self.control, reject.reason, amount);
        if self.diagnostics.count_if_full(reject.reason) {
            return;
        }
        let mut diagnostic = self.diagnostic(reject.reason, number, cells, reject.column);
        if !is_error(reject.reason) {
            diagnostic.severity = crate::diagnostic::Severity::Notice;
            diagnostic.excerpt = None;
        }
        if !reject.expected.is_empty() {
            diagnostic.facts.insert("expected", Fact::from(reject.expected));
        }
        self.diagnostics.push(diagnostic);
    }
}

fn missing(column: Option<usize>, expected: &'static str) -> Reject {
    Reject { reason: "missing-value", column, expected }
}

fn key<'c>(cells: &[Cell<'c>], column: Option<usize>) -> Option<Cow<'c, str>> {
    value::text(cells.get(column?)?)
}

impl RowSink for Sink<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        if number <= self.plan.layout.header_row {
            return ControlFlow::Continue(());
        }
        self.control.rows_in_file += 1;
        let read = self.amount(cells);
        let amount = read.as_ref().ok().copied().flatten();
        self.magnitude += i128::from(amount.unwrap_or_default().0.unsigned_abs());
        if self.magnitude > SUMS_STAY_BELOW {
            // Reported as too large once the sheet has been read; nothing more is added up.
            return ControlFlow::Break(());
        }
        if let Some((reason, at)) = self.not_wanted(cells) {
            self.reject(number, cells, &Reject { reason, column: Some(at), expected: "" }, amount);
            return ControlFlow::Continue(());
        }
        let used = match read {
            Ok(amount) => self.use_row(number, cells, amount),
            Err(reject) => Err(reject),
        };
        match used {
            Ok(()) => {
                let amount = amount.unwrap_or_default();
                self.control.rows_used += 1;
                self.control.amount_in_file += amount;
                self.control.amount_used += amount;
                ControlFlow::Continue(())
            }
            Err(found) => {
                if self.open && !self.plan.surveyed {
                    return ControlFlow::Break(());
                }
                let reject = self.classify(cells, found, amount);
                self.reject(number, cells, &reject, amount);
                ControlFlow::Continue(())
            }
        }
    }
}
