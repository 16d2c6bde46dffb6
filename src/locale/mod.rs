//! Labels and sentences in Chinese and English, and how numbers are written.
//!
//! `en.toml` and `zh.toml` hold the same keys with the same placeholders (a test compares them). Code looks texts up by
//! key and never joins words itself. The long texts of `kam explain` and of `kam template` are in files of their own, under
//! the keys `explain` and `template`: they are read only when one is asked for, so that no other command pays for them.

use std::fmt::Write as _;
use std::sync::OnceLock;

use crate::diagnostic::Fact;
use crate::money::Money;

/// A language of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The code used in files and flags.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    fn catalogue(self) -> &'static toml::Table {
        static EN: OnceLock<toml::Table> = OnceLock::new();
        static ZH: OnceLock<toml::Table> = OnceLock::new();
        let (cell, text) = match self {
            Self::En => (&EN, include_str!("en.toml")),
            Self::Zh => (&ZH, include_str!("zh.toml")),
        };
        // A catalogue that does not parse fails the first test that runs; at run time it shows keys instead of texts.
        cell.get_or_init(|| text.parse().unwrap_or_default())
    }

    fn explanations(self) -> &'static toml::Table {
        static EN: OnceLock<toml::Table> = OnceLock::new();
        static ZH: OnceLock<toml::Table> = OnceLock::new();
        let (cell, text) = match self {
            Self::En => (&EN, include_str!("explain.en.toml")),
            Self::Zh => (&ZH, include_str!("explain.zh.toml")),
        };
        cell.get_or_init(|| text.parse().unwrap_or_default())
    }

    fn templates(self) -> &'static toml::Table {
        static EN: OnceLock<toml::Table> = OnceLock::new();
        static ZH: OnceLock<toml::Table> = OnceLock::new();
        let (cell, text) = match self {
            Self::En => (&EN, include_str!("template.en.toml")),
            Self::Zh => (&ZH, include_str!("template.zh.toml")),
        };
        cell.get_or_init(|| text.parse().unwrap_or_default())
    }

    /// The text of a dotted key such as `tier.core`, or `None`.
    #[must_use]
    pub fn find(self, key: &str) -> Option<&'static str> {
        let (catalogue, key) = if let Some(key) = key.strip_prefix("explain.") {
            (self.explanations(), key)
        } else if let Some(key) = key.strip_prefix("template.") {
            (self.templates(), key)
        } else {
            (self.catalogue(), key)
        };
        let mut parts = key.split('.');
        let mut value = catalogue.get(parts.next()?)?;
        for part in parts {
            value = value.as_table()?.get(part)?;
        }
        value.as_str()
    }

    /// The text of a key; the key itself where there is none (a test makes sure that does not happen).
    #[must_use]
    pub fn text(self, key: &str) -> String {
        self.find(key).map_or_else(|| key.to_owned(), ToOwned::to_owned)
    }

    /// The text of a key with its `{placeholders}` filled in; those without a value stay as they are.
    #[must_use]
    pub fn fill(self, key: &str, values: &[(&str, String)]) -> String {
        fill(&self.text(key), values)
    }

    /// A fact as a person reads it.
    #[must_use]
    pub fn fact(self, fact: &Fact) -> String {
        match fact {
            Fact::Int(count) => grouped(*count),
            Fact::Number(number) => decimal(*number, 1),
            Fact::Share(share) => percent(*share, 1),
            Fact::Money(money) => money_text(*money, 2),
            Fact::Day(day) => day.to_string(),
            Fact::Text(text) => text.as_ref().clone(),
            Fact::List(list) => list.join(&self.text("location.list")),
        }
    }
}

/// Replaces `{name}` by its value.
#[must_use]
pub fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let known = after.find('}').and_then(|close| {
            let name = &after[1..close];
            values.iter().find(|(key, _)| *key == name).map(|(_, value)| (close, value))
        });
        if let Some((close, value)) = known {
            out.push_str(value);
            rest = &after[close + 1..];
        } else {
            out.push('{');
            rest = &after[1..];
        }
    }
    out.push_str(rest);
    out
}

/// `1234567` as `1,234,567`.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    if number < 0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Money with grouped digits and up to `places` (0–4) decimals, half away from zero; whole amounts have no decimals.
#[must_use]
pub fn money_text(money: Money, places: u32) -> String {
    let rounded = money.rounded(places);
    let unit = 10_i64.pow(places);
    let mut out = grouped(rounded / unit);
    if rounded < 0 && rounded / unit == 0 {
        out.insert(0, '-');
    }
    let part = (rounded % unit).unsigned_abs();
    if part != 0 {
        let _ = write!(out, ".{part:0width$}", width = places as usize);
    }
    out
}

/// Money in whole units, half away from zero: what people compare.
#[must_use]
pub fn whole_money(money: Money) -> String {
    grouped(money.rounded(0))
}

/// A change of points with its sign and `places` decimals; what rounds to nothing has no sign.
#[must_use]
pub fn signed(change: f64, places: usize) -> String {
    let text = format!("{change:+.places$}");
    let zero = text[1..].chars().all(|c| c == '0' || c == '.');
    if zero { text[1..].to_owned() } else { text }
}

/// A float with up to `places` decimals, without trailing zeros: `93`, `9.5`.
#[must_use]
pub fn decimal(number: f64, places: usize) -> String {
    let text = format!("{number:.places$}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, part) =
        text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), grouped);
    let sign = if whole == "0" && part.is_none() { "" } else { sign };
    part.map_or_else(|| format!("{sign}{whole}"), |part| format!("{sign}{whole}.{part}"))
}

/// A share as a percentage with exactly `places` decimals: `52.7%`.
#[must_use]
pub fn percent(share: f64, places: usize) -> String {
    let text = format!("{:.places$}", share * 100.0);
    let zero = text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.');
    format!("{}%", if zero { text.trim_start_matches('-') } else { &text })
}

/// A change as a percentage with its sign: `+6.2%`.
#[must_use]
pub fn signed_percent(share: f64, places: usize) -> String {
    let text = percent(share, places);
    if text.starts_with('-') { text } else { format!("+{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_what_it_knows() {
        let values = [("days", "74".to_owned()), ("gap", "21".to_owned())];
        assert_eq!(
            fill("no order for {days} days, usual gap {gap}, {other}", &values),
            "no order for 74 days, usual gap 21, {other}"
        );
    }

    #[test]
    fn writes_numbers_for_people() {
        assert_eq!(money_text(Money(161_175_482_370), 2), "16,117,548.24");
        assert_eq!(money_text(Money(-4_000), 2), "-0.40");
        assert_eq!(money_text(Money(120_000_000), 2), "12,000");
        assert_eq!(decimal(93.04, 1), "93");
        assert_eq!(decimal(-0.04, 1), "0");
        assert_eq!(decimal(1234.56, 1), "1,234.6");
        assert_eq!(percent(0.5274, 1), "52.7%");
        assert_eq!(signed_percent(-0.0001, 1), "+0.0%");
        assert_eq!(whole_money(Money(-4_000)), "0");
        assert_eq!(whole_money(Money(12_345_678_900)), "1,234,568");
        assert_eq!(signed(-0.04, 1), "0.0");
        assert_eq!(signed(0.0, 0), "0");
        assert_eq!((signed(-0.05, 1), signed(12.34, 1)), ("-0.1".to_owned(), "+12.3".to_owned()));
    }

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn compare(path: &str, a: &toml::Table, b: &toml::Table) {
        for (key, value) in a {
            let path = format!("{path}.{key}");
            let other = b.get(key).unwrap_or_else(|| panic!("{path} is missing in one catalogue"));
            match (value, other) {
                (toml::Value::Table(value), toml::Value::Table(other)) => {
                    compare(&path, value, other);
                }
                (toml::Value::String(value), toml::Value::String(other)) => {
                    assert_eq!(placeholders(value), placeholders(other), "{path}");
                }
                _ => panic!("{path} is not a text in both catalogues"),
            }
        }
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let en: toml::Table = include_str!("en.toml").parse().expect("en.toml");
        let zh: toml::Table = include_str!("zh.toml").parse().expect("zh.toml");
        compare("", &en, &zh);
        compare("", &zh, &en);
        let en: toml::Table = include_str!("explain.en.toml").parse().expect("explain.en.toml");
        let zh: toml::Table = include_str!("explain.zh.toml").parse().expect("explain.zh.toml");
        compare("explain", &en, &zh);
        compare("explain", &zh, &en);
        let en: toml::Table = include_str!("template.en.toml").parse().expect("template.en.toml");
        let zh: toml::Table = include_str!("template.zh.toml").parse().expect("template.zh.toml");
        compare("template", &en, &zh);
        compare("template", &zh, &en);
    }
}
