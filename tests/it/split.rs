//! `kam review --split owner`: nobody's file holds anything of anybody else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;

use kam::render::FORMATS;
use memchr::memmem;
use serde_json::Value;

use crate::support::Bench;

/// A client as far as files are told apart: id, name, account manager.
type Known = (String, String, Option<String>);

fn outputs(stem: &str) -> Vec<String> {
    FORMATS
        .iter()
        .flat_map(|format| ["-o".to_owned(), format!("{stem}.{}", format.extension)])
        .collect()
}

/// Runs `kam review` with further arguments in a folder of the bench.
fn review(bench: &Bench, folder: &str, more: &[String]) -> crate::support::Run {
    let all: Vec<&str> = ["review"].into_iter().chain(more.iter().map(String::as_str)).collect();
    bench.kam_in(folder, &all)
}

/// The whole review as JSON.
fn whole(bench: &Bench, folder: &str, arguments: &[String]) -> Value {
    let more = [arguments, &["--format".to_owned(), "json".to_owned()]].concat();
    serde_json::from_str(&review(bench, folder, &more).code(0).out).expect("JSON")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn clients(review: &Value) -> Vec<Known> {
    let clients = review["clients"].as_array().expect("clients");
    let of = |client: &Value| {
        (
            text(&client["client_id"]),
            text(&client["name"]),
            client["owner"].as_str().map(ToOwned::to_owned),
        )
    };
    clients.iter().map(of).collect()
}

/// Whether a file has an extension.
fn is_of(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it == extension)
}

/// Everything that a file says: its bytes, those of its parts, and text with escapes undone.
fn everything(name: &str, bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut texts = Vec::new();
    if let Ok(mut package) = zip::ZipArchive::new(Cursor::new(bytes)) {
        for at in 0..package.len() {
            let mut part = package.by_index(at).expect("part");
            let mut text = format!("{}\n", part.name().expect("name"));
            part.read_to_string(&mut text).expect("text");
            texts.push(text);
        }
    } else {
        texts.push(String::from_utf8(bytes.to_vec()).expect("text"));
    }
    let mut said = vec![bytes.to_vec()];
    for text in texts {
        let plain = if is_of(name, "csv") { text.replace("\"\"", "\"") } else { unescaped(&text) };
        if plain != text {
            said.push(plain.into_bytes());
        }
        said.push(text.into_bytes());
    }
    said
}

/// A text without the escapes of XML, HTML, JSON and Markdown.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['&', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = escape(rest);
        out.push(c);
        rest = &rest[length..];
    }
    out + rest
}

/// What an escape at the beginning of a text stands for, and its length.
fn escape(text: &str) -> (char, usize) {
    let entity = text.strip_prefix('&').and_then(|rest| rest.split_once(';'));
    if let Some((name, _)) = entity.filter(|(name, _)| name.len() < 9) {
        let number =
            name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            });
        let c = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => number.and_then(char::from_u32),
        };
        if let Some(c) = c {
            return (c, name.len() + 2);
        }
    }
    let unicode = text.strip_prefix("\\u").and_then(|rest| rest.get(..4));
    if let Some(c) =
        unicode.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32)
    {
        return (c, 6);
    }
    if text.starts_with('\\')
        && let Some(c) = text[1..].chars().next().filter(char::is_ascii_punctuation)
    {
        return (c, 2);
    }
    (text.chars().next().unwrap_or_default(), 1)
}

/// Splits a review, and proves of every file that it holds its own clients and nobody else's.
fn check(bench: &Bench, folder: &str, arguments: &[String], secret: &[&str]) {
    let all = whole(bench, folder, arguments);
    let known = clients(&all);
    let owners: BTreeSet<Option<String>> =
        known.iter().map(|(_, _, owner)| owner.clone()).collect();
    assert!(owners.len() > 3, "{owners:?}");
    let before = bench.files();
    let split = ["--split".to_owned(), "owner".to_owned()];
    let run = review(bench, folder, &[arguments, &split, &outputs("part")].concat()).code(0);
    assert_eq!(run.out, review(bench, folder, arguments).code(0).out, "stdout is that of all");
    let written: BTreeMap<String, Vec<u8>> =
        bench.files().into_iter().filter(|(name, _)| !before.contains_key(name)).collect();
    assert_eq!(written.len(), owners.len() * FORMATS.len(), "{:?}", written.keys());

    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut stems: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (name, bytes) in written.iter().filter(|(name, _)| is_of(name, "json")) {
        let part: Value = serde_json::from_slice(bytes).expect("JSON");
        let owner = part["scope"]["owner"].as_str().map(ToOwned::to_owned);
        for (id, _, of) in clients(&part) {
            assert_eq!(of, owner, "{name}");
            *seen.entry(id).or_default() += 1;
        }
        alike(&all, &part);
        stems.insert(name.trim_end_matches("json").to_owned(), owner);
    }
    assert_eq!(stems.values().collect::<BTreeSet<_>>().len(), owners.len());
    assert!(seen.values().all(|count| *count == 1) && seen.len() == known.len(), "{seen:?}");

    for (name, bytes) in &written {
        let stem =
            stems.keys().find(|stem| name.starts_with(stem.as_str())).expect("a file of its own");
        let owner = &stems[stem];
        let said = everything(name, bytes);
        let says =
            |word: &str| said.iter().any(|text| memmem::find(text, word.as_bytes()).is_some());
        let own: Vec<&Known> = known.iter().filter(|(_, _, of)| of == owner).collect();
        let own_words: Vec<&String> = own
            .iter()
            .flat_map(|(id, name, owner)| [Some(id), Some(name), owner.as_ref()])
            .flatten()
            .collect();
        let foreign: BTreeSet<&String> = known
            .iter()
            .filter(|(_, _, of)| of != owner)
            .flat_map(|(id, client, of)| [Some(id), Some(client), of.as_ref()])
            .flatten()
            .collect();
        for word in foreign {
            assert!(
                own_words.iter().all(|own| !own.contains(word.as_str())),
                "the data cannot tell: {word} is part of {own_words:?}"
            );
            assert!(!says(word), "{name} says {word}");
            assert!(!name.contains(word.as_str()), "{name} is named after {word}");
        }
        for word in secret {
            assert!(!says(word), "{name} says {word}");
        }
        // What proves nothing by silence: the own ones are there.
        if is_of(name, "md") {
            let owner = owner.as_deref().unwrap_or("without an account manager");
            assert!(says(owner) || name.contains("无负责人") || says("没有客户经理"), "{name}");
        } else {
            for (id, client, _) in &own {
                assert!(says(client), "{name} lacks {client}");
                assert!(says(id), "{name} lacks {id}");
            }
        }
    }
}

/// The figures of a client's own are those of the whole review, and those of the portfolio are not there.
fn alike(all: &Value, part: &Value) {
    let whole: BTreeMap<String, &Value> = all["clients"]
        .as_array()
        .expect("clients")
        .iter()
        .map(|client| (text(&client["client_id"]), client))
        .collect();
    let clients = part["clients"].as_array().expect("clients");
    for client in clients {
        let mut expected = whole[&text(&client["client_id"])].clone();
        for hidden in ["rank", "share_band", "loss_impact"] {
            expected[hidden] = Value::Null;
        }
        expected["features"]["sales_share"] = Value::Null;
        let mut client = client.clone();
        // Reasons, and who gave them, may name somebody else.
        for side in [&mut client, &mut expected] {
            if let Some(given) = side["override"].as_object_mut() {
                given.remove("by");
                given.remove("reason");
            }
            for snoozed in side["snoozed"].as_array_mut().into_iter().flatten() {
                snoozed.as_object_mut().expect("a finding").remove("reason");
            }
        }
        assert_eq!(client, expected);
    }
    for hidden in ["control", "top_tier_empty"] {
        assert_eq!(part[hidden], Value::Null, "{hidden}");
    }
    for empty in ["anchors", "diagnostics", "inputs"] {
        let value = &part[empty];
        let length = value
            .as_array()
            .map_or_else(|| value.as_object().map_or(1, serde_json::Map::len), Vec::len);
        assert_eq!(length, 0, "{empty}");
    }
    for name in ["top5", "top10", "top20", "top_20_percent", "hhi"] {
        assert_eq!(part["concentration"][name], Value::Null, "{name}");
    }
    for name in ["source", "columns"] {
        let setting = &part["config"][name];
        assert!(setting.as_array().is_none_or(Vec::is_empty), "{name}");
        assert!(setting.as_object().is_none_or(serde_json::Map::is_empty), "{name}");
    }
    let sum = |name: &str| -> f64 {
        clients.iter().map(|client| client["features"][name].as_f64().expect("money")).sum()
    };
    for name in ["net_sales", "net_sales_prior"] {
        let total = part["totals"][name].as_f64().expect("money");
        assert!((total - sum(name)).abs() < 0.01, "{name}");
    }
    assert_eq!(part["totals"]["clients"], clients.len());
    let months: f64 = part["monthly"]
        .as_array()
        .expect("months")
        .iter()
        .map(|month| month["net_sales"].as_f64().expect("money"))
        .sum();
    assert!((months - sum("net_sales")).abs() < 0.01, "{months}");
    for tier in part["tiers"].as_array().expect("tiers") {
        assert_eq!(tier["share"], Value::Null);
    }
}

#[test]
fn the_demo_in_both_languages() {
    for lang in ["en", "zh"] {
        let bench = Bench::new();
        bench.kam(&["demo", "--lang", lang]).code(0);
        check(&bench, "kam-demo", &[], &["transactions.csv", "clients.csv", "销售明细.csv"]);
    }
}

/// Owners and clients whose names are hard on files, formats and eyes.
fn nasty() -> Bench {
    let bench = Bench::new();
    let owners = [
        "Li Wei",
        "li wei",
        "../../etc/passwd",
        "COM9.Quux",
        "a|b<c>&\"d'",
        "王/芳",
        "",
        "Zed Quorn",
        "=cmd|'/c calc'!A1",
        "**bold**_x_`y`",
    ];
    let mut clients = csv::Writer::from_writer(Vec::new());
    let mut sales = csv::Writer::from_writer(Vec::new());
    let mut notes = csv::Writer::from_writer(Vec::new());
    clients.write_record(["client_id", "name", "owner", "Zed Quorn rating"]).expect("row");
    sales.write_record(["order_id", "client_id", "date", "amount"]).expect("row");
    notes.write_record(["client", "date", "kind", "note"]).expect("row");
    for (at, owner) in owners.iter().enumerate() {
        for (second, name) in [
            format!("Quark{at} & Sons <b>x</b> | [u](http://x) Ltd"),
            format!("客户\"{at}\"号'有限公司"),
            format!("Zephyr{at}\\nTwo"),
        ]
        .into_iter()
        .enumerate()
        {
            let id = format!("K{at:02}-{second}-Z");
            let rating = (at % 5).to_string();
            clients.write_record([&id, &name, *owner, &rating]).expect("row");
            for (month, amount) in (1..=9).zip([900, 1500, 700, 1100, 950, 1300, 90, 40, 10]) {
                for year in ["2025", "2026"] {
                    let date = format!("{year}-{month:02}-1{second}");
                    let order = format!("O{at}{second}{month}{year}");
                    let amount = (amount * (at + 1)).to_string();
                    sales.write_record([&order, &id, &date, &amount]).expect("row");
                }
            }
            // Notes of one client name the next one, and his account manager.
            let other = format!("K{:02}-{second}-Z", (at + 1) % owners.len());
            let note = format!(
                "competitor quoted as at {other}, says {}",
                owners[(at + 1) % owners.len()]
            );
            notes.write_record([&id, "2026-08-20", "visit", &note]).expect("row");
            notes
                .write_record([&id, "2026-08-21", "visit", "competitor offers less"])
                .expect("row");
        }
    }
    // What has to be said of the input names clients too.
    sales.write_record(["O-x", "U77-9-Y", "2026-09-01", "12"]).expect("row");
    sales.write_record(["O-y", "K01-0-Z", "2026-09-02", "twelve"]).expect("row");
    sales.write_record(["O-z", "K02-0-Z", "2099-01-01", "12"]).expect("row");
    bench.write("clients Zed Quorn.csv", clients.into_inner().expect("CSV"));
    bench.write("K01-0-Z orders.csv", sales.into_inner().expect("CSV"));
    bench.write("notes.csv", notes.into_inner().expect("CSV"));
    bench.write(
        "kam.toml",
        "currency = \"EUR\"\nmax_rejected = 0.5\n[relations.keywords]\ncompetitor = [\"competitor\", \"K03-1-Z\"]\n\
         [[source]]\npath = \"clients Zed Quorn.csv\"\n[[source]]\npath = \"K01-0-Z orders.csv\"\n[[source]]\npath = \"notes.csv\"\n\
         [columns.clients]\nowner = [\"owner\", \"Zed Quorn\"]\n\
         [metric.fame]\ncolumn = \"Zed Quorn rating\"\ngroup = \"synergy\"\nlabel = \"Fame\"\nanchors = [[0, 0], [5, 100]]\n\
         weight = 5\n[score.weights]\nneeds_fit = 5\n\
         [[score.segment]]\nname = \"far\"\nwhere.owner = \"Zed Quorn\"\nweights.margin = 100\n\
         [[score.segment]]\nname = \"near\"\nwhere.owner = \"Li Wei\"\nweights.net_sales = 100\n\
         [[override]]\nclient = \"K03-0-Z\"\ntier = \"core\"\nreason = \"as K05-0-Z\"\nby = \"Zed Quorn\"\n\
         [[override]]\nclient = \"K04-0-Z\"\ntier = \"core\"\nreason = \"promised\"\n\
         [[snooze]]\nclient = \"K06-0-Z\"\ncode = \"sales_down\"\nuntil = 2027-06-30\nreason = \"ask Zed Quorn\"\n",
    );
    bench
}

#[test]
fn names_that_are_hard_on_files_and_formats() {
    let bench = nasty();
    // `Li Wei` and `li wei` are two people; names that are parts of others could not be told.
    let arguments = ["--lang".to_owned(), "en".to_owned()];
    check(&bench, "", &arguments, &["twelve", "orders.csv"]);
    let files = bench.files();
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("part-")) {
        let said = everything(name, bytes);
        let says =
            |word: &str| said.iter().any(|text| memmem::find(text, word.as_bytes()).is_some());
        let far = name.starts_with("part-Zed Quorn");
        if is_of(name, "html") || is_of(name, "xlsx") || is_of(name, "json") {
            assert_eq!(says("margin") && says("far"), far && says("margin"), "{name}");
        }
        assert!(far || !says("\"far\"") && !says(">far<"), "{name}");
    }
    // The page alone has its months too.
    let page = |more: &[&str]| {
        let arguments = [&["review", "--lang", "en", "--split", "owner", "--force"], more].concat();
        bench.kam(&arguments).code(0);
        bench.files()["page-Zed Quorn.html"].clone()
    };
    assert!(page(&["-o", "page.html"]) == page(&["-o", "page.html", "-o", "page.xlsx"]));
    let workbooks: Vec<&String> = files.keys().filter(|name| is_of(name, "xlsx")).collect();
    let folded: BTreeSet<String> = workbooks.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(folded.len(), workbooks.len(), "{workbooks:?}");
    assert!(workbooks.iter().any(|name| *name == "part-no-owner.xlsx"), "{workbooks:?}");
    assert!(workbooks.iter().any(|name| *name == "part-王_芳.xlsx"), "{workbooks:?}");
    // Notes that name nobody else are kept, without where they stand.
    let json: Value = serde_json::from_slice(&files["part-Zed Quorn.json"]).expect("JSON");
    let mentions = json["mentions"].as_array().expect("mentions");
    assert_eq!(mentions.len(), 3, "{mentions:?}");
    assert!(mentions.iter().all(|mention| mention["origin"].is_null()), "{mentions:?}");
}

const SPLIT: [&str; 7] =
    ["review", "clients.csv", "transactions.csv", "--as-of", "2026-02-28", "--split", "owner"];

/// Two account managers, and a client that has none.
fn small() -> Bench {
    let bench = Bench::new();
    bench.write("clients.csv", "client_id,name,owner\nA1,Alpha,Ann\nB1,Beta,Bob\nC1,Gamma,\n");
    let mut sales = "order_id,client_id,date,amount\n".to_owned();
    for (at, client) in ["A1", "B1", "C1"].iter().enumerate() {
        for month in 1..=2 {
            writeln!(sales, "O{at}{month},{client},2026-0{month}-05,{}.5", 100 * (at + month))
                .expect("text");
        }
    }
    bench.write("transactions.csv", sales);
    bench
}

fn split<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SPLIT[..], more].concat()
}

#[test]
fn files_are_named_after_account_managers() {
    let bench = small();
    let arguments = split(&["-o", "q1.xlsx", "-o", "q1.json"]);
    let dry = [arguments.clone(), vec!["--dry-run"]].concat();
    bench
        .only_says(&dry)
        .code(0)
        .says("Would write q1-Ann.xlsx")
        .says("Would write q1-no-owner.json");
    bench.kam(&arguments).code(0).says("Wrote q1-Ann.xlsx").says("Wrote q1-Bob.json");
    let names: Vec<String> = bench.files().into_keys().collect();
    let expected = [
        "clients.csv",
        "q1-Ann.json",
        "q1-Ann.xlsx",
        "q1-Bob.json",
        "q1-Bob.xlsx",
        "q1-no-owner.json",
        "q1-no-owner.xlsx",
        "transactions.csv",
    ];
    assert_eq!(names, expected);
    let first = bench.files();
    bench.kam(&arguments).code(0);
    assert!(first == bench.files(), "the same bytes again");
    bench.kam(&split(&["-o", "q1.md", "--lang", "zh"])).code(0).says("q1-无负责人.md");
    // Whatever an account manager is called, the file is where it was asked for.
    bench.write(
        "clients.csv",
        "client_id,name,owner\nA1,Alpha,..\nB1,Beta,../Bob\nC1,Gamma,/etc/x\n",
    );
    let run = bench.kam(&split(&["-o", "r.csv"])).code(0).says("r-_-").says("r-_Bob.csv");
    assert!(run.err.contains("r-_etc_x.csv"), "{}", run.err);
}

#[test]
fn all_files_appear_or_none() {
    let bench = small();
    bench.write("q1-Bob.xlsx", b"somebody's work");
    bench
        .only_says(&split(&["-o", "q1.xlsx"]))
        .code(2)
        .says("error[output-changed]")
        .says("q1-Bob.xlsx");
    bench.kam(&split(&["-o", "q1.xlsx", "--force"])).code(0);

    fs::create_dir(bench.at("q2-Bob.json")).expect("folder");
    bench.only_says(&split(&["-o", "q2.json"])).code(2).says("error[cannot-write]");
    bench.only_says(&split(&["-o", "missing/q2.json"])).code(2).says("error[cannot-write]");
}

#[test]
fn an_input_is_never_split_over() {
    let bench = small();
    fs::rename(bench.at("clients.csv"), bench.at("c-Ann.csv")).expect("renamed");
    let mut arguments = split(&["-o", "c.csv", "--force"]);
    arguments[1] = "c-Ann.csv";
    bench.only_says(&arguments).code(2).says("error[output-is-input]");
}

#[test]
fn what_split_needs_is_said() {
    let bench = small();
    bench.only_says(&SPLIT).code(2).says("`--output <FILE>` is missing");
    bench.only_says(&["review", "-o", "a.xlsx", "--passwords", "p.csv"]).code(2).says("--split");
    let mut arguments = split(&["-o", "q1.xlsx"]);
    arguments.remove(1);
    bench.only_says(&arguments).code(2).says("error[split-no-owner]");
}

#[test]
fn no_password_is_ever_left_out() {
    let bench = small();
    bench.write("p.csv", "owner,password\nAnn,hunter2\n");
    let arguments = split(&["--passwords", "p.csv", "-o", "q1.xlsx", "-o", "q1.csv"]);
    let run = bench.only_says(&arguments).code(2).says("error[password-format]").says("q1.csv");
    assert!(run.out.is_empty() && !run.err.contains("hunter2"), "{}", run.err);
    let mut arguments = split(&["--passwords", "p.csv", "-o", "p.csv", "--force"]);
    bench.write("p.csv", "owner,password\nNobody,hunter2\n");
    fs::rename(bench.at("p.csv"), bench.at("p-Ann.csv")).expect("renamed");
    arguments[SPLIT.len() + 1] = "p-Ann.csv";
    bench.only_says(&arguments).code(2).says("error[output-is-input]");
}

#[cfg(feature = "crypt")]
#[test]
fn workbooks_open_with_their_passwords() {
    let bench = small();
    bench.write("p.csv", "客户经理,密码\nAnn,hunter2 密\nZoe,other\n");
    let arguments = split(&["--passwords", "p.csv", "-o", "q1.xlsx"]);
    let run = bench.kam(&arguments).code(0);
    for said in ["warning[password-owner]", "Zoe", "warning[password-missing]", "Bob"] {
        assert!(run.err.contains(said), "{said}: {}", run.err);
    }
    assert!(!run.err.contains("hunter2") && !run.out.contains("hunter2"), "{}", run.err);
    let read = |name: &str| fs::read(bench.at(name)).expect("written");
    assert!(read("q1-Bob.xlsx").starts_with(b"PK"));
    let locked = read("q1-Ann.xlsx");
    assert!(locked.starts_with(b"\xd0\xcf\x11\xe0"));
    for word in ["Alpha", "hunter2", "xl/worksheets"] {
        assert!(memmem::find(&locked, word.as_bytes()).is_none(), "{word}");
    }
    // Our own reader opens it with the password, and with no other.
    let raw = ["import", "--raw", "q1-Ann.xlsx", "--sheet", "Clients"];
    bench.kam(&raw).code(2).says("error[file-encrypted]");
    bench.run_with(&raw, &[("KAM_PASSWORD", "hunter2")], b"").code(2).says("error[wrong-password]");
    let opened = bench.run_with(&raw, &[("KAM_PASSWORD", "hunter2 密")], b"").code(0);
    assert!(opened.out.contains("Alpha") && !opened.out.contains("Beta"), "{}", opened.out);
    // Written again it is replaced without `--force`, as any workbook that nobody has changed; under another password it
    // cannot be told.
    bench.kam(&arguments).code(0);
    bench.write("p.csv", "owner,password\nAnn,new\n");
    bench.only_says(&arguments).code(2).says("error[output-changed]").says("q1-Ann.xlsx");
    bench.kam(&[&arguments[..], &["--force"]].concat()).code(0);
    bench.run_with(&raw, &[("KAM_PASSWORD", "new")], b"").code(0);
}

#[test]
fn many_account_managers() {
    let bench = Bench::new();
    let mut clients = "client_id,name,owner\n".to_owned();
    let mut sales = "client_id,date,amount\n".to_owned();
    for at in 0..300 {
        writeln!(clients, "C{at:04},Client {at:04},Manager {at:04}").expect("text");
        writeln!(sales, "C{at:04},2026-02-01,{}", at + 1).expect("text");
    }
    bench.write("clients.csv", clients);
    bench.write("transactions.csv", sales);
    bench.kam(&split(&["-o", "q.csv", "-o", "q.md"])).code(0);
    assert_eq!(bench.files().len(), 602);
}
