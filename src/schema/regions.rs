//! Several tables on one sheet: one below the other, each with its own headings.

use super::heading::{Column, Layout, Nearest, UserColumns, candidates};
use super::{Table, aliases, total};
use crate::source::{Cell, OwnedCell, OwnedRow};

/// The tables in the first rows of a sheet or of a part of it, from the top; at least one.
///
/// `table` and `header_row` restrict the search to what the settings say.
pub fn regions(
    rows: &[OwnedRow],
    user: &UserColumns,
    table: Option<&'static dyn Table>,
    header_row: Option<u64>,
) -> Result<Vec<Layout>, Nearest> {
    let (found, nearest) = candidates(rows, user, table, header_row);
    let mut found = found.into_iter();
    let Some(mut current) = found.next() else {
        return Err(nearest);
    };
    let mut regions = Vec::new();
    for next in found {
        if next.repeats(&current) || !is_sure(&next) {
            continue;
        }
        if let Some(end) = end_of_records(&current, next.first_row, rows) {
            current.end = Some(end);
            regions.push(std::mem::replace(&mut current, Layout { top: end, ..next }));
        } else if next.matched() > current.matched() {
            // What came before was a line of labels above the headings.
            current = next;
        }
    }
    regions.push(current);
    Ok(regions)
}

/// Whether headings below those of another table are no record of that one, in which a word may happen to be a heading:
/// two of them at least are known, and no fewer than are not.
fn is_sure(layout: &Layout) -> bool {
    let headings = layout.columns.iter().filter(|column| !column.heading.is_empty());
    let known = |column: &&Column| column.field.is_some() || aliases::is_known(&column.heading);
    let (all, known) = (headings.clone().count(), headings.filter(known).count());
    known >= 2 && known * 2 >= all
}

/// Where the records of a table end that stand above a row: before the titles of what follows. `None` where it has none:
/// a record has cells under at least two of its columns.
fn end_of_records(layout: &Layout, before: u64, rows: &[OwnedRow]) -> Option<u64> {
    let least = layout.matched().min(2);
    let is_record = |row: &OwnedRow| {
        let columns = layout.columns.iter().zip(&row.cells);
        let filled = columns
            .filter(|(column, cell)| column.field.is_some() && **cell != OwnedCell::Blank)
            .count();
        filled >= least || row.cells.iter().any(is_total)
    };
    let own = rows.iter().filter(|row| row.number > layout.header_row && row.number < before);
    let mut end = own.filter(|row| is_record(row)).map(|row| row.number).max()?;
    // A client of whom nothing but the name is known stands right below the others; a title does not.
    let holds = |row: &OwnedRow| {
        layout.table.required().iter().all(|group| {
            group
                .iter()
                .filter_map(|field| layout.column_of(field))
                .any(|at| row.cells.get(at).is_some_and(|cell| *cell != OwnedCell::Blank))
        })
    };
    for row in rows.iter().filter(|row| row.number < before) {
        if row.number == end + 1 && holds(row) {
            end = row.number;
        }
    }
    rows.iter().map(|row| row.number).find(|number| *number > end)
}

fn is_total(cell: &OwnedCell) -> bool {
    matches!(cell, OwnedCell::Text(text) if total::is_total(text))
}

/// The table whose headings a row among those of another one is: texts, two of them at least, that can be the headings of a
/// table and are not those of `of` once more.
#[must_use]
pub fn next_headings(
    number: u64,
    cells: &[Cell<'_>],
    user: &UserColumns,
    of: &Layout,
) -> Option<Layout> {
    let mut texts = 0;
    let mut known = false;
    for cell in cells {
        match cell {
            Cell::Blank => {}
            // Most rows are told by their first text: no heading of any table.
            Cell::Text(text) if texts < 2 => {
                texts += 1;
                known |= aliases::is_known(text) || !user.is_empty();
                if texts == 2 && !known {
                    return None;
                }
            }
            Cell::Text(_) => texts += 1,
            _ => return None,
        }
    }
    if texts < 2 {
        return None;
    }
    let row = OwnedRow { number, cells: cells.iter().map(|cell| (*cell).into()).collect() };
    let found = candidates(std::slice::from_ref(&row), user, None, None).0;
    found.into_iter().next().filter(|found| !found.repeats(of) && is_sure(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::heading::tests::{fields, row};

    #[test]
    fn tables_below_each_other_are_told_apart() {
        let rows = [
            row(1, &["客户编号", "客户名称", "行业"]),
            row(2, &["C1", "甲公司", "制造"]),
            row(4, &["销售明细"]),
            row(5, &["单据编号", "业务日期", "客户编号", "金额"]),
            row(6, &["T1", "2026-01-01", "C1", "3.5"]),
            row(7, &["单据编号", "业务日期", "客户编号", "金额"]),
        ];
        let found = regions(&rows, &UserColumns::new(), None, None).expect("two tables");
        let codes: Vec<_> =
            found.iter().map(|it| (it.table.code(), it.header_row, it.end)).collect();
        assert_eq!(codes, [("clients", 1, Some(4)), ("transactions", 5, None)]);
        assert_eq!(found[1].top, 4);
        let heads = |at: usize, of: &Layout| {
            let cells: Vec<Cell<'_>> = rows[at].cells.iter().map(OwnedCell::borrow).collect();
            next_headings(1, &cells, &UserColumns::new(), of).is_some()
        };
        assert_eq!(
            (heads(3, &found[0]), heads(4, &found[0]), heads(5, &found[1])),
            (true, false, false)
        );
    }

    #[test]
    fn headings_of_two_rows_are_put_together() {
        let rows = [
            row(1, &["销售台账"]),
            row(2, &["客户", "", "订单", "", "金额", "备注"]),
            row(3, &["编号", "名称", "编号", "日期", "（万元）", ""]),
            row(4, &["C1", "甲公司", "T1", "2026-01-01", "3.5", ""]),
        ];
        let found = regions(&rows, &UserColumns::new(), None, None).expect("a table");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].first_row, found[0].header_row), (2, 3));
        assert_eq!(fields(&found[0]), ["client", "client_name", "order_id", "date", "amount", ""]);
        assert_eq!(found[0].columns[3].heading, "订单 日期");
    }

    #[test]
    fn a_table_to_the_right_is_left_alone() {
        let rows = [
            row(1, &["客户", "日期", "金额", "", "客户", "地区", "客户经理"]),
            row(2, &["甲", "2026-01-05", "10", "", "乙", "华东", "王芳"]),
        ];
        let found = regions(&rows, &UserColumns::new(), None, None).expect("a table");
        assert_eq!(fields(&found[0]), ["client_name", "date", "amount", "", "", "", ""]);
    }

    #[test]
    fn labels_above_the_headings_are_no_table() {
        let rows = [
            row(1, &["客户", "行业", "地区"]),
            row(2, &["客户", "日期", "金额", "产品", "单号"]),
            row(3, &["甲", "2026-01-01", "1", "a", "T1"]),
        ];
        let found = regions(&rows, &UserColumns::new(), None, None).expect("a table");
        assert_eq!((found.len(), found[0].header_row), (1, 2));
    }

    #[test]
    fn groups_headed_by_a_client_and_lines_under_a_document_are_seen() {
        let rows = [
            row(1, &["Sales by Customer Detail"]),
            row(3, &["", "Date", "Transaction Type", "Num", "Product/Service", "Amount"]),
            row(4, &["Northwind"]),
            row(5, &["", "2026-01-01", "Invoice", "1", "Bolts", "3.5"]),
            row(6, &["Total for Northwind", "", "", "", "", "3.5"]),
        ];
        let found = regions(&rows, &UserColumns::new(), None, None).expect("a table");
        assert_eq!(found[0].shape.group, Some(0));
        assert_eq!(fields(&found[0])[0], "client_name");
        let rows = [
            row(1, &["Number", "Customer", "Date", "Invoice lines/Product", "Invoice lines/Total"]),
            row(2, &["INV1", "A", "2026-01-01", "Bolts", "3.5"]),
            row(3, &["", "", "", "Nuts", "4"]),
        ];
        let found = regions(&rows, &UserColumns::new(), None, None).expect("a table");
        assert_eq!(found[0].shape.parents, [1, 2, 0]);
        // A blank client by itself says nothing.
        let rows = [
            row(1, &["客户", "日期", "产品", "金额"]),
            row(2, &["甲", "2026-01-01", "a", "1"]),
            row(3, &["", "2026-01-01", "a", "1"]),
            row(4, &["", "2026-01-02", "b", "1"]),
        ];
        let found = regions(&rows, &UserColumns::new(), None, None).expect("a table");
        assert!(found[0].shape.is_plain());
    }
}
