//! Transactions of one sheet: rows to ledger parts, with an account of every row.
//!
//! A row that cannot be used is left out with a reason, a diagnostic and, where its amount can be read, its amount, so
//! that the control totals balance.

use std::collections::{BTreeMap, HashMap};

use super::sheet::{self, Sheet};
use super::side::Product;
use super::sink::{Columns, Plan, SUMS_STAY_BELOW, Sink};
use super::{Control, Loaded, Options, totals};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Result;
use crate::ledger::Part;
use crate::money::Money;
use crate::parallel;
use crate::schema::aliases;

/// Sums over all transaction sheets that only make sense together.
#[derive(Debug, Default)]
pub(super) struct Totals {
    currencies: BTreeMap<String, Money>,
    largest: i128,
}

impl Totals {
    /// Sums of 64-bit units cannot wrap while the sum of magnitudes stays well within 64 bits.
    fn check(&self) -> Result<()> {
        if self.largest > SUMS_STAY_BELOW {
            return Err(Diagnostic::error("amount-overflow", Origin::default()).into());
        }
        Ok(())
    }

    /// The one currency of all rows.
    pub(super) fn currency(&self, config: &Config) -> Result<Option<String>> {
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
        loaded.diagnostics.extend(sheet.survey(true, options.threads)?);
        loaded.inputs[sheet.report].columns = sheet::columns(sheet);
        sinks = self::sinks(sheet, products, config, options)?;
    }
    let mut paid_known = false;
    let mut total_rows = BTreeMap::new();
    let mut rows = 0;
    let mut builders = Vec::new();
    let mut rounded = 0;
    totals.largest += sinks.iter().map(|sink| sink.magnitude).sum::<i128>();
    totals.check()?;
    for mut sink in sinks {
        paid_known |= sink.paid_known;
        rows += sink.control.rows_in_file;
        rounded += sink.rounded;
        total_rows.append(&mut sink.total_rows);
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
    let finish = builders.into_iter().map(|builder| move || builder.finish(paid_known)).collect();
    Ok(parallel::join(finish))
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
        won_stage: config.won_stage.iter().map(|stage| aliases::normalise(stage)).collect(),
        skip_status: config.skip_status.iter().map(|status| aliases::normalise(status)).collect(),
        today: options.today,
        surveyed: sheet.surveyed,
        columns: Columns::of(&sheet.layout),
    };
    sheet.document.borrow_mut().read(sheet.index, options.threads, || Sink::new(plan.clone()))
}
