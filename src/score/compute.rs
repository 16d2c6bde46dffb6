//! From points to the score of each client.

use std::borrow::Borrow;

use crate::config;
use crate::features::ClientFeatures;
use crate::parallel;

use super::{ByGroup, ByMetric, Model, Scales, Weighing, Weighings};

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
    /// By metric, in the order of the [`Model`].
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

/// Scores every client. Scales and coverage of the model come from active clients; `segments` has the position of the segment
/// of each, and is empty where there are no segments.
#[must_use]
pub fn score<F: Borrow<ClientFeatures> + Sync>(
    features: &[F],
    active: &[bool],
    segments: &[Option<u32>],
    config: &config::Score,
    threads: usize,
) -> Scores {
    let model = Model::of(config);
    let scales = Scales::find(features, active, config);
    let weighings = Weighings::new(&model, config);
    let jobs = parallel::ranges(features.len(), threads)
        .into_iter()
        .map(|range| {
            let (scales, model) = (&scales, &model);
            move || -> Vec<ByMetric> {
                let points = |features: &F| points(features.borrow(), model, scales, config);
                features[range].iter().map(points).collect()
            }
        })
        .collect();
    let points: Vec<Vec<ByMetric>> = parallel::join(jobs);
    let has_data: Vec<bool> = (0..model.len())
        .map(|at| {
            let mut points = points.iter().flatten().zip(active);
            points.any(|(points, active)| *active && points.at(at).is_some())
        })
        .collect();
    let coverage = |weighing: &Weighing| -> f64 {
        weighing.weights().zip(&has_data).filter(|(_, has)| **has).map(|(weight, _)| weight).sum()
    };
    let coverages: Vec<f64> = weighings.iter().map(coverage).collect();
    let ranges = parallel::ranges(features.len(), threads);
    let jobs = points
        .into_iter()
        .zip(ranges)
        .map(|(points, range)| {
            let (weighings, coverages) = (&weighings, &coverages);
            move || -> Vec<ClientScore> {
                let score = |(points, at): (ByMetric, usize)| {
                    let place = weighings.place(segments.get(at).copied().flatten());
                    one(points, weighings.at(place), coverages[place])
                };
                points.into_iter().zip(range).map(score).collect()
            }
        })
        .collect();
    let clients = parallel::join(jobs).into_iter().flatten().collect();
    Scores { scales, model_coverage: coverages[0], clients }
}

fn points(
    features: &ClientFeatures,
    model: &Model,
    scales: &Scales,
    config: &config::Score,
) -> ByMetric {
    let points = model.iter().zip(&scales.0).map(|(metric, (goalposts, _))| {
        let value = metric.value(features, config)?;
        Some(if goalposts.0.is_empty() { 0.0 } else { goalposts.points(value) })
    });
    model.by_metric(points)
}

fn one(points: ByMetric, weighing: &Weighing, model_coverage: f64) -> ClientScore {
    let weighed = weighing.weigh(&points);
    let adds = weighing.adds(&points, &weighed);
    let known: f64 = weighed.known.iter().sum();
    let coverage = if model_coverage > 0.0 { 100.0 * known / model_coverage } else { 0.0 };
    ClientScore { points, adds, groups: ByGroup(weighed.groups), score: weighed.score, coverage }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::METRICS;
    use super::*;
    use crate::config::Aggregation;

    fn weighing(aggregation: Aggregation) -> Weighing {
        let weights = [20.0, 20.0, 10.0, 10.0, 5.0, 5.0, 12.0, 8.0, 6.0, 4.0];
        let groups = METRICS.iter().map(|metric| metric.group());
        Weighing::new(groups.zip(weights).collect(), aggregation)
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
