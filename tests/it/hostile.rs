//! Workbooks from strangers: encrypted, in the wrong clothes, made to harm, or broken anywhere. The program says what is
//! wrong, or reads them; it never panics, aborts, hangs or grows without end.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read as _};

use crate::support::{Bench, Run, package, testdata};

/// The password of `testdata/formats/password.xlsx`.
const PASSWORD: &str = "Kam-密码-7";

fn review_of(bench: &Bench, name: &str, more: &[&str], variables: &[(&str, &str)]) -> Run {
    bench.run_with(&[&["review", name, "--lang", "en"], more].concat(), variables, b"")
}

#[test]
fn a_password_opens_a_workbook_and_is_never_shown() {
    let bench = Bench::new();
    let bytes = fs::read(testdata("formats/password.xlsx")).expect("workbook");
    bench.write("a.xlsx", &bytes);
    review_of(&bench, "a.xlsx", &[], &[]).code(2).says("error[file-encrypted]");
    let opened = review_of(&bench, "a.xlsx", &[], &[("KAM_PASSWORD", PASSWORD)]).code(0);
    assert!(opened.out.contains("2,451"), "{}", opened.out);
    bench.write("word", format!("\u{feff}{PASSWORD}\r\nnot this\n"));
    for format in ["table", "json"] {
        let arguments = ["--password-file", "word", "--format", format];
        // The file is asked before the environment.
        let opened = review_of(&bench, "a.xlsx", &arguments, &[("KAM_PASSWORD", "Guess-1")]);
        let opened = opened.code(0);
        assert!(opened.out.contains("2,451") || opened.out.contains("2450.5"), "{}", opened.out);
        assert!(!(opened.out + &opened.err).contains(PASSWORD));
    }
    let arguments = ["review", "-", "--lang", "en"];
    let piped = bench.run_with(&arguments, &[("KAM_PASSWORD", PASSWORD)], &bytes).code(0);
    assert!(piped.out.contains("2,451"), "{}", piped.out);
    let wrong = review_of(&bench, "a.xlsx", &[], &[("KAM_PASSWORD", "Guess-1")]).code(2);
    let wrong = wrong.says("error[wrong-password]");
    assert!(!wrong.err.contains("Guess-1"), "{}", wrong.err);
    review_of(&bench, "a.xlsx", &["--password-file", "missing"], &[])
        .code(2)
        .says("error[file-missing]");
    // A password beside files that need none does no harm.
    bench.write("a.csv", "client,date,amount\nAlpha,2026-01-05,5\n");
    review_of(&bench, "a.csv", &[], &[("KAM_PASSWORD", PASSWORD)]).code(0);
}

#[test]
fn legacy_workbooks_read_alike_and_come_through_standard_input_too() {
    // No free program writes xlsb: `tiny.xlsb` was put together record by record, with the same cells as the other two.
    let mut reviews = Vec::new();
    for name in ["tiny.xls", "tiny.ods", "tiny.xlsb"] {
        let bytes = fs::read(testdata("formats").join(name)).expect("workbook");
        let bench = Bench::new();
        bench.write(name, &bytes);
        let arguments = |name| ["review", name, "--format", "csv", "--as-of", "2026-02-28"];
        let from_file = bench.only_says(&arguments(name)).code(0);
        let piped = bench.run_with(&arguments("-"), &[], &bytes).code(0);
        assert_eq!(piped.out, from_file.out);
        reviews.push(piped.out);
    }
    assert!(reviews[0].lines().count() == 9 && reviews.iter().all(|review| *review == reviews[0]));
}

const ROWS: &str =
    "client,date,amount\nAlpha,2026-01-05,1200\nBeta,2026-02-03,800.50\nAlpha,2026-03-09,450\n";

fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in ROWS.lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write(row as u32, column as u16, number),
                Err(_) => sheet.write(row as u32, column as u16, cell),
            }
            .expect("written");
        }
    }
    book.save_to_buffer().expect("saved")
}

/// A workbook with its parts changed, and further parts.
fn changed(change: impl Fn(&str, String) -> String, more: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(workbook())).expect("a package");
    let mut parts = Vec::new();
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).expect("text");
        parts.push((name.clone(), change(&name, text).into_bytes()));
    }
    parts.extend(more.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())));
    package(&parts)
}

#[track_caller]
fn review(name: &str, bytes: impl AsRef<[u8]>) -> Run {
    let bench = Bench::new();
    bench.write(name, bytes);
    let run = bench.only_says(&["review", name, "--lang", "en"]);
    if run.code != 0 {
        assert!(run.out.is_empty() && run.err.contains("error["), "{}", run.err);
    }
    run
}

/// A workbook that is read as any other.
#[track_caller]
fn is_read(bytes: impl AsRef<[u8]>) {
    let run = review("a.xls", bytes).code(0);
    assert!(run.out.contains("2,451"), "{}", run.out);
}

/// A workbook whose only sheet has this content.
fn with_sheet(data: &str) -> Vec<u8> {
    changed(
        |name, text| match (name, text.find("<sheetData>"), text.find("</sheetData>")) {
            ("xl/worksheets/sheet1.xml", Some(from), Some(to)) => {
                format!("{}{data}{}", &text[..from + 11], &text[to..])
            }
            _ => text,
        },
        &[],
    )
}

#[test]
fn workbooks_of_every_kind_are_read_or_told() {
    is_read(workbook());
    // As strict as Excel can save it.
    is_read(changed(
        |_, text| {
            let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
            text.replace(relations, "http://purl.oclc.org/ooxml/officeDocument/relationships")
                .replace(
                    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                    "http://purl.oclc.org/ooxml/spreadsheetml/main",
                )
        },
        &[],
    ));
    // Templates and add-ins.
    for kind in ["template.main+xml", "sheet.macroEnabled.main+xml"] {
        is_read(changed(|_, text| text.replace("sheet.main+xml", kind), &[]));
    }
    let signature = [("_xmlsignatures/sig1.xml", "<Signature>signed</Signature>")];
    is_read(changed(|_, text| text, &signature));
    let macros = changed(
        |name, text| match name {
            "xl/_rels/workbook.xml.rels" => text.replace(
                "</Relationships>",
                "<Relationship Id=\"rId99\" Target=\"macrosheets/sheet1.xml\" \
                 Type=\"http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet\"/>\
                 </Relationships>",
            ),
            "xl/workbook.xml" => text.replace(
                "</sheets>",
                "<sheet name=\"Macro1\" sheetId=\"99\" r:id=\"rId99\"/></sheets>",
            ),
            _ => text,
        },
        &[("xl/macrosheets/sheet1.xml", "<macrosheet/>")],
    );
    review("a.xlsm", macros).code(2).says("macro sheets of Excel 4");
}

#[test]
fn markup_under_the_name_of_a_workbook_is_read() {
    is_read(ROWS);
    let cells = ROWS.trim_end().replace(',', "</td><td>").replace('\n', "</td></tr><tr><td>");
    is_read(format!("<html><meta charset=gbk><table><tr><td>{cells}</td></tr></table></html>"));
    let cells =
        cells.replace("<td>", "<Cell><Data ss:Type=\"String\">").replace("</td>", "</Data></Cell>");
    is_read(format!(
        "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"S\"><Table>\
         <Row><Cell><Data ss:Type=\"String\">{}</Data></Cell></Row></Table></Worksheet></Workbook>",
        cells.replace("<tr>", "<Row>").replace("</tr>", "</Row>")
    ));
    let cells =
        ROWS.trim_end().replace(',', "</text:p></table:table-cell><table:table-cell><text:p>");
    let rows = cells.replace(
        '\n',
        "</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>",
    );
    is_read(format!(
        "<?xml version=\"1.0\"?><office:document><table:table table:name=\"S\"><table:table-row>\
         <table:table-cell><text:p>{rows}</text:p></table:table-cell></table:table-row>\
         </table:table></office:document>"
    ));
}

#[test]
fn workbooks_made_to_harm_are_refused() {
    let spaces = " ".repeat(140 << 20);
    let inflating = with_sheet(&spaces);
    drop(spaces);
    assert!(inflating.len() < 1 << 20);
    review("a.xlsx", inflating).code(2).says("error[file-suspicious]");
    // A cell in the last row and column, and rows of them: 82 million cells to whoever makes room for each.
    review("a.xlsx", with_sheet("<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>"))
        .code(2);
    let wide = (1..=5000).fold(String::new(), |mut out, row| {
        let _ = write!(out, "<row r=\"{row}\"><c r=\"XFD{row}\"><v>1</v></c></row>");
        out
    });
    review("a.xlsx", with_sheet(&wide)).code(2);
    let entities = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">\
                    <!ENTITY c \"&b;&b;&b;\">]><sst uniqueCount=\"1\"><si><t>&c;</t></si></sst>";
    let strings = |text: &'static str| {
        changed(
            move |name, old| if name == "xl/sharedStrings.xml" { text.to_owned() } else { old },
            &[],
        )
    };
    review("a.xlsx", strings(entities)).code(2);
    review("a.xlsx", strings("<sst uniqueCount=\"4000000000\"><si><t>a</t></si></sst>"))
        .code(2)
        .says("error[file-damaged]");
    // Sector tables that lead in circles.
    let xls = fs::read(testdata("formats/tiny.xls")).expect("workbook");
    for at in (0..xls.len() / 512).map(|sector| sector * 512) {
        let mut circles = xls.clone();
        for (word, bytes) in circles[at.max(512)..].chunks_exact_mut(4).take(128).enumerate() {
            bytes.copy_from_slice(&(word as u32 % 3).to_le_bytes());
        }
        review("a.xls", circles);
    }
}

#[test]
fn a_broken_byte_anywhere_is_a_result_or_an_error() {
    let whole: Vec<(&str, Vec<u8>)> = ["tiny.xls", "tiny.ods", "tiny.xlsb"]
        .into_iter()
        .map(|name| (name, fs::read(testdata("formats").join(name)).expect("workbook")))
        .chain([("tiny.xlsx", workbook())])
        .collect();
    // The same places every time.
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    };
    let mut broken = Vec::new();
    for (name, bytes) in &whole {
        for round in 0..100 {
            let mut bytes = bytes.clone();
            if round % 4 == 0 {
                bytes.truncate(1 + next(bytes.len() - 1));
            } else {
                for _ in 0..=next(4) {
                    let at = next(bytes.len());
                    bytes[at] = [0, 0xFF, 0x7F, next(256) as u8][next(4)];
                }
            }
            broken.push((*name, bytes));
        }
    }
    let half = broken.len() / 2;
    std::thread::scope(|scope| {
        for part in [&broken[..half], &broken[half..]] {
            scope.spawn(move || {
                let bench = Bench::new();
                for (name, bytes) in part {
                    bench.write(name, bytes);
                    let run = bench.kam(&["review", name]);
                    assert!(matches!(run.code, 0 | 2), "exit code {}: {}", run.code, run.err);
                }
            });
        }
    });
}
