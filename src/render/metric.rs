//! Metrics as people read of them: the built-in ones by the catalogue, those of the settings by their own names.

use crate::config::{Config, Labels, Segment};
use crate::locale::{Lang, decimal};
use crate::review::Review;
use crate::score::{Group, Metric, Model};

/// What a metric is called; its code where nothing is known.
#[must_use]
pub fn label(labels: &Labels, lang: Lang, code: &str) -> String {
    if let Some(own) = labels.metrics.get(code) {
        return own.clone();
    }
    lang.find(&format!("metric.{code}")).map_or_else(|| code.to_owned(), ToOwned::to_owned)
}

/// The group of a metric.
#[must_use]
pub fn group(config: &Config, code: &str) -> Group {
    let model = Model::of(&config.score);
    let known = model.iter().find(|metric| metric.code() == code).map(Metric::group);
    known.unwrap_or(Group::Contribution)
}

/// The metrics that count in a segment, each with its weight.
#[must_use]
pub fn weights(labels: &Labels, segment: &Segment, lang: Lang) -> Vec<String> {
    let counting = segment.weights.iter().filter(|(_, weight)| **weight > 0.0);
    let words = |(code, weight): (&String, &f64)| {
        format!("{} {}", label(labels, lang, code), decimal(*weight, 2))
    };
    counting.map(words).collect()
}

/// The segments: what each is called, whom it is of and how they are scored, and how many clients are in it.
#[must_use]
pub fn segments(review: &Review, lang: Lang) -> Vec<(String, String, usize)> {
    let of = |segment: &Segment| {
        let name = segment.label();
        let weights = weights(&review.config.labels, segment, lang);
        // In a part of a review the conditions are left out: they may name others.
        let key = if segment.filter.is_empty() { "segment_part" } else { "segment" };
        let values =
            [("where", segment.conditions()), ("weights", weights.join(&lang.text("book.list")))];
        let clients = review.clients.iter();
        let count = clients.filter(|it| it.segment.as_deref() == Some(name.as_str())).count();
        (name, lang.fill(&format!("book.method.{key}"), &values), count)
    };
    review.config.score.segment.iter().map(of).collect()
}

/// Whether clients are scored by different weights.
#[must_use]
pub fn by_segments(review: &Review) -> bool {
    review.clients.iter().any(|client| client.segment.is_some())
}
