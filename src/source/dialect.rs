//! Which delimiter a text table uses.

/// The delimiters that exports use, the most common first.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Records that the decision rests on.
const RECORDS: usize = 200;

/// A delimiter and whether anything but it was plausible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The delimiter.
    pub delimiter: u8,
    /// Bytes at the start that are not part of the table (`sep=;` and its line end).
    pub skip: usize,
}

/// Finds the delimiter from the beginning of a text.
///
/// For each candidate the sample is split into records; the one with the most records of the same, largest width wins.
/// Width counts more than agreement on a single column: a file without any delimiter is a table of one column.
#[must_use]
pub fn detect(sample: &str) -> Dialect {
    if let Some(rest) = sample.strip_prefix("sep=") {
        let mut chars = rest.chars();
        if let Some(delimiter) = chars.next().filter(char::is_ascii) {
            let line_end = chars.as_str();
            for end in ["\r\n", "\n"] {
                if line_end.starts_with(end) {
                    return Dialect { delimiter: delimiter as u8, skip: 5 + end.len() };
                }
            }
        }
    }
    let mut best = (0.0, b',');
    for delimiter in CANDIDATES {
        let score = score(sample, delimiter);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    Dialect { delimiter: best.1, skip: 0 }
}

fn score(sample: &str, delimiter: u8) -> f64 {
    let mut widths: Vec<usize> = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(sample.as_bytes())
        .byte_records()
        .take(RECORDS)
        .filter_map(|record| record.ok().map(|record| record.len()))
        .collect();
    if widths.len() > 1 {
        // The sample may end inside a record.
        widths.pop();
    }
    let count = widths.len();
    widths.sort_unstable();
    widths
        .chunk_by(|a, b| a == b)
        .filter(|run| run[0] > 1)
        .map(|run| run.len() as f64 / count as f64 * (run[0] as f64).sqrt())
        .fold(0.0, f64::max)
}

/// The delimiter that a setting names: one character, or `tab`.
#[must_use]
pub fn from_setting(setting: &str) -> Option<u8> {
    match setting {
        "tab" | "\\t" => Some(b'\t'),
        _ => match setting.as_bytes() {
            [byte] if byte.is_ascii() && *byte != b'"' => Some(*byte),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_delimiters_apart() {
        for (text, delimiter) in [
            ("a,b,c\n1,2,3\n4,5,6\n", b','),
            ("Kunde;Betrag;Ort\nA;1,50;X\nB;2,75;Y\n", b';'),
            ("a\tb\n1,5\t2\n1,7\t3\n", b'\t'),
            ("a|b|c\nx, y|2|3\n", b'|'),
            ("Report title\n\na;b;c\n1;2;3\n4;5;6\n7;8;9\n", b';'),
            ("only\none\ncolumn\n", b','),
            ("\"a;b\",c\n\"d;e\",f\n", b','),
        ] {
            assert_eq!(detect(text).delimiter, delimiter, "{text:?}");
        }
        assert_eq!(detect("sep=;\r\na;b\r\n"), Dialect { delimiter: b';', skip: 7 });
    }
}
