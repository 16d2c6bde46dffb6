//! What a change of a score is made of.
//!
//! From the score of the earlier review to that of this one in four steps, each of which changes one thing and keeps the rest, so
//! that the parts add up to the change:
//!
//! 1. `own`: the client's own figures move, on the earlier scale and with the earlier weights;
//! 2. `scale`: the goalposts move to those of this review, which its peers have a part in;
//! 3. `config`: weights and aggregation become those of this review;
//! 4. `missing`: metrics that have come to be known come in, those that are not known any more go out.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::{Aggregation, Config};
use crate::money::round12;
use crate::score::{ByMetric, Goalposts, METRICS, Scales, Weighing};

/// How a review scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// By metric.
    pub goalposts: Vec<Goalposts>,
    /// By metric.
    pub weights: Vec<f64>,
    /// From groups to the score.
    pub aggregation: Aggregation,
}

/// The parts of a change of score, in points. They add up to it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ScoreChange {
    /// By the client's own figures.
    pub own: f64,
    /// By the scale.
    pub scale: f64,
    /// By the settings.
    pub config: f64,
    /// By what has come to be known or is not known any more.
    pub missing: f64,
}

/// A client as one review scored it.
#[derive(Clone, Copy, Debug)]
pub struct Scored<'a> {
    /// Points by metric.
    pub points: &'a ByMetric,
    /// Score.
    pub score: f64,
}

impl Model {
    /// The model of settings on a scale.
    #[must_use]
    pub fn from_scales(scales: &Scales, config: &Config) -> Self {
        let weight = |code| config.score.weights.get(code).copied().unwrap_or(0.0);
        Self {
            goalposts: scales.0.iter().map(|(posts, _)| posts.clone()).collect(),
            weights: METRICS.iter().map(|metric| weight(metric.code())).collect(),
            aggregation: config.score.aggregation,
        }
    }

    /// A model of goalposts and weights by metric.
    #[must_use]
    pub fn new(
        anchors: &BTreeMap<&str, Vec<(f64, f64)>>,
        weights: &BTreeMap<&str, f64>,
        aggregation: Aggregation,
    ) -> Self {
        let posts = |code| Goalposts(anchors.get(code).cloned().unwrap_or_default());
        Self {
            goalposts: METRICS.iter().map(|metric| posts(metric.code())).collect(),
            weights: METRICS
                .iter()
                .map(|metric| weights.get(metric.code()).copied().unwrap_or(0.0))
                .collect(),
            aggregation,
        }
    }

    /// The score of points, on these weights.
    fn score(&self, points: &ByMetric) -> Option<f64> {
        Weighing::with(self.weights.iter().copied(), self.aggregation).score(points)
    }

    fn points(&self, metric: usize, value: f64) -> f64 {
        let posts = &self.goalposts[metric];
        if posts.0.is_empty() { 0.0 } else { posts.points(value) }
    }
}

/// Splits the change of a score. `values` are what earned the points of now.
///
/// A limit of the settings on a value itself (how far growth counts) is part of `own`: values are those of now throughout.
#[must_use]
pub fn score_change(
    before: Scored<'_>,
    model_before: &Model,
    now: Scored<'_>,
    model_now: &Model,
    values: &ByMetric,
) -> Option<ScoreChange> {
    let both = |metric: usize| {
        let value = values.at(metric).filter(|_| before.points.at(metric).is_some())?;
        now.points.at(metric).map(|_| value)
    };
    // Metrics of the earlier review: their values of now where known, else what they earned then.
    let points = |model: &Model| -> ByMetric {
        (0..METRICS.len())
            .map(|metric| match both(metric) {
                Some(value) => Some(model.points(metric, value)),
                None => before.points.at(metric),
            })
            .collect()
    };
    // Sums differ in their last bits: a part that is nothing is nothing, and has no sign.
    let part = |change: f64| round12(change) + 0.0;
    let own = model_before.score(&points(model_before))?;
    let scale = model_before.score(&points(model_now))?;
    let config = model_now.score(&points(model_now))?;
    Some(ScoreChange {
        own: part(own - before.score),
        scale: part(scale - own),
        config: part(config - scale),
        missing: part(now.score - config),
    })
}
