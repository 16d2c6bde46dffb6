//! Interactions: visits, calls, mails, chats and meetings, one per row.
//!
//! Needs a client and a date. The kind tells executive visits, the hours until a reply tell how fast it came, and notes are searched for
//! the words of `relations.keywords`. Nothing after the as-of date counts.
//!
//! Example headings: `Client, Contact date, Contact kind, Contacted by, Reply hours, Notes`.
//! ——
//! 跟进记录：拜访、电话、邮件、即时沟通、会议，每次一行。
//!
//! 需要客户和日期。方式用来识别高层互访，回复时长用来看响应快慢，跟进内容按 `relations.keywords` 里的关键词检索。截止日之后的不计。
//!
//! 表头示例：`客户名称, 跟进日期, 跟进方式, 跟进人, 回复时长, 跟进内容`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Interactions;

impl Table for Interactions {
    fn code(&self) -> &'static str {
        "interactions"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("client", Kind::Id),
                field("client_name", Kind::Text),
                field("date", Kind::Date),
                field("kind", Kind::Text),
                field("owner", Kind::Text),
                field("contact", Kind::Text),
                field("reply_hours", Kind::Number),
                field("note", Kind::Text),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["client", "client_name"], &["date"]]
    }

    fn telltale(&self) -> &'static [&'static str] {
        &["kind", "contact", "reply_hours", "note"]
    }

    fn doc(&self) -> &'static str {
        include_str!("interactions.rs")
    }
}
