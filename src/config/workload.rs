//! Settings of the work that clients ask of their account managers.

use serde::{Deserialize, Serialize};

/// What the clients of an account manager ask for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Workload {
    /// Days between two contacts with a client of each tier.
    pub contact_days: ContactDays,
    /// Contacts that one account manager can make in a year.
    pub contacts_per_year: f64,
}

/// Days between two contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContactDays {
    /// With a strategic client.
    pub strategic: f64,
    /// With a core client.
    pub core: f64,
    /// With a potential client.
    pub potential: f64,
    /// With any other client.
    pub standard: f64,
}
