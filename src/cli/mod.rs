//! The command line: arguments, streams, the clock, files written, exit codes. No rule of the business is decided here.

mod analysis;
mod annotate;
mod args;
mod calibrate;
mod check;
mod completions;
mod config;
mod demo;
mod diff;
mod earlier;
mod env;
mod explain;
mod files;
mod help;
mod import;
mod init;
mod lists;
mod password;
mod progress;
mod prompt;
mod raw;
mod reader;
mod replay;
mod review;
mod save;
mod show;
mod split;
mod template;
mod typed;
mod ui;
mod usage;
mod whatif;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _};

use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Error;
use crate::locale::Lang;
use crate::source::shield;

use args::{Cli, Command};
use ui::Ui;

/// How a command ended when it did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Nothing to fail on.
    Done,
    /// There are findings that the user asked to fail on.
    Findings,
}

/// Runs the program with arguments and returns its exit code: 0 done, 1 findings, 2 could not, 130 interrupted.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    quiet_shielded_panics();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(code) = reader::run(&arguments) {
        return code;
    }
    files::remove_on_interrupt();
    reader::set_up();
    let language = ui::language_of_environment();
    let spoken = asked(&arguments).unwrap_or(language);
    let command = help::localised(Cli::command(), spoken);
    let cli = match command
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .and_then(|cli| one_raw(cli, spoken))
    {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, everything else is a usage error.
            let code = u8::from(error.use_stderr()) * 2;
            match usage::said(&error, spoken).filter(|_| error.use_stderr()) {
                Some(text) => ui::complain(&text),
                None => {
                    let _ = error.print();
                }
            }
            return ExitCode::from(code);
        }
    };
    let mut ui = Ui::new(&cli.global, language);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| dispatch(cli, &mut ui)));
    let result = result.unwrap_or_else(|panic| {
        let about = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or_default();
        Err(Error::from(Diagnostic::error("internal", Origin::default()).with("reason", about))
            .into())
    });
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Err(error) => ui.fail(&error),
    }
}

fn dispatch(cli: Cli, ui: &mut Ui) -> anyhow::Result<Outcome> {
    match cli.command {
        Command::Demo(command) => demo::run(&command, ui),
        Command::Init(command) if command.calibrate => calibrate::run(&command, ui),
        Command::Init(command) => init::run(&command, ui),
        Command::Template(command) => template::run(&command, ui),
        Command::Check(command) => check::run(&command, ui),
        Command::Import(command) => import::run(&command, ui),
        Command::Review(command) => review::run(&command, ui),
        Command::Diff(command) => diff::run(&command, ui),
        Command::Annotate(command) => annotate::run(&command, ui),
        Command::Score(command) => lists::run(crate::render::listing::List::Score, &command, ui),
        Command::Tier(command) => lists::run(crate::render::listing::List::Tier, &command, ui),
        Command::Churn(command) => lists::run(crate::render::listing::List::Churn, &command, ui),
        Command::Whatif(command) => whatif::run(&command, ui),
        Command::Show(command) => show::run(&command, ui),
        Command::Explain(command) => explain::run(&command, ui),
        Command::Config(command) => config::run(&command, ui),
        Command::Completions(command) => completions::run(&command, ui),
    }
}

/// What `--raw` writes is that of one file.
fn one_raw(cli: Cli, lang: Lang) -> Result<Cli, clap::Error> {
    match &cli.command {
        Command::Import(import) if import.raw && import.files.len() > 1 => {
            let text = lang.text("import.raw_one");
            let mut error = clap::Error::new(ErrorKind::TooManyValues);
            error.insert(ContextKind::Custom, ContextValue::String(text));
            Err(error)
        }
        _ => Ok(cli),
    }
}

/// A panic that is caught where a file is read is a fact about the file: nothing is printed for it.
fn quiet_shielded_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !shield::is_shielded() && env::raw("RUST_BACKTRACE").is_some() {
            usual(panic);
        }
    }));
}

/// The language after `--lang`, which the help needs before the arguments are parsed.
fn asked(arguments: &[OsString]) -> Option<Lang> {
    let mut texts = arguments.iter().filter_map(|argument| argument.to_str());
    let flag = texts.find(|text| text.starts_with("--lang"))?;
    let value = flag.strip_prefix("--lang=").or_else(|| texts.next())?;
    Lang::ALL.into_iter().find(|lang| lang.code() == value)
}

/// The language that the name of a locale such as `zh_CN.UTF-8` stands for.
fn language_of(locale: &str) -> Lang {
    if locale.to_ascii_lowercase().starts_with("zh") { Lang::Zh } else { Lang::En }
}
