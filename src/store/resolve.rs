//! Telling clients apart: transactions name them by id or name, the client file has both.
//!
//! Found by id, by the normal form of the name, by the other names of the client file ([`Directory`]); what is not in the
//! file is a client of its own, once for all spellings of its name ([`unfiled`]).

use std::collections::{BTreeMap, HashMap};

use super::directory::{Directory, Found};
use super::likeness;
use super::rollup;
use super::side::Keys;
use super::unfiled::{self, Spelling};
use super::{ClientFile, Loaded, others as other_tables};
use crate::diagnostic::{Diagnostic, Origin};
use crate::ledger::Ledger;
use crate::money::Money;
use crate::schema::names::{normal, reads_as_id};

/// Unknown clients for which suggestions are looked up, at most.
const SUGGESTED: usize = 1000;
/// Clients among which near duplicates are looked for where there is no client file to mend.
const WITHOUT_FILE: usize = 20_000;

/// Gives every row of the ledger and of the tables beside it its client. `by_id` says that transactions have a column of
/// ids, `roll_up` that groups count for their members; `others` are what the other tables call their clients. Returns the
/// client of each name in the ledger.
pub(super) fn clients(
    loaded: &mut Loaded,
    files: Vec<ClientFile>,
    by_id: bool,
    others: &Keys,
    roll_up: bool,
) -> Vec<u32> {
    let mut clients = listed(files);
    let listed = clients.len();
    let keys = std::mem::take(&mut loaded.ledger.clients);
    let names = std::mem::take(&mut loaded.ledger.client_names);
    let mut of_row: Vec<usize> = vec![usize::MAX; keys.len()];
    let mut spelled: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut several: Vec<Diagnostic> = Vec::new();
    if listed > 0 {
        let directory = Directory::of(&clients);
        for (text, fitting) in directory.conflicts() {
            several.push(ambiguous(text, &fitting, &clients));
        }
        for (at, (key, name)) in keys.iter().zip(&names).enumerate() {
            let found = directory.look(key, name.as_deref());
            if let Found::Several(fitting) = &found
                && several.iter().all(|known| known.cell.as_ref() != Some(key))
            {
                several.push(ambiguous(key, fitting, &clients));
            }
            if let Some(client) = found.client() {
                of_row[at] = client;
                if matches!(found, Found::Name(client) if clients[client].name != *key) {
                    spelled.entry(client).or_default().push(spelling(key, name.as_deref()));
                }
            }
        }
    }
    let unknown: Vec<usize> = (0..keys.len()).filter(|at| of_row[*at] == usize::MAX).collect();
    let spellings: Vec<Spelling<'_>> = unknown
        .iter()
        .map(|at| Spelling { key: &keys[*at], name: names[*at].as_deref() })
        .collect();
    let stands_for = unfiled::merged(&spellings, by_id, || {
        let rows = rows_of_clients(&loaded.ledger, keys.len());
        unknown.iter().map(|at| rows[*at]).collect()
    });
    drop(spellings);
    let mut taken: Vec<Option<(String, Option<String>)>> =
        keys.into_iter().zip(names).map(Some).collect();
    for (position, &at) in unknown.iter().enumerate() {
        if stands_for[position] == position
            && let Some((id, name)) = taken[at].take()
        {
            let name = name.unwrap_or_else(|| id.clone());
            of_row[at] = clients.len();
            clients.push(Box::new(ClientFile { id, name, ..ClientFile::default() }));
        }
    }
    for (&at, &first) in unknown.iter().zip(&stands_for) {
        let client = of_row[unknown[first]];
        of_row[at] = client;
        if let Some((spelling, _)) = taken[at].take() {
            spelled.entry(client).or_default().push(spelling.clone());
            clients[client].aliases.push(spelling);
        }
    }
    // A client file of nothing but ids has the names of its clients from transactions.
    for (at, row) in taken.into_iter().enumerate() {
        if let Some((key, Some(name))) = row {
            let client = &mut clients[of_row[at]];
            if client.name == client.id && client.id == key {
                client.name = name;
            }
        }
    }
    announce(spelled, &clients, loaded);
    // Without a client file every client is "unknown", which says nothing.
    if listed > 0 {
        unknown_clients(&clients, listed, &several, loaded);
    }
    loaded.diagnostics.extend(several);
    let place = sort(&mut clients);
    let mut to: Vec<u32> = of_row.into_iter().map(|at| place[at]).collect();
    let mut of_key = Vec::new();
    if !others.list.is_empty() {
        let found = other_tables::clients(&mut clients, others, listed > 0, loaded);
        let place = sort(&mut clients);
        for at in &mut to {
            *at = place[*at as usize];
        }
        of_key = found.into_iter().map(|at| place[at]).collect();
    }
    if roll_up && clients.iter().any(|client| client.parent.is_some()) {
        let (groups, place) = rollup::roll_up(clients, &mut loaded.diagnostics);
        clients = groups;
        for at in to.iter_mut().chain(&mut of_key) {
            *at = place[*at as usize];
        }
    }
    if !others.list.is_empty() {
        loaded.relations.assign(&of_key);
    }
    loaded.ledger.reassign(&to, clients.len());
    own(&mut clients, loaded);
    if listed > 0 || clients.len() <= WITHOUT_FILE {
        near_duplicates(&clients, loaded);
    }
    loaded.clients = clients;
    to
}

/// Gives clients for whom no file names an account manager the one of their newest transaction.
fn own(clients: &mut [Box<ClientFile>], loaded: &mut Loaded) {
    let mut guessed = 0_u64;
    for row in std::mem::take(&mut loaded.ledger.owners) {
        let client = &mut clients[row.client as usize];
        if client.owner.is_none() {
            client.owner = Some(row.name.into());
            guessed += 1;
        }
    }
    if guessed > 0 {
        let notice = Diagnostic::notice("owner-guess", Origin::default());
        loaded.diagnostics.push(notice.with("clients", guessed));
    }
}

/// Says which clients are spelled in several ways.
fn announce(
    spelled: BTreeMap<usize, Vec<String>>,
    clients: &[Box<ClientFile>],
    loaded: &mut Loaded,
) {
    for (client, spellings) in spelled {
        let client = &clients[client];
        let mut all = vec![client.name.clone()];
        all.extend(spellings);
        loaded.diagnostics.push(
            Diagnostic::notice("client-merged", Origin::default())
                .with_cell(client.id.clone())
                .with("spellings", all.len())
                .with("list", all),
        );
    }
}

/// The clients of the client file, one each, sorted by id.
#[expect(clippy::vec_box, reason = "clients stay boxed up to the review")]
fn listed(files: Vec<ClientFile>) -> Vec<Box<ClientFile>> {
    let mut clients: Vec<Box<ClientFile>> = Vec::with_capacity(files.len());
    let mut by_id: HashMap<String, usize> = HashMap::new();
    for file in files {
        if let Some(at) = by_id.get(&file.id) {
            fill(&mut clients[*at], file);
        } else {
            by_id.insert(file.id.clone(), clients.len());
            clients.push(Box::new(file));
        }
    }
    clients.sort_by(|a, b| a.id.cmp(&b.id));
    clients
}

/// Sorts clients by id; returns where each one went.
fn sort(clients: &mut [Box<ClientFile>]) -> Vec<u32> {
    if clients.is_sorted_by(|a, b| a.id <= b.id) {
        return (0..clients.len() as u32).collect();
    }
    let mut order: Vec<usize> = (0..clients.len()).collect();
    order.sort_by(|a, b| clients[*a].id.cmp(&clients[*b].id));
    let mut place = vec![0_u32; clients.len()];
    for (position, at) in order.iter().enumerate() {
        place[*at] = position as u32;
    }
    clients.sort_by(|a, b| a.id.cmp(&b.id));
    place
}

fn rows_of_clients(ledger: &Ledger, clients: usize) -> Vec<u64> {
    let mut rows = vec![0_u64; clients];
    for row in &ledger.orders {
        rows[row.client as usize] += u64::from(row.rows);
    }
    rows
}

/// An id with the name beside it, or the one text there is.
fn spelling(key: &str, name: Option<&str>) -> String {
    name.map_or_else(|| key.to_owned(), |name| format!("{name} ({key})"))
}

/// A client as a reader knows it.
pub(super) fn shown(client: &ClientFile) -> String {
    if client.name == client.id {
        client.id.clone()
    } else {
        format!("{} ({})", client.name, client.id)
    }
}

pub(super) fn ambiguous(text: &str, fitting: &[usize], clients: &[Box<ClientFile>]) -> Diagnostic {
    let list: Vec<String> = fitting.iter().map(|at| shown(&clients[*at])).collect();
    Diagnostic::warning("ambiguous-client", Origin::default()).with_cell(text).with("clients", list)
}

/// Lists the clients that are not in the client file, with what they may be.
fn unknown_clients(
    clients: &[Box<ClientFile>],
    listed: usize,
    several: &[Diagnostic],
    loaded: &mut Loaded,
) {
    let (files, unknown) = clients.split_at(listed);
    let unknown: Vec<&ClientFile> = unknown
        .iter()
        .filter(|client| several.iter().all(|found| found.cell.as_ref() != Some(&client.id)))
        .map(AsRef::as_ref)
        .collect();
    let suggested = suggestions(&unknown, files);
    for (count, client) in unknown.iter().enumerate() {
        if loaded.diagnostics.count_if_full("unknown-client") {
            continue;
        }
        let warning =
            Diagnostic::warning("unknown-client", Origin::default()).with_cell(client.id.clone());
        let near = suggested.get(count).copied().flatten();
        loaded.diagnostics.push(match near {
            Some(near) => warning.with("suggestion", shown(&files[near])),
            None => warning,
        });
    }
}

/// For the first unknown clients the position of the known one that each may be.
pub(super) fn suggestions(
    unknown: &[&ClientFile],
    known: &[Box<ClientFile>],
) -> Vec<Option<usize>> {
    let unknown = &unknown[..unknown.len().min(SUGGESTED)];
    if unknown.is_empty() {
        return Vec::new();
    }
    let bare = |client: &ClientFile| normal(&client.name).bare;
    let names: Vec<String> = unknown.iter().map(|client| bare(client)).collect();
    let others: Vec<String> = known.iter().map(|client| bare(client)).collect();
    // Ids lose their leading zeros and their case on the way through spreadsheets.
    let mut ids: HashMap<String, Option<usize>> = HashMap::new();
    if unknown.iter().any(|client| reads_as_id(&client.id)) {
        for (at, client) in known.iter().enumerate().filter(|(_, known)| reads_as_id(&known.id)) {
            ids.entry(damaged(&client.id)).and_modify(|known| *known = None).or_insert(Some(at));
        }
    }
    likeness::suggestions(&names, &others)
        .into_iter()
        .zip(unknown)
        .map(|(near, client)| ids.get(&damaged(&client.id)).copied().flatten().or(near))
        .collect()
}

/// What is left of an id after a spreadsheet or a careless copy.
pub(super) fn damaged(id: &str) -> String {
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    id.trim_start_matches('0').to_ascii_lowercase()
}

/// Names that a message shows as examples.
const NAMES_SHOWN: usize = 3;

/// Says how many names stand for several clients with ids of their own, and which are the most frequent.
fn same_names(
    clients: &[Box<ClientFile>],
    has_id: impl Fn(&ClientFile) -> bool,
) -> Option<Diagnostic> {
    let mut by_name: HashMap<&str, u64> = HashMap::new();
    for client in clients.iter().filter(|client| has_id(client)) {
        *by_name.entry(client.name.trim()).or_default() += 1;
    }
    let mut shared: Vec<(&str, u64)> = by_name.into_iter().filter(|(_, ids)| *ids > 1).collect();
    shared.sort_unstable_by_key(|(name, ids)| (std::cmp::Reverse(*ids), *name));
    let examples: Vec<String> =
        shared.iter().take(NAMES_SHOWN).map(|(name, ids)| format!("{name} ({ids})")).collect();
    (!shared.is_empty()).then(|| {
        Diagnostic::notice("same-name", Origin::default())
            .with("names", shared.len())
            .with("clients", shared.iter().map(|(_, ids)| ids).sum::<u64>())
            .with("examples", examples)
    })
}

/// Lists clients that may be one, those with the largest amounts first.
fn near_duplicates(clients: &[Box<ClientFile>], loaded: &mut Loaded) {
    if clients.iter().all(|client| reads_as_id(&client.name)) {
        return;
    }
    let names: Vec<String> = clients.iter().map(|client| normal(&client.name).bare).collect();
    let mut pairs = likeness::near_duplicates(&names);
    // One name under several ids is what people have, and branches: that was meant, and is told once.
    let has_id = |client: &ClientFile| client.id != client.name;
    let namesakes = |a: usize, b: usize| {
        let (a, b) = (&clients[a], &clients[b]);
        has_id(a) && has_id(b) && a.name.trim() == b.name.trim()
    };
    pairs.retain(|(a, b)| !namesakes(*a, *b));
    loaded.diagnostics.extend(same_names(clients, has_id));
    if pairs.is_empty() {
        return;
    }
    let mut amounts = vec![Money::ZERO; clients.len()];
    for row in &loaded.ledger.orders {
        amounts[row.client as usize] += row.positive + row.negative;
    }
    let mut pairs: Vec<(Money, usize, usize)> =
        pairs.into_iter().map(|(a, b)| (amounts[a] + amounts[b], a, b)).collect();
    pairs.sort_by_key(|(amount, a, b)| (std::cmp::Reverse(*amount), *a, *b));
    for (_, a, b) in pairs {
        if loaded.diagnostics.count_if_full("near-duplicate") {
            continue;
        }
        loaded.diagnostics.push(
            Diagnostic::notice("near-duplicate", Origin::default())
                .with_cell(shown(&clients[a]))
                .with("other", shown(&clients[b]))
                .with("amount", amounts[a])
                .with("other_amount", amounts[b]),
        );
    }
}

/// A later row of the same client fills what earlier ones left blank.
fn fill(known: &mut ClientFile, file: ClientFile) {
    if known.name == known.id {
        known.name = file.name;
    }
    known.aliases.extend(file.aliases);
    known.parent = known.parent.take().or(file.parent);
    known.industry = known.industry.take().or(file.industry);
    known.region = known.region.take().or(file.region);
    known.owner = known.owner.take().or(file.owner);
    known.rated.fill(&file.rated);
    match (&mut known.more, file.more) {
        (Some(known), Some(more)) => known.fill(*more),
        (known @ None, more) => *known = more,
        (Some(_), None) => {}
    }
}
