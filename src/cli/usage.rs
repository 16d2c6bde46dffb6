//! What was wrong with the command line, in our own words and the language of the output.

use std::error::Error as _;
use std::fmt::{self, Write as _};
use std::num::ParseIntError;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::locale::Lang;

/// Why the value of an option is none: a code for the option and one for what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    option: &'static str,
    wrong: &'static str,
    meant: Option<String>,
    names: Vec<String>,
}

impl Refused {
    pub(super) fn new(option: &'static str, wrong: &'static str) -> Self {
        Self { option, wrong, meant: None, names: Vec::new() }
    }

    /// With what was most likely meant.
    pub(super) fn meaning(self, meant: &str) -> Self {
        Self { meant: Some(meant.to_owned()), ..self }
    }

    /// With the names that there are.
    pub(super) fn of(self, names: &[&str]) -> Self {
        Self { names: names.iter().map(|name| (*name).to_owned()).collect(), ..self }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.option, self.wrong)
    }
}

impl std::error::Error for Refused {}

/// Any text that is not blank.
pub(super) fn filled(text: &str) -> Result<String, Refused> {
    if text.trim().is_empty() { Err(Refused::new("text", "blank")) } else { Ok(text.to_owned()) }
}

/// The message for a usage error; `None` where it is an answer (help, version) or has no words of its own.
pub(super) fn said(error: &clap::Error, lang: Lang) -> Option<String> {
    let known = |kind: ContextKind| {
        let text = match error.get(kind)? {
            ContextValue::String(text) => text.clone(),
            // between the backticks of the sentence
            ContextValue::Strings(list) if kind != ContextKind::ValidValue => {
                list.join(&format!("`{}`", lang.text("location.or")))
            }
            ContextValue::Strings(list) => list.join(&lang.text("location.list")),
            ContextValue::StyledStr(text) => text.to_string(),
            ContextValue::StyledStrs(list) => {
                let list: Vec<String> = list.iter().map(ToString::to_string).collect();
                list.join(&lang.text("location.list"))
            }
            ContextValue::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(clean(&text)).filter(|text| !text.is_empty())
    };
    let argument = known(ContextKind::InvalidArg);
    let (key, suggested) = match error.kind() {
        ErrorKind::UnknownArgument => ("unknown_argument", ContextKind::SuggestedArg),
        ErrorKind::InvalidSubcommand => ("unknown_command", ContextKind::SuggestedSubcommand),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation
            if known(ContextKind::InvalidValue).is_none_or(|value| value.trim().is_empty()) =>
        {
            let option = argument.as_ref().is_some_and(|argument| argument.starts_with('-'));
            (if option { "no_value" } else { "no_name" }, ContextKind::SuggestedValue)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            ("invalid_value", ContextKind::SuggestedValue)
        }
        ErrorKind::ArgumentConflict => ("conflict", ContextKind::SuggestedArg),
        // an option is only ever asked for by another one
        ErrorKind::MissingRequiredArgument
            if argument.as_ref().is_some_and(|argument| argument.starts_with("--")) =>
        {
            ("missing_option", ContextKind::SuggestedArg)
        }
        ErrorKind::MissingRequiredArgument => ("missing", ContextKind::SuggestedArg),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            ("number_of_values", ContextKind::SuggestedArg)
        }
        ErrorKind::InvalidUtf8 => ("utf8", ContextKind::SuggestedArg),
        ErrorKind::MissingSubcommand => ("no_command", ContextKind::SuggestedArg),
        _ => return None,
    };
    let mut values = Vec::new();
    let named = [
        ("argument", argument),
        ("command", known(ContextKind::InvalidSubcommand)),
        ("value", known(ContextKind::InvalidValue)),
        ("other", known(ContextKind::PriorArg)),
    ];
    for (name, value) in named {
        values.push((name, value.unwrap_or_default()));
    }
    let title = |name: &str| lang.text(&format!("severity.{name}"));
    let sentence = known(ContextKind::Custom);
    let sentence = sentence.unwrap_or_else(|| lang.fill(&format!("usage.{key}"), &values));
    let mut out = format!("{}: {sentence}\n", title("error"));
    let mut help = |text: String| {
        let _ = writeln!(out, "  {}: {text}", title("help"));
    };
    if let Some(name) = known(suggested) {
        help(lang.fill("usage.suggestion", &[("name", name)]));
    }
    if let Some(refused) = error.source().and_then(|why| why.downcast_ref::<Refused>()) {
        help(lang.text(&format!("usage.{}.{}", refused.option, refused.wrong)));
        if let Some(name) = &refused.meant {
            help(lang.fill("usage.suggestion", &[("name", name.clone())]));
        }
        if !refused.names.is_empty() {
            let list = refused.names.join(&lang.text("location.list"));
            help(lang.fill("usage.choices", &[("list", list)]));
        }
    }
    if error.source().and_then(|why| why.downcast_ref::<ParseIntError>()).is_some() {
        help(lang.text("usage.whole_number"));
    }
    if let Some(list) = known(ContextKind::ValidValue) {
        help(lang.fill("usage.choices", &[("list", list)]));
    }
    help(lang.text("usage.more"));
    Some(out)
}

/// A text of the command line without what could drive the terminal.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::args::Cli;

    fn told(arguments: &[&str], lang: Lang) -> String {
        let all = ["kam"].iter().chain(arguments);
        let error = Cli::command().try_get_matches_from(all).expect_err("wrong");
        said(&error, lang).unwrap_or_else(|| panic!("{arguments:?}: {:?}", error.kind()))
    }

    #[test]
    fn every_kind_has_its_sentence() {
        for (arguments, en, zh) in [
            (&["review", "--as-off", "x"][..], "unexpected argument `--as-off`", "`--as-off`"),
            (&["revue"], "unknown command `revue`", "没有 `revue` 这个命令"),
            (&["review", "--policy", "none"], "`none` is not a value of", "不能是 `none`"),
            (&["review", "--as-of"], "needs a value", "缺少值"),
            (&["review", "--period", "2026", "--as-of", "today"], "together", "不能同时使用"),
            (&["completions"], "is missing", "缺少"),
            (&["review", "--max-age", "x"], "a whole number", "整数"),
            (&["plan"], "`template` or `explain`", "`template`或`explain`"),
            (&["whatif", "--draws", "5"], "which another option needs", "需要它"),
            (&["whatif", "--weight", "growth"], "such as `growth=20`", "例如 `growth=20`"),
            (&["whatif", "--weight", ""], "needs a value", "缺少值"),
            (&["show", " "], "`<CLIENT>` is empty", "`<CLIENT>` 是空的"),
            (&["review", "--as-of", ""], "`--as-of <DATE>` needs a value", "缺少值"),
            (&["whatif", "--weight", "growth=200"], "from 0 to 100", "0 到 100"),
            (&["whatif", "--top", "core=20"], "from 0 to 1", "0 到 1"),
            (&["whatif", "--top", "gold=0.1"], "strategic, core, potential", "strategic、core"),
        ] {
            let text = told(arguments, Lang::En);
            assert!(text.contains(en) && text.starts_with("error: "), "{text}");
            let text = told(arguments, Lang::Zh);
            assert!(text.contains(zh) && text.starts_with("错误: "), "{text}");
            assert!(!text.contains('{') && !text.contains("usage."), "{text}");
        }
        assert!(told(&["revue"], Lang::Zh).contains("`review`"));
        assert!(told(&["review", "--as-off", "x"], Lang::Zh).contains("`--as-of`"));
    }
}
