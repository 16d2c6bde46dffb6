//! XML passed through: what is not changed is written as it was read.

use std::io::{BufRead, Write};

use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use crate::source::package::Flaw;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The events of a part.
pub(super) struct Events<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    /// Whether the part begins with a byte order mark, which is no event.
    pub has_mark: bool,
    depth: usize,
}

impl<R: BufRead> Events<R> {
    pub(super) fn new(mut input: R) -> Result<Self, Flaw> {
        let head = input.fill_buf()?;
        // The XML of a package may be UTF-16, which no program writes and our reader of cells does not know either.
        if head.starts_with(&[0xFE, 0xFF]) || head.starts_with(&[0xFF, 0xFE]) {
            return Err(Flaw::Damaged("UTF-16".to_owned()));
        }
        let has_mark = head.starts_with(BOM);
        if has_mark {
            input.consume(BOM.len());
        }
        Ok(Self { reader: Reader::from_reader(input), buffer: Vec::new(), has_mark, depth: 0 })
    }

    /// The next event; the end only where every element is closed.
    pub(super) fn next(&mut self) -> Result<Event<'_>, Flaw> {
        self.buffer.clear();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(flaw)?;
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => {
                return Err(Flaw::Damaged("cut-off".to_owned()));
            }
            _ => {}
        }
        Ok(event)
    }
}

fn flaw(error: quick_xml::Error) -> Flaw {
    match error {
        quick_xml::Error::Io(error) => std::io::Error::new(error.kind(), error.to_string()).into(),
        other => Flaw::Damaged(other.to_string()),
    }
}

/// Writes the byte order mark that a part had.
pub(super) fn mark<W: Write>(out: &mut Writer<W>, has_mark: bool) -> std::io::Result<()> {
    if has_mark { out.get_mut().write_all(BOM) } else { Ok(()) }
}

/// The name of the element that an event begins or ends.
pub(super) fn name<'a>(event: &'a Event<'_>) -> Option<&'a str> {
    match event {
        Event::Start(tag) | Event::Empty(tag) => Some(tag.name().0),
        Event::End(tag) => Some(tag.name().0),
        _ => None,
    }
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The prefix of a name with its colon; empty where it has none.
pub(super) fn prefix(name: &str) -> &str {
    name.rfind(':').map_or("", |colon| &name[..=colon])
}

/// The value of an attribute that has no escapes, such as a place or a number; quick, since every cell is asked.
pub(super) fn plain_attribute<'t>(tag: &'t BytesStart<'_>, name: &str) -> Option<&'t str> {
    let mut rest = tag.attributes_raw();
    while let Some(equals) = rest.find('=') {
        let key = rest[..equals].trim();
        let value = rest[equals + 1..].trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let value = &value[1..];
        let end = value.find(quote)?;
        if key == name {
            return Some(value[..end].trim());
        }
        rest = &value[end + 1..];
    }
    None
}

/// The value of an attribute, without its escapes.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    attribute_where(tag, |key| key == name)
}

/// The value of an attribute of any prefix, such as `r:id`.
pub(super) fn prefixed_attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    attribute_where(tag, |key| key.contains(':') && local(key) == name)
}

/// The value of the first attribute whose key fits, without its escapes.
fn attribute_where(tag: &BytesStart<'_>, fits: impl Fn(&str) -> bool) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten().find(|it| fits(it.key.as_ref()))?;
    let value = quick_xml::escape::unescape(&found.value).ok()?;
    Some(value.into_owned())
}

/// A tag with other values for some attributes; `None` removes one. New ones go last.
pub(super) fn with(
    tag: &BytesStart<'_>,
    changes: &[(&str, Option<String>)],
) -> BytesStart<'static> {
    let name = tag.name().0;
    let mut content = name.to_owned();
    let mut put = |key: &str, value: &str| {
        content.push(' ');
        content.push_str(key);
        content.push_str("=\"");
        content.push_str(value);
        content.push('"');
    };
    let mut done: Vec<&str> = Vec::new();
    for attribute in tag.attributes().with_checks(false).flatten() {
        let key: &str = attribute.key.as_ref();
        match changes.iter().find(|(name, _)| *name == key) {
            Some((name, value)) => {
                if let Some(value) = value {
                    put(key, &escaped(value));
                }
                done.push(name);
            }
            None => put(key, &attribute.value.replace('"', "&quot;")),
        }
    }
    for (name, value) in changes.iter().filter(|(name, _)| !done.contains(name)) {
        if let Some(value) = value {
            put(name, &escaped(value));
        }
    }
    let length = name.len();
    BytesStart::from_content(content, length)
}

/// A text as XML holds it.
pub(super) fn escaped(text: &str) -> String {
    BytesText::new(text).into_inner().replace('"', "&quot;")
}

/// A text as a cell of a workbook holds it: what XML cannot hold is left out, and what would be read as an escape of
/// workbooks (`_x000D_`) is escaped.
pub(super) fn cell_text(text: &str) -> String {
    let allowed = |c: &char| !c.is_control() || matches!(c, '\t' | '\n');
    let text: String =
        text.chars().filter(|c| allowed(c) && !matches!(c, '\u{FFFE}' | '\u{FFFF}')).collect();
    escaped(&text.replace("_x", "_x005F_x"))
}
