//! The streams. stdout is the answer and nothing else; everything else goes to stderr.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use crate::diagnostic::{Diagnostic, Diagnostics, Group, Origin, Severity};
use crate::error::Error;
use crate::locale::Lang;
use crate::render::{diagnostics, excerpt, message};
use crate::review::SCHEMA_VERSION;

use super::args::{Global, Log, When};
use super::{env, language_of};

/// Rows named in a note such as "3 more like this".
const ROWS_NAMED: usize = 5;

/// The user's end of the program.
pub(super) struct Ui {
    pub lang: Lang,
    /// Whether the user asked for the language, so that nothing else decides it.
    pub lang_given: bool,
    pub quiet: bool,
    log: Log,
    colour: bool,
}

/// Says something on stderr before there is anybody to say it.
pub(super) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// The language of `KAM_LANG` or the locale.
pub(super) fn language_of_environment() -> Lang {
    ["KAM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| env::variable(name))
        .map_or(Lang::En, |locale| language_of(&locale))
}

#[expect(clippy::unused_self, reason = "whoever has no `Ui` does not reach a stream")]
impl Ui {
    pub(super) fn new(global: &Global, environment: Lang) -> Self {
        let lang = match global.lang.as_deref() {
            Some("zh") => Some(Lang::Zh),
            Some("en") => Some(Lang::En),
            _ => None,
        };
        let colour = match global.color {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                io::stderr().is_terminal()
                    && env::raw("NO_COLOR").is_none_or(|value| value.is_empty())
                    && env::raw("TERM").is_none_or(|term| term != "dumb")
            }
        };
        Self {
            lang: lang.unwrap_or(environment),
            lang_given: lang.is_some(),
            quiet: global.quiet,
            log: global.log_format,
            colour,
        }
    }

    /// Takes the language of the settings where they name one.
    pub(super) fn follow(&mut self, lang: &str) {
        match lang {
            "zh" if !self.lang_given => self.lang = Lang::Zh,
            "en" if !self.lang_given => self.lang = Lang::En,
            _ => {}
        }
    }

    /// Writes the answer.
    pub(super) fn answer(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()?;
        Ok(())
    }

    /// Writes an answer that is too large to be held.
    pub(super) fn answer_from(&self, answer: &mut dyn io::Read) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        io::copy(answer, &mut out)?;
        out.flush()?;
        Ok(())
    }

    /// Says something beside the answer, unless asked to be quiet.
    pub(super) fn say(&self, text: &str) {
        if self.quiet {
            return;
        }
        if self.log == Log::Json {
            let line = serde_json::json!({
                "schema_version": SCHEMA_VERSION,
                "kind": "message",
                "message": text.trim_end(),
            });
            self.error_stream(&line.to_string());
        } else {
            self.error_stream(text);
        }
    }

    fn error_stream(&self, text: &str) {
        let mut err = io::stderr().lock();
        let _ = err.write_all(text.as_bytes());
        if !text.ends_with('\n') {
            let _ = err.write_all(b"\n");
        }
    }

    /// The width to draw tables to: that of the terminal, or none when the answer is piped.
    pub(super) fn width(&self) -> Option<usize> {
        if !io::stdout().is_terminal() {
            return None;
        }
        let columns = env::variable("COLUMNS").and_then(|columns| columns.parse().ok());
        columns.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
    }

    /// The width of the terminal that problems are drawn on, if they are.
    fn error_width(&self) -> Option<usize> {
        if !io::stderr().is_terminal() {
            return None;
        }
        let columns = env::variable("COLUMNS").and_then(|columns| columns.parse().ok());
        let asked = || terminal_size::terminal_size_of(io::stderr());
        columns.or_else(|| asked().map(|(width, _)| usize::from(width.0)))
    }

    /// Whether stdout is a terminal.
    pub(super) fn on_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Draws a diagnostic; `others` are further ones of its code.
    pub(super) fn drawn(&self, first: &Diagnostic, group: Option<&Group>) -> String {
        let more = group.map_or(0, |group| group.count.saturating_sub(1));
        let rows: Vec<u64> = group
            .map(|group| {
                group
                    .details
                    .iter()
                    .skip(1)
                    // A row of another file would mean nothing here.
                    .filter(|detail| {
                        detail.origin.file == first.origin.file
                            && detail.origin.sheet == first.origin.sheet
                    })
                    .filter_map(|detail| detail.origin.row)
                    .take(ROWS_NAMED)
                    .collect()
            })
            .unwrap_or_default();
        let words = message::words(self.lang, first, more, &rows);
        excerpt::render_within(first, &words, self.colour, self.error_width())
    }

    /// Says what there is to say about the input: errors and warnings in full, the first of each code; notices in a line.
    pub(super) fn diagnostics(&self, diagnostics: &Diagnostics) {
        for severity in [Severity::Notice, Severity::Warning, Severity::Error] {
            for (code, group) in
                diagnostics.groups().filter(|(_, group)| group.severity == severity)
            {
                let Some(first) = group.details.first() else {
                    continue;
                };
                if self.log != Log::Text {
                    self.noted(first, group);
                } else if severity == Severity::Notice {
                    for detail in group.details.iter().take(3) {
                        self.say(&self.line(detail));
                    }
                    if group.count > 3 {
                        let count = crate::locale::grouped(group.count as i64 - 3);
                        self.say(&self.lang.fill(
                            "summary.more_of",
                            &[("count", count), ("code", code.to_owned())],
                        ));
                    }
                } else {
                    self.say(&self.drawn(first, Some(group)));
                }
            }
        }
    }

    /// Diagnostics of one code for editors or logs.
    fn noted(&self, first: &Diagnostic, group: &Group) {
        if self.quiet {
            return;
        }
        if self.log == Log::Json {
            let record = diagnostics::logged(self.lang, first, Some(group));
            self.error_stream(&record.to_string());
        } else {
            for detail in &group.details {
                self.error_stream(&diagnostics::concise(self.lang, detail));
            }
        }
    }

    /// A diagnostic in one line.
    pub(super) fn line(&self, diagnostic: &Diagnostic) -> String {
        let said = message::said(self.lang, diagnostic);
        let place = message::location(self.lang, diagnostic);
        let said = if place.is_empty() {
            said
        } else {
            self.lang.fill("location.behind", &[("sentence", said), ("place", place)])
        };
        format!(
            "{}[{}]: {said}",
            message::severity(self.lang, diagnostic.severity),
            diagnostic.code
        )
    }

    /// A diagnostic that stopped the run.
    fn failure(&self, diagnostic: &Diagnostic) -> String {
        match self.log {
            Log::Text => self.drawn(diagnostic, None),
            Log::Concise => diagnostics::concise(self.lang, diagnostic),
            Log::Json => diagnostics::logged(self.lang, diagnostic, None).to_string(),
        }
    }

    /// Reports why the run could not do what it was asked. A reader that went away is no failure.
    pub(super) fn fail(&self, error: &anyhow::Error) -> ExitCode {
        if let Some(broken) = error.downcast_ref::<io::Error>()
            && broken.kind() == io::ErrorKind::BrokenPipe
        {
            return ExitCode::SUCCESS;
        }
        if let Some(known) = error.downcast_ref::<Error>() {
            for diagnostic in &known.diagnostics {
                self.error_stream(&self.failure(diagnostic));
            }
        } else {
            // The answer is all that is written without a file of its own.
            let problem = match error.downcast_ref::<io::Error>() {
                Some(error) => Error::io("cannot-write", self.lang.text("summary.stdout"), error),
                None => Diagnostic::error("internal", Origin::default())
                    .with("reason", format!("{error:#}"))
                    .into(),
            };
            for diagnostic in &problem.diagnostics {
                self.error_stream(&self.failure(diagnostic));
            }
        }
        ExitCode::from(2)
    }
}
