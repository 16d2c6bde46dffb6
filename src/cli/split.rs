//! `kam review --split owner`: a file for each account manager with only their clients, instead of one with all.

mod names;
mod passwords;

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::locale::Lang;
use crate::render::{OutputFormat, workbook};
use crate::review::{Review, Scope, Split};
use crate::source::Input;

use super::args::Review as Arguments;
use super::files;

use names::Frame;
use passwords::{Matched, Passwords};

/// One file to write.
struct Target {
    path: PathBuf,
    format: &'static OutputFormat,
}

/// What is to be written for one account manager.
struct Part {
    scope: Scope,
    targets: Vec<Target>,
    password: Option<String>,
}

/// All files of all account managers, known to be writable as far as that can be known before.
pub(super) struct Plan {
    parts: Vec<Part>,
    /// What there is to say about passwords.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Plan {
    /// Finds out what is to be written.
    ///
    /// # Errors
    /// No account managers; a list of passwords that makes no sense; a format that takes no password where one is
    /// asked for; a file that must not be replaced.
    pub(super) fn new(
        review: &Review,
        arguments: &Arguments,
        formats: &[&'static OutputFormat],
        inputs: &[Input],
        lang: Lang,
    ) -> Result<Self> {
        let output = &arguments.output;
        let split = Split::new(review);
        let scopes: Vec<&Scope> = split.scopes().collect();
        if scopes.iter().all(|scope| scope.owner.is_none()) {
            return Err(Diagnostic::error("split-no-owner", Origin::default()).into());
        }
        let Matched { passwords, diagnostics } = match &arguments.passwords {
            Some(path) => {
                Passwords::read(path)?.matched(&scopes, &path.display().to_string(), lang)
            }
            None => Matched::default(),
        };
        let frames: Vec<Frame> = output.output.iter().map(|path| frame(path)).collect();
        let names = names::names(&scopes, &frames, &lang.text("scope.file"));
        let mut passwords = passwords.into_iter();
        let parts: Vec<Part> = names
            .into_iter()
            .zip(&scopes)
            .map(|(names, scope)| {
                let places = output.output.iter().zip(formats).zip(names);
                let targets = places.map(|((path, format), name)| Target {
                    path: path.with_file_name(name),
                    format,
                });
                let password = passwords.next().flatten();
                Part { scope: (*scope).clone(), targets: targets.collect(), password }
            })
            .collect();
        let plan = Self { parts, diagnostics };
        plan.check_formats(&output.output, formats, lang)?;
        let mut all = inputs.to_vec();
        all.extend(arguments.passwords.as_deref().map(Input::file));
        for part in &plan.parts {
            for target in &part.targets {
                files::check_locked(&target.path, &all, output.force, part.password.as_deref())?;
            }
        }
        Ok(plan)
    }

    /// Refuses what would be written in the clear although a password is asked for.
    fn check_formats(
        &self,
        outputs: &[PathBuf],
        formats: &[&'static OutputFormat],
        lang: Lang,
    ) -> Result<()> {
        let owners: Vec<String> = self
            .parts
            .iter()
            .filter(|part| part.password.is_some())
            .map(|part| passwords::named(&part.scope, lang))
            .collect();
        if owners.is_empty() {
            return Ok(());
        }
        let problems: Vec<Diagnostic> = outputs
            .iter()
            .zip(formats)
            .filter(|(_, format)| !is_workbook(format))
            .map(|(path, _)| {
                Diagnostic::error("password-format", Origin::file(path.display().to_string()))
                    .with("owners", owners.clone())
            })
            .collect();
        if !problems.is_empty() {
            return Err(Error { diagnostics: problems });
        }
        if !workbook::CAN_LOCK {
            return Err(Diagnostic::error("no-encryption", Origin::default()).into());
        }
        Ok(())
    }

    /// The files and their passwords, in the order in which they are written.
    pub(super) fn targets(&self) -> impl Iterator<Item = (&Path, Option<&str>)> {
        self.parts.iter().flat_map(|part| {
            part.targets.iter().map(|target| (target.path.as_path(), part.password.as_deref()))
        })
    }

    /// Writes all files beside their places; the review has the account managers that the plan was made for.
    pub(super) fn prepare(&self, review: &Review, lang: Lang) -> anyhow::Result<Vec<files::Ready>> {
        files::expect(self.targets().count());
        let mut ready = Vec::new();
        for (review, part) in Split::new(review).reviews().zip(&self.parts) {
            for Target { path, format } in &part.targets {
                ready.push(files::prepare(path, |out| match &part.password {
                    Some(password) => {
                        let plain = workbook::workbook(&review, lang)?;
                        Ok(out.write_all(&workbook::locked(&plain, password)?)?)
                    }
                    None => (format.write)(&review, lang, out),
                })?);
            }
        }
        Ok(ready)
    }
}

/// The only format that is encrypted.
fn is_workbook(format: &OutputFormat) -> bool {
    format.extension == "xlsx"
}

fn frame(path: &Path) -> Frame {
    let text = |part: Option<&std::ffi::OsStr>| {
        part.map(|part| part.to_string_lossy().into_owned()).unwrap_or_default()
    };
    Frame { stem: text(path.file_stem()), extension: text(path.extension()) }
}
