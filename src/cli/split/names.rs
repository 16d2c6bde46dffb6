//! Names of files for account managers: safe on every system, and never one for two of them.

use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization as _;

use crate::review::Scope;
use crate::source::hex;

/// Bytes of a whole name. File systems take 255; the temporary file beside it has a longer name.
const LONGEST: usize = 200;
/// Bytes of an account manager's name that are kept however long the rest is.
const LEAST: usize = 24;
/// Digits of the hash that tells apart what would be one name, from the usual number to as many as there are.
const DIGITS: [usize; 5] = [0, 8, 16, 32, 64];

/// What stands before and after the account manager in the name of a file, such as `q3` and `xlsx`.
pub(super) struct Frame {
    pub(super) stem: String,
    pub(super) extension: String,
}

/// The names of the files: for each of `scopes` one per frame. `without` stands for no account manager.
///
/// Two account managers share no name in any frame, also where a file system does not tell capitals from small letters or
/// composed from decomposed characters: then all of those concerned end in a part of the hash of their names.
pub(super) fn names(scopes: &[&Scope], frames: &[Frame], without: &str) -> Vec<Vec<String>> {
    let mut digits: Vec<usize> = scopes
        .iter()
        .map(|scope| {
            let part = part(scope, without);
            let cut = frames.iter().any(|frame| part.len() > frame.room(0));
            usize::from(part == EMPTY || cut)
        })
        .collect();
    loop {
        let names: Vec<Vec<String>> = scopes
            .iter()
            .zip(&digits)
            .map(|(scope, digits)| {
                frames.iter().map(|frame| frame.name(scope, without, DIGITS[*digits])).collect()
            })
            .collect();
        let mut holders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, names) in names.iter().enumerate() {
            for name in names {
                let holders = holders.entry(folded(name)).or_default();
                if holders.last() != Some(&at) {
                    holders.push(at);
                }
            }
        }
        let mut shared: Vec<usize> =
            holders.into_values().filter(|holders| holders.len() > 1).flatten().collect();
        shared.sort_unstable();
        shared.dedup();
        shared.retain(|at| digits[*at] + 1 < DIGITS.len());
        if shared.is_empty() {
            return names;
        }
        for at in shared {
            digits[at] += 1;
        }
    }
}

/// What stands for a name of which nothing can be written.
const EMPTY: &str = "_";

impl Frame {
    /// Bytes that are left for an account manager.
    fn room(&self, suffix: usize) -> usize {
        LONGEST.saturating_sub(self.stem.len() + self.extension.len() + 2 + suffix).max(LEAST)
    }

    fn name(&self, scope: &Scope, without: &str, digits: usize) -> String {
        let mut part = part(scope, without);
        let suffix = match digits {
            0 => String::new(),
            digits => format!("-{}", &hash(scope)[..digits]),
        };
        let mut end = part.len().min(self.room(suffix.len()));
        while !part.is_char_boundary(end) {
            end -= 1;
        }
        part.truncate(end);
        let part = part.trim_end_matches([' ', '.']);
        format!("{}-{part}{suffix}.{}", self.stem, self.extension)
    }
}

/// The hash of an account manager's name; that of no account manager is that of none.
fn hash(scope: &Scope) -> String {
    let mut hasher = Sha256::new();
    hasher.update([u8::from(scope.owner.is_some())]);
    hasher.update(scope.owner.as_deref().unwrap_or_default());
    hex(&hasher.finalize())
}

/// An account manager as a part of a name. The part before it keeps names that systems reserve, such as `CON`, and dots at
/// the beginning from meaning anything.
fn part(scope: &Scope, without: &str) -> String {
    let name = scope.owner.as_deref().unwrap_or(without);
    let kept: String = name
        .nfc()
        .filter(|c| !is_invisible(*c))
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            c if c.is_control() => '_',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    let kept = kept.trim_matches([' ', '.']);
    if kept.is_empty() { EMPTY.to_owned() } else { kept.to_owned() }
}

/// Characters that nobody sees, and those that turn the direction of writing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// A name as the least particular file system sees it.
fn folded(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(owners: &[&str], stems: &[&str]) -> Vec<Vec<String>> {
        let scopes: Vec<Scope> =
            owners.iter().map(|owner| Scope { owner: Some((*owner).to_owned()) }).collect();
        let none = Scope { owner: None };
        let all: Vec<&Scope> = scopes.iter().chain([&none]).collect();
        let frames: Vec<Frame> = stems
            .iter()
            .map(|stem| Frame { stem: (*stem).to_owned(), extension: "xlsx".to_owned() })
            .collect();
        names(&all, &frames, "no-owner")
    }

    fn one(owner: &str) -> String {
        of(&[owner], &["q3"])[0][0].clone()
    }

    #[test]
    fn names_are_safe_everywhere() {
        assert_eq!(one("王芳"), "q3-王芳.xlsx");
        assert_eq!(one("Li Wei"), "q3-Li Wei.xlsx");
        assert_eq!(one("a/b\\c:d*e?f\"g<h>i|j"), "q3-a_b_c_d_e_f_g_h_i_j.xlsx");
        assert_eq!(one("../../etc/passwd"), "q3-_.._etc_passwd.xlsx");
        assert_eq!(one(" .hidden. "), "q3-hidden.xlsx");
        assert_eq!(one("line\nbreak\0"), "q3-line_break_.xlsx");
        assert_eq!(one("\u{202e}gnp.exe"), "q3-gnp.exe.xlsx");
        assert_eq!(one("CON"), "q3-CON.xlsx");
        for nothing in ["..", ".", " ", "\u{200b}"] {
            let name = one(nothing);
            assert!(name.starts_with("q3-_-") && name.len() == 18, "{name}");
        }
        assert_eq!(of(&[], &["q3"])[0][0], "q3-no-owner.xlsx");
    }

    #[test]
    fn long_names_are_cut_and_told_apart() {
        let long = "陈".repeat(300);
        let longer = format!("{long}二");
        let names = of(&[&long, &longer], &["q3", &"s".repeat(150)]);
        for name in names.iter().flatten() {
            assert!(name.len() <= 210, "{}", name.len());
        }
        assert_ne!(names[0][0], names[1][0]);
        assert!(names[0][0].starts_with("q3-陈陈"));
    }

    #[test]
    fn nobody_shares_a_file() {
        let owners = [
            "Li Wei",
            "li wei",
            "LI WEI",
            "Ｌｉ Ｗｅｉ",
            "Li\u{200b} Wei",
            "é",
            "e\u{301}",
            "a/b",
            "a:b",
            "a_b",
            "no-owner",
            "No-Owner",
            "wei",
            "li-wei",
            "..",
            ".",
            "x",
            "x.",
        ];
        // The frames of two outputs may meet: `a` and `li-wei`, `a-li` and `wei`.
        let names = of(&owners, &["a", "a-li"]);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (at, names) in names.iter().enumerate() {
            for name in names {
                let before = seen.insert(folded(name), at);
                assert!(before.is_none_or(|before| before == at), "{name} {before:?} {at}");
            }
        }
        // A name that is known by its hash is taken already.
        let hashed = &names[0][0];
        let taken = hashed.trim_start_matches("a-").trim_end_matches(".xlsx").to_owned();
        let again = of(&["Li Wei", "li wei", &taken], &["a"]);
        assert!(again[0][0] != again[2][0] && again[1][0] != again[2][0], "{again:?}");
    }

    #[test]
    fn the_order_of_account_managers_does_not_matter() {
        let one = of(&["Li Wei", "li wei", "b"], &["q"]);
        let other = of(&["b", "li wei", "Li Wei"], &["q"]);
        assert_eq!((&one[0], &one[1], &one[2]), (&other[2], &other[1], &other[0]));
    }
}
