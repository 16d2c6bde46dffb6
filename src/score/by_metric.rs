//! A value per metric.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::METRICS;

/// A value per metric, in the order of the [`Model`]; `None` is unknown. As JSON: metric → value, unknown ones absent.
///
/// A review holds two of these per client, so they are kept small: inside, what is unknown is not a number.
#[derive(Clone, Debug, Default)]
pub struct ByMetric {
    /// Of those of [`METRICS`].
    values: Option<Box<[f64; METRICS.len()]>>,
    /// Of those after them.
    added: Option<Box<Added>>,
}

/// Values of metrics that the settings add.
#[derive(Clone, Debug, Default)]
struct Added {
    /// Their codes, shared by all clients.
    codes: Arc<Vec<&'static str>>,
    values: Box<[f64]>,
}

impl ByMetric {
    /// The value of a metric.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<f64> {
        self.codes().zip(self.iter()).find(|(known, _)| *known == code)?.1
    }

    /// The codes of its metrics.
    pub fn codes(&self) -> impl Iterator<Item = &'static str> + '_ {
        let added = self.added.iter().flat_map(|added| added.codes.iter().copied());
        METRICS.iter().map(|metric| metric.code()).chain(added)
    }

    /// Values of the built-in metrics and of added ones with these codes.
    pub(super) fn with(
        values: impl IntoIterator<Item = Option<f64>>,
        added: Option<&Arc<Vec<&'static str>>>,
    ) -> Self {
        let mut values = values.into_iter();
        let built_in = values.by_ref().take(METRICS.len()).collect();
        let added = added.map(|codes| {
            let values = values.map(|value| value.unwrap_or(f64::NAN)).collect();
            Box::new(Added { codes: Arc::clone(codes), values })
        });
        Self { added, ..built_in }
    }

    /// Other values of the same metrics.
    pub(super) fn alike(&self, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        Self::with(values, self.added.as_deref().map(|added| &added.codes))
    }

    /// Metrics that are known, and their values.
    pub fn known(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.codes().zip(self.iter()).filter_map(|(code, value)| Some((code, value?)))
    }

    /// The value of the metric at a position of the model.
    #[must_use]
    pub fn at(&self, metric: usize) -> Option<f64> {
        let value = match metric.checked_sub(METRICS.len()) {
            None => self.values.as_deref()?.get(metric),
            Some(added) => self.added.as_deref()?.values.get(added),
        };
        value.copied().filter(|value| !value.is_nan())
    }

    /// Whether it holds no metric at all, known or not.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_none()
    }

    /// All values.
    pub fn iter(&self) -> impl Iterator<Item = Option<f64>> + '_ {
        let built_in = self.values.iter().flat_map(|values| values.iter());
        let added = self.added.iter().flat_map(|added| added.values.iter());
        built_in.chain(added).map(|value| Some(*value).filter(|value| !value.is_nan()))
    }
}

/// Values of the built-in metrics.
impl FromIterator<Option<f64>> for ByMetric {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        let mut all = [f64::NAN; METRICS.len()];
        for (place, value) in all.iter_mut().zip(values) {
            *place = value.unwrap_or(f64::NAN);
        }
        Self { values: Some(Box::new(all)), added: None }
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

#[cfg(test)]
impl<'a> FromIterator<(&'a str, f64)> for ByMetric {
    fn from_iter<I: IntoIterator<Item = (&'a str, f64)>>(values: I) -> Self {
        let values: Vec<(&str, f64)> = values.into_iter().collect();
        let of = |code| values.iter().find(|(known, _)| *known == code).map(|(_, value)| *value);
        METRICS.iter().map(|metric| of(metric.code())).collect()
    }
}
