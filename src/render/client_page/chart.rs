//! Net sales by month as columns of plain characters.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::locale::whole_money;
use crate::money::Money;
use crate::review::Month;

/// Rows of the highest column.
const ROWS: i64 = 6;
/// Months between two labels.
const LABELLED: usize = 6;

/// The chart; empty where nothing was sold in any month.
pub(super) fn chart(months: &[Month]) -> String {
    let highest = months.iter().map(|month| month.net_sales).max().unwrap_or_default();
    if highest <= Money::ZERO {
        return String::new();
    }
    let top = rounded_up(highest);
    let labels = [(ROWS, whole_money(top)), (ROWS / 2, whole_money(Money(top.0 / 2)))];
    let margin = labels.iter().map(|(_, label)| label.width()).max().unwrap_or(0);
    let mut out = String::new();
    for row in (1..=ROWS).rev() {
        let label = labels.iter().find(|(at, _)| *at == row).map_or("", |(_, label)| label);
        let columns: String = months.iter().map(|month| cell(month.net_sales, row, top)).collect();
        let line = format!("{label:>margin$} |{columns}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let _ = writeln!(out, "{:>margin$} +{}", "0", "--".repeat(months.len()));
    let mut dates = " ".repeat(margin + 2);
    for month in months.iter().step_by(LABELLED) {
        let whole_month = month.from.ymd().2 == 1;
        let date = month.from.to_string();
        let date = if whole_month { &date[..date.len() - 3] } else { &date };
        let _ = write!(dates, "{date:<width$}", width = 2 * LABELLED);
    }
    let _ = writeln!(out, "{}", dates.trim_end());
    out
}

/// One place of a column: filled from its half, a dot for what is too small to fill one, a minus where returns were more.
fn cell(amount: Money, row: i64, top: Money) -> &'static str {
    let height = (i128::from(amount.0) * i128::from(ROWS) * 2 + i128::from(top.0))
        .div_euclid(2 * i128::from(top.0));
    match row {
        1 if amount < Money::ZERO => "- ",
        1 if amount > Money::ZERO && height < 1 => ". ",
        _ if i128::from(row) <= height => "# ",
        _ => "  ",
    }
}

/// An amount that reads well, not below this one: two digits, and half of it in whole units.
fn rounded_up(amount: Money) -> Money {
    let mut unit = Money::SCALE * 2;
    while amount.0 / unit >= 50 {
        unit *= 10;
    }
    Money((amount.0 + unit - 1) / unit * unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::Day;

    fn months(amounts: &[i64]) -> Vec<Month> {
        let first = Day::from_ymd(2025, 1, 1).expect("a day");
        let month = |(at, amount): (usize, &i64)| {
            let from = first.plus_months(at as i32);
            let to = from.plus_months(1).plus_days(-1);
            Month { from, to, net_sales: Money(amount * Money::SCALE) }
        };
        amounts.iter().enumerate().map(month).collect()
    }

    #[test]
    fn columns_are_as_high_as_sales() {
        let drawn = chart(&months(&[12_000, 6_000, 900, 0, -500, 100, 3_000]));
        let expected = "\
12,000 |#
       |#
       |#
 6,000 |# #
       |# #         #
       |# # .   - . #
     0 +--------------
        2025-01     2025-07
";
        assert_eq!(drawn, expected, "\n{drawn}");
    }

    #[test]
    fn there_is_none_without_sales() {
        assert_eq!(chart(&months(&[0, -1, 0])), "");
        assert_eq!(chart(&[]), "");
        assert_eq!(rounded_up(Money(1)), Money(2 * Money::SCALE));
        assert_eq!(rounded_up(Money(123_456 * Money::SCALE)), Money(140_000 * Money::SCALE));
    }
}
