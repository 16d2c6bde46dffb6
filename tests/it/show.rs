//! The page of one client: whom it finds, that it adds up, that its rows stand where it says, and that what would move a
//! client does move it.

use std::fs;
use std::sync::{Arc, LazyLock};

use insta::assert_snapshot;
use kam::client_page::{ClientPage, Extract, Step, page};
use kam::config::load::{Layer, load};
use kam::diagnostic::Fact;
use kam::locale::Lang;
use kam::money::Money;
use kam::period::Day;
use kam::render::client_page as render;
use kam::review::{Context, Review, review};
use kam::source::{Input, Place};
use kam::store::{self, Loaded, Options, Question};
use kam::tier::Tier;
use serde_json::Value;

use crate::support::{Bench, TODAY, reviewed, testdata};

const FILES: [&str; 3] = ["clients.csv", "transactions.csv", "industries.csv"];
const AS_OF: &str = "2026-09-30";

fn input(name: &str, text: &str) -> Input {
    Input { name: name.to_owned(), place: Place::Memory(Arc::from(text.as_bytes())) }
}

fn text(file: &str) -> String {
    fs::read_to_string(testdata("conformance/small").join(file)).expect("data")
}

/// A set of tables whose cells can be changed.
#[derive(Clone)]
struct Tables(Vec<(&'static str, Vec<Vec<String>>)>);

impl Tables {
    fn small() -> Self {
        let rows = |file| text(file).lines().map(cells).collect();
        let cells = FILES.map(|file| (file, rows(file)));
        Self(cells.to_vec())
    }

    fn inputs(&self) -> Vec<Input> {
        let file = |(name, rows): &(&'static str, Vec<Vec<String>>)| {
            let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
            input(name, &(lines.join("\n") + "\n"))
        };
        self.0.iter().map(file).collect()
    }

    /// Changes the cells of a column in the rows of a client.
    fn change(
        &mut self,
        file: usize,
        client: &str,
        column: &str,
        to: impl Fn(&str, &[String]) -> String,
    ) {
        let rows = &mut self.0[file].1;
        let at = rows[0].iter().position(|heading| heading == column).expect(column);
        for row in rows.iter_mut().skip(1).filter(|row| row[0] == client) {
            row[at] = to(&row[at], row);
        }
    }
}

fn cells(line: &str) -> Vec<String> {
    line.split(',').map(ToOwned::to_owned).collect()
}

fn settings() -> String {
    format!("as_of = \"{AS_OF}\"\n")
}

fn shown(inputs: &[Input], client: &str) -> (ClientPage, Review) {
    let today = Day::parse_iso(TODAY).expect("a day");
    let layer = Layer { name: "kam.toml".to_owned(), text: settings() };
    let config = load(&[layer], &[]).expect("settings").config;
    let options =
        Options { threads: 2, today, skip: Vec::new(), strict: false, hash: false, all: false };
    let mut loaded = Loaded::default();
    let until = Day::parse_iso(AS_OF).expect("a day");
    let question = Question { client, until, most: 10 };
    let rows = store::load_client(&mut loaded, inputs, &config, &options, &question);
    let extract = Extract::of(&loaded, rows.expect("found")).expect("a client");
    let context = Context { today, threads: 2, portfolio: true };
    let review = review(loaded, &config, context).expect("a review");
    (page(extract, &review, 2).expect("a page"), review)
}

/// The pages of every other client of the small set, the active ones first.
fn pages() -> &'static [ClientPage] {
    static PAGES: LazyLock<Vec<ClientPage>> = LazyLock::new(|| {
        let inputs = Tables::small().inputs();
        let (_, review) = shown(&inputs, "C001");
        let clients = review.clients.iter().step_by(2);
        clients.map(|client| shown(&inputs, &client.client_id).0).collect()
    });
    &PAGES
}

fn small(client: &str) -> &'static ClientPage {
    pages().iter().find(|page| page.profile.client_id == client).expect(client)
}

#[test]
fn a_page_looks_like_this() {
    let page = small("C005");
    for lang in Lang::ALL {
        assert_snapshot!(format!("show-{}", lang.code()), render::table(page, lang, Some(80)));
    }
    assert_snapshot!("show-markdown", render::markdown(page, Lang::Zh));
}

#[test]
fn what_metrics_add_sums_to_the_score_and_months_to_the_sales() {
    for page in pages() {
        if let Some(score) = page.score {
            let adds: f64 = page.metrics.iter().filter_map(|metric| metric.adds).sum();
            assert!((adds - score).abs() < 1e-9, "{adds} {score}");
            let adds: f64 = page.groups.iter().filter_map(|group| group.adds).sum();
            assert!((adds - score).abs() < 1e-9, "{adds} {score}");
        }
        assert_eq!(page.monthly.len(), 24);
        let year: Money = page.monthly[12..].iter().map(|month| month.net_sales).sum();
        let before: Money = page.monthly[..12].iter().map(|month| month.net_sales).sum();
        assert_eq!((year, before), (page.features.net_sales, page.features.net_sales_prior));
        assert!(page.history.is_empty());
    }
}

#[test]
fn rows_stand_where_the_page_says() {
    let transactions = text("transactions.csv");
    let lines: Vec<&str> = transactions.lines().collect();
    let page = small("C005");
    assert_eq!(page.orders.len(), 10);
    assert!(page.orders.is_sorted_by(|a, b| a.date >= b.date));
    for row in &page.orders {
        assert_eq!(row.origin.file, "transactions.csv");
        let line = lines[row.origin.row.expect("a row") as usize - 1];
        let cells = cells(line);
        let found = [cells[0].as_str(), &cells[1], &cells[5]];
        let order = row.order_id.as_deref().unwrap_or_default();
        assert_eq!(found, ["C005", &row.date.to_string(), order]);
        let amount: f64 = cells[2].parse().expect("an amount");
        assert!((amount - row.amount.to_f64()).abs() < 1e-9, "{line}");
    }
    let newest = lines.iter().filter(|line| line.starts_with("C005,"));
    let newest = newest.map(|line| cells(line)[1].clone()).filter(|date| **date <= *AS_OF).max();
    assert_eq!(newest, Some(page.orders[0].date.to_string()));
}

/// Puts a change into the files, as somebody would have to bring it about.
fn put(tables: &mut Tables, page: &ClientPage, step: &Step) {
    let client = page.profile.client_id.as_str();
    let number = |fact: &Fact| match fact {
        Fact::Number(number) => *number,
        Fact::Int(number) => *number as f64,
        Fact::Money(money) => money.to_f64(),
        other => panic!("{other:?}"),
    };
    let (by, to) = (number(&step.by), number(&step.to));
    let year = page.windows.ttm;
    let in_year = |row: &[String]| year.contains(Day::parse_iso(&row[1]).expect("a date"));
    match step.change {
        // The same business, so many times as large: margin rate and days to payment stay.
        "net_sales" => {
            let factor = to / (to - by);
            for column in ["amount", "cost"] {
                tables.change(1, client, column, |cell, row| match cell.parse::<f64>() {
                    Ok(amount) if in_year(row) => format!("{:.4}", amount * factor),
                    _ => cell.to_owned(),
                });
            }
        }
        "executive_contact" => {
            tables.change(0, client, "exec_visits", |_, _| to.to_string());
        }
        "needs_fit" => tables.change(0, client, "needs_fit", |_, _| to.to_string()),
        "business_lines" => {
            // A row of nothing for each new line would not be an order: a cent of the oldest one is split off.
            let rows = &mut tables.0[1].1;
            let at = rows.iter().skip(1).position(|row| row[0] == client && in_year(row));
            let row = rows[at.expect("an order") + 1].clone();
            let missing = page.whitespace.as_ref().expect("lines");
            for line in missing.iter().take(by as usize) {
                let mut new = row.clone();
                (new[2], new[3], new[4]) = ("0.01".to_owned(), "0.01".to_owned(), line.clone());
                rows.push(new);
            }
        }
        "pay_days" => {
            tables.change(1, client, "paid_date", |cell, row| {
                let date = Day::parse_iso(&row[1]).expect("a date");
                if in_year(row) { date.plus_days(to as i32).to_string() } else { cell.to_owned() }
            });
        }
        other => panic!("{other}"),
    }
}

/// Files in which the change has come about, reviewed anew, have the client in the tier that was foretold.
#[test]
fn what_would_move_a_client_does_move_it() {
    let tables = Tables::small();
    let (mut told, mut kinds) = (0, Vec::new());
    for page in pages().iter().filter(|page| page.profile.active) {
        let (id, tier) = (&page.profile.client_id, page.tier.tier);
        let Some(reach) = &page.reach else {
            assert_eq!(tier, Some(Tier::Strategic));
            continue;
        };
        for way in &reach.ways {
            assert!(way.tier <= reach.tier && Some(way.tier) < tier, "{way:?}");
            let mut changed = tables.clone();
            for step in &way.steps {
                put(&mut changed, page, step);
                kinds.push(step.change);
            }
            let after = reviewed(&changed.inputs(), &settings(), 2);
            let moved = after.clients.iter().find(|client| client.client_id == *id);
            assert_eq!(moved.expect("still there").tier, Some(way.tier), "{id} {way:?}");
            told += 1;
        }
    }
    assert!(told > 15, "{told}");
    kinds.sort_unstable();
    kinds.dedup();
    assert!(kinds.len() >= 3, "{kinds:?}");
}

/// A little less than the additional sales that are told is not enough.
#[test]
fn no_more_sales_are_asked_for_than_are_needed() {
    let tables = Tables::small();
    let mut told = 0;
    for page in pages() {
        let id = &page.profile.client_id;
        let ways = page.reach.iter().flat_map(|reach| &reach.ways);
        for way in ways.filter(|way| way.steps.len() == 1 && way.steps[0].change == "net_sales") {
            let Fact::Money(by) = way.steps[0].by else { panic!("{way:?}") };
            let less = Money(by.0 / 100 * 97);
            let sales = page.features.net_sales;
            let step = Step { change: "net_sales", by: less.into(), to: Fact::Money(sales + less) };
            let mut changed = tables.clone();
            put(&mut changed, page, &step);
            let after = reviewed(&changed.inputs(), &settings(), 2);
            let moved = after.clients.iter().find(|client| client.client_id == *id);
            assert_eq!(moved.expect("still there").tier, page.tier.tier, "{id} {way:?}");
            told += 1;
        }
    }
    assert!(told > 5, "{told}");
}

#[test]
fn the_demo_has_a_page_in_both_languages() {
    let bench = Bench::new();
    for (lang, client, parts) in [
        ("en", "torutakai", &["no order for 75 days", "Open deals", "Next steps:", "Contacts"][..]),
        ("zh", "唐山旻渊", &["75 天未下单", "下一步：", "联系人", "交易行"][..]),
    ] {
        bench.kam(&["demo", lang, "--lang", lang]).code(0);
        let table = bench.kam_in(lang, &["show", client, "--lang", lang]).code(0);
        let found: Vec<&&str> = parts.iter().filter(|part| table.out.contains(**part)).collect();
        // The demo's client has no open deal: what has no data is left out.
        assert!(found.len() >= parts.len() - 1, "{}", table.out);
        assert!(!table.out.contains("show."), "a text is missing:\n{}", table.out);
        assert!(!table.out.contains("\n\n\n") && table.err.lines().count() < 10, "{}", table.out);
        let id = table.out.lines().next().expect("a title").to_owned();
        let id = id.rsplit(['(', '（']).next().expect("an id").trim_end_matches([')', '）']);

        let run = bench.kam_in(lang, &["show", id, "--format", "json", "-q"]).code(0);
        let json: Value = serde_json::from_str(&run.out).expect("JSON");
        assert_eq!(json["schema_version"], 1);
        assert_eq!(json["profile"]["client_id"], id);
        assert_eq!(json["orders"].as_array().expect("rows").len(), 10);
        assert!(json["orders"][0]["origin"]["row"].is_u64() && json["reach"].is_null());
        assert_eq!(json["monthly"].as_array().expect("months").len(), 24);

        let files = ["show", id, "-o", "page.md", "-o", "page.json", "-o", "page.txt"];
        let run = bench.kam_in(lang, &files).code(0);
        assert_eq!(run.out, table.out, "an id finds what a part of the name does");
        let read =
            |name: &str| fs::read_to_string(bench.path().join(lang).join(name)).expect("written");
        assert!(read("page.md").starts_with("# "));
        assert_eq!(read("page.txt"), table.out);
        assert_eq!(serde_json::from_str::<Value>(&read("page.json")).expect("JSON"), json);
    }
}

#[test]
fn little_data_makes_a_short_page() {
    let bench = Bench::new();
    bench.write("one.csv", "client,date,amount\nAcme|Co,2026-01-05,100\n");
    let run = bench.kam(&["show", "acme", "one.csv"]).code(0);
    assert!(run.out.contains("one.csv, row 2"), "{}", run.out);
    for absent in ["Contacts", "Contracts", "Open", "Invoices", "Earlier", "Findings", "Mentions"] {
        assert!(!run.out.contains(absent), "{absent}:\n{}", run.out);
    }
    let markdown = bench.kam(&["show", "acme", "one.csv", "--format", "markdown"]).code(0).out;
    assert!(markdown.starts_with("# Acme\\|Co\n"), "{markdown}");

    bench.write("ids.csv", "client_id,date,amount\n007,2026-01-05,100\n0042,2026-01-06,50\n");
    for (client, found) in [("7", "007"), ("42", "0042"), ("0042", "0042"), ("04", "0042")] {
        let run = bench.kam(&["show", client, "ids.csv"]).code(0);
        assert!(run.out.starts_with(&format!("{found}\n")), "{client}: {}", run.out);
    }
    bench.kam(&["show", "0", "ids.csv"]).code(2).says("client-several");
    bench.kam(&["show", "Acme", "ids.csv"]).code(2).says("client-not-found");
    bench.kam(&["show", "7", "ids.csv", "-o", "page.xlsx"]).code(2).says("output-format");
    bench.kam(&["show", "7", "ids.csv", "-o", "ids.csv"]).code(2);
}

/// Rows after the as-of date are not on the page, whoever names it.
#[test]
fn the_page_is_as_of_a_day() {
    let bench = Bench::with("small");
    let mut arguments = vec!["show", "C005", "--as-of", "2025-06-30", "--format", "json", "-q"];
    arguments.extend(FILES);
    let run = bench.kam(&arguments).code(0);
    let json: Value = serde_json::from_str(&run.out).expect("JSON");
    let newest = json["orders"][0]["date"].as_str().expect("a date").to_owned();
    assert!(newest.as_str() <= "2025-06-30", "{newest}");
    assert_eq!(json["profile"]["last_order"].as_str(), Some(newest.as_str()));
}

/// What was imported has the same page, with rows where the files have them.
#[test]
fn imported_rows_stand_in_their_files() {
    let bench = Bench::with("small");
    bench.write("kam.toml", settings());
    let page = |files: &[&str]| {
        let all: Vec<&str> = ["show", "C005", "--format", "json", "-q"]
            .into_iter()
            .chain(files.iter().copied())
            .collect();
        bench.kam(&all).code(0).out
    };
    let of_files = page(&FILES);
    bench.kam(&["import", FILES[0], FILES[1], FILES[2]]).code(0);
    assert_eq!(page(&[]), of_files);
}

#[test]
fn the_review_before_is_an_input_and_a_workbook_of_it_is_told() {
    let bench = crate::history::bench("2026-06-30");
    bench.kam(&["review", "--as-of", "2026-03-31", "-o", "before.json", "-o", "book.xlsx"]).code(0);
    let kept = fs::read(bench.at("before.json")).expect("written");
    let show = ["show", "C01", "--as-of", "2026-06-30", "--previous"];
    let over = bench.kam(&[&show[..], &["before.json", "-o", "before.json"]].concat());
    over.code(2).says("error[output-is-input]");
    assert_eq!(fs::read(bench.at("before.json")).expect("still there"), kept);
    let run = bench.kam(&[&show[..], &["before.json"]].concat()).code(0);
    assert!(!run.err.contains("previous-workbook"), "{}", run.err);
    bench.kam(&[&show[..], &["book.xlsx"]].concat()).code(0).says("[previous-workbook]");
    // What only the review can say of the settings is said here too.
    let settings = fs::read_to_string(bench.at("kam.toml")).expect("settings");
    let expired = "[[override]]\nclient = \"C01\"\ntier = \"core\"\nreason = \"a promise\"\nuntil = \"2026-01-31\"\n";
    bench.write("kam.toml", settings + expired);
    bench.kam(&["show", "C01", "--as-of", "2026-06-30"]).code(0).says("[override-expired]");
}
