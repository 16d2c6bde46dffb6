//! Exports that overlap, through the library: what is in two files counts once, and every row is accounted for.

use std::fmt::Write as _;
use std::sync::Arc;

use kam::money::Money;
use kam::review::Review;
use kam::source::{Input, Place};
use kam::store::Loaded;
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use crate::support::{loaded, reviewed};

const HEADINGS: &str = "client,date,order id,line no,amount,cost,business line,paid date";
const PLAIN: &str = "client,date,order id,note,amount,cost,business line,paid date";

/// Orders of two clients with up to three lines each, as lines of a file.
fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    for order in 0..40_u32 {
        for line in 1..=1 + order % 3 {
            let (client, day, amount) = (order % 2, 1 + order % 28, 100 + order * 7 % 13 * line);
            lines.push(format!(
                "C{client},2026-{:02}-{day:02},T{order},{line},{amount}.{:02},{},L{},",
                1 + order % 6,
                order,
                amount / 2,
                order % 4
            ));
        }
    }
    lines
}

fn file(name: &str, headings: &str, lines: &[String]) -> Input {
    let mut text = format!("{headings}\n");
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    Input { name: name.to_owned(), place: Place::Memory(Arc::from(text.into_bytes())) }
}

/// Everything but where it came from and what was left out on the way.
fn figures(review: &Review) -> String {
    let mut json = serde_json::to_value(review).expect("JSON");
    for key in ["inputs", "diagnostics", "control"] {
        json[key] = serde_json::Value::Null;
    }
    serde_json::to_string_pretty(&json).expect("JSON")
}

/// Reads files, after checking that every row and amount is accounted for.
#[track_caller]
fn balanced(inputs: &[Input], threads: usize) -> Loaded {
    let (loaded, _) = loaded(inputs, "", threads);
    let control = &loaded.control;
    assert_eq!(control.rows_in_file, control.rows_used + control.rows_left_out);
    assert_eq!(control.amount_in_file, control.amount_used + control.amount_left_out);
    let left_out = control.by_reason.values();
    assert_eq!(left_out.clone().map(|left| left.rows).sum::<u64>(), control.rows_left_out);
    assert_eq!(left_out.map(|left| left.amount).sum::<Money>(), control.amount_left_out);
    let orders = &loaded.ledger.orders;
    assert_eq!(orders.iter().map(|row| u64::from(row.rows)).sum::<u64>(), control.rows_used);
    let net: Money = orders.iter().map(|row| row.positive + row.negative).sum();
    assert_eq!(net, control.amount_used);
    loaded
}

#[track_caller]
fn same_as_whole(headings: &str, inputs: &[Input]) {
    let whole = [file("whole.csv", headings, &lines())];
    let expected = balanced(&whole, 2);
    for threads in [1, 3] {
        let found = balanced(inputs, threads);
        assert!(found.ledger == expected.ledger, "another ledger");
        assert_eq!(found.control.amount_used, expected.control.amount_used);
    }
    assert!(figures(&reviewed(inputs, "", 2)) == figures(&reviewed(&whole, "", 2)), "figures");
}

fn left_out(loaded: &Loaded, reason: &str) -> (u64, Money) {
    loaded.control.by_reason.get(reason).map_or((0, Money::ZERO), |left| (left.rows, left.amount))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parts_that_overlap_are_the_whole(a in 0..79_usize, b in 0..79_usize) {
        let lines = lines();
        let (from, to) = (a.min(b), a.max(b).max(1));
        let parts = [
            file("1.csv", HEADINGS, &lines[..to]),
            file("2.csv", HEADINGS, &lines[from.min(lines.len() - 1)..]),
        ];
        same_as_whole(HEADINGS, &parts);
        let turned: Vec<Input> = parts.into_iter().rev().collect();
        same_as_whole(HEADINGS, &turned);
    }
}

#[test]
fn without_line_numbers_whole_orders_may_overlap() {
    let lines = lines();
    let order = |line: &str| line.split(',').nth(2).map(ToOwned::to_owned);
    let begins: Vec<usize> = (0..lines.len())
        .filter(|at| *at == 0 || order(&lines[*at]) != order(&lines[at - 1]))
        .collect();
    for (from, to) in [(begins[12], begins[30]), (begins[20], begins[20]), (0, lines.len())] {
        let parts = [file("1.csv", PLAIN, &lines[..to]), file("2.csv", PLAIN, &lines[from..])];
        same_as_whole(PLAIN, &parts);
        let rows = (to - from) as u64;
        assert_eq!(left_out(&balanced(&parts, 2), "repeated-line").0, rows);
    }
}

#[test]
fn a_corrected_file_replaces_lines() {
    let lines = lines();
    let mut corrected = lines.clone();
    corrected[7] = corrected[7].replace(",L", ",X");
    corrected[8] = "C0,2026-05-09,T4,2,1000,1,L9,2026-06-01".to_owned();
    let expected = balanced(&[file("corrected.csv", HEADINGS, &corrected)], 1);
    for first in [&lines[..], &lines[5..20]] {
        let files =
            [file("first.csv", HEADINGS, first), file("corrected.csv", HEADINGS, &corrected)];
        let found = balanced(&files, 2);
        assert!(found.ledger == expected.ledger, "another ledger");
        assert_eq!(left_out(&found, "replaced-line").0, 2);
        assert_eq!(left_out(&found, "repeated-line").0, first.len() as u64 - 2);
    }
}

#[test]
fn what_was_paid_meanwhile_counts_once_and_is_paid() {
    let open = ["C0,2026-01-09,T4,,1000,1,L9,", "C0,2026-01-10,T5,,70,1,L9,2026-01-20"];
    let paid = ["C0,2026-01-09,T4,,1000,1,L9,2026-03-01"];
    let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let found =
        balanced(&[file("1.csv", PLAIN, &own(&open)), file("2.csv", PLAIN, &own(&paid))], 1);
    assert_eq!(found.ledger.orders.len(), 2);
    assert!(found.ledger.payments.iter().all(|row| row.paid.is_some()));
    assert_eq!(left_out(&found, "repeated-line"), (1, Money(10_000_000)));
}

#[test]
fn a_cancelled_line_takes_its_older_state_with_it() {
    let with = |name, status| {
        let text = format!("client,date,order id,amount,status\nC0,2026-01-09,T4,1000,{status}\n");
        Input { name: String::from(name), place: Place::Memory(Arc::from(text.into_bytes())) }
    };
    let other = file("3.csv", PLAIN, &lines());
    let found = balanced(&[with("1.csv", "ok"), with("2.csv", "cancelled"), other.clone()], 1);
    assert_eq!(left_out(&found, "replaced-line"), (1, Money(10_000_000)));
    assert_eq!(left_out(&found, "skipped-status"), (1, Money(10_000_000)));
    let found = balanced(&[with("1.csv", "cancelled"), with("2.csv", "ok"), other], 1);
    assert_eq!(left_out(&found, "replaced-line").0, 0);
}

#[test]
fn orders_of_other_clients_and_lines_within_a_file_are_left_alone() {
    let lines = ["C0,2026-01-09,T4,1,1000,1,L9,", "C0,2026-01-09,T4,1,1000,1,L9,"];
    let others = ["C1,2026-01-09,T4,1,1000,1,L9,"];
    let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let (one, two) =
        (file("1.csv", HEADINGS, &own(&lines)), file("2.csv", HEADINGS, &own(&others)));
    assert_eq!(balanced(&[one, two], 1).control.rows_used, 3);
}

#[test]
fn sheets_are_compared_like_files() {
    let mut book = Workbook::new();
    let lines = lines();
    for (name, lines) in [("January", &lines[..50]), ("February", &lines[30..])] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("name");
        let all = std::iter::once(HEADINGS).chain(lines.iter().map(String::as_str));
        for (row, line) in (0..).zip(all) {
            for (column, cell) in (0..).zip(line.split(',')).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write(row, column, cell).expect("written");
            }
        }
    }
    let bytes = book.save_to_buffer().expect("saved");
    let book = Input { name: "book.xlsx".to_owned(), place: Place::Memory(Arc::from(bytes)) };
    same_as_whole(HEADINGS, &[book]);
}
