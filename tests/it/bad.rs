//! Inputs that are broken, odd or hostile: a clear message or a result, never a panic, a hang or half a file.

use std::fmt::Write as _;
use std::fs;

use encoding_rs::GB18030;

use crate::support::{Bench, Run};

const GOOD: &str =
    "client,date,amount\nAlpha,2026-01-05,1200\nBeta,2026-02-03,800.50\nAlpha,2026-03-09,450\n";

/// Reviews one file of this name and content; nothing may be written.
#[track_caller]
fn review(name: &str, bytes: impl AsRef<[u8]>) -> Run {
    review_with(name, bytes, &[])
}

#[track_caller]
fn review_with(name: &str, bytes: impl AsRef<[u8]>, more: &[&str]) -> Run {
    let bench = Bench::new();
    bench.write(name, bytes);
    // The check must bear it too, and stop where the review stops.
    let check = bench.only_says(&[&["check", name], more].concat());
    assert!(check.code <= 2, "{}", check.err);
    let run = bench.only_says(&[&["review", name], more].concat());
    if run.code != 0 {
        assert_eq!(run.out, "", "an answer although it failed");
        assert!(run.err.contains("error["), "{}", run.err);
        let sees = check.code != 0 || !check.out.is_empty() || !more.is_empty();
        assert!(sees, "the check sees nothing wrong:\n{}", run.err);
    }
    run
}

fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in GOOD.lines().enumerate() {
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

#[test]
fn nothing_to_read() {
    review("empty.csv", b"").code(2).says("error[file-empty]");
    review("blank.csv", b"\n \n\t\n").code(2);
    review("mark.csv", b"\xef\xbb\xbf").code(2);
    review("header.csv", "client,date,amount\n").code(2).says("error[no-rows]");
    review("prose.txt", "Dear all,\nplease find attached\nnothing at all.\n")
        .code(2)
        .says("error[no-table]");
    let bench = Bench::new();
    fs::create_dir(bench.at("folder")).expect("folder");
    bench.only_says(&["review", "folder"]).code(2).says("error[file-is-folder]");
    bench.only_says(&["review", "missing.csv"]).code(2).says("error[file-missing]");
    // All problems in one run.
    bench
        .only_says(&["review", "folder", "missing.csv"])
        .code(2)
        .says("file-is-folder")
        .says("file-missing");
}

#[test]
fn columns_that_cannot_be_used() {
    review("a.csv", "client,date,colour\nA,2026-01-05,red\n").code(2).says("no column for amount");
    review("a.csv", "client,amount,colour\nA,5,red\n").code(2).says("no column for date");
    review("a.csv", "client,date,amount\nA,03/04/2026,5\nB,05/06/2026,5\n")
        .code(2)
        .says("error[ambiguous-date]");
    review("a.csv", "client,date,amount,currency\nA,2026-01-05,5,CNY\nB,2026-01-05,5,USD\n")
        .code(2)
        .says("error[currency-mix]");
    review(
        "a.csv",
        "client,date,amount\nA,2026-01-05,92233720368547758\nA,2026-01-06,922337203685477\n",
    )
    .code(2);
    review("a.csv", "client,date,amount\nA,2026-13-45,5\nB,yesterday,5\n")
        .code(2)
        .says("error[type-error]");
}

#[test]
fn dates_out_of_the_way() {
    review_with("a.csv", GOOD, &["--as-of", "2026-11-23"]).code(2).says("error[as-of-future]");
    review("a.csv", format!("{GOOD}Beta,2031-01-01,7\n")).code(0).says("warning[future-date]");
    review("a.csv", "client,date,amount\nA,2027-01-05,5\n").code(2).says("error[only-future]");
    // Everybody gone, and nobody there yet.
    let gone =
        review_with("a.csv", GOOD.replace("2026", "2019"), &["--as-of", "2026-11-22"]).code(0);
    assert!(gone.out.contains("2 lost"), "{}", gone.out);
    review_with("a.csv", GOOD, &["--as-of", "2020-01-01"]).code(0);
    review_with("a.csv", GOOD, &["--as-of", "0001-01-01"]);
    review("a.csv", "client,date,amount\nA,1899-12-30,5\nA,0001-01-01,5\n");
}

#[test]
fn very_little() {
    for rows in 1..=3 {
        let text: String =
            GOOD.lines().take(rows + 1).fold(String::new(), |out, line| out + line + "\n");
        let run = review("a.csv", text).code(0);
        assert!(run.out.contains("100.0%"), "{}", run.out);
    }
    review("a.csv", GOOD.trim_end()).code(0);
    review("a.csv", "client,date,amount\nA,2026-01-05,0\n").code(0);
    review("a.csv", "client,date,amount\nA,2026-01-05,-5\n").code(0);
    review("a.csv", "client,date,amount\nA,2026-01-05,5\nA,2026-01-06,-5\n").code(0);
}

#[test]
fn very_much() {
    let headings: String =
        (0..10_000).fold(String::new(), |out, at| out + ",extra" + &at.to_string());
    let wide_rows = GOOD.lines().skip(1).fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "{line}{}", ",x".repeat(10_000));
        out
    });
    review("wide.csv", format!("client,date,amount{headings}\n{wide_rows}")).code(0);
    let long = "x".repeat(10 << 20);
    let noted = GOOD.replacen("amount", "amount,note", 1);
    review("long.csv", format!("{noted}Beta,2026-03-09,5,{long}\n")).code(0);
    review("long.csv", format!("{noted}Beta,2026-03-09,5,\"{long}\"\n")).code(0);
    review("long.csv", format!("{GOOD}{},2026-03-09,5\n", &long[..1 << 20])).code(0);
    review("open.csv", format!("{GOOD}\"{long},2026-03-09,5\n")).code(2).says("error[open-quote]");
    review("line.csv", &long).code(2);
    review("commas.csv", ",".repeat(1 << 20)).code(2);
    review("quotes.csv", "\"".repeat(1 << 20)).code(2);
    review("deep.csv", format!("{GOOD}{}", "Alpha,2026-03-09,1\n".repeat(100_000))).code(0);
}

#[test]
fn bytes_that_are_no_text() {
    review("nul.csv", GOOD.replace("Beta", "Be\0ta")).code(0);
    review("nul.csv", [GOOD.as_bytes(), &[0; 4096]].concat());
    review("nul.csv", vec![0; 1 << 20]).code(2);
    review(
        "noise.csv",
        (0..1_u32 << 18).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>(),
    )
    .code(2);
    let bench = Bench::new();
    bench.write("a.csv", GB18030.encode("客户,日期,金额\n甲,2026-01-05,5\n").0);
    bench.write("kam.toml", "[[source]]\npath = \"a.csv\"\nencoding = \"utf-8\"\n");
    bench.only_says(&["review"]).code(2).says("wrong-encoding");
    bench.write("kam.toml", [0xff, 0xfe, 0x00]);
    bench.only_says(&["review"]).code(2);
    for end in ["\r", "\r\n", "\n\r"] {
        let run = review("ends.csv", GOOD.replace('\n', end)).code(0);
        assert!(run.out.contains("2,451"), "{end:?}: {}", run.out);
    }
}

#[test]
fn names_that_lie() {
    let book = workbook();
    for (name, bytes) in [
        ("a.xlsx", GOOD.as_bytes()),
        ("a.csv", &book),
        ("a.xls", &book),
        ("a.xls", GOOD.as_bytes()),
        ("a", &book),
    ] {
        let run = review(name, bytes).code(0);
        assert!(run.out.contains("2,451"), "{name}: {}", run.out);
    }
    let html = "<html><body><table><tr><td>client</td></tr></table></body></html>";
    review("a.xls", html).code(2).says("error[file-kind]");
    let page = GOOD.replace('\n', "<tr><td>").replace(',', "<td>");
    for page in
        [format!("<table><tr><td>{page}</table>"), format!("<html><div><table><tr><td>{page}")]
    {
        let run = review("a.xls", page).code(0);
        assert!(run.out.contains("2,451"), "{}", run.out);
    }
    review("a.csv", "%PDF-1.7\n%\u{e2}\u{e3}\n1 0 obj\n").code(2);
    review("a.csv", "\u{89}PNG\r\n\u{1a}\n").code(2);
    review("a.json", "{\"client\": \"A\", \"date\": \"2026-01-05\"}").code(2);
}

#[test]
fn workbooks_cut_short() {
    let book = workbook();
    for tenth in 0..10 {
        let cut = book.len() * tenth / 10;
        review("a.xlsx", &book[..cut.max(1)]).code(2);
    }
    review("a.xlsx", &book[..book.len() - 1]).code(2).says("error[file-damaged]");
    // One byte in each of many places.
    for at in (0..book.len()).step_by(book.len() / 40) {
        let mut flipped = book.clone();
        flipped[at] ^= 0x55;
        review("a.xlsx", flipped);
    }
}

/// An OLE file with one stream of this name, as a workbook with a password is.
fn compound(stream: &str) -> Vec<u8> {
    const END: u32 = 0xffff_fffe;
    const FREE: u32 = 0xffff_ffff;
    let mut out = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    out.extend([0; 16]);
    for word in [0x3e_u16, 3, 0xfffe, 9, 6, 0, 0, 0] {
        out.extend(word.to_le_bytes());
    }
    // One FAT sector (0), the directory in sector 1, no mini streams.
    for number in [0, 1, 1, 0, 4096, END, 0, END, 0] {
        out.extend(u32::to_le_bytes(number));
    }
    out.extend(0_u32.to_le_bytes());
    out.extend(FREE.to_le_bytes().repeat(108));
    for number in [0xffff_fffd, END, END] {
        out.extend(u32::to_le_bytes(number));
    }
    out.extend(FREE.to_le_bytes().repeat(125));
    for (name, kind, child, start, size) in
        [("Root Entry", 5, 1, END, 0), (stream, 2, FREE, 2, 512_u64)]
    {
        let mut wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = wide.len() as u16 + 2;
        wide.resize(64, 0);
        out.extend(wide);
        out.extend(length.to_le_bytes());
        out.extend([kind, 1]);
        for link in [FREE, FREE, child] {
            out.extend(link.to_le_bytes());
        }
        out.extend([0; 36]);
        out.extend(start.to_le_bytes());
        out.extend(size.to_le_bytes());
    }
    out.extend([0; 256]);
    out.extend([0x5a; 512]);
    out
}

#[test]
fn old_office_files() {
    let locked = compound("EncryptedPackage");
    for name in ["a.xlsx", "a.xls", "a.csv"] {
        review(name, &locked).code(2).says("error[file-encrypted]");
    }
    review("a.xls", compound("WordDocument")).code(2).says("error[file-kind]");
    review("a.xls", compound("Workbook")).code(2);
    review("a.xls", &locked[..512]).code(2);
    review("a.xls", &locked[..8]).code(2);
}

#[test]
fn settings_that_are_wrong() {
    let bench = Bench::new();
    bench.write("a.csv", GOOD);
    for (settings, code) in [
        ("polcy = 1\n", "config-key"),
        ("policy = [\n", "config-syntax"),
        ("max_rejected = \"much\"\n", "config-type"),
        ("[score.weights]\nmargin = 21\n", "config-weights"),
        ("[[source]]\npath = \"b*.csv\"\n", ""),
    ] {
        bench.write("kam.toml", settings);
        let run = bench.only_says(&["review", "a.csv"]);
        let expected = if code.is_empty() { 0 } else { 2 };
        run.code(expected).says(code);
    }
    bench.only_says(&["review"]).code(2).says("error[file-missing]");
    fs::create_dir(bench.at("folder.toml")).expect("folder");
    bench
        .only_says(&["review", "a.csv", "-c", "folder.toml"])
        .code(2)
        .says("error[config-missing]");
}
