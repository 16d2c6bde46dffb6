//! Reviews of earlier days, as their files hold them.

pub mod layout;
mod saved;
mod typed;

pub use saved::{SavedClient, SavedFinding, SavedReview};
pub use typed::{FollowUps, Typed};
