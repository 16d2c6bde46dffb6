//! The workbook part: its sheets, and hidden names by which our columns are found again.

use std::io::Write;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use super::Trouble;
use super::reference::{Range, letters};
use super::sheet::Placed;
use super::xml::{self, Events, attribute, local, prefix, prefixed_attribute, with};

/// Elements of a workbook that its names stand before.
const AFTER_NAMES: [&str; 10] = [
    "calcPr",
    "oleSize",
    "customWorkbookViews",
    "pivotCaches",
    "smartTagPr",
    "smartTagTypes",
    "webPublishing",
    "fileRecoveryPr",
    "webPublishObjects",
    "extLst",
];
/// The name of the range that a sheet filters.
const FILTER: &str = "_xlnm._FilterDatabase";

/// What the workbook part says.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Name and relation of each sheet.
    pub sheets: Vec<(String, String)>,
    /// Names: what, of which sheet, its formula.
    names: Vec<(String, Option<usize>, String)>,
}

/// The name by which a column is found again.
fn name_of(code: &str) -> String {
    format!("_kam_{code}")
}

impl Book {
    pub(super) fn read(part: &[u8]) -> Result<Self, Trouble> {
        let mut events = Events::new(part)?;
        let mut book = Self::default();
        let mut inside = false;
        loop {
            match events.next()? {
                Event::Start(tag) | Event::Empty(tag) if local(tag.name().0) == "sheet" => {
                    let name = attribute(&tag, "name").unwrap_or_default();
                    book.sheets.push((name, prefixed_attribute(&tag, "id").unwrap_or_default()));
                }
                Event::Start(tag) if local(tag.name().0) == "definedName" => {
                    let sheet = attribute(&tag, "localSheetId").and_then(|id| id.parse().ok());
                    let name = attribute(&tag, "name").unwrap_or_default();
                    book.names.push((name, sheet, String::new()));
                    inside = true;
                }
                Event::Text(text) if inside => {
                    if let Some((_, _, formula)) = book.names.last_mut() {
                        formula.push_str(&text);
                    }
                }
                Event::GeneralRef(entity) if inside => {
                    if let Some((_, _, formula)) = book.names.last_mut() {
                        formula.push('&');
                        formula.push_str(&entity);
                        formula.push(';');
                    }
                }
                Event::End(_) => inside = false,
                Event::Eof => return Ok(book),
                _ => {}
            }
        }
    }

    /// The column in which the name of ours says that it stands on a sheet.
    pub(super) fn column(&self, sheet: usize, code: &str) -> Option<u32> {
        let wanted = name_of(code);
        let (_, _, formula) = self
            .names
            .iter()
            .find(|(name, of, _)| *of == Some(sheet) && name.eq_ignore_ascii_case(&wanted))?;
        let (_, cell) = formula.rsplit_once('!')?;
        super::reference::cell(cell).map(|(_, column)| column)
    }

    /// Writes the part with the names of our columns on a sheet, and its filter as far as it is now.
    pub(super) fn write(
        &self,
        part: &[u8],
        sheet: usize,
        heading: u32,
        placed: &[Placed],
        filter: Option<Range>,
        out: &mut dyn Write,
    ) -> Result<(), Trouble> {
        let title =
            self.sheets.get(sheet).map_or("", |(name, _)| name.as_str()).replace('\'', "''");
        let mut new: Vec<&Placed> = placed
            .iter()
            .filter(|it| self.column(sheet, it.column.code) != Some(it.index))
            .collect();
        let codes: Vec<String> = new.iter().map(|it| name_of(it.column.code)).collect();
        let is_stale = |tag: &BytesStart<'_>| {
            let of = attribute(tag, "localSheetId").and_then(|id| id.parse().ok());
            let name = attribute(tag, "name").unwrap_or_default();
            of == Some(sheet) && codes.iter().any(|code| code.eq_ignore_ascii_case(&name))
        };
        let is_filter = |tag: &BytesStart<'_>| {
            let of = attribute(tag, "localSheetId").and_then(|id| id.parse().ok());
            of == Some(sheet) && attribute(tag, "name").is_some_and(|name| name == FILTER)
        };
        let mut events = Events::new(part)?;
        let mut out = Writer::new(out);
        xml::mark(&mut out, events.has_mark)?;
        let (mut skips, mut depth) = (false, 0);
        loop {
            let event = events.next()?;
            let name = xml::name(&event).unwrap_or_default().to_owned();
            let prefix = prefix(&name);
            let is_top = depth == 1;
            match &event {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                _ => {}
            }
            match (local(&name), event) {
                ("definedName", Event::Start(tag)) if is_stale(&tag) => skips = true,
                ("definedName", Event::End(_)) if skips => skips = false,
                ("definedName", Event::Start(tag)) if is_filter(&tag) && filter.is_some() => {
                    let range = filter.map(Range::absolute).unwrap_or_default();
                    let formula = format!("'{title}'!{range}");
                    out.write_event(Event::Start(tag))?;
                    out.write_event(Event::Text(BytesText::new(&formula)))?;
                    out.write_event(Event::End(BytesEnd::new(name.as_str())))?;
                    skips = true;
                }
                _ if skips => {}
                ("definedNames", Event::Empty(tag)) if !new.is_empty() => {
                    out.write_event(Event::Start(tag))?;
                    for placed in new.drain(..) {
                        defined(&mut out, prefix, &title, sheet, heading, placed)?;
                    }
                    out.write_event(Event::End(BytesEnd::new(name.as_str())))?;
                }
                ("definedNames", end @ Event::End(_)) => {
                    for placed in new.drain(..) {
                        defined(&mut out, prefix, &title, sheet, heading, placed)?;
                    }
                    out.write_event(end)?;
                }
                (_, Event::Eof) => return Ok(()),
                (follows, event) => {
                    let ends = follows == "workbook" && matches!(event, Event::End(_));
                    let here =
                        ends || (is_top && self.has_no_names() && AFTER_NAMES.contains(&follows));
                    if here
                        && !new.is_empty()
                        && matches!(event, Event::Start(_) | Event::Empty(_) | Event::End(_))
                    {
                        let list = BytesStart::new(format!("{prefix}definedNames"));
                        out.write_event(Event::Start(list.borrow()))?;
                        for placed in new.drain(..) {
                            defined(&mut out, prefix, &title, sheet, heading, placed)?;
                        }
                        out.write_event(Event::End(list.to_end()))?;
                    }
                    out.write_event(event)?;
                }
            }
        }
    }

    fn has_no_names(&self) -> bool {
        self.names.is_empty()
    }
}

/// Writes the name of a column.
fn defined<W: Write>(
    out: &mut Writer<W>,
    prefix: &str,
    title: &str,
    sheet: usize,
    heading: u32,
    placed: &Placed,
) -> Result<(), Trouble> {
    let formula = format!("'{title}'!${}${heading}", letters(placed.index));
    let tag = BytesStart::new(format!("{prefix}definedName"));
    let tag = with(
        &tag,
        &[
            ("name", Some(name_of(placed.column.code))),
            ("localSheetId", Some(sheet.to_string())),
            ("hidden", Some("1".to_owned())),
        ],
    );
    out.write_event(Event::Start(tag.borrow()))?;
    out.write_event(Event::Text(BytesText::new(&formula)))?;
    out.write_event(Event::End(tag.to_end()))?;
    Ok(())
}
