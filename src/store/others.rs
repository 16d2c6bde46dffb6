//! The clients that tables beside the transactions name: by the same rules as there.
//!
//! A text that fits no client of the client file or the transactions is a client of its own, once for all spellings of
//! its name, and is listed: nobody may find out by chance that visits were noted under another name.

use std::collections::BTreeMap;

use super::directory::{Directory, Found};
use super::resolve::{ambiguous, shown, suggestions};
use super::side::{Key, Keys};
use super::{ClientFile, Loaded};
use crate::diagnostic::{Diagnostic, Origin};
use crate::schema::names::normal;

/// The position of the client of each key; `clients` are sorted by id, and what none of them is called comes after them.
/// `has_file` says that there is a client file, which could know them.
#[expect(clippy::vec_box, reason = "clients stay boxed up to the review")]
pub(super) fn clients(
    clients: &mut Vec<Box<ClientFile>>,
    keys: &Keys,
    has_file: bool,
    loaded: &mut Loaded,
) -> Vec<usize> {
    let known = clients.len();
    let mut of_key = vec![usize::MAX; keys.list.len()];
    let directory = Directory::of(clients);
    for (of_key, key) in of_key.iter_mut().zip(&keys.list) {
        let found = directory.look(&key.id, key.name.as_deref());
        if let Found::Several(fitting) = &found {
            loaded.diagnostics.push(ambiguous(&key.id, fitting, clients));
        }
        *of_key = found.client().unwrap_or(usize::MAX);
    }
    // By bytes of the key, so that the order of the rows decides nothing.
    let mut unknown: Vec<usize> =
        (0..of_key.len()).filter(|at| of_key[*at] == usize::MAX).collect();
    unknown.sort_by(|a, b| keys.list[*a].cmp(&keys.list[*b]));
    let mut added: BTreeMap<String, usize> = BTreeMap::new();
    let mut named: Vec<(&'static str, bool)> = Vec::new();
    for at in unknown {
        let Key { id, name, table, in_deals } = keys.list[at].clone();
        let client = *added.entry(normal(&id).bare).or_insert_with(|| {
            let name = name.unwrap_or_else(|| id.clone());
            clients.push(Box::new(ClientFile { id, name, ..ClientFile::default() }));
            named.push((table, false));
            clients.len() - 1
        });
        named[client - known].1 |= in_deals;
        of_key[at] = client;
    }
    list(&clients[..known], &clients[known..], &named, has_file, loaded);
    of_key
}

fn list(
    known: &[Box<ClientFile>],
    added: &[Box<ClientFile>],
    named: &[(&'static str, bool)],
    has_file: bool,
    loaded: &mut Loaded,
) {
    let unknown: Vec<&ClientFile> = added.iter().map(AsRef::as_ref).collect();
    let suggested = suggestions(&unknown, known);
    for (count, (client, (table, in_deals))) in added.iter().zip(named).enumerate() {
        let near = suggested.get(count).copied().flatten();
        // Whoever has a deal and buys nothing yet is a prospect, and without a client file nothing could know it.
        if *in_deals && !has_file && near.is_none() {
            continue;
        }
        let mut warning = Diagnostic::warning("unknown-client", Origin::default())
            .with_cell(client.id.clone())
            .with("table", *table)
            .with("where", if has_file { "neither" } else { "no_sales" });
        if let Some(near) = near {
            warning = warning.with("suggestion", shown(&known[near]));
        }
        loaded.diagnostics.push(warning);
    }
}
