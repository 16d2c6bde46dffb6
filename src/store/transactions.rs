//! Transactions of one sheet: rows to ledger parts, with an account of every row.
//!
//! A row that cannot be used is left out with a reason, a diagnostic and, where its amount can be read, its amount, so
//! that the control totals balance.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use super::currencies::{Currencies, Tally};
use super::discounts::Discount;
use super::overlap::Replaced;
use super::plan::{Columns, Plan};
use super::rates::Rates;
use super::shaped::Aside;
use super::sheet::{self, Sheet};
use super::side::Product;
use super::sink::{SUMS_STAY_BELOW, Sink};
use super::types::{Signs, Turned};
use super::{Control, InputReport, Listing, Loaded, Options, totals};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Diagnostics, Origin};
use crate::error::Result;
use crate::ledger::{Ledger, Part};
use crate::parallel;
use crate::schema::aliases;
use crate::source::{Cell, RowSink};

/// Sums over all transaction sheets that only make sense together.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) currencies: Currencies,
    largest: i128,
}

/// What one sheet of transactions came to.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Its lines, as each thread found them.
    pub(super) parts: Vec<Part>,
    /// Its lines put together, where there are other sheets to compare them with.
    pub(super) ledger: Ledger,
    /// Orders of rows that do not count by their status.
    pub(super) unwanted: Vec<Part>,
    /// The row at which another table begins on the sheet, if one was met.
    pub(super) next_table: Option<u64>,
    control: Control,
    diagnostics: Diagnostics,
    currencies: Currencies,
    magnitude: i128,
}

impl Reading {
    /// Adds it to all that was read, and returns its lines.
    ///
    /// # Errors
    /// Sums of 64-bit units cannot wrap while the sum of magnitudes stays well within 64 bits.
    pub(super) fn add_to(self, loaded: &mut Loaded, totals: &mut Totals) -> Result<Vec<Part>> {
        totals.largest += self.magnitude;
        check(totals.largest)?;
        totals.currencies.add_all(self.currencies);
        add(&mut loaded.control, self.control);
        loaded.diagnostics.merge(self.diagnostics);
        Ok(if self.parts.is_empty() { vec![self.ledger.into()] } else { self.parts })
    }
}

fn check(magnitude: i128) -> Result<()> {
    if magnitude > SUMS_STAY_BELOW {
        return Err(Diagnostic::error("amount-overflow", Origin::default()).into());
    }
    Ok(())
}

/// What all sheets of transactions are read with.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub(super) products: &'a HashMap<String, Product>,
    pub(super) rates: &'a Rates,
    pub(super) config: &'a Config,
    pub(super) options: &'a Options,
    /// Whether several sheets hold transactions.
    pub(super) several: bool,
}

/// Reads one sheet of transactions, without the rows that are replaced.
pub(super) fn read(
    sheet: &mut Sheet,
    means: Means<'_>,
    replaced: &Replaced,
    inputs: &mut [InputReport],
) -> Result<Reading> {
    let threads = means.options.threads;
    let mut reading = Reading::default();
    let mut sinks = sinks(sheet, means, replaced)?;
    if sheet.is_open(sinks.iter().any(|sink| sink.open)) {
        reading.diagnostics.extend(sheet.survey(true, threads)?);
        inputs[sheet.report].columns = sheet::columns(sheet);
        sinks = self::sinks(sheet, means, replaced)?;
    }
    reading.next_table = sinks.iter().filter_map(|sink| sink.watch.found).min();
    if reading.next_table.is_some() {
        return Ok(reading);
    }
    let mut signs = Signs::default();
    for sink in &sinks {
        signs.add(sink.signs);
    }
    if signs.are_missing() && !sheet.unsigned_returns {
        sheet.unsigned_returns = true;
        sinks = self::sinks(sheet, means, replaced)?;
    }
    let mut paid_known = false;
    let mut total_rows = BTreeMap::new();
    let mut rows = 0;
    let mut builders = Vec::new();
    let mut rounded = 0;
    let (mut turned, mut undiscounted) = (Turned::default(), 0);
    let mut truncated: BTreeMap<(usize, String), (u64, u64)> = BTreeMap::new();
    let (mut blank, mut blank_rows) = (Tally::default(), Vec::new());
    reading.magnitude = sinks.iter().map(|sink| sink.magnitude).sum::<i128>();
    check(reading.magnitude)?;
    for mut sink in sinks {
        paid_known |= sink.paid_known;
        rows += sink.control.rows_in_file;
        rounded += sink.rounded;
        turned.rows += sink.turned.rows;
        turned.amount += sink.turned.amount;
        undiscounted += sink.undiscounted;
        for (id, (rows, first)) in sink.truncated {
            let known = truncated.entry(id).or_insert((0, first));
            *known = (known.0 + rows, known.1.min(first));
        }
        total_rows.append(&mut sink.total_rows);
        for (code, tally) in sink.currencies.by {
            reading.currencies.add(code, &tally);
        }
        blank.rows += sink.currencies.blank.rows;
        blank.amount += sink.currencies.blank.amount;
        blank_rows.append(&mut sink.currencies.blank_rows);
        add(&mut reading.control, sink.control);
        reading.diagnostics.merge(sink.diagnostics);
        builders.push(sink.builder);
        reading.unwanted.push(sink.unwanted.finish(false));
    }
    inputs[sheet.report].rows = rows;
    let columns = Columns::of(&sheet.layout);
    blank_rows.sort_unstable();
    reading.currencies.add_blank(&sheet.origin, &blank, &blank_rows);
    if let Some(at) = columns.currency {
        reading.currencies.under(&sheet.layout.columns[at].heading);
    }
    let under = |column| Origin { row: None, ..sheet.at(0, column) };
    if turned.rows > 0 {
        let notice = Diagnostic::notice("sign-flipped", under(columns.kind))
            .with("rows", turned.rows)
            .with("amount", turned.amount);
        reading.diagnostics.push(notice);
    }
    if let (Discount::Unsaid(at), 1..) = (Discount::of(&sheet.layout), undiscounted) {
        let notice = Diagnostic::notice("discount-not-applied", under(Some(at)));
        reading.diagnostics.push(notice.with("rows", undiscounted));
    }
    for ((at, id), (rows, first)) in truncated {
        if !reading.diagnostics.count_if_full("truncated-id") {
            let warning = Diagnostic::warning("truncated-id", sheet.at(first, Some(at)));
            reading.diagnostics.push(warning.with_cell(id).with("rows", rows));
        }
    }
    if rounded > 0 {
        let notice =
            Diagnostic::notice("rounded-digits", sheet.origin.clone()).with("rows", rounded);
        reading.diagnostics.push(notice);
    }
    let returns = plan(sheet, means, replaced).return_type;
    reading.diagnostics.extend(totals::check(sheet, &total_rows, &returns)?);
    let finish = builders.into_iter().map(|builder| move || builder.finish(paid_known)).collect();
    reading.parts = parallel::join(finish);
    if means.several {
        reading.ledger = Part::merge(std::mem::take(&mut reading.parts), threads);
    }
    Ok(reading)
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

fn sinks<'a>(sheet: &'a Sheet, means: Means<'a>, replaced: &'a Replaced) -> Result<Vec<Sink<'a>>> {
    let plan = plan(sheet, means, replaced);
    let threads = means.options.threads;
    sheet.read(threads, || Sink::new(plan.clone()))
}

/// Hands over every diagnostic of the rows of a sheet, in their order.
pub(super) fn list(
    sheet: &Sheet,
    means: Means<'_>,
    replaced: &Replaced,
    inputs: &[InputReport],
    each: Listing<'_>,
) -> Result<()> {
    let plan = plan(sheet, means, replaced);
    let each = Mutex::new(each);
    sheet.pass(1, || Listed { sink: Sink::new(plan.clone()), inputs, each: &each })?;
    Ok(())
}

/// Reads rows and keeps nothing of what there is to say about them.
struct Listed<'a, 'e, 'm> {
    sink: Sink<'a>,
    inputs: &'e [InputReport],
    each: &'e Mutex<Listing<'m>>,
}

impl Aside for Listed<'_, '_, '_> {
    fn set_aside(&mut self, number: u64, cells: &[Cell<'_>]) {
        self.sink.set_aside(number, cells);
        self.hand_over();
    }
}

impl Listed<'_, '_, '_> {
    /// Hands over what there is to say of the last row.
    fn hand_over(&mut self) {
        if !self.sink.diagnostics.is_empty() {
            let found = std::mem::take(&mut self.sink.diagnostics);
            let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
            for diagnostic in found.into_groups().flat_map(|(_, group)| group.details) {
                each(self.inputs, diagnostic);
            }
        }
    }
}

impl RowSink for Listed<'_, '_, '_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let flow = self.sink.row(number, cells);
        self.hand_over();
        flow
    }
}

/// How the rows of a sheet are read.
pub(super) fn plan<'a>(sheet: &'a Sheet, means: Means<'a>, replaced: &'a Replaced) -> Plan<'a> {
    let Means { products, rates, config, options, several } = means;
    Plan {
        layout: &sheet.layout,
        readings: &sheet.readings,
        origin: &sheet.origin,
        filter: &sheet.filter,
        currency: sheet.currency.as_deref(),
        products,
        rates: (!rates.to.is_empty()).then_some(rates),
        won_stage: config.won_stage.iter().map(|stage| aliases::normalise(stage)).collect(),
        return_type: config.return_type.iter().map(|word| aliases::normalise(word)).collect(),
        unsigned_returns: sheet.unsigned_returns,
        discount: Discount::of(&sheet.layout),
        skip_status: config.skip_status.iter().map(|status| aliases::normalise(status)).collect(),
        today: options.today,
        surveyed: sheet.surveyed,
        user: sheet.watched.then_some(&config.columns),
        several,
        replaced,
        columns: Columns::of(&sheet.layout),
    }
}
