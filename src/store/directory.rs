//! The directory of clients: finds the one that an id or a name of any table means.
//!
//! First by id as written, then by the normal form of the name, then by the other names of the client file. A text that
//! fits several clients finds none: nothing is guessed.

use rustc_hash::{FxHashMap, FxHashSet};

use super::ClientFile;
use crate::schema::names::{Normal, normal};

/// What a text was found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The id of this client, at this position of the list.
    Id(usize),
    /// The normal form of its name.
    Name(usize),
    /// One of its other names.
    Alias(usize),
    /// It fits these clients, and nothing tells which.
    Several(Vec<usize>),
    /// No client has it.
    Nothing,
}

impl Found {
    /// The client, where there is one.
    #[must_use]
    pub fn client(&self) -> Option<usize> {
        match self {
            Self::Id(at) | Self::Name(at) | Self::Alias(at) => Some(*at),
            Self::Several(_) | Self::Nothing => None,
        }
    }
}

/// The clients that have one name without its legal form, each with the legal form that it is written with.
type Named = Vec<(u8, u32)>;

/// See the head of this file.
pub struct Directory<'a> {
    clients: &'a [Box<ClientFile>],
    names: FxHashMap<String, Named>,
    aliases: FxHashMap<String, Named>,
}

impl<'a> Directory<'a> {
    /// The directory of a list that is sorted by id.
    #[must_use]
    pub fn of(clients: &'a [Box<ClientFile>]) -> Self {
        let mut names: FxHashMap<String, Named> = FxHashMap::default();
        let mut aliases: FxHashMap<String, Named> = FxHashMap::default();
        let add = |to: &mut FxHashMap<String, Named>, name: &str, at: usize| {
            let Normal { bare, form } = normal(name);
            let entry = (form, at as u32);
            if bare.is_empty() {
                return;
            }
            let known = to.entry(bare).or_default();
            if !known.contains(&entry) {
                known.push(entry);
            }
        };
        names.reserve(clients.len());
        for (at, client) in clients.iter().enumerate() {
            add(&mut names, &client.name, at);
            client.aliases.iter().for_each(|alias| add(&mut aliases, alias, at));
        }
        Self { clients, names, aliases }
    }

    /// Other names and ids that name another client as well, with all clients they fit, in the order of the list.
    pub(super) fn conflicts(&self) -> Vec<(&'a str, Vec<usize>)> {
        let mut conflicts: Vec<(&str, Vec<usize>)> = Vec::new();
        let mut told: FxHashSet<String> = FxHashSet::default();
        for (at, client) in self.clients.iter().enumerate() {
            let aliases = client.aliases.iter().filter(|alias| **alias != client.name);
            for text in std::iter::once(&client.id).chain(aliases) {
                let Normal { bare, form } = normal(text);
                let others =
                    [&self.names, &self.aliases].into_iter().filter_map(|table| table.get(&bare));
                let mut fitting: Vec<usize> = others
                    .flatten()
                    .filter(|(other, _)| *other == form)
                    .map(|(_, other)| *other as usize)
                    .chain([at])
                    .collect();
                fitting.sort_unstable();
                fitting.dedup();
                // A name of several clients without ids is theirs by its very spelling.
                let own_name = *text == client.id && client.id == client.name;
                if fitting.len() > 1 && !own_name && told.insert(bare) {
                    conflicts.push((text, fitting));
                }
            }
        }
        conflicts
    }

    /// The client that a row means by an id (or a name in place of it) and a name beside it.
    #[must_use]
    pub fn look(&self, key: &str, name: Option<&str>) -> Found {
        if let Ok(at) = self.clients.binary_search_by(|client| client.id.as_str().cmp(key)) {
            return Found::Id(at);
        }
        let (key, name) = (normal(key), name.map(normal));
        let mut several = Found::Nothing;
        for (own, table) in [(true, &self.names), (false, &self.aliases)] {
            for name in std::iter::once(&key).chain(name.as_ref()) {
                match only(table.get(&name.bare), name.form) {
                    Ok(Some(at)) if own => return Found::Name(at),
                    Ok(Some(at)) => return Found::Alias(at),
                    Ok(None) => {}
                    Err(fitting) => several = Found::Several(fitting),
                }
            }
        }
        several
    }
}

/// The one client of a name, else all that have it. The legal form decides where several have the same name.
fn only(named: Option<&Named>, form: u8) -> Result<Option<usize>, Vec<usize>> {
    let Some(named) = named else {
        return Ok(None);
    };
    let all = || named.iter().map(|(_, at)| *at as usize);
    let one = |mut clients: Vec<usize>| {
        clients.dedup();
        if let [only] = clients.as_slice() { Some(*only) } else { None }
    };
    one(all().collect())
        .or_else(|| {
            let same = named.iter().filter(|(other, _)| *other == form);
            one(same.map(|(_, at)| *at as usize).collect())
        })
        .map(Some)
        .ok_or_else(|| {
            let mut fitting: Vec<usize> = all().collect();
            fitting.dedup();
            fitting
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(id: &str, name: &str, aliases: &[&str]) -> Box<ClientFile> {
        Box::new(ClientFile {
            id: id.to_owned(),
            name: name.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            ..ClientFile::default()
        })
    }

    #[test]
    fn the_id_comes_before_the_name_and_the_name_before_other_names() {
        let clients = [
            client("C1", "深圳市鸿运达科技有限公司", &["鸿运达", "C3"]),
            client("C2", "Acme Ltd", &["Northwind"]),
            client("C3", "Acme GmbH", &[]),
            client("C4", "Northwind", &["鸿运达（香港）"]),
        ];
        let directory = Directory::of(&clients);
        for (key, name, found) in [
            ("C3", Some("鸿运达"), Found::Id(2)),
            ("深圳市鸿运达科技（有限责任公司）", None, Found::Name(0)),
            ("X9", Some("ＮＯＲＴＨＷＩＮＤ"), Found::Name(3)),
            ("鸿运达", None, Found::Alias(0)),
            ("鸿运达(香港)", None, Found::Alias(3)),
            ("ACME Limited", None, Found::Name(1)),
            ("acme", None, Found::Several(vec![1, 2])),
            ("c3", None, Found::Alias(0)),
            ("鸿运", None, Found::Nothing),
        ] {
            assert_eq!(directory.look(key, name), found, "{key}");
        }
    }
}
