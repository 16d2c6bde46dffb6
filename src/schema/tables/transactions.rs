//! Transactions: the lines of orders or invoices. The only table that must be there.
//!
//! Each row needs a client (id or name), a date and an amount (or quantity and unit price). Negative amounts are
//! returns. A cost or margin column makes margins known, a product or business line column the breadth of the
//! relationship, a paid date or payment days the payment behaviour. Rows whose status is cancelled or draft, whose type is a payment or a
//! quotation, and deals that are not won, do not count; rows whose type is a return (`return_type`) are returns without a minus sign too.
//!
//! Example headings: `Customer ID, Order Date, Net Total, Order Reference, Category`.
//! ——
//! 交易：订单或发票的明细行，唯一必需的表。
//!
//! 每行需要客户（编号或名称）、日期和金额（或数量与单价）。负数金额视为退货。有成本或毛利列才能算毛利，有产品或业务线列才能算合作广度，
//! 有收款日期或回款天数列才能算回款。状态为作废、草稿、取消的行，单据类型为收款、报价的行，以及未赢单的商机不计入；类型为退货（`return_type`）的行没有负号也按退货计。
//!
//! 表头示例：`客户编号, 业务日期, 无税金额, 单据编号, 产品类别`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Transactions;

impl Table for Transactions {
    fn code(&self) -> &'static str {
        "transactions"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("client", Kind::Id),
                field("client_name", Kind::Text),
                field("date", Kind::Date),
                field("amount", Kind::Money),
                field("cost", Kind::Money),
                field("margin", Kind::Money),
                field("business_line", Kind::Text),
                field("product", Kind::Id),
                field("order_id", Kind::Id),
                field("line_no", Kind::Id),
                field("quantity", Kind::Money),
                field("unit_price", Kind::Money),
                field("unit_cost", Kind::Money),
                field("returned", Kind::Money),
                field("due_date", Kind::Date),
                field("paid_date", Kind::Date),
                field("pay_days", Kind::Number),
                field("currency", Kind::Text),
                field("discount", Kind::Number),
                field("owner", Kind::Text),
                field("status", Kind::Text),
                field("stage", Kind::Text),
                field("voided", Kind::Text),
                field("kind", Kind::Text),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["client", "client_name"], &["date"], &["amount", "unit_price"]]
    }

    fn doc(&self) -> &'static str {
        include_str!("transactions.rs")
    }
}
