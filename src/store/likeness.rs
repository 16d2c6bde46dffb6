//! Names that are alike: something for a reader to judge, never a reason to merge.

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash as _, Hasher as _};

use strsim::{jaro_winkler, osa_distance};

use crate::schema::names::reads_as_id;

/// Likeness from which a name is suggested.
const LIKE: f64 = 0.9;
/// Pieces of names shared by more unknown names than this say nothing.
const COMMON: usize = 64;
/// Comparisons that suggestions may take.
const COMPARISONS: usize = 500_000;
/// Letters from which two names that differ by one slip are near duplicates: with and without Chinese characters.
const SLIP: (usize, usize) = (5, 9);
/// Bytes from which a text is no name that anyone mistypes: looking for slips in it would take forever.
const LONGEST: usize = 200;
/// Names with the same rest after leaving out one letter, at most.
const SAME_REST: usize = 8;

/// Whether a name is written with characters rather than letters.
fn has_characters(name: &str) -> bool {
    name.chars().any(|c| ('\u{2e80}'..='\u{9fff}').contains(&c) || c >= '\u{20000}')
}

/// A name without the marks of places, which are often left out: 深圳市 is 深圳.
fn placeless(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mark = |at: usize| at > 1 && at + 2 < chars.len() && "省市区县".contains(chars[at]);
    chars.iter().enumerate().filter(|(at, _)| !mark(*at)).map(|(_, c)| *c).collect()
}

/// How alike two names in their normal form are, 0–1; `None` where nobody would take one for the other.
pub(super) fn like(a: &str, b: &str) -> Option<f64> {
    if a.is_empty() || b.is_empty() || a.len().max(b.len()) > LONGEST {
        return None;
    }
    if !has_characters(a) && !has_characters(b) {
        return Some(jaro_winkler(a, b)).filter(|likeness| *likeness >= LIKE);
    }
    // Short names of companies share most of their characters: 深圳…科技. A slip, or one in the other, is needed.
    let (a, b) = (placeless(a), placeless(b));
    let (length_a, length_b) = (a.chars().count(), b.chars().count());
    let shorter = length_a.min(length_b);
    if a == b {
        return Some(0.99);
    }
    if shorter >= 2 && (a.contains(b.as_str()) || b.contains(a.as_str())) {
        return Some(LIKE + 0.08 * shorter as f64 / length_a.max(length_b) as f64);
    }
    let slips = osa_distance(&a, &b);
    let allowed = if shorter >= 8 { 2 } else { usize::from(shorter >= 4) };
    (slips <= allowed && !counted_apart(&a, &b)).then(|| LIKE + 0.05 / slips.max(1) as f64)
}

/// Whether names of the same length differ in what counts or places things: 一部 and 二部, 华东 and 华南.
fn counted_apart(a: &str, b: &str) -> bool {
    let telling =
        |c: char| c.is_numeric() || "一二三四五六七八九十东南西北中上下甲乙丙丁".contains(c);
    a.chars().count() == b.chars().count()
        && a.chars().zip(b.chars()).any(|(a, b)| a != b && (telling(a) || telling(b)))
}

/// The pieces of a name by which alike ones are found: two characters, or three letters.
fn pieces(name: &str) -> Vec<u64> {
    let chars: Vec<char> = name.chars().collect();
    let length = if has_characters(name) { 2 } else { 3 };
    let mut pieces: Vec<u64> = chars
        .windows(length)
        .map(|window| window.iter().fold(0, |all, c| all << 21 | u64::from(u32::from(*c))))
        .collect();
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

/// For each unknown name (in its normal form) the known one it is most like; of equally alike ones the first.
///
/// Only names that share a piece are compared, so that time grows with the names and not with their pairs.
pub(super) fn suggestions(unknown: &[String], known: &[String]) -> Vec<Option<usize>> {
    let mut with_piece: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for (at, name) in unknown.iter().enumerate().filter(|(_, name)| name.len() <= LONGEST) {
        for piece in pieces(name) {
            with_piece.entry(piece).or_default().push(at);
        }
    }
    let mut best: Vec<Option<(f64, usize)>> = vec![None; unknown.len()];
    let mut comparisons = 0;
    for (at, name) in known.iter().enumerate().filter(|(_, name)| name.len() <= LONGEST) {
        let mut candidates: Vec<usize> = pieces(name)
            .iter()
            .filter_map(|piece| with_piece.get(piece))
            .filter(|names| names.len() <= COMMON)
            .flatten()
            .copied()
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        comparisons += candidates.len();
        if comparisons > COMPARISONS {
            break;
        }
        for candidate in candidates {
            if let Some(likeness) = like(&unknown[candidate], name)
                && best[candidate].is_none_or(|(most, _)| likeness > most)
            {
                best[candidate] = Some((likeness, at));
            }
        }
    }
    best.into_iter().map(|best| best.map(|(_, at)| at)).collect()
}

/// Pairs of names (in their normal form) that may be one client: the same but for the legal form or the mark of a place,
/// or but for one slip of the pen. Each pair once, the first position first.
pub(super) fn near_duplicates(names: &[String]) -> Vec<(usize, usize)> {
    let mut keys: Vec<(u64, u32)> = Vec::new();
    let key = |text: &mut dyn Iterator<Item = char>| {
        let mut hasher = FxHasher::default();
        text.for_each(|c| c.hash(&mut hasher));
        hasher.finish()
    };
    let is_name = |name: &String| name.len() <= LONGEST && !reads_as_id(name);
    for (at, name) in names.iter().enumerate().filter(|(_, name)| is_name(name)) {
        let name = placeless(name);
        let chars: Vec<char> = name.chars().collect();
        if chars.is_empty() {
            continue;
        }
        let mut own = FxHashSet::default();
        own.insert(key(&mut chars.iter().copied()));
        let enough = if has_characters(&name) { SLIP.0 } else { SLIP.1 };
        if chars.len() >= enough {
            for left_out in 0..chars.len() {
                let rest = chars.iter().enumerate().filter(|(at, _)| *at != left_out);
                own.insert(key(&mut rest.map(|(_, c)| *c)));
            }
        }
        keys.extend(own.into_iter().map(|key| (key, at as u32)));
    }
    keys.sort_unstable();
    let mut pairs = Vec::new();
    for group in keys.chunk_by(|a, b| a.0 == b.0) {
        for (place, (_, a)) in group.iter().take(SAME_REST).enumerate() {
            for (_, b) in group[place + 1..].iter().take(SAME_REST) {
                let (a, b) = (*a as usize, *b as usize);
                if is_near(&names[a], &names[b]) {
                    pairs.push((a, b));
                }
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn is_near(a: &str, b: &str) -> bool {
    let (a, b) = (placeless(a), placeless(b));
    a == b
        || (osa_distance(&a, &b) == 1
            && !counted_apart(&a, &b)
            && a.chars().filter(char::is_ascii_digit).eq(b.chars().filter(char::is_ascii_digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_chinese_names_are_alike_only_when_one_is_the_other() {
        for (a, b) in [
            ("鸿运达", "深圳市鸿运达科技"),
            ("深圳鸿运达科技", "深圳市鸿运达科技"),
            ("深圳市鸿运大科技", "深圳市鸿运达科技"),
            ("northwnd trading", "northwind trading"),
        ] {
            assert!(like(a, b).is_some(), "{a} {b}");
        }
        for (a, b) in [
            ("深圳市宏图科技", "深圳市鸿运达科技"),
            ("华东贸易一部", "华东贸易二部"),
            ("华润", "华为"),
            ("acme", "apex"),
            ("", "华为"),
        ] {
            assert!(like(a, b).is_none(), "{a} {b}");
        }
    }

    fn own(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_most_alike_name_is_suggested() {
        let known = own(&["深圳市鸿运来贸易", "深圳市鸿运达科技", "northwind", "c0012"]);
        let unknown = own(&["鸿运达科技", "上海华夏", "northwnd", "深圳"]);
        let found = suggestions(&unknown, &known);
        assert_eq!(found, [Some(1), None, Some(2), Some(0)]);
    }

    #[test]
    fn near_duplicates_differ_by_a_slip_or_a_mark() {
        let names = own(&[
            "acme",
            "深圳市鸿运达科技",
            "深圳鸿运达科技",
            "上海第一百货商店",
            "上海第二百货商店",
            "northwindtrading",
            "northwindtradng",
            "acme",
            "apex",
            "store11east",
            "store12east",
        ]);
        assert_eq!(near_duplicates(&names), [(0, 7), (1, 2), (5, 6)]);
    }

    #[test]
    fn many_names_take_little_time() {
        // Every pair would be 50 million comparisons.
        let names: Vec<String> = (0..10_000_u32)
            .map(|at| {
                let letter = |by: u32| char::from_u32(0x4e00 + at / by % 211 * 13).unwrap_or('一');
                format!("深圳市{}{}{}科技", letter(1), letter(211), letter(7))
            })
            .collect();
        let unknown: Vec<String> =
            names.iter().step_by(97).map(|name| format!("{name}甲")).collect();
        assert!(suggestions(&unknown, &names).iter().flatten().count() > 0);
        assert!(near_duplicates(&names).len() < names.len() * SAME_REST);
    }
}
