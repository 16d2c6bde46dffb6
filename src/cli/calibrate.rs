//! `kam init --calibrate`: the frozen scale of a workspace, made anew from what is there now.

use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Error;

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
    if analysed.frozen.is_none() {
        return Err(Error::from(Diagnostic::error("not-calibrated", Origin::default())).into());
    }
    if analysed.workspace.is_none() {
        return Err(Error::from(Diagnostic::error("no-workspace", Origin::default())).into());
    }
    if !arguments.dry_run {
        let workspace = analysed.workspace.as_deref();
        save::freeze(analysed.frozen.as_ref(), analysed.review.as_of, workspace, ui)?;
    }
    Ok(Outcome::Done)
}
