//! Contacts: the people at a client, and who of them has left.
//!
//! Needs a client and a name. Marks of key people, and the dates since and until when somebody is there, tell how many
//! people the relationship rests on. Without a date of leaving a contact counts as still there.
//! A birthday may lack the year (`04-12`, `4月12日`, `12 Apr`); one whose day and month could be swapped is not used, and told.
//!
//! Example headings: `Client, Contact name, Job title, Key contact, Email, Left on`.
//! ——
//! 联系人：客户方的人员，以及谁已离任。
//!
//! 需要客户和姓名。关键人标记、任职和离任日期用来判断客情依托在几个人身上。没有离任日期的视为在任。
//! 生日可以不写年份（`04-12`、`4月12日`、`12 Apr`）；日和月分不清的不采用，并会提示。
//!
//! 表头示例：`客户名称, 姓名, 职务, 关键联系人, 邮箱, 离任日期`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Contacts;

impl Table for Contacts {
    fn code(&self) -> &'static str {
        "contacts"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("client", Kind::Id),
                field("client_name", Kind::Text),
                field("name", Kind::Text),
                field("title", Kind::Text),
                field("role", Kind::Text),
                field("key", Kind::Text),
                field("since", Kind::Date),
                field("left", Kind::Date),
                field("birthday", Kind::Text),
                field("phone", Kind::Id),
                field("email", Kind::Text),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["client", "client_name"], &["name"]]
    }

    fn telltale(&self) -> &'static [&'static str] {
        &["title", "role", "key", "left", "birthday", "phone", "email"]
    }

    fn doc(&self) -> &'static str {
        include_str!("contacts.rs")
    }
}
