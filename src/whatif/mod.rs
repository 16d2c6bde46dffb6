//! What if: other weights and tier rules, judged on the figures of a review.
//!
//! Nothing is read again. [`WhatIf`] puts two sets of settings side by side and says who moves; [`Sensitivity`] draws weights
//! at random and says how firm each tier is. Both change only what comes after the features (see [`Plan`]).

mod after;
mod compare;
mod dominance;
mod draws;
mod plan;
mod sensitivity;

pub use compare::{ClientChange, TierChange, Totals, WhatIf};
pub use dominance::{Points, fixed_pairs};
pub use plan::{Plan, Setting, rescaled};
pub use sensitivity::{ClientFirmness, Pairs, Sensitivity, Steadiness};

/// Version of the JSON of both answers.
pub const SCHEMA_VERSION: u32 = 1;
