//! The page of one client on a terminal, as Markdown and as JSON.
//!
//! What stands on the page is decided once, in sections; a section without data is left out. Each format draws the same
//! sections its own way.

mod chart;
mod decisions;
mod relations;
mod sections;
mod tier;
mod words;

use crate::client_page::ClientPage;
use crate::locale::{Lang, grouped};

use super::explain::wrap::wrap;
use super::summary::odd;
use super::table::{Table, cut, escaped};

use unicode_width::UnicodeWidthStr as _;

/// Lines of text are no longer than this, however wide the terminal is.
const TEXT: usize = 100;

/// A section of the page.
struct Section {
    title: String,
    parts: Vec<Part>,
}

/// A part of a section.
enum Part {
    /// A sentence.
    Line(String),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// Sentences that are a list.
    List(Vec<String>),
    /// A table.
    Table(Table),
    /// A table, and the same without where its rows stand, for a terminal that is too narrow for both.
    Placed(Table, Table),
    /// Lines that keep their spaces.
    Drawn(String),
}

/// The page as JSON, with a line end.
pub fn json(page: &ClientPage) -> anyhow::Result<Vec<u8>> {
    let mut out = serde_json::to_vec_pretty(page)?;
    out.push(b'\n');
    Ok(out)
}

/// The page for a terminal. `width` is that of the terminal; without one nothing is shortened.
#[must_use]
pub fn table(page: &ClientPage, lang: Lang, width: Option<usize>) -> String {
    let text_width = width.map_or(usize::MAX, |width| width.min(TEXT));
    let mut out = String::new();
    let mut hidden = false;
    let (title, about) = sections::title(page, lang);
    out.push_str(&wrapped(&title, "", text_width));
    out.push_str(&wrapped(&about, "", text_width));
    for section in sections::sections(page, lang) {
        out.push('\n');
        if !section.title.is_empty() {
            out.push_str(&wrapped(&section.title, "", text_width));
        }
        for part in &section.parts {
            match part {
                Part::Line(line) => out.push_str(&wrapped(line, "", text_width)),
                Part::Facts(facts) => out.push_str(&aligned(facts, text_width)),
                Part::List(lines) => {
                    for line in lines {
                        out.push_str(&wrapped(line, "- ", text_width));
                    }
                }
                Part::Table(table) => out.push_str(&table.draw(width)),
                Part::Placed(whole, short) => {
                    let drawn = whole.draw(None);
                    let fits = |width| drawn.lines().all(|line| line.width() <= width);
                    if width.is_none_or(fits) {
                        out.push_str(&drawn);
                    } else {
                        hidden = true;
                        out.push_str(&short.draw(width));
                    }
                }
                Part::Drawn(lines) => out.push_str(lines),
            }
        }
    }
    if hidden {
        out.push('\n');
        out.push_str(&wrapped(&lang.text("show.hidden"), "", text_width));
    }
    out
}

/// The last line of a run: how long it took, what was odd, among how many clients this one was looked for.
#[must_use]
pub fn verdict(clients: usize, lang: Lang, seconds: f64, errors: u64, warnings: u64) -> String {
    let values = [
        ("seconds", format!("{seconds:.1}")),
        ("odd", odd(lang, errors, warnings)),
        ("clients", grouped(clients as i64)),
    ];
    lang.fill("show.verdict", &values)
}

/// A text in lines, the first of which begins with a prefix and the others below its end.
fn wrapped(text: &str, prefix: &str, width: usize) -> String {
    let text = cut(text, usize::MAX);
    if width == usize::MAX {
        return format!("{prefix}{text}\n");
    }
    let lines = wrap(text.trim(), width.saturating_sub(prefix.width()));
    let mut out = String::new();
    for (at, line) in lines.lines().enumerate() {
        let before = if at == 0 { prefix.to_owned() } else { " ".repeat(prefix.width()) };
        out.extend([before.as_str(), line, "\n"]);
    }
    out
}

/// Names and values in two columns.
fn aligned(facts: &[(String, String)], width: usize) -> String {
    let names = facts.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let mut out = String::new();
    for (name, value) in facts {
        let gap = " ".repeat(names - name.width() + 2);
        out.push_str(&wrapped(value, &format!("{name}{gap}"), width));
    }
    out
}

/// The page as GitHub-flavoured Markdown.
#[must_use]
pub fn markdown(page: &ClientPage, lang: Lang) -> String {
    let (title, about) = sections::title(page, lang);
    let mut out = format!("# {}\n\n{}\n", escaped(&title), escaped(&about));
    for section in sections::sections(page, lang) {
        out.push('\n');
        if !section.title.is_empty() {
            out.extend(["## ", &escaped(&section.title), "\n\n"]);
        }
        let mut parts: Vec<String> = Vec::new();
        for part in &section.parts {
            parts.push(match part {
                Part::Line(line) => escaped(line) + "\n",
                Part::Facts(facts) => {
                    let facts = facts.iter().map(|(name, value)| {
                        let (name, value) = (escaped(name), escaped(value));
                        lang.fill("show.fact", &[("name", name), ("value", value)]) + "\n"
                    });
                    facts.collect()
                }
                Part::List(lines) => lines
                    .iter()
                    .flat_map(|line| ["- ".to_owned(), escaped(line), "\n".to_owned()])
                    .collect(),
                Part::Table(table) | Part::Placed(table, _) => table.markdown(),
                Part::Drawn(lines) => format!("```text\n{lines}```\n"),
            });
        }
        out.push_str(&parts.join("\n"));
    }
    out
}

#[cfg(test)]
mod tests;
