//! The workspace: what was imported is reviewed like the files, and nothing that happens on the way breaks it.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use encoding_rs::GB18030;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::support::{Bench, Run, testdata, untimed};

/// A folder that is a workspace.
fn workspace() -> Bench {
    let bench = Bench::new();
    bench.write("kam.toml", "");
    bench
}

/// A workspace with a conformance set beside it, not imported.
fn with(set: &str) -> Bench {
    let bench = Bench::with(set);
    bench.write("kam.toml", "");
    bench
}

const SET: [&str; 3] = ["clients.csv", "transactions.csv", "industries.csv"];

fn import(bench: &Bench, files: &[&str]) -> Run {
    bench.kam(&[&["import"], files].concat())
}

/// Both streams of a review in JSON, and its exit code.
fn reviewed(bench: &Bench, files: &[&str], more: &[&str]) -> (i32, String, String) {
    let run = bench.kam(&[&["review", "--format", "json"], more, files].concat());
    (run.code, run.out, untimed(&run.err))
}

/// The review of the workspace is that of the files, to the byte and to the last word said.
#[track_caller]
fn same(bench: &Bench, files: &[&str], more: &[&str]) {
    let (code, out, err) = reviewed(bench, files, more);
    let (own_code, own_out, own_err) = reviewed(bench, &[], more);
    let differences: Vec<_> =
        out.lines().zip(own_out.lines()).filter(|(a, b)| a != b).take(10).collect();
    assert!(out == own_out, "{files:?} {more:?}: {differences:#?}");
    assert_eq!(err, own_err, "{files:?} {more:?}");
    assert_eq!(code, own_code, "{files:?} {more:?}");
}

/// Everything in the folder `data`.
fn data(bench: &Bench) -> Vec<(String, Vec<u8>)> {
    let files = bench.files();
    files
        .into_iter()
        .filter(|(name, _)| name.starts_with("data/") && !name.ends_with('/'))
        .collect()
}

fn partition(bench: &Bench, table: &str) -> PathBuf {
    let folder = bench.at("data").join(table);
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn strays(bench: &Bench) -> Vec<String> {
    data(bench).into_iter().map(|(name, _)| name).filter(|name| name.contains(".kam-tmp")).collect()
}

#[test]
fn conformance_sets_are_reviewed_like_their_files() {
    for set in ["tiny", "small", "edge", "variant"] {
        let bench = with(set);
        import(&bench, &SET).code(0);
        for more in [&[][..], &["--policy", "share"], &["--as-of", "2026-06-30", "--threads", "1"]]
        {
            same(&bench, &SET, more);
        }
        let lists = ["score", "tier", "churn"];
        for list in lists {
            let own = bench.kam(&[list, "--format", "csv"]);
            let files = bench.kam(&[&[list, "--format", "csv"], &SET[..]].concat());
            assert_eq!((own.code, own.out), (files.code, files.out), "{set} {list}");
        }
    }
}

/// The inputs of the catalogue of errors: whatever can be imported says the same afterwards.
#[test]
fn files_with_errors_are_reviewed_like_themselves() {
    let mut compared = 0;
    for entry in fs::read_dir(testdata("errors")).expect("folder") {
        let folder = entry.expect("entry").path();
        if !folder.is_dir() {
            continue;
        }
        let bench = Bench::new();
        bench.write("kam.toml", "");
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder).expect("folder") {
            let path = entry.expect("entry").path();
            let name = path.file_name().expect("name").to_string_lossy().into_owned();
            if path.is_file() && name != "case.toml" && !name.starts_with("expected.") {
                bench.write(&name, fs::read(&path).expect("file"));
                files.extend((name != "kam.toml").then_some(name));
            }
        }
        files.sort();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        if files.is_empty() || import(&bench, &files).code != 0 {
            // What cannot be imported is refused by a review too, or is a side table alone.
            continue;
        }
        same(&bench, &files, &[]);
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
}

/// A workbook with a sheet per month, one of clients, one that is none and a hidden one.
fn book() -> Vec<u8> {
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for month in 1..=3_u8 {
        let sheet = book.add_worksheet().set_name(format!("{month}月")).expect("name");
        sheet.write(0, 0, "销售明细（单位：元）").expect("cell");
        for (at, heading) in
            ["订单号", "客户名称", "订单日期", "销售额", "利润", "类别", "备注"].iter().enumerate()
        {
            sheet.write(2, at as u16, *heading).expect("cell");
        }
        for row in 0..40_u32 {
            let at = row + 3;
            let day = ExcelDateTime::from_ymd(2026, month, 1 + (row % 28) as u8).expect("a day");
            sheet.write(at, 0, format!("{month}-{row}")).expect("cell");
            sheet.write(at, 1, format!("客户{}", row % 7)).expect("cell");
            sheet.write_with_format(at, 2, day, &date).expect("cell");
            sheet.write(at, 3, f64::from(row) * 1.1 + 0.123_456).expect("cell");
            sheet.write(at, 4, f64::from(row) * 0.3).expect("cell");
            sheet.write(at, 5, if row % 2 == 0 { "办公" } else { "家具" }).expect("cell");
            sheet.write(at, 6, row % 3 == 0).expect("cell");
        }
        sheet.write(43, 0, "合计").expect("cell");
        sheet.write(43, 3, 1.0).expect("cell");
    }
    let clients = book.add_worksheet().set_name("客户").expect("name");
    for (at, row) in [["客户名称", "行业"], ["客户1", "纺织"], ["客户2", "电子"]].iter().enumerate()
    {
        clients.write(at as u32, 0, row[0]).expect("cell");
        clients.write(at as u32, 1, row[1]).expect("cell");
    }
    book.add_worksheet().set_name("说明").expect("name").write(0, 0, "草稿").expect("cell");
    let hidden = book.add_worksheet().set_name("旧").expect("name");
    hidden.write(0, 0, "客户名称").expect("cell");
    hidden.set_hidden(true);
    book.save_to_buffer().expect("saved")
}

#[test]
fn workbooks_of_several_sheets_and_other_encodings() {
    let bench = workspace();
    bench.write("超市.xlsx", book());
    let run = import(&bench, &["超市.xlsx"]).code(0);
    assert!(run.err.contains("1月") && run.err.contains("客户"), "{}", run.err);
    same(&bench, &["超市.xlsx"], &[]);
    same(&bench, &["超市.xlsx"], &["--lang", "en"]);

    let bench = workspace();
    let text = "客户,日期,金额（万元）,状态,备注\n\
        甲,2026/1/5,\"1,234.5\",已完成,\"一行\n两行\"\n\
        乙,2026年2月3日,12.5万,作废,\n\
        \"丙 \",2026-03-01T10:00:00,(3),已完成,x\n\
        丙,2027-03-01,￥8,已完成,x\n\
        合计,,99,,\n";
    let (gbk, ..) = GB18030.encode(text);
    bench.write("销售.csv", &gbk);
    import(&bench, &["销售.csv"]).code(0);
    same(&bench, &["销售.csv"], &[]);
}

#[test]
fn settings_that_choose_rows_may_change_after_the_import() {
    let bench = workspace();
    let text = "client,date,amount,status,stage\n\
        A,05/13/2026,100,done,Won\nB,01/02/2026,\"1,200\",parked,Won\nC,03/04/2026,7,done,Lost\n";
    bench.write("sales.csv", text);
    import(&bench, &["sales.csv"]).code(0);
    same(&bench, &["sales.csv"], &[]);
    fs::remove_file(bench.at("sales.csv")).expect("removed");
    for settings in [
        "skip_status = [\"parked\"]\n",
        "won_stage = [\"won\", \"lost\"]\n",
        "[[source]]\npath = \"sales.csv\"\nwhere = { status = \"done\" }\n",
    ] {
        bench.write("kam.toml", settings);
        let own = reviewed(&bench, &[], &[]);
        bench.write("sales.csv", text);
        assert_eq!(own, reviewed(&bench, &["sales.csv"], &[]), "{settings}");
        fs::remove_file(bench.at("sales.csv")).expect("removed");
    }
    // One that changes what a column means: the file is needed again.
    bench.write("kam.toml", "[columns.transactions]\namount = [\"status\"]\n");
    let stale = bench.kam(&["review"]).code(2);
    assert!(stale.err.contains("[stale-import]"), "{}", stale.err);
    bench.write("kam.toml", "[[source]]\npath = \"sales.csv\"\ndate_order = \"dmy\"\n");
    bench.kam(&["review"]).code(2).says("[stale-import]");
    // It is read instead as long as it is the same, and imported anew when asked to.
    bench.write("sales.csv", text);
    let file = reviewed(&bench, &["sales.csv"], &[]);
    assert_eq!(reviewed(&bench, &[], &[]), file);
    bench.write("kam.toml", "[[source]]\npath = \"sales.csv\"\nunit = \"万\"\n");
    same(&bench, &["sales.csv"], &[]);
    import(&bench, &["sales.csv"]).code(0).says("Replaced sales.csv");
    fs::remove_file(bench.at("sales.csv")).expect("removed");
    let own = reviewed(&bench, &[], &[]);
    bench.write("sales.csv", text);
    assert_eq!(own, reviewed(&bench, &["sales.csv"], &[]));
}

#[test]
fn importing_again_does_nothing_and_a_changed_file_is_replaced() {
    let bench = with("tiny");
    import(&bench, &SET).code(0).says("Imported transactions.csv");
    let first = data(&bench);
    let again = import(&bench, &["./transactions.csv", "clients.csv", "industries.csv"]).code(0);
    assert!(again.err.contains("imported 0, unchanged 3"), "{}", again.err);
    assert!(data(&bench) == first, "something was written");

    let text = fs::read_to_string(bench.at("transactions.csv")).expect("text");
    let shorter: Vec<&str> = text.lines().take(20).collect();
    bench.write("transactions.csv", shorter.join("\n"));
    let dry = import(&bench, &["transactions.csv", "--dry-run"]).code(0);
    assert!(dry.err.contains("Would replace transactions.csv"), "{}", dry.err);
    assert!(data(&bench) == first, "a dry run wrote");
    import(&bench, &["transactions.csv"]).code(0).says("Replaced transactions.csv");
    partition(&bench, "transactions");
    // The newest import comes last.
    same(&bench, &["clients.csv", "industries.csv", "transactions.csv"], &[]);

    // The same bytes in another workspace give the same bytes.
    let (a, b) = (with("small"), with("small"));
    import(&a, &[&SET[..], &["--threads", "1"]].concat()).code(0);
    import(&b, &[&SET[..], &["--threads", "7"]].concat()).code(0);
    assert!(data(&a) == data(&b), "not the same bytes");
}

/// Enough rows for several blocks and row groups, some of them wrong.
fn long(rows: usize) -> String {
    let mut text = String::from("order_id,client,date,amount,note\n");
    for row in 0..rows {
        let amount = if row % 5003 == 17 {
            "many".to_owned()
        } else {
            format!("{}.{:02}", row % 900, row % 100)
        };
        let _ = writeln!(
            text,
            "SO{row},C{:03},2026-{:02}-{:02},{amount},\"a, {row}\"",
            row % 97,
            1 + row % 9,
            1 + row % 28
        );
    }
    text
}

#[test]
fn many_rows_and_threads() {
    let bench = workspace();
    bench.write("sales.csv", long(150_000));
    import(&bench, &["sales.csv", "--threads", "3"]).code(0);
    let first = data(&bench);
    same(&bench, &["sales.csv"], &["--threads", "3"]);
    bench.kam(&["import", "--remove", "sales.csv"]).code(0);
    import(&bench, &["sales.csv", "--threads", "1"]).code(0);
    assert!(data(&bench) == first, "threads show in the bytes");
    // A quote where none belongs: the text is read in one go, after blocks were begun.
    let odd = long(60_000) + "SO1,C001,2026-01-01,5,an 8\" pipe\n";
    bench.write("sales.csv", odd);
    import(&bench, &["sales.csv", "--threads", "3"]).code(0);
    same(&bench, &["sales.csv"], &["--threads", "3"]);
}

#[test]
fn lists_and_removes() {
    let bench = with("tiny");
    bench.only_says(&["import", "--list"]).code(0);
    import(&bench, &SET).code(0);
    let list = bench.only_says(&["import", "--list"]).code(0);
    assert!(list.out.lines().count() == 5 && list.out.contains("transactions.csv"), "{}", list.out);
    let json = bench.only_says(&["import", "--list", "--format", "json"]).code(0);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json["partitions"].as_array().expect("partitions").len(), 3);
    assert_eq!(json["partitions"][1]["table"], "transactions");
    assert!(json["partitions"][1]["from"].as_str().is_some_and(|from| from.starts_with("20")));

    bench.only_says(&["import", "--remove", "industries.csv", "--dry-run"]).code(0);
    bench.kam(&["import", "--remove", "./industries.csv"]).code(0).says("Removed");
    assert!(!data(&bench).iter().any(|(name, _)| name.starts_with("data/industries")));
    same(&bench, &SET[..2], &[]);
    bench.kam(&["import", "--remove", "industry.csv"]).code(2).says("[not-imported]");
    for name in &SET[..2] {
        bench.kam(&["import", "--remove", name]).code(0);
    }
    bench.kam(&["review"]).code(2).says("[no-inputs]");
}

#[test]
fn damage_and_other_versions_are_told() {
    let bench = with("tiny");
    import(&bench, &SET).code(0);
    let path = partition(&bench, "transactions");
    let whole = fs::read(&path).expect("partition");
    for at in [0, 4, whole.len() / 2, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        fs::write(&path, &flipped).expect("written");
        bench.only_says(&["review"]).code(2).says("[import-damaged]");
    }
    fs::remove_file(&path).expect("removed");
    bench.only_says(&["review"]).code(2).says("[import-damaged]");
    // Importing the file again puts it right, although its bytes are known.
    import(&bench, &["transactions.csv"]).code(0);
    assert!(fs::read(&path).expect("partition") == whole, "not the same bytes");
    same(&bench, &["clients.csv", "industries.csv", "transactions.csv"], &[]);

    let manifest = fs::read_to_string(bench.at("data/manifest.json")).expect("manifest");
    bench.write("data/manifest.json", manifest.replacen("\"version\":1", "\"version\":2", 1));
    for arguments in [&["review"][..], &["import", "clients.csv"], &["import", "--list"]] {
        bench.kam(arguments).code(2).says("[import-newer]");
    }
    bench.write("data/manifest.json", &manifest[..manifest.len() / 2]);
    bench.kam(&["import", "clients.csv"]).code(2).says("[import-damaged]");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = with("tiny");
    // A file stands where the folder should be: this stops even those who may write everywhere.
    bench.write("data", "mine");
    bench.kam(&["import", "clients.csv"]).code(2).says("[cannot-write]");
    assert_eq!(fs::read(bench.at("data")).expect("file"), b"mine");
    fs::remove_file(bench.at("data")).expect("removed");
    import(&bench, &SET).code(0);
    let read_only = fs::Permissions::from_mode(0o555);
    for folder in ["data/transactions", "data/clients", "data/industries", "data"] {
        fs::set_permissions(bench.at(folder), read_only.clone()).expect("mode");
    }
    // Reading needs no more.
    same(&bench, &SET, &[]);
    for folder in ["data", "data/transactions", "data/clients", "data/industries"] {
        fs::set_permissions(bench.at(folder), fs::Permissions::from_mode(0o755)).expect("mode");
    }
}

#[test]
fn a_killed_import_leaves_the_old_or_the_new() {
    let bench = workspace();
    let texts = [long(12_000), long(16_000)];
    bench.write("sales.csv", &texts[0]);
    import(&bench, &["sales.csv"]).code(0);
    let mut expected = vec![reviewed(&bench, &[], &[]).1];
    bench.write("sales.csv", &texts[1]);
    expected.push(reviewed(&bench, &["sales.csv"], &[]).1);
    assert_ne!(expected[0], expected[1]);
    let mut killed = 0;
    for round in 0..16_u64 {
        let text = &texts[(round as usize + 1) % 2];
        bench.write("sales.csv", text);
        let mut run = bench
            .command()
            .args(["import", "sales.csv"])
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        std::thread::sleep(Duration::from_millis(round * round * 2));
        run.kill().expect("killed");
        killed += usize::from(!run.wait().expect("ended").success());
        let found = reviewed(&bench, &[], &[]);
        assert_eq!(found.0, 0, "{}", found.2);
        assert!(expected.contains(&found.1), "round {round}: neither old nor new");
        import(&bench, &["sales.csv"]).code(0);
        assert_eq!(strays(&bench), Vec::<String>::new());
        partition(&bench, "transactions");
        assert!(
            reviewed(&bench, &[], &[]).1 == expected[(round as usize + 1) % 2],
            "round {round}"
        );
    }
    assert!(killed > 2, "only {killed} runs were killed in time");
}

#[test]
fn writers_take_turns_and_readers_see_whole_states() {
    let bench = workspace();
    let files: Vec<String> = (0..20).map(|at| format!("sales-{at}.csv")).collect();
    for (at, file) in files.iter().enumerate() {
        bench.write(file, long(2000 + at).replace("SO", &format!("S{at}-")));
    }
    let runs: Vec<_> = files
        .iter()
        .map(|file| {
            let command = &mut bench.command();
            let piped =
                command.args(["import", file]).stderr(Stdio::piped()).stdout(Stdio::piped());
            piped.spawn().expect("started")
        })
        .collect();
    for _ in 0..5 {
        let run = bench.kam(&["review"]);
        assert!(run.code == 0 || run.err.contains("[no-inputs]"), "{}", run.err);
    }
    for run in runs {
        let output = run.wait_with_output().expect("ended");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let list = bench.kam(&["import", "--list", "--format", "json"]).code(0);
    let list: serde_json::Value = serde_json::from_str(&list.out).expect("JSON");
    let order: Vec<&str> = list["partitions"]
        .as_array()
        .expect("partitions")
        .iter()
        .map(|partition| partition["source"].as_str().expect("source"))
        .collect();
    assert_eq!(order.len(), 20);
    assert_eq!(strays(&bench), Vec::<String>::new());
    same(&bench, &order, &[]);
}

#[test]
fn exports_that_overlap_are_settled_alike() {
    let bench = workspace();
    let head = "order_id,line_no,client,date,amount\n";
    bench.write(
        "a.csv",
        format!("{head}S1,1,A,2026-01-05,10\nS1,2,A,2026-01-05,20\nS2,1,B,2026-02-01,5\n"),
    );
    bench.write(
        "b.csv",
        format!("{head}S1,1,A,2026/1/5,11\nS1,2,A,2026/1/5,20\nS3,1,B,2026-03-01,7\n"),
    );
    import(&bench, &["a.csv", "b.csv"]).code(0);
    same(&bench, &["a.csv", "b.csv"], &[]);
    // A changed file is the newest from then on.
    bench.write("a.csv", format!("{head}S1,1,A,2026-01-05,12\n"));
    import(&bench, &["a.csv"]).code(0);
    same(&bench, &["b.csv", "a.csv"], &[]);
}

/// Cells of all sorts, good and bad.
fn cell(kind: usize) -> BoxedStrategy<String> {
    let texts: Vec<&'static str> = match kind {
        0 => vec!["A", " B ", "甲公司", "NULL", "合计", "", "00123", "\"x, \"\"y\"\"\""],
        1 => vec![
            "2026-01-31",
            "2026/2/3",
            "31/01/2026",
            "2026年3月1日",
            "46000",
            "soon",
            "",
            "2027-01-01",
        ],
        2 => vec![
            "100",
            "1234.56",
            "(12)",
            "￥5",
            "USD 7",
            "1.23456",
            "12万",
            "many",
            "",
            "-",
            "\"1,200\"",
            "1e3",
        ],
        _ => vec!["done", "作废", "cancelled", "draft", "", "true", " x"],
    };
    prop::sample::select(texts).prop_map(ToOwned::to_owned).boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_table_is_reviewed_like_its_file(
        rows in prop::collection::vec((cell(0), cell(1), cell(2), cell(3), cell(2)), 1..60)
    ) {
        let bench = workspace();
        bench.write("kam.toml", "max_rejected = 1.0\n");
        let mut text = String::from("client,date,amount,status,cost\n");
        for (client, date, amount, status, cost) in &rows {
            let _ = writeln!(text, "{client},{date},{amount},{status},{cost}");
        }
        bench.write("sales.csv", &text);
        let imported = import(&bench, &["sales.csv"]);
        let (code, out, err) = reviewed(&bench, &["sales.csv"], &[]);
        if imported.code == 0 {
            let own = reviewed(&bench, &[], &[]);
            prop_assert_eq!(own, (code, out, err), "{}", text);
        } else {
            prop_assert_eq!(code, 2, "refused by the import only: {}\n{}", imported.err, text);
        }
    }
}

#[test]
fn exports_of_systems_are_reviewed_like_their_files() {
    for (system, file) in [
        ("erpnext", "sales-register.csv"),
        ("yonyou", "nc.csv"),
        ("xero", "invoices.csv"),
        ("kingdee", "report.csv"),
        ("salesforce", "opportunities.csv"),
    ] {
        let bench = workspace();
        bench.write(file, fs::read(testdata("systems").join(system).join(file)).expect("fixture"));
        import(&bench, &[file]).code(0);
        same(&bench, &[file], &[]);
    }
}

#[test]
fn layouts_are_reviewed_like_their_files() {
    for (file, bytes) in crate::layouts::all() {
        let bench = workspace();
        bench.write(file, &bytes);
        import(&bench, &[file]).code(0);
        same(&bench, &[file], &[]);
        let before = data(&bench);
        import(&bench, &[file]).code(0);
        assert_eq!(data(&bench), before, "{file}: the second import does nothing");
    }
}

#[test]
fn ids_that_lost_digits_are_told_alike() {
    let bench = workspace();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in (0..).zip(["客户编号", "订单号", "日期", "金额"]) {
        sheet.write_string(0, column, heading).expect("heading");
    }
    for (row, id) in (1..).zip([123_456_789_012_345_678.0, 123_456_789_012_345.0]) {
        sheet.write_number(row, 0, id).expect("id");
        sheet.write_string(row, 1, "6.1E+15").expect("order");
        sheet.write_string(row, 2, "2026-03-01").expect("date");
        sheet.write_number(row, 3, 10.0).expect("amount");
    }
    bench.write("sales.xlsx", book.save_to_buffer().expect("workbook"));
    bench.write("clients.csv", "客户编号,客户名称\n1.2E+11,甲\n");
    let files = ["sales.xlsx", "clients.csv"];
    import(&bench, &files).code(0);
    same(&bench, &files, &[]);
    let run = bench.kam(&["--lang", "en", "check", "sales.xlsx", "clients.csv"]);
    for said in ["`123456789012346000`", "`6.1E+15`", "rows with it: 2", "`1.2E+11`"] {
        assert!(
            run.out.contains(said) || run.err.contains(said),
            "{said}: {} {}",
            run.out,
            run.err
        );
    }
    assert!(!run.out.contains("the id `123456789012345`"), "{}", run.out);
}

#[test]
fn other_tables_and_rates_are_reviewed_alike() {
    let bench = workspace();
    bench.write("kam.toml", "currency = \"CNY\"\n");
    bench.write(
        "sales.csv",
        "client,date,amount,currency\nA,2026-03-01,100,USD\nB,2026-04-01,200,CNY\nA,2026-05-01,7,EUR\n",
    );
    bench.write(
        "rates.csv",
        "currency,date,rate\nUSD,2026-01-01,7.1234567891\nEUR,2026-01-01,\"7,9\"\nUSD,2026-02-01,7.2\nUSD,2026-02-01,x\n",
    );
    bench.write(
        "contacts.csv",
        "client,name,title,phone,birthday\nA,王芳,采购经理,13800000000,1980/1/2\nZ,Li,CEO,,soon\n",
    );
    bench.write(
        "feedback.csv",
        "client,opened,kind,severity,csat,resolved\nA,2026-04-01,complaint,high,4.5,\nB,2026-05-02,question,low,x,2026-05-03\n",
    );
    let files = ["sales.csv", "rates.csv", "contacts.csv", "feedback.csv"];
    let run = import(&bench, &files).code(0);
    same(&bench, &files, &[]);
    assert!(run.err.contains("imported 4"), "{}", run.err);

    // Deals alone are sales where nothing else is: typed as deals, read as transactions.
    let bench = workspace();
    bench.write(
        "deals.csv",
        "Account Name,Deal Name,Amount,Closing Date,Stage,Probability (%)\n\
         A,one,\"1,000.50\",01/31/2026,Closed Won,100\nB,two,\"2,000\",02/03/2026,Closed Won,100\n\
         B,three,7,03/04/2026,Closed Lost,0\n",
    );
    import(&bench, &["deals.csv"]).code(0);
    same(&bench, &["deals.csv"], &[]);
}
