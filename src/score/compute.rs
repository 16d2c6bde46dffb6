//! From points to the score of each client.

use std::borrow::Borrow;

use crate::config::{self, Aggregation};
use crate::features::ClientFeatures;
use crate::parallel;

use super::{ByGroup, ByMetric, Group, METRICS, Scales};

/// The scores of all clients.
#[derive(Clone, Debug)]
pub struct Scores {
    /// The goalposts in force.
    pub scales: Scales,
    /// Σ weight of the metrics that at least one active client has points for.
    pub model_coverage: f64,
    /// One per client.
    pub clients: Vec<ClientScore>,
}

/// The score of one client.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientScore {
    /// By metric, in the order of [`METRICS`].
    pub points: ByMetric,
    /// What each metric adds to the score.
    pub adds: ByMetric,
    /// By group.
    pub groups: ByGroup,
    /// 0–100; `None` without any points.
    pub score: Option<f64>,
    /// 0–100: weight of the metrics with points, of the model's.
    pub coverage: f64,
}

/// Scores every client. Scales and coverage of the model come from active clients.
#[must_use]
pub fn score<F: Borrow<ClientFeatures> + Sync>(
    features: &[F],
    active: &[bool],
    config: &config::Score,
    threads: usize,
) -> Scores {
    let scales = Scales::find(features, active, config);
    let weighing = Weighing::new(config);
    let jobs = parallel::ranges(features.len(), threads)
        .into_iter()
        .map(|range| {
            let scales = &scales;
            move || -> Vec<ByMetric> {
                let points = |features: &F| points(features.borrow(), scales, config);
                features[range].iter().map(points).collect()
            }
        })
        .collect();
    let points: Vec<Vec<ByMetric>> = parallel::join(jobs);
    let model_coverage = weighing
        .plan
        .iter()
        .enumerate()
        .filter(|(at, _)| {
            let points = points.iter().flatten().zip(active);
            points.into_iter().any(|(points, active)| *active && points.at(*at).is_some())
        })
        .map(|(_, (_, weight))| weight)
        .sum();
    let jobs = points
        .into_iter()
        .map(|points| {
            let weighing = &weighing;
            move || -> Vec<ClientScore> {
                let score = |points| one(points, weighing, model_coverage);
                points.into_iter().map(score).collect()
            }
        })
        .collect();
    let clients = parallel::join(jobs).into_iter().flatten().collect();
    Scores { scales, model_coverage, clients }
}

fn points(features: &ClientFeatures, scales: &Scales, config: &config::Score) -> ByMetric {
    METRICS
        .iter()
        .zip(&scales.0)
        .map(|(metric, (goalposts, _))| {
            let value = metric.value(features, config)?;
            Some(if goalposts.0.is_empty() { 0.0 } else { goalposts.points(value) })
        })
        .collect()
}

/// Weights, and how groups are put together.
#[derive(Clone, Debug)]
pub struct Weighing {
    /// Group and weight of each metric, in the order of [`METRICS`].
    plan: Vec<(Group, f64)>,
    group_weights: [f64; 3],
    aggregation: Aggregation,
}

/// The score of some points, and what it is made of.
struct Weighed {
    groups: [Option<f64>; 3],
    /// By group: Σ weight of its metrics that have points.
    known: [f64; 3],
    /// Σ weight of the groups that have points.
    total: f64,
    score: Option<f64>,
}

impl Weighing {
    /// That of the settings.
    #[must_use]
    pub fn new(config: &config::Score) -> Self {
        let weight = |code| config.weights.get(code).copied().unwrap_or(0.0);
        let weights = METRICS.iter().map(|metric| weight(metric.code()));
        Self::with(weights, config.aggregation)
    }

    /// That of weights in the order of [`METRICS`].
    #[must_use]
    pub fn with(weights: impl IntoIterator<Item = f64>, aggregation: Aggregation) -> Self {
        let groups = METRICS.iter().map(|metric| metric.group());
        let plan: Vec<(Group, f64)> = groups.zip(weights).collect();
        let mut group_weights = [0.0; 3];
        for (group, weight) in &plan {
            group_weights[*group as usize] += weight;
        }
        Self { plan, group_weights, aggregation }
    }

    /// The weights, in the order of [`METRICS`].
    pub fn weights(&self) -> impl Iterator<Item = f64> + '_ {
        self.plan.iter().map(|(_, weight)| *weight)
    }

    /// The score of a client's points; `None` without any.
    #[must_use]
    pub fn score(&self, points: &ByMetric) -> Option<f64> {
        self.weigh(points).score
    }

    fn weigh(&self, points: &ByMetric) -> Weighed {
        let mut sums = [0.0; 3];
        let mut known = [0.0; 3];
        for ((group, weight), points) in self.plan.iter().zip(points.iter()) {
            let place = *group as usize;
            if let Some(points) = points {
                known[place] += weight;
                sums[place] += weight * points;
            }
        }
        let mut groups = [None; 3];
        for place in 0..3 {
            if known[place] > 0.0 {
                groups[place] = Some(sums[place] / known[place]);
            }
        }
        let counts = |place: &usize| groups[*place].is_some();
        let total: f64 = (0..3).filter(counts).map(|place| self.group_weights[place]).sum();
        let score = (total > 0.0).then(|| {
            let parts = groups
                .iter()
                .zip(&self.group_weights)
                .filter_map(|(group, weight)| Some(((*group)?, *weight)));
            match self.aggregation {
                Aggregation::Arithmetic => {
                    parts.map(|(group, weight)| weight * group).sum::<f64>() / total
                }
                Aggregation::Geometric => {
                    parts.map(|(group, weight)| group.powf(weight / total)).product()
                }
            }
        });
        Weighed { groups, known, total, score }
    }
}

fn one(points: ByMetric, weighing: &Weighing, model_coverage: f64) -> ClientScore {
    let Weighed { groups, known, total, score } = weighing.weigh(&points);
    let adds = weighing
        .plan
        .iter()
        .enumerate()
        .map(|(at, (group, weight))| {
            let place = *group as usize;
            let (own, group, score) = (points.at(at)?, groups[place]?, score?);
            if total <= 0.0 || known[place] <= 0.0 {
                return None;
            }
            // The metric's part of its group's weight among the groups that count.
            let share = weighing.group_weights[place] / total * weight / known[place];
            Some(match weighing.aggregation {
                Aggregation::Arithmetic => share * own,
                Aggregation::Geometric if group > 0.0 => score * share * own / group,
                Aggregation::Geometric => 0.0,
            })
        })
        .collect();
    let known: f64 = known.iter().sum();
    let coverage = if model_coverage > 0.0 { 100.0 * known / model_coverage } else { 0.0 };
    ClientScore { points, adds, groups: ByGroup(groups), score, coverage }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weighing(aggregation: Aggregation) -> Weighing {
        let weights = [20.0, 20.0, 10.0, 10.0, 5.0, 5.0, 12.0, 8.0, 6.0, 4.0];
        Weighing::with(weights, aggregation)
    }

    proptest! {
        #[test]
        fn adds_sum_to_a_score_within_bounds(
            points in prop::collection::vec(prop::option::of(0.0_f64..=100.0), 10), geometric in any::<bool>(),
        ) {
            let aggregation = if geometric { Aggregation::Geometric } else { Aggregation::Arithmetic };
            let client = one(points.into_iter().collect(), &weighing(aggregation), 100.0);
            match client.score {
                None => prop_assert!(client.points.iter().all(|points| points.is_none())),
                Some(score) => {
                    prop_assert!((0.0..=100.0 + 1e-9).contains(&score));
                    let sum: f64 = client.adds.iter().flatten().sum();
                    prop_assert!((sum - score).abs() < 1e-9, "{} {}", sum, score);
                }
            }
        }
    }

    #[test]
    fn missing_is_not_zero() {
        let mut points = vec![None; 10];
        points[0] = Some(80.0);
        let client = one(points.into_iter().collect(), &weighing(Aggregation::Arithmetic), 100.0);
        assert_eq!((client.score, client.coverage), (Some(80.0), 20.0));
    }
}
