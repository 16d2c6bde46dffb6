//! Industries: how fast each one grows.
//!
//! Growth is yearly, written as `0.12` or `12%`. Joined to clients by the name of their industry.
//!
//! Example headings: `Industry, Growth`.
//! ——
//! 行业：各行业的增长速度。
//!
//! 增长率按年，写作 `0.12` 或 `12%`，按客户的行业名称匹配。
//!
//! 表头示例：`行业, 增长率`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Industries;

impl Table for Industries {
    fn code(&self) -> &'static str {
        "industries"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("industry", Kind::Text),
                field("growth", Kind::Share),
                field("competition", Kind::Text),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["industry"], &["growth"]]
    }

    fn doc(&self) -> &'static str {
        include_str!("industries.rs")
    }
}
