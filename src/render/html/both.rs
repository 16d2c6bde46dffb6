//! Texts in both languages, of which the page shows one.

use minijinja::{HtmlEscape, Value};

use crate::config::Labels;
use crate::locale::{Lang, fill, percent, signed_percent};
use crate::render::tier;
use crate::tier::Tier;

/// What stands where nothing is known.
pub(super) const UNKNOWN: &str = "–";

/// A text in both languages as safe HTML; once where they say the same.
pub(super) fn both(of: impl Fn(Lang) -> String) -> Value {
    let [en, zh] = Lang::ALL.map(of);
    Value::from_safe_string(if en == zh {
        HtmlEscape(&en).to_string()
    } else {
        format!("<i lang=en>{}</i><i lang=zh>{}</i>", HtmlEscape(&en), HtmlEscape(&zh))
    })
}

/// The word for a code: the text of `{key}.{code}`, else the code itself.
pub(super) fn word(lang: Lang, key: &str, code: &str) -> String {
    lang.find(&format!("{key}.{code}")).map_or_else(|| code.to_owned(), ToOwned::to_owned)
}

/// The word for a code in both languages.
pub(super) fn words(key: &str, code: &str) -> Value {
    both(|lang| word(lang, key, code))
}

/// A text with values in both languages.
pub(super) fn filled(key: &str, values: &[(&str, String)]) -> Value {
    both(|lang| fill(&lang.text(key), values))
}

/// The name of a tier, or that a client is in none.
pub(super) fn tier(labels: &Labels, tier: Option<Tier>) -> Value {
    both(|lang| tier::of_code(labels, lang, tier.map_or("inactive", Tier::code)))
}

/// Several texts in a row.
pub(super) fn list(lang: Lang, texts: &[String]) -> String {
    texts.join(&lang.text("book.list"))
}

/// A share, or that it is unknown.
pub(super) fn share(share: Option<f64>) -> String {
    share.map_or_else(|| UNKNOWN.to_owned(), |share| percent(share, 1))
}

/// A change with its sign, or that it is unknown.
pub(super) fn change(change: Option<f64>) -> String {
    change.map_or_else(|| UNKNOWN.to_owned(), |change| signed_percent(change, 1))
}

/// Points with one decimal, or that there are none.
pub(super) fn points(points: Option<f64>) -> String {
    points.map_or_else(|| UNKNOWN.to_owned(), |points| format!("{points:.1}"))
}

/// The currency, or the words for an unnamed one.
pub(super) fn unit(lang: Lang, currency: &str) -> String {
    if currency.is_empty() { lang.text("book.unit_unknown") } else { currency.to_owned() }
}
