//! Projects: milestones promised to clients.
//!
//! Needs a client, the name of the project and the day on which the milestone is due. A milestone is late from the day after, until it is done.
//!
//! Example headings: `Client, Project name, Milestone, Due date, Done on, Owner`.
//! ——
//! 项目：对客户承诺的里程碑。
//!
//! 需要客户、项目名称和应完成日期。过了这一天仍未完成的算延期，直到完成为止。
//!
//! 表头示例：`客户名称, 项目名称, 里程碑, 计划完成日期, 实际完成日期, 负责人`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Projects;

impl Table for Projects {
    fn code(&self) -> &'static str {
        "projects"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("client", Kind::Id),
                field("client_name", Kind::Text),
                field("name", Kind::Text),
                field("milestone", Kind::Text),
                field("due", Kind::Date),
                field("done", Kind::Date),
                field("status", Kind::Text),
                field("owner", Kind::Text),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["client", "client_name"], &["name"], &["due"]]
    }

    fn telltale(&self) -> &'static [&'static str] {
        &["milestone", "done", "status"]
    }

    fn doc(&self) -> &'static str {
        include_str!("projects.rs")
    }
}
