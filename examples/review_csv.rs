//! Reviews two CSV files with the library and prints tier and score of every client.
//!
//! `cargo run --example review_csv`, or with your own files: `cargo run --example review_csv -- clients.csv orders.csv`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use kam::config::load;
use kam::period::Day;
use kam::review::{Context, review};
use kam::source::Input;
use kam::store::{self, Options};

fn main() -> anyhow::Result<()> {
    let mut files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if files.is_empty() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/conformance/tiny");
        files = ["clients.csv", "transactions.csv"].map(|name| folder.join(name)).to_vec();
    }
    let inputs: Vec<Input> = files.iter().map(|file| Input::file(file)).collect();

    // The built-in settings. A `Layer` is the text of a kam.toml; single settings can be laid over it.
    let settings = load::load(&[], &[])?;
    // The library never asks the clock: whoever calls it says what day it is, so that a run can be repeated.
    let today = Day::parse_iso("2026-11-22").ok_or_else(|| anyhow::anyhow!("not a day"))?;

    let options =
        Options { threads: 2, today, skip: Vec::new(), strict: false, hash: false, all: false };
    let loaded = store::load(&inputs, &settings.config, &options)?;
    let review = review(
        loaded,
        &settings.config,
        Context { today, threads: options.threads, portfolio: false },
    )?;

    let mut out = std::io::stdout().lock();
    writeln!(out, "as of {}, {} rows used", review.as_of, review.control.rows_used)?;
    for client in &review.clients {
        // Clients without an order in the last 12 months have no tier: their stage says what they are.
        let tier = client.tier.map_or(client.stage.code(), |tier| tier.code());
        let score = client.score.map_or_else(|| "-".to_owned(), |score| format!("{score:.1}"));
        writeln!(out, "{:<8}{tier:<11}{score:>6}", client.client_id)?;
    }
    Ok(())
}
