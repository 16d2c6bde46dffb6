//! Talks with the clients over the last year: the bigger the client, the more often.

use super::contacts::names;
use super::{World, ago, is_active};
use crate::demo::DemoFile;
use crate::demo::catalogue::{Word, word};
use crate::demo::clients::{Client, client_id};
use crate::demo::orders::working_day;
use crate::demo::story::{AS_OF, Role};
use crate::period::Day;

const NAME: Word = word("跟进记录.csv", "interactions.csv");
const HEADINGS: [Word; 7] = [
    word("客户编号", "Client ID"),
    word("跟进日期", "Contact date"),
    word("跟进方式", "Contact kind"),
    word("跟进人", "Contacted by"),
    word("联系人", "Contact name"),
    word("回复时长（小时）", "Reply hours"),
    word("跟进内容", "Notes"),
];

const VISIT: usize = 0;
const MAIL: usize = 2;
const KINDS: [Word; 4] =
    [word("拜访", "Visit"), word("电话", "Call"), word("邮件", "Mail"), word("会议", "Meeting")];
const EXECUTIVE: Word = word("高层互访", "Executive visit");

/// What is said on ordinary days.
const TALK: [Word; 8] = [
    word("确认下月交货计划", "Confirmed the delivery plan for next month"),
    word("讨论备件库存和安全库存", "Went through the stock of spare parts"),
    word("查看现场设备，运行正常", "Looked at the machines on site, all running"),
    word("跟进报价，等内部审批", "Followed up on the quotation, waiting for approval"),
    word("介绍新软件功能，有兴趣试用", "Showed the new software, they want a trial"),
    word("核对发货和付款安排", "Went through deliveries and payments"),
    word("安排操作培训时间", "Set a date for operator training"),
    word("了解明年的扩产计划", "Asked about their expansion plans for next year"),
];
const REVIEW: Word =
    word("管理层会谈，回顾合作与明年计划", "Management talk: review of the year and plans");

/// Client of the story, days before the as-of, what was said.
const NOTES: [(Role, i64, Word); 5] = [
    (
        Role::Squeezed,
        19,
        word(
            "对方出示竞争对手岳珀测控的报价，低 8%，要求降价",
            "They showed an offer of a competitor, Veridane Test, 8% below ours",
        ),
    ),
    (
        Role::Squeezed,
        47,
        word(
            "采购在比价，希望再谈年度价格",
            "Purchasing is comparing prices and wants to talk again",
        ),
    ),
    (
        Role::Fading,
        33,
        word(
            "对交货延误不满，要求给出整改计划",
            "Unhappy with late deliveries, wants a recovery plan",
        ),
    ),
    (
        Role::Silent,
        41,
        word(
            "预算冻结，订单推迟，等通知",
            "Budget freeze: orders are on hold, they will get back to us",
        ),
    ),
    (
        Role::Slow,
        12,
        word(
            "催款，对方承诺下月分两期付清",
            "Asked for payment: they promise two instalments next month",
        ),
    ),
];

pub(super) fn file(world: &World<'_>) -> DemoFile {
    let mut rows = Vec::new();
    for (position, client) in world.each() {
        let mut dice = world.dice(12, client);
        let people = names(world, client);
        let days = days(world, client);
        let visits = client.visits.min(days.len() as i64) as usize;
        for (place, date) in days.iter().enumerate() {
            let kind = dice.pick(&[VISIT, 1, 1, MAIL, MAIL, 3]);
            let note = dice.pick(&[0, 1, 2, 3, 4, 5, 6, 7]);
            let person = dice.index(people.len());
            // The answers to one client take longer and longer.
            let hours = match client.role {
                Role::Fading if date.days_since(AS_OF) > -90 => dice.between(14, 30),
                _ => dice.between(2, 9),
            };
            // Executive visits stand evenly among the others.
            let executive =
                (0..visits).any(|visit| (2 * visit + 1) * days.len() / (2 * visits) == place);
            let told = NOTES.iter().find(|(role, days, _)| {
                *role == client.role && working_day(world.lang, ago(*days)) == *date
            });
            rows.push([
                client_id(position),
                world.day(*date),
                world.text(if executive { &EXECUTIVE } else { &KINDS[kind] }),
                world.manager(client),
                people[if executive { 0 } else { person }].clone(),
                if kind == MAIL && !executive { hours.to_string() } else { String::new() },
                world.text(match told {
                    Some((_, _, note)) => note,
                    None if executive => &REVIEW,
                    None => &TALK[note],
                }),
            ]);
        }
    }
    world.file(&NAME, &HEADINGS, rows)
}

/// The days of a client's talks within the last year, the oldest first.
fn days(world: &World<'_>, client: &Client) -> Vec<Day> {
    let mut dice = world.dice(13, client);
    let (gap, quiet) = match client.rank {
        0..40 => (7, dice.between(0, 5)),
        40..75 => (14, dice.between(0, 7)),
        _ => (28, dice.between(0, 14)),
    };
    let quiet = match client.role {
        // Nobody answers any more since the talk about the budget.
        Role::Silent => 41,
        Role::Project => 180,
        Role::Dormant => dice.between(120, 240),
        Role::Lost => return Vec::new(),
        _ => quiet,
    };
    let gap = if is_active(client) { gap } else { 60 };
    let mut days: Vec<Day> = Vec::new();
    let mut back = quiet;
    while back < 365 {
        days.push(working_day(world.lang, ago(back)));
        back += dice.around(gap, gap / 7);
    }
    let told = NOTES.iter().filter(|(role, _, _)| *role == client.role);
    days.extend(told.map(|(_, days, _)| working_day(world.lang, ago(*days))));
    days.retain(|day| *day <= AS_OF);
    days.sort_unstable();
    days.dedup();
    days
}
