//! `kam init --calibrate`: the frozen scale of a workspace, made anew from what is there now.

use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Error;
use crate::history;

use super::args::{Analysis, Init};
use super::ui::Ui;
use super::{Outcome, analysis, save};

pub(super) fn run(arguments: &Init, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let means = Analysis {
        files: arguments.files.clone(),
        config: None,
        as_of: arguments.as_of.clone(),
        period: None,
        policy: arguments.policy.clone(),
        currency: arguments.currency.clone(),
        strict: false,
        skip: Vec::new(),
        max_age: None,
        previous: Some("none".into()),
        password_file: None,
        threads: arguments.threads,
        calibrate: true,
    };
    let shown = analysis::Shown { freeze: true, ..analysis::Shown::default() };
    let analysed = analysis::analyse(&means, shown, ui)?;
    ui.diagnostics(&analysed.diagnostics);
    let Some(anchors) = &analysed.frozen else {
        return Err(Error::from(Diagnostic::error("not-calibrated", Origin::default())).into());
    };
    let Some(workspace) = &analysed.workspace else {
        return Err(Error::from(Diagnostic::error("no-workspace", Origin::default())).into());
    };
    let as_of = analysed.review.as_of;
    if arguments.dry_run {
        ui.answer(save::scale(anchors, as_of, ui.lang).as_bytes())?;
        let file = workspace.join(history::ANCHORS).display().to_string();
        ui.say(&ui.lang.fill("summary.would_write", &[("file", file)]));
    } else {
        save::freeze(Some(anchors), as_of, Some(workspace), ui)?;
    }
    Ok(Outcome::Done)
}
