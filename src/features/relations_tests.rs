//! Each feature of the tables beside the transactions, with figures worked out by hand.

use super::*;
use crate::config::load::load;
use crate::store::{Contract, Project};

fn day(text: &str) -> Day {
    Day::parse_iso(text).expect(text)
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn maybe(text: &str) -> Option<Day> {
    (!text.is_empty()).then(|| day(text))
}

fn interaction(
    client: u32,
    date: &str,
    kind: &str,
    owner: &str,
    reply: f64,
    note: &str,
) -> Interaction {
    Interaction {
        client,
        at: At { sheet: 0, row: 2 },
        date: day(date),
        kind: some(kind),
        owner: some(owner),
        contact: None,
        reply_hours: (reply >= 0.0).then_some(reply),
        note: some(note),
    }
}

fn contact(client: u32, name: &str, key: &str, since: &str, left: &str) -> Contact {
    Contact {
        client,
        at: At::default(),
        name: name.to_owned(),
        title: None,
        role: None,
        key: some(key),
        since: maybe(since),
        left: maybe(left),
        birthday: None,
        phone: None,
        email: None,
    }
}

fn contract(client: u32, signed: &str, start: &str, end: &str) -> Contract {
    Contract {
        client,
        at: At::default(),
        contract_id: None,
        name: None,
        signed: maybe(signed),
        start: maybe(start),
        end: day(end),
        amount: None,
        business_line: None,
        owner: None,
    }
}

fn deal(client: u32, stage: &str, amount: i64, chance: f64, created: &str) -> Opportunity {
    Opportunity {
        client,
        at: At { sheet: 1, row: 7 },
        name: "N".to_owned(),
        stage: some(stage),
        amount: Some(Money(amount * Money::SCALE)),
        probability: Some(chance),
        expected_close: None,
        owner: None,
        competitor: None,
        created: maybe(created),
        kind: None,
    }
}

fn feedback(client: u32, opened: &str, kind: &str, severity: &str, resolved: &str) -> Feedback {
    Feedback {
        client,
        at: At::default(),
        opened: day(opened),
        kind: some(kind),
        severity: some(severity),
        category: None,
        csat: None,
        nps: None,
        responded: None,
        resolved: maybe(resolved),
        called_back: None,
        status: None,
        owner: None,
        note: None,
    }
}

fn invoice(client: u32, issued: &str, due: &str, paid: &str, amount: i64) -> Receivable {
    Receivable {
        client,
        at: At::default(),
        invoice: None,
        issued: maybe(issued),
        due: day(due),
        paid: maybe(paid),
        amount: Some(Money(amount * Money::SCALE)),
        received: None,
        outstanding: None,
    }
}

fn milestone(client: u32, due: &str, done: &str, status: &str) -> Project {
    Project {
        client,
        at: At::default(),
        name: "P".to_owned(),
        milestone: None,
        due: day(due),
        done: maybe(done),
        status: some(status),
        owner: None,
    }
}

const AS_OF: &str = "2026-06-30";

fn sorted(mut rows: Relations) -> Relations {
    rows.interactions.sort_by_key(|row| (row.client, row.date));
    rows.feedback.sort_by_key(|row| (row.client, row.opened));
    rows
}

fn at(rows: &Relations, as_of: &str, client: u32) -> Found {
    let config = load(&[], &[]).expect("defaults").config;
    Side::new(rows, day(as_of), &config).of(client, &ClientFile::default())
}

fn of(rows: Relations) -> Found {
    at(&sorted(rows), AS_OF, 0)
}

fn features(rows: Relations) -> RelationFeatures {
    of(rows).features.map(|features| (*features).clone()).expect("features")
}

#[test]
fn nothing_is_known_without_tables() {
    assert!(of(Relations::default()).features.is_none());
    // Rows of another client, all after the as-of date, are as good as none.
    let late = Relations {
        interactions: vec![interaction(1, "2026-07-01", "call", "", -1.0, "")],
        ..Relations::default()
    };
    assert!(of(late).features.is_none());
}

#[test]
fn a_client_without_rows_has_counts_of_zero() {
    let other = Relations {
        interactions: vec![interaction(1, "2026-06-01", "executive visit", "A", 2.0, "ok")],
        ..Relations::default()
    };
    let found = of(other);
    let features = found.features.expect("features");
    assert_eq!(features.contacts_recent, Some(0));
    assert_eq!((features.days_since_last_contact, features.open_feedback), (None, None));
    assert_eq!(found.exec_visits, Some(0.0));
}

#[test]
fn contacts_are_counted_in_their_windows() {
    // RECENT is 2026-04-02 … 2026-06-30, BASE 2025-07-06 … 2026-04-01.
    let rows = Relations {
        interactions: vec![
            interaction(0, "2025-07-05", "call", "A", 99.0, ""),
            interaction(0, "2025-07-06", "高层互访", "A", 4.0, ""),
            interaction(0, "2026-04-01", "mail", "A", 8.0, ""),
            interaction(0, "2026-04-02", "Executive visit", "A", 1.0, ""),
            interaction(0, "2026-05-10", "mail", "B", 3.0, ""),
            interaction(0, "2026-06-20", "call", "B", 10.0, ""),
            interaction(0, "2026-07-01", "call", "C", 1.0, ""),
        ],
        ..Relations::default()
    };
    let found = of(rows);
    let features = found.features.expect("features");
    assert_eq!(features.days_since_last_contact, Some(10));
    assert_eq!((features.contacts_recent, features.contacts_base), (Some(3), Some(2)));
    assert_eq!((features.reply_hours_recent, features.reply_hours_base), (Some(3.0), Some(6.0)));
    assert_eq!(features.interaction_owner_changed, Some(true));
    assert_eq!(found.exec_visits, Some(2.0));
    // No notes: there is nothing that could have named anybody.
    assert_eq!(features.front_line_mentions_recent, None);
}

#[test]
fn an_owner_who_shares_the_day_has_not_changed() {
    let owners = |rows: [(&str, &str); 3]| {
        let rows = rows.map(|(date, owner)| interaction(0, date, "", owner, -1.0, "")).to_vec();
        features(Relations { interactions: rows, ..Relations::default() }).interaction_owner_changed
    };
    let (before, last) = ("2026-01-05", "2026-06-20");
    assert_eq!(owners([(before, "A"), (last, "A"), (last, "B")]), Some(false));
    assert_eq!(owners([(before, "A"), (last, "C"), (last, "B")]), Some(true));
    assert_eq!(owners([(last, "A"), (last, "B"), (last, "C")]), None);
}

#[test]
fn mentions_count_rows_not_words() {
    let rows = Relations {
        interactions: vec![
            interaction(0, "2026-03-01", "", "", -1.0, "竞争对手来过"),
            interaction(0, "2026-05-01", "", "", -1.0, "客户在比价，竞争对手报价低，竞品也在看"),
            interaction(0, "2026-06-01", "", "", -1.0, "Budget cut announced; they compare prices"),
        ],
        opportunities: vec![
            Opportunity { competitor: some("Rival AG"), ..deal(0, "open", 1, 0.5, "2026-06-02") },
            Opportunity { competitor: some("Rival AG"), ..deal(0, "open", 1, 0.5, "") },
        ],
        ..Relations::default()
    };
    let found = of(rows);
    let features = found.features.expect("features");
    assert_eq!(features.competitor_mentions_recent, Some(2));
    assert_eq!(features.front_line_mentions_recent, Some(2));
    let sets: Vec<&str> = found.mentions.iter().map(|mention| mention.set).collect();
    assert_eq!(sets, ["competitor", "competitor", "front_line", "front_line"]);
    assert!(found.mentions[0].excerpt.contains("竞争对手报价低"));
    assert_eq!((found.mentions[1].excerpt.as_str(), found.mentions[1].at.row), ("Rival AG", 7));
}

#[test]
fn feedback_is_open_until_it_is_resolved_and_overdue_after_its_promise() {
    let answer = |opened: &str, csat: f64, nps: f64| Feedback {
        csat: Some(csat),
        nps: Some(nps),
        ..feedback(0, opened, "满意度调查", "", "")
    };
    let rows = Relations {
        feedback: vec![
            feedback(0, "2025-12-01", "投诉", "高", "2025-12-02"),
            feedback(0, "2026-05-01", "客户投诉", "一般", "2026-07-02"),
            feedback(0, "2026-06-28", "complaint", "High", ""),
            feedback(0, "2026-06-29", "complaint", "high", ""),
            feedback(0, "2026-06-27", "question", "medium", ""),
            feedback(0, "2026-06-22", "question", "", ""),
            feedback(0, "2026-06-23", "question", "", ""),
            Feedback {
                status: some("已关闭"), ..feedback(0, "2026-06-01", "建议", "高", "")
            },
            answer("2026-01-01", 5.0, 10.0),
            answer("2026-06-02", 4.0, 9.0),
            answer("2026-06-02", 2.0, 6.0),
        ],
        ..Relations::default()
    };
    let features = features(rows);
    assert_eq!((features.complaints_recent, features.complaints_base), (Some(3), Some(1)));
    assert_eq!(features.open_feedback, Some(6));
    // 8 days against 7; 60 and 3 days against 3; 2 and 1 days against 1.
    assert_eq!(features.feedback_overdue_low, Some(1));
    assert_eq!(features.feedback_overdue_medium, Some(1));
    assert_eq!(features.feedback_overdue_high, Some(1));
    assert_eq!((features.csat_last, features.nps_last), (Some(2.0), Some(6.0)));
}

#[test]
fn contacts_leave_on_their_day() {
    let rows = Relations {
        contacts: vec![
            contact(0, "王芳", "是", "", ""),
            contact(0, "王芳", "是", "2024-01-01", ""),
            contact(0, "李雷", "是", "", "2026-06-10"),
            contact(0, "Ann", "否", "", "2026-07-10"),
            contact(0, "Later", "yes", "2026-07-01", ""),
            Contact { role: some("采购决策人"), ..contact(0, "赵六", "", "", "") },
        ],
        ..Relations::default()
    };
    let features = features(rows);
    assert_eq!((features.active_contacts, features.key_contacts), (Some(3), Some(2)));
    assert_eq!(features.key_contact_left, Some(20));
}

#[test]
fn the_last_contract_that_is_signed_counts() {
    let rows = |contracts| Relations { contracts, ..Relations::default() };
    let present = || contract(0, "", "2025-07-01", "2026-07-15");
    assert_eq!(features(rows(vec![present()])).contract_ends_in, Some(15));
    let next = contract(0, "2026-06-20", "2026-07-16", "2027-07-15");
    assert_eq!(features(rows(vec![present(), next])).contract_ends_in, Some(380));
    let later = contract(0, "", "2026-07-16", "2027-07-15");
    assert_eq!(features(rows(vec![present(), later])).contract_ends_in, Some(15));
    let over = contract(0, "", "2025-01-01", "2026-06-20");
    assert_eq!(features(rows(vec![over])).contract_ends_in, Some(-10));
}

#[test]
fn receivables_are_overdue_from_the_day_after() {
    let rows = Relations {
        receivables: vec![
            invoice(0, "2026-05-01", "2026-06-30", "", 1_000),
            invoice(0, "2026-04-01", "2026-06-29", "", 200),
            invoice(0, "2026-02-01", "2026-04-01", "2026-07-05", 30),
            invoice(0, "2026-01-01", "2026-02-01", "2026-06-30", 5_000),
            invoice(0, "2026-07-01", "2026-01-01", "", 7_000),
            Receivable {
                received: Some(Money(60 * Money::SCALE)),
                ..invoice(0, "", "2026-06-10", "", 100)
            },
            Receivable { outstanding: Some(Money::ZERO), ..invoice(0, "", "2026-01-10", "", 900) },
        ],
        ..Relations::default()
    };
    let features = features(rows);
    assert_eq!(features.overdue_amount, Some(Money(270 * Money::SCALE)));
    assert_eq!(features.overdue_days_max, Some(90));
}

#[test]
fn the_pipeline_is_what_is_neither_won_nor_lost() {
    let rows = Relations {
        opportunities: vec![
            deal(0, "Negotiation", 1_000, 0.6, "2026-05-01"),
            deal(0, "方案报价", 500, 0.333_333, ""),
            deal(0, "Closed Won", 9_000, 1.0, "2026-05-01"),
            deal(0, "输单", 9_000, 0.5, "2026-05-01"),
            deal(0, "Negotiation", 9_000, 0.5, "2026-07-01"),
            Opportunity { probability: None, ..deal(0, "Qualify", 9_000, 0.0, "") },
            Opportunity { kind: some("续约"), amount: None, ..deal(0, "Qualify", 0, 0.5, "") },
        ],
        ..Relations::default()
    };
    let features = features(rows);
    assert_eq!(features.pipeline_weighted, Some(Money(7_666_665)));
    assert_eq!(features.renewal_open, Some(true));
}

#[test]
fn milestones_are_late_until_they_are_done() {
    let late = |rows: Vec<Project>| {
        features(Relations { projects: rows, ..Relations::default() }).milestone_days_late_max
    };
    assert_eq!(
        late(vec![
            milestone(0, "2026-06-01", "2026-06-20", ""),
            milestone(0, "2026-05-01", "", "已完成"),
            milestone(0, "2026-06-15", "2026-07-02", ""),
            milestone(0, "2026-06-25", "", "进行中"),
        ]),
        Some(15)
    );
    assert_eq!(late(vec![milestone(0, "2026-06-01", "2026-06-20", "")]), Some(0));
}

#[test]
fn a_past_day_is_as_if_later_rows_were_not_there() {
    let all = sorted(Relations {
        interactions: (0..40)
            .map(|at| {
                let date = day("2026-01-01").plus_days(at * 7).to_string();
                let (owner, note) =
                    (if at < 20 { "A" } else { "B" }, if at % 3 == 0 { "比价" } else { "ok" });
                interaction(at as u32 % 2, &date, "call", owner, f64::from(at), note)
            })
            .collect(),
        feedback: (0..20)
            .map(|at| {
                let opened = day("2026-01-03").plus_days(at * 11);
                feedback(0, &opened.to_string(), "投诉", "中", &opened.plus_days(30).to_string())
            })
            .collect(),
        receivables: (0..12)
            .map(|at| {
                let issued = day("2026-01-05").plus_days(at * 20);
                let paid = issued.plus_days(45).to_string();
                invoice(0, &issued.to_string(), &issued.plus_days(30).to_string(), &paid, 10)
            })
            .collect(),
        contacts: vec![
            contact(0, "A", "是", "2026-02-01", "2026-05-01"),
            contact(0, "B", "是", "2026-05-02", ""),
        ],
        ..Relations::default()
    });
    for as_of in ["2026-01-01", "2026-02-10", "2026-04-30", "2026-05-20", "2026-08-01"] {
        let cut = day(as_of);
        let known = |day: Option<Day>| day.is_none_or(|day| day <= cut);
        let mut truncated = all.clone();
        truncated.interactions.retain(|row| known(row.known_from()));
        truncated.feedback.retain(|row| known(row.known_from()));
        truncated.receivables.retain(|row| known(row.known_from()));
        truncated.contacts.retain(|row| known(row.known_from()));
        // What happened to a row later is not known yet either.
        for row in &mut truncated.feedback {
            row.resolved = row.resolved.filter(|day| *day <= cut);
        }
        for row in &mut truncated.receivables {
            row.paid = row.paid.filter(|day| *day <= cut);
        }
        for row in &mut truncated.contacts {
            row.left = row.left.filter(|day| *day <= cut);
        }
        for client in [0, 1, 2] {
            let (whole, cut) = (at(&all, as_of, client), at(&truncated, as_of, client));
            assert_eq!(whole.features, cut.features, "{as_of}");
            assert_eq!(whole.mentions, cut.mentions, "{as_of}");
        }
    }
}
