//! Reviews of earlier days: as their files hold them, where they are kept, how two of them differ.
//!
//! A workspace keeps them under `reviews/`, one folder for each period. The next review takes over what has to last from the
//! newest earlier one ([`SavedReview::previous`]), or from a workbook that people typed into ([`book`]).

pub mod book;
mod diff;
pub mod layout;
mod saved;
mod scale;
mod shelf;
mod typed;

pub use diff::{ClientChange, Diff, SettingChange, Side};
pub use saved::{SavedClient, SavedFeatures, SavedFinding, SavedGiven, SavedReview, SavedTotals};
pub use scale::{ANCHORS, Anchors, calibrated, drift, is_frozen, text as anchors_text};
pub use shelf::{Kept, Place, Shelf, open};
pub use typed::{FollowUps, Typed};
