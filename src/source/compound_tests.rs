use std::iter::repeat_n;

use super::*;

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes(), &(data.len() as u16).to_le_bytes(), data].concat()
}

fn words_of(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A BIFF8 number cell; format 1 of [`biff`] is a date.
pub(in crate::source) fn number(row: u16, column: u16, format: u16, value: f64) -> Vec<u8> {
    record(0x0203, &[words_of(&[row, column, format]), value.to_le_bytes().to_vec()].concat())
}

/// The stream of a workbook whose one sheet has the given records.
pub(in crate::source) fn biff(extra: &[u8], sheet: &[u8]) -> Vec<u8> {
    let bof = |kind: u16| record(0x0809, &words_of(&[0x0600, kind, 0, 0, 0, 0, 0, 0]));
    let format = |id: u16| record(0x00E0, &words_of(&[0, id, 0, 0, 0, 0, 0, 0, 0, 0]));
    let mut stream = [bof(5), extra.to_vec(), format(0), format(14)].concat();
    let at = stream.len() + 4 + 6 + 2 + 1 + 4;
    stream.extend(record(
        0x0085,
        &[&(at as u32).to_le_bytes(), [0, 0, 1, 0, b'S'].as_slice()].concat(),
    ));
    stream.extend(record(0x000A, &[]));
    stream.extend(bof(0x10));
    stream.extend(sheet);
    stream.extend(record(0x000A, &[]));
    stream
}

/// A compound file of one stream; the directory's next sector can be set to make a circle.
pub(in crate::source) fn compound(name: &str, stream: &[u8], after_directory: u32) -> Vec<u8> {
    let mut stream = stream.to_vec();
    stream.resize(stream.len().max(MINI_BELOW).next_multiple_of(512), 0);
    let sectors = (stream.len() / 512) as u32;
    let mut header = vec![0; 512];
    header[..8].copy_from_slice(&MAGIC);
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(24, &words_of(&[0x3E, 3, 0xFFFE, 9, 6]));
    put(44, &1_u32.to_le_bytes());
    put(48, &1_u32.to_le_bytes());
    put(60, &END_OF_CHAIN.to_le_bytes());
    put(68, &END_OF_CHAIN.to_le_bytes());
    put(76, &0_u32.to_le_bytes());
    put(80, &vec![0xFF; 432]);
    let mut table = vec![0xFFFF_FFFD, after_directory];
    table.extend(3..2 + sectors);
    table.push(END_OF_CHAIN);
    table.extend(repeat_n(u32::MAX, 128 - table.len()));
    let entry = |name: &str, start: u32, length: u32| {
        let mut raw = vec![0; 128];
        for (at, unit) in name.encode_utf16().enumerate() {
            raw[at * 2..at * 2 + 2].copy_from_slice(&unit.to_le_bytes());
        }
        raw[116..120].copy_from_slice(&start.to_le_bytes());
        raw[120..124].copy_from_slice(&length.to_le_bytes());
        raw
    };
    let mut directory = entry("Root Entry", END_OF_CHAIN, 0);
    directory.extend(entry(name, 2, stream.len() as u32));
    directory.resize(512, 0);
    let table: Vec<u8> = table.iter().flat_map(|id| id.to_le_bytes()).collect();
    [header, table, directory, stream].concat()
}

fn checked(extra: &[u8], sheet: &[u8]) -> Result<(), Flaw> {
    check(&compound("Workbook", &biff(extra, sheet), END_OF_CHAIN))
}

#[test]
fn a_workbook_is_told_from_a_password_and_from_other_files() {
    let file = |name: &str| contents(&compound(name, b"", END_OF_CHAIN));
    assert!(matches!(file("Workbook"), Ok(Contents::Workbook(_))));
    assert!(matches!(file("BOOK"), Ok(Contents::Workbook(_))));
    assert_eq!(file("EncryptedPackage"), Ok(Contents::EncryptedPackage));
    assert_eq!(file("WordDocument"), Ok(Contents::Other));
    assert_eq!(checked(&[], &number(0, 0, 0, 1.0)), Ok(()));
    let password = record(0x002F, &words_of(&[1, 1, 1]));
    assert_eq!(checked(&password, &[]), Err(Flaw::Sealed));
}

#[test]
fn circles_and_cut_files_end() {
    let whole = compound("Workbook", &biff(&[], &number(0, 0, 0, 1.0)), END_OF_CHAIN);
    let damaged = |bytes: &[u8]| matches!(check(bytes), Err(Flaw::Damaged(_)));
    assert!(damaged(&compound("Workbook", b"", 1)), "the directory follows itself");
    for length in (0..whole.len() - 512).step_by(100) {
        assert!(damaged(&whole[..length]), "{length}");
    }
    let mut longer = whole;
    longer[1024 + 128 + 120..1024 + 128 + 124].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(damaged(&longer));
}

#[test]
fn sheets_that_span_far_more_than_they_fill_are_refused() {
    let far = [number(0, 0, 0, 1.0), number(65_535, 255, 0, 1.0)].concat();
    assert_eq!(checked(&[], &far), Err(Flaw::Suspicious("sheet-area")));
    let tall = [number(0, 0, 0, 1.0), number(65_535, 19, 0, 1.0)].concat();
    assert_eq!(checked(&[], &tall), Ok(()));
    let claim = |rows: u32, columns: u16| {
        let rows = [0_u32.to_le_bytes(), rows.to_le_bytes()].concat();
        checked(&[], &record(0x0200, &[rows, words_of(&[0, columns, 0])].concat()))
    };
    assert_eq!(claim(65_536, 256), Ok(()));
    assert_eq!(claim(0, 0), Ok(()));
    assert_eq!(claim(u32::MAX, 9), Err(Flaw::Damaged("DIMENSIONS".to_owned())));
}
