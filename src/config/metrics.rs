//! Settings of metrics that the user adds: columns of the client file that earn points.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{Anchor, Config};

/// A column of the client file that earns points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CustomMetric {
    /// Heading of the column.
    pub column: String,
    /// Code of the group that it belongs to.
    pub group: String,
    /// Goalposts.
    pub anchors: Vec<Anchor>,
    /// Its weight, of the 100 of all metrics.
    pub weight: f64,
    /// What it is called; the heading where nothing is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl CustomMetric {
    /// The heading, or the name where the heading is not to be told.
    #[must_use]
    pub fn name_of_column(&self) -> &str {
        if self.column.is_empty() { self.name() } else { &self.column }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.column)
    }
}

/// A metric of the user's own, as the score needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its name in settings, messages and JSON.
    pub code: &'static str,
    /// Code of its group.
    pub group: String,
}

impl Config {
    /// Puts weights, goalposts and names of added metrics beside those of the built-in ones.
    pub(super) fn add_metrics(&mut self) {
        for (code, metric) in &self.metric {
            self.score.weights.insert(code.clone(), metric.weight);
            self.score.anchors.insert(code.clone(), metric.anchors.clone());
            self.labels.metrics.insert(code.clone(), metric.name().to_owned());
            self.score.added.push(Added { code: kept(code), group: metric.group.clone() });
        }
    }
}

/// The metric whose weight a key sets.
#[must_use]
pub fn weight_of(key: &str) -> Option<&str> {
    let own = || key.strip_prefix("metric.")?.strip_suffix(".weight");
    key.strip_prefix("score.weights.").or_else(own)
}

/// A code that lives as long as those of the built-in metrics; each is kept once.
#[must_use]
pub fn kept(code: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.get(code) {
        return known;
    }
    let new: &'static str = Box::leak(code.into());
    all.insert(new);
    new
}
