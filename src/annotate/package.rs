//! The package of a workbook: its parts by name, how they refer to each other, and how a new package is made of it.
//!
//! Names of parts are compared without case, with either slash, with or without one in front, as programs write them all.

use std::collections::BTreeMap;
use std::io::{BufReader, BufWriter, Read, Seek, Write};

use quick_xml::events::Event;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::Trouble;
use super::xml::{Events, attribute, local};
use crate::source::package::Flaw;

/// Effort of packing a part that changes: sheets are large, and each step up costs more than it saves.
const LEVEL: i64 = 3;
/// Bytes of a part read or packed at a time.
pub(super) const BLOCK: usize = 1 << 17;

/// An opened package.
pub(super) struct Package<R> {
    zip: ZipArchive<R>,
    parts: BTreeMap<String, usize>,
}

/// A reference from one part to another.
pub(super) struct Relation {
    pub id: String,
    /// The last word of its type: `worksheet`, `table`. Strict and transitional packages have it in common.
    pub kind: String,
    /// The part that it refers to.
    pub target: String,
}

/// A name as names are compared.
fn normal(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// The part that a target of `from` means: relative to its folder unless it begins with a slash.
fn resolved(from: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut path: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        folder.split('/').filter(|step| !step.is_empty()).collect()
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    normal(&path.join("/"))
}

impl<R: Read + Seek> Package<R> {
    pub(super) fn open(input: R) -> Result<Self, Flaw> {
        let zip = ZipArchive::new(input)?;
        let mut parts = BTreeMap::new();
        for index in 0..zip.len() {
            if let Some(Ok(name)) = zip.name_for_index(index) {
                parts.entry(normal(&name)).or_insert(index);
            }
        }
        Ok(Self { zip, parts })
    }

    /// Whether any part lies in a folder.
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        self.parts.keys().any(|part| part.starts_with(folder))
    }

    pub(super) fn has(&self, part: &str) -> bool {
        self.parts.contains_key(part)
    }

    /// A part as a stream.
    pub(super) fn part(&mut self, part: &str) -> Result<impl Read + use<'_, R>, Flaw> {
        let index = *self.parts.get(part).ok_or_else(|| Flaw::Damaged(part.to_owned()))?;
        Ok(self.zip.by_index(index)?)
    }

    /// A part as a whole; for parts that are small.
    pub(super) fn bytes(&mut self, part: &str) -> Result<Vec<u8>, Flaw> {
        let mut bytes = Vec::new();
        self.part(part)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// What a part refers to; nothing where it has no list of that. `None` is the package itself.
    pub(super) fn relations(&mut self, part: Option<&str>) -> Result<Vec<Relation>, Flaw> {
        let from = part.unwrap_or_default();
        let (folder, name) = from.rsplit_once('/').unwrap_or(("", from));
        let slash = if folder.is_empty() { "" } else { "/" };
        let list = format!("{folder}{slash}_rels/{name}.rels");
        if !self.has(&list) {
            return Ok(Vec::new());
        }
        let mut events = Events::new(BufReader::new(self.part(&list)?))?;
        let mut relations = Vec::new();
        loop {
            match events.next()? {
                Event::Start(tag) | Event::Empty(tag)
                    if local(tag.name().as_ref()) == "Relationship" =>
                {
                    let external = attribute(&tag, "TargetMode").is_some_and(|it| it == "External");
                    let values = ["Id", "Type", "Target"].map(|name| attribute(&tag, name));
                    if let ([Some(id), Some(kind), Some(target)], false) = (values, external) {
                        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                        relations.push(Relation { id, kind, target: resolved(from, &target) });
                    }
                }
                Event::Eof => return Ok(relations),
                _ => {}
            }
        }
    }

    /// Writes the package anew: the parts that `changes` names are what `change` writes, all others are copied as they are packed.
    /// The order stays, but for the last of `changes`: it depends on the others, and goes behind them.
    pub(super) fn write<W: Write + Seek>(
        &mut self,
        out: W,
        changes: &[&str],
        mut change: impl FnMut(&str, &mut Self, &mut dyn Write) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let mut named: BTreeMap<usize, &str> = BTreeMap::new();
        for part in changes {
            named.extend(self.parts.get(*part).map(|index| (*index, *part)));
        }
        let mut order: Vec<usize> = (0..self.zip.len()).collect();
        let behind = |index: &usize| named.get(index).copied() == changes.last().copied();
        order.sort_by_key(|index| (behind(index), *index));
        let mut zip = ZipWriter::new(out);
        for index in order {
            let raw = self.zip.by_index_raw(index).map_err(Flaw::from)?;
            let Some(part) = named.get(&index) else {
                zip.raw_copy_file(raw).map_err(written)?;
                continue;
            };
            let name = raw.name().map_err(Flaw::from)?.into_owned();
            let mut options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .compression_level(Some(LEVEL))
                .large_file(raw.size() > u64::from(u32::MAX) / 2);
            if let Some(date) = raw.last_modified() {
                options = options.last_modified_time(date);
            }
            drop(raw);
            zip.start_file(name, options).map_err(written)?;
            // XML is written in small pieces, each of which would be packed by itself.
            let mut out = BufWriter::with_capacity(BLOCK, &mut zip);
            change(part, self, &mut out)?;
            out.flush()?;
        }
        zip.finish().map_err(written)?.flush()?;
        Ok(())
    }
}

/// An error of a package that is written.
fn written(error: ZipError) -> Trouble {
    match error {
        ZipError::Io(error) => error.into(),
        other => Flaw::from(other).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_as_programs_write_them() {
        let from = "xl/worksheets/sheet1.xml";
        for (target, part) in [
            ("../tables/table1.xml", "xl/tables/table1.xml"),
            ("/xl/Tables/Table1.xml", "xl/tables/table1.xml"),
            ("..\\tables\\table1.xml", "xl/tables/table1.xml"),
            ("./sheet2.xml", "xl/worksheets/sheet2.xml"),
        ] {
            assert_eq!(resolved(from, target), part);
        }
        assert_eq!(resolved("", "xl/workbook.xml"), "xl/workbook.xml");
    }
}
