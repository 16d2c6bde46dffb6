//! What a file really is, and whether it is safe to open: told by content before any library allocates from it.
//!
//! Workbooks are zip packages or OLE compound files, and both can claim far more than they hold. A zip's central
//! directory is enough for an honest verdict at the cost of a few reads, because the zip library refuses a part that
//! inflates beyond the size declared there: declared sizes bound what reading the package can cost. Two things need a
//! look inside: the count that a shared-strings part claims (the workbook reader reserves memory for it), and how far
//! the repeat counts of an `OpenDocument` sheet unfold.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use encoding_rs::Encoding;
use zip::ZipArchive;

use super::shield::shielded;
use super::{Format, compound, unfold};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Cause, Error};

/// Most parts a package may have; Excel writes a handful per sheet.
const PARTS: usize = 20_000;
/// A package that inflates to no more than this is accepted whatever its ratio.
const INFLATED_FREE: u64 = 128 << 20;
/// Highest ratio of inflated to deflated bytes beyond that; honest sheets stay below 50.
const INFLATED_RATIO: u64 = 200;
/// The same for parts that are held in memory as a whole (strings and styles).
const HELD_FREE: u64 = 16 << 20;
/// Ratio of held parts; they hold every text once, so they compress less than sheets.
const HELD_RATIO: u64 = 100;
/// Most sheets a workbook may have: each is opened and looked at.
pub(super) const SHEETS: usize = 10_000;
/// Bytes that all sheets may come to when several of them are one part, which is read for each.
const PASSES_FREE: u64 = 256 << 20;
/// How much of a shared-strings part is searched for its opening tag.
const HEAD: u64 = 64 << 10;
/// The shortest string item, `<si/>`.
const SHORTEST_ITEM: u64 = 5;

/// What the content of a file says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A format that can be read.
    Table(Format),
    /// A workbook that needs a password.
    Encrypted,
    /// A package or compound file that is cut off or broken.
    Damaged,
    /// A zip of something else.
    Zip,
    /// A gzip stream.
    Gzip,
    /// An OLE file without a workbook, such as an old Word document.
    OtherCompound,
    /// XML of a kind that holds no table.
    Xml,
    /// Anything else that holds bytes: delimited text, if it is text at all.
    Text,
    /// Nothing.
    Empty,
}

/// Why a file is refused before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is cut off or breaks its own format; with the detail that the error shows.
    Damaged(String),
    /// It would take far more memory or time than it has content; with a stable word for what does.
    Suspicious(&'static str),
    /// It needs a password.
    Encrypted,
    /// The password does not open it.
    WrongPassword,
    /// It is encrypted in a way that cannot be opened, password or not.
    Sealed,
    /// It has sheets of macros from before 1993, for which the reader refuses the whole workbook.
    MacroSheet,
    /// The operating system could not read it.
    Unreadable(String),
}

impl Flaw {
    /// The error to show for a file.
    #[must_use]
    pub fn into_error(self, name: &str) -> Error {
        let (code, cause) = match self {
            Self::Damaged(reason) => ("file-damaged", Cause::text(reason)),
            Self::Suspicious(reason) => ("file-suspicious", Cause::code(reason)),
            Self::Encrypted => ("file-encrypted", Cause::default()),
            Self::WrongPassword => ("wrong-password", Cause::default()),
            Self::Sealed => ("encryption-unknown", Cause::default()),
            Self::Unreadable(reason) => ("file-unreadable", Cause::text(reason)),
            Self::MacroSheet => {
                let diagnostic = Diagnostic::error("file-kind", Origin::file(name));
                return diagnostic.with("kind", "macro-sheet").into();
            }
        };
        cause.of(Diagnostic::error(code, Origin::file(name))).into()
    }
}

impl From<io::Error> for Flaw {
    /// Decompression reports broken data as I/O errors too; only the rest is about the disk.
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
        match error.kind() {
            InvalidData | InvalidInput | Other | UnexpectedEof => {
                Self::Damaged(Cause::io(&error).into_text())
            }
            _ => Self::Unreadable(Cause::io(&error).into_text()),
        }
    }
}

impl From<zip::result::ZipError> for Flaw {
    fn from(error: zip::result::ZipError) -> Self {
        match error {
            zip::result::ZipError::Io(error) => error.into(),
            zip::result::ZipError::UnsupportedArchive(zip::result::ZipError::PASSWORD_REQUIRED) => {
                Self::Sealed
            }
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// Calls into a format library; its panic counts as damage to the file.
pub(super) fn guarded<T>(call: impl FnOnce() -> Result<T, Flaw>) -> Result<T, Flaw> {
    shielded(call).unwrap_or_else(|panic| Err(Flaw::Damaged(panic)))
}

/// Tells what a file is by its content.
pub fn sniff(path: &Path) -> io::Result<Kind> {
    sniff_in(&mut BufReader::new(File::open(path)?))
}

/// Tells what bytes in memory are; they must be the whole input.
#[must_use]
pub fn sniff_bytes(bytes: &[u8]) -> Kind {
    sniff_in(&mut Cursor::new(bytes)).unwrap_or(Kind::Damaged)
}

/// Tells what the first bytes of an entry of an archive say it is; packages within it are not looked into.
pub(super) fn sniff_head(head: &[u8]) -> Kind {
    match head {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Kind::Zip,
        head if head.starts_with(&compound::MAGIC) => Kind::OtherCompound,
        head => sniff_in(&mut Cursor::new(head)).unwrap_or(Kind::Damaged),
    }
}

fn sniff_in<R: Read + Seek>(input: &mut R) -> io::Result<Kind> {
    let mut head = Vec::new();
    input.by_ref().take(8192).read_to_end(&mut head)?;
    input.seek(SeekFrom::Start(0))?;
    Ok(match head.as_slice() {
        [] => Kind::Empty,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => sniff_zip(input),
        [0x1F, 0x8B, ..] => Kind::Gzip,
        [b'P', b'A', b'R', b'1', ..] => Kind::Table(Format::Parquet),
        head if head.starts_with(&compound::MAGIC) => {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes)?;
            match compound::contents(&bytes) {
                Ok(compound::Contents::Workbook(_)) => Kind::Table(Format::Xls),
                Ok(compound::Contents::EncryptedPackage) => Kind::Encrypted,
                Ok(compound::Contents::Other) => Kind::OtherCompound,
                Err(_) => Kind::Damaged,
            }
        }
        head => sniff_text(head),
    })
}

/// Markup in the guise of a workbook. What is not ASCII does not matter here.
fn sniff_text(head: &[u8]) -> Kind {
    let text = match Encoding::for_bom(head) {
        Some((encoding, _)) => encoding.decode(head).0,
        None => String::from_utf8_lossy(head),
    };
    let text = text.to_ascii_lowercase();
    let mut text = text.trim_start();
    if !text.starts_with('<') {
        return Kind::Text;
    }
    while let Some(comment) = text.strip_prefix("<!--") {
        text = comment.split_once("-->").map_or("", |(_, after)| after.trim_start());
    }
    let begins_with = |tags: &[&str]| tags.iter().any(|tag| text.starts_with(tag));
    let is_xml = text.starts_with("<?xml");
    let is_of_office = |word: &str| text.contains(word) && !text.contains("<html");
    if is_of_office("urn:schemas-microsoft-com:office:spreadsheet")
        && ["<workbook", "<ss:workbook"].iter().any(|tag| text.contains(tag))
    {
        Kind::Table(Format::Xml)
    } else if text.contains("<office:document") {
        Kind::Table(Format::Fods)
    } else if begins_with(&[
        "<html",
        "<!doctype html",
        "<table",
        "<meta",
        "<head",
        "<body",
        "<style",
        "<div",
        "<tr",
        "<center",
        "<font",
        "<p>",
        "<span",
        "<script",
    ]) || (is_xml && text.contains("<html"))
    {
        Kind::Table(Format::Html)
    } else if is_xml {
        Kind::Xml
    } else {
        Kind::Text
    }
}

fn sniff_zip<R: Read + Seek>(input: &mut R) -> Kind {
    let Ok(mut zip) = ZipArchive::new(input) else {
        return Kind::Damaged;
    };
    let mut content_types = None;
    let mut mimetype = None;
    for index in 0..zip.len().min(PARTS) {
        match zip.name_for_index(index).and_then(Result::ok).map(|name| part_name(&name)).as_deref()
        {
            Some("xl/workbook.bin") => return Kind::Table(Format::Xlsb),
            Some("xl/workbook.xml") => return Kind::Table(Format::Xlsx),
            Some("[content_types].xml") => content_types = Some(index),
            Some("mimetype") => mimetype = Some(index),
            _ => {}
        }
    }
    let mut head_of = |index: usize| {
        let mut head = Vec::new();
        let part = zip.by_index(index).ok()?;
        part.take(HEAD).read_to_end(&mut head).ok()?;
        Some(String::from_utf8_lossy(&head).into_owned())
    };
    if mimetype.and_then(&mut head_of).is_some_and(|mime| {
        mime.trim_ascii().starts_with("application/vnd.oasis.opendocument.spreadsheet")
    }) {
        return Kind::Table(Format::Ods);
    }
    // Some writers put the workbook part elsewhere: its content type tells.
    match content_types.and_then(&mut head_of) {
        Some(types) if types.contains("sheet.binary.macroEnabled.main") => {
            Kind::Table(Format::Xlsb)
        }
        Some(types)
            if types.contains("spreadsheetml.sheet.main+xml")
                || types.contains("spreadsheetml.template.main+xml")
                || types.contains("ms-excel.sheet.macroEnabled.main+xml")
                || types.contains("ms-excel.template.macroEnabled.main+xml")
                || types.contains("ms-excel.addin.macroEnabled.main+xml") =>
        {
            Kind::Table(Format::Xlsx)
        }
        _ => Kind::Zip,
    }
}

/// A part's name in the one spelling that comparisons use.
fn part_name(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_ascii_lowercase()
}

/// Checks a workbook package (xlsx, xlsb, ods) before a workbook reader sees it. The input is read from its start
/// and left anywhere.
pub fn check<R: Read + Seek>(input: R, format: Format) -> Result<(), Flaw> {
    let mut zip = ZipArchive::new(input)?;
    if zip.len() > PARTS {
        return Err(Flaw::Suspicious("too-many-parts"));
    }
    let (mut inflated, mut deflated) = (0_u64, 0_u64);
    let mut strings = Vec::new();
    let (mut content, mut workbook) = (None, None);
    let (mut xml_parts, mut largest) = (0, 0);
    for index in 0..zip.len() {
        let part = zip.by_index_raw(index)?;
        inflated = inflated.saturating_add(part.size());
        deflated = deflated.saturating_add(part.compressed_size());
        let name = part_name(&part.name()?);
        let file = name.rsplit('/').next().unwrap_or_default();
        let is_held = matches!(
            file,
            "sharedstrings.xml"
                | "sharedstrings.bin"
                | "styles.xml"
                | "styles.bin"
                | "workbook.xml"
        );
        if is_held && beyond(part.size(), part.compressed_size(), HELD_FREE, HELD_RATIO) {
            return Err(Flaw::Suspicious("inflates-too-far"));
        }
        if file == "sharedstrings.xml" {
            strings.push((index, part.size()));
        }
        if file == "workbook.xml" {
            workbook = Some(index);
        }
        if !is_held && file.rsplit('.').next() == Some("xml") {
            xml_parts += 1;
            largest = part.size().max(largest);
        }
        if name == "content.xml" {
            content = Some((index, part.size()));
        }
    }
    if inflates_too_far(inflated, deflated) {
        return Err(Flaw::Suspicious("inflates-too-far"));
    }
    if let (Format::Xlsx, Some(index)) = (format, workbook) {
        let sheets = count_sheets(BufReader::new(zip.by_index(index)?))?;
        let passes = (sheets as u64).saturating_mul(largest);
        if sheets > SHEETS || (sheets > xml_parts && passes > PASSES_FREE) {
            return Err(Flaw::Suspicious("too-many-sheets"));
        }
    }
    match format {
        Format::Ods => {
            let Some((index, _)) = content else {
                return Err(Flaw::Damaged("content.xml".to_owned()));
            };
            unfold::check(zip.by_index(index)?)
        }
        _ => strings.into_iter().try_for_each(|(index, size)| {
            let mut head = Vec::new();
            zip.by_index(index)?.take(HEAD).read_to_end(&mut head)?;
            check_shared_strings(&head, size)
        }),
    }
}

/// How many sheets the workbook part lists: its tags `sheet`, with or without a prefix.
fn count_sheets(mut part: impl BufRead) -> io::Result<usize> {
    let (mut count, mut tag) = (0, Vec::new());
    loop {
        tag.clear();
        // Every piece but the first begins with the name of a tag; only that is kept.
        let mut piece = (&mut part).take(HEAD);
        piece.read_until(b'<', &mut tag)?;
        if tag.is_empty() {
            return Ok(count);
        }
        let name =
            tag.split(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'>' | b'/')).next();
        let name = name.unwrap_or_default();
        count += usize::from(name == b"sheet" || name.ends_with(b":sheet"));
    }
}

/// Whether an archive inflates further than honest ones do.
pub(super) fn inflates_too_far(inflated: u64, deflated: u64) -> bool {
    beyond(inflated, deflated, INFLATED_FREE, INFLATED_RATIO)
}

fn beyond(inflated: u64, deflated: u64, free: u64, ratio: u64) -> bool {
    inflated > free && inflated / deflated.max(1) > ratio
}

/// Refuses a string table that claims more items than its bytes can hold: memory is reserved by that claim alone.
fn check_shared_strings(head: &[u8], size: u64) -> Result<(), Flaw> {
    let Some(tag) = first_tag(head) else {
        return Err(Flaw::Damaged("sharedStrings.xml".to_owned()));
    };
    let most = size / SHORTEST_ITEM;
    let text = String::from_utf8_lossy(tag);
    for (at, word) in text.match_indices("uniqueCount") {
        let value = &text[at + word.len()..];
        let digits: String = value
            .chars()
            .skip_while(|c| c.is_whitespace() || matches!(c, '=' | '"' | '\'' | '+'))
            .take_while(char::is_ascii_digit)
            .collect();
        if !digits.is_empty() && digits.parse::<u64>().unwrap_or(u64::MAX) > most {
            return Err(Flaw::Damaged("sharedStrings.xml: uniqueCount".to_owned()));
        }
    }
    Ok(())
}

/// The first element's opening tag, after declarations and comments.
fn first_tag(mut xml: &[u8]) -> Option<&[u8]> {
    loop {
        xml = &xml[xml.iter().position(|byte| *byte == b'<')?..];
        let skip_to: &[u8] = match xml.get(1)? {
            b'?' => b"?>",
            b'!' if xml.starts_with(b"<!--") => b"-->",
            b'!' => b">",
            _ => break,
        };
        let at = xml.windows(skip_to.len()).position(|window| window == skip_to)?;
        xml = &xml[at + skip_to.len()..];
    }
    let mut quote = None;
    for (at, byte) in xml.iter().enumerate() {
        match (quote, *byte) {
            (Some(open), byte) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'>') => return Some(&xml[..=at]),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
#[path = "package_tests.rs"]
pub(super) mod tests;
