//! Metrics as people read of them: the built-in ones by the catalogue, those of the settings by their own names.

use crate::config::{Config, Labels};
use crate::features::ClientFeatures;
use crate::locale::Lang;
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

/// Whether clients are scored by different weights.
#[must_use]
pub fn by_segments(review: &Review) -> bool {
    review.clients.iter().any(|client| client.segment.is_some())
}

/// The value of a metric of the settings.
#[must_use]
pub fn value(features: &ClientFeatures, code: &str) -> Option<f64> {
    features.added.as_ref()?.get(code).copied()
}
