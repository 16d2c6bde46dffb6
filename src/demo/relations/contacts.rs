//! People at the clients: a buyer who decides, and one or two more.

use super::World;
use crate::demo::DemoFile;
use crate::demo::catalogue::{Word, word};
use crate::demo::clients::{Client, client_id};
use crate::demo::story::Role;
use crate::locale::Lang;

const NAME: Word = word("联系人.csv", "contacts.csv");
const HEADINGS: [Word; 8] = [
    word("客户编号", "Client ID"),
    word("姓名", "Contact name"),
    word("职务", "Job title"),
    word("角色", "Role"),
    word("关键联系人", "Key contact"),
    word("任职日期", "In role since"),
    word("离任日期", "Left on"),
    word("邮箱", "Email"),
];
const YES: Word = word("是", "Yes");
const NO: Word = word("否", "No");

/// Title, role, whether key: the first of every client decides.
const POSTS: [(Word, Word, bool); 3] = [
    (word("采购总监", "Head of purchasing"), word("决策人", "Decision maker"), true),
    (word("生产经理", "Production manager"), word("影响者", "Influencer"), false),
    (word("质量工程师", "Quality engineer"), word("技术", "Technical"), false),
];

const ZH_FAMILY: [&str; 16] = [
    "李", "王", "张", "刘", "杨", "黄", "徐", "孙", "胡", "朱", "高", "郭", "马", "罗", "梁", "宋",
];
const ZH_GIVEN: [&str; 14] = [
    "文博", "静怡", "志远", "雪晴", "建华", "若曦", "国栋", "雅琴", "浩然", "欣妍", "子谦", "佩珊",
    "立群", "晓彤",
];
const EN_FIRST: [&str; 14] = [
    "Elin", "Jonas", "Clara", "Henrik", "Mira", "Oskar", "Laura", "Felix", "Ines", "David",
    "Nadia", "Robert", "Helen", "Stefan",
];
const EN_LAST: [&str; 16] = [
    "Vogt", "Aldersey", "Moen", "Castell", "Brandau", "Holt", "Serra", "Winther", "Okafor", "Lang",
    "Petit", "Rowe", "Sandell", "Iwasaki", "Tran", "Keane",
];

/// The people of a client, the one who decides first.
pub(super) fn names(world: &World<'_>, client: &Client) -> Vec<String> {
    let mut dice = world.dice(10, client);
    let count = if client.rank < 60 { 3 } else { 2 };
    let mut names: Vec<String> = Vec::new();
    while names.len() < count {
        let name = match world.lang {
            Lang::Zh => format!("{}{}", dice.pick(&ZH_FAMILY), dice.pick(&ZH_GIVEN)),
            Lang::En => format!("{} {}", dice.pick(&EN_FIRST), dice.pick(&EN_LAST)),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

pub(super) fn file(world: &World<'_>) -> DemoFile {
    let mut rows = Vec::new();
    for (position, client) in world.each() {
        let mut dice = world.dice(11, client);
        for (place, (name, post)) in names(world, client).into_iter().zip(&POSTS).enumerate() {
            let since = world.ago(dice.between(400, 2_600));
            // The key contact of a big client whom no executive has ever visited left three weeks ago.
            let left = client.role == Role::Unvisited && place == 0;
            rows.push([
                client_id(position),
                name,
                world.text(&post.0),
                world.text(&post.1),
                world.text(if post.2 { &YES } else { &NO }),
                since,
                if left { world.ago(22) } else { String::new() },
                format!("{}.{}@{}.example", ["buying", "plant", "quality"][place], place + 1, {
                    client_id(position).to_lowercase()
                }),
            ]);
        }
    }
    world.file(&NAME, &HEADINGS, rows)
}
