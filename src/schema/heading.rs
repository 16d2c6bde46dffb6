//! From headings to fields: which table a sheet is, which row its headings are in, which column is which field.
//!
//! A sheet can be a table when a row of headings has one of each group of fields that the table requires and one of its
//! telltale fields. Of the tables that it can be, the one wins that most columns fit; of equals, the first in [`TABLES`].
//!
//! Deals, contracts and invoices have a client, a date and an amount, so transactions always fit them too. A sheet that has
//! what only those have (the name of a deal beside a stage or a chance, the end of a contract beside its number or start, what of
//! an invoice is outstanding) is a table of theirs, and is read as transactions as well only while no other
//! input holds any ([`as_transactions`]), invoices before contracts before deals: one sale must not count thrice. Invoices without
//! a column of what is outstanding are transactions.

use std::collections::{BTreeMap, HashMap};

use super::aliases::{self, Unit};
use super::{TABLES, Table, context};
use crate::source::{OwnedCell, OwnedRow};

/// Rows in which headings are looked for.
pub const HEADER_SEARCH: usize = 40;
/// Bytes of a heading at most: whatever is longer is data, and would only be normalised for nothing.
const LONGEST_HEADING: usize = 4096;

/// The user's own headings: table → field → headings, tried before the built-in aliases. An empty list says that no
/// column is this field.
pub type UserColumns = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// One column of a recognised sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Heading as given.
    pub heading: String,
    /// Position of its field in the table.
    pub field: Option<usize>,
    /// Unit named in the heading.
    pub unit: Option<Unit>,
}

/// A recognised sheet.
#[derive(Clone)]
pub struct Layout {
    /// Which table.
    pub table: &'static dyn Table,
    /// Row number of the headings.
    pub header_row: u64,
    /// Its columns from the first on.
    pub columns: Vec<Column>,
    /// Columns that fitted a field which another column took: (heading, field, heading taken).
    pub passed_over: Vec<(String, &'static str, String)>,
}

impl Layout {
    /// The column of a field.
    #[must_use]
    pub fn column_of(&self, field: &str) -> Option<usize> {
        let position = self.table.position(field)?;
        self.columns.iter().position(|column| column.field == Some(position))
    }

    fn matched(&self) -> usize {
        self.columns.iter().filter(|column| column.field.is_some()).count()
    }
}

/// Why a sheet was not recognised: the table that came nearest and what it lacked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nearest {
    /// Table.
    pub table: Option<&'static str>,
    /// Row number of the headings that came nearest.
    pub header_row: Option<u64>,
    /// Groups of fields of which none was found, as `client or client_name`.
    pub missing: Vec<String>,
    /// Headings seen there.
    pub headings: Vec<String>,
}

/// Recognises a sheet by its first rows.
///
/// `table` and `header_row` restrict the search to what the settings say.
pub fn recognise(
    rows: &[OwnedRow],
    user: &UserColumns,
    table: Option<&'static dyn Table>,
    header_row: Option<u64>,
) -> Result<Layout, Nearest> {
    let mut best: Option<Layout> = None;
    let mut nearest: Option<(usize, Nearest)> = None;
    for row in rows.iter().take(HEADER_SEARCH) {
        if header_row.is_some_and(|wanted| wanted != row.number) {
            continue;
        }
        let row = Headings::of(row);
        let document = table.is_none() && is_document(&row, user);
        let payments = table.is_none() && context::is_payments(&row.normal);
        for candidate in TABLES.iter().copied() {
            if document && candidate.code() == "transactions" {
                continue;
            }
            if payments && candidate.code() == "clients" {
                continue;
            }
            if table.is_some_and(|wanted| wanted.code() != candidate.code()) {
                continue;
            }
            let layout = layout(&row, candidate, user);
            let matched = layout.matched();
            let mut missing = missing(&layout);
            // One heading alone is no sign of a table, unless it is the one that must be there.
            let least = usize::from(candidate.code() != "transactions");
            let telltale = candidate.telltale();
            if table.is_none()
                && !telltale.is_empty()
                && !telltale.iter().any(|field| layout.column_of(field).is_some())
            {
                missing.push(telltale.join("/"));
            }
            if missing.is_empty() {
                if best.as_ref().is_none_or(|best| matched > best.matched()) {
                    best = Some(layout);
                }
            } else if matched > least && nearest.as_ref().is_none_or(|(most, _)| matched > *most) {
                let headings = layout.columns.into_iter().map(|column| column.heading).collect();
                let found = Nearest {
                    table: Some(candidate.code()),
                    header_row: Some(row.number),
                    missing,
                    headings,
                };
                nearest = Some((matched, found));
            }
        }
    }
    best.ok_or_else(|| nearest.map(|(_, nearest)| nearest).unwrap_or_default())
}

/// Tables whose rows could be taken for transactions, and the groups of fields that only theirs have: one of each.
const DOCUMENTS: [(&str, &[&[&str]]); 3] = [
    ("opportunities", &[&["name"], &["stage", "probability"]]),
    ("contracts", &[&["end"], &["contract_id", "start"]]),
    ("receivables", &[&["due"], &["outstanding"]]),
];

/// Whether a row of headings has what only deals, contracts or invoices have.
fn is_document(row: &Headings, user: &UserColumns) -> bool {
    DOCUMENTS.iter().any(|(code, groups)| {
        super::table(code).is_some_and(|table| {
            let layout = layout(row, table, user);
            missing(&layout).is_empty()
                && groups
                    .iter()
                    .all(|group| group.iter().any(|field| layout.column_of(field).is_some()))
        })
    })
}

/// The layout of a sheet of deals, contracts or invoices as transactions, where it has what those need.
#[must_use]
pub fn as_transactions(rows: &[OwnedRow], user: &UserColumns, sheet: &Layout) -> Option<Layout> {
    DOCUMENTS.iter().find(|(code, _)| *code == sheet.table.code())?;
    recognise(rows, user, super::table("transactions"), Some(sheet.header_row)).ok()
}

fn missing(layout: &Layout) -> Vec<String> {
    layout
        .table
        .required()
        .iter()
        .filter(|group| group.iter().all(|field| layout.column_of(field).is_none()))
        .map(|group| group.join("/"))
        .collect()
}

/// A row as headings: each with its normal form and unit, and where each normal form stands.
struct Headings {
    number: u64,
    shown: Vec<String>,
    normal: Vec<String>,
    units: Vec<Option<Unit>>,
    places: HashMap<String, Vec<usize>>,
}

impl Headings {
    fn of(row: &OwnedRow) -> Self {
        let shown: Vec<String> = row.cells.iter().map(heading_text).collect();
        let normal: Vec<String> = shown.iter().map(|heading| aliases::normalise(heading)).collect();
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, heading) in normal.iter().enumerate().filter(|(_, heading)| !heading.is_empty()) {
            places.entry(heading.clone()).or_default().push(at);
        }
        let units = shown.iter().map(|heading| aliases::unit(heading)).collect();
        Self { number: row.number, shown, normal, units, places }
    }
}

fn layout(row: &Headings, table: &'static dyn Table, user: &UserColumns) -> Layout {
    let Headings { shown: headings, normal, units, places, .. } = row;
    let mut columns: Vec<Column> = headings
        .iter()
        .zip(units)
        .map(|(heading, unit)| Column { heading: heading.clone(), field: None, unit: *unit })
        .collect();
    let mut passed_over = Vec::new();
    let built_in = aliases::of_table(table.code());
    let user = user.get(table.code());
    let of_context = context::meanings(table, normal);
    // The user's headings go first, for all fields, so that no alias takes a column the user has named.
    for own in [true, false] {
        for (position, field) in table.fields().iter().enumerate() {
            let named = user.and_then(|fields| fields.get(field.name));
            let wanted: Vec<String> = match (own, named) {
                (true, Some(list)) => {
                    list.iter().map(|heading| aliases::normalise(heading)).collect()
                }
                (true, None) | (false, Some(_)) => continue,
                (false, None) => {
                    let built_in = built_in.and_then(|fields| fields.get(field.name));
                    let here = of_context.iter().filter(|(_, meant)| *meant == Some(field.name));
                    here.map(|(heading, _)| (*heading).to_owned())
                        .chain(built_in.into_iter().flatten().cloned())
                        .collect()
                }
            };
            let mut taken: Option<usize> = None;
            for alias in &wanted {
                let elsewhere = |(heading, meant): &(&str, Option<&str>)| {
                    heading == alias && *meant != Some(field.name)
                };
                if !own && of_context.iter().any(elsewhere) {
                    continue;
                }
                for &at in places.get(alias).into_iter().flatten() {
                    if columns[at].field.is_some() {
                        continue;
                    }
                    if let Some(taken) = taken {
                        passed_over.push((
                            headings[at].clone(),
                            field.name,
                            headings[taken].clone(),
                        ));
                    } else {
                        columns[at].field = Some(position);
                        taken = Some(at);
                    }
                }
            }
        }
    }
    Layout { table, header_row: row.number, columns, passed_over }
}

fn heading_text(cell: &OwnedCell) -> String {
    match cell {
        OwnedCell::Text(text) if text.len() > LONGEST_HEADING => String::new(),
        OwnedCell::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        OwnedCell::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u64, cells: &[&str]) -> OwnedRow {
        let cells = cells
            .iter()
            .map(|cell| {
                if cell.is_empty() { OwnedCell::Blank } else { OwnedCell::Text((*cell).to_owned()) }
            })
            .collect();
        OwnedRow { number, cells }
    }

    fn fields(layout: &Layout) -> Vec<&'static str> {
        layout
            .columns
            .iter()
            .map(|column| column.field.map_or("", |at| layout.table.fields()[at].name))
            .collect()
    }

    #[test]
    fn finds_the_headings_under_title_lines() {
        let rows = [
            row(1, &["2026 年销售明细"]),
            row(3, &["单据编号", "业务日期", "客户", "金额（万元）", "备注"]),
            row(4, &["T1", "2026-01-01", "甲公司", "3.5", ""]),
        ];
        let layout = recognise(&rows, &UserColumns::new(), None, None).expect("recognised");
        assert_eq!((layout.table.code(), layout.header_row), ("transactions", 3));
        assert_eq!(fields(&layout), ["order_id", "date", "client_name", "amount", ""]);
        assert_eq!(layout.columns[3].unit, Some(Unit::Power(4)));
    }

    #[test]
    fn prefers_the_amount_without_tax() {
        let rows = [row(1, &["客户", "日期", "价税合计", "无税金额"])];
        let layout = recognise(&rows, &UserColumns::new(), None, None).expect("recognised");
        assert_eq!(fields(&layout), ["client_name", "date", "", "amount"]);
        assert_eq!(layout.passed_over, [("价税合计".to_owned(), "amount", "无税金额".to_owned())]);
    }

    #[test]
    fn the_users_headings_win_and_can_switch_a_field_off() {
        let rows = [row(1, &["ResellerKey", "OrderDate", "SalesAmount", "TotalProductCost"])];
        let user: UserColumns =
            toml::from_str("[transactions]\nclient = [\"ResellerKey\"]\ncost = []").expect("valid");
        let layout = recognise(&rows, &user, None, None).expect("recognised");
        assert_eq!(fields(&layout), ["client", "date", "amount", ""]);
    }

    #[test]
    fn the_total_of_an_invoice_is_not_the_amount_of_its_lines() {
        let cells =
            ["*ContactName", "*InvoiceNumber", "*InvoiceDate", "Total", "*Quantity", "*UnitAmount"];
        let layout =
            recognise(&[row(1, &cells)], &UserColumns::new(), None, None).expect("recognised");
        assert_eq!(
            fields(&layout),
            ["client_name", "order_id", "date", "", "quantity", "unit_price"]
        );
    }

    #[test]
    fn the_amount_without_tax_stands_beside_the_one_with_it() {
        let rows = [row(1, &["客户", "日期", "价税合计", "金额"])];
        let layout = recognise(&rows, &UserColumns::new(), None, None).expect("recognised");
        assert_eq!(fields(&layout), ["client_name", "date", "", "amount"]);
    }

    #[test]
    fn says_what_is_missing() {
        let rows = [row(1, &["订单 ID", "退回"])];
        let nearest =
            recognise(&rows, &UserColumns::new(), None, None).err().expect("not recognised");
        assert_eq!(nearest.table, Some("transactions"));
        assert_eq!(nearest.missing, ["client/client_name", "date", "amount/unit_price"]);
    }

    #[test]
    fn the_annual_revenue_of_the_client_is_no_amount() {
        let rows = [row(1, &["Account Name", "AnnualRevenue", "Industry"])];
        let layout = recognise(&rows, &UserColumns::new(), None, None).expect("recognised");
        assert_eq!(fields(&layout), ["name", "", "industry"]);
    }
}
