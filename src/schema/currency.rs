//! Currencies as exports name them: codes, words, signs.

use std::borrow::Cow;

const NAMES: [(&str, &[&str]); 7] = [
    ("CNY", &["CNY", "RMB", "人民币", "人民币元", "元"]),
    ("USD", &["USD", "US$", "美元", "美金"]),
    ("EUR", &["EUR", "€", "欧元"]),
    ("GBP", &["GBP", "£", "英镑"]),
    ("HKD", &["HKD", "HK$", "港币", "港元"]),
    ("JPY", &["JPY", "日元", "日圆"]),
    ("CHF", &["CHF", "瑞士法郎"]),
];

/// The code of a currency named in a cell; a name that is not known stays as it is, in capitals.
#[must_use]
pub fn code(name: &str) -> Cow<'static, str> {
    let upper = name.trim().to_uppercase();
    NAMES
        .iter()
        .find(|(_, names)| names.contains(&upper.as_str()))
        .map_or_else(|| Cow::Owned(upper.clone()), |(code, _)| Cow::Borrowed(*code))
}

/// Whether a bare `$` may mean this currency.
#[must_use]
pub fn is_dollar(code: &str) -> bool {
    ["USD", "HKD", "TWD", "SGD", "AUD", "CAD", "NZD"].contains(&code)
}

/// The currency that an amount names itself, such as `USD 100` or `€ 12`. A yen or yuan sign alone names none, and a
/// dollar sign only some dollar.
#[must_use]
#[inline]
pub fn of_amount(text: &str) -> Option<&'static str> {
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    if plain(text.as_bytes().last())
        && text.bytes().next().is_some_and(|first| first.is_ascii_digit() || first == b'-')
    {
        return None;
    }
    let upper = text.to_uppercase();
    let named = NAMES
        .iter()
        .find(|(_, names)| names.iter().any(|name| *name != "元" && upper.contains(name)));
    named.map(|(code, _)| *code).or_else(|| upper.contains('$').then_some("$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_currency_has_many_names() {
        for name in ["人民币", "rmb", " CNY"] {
            assert_eq!(code(name), "CNY");
        }
        assert_eq!(code("sek"), "SEK");
    }

    #[test]
    fn amounts_may_name_their_currency() {
        for (text, found) in [
            ("USD 100", Some("USD")),
            ("€200", Some("EUR")),
            ("12.50 £", Some("GBP")),
            ("$5", Some("$")),
            ("￥300", None),
            ("1,200元", None),
            ("-12.5", None),
            ("(1,234)", None),
        ] {
            assert_eq!(of_amount(text), found, "{text}");
        }
    }
}
