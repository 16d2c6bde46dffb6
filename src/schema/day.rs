//! Cells to days: ISO, Chinese, compact and worded dates, spreadsheet serials, and dates whose order needs a decision.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use super::value::{DateOrder, Reading, Trouble, is_null};
use crate::period::Day;
use crate::source::Cell;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A day; a time of day after it is dropped. `Ok(None)` is nothing.
#[inline]
pub fn day(cell: &Cell<'_>, reading: Reading) -> Result<Option<Day>, Trouble> {
    match *cell {
        Cell::Blank | Cell::Error(_) => Ok(None),
        Cell::Date(day, _) => Ok(Some(day)),
        Cell::Text(text) => match iso(text.as_bytes()) {
            Some(day) => Ok(Some(day)),
            None => written(text, reading.date_order),
        },
        Cell::Doubled(text) => written(text, reading.date_order),
        Cell::Number(number) => from_number(number).map(Some),
        Cell::Decimal(units, 0) => from_number(units as f64).map(Some),
        Cell::Decimal(..) | Cell::Bool(_) => Err(Trouble::Type),
    }
}

/// The common case: exactly `YYYY-MM-DD` or `YYYY/MM/DD`.
#[inline]
fn iso(text: &[u8]) -> Option<Day> {
    let [y1, y2, y3, y4, a, m1, m2, b, d1, d2] = *text else {
        return None;
    };
    if a != b || !matches!(a, b'-' | b'/' | b'.') {
        return None;
    }
    let digit = |byte: u8| if byte.is_ascii_digit() { Some(u32::from(byte - b'0')) } else { None };
    let year = digit(y1)? * 1000 + digit(y2)? * 100 + digit(y3)? * 10 + digit(y4)?;
    Day::from_ymd(year as i32, digit(m1)? * 10 + digit(m2)?, digit(d1)? * 10 + digit(d2)?)
}

/// A serial number, or a compact date such as 20250301 that was stored as a number.
fn from_number(number: f64) -> Result<Day, Trouble> {
    if (19_000_101.0..=21_991_231.0).contains(&number) && number.fract() == 0.0 {
        let number = number as i32;
        return Day::from_ymd(number / 10_000, (number / 100 % 100) as u32, (number % 100) as u32)
            .ok_or(Trouble::Range);
    }
    // Serials below 20000 (1954) are more likely counts that stand in the wrong column.
    if number < 20_000.0 {
        Err(Trouble::Type)
    } else {
        Day::from_serial(number).ok_or(Trouble::Range)
    }
}

fn written(text: &str, order: Option<DateOrder>) -> Result<Option<Day>, Trouble> {
    let folded: Cow<'_, str> =
        if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) };
    let folded = folded.trim();
    if is_null(folded) {
        return Ok(None);
    }
    if folded.len() == 5 && folded.bytes().all(|byte| byte.is_ascii_digit()) {
        return folded.parse().map_err(|_| Trouble::Type).and_then(from_number).map(Some);
    }
    let parts = parts(folded).ok_or(Trouble::Type)?;
    match parts {
        Parts::Known(year, month, day) => {
            Day::from_ymd(year, month, day).map(Some).ok_or(Trouble::Range)
        }
        Parts::YearLast(a, b, c) => {
            let order = order.or(match (a > 12, b > 12) {
                (true, false) => Some(DateOrder::Dmy),
                (false, true) => Some(DateOrder::Mdy),
                _ if a == b => Some(DateOrder::Dmy),
                _ => None,
            });
            let (year, month, day) = match order {
                Some(DateOrder::Dmy) => (c, b, a),
                Some(DateOrder::Mdy) => (c, a, b),
                Some(DateOrder::Ymd) => (a, b, c),
                None => return Err(Trouble::Undecided),
            };
            Day::from_ymd(full_year(year), month, day).map(Some).ok_or(Trouble::Range)
        }
    }
}

/// What a date consists of before its order is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// Year, month and day are clear.
    Known(i32, u32, u32),
    /// Three parts in an order that the column decides; the year stands last unless the settings say first.
    YearLast(u32, u32, u32),
}

/// Takes a written date apart.
#[must_use]
pub fn parts(text: &str) -> Option<Parts> {
    let mut numbers: [u32; 3] = [0; 3];
    let mut widths = [0_usize; 3];
    let mut count = 0;
    let mut month_name = None;
    let mut rest = text;
    while count < 3 && !rest.is_empty() {
        let first = rest.chars().next()?;
        if first.is_ascii_digit() {
            let width = rest.bytes().take_while(u8::is_ascii_digit).count();
            if width > 8 {
                return None;
            }
            numbers[count] = rest[..width].parse().ok()?;
            widths[count] = width;
            count += 1;
            rest = &rest[width..];
            if count == 1 && width == 8 {
                let n = numbers[0];
                return time_follows(rest).then_some(Parts::Known(
                    (n / 10_000) as i32,
                    n / 100 % 100,
                    n % 100,
                ));
            }
        } else if first.is_ascii_alphabetic() {
            let width = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            let word = rest[..width].to_ascii_lowercase();
            let month = MONTHS.iter().position(|month| word.len() >= 3 && word.starts_with(month));
            if month.is_none() || month_name.is_some() || count == 3 {
                return None;
            }
            month_name = month.map(|at| at as u32 + 1);
            rest = &rest[width..];
            if count == 2 {
                return None;
            }
        } else if matches!(first, '-' | '/' | '.' | ' ' | ',' | '年' | '月' | '日') {
            rest = &rest[first.len_utf8()..];
            if month_name.is_some() && count == 2 {
                break;
            }
        } else {
            return None;
        }
        if month_name.is_some() && count == 2 {
            break;
        }
    }
    let rest = rest.trim_start_matches('日');
    if let Some(month) = month_name {
        // 05-Mar-2026 or Mar 5, 2026
        let (day, year) =
            if widths[0] == 4 { (numbers[1], numbers[0]) } else { (numbers[0], numbers[1]) };
        return (count == 2 && time_follows(rest)).then_some(Parts::Known(
            full_year(year),
            month,
            day,
        ));
    }
    match count {
        2 if widths[0] == 4 && widths[1] <= 2 && rest.is_empty() => {
            Some(Parts::Known(numbers[0] as i32, numbers[1], 1))
        }
        3 if !time_follows(rest) => None,
        3 if widths[0] == 4 => Some(Parts::Known(numbers[0] as i32, numbers[1], numbers[2])),
        3 if widths[2] == 4 || widths[2] == 2 => {
            Some(Parts::YearLast(numbers[0], numbers[1], numbers[2]))
        }
        _ => None,
    }
}

fn full_year(year: u32) -> i32 {
    if year < 100 { 2000 + year as i32 } else { year as i32 }
}

/// Whether what follows the date is nothing or a time of day with an optional zone.
fn time_follows(rest: &str) -> bool {
    let rest = rest.trim_start_matches([',', ' ', 'T']);
    rest.is_empty()
        || (rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.contains(':')
            && rest
                .chars()
                .all(|c| c.is_ascii_digit() || ":.+- ".contains(c) || "AaPpMmZzUTC".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<String>, Trouble> {
        day(&Cell::Text(text), Reading::default()).map(|found| found.map(|day| day.to_string()))
    }

    #[test]
    fn reads_dates_as_exports_write_them() {
        for (text, iso) in [
            ("2016-11-08", "2016-11-08"),
            ("2025/3/1", "2025-03-01"),
            ("2025.3.1", "2025-03-01"),
            ("20250301", "2025-03-01"),
            ("2025年3月1日", "2025-03-01"),
            ("2025年3月", "2025-03-01"),
            ("05-Mar-2026", "2026-03-05"),
            ("Mar 5, 2026", "2026-03-05"),
            ("5 March 2026", "2026-03-05"),
            ("3/25/2026 2:15:33 PM", "2026-03-25"),
            ("25/12/2020", "2020-12-25"),
            ("2025-01-02T00:00:00", "2025-01-02"),
            ("2025-01-02T14:15:33+01:00", "2025-01-02"),
            ("2025-01-02 14:15:33.123Z", "2025-01-02"),
            ("２０２５／０３／０１", "2025-03-01"),
            ("46000", "2025-12-09"),
        ] {
            assert_eq!(read(text), Ok(Some(iso.to_owned())), "{text}");
        }
        assert_eq!(read("—"), Ok(None));
        for text in ["TBD", "12", "2025-1-2-3", "1.5", "abc 2025", "2026 甲"] {
            assert_eq!(read(text), Err(Trouble::Type), "{text}");
        }
        assert_eq!(read("2025-02-30"), Err(Trouble::Range));
        assert_eq!(read("03/04/2025"), Err(Trouble::Undecided));
    }

    #[test]
    fn a_decided_column_has_one_order() {
        let reading = Reading { date_order: Some(DateOrder::Dmy), ..Reading::default() };
        assert_eq!(day(&Cell::Text("03/04/2025"), reading), Ok(Day::from_ymd(2025, 4, 3)));
        assert_eq!(day(&Cell::Text("04/13/2025"), reading), Err(Trouble::Range));
        let reading = Reading { date_order: Some(DateOrder::Ymd), ..Reading::default() };
        assert_eq!(day(&Cell::Text("25/03/04"), reading), Ok(Day::from_ymd(2025, 3, 4)));
        assert_eq!(read("05/05/2026"), Ok(Some("2026-05-05".to_owned())));
    }

    #[test]
    fn numbers_are_serials_or_compact_dates() {
        let read = |number| day(&Cell::Number(number), Reading::default());
        assert_eq!(read(42_852.0), Ok(Day::parse_iso("2017-04-27")));
        assert_eq!(read(20_250_301.0), Ok(Day::parse_iso("2025-03-01")));
        assert_eq!(read(12.0), Err(Trouble::Type));
    }
}
