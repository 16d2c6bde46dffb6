//! Clients: one row per client, with what transactions cannot tell.
//!
//! Needs an id or a name. Industry, owner, fit to needs (1–5), executive visits, joint projects, awards, referrals and
//! the client's yearly demand feed the score; whatever is blank is unknown, never zero, and lowers the coverage only.
//! Columns of other headings are kept as they are.
//!
//! Example headings: `Client ID, Client name, Industry, Account manager, Annual demand, Needs fit`.
//! ——
//! 客户：每个客户一行，记录交易里看不出的信息。
//!
//! 需要客户编号或名称。行业、客户经理、需求匹配度（1–5）、高层互访、联合项目、获奖、转介绍和年采购预算进入评分；空白表示未知，不当作零，只降低覆盖率。其他表头的列原样保留。
//!
//! 表头示例：`客户编号, 客户名称, 行业, 客户经理, 年采购预算, 需求匹配度`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Clients;

impl Table for Clients {
    fn code(&self) -> &'static str {
        "clients"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("client_id", Kind::Id),
                field("name", Kind::Text),
                field("aliases", Kind::Text),
                field("parent", Kind::Text),
                field("industry", Kind::Text),
                field("region", Kind::Text),
                field("owner", Kind::Text),
                field("since", Kind::Date),
                field("last_contact", Kind::Date),
                field("status", Kind::Text),
                field("annual_potential", Kind::Money),
                field("currency", Kind::Text),
                field("needs_fit", Kind::Number),
                field("exec_visits", Kind::Number),
                field("joint_projects", Kind::Number),
                field("awards", Kind::Number),
                field("referrals", Kind::Number),
                field("market_share", Kind::Share),
                field("benchmark", Kind::Text),
                field("industry_growth", Kind::Share),
                field("previous_tier", Kind::Text),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["client_id", "name"]]
    }

    fn doc(&self) -> &'static str {
        include_str!("clients.rs")
    }
}
