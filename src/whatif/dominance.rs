//! Pairs of clients whose order no weighting can change.
//!
//! Client A stays ahead of B under every weighting (each metric that counts has some weight above zero, whatever it is) when all
//! of this holds:
//! - in each metric that both have, A has at least as many points;
//! - where B has a metric that A lacks, those points of B are at most the lowest that A has in the group of the metric, or,
//!   where A lacks the whole group, at most the lowest that A has at all;
//! - where A has a metric that B lacks, those points of A are at least the highest that B has in the group, or, where B lacks
//!   the whole group, at least the highest that B has at all.
//!
//! That is enough: group by group the mean of A is then at least that of B, groups that only A has lie above all of B, and those that
//! only B has lie below all of A; so the mean of A over its groups is at least that of B over its own. And it is needed: where one of
//! the points fails, a weighting that puts nearly everything on those one or two metrics puts B ahead. Both hold for
//! either way of putting groups together. Clients that are equal under every weighting are ordered by net sales, which no
//! weighting changes either.

use std::ops::Range;

use crate::money::round12;
use crate::parallel;
use crate::score::{ByMetric, Group};

/// Clients that a thread looks at together: their sets of clients take 5 MB where there are 47,000.
const BLOCK: usize = 1024;

/// The points of a client, metric by metric; missing ones are not a number.
pub type Points = Vec<f64>;

/// How many pairs of the clients have an order that no weighting can change. `groups` has the group of each metric; those that
/// count in no weighting must not be among them.
#[must_use]
pub fn fixed_pairs(clients: &[&ByMetric], metrics: &[(usize, Group)], threads: usize) -> u64 {
    let points: Vec<Points> = clients
        .iter()
        .map(|points| {
            let of = |(metric, _): &(usize, Group)| points.at(*metric).map_or(f64::NAN, round12);
            metrics.iter().map(of).collect()
        })
        .filter(|points: &Points| points.iter().any(|points| !points.is_nan()))
        .collect();
    // Whoever has no points comes last under every weighting.
    let without = (clients.len() - points.len()) as u64;
    let with = points.len() as u64;
    let settled = without * with + without * without.saturating_sub(1) / 2;
    let groups: Vec<Group> = metrics.iter().map(|(_, group)| *group).collect();
    settled + fixed(&points, &groups, threads)
}

fn fixed(points: &[Points], groups: &[Group], threads: usize) -> u64 {
    let below = Sweep::new(points, groups);
    // Being dominated is dominating with all signs turned.
    let turned: Vec<Points> =
        points.iter().map(|points| points.iter().map(|points| -points).collect()).collect();
    let above = Sweep::new(&turned, groups);
    let blocks: Vec<usize> = (0..points.len()).step_by(BLOCK).collect();
    let jobs = parallel::shares(blocks.len(), threads)
        .into_iter()
        .map(|share| {
            let (blocks, below, above) = (&blocks[share], &below, &above);
            move || -> u64 {
                let block = |from: &usize| *from..(*from + BLOCK).min(points.len());
                blocks.iter().map(|from| in_block(below, above, &block(from))).sum()
            }
        })
        .collect();
    parallel::join(jobs).into_iter().sum()
}

/// Pairs of a client in the range and one after it.
fn in_block(below: &Sweep<'_>, above: &Sweep<'_>, range: &Range<usize>) -> u64 {
    let (mut below, above) = (below.rows(range), above.rows(range));
    let mut count = 0;
    for (row, (below, above)) in below.iter_mut().zip(&above).enumerate() {
        for (a, b) in below.iter_mut().zip(above) {
            *a |= b;
        }
        let own = range.start + row;
        // Only those after it: every pair once.
        let first = (own + 1) / 64;
        let from = (own + 1) % 64;
        for (at, word) in below.iter().enumerate().skip(first) {
            let word = if at == first { word & (u64::MAX << from) } else { *word };
            count += u64::from(word.count_ones());
        }
    }
    count
}

/// A set of clients, one bit each.
type Bits = Vec<u64>;

/// For each metric, what the clients are to be measured by, in ascending order.
struct Sweep<'a> {
    points: &'a [Points],
    lowest: Vec<Extremes>,
    groups: &'a [Group],
    /// Metric → clients by their own points, else by the highest of the group, else by the highest of all.
    to_known: Vec<Vec<(f64, u32)>>,
    /// Metric → clients by their own points; those that lack the metric are never in the way.
    to_unknown: Vec<Vec<(f64, u32)>>,
}

/// An extreme of each group and of all points; `None` for a group without points.
struct Extremes {
    groups: [Option<f64>; 3],
    all: f64,
}

impl Extremes {
    fn of(points: &[f64], groups: &[Group], pick: fn(f64, f64) -> f64) -> Self {
        let mut found = [None; 3];
        for (points, group) in points.iter().zip(groups) {
            if !points.is_nan() {
                let place = &mut found[*group as usize];
                *place = Some(place.map_or(*points, |other| pick(other, *points)));
            }
        }
        let all = found.iter().flatten().copied().reduce(pick).unwrap_or(f64::NAN);
        Self { groups: found, all }
    }

    fn stands_in(&self, group: Group) -> f64 {
        self.groups[group as usize].unwrap_or(self.all)
    }
}

impl<'a> Sweep<'a> {
    fn new(points: &'a [Points], groups: &'a [Group]) -> Self {
        let extremes = |pick| {
            points.iter().map(|points| Extremes::of(points, groups, pick)).collect::<Vec<_>>()
        };
        let (lowest, highest) = (extremes(f64::min), extremes(f64::max));
        let sorted = |value: &dyn Fn(usize) -> f64| {
            let mut list: Vec<(f64, u32)> =
                (0..points.len()).map(|at| (value(at), at as u32)).collect();
            list.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            list
        };
        let own = |metric: usize, at: usize| Some(points[at][metric]).filter(|own| !own.is_nan());
        let metrics = groups.iter().enumerate();
        let to_known = metrics.clone().map(|(metric, group)| {
            sorted(&|at| own(metric, at).unwrap_or_else(|| highest[at].stands_in(*group)))
        });
        let to_unknown =
            metrics.map(|(metric, _)| sorted(&|at| own(metric, at).unwrap_or(f64::NEG_INFINITY)));
        let (to_known, to_unknown) = (to_known.collect(), to_unknown.collect());
        Self { points, lowest, groups, to_known, to_unknown }
    }

    /// For each client of the range, the clients that it is at least equal to under every weighting.
    fn rows(&self, range: &Range<usize>) -> Vec<Bits> {
        let words = self.points.len().div_ceil(64);
        let mut rows = vec![vec![u64::MAX; words]; range.len()];
        if let Some(last) = words.checked_sub(1) {
            let rest = self.points.len() % 64;
            for row in &mut rows {
                row[last] = if rest == 0 { u64::MAX } else { (1 << rest) - 1 };
            }
        }
        for (metric, group) in self.groups.iter().enumerate() {
            let known = |at: &usize| !self.points[*at][metric].is_nan();
            let having = range.clone().filter(known).map(|at| (self.points[at][metric], at));
            narrow(&mut rows, range.start, having.collect(), &self.to_known[metric]);
            let lacking = range.clone().filter(|at| !known(at));
            let lacking = lacking.map(|at| (self.lowest[at].stands_in(*group), at));
            narrow(&mut rows, range.start, lacking.collect(), &self.to_unknown[metric]);
        }
        rows
    }
}

/// Keeps in the row of each client only those whose value is at most its limit.
fn narrow(rows: &mut [Bits], start: usize, mut limits: Vec<(f64, usize)>, values: &[(f64, u32)]) {
    limits.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut reached: Bits = vec![0; values.len().div_ceil(64)];
    let mut values = values.iter().peekable();
    for (limit, at) in limits {
        while let Some((_, client)) = values.next_if(|(value, _)| *value <= limit) {
            reached[*client as usize / 64] |= 1 << (client % 64);
        }
        for (row, reached) in rows[at - start].iter_mut().zip(&reached) {
            *row &= reached;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::Aggregation;
    use crate::score::{METRICS, Weighing};

    /// Metrics of all three groups: two of contribution, two of synergy, one of potential.
    const USED: [usize; 5] = [0, 1, 2, 3, 6];

    fn metrics() -> Vec<(usize, Group)> {
        USED.iter().map(|at| (*at, METRICS[*at].group())).collect()
    }

    fn client(points: &[Option<f64>]) -> ByMetric {
        let mut all = vec![None; METRICS.len()];
        for (at, points) in USED.iter().zip(points) {
            all[*at] = *points;
        }
        all.into_iter().collect()
    }

    /// Whether some weighting puts each of the two ahead: nearly everything on one metric, next to everything of the rest on
    /// another.
    fn turns(a: &ByMetric, b: &ByMetric, aggregation: Aggregation) -> bool {
        let (mut ahead, mut behind) = (false, false);
        for first in USED {
            for second in USED {
                let weight = |at: usize| match at {
                    at if at == first => 1.0,
                    at if at == second => 1e-5,
                    at if USED.contains(&at) => 1e-10,
                    _ => 0.0,
                };
                let weights: Vec<f64> = (0..METRICS.len()).map(weight).collect();
                let weighing = Weighing::with(weights, aggregation);
                if let (Some(a), Some(b)) = (weighing.score(a), weighing.score(b)) {
                    ahead |= a > b + 1e-13;
                    behind |= a < b - 1e-13;
                }
            }
        }
        ahead && behind
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn agrees_with_weightings_tried_out(
            given in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.7, 0_u8..4), 5), 2..7),
        ) {
            let clients: Vec<ByMetric> = given
                .iter()
                .map(|points| {
                    client(&points.iter().map(|points| points.map(|points| 25.0 + 25.0 * f64::from(points))).collect::<Vec<_>>())
                })
                .collect();
            let refs: Vec<&ByMetric> = clients.iter().collect();
            let mut expected = 0;
            for (at, a) in clients.iter().enumerate() {
                for b in &clients[at + 1..] {
                    let turns = turns(a, b, Aggregation::Arithmetic);
                    expected += u64::from(!turns);
                    prop_assert_eq!(turns, self::turns(a, b, Aggregation::Geometric));
                }
            }
            prop_assert_eq!(fixed_pairs(&refs, &metrics(), 2), expected);
        }
    }

    #[test]
    fn many_clients_in_blocks() {
        // In a line every pair is fixed; each with one of two metrics better than the other, none.
        let line: Vec<ByMetric> =
            (0..2_500).map(|at| client(&[Some(f64::from(at) / 50.0); 5])).collect();
        let refs: Vec<&ByMetric> = line.iter().collect();
        assert_eq!(fixed_pairs(&refs, &metrics(), 1), 2_500 * 2_499 / 2);
        let cross: Vec<ByMetric> = (0..2_500)
            .map(|at| client(&[Some(f64::from(at) / 50.0), Some(100.0 - f64::from(at) / 50.0)]))
            .collect();
        let refs: Vec<&ByMetric> = cross.iter().collect();
        assert_eq!(fixed_pairs(&refs, &metrics(), 3), 0);
        assert_eq!(fixed_pairs(&[], &metrics(), 3), 0);
    }

    #[test]
    fn without_points_the_order_is_settled() {
        let clients = [client(&[]), client(&[Some(1.0)]), client(&[])];
        let refs: Vec<&ByMetric> = clients.iter().collect();
        assert_eq!(fixed_pairs(&refs, &metrics(), 1), 3);
    }
}
