//! Contracts: what runs until when.
//!
//! Needs a client and an end. A contract counts from the day it was signed, else from its start; one that is cancelled or a draft
//! (`skip_status`) never does. What counts is the end of the last contract of a client.
//!
//! Example headings: `Client, Contract ID, Signed on, Start date, End date, Amount`.
//! ——
//! 合同：签了什么、何时到期。
//!
//! 需要客户和结束日期。合同自签订日起算，没有签订日的自开始日起算；已作废或草稿状态（`skip_status`）的不计。到期以客户最晚结束的合同为准。
//!
//! 表头示例：`客户名称, 合同编号, 签订日期, 合同开始时间, 合同结束时间, 合同金额`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Contracts;

impl Table for Contracts {
    fn code(&self) -> &'static str {
        "contracts"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("client", Kind::Id),
                field("client_name", Kind::Text),
                field("contract_id", Kind::Id),
                field("name", Kind::Text),
                field("signed", Kind::Date),
                field("start", Kind::Date),
                field("end", Kind::Date),
                field("amount", Kind::Money),
                field("currency", Kind::Text),
                field("status", Kind::Text),
                field("business_line", Kind::Text),
                field("owner", Kind::Text),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["client", "client_name"], &["end"]]
    }

    fn telltale(&self) -> &'static [&'static str] {
        &["contract_id", "name", "start", "amount"]
    }

    fn doc(&self) -> &'static str {
        include_str!("contracts.rs")
    }
}
