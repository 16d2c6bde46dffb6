//! Values as real exports write them: each is read for what it means, cell by cell and in whole columns.

use std::sync::Arc;

use kam::money::Money;
use kam::period::Day;
use kam::review::Review;
use kam::schema::currency::of_amount;
use kam::schema::day::day;
use kam::schema::value::{DateOrder, Exact, Reading, Trouble, exact, number};
use kam::source::{Cell, Input, Place};

use crate::support::reviewed;

fn review(text: &str) -> Review {
    let place = Place::Memory(Arc::from(text.as_bytes()));
    reviewed(&[Input { name: "export.csv".to_owned(), place }], "max_rejected = 0.5\n", 1)
}

fn ordered(order: Option<DateOrder>) -> Reading {
    Reading { date_order: order, ..Reading::default() }
}

#[test]
fn dates_seen_in_exports() {
    let (dmy, mdy) = (Some(DateOrder::Dmy), Some(DateOrder::Mdy));
    for (text, order, iso) in [
        ("2016-11-08", None, "2016-11-08"),
        ("2025-01-02T00:00:00", None, "2025-01-02"),
        ("2025-01-02T14:15:33+01:00", None, "2025-01-02"),
        ("2025-01-02T14:15:33-0800", None, "2025-01-02"),
        ("2025-01-02T23:59:59.999Z", None, "2025-01-02"),
        ("2025-01-02 14:15:33 UTC", None, "2025-01-02"),
        ("4/6/2013", mdy, "2013-04-06"),
        ("08/11/2020", dmy, "2020-11-08"),
        ("05-Mar-2026", None, "2026-03-05"),
        ("05-Mar-26", None, "2026-03-05"),
        ("3/5/2026 2:15:33 PM", mdy, "2026-03-05"),
        ("3/4/2025, 10:22 AM", mdy, "2025-03-04"),
        ("3/4/2025, 10:22\u{202f}AM", mdy, "2025-03-04"),
        ("20250301", None, "2025-03-01"),
        ("2025/3/3", None, "2025-03-03"),
        ("41181", None, "2012-09-29"),
    ] {
        let found = day(&Cell::Text(text), ordered(order));
        assert_eq!(found, Ok(Day::parse_iso(iso)), "{text}");
    }
    assert_eq!(day(&Cell::Number(41_181.0), Reading::default()), Ok(Day::parse_iso("2012-09-29")));
    assert_eq!(day(&Cell::Text("TBD"), Reading::default()), Err(Trouble::Type));
    for nothing in ["NULL", "—", "#N/A", ""] {
        assert_eq!(day(&Cell::Text(nothing), Reading::default()), Ok(None), "{nothing}");
    }
}

#[test]
fn amounts_seen_in_exports() {
    let comma = Reading { decimal_comma: true, ..Reading::default() };
    let ten_thousands = Reading { power: 4, ..Reading::default() };
    for (text, reading, amount) in [
        ("$1,234,567", Reading::default(), "1234567"),
        ("£9001", Reading::default(), "9001"),
        ("250k", Reading::default(), "250000"),
        ("1.2M", Reading::default(), "1200000"),
        ("(1,234)", Reading::default(), "-1234"),
        ("1.234,56", comma, "1234.56"),
        ("261,96", comma, "261.96"),
        ("35.2", ten_thousands, "352000"),
        ("12.5万", Reading::default(), "125000"),
        ("12.5万", ten_thousands, "125000"),
        ("￥300", Reading::default(), "300"),
        ("¥300.50", Reading::default(), "300.5"),
        ("１，２３４", Reading::default(), "1234"),
        ("－１２．５", Reading::default(), "-12.5"),
    ] {
        let found = exact(&Cell::Text(text), reading).expect(text).expect(text);
        assert_eq!(Money(found.units).to_string(), amount, "{text}");
        assert!(!found.rounded, "{text}");
    }
    for nothing in ["NULL", "—", "#N/A"] {
        assert_eq!(exact(&Cell::Text(nothing), Reading::default()), Ok(None), "{nothing}");
    }
    assert_eq!(
        exact(&Cell::Text("1.23E+11"), Reading::default()),
        Ok(Some(Exact { units: 1_230_000_000_000_000, rounded: false }))
    );
    assert_eq!((of_amount("¥300"), of_amount("￥300")), (None, None));
    assert_eq!((of_amount("£9001"), of_amount("$5")), (Some("GBP"), Some("$")));
}

#[test]
fn shares_seen_in_exports() {
    let plain = Reading::default();
    let percent = Reading { percent: true, ..plain };
    for (text, reading) in [("15%", plain), ("0.15", plain), ("15", percent), ("15%", percent)] {
        assert_eq!(number(&Cell::Text(text), reading), Ok(Some(0.15)), "{text}");
    }
}

/// The growth of its industry that each of three clients is given.
fn growth(column: [&str; 3]) -> Vec<Option<f64>> {
    let rows = column.iter().zip(["A", "B", "C"]);
    let clients = rows.map(|(share, id)| format!("{id},{share}\n")).collect::<Vec<_>>().concat();
    let input = |name: &str, text: String| Input {
        name: name.to_owned(),
        place: Place::Memory(Arc::from(text.as_bytes())),
    };
    let sales = "客户编号,日期,金额\nA,2026-01-05,1\nB,2026-01-05,1\nC,2026-01-05,1\n".to_owned();
    let files =
        [input("clients.csv", format!("客户编号,行业增速\n{clients}")), input("sales.csv", sales)];
    let review = reviewed(&files, "", 1);
    review.clients.iter().map(|client| client.features.industry_growth).collect()
}

#[test]
fn a_share_is_read_as_its_column_writes_shares() {
    let expected = vec![Some(0.15), Some(0.005), Some(-0.03)];
    assert_eq!(growth(["15%", "0.5%", "-3%"]), expected);
    assert_eq!(growth(["15", "0.5", "-3"]), expected);
    assert_eq!(growth(["0.15", "0.005", "-0.03"]), expected);
    assert_eq!(growth(["15%", "0.005", "-3%"]), expected);
}

#[test]
fn columns_decide_what_no_cell_can() {
    let of = |dates: [&str; 2]| -> Vec<Option<Day>> {
        let text = format!("client,date,amount\nA,{},1\nB,{},1\n", dates[0], dates[1]);
        let review = review(&text);
        review.clients.iter().map(|client| client.features.first_order).collect()
    };
    let days = |a, b| vec![Day::parse_iso(a), Day::parse_iso(b)];
    assert_eq!(of(["4/6/2013", "4/26/2013"]), days("2013-04-06", "2013-04-26"));
    assert_eq!(of(["08/11/2020", "28/11/2020"]), days("2020-11-08", "2020-11-28"));
    assert_eq!(
        of(["\"3/4/2025, 10:22 AM\"", "\"3/14/2025, 9:05 PM\""]),
        days("2025-03-04", "2025-03-14")
    );
}

#[test]
fn odd_rows_are_used_or_left_out_for_a_reason() {
    let review = review(
        "客户,订单日期,收款日期,合同金额（万元）\n甲,2026-01-05,2025-12-20,12.5\n乙,TBD,,3\n丙,2031-01-01,,1\n丁,2026-02-01,2026-03-01,—\n戊,2026-02-02,2026-03-01,2\n己,2026-02-03,,2\n",
    );
    let left_out: Vec<(&str, u64)> = review
        .control
        .by_reason
        .iter()
        .map(|(reason, left_out)| (*reason, left_out.rows))
        .collect();
    // A date to be decided and a missing amount are errors; the future is left out of the review itself.
    assert!(left_out.contains(&("type-error", 1)), "{left_out:?}");
    assert!(left_out.contains(&("missing-value", 1)), "{left_out:?}");
    let prepaid = review.clients.iter().find(|client| client.client_id == "甲").expect("甲");
    assert_eq!(prepaid.features.pay_days, Some(-16.0));
    assert_eq!(prepaid.features.net_sales, Money(125_000 * Money::SCALE));
    let codes: Vec<&str> = review.diagnostics.iter().map(|group| group.code).collect();
    assert!(left_out.contains(&("after-as-of", 1)), "{left_out:?}");
    for code in ["future-date", "unit-in-heading"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
}
