//! Settings of what is tried out with other weights.

use serde::{Deserialize, Serialize};

/// How far weights are moved, and how often.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sensitivity {
    /// How far each weight may move, as a share of itself.
    pub spread: f64,
    /// How many times weights are drawn.
    pub draws: u32,
    /// Which numbers are drawn.
    pub seed: u64,
    /// Share of the draws in which a client whose tier counts as firm has its tier.
    pub firm: f64,
}
