//! Side tables: everything beside the transactions. They are small, so they are held as rows.
//!
//! One file per concern: [`rows`] reads the rows of any table, [`clients`], [`catalogue`] and [`relations`] say what the
//! rows of theirs mean, and [`foreign`] converts their amounts.

mod catalogue;
mod clients;
mod foreign;
mod metrics;
mod relations;
mod rows;

use std::collections::{BTreeMap, HashMap};

use super::sheet::{self, Sheet};
use super::{Loaded, Options};
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::error::Result;
use crate::schema::aliases;
use crate::schema::heading::UserColumns;

pub use clients::{ClientFile, ClientMore, Rated, Ratings};
pub use relations::{
    At, Contact, Contract, Dated, Feedback, Interaction, Opportunity, Project, Receivable,
    Relations,
};

pub(super) use catalogue::Product;
pub(super) use metrics::{columns as measured, lacking as metrics_lacking};
pub(super) use relations::{Key, Keys};

use clients::Headings;

/// The side tables.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub clients: Vec<ClientFile>,
    pub products: HashMap<String, Product>,
    pub industries: BTreeMap<String, f64>,
    /// The tables that speak of clients; their clients are positions in `keys`.
    pub relations: Relations,
    pub keys: Keys,
    /// Amounts that name their currency.
    foreign: Vec<foreign::Foreign>,
}

/// The row at which another table begins below a side table, if one does.
pub(super) fn next_table(sheet: &Sheet, user: &UserColumns) -> Result<Option<u64>> {
    Ok(rows::read(sheet, user)?.next_table())
}

/// Reads all side tables among the sheets.
pub(super) fn read(
    sheets: &mut [Sheet],
    config: &Config,
    options: &Options,
    loaded: &mut Loaded,
) -> Result<Side> {
    let mut side = Side::default();
    let skipped: Vec<String> =
        config.skip_status.iter().map(|status| aliases::normalise(status)).collect();
    let mut seen: HashMap<(&'static str, String), u64> = HashMap::new();
    for sheet in sheets
        .iter_mut()
        .filter(|sheet| !["transactions", "rates"].contains(&sheet.layout.table.code()))
    {
        let mut rows = rows::read(sheet, &config.columns)?;
        if sheet.is_open(rows.open) {
            loaded.diagnostics.extend(sheet.survey(true, options.threads)?);
            loaded.inputs[sheet.report].columns = sheet::columns(sheet);
            rows = rows::read(sheet, &config.columns)?;
        }
        if sheet.layout.table.code() == "contacts" {
            rows.read_birthdays(sheet.given.date_order, options.today);
        }
        sheet.note_start(rows.next_table(), &config.columns, &mut loaded.starts)?;
        loaded.inputs[sheet.report].rows = rows.count;
        loaded.diagnostics.merge(rows.diagnostics);
        let table = sheet.layout.table.code();
        let file = (table == "clients").then(|| Headings::of(&sheet.layout));
        let place = side.relations.sheet(sheet);
        for mut row in rows.rows {
            let at = At { sheet: place, row: row.number };
            if table == "contracts"
                && let Some(status) = row.text("status")
                && skipped.contains(&aliases::normalise(&status))
            {
                if !loaded.diagnostics.count_if_full("skipped-status") {
                    let origin = sheet.at(at.row, sheet.layout.column_of("status"));
                    let notice = Diagnostic::notice("skipped-status", origin).with_cell(status);
                    loaded.diagnostics.push(notice);
                }
                continue;
            }
            let key = match table {
                "clients" => {
                    let client = clients::client(&mut row, file.as_ref());
                    let key = client.id.clone();
                    side.clients.push(client);
                    Some(key)
                }
                "products" => catalogue::product(&mut side.products, &mut row),
                "industries" => catalogue::industry(&mut side.industries, &mut row),
                _ => side.relations.take(table, &mut row, at, &mut side.keys),
            };
            side.note_currencies(table, row, at);
            let Some(key) = key else {
                continue;
            };
            let shown = key.split(relations::REST).next().unwrap_or_default().to_owned();
            if let Some(first) = seen.insert((table, key), at.row) {
                let duplicate = Diagnostic::warning("duplicate-key", sheet.at(at.row, None))
                    .with("first", first)
                    .with_cell(shown);
                loaded.diagnostics.push(duplicate);
                if side.relations.drop_last(table) {
                    side.forget(at);
                }
            }
        }
    }
    side.relations.settle();
    Ok(side)
}
