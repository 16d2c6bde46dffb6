//! Reads transactions once and computes features at several past dates: net sales and active clients per quarter end.
//!
//! Transactions are reduced to a ledger of exact sums, and features at any day follow from it without reading again.
//! `cargo run --example past_quarters`, or with your own files: `cargo run --example past_quarters -- orders.csv`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use kam::config::load;
use kam::features;
use kam::period::{Day, period_end};
use kam::source::Input;
use kam::store::{self, Options};

/// Quarters to look back on.
const QUARTERS: i32 = 8;

fn main() -> anyhow::Result<()> {
    let mut files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if files.is_empty() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/conformance/small");
        files = ["clients.csv", "transactions.csv"].map(|name| folder.join(name)).to_vec();
    }
    let inputs: Vec<Input> = files.iter().map(|file| Input::file(file)).collect();
    let config = load::load(&[], &[])?.config;
    let today = Day::parse_iso("2026-11-22").ok_or_else(|| anyhow::anyhow!("not a day"))?;
    let options =
        Options { threads: 2, today, skip: Vec::new(), strict: false, hash: false, all: false };
    let loaded = store::load(&inputs, &config, &options)?;

    let newest = loaded.ledger.orders.iter().map(|row| row.date).max();
    let newest = newest.ok_or_else(|| anyhow::anyhow!("no transactions"))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:<12}{:>16}{:>9}{:>8}", "as of", "net sales", "clients", "active")?;
    for as_of in quarter_ends(newest) {
        let at = features::compute(
            &loaded.ledger,
            &loaded.clients,
            &loaded.industries,
            &loaded.relations,
            &config,
            features::Run { as_of, monthly: false, threads: options.threads },
        );
        let known = at.features.iter().filter(|client| client.first_order.is_some()).count();
        let active = at.features.iter().filter(|client| client.orders > 0).count();
        writeln!(
            out,
            "{:<12}{:>16}{known:>9}{active:>8}",
            as_of.to_string(),
            at.net_sales.to_string()
        )?;
    }
    Ok(())
}

/// The last quarter ends up to a day, the oldest first.
fn quarter_ends(newest: Day) -> Vec<Day> {
    let (year, _, _) = newest.ymd();
    let mut ends: Vec<Day> = (year - QUARTERS / 4 - 1..=year)
        .flat_map(|year| {
            (1..=4).filter_map(move |quarter| period_end(&format!("{year}Q{quarter}"), 1))
        })
        .filter(|end| *end <= newest)
        .collect();
    ends.split_off(ends.len().saturating_sub(QUARTERS as usize))
}
