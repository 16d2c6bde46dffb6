//! `kam check`: every diagnostic of the inputs; silent when there is none.

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::error::Error;
use crate::store;

use super::args::{Analysis, Check, CheckFormat};
use super::ui::Ui;
use super::{Outcome, analysis};

pub(super) fn run(arguments: &Check, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let Analysis { skip, strict, .. } = &arguments.analysis;
    let (diagnostics, stopped) = match analysis::load(&arguments.analysis, false, true, ui) {
        Ok((loaded, settings, ..)) => {
            // Only what the problems amount to: they are listed themselves.
            let stopped = store::check(&loaded, &settings.loaded.config, skip, *strict).err();
            let last = stopped.and_then(|mut error| error.diagnostics.pop()).map(Error::from);
            (loaded.diagnostics, last)
        }
        Err(error) => (Diagnostics::default(), Some(error)),
    };
    match arguments.format {
        CheckFormat::Json => {
            let stopped_by = stopped.as_ref().map(|error| &error.diagnostics).into_iter().flatten();
            let all: Vec<&Diagnostic> = diagnostics
                .groups()
                .flat_map(|(_, group)| &group.details)
                .chain(stopped_by)
                .collect();
            let counts: std::collections::BTreeMap<&str, u64> =
                diagnostics.groups().map(|(code, group)| (code, group.count)).collect();
            let report = serde_json::json!({
                "schema_version": crate::review::SCHEMA_VERSION,
                "counts": counts,
                "diagnostics": all,
            });
            ui.answer(format!("{report:#}\n").as_bytes())?;
        }
        CheckFormat::Full | CheckFormat::Concise => {
            let mut out = String::new();
            for severity in [Severity::Error, Severity::Warning, Severity::Notice] {
                for (_, group) in
                    diagnostics.groups().filter(|(_, group)| group.severity == severity)
                {
                    for (position, detail) in group.details.iter().enumerate() {
                        if arguments.format == CheckFormat::Full
                            && position == 0
                            && severity != Severity::Notice
                        {
                            out.push_str(&ui.drawn(detail, None));
                        } else {
                            out.push_str(&ui.line(detail));
                            out.push('\n');
                        }
                    }
                }
            }
            ui.answer(out.as_bytes())?;
        }
    }
    match stopped {
        Some(error) if is_about_data(&error) && arguments.format != CheckFormat::Json => {
            ui.fail(&error.into());
            Ok(Outcome::Findings)
        }
        Some(error) if is_about_data(&error) => Ok(Outcome::Findings),
        Some(error) => Err(error.into()),
        None if diagnostics.count(Severity::Error) > 0 => Ok(Outcome::Findings),
        None => Ok(Outcome::Done),
    }
}

/// Whether rows are at fault rather than files or settings: then the check itself was done.
fn is_about_data(error: &Error) -> bool {
    error.diagnostics.iter().all(|diagnostic| {
        matches!(
            diagnostic.code,
            "too-many-errors"
                | "type-error"
                | "missing-value"
                | "cell-not-used"
                | "currency-mix"
                | "ambiguous-date"
        )
    })
}
