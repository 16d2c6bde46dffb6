//! Which delimiter, quote and escape a text table uses.
//!
//! Every dialect that has a case is tried on the first records. The better one splits more records into the same, larger
//! number of cells, and into cells that look like single values: `1,50` is a number, `2;75` is not. Text is full of
//! apostrophes, so apostrophes are quotes only where they come in pairs around whole cells, and double quotes do not.

use std::borrow::Cow;

use super::loose::{Loose, Record, Trouble};

/// Records that the decision rests on.
const RECORDS: usize = 200;
/// The delimiters that exports use, the most common first.
const COMMON: [&str; 4] = [",", ";", "\t", "|"];
/// Those that are thought of when no common one divides the text.
const RARE: [&str; 6] = ["，", "；", "\u{1f}", "^", "~", "::"];
/// Those that some exports write twice, and what they are then.
const TWICE: [(&str, &str); 2] = [("|", "||"), ("\t", "\t\t")];
/// Share of the records, or of the cells, that an unusual dialect has to explain.
const STRONG: f64 = 0.9;

/// How the cells of a text table are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between cells.
    pub delimiter: Cow<'static, str>,
    /// What stands around cells that need it: `"` or `'`.
    pub quote: u8,
    /// Whether a backslash stands before a quote that belongs to the text; doubled quotes always do.
    pub backslash: bool,
    /// Whether spaces follow delimiters and belong to no cell.
    pub spaced: bool,
    /// Bytes at the start that are not part of the table (`sep=;` and its line end).
    pub skip: usize,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: Cow::Borrowed(","),
            quote: b'"',
            backslash: false,
            spaced: false,
            skip: 0,
        }
    }
}

impl Dialect {
    /// The first byte of the delimiter.
    #[must_use]
    pub fn first(&self) -> u8 {
        self.delimiter.as_bytes().first().copied().unwrap_or(b',')
    }

    /// The delimiter, if the block scanner can read the dialect.
    #[must_use]
    pub fn plain(&self) -> Option<u8> {
        match self.delimiter.as_bytes() {
            [byte] if self.quote == b'"' && !self.backslash && !self.spaced => Some(*byte),
            _ => None,
        }
    }

    /// Whether most exports are written like this, so that nothing needs to be said about it.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        self.plain().is_some() && (COMMON.contains(&self.delimiter.as_ref()) || self.skip > 0)
    }

    /// What stands between cells, spaces included.
    #[must_use]
    pub fn separator(&self) -> String {
        format!("{}{}", self.delimiter, if self.spaced { " " } else { "" })
    }
}

/// Finds the dialect from the beginning of a text; `delimiter` where it is known.
#[must_use]
pub fn detect(sample: &str, delimiter: Option<&str>) -> Dialect {
    let (named, skip) = separator_line(sample);
    let sample = &sample[skip..];
    let known = delimiter.map(str::to_owned).or(named);
    let best = match known {
        Some(delimiter) => best_of(sample, [Cow::Owned(delimiter)]),
        None => best_of(sample, COMMON.map(Cow::Borrowed))
            .or_else(|| best_of(sample, RARE.map(Cow::Borrowed)).filter(Trial::is_strong))
            .or_else(|| best_of(sample, [Cow::Borrowed(" ")]).filter(Trial::is_strong)),
    };
    let mut best = best.map(|best| best.dialect).unwrap_or_default();
    let twice = TWICE.into_iter().find(|(once, _)| *once == best.delimiter);
    // Not one stands alone.
    if let Some((once, twice)) = twice
        && sample.matches(twice).count() * 2 == sample.matches(once).count()
    {
        best.delimiter = Cow::Borrowed(twice);
    }
    Dialect { skip, ..best }
}

/// The delimiter that a first line such as `sep=;` names, and the bytes of that line.
fn separator_line(sample: &str) -> (Option<String>, usize) {
    let line = sample.split(['\n', '\r']).next().unwrap_or_default();
    let inner = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(line);
    let Some(name) = inner.get(..4).filter(|name| name.eq_ignore_ascii_case("sep=")) else {
        return (None, 0);
    };
    let rest = &inner[name.len()..];
    let mut chars = rest.chars();
    match (chars.next(), chars.next()) {
        (Some(delimiter), None) if delimiter != '"' => {
            let end =
                ["\r\n", "\n", "\r"].into_iter().find(|e| sample[line.len()..].starts_with(e));
            (Some(delimiter.to_string()), line.len() + end.map_or(0, str::len))
        }
        _ => (None, 0),
    }
}

/// A dialect and how well it explains the sample.
struct Trial {
    dialect: Dialect,
    score: f64,
    /// Share of the records that have the most common width, and that width.
    share: f64,
    width: usize,
}

impl Trial {
    /// Whether it leaves little to doubt, as a dialect that few exports use has to.
    fn is_strong(&self) -> bool {
        self.share >= STRONG && self.width >= 3
    }
}

/// The dialect with one of these delimiters that explains the sample best; none when none of them divides it.
fn best_of<const N: usize>(sample: &str, delimiters: [Cow<'static, str>; N]) -> Option<Trial> {
    let single = N == 1;
    let mut best: Option<Trial> = None;
    for delimiter in delimiters {
        if !single && !sample.contains(delimiter.as_ref()) {
            continue;
        }
        let plain = Dialect { delimiter, ..Dialect::default() };
        let mut variants = vec![plain.clone()];
        if has_quotes(sample, &plain, b'\'') {
            variants.push(Dialect { quote: b'\'', ..plain.clone() });
        }
        if sample.contains("\\\"") {
            variants.push(Dialect { backslash: true, ..plain.clone() });
        }
        if is_spaced(sample, &plain) {
            variants = variants.into_iter().map(|it| Dialect { spaced: true, ..it }).collect();
        }
        for dialect in variants {
            let trial = attempt(sample, dialect);
            let better = match &best {
                Some(best) => trial.score > best.score,
                None => trial.width > 1 || single,
            };
            if better {
                best = Some(trial);
            }
        }
    }
    best
}

/// Splits the sample into records and weighs what comes out.
fn attempt(sample: &str, dialect: Dialect) -> Trial {
    let mut reader = Loose::new(sample.as_bytes(), dialect.clone());
    let mut record = Record::default();
    let mut widths = Vec::new();
    let (mut cells, mut good) = (0.0, 0.0);
    let mut going = true;
    while going && widths.len() <= RECORDS {
        // What is too wide for any table is still divided.
        going = match reader.read(&mut record) {
            Ok(true) => true,
            Err(Trouble::Wide) => false,
            _ => break,
        };
        let width = record.cells().count();
        if width == 1 && record.cells().all(|(cell, _)| cell.is_empty()) {
            continue;
        }
        widths.push(width);
        for (cell, quoted) in record.cells() {
            cells += 1.0;
            good += worth(cell, quoted, &dialect);
        }
    }
    if widths.len() > 2 {
        // The sample may end inside a record.
        widths.pop();
    }
    let count = widths.len().max(1) as f64;
    widths.sort_unstable();
    let (mut score, mut share, mut width) = (0.0, 0.0, 1);
    for run in widths.chunk_by(|a, b| a == b).filter(|run| run[0] > 1) {
        let part = run.len() as f64 / count;
        let worth = part * (run[0] as f64).sqrt();
        if worth > score {
            (score, share, width) = (worth, part, run[0]);
        }
    }
    let quality = if cells > 0.0 { good / cells } else { 0.0 };
    Trial { score: score * quality * quality, share, width, dialect }
}

/// How much a cell looks like one value: 1 at best.
fn worth(cell: &[u8], quoted: bool, dialect: &Dialect) -> f64 {
    let cell = cell.trim_ascii();
    if cell.is_empty() || cell.iter().all(|byte| b"0123456789.,-+/:% $".contains(byte)) {
        return 1.0;
    }
    let ends = [cell.first().copied(), cell.last().copied()];
    // A quote that is left at an end of a cell was not meant as text.
    let torn = |quote: u8| ends.iter().filter(|end| **end == Some(quote)).count() as f64 * 0.25;
    let mut worth = 1.0;
    if !quoted {
        worth -= torn(b'"');
        if ends == [Some(b'\''); 2] {
            worth -= 0.5;
        }
    }
    if dialect.backslash != contains(cell, b"\\\"") && contains(cell, b"\\\"") {
        worth -= 0.5;
    }
    let other = |other: &str| other != dialect.delimiter && contains(cell, other.as_bytes());
    if !quoted && COMMON.into_iter().any(other) {
        worth -= if contains(cell, b", ") { 0.1 } else { 0.5 };
    }
    if worth > 0.0 { worth } else { 0.0 }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// Whether a character stands in pairs around whole cells and no double quote does: several times, and around all of them
/// or around what has to be kept together.
fn has_quotes(sample: &str, plain: &Dialect, quote: u8) -> bool {
    let bytes = sample.as_bytes();
    let delimiter = plain.delimiter.as_bytes();
    let (mut opening, mut closing, mut double) = (0_u32, 0_u32, false);
    let is_edge = |edge: Option<&u8>| matches!(edge, None | Some(b'\n' | b'\r'));
    let starts = |at: usize| {
        let before = bytes[..at].trim_ascii_end();
        is_edge(at.checked_sub(1).and_then(|at| bytes.get(at)))
            || bytes[..at].ends_with(delimiter)
            || (before.len() < at && before.ends_with(delimiter))
    };
    let ends = |at: usize| is_edge(bytes.get(at + 1)) || bytes[at + 1..].starts_with(delimiter);
    for at in memchr::memchr2_iter(quote, b'"', bytes) {
        if bytes[at] == b'"' {
            double |= starts(at);
        } else {
            opening += u32::from(starts(at));
            closing += u32::from(ends(at));
        }
    }
    if double || opening < 2 || f64::from(closing) < STRONG * f64::from(opening) {
        return false;
    }
    let dialect = Dialect { quote, spaced: is_spaced(sample, plain), ..plain.clone() };
    let mut reader = Loose::new(bytes, dialect);
    let mut record = Record::default();
    let (mut cells, mut within, mut needed, mut records) = (0_u32, 0_u32, false, 0);
    while records <= RECORDS && matches!(reader.read(&mut record), Ok(true)) {
        records += 1;
        for (cell, quoted) in record.cells().filter(|(cell, _)| !cell.is_empty()) {
            cells += 1;
            within += u32::from(quoted);
            needed |= quoted && contains(cell, delimiter);
        }
    }
    needed || f64::from(within) >= STRONG * f64::from(cells)
}

/// Whether every delimiter has a space after it, as in `a, "b, c", d`.
fn is_spaced(sample: &str, plain: &Dialect) -> bool {
    if plain.delimiter.trim().is_empty() {
        return false;
    }
    // Told from the text without its quoted parts, where delimiters may stand as they like.
    let (bytes, delimiter) = (sample.as_bytes(), plain.delimiter.as_bytes());
    let (mut spaces, mut bare, mut inside) = (0_usize, 0_usize, false);
    for at in memchr::memchr2_iter(b'"', plain.first(), bytes) {
        if bytes[at] == b'"' {
            inside = !inside;
        } else if !inside && bytes[at..].starts_with(delimiter) {
            match bytes.get(at + delimiter.len()) {
                Some(b' ') => spaces += 1,
                Some(b'\n' | b'\r') | None => {}
                Some(_) => bare += 1,
            }
        }
    }
    spaces >= 2 && spaces as f64 >= STRONG * (spaces + bare) as f64
}

/// The delimiter that a setting names: one character, or `tab`.
#[must_use]
pub fn from_setting(setting: &str) -> Option<String> {
    match setting {
        "tab" | "\\t" => Some("\t".to_owned()),
        _ => {
            let mut chars = setting.chars();
            match (chars.next(), chars.next()) {
                (Some(only), None) if !matches!(only, '"' | '\n' | '\r') => Some(only.to_string()),
                _ => None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_delimiters_apart() {
        for (text, delimiter) in [
            ("a,b,c\n1,2,3\n4,5,6\n", ","),
            ("Kunde;Betrag;Ort\nA;1,50;X\nB;2,75;Y\n", ";"),
            ("a;b;c;d\n1,5;2,5;3,5;4,5\n1,6;2,6;3,6;4,6\n", ";"),
            ("a\tb\n1,5\t2\n1,7\t3\n", "\t"),
            ("a|b|c\nx, y|2|3\n", "|"),
            ("Report title\n\na;b;c\n1;2;3\n4;5;6\n7;8;9\n", ";"),
            ("only\none\ncolumn\n", ","),
            ("\"a;b\",c\n\"d;e\",f\n", ","),
            ("客户，日期，金额\n甲，2026-01-02，5\n乙，2026-01-03，6\n", "，"),
            ("a||b||c\n1||2||3\n", "||"),
            ("Time: 10:30\nTime: 11:30\nTime: 12:30\n", ","),
        ] {
            assert_eq!(detect(text, None).delimiter, delimiter, "{text:?}");
        }
    }

    #[test]
    fn a_line_may_name_the_delimiter() {
        for (text, skip) in
            [("sep=;\r\na;b\r\n", 7), ("\"SEP=;\"\na;b\n", 8), ("sep=;\ra,b;c\r", 6)]
        {
            let found = detect(text, None);
            assert_eq!((found.delimiter.as_ref(), found.skip), (";", skip), "{text:?}");
        }
        assert_eq!(detect("sep=x y\na,b\n", None).skip, 0);
    }

    #[test]
    fn apostrophes_are_quotes_only_around_whole_cells() {
        for text in [
            "name,note\nO'Neill,x\n'00123,y\n'00124,z\n",
            "name,note\n'tis,the season\n'twas,the night\n",
            "name,note\nKids',a\nMen's,b\nGirls',c\n",
            "a,b\n\"'x'\",\"'y'\"\n\"'z, w'\",1\n",
            "'a',b\nc,d\ne,f\ng,h\n",
        ] {
            assert_eq!(detect(text, None), Dialect::default(), "{text:?}");
        }
        for text in ["'a','b'\n'1','2'\n", "a;b\n'x; y';1\n'it's; z';2\n"] {
            assert_eq!(detect(text, None).quote, b'\'', "{text:?}");
        }
    }

    #[test]
    fn spaces_and_backslashes_have_to_be_the_rule() {
        assert!(detect("a, b, c\n1, \"x, y\", 3\n", None).spaced);
        assert!(!detect("a,b,c\n1, x,3\n4,y,6\n", None).spaced);
        assert!(detect("a,b\n\"x \\\"y, z\\\" w\",1\n\"v\",2\n", None).backslash);
        assert!(!detect("a,b\n\"8\\'9\"\" rod\",1\n\"v\",2\n", None).backslash);
    }
}
