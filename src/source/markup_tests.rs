use std::ops::ControlFlow;
use std::sync::Arc;

use encoding_rs::GB18030;

use super::super::package::{Kind, sniff_bytes};
use super::*;
use crate::source::Cell;

#[derive(Default)]
struct Lines(Vec<String>);

impl RowSink for Lines {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| match cell {
                Cell::Blank => "_".to_owned(),
                Cell::Text(text) => (*text).to_owned(),
                Cell::Date(day, seconds) => format!("{day}+{seconds}"),
                other => format!("{other:?}"),
            })
            .collect();
        self.0.push(format!("{number}: {}", cells.join("|")));
        ControlFlow::Continue(())
    }
}

fn open(bytes: impl Into<Vec<u8>>) -> Result<Markup> {
    let bytes: Vec<u8> = bytes.into();
    let format = match sniff_bytes(&bytes) {
        Kind::Table(format) => format,
        other => panic!("taken for {other:?}"),
    };
    Markup::open(&Place::Memory(Arc::from(bytes)), "a.xls", format, &Hints::default())
}

fn lines(bytes: impl Into<Vec<u8>>, sheet: usize) -> Vec<String> {
    let mut lines = Lines::default();
    open(bytes).expect("opened").read(sheet, &mut lines).expect("read");
    lines.0
}

fn code(bytes: impl Into<Vec<u8>>) -> &'static str {
    open(bytes).err().expect("refused").diagnostics[0].code
}

const PAGE: &str = "<html><head><meta http-equiv=Content-Type content='text/html; charset=gb2312'>\
    <style>td{mso-number-format:'\\@'}</style></head><body><table><tr><td>布局<table border=1>\
    <thead><tr><th rowspan=2>客户<th colspan=2>订&nbsp;单<tr><th>日期<th>金额<br>（元）</thead>\
    <tr><TD>甲&amp;乙</TD><td>2026-01-05<td> 1,200.00 </tr><tr><td>丙<td><td>\n5\n</td></table>\
    </td></tr></table><script>if (a<b) document.write('<table><tr><tr></table>')</script>";

#[test]
fn tables_of_pages_are_sheets_whatever_is_missing() {
    let expected =
        ["1: 客户|订 单", "2: _|日期|金额 （元）", "3: 甲&乙|2026-01-05|1,200.00", "4: 丙|_|5"];
    let gbk = GB18030.encode(PAGE).0.into_owned();
    assert_eq!(lines(gbk.clone(), 0), expected);
    // Systems state GBK and write UTF-8 all the same.
    assert_eq!(lines(PAGE, 0), expected);
    let page = open(gbk).expect("opened");
    assert_eq!(page.sheets(), [SheetInfo::new(None, false)]);
    assert_eq!((page.encoding(), page.encoding_is_guess()), ("gb18030", false));
    let wide: Vec<u8> = PAGE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(lines([&[0xFF, 0xFE], wide.as_slice()].concat(), 0), expected);
    let two = "<table><tr><td>a<tr><td>1</table><p><table><tr><td>b<tr><td>2</table>";
    assert_eq!(lines(two, 1), ["1: b", "2: 2"]);
    let names: Vec<_> =
        open(two).expect("opened").sheets().iter().map(|s| s.name.clone()).collect();
    assert_eq!(names, [Some("1".to_owned()), Some("2".to_owned())]);
}

#[test]
fn pages_without_a_table_and_hostile_ones_are_refused() {
    assert_eq!(code("<html><body>Please log in</body></html>"), "file-kind");
    assert_eq!(code("<html>".to_owned() + &"<table><tr><td>".repeat(100)), "file-damaged");
    let many = "<table><tr><td>a<tr><td>1</table>".repeat(10_000);
    assert_eq!(code(many), "file-suspicious");
    let bytes = b"<html><meta charset=utf-8><table><tr><td>\xFF\xFE<tr><td>1</table>".to_vec();
    assert_eq!(code(bytes), "wrong-encoding");
    // Cells that reach far down and wide, row after row.
    let far = format!(
        "<table><tr><td colspan=60000 rowspan=60000>{}</table>",
        "<tr><td colspan=1000>a".repeat(2000)
    );
    assert_eq!(lines(far, 0).len(), 2000);
}

const XML: &str = "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>\
    <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
    xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"订单\"><Table>\
    <Row><Cell><Data ss:Type=\"String\">客户</Data></Cell>\
    <Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">日期</Data></Cell>\
    <Cell><Data ss:Type=\"String\">金额</Data></Cell></Row>\
    <Row ss:Index=\"4\"><Cell><ss:Data ss:Type=\"String\"><B>甲</B>&amp;乙</ss:Data>\
    <Comment><Data>note</Data></Comment></Cell><Cell/>\
    <Cell><Data ss:Type=\"DateTime\">2026-01-05T00:00:00.000</Data></Cell>\
    <Cell ss:Index=\"6\"><Data ss:Type=\"Number\">1200.5</Data></Cell>\
    <Cell><Data ss:Type=\"Boolean\">1</Data></Cell><Cell><Data ss:Type=\"Error\">#N/A</Data></Cell>\
    </Row></Table></Worksheet><Worksheet ss:Name=\"旧\"><Table><Row><Cell><Data ss:Type=\"Number\">x\
    </Data></Cell></Row></Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>\
    </Worksheet></Workbook>";

#[test]
fn the_xml_of_excel_2003_is_read() {
    assert_eq!(
        lines(XML, 0),
        [
            "1: 客户|日期|_|金额",
            "4: 甲&乙|_|2026-01-05+0|_|_|Number(1200.5)|Bool(true)|Error(\"#N/A\")"
        ]
    );
    assert_eq!(lines(XML, 1), ["1: x"]);
    let hidden: Vec<bool> =
        open(XML).expect("opened").sheets().iter().map(|sheet| sheet.hidden).collect();
    assert_eq!(hidden, [false, true]);
    assert_eq!(
        code(
            "<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>"
        ),
        "file-kind"
    );
}

const FLAT: &str = "<?xml version='1.0' encoding='UTF-8'?><office:document \
    office:mimetype='application/vnd.oasis.opendocument.spreadsheet'><style:style style:name='ta1'>\
    <style:table-properties table:display='false'/></style:style><office:spreadsheet>\
    <table:table table:name='订单'>\n<table:table-row><table:table-cell office:value-type='string'>\n\
    <text:p>客户</text:p></table:table-cell><table:table-cell table:number-columns-repeated='2'/>\
    <table:table-cell office:value-type='string'><office:annotation><text:p>note</text:p>\
    </office:annotation><text:p>金<text:s text:c='2'/>额</text:p><text:p>元</text:p></table:table-cell>\
    </table:table-row><table:table-row table:number-rows-repeated='3'><table:table-cell/>\
    </table:table-row><table:table-row table:number-rows-repeated='2'>\
    <table:table-cell office:value-type='date' office:date-value='2026-01-05'><text:p>5 Jan</text:p>\
    </table:table-cell><table:table-cell office:value-type='currency' office:value='-7.5' \
    table:number-columns-repeated='2'/><table:table-cell office:value-type='string' \
    calcext:value-type='error'><text:p>#N/A</text:p></table:table-cell></table:table-row>\
    </table:table><table:table table:name='旧' table:style-name='ta1'><table:table-row/></table:table>\
    </office:spreadsheet></office:document>";

#[test]
fn flat_open_document_is_read() {
    let row = "2026-01-05+0|Number(-7.5)|Number(-7.5)|Error(\"#N/A\")";
    assert_eq!(
        lines(FLAT, 0),
        ["1: 客户|_|_|金  额\n元".to_owned(), format!("5: {row}"), format!("6: {row}")]
    );
    let sheets = open(FLAT).expect("opened").sheets().to_vec();
    assert_eq!(sheets.iter().map(|sheet| sheet.hidden).collect::<Vec<_>>(), [false, true]);
    let bomb = FLAT.replace("repeated='3'", "repeated='1000000'");
    assert_eq!(lines(bomb, 0).len(), 3);
    let bomb = FLAT.replace("repeated='2'", "repeated='1000000'");
    assert_eq!(code(bomb), "file-suspicious");
}

#[test]
fn anything_cut_off_ends() {
    for whole in [PAGE, XML, FLAT] {
        for (end, _) in whole.char_indices().skip(200) {
            if let Ok(markup) = open(&whole[..end]) {
                for sheet in 0..markup.sheets().len() {
                    let _ = markup.read(sheet, &mut Lines::default());
                }
            }
        }
    }
}
