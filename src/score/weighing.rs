//! Weights, and how points come together under them.

use std::collections::BTreeMap;

use crate::config::{self, Aggregation, Segment};

use super::{ByMetric, Group, Model};

/// Weights, and how groups are put together.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighing {
    /// Group and weight of each metric, in the order of the model.
    plan: Vec<(Group, f64)>,
    group_weights: [f64; 3],
    aggregation: Aggregation,
}

/// The score of some points, and what it is made of.
pub(super) struct Weighed {
    pub groups: [Option<f64>; 3],
    /// By group: Σ weight of its metrics that have points.
    pub known: [f64; 3],
    /// Σ weight of the groups that have points.
    total: f64,
    pub score: Option<f64>,
}

impl Weighing {
    /// That of groups and weights in the order of the model.
    #[must_use]
    pub fn new(plan: Vec<(Group, f64)>, aggregation: Aggregation) -> Self {
        let mut group_weights = [0.0; 3];
        for (group, weight) in &plan {
            group_weights[*group as usize] += weight;
        }
        Self { plan, group_weights, aggregation }
    }

    /// The same with other weights, in the same order.
    #[must_use]
    pub fn with(&self, weights: impl IntoIterator<Item = f64>) -> Self {
        let groups = self.plan.iter().map(|(group, _)| *group);
        Self::new(groups.zip(weights).collect(), self.aggregation)
    }

    /// The weights, in the order of the model.
    pub fn weights(&self) -> impl Iterator<Item = f64> + '_ {
        self.plan.iter().map(|(_, weight)| *weight)
    }

    /// The groups of the metrics, in the order of the model.
    pub fn groups(&self) -> impl Iterator<Item = Group> + '_ {
        self.plan.iter().map(|(group, _)| *group)
    }

    /// The score of a client's points; `None` without any.
    #[must_use]
    pub fn score(&self, points: &ByMetric) -> Option<f64> {
        self.weigh(points).score
    }

    /// Whether the score of points is 0 whatever the weights above zero are: in a geometric mean one group of nothing is enough.
    /// Points and groups go metric by metric; unknown points are not a number.
    #[must_use]
    pub fn is_nothing(&self, points: &[f64], groups: &[Group]) -> bool {
        let of = |group: Group| points.iter().zip(groups).filter(move |(_, own)| **own == group);
        let known = |group| of(group).filter(|(points, _)| !points.is_nan());
        self.aggregation == Aggregation::Geometric
            && Group::ALL.into_iter().any(|group| {
                known(group).next().is_some() && known(group).all(|(points, _)| *points <= 0.0)
            })
    }

    pub(super) fn weigh(&self, points: &ByMetric) -> Weighed {
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

    /// What each metric adds to the score that these points come to.
    pub(super) fn adds(&self, points: &ByMetric, weighed: &Weighed) -> ByMetric {
        let Weighed { groups, known, total, score } = weighed;
        let adds = self.plan.iter().enumerate().map(|(at, (group, weight))| {
            let place = *group as usize;
            let (own, group, score) = (points.at(at)?, groups[place]?, (*score)?);
            if *total <= 0.0 || known[place] <= 0.0 {
                return None;
            }
            // The metric's part of its group's weight among the groups that count.
            let share = self.group_weights[place] / total * weight / known[place];
            Some(match self.aggregation {
                Aggregation::Arithmetic => share * own,
                Aggregation::Geometric if group > 0.0 => score * share * own / group,
                Aggregation::Geometric => 0.0,
            })
        });
        points.alike(adds)
    }
}

/// The weights of clients in no segment, and those of each segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighings(Vec<Weighing>);

impl Weighings {
    /// Those of the settings.
    #[must_use]
    pub fn new(model: &Model, config: &config::Score) -> Self {
        Self::of(model, &config.weights, &config.segment, config.aggregation)
    }

    /// Those of weights by metric; a metric that is absent has none.
    #[must_use]
    pub fn of(
        model: &Model,
        weights: &BTreeMap<String, f64>,
        segments: &[Segment],
        aggregation: Aggregation,
    ) -> Self {
        let weighing = |weights: &BTreeMap<String, f64>| {
            let weight = |code| weights.get(code).copied().unwrap_or(0.0);
            let plan = model.iter().map(|metric| (metric.group(), weight(metric.code())));
            Weighing::new(plan.collect(), aggregation)
        };
        let segments = segments.iter().map(|segment| weighing(&segment.weights));
        Self([weighing(weights)].into_iter().chain(segments).collect())
    }

    /// Where the weights of a client stand, by the position of its segment among the segments.
    #[must_use]
    pub fn place(&self, segment: Option<u32>) -> usize {
        segment.map(|segment| segment as usize + 1).filter(|at| *at < self.0.len()).unwrap_or(0)
    }

    /// The weights at a place.
    #[must_use]
    pub fn at(&self, place: usize) -> &Weighing {
        &self.0[place]
    }

    /// Those in no segment, then those of each segment.
    pub fn iter(&self) -> impl Iterator<Item = &Weighing> {
        self.0.iter()
    }
}
