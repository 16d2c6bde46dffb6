use std::ops::ControlFlow;

use rust_xlsxwriter::{ExcelDateTime, Format as Style, Formula, Workbook as Writer};

use super::super::compound::tests::{biff, compound, number};
use super::super::package::tests::package;
use super::*;
use crate::period::Day;

/// Rows as text, so that a whole sheet is compared at once.
#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    most: Option<usize>,
}

impl RowSink for Lines {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| match cell {
                Cell::Blank => "_".to_owned(),
                Cell::Date(day, seconds) => format!("{day}+{seconds}"),
                other => format!("{other:?}"),
            })
            .collect();
        self.lines.push(format!("{number}: {}", cells.join(" ")));
        if self.most == Some(self.lines.len()) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

fn lines(bytes: Vec<u8>, format: Format, sheet: usize) -> Result<Vec<String>> {
    let mut book = Workbook::from_bytes(bytes, "book", format)?;
    let mut lines = Lines::default();
    book.read(sheet, &mut lines)?;
    Ok(lines.lines)
}

fn code(outcome: Result<Vec<String>>) -> &'static str {
    outcome.expect_err("refused").diagnostics[0].code
}

fn sample() -> Vec<u8> {
    let mut book = Writer::new();
    let date = Style::new().set_num_format("yyyy-mm-dd hh:mm");
    let span = Style::new().set_num_format("[h]:mm");
    let at = ExcelDateTime::from_ymd(2012, 9, 29).expect("a day");
    let at = at.and_hms(10, 30, 5).expect("a time");
    let sheet = book.add_worksheet().set_name("订单").expect("a name");
    sheet.write(0, 0, "客户").expect("a cell");
    sheet.write(0, 2, "金额").expect("a cell");
    sheet.write(3, 1, " \u{3000}").expect("a cell");
    sheet.write(4, 0, "甲").expect("a cell");
    sheet.write(4, 1, 12.5).expect("a cell");
    sheet.write_with_format(4, 2, &at, &date).expect("a cell");
    sheet.write_with_format(4, 3, 1.5, &span).expect("a cell");
    sheet.write(4, 4, true).expect("a cell");
    sheet.write(4, 5, Formula::new("1+1").set_result("2")).expect("a cell");
    sheet.write(4, 6, Formula::new("NA()").set_result("#N/A")).expect("a cell");
    sheet.write_blank(4, 9, &date).expect("a cell");
    sheet.write(1_048_575, 16_383, "far").expect("a cell");
    book.add_worksheet().set_name("h").expect("a name").set_hidden(true);
    book.add_worksheet().set_name("v").expect("a name").set_very_hidden(true);
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn an_xlsx_gives_typed_cells_at_their_own_rows() {
    let lines = lines(sample(), Format::Xlsx, 0).expect("rows");
    assert_eq!(lines[0], "1: Text(\"客户\") _ Text(\"金额\")");
    assert_eq!(
        lines[1],
        "5: Text(\"甲\") Number(12.5) 2012-09-29+37805 Number(1.5) Bool(true) Number(2.0) \
         Error(\"#N/A\")"
    );
    assert!(lines[2].starts_with("1048576: _ _"));
    assert!(lines[2].ends_with(" _ Text(\"far\")"));
    assert_eq!(lines.len(), 3);
}

#[test]
fn sheets_say_whether_they_are_hidden_and_charts_are_left_out() {
    let mut book = Writer::new();
    let mut chart = rust_xlsxwriter::Chart::new(rust_xlsxwriter::ChartType::Line);
    chart.add_series().set_values("data!$A$1:$A$2");
    let chartsheet = book.add_chartsheet();
    chartsheet.insert_chart(0, 0, &chart).expect("a chart");
    book.add_worksheet().set_name("data").expect("a name").write(0, 0, 7).expect("a cell");
    let bytes = book.save_to_buffer().expect("a workbook");
    assert_eq!(lines(bytes.clone(), Format::Xlsx, 0).expect("rows"), ["1: Number(7.0)"]);
    assert_eq!(Workbook::from_bytes(bytes, "b", Format::Xlsx).expect("a book").sheets().len(), 1);
    let book = Workbook::from_bytes(sample(), "book", Format::Xlsx).expect("a workbook");
    let hidden: Vec<bool> = book.sheets().iter().map(|sheet| sheet.hidden).collect();
    assert_eq!(hidden, [false, true, true]);
    assert_eq!(book.sheets()[0].name.as_deref(), Some("订单"));
}

#[test]
fn reading_stops_when_the_sink_has_enough_and_can_begin_again() {
    let mut book = Workbook::from_bytes(sample(), "book", Format::Xlsx).expect("a workbook");
    for _ in 0..2 {
        let mut lines = Lines { most: Some(1), ..Lines::default() };
        book.read(0, &mut lines).expect("rows");
        assert_eq!(lines.lines.len(), 1);
    }
    assert!(book.read(3, &mut Lines::default()).is_err());
}

#[test]
fn a_file_on_disk_reads_like_one_in_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.xlsx");
    std::fs::write(&path, sample()).expect("a file");
    assert_eq!(package::sniff(&path).ok(), Some(package::Kind::Table(Format::Xlsx)));
    let mut book = Workbook::open(&path, "a.xlsx", Format::Xlsx).expect("a workbook");
    let mut from_disk = Lines::default();
    book.read(0, &mut from_disk).expect("rows");
    assert_eq!(from_disk.lines, lines(sample(), Format::Xlsx, 0).expect("rows"));
    let Err(missing) = Workbook::open(&folder.path().join("b.xlsx"), "b.xlsx", Format::Xlsx) else {
        panic!("there is no such file");
    };
    assert_eq!(missing.diagnostics[0].code, "file-missing");
}

/// The smallest package that has one sheet, with a part of choice replaced.
fn tiny(workbook: &str, sheet: &str, strings: &str) -> Vec<u8> {
    let relation = |kind: &str, id: u32, target: &str| {
        format!(
            "<Relationship Id='r{id}' Target='{target}' Type='http://schemas.openxmlformats.org/\
             officeDocument/2006/relationships/{kind}'/>"
        )
    };
    let relations = |list: &str| format!("<Relationships>{list}</Relationships>");
    package(&[
        ("_rels/.rels", relations(&relation("officeDocument", 1, "xl/workbook.xml")).as_bytes()),
        (
            "xl/_rels/workbook.xml.rels",
            relations(&relation("worksheet", 1, "worksheets/sheet1.xml")).as_bytes(),
        ),
        (
            "xl/workbook.xml",
            format!("<workbook>{workbook}<sheets><sheet name='S' r:id='r1'/></sheets></workbook>")
                .as_bytes(),
        ),
        (
            "xl/styles.xml",
            b"<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>",
        ),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>").as_bytes(),
        ),
    ])
}

const NO_STRINGS: &str = "<sst></sst>";

#[test]
fn both_epochs_give_the_same_day() {
    let cell = |serial: u32| format!("<row r='1'><c r='A1' s='1'><v>{serial}</v></c></row>");
    let day = Day::from_ymd(2012, 9, 29).expect("a day");
    let expected = [format!("1: {day}+0")];
    let from_1900 = tiny("", &cell(41_181), NO_STRINGS);
    assert_eq!(lines(from_1900, Format::Xlsx, 0).expect("rows"), expected);
    let from_1904 = tiny("<workbookPr date1904='1'/>", &cell(39_719), NO_STRINGS);
    assert_eq!(lines(from_1904, Format::Xlsx, 0).expect("rows"), expected);
}

#[test]
fn odd_cell_positions_do_no_harm() {
    let sheet = "<row r='2'><c r='C2'><v>3</v></c><c r='A2'><v>1</v></c><c r='C2'><v>4</v></c>\
                 </row><row><c><v>5</v></c></row>";
    let lines = lines(tiny("", sheet, NO_STRINGS), Format::Xlsx, 0).expect("rows");
    assert_eq!(lines, ["2: Number(1.0) _ Number(4.0)", "3: Number(5.0)"]);
}

#[test]
fn lies_and_damage_are_errors() {
    let strings = "<sst uniqueCount='4000000000'><si><t>a</t></si></sst>";
    assert_eq!(code(lines(tiny("", "", strings), Format::Xlsx, 0)), "file-damaged");
    let no_such_string = "<row r='1'><c r='A1' t='s'><v>9</v></c></row>";
    let bytes = tiny("", no_such_string, NO_STRINGS);
    assert_eq!(code(lines(bytes, Format::Xlsx, 0)), "file-damaged");
    let whole = sample();
    for length in (0..whole.len()).step_by(97) {
        let cut = whole[..length].to_vec();
        assert_eq!(code(lines(cut, Format::Xlsx, 0)), "file-damaged", "{length}");
    }
    for format in [Format::Xlsx, Format::Xlsb, Format::Xls, Format::Ods] {
        for garbage in [Vec::new(), vec![0; 9000], b"client,amount\n".repeat(500)] {
            assert_eq!(code(lines(garbage, format, 0)), "file-damaged", "{format:?}");
        }
        // A package of another kind.
        assert_eq!(code(lines(package(&[("a", b"b")]), format, 0)), "file-damaged");
    }
    let secret = compound("EncryptedPackage", b"", u32::MAX - 1);
    assert_eq!(code(lines(secret, Format::Xls, 0)), "file-encrypted");
}

fn changed(whole: &[u8], format: Format, step: usize) {
    for at in (0..whole.len()).step_by(step) {
        let mut bytes = whole.to_vec();
        bytes[at] ^= 0x5A;
        // Some changes go unnoticed; none may do more than fail.
        if let Err(error) = lines(bytes, format, 0) {
            assert!(error.diagnostics[0].code.starts_with("file-"), "{at}");
        }
    }
}

#[test]
fn an_xls_gives_numbers_and_dates_and_survives_any_changed_byte() {
    let cells = [number(1, 1, 0, 2.5), number(3, 0, 1, 41_181.0)].concat();
    let whole = compound("Workbook", &biff(&[], &cells), u32::MAX - 1);
    assert_eq!(
        lines(whole.clone(), Format::Xls, 0).expect("rows"),
        ["2: _ Number(2.5)", "4: 2012-09-29+0"]
    );
    changed(&whole[..2048], Format::Xls, 1);
    changed(&whole, Format::Xls, 3);
}

fn ods(table: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><style:style style:name='t'><style:table-properties \
         table:display='false'/></style:style><table:table table:name='S' \
         table:style-name='t'>{table}</table:table></office:document-content>"
    );
    package(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest:manifest></manifest:manifest>"),
        ("content.xml", content.as_bytes()),
    ])
}

#[test]
fn an_ods_gives_dates_errors_and_its_own_rows() {
    let row = |cells: &str| format!("<table:table-row>{cells}</table:table-row>");
    let table = [
        "<table:table-row table:number-rows-repeated='3'><table:table-cell/></table:table-row>"
            .to_owned(),
        row("<table:table-cell table:number-columns-repeated='2'/>\
             <table:table-cell office:value-type='date' office:date-value='2012-09-29'/>\
             <table:table-cell office:value-type='float' office:value='2.5'/>\
             <table:table-cell office:value-type='string' calcext:value-type='error'>\
             <text:p>#N/A</text:p></table:table-cell>\
             <table:table-cell office:value-type='time' office:time-value='PT36H00M00S'/>"),
    ]
    .concat();
    let bytes = ods(&table);
    assert_eq!(
        lines(bytes.clone(), Format::Ods, 0).expect("rows"),
        ["4: _ _ 2012-09-29+0 Number(2.5) Error(\"#N/A\") Number(1.5)"]
    );
    let book = Workbook::from_bytes(bytes.clone(), "b", Format::Ods).expect("a book");
    assert!(book.sheets()[0].hidden);
    changed(&bytes, Format::Ods, 5);
    let bomb = row("<table:table-cell table:number-columns-repeated='16384' office:value='1'/>");
    assert_eq!(code(lines(ods(&bomb.repeat(2000)), Format::Ods, 0)), "file-suspicious");
}

/// A binary workbook whose one sheet has the given records.
fn xlsb(flags: u8, sheet: &[Vec<u8>]) -> Vec<u8> {
    let wide = |text: &str| {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [(units.len() as u32 / 2).to_le_bytes().to_vec(), units].concat()
    };
    let part = |records: &[Vec<u8>]| records.concat();
    let workbook = part(&[
        brt(0x99, &[flags, 0, 0, 0]),
        brt(0x9C, &[vec![0; 4], vec![1, 0, 0, 0], wide("r1"), wide("S")].concat()),
        brt(0x90, &[]),
        brt(0x9D, &[]),
    ]);
    let styles = part(&[brt(0x269, &[2, 0, 0, 0]), brt(0x2F, &[0; 4]), brt(0x2F, &[0, 0, 14, 0])]);
    let strings =
        part(&[brt(0x9F, &[1, 0, 0, 0, 1, 0, 0, 0]), brt(0x13, &[vec![0], wide("客户")].concat())]);
    let sheet = part(&[brt(0x94, &[0; 16]), brt(0x91, &[]), part(sheet), brt(0x92, &[])]);
    package(&[
        ("xl/workbook.bin", &workbook),
        (
            "xl/_rels/workbook.bin.rels",
            b"<Relationships><Relationship Id='r1' Target='worksheets/sheet1.bin'/>\
              </Relationships>",
        ),
        ("xl/styles.bin", &styles),
        ("xl/sharedStrings.bin", &strings),
        ("xl/worksheets/sheet1.bin", &sheet),
    ])
}

/// A record of a binary workbook.
fn brt(kind: u16, data: &[u8]) -> Vec<u8> {
    let kind = match kind {
        0..0x80 => vec![kind as u8],
        _ => vec![kind as u8 | 0x80, (kind >> 7) as u8],
    };
    [kind, vec![data.len() as u8], data.to_vec()].concat()
}

fn brt_row(row: u32) -> Vec<u8> {
    brt(0, &row.to_le_bytes())
}

fn brt_real(column: u32, style: u8, value: f64) -> Vec<u8> {
    let cell = [column.to_le_bytes(), [style, 0, 0, 0]].concat();
    brt(5, &[cell, value.to_le_bytes().to_vec()].concat())
}

#[test]
fn an_xlsb_gives_typed_cells_in_both_epochs() {
    let text = brt(7, &[0; 12]);
    let sheet = [brt_row(2), text, brt_real(2, 1, 41_181.0), brt_row(7), brt_real(16_383, 0, 2.5)];
    let bytes = xlsb(0, &sheet);
    assert_eq!(package::sniff_bytes(&bytes), package::Kind::Table(Format::Xlsb));
    let rows = lines(bytes.clone(), Format::Xlsb, 0).expect("rows");
    assert_eq!(rows[0], "3: Text(\"客户\") _ 2012-09-29+0");
    assert!(rows[1].starts_with("8: _ _") && rows[1].ends_with(" Number(2.5)"));
    let from_1904 = xlsb(1, &[brt_row(0), brt_real(0, 1, 39_719.0)]);
    assert_eq!(lines(from_1904, Format::Xlsb, 0).expect("rows"), ["1: 2012-09-29+0"]);
    let beyond = xlsb(0, &[brt_row(0), brt_real(u32::MAX, 0, 1.0), brt_real(16_384, 0, 1.0)]);
    assert_eq!(lines(beyond, Format::Xlsb, 0).expect("rows"), [""; 0]);
    changed(&bytes, Format::Xlsb, 3);
}

#[test]
fn an_xlsx_survives_any_changed_byte() {
    changed(&sample(), Format::Xlsx, 29);
}
