//! `kam completions`: a completion script for a shell.

use clap::CommandFactory as _;

use super::Outcome;
use super::args::{Cli, Completions};
use super::help;
use super::ui::Ui;

pub(super) fn run(arguments: &Completions, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let mut out = Vec::new();
    let mut command = help::localised(Cli::command(), ui.lang);
    clap_complete::generate(arguments.shell, &mut command, "kam", &mut out);
    ui.answer(&out)?;
    Ok(Outcome::Done)
}
