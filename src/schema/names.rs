//! Names of clients without what does not tell clients apart: width, case, spaces, brackets, punctuation, legal form.
//!
//! The normal form is exact: two spellings have it in common or they do not. Likeness is another matter, and nothing is
//! ever merged by it. Traditional characters stay traditional, since turning them into simplified ones is a guess.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};

/// A name in its normal form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Normal {
    /// The name itself; empty where it consists of nothing but punctuation.
    pub bare: String,
    /// Its legal form; 0 where it has none, or one that says nothing, such as `Co`.
    pub form: u8,
}

/// The table of legal forms.
struct Forms {
    /// Words with spaces between them → form.
    words: HashMap<String, u8>,
    /// The most words of one form.
    longest: usize,
    /// Endings of names written without spaces, the longest first.
    endings: Vec<(String, u8)>,
    /// At either end.
    either: Vec<(String, u8)>,
    /// Endings that belong to the name.
    parts: Vec<String>,
}

fn forms() -> &'static Forms {
    static FORMS: OnceLock<Forms> = OnceLock::new();
    FORMS.get_or_init(|| {
        type Lists = BTreeMap<String, Vec<String>>;
        let mut raw: BTreeMap<String, Lists> =
            toml::from_str(include_str!("legal_forms.toml")).unwrap_or_default();
        let parts = raw.remove("parts").unwrap_or_default().into_values().flatten().collect();
        let mut numbers: BTreeMap<String, u8> = BTreeMap::from([("any".to_owned(), 0)]);
        let mut listed = |table: &str| -> Vec<(String, u8)> {
            let mut found = Vec::new();
            for (name, forms) in raw.remove(table).unwrap_or_default() {
                let next = numbers.len() as u8;
                let number = *numbers.entry(name).or_insert(next);
                found.extend(forms.into_iter().map(|form| (folded(&form), number)));
            }
            found.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
            found
        };
        let (mut words, mut longest) = (HashMap::new(), 1);
        for (form, number) in listed("words") {
            let split = split(&form);
            longest = longest.max(split.len());
            // `S.A.` is written `SA` as well.
            if split.iter().all(|word| word.chars().count() <= 2) {
                words.entry(split.concat()).or_insert(number);
            }
            words.insert(split.join(" "), number);
        }
        Forms { words, longest, endings: listed("endings"), either: listed("either"), parts }
    })
}

fn folded(text: &str) -> String {
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        text.to_lowercase()
    } else {
        text.nfkc().collect::<String>().to_lowercase()
    }
}

/// The words of a folded name. A sign that is part of names (`AT&T`, `3+2`) is no space.
fn split(folded: &str) -> Vec<&str> {
    folded
        .split(|c: char| !c.is_alphanumeric() && c != '&' && c != '+')
        .filter(|word| !word.is_empty())
        .collect()
}

/// The normal form of a name.
#[must_use]
pub fn normal(name: &str) -> Normal {
    // Most ids, and names of one word.
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Normal { bare: name.to_ascii_lowercase(), form: 0 };
    }
    let forms = forms();
    let folded = folded(name);
    let mut text = folded.trim();
    let mut form = 0;
    for (either, number) in &forms.either {
        let rest = text.strip_prefix(either.as_str()).or_else(|| text.strip_suffix(either));
        if let Some(rest) = rest.filter(|rest| rest.chars().any(char::is_alphanumeric)) {
            (text, form) = (rest, *number);
            break;
        }
    }
    let mut words = split(text);
    while let Some((length, number)) =
        (1..=forms.longest.min(words.len().saturating_sub(1))).rev().find_map(|length| {
            let last = &words[words.len() - length..];
            let number = match last {
                [word] => forms.words.get(*word),
                words => forms.words.get(words.join(" ").as_str()),
            };
            number.map(|number| (length, *number))
        })
    {
        words.truncate(words.len() - length);
        if form == 0 {
            form = number;
        }
    }
    let mut bare = joined(&words);
    if forms.parts.iter().all(|part| !bare.ends_with(part.as_str()))
        && let Some((ending, number)) =
            forms.endings.iter().find(|(ending, _)| bare.ends_with(ending.as_str()))
        && bare[..bare.len() - ending.len()].chars().nth(1).is_some()
    {
        bare.truncate(bare.len() - ending.len());
        if form == 0 {
            form = *number;
        }
    }
    Normal { bare, form }
}

/// A text as parts of names and ids are looked for: without width, case, spaces and punctuation, its legal form kept.
#[must_use]
pub fn searchable(text: &str) -> String {
    joined(&split(&folded(text)))
}

/// Words put together; two numbers stay two.
fn joined(words: &[&str]) -> String {
    let mut joined = String::with_capacity(words.iter().map(|word| word.len() + 1).sum());
    for word in words {
        let digit = |c: Option<char>| c.is_some_and(char::is_numeric);
        if digit(joined.chars().next_back()) && digit(word.chars().next()) {
            joined.push('-');
        }
        joined.push_str(word);
    }
    joined
}

/// Whether a text that might be an id reads as one: no space, nothing but ASCII, and a digit.
#[must_use]
pub fn reads_as_id(text: &str) -> bool {
    text.is_ascii()
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && !text.bytes().any(|byte| byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_tell_clients_apart_is_dropped() {
        for (a, b) in [
            ("深圳市鸿运达科技有限公司", "深圳市鸿运达科技 有限责任公司"),
            ("华为技术有限公司", "华为技术（有限公司）"),
            ("华为技术有限公司", "华为技术股份有限公司"),
            ("Ｎｏｒｔｈｗｉｎｄ　Ｔｒａｄｉｎｇ", "northwind trading"),
            ("Northwind Trading GmbH", "NORTHWIND TRADING"),
            ("Ａｃｍｅ Co., Ltd.", "acme"),
            ("华东（上海）贸易有限公司", "华东(上海)贸易"),
            ("Total S.A.", "TOTAL SA"),
            ("Müller GmbH & Co. KG", "Müller"),
            ("株式会社日立製作所", "日立製作所（株）"),
            ("㈱トヨタ", "トヨタ株式会社"),
            ("Fabryka Sp. z o.o.", "fabryka sp zoo"),
            ("O'Neill, Inc.", "O Neill Inc"),
            ("Store 12", "Store12"),
        ] {
            assert_eq!(normal(a).bare, normal(b).bare, "{a} {b}");
        }
    }

    #[test]
    fn what_tells_them_apart_stays() {
        for (a, b) in [
            ("北京分公司", "北京公司"),
            ("华为技术有限公司北京分公司", "华为技术有限公司"),
            ("海尔集团有限公司", "海尔有限公司"),
            ("AT&T", "ATT"),
            ("3-1店", "31店"),
            ("Acme Holding Ltd", "Acme Ltd"),
            ("鴻運達科技", "鸿运达科技"),
        ] {
            assert_ne!(normal(a).bare, normal(b).bare, "{a} {b}");
        }
        assert_ne!(normal("Acme GmbH"), normal("Acme Ltd"));
        assert_eq!(normal("Acme Ltd"), normal("ACME Co., Limited"));
        assert_eq!(normal("华为有限公司"), normal("华为有限责任公司"));
        assert_eq!(normal("Acme Company").form, 0);
    }

    #[test]
    fn a_form_alone_is_a_name() {
        for (name, bare) in [("Ltd", "ltd"), ("有限公司", "有限公司"), ("AG", "ag"), ("（）", "")]
        {
            assert_eq!(normal(name).bare, bare);
        }
    }

    #[test]
    fn ids_are_told_from_names() {
        for id in ["C-001", "0012", "0015g00000AbCdE"] {
            assert!(reads_as_id(id), "{id}");
        }
        for name in ["Acme", "3M Company", "客户1", "ACME-East"] {
            assert!(!reads_as_id(name), "{name}");
        }
    }
}
