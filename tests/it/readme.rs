//! What the README shows is what the program does.

use std::fs;

use crate::support::{Bench, root, untimed};

/// The fenced blocks of a language in a Markdown text.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    text.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

fn check(file: &str, lang: &str) {
    let text = fs::read_to_string(root().join(file)).expect("README");
    let bench = Bench::new();
    let demo = bench.kam(&["demo", "--lang", lang]).code(0);
    let said = demo.out + &untimed(&demo.err);

    // The answer at the top is the demo's.
    let shown = blocks(&text, "text");
    let shown = untimed(shown.first().expect("the demo's answer"));
    for line in shown.lines().filter(|line| *line != "...") {
        assert!(said.lines().any(|said| said == line), "{file}: the demo does not say\n{line}");
    }

    // Every command runs in the demo's folder.
    let blocks = blocks(&text, "console");
    let commands: Vec<&str> = blocks.iter().flat_map(|block| block.lines()).collect();
    assert!(commands.len() >= 10, "{file}: {commands:?}");
    for line in commands {
        let command =
            line.strip_prefix("$ kam ").expect("a console block has commands of kam only");
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let run = bench.kam_in("kam-demo", &arguments);
        assert_eq!(run.code, 0, "{file}: {line}\n{}", run.err);
        assert!(!run.err.contains("error["), "{file}: {line}\n{}", run.err);
    }
}

#[test]
fn english() {
    check("README.md", "en");
}

#[test]
fn chinese() {
    check("README.zh.md", "zh");
}
