//! Ids that a spreadsheet has cut short.

use crate::source::Cell;

/// From here on a number has more digits than the 15 that a spreadsheet keeps.
const BEYOND: f64 = 1e15;

/// Whether an id has lost digits: `1.23457E+17` as text, or a number with more digits than a spreadsheet keeps.
#[must_use]
#[inline]
pub fn is_truncated(cell: &Cell<'_>) -> bool {
    match *cell {
        Cell::Text(text) => {
            let bytes = text.as_bytes();
            bytes.len() >= 5 && bytes[bytes.len() - 3] == b'+' && is_scientific(bytes)
        }
        Cell::Number(number) => number.abs() >= BEYOND,
        _ => false,
    }
}

/// `D[.D…]E+DD`, as spreadsheets show large numbers.
fn is_scientific(text: &[u8]) -> bool {
    let (mantissa, exponent) = text.split_at(text.len() - 4);
    let digits = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    let mantissa = match mantissa {
        [first] => digits(&[*first]),
        [first, b'.' | b',', rest @ ..] => digits(&[*first]) && digits(rest),
        _ => false,
    };
    mantissa && matches!(exponent[0], b'E' | b'e') && digits(&exponent[2..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_ids_that_lost_digits() {
        for cell in ["1.2E+11", "1.23457E+17", "1,2E+11", "6E+15", "1.2e+11"] {
            assert!(is_truncated(&Cell::Text(cell)), "{cell}");
        }
        for cell in
            ["", "C+01", "A1E+11", "12E+11", "1.E+11", "123456789012345678", "1.2E+1", "1E5"]
        {
            assert!(!is_truncated(&Cell::Text(cell)), "{cell}");
        }
        assert!(is_truncated(&Cell::Number(123_456_789_012_345_000.0)));
        assert!(!is_truncated(&Cell::Number(123_456_789_012_345.0)));
        assert!(!is_truncated(&Cell::Decimal(123_456_789_012_345_678, 0)));
    }
}
