//! The part of a table (a "list object"): the range it covers and the names of its columns.

use std::io::Write;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, Event};

use super::Trouble;
use super::reference::Range;
use super::survey::range;
use super::xml::{self, Events, attribute, local, prefix, with};

/// A table of the sheet.
#[derive(Clone, Debug)]
pub(super) struct TablePart {
    /// Its part.
    pub part: String,
    /// What it covers, headings and total row included.
    pub range: Range,
    /// Rows of its headings.
    pub heading_rows: u32,
    /// Rows of its totals.
    pub total_rows: u32,
    /// Names of its columns.
    pub columns: Vec<String>,
    /// Whether it shows what a query or an XML map brings, so that its columns are not ours to add to.
    pub is_fed: bool,
    /// Highest id of a column.
    last_id: u32,
}

impl TablePart {
    /// Reads what a part says; `None` where it is no table after all.
    pub(super) fn read(part: &str, bytes: &[u8]) -> Result<Option<Self>, Trouble> {
        let mut events = Events::new(bytes)?;
        let mut found: Option<Self> = None;
        loop {
            match events.next()? {
                Event::Start(tag) | Event::Empty(tag) => match (local(tag.name().0), &mut found) {
                    ("table", None) => {
                        let Some(range) = range(&tag, "ref") else {
                            return Ok(None);
                        };
                        let count = |name: &str, usual: u32| {
                            attribute(&tag, name)
                                .and_then(|text| text.parse().ok())
                                .unwrap_or(usual)
                        };
                        found = Some(Self {
                            part: part.to_owned(),
                            range,
                            heading_rows: count("headerRowCount", 1),
                            total_rows: count("totalsRowCount", 0),
                            columns: Vec::new(),
                            is_fed: attribute(&tag, "tableType")
                                .is_some_and(|kind| kind != "worksheet"),
                            last_id: 0,
                        });
                    }
                    ("tableColumn", Some(found)) => {
                        found.columns.push(attribute(&tag, "name").unwrap_or_default());
                        let id = attribute(&tag, "id").and_then(|text| text.parse().ok());
                        found.last_id = found.last_id.max(id.unwrap_or(0));
                    }
                    _ => {}
                },
                Event::Eof => return Ok(found),
                _ => {}
            }
        }
    }

    /// Writes the part with more columns at its right end.
    pub(super) fn write(
        &self,
        bytes: &[u8],
        names: &[String],
        out: &mut dyn Write,
    ) -> Result<(), Trouble> {
        let mut events = Events::new(bytes)?;
        let mut out = Writer::new(out);
        xml::mark(&mut out, events.has_mark)?;
        let more = names.len() as u32;
        let wider = |tag: &BytesStart<'_>| {
            let wider = range(tag, "ref").filter(|it| it.right == self.range.right);
            let wider = wider.map(|it| Range { right: it.right + more, ..it }.to_string());
            match wider {
                Some(wider) => with(tag, &[("ref", Some(wider))]),
                None => tag.to_owned(),
            }
        };
        loop {
            match events.next()? {
                Event::Start(tag) if is_ranged(&tag) => {
                    out.write_event(Event::Start(wider(&tag)))?;
                }
                Event::Empty(tag) if is_ranged(&tag) => {
                    out.write_event(Event::Empty(wider(&tag)))?;
                }
                Event::Start(tag) if local(tag.name().0) == "tableColumns" => {
                    let count = (self.columns.len() + names.len()).to_string();
                    out.write_event(Event::Start(with(&tag, &[("count", Some(count))])))?;
                }
                Event::End(tag) if local(tag.name().0) == "tableColumns" => {
                    let element = format!("{}tableColumn", prefix(tag.name().0));
                    for (index, name) in names.iter().enumerate() {
                        let id = (self.last_id + 1 + index as u32).to_string();
                        let column = BytesStart::new(element.as_str());
                        let values = [("id", Some(id)), ("name", Some(name.clone()))];
                        out.write_event(Event::Empty(with(&column, &values)))?;
                    }
                    out.write_event(Event::End(BytesEnd::new(tag.name().0)))?;
                }
                Event::Eof => return Ok(()),
                event => out.write_event(event)?,
            }
        }
    }
}

/// Whether an element names the range of the table, or the part of it that is filtered.
fn is_ranged(tag: &BytesStart<'_>) -> bool {
    matches!(local(tag.name().0), "table" | "autoFilter")
}
