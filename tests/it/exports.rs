//! What real exports hide: the amounts that count, to the cent.

use std::sync::Arc;

use kam::money::Money;
use kam::review::Review;
use kam::source::{Input, Place};

use crate::support::reviewed;

fn of(text: &str) -> Review {
    let place = Place::Memory(Arc::from(text.as_bytes()));
    reviewed(&[Input { name: "export.csv".to_owned(), place }], "max_rejected = 0.5\n", 1)
}

fn used(text: &str) -> Money {
    let control = of(text).control;
    assert_eq!(control.rows_in_file, control.rows_used + control.rows_left_out, "{text}");
    assert_eq!(control.amount_in_file, control.amount_used + control.amount_left_out, "{text}");
    control.amount_used
}

#[test]
fn only_what_was_sold_counts() {
    for (what, text, whole) in [
        (
            "deals",
            "Account Name,Amount,Closing Date,Stage\nA,100,2026-01-05,Closed Won\nA,5000,2026-02-05,Negotiation\nB,7000,2026-02-06,Closed Lost\n",
            100,
        ),
        (
            "void",
            "单据编号,业务日期,客户,金额,单据状态,作废状态\n1,2026-01-01,甲,100,已审核,否\n2,2026-01-02,甲,50,已审核,是\n3,2026-01-03,甲,7,创建,否\n",
            100,
        ),
        (
            "payments",
            "Date,Customer,Amount,Transaction Type\n2026-01-01,A,100,Invoice\n2026-01-02,A,-100,Payment\n",
            100,
        ),
        (
            "total",
            "date,client,amount\n2026-01-01,A,100\n2026-01-02,B,50\n2026-01-31,Total,150\n",
            150,
        ),
        (
            "footer",
            "客户,日期,金额\n甲,2026-01-01,100\n乙,2026-01-02,200元\n制单人：张三,审核人：李四,\n合计,,300\n",
            300,
        ),
    ] {
        assert_eq!(used(text), Money(whole * Money::SCALE), "{what}");
    }
}

#[test]
fn amounts_are_read_as_the_file_means_them() {
    for (what, text, whole) in [
        (
            "unit",
            "单位：万元,,\n日期,客户,金额\n2026-01-01,甲公司,1.5\n2026-01-02,乙公司,2\n",
            35_000,
        ),
        (
            "own currency",
            "FBillNo,FDATE,FCUSTOMERID,FAllAmount,FAllAmount_LC,FCURRENCYID\nA,2026-01-01,甲,113,113,CNY\nB,2026-01-02,乙,113,800,USD\n",
            913,
        ),
        ("without tax", "客户,日期,价税合计,金额\n甲,2026-01-01,113,100\n", 100),
        (
            "invoice total",
            "*ContactName,*InvoiceNumber,*InvoiceDate,Total,*Quantity,*UnitAmount\nA,1,2026-01-01,30,1,10\nA,1,2026-01-01,30,2,10\n",
            30,
        ),
        ("serials", "日期,客户,金额\n46000,甲,100\n46001,甲,200\n", 300),
    ] {
        assert_eq!(used(text), Money(whole * Money::SCALE), "{what}");
    }
    let row = |at: usize| format!("C{},2026-01-{:02},\"1,{:03}\"\n", at % 7, at % 28 + 1, at);
    let remark = (0..120).map(row).collect::<Vec<_>>().concat();
    let text = format!("client id,date,amount\n{remark}C1,2026-02-01,\"pending, see mail\"\n");
    assert_eq!(used(&text), Money((120 * 1000 + 119 * 60) * Money::SCALE));
}

#[test]
fn a_blank_payment_says_nothing_where_no_paid_date_is_known() {
    let review = of(
        "client_id,date,amount,paid_date,pay_days\nC1,2025-08-01,100,,30\nC1,2025-08-05,100,,\nC1,2026-06-30,1,,30\n",
    );
    assert_eq!(review.clients[0].features.pay_days, Some(30.0));
}

#[test]
fn many_clients_are_put_in_order_at_once() {
    let client = |at: usize| format!("C{at:04},N{at}\n");
    let clients = (0..3000).map(client).collect::<Vec<_>>().concat();
    let place = |text: String| Place::Memory(Arc::from(text.into_bytes()));
    let inputs = [
        Input {
            name: "clients.csv".to_owned(),
            place: place(format!("client id,name\n{clients}")),
        },
        Input {
            name: "sales.csv".to_owned(),
            place: place(
                "client id,date,amount\nC2999,2026-01-01,1\nC1500,2026-01-02,2\n".to_owned(),
            ),
        },
    ];
    let review = reviewed(&inputs, "", 2);
    let ids: Vec<&str> = review.clients.iter().map(|client| client.client_id.as_str()).collect();
    assert_eq!(ids[..3], ["C1500", "C2999", "C0000"]);
    assert!(ids[2..].is_sorted() && ids.len() == 3000);
}

#[test]
fn every_registered_format_writes_in_both_languages() {
    let review = of("client,date,amount\nA,2026-01-01,100\n");
    for format in kam::render::FORMATS {
        let found = kam::render::format(format.extension).expect(format.code);
        assert_eq!(found.code, format.code, "two formats share .{}", format.extension);
        for lang in kam::locale::Lang::ALL {
            let mut out = Vec::new();
            (format.write)(&review, lang, &mut out).expect(format.code);
            assert!(!out.is_empty(), "{}", format.code);
        }
    }
}
