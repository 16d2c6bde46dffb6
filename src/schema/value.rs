//! Cells to values: money, numbers, shares, days, and what counts as nothing.
//!
//! Money never passes through a float: text is read digit by digit, and numbers of a workbook are first written as the
//! decimal they stand for, with 15 significant digits as the spreadsheet shows them. What depends on the whole column
//! (decimal mark, order of day and month, unit) comes in as a [`Reading`].

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::aliases::{Unit, unit_word};
use crate::money::Money;
use crate::source::Cell;

/// The largest amount of one cell, in 10⁻⁴: ten million million. More is a damaged cell, and sums stay within bounds.
pub const LARGEST: i64 = 100_000_000_000_000_000;

/// Order of the parts of a date whose year stands last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day, where the year has two digits.
    Ymd,
}

impl DateOrder {
    /// The code used in settings and messages.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Dmy => "dmy",
            Self::Mdy => "mdy",
            Self::Ymd => "ymd",
        }
    }
}

/// How the cells of a column are to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The decimal mark is a comma.
    pub decimal_comma: bool,
    /// Bare numbers are multiplied by ten to this power.
    pub power: u32,
    /// Bare numbers are percentages.
    pub percent: bool,
    /// Order of day and month, where the column has dates that need it.
    pub date_order: Option<DateOrder>,
}

/// Why a cell could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is not what the column holds.
    Type,
    /// It is out of any sensible range.
    Range,
    /// It could be read two ways and the column has not been decided.
    Undecided,
}

/// An exact number read from a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    /// In units of 10⁻⁴.
    pub units: i64,
    /// Whether digits beyond the fourth decimal were rounded away.
    pub rounded: bool,
}

/// Whether a text stands for nothing.
#[must_use]
#[inline]
pub fn is_null(text: &str) -> bool {
    let text = trimmed(text);
    let Some(first) = text.bytes().next() else {
        return true;
    };
    // Nearly every cell is told from its first byte: a digit, an ordinary letter, an ordinary Chinese character.
    if text.len() > 9
        || !matches!(first, b'-' | b'/' | b'#' | b'(' | b'n' | b'N' | 0xE2 | 0xE6 | 0xE7)
    {
        return false;
    }
    matches!(text, "-" | "--" | "—" | "——" | "–" | "/" | "无" | "无数据" | "空")
        || ["null", "n/a", "#n/a", "na", "nan", "none", "nil", "(null)"]
            .iter()
            .any(|word| word.eq_ignore_ascii_case(text))
}

/// The text without white space around it; quick where there is none, as nearly always.
#[inline]
fn trimmed(text: &str) -> &str {
    if let [first, .., last] | [first @ last] = text.as_bytes()
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
    {
        return text;
    }
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    if blank(text.chars().next()) || blank(text.chars().next_back()) { text.trim() } else { text }
}

/// The text of a cell, trimmed; `None` for nothing. Whole numbers have no decimals, so an id typed as a number stays one.
#[must_use]
#[inline]
pub fn text<'a>(cell: &Cell<'a>) -> Option<Cow<'a, str>> {
    let text = match *cell {
        Cell::Blank | Cell::Error(_) => return None,
        Cell::Text(text) => Cow::Borrowed(trimmed(text)),
        Cell::Doubled(text) => Cow::Owned(text.replace("\"\"", "\"").trim().to_owned()),
        Cell::Number(number) => Cow::Owned(number_text(number)),
        Cell::Decimal(units, scale) => Cow::Owned(decimal_text(units, scale)),
        Cell::Date(day, _) => Cow::Owned(day.to_string()),
        Cell::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
    };
    if is_null(&text) { None } else { Some(text) }
}

/// The cell as a person would see it.
#[must_use]
pub fn shown(cell: &Cell<'_>) -> String {
    match *cell {
        Cell::Blank => String::new(),
        Cell::Text(text) | Cell::Error(text) => text.to_owned(),
        Cell::Doubled(text) => text.replace("\"\"", "\""),
        _ => text(cell).map(Cow::into_owned).unwrap_or_default(),
    }
}

/// A float as the shortest decimal that has its first 15 significant digits, which is what a spreadsheet shows.
#[must_use]
pub fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let text = format!("{number:.14e}");
    text.parse::<f64>().map_or(text, |rounded| rounded.to_string())
}

fn decimal_text(units: i128, scale: u32) -> String {
    let digits = units.unsigned_abs().to_string();
    let scale = scale as usize;
    let sign = if units < 0 { "-" } else { "" };
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, part) = padded.split_at(padded.len() - scale);
    let part = part.trim_end_matches('0');
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// An exact number: money, a price, a quantity. `Ok(None)` is nothing.
#[inline]
pub fn exact(cell: &Cell<'_>, reading: Reading) -> Result<Option<Exact>, Trouble> {
    match *cell {
        Cell::Blank | Cell::Error(_) => Ok(None),
        Cell::Text(text) => {
            if let Some(found) = plain(text.as_bytes(), reading) {
                return Ok(Some(found));
            }
            written(text, reading)
        }
        Cell::Doubled(text) => written(&text.replace("\"\"", "\""), reading),
        Cell::Number(number) if number.is_finite() && number.abs() < 1e15 => {
            let plain = Reading { decimal_comma: false, ..reading };
            digits(&number_text(number), plain.power).map(Some)
        }
        // Units as they are kept: nothing to compute.
        Cell::Decimal(units, scale)
            if scale == reading.power + 4 && units.unsigned_abs() <= LARGEST as u128 =>
        {
            Ok(Some(Exact { units: units as i64, rounded: false }))
        }
        Cell::Decimal(units, scale) => digits(&decimal_text(units, scale), reading.power).map(Some),
        Cell::Number(_) => Err(Trouble::Range),
        Cell::Date(..) | Cell::Bool(_) => Err(Trouble::Type),
    }
}

/// The common case without allocation: an optional minus, digits, at most four decimals.
#[inline]
fn plain(text: &[u8], reading: Reading) -> Option<Exact> {
    if reading.power != 0 || reading.percent || reading.decimal_comma {
        return None;
    }
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    if text.is_empty() || text.len() > 14 {
        return None;
    }
    let digit = |byte: u8| Some(byte.wrapping_sub(b'0')).filter(|digit| *digit < 10);
    let (mut units, mut at) = (0_i64, 0);
    while let Some(digit) = text.get(at).copied().and_then(digit) {
        units = units * 10 + i64::from(digit);
        at += 1;
    }
    let whole = at;
    if at < text.len() {
        if text[at] != b'.' || text.len() == 1 {
            return None;
        }
        at += 1;
        while let Some(digit) = text.get(at).copied().and_then(digit) {
            units = units * 10 + i64::from(digit);
            at += 1;
        }
    }
    let decimals = at - (whole + 1).min(at);
    if at < text.len() || decimals > 4 {
        return None;
    }
    units *= [10_000, 1000, 100, 10, 1][decimals];
    if units > LARGEST {
        return None;
    }
    Some(Exact { units: if negative { -units } else { units }, rounded: false })
}

/// A number as people and exports write it.
fn written(text: &str, reading: Reading) -> Result<Option<Exact>, Trouble> {
    let folded: String =
        text.nfkc().filter(|c| !matches!(c, '\u{a0}' | '\u{202f}' | '\u{2009}')).collect();
    let folded = folded.trim();
    if is_null(folded) {
        return Ok(None);
    }
    let mut body = folded;
    let mut negative = false;
    if let Some(inner) = body.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (negative, body) = (true, inner.trim());
    }
    body = strip_currency(body);
    if let Some(rest) = body.strip_suffix('-') {
        (negative, body) = (true, rest.trim_end());
    } else if let Some(rest) = body.strip_prefix(['-', '−', '–']) {
        (negative, body) = (!negative, strip_currency(rest.trim_start()));
    } else if let Some(rest) = body.strip_prefix('+') {
        body = rest.trim_start();
    }
    body = strip_currency(body);
    let (number, suffix) = split_suffix(body);
    if number.starts_with('-') {
        return Err(Trouble::Type);
    }
    let power = match suffix {
        "" => reading.power,
        _ => match unit_word(suffix) {
            Some(Unit::Power(power)) => power,
            Some(Unit::Plain) => reading.power,
            _ => return Err(Trouble::Type),
        },
    };
    let found = digits(&ungrouped(number, reading.decimal_comma)?, power)?;
    let units = if negative { -found.units } else { found.units };
    Ok(Some(Exact { units, ..found }))
}

fn strip_currency(text: &str) -> &str {
    const MARKS: [&str; 16] = [
        "¥",
        "$",
        "€",
        "£",
        "rmb",
        "cny",
        "usd",
        "eur",
        "gbp",
        "hkd",
        "us$",
        "hk$",
        "chf",
        "jpy",
        "人民币",
        "￥",
    ];
    let mut text = text.trim();
    for mark in MARKS {
        let head = text.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark));
        if head {
            text = text[mark.len()..].trim_start();
        }
        let cut = text.len().saturating_sub(mark.len());
        if text.get(cut..).is_some_and(|tail| tail.eq_ignore_ascii_case(mark)) {
            text = text[..cut].trim_end();
        }
    }
    text
}

/// Splits `12.5万` into number and unit.
fn split_suffix(text: &str) -> (&str, &str) {
    let end = text.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let end = if text[end..].starts_with('.') { end + 1 } else { end };
    (&text[..end], text[end..].trim())
}

/// The number with its grouping removed and a point as decimal mark. Groups must have three digits.
fn ungrouped(number: &str, decimal_comma: bool) -> Result<String, Trouble> {
    let (mark, group) = if decimal_comma { (',', '.') } else { ('.', ',') };
    let (whole, part) =
        number.split_once(mark).map_or((number, None), |(whole, part)| (whole, Some(part)));
    let mut groups = whole.split([group, ' ', '\'', '’']);
    let first = groups.next().unwrap_or_default();
    let mut out = first.to_owned();
    for next in groups {
        if next.len() != 3 || first.is_empty() || first.len() > 3 {
            return Err(Trouble::Type);
        }
        out.push_str(next);
    }
    if let Some(part) = part {
        out.push('.');
        out.push_str(part);
    }
    Ok(out)
}

/// `[-]digits[.digits][e±digits]` times ten to `power`, in 10⁻⁴, half away from zero.
fn digits(text: &str, power: u32) -> Result<Exact, Trouble> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, exponent.parse::<i32>().map_err(|_| Trouble::Type)?)
        }
        None => (text, 0),
    };
    let (negative, mantissa) =
        mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + part.len() == 0
        || !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit())
    {
        return Err(Trouble::Type);
    }
    // The decimal point moves right by the exponent, the power and the four places of the unit.
    let shift = i64::from(exponent) + i64::from(power) + 4;
    let keep = whole.len() as i64 + shift;
    let all = || whole.bytes().chain(part.bytes());
    let (mut units, mut seen) = (0_i64, 0_i64);
    let mut rounded = false;
    let mut half = false;
    for byte in all() {
        if seen < keep {
            units = units
                .checked_mul(10)
                .and_then(|units| units.checked_add(i64::from(byte - b'0')))
                .ok_or(Trouble::Range)?;
        } else if byte != b'0' {
            rounded = true;
        }
        if seen == keep && byte >= b'5' {
            half = true;
        }
        seen += 1;
    }
    for _ in seen..keep {
        if units == 0 {
            break;
        }
        units = units.checked_mul(10).ok_or(Trouble::Range)?;
    }
    units += i64::from(half);
    if units > LARGEST {
        return Err(Trouble::Range);
    }
    Ok(Exact { units: if negative { -units } else { units }, rounded })
}

/// A plain number, or a share when the cell or the column says percent.
pub fn number(cell: &Cell<'_>, reading: Reading) -> Result<Option<f64>, Trouble> {
    let (cell_text, percent);
    let cell = match *cell {
        Cell::Text(text) => {
            let trimmed = text.trim();
            let bare = trimmed.strip_suffix(['%', '％']);
            percent = bare.is_some() || reading.percent;
            cell_text = bare.unwrap_or(trimmed);
            Cell::Text(cell_text)
        }
        other => {
            percent = reading.percent;
            other
        }
    };
    let plain = Reading { percent: false, ..reading };
    let found = match cell {
        Cell::Number(number) => Some(number * 10_f64.powi(plain.power as i32)),
        // A float needs more decimals than money has.
        Cell::Text(text) if plain == Reading::default() => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Some(number),
            _ => exact(&cell, plain)?.map(|found| Money(found.units).to_f64()),
        },
        _ => exact(&cell, plain)?.map(|found| Money(found.units).to_f64()),
    };
    Ok(found.map(|number| if percent { number / 100.0 } else { number }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Option<i64>, Trouble> {
        exact(&Cell::Text(text), Reading::default()).map(|found| found.map(|found| found.units))
    }

    #[test]
    fn reads_amounts_as_exports_write_them() {
        for (text, units) in [
            ("1,234.50", 12_345_000),
            ("(1,234)", -12_340_000),
            ("-1", -10_000),
            ("1,234-", -12_340_000),
            ("¥1,200", 12_000_000),
            ("￥ 1200.5", 12_005_000),
            ("-$5.25", -52_500),
            ("RMB 88", 880_000),
            ("１，２３４．５", 12_345_000),
            ("12.5万", 1_250_000_000),
            ("3千", 30_000_000),
            ("1.2亿", 1_200_000_000_000),
            ("250k", 2_500_000_000),
            ("1.2M", 12_000_000_000),
            ("1200元", 12_000_000),
            ("3万元", 300_000_000),
            ("1 234 567.8", 12_345_678_000),
            (".5", 5_000),
            ("1e3", 10_000_000),
        ] {
            assert_eq!(read(text), Ok(Some(units)), "{text}");
        }
        for text in ["", " ", "NULL", "N/A", "#N/A", "-", "—", "无"] {
            assert_eq!(read(text), Ok(None), "{text}");
        }
        for text in ["壹万贰仟", "12,34", "1,2345", "abc", "12 台半", "1.2.3", "--5"] {
            assert_eq!(read(text), Err(Trouble::Type), "{text}");
        }
        assert_eq!(read("99999999999999999"), Err(Trouble::Range));
    }

    #[test]
    fn the_decimal_comma_is_a_matter_of_the_column() {
        let comma = Reading { decimal_comma: true, ..Reading::default() };
        for (text, units) in [
            ("1.234,56", 12_345_600),
            ("1 234,56", 12_345_600),
            ("261,96", 2_619_600),
            ("12", 120_000),
        ] {
            assert_eq!(
                exact(&Cell::Text(text), comma),
                Ok(Some(Exact { units, rounded: false })),
                "{text}"
            );
        }
    }

    #[test]
    fn a_unit_in_the_heading_multiplies_bare_numbers_only() {
        let ten_thousands = Reading { power: 4, ..Reading::default() };
        let units = |text| {
            exact(&Cell::Text(text), ten_thousands).map(|found| found.map(|found| found.units))
        };
        assert_eq!(units("3.5"), Ok(Some(350_000_000)));
        assert_eq!(units("3.5亿"), Ok(Some(3_500_000_000_000)));
    }

    #[test]
    fn cells_of_workbooks_lose_their_float_noise() {
        let noisy = Cell::Number(125.439_999_999_999_98);
        assert_eq!(
            exact(&noisy, Reading::default()),
            Ok(Some(Exact { units: 1_254_400, rounded: false }))
        );
        let third = Cell::Number(1.0 / 3.0);
        assert_eq!(
            exact(&third, Reading::default()),
            Ok(Some(Exact { units: 3_333, rounded: true }))
        );
        assert_eq!(text(&Cell::Number(676.0)).as_deref(), Some("676"));
        assert_eq!(
            exact(&Cell::Decimal(-12_345, 2), Reading::default()),
            Ok(Some(Exact { units: -1_234_500, rounded: false }))
        );
    }

    #[test]
    fn rounds_beyond_four_decimals_half_away_from_zero() {
        for (text, units) in
            [("0.00005", 1), ("-0.00005", -1), ("0.00004999", 0), ("1.23456789", 12_346)]
        {
            assert_eq!(
                exact(&Cell::Text(text), Reading::default()),
                Ok(Some(Exact { units, rounded: true })),
                "{text}"
            );
        }
    }

    #[test]
    fn reads_shares_both_ways() {
        let plain = Reading::default();
        assert_eq!(number(&Cell::Text("15%"), plain), Ok(Some(0.15)));
        assert_eq!(number(&Cell::Text("0.15"), plain), Ok(Some(0.15)));
        assert_eq!(number(&Cell::Text("-4"), Reading { percent: true, ..plain }), Ok(Some(-0.04)));
        assert_eq!(number(&Cell::Text("高"), plain), Err(Trouble::Type));
    }

    proptest! {
        #[test]
        fn reading_what_was_written_gives_it_back(units in -LARGEST..=LARGEST) {
            let text = Money(units).to_string();
            prop_assert_eq!(read(&text), Ok(Some(units)));
            let grouped = crate::locale::money_text(Money(units), 4);
            prop_assert_eq!(read(&grouped), Ok(Some(units)));
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,12}") {
            let _ = read(&text);
        }
    }
}
