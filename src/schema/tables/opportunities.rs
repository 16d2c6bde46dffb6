//! Opportunities: deals in the pipeline, one per row.
//!
//! Needs a client and a name. Stage, amount and probability make the weighted pipeline; an open renewal stands against a contract that ends;
//! a competitor named counts as a mention. Deals that are won (`won_stage`) or lost are not open. Where no other input holds transactions,
//! won deals with an amount and a close date are read as transactions as well.
//!
//! Example headings: `Account Name, Deal Name, Stage, Amount, Probability (%), Closing Date, Deal Owner`.
//! ——
//! 商机：在谈的机会，每个一行。
//!
//! 需要客户和商机名称。阶段、金额和可能性得出加权预测；有未结的续约商机时，合同到期不再预警；写明竞争对手的计为一次提及。已赢单（`won_stage`）或已输单的不算在谈。
//! 没有其他交易数据时，有金额和结束时间的赢单商机同时当作交易读取。
//!
//! 表头示例：`客户名称, 商机名称, 商机阶段, 商机金额, 可能性, 预计成交日期, 负责人`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Opportunities;

impl Table for Opportunities {
    fn code(&self) -> &'static str {
        "opportunities"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("client", Kind::Id),
                field("client_name", Kind::Text),
                field("name", Kind::Text),
                field("stage", Kind::Text),
                field("amount", Kind::Money),
                field("currency", Kind::Text),
                field("probability", Kind::Share),
                field("expected_close", Kind::Date),
                field("owner", Kind::Text),
                field("competitor", Kind::Text),
                field("created", Kind::Date),
                field("kind", Kind::Text),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["client", "client_name"], &["name"]]
    }

    fn telltale(&self) -> &'static [&'static str] {
        &["stage", "probability", "expected_close", "competitor"]
    }

    fn doc(&self) -> &'static str {
        include_str!("opportunities.rs")
    }
}
