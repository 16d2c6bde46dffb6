//! The canonical tables, one per file.

mod clients;
mod industries;
mod products;
mod transactions;

pub use clients::Clients;
pub use industries::Industries;
pub use products::Products;
pub use transactions::Transactions;

use super::{Field, Kind};

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}
