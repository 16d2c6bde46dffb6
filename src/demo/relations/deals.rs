//! The pipeline: deals of clients and prospects.

use super::World;
use crate::demo::DemoFile;
use crate::demo::catalogue::{LINES, Word, word};
use crate::demo::clients::{Client, client_id};
use crate::demo::in_currency;
use crate::demo::story::{Role, yearly_at};
use crate::locale::Lang;

const NAME: Word = word("商机.csv", "opportunities.csv");
const HEADINGS: [Word; 10] = [
    word("客户编号", "Client ID"),
    word("商机名称", "Deal name"),
    word("商机类型", "Deal type"),
    word("商机阶段", "Stage"),
    word("商机金额", "Deal amount"),
    word("赢单率", "Probability"),
    word("预计成交日期", "Expected close date"),
    word("负责人", "Deal owner"),
    word("竞争对手", "Competitor"),
    word("创建日期", "Created on"),
];

/// Stage and chance in percent.
const STAGES: [(Word, i64); 5] = [
    (word("需求确认", "Qualification"), 20),
    (word("方案报价", "Proposal"), 45),
    (word("商务谈判", "Negotiation"), 70),
    (word("赢单", "Closed won"), 100),
    (word("输单", "Closed lost"), 0),
];
const OPEN: usize = 3;
const NEW: Word = word("新业务", "New business");
const CROSS: Word = word("交叉销售", "Cross-sell");
const RENEWAL: Word = word("续约", "Renewal");
const RENEWED: Word = word("年度框架合同续约", "Renewal of the frame contract");
const RIVAL: Word = word("岳珀测控", "Veridane Test");

/// Whether there is a deal with the client: some clients, all prospects, and who matters for the story.
fn has_deal(client: &Client) -> bool {
    match client.role {
        Role::Prospect | Role::Squeezed | Role::Unvisited | Role::Rising => true,
        Role::Plain | Role::Anchor => client.rank.is_multiple_of(4),
        _ => false,
    }
}

pub(super) fn file(world: &World<'_>) -> DemoFile {
    let mut rows = Vec::new();
    for (position, client) in world.each().filter(|(_, client)| has_deal(client)) {
        let mut dice = world.dice(15, client);
        let line = LINES[dice.index(LINES.len())].name.get(world.lang);
        let squeezed = client.role == Role::Squeezed;
        let renewal = client.role == Role::Unvisited;
        let open = squeezed || renewal || client.role == Role::Prospect || dice.chance(650);
        let stage = if open { dice.index(OPEN) } else { OPEN + dice.index(2) };
        let (stage, chance) = &STAGES[if renewal || squeezed { 2 } else { stage }];
        // What is new to us is not yet in the tables of others: only one deal of these weeks names somebody else.
        let created = if squeezed { 38 } else { dice.between(100, 300) };
        let close = if open { -dice.between(20, 150) } else { dice.between(5, 90) };
        let kind = match client.role {
            Role::Prospect => &NEW,
            Role::Unvisited => &RENEWAL,
            _ => &CROSS,
        };
        let amount = in_currency(world.lang, yearly_at(client.rank.min(120))) / 100;
        let amount = amount * dice.between(80, 300) / 1_000;
        let name = match world.lang {
            _ if renewal => world.text(&RENEWED),
            Lang::Zh => format!("{line}项目"),
            Lang::En => format!("{line} for {}", first_word(&client.name)),
        };
        rows.push([
            client_id(position),
            name,
            world.text(kind),
            world.text(stage),
            (amount / 1_000 * 1_000).max(1_000).to_string(),
            format!("{chance}%"),
            world.ago(close),
            world.manager(client),
            if squeezed { world.text(&RIVAL) } else { String::new() },
            world.ago(created),
        ]);
    }
    world.file(&NAME, &HEADINGS, rows)
}

fn first_word(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}
