//! From points to the score of each client.

use std::collections::BTreeMap;

use crate::config::{self, Aggregation};
use crate::features::ClientFeatures;
use crate::parallel;

use super::{ByGroup, ByMetric, Group, Model, Scales};

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

/// Scores every client. Scales and coverage of the model come from active clients.
#[must_use]
pub fn score(
    features: &[Box<ClientFeatures>],
    active: &[bool],
    config: &config::Score,
    threads: usize,
) -> Scores {
    let model = Model::of(config);
    let scales = Scales::find(features, active, config);
    let by = |weights: &BTreeMap<String, f64>| -> Plan {
        let weight = |code| weights.get(code).copied().unwrap_or(0.0);
        model.iter().map(|metric| (metric.group(), weight(metric.code()))).collect()
    };
    let plan = by(&config.weights);
    let jobs = parallel::ranges(features.len(), threads)
        .into_iter()
        .map(|range| {
            let (scales, model) = (&scales, &model);
            move || -> Vec<ByMetric> {
                let all = features[range].iter();
                all.map(|features| points(features, model, scales, config)).collect()
            }
        })
        .collect();
    let points: Vec<Vec<ByMetric>> = parallel::join(jobs);
    let has_data: Vec<bool> = (0..plan.len())
        .map(|at| {
            let mut points = points.iter().flatten().zip(active);
            points.any(|(points, active)| *active && points.at(at).is_some())
        })
        .collect();
    let coverage = |plan: &Plan| -> f64 {
        plan.iter().zip(&has_data).filter(|(_, has)| **has).map(|((_, weight), _)| weight).sum()
    };
    let model_coverage = coverage(&plan);
    let segments: Vec<(Plan, f64)> = config
        .segment
        .iter()
        .map(|segment| by(&segment.weights))
        .map(|plan| (coverage(&plan), plan))
        .map(|(coverage, plan)| (plan, coverage))
        .collect();
    let plan = (plan, model_coverage);
    let ranges = parallel::ranges(features.len(), threads);
    let jobs = points
        .into_iter()
        .zip(ranges)
        .map(|(points, range)| {
            let (plan, segments) = (&plan, &segments);
            move || -> Vec<ClientScore> {
                let score = |(points, segment): (ByMetric, Option<u32>)| {
                    let own = segment.and_then(|at| segments.get(at as usize));
                    let (plan, coverage) = own.unwrap_or(plan);
                    one(points, plan, *coverage, config.aggregation)
                };
                let own = features[range].iter().map(|features| features.segment);
                points.into_iter().zip(own).map(score).collect()
            }
        })
        .collect();
    let clients = parallel::join(jobs).into_iter().flatten().collect();
    Scores { scales, model_coverage, clients }
}

fn points(
    features: &ClientFeatures,
    model: &Model,
    scales: &Scales,
    config: &config::Score,
) -> ByMetric {
    let points: ByMetric = model
        .iter()
        .zip(&scales.0)
        .map(|(metric, (goalposts, _))| {
            let value = metric.value(features, config)?;
            Some(if goalposts.0.is_empty() { 0.0 } else { goalposts.points(value) })
        })
        .collect();
    points.of(model.codes())
}

/// Group and weight of each metric.
type Plan = Vec<(Group, f64)>;

fn one(
    points: ByMetric,
    plan: &Plan,
    model_coverage: f64,
    aggregation: Aggregation,
) -> ClientScore {
    let mut sums = [0.0; 3];
    let mut group_weights = [0.0; 3];
    let mut known_weights = [0.0; 3];
    for ((group, weight), points) in plan.iter().zip(points.iter()) {
        let place = *group as usize;
        group_weights[place] += weight;
        if let Some(points) = points {
            known_weights[place] += weight;
            sums[place] += weight * points;
        }
    }
    let mut groups = [None; 3];
    for place in 0..3 {
        if known_weights[place] > 0.0 {
            groups[place] = Some(sums[place] / known_weights[place]);
        }
    }
    let total: f64 =
        (0..3).filter(|place| groups[*place].is_some()).map(|place| group_weights[place]).sum();
    let score = (total > 0.0).then(|| {
        let parts = groups
            .iter()
            .zip(&group_weights)
            .filter_map(|(group, weight)| Some(((*group)?, *weight)));
        match aggregation {
            Aggregation::Arithmetic => {
                parts.map(|(group, weight)| weight * group).sum::<f64>() / total
            }
            Aggregation::Geometric => {
                parts.map(|(group, weight)| group.powf(weight / total)).product()
            }
        }
    });
    let adds: ByMetric = plan
        .iter()
        .enumerate()
        .map(|(at, (group, weight))| {
            let place = *group as usize;
            let (own, group, score) = (points.at(at)?, groups[place]?, score?);
            if total <= 0.0 || known_weights[place] <= 0.0 {
                return None;
            }
            // The metric's part of its group's weight among the groups that count.
            let share = group_weights[place] / total * weight / known_weights[place];
            Some(match aggregation {
                Aggregation::Arithmetic => share * own,
                Aggregation::Geometric if group > 0.0 => score * share * own / group,
                Aggregation::Geometric => 0.0,
            })
        })
        .collect();
    let adds = adds.of(points.added.as_ref());
    let known: f64 = known_weights.iter().sum();
    let coverage = if model_coverage > 0.0 { 100.0 * known / model_coverage } else { 0.0 };
    ClientScore { points, adds, groups: ByGroup(groups), score, coverage }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::METRICS;
    use super::*;

    fn plan() -> Plan {
        let weights = [20.0, 20.0, 10.0, 10.0, 5.0, 5.0, 12.0, 8.0, 6.0, 4.0];
        METRICS.iter().map(|metric| metric.group()).zip(weights).collect()
    }

    proptest! {
        #[test]
        fn adds_sum_to_a_score_within_bounds(
            points in prop::collection::vec(prop::option::of(0.0_f64..=100.0), 10), geometric in any::<bool>(),
        ) {
            let aggregation = if geometric { Aggregation::Geometric } else { Aggregation::Arithmetic };
            let client = one(points.into_iter().collect(), &plan(), 100.0, aggregation);
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
        let client = one(points.into_iter().collect(), &plan(), 100.0, Aggregation::Arithmetic);
        assert_eq!((client.score, client.coverage), (Some(80.0), 20.0));
    }
}
