//! How many clients have the three marks of a key account.

use serde::Serialize;

use crate::review::Client;

/// Active clients by mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KeyAccounts {
    /// Share of sales or margin rate.
    pub contribution: Answers,
    /// Synergy.
    pub synergy: Answers,
    /// Potential.
    pub potential: Answers,
    /// All three.
    pub key_account: Answers,
}

/// How many have a mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// Have it.
    pub yes: usize,
    /// Have it not.
    pub no: usize,
    /// The data does not tell.
    pub unknown: usize,
}

impl Answers {
    fn add(&mut self, answer: Option<bool>) {
        let count = match answer {
            Some(true) => &mut self.yes,
            Some(false) => &mut self.no,
            None => &mut self.unknown,
        };
        *count += 1;
    }
}

pub(super) fn key_accounts(clients: &[Client]) -> KeyAccounts {
    let mut found = KeyAccounts::default();
    for client in clients.iter().filter(|client| client.active) {
        found.contribution.add(client.marks.contribution);
        found.synergy.add(client.marks.synergy);
        found.potential.add(client.marks.potential);
        found.key_account.add(client.marks.key_account);
    }
    found
}
