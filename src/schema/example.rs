//! Rows that are examples. A template marks them, so that one that nobody deleted never counts.

use unicode_normalization::UnicodeNormalization as _;

use crate::source::Cell;

/// What the first filled cell of an example begins with, width and case aside. Templates write one of these.
const MARKS: [&str; 2] = ["(example)", "(示例)"];
/// Characters of the longest mark.
const LONGEST: usize = 9;

/// Whether a row is marked as an example.
#[must_use]
#[inline]
pub fn is_example(cells: &[Cell<'_>]) -> bool {
    match cells.iter().find(|cell| **cell != Cell::Blank) {
        Some(Cell::Text(text) | Cell::Doubled(text)) => is_marked(text),
        _ => false,
    }
}

#[inline]
fn is_marked(text: &str) -> bool {
    // Every row is asked, and its first byte answers nearly always: a bracket, or the first of a full-width one.
    if !matches!(text.bytes().next(), Some(b'(' | 0xEF | b' ')) {
        return false;
    }
    let head: String = text.trim_start().chars().take(LONGEST).nfkc().collect();
    let head = head.to_lowercase();
    MARKS.iter().any(|mark| head.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_filled_cell_tells() {
        let row = |cells: &[&'static str]| {
            let cells: Vec<Cell<'_>> = cells
                .iter()
                .map(|cell| if cell.is_empty() { Cell::Blank } else { Cell::Text(cell) })
                .collect();
            is_example(&cells)
        };
        assert!(row(&["(Example) C-1", "x"]) && row(&["", "（示例）甲公司"]));
        assert!(row(&["（Ｅｘａｍｐｌｅ） 1"]) && row(&[" (示例)"]));
        assert!(!row(&["C-1", "(example)"]), "the mark stands in the first cell");
        assert!(!row(&["Example Ltd"]) && !row(&["(examples)"]) && !row(&["示例公司"]));
        assert!(!row(&["（中国）有限公司"]) && !row(&["", ""]) && !row(&[]));
    }
}
