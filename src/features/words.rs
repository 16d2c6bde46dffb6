//! Words in cells and notes, in Chinese and English.
//!
//! Latin words are found whole; Chinese has no gaps between words, so Chinese ones are found anywhere.

use unicode_normalization::UnicodeNormalization as _;

/// Characters of an excerpt before and after the word.
const AROUND: (usize, usize) = (24, 40);

/// The longest excerpt, in characters.
pub const EXCERPT: usize = AROUND.0 + AROUND.1;

/// A text in one line, cut to the length of an excerpt.
pub(super) fn short(text: &str) -> String {
    let cut: String = text.chars().take(EXCERPT).collect();
    cut.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text without case and width.
pub(super) fn folded(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

/// A set of words.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(Vec<String>);

impl Words {
    pub(super) fn of(words: &[String]) -> Self {
        let folded = words.iter().map(|word| folded(word.trim()));
        Self(folded.filter(|word| !word.is_empty()).collect())
    }

    /// Where in a folded text the first of the words stands, in bytes.
    fn find(&self, text: &str) -> Option<usize> {
        self.0.iter().filter_map(|word| whole(text, word)).min()
    }

    /// Whether one of the words stands in the text.
    pub(super) fn are_in(&self, text: Option<&str>) -> bool {
        text.is_some_and(|text| self.find(&folded(text)).is_some())
    }

    /// Whether the text begins with one of the words.
    pub(super) fn begin(&self, text: Option<&str>) -> bool {
        text.is_some_and(|text| {
            let text = folded(text);
            self.0.iter().any(|word| text.trim_start().starts_with(word.as_str()))
        })
    }

    /// The text around the first of the words that stands in it.
    pub(super) fn excerpt(&self, text: &str) -> Option<String> {
        let folded = folded(text);
        let at = folded[..self.find(&folded)?].chars().count();
        let from = at.saturating_sub(AROUND.0);
        let cut: String = text.chars().skip(from).take(at - from + AROUND.1).collect();
        Some(cut.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

fn whole(text: &str, word: &str) -> Option<usize> {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let (before, after) = (&text[..*at], &text[at + word.len()..]);
        let cut_before = latin(word.chars().next()) && latin(before.chars().next_back());
        let cut_after = latin(word.chars().next_back()) && latin(after.chars().next());
        !cut_before && !cut_after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Words {
        Words::of(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn latin_words_are_whole_and_chinese_ones_anywhere() {
        let words = words(&["Rival", "竞争对手"]);
        assert!(words.are_in(Some("Met RIVAL's people")));
        assert!(!words.are_in(Some("an arrival, rivals")));
        assert!(words.are_in(Some("客户提到竞争对手报价更低")));
        assert!(!words.are_in(None));
        assert!(words.begin(Some("Ｒｉｖａｌ offer")));
    }

    #[test]
    fn excerpts_show_the_word() {
        let text = format!("{}对方正在比价，{}", "前".repeat(60), "后".repeat(60));
        let excerpt = words(&["比价"]).excerpt(&text).expect("found");
        assert!(excerpt.contains("正在比价") && excerpt.chars().count() <= 64, "{excerpt}");
        assert_eq!(words(&["比价"]).excerpt("无"), None);
    }
}
