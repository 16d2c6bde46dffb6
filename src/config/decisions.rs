//! Settings with which people decide against the computation.

use serde::{Deserialize, Serialize};

/// A tier that a person gives to a client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Override {
    /// Id or name of the client.
    pub client: String,
    /// Code of the tier.
    pub tier: String,
    /// Why.
    pub reason: String,
    /// Who decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The last day on which it holds; without one it holds until it is taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A finding that a person silences for a while.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Snooze {
    /// Id or name of the client.
    pub client: String,
    /// Code of the signal.
    pub code: String,
    /// The last day on which it is silent.
    pub until: String,
    /// Why.
    pub reason: String,
    /// Who decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}
