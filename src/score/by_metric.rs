//! A value per metric.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::METRICS;

/// A value per metric, in the order of the [`Model`]; `None` is unknown. As JSON: metric → value, unknown ones absent.
///
/// A review holds two of these per client, so they are kept small: inside, what is unknown is not a number.
#[derive(Clone, Debug, Default)]
pub struct ByMetric {
    values: Box<[f64]>,
    /// Codes of the metrics after those of [`METRICS`], shared by all clients.
    added: Option<Arc<Vec<&'static str>>>,
}

impl ByMetric {
    /// The value of a metric.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<f64> {
        self.codes().zip(self.iter()).find(|(known, _)| *known == code)?.1
    }

    /// The codes of its metrics.
    pub fn codes(&self) -> impl Iterator<Item = &'static str> + '_ {
        let added = self.added.iter().flat_map(|codes| codes.iter().copied());
        METRICS.iter().map(|metric| metric.code()).chain(added)
    }

    /// Values of the built-in metrics and of added ones with these codes.
    pub(super) fn with(
        values: impl IntoIterator<Item = Option<f64>>,
        added: Option<&Arc<Vec<&'static str>>>,
    ) -> Self {
        Self { added: added.cloned(), ..values.into_iter().collect() }
    }

    /// Other values of the same metrics.
    pub(super) fn alike(&self, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        Self::with(values, self.added.as_ref())
    }

    /// Metrics that are known, and their values.
    pub fn known(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.codes().zip(self.iter()).filter_map(|(code, value)| Some((code, value?)))
    }

    /// The value of the metric at a position of the model.
    #[must_use]
    pub fn at(&self, metric: usize) -> Option<f64> {
        self.values.get(metric).copied().filter(|value| !value.is_nan())
    }

    /// Whether it holds no metric at all, known or not.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All values.
    pub fn iter(&self) -> impl Iterator<Item = Option<f64>> + '_ {
        (0..self.values.len()).map(|metric| self.at(metric))
    }
}

impl FromIterator<Option<f64>> for ByMetric {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        let values = values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        Self { values, added: None }
    }
}

impl PartialEq for ByMetric {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Serialize for ByMetric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.known())
    }
}

impl<'a> FromIterator<(&'a str, f64)> for ByMetric {
    fn from_iter<I: IntoIterator<Item = (&'a str, f64)>>(values: I) -> Self {
        let values: Vec<(&str, f64)> = values.into_iter().collect();
        let of = |code| values.iter().find(|(known, _)| *known == code).map(|(_, value)| *value);
        METRICS.iter().map(|metric| of(metric.code())).collect()
    }
}
