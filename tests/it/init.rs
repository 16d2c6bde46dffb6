//! `kam init`: what it proposes, what it asks for, and that what it writes reads the files in the same way.

use std::fmt::Write as _;

use crate::support::{Bench, Run, testdata};

/// Orders of a few clients under headings that nothing knows, with dates that are day first.
fn strange() -> String {
    let mut text = String::from("Debtor,Booked,Worth,Remark\n");
    for n in 0..120 {
        let (client, day, month) = (n % 8 + 1, n * 7 % 28 + 1, n % 6 + 1);
        let _ =
            writeln!(text, "D{client:03},{day:02}/{month:02}/2026,{}.50,x{}", 90 + n * 13, n % 3);
    }
    text
}

fn clients(heading: &str) -> String {
    let mut text = format!("{heading},Client name,Industry\n");
    for n in 1..=8 {
        let _ = writeln!(text, "D{n:03},Company {n},Tools");
    }
    text
}

const ORDERS: &str = "订单列表,,,,\n单据编号,业务日期,客户,无税金额,价税合计\n\
    T1,2025-03-01,甲公司,100,113\nT2,2025-09-12,乙公司,250,282.5\nT3,2026-05-20,甲公司,75.5,85.3\n";

/// The review as JSON without the settings, which name the sources in one case only.
fn review(bench: &Bench, arguments: &[&str]) -> serde_json::Value {
    let mut all = vec!["review", "--format", "json"];
    all.extend(arguments);
    let run = bench.kam(&all).code(0);
    let mut json: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let members = json.as_object_mut().expect("an object");
    members.remove("config").expect("settings");
    members.remove("config_sha256").expect("hash");
    json
}

#[test]
fn the_settings_written_read_the_files_as_the_files_are_read_alone() {
    let bench = Bench::new();
    bench.write("订单.csv", encoding_rs::GB18030.encode(ORDERS).0);
    bench.write("客户.csv", "客户名称,行业\n甲公司,电子\n乙公司,汽车\n");
    let run = bench.kam(&["init", "订单.csv", "客户.csv", "--currency", "CNY"]).code(0);
    assert!(run.out.contains("3 个单元格中 3 个是日期，2025-03-01 至 2026-05-20"), "{}", run.out);
    assert!(run.err.contains("kam review -o review.xlsx"), "{}", run.err);
    let text = String::from_utf8(bench.files()["kam.toml"].clone()).expect("UTF-8");
    let active: Vec<&str> =
        text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let keys: Vec<&str> =
        active.iter().map(|line| line.split(" = ").next().unwrap_or_default()).collect();
    assert_eq!(
        keys,
        ["currency", "[[source]]", "path", "encoding", "[[source]]", "path"],
        "{text}"
    );
    let files = review(&bench, &["订单.csv", "客户.csv", "--currency", "CNY"]);
    assert_eq!(review(&bench, &[]), files);

    // With every hint active it is still the same.
    let all: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with('[') || is_setting(rest) => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    bench.write("kam.toml", all);
    let mut pinned = review(&bench, &[]);
    pinned["as_of_from"] = files["as_of_from"].clone();
    for report in [&mut pinned, &mut files.clone()] {
        report.as_object_mut().expect("an object").remove("diagnostics");
    }
    let mut files = files;
    files.as_object_mut().expect("an object").remove("diagnostics");
    assert_eq!(pinned, files);
}

fn is_setting(line: &str) -> bool {
    line.split_once(" = ")
        .is_some_and(|(key, _)| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
}

#[test]
fn columns_without_a_known_heading_are_proposed_by_their_values() {
    let bench = Bench::new();
    bench.write("book.csv", strange());
    bench.write("clients.csv", clients("Client ID"));
    bench.kam(&["review", "book.csv", "clients.csv", "--lang", "en"]).code(2).says("kam init");
    let run = bench.kam(&["init", "book.csv", "clients.csv", "--lang", "en"]).code(0);
    assert!(run.out.contains("120 of 120 cells are dates, 2026-01-01 to"), "{}", run.out);
    assert!(run.out.contains("8 of 8 different values are in `Client ID` of clients.csv"));
    let text = String::from_utf8(bench.files()["kam.toml"].clone()).expect("UTF-8");
    for line in ["client = [\"Debtor\"]", "date = [\"Booked\"]", "amount = [\"Worth\"]"] {
        assert!(text.lines().any(|found| found.starts_with(line)), "{line}\n{text}");
    }
    let json = review(&bench, &[]);
    assert_eq!(json["control"]["rows_used"], 120);
    assert_eq!(json["totals"]["active"], 8);
}

#[test]
fn what_only_the_user_can_tell_stops_it_off_a_terminal() {
    let bench = Bench::new();
    bench.write("a.csv", "Customer,Date,Amount\nA,03/04/2026,10\nB,05/04/2026,20\n");
    let run = bench.only_says(&["init", "a.csv", "--lang", "en"]).code(2);
    let run = run.says("error[init-question]").says("--date-order dmy, --date-order mdy");
    assert!(run.out.is_empty());
    // Taking all proposals does not answer what there is no proposal for.
    bench.only_says(&["init", "a.csv", "--yes"]).code(2).says("init-question");
    bench.kam(&["init", "a.csv", "--date-order", "dmy"]).code(0);
    let files = review(&bench, &[]);
    assert_eq!(files["as_of"], "2026-04-05");

    // Two columns of amounts that no heading tells apart.
    bench.write(
        "b.csv",
        "Who,When,First,Second\n".to_owned()
            + &"A,2026-01-05,1.5,2.5\nB,2026-01-06,3.5,4.5\nA,2026-02-01,8.5,9\n".repeat(9),
    );
    let run = bench.only_says(&["init", "b.csv", "-o", "b.toml", "--lang", "en"]).code(2);
    run.says("--column transactions.amount=First").says("transactions.amount=Second");
    let given = "transactions.amount=Second";
    let run = bench.kam(&["init", "b.csv", "-o", "b.toml", "--column", given, "--lang", "en"]);
    run.code(0).says("kam review -c b.toml");
    assert_eq!(review(&bench, &["-c", "b.toml"])["control"]["amount_used"], 144.0);
}

#[test]
fn nothing_is_overwritten_and_a_dry_run_writes_nothing() {
    let bench = Bench::new();
    bench.write("a.csv", "Customer,Date,Amount\nA,2026-04-03,10\n");
    let dry = bench.only_says(&["init", "a.csv", "--dry-run"]).code(0);
    assert!(dry.err.contains("Would write") || dry.err.contains("would be"), "{}", dry.err);
    bench.write("kam.toml", "# mine\n");
    bench.only_says(&["init", "a.csv"]).code(2).says("file-exists");
    bench.kam(&["init", "a.csv", "--force"]).code(0);
    assert!(bench.files()["kam.toml"].starts_with(b"# Proposed"));
    bench.only_says(&["init", "a.csv", "-o", "a.csv", "--force"]).code(2).says("output-is-input");
    let printed = bench.only_says(&["init", "a.csv", "-o", "-"]).code(0);
    assert!(printed.out.starts_with("# Proposed") && printed.err.contains("Settings"));
}

#[test]
fn deals_count_when_won_and_unknown_stages_are_asked_for() {
    let deals = |won: &str| {
        format!(
            "Deal Name,Deal Stage,Amount,Close Date,Associated Company\n\
             D1,{won},100,2026-01-11,Acme\nD2,lost,900,2026-02-11,Acme\nD3,{won},50,2026-03-11,Bolt\n"
        )
    };
    let bench = Bench::new();
    bench.write("deals.csv", deals("closedwon"));
    let run = bench.kam(&["init", "deals.csv", "--lang", "en"]).code(0);
    assert!(run.out.contains("these count: closedwon (2); these do not: lost (1)"), "{}", run.out);
    assert_eq!(review(&bench, &[])["control"]["amount_used"], 150.0);
    bench.write("deals.csv", deals("S5 signed"));
    let run: Run = bench.kam(&["init", "deals.csv", "--force", "--lang", "en"]).code(2);
    let run = run.says("which stages of deals count").says("--won-stage \"S5 signed\"");
    assert!(run.out.is_empty());
    bench.kam(&["init", "deals.csv", "--force", "--won-stage", "S5 signed"]).code(0);
    assert_eq!(review(&bench, &[])["control"]["amount_used"], 150.0);
}

#[test]
fn chosen_sheets_are_the_only_ones() {
    let bench = Bench::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, amount) in [("一月", 10.0), ("二月", 20.0), ("旧", 400.0)] {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        for (column, heading) in ["客户", "日期", "金额"].into_iter().enumerate() {
            sheet.write(0, column as u16, heading).expect("written");
        }
        sheet.write(1, 0, "甲").expect("written");
        sheet.write(1, 1, "2026-01-05").expect("written");
        sheet.write(1, 2, amount).expect("written");
    }
    book.save(bench.at("月.xlsx")).expect("saved");
    let all = bench.kam(&["init", "月.xlsx", "--dry-run"]).code(0);
    assert!(all.err.contains("--sheet"), "{}", all.err);
    bench.kam(&["init", "月.xlsx", "--sheet", "一月", "--sheet", "二月"]).code(0);
    let json = review(&bench, &[]);
    assert_eq!(json["control"]["amount_used"], 30.0);
    let left = bench.kam(&["review", "--lang", "en"]).code(0);
    left.says("notice[sheet-not-named]");
}

/// Of each table of a file the row of the headings, and how many rows are under them.
type Tables<'a> = &'a [(u32, u32)];

#[test]
fn tables_below_each_other_and_shaped_rows_are_read_as_without_settings() {
    let mut deep = String::from("客户名称,日期,产品,金额\n");
    for n in 0..60 {
        let _ = writeln!(deep, "客户{},2026-0{}-11,泵,{n}.5", n % 7, n % 6 + 1);
    }
    deep.push_str(",,,\n售后配件,,,\n客户,单据日期,备注,销售金额\n丙公司,2026-03-05,电汇,500\n甲公司,2026-03-11,承兑,300\n");
    let case = |name: &str| {
        let file = testdata(&format!("errors/{name}/input.csv"));
        std::fs::read_to_string(file).expect("a case")
    };
    let files: [(&str, String, Tables<'_>); 6] = [
        ("group.csv", case("group-heading"), &[(5, 9)]),
        ("filled.csv", case("filled-down"), &[(1, 3)]),
        (
            "mixed.csv",
            "客户编号,客户名称,行业,客户经理\nC1,甲公司,化工,王芳\nC2,乙公司,电子,李雷\n,,,\n\
             客户编号,日期,单号,金额\nC1,2026-01-05,S1,1200\nC2,2026-02-11,S2,800\n"
                .to_owned(),
            &[(1, 2), (5, 2)],
        ),
        (
            "two.csv",
            "销售明细,,,\n客户名称,日期,产品,金额\n甲公司,2026-01-05,泵,1200\n乙公司,2026-02-11,阀,800\n,,,\n\
             补录,,,\n客户名称,单据日期,备注,销售金额\n丙公司,2026-03-05,电汇,500\n"
                .to_owned(),
            &[(2, 2), (7, 1)],
        ),
        (
            "two-rows.csv",
            "客户,,订单,,,\n编号,名称,日期,单号,数量,金额\nC1,甲公司,2026-01-05,S1,1,1200\n\
             C2,乙公司,2026-02-11,S2,2,800\n"
                .to_owned(),
            &[(2, 2)],
        ),
        ("deep.csv", deep, &[(1, 60), (64, 2)]),
    ];
    for (name, text, tables) in files {
        let bench = Bench::new();
        // A guessed encoding is written down, once for all tables of the file.
        bench.write(name, encoding_rs::GB18030.encode(&text).0);
        let run = bench.kam(&["init", name, "--yes", "--lang", "en"]).code(0);
        let shown: Vec<&str> =
            run.out.lines().filter(|line| line.contains("rows under the headings")).collect();
        let expected: Vec<String> = tables
            .iter()
            .map(|(row, rows)| format!("{rows} rows under the headings in row {row}"))
            .collect();
        assert_eq!(shown.len(), expected.len(), "{name}: {}", run.out);
        for (shown, expected) in shown.iter().zip(&expected) {
            assert!(shown.ends_with(expected.as_str()), "{name}: {shown}, not {expected}");
        }
        let text = String::from_utf8(bench.files()["kam.toml"].clone()).expect("UTF-8");
        if tables.len() > 1 {
            assert!(!text.contains("header_row"), "{name}: {text}");
        }
        assert_eq!(review(&bench, &[]), review(&bench, &[name]), "{name}: {text}");
    }
}
