//! The client buys less than a year ago.
//!
//! Net sales of the last 90 days against the same days a year earlier: −30 % or worse low, −50 % medium, −80 % high. Needs
//! positive sales and at least 3 orders a year ago, so season does not fool it.
//!
//! Tune: `signal.sales_down.change`, `signal.sales_down.min_orders`.
//! ——
//! 客户采购额低于去年同期。
//!
//! 近 90 天净销售额与去年同期相比：−30% 及以下为低，−50% 为中，−80% 为高。去年同期须有正的销售额且不少于 3 单，避免季节误报。
//!
//! 调整：`signal.sales_down.change`、`signal.sales_down.min_orders`。

use super::{Signal, Verdict, at_most, verdict};
use crate::config;
use crate::diagnostic::Fact;
use crate::features::ClientFeatures;
use crate::money::{Money, round12};

/// See the head of this file.
pub(super) struct SalesDown;

impl Signal for SalesDown {
    fn code(&self) -> &'static str {
        "sales_down"
    }

    fn action(&self) -> &'static str {
        "ask_sales"
    }

    fn judge(&self, features: &ClientFeatures, config: &config::Signals) -> Option<Verdict> {
        let rule = &config.sales_down;
        if features.sales_recent_ly <= Money::ZERO || features.orders_recent_ly < rule.min_orders {
            return None;
        }
        let change =
            round12(features.sales_recent.to_f64() / features.sales_recent_ly.to_f64() - 1.0);
        let facts = || {
            [
                ("change", Fact::Share(-change)),
                ("sales", Fact::Money(features.sales_recent)),
                ("sales_ly", Fact::Money(features.sales_recent_ly)),
            ]
        };
        Some(verdict(at_most(change, rule.change), facts))
    }

    fn doc(&self) -> &'static str {
        include_str!("sales_down.rs")
    }
}
