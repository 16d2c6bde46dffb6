//! The labels of total rows.

use unicode_normalization::UnicodeNormalization as _;

const WORDS: [&str; 10] =
    ["合计", "小计", "总计", "总和", "累计", "汇总", "合計", "小計", "總計", "彙總"];
const LATIN: [&str; 6] = ["total", "totals", "subtotal", "grandtotal", "grandtotals", "sum"];

fn folded(text: &str) -> String {
    let folded: String =
        text.nfkc().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    folded.trim_end_matches([':', '.']).to_owned()
}

/// Whether a text is the label of a total row: `合计`, `华东区小计`, `Total for Northwind`.
#[must_use]
pub fn is_total(text: &str) -> bool {
    let folded = folded(text);
    WORDS.iter().any(|word| folded.starts_with(word) || folded.ends_with(word))
        || LATIN.contains(&folded.as_str())
        || ["totalfor", "subtotalfor", "grandtotals("].iter().any(|head| folded.starts_with(head))
}

/// Whether a text is nothing but the word for a total: no client is called that, even in a row with a date.
#[must_use]
#[inline]
pub fn is_bare_total(text: &str) -> bool {
    // Quick for the names of clients, since every row is asked.
    let possible = text.len() <= 24
        && if text.is_ascii() {
            matches!(text.bytes().next(), Some(b't' | b'T' | b's' | b'S' | b'g' | b'G'))
        } else {
            text.contains(['计', '計', '和', '总', '總'])
        };
    if !possible {
        return false;
    }
    let folded = folded(text);
    WORDS.contains(&folded.as_str()) || LATIN.contains(&folded.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_labels_of_totals() {
        for text in [
            "合计",
            "小 计",
            "华东区小计",
            "Total",
            "TOTAL:",
            "Total for Northwind",
            "Grand Totals (57 records)",
            "Subtotal",
        ] {
            assert!(is_total(text), "{text}");
        }
        for text in ["Total Station", "Sky Total", "统计", "C001", "设计院"] {
            assert!(!is_total(text), "{text}");
        }
        assert!(is_bare_total("小 计") && is_bare_total("Total:") && !is_bare_total("累计科技"));
    }
}
