//! Sheets as people and programs lay them out, read without settings: the amounts that count, to the cent.

use std::fmt::Write as _;
use std::sync::Arc;

use kam::money::Money;
use kam::review::Review;
use kam::source::{Input, Place};
use rust_xlsxwriter::{Format, Workbook, Worksheet};

use crate::support::reviewed;

fn input(name: &str, bytes: Vec<u8>) -> Input {
    Input { name: name.to_owned(), place: Place::Memory(Arc::from(bytes)) }
}

fn of(name: &str, bytes: Vec<u8>) -> Review {
    let review = reviewed(&[input(name, bytes)], "", 2);
    let control = &review.control;
    assert_eq!(control.rows_in_file, control.rows_used + control.rows_left_out);
    assert_eq!(control.amount_in_file, control.amount_used + control.amount_left_out);
    assert!(!control.by_reason.contains_key("missing-value"), "{:?}", control.by_reason);
    review
}

fn net_sales(review: &Review) -> Vec<(&str, Money)> {
    let mut clients: Vec<_> = review
        .clients
        .iter()
        .map(|client| (client.name.as_str(), client.features.net_sales))
        .collect();
    clients.sort_unstable();
    clients
}

fn whole(amount: i64) -> Money {
    Money(amount * Money::SCALE)
}

fn count(review: &Review, code: &str) -> u64 {
    review.diagnostics.iter().filter(|group| group.code == code).map(|group| group.count).sum()
}

fn tables(review: &Review) -> Vec<(Option<&str>, Option<u64>, u64)> {
    review.inputs.iter().map(|input| (input.table, input.header_row, input.rows)).collect()
}

/// A client list of so many rows, then transactions in units of 10,000.
fn two_tables(clients: usize) -> String {
    let mut text = "客户编号,客户名称,行业,客户经理\n".to_owned();
    for client in 0..clients {
        let _ = writeln!(text, "C{client},公司{client},制造,王芳");
    }
    text.push_str("\n销售明细,,,\n单位：万元,,,\n单据编号,业务日期,客户编号,金额\n");
    text.push_str("T1,2026-01-05,C0,1.5\nT2,2026-02-05,C1,2\nT3,2026-03-05,C0,0.5\n合计,,,4\n");
    text
}

#[test]
fn tables_below_each_other_are_read_each_by_its_headings() {
    for clients in [3, 200] {
        let review = of("book.csv", two_tables(clients).into_bytes());
        let header = clients as u64 + 5;
        assert_eq!(
            tables(&review),
            [(Some("clients"), Some(1), clients as u64), (Some("transactions"), Some(header), 4)]
        );
        assert_eq!(review.clients.len(), clients);
        assert_eq!(review.control.amount_used, whole(40_000));
        let first = &review.clients[0];
        assert_eq!((first.client_id.as_str(), first.name.as_str()), ("C0", "公司0"));
        assert_eq!(
            (first.features.net_sales, first.owner.as_deref()),
            (whole(20_000), Some("王芳"))
        );
        assert_eq!(count(&review, "total-row") + count(&review, "total-mismatch"), 1);
    }
}

#[test]
fn a_table_far_below_the_transactions_is_met_while_they_are_read() {
    let mut text = "日期,客户编号,金额\n".to_owned();
    for row in 0..60_000 {
        let _ = writeln!(text, "2026-{:02}-{:02},C{},10", row % 6 + 1, row % 28 + 1, row % 50);
    }
    text.push_str("\n客户名单\n\n客户编号,客户名称,地区\nC0,零公司,华东\nC49,末公司,华南\n");
    let review = of("book.csv", text.into_bytes());
    assert_eq!(
        tables(&review),
        [(Some("transactions"), Some(1), 60_000), (Some("clients"), Some(60_005), 2)]
    );
    assert_eq!(review.control.amount_used, whole(600_000));
    assert!(
        review.clients.iter().any(|client| client.client_id == "C49" && client.name == "末公司")
    );
}

fn text(sheet: &mut Worksheet, row: u32, cells: &[&str]) {
    for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        match cell.parse::<f64>() {
            Ok(number) => sheet.write_number(row, column, number),
            Err(_) => sheet.write_string(row, column, *cell),
        }
        .expect("cell");
    }
}

/// 台账: a title, headings of two merged rows, clients merged over their rows, a subtotal for each, a footer.
fn ledger_book() -> Vec<u8> {
    let (mut book, plain) = (Workbook::new(), Format::new());
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 5, "2026 年销售台账", &plain).expect("title");
    text(sheet, 1, &["制表人：李四", "", "", "", "单位：万元"]);
    for (column, heading) in [(0, "客户"), (5, "备注")] {
        sheet.merge_range(2, column, 3, column, heading, &plain).expect("heading");
    }
    sheet.merge_range(2, 1, 2, 2, "订单", &plain).expect("heading");
    sheet.merge_range(2, 3, 2, 4, "销售", &plain).expect("heading");
    text(sheet, 3, &["", "编号", "日期", "数量", "金额"]);
    sheet.merge_range(4, 0, 6, 0, "甲公司", &plain).expect("client");
    text(sheet, 4, &["", "T1", "2026-01-05", "2", "1.5"]);
    text(sheet, 5, &["", "T2", "2026-02-05", "1", "2"]);
    text(sheet, 6, &["", "T3", "2026-03-05", "1", "0.5"]);
    text(sheet, 7, &["小计", "", "", "4", "4"]);
    sheet.merge_range(8, 0, 9, 0, "乙公司", &plain).expect("client");
    text(sheet, 8, &["", "T4", "2026-01-06", "2", "1"]);
    text(sheet, 9, &["", "T5", "2026-02-06", "1", "3"]);
    text(sheet, 10, &["小计", "", "", "3", "4"]);
    text(sheet, 11, &["合计", "", "", "7", "8"]);
    text(sheet, 13, &["审核：张三"]);
    // What the merge left behind below its first row.
    for row in [5, 6, 9] {
        sheet.write_blank(row, 0, &plain).expect("blank");
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn merged_headings_and_clients_are_read_as_they_look() {
    let review = of("台账.xlsx", ledger_book());
    assert_eq!(tables(&review), [(Some("transactions"), Some(4), 9)]);
    assert_eq!(net_sales(&review), [("乙公司", whole(40_000)), ("甲公司", whole(40_000))]);
    assert_eq!((count(&review, "filled-down"), count(&review, "total-row")), (1, 3));
    assert_eq!(count(&review, "total-mismatch"), 0);
    let headings: Vec<_> = review.inputs[0]
        .columns
        .iter()
        .map(|column| (column.heading.as_str(), column.field))
        .collect();
    assert_eq!(
        headings,
        [
            ("客户", Some("client_name")),
            ("订单 编号", Some("order_id")),
            ("订单 日期", Some("date")),
            ("销售 数量", Some("quantity")),
            ("销售 金额", Some("amount")),
            ("备注", None),
        ]
    );
}

#[test]
fn one_sheet_per_month_is_one_table() {
    let mut book = Workbook::new();
    for month in 1..=3 {
        let sheet = book.add_worksheet();
        sheet.set_name(format!("{month}月")).expect("name");
        text(sheet, 0, &["日期", "客户", "金额"]);
        text(sheet, 1, &[&format!("2026-0{month}-05"), "甲公司", "100"]);
        text(sheet, 2, &["合计", "", "100"]);
    }
    text(book.add_worksheet(), 0, &["说明", "按月填写"]);
    let review = of("按月.xlsx", book.save_to_buffer().expect("a workbook"));
    assert_eq!(net_sales(&review), [("甲公司", whole(300))]);
    assert_eq!(review.inputs.len(), 4);
    assert_eq!(review.inputs[3].unused, Some("sheet-not-used"));
}

const SHOPIFY: &str = "Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Billing Name
#1001,ines@example.com,paid,2026-01-05 10:22:00 +0100,EUR,130.00,154.70,2026-01-05 10:20:00 +0100,2,Gauge,50.00,Ines Aster
#1001,ines@example.com,,,,,,,1,Probe,30.00,
#1002,otto@example.com,paid,2026-02-05 10:22:00 +0100,EUR,60.00,71.40,2026-02-05 10:20:00 +0100,2,Probe,30.00,Otto Birch
";

const QUICKBOOKS: &str = "Example Ltd\nSales by Customer Detail\n\n,Date,Transaction Type,Num,Product/Service,Qty,Sales Price,Amount,Balance
Aster Works,,,,,,,,
,01/15/2026,Invoice,1001,Gauge,2,50.00,100.00,100.00
,02/03/2026,Credit Memo,1002,Gauge,-1,50.00,-50.00,50.00
  Aster Works:Site 2,,,,,,,,
,02/04/2026,Invoice,1004,Gauge,1,50.00,50.00,50.00
  Total for Aster Works:Site 2,,,,,,,50.00,
,02/05/2026,Invoice,1005,Gauge,1,50.00,50.00,50.00
Total for Aster Works with sub-customers,,,,,,,$150.00,
Birch & Sons,,,,,,,,
,03/20/2026,Invoice,1003,Probe,3,40.00,120.00,120.00
Total for Birch & Sons,,,,,,,$120.00,
TOTAL,,,,,,,$270.00,

Accrual basis  Friday July 3 2026
";

#[test]
fn lines_take_from_their_order_and_groups_from_their_heading() {
    let review = of("orders.csv", SHOPIFY.into());
    assert_eq!(net_sales(&review), [("Ines Aster", whole(130)), ("Otto Birch", whole(60))]);
    assert_eq!((review.clients[0].features.orders, count(&review, "filled-down")), (1, 1));
    let review = of("sales.csv", QUICKBOOKS.into());
    assert_eq!(
        net_sales(&review),
        [
            ("Aster Works", whole(100)),
            ("Aster Works:Site 2", whole(50)),
            ("Birch & Sons", whole(120))
        ]
    );
    assert_eq!((count(&review, "group-heading"), count(&review, "note-row")), (3, 1));
    assert_eq!(count(&review, "total-mismatch"), 0);
}

#[test]
fn totals_of_several_levels_are_checked_each_by_its_label() {
    let mut text = "日期,客户,金额\n".to_owned();
    for month in 1..=2 {
        for (client, amount) in [("甲", 10), ("乙", 20)] {
            let _ = write!(
                text,
                "2026-0{month}-01,{client},{amount}\n2026-0{month}-02,{client},1\n小计,,{}\n",
                amount + 1
            );
        }
        text.push_str("合计,,32\n");
    }
    text.push_str("总计,,65\n");
    let review = of("levels.csv", text.into_bytes());
    assert_eq!((count(&review, "total-row"), count(&review, "total-mismatch")), (7, 1));
    let wrong = review.diagnostics.iter().find(|group| group.code == "total-mismatch");
    assert_eq!(wrong.map(|group| group.details[0].origin.row), Some(Some(16)));
}

const LINES: &str =
    "单号,客户,日期,产品,数量,金额\nO1,甲,2026-01-01,a,1,10\n,,,b,1,20\n,,,小计,2,30
O2,乙,2026-01-02,a,1,5\n,,,b,1,6\n,,,合计,4,41\n";

#[test]
fn totals_belong_to_no_order() {
    let review = of("lines.csv", LINES.into());
    assert_eq!(net_sales(&review), [("乙", whole(11)), ("甲", whole(30))]);
    assert_eq!((count(&review, "total-row"), count(&review, "total-mismatch")), (2, 0));
    let text = "Number,Customer,Date,Invoice lines/Product,Invoice lines/Total\nINV1,A,2026-01-01,Bolts,1\n,,,Nuts,2
,小计,,,3\n,,,Screws,4\nINV2,B,2026-01-02,Bolts,8\n";
    let review = of("odoo.csv", text.into());
    assert_eq!(net_sales(&review), [("A", whole(7)), ("B", whole(8))]);
}

/// Fifty rows, and what stands below them.
fn fifty(headings: &str, row: &str, below: &str) -> Vec<u8> {
    let rows = (0..50).fold(String::new(), |mut rows, at| {
        let _ = writeln!(rows, "甲,2026-01-{:02},100{row}", at % 28 + 1);
        rows
    });
    format!("{headings}\n{rows}{below}").into_bytes()
}

#[test]
fn no_record_gets_lost_above_another_table() {
    let below =
        "一季度,,,,\n乙,2026-02-01,1000,b,X1\n客户编号,客户名称,行业,地区\nC1,甲,制造,华东\n";
    let review = of("notes.csv", fifty("客户,日期,金额,产品,单号", ",b,X0", below));
    assert_eq!(net_sales(&review), [("乙", whole(1000)), ("甲", whole(5000))]);
    // Headings that stand for a deal which is not won are headings all the same.
    let below = "\n客户,拜访日期,时长,方式\n乙,2026-02-01,700,\n丙,2026-02-02,800,赢单\n";
    let review = of("stage.csv", fifty("客户,日期,金额,阶段", ",赢单", below));
    assert_eq!(review.control.amount_used, whole(5000));
    assert_eq!(review.inputs[1].table, Some("interactions"));
    // Only who, when and how much tell a table beside another one.
    let text =
        "客户,,日期,金额,备注,,状态,备注\n甲,,2026-01-01,1,,,,\n乙,,2026-01-01,5,,,已取消,x\n";
    assert_eq!(of("gap.csv", text.into()).control.amount_used, whole(1));
}

/// Words for nothing in cells that the first line of the order fills.
const DASHES: &str = "订单编号,客户编号,客户名称,日期,订单状态,产品,金额\nO1,C1,甲,2026-01-01,已取消,a,10\nO1,,,,,b,20
O2,C2,乙,2026-01-02,已取消,a,30\nO2,C2,-,2026-01-02,,b,40\nO3,C3,丙,2026-01-03,完成,a,1\n";

#[test]
fn a_word_for_nothing_is_as_good_as_a_blank() {
    assert_eq!(of("dash.csv", DASHES.into()).control.amount_used, whole(1));
}

#[test]
fn headings_repeated_on_every_page_are_no_clients() {
    let clients =
        "客户编号,客户名称,地区\nC1,甲公司,华东\n客户编号,客户名称,地区\nC2,乙公司,华南\n";
    let sales = "日期,客户编号,金额\n2026-01-05,C1,10\n日期,客户编号,金额\n2026-01-06,C2,20\n";
    let inputs = [input("c.csv", clients.into()), input("s.csv", sales.into())];
    let review = reviewed(&inputs, "", 1);
    assert_eq!(net_sales(&review), [("乙公司", whole(20)), ("甲公司", whole(10))]);
    assert_eq!(count(&review, "repeated-header"), 2);
}

/// The layouts of this file, for other tests of them.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("two.csv", two_tables(3).into_bytes()),
        ("far.csv", two_tables(200).into_bytes()),
        ("ledger.xlsx", ledger_book()),
        ("shopify.csv", SHOPIFY.into()),
        ("quickbooks.csv", QUICKBOOKS.into()),
        ("lines.csv", LINES.into()),
        ("dashes.csv", DASHES.into()),
    ]
}
