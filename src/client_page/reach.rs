//! What would move a client one tier up, found by moving it.
//!
//! Each way changes figures of the client, and all clients are scored and given tiers anew: its sales are part of the
//! totals and of the scale of everybody. No formula of tiers is repeated here, so whatever decides about a tier counts.

use serde::Serialize;

use crate::config::Config;
use crate::diagnostic::Fact;
use crate::features::{ClientFeatures, share_out};
use crate::money::Money;
use crate::review::{Client, Review};
use crate::score;
use crate::tier::{self, Case, Tier};

use super::above;

/// Additional sales that are tried: at most so many times those of the last 12 months.
const MOST_SALES: i64 = 3;
/// Executive visits that are tried.
const MOST_VISITS: u32 = 4;
/// The best fit to needs.
const BEST_FIT: f64 = 5.0;
/// Ways told.
const TOLD: usize = 2;

/// What would move a client one tier up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reach {
    /// The tier to reach.
    pub tier: Tier,
    /// At most two ways, those with fewer steps first; none where nothing that was tried is enough.
    pub ways: Vec<Way>,
    /// The most additional sales that were tried; null where the client has no sales to add to.
    pub most_sales: Option<Money>,
}

/// Changes that move it together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Way {
    /// The changes.
    pub steps: Vec<Step>,
    /// The tier that they lead to.
    pub tier: Tier,
}

/// A change of one figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Which: `net_sales`, `business_lines`, `executive_contact`, `needs_fit` or `pay_days`.
    pub change: &'static str,
    /// By how much.
    pub by: Fact,
    /// What it becomes.
    pub to: Fact,
}

/// A change before it is tried.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    Sales(Money),
    Lines(u32),
    Visits(u32),
    Fit(f64),
    PayWithin(f64),
}

impl Change {
    fn apply(self, features: &mut ClientFeatures, config: &Config) {
        match self {
            Self::Sales(more) => features.add_sales(more, &config.features),
            Self::Lines(more) => features.lines = features.lines.map(|lines| lines + more),
            Self::Visits(more) => {
                features.exec_visits = features.exec_visits.map(|visits| visits + f64::from(more));
            }
            Self::Fit(fit) => features.needs_fit = Some(fit),
            Self::PayWithin(days) => features.pay_within(days, &config.features),
        }
    }

    fn step(self, before: &ClientFeatures) -> Step {
        let number = |value: f64| Fact::Number(value);
        let known = |value: Option<f64>| value.unwrap_or(0.0);
        let (change, by, to) = match self {
            Self::Sales(more) => {
                ("net_sales", Fact::Money(more), Fact::Money(before.net_sales + more))
            }
            Self::Lines(more) => {
                let to = before.lines.unwrap_or(0) + more;
                ("business_lines", Fact::Int(more.into()), Fact::Int(to.into()))
            }
            Self::Visits(more) => {
                let to = known(before.exec_visits) + f64::from(more);
                ("executive_contact", Fact::Int(more.into()), number(to))
            }
            Self::Fit(fit) => ("needs_fit", number(fit - known(before.needs_fit)), number(fit)),
            Self::PayWithin(days) => {
                ("pay_days", number(days - known(before.pay_days)), number(days))
            }
        };
        Step { change, by, to }
    }
}

/// All clients, to be scored and given tiers as if one of them were different.
#[expect(clippy::vec_box, reason = "as scores take them")]
struct Trial<'a> {
    review: &'a Review,
    /// By id, as the review was made: sums are taken in the same order.
    clients: Vec<&'a Client>,
    features: Vec<Box<ClientFeatures>>,
    active: Vec<bool>,
    segments: Vec<Option<u32>>,
    at: usize,
    threads: usize,
}

impl<'a> Trial<'a> {
    fn new(review: &'a Review, at: usize, threads: usize) -> Self {
        let mut clients: Vec<&Client> = review.clients.iter().collect();
        clients.sort_by(|a, b| a.client_id.cmp(&b.client_id));
        let id = &review.clients[at].client_id;
        Self {
            review,
            at: clients.iter().position(|client| client.client_id == *id).unwrap_or(at),
            features: clients.iter().map(|client| client.features.clone()).collect(),
            active: clients.iter().map(|client| client.active).collect(),
            segments: score::segments(
                clients.iter().map(|client| client.belongs()),
                &review.config.score.segment,
            ),
            clients,
            threads,
        }
    }

    /// The tier that the client would have.
    fn tier(&mut self, changes: &[Change]) -> Option<Tier> {
        let config = &self.review.config;
        let mut own = self.clients[self.at].features.clone();
        for change in changes {
            change.apply(&mut own, config);
        }
        self.features[self.at] = own;
        share_out(&mut self.features);
        let scores =
            score::score(&self.features, &self.active, &self.segments, &config.score, self.threads);
        let cases: Vec<Case<'_>> = self
            .clients
            .iter()
            .zip(&self.features)
            .zip(&scores.clients)
            .map(|((client, features), score)| Case {
                client_id: &client.client_id,
                features,
                stage: client.stage,
                active: client.active,
                score: score.score,
                coverage: score.coverage,
                owner: client.owner.as_deref(),
                memory: client.memory(),
            })
            .collect();
        tier::assign(&cases, config, self.threads).get(self.at)?.tier
    }
}

/// Looks for what moves one client to a tier.
struct Search<'a> {
    trial: Trial<'a>,
    wanted: Tier,
    most_sales: Option<Money>,
}

impl Search<'_> {
    fn reaches(&mut self, changes: &[Change]) -> bool {
        self.trial.tier(changes).is_some_and(|tier| tier <= self.wanted)
    }

    /// The first of these changes that is enough beside the others.
    fn first(&mut self, options: &[Change], with: &[Change]) -> Option<Vec<Change>> {
        options.iter().find_map(|change| {
            let all = [with, &[*change]].concat();
            self.reaches(&all).then_some(all)
        })
    }

    /// The least additional sales, to three digits, that are enough beside the others; none beyond `most`.
    fn sales(&mut self, with: &[Change], most: Option<Money>) -> Option<Vec<Change>> {
        let most = most?;
        let mut all = vec![Change::Sales(most)];
        all.extend(with);
        if !self.reaches(&all) {
            return None;
        }
        let (mut low, mut high) = (0, most.0);
        while high - low > digit(high) / 2 {
            let middle = low + (high - low) / 2;
            all[0] = Change::Sales(Money(middle));
            if self.reaches(&all) { high = middle } else { low = middle }
        }
        let digit = digit(high);
        all[0] = Change::Sales(Money((high + digit - 1) / digit * digit));
        // More sales may do less where the scale moves with them: then what was found stands as it is.
        if !self.reaches(&all) {
            all[0] = Change::Sales(Money(high));
        }
        Some(all)
    }
}

/// The unit of the third digit of an amount, at least one hundredth.
fn digit(amount: i64) -> i64 {
    let mut unit = 1;
    while amount / unit >= 1_000 {
        unit *= 10;
    }
    unit.max(Money::SCALE / 100)
}

/// What would move the client at a position one tier up. `lines` is the number of business lines that anybody buys.
pub(super) fn reach(review: &Review, at: usize, lines: usize, threads: usize) -> Option<Reach> {
    let client = review.clients.get(at)?;
    let wanted = above(client.tier_computed?)?;
    let sales = client.features.net_sales;
    let most_sales = (sales > Money::ZERO).then(|| Money(sales.0.saturating_mul(MOST_SALES)));
    let mut search = Search { trial: Trial::new(review, at, threads), wanted, most_sales };
    let options = options(client, lines, &review.config);
    let found = ways(&mut search, &options);
    let ways = found.into_iter().take(TOLD).map(|changes| Way {
        tier: search.trial.tier(&changes).unwrap_or(wanted),
        steps: changes.into_iter().map(|change| change.step(&client.features)).collect(),
    });
    Some(Reach { tier: wanted, ways: ways.collect(), most_sales })
}

/// What can be changed beside sales, kind by kind, the smallest change first.
fn options(client: &Client, lines: usize, config: &Config) -> Vec<Vec<Change>> {
    let features = &client.features;
    let more_lines = features.lines.map_or(0, |own| (lines as u32).saturating_sub(own));
    let visits = features.exec_visits.map_or(0, |_| MOST_VISITS);
    let fits = features.needs_fit.into_iter().flat_map(|fit| {
        let up = (1..).map(move |more| fit + f64::from(more)).take_while(|to| *to < BEST_FIT);
        up.chain((fit < BEST_FIT).then_some(BEST_FIT))
    });
    let limits = [config.caps.pay_days, config.features.credit_days];
    let faster = limits.into_iter().filter(|to| features.pay_days.is_some_and(|days| days > *to));
    let kinds: [Vec<Change>; 4] = [
        (1..=more_lines).map(Change::Lines).collect(),
        (1..=visits).map(Change::Visits).collect(),
        fits.map(Change::Fit).collect(),
        faster.map(Change::PayWithin).collect(),
    ];
    kinds.into_iter().filter(|kind| !kind.is_empty()).collect()
}

/// Ways that are enough, the simplest first: one change, else two, else all that helps together.
fn ways(search: &mut Search<'_>, options: &[Vec<Change>]) -> Vec<Vec<Change>> {
    let mut found: Vec<Vec<Change>> = search.sales(&[], search.most_sales).into_iter().collect();
    found.extend(options.iter().filter_map(|kind| search.first(kind, &[])));
    if !found.is_empty() {
        return found;
    }
    for (at, kind) in options.iter().enumerate() {
        for other in &options[at + 1..] {
            // The least of one beside the most of the other, then the least of that.
            let most = other.last().copied();
            let first = most.and_then(|most| search.first(kind, &[most]));
            let first = first.and_then(|both| both.last().copied());
            found.extend(first.and_then(|first| search.first(other, &[first])));
        }
    }
    // The one that needs the least sales beside as little as is enough with the most.
    let (mut best, mut limit) = (None, search.most_sales);
    for kind in options {
        let Some(most) = limit else { break };
        let least = kind.iter().find(|change| search.reaches(&[Change::Sales(most), **change]));
        let way = least.and_then(|least| search.sales(&[*least], limit));
        if let Some(Change::Sales(more)) = way.as_ref().and_then(|way| way.first()) {
            (limit, best) = (Some(*more), way);
        }
    }
    let mut ways: Vec<Vec<Change>> = best.into_iter().collect();
    ways.extend(found);
    if ways.is_empty() {
        ways.extend(together(search, options));
    }
    ways
}

/// The most of every kind together, and then as little of each as is still enough; sales where they are needed.
fn together(search: &mut Search<'_>, options: &[Vec<Change>]) -> Option<Vec<Change>> {
    let most: Vec<Change> = options.iter().filter_map(|kind| kind.last().copied()).collect();
    let with_sales = |changes: &[Change], sales: Option<Money>| {
        let sales = sales.map(Change::Sales);
        sales.into_iter().chain(changes.iter().copied()).collect::<Vec<Change>>()
    };
    let sales = if search.reaches(&most) { None } else { Some(search.most_sales?) };
    if !search.reaches(&with_sales(&most, sales)) {
        return None;
    }
    let mut kept = most;
    for kind in options {
        let Some(at) = kept.iter().position(|change| kind.contains(change)) else {
            continue;
        };
        let mut without = kept.clone();
        without.remove(at);
        if search.reaches(&with_sales(&without, sales)) {
            kept = without;
            continue;
        }
        let least = kind.iter().copied().find(|change| {
            kept[at] = *change;
            search.reaches(&with_sales(&kept, sales))
        });
        kept[at] = least.or_else(|| kind.last().copied())?;
    }
    match sales {
        None => Some(kept),
        Some(_) => search.sales(&kept, sales),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_three_digits() {
        let unit = Money::SCALE;
        for (amount, expected) in [
            (182_345 * unit, 1_000 * unit),
            (1_500 * unit, 10 * unit),
            (12 * unit, 1_000),
            (0, 100),
        ] {
            assert_eq!(digit(amount), expected, "{amount}");
        }
    }
}
