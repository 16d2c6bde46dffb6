//! The review as one page for a browser: who needs action first, then the figures, every client, and the method.
//!
//! The page is one file that asks the network for nothing: style, script and charts stand in it, and its policy forbids
//! everything else. Both languages are in it, and all of it can be read without the script, which only sorts, searches
//! and draws. Whatever comes from the input passes the template engine, which escapes it.

mod both;
mod charts;
mod client;
mod data;
mod figures;
mod method;
mod movement;
mod policy;
mod svg;
mod view;
mod waterfall;

#[cfg(test)]
mod tests;

use std::io::Write;

use anyhow::Result;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

use self::both::both;
use self::view::Page;
use crate::locale::Lang;
use crate::review::Review;

/// The name decides that values are escaped as HTML.
const NAME: &str = "page.html";
const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the review as a page that shows `lang` first.
///
/// # Errors
///
/// Those of the stream.
pub fn write(review: &Review, lang: Lang, out: &mut dyn Write) -> Result<()> {
    Ok(out.write_all(page(review, lang)?.as_bytes())?)
}

/// The page; it shows `lang` first.
fn page(review: &Review, lang: Lang) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).build()?);
    environment.add_function("t", text);
    environment.add_template(NAME, PAGE)?;
    Ok(environment.get_template(NAME)?.render(Serde(Page::of(review, lang)?))?)
}

/// A text of the catalogue in both languages.
fn text(key: &str) -> Result<Value, Error> {
    if Lang::ALL.iter().any(|lang| lang.find(key).is_none()) {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("there is no text {key}")));
    }
    Ok(both(|lang| lang.text(key)))
}
