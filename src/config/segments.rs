//! Settings of clients that are scored by weights of their own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Clients that are scored by weights of their own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Segment {
    /// What it is called; the conditions where nothing is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What its clients have: `stage`, `industry`, `region` or `owner` → value. All of it has to fit.
    #[serde(rename = "where")]
    pub filter: BTreeMap<String, String>,
    /// Metric → weight; they add up to 100, and a metric that is absent has none.
    pub weights: BTreeMap<String, f64>,
}

impl Segment {
    /// What it is called.
    #[must_use]
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.conditions())
    }

    /// Its conditions as one text.
    #[must_use]
    pub fn conditions(&self) -> String {
        let pairs: Vec<String> =
            self.filter.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        pairs.join(", ")
    }
}
