//! Yearly frame contracts of the bigger clients.

use super::{World, is_active};
use crate::demo::DemoFile;
use crate::demo::catalogue::{Word, word};
use crate::demo::clients::client_id;
use crate::demo::in_currency;
use crate::demo::story::{Role, yearly_at};

const NAME: Word = word("合同.csv", "contracts.csv");
const HEADINGS: [Word; 8] = [
    word("合同编号", "Contract number"),
    word("客户编号", "Client ID"),
    word("合同名称", "Contract name"),
    word("签订日期", "Signed on"),
    word("合同开始日期", "Start date"),
    word("合同结束日期", "End date"),
    word("合同金额", "Contract amount"),
    word("合同状态", "Contract status"),
];
const FRAME: Word = word("年度框架合同", "Yearly frame contract");
const RUNNING: Word = word("执行中", "Active");
const ENDED: Word = word("已到期", "Expired");
/// Ranks that have contracts.
const WITH: usize = 45;
const TERM: i64 = 365;

/// Days until the contract of a client of the story ends: one ends soon and nobody has begun to renew it, another one has
/// its renewal in the pipeline.
pub(super) fn ends_in(role: Role) -> Option<i64> {
    match role {
        Role::Narrow => Some(26),
        Role::Unvisited => Some(75),
        _ => None,
    }
}

pub(super) fn file(world: &World<'_>) -> DemoFile {
    let mut rows = Vec::new();
    for (position, client) in world.each() {
        if client.rank >= WITH || !is_active(client) {
            continue;
        }
        let mut dice = world.dice(14, client);
        let end = dice.between(110, 360);
        let end = ends_in(client.role).unwrap_or(end);
        let thousand = if client.rank < 10 { 100_000 } else { 10_000 };
        let amount = in_currency(world.lang, yearly_at(client.rank)) / 100 / thousand * thousand;
        // The contract of now, and the one before it.
        for (age, status) in [(TERM, &ENDED), (0, &RUNNING)] {
            let (start, end) = (TERM - 1 - end + age, age - end);
            rows.push([
                format!("K{:04}-{}", position + 1, if age == 0 { 2 } else { 1 }),
                client_id(position),
                world.text(&FRAME),
                world.ago(start + dice.between(5, 25)),
                world.ago(start),
                world.ago(end),
                amount.max(thousand).to_string(),
                world.text(status),
            ]);
        }
    }
    world.file(&NAME, &HEADINGS, rows)
}
