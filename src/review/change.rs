//! What a change of a score is made of.
//!
//! From the score of the earlier review to that of this one in four steps, each of which changes one thing and keeps the rest, so
//! that the parts add up to the change:
//!
//! 1. `own`: the client's own figures move, on the earlier scale and with the earlier weights;
//! 2. `scale`: the goalposts move to those of this review, which its peers have a part in;
//! 3. `config`: weights and aggregation become those that this review has for the client, added metrics come in, and removed
//!    ones go out;
//! 4. `missing`: metrics that have come to be known come in, those that are not known any more go out.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::{Aggregation, Config, Segment};
use crate::money::round12;
use crate::score::{ByMetric, Goalposts, Model, Scales, Weighings};

/// What the scores of a review rest on beside the clients.
#[derive(Clone, Debug)]
pub struct Basis {
    /// Its metrics.
    pub model: Model,
    /// In the order of the model.
    goalposts: Vec<Goalposts>,
    weighings: Weighings,
    /// Names of the segments, in their order.
    segments: Vec<String>,
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
    /// The segment whose weights it was scored by.
    pub segment: Option<&'a str>,
}

impl Basis {
    /// That of settings on a scale.
    #[must_use]
    pub fn from_scales(scales: &Scales, config: &Config) -> Self {
        let model = Model::of(&config.score);
        let weighings = Weighings::new(&model, &config.score);
        let goalposts = scales.0.iter().map(|(posts, _)| posts.clone()).collect();
        Self { model, goalposts, weighings, segments: names(&config.score.segment) }
    }

    /// That of goalposts and weights by metric.
    #[must_use]
    pub fn new(
        model: Model,
        anchors: &BTreeMap<String, Vec<(f64, f64)>>,
        weights: &BTreeMap<String, f64>,
        segments: &[Segment],
        aggregation: Aggregation,
    ) -> Self {
        let posts = |code| Goalposts(anchors.get(code).cloned().unwrap_or_default());
        Self {
            goalposts: model.iter().map(|metric| posts(metric.code())).collect(),
            weighings: Weighings::of(&model, weights, segments, aggregation),
            segments: names(segments),
            model,
        }
    }

    /// The score of points under the weights of a segment.
    fn score(&self, segment: Option<&str>, points: &ByMetric) -> Option<f64> {
        let named = |name| self.segments.iter().position(|known| known == name);
        let at = segment.and_then(named).map(|at| at as u32);
        self.weighings.at(self.weighings.place(at)).score(points)
    }

    /// The points of a value; `None` for a metric that it does not have.
    fn points(&self, code: &str, value: f64) -> Option<f64> {
        let at = self.model.iter().position(|metric| metric.code() == code)?;
        let posts = &self.goalposts[at];
        Some(if posts.0.is_empty() { 0.0 } else { posts.points(value) })
    }
}

fn names(segments: &[Segment]) -> Vec<String> {
    segments.iter().map(Segment::label).collect()
}

/// Splits the change of a score. `values` are what earned the points of now.
///
/// A limit of the settings on a value itself (how far growth counts) is part of `own`: values are those of now throughout.
#[must_use]
pub fn score_change(
    before: Scored<'_>,
    basis_before: &Basis,
    now: Scored<'_>,
    basis_now: &Basis,
    values: &ByMetric,
) -> Option<ScoreChange> {
    // Metrics of the earlier review: their values of now where known in both, else what they earned then.
    let moved = |code: &str, scale: &Basis| {
        let then = before.points.get(code);
        let both = then.and(now.points.get(code)).and(values.get(code));
        both.and_then(|value| scale.points(code, value)).or(then)
    };
    let old = |scale: &Basis| {
        let model = &basis_before.model;
        model.by_metric(model.iter().map(|metric| moved(metric.code(), scale)))
    };
    let had = |code: &str| basis_before.model.iter().any(|metric| metric.code() == code);
    let new = basis_now.model.iter().map(|metric| match metric.code() {
        code if had(code) => moved(code, basis_now),
        added => now.points.get(added),
    });
    let own = basis_before.score(before.segment, &old(basis_before))?;
    let scale = basis_before.score(before.segment, &old(basis_now))?;
    let config = basis_now.score(now.segment, &basis_now.model.by_metric(new))?;
    // Sums differ in their last bits: a part that is nothing is nothing, and has no sign.
    let part = |change: f64| round12(change) + 0.0;
    Some(ScoreChange {
        own: part(own - before.score),
        scale: part(scale - own),
        config: part(config - scale),
        missing: part(now.score - config),
    })
}
