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

/// The amount used, and the codes that say more than which column was taken.
fn said(text: &str) -> (Money, Vec<&'static str>) {
    let review = of(text);
    let codes = review.diagnostics.iter().map(|group| group.code);
    (review.control.amount_used, codes.filter(|code| *code != "total-row").collect())
}

#[test]
fn returns_are_told_by_their_type_where_no_sign_does() {
    let whole = |amount: i64| Money(amount * Money::SCALE);
    let rows = |credit: i64, total: i64| {
        format!(
            "Date,Transaction Type,Customer,Amount,Cost\n2026-01-05,Invoice,A,100,60\n2026-01-06,Credit Memo,A,{credit},12\n2026-01-07,Refund,B,5,3\n2026-01-08,Payment,A,900,\nTotal,,,{total},\n"
        )
    };
    // The total may be that of the amounts as given or that of their signs; the payment is no sale, but in the total.
    for total in [1025, 975] {
        assert_eq!(said(&rows(20, total)), (whole(75), vec!["sign-flipped", "skipped-status"]));
    }
    let off = vec!["sign-flipped", "skipped-status", "total-mismatch"];
    assert_eq!(said(&rows(20, 1000)), (whole(75), off));
    // One credit with a minus sign says that all amounts have theirs.
    assert_eq!(said(&rows(-20, 985)), (whole(85), vec!["skipped-status"]));
    let review = of(&rows(20, 975));
    assert_eq!(review.clients[0].features.returns, whole(20));
    assert_eq!(review.control.margin_used, whole(40 - 8 - 2));
}

#[test]
fn discounts_count_where_the_headings_tell_what_they_are() {
    let used = |text: &str| said(text).0.to_string();
    let xero = "*ContactName,*InvoiceNumber,*InvoiceDate,*Quantity,*UnitAmount,Discount\nA,1,2026-01-05,3,33.33,12.5%\nA,2,2026-01-06,-1,10,50\nA,3,2026-01-07,1,10,\n";
    // 99.99 less 12.4988 (12.49875), a return of half, and 10.
    assert_eq!(used(xero), "92.4912");
    let sums = "日期,客户,数量,单价,折扣额\n2026-01-05,甲,10,9,5\n2026-01-06,甲,-2,9,1\n";
    assert_eq!(used(sums), "68");
    let percent = "Date,Customer,Qty,Unit price,Discount (%)\n2026-01-05,A,10,9,10\n";
    assert_eq!(used(percent), "81");
    let unsaid = "日期,客户,数量,单价,折扣\n2026-01-05,甲,10,9,0.9\n2026-01-06,甲,2,9,0\n";
    assert_eq!(said(unsaid), (Money(108 * Money::SCALE), vec!["discount-not-applied"]));
    // The amount of a line is what was sold, whatever the discount.
    let stated = "日期,客户,数量,单价,折扣额,金额\n2026-01-05,甲,10,9,5,85\n";
    assert_eq!(said(stated), (Money(85 * Money::SCALE), Vec::new()));
}

#[test]
fn the_newest_salesperson_is_the_account_manager_where_no_file_names_one() {
    let owner = |inputs: &[(&str, &str)]| -> Vec<Option<String>> {
        let inputs: Vec<Input> = inputs
            .iter()
            .map(|(name, text)| Input {
                name: (*name).to_owned(),
                place: Place::Memory(Arc::from(text.as_bytes())),
            })
            .collect();
        let review = reviewed(&inputs, "", 2);
        review.clients.into_iter().map(|client| client.owner).collect()
    };
    let sales = "客户编号,日期,金额,业务员\nA,2026-01-05,1,甲\nA,2026-02-05,1,丙\nA,2026-02-05,1,乙\nA,2026-03-05,1,\nA,2031-01-01,1,丁\nB,2026-01-01,1,戊\nC,2026-01-01,1,\n";
    let name = |name: &str| Some(name.to_owned());
    // 丙 comes before 乙 by bytes; the future and blanks say nothing.
    assert_eq!(owner(&[("s.csv", sales)]), [name("丙"), name("戊"), None]);
    let clients = "客户编号,客户经理\nA,庚\nB,\nC,\n";
    assert_eq!(owner(&[("c.csv", clients), ("s.csv", sales)]), [name("庚"), name("戊"), None]);
    let later = "客户编号,日期,金额,业务员\nB,2026-02-01,1,辛\n";
    assert_eq!(owner(&[("l.csv", later), ("s.csv", sales)]), [name("丙"), name("辛"), None]);
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
