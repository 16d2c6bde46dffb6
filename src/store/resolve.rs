//! Telling clients apart: transactions name them by id or name, the client file has both.

use std::collections::{BTreeMap, HashMap};

use strsim::jaro_winkler;
use unicode_normalization::UnicodeNormalization as _;

use super::{ClientFile, Loaded};
use crate::diagnostic::{Diagnostic, Origin};

/// Likeness from which a known client is suggested for an unknown one.
const LIKE: f64 = 0.9;
/// Unknown clients for which suggestions are looked up, at most.
const SUGGESTED: usize = 200;
/// Comparisons of names that looking them up may take.
const COMPARISONS: usize = 2_000_000;

/// Gives every row of the ledger its client: by id, by normalised name, by alias; else the row's own name is the client.
pub(super) fn clients(loaded: &mut Loaded, files: Vec<ClientFile>) {
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
    let by_name = names(&clients);
    let listed = clients.len();
    let known = |key: &str, name: Option<&String>| -> Option<usize> {
        if listed == 0 {
            return None;
        }
        let named = |name: &str| by_name.get(&normalise(name)).copied().flatten();
        by_id.get(key).copied().or_else(|| named(key)).or_else(|| named(name?))
    };
    let keys = std::mem::take(&mut loaded.ledger.clients);
    let mut of_row = Vec::with_capacity(keys.len());
    for (key, name) in keys.into_iter().zip(std::mem::take(&mut loaded.ledger.client_names)) {
        let at = known(&key, name.as_ref());
        if let (Some(at), Some(name)) = (at, &name)
            && clients[at].name == clients[at].id
        {
            clients[at].name.clone_from(name);
        }
        let at = at.unwrap_or_else(|| {
            let name = name.unwrap_or_else(|| key.clone());
            clients.push(Box::new(ClientFile { id: key, name, ..ClientFile::default() }));
            clients.len() - 1
        });
        of_row.push(at);
    }
    // Without a client file every client is "unknown", which says nothing.
    if listed > 0 {
        let suggested = COMPARISONS.checked_div(listed).unwrap_or(0).min(SUGGESTED);
        let normal: Vec<String> = if clients.len() == listed || suggested == 0 {
            Vec::new()
        } else {
            clients[..listed].iter().map(|client| normalise(&client.name)).collect()
        };
        for (count, client) in clients[listed..].iter().enumerate() {
            let mut warning = Diagnostic::warning("unknown-client", Origin::default())
                .with_cell(client.id.clone());
            if count < suggested
                && let Some(near) = nearest(&client.name, &clients[..listed], &normal)
            {
                warning = warning.with("suggestion", format!("{} ({})", near.name, near.id));
            }
            loaded.diagnostics.push(warning);
        }
    }
    let mut order: Vec<usize> = (0..clients.len()).collect();
    order.sort_by(|a, b| clients[*a].id.cmp(&clients[*b].id));
    let mut place = vec![0_u32; clients.len()];
    for (position, at) in order.iter().enumerate() {
        place[*at] = position as u32;
    }
    clients.sort_by(|a, b| a.id.cmp(&b.id));
    let to: Vec<u32> = of_row.into_iter().map(|at| place[at]).collect();
    loaded.ledger.reassign(&to, clients.len());
    loaded.clients = clients;
}

/// A later row of the same client fills what earlier ones left blank.
fn fill(known: &mut ClientFile, file: ClientFile) {
    if known.name == known.id {
        known.name = file.name;
    }
    known.aliases.extend(file.aliases);
    known.industry = known.industry.take().or(file.industry);
    known.region = known.region.take().or(file.region);
    known.owner = known.owner.take().or(file.owner);
    known.annual_potential = known.annual_potential.or(file.annual_potential);
    known.needs_fit = known.needs_fit.or(file.needs_fit);
    known.exec_visits = known.exec_visits.or(file.exec_visits);
    known.joint_projects = known.joint_projects.or(file.joint_projects);
    known.awards = known.awards.or(file.awards);
    known.referrals = known.referrals.or(file.referrals);
    known.industry_growth = known.industry_growth.or(file.industry_growth);
}

/// Normalised names and aliases; a name that several clients share points to none of them.
fn names(clients: &[Box<ClientFile>]) -> BTreeMap<String, Option<usize>> {
    let mut names = BTreeMap::new();
    for (at, client) in clients.iter().enumerate() {
        for name in std::iter::once(&client.name).chain(&client.aliases).map(|name| normalise(name))
        {
            if name.is_empty() {
                continue;
            }
            names
                .entry(name)
                .and_modify(|known| {
                    if *known != Some(at) {
                        *known = None;
                    }
                })
                .or_insert(Some(at));
        }
    }
    names
}

fn nearest<'a>(
    name: &str,
    clients: &'a [Box<ClientFile>],
    normal: &[String],
) -> Option<&'a ClientFile> {
    let name = normalise(name);
    clients
        .iter()
        .zip(normal)
        .map(|(client, other)| (jaro_winkler(&name, other), client))
        .filter(|(likeness, _)| *likeness >= LIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.id.cmp(&a.1.id)))
        .map(|(_, client)| client.as_ref())
}

/// Legal forms at the end of western names.
const FORMS: [&str; 18] = [
    "ltd",
    "limited",
    "inc",
    "incorporated",
    "llc",
    "corp",
    "corporation",
    "co",
    "company",
    "gmbh",
    "ag",
    "kg",
    "sa",
    "bv",
    "plc",
    "pty",
    "srl",
    "spa",
];

/// A name without what does not tell clients apart: width, case, spaces, brackets, the legal form.
pub(super) fn normalise(name: &str) -> String {
    let folded: String = name.nfkc().collect::<String>().to_lowercase();
    let mut words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric() && c != '&')
        .filter(|word| !word.is_empty())
        .map(ToOwned::to_owned)
        .collect();
    while words.len() > 1 && words.last().is_some_and(|word| FORMS.contains(&word.as_str())) {
        words.pop();
    }
    let joined = words.concat();
    for form in ["股份有限公司", "有限责任公司", "有限公司", "股份公司", "公司"]
    {
        if let Some(head) = joined.strip_suffix(form)
            && !head.is_empty()
        {
            return head.to_owned();
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_forms_and_width_do_not_tell_clients_apart() {
        for (a, b) in [
            ("深圳市鸿运达科技有限公司", "深圳市鸿运达科技 有限责任公司"),
            ("Northwind Trading GmbH", "NORTHWIND TRADING"),
            ("Ａｃｍｅ Co., Ltd.", "acme"),
            ("华东（上海）贸易有限公司", "华东(上海)贸易"),
        ] {
            assert_eq!(normalise(a), normalise(b));
        }
        assert_ne!(normalise("北京分公司"), normalise("上海分公司"));
    }
}
