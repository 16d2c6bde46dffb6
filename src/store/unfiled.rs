//! Clients without a row in a client file: which of the spellings in transactions are one client.
//!
//! Names that have their normal form in common are one client; ids are what they are, so two ids stay two clients
//! whatever their names, and a name that several ids have stays apart from all of them.

use rustc_hash::FxHashMap;

use crate::schema::names::{normal, reads_as_id};

/// A client as transactions name it: an id or a name, and the name beside an id.
pub(super) struct Spelling<'a> {
    pub key: &'a str,
    pub name: Option<&'a str>,
}

/// For each spelling the one that stands for its client; itself where it is alone. The spelling with an id comes first,
/// else the one with most rows, else the first by bytes. `by_id` says that the column of the keys holds ids, so that
/// single words of ASCII are those.
pub(super) fn merged(
    spellings: &[Spelling<'_>],
    by_id: bool,
    rows: impl FnOnce() -> Vec<u64>,
) -> Vec<usize> {
    let mut stands_for: Vec<usize> = (0..spellings.len()).collect();
    let is_name = |spelling: &Spelling<'_>| spelling.name.is_none() && !reads_as_id(spelling.key);
    let mut by_name: FxHashMap<String, Vec<(u8, usize)>> = FxHashMap::default();
    for (at, spelling) in spellings.iter().enumerate().filter(|(_, spelling)| is_name(spelling)) {
        let name = normal(spelling.key);
        if !name.bare.is_empty() {
            by_name.entry(name.bare).or_default().push((name.form, at));
        }
    }
    if by_name.is_empty() {
        return stands_for;
    }
    // Names in a file of their own may mean the clients that have ids in another.
    for (at, spelling) in spellings.iter().enumerate() {
        if let Some(name) = spelling.name {
            let name = normal(name);
            if let Some(fitting) = by_name.get_mut(&name.bare) {
                fitting.push((name.form, at));
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = by_name
        .into_values()
        .filter(|fitting| fitting.len() > 1)
        .flat_map(|fitting| by_form(&fitting))
        .filter(|group| group.len() > 1)
        .collect();
    groups.sort_unstable();
    if groups.is_empty() {
        return stands_for;
    }
    let rows = rows();
    for group in groups {
        let (names, ids): (Vec<usize>, Vec<usize>) =
            group.into_iter().partition(|at| spellings[*at].name.is_none());
        let word = |at: &usize| {
            let key = spellings[*at].key;
            by_id && key.is_ascii() && !key.contains(' ')
        };
        let first = match ids.as_slice() {
            [only] => Some(*only),
            _ => names
                .iter()
                .copied()
                .filter(|at| !word(at))
                .min_by_key(|at| (std::cmp::Reverse(rows[*at]), spellings[*at].key)),
        };
        if let Some(first) = first {
            for at in names.into_iter().filter(|at| ids.len() == 1 || !word(at)) {
                stands_for[at] = first;
            }
        }
    }
    stands_for
}

/// Those of one name that are one client: all of them, unless they have different legal forms.
fn by_form(fitting: &[(u8, usize)]) -> Vec<Vec<usize>> {
    let mut forms: Vec<u8> = fitting.iter().map(|(form, _)| *form).collect();
    forms.sort_unstable();
    forms.dedup();
    if forms.iter().filter(|form| **form != 0).count() < 2 {
        forms = vec![u8::MAX];
    }
    let group = |form: u8| {
        let fits = |other: u8| form == u8::MAX || other == form;
        fitting.iter().filter(|(other, _)| fits(*other)).map(|(_, at)| *at).collect()
    };
    forms.into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(spellings: &[(&str, Option<&str>, u64)], by_id: bool) -> Vec<usize> {
        let rows = spellings.iter().map(|spelling| spelling.2).collect();
        let spellings: Vec<Spelling<'_>> =
            spellings.iter().map(|(key, name, _)| Spelling { key, name: *name }).collect();
        merged(&spellings, by_id, || rows)
    }

    #[test]
    fn names_with_one_normal_form_are_one_client() {
        let spellings = [
            ("华为技术", None, 1),
            ("华为技术有限公司", None, 5),
            ("华为技术（有限公司）", None, 5),
            ("华润", None, 9),
        ];
        assert_eq!(one(&spellings, false), [1, 1, 1, 3]);
        let spellings = [("ACME LTD", None, 2), ("Acme", None, 2), ("ａｃｍｅ", None, 1)];
        assert_eq!(one(&spellings, false), [0, 0, 0]);
    }

    #[test]
    fn different_legal_forms_are_different_clients() {
        let spellings = [
            ("Acme", None, 9),
            ("Acme GmbH", None, 1),
            ("Acme Ltd", None, 1),
            ("ACME Ltd.", None, 2),
        ];
        assert_eq!(one(&spellings, false), [0, 1, 3, 3]);
    }

    #[test]
    fn ids_stay_apart_and_take_the_names_that_are_theirs_alone() {
        let spellings = [("C-1", None, 1), ("C1", None, 1), ("c1", None, 1)];
        assert_eq!(one(&spellings, false), [0, 1, 2]);
        let spellings =
            [("ALFKI", None, 1), ("alfki", None, 1), ("甲 公司", None, 1), ("甲公司", None, 2)];
        assert_eq!(one(&spellings, true), [0, 1, 3, 3]);
        let spellings = [("1", Some("Acme Ltd"), 1), ("2", Some("Beta"), 1), ("ACME", None, 7)];
        assert_eq!(one(&spellings, true), [0, 1, 0]);
        let spellings = [
            ("1", Some("Acme"), 1),
            ("2", Some("acme"), 1),
            ("ACME Ltd", None, 7),
            ("acme ltd", None, 8),
        ];
        assert_eq!(one(&spellings, true), [0, 1, 3, 3]);
    }
}
