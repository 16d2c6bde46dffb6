//! What was wrong with the command line, in our own words and the language of the output.

use std::fmt::Write as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::locale::Lang;

/// The message for a usage error; `None` where it is an answer (help, version) or has no words of its own.
pub(super) fn said(error: &clap::Error, lang: Lang) -> Option<String> {
    let known = |kind: ContextKind| {
        let text = match error.get(kind)? {
            ContextValue::String(text) => text.clone(),
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
        ErrorKind::InvalidValue if known(ContextKind::InvalidValue).is_none() => {
            ("no_value", ContextKind::SuggestedValue)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            ("invalid_value", ContextKind::SuggestedValue)
        }
        ErrorKind::ArgumentConflict => ("conflict", ContextKind::SuggestedArg),
        ErrorKind::MissingRequiredArgument => ("missing", ContextKind::SuggestedArg),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            ("number_of_values", ContextKind::SuggestedArg)
        }
        ErrorKind::InvalidUtf8 => ("utf8", ContextKind::SuggestedArg),
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
    let mut out = format!("{}: {}\n", title("error"), lang.fill(&format!("usage.{key}"), &values));
    let mut help = |text: String| {
        let _ = writeln!(out, "  {}: {text}", title("help"));
    };
    if let Some(name) = known(suggested) {
        help(lang.fill("usage.suggestion", &[("name", name)]));
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
        said(&error, lang).expect("words")
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
