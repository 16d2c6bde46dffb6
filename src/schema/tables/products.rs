//! Products: what a product code stands for.
//!
//! Fills the business line of transactions that name only a product, and their cost as unit cost × quantity where the
//! transactions have none of their own.
//!
//! Example headings: `Product, Product name, Business line, Unit cost`.
//! ——
//! 产品：产品编码的含义。
//!
//! 交易只有产品编码时，用来补上业务线；交易没有成本时，按单位成本 × 数量补上成本。
//!
//! 表头示例：`产品编码, 产品名称, 业务线, 单位成本`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Products;

impl Table for Products {
    fn code(&self) -> &'static str {
        "products"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("product", Kind::Id),
                field("name", Kind::Text),
                field("business_line", Kind::Text),
                field("unit_cost", Kind::Money),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["product"], &["business_line", "unit_cost"]]
    }

    fn doc(&self) -> &'static str {
        include_str!("products.rs")
    }
}
