//! Groups: clients that belong to another one count for the topmost of them, where the settings ask for it.

use std::collections::BTreeMap;

use super::ClientFile;
use super::directory::{Directory, Found};
use super::resolve::shown;
use crate::diagnostic::{Diagnostic, Diagnostics, Origin};
use crate::money::Money;

/// Rolls clients (sorted by id) up to their groups. Returns where each one went.
#[expect(clippy::vec_box, reason = "clients stay boxed up to the review")]
pub(super) fn roll_up(
    clients: Vec<Box<ClientFile>>,
    diagnostics: &mut Diagnostics,
) -> (Vec<Box<ClientFile>>, Vec<u32>) {
    let top = topmost(&parents(&clients, diagnostics), &clients, diagnostics);
    let mut places = vec![0_u32; clients.len()];
    let mut kept = 0;
    for (at, place) in places.iter_mut().enumerate() {
        if top[at] == at {
            *place = kept;
            kept += 1;
        }
    }
    let mut children: BTreeMap<usize, Vec<ClientFile>> = BTreeMap::new();
    let mut groups: Vec<Box<ClientFile>> = Vec::with_capacity(kept as usize);
    for (at, client) in clients.into_iter().enumerate() {
        if top[at] == at {
            groups.push(client);
        } else {
            places[at] = places[top[at]];
            children.entry(places[at] as usize).or_default().push(*client);
        }
    }
    for (group, children) in children {
        let group = &mut groups[group];
        let list: Vec<String> = children.iter().map(shown).collect();
        diagnostics.push(
            Diagnostic::notice("rolled-up", Origin::default())
                .with_cell(shown(group))
                .with("clients", list.len())
                .with("list", list),
        );
        take(group, children);
    }
    (groups, places)
}

/// The parent of each client, as far as it is a client.
fn parents(clients: &[Box<ClientFile>], diagnostics: &mut Diagnostics) -> Vec<Option<usize>> {
    let directory = Directory::of(clients);
    let mut parents = vec![None; clients.len()];
    for (at, client) in clients.iter().enumerate() {
        let Some(parent) = &client.parent else {
            continue;
        };
        match directory.look(parent, None) {
            // Many exports name a client at the top as its own parent.
            Found::Id(found) | Found::Name(found) | Found::Alias(found) => {
                parents[at] = Some(found).filter(|found| *found != at);
            }
            found => {
                let unknown = Diagnostic::warning("unknown-parent", Origin::default())
                    .with_cell(parent.as_str())
                    .with("client", shown(client));
                let fitting = match found {
                    Found::Several(fitting) => fitting,
                    _ => Vec::new(),
                };
                let list: Vec<String> = fitting.iter().map(|at| shown(&clients[*at])).collect();
                diagnostics.push(if list.is_empty() {
                    unknown
                } else {
                    unknown.with("several", list)
                });
            }
        }
    }
    parents
}

/// The topmost client above each one. Clients of a circle stay apart, since none of them is at the top.
fn topmost(
    parents: &[Option<usize>],
    clients: &[Box<ClientFile>],
    diagnostics: &mut Diagnostics,
) -> Vec<usize> {
    let mut top: Vec<Option<usize>> = vec![None; parents.len()];
    for start in 0..parents.len() {
        let mut path = Vec::new();
        let mut at = start;
        let found = loop {
            if let Some(top) = top[at] {
                break top;
            }
            if let Some(first) = path.iter().position(|known| *known == at) {
                let circle: Vec<usize> = path.drain(first..).collect();
                let list: Vec<String> = circle.iter().map(|at| shown(&clients[*at])).collect();
                diagnostics.push(
                    Diagnostic::warning("parent-cycle", Origin::default()).with("clients", list),
                );
                for member in circle {
                    top[member] = Some(member);
                }
                break at;
            }
            path.push(at);
            match parents[at] {
                Some(parent) => at = parent,
                None => break at,
            }
        };
        for below in path {
            top[below] = Some(found);
        }
    }
    top.into_iter().enumerate().map(|(at, top)| top.unwrap_or(at)).collect()
}

/// What the file says about its members counts for the group where its own row leaves it blank: figures are added up,
/// words are taken when all members agree. Members are found under the names that they had.
fn take(group: &mut ClientFile, members: Vec<ClientFile>) {
    let sum = |field: fn(&ClientFile) -> Option<f64>| -> Option<f64> {
        members.iter().filter_map(field).reduce(|a, b| a + b)
    };
    let money = members
        .iter()
        .filter_map(|member| member.rated.annual_potential)
        .reduce(|a: Money, b| a + b);
    let word = |field: fn(&ClientFile) -> Option<&String>| -> Option<String> {
        let mut words = members.iter().filter_map(field);
        let first = words.next()?;
        words.all(|word| word == first).then(|| first.clone())
    };
    group.rated.annual_potential = group.rated.annual_potential.or(money);
    group.rated.exec_visits = group.rated.exec_visits.or(sum(|member| member.rated.exec_visits));
    group.rated.joint_projects =
        group.rated.joint_projects.or(sum(|member| member.rated.joint_projects));
    group.rated.awards = group.rated.awards.or(sum(|member| member.rated.awards));
    group.rated.referrals = group.rated.referrals.or(sum(|member| member.rated.referrals));
    group.industry = group.industry.take().or(word(|member| member.industry.as_ref()));
    group.region = group.region.take().or(word(|member| member.region.as_ref()));
    group.owner = group.owner.take().or(word(|member| member.owner.as_ref()));
    for member in members {
        group.aliases.extend([member.id, member.name]);
        group.aliases.extend(member.aliases);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(id: &str, parent: &str) -> Box<ClientFile> {
        let mut client = Box::new(ClientFile {
            id: id.to_owned(),
            name: format!("{id}公司"),
            parent: (!parent.is_empty()).then(|| parent.to_owned()),
            owner: Some("王".to_owned()).filter(|_| !parent.is_empty()),
            ..ClientFile::default()
        });
        client.rated.exec_visits = Some(2.0).filter(|_| !parent.is_empty());
        client
    }

    fn rolled(list: &[(&str, &str)]) -> (Vec<String>, Vec<u32>, Diagnostics) {
        let clients = list.iter().map(|(id, parent)| client(id, parent)).collect();
        let mut diagnostics = Diagnostics::default();
        let (groups, places) = roll_up(clients, &mut diagnostics);
        (groups.into_iter().map(|group| group.id.clone()).collect(), places, diagnostics)
    }

    #[test]
    fn several_levels_go_to_the_top() {
        let (groups, places, diagnostics) =
            rolled(&[("A", ""), ("B", "A"), ("C", "b公司"), ("D", "D"), ("E", "B")]);
        assert_eq!(groups, ["A", "D"]);
        assert_eq!(places, [0, 0, 0, 1, 0]);
        let codes: Vec<_> = diagnostics.groups().map(|(code, group)| (code, group.count)).collect();
        assert_eq!(codes, [("rolled-up", 1)]);
    }

    #[test]
    fn circles_and_unknown_parents_stay_apart() {
        let (groups, places, diagnostics) =
            rolled(&[("A", "B"), ("B", "A"), ("C", "A"), ("D", "Z")]);
        assert_eq!(groups, ["A", "B", "D"]);
        assert_eq!(places, [0, 1, 0, 2]);
        let codes: Vec<_> = diagnostics.groups().map(|(code, group)| (code, group.count)).collect();
        assert_eq!(codes, [("parent-cycle", 1), ("rolled-up", 1), ("unknown-parent", 1)]);
    }

    #[test]
    fn blanks_of_the_group_are_filled_from_its_members() {
        let clients = vec![client("A", ""), client("B", "A"), client("C", "A")];
        let (groups, _) = roll_up(clients, &mut Diagnostics::default());
        assert_eq!(groups[0].rated.exec_visits, Some(4.0));
        assert_eq!(groups[0].owner.as_deref(), Some("王"));
        assert_eq!(groups[0].aliases, ["B", "B公司", "C", "C公司"]);
    }
}
