//! The list of cell formats: new ones are put at its end, so that every number that cells have stays what it was.
//!
//! A new format is that of a neighbouring cell with another number format: font, border and fill are the neighbour's.

use std::io::Write;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, Event};

use super::Trouble;
use super::column::Kind;
use super::xml::{self, Events, attribute, local, prefix, with};

/// Built-in number formats: general, and two decimals.
const GENERAL: &str = "0";
const TWO_DECIMALS: &str = "2";

/// Fills of the tiers worth a colour, the highest first.
pub(super) const TIER_FILLS: [&str; 3] = ["FFF5C77E", "FFBFE0F5", "FFCDEBDD"];

/// Formats that cells ask for, and the numbers they get.
pub(super) struct Styles {
    /// Cell formats that are there.
    formats: u32,
    /// Differential formats that are there.
    differential: u32,
    /// Neighbour's format and kind, in the order of their numbers.
    wanted: Vec<(u32, Kind)>,
}

impl Styles {
    /// Counts what a part holds.
    pub(super) fn read(part: &[u8]) -> Result<Self, Trouble> {
        let mut events = Events::new(part)?;
        let mut styles = Self { formats: 0, differential: 0, wanted: Vec::new() };
        // Lists of the same names may stand deeper, in extensions.
        let (mut list, mut depth) = (String::new(), 0);
        loop {
            match events.next()? {
                Event::Start(tag) => {
                    styles.count(local(tag.name().as_ref()), depth, &mut list);
                    depth += 1;
                }
                Event::Empty(tag) => styles.count(local(tag.name().as_ref()), depth, &mut list),
                Event::End(_) => depth -= 1,
                Event::Eof => return Ok(styles),
                _ => {}
            }
        }
    }

    /// Counts an element that begins inside `depth` others.
    fn count(&mut self, name: &str, depth: u32, list: &mut String) {
        match (depth, name) {
            (1, name) => name.clone_into(list),
            (2, "xf") if list == "cellXfs" => self.formats += 1,
            (2, "dxf") if list == "dxfs" => self.differential += 1,
            _ => {}
        }
    }

    /// The format of a kind beside a cell of format `beside`.
    pub(super) fn format(&mut self, beside: u32, kind: Kind) -> u32 {
        let beside = if beside < self.formats { beside } else { 0 };
        let found = self.wanted.iter().position(|wanted| *wanted == (beside, kind));
        let at = found.unwrap_or_else(|| {
            self.wanted.push((beside, kind));
            self.wanted.len() - 1
        });
        self.formats + at as u32
    }

    /// The number that the first of the fills of tiers gets.
    pub(super) fn first_fill(&self) -> u32 {
        self.differential
    }

    /// The part with all that was asked for at the ends of its lists, and the fills of tiers where they are wanted.
    pub(super) fn write(
        &self,
        part: &[u8],
        fills: bool,
        out: &mut dyn Write,
    ) -> Result<(), Trouble> {
        let known = formats(part)?;
        let mut events = Events::new(part)?;
        let mut out = Writer::new(out);
        xml::mark(&mut out, events.has_mark)?;
        let count = |tag: &BytesStart<'_>, there: u32, more: usize| {
            let count = attribute(tag, "count").map(|_| (there as usize + more).to_string());
            with(tag, &[("count", count)])
        };
        let mut fills = if fills { TIER_FILLS.len() } else { 0 };
        let mut depth = 0;
        loop {
            let event = events.next()?;
            let name = xml::name(&event).unwrap_or_default().to_owned();
            let prefix = prefix(&name);
            let around = depth - i32::from(matches!(event, Event::End(_)));
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                _ => {}
            }
            // Only the part's own lists: extensions have some of the same names.
            let is_own = around == 1 || (around == 0 && matches!(event, Event::End(_)));
            match (if is_own { local(&name) } else { "" }, event) {
                ("cellXfs", Event::Start(tag)) => {
                    out.write_event(Event::Start(count(&tag, self.formats, self.wanted.len())))?;
                }
                ("cellXfs", end @ Event::End(_)) => {
                    for (beside, kind) in &self.wanted {
                        let empty = || format!("<{prefix}xf/>");
                        let neighbour = known.get(*beside as usize).cloned().unwrap_or_else(empty);
                        neighbour_as(&neighbour, *kind, &mut out)?;
                    }
                    out.write_event(end)?;
                }
                ("dxfs", Event::Start(tag)) => {
                    out.write_event(Event::Start(count(&tag, self.differential, fills)))?;
                }
                ("dxfs", end @ Event::End(_)) => {
                    tier_fills(&mut out, prefix, std::mem::take(&mut fills))?;
                    out.write_event(end)?;
                }
                ("dxfs", Event::Empty(tag)) if fills > 0 => {
                    out.write_event(Event::Start(count(&tag, 0, fills)))?;
                    tier_fills(&mut out, prefix, std::mem::take(&mut fills))?;
                    out.write_event(Event::End(BytesEnd::new(name.as_str())))?;
                }
                (_, Event::Eof) => return Ok(()),
                // Where there are no differential formats they go before what has to follow them.
                (follows, event) => {
                    let here = matches!(follows, "tableStyles" | "colors" | "extLst")
                        || (follows == "styleSheet" && matches!(event, Event::End(_)));
                    if here && fills > 0 {
                        write!(out.get_mut(), "<{prefix}dxfs count=\"{fills}\">")?;
                        tier_fills(&mut out, prefix, std::mem::take(&mut fills))?;
                        write!(out.get_mut(), "</{prefix}dxfs>")?;
                    }
                    out.write_event(event)?;
                }
            }
        }
    }
}

/// The cell formats of a part, each as its XML.
fn formats(part: &[u8]) -> Result<Vec<String>, Trouble> {
    let mut events = Events::new(part)?;
    let (mut formats, mut inside, mut depth, mut whole) = (Vec::new(), false, 0, 0);
    let mut format = Writer::new(Vec::new());
    loop {
        let event = events.next()?;
        let (begins, ends) = match &event {
            Event::Start(_) => (true, false),
            Event::Empty(_) => (true, true),
            Event::End(_) => (false, true),
            Event::Eof => return Ok(formats),
            _ => continue,
        };
        let around = whole - i32::from(!begins);
        whole += i32::from(begins) - i32::from(ends);
        if around == 1 && xml::name(&event).map(local) == Some("cellXfs") {
            inside = begins && !ends;
        } else if inside {
            depth += i32::from(begins) - i32::from(ends);
            format.write_event(event)?;
            if depth == 0 {
                let whole = std::mem::take(format.get_mut());
                formats.push(String::from_utf8_lossy(&whole).into_owned());
            }
        }
    }
}

/// Writes the format of a neighbour with the number format of a kind, aligned as that kind is.
fn neighbour_as<W: Write>(neighbour: &str, kind: Kind, out: &mut Writer<W>) -> Result<(), Trouble> {
    let number = match kind {
        Kind::Points => TWO_DECIMALS,
        Kind::Text => GENERAL,
    };
    let mut events = Events::new(neighbour.as_bytes())?;
    let (mut format, mut vertical, mut kept) = (BytesStart::new("xf"), None, Vec::new());
    loop {
        match events.next()? {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => match local(tag.name().as_ref()) {
                "xf" => format = tag.into_owned(),
                "alignment" => vertical = attribute(&tag, "vertical"),
                "protection" => kept.push(tag.into_owned()),
                _ => {}
            },
            _ => {}
        }
    }
    let name = format.name().as_ref().to_owned();
    let yes = || Some("1".to_owned());
    format = with(
        &format,
        &[
            ("numFmtId", Some(number.to_owned())),
            ("applyNumberFormat", yes()),
            ("applyAlignment", vertical.as_ref().and_then(|_| yes())),
            ("quotePrefix", None),
        ],
    );
    if vertical.is_some() {
        let alignment = BytesStart::new(format!("{}alignment", prefix(&name)));
        kept.insert(0, with(&alignment, &[("vertical", vertical)]));
    }
    if kept.is_empty() {
        out.write_event(Event::Empty(format))?;
        return Ok(());
    }
    out.write_event(Event::Start(format))?;
    for tag in kept {
        out.write_event(Event::Empty(tag))?;
    }
    out.write_event(Event::End(BytesEnd::new(name)))?;
    Ok(())
}

fn tier_fills<W: Write>(out: &mut Writer<W>, prefix: &str, count: usize) -> std::io::Result<()> {
    for colour in TIER_FILLS.iter().take(count) {
        write!(
            out.get_mut(),
            "<{prefix}dxf><{prefix}fill><{prefix}patternFill patternType=\"solid\">\
             <{prefix}bgColor rgb=\"{colour}\"/></{prefix}patternFill></{prefix}fill></{prefix}dxf>",
        )?;
    }
    Ok(())
}
