//! Birthdays: a month and a day, with the year or without.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use super::day::{Parts, parts};
use super::value::{DateOrder, is_null};
use crate::period::Day;

/// A year that has a 29 February, for birthdays without one.
const LEAP: i32 = 2000;

/// When somebody was born, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Birthday {
    /// The year, where the file says it.
    pub year: Option<i32>,
    /// 1–12.
    pub month: u32,
    /// 1–31.
    pub day: u32,
}

impl Birthday {
    fn of(year: Option<i32>, month: u32, day: u32) -> Result<Self, Open> {
        Day::from_ymd(year.unwrap_or(LEAP), month, day)
            .map(|_| Self { year, month, day })
            .ok_or(Open::Unreadable)
    }
}

/// `1985-04-12`, or `--04-12` without the year.
impl fmt::Display for Birthday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{year:04}-{:02}-{:02}", self.month, self.day),
            None => write!(f, "--{:02}-{:02}", self.month, self.day),
        }
    }
}

/// Why a text is no birthday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// It is no date.
    Unreadable,
    /// Day and month could be swapped.
    Order,
}

/// A birthday as files write it; `Ok(None)` is nothing. `today` tells the century of years of two digits.
///
/// # Errors
/// What is no date, or one whose order nothing tells.
pub fn birthday(
    text: &str,
    order: Option<DateOrder>,
    today: Day,
) -> Result<Option<Birthday>, Open> {
    let folded: String = text.nfkc().collect();
    let text = folded.trim();
    if is_null(text) {
        return Ok(None);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(text).map(Some);
    }
    match parts(text) {
        // A month of a year is no day of it.
        Some(Parts::Known(_, _, 1)) if months_only(text) => Err(Open::Unreadable),
        Some(Parts::Known(year, month, day)) => {
            let century = if year > today.ymd().0 { 100 } else { 0 };
            Birthday::of(Some(year - century), month, day).map(Some)
        }
        Some(Parts::YearLast(a, b, year)) => {
            let (month, day) = month_and_day(a, b, order)?;
            let full = if year >= 100 {
                year as i32
            } else {
                let this = 2000 + year as i32;
                if this > today.ymd().0 { this - 100 } else { this }
            };
            Birthday::of(Some(full), month, day).map(Some)
        }
        None => without_year(text, order).map(Some),
    }
}

/// Serials of spreadsheets, `19850412`, `0412`.
fn digits(text: &str) -> Result<Birthday, Open> {
    let number: u32 = text.parse().map_err(|_| Open::Unreadable)?;
    match text.len() {
        4 => Birthday::of(None, number / 100, number % 100),
        5 => {
            let (year, month, day) =
                Day::from_serial(f64::from(number)).ok_or(Open::Unreadable)?.ymd();
            Birthday::of(Some(year), month, day)
        }
        8 => Birthday::of(Some((number / 10_000) as i32), number / 100 % 100, number % 100),
        _ => Err(Open::Unreadable),
    }
}

/// Whether a text has two numbers only: a year and a month.
fn months_only(text: &str) -> bool {
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    numbers.count() == 2 && !text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// `04-12`, `--04-12`, `4月12日`, `12 Apr`, `April 12`: as a full date in a leap year.
fn without_year(text: &str, order: Option<DateOrder>) -> Result<Birthday, Open> {
    let text = text.strip_prefix("--").unwrap_or(text);
    if text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        let text = text.trim_end_matches(['.', ',']);
        let Some(Parts::Known(_, month, day)) = parts(&format!("{text} {LEAP}")) else {
            return Err(Open::Unreadable);
        };
        return Birthday::of(None, month, day);
    }
    let numbers = |text: &str, mark: char| {
        let (a, b) = text.split_once(mark)?;
        Some((a.trim().parse::<u32>().ok()?, b.trim().parse::<u32>().ok()?))
    };
    if let Some((month, day)) = numbers(text.trim_end_matches(['日', '号']), '月')
        .or_else(|| numbers(text, '-').filter(|(month, _)| *month <= 12))
    {
        return Birthday::of(None, month, day);
    }
    // A spreadsheet makes 4.1 of 4.10, so a last part of one digit says too little.
    let dotted = numbers(text.trim_end_matches('.'), '.')
        .filter(|_| text.ends_with('.') || text.len() - text.find('.').unwrap_or_default() == 3);
    let (a, b) = dotted
        .or_else(|| numbers(text, '/'))
        .or_else(|| numbers(text, '-'))
        .ok_or(Open::Unreadable)?;
    let (month, day) = month_and_day(a, b, order)?;
    Birthday::of(None, month, day)
}

/// Which of two numbers is the month: as the column has it, else as the one above 12 tells.
fn month_and_day(a: u32, b: u32, order: Option<DateOrder>) -> Result<(u32, u32), Open> {
    let day_first = match (a > 12, b > 12, order) {
        (true, true, _) => return Err(Open::Unreadable),
        (false, false, None) if a != b => return Err(Open::Order),
        (false, false, order) => order == Some(DateOrder::Dmy),
        (day_first, _, _) => day_first,
    };
    Ok(if day_first { (b, a) } else { (a, b) })
}

/// The order that the birthdays of a column tell: some have a part above 12, all in the same place.
#[must_use]
pub fn order<'a>(texts: impl Iterator<Item = &'a str>) -> Option<DateOrder> {
    let (mut day_first, mut month_first) = (false, false);
    for text in texts {
        let folded: String = text.nfkc().collect();
        let numbers: Vec<u32> =
            folded.trim().split(['/', '.', '-']).filter_map(|part| part.parse().ok()).collect();
        if let [a, b] | [a, b, _] = numbers[..]
            && a <= 31
        {
            day_first |= a > 12 && b <= 12;
            month_first |= b > 12 && a <= 12;
        }
    }
    match (day_first, month_first) {
        (true, false) => Some(DateOrder::Dmy),
        (false, true) => Some(DateOrder::Mdy),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, order: Option<DateOrder>) -> Result<Option<String>, Open> {
        let today = Day::from_ymd(2026, 6, 30).expect("a day");
        birthday(text, order, today).map(|found| found.map(|day| day.to_string()))
    }

    #[test]
    fn birthdays_have_a_year_or_none() {
        for (text, found) in [
            ("1985-04-12", "1985-04-12"),
            ("1980/1/2", "1980-01-02"),
            ("1985年4月12日", "1985-04-12"),
            ("12-Apr-85", "1985-04-12"),
            ("25/04/1985", "1985-04-25"),
            ("19850412", "1985-04-12"),
            ("31149", "1985-04-12"),
            ("04-12", "--04-12"),
            ("--04-12", "--04-12"),
            ("0412", "--04-12"),
            ("4月12日", "--04-12"),
            ("４月１２号", "--04-12"),
            ("12 Apr", "--04-12"),
            ("April 12", "--04-12"),
            ("2月29日", "--02-29"),
            ("25/4", "--04-25"),
            ("4/25", "--04-25"),
            ("25.04.", "--04-25"),
        ] {
            assert_eq!(read(text, None), Ok(Some(found.to_owned())), "{text}");
        }
        for text in ["", "-", "N/A", "无"] {
            assert_eq!(read(text, None), Ok(None), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_or_could_be_two_is_neither() {
        for text in [
            "soon",
            "4月",
            "1985",
            "1985年4月",
            "2月30日",
            "农历八月十五",
            "13/13",
            "4.1",
            "99999999",
        ] {
            assert_eq!(read(text, None), Err(Open::Unreadable), "{text}");
        }
        for text in ["3/4", "03/04/1985"] {
            assert_eq!(read(text, None), Err(Open::Order), "{text}");
        }
        assert_eq!(read("3/4", Some(DateOrder::Dmy)), Ok(Some("--04-03".to_owned())));
        assert_eq!(read("03/04/1985", Some(DateOrder::Mdy)), Ok(Some("1985-03-04".to_owned())));
        assert_eq!(order(["3/4", "25/4", "1985-04-12"].into_iter()), Some(DateOrder::Dmy));
        assert_eq!(order(["3/4", "4/25/1985"].into_iter()), Some(DateOrder::Mdy));
        assert_eq!(order(["25/4", "4/25"].into_iter()), None);
    }
}
