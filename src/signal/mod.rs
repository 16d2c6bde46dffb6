//! Churn signals.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostic::Fact;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth a look.
    Low,
    /// Worth a call.
    Medium,
    /// Call today.
    High,
}

impl Level {
    /// The code used in files and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What a signal found at one client.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Signal.
    pub code: &'static str,
    /// How bad.
    pub level: Level,
    /// Named numbers.
    pub evidence: BTreeMap<&'static str, Fact>,
}
