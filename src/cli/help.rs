//! Help texts from the catalogue, and commands in groups.

use std::fmt::Write as _;

use clap::Command;

use crate::locale::Lang;

/// Groups of commands as the help shows them.
const GROUPS: [(&str, &[&str]); 5] = [
    ("start", &["demo", "init", "template"]),
    ("data", &["check", "import"]),
    ("review", &["review", "score", "tier", "churn", "show", "diff", "annotate"]),
    ("judge", &["whatif"]),
    ("help", &["explain", "config", "completions"]),
];

/// The command with its texts in a language.
pub(super) fn localised(command: Command, lang: Lang) -> Command {
    let mut top = arguments(command.about(lang.text("help.about")), lang);
    let names: Vec<String> =
        top.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for name in &names {
        top = top.mut_subcommand(name, |command| {
            let examples = lang.text(&format!("help.examples.{name}"));
            let about = lang.text(&format!("help.command.{name}"));
            let indented: Vec<String> = examples.lines().map(|line| format!("  {line}")).collect();
            let positionals = match command.get_positionals().next() {
                Some(_) => format!("{}\n{{positionals}}\n\n", lang.text("help.arguments")),
                None => String::new(),
            };
            arguments(command.about(about), lang).help_template(format!(
                "{{about}}\n\n{}{{usage}}\n\n{positionals}{}\n{{options}}\n\n{}\n{}\n",
                lang.text("help.usage"),
                lang.text("help.options"),
                lang.text("help.examples_title"),
                indented.join("\n")
            ))
        });
    }
    let template = format!(
        "{{about}}\n\n{}{{usage}}\n\n{}{}\n{{options}}\n\n{}\n\n{}\n",
        lang.text("help.usage"),
        commands(lang),
        lang.text("help.options"),
        lang.text("help.environment").trim_start(),
        lang.text("help.more"),
    );
    top.help_template(template)
}

fn commands(lang: Lang) -> String {
    let mut out = String::new();
    for (group, names) in GROUPS {
        out.push_str(&lang.text(&format!("help.group.{group}")));
        out.push('\n');
        for name in names {
            let about = lang.text(&format!("help.command.{name}"));
            let _ = writeln!(out, "  {name:<13}{about}");
        }
        out.push('\n');
    }
    out
}

fn arguments(command: Command, lang: Lang) -> Command {
    command.mut_args(|argument| {
        let key = format!("help.arg.{}", argument.get_id());
        // The texts name the values and defaults, in their language.
        let argument = if argument.get_action().takes_values() {
            argument.hide_possible_values(true).hide_default_value(true)
        } else {
            argument
        };
        match lang.find(&key) {
            Some(text) => argument.help(text),
            None => argument,
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn every_command_and_argument_has_its_texts() {
        for lang in Lang::ALL {
            let command = localised(Cli::command(), lang);
            command.clone().debug_assert();
            for sub in command.get_subcommands() {
                let name = sub.get_name();
                assert!(
                    GROUPS.iter().any(|(_, names)| names.contains(&name)),
                    "{name} is in no group"
                );
                assert!(lang.find(&format!("help.command.{name}")).is_some(), "{name}");
                let examples = lang.find(&format!("help.examples.{name}")).unwrap_or_default();
                assert!(examples.lines().count() >= 1, "{name} has no examples");
                for argument in sub.get_arguments() {
                    let id = argument.get_id().as_str();
                    assert!(lang.find(&format!("help.arg.{id}")).is_some(), "{name} {id}");
                }
            }
        }
    }
}
