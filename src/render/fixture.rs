//! A small review, made up, for the tests of the renderers.

mod portfolio;

use std::collections::BTreeMap;

use thin_vec::thin_vec;

use crate::config::{Config, Policy};
use crate::diagnostic::{Diagnostic, Fact, Origin, Severity};
use crate::features::{ClientFeatures, Stage};
use crate::money::Money;
use crate::period::{Day, Windows};
use crate::review::{
    AsOfFrom, Client, ColumnReport, Concentration, Control, DiagnosticGroup, FindingRow,
    InCurrency, InputReport, Judged, LeftOut, Marks, Month, Review, RiskLevel, Scale, TierRow,
    Totals,
};
use crate::signal::Level;
use crate::tier::Tier;

/// Id, name, account manager, tier, score, net sales, net sales the year before.
type Row = (&'static str, &'static str, Option<&'static str>, Option<Tier>, f64, i64, i64);

const ROWS: [Row; 14] = [
    (
        "00017",
        "深圳市鸿运达科技有限公司",
        Some("王芳"),
        Some(Tier::Strategic),
        84.2,
        5_284_000,
        4_900_000,
    ),
    (
        "C-0002",
        "Northwind Trading GmbH",
        Some("Li Wei"),
        Some(Tier::Core),
        74.0,
        3_968_400,
        5_120_000,
    ),
    ("C-0003", "宁波海曙外贸集团", Some("王芳"), Some(Tier::Core), 66.1, 2_611_200, 2_400_000),
    ("C-0004", "=HYPERLINK(\"http://x\")", None, Some(Tier::Potential), 61.5, 1_840_000, 1_210_000),
    (
        "C-0005",
        "Acme Industrial Supplies and Services (Shanghai) Co., Ltd.",
        Some("Li Wei"),
        Some(Tier::Potential),
        57.9,
        1_502_000,
        1_498_000,
    ),
    (
        "C-0006",
        "成都市蜀兴机械制造有限责任公司西南分公司",
        Some("赵敏"),
        Some(Tier::Standard),
        48.8,
        980_000,
        1_100_000,
    ),
    ("C-0007", "Baltic Timber OÜ", Some("赵敏"), Some(Tier::Standard), 44.0, 760_500, 610_000),
    ("C-0008", "广州启明电子", Some("王芳"), Some(Tier::Standard), 39.3, 540_000, 0),
    ("C-0009", "Contoso", None, Some(Tier::Standard), 33.0, 322_000, 410_000),
    ("C-0010", "青岛远洋物流", Some("赵敏"), Some(Tier::Standard), 28.7, 145_000, 160_000),
    ("C-0011", "Fabrikam Project Office", Some("Li Wei"), Some(Tier::Standard), 22.2, 98_000, 0),
    ("C-0012", "杭州云帆", None, Some(Tier::Standard), 15.6, 41_250, 52_000),
    ("C-0013", "天津旧港贸易", Some("王芳"), None, 12.0, -12_500, 812_000),
    ("C-0014", "Wide World Importers", None, None, 0.0, 0, 0),
];

const METRICS: [(&str, f64); 10] = [
    ("net_sales", 20.0),
    ("margin", 20.0),
    ("business_lines", 10.0),
    ("needs_fit", 10.0),
    ("joint_work", 5.0),
    ("executive_contact", 5.0),
    ("growth", 12.0),
    ("industry_growth", 8.0),
    ("headroom", 6.0),
    ("referrals", 4.0),
];

fn day(text: &str) -> Day {
    Day::parse_iso(text).expect(text)
}

fn money(amount: i64) -> Money {
    Money(amount * Money::SCALE)
}

/// The review of 30 June 2026.
pub(crate) fn review() -> Review {
    let as_of = day("2026-06-30");
    let mut clients: Vec<Client> = ROWS.iter().enumerate().map(client).collect();
    findings(&mut clients);
    let sum = |of: fn(&Row) -> i64| money(ROWS.iter().map(of).sum());
    let config: Config = toml::from_str(crate::config::DEFAULT).expect("default.toml");
    let anchors = config.score.anchors.clone();
    Review {
        schema_version: crate::review::SCHEMA_VERSION,
        kam_version: "0.1.0",
        as_of,
        as_of_from: AsOfFrom::Data,
        period: "2026Q2".to_owned(),
        windows: Windows::at(as_of),
        currency: "CNY".to_owned(),
        policy: Policy::Rank,
        model_coverage: 96.0,
        scope: None,
        totals: Totals {
            clients: 14,
            active: 12,
            dormant: 1,
            lost: 0,
            prospects: 1,
            net_sales: sum(|row| row.5),
            net_sales_prior: sum(|row| row.6),
            dormant_sales_prior: money(812_000),
            at_risk_clients: 5,
            at_risk_sales: money(5_284_000 + 3_968_400 + 2_611_200 + 980_000),
            avg_score: Some(47.9),
            overridden: 0,
            snoozed: 0,
            kept: 0,
        },
        control: control(),
        anchors: METRICS
            .iter()
            .filter_map(|(metric, _)| Some((*metric, anchors.get(*metric)?.clone())))
            .chain([(
                "net_sales",
                vec![(0.0, 0.0), (41_250.0, 10.0), (870_250.5, 50.0), (5_284_000.0, 100.0)],
            )])
            .collect(),
        scale: Scale::Calibrated,
        weights: METRICS.to_vec(),
        tiers: Tier::ALL.into_iter().map(tier).collect(),
        actions: vec![0, 1, 2, 12, 5, 10],
        movement: None,
        concentration: Concentration {
            top5: Some(0.841),
            top10: Some(0.989),
            top20: Some(1.0),
            top_20_percent: Some(0.656),
            top_20_percent_margin: Some(0.71),
            clients_to_80_percent: Some(5),
            hhi: Some(0.17),
        },
        portfolio: Some(Box::new(portfolio::figures(&clients))),
        clients,
        monthly: months(),
        judged: vec![
            Judged { code: "order_overdue", clients: 12, fired: 3 },
            Judged { code: "sales_down", clients: 10, fired: 2 },
        ],
        top_tier_empty: None,
        mentions: Vec::new(),
        diagnostics: diagnostics(),
        inputs: inputs(),
        config,
        config_sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
            .to_owned(),
    }
}

fn client((index, row): (usize, &Row)) -> Client {
    let (id, name, owner, tier, score, net, prior) = *row;
    let active = tier.is_some();
    // Every metric adds its weight's share of the score; one client lacks data for referrals.
    let lacks = if index == 3 { "referrals" } else { "" };
    let known: Vec<(&'static str, f64)> =
        METRICS.iter().copied().filter(|(metric, _)| *metric != lacks).collect();
    let weight: f64 = known.iter().map(|(_, weight)| weight).sum();
    Client {
        client_id: id.to_owned(),
        name: name.to_owned(),
        owner: owner.map(ToOwned::to_owned),
        industry: None,
        region: None,
        stage: match (active, index) {
            (true, 7 | 10) => Stage::New,
            (true, _) if net * 10 >= prior * 11 => Stage::Growing,
            (true, _) if net * 10 <= prior * 9 => Stage::Declining,
            (true, _) => Stage::Steady,
            (false, 12) => Stage::Dormant,
            (false, _) => Stage::Prospect,
        },
        active,
        rank: active.then_some(index + 1),
        score: (index < 13).then_some(score),
        segment: None,
        coverage: if index == 3 { 95.8 } else { 100.0 },
        groups: crate::score::ByGroup([Some(score); 3]),
        values: crate::score::ByMetric::default(),
        points: known.iter().map(|(metric, _)| (*metric, score)).collect(),
        adds: known.iter().map(|(metric, share)| (*metric, score * share / weight)).collect(),
        features: Box::new(ClientFeatures {
            net_sales: money(net),
            net_sales_prior: money(prior),
            growth: (prior > 0).then(|| net as f64 / prior as f64 - 1.0),
            margin_rate: (index % 5 != 4).then_some(0.31 - 0.02 * index as f64),
            pay_days: (index < 12).then_some(28.5 + 9.0 * index as f64),
            days_since_last_order: (index < 13).then_some(if index == 12 { 401 } else { 74 }),
            order_gap_median: (index < 7).then_some(21.0),
            sales_adjusted: Some(net as f64),
            lines: Some(3),
            ..ClientFeatures::default()
        }),
        tier,
        band: tier,
        band_raw: tier,
        share_band: tier,
        tier_computed: tier,
        given: None,
        tier_previous: tier.map(|tier| if index == 1 { Tier::Strategic } else { tier }),
        movement: tier.map(|_| if index == 1 { "down" } else { "same" }),
        since: None,
        caps: if index == 10 { thin_vec!["pay_days", "new"] } else { thin_vec![] },
        conditions_failed: if index == 1 {
            thin_vec!["strategic:business_lines".to_owned()]
        } else {
            thin_vec![]
        },
        to_confirm: if index == 3 { thin_vec!["needs_fit", "coverage"] } else { thin_vec![] },
        one_off: index == 10,
        rising: index == 6,
        signals: thin_vec![],
        snoozed: thin_vec![],
        risk: 0.0,
        risk_level: RiskLevel::None,
        priority: 0.0,
        next_step: None,
        due: None,
        follow_up: None,
        marks: Marks::default(),
        loss_impact: None,
        monthly: (0..12_i64)
            .map(|month| money(net / 12 + net / 60 * ((month * 5) % 7 - 3)))
            .collect(),
    }
}

fn finding(code: &'static str, level: Level, evidence: &[(&'static str, Fact)]) -> FindingRow {
    FindingRow {
        code,
        level,
        evidence: evidence.iter().cloned().collect(),
        first_seen: day(if level == Level::High { "2026-06-30" } else { "2026-03-31" }),
    }
}

fn findings(clients: &mut [Client]) {
    let overdue = |days, gap| [("days", Fact::Int(days)), ("gap", Fact::Number(gap))];
    let found = [
        (
            0,
            RiskLevel::High,
            0.72,
            vec![
                finding("order_overdue", Level::High, &overdue(74, 21.0)),
                finding("sales_down", Level::Medium, &[("change", Fact::Share(0.482))]),
            ],
        ),
        (
            1,
            RiskLevel::Medium,
            0.37,
            vec![
                finding("sales_down", Level::Medium, &[("change", Fact::Share(0.512))]),
                finding(
                    "payment_slower",
                    Level::Low,
                    &[("days", Fact::Number(93.0)), ("days_prior", Fact::Number(62.4))],
                ),
            ],
        ),
        (
            2,
            RiskLevel::Medium,
            0.3,
            vec![finding(
                "margin_down",
                Level::Medium,
                &[("rate", Fact::Share(0.182)), ("rate_prior", Fact::Share(0.301))],
            )],
        ),
        (
            5,
            RiskLevel::Medium,
            0.51,
            vec![
                finding(
                    "orders_down",
                    Level::Medium,
                    &[("orders", Fact::Int(2)), ("usual", Fact::Number(5.7))],
                ),
                finding(
                    "returns_up",
                    Level::Medium,
                    &[("rate", Fact::Share(0.08)), ("rate_prior", Fact::Share(0.02))],
                ),
                finding(
                    "lines_down",
                    Level::Low,
                    &[("lines", Fact::Int(2)), ("lines_prior", Fact::Int(3))],
                ),
            ],
        ),
        (
            10,
            RiskLevel::Low,
            0.1,
            vec![finding("order_silence", Level::Low, &[("days", Fact::Int(119))])],
        ),
        (
            12,
            RiskLevel::High,
            0.6,
            vec![finding("order_silence", Level::High, &[("days", Fact::Int(401))])],
        ),
    ];
    for (at, level, risk, signals) in found {
        let client = &mut clients[at];
        let sales = client.features.net_sales.max(client.features.net_sales_prior);
        client.risk = risk;
        client.risk_level = level;
        client.priority = sales.to_f64() * risk;
        client.next_step = crate::signal::SIGNALS
            .iter()
            .find(|signal| signal.code() == signals[0].code)
            .map(|signal| signal.action());
        client.due = Some(day("2026-07-01"));
        client.signals = signals.into();
    }
}

fn tier(tier: Tier) -> TierRow {
    let rows: Vec<&Row> = ROWS.iter().filter(|row| row.3 == Some(tier)).collect();
    let net = rows.iter().map(|row| row.5).sum::<i64>();
    let prior = rows.iter().map(|row| row.6).sum::<i64>();
    let all = ROWS.iter().map(|row| row.5).sum::<i64>();
    TierRow {
        tier,
        clients: rows.len(),
        net_sales: money(net),
        net_sales_prior: money(prior),
        share: Some(net as f64 / all as f64),
        change: Some(net as f64 / prior as f64 - 1.0),
        avg_score: Some(rows.iter().map(|row| row.4).sum::<f64>() / rows.len() as f64),
        at_risk: [1, 2, 0, 1][tier as usize],
    }
}

fn months() -> Vec<Month> {
    let first = day("2024-07-01");
    (0..24)
        .map(|month| {
            let from = first.plus_months(month);
            let wave = [3, 5, 4, 6, 7, 9, 2, 1, 4, 5, 6, 4][month as usize % 12];
            let net_sales = money(900_000 + 110_000 * wave + 9_500 * i64::from(month));
            Month { from, to: first.plus_months(month + 1).plus_days(-1), net_sales }
        })
        .collect()
}

fn control() -> Control {
    Control {
        margin_used: Money::ZERO,
        rows_in_file: 12_345,
        rows_used: 12_338,
        rows_left_out: 7,
        amount_in_file: Money(180_809_852_500),
        amount_used: Money(180_798_500_000),
        amount_left_out: Money(11_352_500),
        currencies: BTreeMap::from([(
            "USD".to_owned(),
            InCurrency { rows: 310, amount: Money(412_500_000), converted: Money(2_937_000_000) },
        )]),
        by_reason: BTreeMap::from([
            ("type-error", LeftOut { rows: 4, amount: Money::ZERO }),
            ("after-as-of", LeftOut { rows: 3, amount: Money(11_352_500) }),
        ]),
    }
}

fn diagnostics() -> Vec<DiagnosticGroup> {
    let at = |row, column, heading: &str| Origin {
        sheet: Some("明细".to_owned()),
        row: Some(row),
        column: Some(column),
        heading: Some(heading.to_owned()),
        ..Origin::file("exports/交易明细 2026.xlsx")
    };
    vec![
        DiagnosticGroup {
            code: "type-error",
            severity: Severity::Error,
            count: 4,
            details: vec![
                Diagnostic::error("type-error", at(412, 4, "金额（元）")).with_cell("壹万贰仟"),
                Diagnostic::error("type-error", at(518, 4, "金额（元）")).with_cell("=1+1"),
            ],
        },
        DiagnosticGroup {
            code: "unknown-client",
            severity: Severity::Warning,
            count: 1,
            details: vec![
                Diagnostic::warning("unknown-client", at(77, 1, "客户编号")).with_cell("00099"),
            ],
        },
    ]
}

fn inputs() -> Vec<InputReport> {
    let column = |heading: &str, field, reading: Option<&str>| ColumnReport {
        heading: heading.to_owned(),
        field,
        reading: reading.map(ToOwned::to_owned),
    };
    let hash = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    vec![
        InputReport {
            file: "exports/交易明细 2026.xlsx".to_owned(),
            sheet: Some("明细".to_owned()),
            format: "xlsx",
            sha256: Some(hash.to_owned()),
            table: Some("transactions"),
            unused: None,
            rows: 12_345,
            header_row: Some(3),
            encoding: None,
            delimiter: None,
            columns: vec![
                column("日期", Some("date"), Some("ymd")),
                column("客户编号", Some("client"), None),
                column("金额（元）", Some("amount"), Some("decimal-point")),
                column("备注", None, None),
            ],
        },
        InputReport {
            file: "exports/clients.csv".to_owned(),
            sheet: None,
            format: "csv",
            sha256: Some(hash.to_owned()),
            table: Some("clients"),
            unused: None,
            rows: 14,
            header_row: Some(1),
            encoding: Some("GB18030".to_owned()),
            delimiter: Some("\t".to_owned()),
            columns: vec![column("名称", Some("name"), None)],
        },
        InputReport {
            file: "exports/交易明细 2026.xlsx".to_owned(),
            sheet: Some("说明".to_owned()),
            format: "xlsx",
            sha256: Some(hash.to_owned()),
            table: None,
            unused: Some("no-table"),
            rows: 4,
            header_row: None,
            encoding: None,
            delimiter: None,
            columns: Vec::new(),
        },
    ]
}
