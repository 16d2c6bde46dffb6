//! The alias table: headings of real exports and the fields they stand for.

use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization as _;

/// Field → normalised headings, the preferred first.
pub type FieldAliases = BTreeMap<String, Vec<String>>;

/// Whether an amount contains tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// It does not.
    WithoutTax,
    /// It does.
    WithTax,
    /// The heading does not say.
    Unknown,
}

impl Basis {
    /// The code used in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::WithoutTax => "without_tax",
            Self::WithTax => "with_tax",
            Self::Unknown => "unknown",
        }
    }
}

fn all() -> &'static BTreeMap<String, FieldAliases> {
    static ALL: OnceLock<BTreeMap<String, FieldAliases>> = OnceLock::new();
    ALL.get_or_init(|| {
        let raw: BTreeMap<String, FieldAliases> =
            toml::from_str(include_str!("aliases.toml")).unwrap_or_default();
        raw.into_iter()
            .map(|(table, fields)| {
                let fields = fields
                    .into_iter()
                    .map(|(field, headings)| {
                        (field, headings.iter().map(|heading| normalise(heading)).collect())
                    })
                    .collect();
                (table, fields)
            })
            .collect()
    })
}

/// The aliases of a table.
#[must_use]
pub fn of_table(table: &str) -> Option<&'static FieldAliases> {
    all().get(table)
}

/// The aliases of a field as they are written, the preferred first.
#[must_use]
pub fn as_written(table: &str, field: &str) -> Vec<String> {
    let raw: BTreeMap<String, FieldAliases> =
        toml::from_str(include_str!("aliases.toml")).unwrap_or_default();
    raw.get(table).and_then(|fields| fields.get(field)).cloned().unwrap_or_default()
}

/// Whether a text is a heading of any table.
#[must_use]
pub fn is_known(heading: &str) -> bool {
    is_known_form(&normalise(heading))
}

/// Whether a text in its normal form is a heading of any table.
pub(super) fn is_known_form(normal: &str) -> bool {
    static KNOWN: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let fields = all().values().flat_map(FieldAliases::values);
        fields.flatten().map(String::as_str).collect()
    });
    known.contains(normal)
}

/// Whether the amounts under a heading contain tax.
#[must_use]
pub fn basis(heading: &str) -> Basis {
    let heading = normalise(heading);
    let among = |list: &str| {
        all()
            .get("basis")
            .and_then(|lists| lists.get(list))
            .is_some_and(|list| list.contains(&heading))
    };
    if among("without_tax") {
        Basis::WithoutTax
    } else if among("with_tax") {
        Basis::WithTax
    } else {
        Basis::Unknown
    }
}

/// Whether the amounts under a heading are in the books' own currency.
#[must_use]
pub fn is_own_currency(heading: &str) -> bool {
    let heading = normalise(heading);
    all()
        .get("basis")
        .and_then(|lists| lists.get("own_currency"))
        .is_some_and(|list| list.contains(&heading))
}

/// A heading without what does not matter: width, case, spaces, punctuation, a bracketed unit.
#[must_use]
pub fn normalise(heading: &str) -> String {
    let heading = heading.trim_start_matches('\u{feff}');
    let folded = if heading.is_ascii() {
        heading.to_ascii_lowercase()
    } else {
        heading.nfkc().collect::<String>().to_lowercase()
    };
    let (head, unit) = split_unit(&folded);
    let text = if unit.is_some() { head } else { &folded };
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What a bracketed unit does to the numbers under it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unit {
    /// Multiplies them by ten to this power.
    Power(u32),
    /// Makes them percentages.
    Percent,
    /// Says nothing about their size (a currency, a time zone).
    Plain,
}

/// The unit in brackets at the end of a heading, such as （万元）.
#[must_use]
pub fn unit(heading: &str) -> Option<Unit> {
    // Nearly every heading has none.
    heading.trim_end().ends_with([')', ']', '】', '）', '］']).then(|| {
        let folded: String = heading.nfkc().collect::<String>().to_lowercase();
        split_unit(&folded).1
    })?
}

/// The unit that a word names.
#[must_use]
pub fn unit_word(word: &str) -> Option<Unit> {
    let word = word.trim().to_lowercase();
    let bare = ["人民币", "rmb", "cny", "usd", "eur", "gbp", "hkd", "¥", "$", "€", "£"]
        .iter()
        .find_map(|currency| word.strip_prefix(currency))
        .unwrap_or(&word)
        .trim()
        .trim_end_matches(['元', '圆']);
    Some(match bare {
        "" | "utc" | "个" | "台" | "件" | "次" | "天" | "days" | "分" | "1-5" => Unit::Plain,
        "千" | "k" | "thousand" | "thousands" | "000" | "'000" => Unit::Power(3),
        "万" | "萬" => Unit::Power(4),
        "百万" | "m" | "mn" | "million" | "millions" => Unit::Power(6),
        "亿" | "億" => Unit::Power(8),
        "%" | "percent" => Unit::Percent,
        _ => return None,
    })
}

fn split_unit(folded: &str) -> (&str, Option<Unit>) {
    let text = folded.trim();
    let Some(inner) = text.strip_suffix([')', ']', '】']) else {
        return (text, None);
    };
    let Some(open) = inner.rfind(['(', '[', '【']) else {
        return (text, None);
    };
    let width = inner[open..].chars().next().map_or(1, char::len_utf8);
    let word =
        inner[open + width..].trim().trim_start_matches("单位").trim_start_matches([':', '：']);
    match unit_word(word) {
        Some(unit) => (inner[..open].trim(), Some(unit)),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::TABLES;

    #[test]
    fn headings_lose_what_does_not_matter() {
        for (given, normal) in [
            ("客户 ID", "客户id"),
            ("*ContactName", "contactname"),
            ("合同金额（万元）", "合同金额"),
            ("金额(元)", "金额"),
            ("Created date (UTC)", "createddate"),
            ("省/自治区", "省自治区"),
            ("Ｃｌｉｅｎｔ＿ｉｄ", "clientid"),
            ("\u{feff}Net Total", "nettotal"),
            ("Amount (gross)", "amountgross"),
        ] {
            assert_eq!(normalise(given), normal);
        }
        assert_eq!(unit("合同金额（万元）"), Some(Unit::Power(4)));
        assert_eq!(unit("Revenue (USD k)"), Some(Unit::Power(3)));
        assert_eq!(unit("增长率（%）"), Some(Unit::Percent));
        assert_eq!(unit("金额"), None);
    }

    #[test]
    fn every_alias_belongs_to_a_field_and_to_one_only() {
        for table in TABLES {
            let aliases = of_table(table.code()).expect("aliases of every table");
            for field in table.fields() {
                assert!(
                    aliases.contains_key(field.name),
                    "{}.{} has no alias",
                    table.code(),
                    field.name
                );
            }
            let mut seen = BTreeMap::new();
            for (field, headings) in aliases {
                assert!(table.position(field).is_some(), "{}.{field} is no field", table.code());
                for heading in headings {
                    if let Some(other) = seen.insert(heading.clone(), field.clone()) {
                        assert_eq!(
                            &other,
                            field,
                            "{heading} of {} stands for two fields",
                            table.code()
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn knows_which_amounts_contain_tax() {
        assert_eq!(basis("无税金额"), Basis::WithoutTax);
        assert_eq!(basis("价税合计（元）"), Basis::WithTax);
        assert_eq!(basis("金额"), Basis::Unknown);
    }
}
