//! Passwords of workbooks: from the environment, a file, or a question on a terminal. Never from an argument, which
//! everybody on the machine can see.

use std::io::IsTerminal as _;
use std::path::Path;

use crate::error::{Error, Result};
use crate::source::package::{self, Kind};
use crate::source::secret::Passwords;
use crate::source::{Input, Place};

use super::ui::Ui;
use super::{env, prompt};

/// The passwords for these inputs.
pub(super) fn gather(file: Option<&Path>, inputs: &[Input], ui: &Ui) -> Result<Passwords> {
    let any = match file {
        Some(path) => Some(in_file(path)?),
        None => env::variable("KAM_PASSWORD"),
    };
    let mut passwords = Passwords { any, ..Passwords::default() };
    let can_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if passwords.any.is_none() && can_ask {
        for input in inputs.iter().filter(|input| is_encrypted(input)) {
            if let Some(password) = ask(input, ui) {
                passwords.by_input.insert(input.name.clone(), password);
            }
        }
    }
    Ok(passwords)
}

/// The first line of a file.
fn in_file(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::io("file-unreadable", path.display().to_string(), &error))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn is_encrypted(input: &Input) -> bool {
    match &input.place {
        Place::File(path) => package::sniff(path).is_ok_and(|kind| kind == Kind::Encrypted),
        Place::Memory(bytes) => package::sniff_bytes(bytes) == Kind::Encrypted,
        Place::Stored(_) => false,
    }
}

/// Asks without showing what is typed; no answer is no password.
fn ask(input: &Input, ui: &Ui) -> Option<String> {
    let question = ui.lang.fill("password.question", &[("file", input.name.clone())]);
    prompt::ask_hidden(question)
}
