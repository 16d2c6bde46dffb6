//! The files of the workspace, under the headings and in the formats that a user's own exports would have.

use super::catalogue::{INDUSTRIES, LINES, PRODUCTS};
use super::clients::{Client, client_id};
use super::names::{REGIONS, managers};
use super::orders::Order;
use super::story::{AS_OF, Role};
use super::{DemoFile, MARKER};
use crate::locale::{Lang, fill};
use crate::period::Day;

/// Names and headings of the tables.
struct Layout {
    clients: (&'static str, [&'static str; 12]),
    transactions: (&'static str, [&'static str; 10]),
    products: (&'static str, [&'static str; 3]),
    industries: (&'static str, [&'static str; 2]),
    readme: (&'static str, &'static str),
    config: &'static str,
}

const ZH: Layout = Layout {
    clients: (
        "客户.csv",
        [
            "客户编号",
            "客户名称",
            "行业",
            "地区",
            "客户经理",
            "建档日期",
            "年采购预算",
            "需求匹配度",
            "高层互访次数",
            "联合项目数",
            "获奖数",
            "转介绍数",
        ],
    ),
    transactions: (
        "销售明细.csv",
        [
            "单据编号",
            "行号",
            "业务日期",
            "客户编号",
            "产品编码",
            "数量",
            "无税金额",
            "成本金额",
            "回款日期",
            "业务员",
        ],
    ),
    products: ("产品.csv", ["产品编码", "产品名称", "业务线"]),
    industries: ("行业.csv", ["行业", "增长率"]),
    readme: ("说明.md", include_str!("readme.zh.md")),
    config: include_str!("kam.zh.toml"),
};

const EN: Layout = Layout {
    clients: (
        "clients.csv",
        [
            "Client ID",
            "Client name",
            "Industry",
            "Region",
            "Account manager",
            "Client since",
            "Annual demand",
            "Needs fit",
            "Executive visits",
            "Joint projects",
            "Awards",
            "Referrals",
        ],
    ),
    transactions: (
        "transactions.csv",
        [
            "Order ID",
            "Line no",
            "Order date",
            "Client ID",
            "Product",
            "Quantity",
            "Net amount",
            "Cost",
            "Paid date",
            "Salesperson",
        ],
    ),
    products: ("products.csv", ["Product", "Product name", "Business line"]),
    industries: ("industries.csv", ["Industry", "Growth"]),
    readme: ("README.md", include_str!("readme.en.md")),
    config: include_str!("kam.en.toml"),
};

/// All files.
pub(super) fn files(lang: Lang, clients: &[Client], orders: &[Order]) -> Vec<DemoFile> {
    let layout = match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    };
    let as_of = [("as_of", AS_OF.to_string())];
    vec![
        table(lang, layout.clients.0, &layout.clients.1, client_rows(lang, clients)),
        table(lang, layout.transactions.0, &layout.transactions.1, order_rows(lang, orders)),
        table(lang, layout.products.0, &layout.products.1, product_rows(lang)),
        table(lang, layout.industries.0, &layout.industries.1, industry_rows(lang)),
        text("kam.toml", &format!("{MARKER}\n{}", fill(layout.config, &as_of))),
        text(layout.readme.0, &fill(layout.readme.1, &cast(clients))),
    ]
}

/// Text with the same line ends whatever the checkout of the sources made of them.
fn text(name: &str, content: &str) -> DemoFile {
    DemoFile { name: name.to_owned(), bytes: content.replace('\r', "").into_bytes() }
}

/// A table as a spreadsheet program saves it; in Chinese with the mark by which Excel knows the encoding.
pub(super) fn table<const N: usize>(
    lang: Lang,
    name: &str,
    headings: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> DemoFile {
    let start = match lang {
        Lang::Zh => "\u{feff}".as_bytes().to_vec(),
        Lang::En => Vec::new(),
    };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(start);
    // Rows of one width into memory: there is nothing that could fail.
    let _ = writer.write_record(headings);
    for row in rows {
        let _ = writer.write_record(&row);
    }
    DemoFile { name: name.to_owned(), bytes: writer.into_inner().unwrap_or_default() }
}

fn client_rows(lang: Lang, clients: &[Client]) -> impl Iterator<Item = [String; 12]> {
    clients.iter().enumerate().map(move |(position, client)| {
        [
            client_id(position),
            client.name.clone(),
            INDUSTRIES[client.industry].name.get(lang).to_owned(),
            REGIONS[client.region].name(lang).to_owned(),
            if client.owned { managers(lang)[client.manager].to_owned() } else { String::new() },
            day(lang, client.since),
            or_blank(client.demand),
            or_blank(client.fit),
            client.visits.to_string(),
            client.joint.to_string(),
            client.awards.to_string(),
            client.referrals.to_string(),
        ]
    })
}

fn order_rows(lang: Lang, orders: &[Order]) -> impl Iterator<Item = [String; 10]> {
    let mut numbers = Numbers::default();
    orders.iter().flat_map(move |order| {
        let id = numbers.next(lang, order);
        order.items.iter().enumerate().map(move |(place, item)| {
            [
                id.clone(),
                (place + 1).to_string(),
                day(lang, order.date),
                client_id(order.client),
                PRODUCTS[item.product].code(item.product),
                item.quantity.to_string(),
                cents(item.amount),
                item.cost.map_or_else(String::new, cents),
                order.paid.map_or_else(String::new, |paid| day(lang, paid)),
                managers(lang)[order.person].to_owned(),
            ]
        })
    })
}

fn product_rows(lang: Lang) -> impl Iterator<Item = [String; 3]> {
    PRODUCTS.iter().enumerate().map(move |(position, product)| {
        [
            product.code(position),
            product.name.get(lang).to_owned(),
            LINES[product.line].name.get(lang).to_owned(),
        ]
    })
}

fn industry_rows(lang: Lang) -> impl Iterator<Item = [String; 2]> {
    INDUSTRIES
        .iter()
        .map(move |industry| [industry.name.get(lang).to_owned(), industry.growth.to_owned()])
}

/// Numbers of documents: by day in Chinese, running in English, as the programs of either world do.
#[derive(Default)]
pub(super) struct Numbers {
    day: Option<Day>,
    orders: u32,
    credits: u32,
}

impl Numbers {
    /// The number of the next order; orders come by day.
    pub(super) fn next(&mut self, lang: Lang, order: &Order) -> String {
        if lang == Lang::Zh && self.day != Some(order.date) {
            *self = Self { day: Some(order.date), ..Self::default() };
        }
        let count = if order.credit { &mut self.credits } else { &mut self.orders };
        *count += 1;
        let (year, month, date) = order.date.ymd();
        match (lang, order.credit) {
            (Lang::Zh, false) => format!("XS{year}{month:02}{date:02}-{count:03}"),
            (Lang::Zh, true) => format!("XT{year}{month:02}{date:02}-{count:03}"),
            (Lang::En, false) => format!("SO-{}", 10_400 + *count),
            (Lang::En, true) => format!("CN-{}", 2_100 + *count),
        }
    }
}

/// The clients of the story, by the names under which the read-me speaks of them.
fn cast(clients: &[Client]) -> Vec<(&'static str, String)> {
    const NAMES: [(&str, Role, usize); 10] = [
        ("first", Role::Anchor, 0),
        ("second", Role::Anchor, 1),
        ("rising", Role::Rising, 0),
        ("project", Role::Project, 0),
        ("slow", Role::Slow, 0),
        ("silent", Role::Silent, 0),
        ("fading", Role::Fading, 0),
        ("squeezed", Role::Squeezed, 0),
        ("unvisited", Role::Unvisited, 0),
        ("narrow", Role::Narrow, 0),
    ];
    let mut by_size: Vec<&Client> = clients.iter().collect();
    by_size.sort_by_key(|client| client.rank);
    NAMES
        .iter()
        .filter_map(|(name, role, place)| {
            let client = by_size.iter().filter(|client| client.role == *role).nth(*place)?;
            Some((*name, client.name.clone()))
        })
        .collect()
}

/// A day as an export of the language writes it.
pub(super) fn day(lang: Lang, day: Day) -> String {
    let (year, month, date) = day.ymd();
    match lang {
        Lang::Zh => format!("{year}/{month}/{date}"),
        Lang::En => day.to_string(),
    }
}

/// An amount with two decimals.
pub(super) fn cents(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let magnitude = cents.unsigned_abs();
    format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100)
}

fn or_blank(number: Option<i64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}
