//! `kam template`: written, filled in, imported and reviewed without a setting.

use std::fs;
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use rust_xlsxwriter::Workbook;

use crate::support::Bench;

/// The template as somebody has filled it in: everything that stands in it, and rows below the examples.
fn filled(bytes: &[u8], rows: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut template = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let mut file = Workbook::new();
    for name in template.sheet_names() {
        let sheet = file.add_worksheet();
        sheet.set_name(&name).expect("named");
        let range = template.worksheet_range(&name).expect("a sheet");
        for (row, column, cell) in range.used_cells() {
            let (row, column) = (row as u32, column as u16);
            match cell {
                Data::Float(number) => sheet.write(row, column, *number).expect("written"),
                other => sheet.write(row, column, other.to_string()).expect("written"),
            };
        }
        let heading = |wanted: &str| {
            (0..40_u32)
                .find(|column| {
                    let cell = range.get_value((0, *column)).map(ToString::to_string);
                    cell.is_some_and(|cell| cell.trim_start_matches(['*', ' ']) == wanted)
                })
                .unwrap_or_else(|| panic!("{name} has no {wanted}")) as u16
        };
        let Some((_, rows)) = rows.iter().find(|(sheet, _)| *sheet == name) else { continue };
        for (at, cells) in rows.iter().enumerate() {
            for cell in *cells {
                let (wanted, value) = cell.split_once('=').expect("heading=value");
                let (row, column) = (2 + at as u32, heading(wanted));
                // The columns of ids are formatted as text, so Excel keeps zeros that are typed there.
                match value.parse::<f64>().ok().filter(|_| !value.starts_with('0')) {
                    Some(number) => sheet.write(row, column, number).expect("written"),
                    None => sheet.write(row, column, value).expect("written"),
                };
            }
        }
    }
    file.save_to_buffer().expect("bytes")
}

#[test]
fn a_filled_template_is_reviewed_and_imported_without_settings() {
    let bench = Bench::new();
    let run = bench.kam(&["template", "--lang", "en"]).code(0).says("Wrote kam-template.xlsx");
    assert_eq!(run.out, "");
    assert!(run.err.contains("kam review kam-template.xlsx -o review.xlsx"), "{}", run.err);
    let bytes = fs::read(bench.at("kam-template.xlsx")).expect("written");
    let rows: [(&str, &[&[&str]]); 4] = [
        (
            "Transactions",
            &[
                &["Client ID=007", "Order date=2026-02-01", "Amount=1500", "Business line=Pumps"],
                &["Client ID=007", "Order date=2026-03-01", "Amount=2500", "Order status=Draft"],
                &["Client ID=C-2", "Order date=2026-03-02", "Quantity=3", "Unit price=100"],
            ],
        ),
        (
            "Clients",
            &[
                &["Client ID=007", "Client name=Westmere Ltd", "Account manager=Ann"],
                &["Client ID=C-2", "Client name=Oakline AG"],
            ],
        ),
        ("Contacts", &[&["Client ID=C-2", "Contact name=R. Moss", "Key contact=Yes"]]),
        ("Receivables", &[&["Client ID=C-2", "Due date=2026-02-01", "Invoice amount=300"]]),
    ];
    bench.write("kam-template.xlsx", filled(&bytes, &rows));
    let review = ["review", "kam-template.xlsx", "--format", "json", "--currency", "EUR"];
    let run = bench.kam(&review).code(0);
    let json: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(json["control"]["rows_in_file"], 4);
    assert_eq!(json["control"]["rows_used"], 2);
    assert_eq!(json["control"]["by_reason"]["example-row"]["rows"], 1);
    assert_eq!(json["control"]["by_reason"]["skipped-status"]["rows"], 1);
    let clients = json["clients"].as_array().expect("clients").iter();
    let mut ids: Vec<&str> = clients.filter_map(|client| client["client_id"].as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["007", "C-2"], "no example among them");
    let tables = json["inputs"].as_array().expect("inputs").iter();
    assert_eq!(tables.filter(|input| input["table"].is_string()).count(), 12);
    run.says("notice[example-row]");

    bench.write("kam.toml", "currency = \"EUR\"\n");
    bench.kam(&["import", "kam-template.xlsx"]).code(0);
    let again = bench.kam(&["review", "--format", "json"]).code(0);
    let imported: serde_json::Value = serde_json::from_str(&again.out).expect("JSON");
    assert_eq!(imported["control"], json["control"]);
    assert_eq!(imported["clients"], json["clients"]);
}

#[test]
fn a_template_that_was_filled_in_is_not_replaced() {
    let bench = Bench::new();
    bench.kam(&["template", "-o", "数据.xlsx", "--lang", "zh"]).code(0).says("已写入");
    bench.kam(&["template", "-o", "数据.xlsx", "--lang", "en"]).code(0);
    let bytes = fs::read(bench.at("数据.xlsx")).expect("written");
    let rows: [(&str, &[&[&str]]); 1] = [("Clients", &[&["Client ID=C-2"]])];
    bench.write("数据.xlsx", filled(&bytes, &rows));
    bench.only_says(&["template", "-o", "数据.xlsx"]).code(2).says("error[output-changed]");
    bench.only_says(&["template", "-o", "数据.xlsx", "--dry-run"]).code(2);
    bench.kam(&["template", "-o", "数据.xlsx", "--force"]).code(0);
    bench.only_says(&["template", "-o", "template.csv"]).code(2).says("error[output-format]");
    bench.only_says(&["template", "-o", "none.xlsx", "--dry-run"]).code(0).says("Would write");
}

#[test]
fn an_unfilled_template_is_no_data() {
    let bench = Bench::new();
    for lang in ["en", "zh"] {
        bench.kam(&["template", "--lang", lang]).code(0);
        bench.kam(&["review", "kam-template.xlsx"]).code(2).says("[no-rows]");
    }
}

#[test]
fn the_language_is_that_of_the_settings_unless_it_is_given() {
    let bench = Bench::new();
    bench.write("kam.toml", "lang = \"zh\"\n");
    bench.kam(&["template", "-o", "a.xlsx"]).code(0).says("已写入");
    bench.kam(&["template", "-o", "b.xlsx", "--lang", "en"]).code(0).says("Wrote");
    let names = |file: &str| {
        let bytes = fs::read(bench.at(file)).expect("written");
        Xlsx::new(Cursor::new(bytes)).expect("a workbook").sheet_names()
    };
    assert_eq!(names("a.xlsx")[..3], ["填写说明", "交易", "客户"]);
    assert_eq!(names("b.xlsx")[..3], ["Read me", "Transactions", "Clients"]);
}

#[test]
fn a_total_below_is_compared_without_the_example() {
    let bench = Bench::new();
    let rows = "Client ID,Order date,Amount\n(example) C-1,2026-03-15,999\nC-1,2026-03-01,100\nC-2,2026-03-02,50\n";
    bench.write("right.csv", format!("{rows}Total,,150\n"));
    let run = bench.kam(&["review", "right.csv"]).code(0).says("notice[example-row]");
    assert!(!run.err.contains("total-mismatch"), "{}", run.err);
    bench.write("wrong.csv", format!("{rows}Total,,1149\n"));
    bench.kam(&["review", "wrong.csv"]).says("warning[total-mismatch]");
}
