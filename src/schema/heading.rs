//! From headings to fields: which table a sheet is, which row its headings are in, which column is which field.
//!
//! Headings stand in one row, or in two where the upper one heads several columns: `客户` above `编号` and `名称`.
//!
//! A sheet can be a table when a row of headings has one of each group of fields that the table requires and one of its
//! telltale fields. Of the tables that it can be, the one wins that most columns fit; of equals, the first in [`TABLES`].
//!
//! Deals, contracts and invoices have a client, a date and an amount, so transactions always fit them too. A sheet that has
//! what only those have (the name of a deal beside a stage or a chance, the end of a contract beside its number or start, what of
//! an invoice is outstanding) is a table of theirs, and is read as transactions as well only while no other
//! input holds any ([`as_transactions`]), invoices before contracts before deals: one sale must not count thrice. Invoices without
//! a column of what is outstanding are transactions.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::aliases::{self, Unit};
use super::headings::Headings;
use super::shape::{self, Shape};
use super::{TABLES, Table, context};
use crate::source::OwnedRow;

/// Rows in which headings are looked for.
pub const HEADER_SEARCH: usize = 40;

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
    /// Row number of the first row that belongs to it, titles above its headings included.
    pub top: u64,
    /// Row number of the first row of its headings.
    pub first_row: u64,
    /// Row number of the last row of its headings: the one above its records.
    pub header_row: u64,
    /// Row number at which something else begins on the sheet.
    pub end: Option<u64>,
    /// How its rows lean on those above them.
    pub shape: Shape,
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

    /// Whether a row is among those below its headings and above what follows it.
    #[must_use]
    #[inline]
    pub fn holds(&self, row: u64) -> bool {
        row > self.header_row && self.end.is_none_or(|end| row < end)
    }

    /// What to do after a row that it does not hold: nothing of it comes after its end.
    pub fn beyond(&self, row: u64) -> ControlFlow<()> {
        if self.end.is_some_and(|end| row >= end) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    pub(super) fn matched(&self) -> usize {
        self.columns.iter().filter(|column| column.field.is_some()).count()
    }

    /// Whether its headings are those of another layout once more.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        let headings = |layout: &Self| -> Vec<String> {
            let columns = layout.columns.iter().filter(|column| !column.heading.is_empty());
            columns.map(|column| column.heading.clone()).collect()
        };
        headings(self) == headings(other)
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

/// Recognises a sheet by its first rows: the headings that most columns fit, the first of equals.
///
/// `table` and `header_row` restrict the search to what the settings say.
pub fn recognise(
    rows: &[OwnedRow],
    user: &UserColumns,
    table: Option<&'static dyn Table>,
    header_row: Option<u64>,
) -> Result<Layout, Nearest> {
    let (found, nearest) = candidates(rows, user, table, header_row);
    let best = found.into_iter().reduce(
        |best, next| {
            if next.matched() > best.matched() { next } else { best }
        },
    );
    best.ok_or(nearest)
}

/// Each row, alone or with the one below it, that can be the headings of a table, with the table that most columns fit;
/// and what came nearest where none can. Of a row that can stand alone or in a pair, that counts which more columns fit.
pub(super) fn candidates(
    rows: &[OwnedRow],
    user: &UserColumns,
    table: Option<&'static dyn Table>,
    header_row: Option<u64>,
) -> (Vec<Layout>, Nearest) {
    let mut found: Vec<Layout> = Vec::new();
    let mut nearest: Option<(usize, Nearest)> = None;
    let rows = &rows[..rows.len().min(HEADER_SEARCH + 1)];
    let single: Vec<Headings> = rows.iter().map(Headings::of).collect();
    let known: Vec<bool> = single.iter().map(Headings::any_known).collect();
    for at in 0..rows.len().min(HEADER_SEARCH) {
        let row = &rows[at];
        let wanted = |number: u64| header_row.is_none_or(|wanted| wanted == number);
        let mut best: Option<Layout> = None;
        if wanted(row.number) {
            best = fitting(&single[at], known[at], &rows[at + 1..], user, table, &mut nearest);
        }
        if let Some(below) = rows.get(at + 1)
            && below.number == row.number + 1
            && (wanted(row.number) || wanted(below.number))
            && (known[at] || known[at + 1] || !user.is_empty())
            && let Some(headings) = Headings::of_pair(row, below)
        {
            let pair = fitting(&headings, true, &rows[at + 2..], user, table, &mut nearest);
            best = more(best, pair);
        }
        let Some(best) = best else {
            continue;
        };
        match found.last_mut() {
            Some(last) if best.first_row <= last.header_row => {
                // Of equals the lower row alone: what stood above it was a title.
                if best.matched() >= last.matched() {
                    *last = best;
                }
            }
            _ => found.push(best),
        }
    }
    (found, nearest.map(|(_, nearest)| nearest).unwrap_or_default())
}

fn more(a: Option<Layout>, b: Option<Layout>) -> Option<Layout> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.matched() > a.matched() { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// The table that headings fit best, where any of them is `known`; `below` are the rows under them.
fn fitting(
    headings: &Headings,
    known: bool,
    below: &[OwnedRow],
    user: &UserColumns,
    table: Option<&'static dyn Table>,
    nearest: &mut Option<(usize, Nearest)>,
) -> Option<Layout> {
    // Most rows are data, and none of their texts is a heading.
    if user.is_empty() && !known {
        return None;
    }
    let mut best: Option<Layout> = None;
    let document = table.is_none() && is_document(headings, user);
    let payments = table.is_none() && context::is_payments(&headings.normal);
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
        let mut layout = layout(headings, candidate, user);
        let mut missing = missing(&layout);
        if candidate.code() == "transactions"
            && missing == ["client/client_name"]
            && let Some(group) = shape::group(&layout, below)
        {
            layout.head_groups(group);
            missing.clear();
        }
        let matched = layout.matched();
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
                header_row: Some(layout.header_row),
                missing,
                headings,
            };
            *nearest = Some((matched, found));
        }
    }
    if let Some(best) = &mut best
        && best.shape.group.is_none()
    {
        best.shape.parents = shape::leaning(best, headings, below);
    }
    best
}

impl Layout {
    /// Takes the client from lone texts in a column; where that column holds something else of its own, as a column more.
    fn head_groups(&mut self, group: usize) {
        self.shape.group = Some(group);
        let field = self.table.position("client_name");
        match self.columns.get_mut(group) {
            Some(column) if column.heading.is_empty() => column.field = field,
            _ => self.columns.push(Column { heading: String::new(), field, unit: None }),
        }
    }
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
    let layout =
        recognise(rows, user, super::table("transactions"), Some(sheet.header_row)).ok()?;
    Some(Layout { top: sheet.top, end: sheet.end, ..layout })
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
    for (own, rank) in [(true, 0), (true, 1), (false, 0), (false, 1)] {
        for (position, field) in table.fields().iter().enumerate() {
            let named = user.and_then(|fields| fields.get(field.name));
            let users: Vec<String>;
            let wanted: Vec<&str> = match (own, named) {
                (true, Some(list)) => {
                    users = list.iter().map(|heading| aliases::normalise(heading)).collect();
                    users.iter().map(String::as_str).collect()
                }
                (true, None) | (false, Some(_)) => continue,
                (false, None) => {
                    let built_in = built_in.and_then(|fields| fields.get(field.name));
                    let here = of_context.iter().filter(|(_, meant)| *meant == Some(field.name));
                    here.map(|(heading, _)| *heading)
                        .chain(built_in.into_iter().flatten().map(String::as_str))
                        .collect()
                }
            };
            let mut taken = columns.iter().position(|column| column.field == Some(position));
            for alias in wanted {
                let elsewhere = |(heading, meant): &(&str, Option<&str>)| {
                    *heading == alias && *meant != Some(field.name)
                };
                if !own && of_context.iter().any(elsewhere) {
                    continue;
                }
                for &at in places[rank].get(alias).into_iter().flatten() {
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
    for at in row.end..headings.len() {
        let left = normal[..row.end].iter().position(|left| *left == normal[at]);
        if let Some((left, field)) = left.and_then(|left| Some((left, columns[left].field?))) {
            let field = table.fields()[field].name;
            passed_over.push((headings[at].clone(), field, headings[left].clone()));
        }
    }
    Layout {
        table,
        top: 1,
        first_row: row.first_row,
        header_row: row.number,
        end: None,
        shape: Shape::default(),
        columns,
        passed_over,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::source::OwnedCell;

    pub(in crate::schema) fn row(number: u64, cells: &[&str]) -> OwnedRow {
        let cells = cells
            .iter()
            .map(|cell| {
                if cell.is_empty() { OwnedCell::Blank } else { OwnedCell::Text((*cell).to_owned()) }
            })
            .collect();
        OwnedRow { number, cells }
    }

    pub(in crate::schema) fn fields(layout: &Layout) -> Vec<&'static str> {
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
