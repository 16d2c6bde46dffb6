//! The formulas of the workbook, computed by LibreOffice: as written they give the figures of the review, and after a change
//! of weights and cuts those of a review with the changed settings.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use calamine::{Data, Range, Reader as _, Xlsx};
use kam::demo;
use kam::locale::Lang;
use kam::render::workbook::{is_as_written, workbook};
use kam::review::Review;
use kam::source::Input;

use crate::support::{package, reviewed, testdata};

/// How long LibreOffice may take for all workbooks together.
const PATIENCE: Duration = Duration::from_mins(5);

/// Makes LibreOffice compute every formula of a workbook when it loads one, and not trust what stands there.
const ALWAYS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"#;

/// A line that `cargo test` shows also when the test passes.
fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("stderr");
}

/// The program, if it is there; with `KAM_REQUIRE_OFFICE` set it has to be.
pub(crate) fn office() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("soffice"));
    let found = found.into_iter().find(|program| program.is_file());
    if found.is_none() {
        let required =
            std::env::var_os("KAM_REQUIRE_OFFICE").is_some_and(|value| !value.is_empty());
        assert!(!required, "KAM_REQUIRE_OFFICE is set, but there is no soffice");
        say("NOT TESTED: no soffice (LibreOffice Calc), so nobody computes the formulas");
    }
    found
}

/// A workbook that LibreOffice has opened, computed and saved.
struct Computed {
    book: Xlsx<Cursor<Vec<u8>>>,
    /// Whether it still counts as unchanged.
    as_written: bool,
}

fn computed(office: &Path, books: &[Vec<u8>]) -> Vec<Computed> {
    let of = |bytes: Vec<u8>| {
        let file = tempfile::NamedTempFile::new().expect("file");
        fs::write(file.path(), &bytes).expect("workbook");
        let book = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
        Computed { book, as_written: is_as_written(file.path(), None) }
    };
    saved(office, books).into_iter().map(of).collect()
}

/// Workbooks as LibreOffice saves them.
pub(crate) fn saved(office: &Path, books: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    for name in ["profile/user", "in", "out"] {
        fs::create_dir_all(at(name)).expect("folder");
    }
    fs::write(at("profile/user/registrymodifications.xcu"), ALWAYS).expect("profile");
    let names: Vec<String> = (0..books.len()).map(|number| format!("{number}.xlsx")).collect();
    for (name, bytes) in names.iter().zip(books) {
        fs::write(at("in").join(name), bytes).expect("workbook");
    }
    let output = assert_cmd::Command::new(office)
        .arg(format!("-env:UserInstallation=file://{}", at("profile").display()))
        .args(["--headless", "--convert-to", "xlsx", "--outdir"])
        .arg(at("out"))
        .args(names.iter().map(|name| at("in").join(name)))
        .env("HOME", folder.path())
        .timeout(PATIENCE)
        .output()
        .expect("soffice");
    let read = |name: &String| {
        let path = at("out").join(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}\n{output:?}"))
    };
    names.iter().map(read).collect()
}

/// An input with settings, and what is typed into the workbook of its review.
struct Case {
    name: &'static str,
    lang: Lang,
    files: Vec<PathBuf>,
    /// Lines before the tables of the settings.
    settings: String,
    geometric: bool,
    typed: Typed,
}

/// Names of input cells with the values typed into them.
type Typed = &'static [(&'static str, f64)];

/// Weights that add up to 200, two of them zero.
const DOUBLE: Typed = &[
    ("weight_net_sales", 10.0),
    ("weight_margin", 60.0),
    ("weight_business_lines", 30.0),
    ("weight_needs_fit", 0.0),
    ("weight_joint_work", 20.0),
    ("weight_executive_contact", 0.0),
    ("weight_growth", 44.0),
    ("weight_industry_growth", 16.0),
    ("weight_headroom", 12.0),
    ("weight_referrals", 8.0),
];
/// Weights that add up to 50 with nothing for a whole group, and other cuts.
const HALF: Typed = &[
    ("weight_net_sales", 5.0),
    ("weight_margin", 5.0),
    ("weight_business_lines", 0.0),
    ("weight_needs_fit", 0.0),
    ("weight_joint_work", 0.0),
    ("weight_executive_contact", 0.0),
    ("weight_growth", 10.0),
    ("weight_industry_growth", 10.0),
    ("weight_headroom", 15.0),
    ("weight_referrals", 5.0),
    ("top_strategic", 0.1),
    ("top_core", 0.25),
    ("top_potential", 0.55),
    ("share_strategic", 0.02),
    ("share_core", 0.01),
    ("share_potential", 0.004),
];
/// Weights by which many clients score the same.
const EQUAL: Typed = &[
    ("weight_net_sales", 0.0),
    ("weight_margin", 0.0),
    ("weight_business_lines", 50.0),
    ("weight_needs_fit", 0.0),
    ("weight_joint_work", 0.0),
    ("weight_executive_contact", 0.0),
    ("weight_growth", 50.0),
    ("weight_industry_growth", 0.0),
    ("weight_headroom", 0.0),
    ("weight_referrals", 0.0),
];

impl Case {
    fn review(&self, typed: Typed) -> Review {
        let mut lines = vec![self.settings.clone()];
        if self.geometric {
            lines.extend(["[score]", "aggregation = \"geometric\""].map(ToOwned::to_owned));
        }
        let weights = || {
            typed.iter().filter_map(|(name, value)| Some((name.strip_prefix("weight_")?, value)))
        };
        let sum: f64 = weights().map(|(_, weight)| weight).sum();
        lines.push("[score.weights]".to_owned());
        for (metric, weight) in weights() {
            lines.push(format!("{metric} = {:?}", weight * 100.0 / sum));
        }
        for tier in ["strategic", "core", "potential"] {
            lines.push(format!("[tier.{tier}]"));
            for cut in ["top", "share"] {
                let name = format!("{cut}_{tier}");
                if let Some((_, value)) = typed.iter().find(|(known, _)| **known == name) {
                    lines.push(format!("{cut} = {value:?}"));
                }
            }
        }
        let inputs: Vec<Input> = self.files.iter().map(|file| Input::file(file)).collect();
        reviewed(&inputs, &lines.join("\n"), 2)
    }
}

/// Forty clients who differ in little: sales, lines bought, ids.
fn much_alike() -> String {
    let mut lines = vec!["order_id,date,client,amount,margin,business_line".to_owned()];
    for client in 0..40 {
        let base = 1_000 + 100 * (client * 7 % 5);
        for (order, (date, times)) in
            [("2024-07-08", 1), ("2025-08-15", 2), ("2026-02-03", 2)].into_iter().enumerate()
        {
            for line in 0..=client % 3 {
                let margin = if client % 4 == 0 { String::new() } else { (base / 5).to_string() };
                let amount = base * times;
                lines.push(format!(
                    "{client}-{order},{date},K{client:02},{amount},{margin},L{line}"
                ));
            }
        }
    }
    lines.join("\n")
}

fn cases(folder: &Path) -> Vec<Case> {
    for file in demo::generate(Lang::Zh, demo::SEED) {
        fs::write(folder.join(file.name), file.bytes).expect("demo");
    }
    fs::write(folder.join("alike.csv"), much_alike()).expect("written");
    let demo: Vec<PathBuf> =
        ["客户.csv", "销售明细.csv", "产品.csv", "行业.csv", "跟进记录.csv", "项目.csv"]
            .iter()
            .map(|name| folder.join(name))
            .collect();
    let small: Vec<PathBuf> = ["clients.csv", "transactions.csv", "industries.csv"]
        .iter()
        .map(|name| testdata("conformance/small").join(name))
        .collect();
    let alike = vec![folder.join("alike.csv")];
    let mut cases = Vec::new();
    let mut add = |name, lang, files: &Vec<PathBuf>, as_of, policy, geometric, typed: &[Typed]| {
        for typed in typed {
            let settings = format!("as_of = \"{as_of}\"\npolicy = \"{policy}\"\n");
            let files = files.clone();
            cases.push(Case { name, lang, files, settings, geometric, typed });
        }
    };
    for policy in ["rank", "share"] {
        add("demo", Lang::Zh, &demo, "2026-06-30", policy, false, &[&[], DOUBLE, HALF]);
    }
    add("demo", Lang::Zh, &demo, "2026-06-30", "all", false, &[HALF]);
    add("small", Lang::En, &small, "2026-09-30", "rank", false, &[&[], HALF]);
    add("small, geometric", Lang::En, &small, "2026-09-30", "all", true, &[&[], DOUBLE]);
    add("alike", Lang::En, &alike, "2026-06-30", "rank", false, &[&[], EQUAL, HALF]);
    cases
}

/// The workbook with values typed into named cells; names that it does not have are those of the other policy.
fn with_typed(bytes: Vec<u8>, sheet: &str, typed: Typed) -> Vec<u8> {
    let book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).expect("a workbook");
    let number = book.sheet_names().iter().position(|name| name == sheet).expect("the sheet") + 1;
    let names: BTreeMap<&str, String> = book
        .defined_names()
        .iter()
        .filter_map(|(name, at)| Some((name.as_str(), at.split_once('!')?.1.replace('$', ""))))
        .collect();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        let (name, mut content) = (part.name().expect("a name").into_owned(), Vec::new());
        part.read_to_end(&mut content).expect("readable");
        if name == format!("xl/worksheets/sheet{number}.xml") {
            let mut xml = String::from_utf8(content).expect("UTF-8");
            for (cell, value) in
                typed.iter().filter_map(|(name, value)| Some((names.get(name)?, value)))
            {
                let from = xml.find(&format!("<c r=\"{cell}\"")).expect(cell);
                let from = from + xml[from..].find("<v>").expect("a value") + 3;
                let to = from + xml[from..].find("</v>").expect("a value");
                xml.replace_range(from..to, &value.to_string());
            }
            content = xml.into_bytes();
        }
        parts.push((name, content));
    }
    package(&parts)
}

fn same(expected: &Data, found: &Data) -> bool {
    match (expected, found) {
        (Data::Float(expected), Data::Float(found)) => close(*expected, *found),
        (expected, found) => expected.to_string() == found.to_string(),
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

/// Compares the stored result of every formula with the computed one; gives the number of formulas.
fn compare_all(case: &str, bytes: &[u8], computed: &mut Xlsx<Cursor<Vec<u8>>>) -> usize {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("a workbook");
    let mut count = 0;
    let mut wrong = Vec::new();
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).expect("formulas");
        let (stored, found) =
            (book.worksheet_range(&sheet).expect("a sheet"), computed.worksheet_range(&sheet));
        let found = found.unwrap_or_else(|error| panic!("{case}: {sheet}: {error}"));
        let (top, left) = formulas.start().unwrap_or_default();
        for (row, column, formula) in formulas.used_cells().filter(|cell| !cell.2.is_empty()) {
            let at = (top + row as u32, left + column as u32);
            let value = |range: &Range<Data>| range.get_value(at).cloned().unwrap_or_default();
            let (stored, found) = (value(&stored), value(&found));
            if !same(&stored, &found) {
                wrong.push(format!("{sheet} {at:?}: {stored:?}, computed {found:?} by {formula}"));
            }
            count += 1;
        }
    }
    assert!(
        wrong.is_empty(),
        "{case}: {} of {count}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    count
}

/// Compares the table of the sheet with a review.
fn compare_model(case: &str, lang: Lang, range: &Range<Data>, review: &Review, before: &Review) {
    let text = |row: u32, column: u32| {
        range.get_value((row, column)).map(ToString::to_string).unwrap_or_default()
    };
    let number = |row: u32, column: u32| match range.get_value((row, column)) {
        Some(Data::Float(number)) => Some(*number),
        _ => None,
    };
    let rank = lang.text("book.column.rank");
    let header = (0..40).find(|row| text(*row, 0) == rank).expect("the heading");
    let column = |key: &str| {
        let heading = lang.text(&format!("book.{key}"));
        (0..30).find(|column| text(header, *column) == heading).expect(key)
    };
    let (id, score, band) =
        (column("column.client_id"), column("column.score"), column("model.band_now"));
    let clients: BTreeMap<&str, _> =
        review.clients.iter().map(|client| (client.client_id.as_str(), client)).collect();
    let active = review.clients.iter().filter(|client| client.active).count() as u32;
    for row in header + 1..=header + active {
        let (id, at) = (text(row, id), format!("{case}, row {}", row + 1));
        let client = clients.get(id.as_str()).unwrap_or_else(|| panic!("{at}: no client `{id}`"));
        let (expected, found) = (client.score, number(row, score));
        let equal = match (expected, found) {
            (Some(expected), Some(found)) => close(expected, found),
            (expected, found) => expected == found,
        };
        assert!(equal, "{at}: score {expected:?}, found {found:?}");
        assert_eq!(number(row, 0), client.rank.map(|rank| rank as f64), "{at}: rank");
        let tier = client.band.map(|tier| lang.text(&format!("tier.{}", tier.code())));
        assert_eq!(Some(text(row, band)), tier, "{at}: band");
    }
    let bands = |review: &Review| -> BTreeMap<_, _> {
        review.clients.iter().map(|client| (client.client_id.clone(), client.band)).collect()
    };
    let (now, before) = (bands(review), bands(before));
    let differ = now.iter().filter(|(id, band)| before.get(*id) != Some(band)).count() as f64;
    let label = lang.text("book.model.differ");
    let found = range.used_cells().find(|(_, _, cell)| cell.to_string() == label);
    let (row, column, _) = found.expect("the count");
    let found = number(row as u32, column as u32 + 1);
    assert_eq!(found, Some(differ), "{case}: bands that differ");
}

#[test]
fn formulas_give_what_the_review_says() {
    let Some(office) = office() else { return };
    let folder = tempfile::tempdir().expect("folder");
    let cases = cases(folder.path());
    let reviews: Vec<Review> = cases.iter().map(|case| case.review(&[])).collect();
    let books: Vec<Vec<u8>> = cases
        .iter()
        .zip(&reviews)
        .map(|(case, review)| {
            let bytes = workbook(review, case.lang).expect("a workbook");
            with_typed(bytes, &case.lang.text("book.sheet.model"), case.typed)
        })
        .collect();
    let mut formulas = 0;
    let computed = computed(&office, &books);
    for (((case, review), bytes), mut computed) in
        cases.iter().zip(&reviews).zip(&books).zip(computed)
    {
        let name = format!("{}, {}", case.name, case.settings.replace('\n', " "));
        assert_eq!(computed.as_written, case.typed.is_empty(), "{name}: taken for unchanged");
        let model =
            computed.book.worksheet_range(&case.lang.text("book.sheet.model")).expect("a sheet");
        if case.typed.is_empty() {
            compare_model(&name, case.lang, &model, review, review);
            formulas += compare_all(&name, bytes, &mut computed.book);
        } else {
            compare_model(&name, case.lang, &model, &case.review(case.typed), review);
        }
    }
    say(&format!("{formulas} formulas computed as written"));
    assert!(formulas > 3_000, "{formulas}");
}
