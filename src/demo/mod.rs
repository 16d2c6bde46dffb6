//! A made-up but realistic workspace, to try the product on before one's own data.
//!
//! The files look like a user's own exports. They are computed with integers from a seed, without clock and file
//! system, so that every machine writes the same bytes and everybody who tries the demo reads about the same clients.
//! `story` says what there is to find; `clients`, `orders` and `relations` play it; `write` puts it into files.

mod catalogue;
mod clients;
mod dice;
mod names;
mod orders;
mod relations;
mod story;
mod write;

use crate::locale::Lang;

/// First line of the `kam.toml` of every demo workspace, by which one is told from a folder of the user's own.
pub const MARKER: &str = "# kam demo workspace: made-up data, safe to delete or to write again";

/// The seed of the workspace that documentation speaks of.
pub const SEED: u64 = 1;

/// A file of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoFile {
    /// Its name, without a folder.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// All files of the workspace; the same bytes for the same language and seed.
#[must_use]
pub fn generate(lang: Lang, seed: u64) -> Vec<DemoFile> {
    let clients = clients::population(lang, seed);
    let orders = orders::orders(lang, seed, &clients);
    let mut files = write::files(lang, &clients, &orders);
    files.extend(relations::files(lang, seed, &clients, &orders));
    files
}

/// Whether this is the `kam.toml` of a demo workspace.
#[must_use]
pub fn is_demo(config: &str) -> bool {
    config.lines().next().is_some_and(|line| line.trim_end() == MARKER)
}

/// Cents of yuan as cents of the demo's currency: yuan in Chinese, euros in English.
fn in_currency(lang: Lang, cents: i64) -> i64 {
    match lang {
        Lang::Zh => cents,
        Lang::En => (cents + 4).div_euclid(8),
    }
}

#[cfg(test)]
mod tests;
