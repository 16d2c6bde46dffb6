//! How wide a text is in a cell, and over how many lines it breaks.
//!
//! Excel measures columns in digits of the default font; a Chinese character takes two. The library's own fitting
//! mismeasures Chinese text and formatted amounts, so the widths come from here.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Characters of running Latin text that take the place of one digit.
const LATIN: f64 = 1.08;

/// The width of the longest line of a text, in digits.
pub(super) fn display(text: &str) -> f64 {
    text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0) as f64
}

/// The width of the longest piece that cannot be broken, in digits.
pub(super) fn longest_word(text: &str) -> f64 {
    pieces(text).map(UnicodeWidthStr::width).max().unwrap_or(0) as f64
}

/// How many lines a text takes in a column that holds `width` digits.
pub(super) fn lines(text: &str, width: f64) -> usize {
    text.lines().map(|line| wrapped(line, room(line, width))).sum::<usize>().max(1)
}

/// The room for a line in characters: Latin words are narrower than as many digits, Chinese ones are not.
fn room(line: &str, width: f64) -> usize {
    let narrow = line.chars().all(|c| c.width().unwrap_or(0) < 2);
    let width = if narrow { width * LATIN } else { width };
    (width.floor() as usize).max(1)
}

fn wrapped(line: &str, width: usize) -> usize {
    let mut lines = 1;
    let mut at = 0;
    for piece in pieces(line) {
        let whole = UnicodeWidthStr::width(piece);
        // A space at the end of a line hangs over its edge.
        let solid = UnicodeWidthStr::width(piece.trim_end());
        if at + solid <= width {
            at += whole;
            continue;
        }
        if at > 0 {
            lines += 1;
        }
        // A word longer than the line is cut.
        lines += solid.saturating_sub(1) / width;
        at = whole.saturating_sub(solid.saturating_sub(1) / width * width);
    }
    lines
}

/// The pieces between which a line may break: words with the space after them, single wide characters.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut end = 0;
        for (index, c) in rest.char_indices() {
            let wide = c.width().unwrap_or(0) > 1;
            if wide && index > 0 {
                break;
            }
            end = index + c.len_utf8();
            if wide || c.is_whitespace() {
                break;
            }
        }
        if end == 0 {
            return None;
        }
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_takes_two_digits_a_character() {
        assert!((display("深圳市A") - 7.0).abs() < f64::EPSILON);
        assert!((display("a\nlonger") - 6.0).abs() < f64::EPSILON);
        assert!((longest_word("usual gap (days)") - 6.0).abs() < f64::EPSILON);
        assert!((longest_word("净销售额") - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn lines_break_at_spaces_and_between_chinese_characters() {
        assert_eq!(lines("", 10.0), 1);
        assert_eq!(lines("one two six", 7.0), 2);
        assert_eq!(lines("one two", 7.9), 1);
        assert_eq!(lines("one two six four", 15.0), 1);
        assert_eq!(lines("近九十天比去年同期低", 10.0), 2);
        assert_eq!(lines("近九十天比去年同期低", 11.0), 2);
        assert_eq!(lines("a\nb", 10.0), 2);
        assert_eq!(lines("abcdefghij", 4.0), 3);
        assert_eq!(lines("ab abcdefghij", 4.0), 4);
    }
}
