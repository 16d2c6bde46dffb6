//! Figures of the portfolio: against an independent calculation, against tables small enough to count by hand, and
//! against the totals.

use std::fs;
use std::sync::Arc;

use kam::features::{DealOutcome, Urgency};
use kam::money::Money;
use kam::period::Day;
use kam::review::portfolio::{Cohort, Figures, LineName, OwnerRow, Span};
use kam::review::{Client, Context, Review, review};
use kam::source::{Input, Place};

use crate::support::{TODAY, loaded, reviewed, testdata};

fn input(name: &str, text: &str) -> Input {
    Input { name: name.to_owned(), place: Place::Memory(Arc::from(text.as_bytes().to_vec())) }
}

fn set(name: &str, as_of: &str) -> Review {
    let inputs: Vec<Input> = ["clients.csv", "transactions.csv", "industries.csv"]
        .iter()
        .map(|file| {
            let path = testdata("conformance").join(name).join(file);
            input(file, &fs::read_to_string(path).expect("data"))
        })
        .collect();
    reviewed(&inputs, &format!("as_of = \"{as_of}\"\n"), 2)
}

fn figures(review: &Review) -> &Figures {
    review.portfolio.as_deref().expect("asked for")
}

#[track_caller]
fn close(found: Option<f64>, expected: f64) {
    let found = found.expect("known");
    assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
}

/// What the figures of a cohort come to: clients and sales, period by period.
fn shown(cohort: &Cohort) -> Vec<(usize, String)> {
    let shown = cohort.periods.iter().map(|period| (period.clients, period.net_sales.to_string()));
    shown.collect()
}

/// The numbers are those of a script that knows nothing of this program.
#[test]
fn agrees_with_an_independent_calculation() {
    let review = set("small", "2026-09-30");
    let figures = figures(&review);

    let kept = &figures.retention;
    assert_eq!((kept.active_prior, kept.retained, kept.repurchasing), (Some(39), Some(36), 41));
    assert_eq!(kept.sales_prior.expect("known").to_string(), "7805017.62");
    assert_eq!(kept.sales_kept.expect("known").to_string(), "5935270.72");
    close(kept.retention_rate, 36.0 / 39.0);
    close(kept.churn_rate, 3.0 / 39.0);
    close(kept.net_revenue_retention, 0.760_442_962_331_198_5);
    close(kept.gross_revenue_retention, 0.688_407_633_601_216_6);
    close(kept.repurchase_rate, 41.0 / 42.0);

    let cohorts = figures.cohorts.as_ref().expect("three years");
    assert_eq!(cohorts.span, Span::Year);
    let sales = |rows: &[(usize, &str)]| -> Vec<(usize, String)> {
        rows.iter().map(|(clients, sales)| (*clients, (*sales).to_owned())).collect()
    };
    let rows: Vec<_> = cohorts.rows.iter().map(|row| (row.clients, shown(row))).collect();
    assert_eq!(rows[0], (33, sales(&[(33, "6137655.8"), (31, "7590365.86"), (31, "5870158.92")])));
    assert_eq!(rows[1], (8, sales(&[(8, "214651.76"), (5, "65111.8")])));
    assert_eq!(rows[2], (6, sales(&[(6, "746629.31")])));

    let owners: Vec<_> = figures
        .owners
        .rows
        .iter()
        .map(|row| {
            let sales = (row.net_sales.to_string(), row.net_sales_prior.to_string());
            (row.owner.as_deref(), row.clients, row.active, sales)
        })
        .collect();
    let sales = |now: &str, before: &str| (now.to_owned(), before.to_owned());
    assert_eq!(owners[0], (Some("韩梅梅"), 15, 12, sales("2765673.82", "2828168.83")));
    assert_eq!(owners[1], (Some("李雷"), 10, 9, sales("979317.24", "1389561.23")));
    assert_eq!(owners[2], (Some("王芳"), 11, 9, sales("699746.74", "459410.68")));
    assert_eq!(owners[3], (None, 12, 12, sales("2237162.23", "3127876.88")), "nobody comes last");

    let gaps = figures.whitespace.as_ref().expect("four lines");
    let lines: Vec<_> = gaps
        .lines
        .iter()
        .map(|line| {
            let amounts = [line.gross_sales, line.median_sales, line.potential];
            let amounts = amounts.map(|amount| amount.to_string()).join(" ");
            (line.line.as_str(), line.buyers, line.non_buyers, amounts)
        })
        .collect();
    assert_eq!(lines[0], ("软件", 6, 36, "55747.5 6009.625 216346.5".to_owned()));
    assert_eq!(lines[1], ("服务", 18, 24, "369475.29 7203.875 172893".to_owned()));
    assert_eq!(lines[2], ("备件", 30, 12, "1792701.44 8262.86 99154.32".to_owned()));
    assert_eq!(lines[3], ("整线设备", 41, 1, "4585689.09 14243.62 14243.62".to_owned()));
    let missing = |id: &str| -> Vec<&str> {
        let client = gaps.clients.iter().find(|client| client.client_id == id).expect(id);
        client.missing.iter().map(LineName::as_str).collect()
    };
    assert_eq!(missing("C001"), ["整线设备", "软件"]);
    assert_eq!(missing("C002"), ["备件", "服务", "软件"]);
    assert_eq!(missing("C005"), ["服务", "软件"]);

    let held = &review.concentration;
    assert_eq!(held.clients_to_80_percent, Some(10));
    close(held.top_20_percent_margin, 0.830_428_219_894_964_6);
    close(figures.pareto[0].sales_share, 0.648_022_317_089_350_3);
    close(figures.pareto[4].sales_share, 0.960_637_902_569_757_6);
    close(figures.pareto[9].sales_share, 1.0);
}

#[test]
fn parts_add_up_to_the_totals() {
    for (name, as_of) in [
        ("small", "2026-09-30"),
        ("tiny", "2026-02-28"),
        ("edge", "2024-02-29"),
        ("variant", "2024-02-29"),
    ] {
        let review = set(name, as_of);
        let (figures, totals) = (figures(&review), &review.totals);
        let stages = &figures.stages;
        assert_eq!(stages.iter().map(|row| row.clients).sum::<usize>(), totals.clients, "{name}");
        assert_eq!(stages.iter().map(|row| row.net_sales).sum::<Money>(), totals.net_sales);

        let (rows, total) = (&figures.owners.rows, &figures.owners.total);
        let sum = |of: fn(&OwnerRow) -> usize| rows.iter().map(of).sum();
        let counts: [usize; 4] = [
            sum(|row| row.clients),
            sum(|row| row.active),
            sum(|row| row.at_risk_clients),
            sum(|row| row.actions),
        ];
        assert_eq!(
            counts,
            [totals.clients, totals.active, totals.at_risk_clients, review.actions.len()]
        );
        assert_eq!(counts, [total.clients, total.active, total.at_risk_clients, total.actions]);
        let sales: Money = rows.iter().map(|row| row.net_sales).sum();
        let prior: Money = rows.iter().map(|row| row.net_sales_prior).sum();
        let at_risk: Money = rows.iter().map(|row| row.at_risk_sales).sum();
        assert_eq!((sales, total.net_sales), (totals.net_sales, totals.net_sales));
        assert_eq!(
            (prior, total.net_sales_prior),
            (totals.net_sales_prior, totals.net_sales_prior)
        );
        assert_eq!((at_risk, total.at_risk_sales), (totals.at_risk_sales, totals.at_risk_sales));
        for tier in &review.tiers {
            assert_eq!(
                rows.iter().map(|row| row.tiers.get(tier.tier)).sum::<usize>(),
                tier.clients
            );
        }

        let answers = figures.key_accounts.key_account;
        assert_eq!(answers.yes + answers.no + answers.unknown, totals.active);

        let ordered = |client: &&Client| client.features.first_order.is_some();
        let ordered = review.clients.iter().filter(ordered).count();
        let Some(cohorts) = &figures.cohorts else { continue };
        assert_eq!(cohorts.rows.iter().map(|row| row.clients).sum::<usize>(), ordered, "{name}");
        let last = cohorts.rows.iter().filter_map(|row| row.periods.last());
        assert!(last.clone().map(|period| period.clients).sum::<usize>() >= totals.active.min(1));
        if cohorts.span == Span::Year {
            assert_eq!(last.map(|period| period.clients).sum::<usize>(), totals.active, "{name}");
        }
    }
}

const SALES: &str = "client_id,date,amount,business_line,order_id\n\
    C1,2025-01-10,1000,Machines,1\nC1,2025-09-10,1500,Machines,2\n\
    C2,2025-02-10,2000,Machines,3\nC2,2026-01-15,500,Software,4\n\
    C3,2025-03-10,400,Machines,5\n\
    C4,2026-02-10,300,,6\n";
const CLIENTS: &str = "client_id,name,owner\n\
    C1,One,Ann\nC2,Two,Ann\nC3,Three,Bob\nC4,Four,\nC5,Five,Bob\n";

fn with(tables: &[(&str, &str)]) -> Review {
    let mut inputs = vec![input("sales.csv", SALES), input("clients.csv", CLIENTS)];
    inputs.extend(tables.iter().map(|(name, text)| input(name, text)));
    reviewed(&inputs, "as_of = \"2026-06-30\"\ncurrency = \"EUR\"\n", 1)
}

/// What is not in the data is nobody's zero.
#[test]
fn what_the_data_does_not_tell_is_unknown() {
    let review = with(&[]);
    let found = figures(&review);
    assert!(found.funnel.is_none() && found.loyalty.is_none() && found.service.is_none());
    assert!(found.renewals.is_none() && found.replies.is_none());
    let owners = &found.owners;
    assert_eq!((owners.contacts_window, owners.total.contacts_made), (None, None));
    assert_eq!(owners.rows.last().and_then(|row| row.overloaded), None, "nobody is not overloaded");
    // The data begins 193 days after the year before does.
    let kept = &found.retention;
    assert_eq!((kept.active_prior, kept.net_revenue_retention), (None, None));
    assert_eq!((kept.repurchasing, kept.repurchase_rate), (0, Some(0.0)));
    assert_eq!(found.cohorts.as_ref().map(|cohorts| cohorts.span), Some(Span::Quarter));
    // C4 names no line: it is not judged.
    let gaps = found.whitespace.as_ref().expect("two lines");
    assert_eq!(gaps.judged, 2);
    assert_eq!(gaps.clients[0].missing[0].as_str(), "Software");
    assert_eq!(
        gaps.matrix[0].sales.iter().map(|sales| sales.0).collect::<Vec<_>>(),
        [15_000_000, 0]
    );
    assert_eq!(review.concentration.top_20_percent_margin, None);
}

#[test]
fn json_has_them_on_the_terminal_and_in_a_file() {
    let bench = crate::support::Bench::with("tiny");
    let files = ["clients.csv", "transactions.csv", "industries.csv"];
    let run =
        bench.kam(&[&["review", "--as-of", "2026-02-28", "--format", "json"], &files[..]].concat());
    let json: serde_json::Value = serde_json::from_str(&run.code(0).out).expect("JSON");
    assert!(json["portfolio"]["owners"]["rows"].is_array());
    let run = bench
        .kam(&[&["review", "--as-of", "2026-02-28", "-q", "-o", "r.json"], &files[..]].concat());
    run.code(0);
    let written: serde_json::Value =
        serde_json::from_slice(&fs::read(bench.at("r.json")).expect("written")).expect("JSON");
    assert_eq!(written["portfolio"], json["portfolio"]);
}

/// Runs that only show lists are spared the work.
#[test]
fn nothing_is_computed_that_nobody_shows() {
    let (loaded, config) = loaded(&[input("sales.csv", SALES)], "currency = \"EUR\"\n", 1);
    let today = Day::parse_iso(TODAY).expect("a day");
    let context = Context { today, threads: 1, portfolio: false };
    assert!(review(loaded, &config, context).expect("a review").portfolio.is_none());
}

#[test]
fn deals_are_a_funnel() {
    let review = with(&[(
        "deals.csv",
        "Client ID,Deal Name,Stage,Deal amount,Probability,Expected close date,Competitor,Created on\n\
         C1,a,Proposal,100,40%,2026-09-30,,2026-01-05\n\
         C1,b,proposal,300,60%,2026-06-01,Rivaltec,2026-01-05\n\
         C2,c,Qualification,1000,10%,2026-09-30,,2026-01-05\n\
         C2,d,Qualification,,10%,2026-09-30,,2026-01-05\n\
         C3,e,Closed won,200,100%,2026-03-31,Rivaltec,2026-01-05\n\
         C3,f,Closed lost,600,0%,2026-03-31,rivaltec,2026-01-05\n\
         C3,g,Proposal,999,50%,2026-12-31,,2026-07-01\n",
    )]);
    let funnel = figures(&review).funnel.as_ref().expect("deals");
    let stages: Vec<_> = funnel
        .stages
        .iter()
        .map(|row| {
            (row.stage.as_deref(), row.outcome, row.deals.count, row.deals.weighted.0 / 10_000)
        })
        .collect();
    assert_eq!(
        stages,
        [
            (Some("Qualification"), DealOutcome::Open, 2, 100),
            (Some("Proposal"), DealOutcome::Open, 2, 220),
            (Some("Closed won"), DealOutcome::Won, 1, 200),
            (Some("Closed lost"), DealOutcome::Lost, 1, 0),
        ]
    );
    assert_eq!((funnel.open.count, funnel.open.without_amount, funnel.past_close), (4, 1, 1));
    assert_eq!(funnel.open.amount.0, 14_000_000);
    assert_eq!((funnel.win_rate, funnel.win_rate_amount), (Some(0.5), Some(0.25)));
    let rival = &funnel.competitors[0];
    assert_eq!(
        (rival.competitor.as_str(), rival.open, rival.won, rival.lost),
        ("Rivaltec", 1, 1, 1)
    );
}

#[test]
fn answers_and_feedback_are_counted() {
    let review = with(&[(
        "feedback.csv",
        "Client ID,Opened on,Feedback kind,Severity,CSAT,NPS,Responded on,Resolved on\n\
         C1,2025-12-01,Survey,,3,4,,\nC1,2026-05-01,Survey,,5,10,,\n\
         C2,2024-05-01,Survey,,4,6,,\nC3,2026-05-01,Survey,,2,8,,\nC4,2026-07-05,Survey,,1,0,,\n\
         C1,2026-01-01,Complaint,High,,,2026-01-01,2026-01-02\n\
         C1,2026-02-01,Complaint,High,,,2026-02-03,2026-02-04\n\
         C2,2026-06-20,Complaint,Medium,,,2026-06-21,\n\
         C3,2026-06-28,Question,Low,,,,\n\
         C3,2025-01-01,Question,Low,,,,\n",
    )]);
    let found = figures(&review);
    let said = found.loyalty.as_ref().expect("answers");
    // Last answers: 10, 6, 8; that of July is not known yet.
    assert_eq!((said.nps_answers, said.promoters, said.detractors), (3, 1, 1));
    assert_eq!((said.nps, said.csat_mean), (Some(0.0), Some(11.0 / 3.0)));
    assert_eq!(said.csat_satisfied, Some(2.0 / 3.0));
    assert_eq!((said.referrals_known, said.referral_rate), (0, None));
    let service = found.service.as_ref().expect("complaints");
    assert_eq!((service.opened, service.open, service.responded, service.resolved), (4, 3, 3, 2));
    assert_eq!(
        (service.response_days_median, service.resolution_days_median),
        (Some(1.0), Some(2.0))
    );
    let on_time: Vec<_> = service
        .on_time
        .iter()
        .map(|row| (row.severity, row.judged, row.on_time, row.open, row.overdue))
        .collect();
    assert_eq!(
        on_time,
        [
            (Urgency::High, 2, 1, 0, 0),
            // Open for 10 days of 3.
            (Urgency::Medium, 1, 0, 1, 1),
            // One open for 2 days of 7, which is not judged, and one from the year before.
            (Urgency::Low, 0, 0, 2, 1),
        ]
    );
}

#[test]
fn contracts_are_renewed_by_later_ones() {
    let review = with(&[(
        "contracts.csv",
        "Contract number,Client ID,Start date,End date,Contract amount,Business line\n\
         K1,C1,2024-10-01,2025-09-30,100,\nK2,C1,2025-10-01,2026-09-30,120,\n\
         K3,C2,2025-01-01,2025-12-31,300,Machines\nK4,C2,2026-01-01,2026-12-31,50,Software\n\
         K5,C3,2023-01-01,2024-12-31,900,\n\
         K6,C4,2025-07-01,2026-06-30,80,\n",
    )]);
    let found = figures(&review).renewals.as_ref().expect("contracts");
    assert_eq!((found.ended, found.renewed, found.running), (2, 1, 3));
    assert_eq!((found.rate, found.rate_amount), (Some(0.5), Some(0.25)));
}

#[test]
fn contacts_are_held_against_what_is_owed() {
    let review = with(&[(
        "visits.csv",
        "Client ID,Contact date,Contact kind,Contacted by,Reply hours\n\
         C1,2026-06-01,call,Ann,1\nC1,2026-06-11,call,Bob,3\nC2,2026-06-21,visit,Ann,\n\
         C3,2026-06-30,mail,Bob,30\nC3,2026-07-01,mail,Bob,1\n",
    )]);
    let owners = &figures(&review).owners;
    let window = owners.contacts_window.expect("interactions");
    assert_eq!((window.from.to_string(), window.to.to_string()).0, "2026-06-01");
    let ann = &owners.rows[0];
    assert_eq!((ann.owner.as_deref(), ann.contacts_made), (Some("Ann"), Some(3)));
    assert_eq!(ann.reply_hours_median, Some(2.0));
    let days = review.config.workload.contact_days;
    let owed: f64 = [days.strategic, days.core, days.potential, days.standard]
        .iter()
        .zip(review.tiers.iter().map(|row| ann.tiers.get(row.tier)))
        .map(|(days, clients)| 365.0 / days * clients as f64)
        .sum();
    close(Some(ann.contacts_owed), owed);
    close(ann.contacts_kept, 3.0 / (owed * 30.0 / 365.0));
    assert_eq!(ann.overloaded, Some(false));
    let replies = figures(&review).replies.as_ref().expect("hours");
    assert_eq!((replies.all.replies, replies.all.median_hours), (3, Some(3.0)));
    let within: Vec<_> = replies.all.within.iter().map(|within| within.share).collect();
    assert_eq!(within, [Some(1.0 / 3.0), Some(1.0 / 3.0), Some(2.0 / 3.0)]);
    let inactive = replies.tiers.last().expect("C3 is dormant");
    assert_eq!((inactive.tier, inactive.speed.replies), (None, 1));
}
