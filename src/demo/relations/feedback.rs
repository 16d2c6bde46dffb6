//! What clients say: a survey once a year, now and then a complaint or a question, more from who is about to leave.

use super::{World, is_active};
use crate::demo::DemoFile;
use crate::demo::catalogue::{Word, word};
use crate::demo::clients::{Client, client_id};
use crate::demo::story::Role;

const NAME: Word = word("反馈.csv", "feedback.csv");
const HEADINGS: [Word; 10] = [
    word("客户编号", "Client ID"),
    word("反馈日期", "Opened on"),
    word("反馈类型", "Feedback kind"),
    word("严重程度", "Severity"),
    word("满意度", "CSAT"),
    word("推荐值", "NPS"),
    word("响应日期", "Responded on"),
    word("解决日期", "Resolved on"),
    word("处理人", "Assigned to"),
    word("反馈内容", "Notes"),
];

const SURVEY: Word = word("调查", "Survey");
const COMPLAINT: Word = word("投诉", "Complaint");
const QUESTION: Word = word("咨询", "Question");
const HIGH: Word = word("高", "High");
const MEDIUM: Word = word("中", "Medium");
const LOW: Word = word("低", "Low");
const LATE: Word = word("交货比约定晚两周", "Delivery two weeks late");
const WRONG: Word = word("到货型号与订单不符", "Other parts delivered than ordered");
const STOPPED: Word = word("在线检测单元停机，产线等待", "Inspection unit down, line is waiting");
const WORN: Word = word("备件磨损过快", "Spare parts wear too fast");
const HOW: Word = word("询问校准周期", "How often is a calibration due?");

/// Client of the story, days before the as-of, severity, days until resolved, what it is about.
const STORY: [(Role, i64, Word, Option<i64>, Word); 6] = [
    (Role::Fading, 71, MEDIUM, Some(3), LATE),
    (Role::Fading, 40, MEDIUM, Some(6), WRONG),
    (Role::Fading, 9, HIGH, None, STOPPED),
    (Role::Quality, 66, MEDIUM, Some(2), WORN),
    (Role::Quality, 29, MEDIUM, Some(3), WORN),
    (Role::Quality, 150, LOW, Some(5), WORN),
];

struct Entry {
    kind: Word,
    days: i64,
    severity: Option<Word>,
    answer: Option<(i64, i64)>,
    resolved: Option<i64>,
    note: Option<Word>,
}

pub(super) fn file(world: &World<'_>) -> DemoFile {
    let mut rows = Vec::new();
    for (position, client) in world.each().filter(|(_, client)| is_active(client)) {
        for entry in entries(world, client) {
            let text = |word: &Option<Word>| {
                word.as_ref().map_or_else(String::new, |word| world.text(word))
            };
            let (csat, nps) = entry
                .answer
                .map_or_else(Default::default, |(csat, nps)| (csat.to_string(), nps.to_string()));
            let survey = entry.answer.is_some();
            rows.push([
                client_id(position),
                world.ago(entry.days),
                world.text(&entry.kind),
                text(&entry.severity),
                csat,
                nps,
                if survey { String::new() } else { world.ago(entry.days) },
                entry.resolved.map_or_else(String::new, |days| world.ago(entry.days - days)),
                world.manager(client),
                text(&entry.note),
            ]);
        }
    }
    world.file(&NAME, &HEADINGS, rows)
}

fn entries(world: &World<'_>, client: &Client) -> Vec<Entry> {
    let mut dice = world.dice(16, client);
    let mut entries = Vec::new();
    if client.rank < 90 {
        let answer = match client.role {
            Role::Fading => (2, 4),
            Role::Squeezed | Role::Quality => (3, 6),
            _ => (dice.between(4, 5), dice.between(8, 10)),
        };
        let days = dice.between(30, 200);
        let answer = Some(answer);
        entries.push(Entry {
            kind: SURVEY,
            days,
            severity: None,
            answer,
            resolved: None,
            note: None,
        });
    }
    if dice.chance(250) {
        let (kind, note) = if dice.chance(300) { (COMPLAINT, LATE) } else { (QUESTION, HOW) };
        let days = dice.between(12, 340);
        let (severity, resolved) = (Some(LOW), Some(dice.between(1, 6)));
        entries.push(Entry { kind, days, severity, answer: None, resolved, note: Some(note) });
    }
    for (role, days, severity, resolved, note) in STORY {
        if role == client.role {
            let severity = Some(severity);
            let (kind, note) = (COMPLAINT, Some(note));
            entries.push(Entry { kind, days, severity, answer: None, resolved, note });
        }
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.days));
    entries
}
