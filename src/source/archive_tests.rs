use std::io::{Cursor, Write as _};
use std::ops::ControlFlow;

use encoding_rs::GB18030;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;

use super::super::package::tests::package;
use super::super::{Cell, Document, Input, RowSink};
use super::*;

fn input(bytes: Vec<u8>) -> Input {
    Input { name: "a.zip".to_owned(), place: Place::Memory(Arc::from(bytes)) }
}

fn open(bytes: Vec<u8>) -> Result<Document> {
    Document::open(&input(bytes), &Hints::default())
}

#[track_caller]
fn refused(bytes: Vec<u8>) -> Diagnostic {
    let error = open(bytes).err().expect("refused");
    error.diagnostics.into_iter().next().expect("a reason")
}

#[derive(Default)]
struct Texts(Vec<String>);

impl RowSink for Texts {
    fn row(&mut self, _: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let text = |cell: &Cell<'_>| match cell {
            Cell::Text(text) => (*text).to_owned(),
            _ => String::new(),
        };
        self.0.push(cells.iter().map(text).collect::<Vec<_>>().join("|"));
        ControlFlow::Continue(())
    }
}

fn rows(document: &mut Document, sheet: usize) -> Vec<String> {
    let sinks = document.read(sheet, 1, 2, Texts::default).expect("rows");
    sinks.into_iter().flat_map(|sink| sink.0).collect()
}

#[test]
fn each_text_is_a_sheet_of_its_own() {
    let mut gz = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(b"e,f\n5,6\n").expect("memory");
    let gz = gz.finish().expect("memory");
    let zh = GB18030.encode("客户;金额\n测试有限公司;2\n").0.into_owned();
    let wide: Vec<u8> = "a\tb\n1\t2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut document = open(package(&[
        ("x/", b""),
        ("x/one.csv", b"a,b\n1,2\n"),
        ("two.txt", &zh),
        ("wide.txt", &wide),
        ("three.csv.gz", &gz),
        ("__MACOSX/x/._one.csv", b"\0\x05\x16\x07"),
        ("none.csv", b""),
        ("page.htm", b"<html><table>"),
        ("book.xlsx", b"PK\x03\x04"),
        ("scan.pdf", b"%PDF-1.7\n\x01\x02"),
    ]))
    .expect("readable");
    let unread: Vec<_> = document.sheets().iter().map(|sheet| sheet.unread).collect();
    let (other, text) = (Some(Unread::Other), None);
    let (folder, hidden, empty) = (Unread::Folder, Unread::Hidden, Unread::Empty);
    assert_eq!(
        unread,
        [Some(folder), text, text, text, text, Some(hidden), Some(empty), other, other, other]
    );
    assert_eq!(document.sheets()[1].name.as_deref(), Some("x/one.csv"));
    assert_eq!(rows(&mut document, 1), ["a|b", "1|2"]);
    assert_eq!(rows(&mut document, 2), ["客户|金额", "测试有限公司|2"]);
    assert_eq!(rows(&mut document, 3), ["a|b", "1|2"]);
    assert_eq!(rows(&mut document, 4), ["e|f", "5|6"]);
    assert!(rows(&mut document, 9).is_empty());
    assert_eq!(document.encoding(2), Some("gb18030"));
    assert_eq!(document.guesses(2, &Origin::default()).len(), 1);
    assert_eq!(document.delimiter(2).as_deref(), Some(";"));
    assert_eq!(document.encoding(9), None);
}

#[test]
fn names_are_read_in_the_code_page_of_whoever_packed_them() {
    let gb = |name: &str| GB18030.encode(name).0.into_owned();
    let names = [gb("导出\\订单明细.csv"), b"plain.csv".to_vec(), gb("客户.csv")];
    assert_eq!(decode(&names), ["导出/订单明细.csv", "plain.csv", "客户.csv"]);
    assert_eq!(decode(&["客户.csv".as_bytes().to_vec()]), ["客户.csv"]);
}

#[test]
fn an_archive_without_text_is_refused_with_what_is_in_it() {
    let pictures: Vec<String> = (0..7).map(|at| format!("{at}.png")).collect();
    let parts: Vec<(&str, &[u8])> =
        pictures.iter().map(|name| (name.as_str(), b"\x89PNG\0".as_slice())).collect();
    let found = refused(package(&parts));
    assert_eq!(found.code, "file-kind");
    let names = ["0.png", "1.png", "2.png", "3.png", "4.png", "…"].map(ToOwned::to_owned);
    assert_eq!(found.facts.get("entries"), Some(&names.to_vec().into()));
    assert_eq!(refused(package(&[("x/", b"")])).facts.get("kind"), Some(&"empty-zip".into()));
}

#[test]
fn archives_made_to_harm_are_refused() {
    let line = vec![b' '; 20 << 20];
    let many: Vec<(String, &[u8])> =
        (0..8).map(|at| (format!("{at}.csv"), line.as_slice())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let found = refused(package(&many));
    assert_eq!(found.facts.get("reason"), Some(&"inflates-too-far".into()));
    let names: Vec<String> = (0..=ENTRIES).map(|at| at.to_string()).collect();
    let parts: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), b"a".as_slice())).collect();
    let found = refused(package(&parts));
    assert_eq!(found.facts.get("reason"), Some(&"too-many-parts".into()));
}

/// A stored archive of one text, with a number of its directory changed.
fn lying(at: usize, value: u32) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file("a.csv", options).expect("a part");
    zip.write_all(&b"client,date,amount\n".repeat(40_000)).expect("its bytes");
    let mut bytes = zip.finish().expect("an archive").into_inner();
    let central = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").expect("a directory");
    bytes[central + at..central + at + 4].copy_from_slice(&value.to_le_bytes());
    bytes
}

#[test]
fn an_entry_is_what_the_directory_says_or_damaged() {
    // Checksum and length of the text.
    for (at, value) in [(16, 1), (24, 700_000), (24, 800_000)] {
        let mut document = open(lying(at, value)).expect("a beginning");
        let read = document.read(0, 1, 2, Texts::default);
        let error = read.err().expect("refused");
        assert_eq!(error.diagnostics[0].code, "file-damaged", "{at}");
        assert_eq!(error.diagnostics[0].origin.sheet.as_deref(), Some("a.csv"));
    }
    assert_eq!(refused(lying(24, 100)).code, "file-damaged");
}
