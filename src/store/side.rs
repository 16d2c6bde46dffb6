//! Side tables: clients, products, industries. They are small, so they are held as rows.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use super::sheet::{self, Sheet};
use super::{Loaded, Options};
use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt};
use crate::error::Result;
use crate::money::Money;
use crate::schema::value::{self, Trouble};
use crate::schema::{Kind, aliases, day};
use crate::source::{Cell, RowSink};

/// What the client file says about a client. `None` is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientFile {
    /// Id; the name where the file has no ids.
    pub id: String,
    /// Name; the id where it has no names.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Id or name of the client that it belongs to.
    pub parent: Option<String>,
    /// Industry.
    pub industry: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Account manager.
    pub owner: Option<String>,
    /// Yearly demand.
    pub annual_potential: Option<Money>,
    /// Fit to the client's needs, 1–5.
    pub needs_fit: Option<f64>,
    /// Executive visits in the last 12 months.
    pub exec_visits: Option<f64>,
    /// Joint projects in the last 36 months.
    pub joint_projects: Option<f64>,
    /// Awards in the last 36 months.
    pub awards: Option<f64>,
    /// Referrals in the last 12 months.
    pub referrals: Option<f64>,
    /// Yearly growth of its industry, where the client file has it.
    pub industry_growth: Option<f64>,
}

/// What a product code stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Product {
    pub business_line: Option<String>,
    pub unit_cost: Option<Money>,
}

/// The side tables.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub clients: Vec<ClientFile>,
    pub products: HashMap<String, Product>,
    pub industries: BTreeMap<String, f64>,
}

/// A value of a side table.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(String),
    Money(Money),
    Number(f64),
    /// No figure rests on a date of a side table yet, but a wrong one is reported.
    Day,
}

/// Reads all side tables among the sheets.
pub(super) fn read(sheets: &mut [Sheet], options: &Options, loaded: &mut Loaded) -> Result<Side> {
    let mut side = Side::default();
    let mut seen: HashMap<(&'static str, String), u64> = HashMap::new();
    for sheet in sheets.iter_mut().filter(|sheet| sheet.layout.table.code() != "transactions") {
        let mut rows = rows(sheet)?;
        if rows.open && !sheet.surveyed {
            loaded.diagnostics.extend(sheet.survey(true, options.threads)?);
            loaded.inputs[sheet.report].columns = sheet::columns(sheet);
            rows = self::rows(sheet)?;
        }
        loaded.inputs[sheet.report].rows = rows.count;
        loaded.diagnostics.merge(rows.diagnostics);
        let table = sheet.layout.table.code();
        for (number, row) in rows.rows {
            let Some(key) = take(&mut side, table, &row) else {
                continue;
            };
            if let Some(first) = seen.insert((table, key.clone()), number) {
                let duplicate = Diagnostic::warning("duplicate-key", sheet.at(number, None))
                    .with("first", first)
                    .with_cell(key);
                loaded.diagnostics.push(duplicate);
            }
        }
    }
    Ok(side)
}

type Row = BTreeMap<&'static str, Value>;

fn text(row: &Row, field: &str) -> Option<String> {
    match row.get(field)? {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn number(row: &Row, field: &str) -> Option<f64> {
    match row.get(field)? {
        Value::Number(number) => Some(*number),
        _ => None,
    }
}

fn money(row: &Row, field: &str) -> Option<Money> {
    match row.get(field)? {
        Value::Money(money) => Some(*money),
        _ => None,
    }
}

/// Puts a row into its table and returns its key. A later row with the same key fills what the earlier one left blank.
fn take(side: &mut Side, table: &str, row: &Row) -> Option<String> {
    match table {
        "clients" => {
            let id = text(row, "client_id").or_else(|| text(row, "name"))?;
            let name = text(row, "name").unwrap_or_else(|| id.clone());
            let aliases = text(row, "aliases")
                .map(|list| {
                    list.split([';', '；', '|', '、'])
                        .map(|alias| alias.trim().to_owned())
                        .collect()
                })
                .unwrap_or_default();
            side.clients.push(ClientFile {
                id: id.clone(),
                name,
                aliases,
                parent: text(row, "parent"),
                industry: text(row, "industry"),
                region: text(row, "region"),
                owner: text(row, "owner"),
                annual_potential: money(row, "annual_potential"),
                needs_fit: number(row, "needs_fit"),
                exec_visits: number(row, "exec_visits"),
                joint_projects: number(row, "joint_projects"),
                awards: number(row, "awards"),
                referrals: number(row, "referrals"),
                industry_growth: number(row, "industry_growth"),
            });
            Some(id)
        }
        "products" => {
            let key = text(row, "product")?;
            let product = side.products.entry(key.clone()).or_default();
            product.business_line = product.business_line.take().or(text(row, "business_line"));
            product.unit_cost = product.unit_cost.or(money(row, "unit_cost"));
            Some(key)
        }
        _ => {
            let key = text(row, "industry")?;
            if let Some(growth) = number(row, "growth") {
                side.industries.entry(aliases::normalise(&key)).or_insert(growth);
            }
            Some(key)
        }
    }
}

struct Rows<'a> {
    sheet: &'a Layouted<'a>,
    rows: Vec<(u64, Row)>,
    count: u64,
    diagnostics: Diagnostics,
    /// Whether a cell turned up that needs the whole column.
    open: bool,
}

/// The parts of a sheet that threads may share.
struct Layouted<'a> {
    layout: &'a crate::schema::heading::Layout,
    readings: &'a [value::Reading],
    origin: &'a crate::diagnostic::Origin,
}

struct Found {
    rows: Vec<(u64, Row)>,
    count: u64,
    diagnostics: Diagnostics,
    open: bool,
}

fn rows(sheet: &Sheet) -> Result<Found> {
    let layouted =
        Layouted { layout: &sheet.layout, readings: &sheet.readings, origin: &sheet.origin };
    let sinks = sheet.document.borrow_mut().read(sheet.index, 1, || Rows {
        sheet: &layouted,
        rows: Vec::new(),
        count: 0,
        diagnostics: Diagnostics::default(),
        open: false,
    })?;
    let mut found =
        Found { rows: Vec::new(), count: 0, diagnostics: Diagnostics::default(), open: false };
    for sink in sinks {
        found.rows.extend(sink.rows);
        found.count += sink.count;
        found.diagnostics.merge(sink.diagnostics);
        found.open |= sink.open;
    }
    Ok(found)
}

impl RowSink for Rows<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let Layouted { layout, readings, origin } = *self.sheet;
        if number <= layout.header_row {
            return ControlFlow::Continue(());
        }
        self.count += 1;
        let mut row = Row::new();
        for ((at, column), cell) in layout.columns.iter().enumerate().zip(cells) {
            let Some(field) = column.field.map(|field| layout.table.fields()[field]) else {
                continue;
            };
            let reading = readings[at];
            let read = match field.kind {
                Kind::Id | Kind::Text => {
                    Ok(value::text(cell).map(|text| Value::Text(text.into_owned())))
                }
                Kind::Money => value::exact(cell, reading)
                    .map(|exact| exact.map(|exact| Value::Money(Money(exact.units)))),
                Kind::Number | Kind::Share => {
                    value::number(cell, reading).map(|number| number.map(Value::Number))
                }
                Kind::Date => day::day(cell, reading).map(|day| day.map(|_| Value::Day)),
            };
            match read {
                Ok(Some(value)) => {
                    row.insert(field.name, value);
                }
                Ok(None) => {}
                Err(trouble) => {
                    self.open |=
                        trouble == Trouble::Undecided || value::shown(cell).contains([',', '.']);
                    let at_cell = crate::diagnostic::Origin {
                        row: Some(number),
                        column: Some(at),
                        heading: Some(column.heading.clone()),
                        ..origin.clone()
                    };
                    let excerpt = Excerpt::Record {
                        headings: layout
                            .columns
                            .iter()
                            .map(|column| column.heading.clone())
                            .collect(),
                        cells: cells.iter().map(value::shown).collect(),
                        at,
                    };
                    self.diagnostics.push(
                        Diagnostic::warning("cell-not-used", at_cell)
                            .with("field", field.name)
                            .with("expected", field.kind.code())
                            .with_cell(value::shown(cell))
                            .with_excerpt(excerpt),
                    );
                }
            }
        }
        if !row.is_empty() {
            self.rows.push((number, row));
        }
        ControlFlow::Continue(())
    }
}
