//! `kam annotate`: the user's own workbook comes back with new columns, and everything else as it was.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};

use calamine::{Data, Reader as _, Xlsx};
use rust_xlsxwriter::{
    Chart, ChartType, ConditionalFormatDuplicate, DataValidation, Format, Image, Note, Sparkline,
    Table, TableColumn, TableFunction, Workbook, Worksheet,
};

use crate::support::{Bench, Run, package};

const SALES: &str = "client id,client,date,amount\n\
    C1,Alpha GmbH,2026-01-05,9000\nC1,Alpha GmbH,2025-11-05,9000\n\
    C2,Beta Ltd,2026-02-01,3000\nC3,伽马有限公司,2025-12-20,700\n";
/// A picture of one pixel.
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

/// Parts by name, as they are packed and unpacked.
fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("package");
    (0..zip.len())
        .map(|at| {
            let mut part = zip.by_index(at).expect("part");
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).expect("part");
            (part.name().expect("name").into_owned(), bytes)
        })
        .collect()
}

/// The cells of a sheet, by row and column from 0.
fn cells(bytes: &[u8], sheet: &str) -> BTreeMap<(u32, u32), Data> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("workbook");
    let range = book.worksheet_range(sheet).expect("sheet");
    let (top, left) = range.start().unwrap_or_default();
    let used = range.used_cells();
    used.map(|(row, column, cell)| ((top + row as u32, left + column as u32), cell.clone()))
        .collect()
}

fn text(cells: &BTreeMap<(u32, u32), Data>, row: u32, column: u32) -> String {
    cells.get(&(row, column)).map(ToString::to_string).unwrap_or_default()
}

/// Annotates a workbook and checks what always holds: the original stays, only the parts named differ, none comes or goes, and a
/// second run over the outcome changes nothing.
#[track_caller]
fn annotated(bytes: &[u8], changed: &[&str], more: &[&str]) -> (Vec<u8>, Run) {
    let bench = Bench::new();
    bench.write("sales.csv", SALES);
    bench.write("book.xlsx", bytes);
    let run = bench.kam(&[&["annotate", "book.xlsx", "sales.csv", "--lang", "en"], more].concat());
    let run = run.code(0);
    assert_eq!(fs::read(bench.at("book.xlsx")).expect("original"), bytes);
    let made = fs::read(bench.at("book.kam.xlsx")).expect("copy");
    let (before, after) = (parts(bytes), parts(&made));
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    let differ: Vec<&str> = before
        .iter()
        .filter(|(name, part)| after[*name] != **part)
        .map(|(name, _)| &**name)
        .collect();
    assert_eq!(differ, changed);
    bench.write("again.xlsx", &made);
    bench.kam(&[&["annotate", "again.xlsx", "sales.csv", "--lang", "en"], more].concat()).code(0);
    let again = fs::read(bench.at("again.kam.xlsx")).expect("copy");
    for (name, part) in parts(&again) {
        let (was, is) = (String::from_utf8_lossy(&after[&name]), String::from_utf8_lossy(&part));
        assert!(was == is, "{name} was\n{was}\nis\n{is}");
    }
    (made, run)
}

/// Rows of a list of clients, from a row on.
fn list(sheet: &mut Worksheet, top: u32, format: &Format) {
    for (column, heading) in ["Client ID", "Client name", "Region"].iter().enumerate() {
        sheet.write_with_format(top, column as u16, *heading, format).expect("cell");
    }
    let rows = [("C1", "Alpha GmbH"), ("C2", "Beta Ltd"), ("C9", "Nobody"), ("C3", "伽马")];
    for (at, (id, name)) in (top + 1..).zip(rows) {
        sheet.write(at, 0, id).expect("cell");
        sheet.write(at, 1, name).expect("cell");
        sheet.write(at, 2, "East").expect("cell");
    }
}

const SHEET: &str = "xl/worksheets/sheet1.xml";
const BOOK: &str = "xl/workbook.xml";
const STYLES: &str = "xl/styles.xml";

#[test]
fn a_rich_workbook_comes_back_with_columns_and_nothing_else_changed() {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_background_color("#1F4E79");
    let sheet = book.add_worksheet().set_name("Clients").expect("name");
    sheet.merge_range(0, 0, 0, 5, "Clients 2026", &bold).expect("title");
    list(sheet, 3, &bold);
    sheet.write(8, 0, "Total").expect("cell");
    sheet.write_formula(8, 1, "=COUNTA(B5:B8)").expect("cell");
    sheet.autofilter(3, 0, 7, 2).expect("filter");
    sheet.set_freeze_panes(4, 1).expect("panes");
    sheet.insert_note(4, 0, &Note::new("call")).expect("note");
    sheet.add_conditional_format(4, 0, 7, 0, &ConditionalFormatDuplicate::new()).expect("format");
    let choices = DataValidation::new().allow_list_strings(&["East", "West"]).expect("list");
    sheet.add_data_validation(4, 2, 7, 2, &choices).expect("validation");
    sheet.set_landscape().set_repeat_rows(3, 3).expect("print");
    let sheet = book.add_worksheet().set_name("Charts").expect("name");
    sheet.write_column(0, 0, [3, 5, 2]).expect("cells");
    let mut chart = Chart::new(ChartType::Column);
    chart.add_series().set_values("Charts!$A$1:$A$3");
    sheet.insert_chart(0, 2, &chart).expect("chart");
    sheet.insert_image(20, 2, &Image::new_from_buffer(PIXEL).expect("image")).expect("image");
    sheet.add_sparkline(5, 0, &Sparkline::new().set_range(("Charts", 0, 0, 2, 0))).expect("line");
    book.define_name("Best", "=Charts!$A$2").expect("name");
    let bytes = book.save_to_buffer().expect("workbook");
    let (made, run) = annotated(&bytes, &[STYLES, BOOK, SHEET], &[]);
    let run =
        run.says("Annotated rows: 3, in columns D–H").says("totals 1").says("not in the review 1");
    run.says("warning[client-not-in-review]").says("row 7");
    let found = cells(&made, "Clients");
    assert_eq!(text(&found, 3, 3), "KAM score");
    assert_eq!(text(&found, 4, 4), "Strategic");
    assert!(text(&found, 4, 3).parse::<f64>().expect("score") > 50.0);
    assert_eq!(text(&found, 6, 3), "");
    assert_eq!(text(&found, 7, 5), "None");
    assert_eq!(text(&found, 8, 3), "");
    let sheet = String::from_utf8(parts(&made)[SHEET].clone()).expect("text");
    assert!(sheet.contains("<autoFilter ref=\"A4:H8\""), "{sheet}");
    let order = [
        "<mergeCells",
        "<conditionalFormatting sqref=\"A5:A8\"",
        "type=\"dataBar\"",
        "<dataValidations",
    ];
    let places: Vec<usize> = order.iter().map(|it| sheet.find(it).expect(it)).collect();
    assert!(places.is_sorted(), "{places:?}");
    let book = String::from_utf8(parts(&made)[BOOK].clone()).expect("text");
    assert!(book.contains("$A$4:$H$8</definedName>"), "{book}");
    assert!(book.contains("_kam_score"), "{book}");
}

fn with_table(beside: bool, totals: bool) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Clients").expect("name");
    list(sheet, 2, &Format::default());
    let mut table = Table::new().set_name("Clients");
    if totals {
        let counted =
            TableColumn::new().set_header("Client name").set_total_function(TableFunction::Count);
        let columns =
            [TableColumn::new().set_header("Client ID").set_total_label("Total"), counted];
        table = table.set_columns(&columns).set_total_row(true);
    }
    sheet.add_table(2, 0, if totals { 7 } else { 6 }, 2, &table).expect("table");
    if beside {
        sheet.write(4, 3, "a remark").expect("cell");
    }
    // Far below the table and wider than it: no reason to leave the table.
    sheet.write(20, 5, "printed by hand").expect("cell");
    book.save_to_buffer().expect("workbook")
}

#[test]
fn a_table_grows_by_the_columns() {
    for totals in [false, true] {
        let bytes = with_table(false, totals);
        let (made, _) = annotated(&bytes, &[STYLES, "xl/tables/table1.xml", BOOK, SHEET], &[]);
        let table = String::from_utf8(parts(&made)["xl/tables/table1.xml"].clone()).expect("text");
        let bottom = if totals { 8 } else { 7 };
        assert!(table.contains(&format!(" ref=\"A3:H{bottom}\"")), "{table}");
        assert!(table.contains("<autoFilter ref=\"A3:H7\""), "{table}");
        assert!(table.contains("<tableColumns count=\"8\">"), "{table}");
        assert!(table.contains("id=\"8\" name=\"KAM next step\""), "{table}");
        let found = cells(&made, "Clients");
        assert_eq!(text(&found, 2, 3), "KAM score");
        assert_eq!(text(&found, 20, 5), "printed by hand");
        if totals {
            assert_eq!(text(&found, 7, 4), "");
        }
    }
}

#[test]
fn columns_stand_apart_from_a_table_that_cannot_grow() {
    let (made, run) = annotated(&with_table(true, false), &[STYLES, BOOK, SHEET], &[]);
    run.says("notice[beside-table]").says("something stands right beside it");
    // Right of the last used column, a free one between.
    assert_eq!(text(&cells(&made, "Clients"), 2, 7), "KAM score");
    assert!(!cells(&made, "Clients").contains_key(&(2, 6)));
}

#[test]
fn the_columns_wanted_come_in_the_language_wanted() {
    let mut book = Workbook::new();
    list(book.add_worksheet(), 0, &Format::default());
    let bytes = book.save_to_buffer().expect("workbook");
    let bench = Bench::new();
    bench.write("sales.csv", SALES);
    bench.write("book.xlsx", &bytes);
    let run = ["annotate", "book.xlsx", "sales.csv", "--columns", "risk,tier", "-o", "out.xlsx"];
    bench.kam(&[&run[..], &["--lang", "zh"]].concat()).code(0).says("已写入 out.xlsx");
    let made = fs::read(bench.at("out.xlsx")).expect("copy");
    let found = cells(&made, "Sheet1");
    assert_eq!([text(&found, 0, 3), text(&found, 0, 4)], ["KAM等级", "KAM风险"]);
    assert_eq!(text(&found, 1, 3), "战略客户");
    // More columns in another language: those that are there keep their headings.
    bench.write("next.xlsx", &made);
    bench.kam(&["annotate", "next.xlsx", "sales.csv", "--lang", "en"]).code(0);
    let found = cells(&fs::read(bench.at("next.kam.xlsx")).expect("copy"), "Sheet1");
    let headings: Vec<String> = (3..8).map(|column| text(&found, 0, column)).collect();
    assert_eq!(headings, ["KAM等级", "KAM风险", "KAM score", "KAM reason", "KAM next step"]);
    assert_eq!(text(&found, 1, 3), "Strategic");
    bench.kam(&["annotate", "book.xlsx", "--columns", "colour"]).code(2).says("colour");
    bench
        .kam(&["annotate", "book.xlsx", "sales.csv", "--sheet", "Sheet2"])
        .code(2)
        .says("unknown-sheet");
    bench.kam(&["annotate", "book.xlsx", "sales.csv", "-o", "book.xlsx"]).code(2);
    bench
        .kam(&["annotate", "book.xlsx", "sales.csv", "-o", "out.xlsx"])
        .code(2)
        .says("file-exists");
    bench.kam(&["annotate", "book.xlsx", "sales.csv", "-o", "a.csv"]).code(2).says("output-format");
    let dry = ["annotate", "book.xlsx", "sales.csv", "-o", "dry.xlsx", "--dry-run"];
    bench.only_says(&dry).code(0).says("Would write dry.xlsx");
}

#[test]
fn scores_come_from_a_review_the_workspace_or_the_workbook_itself() {
    let bench = Bench::new();
    bench.write("sales.csv", SALES);
    let mut book = Workbook::new();
    list(book.add_worksheet().set_name("Clients").expect("name"), 0, &Format::default());
    bench.write("book.xlsx", book.save_to_buffer().expect("workbook"));
    bench.kam(&["annotate", "book.xlsx"]).code(2).says("error[no-review]");
    bench.kam(&["review", "sales.csv", "-o", "review.json"]).code(0);
    bench.kam(&["annotate", "book.xlsx", "--review", "review.json", "-o", "a.xlsx"]).code(0);
    bench.kam(&["annotate", "book.xlsx", "sales.csv", "-o", "b.xlsx"]).code(0);
    bench.write("kam.toml", "[[source]]\npath = \"sales.csv\"\n");
    bench.kam(&["annotate", "book.xlsx", "-o", "c.xlsx"]).code(0);
    let of = |name: &str| fs::read(bench.at(name)).expect("copy");
    assert_eq!(of("a.xlsx"), of("b.xlsx"));
    assert_eq!(of("a.xlsx"), of("c.xlsx"));
    let sheet = book.add_worksheet().set_name("Sales").expect("name");
    for (row, line) in SALES.lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write(row as u32, column as u16, cell).expect("cell");
        }
    }
    fs::remove_file(bench.at("kam.toml")).expect("removed");
    bench.write("both.xlsx", book.save_to_buffer().expect("workbook"));
    bench.kam(&["annotate", "both.xlsx"]).code(0).says("Annotating sheet \"Clients\"");
    let score = |name: &str| text(&cells(&of(name), "Clients"), 1, 3);
    assert_eq!(score("both.kam.xlsx"), score("a.xlsx"));
    bench.write("no.json", "{\"schema_version\": 99}");
    bench.kam(&["annotate", "book.xlsx", "--review", "no.json"]).code(2).says("review-newer");
    bench.write("no.json", "[1]");
    bench.kam(&["annotate", "book.xlsx", "--review", "no.json"]).code(2).says("review-unreadable");
}

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A package around the XML of a sheet; `names` are its defined names.
fn made_by_hand(sheet: &str, names: &str) -> Vec<(String, Vec<u8>)> {
    let rels = |inner: &str| {
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>"#
        )
    };
    let book = format!(
        r#"<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>{names}<calcPr calcId="1"/></workbook>"#
    );
    let styles = format!(
        r#"<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" fontId="0" applyNumberFormat="1" quotePrefix="1"><alignment horizontal="right" vertical="top"/><protection locked="0"/></xf></cellXfs></styleSheet>"#
    );
    [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", rels(&format!(r#"<Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/>"#))),
        (BOOK, book),
        ("xl/_rels/workbook.xml.rels", rels(&format!(r#"<Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{LINKS}/styles" Target="styles.xml"/>"#))),
        (SHEET, sheet.to_owned()),
        (STYLES, styles),
    ]
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .to_vec()
}

fn sheet(inner: &str) -> String {
    format!("<worksheet xmlns=\"{MAIN}\">{inner}</worksheet>")
}

/// Text cells without places, as some programs write rows.
fn inline(cells: &[&str]) -> String {
    let cell = |cell: &&str| format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>");
    cells.iter().map(cell).collect::<Vec<_>>().concat()
}

/// The XML of the sheet after annotation.
#[track_caller]
fn edited(sheet: &str, names: &str) -> String {
    let bytes = package(&made_by_hand(sheet, names));
    let (made, _) = annotated(&bytes, &[STYLES, BOOK, SHEET], &["--columns", "score,tier"]);
    String::from_utf8(parts(&made)[SHEET].clone()).expect("text")
}

#[test]
fn rows_and_cells_need_not_say_where_they_are() {
    let head = inline(&["Client ID", "Region"]);
    let rows = format!(
        "<row>{head}</row><row/><row spans=\"1:2\">{}</row><row r=\"7\">{}</row>",
        inline(&["C1", "East"]),
        inline(&["C2"])
    );
    let sheet =
        edited(&sheet(&format!("<dimension ref=\"A1:B7\"/><sheetData>{rows}</sheetData>")), "");
    assert!(sheet.contains("<dimension ref=\"A1:D7\"/>"), "{sheet}");
    assert!(sheet.contains("<row/><row spans=\"1:4\">"), "{sheet}");
    for cell in ["<c r=\"C1\"", "<c r=\"D3\"", "<c r=\"C7\""] {
        assert!(sheet.contains(cell), "{cell} in {sheet}");
    }
    assert!(!sheet.contains("r=\"C2\""), "{sheet}");
    // Widths are set though the sheet had no list of them, and before the rows.
    let widths = "<cols><col min=\"3\" max=\"3\" width=\"10\" customWidth=\"1\"/><col min=\"4\"";
    assert!(sheet.find(widths) < sheet.find("<sheetData>") && sheet.contains(widths), "{sheet}");
}

#[test]
fn prefixes_and_marks_stay() {
    let cell = |text: &str| format!("<x:c t=\"inlineStr\"><x:is><x:t>{text}</x:t></x:is></x:c>");
    let xml = format!(
        "\u{feff}<?xml version=\"1.0\"?>\n<x:worksheet xmlns:x=\"{MAIN}\"><!-- a &amp; b --><x:sheetData>\
         <x:row r=\"1\">{}{}</x:row><x:row r=\"2\">{}{}</x:row></x:sheetData><x:pageMargins left=\"1\" \
         right='1' top=\"1\" bottom=\"1\" header=\"0\" footer=\"0\"/></x:worksheet>",
        cell("Client"),
        cell("Note"),
        cell("C1"),
        cell("R&amp;D <![CDATA[<x>]]>")
    );
    let sheet = edited(&xml, "");
    assert!(sheet.starts_with("\u{feff}<?xml version=\"1.0\"?>\n<x:worksheet"), "{sheet}");
    assert!(sheet.contains("<!-- a &amp; b -->") && sheet.contains("R&amp;D <![CDATA[<x>]]>"));
    assert!(sheet.contains("<x:c r=\"C2\" s=\"2\"><x:v>"), "{sheet}");
    let bars = "<x:conditionalFormatting sqref=\"C2:C1048576\">";
    assert!(sheet.find(bars) < sheet.find("<x:pageMargins left=\"1\" right='1'"), "{sheet}");
}

#[test]
fn widths_are_cut_where_columns_come_and_nothing_of_ours_is_hidden() {
    let rows = format!(
        "<sheetData><row>{}</row><row>{}</row></sheetData>",
        inline(&["Client"]),
        inline(&["C1"])
    );
    let cols = "<cols><col min=\"1\" max=\"1\" width=\"20\" style=\"1\"/><col min=\"2\" max=\"16384\" hidden=\"1\" \
                width=\"9\" style=\"1\"/></cols>";
    let sheet = edited(&sheet(&format!("{cols}{rows}")), "");
    assert!(
        sheet.contains(
            "<cols><col min=\"1\" max=\"1\" width=\"20\" style=\"1\"/>\
             <col min=\"2\" max=\"2\" width=\"10\" style=\"1\" customWidth=\"1\"/>\
             <col min=\"3\" max=\"3\" width=\"12\" style=\"1\" customWidth=\"1\"/>\
             <col min=\"4\" max=\"16384\" hidden=\"1\" width=\"9\" style=\"1\"/></cols>"
        ),
        "{sheet}"
    );
}

#[test]
fn new_formats_are_the_neighbours_with_another_number_format() {
    let rows = "<sheetData><row r=\"1\"><c r=\"A1\" s=\"1\" t=\"inlineStr\"><is><t>Client</t></is></c></row>\
                <row r=\"2\"><c r=\"A2\" s=\"1\" t=\"inlineStr\"><is><t>C1</t></is></c></row></sheetData>";
    let bytes = package(&made_by_hand(&sheet(rows), ""));
    let (made, _) = annotated(&bytes, &[STYLES, BOOK, SHEET], &["--columns", "score,tier"]);
    let made = parts(&made);
    let styles = String::from_utf8(made[STYLES].clone()).expect("text");
    let format = |number: &str| {
        format!(
            "<xf numFmtId=\"{number}\" fontId=\"0\" applyNumberFormat=\"1\" applyAlignment=\"1\">\
             <alignment vertical=\"top\"/><protection locked=\"0\"/></xf>"
        )
    };
    let formats = format!("{}{}</cellXfs>", format("2"), format("0"));
    assert!(styles.contains("<cellXfs count=\"4\">") && styles.contains(&formats), "{styles}");
    assert!(
        styles.contains("<dxfs count=\"3\"><dxf>") && styles.ends_with("</dxfs></styleSheet>"),
        "{styles}"
    );
    let sheet = String::from_utf8(made[SHEET].clone()).expect("text");
    for cell in ["<c r=\"B1\" s=\"1\"", "<c r=\"B2\" s=\"2\"", "<c r=\"C2\" s=\"3\""] {
        assert!(sheet.contains(cell), "{cell} in {sheet}");
    }
}

#[test]
fn formulas_that_people_put_into_our_columns_stay() {
    let rows = format!(
        "<sheetData><row>{}</row><row>{}</row></sheetData>",
        inline(&["Client"]),
        inline(&["C1"])
    );
    let bytes = package(&made_by_hand(&sheet(&rows), ""));
    let (made, _) = annotated(&bytes, &[STYLES, BOOK, SHEET], &["--columns", "score,tier"]);
    let mut own: Vec<(String, Vec<u8>)> = parts(&made).into_iter().collect();
    for (name, bytes) in &mut own {
        if name == SHEET {
            let text = String::from_utf8(bytes.clone()).expect("text");
            let at = text.find("<c r=\"B2\"").expect("our cell");
            let end = at + text[at..].find("</c>").expect("end") + 4;
            let changed =
                format!("{}<c r=\"B2\"><f>1+1</f><v>2</v></c>{}", &text[..at], &text[end..]);
            *bytes = changed.into_bytes();
        }
    }
    let (made, run) = annotated(&package(&own), &[], &["--columns", "score,tier"]);
    run.says("warning[formula-kept]");
    assert_eq!(text(&cells(&made, "S"), 1, 1), "2");
}

#[test]
fn columns_are_found_again_after_they_were_moved_and_renamed() {
    let rows = format!(
        "<sheetData><row>{}</row><row>{}<c r=\"C2\" s=\"1\"><v>1</v></c></row></sheetData>",
        inline(&["Client", "Mine", "How good"]),
        inline(&["C1"])
    );
    let names = "<definedNames><definedName name=\"_kam_score\" localSheetId=\"0\" hidden=\"1\">S!$C$1</definedName></definedNames>";
    let bytes = package(&made_by_hand(&sheet(&rows), names));
    let (made, run) = annotated(&bytes, &[SHEET], &["--columns", "score"]);
    run.says("warning[column-renamed]");
    let found = cells(&made, "S");
    assert_eq!(text(&found, 0, 2), "How good");
    assert!(text(&found, 1, 2).parse::<f64>().expect("score") > 50.0);
    assert!(!found.contains_key(&(0, 3)));
}

#[test]
fn headings_of_two_rows_and_protection() {
    let rows = format!(
        "<sheetData><row r=\"1\">{}</row><row r=\"2\">{}</row><row r=\"3\">{}</row><row r=\"4\">{}</row></sheetData>\
         <sheetProtection sheet=\"1\" objects=\"1\"/><mergeCells count=\"1\"><mergeCell ref=\"A1:B1\"/></mergeCells>",
        inline(&["客户", "", "行业"]),
        inline(&["编号", "名称", ""]),
        inline(&["C1", "Alpha GmbH", "钢铁"]),
        inline(&["C2", "Beta Ltd", "化工"])
    );
    let bytes = package(&made_by_hand(&sheet(&rows), ""));
    let (made, run) = annotated(&bytes, &[STYLES, BOOK, SHEET], &["--columns", "tier"]);
    run.says("warning[sheet-protected]");
    let found = cells(&made, "S");
    assert_eq!(
        [text(&found, 0, 3), text(&found, 1, 3), text(&found, 2, 3)],
        ["", "KAM tier", "Strategic"]
    );
}

#[test]
fn strict_workbooks_odd_names_and_odd_packing() {
    let rows = format!(
        "<sheetData><row>{}</row><row>{}</row></sheetData>",
        inline(&["Client"]),
        inline(&["C1"])
    );
    let plain = made_by_hand(&sheet(&rows), "");
    let strict: Vec<(String, Vec<u8>)> = plain
        .iter()
        .map(|(name, bytes)| {
            let text = String::from_utf8(bytes.clone()).expect("text");
            let text = text
                .replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
                .replace(LINKS, "http://purl.oclc.org/ooxml/officeDocument/relationships");
            (name.clone(), text.into_bytes())
        })
        .collect();
    let (made, _) = annotated(&package(&strict), &[STYLES, BOOK, SHEET], &["--columns", "tier"]);
    assert_eq!(text(&cells(&made, "S"), 1, 1), "Strategic");
    // Other case than the references, whole paths instead of relative ones.
    let odd: Vec<(String, Vec<u8>)> = plain
        .iter()
        .map(|(name, bytes)| {
            let text = String::from_utf8(bytes.clone()).expect("text");
            let text = text.replace("\"worksheets/sheet1.xml\"", "\"/xl/worksheets/sheet1.xml\"");
            (name.replace("sheet1", "Sheet1"), text.into_bytes())
        })
        .collect();
    let changed = [STYLES, BOOK, "xl/worksheets/Sheet1.xml"];
    let (made, _) = annotated(&package(&odd), &changed, &["--columns", "tier"]);
    assert!(
        String::from_utf8_lossy(&parts(&made)["xl/worksheets/Sheet1.xml"]).contains("Strategic")
    );
    // Sizes that follow the data, and sizes of 64 bits.
    let options = zip::write::SimpleFileOptions::default();
    let mut streamed = zip::ZipWriter::new_stream(Vec::new());
    let mut large = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in &plain {
        streamed.start_file(name, options).expect("part");
        streamed.write_all(bytes).expect("part");
        large.start_file(name, options.large_file(true)).expect("part");
        large.write_all(bytes).expect("part");
    }
    let packed = [
        streamed.finish().expect("package").into_inner(),
        large.finish().expect("package").into_inner(),
    ];
    for bytes in packed {
        let (made, _) = annotated(&bytes, &[STYLES, BOOK, SHEET], &["--columns", "tier"]);
        assert_eq!(text(&cells(&made, "S"), 1, 1), "Strategic");
    }
}

#[test]
fn what_must_not_or_cannot_be_changed_is_refused() {
    let rows = format!(
        "<sheetData><row>{}</row><row>{}</row></sheetData>",
        inline(&["Client"]),
        inline(&["C1"])
    );
    let mut signed = made_by_hand(&sheet(&rows), "");
    signed.push(("_xmlsignatures/origin.sigs".to_owned(), Vec::new()));
    let far = sheet(&format!(
        "<sheetData><row r=\"1\">{}</row><row r=\"2\">{}<c r=\"XFD2\"><v>1</v></c></row></sheetData>",
        inline(&["Client"]),
        inline(&["C1"])
    ));
    let none = sheet(&format!("<sheetData><row>{}</row></sheetData>", inline(&["a", "b"])));
    let cut = sheet(&rows).replace("</worksheet>", "");
    for (parts, code) in [
        (signed, "workbook-signed"),
        (made_by_hand(&far, ""), "no-room"),
        (made_by_hand(&none, ""), "no-client-column"),
        (made_by_hand(&cut, ""), "file-damaged"),
    ] {
        let bench = Bench::new();
        bench.write("sales.csv", SALES);
        bench.write("book.xlsx", package(&parts));
        let run = bench.only_says(&["annotate", "book.xlsx", "sales.csv", "--lang", "en"]);
        run.code(2).says(&format!("error[{code}]"));
    }
}

#[test]
fn other_formats_become_a_new_workbook_or_a_csv() {
    let bench = Bench::new();
    bench.write("sales.csv", SALES);
    bench.write("list.csv", "客户编号,客户名称\nC1,=1+1\nC9,\nC2,Beta Ltd\n合计,3\n");
    let run = bench.kam(&["annotate", "list.csv", "sales.csv"]).code(0);
    let run = run.says("提示[formatting-lost]").says("已标注 2 行，位于 C–G 列");
    run.says("警告[client-not-in-review]");
    let made = fs::read_to_string(bench.at("list.kam.csv")).expect("copy");
    let lines: Vec<&str> = made.lines().collect();
    assert_eq!(lines[0], "\u{feff}客户编号,客户名称,KAM评分,KAM等级,KAM风险,KAM原因,KAM下一步");
    assert!(lines[1].starts_with("C1,'=1+1,") && lines[1].contains("战略客户"), "{made}");
    assert_eq!((lines[2], lines[4]), ("C9,", "合计,3"));
    bench.kam(&["annotate", "list.csv", "sales.csv", "-o", "list.xlsx"]).code(0);
    let found = cells(&fs::read(bench.at("list.xlsx")).expect("copy"), "Sheet1");
    assert_eq!([text(&found, 0, 3), text(&found, 3, 3)], ["KAM等级", "潜力客户"]);
    let tiny = crate::support::testdata("formats/tiny.ods");
    bench.write("tiny.ods", fs::read(tiny).expect("workbook"));
    bench.kam(&["annotate", "tiny.ods", "--as-of", "2026-02-28"]).code(0).says("formatting-lost");
    assert!(bench.at("tiny.kam.xlsx").is_file());
}

#[test]
fn what_needs_a_password_needs_it_again() {
    let bench = Bench::new();
    let secret = fs::read(crate::support::testdata("formats/password.xlsx")).expect("workbook");
    bench.write("book.xlsx", &secret);
    let word = [("KAM_PASSWORD", "Kam-密码-7")];
    bench.kam(&["annotate", "book.xlsx"]).code(2);
    let run = bench.run_with(&["annotate", "book.xlsx", "--lang", "en"], &word, b"").code(0);
    assert!(!run.err.contains("Kam-密码-7"));
    let made = fs::read(bench.at("book.kam.xlsx")).expect("copy");
    assert!(made.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]), "an encrypted file");
    bench.kam(&["review", "book.kam.xlsx"]).code(2).says("file-encrypted");
    let raw = ["import", "--raw", "book.kam.xlsx"];
    let read = bench.run_with(&raw, &word, b"").code(0);
    assert!(read.out.contains("KAM score"), "{}", read.out);
}

#[test]
fn lists_of_names_may_be_there_and_empty() {
    let rows = format!(
        "<sheetData><row>{}</row><row>{}</row></sheetData>",
        inline(&["Client"]),
        inline(&["C1"])
    );
    let bytes = package(&made_by_hand(&sheet(&rows), "<definedNames/>"));
    let (made, _) = annotated(&bytes, &[STYLES, BOOK, SHEET], &["--columns", "tier"]);
    let book = String::from_utf8(parts(&made)[BOOK].clone()).expect("text");
    assert_eq!(book.matches("<definedNames").count(), 1, "{book}");
}

#[test]
fn a_heading_says_more_than_a_name_that_stayed_behind() {
    // As a program leaves it that puts a column in without moving the names.
    let rows = format!(
        "<sheetData><row>{}</row><row>{}</row></sheetData>",
        inline(&["Client", "Mine", "KAM score", "KAM tier"]),
        inline(&["C1", "keep", "1", "old"])
    );
    let names = "<definedNames><definedName name=\"_kam_score\" localSheetId=\"0\">S!$B$1</definedName>\
                 <definedName name=\"_kam_tier\" localSheetId=\"0\">S!$C$1</definedName></definedNames>";
    let bytes = package(&made_by_hand(&sheet(&rows), names));
    let (made, _) = annotated(&bytes, &[STYLES, BOOK, SHEET], &["--columns", "score,tier"]);
    let found = cells(&made, "S");
    assert_eq!([text(&found, 1, 1), text(&found, 1, 3)], ["keep", "Strategic"]);
    assert!(text(&found, 1, 2).parse::<f64>().expect("score") > 50.0);
}

#[test]
fn extensions_and_views_have_lists_and_filters_of_their_own() {
    let rows = format!(
        "<sheetData><row>{}</row><row>{}</row><row>{}</row></sheetData><autoFilter ref=\"A1:A3\"/><customSheetViews>\
         <customSheetView guid=\"{{0}}\"><autoFilter ref=\"A1:A2\"/></customSheetView></customSheetViews>",
        inline(&["Client"]),
        inline(&["C1"]),
        inline(&["C2"])
    );
    let mut own = made_by_hand(&sheet(&rows), "");
    for (name, bytes) in &mut own {
        if name == STYLES {
            let text = String::from_utf8(bytes.clone()).expect("text");
            let list = "<x14:dxfs count=\"2\"><dxf/><dxf/></x14:dxfs>";
            let outer = format!(
                "<dxfs count=\"1\"><dxf/></dxfs><extLst><ext xmlns:x14=\"x\" uri=\"u\">{list}</ext></extLst>"
            );
            let inner = "<xf numFmtId=\"0\"><extLst><ext uri=\"v\"/></extLst></xf></cellXfs>";
            *bytes = text
                .replace("<cellXfs count=\"2\">", "<cellXfs count=\"3\">")
                .replace("</cellXfs>", inner)
                .replace("</styleSheet>", &(outer + "</styleSheet>"))
                .into_bytes();
        }
    }
    let (made, _) = annotated(&package(&own), &[STYLES, BOOK, SHEET], &["--columns", "tier"]);
    let made = parts(&made);
    let styles = String::from_utf8(made[STYLES].clone()).expect("text");
    assert!(styles.contains("<dxfs count=\"4\"><dxf/><dxf><fill>"), "{styles}");
    assert!(styles.contains("<x14:dxfs count=\"2\"><dxf/><dxf/></x14:dxfs>"), "{styles}");
    assert!(
        styles.contains("<xf numFmtId=\"0\"><extLst><ext uri=\"v\"/></extLst></xf>"),
        "{styles}"
    );
    let sheet = String::from_utf8(made[SHEET].clone()).expect("text");
    assert!(
        sheet.contains("<autoFilter ref=\"A1:B3\"/>") && sheet.contains("dxfId=\"1\""),
        "{sheet}"
    );
    assert!(sheet.contains("<autoFilter ref=\"A1:A2\"/>"), "{sheet}");
}

#[test]
fn another_language_has_its_own_colours_of_tiers() {
    let mut book = Workbook::new();
    list(book.add_worksheet(), 0, &Format::default());
    let bench = Bench::new();
    bench.write("sales.csv", SALES);
    bench.write("book.xlsx", book.save_to_buffer().expect("workbook"));
    let run = |from: &str, lang: &str, to: &str| {
        bench.kam(&["annotate", from, "sales.csv", "--lang", lang, "-o", to]).code(0);
        let made = parts(&fs::read(bench.at(to)).expect("copy"));
        String::from_utf8(made[SHEET].clone()).expect("text")
    };
    let rules = |sheet: &str| sheet.matches("type=\"cellIs\"").count();
    assert_eq!(rules(&run("book.xlsx", "zh", "zh.xlsx")), 3);
    assert_eq!(rules(&run("zh.xlsx", "en", "both.xlsx")), 6);
    assert_eq!(rules(&run("both.xlsx", "zh", "again.xlsx")), 6);
}

#[test]
fn other_tables_are_not_written_into_though_they_are_blank() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Clients").expect("name");
    list(sheet, 4, &Format::default());
    sheet.add_table(4, 0, 8, 2, &Table::new()).expect("table");
    sheet.add_table(0, 3, 20, 4, &Table::new()).expect("table");
    let bytes = book.save_to_buffer().expect("workbook");
    let (made, run) = annotated(&bytes, &[STYLES, BOOK, SHEET], &["--columns", "tier"]);
    run.says("notice[beside-table]");
    assert_eq!(text(&cells(&made, "Clients"), 4, 6), "KAM tier");
}
