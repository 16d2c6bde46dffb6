use std::io::Write;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// A deflated package of parts.
pub(in crate::source) fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(*name, options).expect("a part");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("a package").into_inner()
}

fn checked(parts: &[(&str, &[u8])], format: Format) -> Result<(), Flaw> {
    check(Cursor::new(package(parts)), format)
}

#[test]
fn content_tells_the_format_and_the_name_does_not() {
    let sniffed = |parts: &[(&str, &[u8])]| sniff_bytes(&package(parts));
    let ods = b"application/vnd.oasis.opendocument.spreadsheet".as_slice();
    assert_eq!(sniffed(&[("xl/workbook.xml", b"")]), Kind::Table(Format::Xlsx));
    assert_eq!(sniffed(&[("/XL\\Workbook.bin", b"")]), Kind::Table(Format::Xlsb));
    assert_eq!(sniffed(&[("mimetype", ods)]), Kind::Table(Format::Ods));
    assert_eq!(sniffed(&[("mimetype", b"application/epub+zip")]), Kind::Zip);
    let types = b"<Types><Override ContentType=\"application/vnd.openxmlformats-officedocument.\
                  spreadsheetml.sheet.main+xml\"/></Types>"
        .as_slice();
    assert_eq!(sniffed(&[("[Content_Types].xml", types)]), Kind::Table(Format::Xlsx));
    assert_eq!(sniffed(&[("orders.csv", b"a,b")]), Kind::Zip);
    let whole = package(&[("xl/workbook.xml", b"<workbook/>")]);
    assert_eq!(sniff_bytes(&whole[..whole.len() - 30]), Kind::Damaged);
    assert_eq!(sniff_bytes(b""), Kind::Empty);
    assert_eq!(sniff_bytes(b"PAR1...."), Kind::Table(Format::Parquet));
    assert_eq!(sniff_bytes(&[0x1F, 0x8B, 8]), Kind::Gzip);
    assert_eq!(sniff_bytes(&compound::MAGIC), Kind::Damaged);
    assert_eq!(sniff_bytes("\u{feff}\r\n<HTML><table>".as_bytes()), Kind::Table(Format::Html));
    assert_eq!(sniff_bytes(b"<?xml version=\"1.0\"?><html>"), Kind::Table(Format::Html));
    assert_eq!(sniff_bytes(b"<?xml version=\"1.0\"?><invoice>"), Kind::Xml);
    assert_eq!(sniff_bytes("客户,金额\n".as_bytes()), Kind::Text);
}

#[test]
fn a_string_table_cannot_claim_more_than_it_holds() {
    let table = |head: &str| {
        let xml = format!("{head}<si><t>a</t></si></sst>");
        checked(&[("xl/sharedStrings.xml", xml.as_bytes())], Format::Xlsx)
    };
    assert_eq!(table("<?xml version='1.0'?><sst count=\"9\" uniqueCount=\"1\">"), Ok(()));
    assert_eq!(table("<sst>"), Ok(()));
    let lie = Err(Flaw::Damaged("sharedStrings.xml: uniqueCount".to_owned()));
    assert_eq!(table("<sst uniqueCount=\"99999999999\">"), lie);
    assert_eq!(table("<sst uniqueCount = '99999999999999999999999999'>"), lie);
    assert_eq!(table("<!-- <sst uniqueCount=\"1\"> --><x:sst a='>' uniqueCount=\"900\">"), lie);
    let hidden = format!("<!--{}--><sst uniqueCount=\"900\">", "x".repeat(70_000));
    assert_eq!(table(&hidden), Err(Flaw::Damaged("sharedStrings.xml".to_owned())));
}

#[test]
fn packages_that_inflate_without_end_are_refused() {
    let zeros = vec![b' '; 17 << 20];
    assert_eq!(
        checked(&[("xl/styles.xml", &zeros)], Format::Xlsx),
        Err(Flaw::Suspicious("inflates-too-far"))
    );
    // The same in a sheet is streamed, and small enough.
    assert_eq!(checked(&[("xl/worksheets/sheet1.xml", &zeros)], Format::Xlsx), Ok(()));
    assert!(!beyond(INFLATED_FREE, 1, INFLATED_FREE, INFLATED_RATIO));
    assert!(beyond(INFLATED_FREE * 2, INFLATED_FREE / 200, INFLATED_FREE, INFLATED_RATIO));
    assert!(!beyond(INFLATED_FREE * 2, INFLATED_FREE / 20, INFLATED_FREE, INFLATED_RATIO));
}

#[test]
fn a_lying_directory_does_not_inflate_further() {
    // The check trusts declared sizes because reading fails beyond them.
    let mut bytes = package(&[("xl/sharedStrings.xml", &vec![b'x'; 50_000])]);
    let central = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").expect("a directory");
    bytes[central + 24..central + 28].copy_from_slice(&100_u32.to_le_bytes());
    let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let read = io::copy(&mut zip.by_index(0).expect("a part"), &mut io::sink());
    assert!(read.is_err());
}

#[test]
fn an_ods_without_content_is_damaged_and_no_package_at_all_too() {
    assert_eq!(
        checked(&[("mimetype", b"")], Format::Ods),
        Err(Flaw::Damaged("content.xml".to_owned()))
    );
    for bytes in [b"".as_slice(), b"garbage", &[0; 5000]] {
        assert!(matches!(check(Cursor::new(bytes), Format::Xlsx), Err(Flaw::Damaged(_))));
    }
}

#[test]
fn sheets_may_not_be_more_than_can_be_looked_at() {
    let with = |sheets: usize, size: usize| {
        let list = "<x:sheet name=\"a\" r:id=\"r1\"/><x:sheets/>".repeat(sheets);
        let text = vec![b' '; size];
        let parts = [("xl/workbook.xml", list.as_bytes()), ("xl/worksheets/sheet1.xml", &text)];
        checked(&parts, Format::Xlsx)
    };
    let refused = Err(Flaw::Suspicious("too-many-sheets"));
    assert_eq!(with(SHEETS, 100), Ok(()));
    assert_eq!(with(SHEETS + 1, 100), refused);
    // One part under many names is read for each of them.
    assert_eq!(with(300, 1 << 20), refused);
    assert_eq!(with(200, 1 << 20), Ok(()));
    assert_eq!(with(1, 20 << 20), Ok(()));
}
