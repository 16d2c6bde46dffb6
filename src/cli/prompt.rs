//! Questions on a terminal.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dialoguer::theme::Theme;
use dialoguer::{Input, MultiSelect, Password, Select};

use crate::proposal::{Question, Take};
use crate::render::proposal;

use super::ui::Ui;

/// Time in which the handler of Ctrl-C ends the program.
const HANDLER: Duration = Duration::from_millis(500);

/// Whether a question is on the screen, whose cursor may be hidden.
static ASKING: AtomicBool = AtomicBool::new(false);

/// Whether a password is being typed, which the terminal does not show.
static HIDING: AtomicBool = AtomicBool::new(false);

/// Leaves the terminal as it was before a question: for when the program ends in the middle of one.
pub(super) fn restore_terminal() {
    if ASKING.load(Ordering::SeqCst) {
        let _ = io::stderr().write_all(b"\x1b[?25h\n");
    }
    if HIDING.load(Ordering::SeqCst) {
        let _ = io::stderr().write_all(b"\n");
        // What was typed would stay unseen in the shell too. Where there is no such command, the system sees to it.
        let _ = Command::new("stty").arg("echo").stderr(Stdio::null()).status();
    }
}

/// Asks for a password without showing what is typed.
pub(super) fn ask_hidden(question: String) -> Option<String> {
    HIDING.store(true, Ordering::SeqCst);
    let answer = Password::new().with_prompt(question).allow_empty_password(true).interact();
    HIDING.store(false, Ordering::SeqCst);
    answer.ok().filter(|password| !password.is_empty())
}

/// Questions as they stand: the colon that prompts usually get would follow their question mark.
struct Asked;

impl Theme for Asked {
    fn format_prompt(&self, f: &mut dyn fmt::Write, prompt: &str) -> fmt::Result {
        f.write_str(prompt)
    }

    fn format_input_prompt(
        &self,
        f: &mut dyn fmt::Write,
        prompt: &str,
        _: Option<&str>,
    ) -> fmt::Result {
        write!(f, "{prompt} ")
    }

    fn format_input_prompt_selection(
        &self,
        f: &mut dyn fmt::Write,
        prompt: &str,
        answer: &str,
    ) -> fmt::Result {
        write!(f, "{prompt} {answer}")
    }

    fn format_multi_select_prompt_selection(
        &self,
        f: &mut dyn fmt::Write,
        prompt: &str,
        answers: &[&str],
    ) -> fmt::Result {
        write!(f, "{prompt} {}", answers.join(", "))
    }
}

/// Whether somebody is there to be asked.
pub(super) fn somebody_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a question; `None` when it was left unanswered.
pub(super) fn ask(question: &Question, ui: &Ui) -> anyhow::Result<Option<Vec<String>>> {
    ASKING.store(true, Ordering::SeqCst);
    let answer = put(question, ui);
    if answer.is_err() {
        restore_terminal();
        // Ctrl-C ends the question here and the program in its handler, whichever comes first.
        std::thread::sleep(HANDLER);
    }
    ASKING.store(false, Ordering::SeqCst);
    match answer {
        Ok(answer) => Ok(answer),
        Err(dialoguer::Error::IO(error)) => Err(error.into()),
    }
}

fn put(question: &Question, ui: &Ui) -> dialoguer::Result<Option<Vec<String>>> {
    let text = proposal::question(ui.lang, question);
    let labels: Vec<String> =
        question.choices.iter().map(|choice| proposal::choice(ui.lang, question, choice)).collect();
    let answers = |at: &[usize]| at.iter().map(|at| question.choices[*at].answer.clone()).collect();
    let theme = Asked;
    match question.take {
        Take::One => {
            let select = Select::with_theme(&theme).with_prompt(text).items(&labels);
            let chosen = select.default(question.proposed.unwrap_or(0)).interact_opt()?;
            Ok(chosen.map(|at| answers(&[at])))
        }
        Take::Many => {
            let all = vec![question.safe; labels.len()];
            let select = MultiSelect::with_theme(&theme).with_prompt(text).items(&labels);
            let chosen = select.defaults(&all).interact_opt()?;
            Ok(chosen.filter(|at| !at.is_empty()).map(|at| answers(&at)))
        }
        Take::Text => {
            let input = Input::<String>::with_theme(&theme).with_prompt(text).allow_empty(true);
            Ok(Some(vec![input.interact_text()?.trim().to_owned()]))
        }
    }
}
