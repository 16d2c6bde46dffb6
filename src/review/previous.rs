//! What a review takes over from an earlier one, and what moved since then.

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::Client;
use super::change::{Basis, ScoreChange};
use crate::config::Config;
use crate::features::Stage;
use crate::money::Money;
use crate::period::Day;
use crate::score::ByMetric;
use crate::tier::{BandRules, Tier};

/// An earlier review, as far as the next one rests on it.
#[derive(Clone, Debug)]
pub struct Previous {
    /// Where it was read from.
    pub source: String,
    /// Its as-of date.
    pub as_of: Day,
    /// Its name.
    pub period: String,
    /// What its bands came about by, where that is told.
    pub rules: Option<BandRules>,
    /// How it scored; none where that is not told.
    pub basis: Option<Basis>,
    /// Its clients by id.
    pub clients: FxHashMap<String, Before>,
}

/// A client of an earlier review. `None` is what that does not tell.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// Name.
    pub name: String,
    /// Account manager.
    pub owner: Option<String>,
    /// Whether it had ever ordered.
    pub has_ordered: Option<bool>,
    /// Tier; none when inactive.
    pub tier: Option<Tier>,
    /// Tier by the policy alone, kept bands included.
    pub band: Option<Tier>,
    /// Tier by the policy alone, without any memory.
    pub band_raw: Option<Tier>,
    /// Score.
    pub score: Option<f64>,
    /// Points by metric, where they are told.
    pub points: Option<ByMetric>,
    /// The segment whose weights it was scored by.
    pub segment: Option<String>,
    /// What each metric added, where it is told.
    pub adds: Option<ByMetric>,
    /// Net sales of its 12 months.
    pub net_sales: Option<Money>,
    /// Whether a person had given the tier.
    pub given: bool,
    /// Signals and the as-of date of the review that found each first.
    pub first_seen: Vec<(String, Day)>,
}

/// How clients moved since an earlier review.
#[derive(Clone, Debug, Serialize)]
pub struct Movement {
    /// File or folder of the earlier review.
    pub source: String,
    /// Its as-of date.
    pub as_of: Day,
    /// Its name.
    pub period: String,
    /// In a tier now, not known or never active then.
    pub new: usize,
    /// In a higher tier than then.
    pub up: usize,
    /// In a lower one.
    pub down: usize,
    /// In the same.
    pub same: usize,
    /// In a tier then, in none now.
    pub left: usize,
    /// In a tier now, in none then, though it had ordered before.
    pub reactivated: usize,
    /// How many went from which tier to which; null is none.
    pub matrix: Vec<Step>,
    /// Those that left and are not in the data any more.
    pub gone: Vec<Gone>,
    /// Clients whose account manager is another one than then.
    pub owner_changes: Vec<OwnerChange>,
}

/// A cell of the matrix of movements.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Tier then.
    pub from: Option<Tier>,
    /// Tier now.
    pub to: Option<Tier>,
    /// How many clients.
    pub clients: usize,
}

/// A client that was in a tier and is not in the data any more.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gone {
    /// Id.
    pub client_id: String,
    /// Name.
    pub name: String,
    /// Tier then.
    pub tier: Tier,
    /// Net sales of the 12 months then.
    pub net_sales: Option<Money>,
}

/// A client with another account manager than before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnerChange {
    /// Id.
    pub client_id: String,
    /// Name.
    pub name: String,
    /// Account manager then.
    pub from: Option<String>,
    /// Account manager now.
    pub to: Option<String>,
}

/// What a client was in the earlier review and how it moved since.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Since {
    /// Score then.
    pub score: Option<f64>,
    /// Band then, a kept one included.
    pub band: Option<Tier>,
    /// Band then by the policy alone.
    pub band_raw: Option<Tier>,
    /// Score now less score then.
    pub change: Option<f64>,
    /// What that is made of; null where the earlier review does not hold enough.
    pub split: Option<ScoreChange>,
    /// Whether a person had given the tier then.
    #[serde(rename = "override")]
    pub given: bool,
    /// The metric that moved the score most, and by how much.
    pub most: Option<(&'static str, f64)>,
}

/// Changes of what a metric adds that are noise of floats.
const NOISE: f64 = 1e-9;

/// The metric that moved the score most, and by how much: of those whose parts of the score changed the way in which the score
/// did; the first of the model among equals.
#[must_use]
pub fn most_changed(before: &ByMetric, now: &ByMetric) -> Option<(&'static str, f64)> {
    let part = |of: &ByMetric, code: &str| of.get(code).unwrap_or(0.0);
    let gone = before.codes().filter(|code| now.codes().all(|known| known != *code));
    let codes = now.codes().chain(gone);
    let changes: Vec<(&'static str, f64)> =
        codes.map(|code| (code, part(now, code) - part(before, code))).collect();
    let all: f64 = changes.iter().map(|(_, change)| change).sum();
    let along = |change: f64| all.abs() <= NOISE || change * all > 0.0;
    let mut most: Option<(&'static str, f64)> = None;
    for (code, change) in changes.into_iter().filter(|(_, change)| along(*change)) {
        if change.abs() > most.map_or(0.0, |(_, most)| most.abs()) + NOISE {
            most = Some((code, change));
        }
    }
    most
}

/// Clients that are in another tier than before, then those whose score changed by this much or more; each by how far it changed.
#[must_use]
pub fn movers(clients: &[Client], least: f64) -> Vec<&Client> {
    let far = |client: &Client| {
        client.since.as_ref().and_then(|since| since.change).map_or(0.0, f64::abs)
    };
    let moved = |client: &Client| client.tier != client.tier_previous;
    let mut found: Vec<&Client> =
        clients.iter().filter(|client| moved(client) || far(client) >= least).collect();
    found.sort_by(|a, b| {
        moved(b)
            .cmp(&moved(a))
            .then_with(|| far(b).total_cmp(&far(a)))
            .then_with(|| a.client_id.cmp(&b.client_id))
    });
    found
}

/// The codes of all movements.
pub const MOVEMENTS: [&str; 6] = ["new", "up", "down", "same", "left", "reactivated"];

/// The code of a client's movement, one of [`MOVEMENTS`]; none for who is and was in no tier.
#[must_use]
pub fn movement(before: Option<&Before>, tier: Option<Tier>) -> Option<&'static str> {
    Some(match (before, tier) {
        (None, Some(_)) => "new",
        (Some(before), Some(now)) => match before.tier {
            None if before.has_ordered == Some(false) => "new",
            None => "reactivated",
            Some(then) if now < then => "up",
            Some(then) if now > then => "down",
            Some(_) => "same",
        },
        (Some(before), None) if before.tier.is_some() => "left",
        _ => return None,
    })
}

/// What all clients together moved.
pub(super) fn moved(clients: &[Client], previous: &Previous) -> Movement {
    let count = |code: &str| clients.iter().filter(|client| client.movement == Some(code)).count();
    let ids: rustc_hash::FxHashSet<&str> =
        clients.iter().map(|client| client.client_id.as_str()).collect();
    let mut gone: Vec<Gone> = previous
        .clients
        .iter()
        .filter(|(id, _)| !ids.contains(id.as_str()))
        .filter_map(|(id, before)| {
            let (name, net_sales) = (before.name.clone(), before.net_sales);
            Some(Gone { client_id: id.clone(), name, tier: before.tier?, net_sales })
        })
        .collect();
    gone.sort_by(|a, b| a.tier.cmp(&b.tier).then_with(|| a.client_id.cmp(&b.client_id)));
    let tier_then =
        |client: &Client| previous.clients.get(&client.client_id).and_then(|before| before.tier);
    let owner_changes = clients.iter().filter_map(|client| {
        let before = previous.clients.get(&client.client_id)?;
        // Who was unknown then has not been followed by anybody.
        (before.owner.is_some() && before.owner != client.owner).then(|| OwnerChange {
            client_id: client.client_id.clone(),
            name: client.name.clone(),
            from: before.owner.clone(),
            to: client.owner.clone(),
        })
    });
    Movement {
        source: previous.source.clone(),
        as_of: previous.as_of,
        period: previous.period.clone(),
        new: count("new"),
        up: count("up"),
        down: count("down"),
        same: count("same"),
        left: count("left") + gone.len(),
        reactivated: count("reactivated"),
        matrix: matrix(
            clients
                .iter()
                .map(|client| (tier_then(client), client.tier))
                .chain(gone.iter().map(|client| (Some(client.tier), None))),
        ),
        owner_changes: owner_changes.collect(),
        gone,
    }
}

/// Who went from which tier to which, the highest first, none last; of pairs of tiers then and now.
pub fn matrix(steps: impl Iterator<Item = (Option<Tier>, Option<Tier>)>) -> Vec<Step> {
    let mut counts = [[0; 5]; 5];
    let place = |tier: Option<Tier>| tier.map_or(4, |tier| tier as usize);
    for (then, now) in steps {
        counts[place(then)][place(now)] += 1;
    }
    let tier = |at: usize| Tier::ALL.get(at).copied();
    let cells = counts.iter().enumerate().flat_map(|(from, row)| {
        row.iter().enumerate().map(move |(to, clients)| Step {
            from: tier(from),
            to: tier(to),
            clients: *clients,
        })
    });
    cells.filter(|step| step.clients > 0 && (step.from.is_some() || step.to.is_some())).collect()
}

impl Previous {
    /// Whether a lower band than then may wait: not where policy or cuts are others now. That is a decision, and no chance.
    #[must_use]
    pub fn keeps(&self, config: &Config) -> bool {
        self.rules.as_ref().is_none_or(|rules| *rules == BandRules::of(config))
    }
}

impl Before {
    /// When a finding was seen first, if it was there already.
    pub(super) fn first_seen(&self, code: &str) -> Option<Day> {
        self.first_seen.iter().find(|(known, _)| known == code).map(|(_, day)| *day)
    }

    /// Whether a stage is that of a client that has ordered.
    #[must_use]
    pub fn has_ordered(stage: &str) -> bool {
        stage != Stage::Prospect.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moved_a_score_most_moved_it_that_way() {
        let metrics = |adds: &[(&str, f64)]| -> ByMetric { adds.iter().copied().collect() };
        let before = metrics(&[("net_sales", 10.0), ("business_lines", 10.0), ("growth", 2.0)]);
        let now = metrics(&[("net_sales", 19.0), ("growth", 8.0)]);
        // The lines that are not known any more cost more than sales brought, but the score rose.
        assert_eq!(most_changed(&before, &now), Some(("net_sales", 9.0)));
        assert_eq!(most_changed(&now, &before), Some(("net_sales", -9.0)));
        assert_eq!(most_changed(&now, &now), None);
    }
}
