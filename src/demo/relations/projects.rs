//! Projects with the biggest clients, milestone by milestone.

use super::World;
use crate::demo::DemoFile;
use crate::demo::catalogue::{Word, word};
use crate::demo::clients::client_id;
use crate::demo::story::Role;

const NAME: Word = word("项目.csv", "projects.csv");
const HEADINGS: [Word; 6] = [
    word("客户编号", "Client ID"),
    word("项目名称", "Project name"),
    word("里程碑", "Milestone"),
    word("计划完成日期", "Due date"),
    word("实际完成日期", "Done on"),
    word("项目经理", "Project manager"),
];
const PROJECT: Word = word("产线检测升级", "Inspection line upgrade");
const MILESTONES: [Word; 4] = [
    word("方案确认", "Concept agreed"),
    word("设备到场", "Machines delivered"),
    word("安装调试", "Installed and set up"),
    word("验收", "Accepted"),
];
/// Ranks that have projects.
const WITH: usize = 10;
/// Days between milestones.
const STEP: i64 = 45;

pub(super) fn file(world: &World<'_>) -> DemoFile {
    let mut rows = Vec::new();
    for (position, client) in world.each().filter(|(_, client)| client.rank < WITH) {
        let mut dice = world.dice(17, client);
        // The installation for the client that fades is three weeks late; the project buyer's is long done.
        let first = match client.role {
            Role::Fading => 21 + 2 * STEP,
            Role::Project => 300,
            _ => dice.between(40, 200),
        };
        for (place, milestone) in MILESTONES.iter().enumerate() {
            let due = first - place as i64 * STEP;
            let late = client.role == Role::Fading && place >= 2;
            let done = due - dice.between(-6, 0);
            rows.push([
                client_id(position),
                world.text(&PROJECT),
                world.text(milestone),
                world.ago(due),
                if late || due < 0 { String::new() } else { world.ago(done) },
                world.manager(client),
            ]);
        }
    }
    world.file(&NAME, &HEADINGS, rows)
}
