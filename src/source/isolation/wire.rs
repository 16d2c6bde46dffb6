//! What parent and child say to each other: frames of a kind, a length and a payload, integers little-endian.
//!
//! Both ends are the same build of the same program, so there are no versions. The parent still checks every length: the
//! child has been reading a stranger's file.

use std::io::{self, Read, Write};

use super::Task;
use crate::period::Day;
use crate::source::package::Flaw;
use crate::source::{Cell, Format, SheetInfo};

/// The longest frame that is taken: a row of text cells that are all as long as a cell can be.
const LONGEST: u64 = 1 << 30;

/// What a frame or a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Child: the format and the sheets; it follows the bytes of the file.
    Sheets = 1,
    /// Child: some rows; it waits for [`Kind::More`] or [`Kind::Enough`] after it.
    Rows = 2,
    /// Child: no more rows.
    End = 3,
    /// Child: why the file cannot be read; nothing follows.
    Flaw = 4,
    /// Parent: read a sheet.
    Read = 5,
    /// Parent: go on.
    More = 6,
    /// Parent: no more rows of this sheet.
    Enough = 7,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Sheets, Self::Rows, Self::End, Self::Flaw, Self::Read, Self::More, Self::Enough];

    pub(super) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == code)
    }
}

const FORMATS: [Format; 4] = [Format::Xlsx, Format::Xls, Format::Xlsb, Format::Ods];

fn code_of(format: Format) -> u8 {
    FORMATS.iter().position(|known| *known == format).unwrap_or_default() as u8
}

/// Code of a task that is to decrypt, without and with a password.
const DECRYPT: u8 = 100;
const DECRYPT_WITH: u8 = 101;

/// One frame.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) payload: Vec<u8>,
}

pub(super) fn send(out: &mut dyn Write, kind: Kind, payload: &[u8]) -> io::Result<()> {
    out.write_all(&[kind as u8])?;
    out.write_all(&(payload.len() as u64).to_le_bytes())?;
    out.write_all(payload)?;
    out.flush()
}

/// The next frame, or nothing where the stream ends.
pub(super) fn receive(input: &mut dyn Read) -> io::Result<Option<Frame>> {
    let mut kind = [0];
    if input.read(&mut kind)? == 0 {
        return Ok(None);
    }
    let invalid = || io::Error::from(io::ErrorKind::InvalidData);
    let kind = Kind::from_code(kind[0]).ok_or_else(invalid)?;
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut payload = Vec::new();
    if length > LONGEST || input.take(length).read_to_end(&mut payload)? as u64 != length {
        return Err(invalid());
    }
    Ok(Some(Frame { kind, payload }))
}

/// What comes before the bytes of the file: the task and how many bytes there are.
pub(super) fn task(task: Task<'_>, size: u64) -> Vec<u8> {
    let (code, password) = match task {
        Task::Read(format) => (code_of(format), ""),
        Task::Decrypt(None) => (DECRYPT, ""),
        Task::Decrypt(Some(password)) => (DECRYPT_WITH, password),
    };
    let mut out = vec![code];
    out.extend((password.len() as u32).to_le_bytes());
    out.extend(password.as_bytes());
    out.extend(size.to_le_bytes());
    out
}

/// The task with its password, and the bytes of the file.
pub(super) fn receive_task(input: &mut dyn Read) -> io::Result<(OwnedTask, Vec<u8>)> {
    let invalid = || io::Error::from(io::ErrorKind::InvalidData);
    let mut head = [0; 5];
    input.read_exact(&mut head)?;
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    let mut password = String::new();
    input.take(u64::from(length)).read_to_string(&mut password)?;
    let mut size = [0; 8];
    input.read_exact(&mut size)?;
    let size = u64::from_le_bytes(size);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(size).unwrap_or(usize::MAX)).map_err(|_| invalid())?;
    if input.take(size).read_to_end(&mut bytes)? as u64 != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let task = match head[0] {
        DECRYPT => OwnedTask::Decrypt(None),
        DECRYPT_WITH => OwnedTask::Decrypt(Some(password)),
        code => OwnedTask::Read(*FORMATS.get(usize::from(code)).ok_or_else(invalid)?),
    };
    Ok((task, bytes))
}

/// A [`Task`] at the other end.
pub(super) enum OwnedTask {
    Read(Format),
    Decrypt(Option<String>),
}

pub(super) fn request(kind: Kind, sheet: u32) -> [u8; 5] {
    let [a, b, c, d] = sheet.to_le_bytes();
    [kind as u8, a, b, c, d]
}

/// The next request, or nothing where the parent has no more.
pub(super) fn receive_request(input: &mut dyn Read) -> io::Result<Option<(Kind, u32)>> {
    let mut request = [0; 5];
    if input.read(&mut request[..1])? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut request[1..])?;
    let [code, a, b, c, d] = request;
    Ok(Kind::from_code(code).map(|kind| (kind, u32::from_le_bytes([a, b, c, d]))))
}

pub(super) fn put_sheets(format: Format, sheets: &[SheetInfo]) -> Vec<u8> {
    let mut out = vec![code_of(format)];
    for sheet in sheets {
        out.push(u8::from(sheet.hidden));
        put_text(&mut out, sheet.name.as_deref().unwrap_or_default());
    }
    out
}

pub(super) fn sheets(payload: &[u8]) -> Option<(Format, Vec<SheetInfo>)> {
    let mut taken = Taken(payload);
    let format = *FORMATS.get(usize::from(taken.byte()?))?;
    let mut sheets = Vec::new();
    while !taken.0.is_empty() {
        let hidden = taken.byte()? == 1;
        sheets.push(SheetInfo::new(Some(taken.text()?.to_owned()), hidden));
    }
    Some((format, sheets))
}

/// Reasons of suspicion that may come over; their words are the catalogue's.
const SUSPICIONS: [&str; 7] = [
    "document-type",
    "inflates-too-far",
    "reader-died",
    "repeated-sheets",
    "repeated-spaces",
    "sheet-area",
    "too-many-parts",
];

pub(super) fn put_flaw(flaw: &Flaw) -> Vec<u8> {
    let (code, reason) = match flaw {
        Flaw::Damaged(reason) => (0, reason.as_str()),
        Flaw::Suspicious(reason) => (1, *reason),
        Flaw::Encrypted => (2, ""),
        Flaw::WrongPassword => (3, ""),
        Flaw::Sealed => (4, ""),
        Flaw::MacroSheet => (5, ""),
        Flaw::Unreadable(reason) => (6, reason.as_str()),
    };
    let mut out = vec![code];
    put_text(&mut out, reason);
    out
}

pub(super) fn flaw(payload: &[u8]) -> Flaw {
    let mut taken = Taken(payload);
    let code = taken.byte().unwrap_or(u8::MAX);
    let reason = taken.text().unwrap_or_default();
    match code {
        0 => Flaw::Damaged(reason.to_owned()),
        2 => Flaw::Encrypted,
        3 => Flaw::WrongPassword,
        4 => Flaw::Sealed,
        5 => Flaw::MacroSheet,
        6 => Flaw::Unreadable(reason.to_owned()),
        _ => Flaw::Suspicious(
            SUSPICIONS.into_iter().find(|known| *known == reason).unwrap_or("reader-died"),
        ),
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

pub(super) fn put_row(out: &mut Vec<u8>, number: u64, cells: &[Cell<'_>]) {
    out.extend(number.to_le_bytes());
    out.extend((cells.len() as u32).to_le_bytes());
    for cell in cells {
        put_cell(out, *cell);
    }
}

fn put_cell(out: &mut Vec<u8>, cell: Cell<'_>) {
    match cell {
        Cell::Blank => out.push(0),
        Cell::Text(text) => {
            out.push(1);
            put_text(out, text);
        }
        Cell::Doubled(text) => put_cell(out, Cell::Text(&text.replace("\"\"", "\""))),
        Cell::Number(number) => {
            out.push(2);
            out.extend(number.to_le_bytes());
        }
        Cell::Decimal(units, scale) => {
            out.push(3);
            out.extend(units.to_le_bytes());
            out.extend(scale.to_le_bytes());
        }
        Cell::Date(day, seconds) => {
            out.push(4);
            out.extend(day.0.to_le_bytes());
            out.extend(seconds.to_le_bytes());
        }
        Cell::Bool(value) => out.extend([5, u8::from(value)]),
        Cell::Error(text) => {
            out.push(6);
            put_text(out, text);
        }
    }
}

/// The rest of a payload; everything taken is `None` where the payload is too short for it.
pub(super) struct Taken<'a>(pub(super) &'a [u8]);

impl<'a> Taken<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = u32::from_le_bytes(self.array()?) as usize;
        std::str::from_utf8(self.bytes(length)?).ok()
    }

    /// The number of a row and how many cells follow.
    pub(super) fn row(&mut self) -> Option<(u64, usize)> {
        let number = u64::from_le_bytes(self.array()?);
        Some((number, u32::from_le_bytes(self.array()?) as usize))
    }

    pub(super) fn cell(&mut self) -> Option<Cell<'a>> {
        Some(match self.byte()? {
            0 => Cell::Blank,
            1 => Cell::Text(self.text()?),
            2 => Cell::Number(f64::from_le_bytes(self.array()?)),
            3 => {
                Cell::Decimal(i128::from_le_bytes(self.array()?), u32::from_le_bytes(self.array()?))
            }
            4 => Cell::Date(
                Day(i32::from_le_bytes(self.array()?)),
                u32::from_le_bytes(self.array()?),
            ),
            5 => Cell::Bool(self.byte()? == 1),
            6 => Cell::Error(self.text()?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let cells = [
            Cell::Text("客户"),
            Cell::Blank,
            Cell::Number(-0.1),
            Cell::Decimal(-12_345, 2),
            Cell::Date(Day(20_000), 3600),
            Cell::Bool(true),
            Cell::Error("#N/A"),
        ];
        let mut out = Vec::new();
        put_row(&mut out, 7, &cells);
        put_row(&mut out, 1 << 40, &[Cell::Doubled("a\"\"b")]);
        let mut taken = Taken(&out);
        assert_eq!(taken.row(), Some((7, cells.len())));
        for cell in cells {
            assert_eq!(taken.cell(), Some(cell));
        }
        assert_eq!(taken.row(), Some((1 << 40, 1)));
        assert_eq!(taken.cell(), Some(Cell::Text("a\"b")));
        assert_eq!(taken.cell(), None);
        // Cut anywhere, it is nothing, and no panic.
        for end in 0..out.len() {
            let mut taken = Taken(&out[..end]);
            while taken.row().is_some_and(|(_, count)| (0..count).all(|_| taken.cell().is_some())) {
            }
        }
    }

    #[test]
    fn flaws_and_sheets_come_back_as_they_were() {
        for expected in [
            Flaw::Damaged("row 7".to_owned()),
            Flaw::Suspicious("sheet-area"),
            Flaw::Encrypted,
            Flaw::WrongPassword,
            Flaw::Sealed,
            Flaw::MacroSheet,
            Flaw::Unreadable("why".to_owned()),
        ] {
            assert_eq!(flaw(&put_flaw(&expected)), expected);
        }
        assert_eq!(flaw(&[]), Flaw::Suspicious("reader-died"));
        let given = vec![
            SheetInfo::new(Some("订单".to_owned()), false),
            SheetInfo::new(Some("old".to_owned()), true),
        ];
        assert_eq!(sheets(&put_sheets(Format::Ods, &given)), Some((Format::Ods, given)));
    }

    #[test]
    fn frames_end_where_they_say() {
        let mut out = Vec::new();
        send(&mut out, Kind::Rows, b"abc").expect("sent");
        let frame = receive(&mut out.as_slice()).expect("received").expect("a frame");
        assert_eq!((frame.kind, frame.payload.as_slice()), (Kind::Rows, b"abc".as_slice()));
        let mut cut = &out[..out.len() - 1];
        assert!(receive(&mut cut).is_err());
        assert!(receive(&mut [9; 20].as_slice()).is_err());
        assert!(receive(&mut [2, 255, 255, 255, 255, 255, 255, 255, 255].as_slice()).is_err());
        assert!(receive(&mut [].as_slice()).expect("the end").is_none());
    }
}
