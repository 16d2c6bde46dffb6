//! Paragraphs to lines of a terminal, in either language: Chinese may break between any two characters but for
//! punctuation, English only at spaces.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A line that is longer than this was broken for the sake of the source file and goes on in the next.
const BROKEN: usize = 80;
/// Indentation of the further lines of an indented one.
const HANGING: usize = 6;
/// Punctuation that does not begin a line.
const CLOSING: &str = "，。；：、）”’》！？…,.;:)!?%";
/// Punctuation that does not end a line.
const OPENING: &str = "（“‘《(";

/// Text in lines of at most `width` columns, each with a line end. Lines that the source broke are joined first.
#[must_use]
pub(in crate::render) fn wrap(text: &str, width: usize) -> String {
    let mut out = String::new();
    for line in joined(text) {
        let indent = if line.starts_with(' ') { HANGING } else { 0 };
        fold(&line, width, indent, &mut out);
    }
    out
}

fn joined(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        match lines.last_mut() {
            Some(last) if goes_on && !line.is_empty() && !line.starts_with(' ') => {
                let wide = |c: Option<char>| c.is_some_and(|c| c.width().unwrap_or(0) > 1);
                if !(wide(last.chars().last()) && wide(line.chars().next())) {
                    last.push(' ');
                }
                last.push_str(line);
            }
            _ => lines.push(line.to_owned()),
        }
        goes_on = line.width() > BROKEN && !line.starts_with(' ');
    }
    lines
}

fn fold(line: &str, width: usize, indent: usize, out: &mut String) {
    let mut rest = line;
    let mut prefix = 0;
    loop {
        let room = width.saturating_sub(prefix);
        out.push_str(&" ".repeat(if rest.is_empty() { 0 } else { prefix }));
        let Some(cut) = cut(rest, room) else {
            out.push_str(rest.trim_end());
            out.push('\n');
            return;
        };
        out.push_str(rest[..cut].trim_end());
        out.push('\n');
        rest = rest[cut..].trim_start();
        prefix = indent;
    }
}

/// Where to break a line that is too long; `None` when it fits or cannot be broken.
fn cut(line: &str, room: usize) -> Option<usize> {
    if line.width() <= room {
        return None;
    }
    let (mut used, mut best, mut code) = (0, None, false);
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        let wide = |c: char| c.width().unwrap_or(0) > 1;
        let between =
            !code && (wide(before) || wide(c)) && !CLOSING.contains(c) && !OPENING.contains(before);
        if at > 0 && (between || before == ' ' && c != ' ') && !line[..at].trim().is_empty() {
            best = Some(at);
        }
        code ^= c == '`';
        used += c.width().unwrap_or(0);
        if used > room && best.is_some() && c != ' ' {
            return best;
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_breaks_at_spaces_and_chinese_between_characters() {
        assert_eq!(wrap("one two three", 8), "one two\nthree\n");
        assert_eq!(wrap("近十二个月，净销售额", 11), "近十二个\n月，净销售\n额\n");
        assert_eq!(wrap("见 `features.credit_days` 项", 10), "见\n`features.credit_days`\n项\n");
        assert_eq!(wrap("  * a long one here", 12), "  * a long\n      one\n      here\n");
    }

    #[test]
    fn lines_that_the_source_broke_are_joined() {
        let long = "word ".repeat(18);
        let long = long.trim_end();
        let expected = format!("{long} end\nTune: x\n");
        assert_eq!(wrap(&format!("{long}\nend\nTune: x"), 200), expected);
        let wide = "字".repeat(50);
        assert_eq!(wrap(&format!("{wide}\n尾"), 200), format!("{wide}尾\n"));
    }
}
