//! Rates: what other currencies are worth in the currency of the review.
//!
//! One row per currency and day from which the rate holds: the newest rate on or before the date of a transaction counts.
//! A row without a date holds from the beginning. Rates that banks give for 100 units have a column that says so. Where a
//! column names the currency that rates lead to, only the rows that lead to the currency of the review are used.
//!
//! Example headings: `Currency, Date, Rate, Per`.
//! ——
//! 汇率：其他币种折算为评审币种的比率。
//!
//! 每个币种每个生效日期一行：取交易日期当天或之前最新的汇率。没有日期的行自始有效。银行按 100 外币报价时，用“每”列写明 100。
//! 如果有一列写明折算为哪种货币，则只采用折算为评审币种的行。
//!
//! 表头示例：`币种, 日期, 汇率, 每`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Rates;

impl Table for Rates {
    fn code(&self) -> &'static str {
        "rates"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("currency", Kind::Text),
                field("date", Kind::Date),
                field("rate", Kind::Number),
                field("per", Kind::Number),
                field("to", Kind::Text),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["currency"], &["rate"]]
    }

    fn doc(&self) -> &'static str {
        include_str!("rates.rs")
    }
}
