//! `kam template`: an empty workbook to fill in.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Error;
use crate::render::workbook;

use super::args::Template;
use super::ui::Ui;
use super::{Outcome, analysis, files};

pub(super) fn run(arguments: &Template, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let path = arguments.output.as_path();
    let name = path.display().to_string();
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx")) {
        let known = vec![".xlsx".to_owned()];
        let format = Diagnostic::error("output-format", Origin::file(&name)).with("known", known);
        return Err(Error::from(format).into());
    }
    ui.follow(&analysis::settings(None, &[])?.loaded.config.lang);
    files::check(path, &[], arguments.force)?;
    if arguments.dry_run {
        ui.say(&ui.lang.fill("summary.would_write", &[("file", name)]));
        return Ok(Outcome::Done);
    }
    let bytes = workbook::template(ui.lang)?;
    files::write(path, |out| Ok(out.write_all(&bytes)?))?;
    ui.say(&ui.lang.fill("summary.wrote", &[("file", name)]));
    ui.say(&ui.lang.fill("summary.template_next", &[("file", quoted(path))]));
    Ok(Outcome::Done)
}

/// A path as it can be typed after a command.
fn quoted(path: &Path) -> String {
    let name = path.display().to_string();
    if name.contains(' ') { format!("\"{name}\"") } else { name }
}
