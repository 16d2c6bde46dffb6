//! Days, calendar arithmetic and the windows that every feature is computed over.
//!
//! The library never reads a clock: an as-of date comes in from outside.

use std::fmt;

use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The day of a year, month (1–12) and day of month, or `None` when the calendar has no such day
    /// or the year is outside 1900–2199 (a typing error, not a transaction).
    #[must_use]
    #[inline]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1900..2200).contains(&year)
            || !(1..=12).contains(&month)
            || day == 0
            || day > days_in_month(year, month)
        {
            return None;
        }
        Some(Self(days_from_civil(year, month, day)))
    }

    /// The day of an Excel serial number in the 1900 date system (serial 1 = 1900-01-01).
    #[must_use]
    pub fn from_serial(serial: f64) -> Option<Self> {
        if !(61.0..110_000.0).contains(&serial) {
            return None;
        }
        Some(Self(serial.floor() as i32 - 25_569))
    }

    /// Year, month and day of month.
    #[must_use]
    pub fn ymd(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    /// The same day for libraries that take calendar dates.
    #[must_use]
    pub fn date(self) -> Date {
        let (year, month, day) = self.ymd();
        Date::new(year as i16, month as i8, day as i8).unwrap_or(Date::ZERO)
    }

    /// The day `months` later (earlier when negative), its day of month clamped to the month's length.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let (year, month, day) = self.ymd();
        let index = year * 12 + month as i32 - 1 + months;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) as u32 + 1);
        Self(days_from_civil(year, month, day.min(days_in_month(year, month))))
    }

    /// The day `days` later.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// The day `count` working days later, where Saturday and Sunday do not count.
    #[must_use]
    pub fn plus_working_days(self, count: u32) -> Self {
        let mut day = self;
        let mut left = count;
        while left > 0 {
            day = day.plus_days(1);
            // 1970-01-01 was a Thursday: Saturday and Sunday are 2 and 3 days after a multiple of 7.
            if !matches!(day.0.rem_euclid(7), 2 | 3) {
                left -= 1;
            }
        }
        day
    }

    /// Whole days from `earlier` to this day.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// Reads `2026-06-30` (nothing else).
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let year = parts.next()?.parse().ok()?;
        let month = parts.next()?.parse().ok()?;
        let day = parts.next()?.parse().ok()?;
        Self::from_ymd(year, month, day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_iso(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no date")))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How many days a month has.
#[must_use]
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

// Days from civil and back, after Howard Hinnant's "chrono-compatible low-level date algorithms":
// the ledger turns millions of dates into day numbers, and a calendar library's checked path is ten times slower.
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (month as i32 + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted + 2) / 5 + 1) as u32;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u32;
    (year_of_era + era * 400 + i32::from(month <= 2), month, day)
}

/// A span of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
}

impl Window {
    /// Whether a day lies inside.
    #[must_use]
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    /// The `months` calendar months that end at `end`: from `(end + 1 day) − months` to `end`.
    #[must_use]
    pub fn months_to(end: Day, months: i32) -> Self {
        Self { from: end.plus_days(1).plus_months(-months), to: end }
    }
}

/// The windows of a review, all of them fixed by its as-of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Windows {
    /// The 12 months up to the as-of date.
    pub ttm: Window,
    /// The 12 months before those.
    pub prior: Window,
    /// The 36 months up to the as-of date.
    pub history: Window,
    /// The last 90 days.
    pub recent: Window,
    /// The 270 days before those.
    pub base: Window,
    /// The last 90 days, a year earlier.
    pub recent_ly: Window,
}

impl Windows {
    /// The windows of an as-of date.
    #[must_use]
    pub fn at(as_of: Day) -> Self {
        let ttm = Window::months_to(as_of, 12);
        let recent = Window { from: as_of.plus_days(-89), to: as_of };
        Self {
            ttm,
            prior: Window { from: as_of.plus_days(1).plus_months(-24), to: ttm.from.plus_days(-1) },
            history: Window::months_to(as_of, 36),
            recent,
            base: Window { from: recent.from.plus_days(-270), to: recent.from.plus_days(-1) },
            recent_ly: Window {
                from: recent.from.plus_months(-12),
                to: recent.to.plus_months(-12),
            },
        }
    }
}

/// The last day of a period such as `2026`, `2026H1`, `2026Q3` or `2026-09`, in fiscal years that begin
/// with month `fiscal_start` (1 = January; a fiscal year is named after the calendar year it begins in).
#[must_use]
pub fn period_end(text: &str, fiscal_start: u32) -> Option<Day> {
    let text = text.trim().to_ascii_uppercase();
    let (year, rest) = text.split_at_checked(4)?;
    let year: i32 = year.parse().ok()?;
    let (months, from_calendar) = match rest {
        "Q1" => (3, false),
        "Q2" | "H1" => (6, false),
        "Q3" => (9, false),
        "Q4" | "H2" | "" => (12, false),
        _ => (rest.strip_prefix('-')?.parse().ok().filter(|month| (1..=12).contains(month))?, true),
    };
    let start = Day::from_ymd(year, if from_calendar { 1 } else { fiscal_start }, 1)?;
    Some(start.plus_months(months).plus_days(-1))
}

/// The name of the quarter that ends on a day, or the day itself when none does.
#[must_use]
pub fn period_name(as_of: Day, fiscal_start: u32) -> String {
    let year = as_of.ymd().0;
    for year in [year, year - 1] {
        for quarter in ["Q1", "Q2", "Q3", "Q4"] {
            let name = format!("{year}{quarter}");
            if period_end(&name, fiscal_start) == Some(as_of) {
                return name;
            }
        }
    }
    as_of.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).expect(text)
    }

    #[test]
    fn agrees_with_a_calendar_library() {
        let epoch = jiff::civil::date(1970, 1, 1);
        for number in (-25_000..80_000).step_by(13) {
            let date = Day(number).date();
            assert_eq!((date - epoch).get_days(), number);
            assert_eq!(Day::parse_iso(&date.to_string()), Some(Day(number)));
        }
    }

    #[test]
    fn windows_end_at_the_as_of_date() {
        let windows = Windows::at(day("2024-02-29"));
        assert_eq!(windows.ttm.from, day("2023-03-01"));
        assert_eq!(windows.prior, Window { from: day("2022-03-01"), to: day("2023-02-28") });
        assert_eq!(windows.history.from, day("2021-03-01"));
        assert_eq!(windows.recent.from, day("2023-12-02"));
        assert_eq!(windows.recent_ly, Window { from: day("2022-12-02"), to: day("2023-02-28") });
        assert_eq!(windows.base.to.days_since(windows.base.from), 269);
    }

    #[test]
    fn refuses_days_the_calendar_lacks() {
        assert_eq!(Day::parse_iso("2025-02-29"), None);
        assert_eq!(Day::parse_iso("2025-13-01"), None);
        assert_eq!(Day::from_serial(41_181.0), Some(day("2012-09-29")));
    }

    #[test]
    fn names_periods_both_ways() {
        assert_eq!(period_end("2026Q3", 1), Some(day("2026-09-30")));
        assert_eq!(period_end("2026Q4", 4), Some(day("2027-03-31")));
        assert_eq!(period_end("2026-02", 4), Some(day("2026-02-28")));
        assert_eq!(period_end("2026Q5", 1), None);
        assert_eq!(period_name(day("2027-03-31"), 4), "2026Q4");
        assert_eq!(period_name(day("2026-06-29"), 1), "2026-06-29");
    }

    #[test]
    fn skips_weekends() {
        assert_eq!(day("2026-11-20").plus_working_days(1), day("2026-11-23"));
        assert_eq!(day("2026-11-18").plus_working_days(7), day("2026-11-27"));
    }
}
