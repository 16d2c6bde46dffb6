//! Markup as a stream of tags and texts.
//!
//! Lenient like a browser, because web pages are never well-formed, and without any of the machinery that makes XML
//! dangerous: entities of the file's own are not defined, nothing outside the file is looked at, and a single tag or
//! text has a longest length. Names come without their namespace prefix and in lower case.

use std::borrow::Cow;
use std::io::BufRead;

use crate::source::package::Flaw;

/// The longest tag or piece of text; more than a cell can hold.
const LONGEST: usize = 16 << 20;

/// One piece of markup.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// An opening tag.
    Open(Tag<'a>),
    /// The name in a closing tag.
    Close(&'a str),
    /// Text between tags as it stands there.
    Text(&'a str),
    /// Text in which nothing is escaped.
    Plain(&'a str),
}

/// An opening tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Whether it closes itself.
    pub(super) is_whole: bool,
    attributes: &'a str,
}

impl Tag<'_> {
    /// The value of an attribute, given by its name without a prefix, in lower case.
    pub(super) fn attribute(&self, wanted: &str) -> Option<Cow<'_, str>> {
        let mut rest = self.attributes.trim_start();
        while !rest.is_empty() {
            // A name has at least one character, if only a stray sign.
            let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
            let end = end.max(rest.chars().next().map_or(1, char::len_utf8));
            let name = &rest[..end];
            rest = rest[end..].trim_start();
            let value = match rest.strip_prefix('=') {
                None => "",
                Some(after) => {
                    let (value, after) = value(after.trim_start());
                    rest = after.trim_start();
                    value
                }
            };
            if local(name).eq_ignore_ascii_case(wanted) {
                return Some(unescaped(value));
            }
        }
        None
    }

    /// The value of an attribute that is a whole number.
    pub(super) fn count(&self, wanted: &str) -> Option<u32> {
        self.attribute(wanted)?.trim().parse().ok()
    }
}

/// A value with or without quotes at the beginning of a text, and what follows it.
fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Takes a stream of UTF-8 apart.
pub(super) struct Tokens<R> {
    input: R,
    piece: Vec<u8>,
    name: String,
}

impl<R: BufRead> Tokens<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, piece: Vec::new(), name: String::new() }
    }

    /// The next token, or nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token<'_>>, Flaw> {
        loop {
            self.piece.clear();
            let Some(first) = self.input.fill_buf()?.first().copied() else {
                return Ok(None);
            };
            if first != b'<' {
                self.up_to(b'<', true)?;
                return Ok(Some(Token::Text(text(&self.piece)?)));
            }
            self.input.consume(1);
            let second = self.input.fill_buf()?.first().copied();
            match second {
                Some(b'!') => {
                    if let Some(plain) = self.declaration()? {
                        let plain = text(&self.piece[plain..self.piece.len() - 2])?;
                        return Ok(Some(Token::Plain(plain)));
                    }
                }
                Some(b'?') => self.up_to(b'>', false)?,
                Some(b'/') => {
                    self.up_to(b'>', false)?;
                    let name = text(self.piece.strip_prefix(b"/").unwrap_or_default())?;
                    self.name.clear();
                    self.name.push_str(local(name.trim()));
                    self.name.make_ascii_lowercase();
                    return Ok(Some(Token::Close(&self.name)));
                }
                Some(byte) if byte.is_ascii_alphabetic() => {
                    self.tag()?;
                    return self.opened().map(Some);
                }
                // Not a tag, whatever it is.
                _ => return Ok(Some(Token::Plain("<"))),
            }
        }
    }

    /// Reads to a byte, which is taken but not kept, unless it is to stay.
    fn up_to(&mut self, end: u8, stays: bool) -> Result<(), Flaw> {
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            let found = memchr::memchr(end, buffer);
            let count = found.unwrap_or(buffer.len());
            self.piece.extend_from_slice(&buffer[..count]);
            self.input.consume(count + usize::from(found.is_some() && !stays));
            if found.is_some() {
                return Ok(());
            }
            if self.piece.len() > LONGEST {
                return Err(Flaw::Suspicious("endless-row"));
            }
        }
    }

    /// Reads a comment or a declaration, which are nothing, or CDATA, which begins at the position returned.
    fn declaration(&mut self) -> Result<Option<usize>, Flaw> {
        const CDATA: &[u8] = b"![CDATA[";
        loop {
            self.up_to(b'>', false)?;
            let piece = self.piece.as_slice();
            let (is_cdata, is_comment) = (piece.starts_with(CDATA), piece.starts_with(b"!--"));
            if is_cdata && piece.len() >= CDATA.len() + 2 && piece.ends_with(b"]]") {
                return Ok(Some(CDATA.len()));
            }
            let is_complete = match (is_cdata, is_comment) {
                (true, _) => false,
                (_, true) => piece.len() >= 5 && piece.ends_with(b"--"),
                _ => true,
            };
            if is_complete || self.input.fill_buf()?.is_empty() {
                return Ok(None);
            }
            if self.piece.len() > LONGEST {
                return Err(Flaw::Suspicious("endless-row"));
            }
            self.piece.push(b'>');
        }
    }

    /// Reads a tag up to its closing bracket; brackets in quotes are part of it.
    fn tag(&mut self) -> Result<(), Flaw> {
        let mut quote = None;
        let mut seen = 0;
        loop {
            self.up_to(b'>', false)?;
            for byte in &self.piece[seen..] {
                match quote {
                    Some(open) if open == *byte => quote = None,
                    None if matches!(byte, b'"' | b'\'') => quote = Some(*byte),
                    _ => {}
                }
            }
            seen = self.piece.len();
            if quote.is_none() || self.input.fill_buf()?.is_empty() {
                return Ok(());
            }
            if self.piece.len() > LONGEST {
                return Err(Flaw::Suspicious("endless-row"));
            }
            self.piece.push(b'>');
            seen += 1;
        }
    }

    fn opened(&mut self) -> Result<Token<'_>, Flaw> {
        let tag = text(&self.piece)?;
        let (tag, is_whole) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let end = tag.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(end);
        self.name.clear();
        self.name.push_str(local(name));
        self.name.make_ascii_lowercase();
        Ok(Token::Open(Tag { name: &self.name, is_whole, attributes }))
    }
}

fn text(bytes: &[u8]) -> Result<&str, Flaw> {
    std::str::from_utf8(bytes).map_err(|error| Flaw::Damaged(error.to_string()))
}

/// Text with its character references replaced; those that nobody knows stay as they are.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else {
        return Cow::Borrowed(text);
    };
    let (before, mut rest) = text.split_at(first);
    let mut out = before.to_owned();
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        if let Some((c, end)) = end.and_then(|end| Some((reference(rest.get(1..end)?)?, end))) {
            out.push(c);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']).map(|digits| u32::from_str_radix(digits, 16));
        return char::from_u32(hex.unwrap_or_else(|| number.parse()).ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "yen" => '¥',
        "euro" => '€',
        "pound" => '£',
        "middot" => '·',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "hellip" => '…',
        "times" => '×',
        "ensp" | "emsp" => ' ',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> String {
        // A small buffer, so that every token spans several reads.
        let mut tokens = Tokens::new(std::io::BufReader::with_capacity(3, text.as_bytes()));
        let mut out = Vec::new();
        while let Some(token) = tokens.next().expect("a token") {
            out.push(match token {
                Token::Open(tag) => {
                    let end = if tag.is_whole { "/" } else { "" };
                    format!("<{}{end} id={:?}>", tag.name, tag.attribute("id").as_deref())
                }
                Token::Close(name) => format!("</{name}>"),
                Token::Text(text) => unescaped(text).into_owned(),
                Token::Plain(text) => format!("[{text}]"),
            });
        }
        out.join("|")
    }

    #[test]
    fn markup_comes_apart_as_browsers_take_it() {
        assert_eq!(
            tokens("<TD x:id = '1>2' b>a&amp;b&nbsp;&#x4e00;&#20108;&no;</ss:TD >"),
            "<td id=Some(\"1>2\")>|a&b\u{a0}一二&no;|</td>"
        );
        assert_eq!(
            tokens("<br/><p\nid=7 /><a id>"),
            "<br/ id=None>|<p/ id=Some(\"7\")>|<a id=Some(\"\")>"
        );
        assert_eq!(tokens("<!-- <td> > -->x<![CDATA[<&amp;>]]><?xml a?>"), "x|[<&amp;>]");
        assert_eq!(tokens("<!DOCTYPE html><![if x]>1 < 2<![endif]>"), "1 |[<]| 2");
        assert_eq!(tokens("a<b id=\"x"), "a|<b id=Some(\"x\")>");
        assert_eq!(tokens("<!-- never closed"), "");
        assert_eq!(tokens("<"), "[<]");
    }

    #[test]
    fn nothing_is_endless() {
        for (start, fill) in
            [("", "x"), ("<a ", "x"), ("<a b='", ">"), ("<!--", ">"), ("<![CDATA[", ">")]
        {
            let long = start.to_owned() + &fill.repeat(LONGEST + 9);
            let endless = Some(Flaw::Suspicious("endless-row"));
            assert_eq!(Tokens::new(long.as_bytes()).next().err(), endless, "{start}");
        }
    }

    #[test]
    fn entities_of_the_file_are_not_expanded() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"&a;&a;\">]><a>&b;</a>";
        assert!(tokens(bomb).ends_with("<a id=None>|&b;|</a>"), "{}", tokens(bomb));
    }
}
