//! `kam config`: every setting in force and where it comes from.

use crate::render::table::{Align, Table};

use super::args::Config;
use super::ui::Ui;
use super::{Outcome, analysis};

pub(super) fn run(arguments: &Config, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let settings = analysis::settings(arguments.config.as_deref(), &[])?;
    let columns = ["key", "value", "origin"]
        .map(|name| (ui.lang.text(&format!("summary.column.{name}")), Align::Left));
    let mut table = Table::new(columns.into());
    for (key, value, origin) in settings.loaded.entries() {
        table.row(vec![key, value, origin]);
    }
    ui.answer(table.draw(ui.width()).as_bytes())?;
    Ok(Outcome::Done)
}
