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
use crate::score::{ByMetric, Group, Weighings};

/// Clients that a thread looks at together: their sets of clients take 5 MB where there are 47,000.
const BLOCK: usize = 1024;

/// The points of a client, metric by metric; missing ones are not a number.
pub type Points = Vec<f64>;

/// How many pairs of the clients have an order that no weighting can change. `places` has where the weights of each stand;
/// metrics without weight do not count.
///
/// Clients that are scored by different weights can be moved independently: one stays ahead of the other where its lowest points
/// are at least the highest of the other.
#[must_use]
pub fn fixed_pairs(
    clients: &[&ByMetric],
    places: &[usize],
    weighings: &Weighings,
    threads: usize,
) -> u64 {
    let parts: Vec<(Vec<Points>, Vec<Group>)> = weighings
        .iter()
        .enumerate()
        .map(|(place, weighing)| {
            let metrics: Vec<(usize, Group)> = weighing
                .weights()
                .zip(weighing.groups())
                .enumerate()
                .filter(|(_, (weight, _))| *weight > 0.0)
                .map(|(at, (_, group))| (at, group))
                .collect();
            let own = clients.iter().zip(places).filter(|(_, at)| **at == place);
            let of = |points: &ByMetric| -> Points {
                let of = |at: usize| points.at(at).map_or(f64::NAN, round12);
                metrics.iter().map(|(metric, _)| of(*metric)).collect()
            };
            let groups: Vec<Group> = metrics.iter().map(|(_, group)| *group).collect();
            let points: Vec<Points> = own
                .map(|(points, _)| of(points))
                .filter(|points| points.iter().any(|points| !points.is_nan()))
                .filter(|points| !weighing.is_nothing(points, &groups))
                .collect();
            (points, groups)
        })
        .collect();
    // Whoever has no points comes last under every weighting; before them come those whose score always is nothing.
    let with: u64 = parts.iter().map(|(points, _)| points.len() as u64).sum();
    let without = clients.len() as u64 - with;
    let settled = without * with + without * without.saturating_sub(1) / 2;
    let within: u64 = parts.iter().map(|(points, groups)| fixed(points, groups, threads)).sum();
    let ranges: Vec<Vec<(f64, f64)>> = parts
        .iter()
        .map(|(points, _)| points.iter().map(|points| range(points)).collect())
        .collect();
    let across = ranges.iter().enumerate().flat_map(|(at, a)| {
        let others = &ranges[at + 1..];
        others.iter().map(move |b| apart(a, b))
    });
    settled + within + across.sum::<u64>()
}

/// The lowest and the highest of the points that are known.
fn range(points: &[f64]) -> (f64, f64) {
    let known = || points.iter().copied().filter(|points| !points.is_nan());
    (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max))
}

/// Pairs of one of each side whose ranges do not overlap; they may touch.
fn apart(a: &[(f64, f64)], b: &[(f64, f64)]) -> u64 {
    let mut lowest: Vec<f64> = b.iter().map(|(low, _)| *low).collect();
    let mut highest: Vec<f64> = b.iter().map(|(_, high)| *high).collect();
    let mut flat: Vec<f64> =
        b.iter().filter(|(low, high)| low >= high).map(|(low, _)| *low).collect();
    for list in [&mut lowest, &mut highest, &mut flat] {
        list.sort_unstable_by(f64::total_cmp);
    }
    let below = |list: &[f64], limit: f64| list.partition_point(|value| *value < limit) as u64;
    let up_to = |list: &[f64], limit: f64| list.partition_point(|value| *value <= limit) as u64;
    a.iter()
        .map(|(low, high)| {
            let ahead = up_to(&highest, *low);
            let behind = lowest.len() as u64 - below(&lowest, *high);
            // Both, where all points of both are the same.
            let same = if low >= high { up_to(&flat, *low) - below(&flat, *low) } else { 0 };
            ahead + behind - same
        })
        .sum()
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
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::config::{Aggregation, Segment};
    use crate::score::{METRICS, Model, Weighing};

    /// Metrics of all three groups: two of contribution, two of synergy, one of potential.
    const USED: [usize; 5] = [0, 1, 2, 3, 6];

    /// Weights that count in these metrics alone.
    fn weights(metrics: &[usize], weight: impl Fn(usize) -> f64) -> BTreeMap<String, f64> {
        metrics.iter().map(|at| (METRICS[*at].code().to_owned(), weight(*at))).collect()
    }

    /// All are scored alike, by the metrics in use.
    fn all_alike(clients: &[&ByMetric], threads: usize) -> u64 {
        put_together(clients, threads, Aggregation::Arithmetic)
    }

    fn put_together(clients: &[&ByMetric], threads: usize, aggregation: Aggregation) -> u64 {
        let model = Model::of(&crate::config::Score::default());
        let weighings = Weighings::of(&model, &weights(&USED, |_| 1.0), &[], aggregation);
        fixed_pairs(clients, &vec![0; clients.len()], &weighings, threads)
    }

    fn client(points: &[Option<f64>]) -> ByMetric {
        let mut all = vec![None; METRICS.len()];
        for (at, points) in USED.iter().zip(points) {
            all[*at] = *points;
        }
        all.into_iter().collect()
    }

    /// Whether some weighting of the metrics in use puts each of the two ahead: nearly everything on one, next to everything of
    /// the rest on another.
    fn turns(a: &ByMetric, b: &ByMetric, used: &[usize], aggregation: Aggregation) -> bool {
        let (mut ahead, mut behind) = (false, false);
        for first in used {
            for second in used {
                let weight = |at: usize| match at {
                    at if at == *first => 1.0,
                    at if at == *second => 1e-5,
                    at if used.contains(&at) => 1e-10,
                    _ => 0.0,
                };
                let plan = METRICS.iter().enumerate().map(|(at, it)| (it.group(), weight(at)));
                let weighing = Weighing::new(plan.collect(), aggregation);
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
                    let turns = turns(a, b, &USED, Aggregation::Arithmetic);
                    expected += u64::from(!turns);
                    prop_assert_eq!(turns, self::turns(a, b, &USED, Aggregation::Geometric));
                }
            }
            prop_assert_eq!(all_alike(&refs, 2), expected);
        }
    }

    proptest! {
        #[test]
        fn nothing_in_a_group_is_nothing_in_all(
            given in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.7, 0_u8..3), 5), 2..7),
        ) {
            let clients: Vec<ByMetric> = given
                .iter()
                .map(|points| client(&points.iter().map(|points| points.map(|it| 50.0 * f64::from(it))).collect::<Vec<_>>()))
                .collect();
            let refs: Vec<&ByMetric> = clients.iter().collect();
            let mut expected = 0;
            for (at, a) in clients.iter().enumerate() {
                for b in &clients[at + 1..] {
                    expected += u64::from(!turns(a, b, &USED, Aggregation::Geometric));
                }
            }
            prop_assert_eq!(put_together(&refs, 2, Aggregation::Geometric), expected);
        }
    }

    #[test]
    fn many_clients_in_blocks() {
        // In a line every pair is fixed; each with one of two metrics better than the other, none.
        let line: Vec<ByMetric> =
            (0..2_500).map(|at| client(&[Some(f64::from(at) / 50.0); 5])).collect();
        let refs: Vec<&ByMetric> = line.iter().collect();
        assert_eq!(all_alike(&refs, 1), 2_500 * 2_499 / 2);
        let cross: Vec<ByMetric> = (0..2_500)
            .map(|at| client(&[Some(f64::from(at) / 50.0), Some(100.0 - f64::from(at) / 50.0)]))
            .collect();
        let refs: Vec<&ByMetric> = cross.iter().collect();
        assert_eq!(all_alike(&refs, 3), 0);
        assert_eq!(all_alike(&[], 3), 0);
    }

    #[test]
    fn without_points_the_order_is_settled() {
        let clients = [client(&[]), client(&[Some(1.0)]), client(&[])];
        let refs: Vec<&ByMetric> = clients.iter().collect();
        assert_eq!(all_alike(&refs, 1), 3);
    }

    proptest! {
        #[test]
        fn pairs_across_segments_agree_with_looking_at_each(
            given in prop::collection::vec((0_usize..3, prop::collection::vec(prop::option::weighted(0.7, 0_u8..4), 5)), 2..9),
        ) {
            let model = Model::of(&crate::config::Score::default());
            let segment = |metrics: &[usize]| Segment { weights: weights(metrics, |_| 1.0), ..Segment::default() };
            let segments = [segment(&[0, 2]), segment(&[6])];
            let weighings = Weighings::of(&model, &weights(&USED, |_| 1.0), &segments, Aggregation::Arithmetic);
            let counting: [&[usize]; 3] = [&USED, &[0, 2], &[6]];
            let clients: Vec<ByMetric> = given
                .iter()
                .map(|(_, points)| client(&points.iter().map(|points| points.map(f64::from)).collect::<Vec<_>>()))
                .collect();
            let places: Vec<usize> = given.iter().map(|(place, _)| *place).collect();
            let known = |at: usize| -> Vec<f64> {
                counting[places[at]].iter().filter_map(|metric| clients[at].at(*metric)).collect()
            };
            let ahead = |a: &[f64], b: &[f64]| a.iter().all(|a| b.iter().all(|b| a >= b));
            let mut expected = 0;
            for a in 0..clients.len() {
                for b in a + 1..clients.len() {
                    let (own, other) = (known(a), known(b));
                    expected += u64::from(if places[a] == places[b] && !own.is_empty() && !other.is_empty() {
                        !turns(&clients[a], &clients[b], counting[places[a]], Aggregation::Arithmetic)
                    } else {
                        ahead(&own, &other) || ahead(&other, &own)
                    });
                }
            }
            let refs: Vec<&ByMetric> = clients.iter().collect();
            prop_assert_eq!(fixed_pairs(&refs, &places, &weighings, 2), expected);
        }
    }
}
