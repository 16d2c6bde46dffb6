//! OLE compound files: what they contain, and whether a BIFF workbook in them is safe to read.
//!
//! The workbook reader follows sector chains without looking for circles and reserves memory by the extents that a
//! sheet claims, so both are checked here first. Whatever is merely broken is left to the reader, which says so.

use super::package::Flaw;

/// The first bytes of every compound file.
pub const MAGIC: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// First id that is not a sector but a mark.
const MARKS: u32 = 0xFFFF_FFFA;
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
/// Streams below this size lie in the mini stream.
const MINI_BELOW: usize = 4096;
const MINI_SECTOR: usize = 64;

/// Cells that all sheets together may span beyond those filled.
const AREA_FREE: u64 = 8 << 20;
/// Cells that may be spanned for each one filled.
const AREA_EACH: u64 = 4;
/// Rows times columns of the largest BIFF sheet.
const LARGEST_SHEET: u64 = 65_536 * 256;

/// What a compound file contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// A BIFF workbook: its stream.
    Workbook(Vec<u8>),
    /// An Office Open XML package under a password.
    EncryptedPackage,
    /// Something else.
    Other,
}

/// Checks a compound file as a BIFF workbook before a workbook reader sees it.
pub fn check(bytes: &[u8]) -> Result<(), Flaw> {
    match contents(bytes)? {
        Contents::Workbook(stream) => check_records(&stream),
        Contents::EncryptedPackage => Err(Flaw::Encrypted),
        Contents::Other => Err(Flaw::Damaged("Workbook".to_owned())),
    }
}

/// Reads the directory of a compound file and the workbook's stream, if there is one.
pub fn contents(bytes: &[u8]) -> Result<Contents, Flaw> {
    let file = Compound::open(bytes).ok_or_else(|| Flaw::Damaged("OLE".to_owned()))?;
    if file.entry("EncryptedPackage").is_some() {
        return Ok(Contents::EncryptedPackage);
    }
    let Some(entry) = file.entry("Workbook").or_else(|| file.entry("Book")) else {
        return Ok(Contents::Other);
    };
    let stream = file.stream(entry).ok_or_else(|| Flaw::Damaged("OLE: Workbook".to_owned()))?;
    Ok(Contents::Workbook(stream))
}

struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    table: Vec<u32>,
    entries: Vec<Entry>,
    mini: Vec<u8>,
    mini_table: Vec<u32>,
}

#[derive(Clone)]
struct Entry {
    name: String,
    start: u32,
    length: usize,
}

impl<'a> Compound<'a> {
    /// `None` when a chain is circular or points outside, or a size is larger than the file.
    fn open(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(&MAGIC) || bytes.len() < 512 {
            return None;
        }
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut file = Self {
            bytes,
            sector,
            table: Vec::new(),
            entries: Vec::new(),
            mini: Vec::new(),
            mini_table: Vec::new(),
        };
        for id in file.table_sectors()? {
            let words = words(file.sector(id)?).collect::<Vec<_>>();
            file.table.extend(words);
        }
        let directory = file.chain(u32_at(bytes, 48)?, usize::MAX)?;
        file.entries = directory.chunks_exact(128).filter_map(|raw| entry(raw, sector)).collect();
        let mini_sectors = u32_at(bytes, 64)? as usize;
        if mini_sectors > 0 {
            let root = file.entries.first()?.clone();
            if root.length > bytes.len() || mini_sectors > bytes.len() / sector {
                return None;
            }
            file.mini = file.chain(root.start, root.length)?;
            let table = file.chain(u32_at(bytes, 60)?, mini_sectors * sector)?;
            file.mini_table = words(&table).collect();
        }
        Some(file)
    }

    /// Ids of the sectors that hold the allocation table: 109 in the header, more in a chain of their own.
    fn table_sectors(&self) -> Option<Vec<u32>> {
        let mut ids: Vec<u32> = words(&self.bytes[76..512]).collect();
        let mut next = u32_at(self.bytes, 68)?;
        let mut left = self.bytes.len() / self.sector + 1;
        while next < MARKS {
            left = left.checked_sub(1)?;
            ids.extend(words(self.sector(next)?));
            next = ids.pop()?;
        }
        ids.retain(|id| *id < MARKS);
        // Each table sector once: otherwise the table would outgrow the file.
        (ids.len() <= self.bytes.len() / self.sector + 1).then_some(ids)
    }

    /// One sector; the file's last one may be cut off.
    fn sector(&self, id: u32) -> Option<&'a [u8]> {
        let from = (id as usize).checked_add(1)?.checked_mul(self.sector)?;
        let to = from.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(from..to)
    }

    /// The bytes of a chain of sectors, up to the first one that reaches the length.
    fn chain(&self, start: u32, length: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut next = start;
        while next != END_OF_CHAIN && bytes.len() < length {
            bytes.extend_from_slice(self.sector(next)?);
            if bytes.len() > self.bytes.len() {
                return None;
            }
            next = *self.table.get(next as usize)?;
        }
        Some(bytes)
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    fn stream(&self, entry: &Entry) -> Option<Vec<u8>> {
        if entry.length > self.bytes.len() {
            return None;
        }
        let mut stream = if entry.length < MINI_BELOW {
            let mut stream = Vec::new();
            let mut next = entry.start;
            while stream.len() < entry.length && next != END_OF_CHAIN {
                let from = (next as usize).checked_mul(MINI_SECTOR)?;
                let to = (from + MINI_SECTOR).min(self.mini.len());
                stream.extend_from_slice(self.mini.get(from..to)?);
                if from == to {
                    return None;
                }
                next = *self.mini_table.get(next as usize)?;
            }
            stream
        } else {
            self.chain(entry.start, entry.length)?
        };
        stream.truncate(entry.length);
        Some(stream)
    }
}

fn entry(raw: &[u8], sector: usize) -> Option<Entry> {
    let units = raw[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let name = char::decode_utf16(units.take_while(|unit| *unit != 0))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    let low = u32_at(raw, 120)? as usize;
    let high = if sector == 512 { 0 } else { u32_at(raw, 124)? as usize };
    Some(Entry { name, start: u32_at(raw, 116)?, length: (high << 32) | low })
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The records from a position on: type and data.
fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(rest, 2)?);
        let data = rest.get(4..4 + length)?;
        let kind = u16_at(rest, 0)?;
        rest = &rest[4 + length..];
        Some((kind, data))
    })
}

/// Walks the workbook stream's records and refuses sheets that span far more than they fill.
fn check_records(stream: &[u8]) -> Result<(), Flaw> {
    let mut sheets = Vec::new();
    for (kind, data) in records(stream) {
        match kind {
            // Encryption of records, by XOR or RC4.
            0x002F => return Err(Flaw::Sealed),
            0x0085 => sheets.extend(u32_at(data, 0).map(|at| at as usize)),
            0x000A => break,
            _ => {}
        }
    }
    // Sheets that begin at the same place would be read again and again.
    sheets.sort_unstable();
    let mut walked = 0;
    let (mut area, mut filled) = (0, 0);
    for at in sheets {
        let sheet = stream.get(at..).ok_or_else(|| Flaw::Damaged("BOUNDSHEET".to_owned()))?;
        let mut extent = Extent::default();
        for (kind, data) in records(sheet) {
            walked += data.len() + 4;
            if walked > stream.len().saturating_mul(4) + (1 << 20) {
                return Err(Flaw::Suspicious("repeated-sheets"));
            }
            // An embedded chart ends with the same record; going on after it only counts more.
            if kind == 0x000A && extent.depth <= 1 {
                break;
            }
            extent.record(kind, data)?;
        }
        area += extent.area();
        filled += extent.filled;
        if area > AREA_FREE + AREA_EACH * filled {
            return Err(Flaw::Suspicious("sheet-area"));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Extent {
    depth: usize,
    filled: u64,
    rows: Option<(u64, u64)>,
    columns: Option<(u64, u64)>,
}

impl Extent {
    fn record(&mut self, kind: u16, data: &[u8]) -> Result<(), Flaw> {
        match kind {
            0x0809 => self.depth += 1,
            0x000A => self.depth = self.depth.saturating_sub(1),
            0x0200 => return check_dimensions(data),
            0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x0207 | 0x027E | 0x00FD | 0x0006 => {
                if let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) {
                    // the text of a formula follows it, without a position
                    if kind != 0x0207 {
                        self.cell(row, column);
                    }
                }
            }
            0x00BD => {
                let last = data.len().checked_sub(2).and_then(|at| u16_at(data, at));
                if let (Some(row), Some(first), Some(last)) =
                    (u16_at(data, 0), u16_at(data, 2), last)
                {
                    self.cell(row, first);
                    self.cell(row, last);
                    self.filled += (data.len() / 6) as u64;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn cell(&mut self, row: u16, column: u16) {
        let widen = |range: Option<(u64, u64)>, at: u16| {
            let at = u64::from(at);
            range.map_or((at, at), |(low, high)| (low.min(at), high.max(at)))
        };
        self.filled += 1;
        self.rows = Some(widen(self.rows, row));
        self.columns = Some(widen(self.columns, column));
    }

    fn area(&self) -> u64 {
        let span = |range: Option<(u64, u64)>| range.map_or(0, |(low, high)| high - low + 1);
        span(self.rows) * span(self.columns)
    }
}

/// Memory is reserved by what this record claims: first row, row after the last, the same for columns.
fn check_dimensions(data: &[u8]) -> Result<(), Flaw> {
    let claim = match data.len() {
        10 => (u16_at(data, 0).map(u32::from), u16_at(data, 2).map(u32::from), u16_at(data, 6)),
        14 | 16 => (u32_at(data, 0), u32_at(data, 4), u16_at(data, 10)),
        _ => return Ok(()),
    };
    let (Some(from), Some(to), Some(columns)) = claim else {
        return Ok(());
    };
    let is_sane = to == 0
        || columns == 0
        || (from < to && u64::from(to - from) * u64::from(columns) <= LARGEST_SHEET);
    if is_sane { Ok(()) } else { Err(Flaw::Damaged("DIMENSIONS".to_owned())) }
}

#[cfg(test)]
#[path = "compound_tests.rs"]
pub(super) mod tests;
