//! Metrics of the user's own, and the model that they make with the built-in ones.

use std::sync::Arc;

use super::{ByMetric, Group, METRICS, Metric};
use crate::config;
use crate::features::ClientFeatures;

/// A column of the client file that earns points.
#[derive(Clone, Copy, Debug)]
struct Added {
    code: &'static str,
    group: Group,
}

impl Metric for Added {
    fn code(&self) -> &'static str {
        self.code
    }

    fn group(&self) -> Group {
        self.group
    }

    fn value(&self, features: &ClientFeatures, _config: &config::Score) -> Option<f64> {
        features.added.as_ref()?.get(self.code).copied()
    }

    fn doc(&self) -> &'static str {
        ""
    }
}

/// The metrics in force: those of [`METRICS`], then those of the settings.
#[derive(Clone, Debug)]
pub struct Model {
    added: Vec<Added>,
    codes: Option<Arc<Vec<&'static str>>>,
}

impl Model {
    /// That of the settings.
    #[must_use]
    pub fn of(config: &config::Score) -> Self {
        Self::with(config.added.iter().map(|added| (added.code, added.group.as_str())))
    }

    /// That of added metrics, each with the code of its group.
    #[must_use]
    pub fn with<'a>(added: impl IntoIterator<Item = (&'static str, &'a str)>) -> Self {
        let of = |code: &str| Group::ALL.into_iter().find(|group| group.code() == code);
        let added: Vec<Added> = added
            .into_iter()
            .filter_map(|(code, group)| Some(Added { code, group: of(group)? }))
            .collect();
        let codes = added.iter().map(|metric| metric.code).collect::<Vec<_>>();
        Self { added, codes: (!codes.is_empty()).then(|| Arc::new(codes)) }
    }

    /// Its metrics, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Metric> {
        let added = self.added.iter().map(|metric| metric as &dyn Metric);
        METRICS.iter().map(|metric| *metric as &dyn Metric).chain(added)
    }

    /// How many there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there always are some")]
    pub fn len(&self) -> usize {
        METRICS.len() + self.added.len()
    }

    /// A value for each.
    #[must_use]
    pub fn by_metric(&self, values: impl IntoIterator<Item = Option<f64>>) -> ByMetric {
        ByMetric::with(values, self.codes.as_ref())
    }
}
