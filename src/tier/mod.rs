//! Tiers: which clients are strategic, core, potential or standard.
//!
//! In this order: the band by the policy, the share floor, caps, one-off buyers, conditions. Each step can be read off the
//! outcome, because the meeting will ask why.

mod assign;

use serde::{Deserialize, Serialize};

pub use assign::{
    BandRules, Case, Condition, Cuts, Memory, Outcome, Standing, assign, by_band, conditions,
};

/// A tier, the highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// The few that carry the business.
    Strategic,
    /// The next.
    Core,
    /// Those that may grow into it.
    Potential,
    /// Everyone else who buys.
    Standard,
}

impl Tier {
    /// All of them, the highest first.
    pub const ALL: [Self; 4] = [Self::Strategic, Self::Core, Self::Potential, Self::Standard];

    /// The code used in files, config and catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Strategic => "strategic",
            Self::Core => "core",
            Self::Potential => "potential",
            Self::Standard => "standard",
        }
    }

    /// The tier `steps` lower, at most standard.
    #[must_use]
    pub fn lowered(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps).min(3)]
    }
}
