//! `kam explain`: what a code means.

use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Error;
use crate::render::explain;
use crate::render::table::{Align, Table};

use super::Outcome;
use super::args::Explain;
use super::ui::Ui;

pub(super) fn run(arguments: &Explain, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let Some(code) = &arguments.code else {
        let columns = ["code", "label", "kind"]
            .map(|name| (ui.lang.text(&format!("summary.column.{name}")), Align::Left));
        let mut table = Table::new(columns.into());
        for (kind, code, label) in explain::codes(ui.lang) {
            table.row(vec![code, label, ui.lang.text(&format!("explain.kind.{kind}"))]);
        }
        ui.answer(table.draw(ui.width()).as_bytes())?;
        return Ok(Outcome::Done);
    };
    if let Some(text) = explain::explain(ui.lang, code) {
        ui.answer(text.as_bytes())?;
        return Ok(Outcome::Done);
    }
    let mut unknown =
        Diagnostic::error("unknown-code", Origin::default()).with("code", code.clone());
    if let Some(suggestion) = explain::suggestion(code) {
        unknown = unknown.with("suggestion", suggestion);
    }
    Err(Error::from(unknown).into())
}
