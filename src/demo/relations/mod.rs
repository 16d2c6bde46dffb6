//! The tables beside the transactions: people, talks, contracts, deals, feedback, invoices, projects.
//!
//! They tell the same story as the orders: who pays late owes, who fades has complained, who squeezes the price has an
//! offer of somebody else. Each table draws from streams of its own, so that the orders stay what they are.

mod contacts;
mod contracts;
mod deals;
mod feedback;
mod interactions;
mod invoices;
mod projects;

use super::catalogue::Word;
use super::clients::Client;
use super::dice::Dice;
use super::names::managers;
use super::orders::Order;
use super::story::{AS_OF, Role};
use super::{DemoFile, write};
use crate::locale::Lang;
use crate::period::Day;

/// All files of these tables.
pub(super) fn files(lang: Lang, seed: u64, clients: &[Client], orders: &[Order]) -> Vec<DemoFile> {
    let world = World { lang, seed, clients };
    vec![
        contacts::file(&world),
        interactions::file(&world),
        contracts::file(&world),
        deals::file(&world),
        feedback::file(&world),
        invoices::file(&world, orders),
        projects::file(&world),
    ]
}

/// What every table is made of.
struct World<'a> {
    lang: Lang,
    seed: u64,
    clients: &'a [Client],
}

impl World<'_> {
    /// The stream of chance of a table for a client.
    fn dice(&self, table: u64, client: &Client) -> Dice {
        Dice::new(self.seed, table * 1_000 + client.rank as u64)
    }

    /// The clients in the order of the client file, with their positions.
    fn each(&self) -> impl Iterator<Item = (usize, &Client)> {
        self.clients.iter().enumerate()
    }

    /// A text of the language.
    fn text(&self, word: &Word) -> String {
        word.get(self.lang).to_owned()
    }

    /// A day as the export writes it.
    fn day(&self, day: Day) -> String {
        write::day(self.lang, day)
    }

    /// The day so many days before the as-of.
    fn ago(&self, days: i64) -> String {
        self.day(ago(days))
    }

    /// The account manager of a client.
    fn manager(&self, client: &Client) -> String {
        managers(self.lang)[client.manager].to_owned()
    }

    /// A file of a table.
    fn file<const N: usize>(
        &self,
        name: &Word,
        headings: &[Word; N],
        rows: Vec<[String; N]>,
    ) -> DemoFile {
        let headings = headings.each_ref().map(|word| word.get(self.lang));
        write::table(self.lang, name.get(self.lang), &headings, rows.into_iter())
    }
}

/// The day so many days before the as-of; after it where there are fewer than none.
fn ago(days: i64) -> Day {
    AS_OF.plus_days(-(days as i32))
}

/// Whether a client buys these days.
fn is_active(client: &Client) -> bool {
    !matches!(client.role, Role::Dormant | Role::Lost | Role::Prospect | Role::Project)
}

#[cfg(test)]
mod tests;
