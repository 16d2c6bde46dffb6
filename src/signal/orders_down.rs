//! The client orders less often than it used to.
//!
//! Orders of the last 90 days against a third of those of the 270 days before: at most 0.7 low, 0.5 medium, 0.2 high. Needs at
//! least 6 orders in those 270 days.
//!
//! Tune: `signal.orders_down.ratio`, `signal.orders_down.min_orders`.
//! ——
//! 客户下单次数比以前少。
//!
//! 近 90 天订单数与此前 270 天的三分之一相比：不高于 0.7 为低，0.5 为中，0.2 为高。此前 270 天至少要有 6 单。
//!
//! 调整：`signal.orders_down.ratio`、`signal.orders_down.min_orders`。

use super::{Signal, Verdict, at_most, verdict};
use crate::config;
use crate::diagnostic::Fact;
use crate::features::ClientFeatures;
use crate::money::round12;

/// See the head of this file.
pub(super) struct OrdersDown;

impl Signal for OrdersDown {
    fn code(&self) -> &'static str {
        "orders_down"
    }

    fn action(&self) -> &'static str {
        "ask_rivals"
    }

    fn judge(&self, features: &ClientFeatures, config: &config::Signals) -> Option<Verdict> {
        let rule = &config.orders_down;
        if features.orders_base < rule.min_orders {
            return None;
        }
        let usual = f64::from(features.orders_base) / 3.0;
        let ratio = round12(f64::from(features.orders_recent) / usual);
        let facts = || {
            [
                ("orders", Fact::Int(i64::from(features.orders_recent))),
                ("usual", Fact::Number(usual)),
            ]
        };
        Some(verdict(at_most(ratio, rule.ratio), facts))
    }

    fn doc(&self) -> &'static str {
        include_str!("orders_down.rs")
    }
}
