//! Reviews of earlier days, as their files hold them.

mod saved;

pub use saved::{SavedClient, SavedFinding, SavedReview};
