//! Who a row counts for and in which money: names, groups and currencies through the whole program.

use kam::money::Money;
use kam::review::Review;

use crate::support::{Bench, reviewed};
use kam::source::Input;

fn of(files: &[(&str, &str)], settings: &str) -> Review {
    let bench = Bench::new();
    let inputs: Vec<Input> = files
        .iter()
        .map(|(name, text)| {
            bench.write(name, text);
            Input::file(&bench.at(name))
        })
        .collect();
    reviewed(&inputs, settings, 2)
}

/// Id, name and net sales of every client.
fn sales(review: &Review) -> Vec<(&str, &str, Money)> {
    let mut all: Vec<(&str, &str, Money)> = review
        .clients
        .iter()
        .map(|client| (client.client_id.as_str(), client.name.as_str(), client.features.net_sales))
        .collect();
    all.sort_unstable();
    all
}

fn whole(amount: i64) -> Money {
    Money(amount * Money::SCALE)
}

const ORDERS: &str = "客户名称,日期,金额\n\
    华为技术有限公司,2026-05-01,100\n\
    华为技术（有限公司）,2026-05-02,200\n\
    华为技术有限公司,2026-05-03,50\n\
    Ａｃｍｅ　Ｌｔｄ,2026-05-04,10\n\
    \"ACME Co., Ltd.\",2026-05-05,20\n\
    Acme GmbH,2026-05-06,40\n";

#[test]
fn spellings_of_one_name_are_one_client_without_a_client_file() {
    let review = of(&[("a.csv", ORDERS)], "");
    assert_eq!(
        sales(&review),
        [
            ("ACME Co., Ltd.", "ACME Co., Ltd.", whole(30)),
            ("Acme GmbH", "Acme GmbH", whole(40)),
            ("华为技术有限公司", "华为技术有限公司", whole(350)),
        ]
    );
    let codes: Vec<_> = review.diagnostics.iter().map(|group| (group.code, group.count)).collect();
    assert_eq!(codes, [("client-merged", 2), ("near-duplicate", 1)]);
}

#[test]
fn two_ids_stay_two_clients_and_a_name_finds_its_id() {
    let january = "client id,client name,date,amount\nC1,Acme Ltd,2026-05-01,10\nC2,ACME LTD,2026-05-01,20\nC3,Beta AG,2026-05-01,40\n";
    let february = "client name,date,amount\nbeta,2026-06-01,80\nAcme,2026-06-01,160\n";
    let review = of(&[("1.csv", january), ("2.csv", february)], "");
    assert_eq!(
        sales(&review),
        [
            ("Acme", "Acme", whole(160)),
            ("C1", "Acme Ltd", whole(10)),
            ("C2", "ACME LTD", whole(20)),
            ("C3", "Beta AG", whole(120)),
        ]
    );
}

#[test]
fn a_client_file_tells_what_names_mean() {
    let clients =
        "客户编号,客户名称,别名\n0012,深圳市鸿运达科技有限公司,鸿运达；HYD\n0013,宁波海曙外贸,\n";
    let orders = "客户名称,日期,金额\n深圳市鸿运达科技（有限责任公司）,2026-05-01,1\nhyd,2026-05-01,2\n宁波海曙外贸有限公司,2026-05-01,4\n宁波海署外贸,2026-05-01,8\n12,2026-05-01,16\n";
    let review = of(&[("clients.csv", clients), ("orders.csv", orders)], "");
    assert_eq!(
        sales(&review),
        [
            ("0012", "深圳市鸿运达科技有限公司", whole(3)),
            ("0013", "宁波海曙外贸", whole(4)),
            ("12", "12", whole(16)),
            ("宁波海署外贸", "宁波海署外贸", whole(8)),
        ]
    );
    let suggested: Vec<String> = review
        .diagnostics
        .iter()
        .filter(|group| group.code == "unknown-client")
        .flat_map(|group| &group.details)
        .map(|found| {
            let suggestion = serde_json::to_value(&found.facts["suggestion"]).expect("JSON");
            format!("{} {}", found.cell.as_deref().unwrap_or_default(), suggestion)
        })
        .collect();
    assert_eq!(
        suggested,
        ["12 \"深圳市鸿运达科技有限公司 (0012)\"", "宁波海署外贸 \"宁波海曙外贸 (0013)\""]
    );
}

#[test]
fn groups_take_the_sales_of_their_members_when_asked() {
    let clients = "客户编号,客户名称,上级客户\nG,北方集团,\nC1,北方贸易,G\nC2,北方物流,北方贸易\nC3,南方贸易,\n";
    let orders = "客户编号,日期,金额,单据编号\nC1,2026-05-01,1,A\nC2,2026-05-01,2,A\nC3,2026-05-01,4,B\nG,2026-05-02,8,C\n";
    let files = [("clients.csv", clients), ("orders.csv", orders)];
    assert_eq!(sales(&of(&files, "")).len(), 4);
    let review = of(&files, "rollup = true\n");
    assert_eq!(sales(&review), [("C3", "南方贸易", whole(4)), ("G", "北方集团", whole(11))]);
    assert!(review.diagnostics.iter().any(|group| group.code == "rolled-up"));
}

/// Everything in yuan, and the same in three currencies at rates of each day.
#[test]
fn converted_amounts_equal_those_converted_by_hand() {
    let mixed = "client,date,amount,cost,returned,currency\n\
        A,2026-01-05,1000,700,0,人民币\n\
        A,2026-02-10,100.25,60.1,0,USD\n\
        B,2026-03-10,-33.33,-20,0,US$\n\
        B,2026-03-11,123456.7,100000,500,JPY\n\
        C,2026-03-12,0.0001,0,0,EUR\n\
        C,2026-03-12,12.5,,0,\n";
    // 100.25 × 7.1234 = 714.12085; 60.1 × 7.1234 = 428.11634; −33.33 × 7.15 = −238.3095;
    // 123,456.7 × 4.8235 / 100 = 5,954.9339245; 100,000 × 4.8235 / 100 = 4,823.5; 0.0001 × 7.5 = 0.00075
    let yuan = "client,date,amount,cost,returned\n\
        A,2026-01-05,1000,700,0\n\
        A,2026-02-10,714.1209,428.1163,0\n\
        B,2026-03-10,-238.3095,-143,0\n\
        B,2026-03-11,5954.9339,4823.5,24.1175\n\
        C,2026-03-12,0.0008,0,0\n\
        C,2026-03-12,12.5,,0\n";
    let rates = "币种,日期,汇率,每\nUSD,2026/3/1,7.15,1\n美元,2026/2/1,7.1234,\n日元,2025/12/31,4.8235,100\n";
    let settings = "currency = \"CNY\"\n[rate]\nEUR = 7.5\n";
    let converted = of(&[("a.csv", mixed), ("rates.csv", rates)], settings);
    let by_hand = of(&[("a.csv", yuan)], settings);
    assert_eq!(
        serde_json::to_value(&converted.clients).expect("JSON"),
        serde_json::to_value(&by_hand.clients).expect("JSON")
    );
    assert_eq!(converted.control.amount_used, by_hand.control.amount_used);
    assert_eq!(converted.control.margin_used, by_hand.control.margin_used);
    let originals: Vec<(String, u64, String, String)> = converted
        .control
        .currencies
        .iter()
        .map(|(code, part)| {
            (code.clone(), part.rows, part.amount.to_string(), part.converted.to_string())
        })
        .collect();
    let part = |code: &str, rows, amount: &str, converted: &str| {
        (code.to_owned(), rows, amount.to_owned(), converted.to_owned())
    };
    assert_eq!(
        originals,
        [
            part("EUR", 1, "0.0001", "0.0008"),
            part("JPY", 1, "123456.7", "5954.9339"),
            part("USD", 2, "66.92", "475.8114"),
        ]
    );
}

#[test]
fn no_currency_is_guessed() {
    let bench = Bench::new();
    bench.write("blank.csv", "client,date,amount,currency\nA,2026-01-05,5,USD\nB,2026-01-06,7,\n");
    bench.write("usd.csv", "client,date,amount,currency\nA,2026-01-05,5,USD\n");
    bench.write("dollars.csv", "client,date,amount\nA,2026-01-05,$5\n");
    bench.write(
        "void.csv",
        "client,date,amount,currency,status\nA,2026-01-05,5,EUR,void\nA,2026-01-05,5,USD,paid\n",
    );
    bench
        .kam(&["review", "blank.csv"])
        .code(2)
        .says("USD 5, ? 7")
        .says("no currency in blank.csv:3");
    bench.kam(&["review", "blank.csv", "--currency", "USD"]).code(0);
    bench.kam(&["review", "usd.csv", "--currency", "EUR"]).code(2).says("error[missing-rate]");
    bench.kam(&["check", "usd.csv", "--currency", "EUR"]).code(1).says("error[missing-rate]");
    bench.kam(&["review", "usd.csv"]).code(0);
    bench.kam(&["review", "dollars.csv", "--currency", "HKD"]).code(0);
    bench.kam(&["review", "dollars.csv", "--currency", "CNY"]).code(2).says("error[missing-rate]");
    bench.kam(&["review", "void.csv", "--currency", "USD"]).code(0);
}
