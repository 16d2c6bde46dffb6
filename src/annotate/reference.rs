//! Cells and ranges as a workbook writes them: `B7`, `A4:F100`.
//!
//! Rows count from 1, as everywhere; columns from 0.

use std::fmt;

/// Columns that a sheet can have.
pub(super) const COLUMNS: u32 = 16_384;
/// Rows that a sheet can have.
pub(super) const ROWS: u32 = 1_048_576;

/// The letters of a column.
pub(super) fn letters(column: u32) -> String {
    let (mut left, mut letters) = (column + 1, Vec::new());
    while left > 0 {
        let digit = (left - 1) % 26;
        letters.push(char::from(b'A' + digit as u8));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Row and column of a cell; dollar signs do not matter. `None` for anything else.
pub(super) fn cell(text: &str) -> Option<(u32, u32)> {
    let (mut column, mut row, mut digits) = (0_u32, 0_u32, false);
    for byte in text.bytes() {
        match byte {
            b'$' => {}
            b'A'..=b'Z' | b'a'..=b'z' if !digits => {
                column = column * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1;
                if column > COLUMNS {
                    return None;
                }
            }
            b'0'..=b'9' if column > 0 => {
                digits = true;
                row = row * 10 + u32::from(byte - b'0');
                if row > ROWS {
                    return None;
                }
            }
            _ => return None,
        }
    }
    (column > 0 && row > 0).then(|| (row, column - 1))
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

impl Range {
    /// The range that a text such as `A4:F100` or `A4` names.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once(':').unwrap_or((text, text));
        let ((top, left), (bottom, right)) = (cell(from)?, cell(to)?);
        (top <= bottom && left <= right).then_some(Self { top, left, bottom, right })
    }

    /// Whether a cell is in it.
    pub(super) fn holds(self, row: u32, column: u32) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&column)
    }

    /// The same with dollar signs.
    pub(super) fn absolute(self) -> String {
        let Self { top, left, bottom, right } = self;
        format!("${}${top}:${}${bottom}", letters(left), letters(right))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { top, left, bottom, right } = *self;
        write!(f, "{}{top}:{}{bottom}", letters(left), letters(right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16_383, "XFD")] {
            assert_eq!(letters(column), name);
            assert_eq!(cell(&format!("{name}7")), Some((7, column)));
        }
    }

    #[test]
    fn ranges_are_read_and_written() {
        let range = Range::parse("$B$4:F100").expect("range");
        assert_eq!(range, Range { top: 4, left: 1, bottom: 100, right: 5 });
        assert_eq!((range.to_string(), range.absolute()), ("B4:F100".into(), "$B$4:$F$100".into()));
        assert_eq!(Range::parse("C3").map(|range| range.to_string()), Some("C3:C3".to_owned()));
        for wrong in ["", "A", "7", "A0", "XFE1", "A1048577", "#REF!", "B2:A1", "A:C", "1A"] {
            assert_eq!(Range::parse(wrong), None, "{wrong}");
        }
    }
}
