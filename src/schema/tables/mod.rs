//! The canonical tables, one per file.

mod clients;
mod contacts;
mod contracts;
mod feedback;
mod industries;
mod interactions;
mod opportunities;
mod products;
mod projects;
mod rates;
mod receivables;
mod transactions;

pub use clients::Clients;
pub use contacts::Contacts;
pub use contracts::Contracts;
pub use feedback::Feedback;
pub use industries::Industries;
pub use interactions::Interactions;
pub use opportunities::Opportunities;
pub use products::Products;
pub use projects::Projects;
pub use rates::Rates;
pub use receivables::Receivables;
pub use transactions::Transactions;

use super::{Field, Kind};

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}
