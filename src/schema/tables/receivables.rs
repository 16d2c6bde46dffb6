//! Receivables: invoices with what is still to be paid.
//!
//! Needs a client, a due date, and an amount or what is outstanding. An invoice paid by the as-of date is settled; else what is outstanding
//! counts, which is the amount less what was received where no such column says it. It is overdue from the day after it was due.
//! A sheet that could be transactions too is one of receivables only while other inputs hold the transactions.
//!
//! Example headings: `Client, Invoice number, Issued on, Due date, Amount, Paid on, Outstanding amount`.
//! ——
//! 应收：发票及其未收款。
//!
//! 需要客户、到期日，以及金额或未收金额。截止日前已付清的视为结清；否则按未收金额计，没有该列时按金额减已收金额计。到期次日起算逾期。
//! 既像交易又像应收的表，只在另有交易数据时才单作应收。
//!
//! 表头示例：`客户名称, 发票号, 开票日期, 到期日, 应收金额, 付清日期, 未收金额`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Receivables;

impl Table for Receivables {
    fn code(&self) -> &'static str {
        "receivables"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("client", Kind::Id),
                field("client_name", Kind::Text),
                field("invoice", Kind::Id),
                field("issued", Kind::Date),
                field("due", Kind::Date),
                field("paid", Kind::Date),
                field("amount", Kind::Money),
                field("received", Kind::Money),
                field("outstanding", Kind::Money),
                field("currency", Kind::Text),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["client", "client_name"], &["due"], &["amount", "outstanding"]]
    }

    fn doc(&self) -> &'static str {
        include_str!("receivables.rs")
    }
}
