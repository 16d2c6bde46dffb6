//! The client is later with its next order than its own rhythm explains.
//!
//! Days since the last order against the client's median gap: low over 1.5 gaps, medium over 2, high over 3 (medium and high
//! also over the 90th percentile of the gaps), and never under 30 days. Needs three gaps in the last 36 months.
//!
//! Example: a client that orders every 21 days and has been silent for 74 is at 3.5 gaps: high.
//! Tune: `signal.order_overdue.gaps`, `signal.order_overdue.min_days`.
//! ——
//! 客户下单比自己平时的节奏晚。
//!
//! 距上次下单的天数与平时间隔（中位数）相比：超过 1.5 倍为低，2 倍为中，3 倍为高（中、高还须超过间隔的 90 分位），30 天以内不报。需要近 36 个月内至少三个间隔。
//!
//! 举例：平时 21 天一单，现已 74 天未下单，为 3.5 倍：高。
//! 调整：`signal.order_overdue.gaps`、`signal.order_overdue.min_days`。

use super::{Level, Signal, Verdict, day, verdict};
use crate::config;
use crate::diagnostic::Fact;
use crate::features::ClientFeatures;
use crate::money::round12;

/// See the head of this file.
pub(super) struct OrderOverdue;

impl Signal for OrderOverdue {
    fn code(&self) -> &'static str {
        "order_overdue"
    }

    fn action(&self) -> &'static str {
        "ask_order"
    }

    fn judge(&self, features: &ClientFeatures, config: &config::Signals) -> Option<Verdict> {
        let (gap, p90) = (features.order_gap_median?, features.order_gap_p90?);
        let days = f64::from(features.days_since_last_order?);
        let rule = &config.order_overdue;
        let late = |gaps: f64| round12(days / gap) > gaps;
        let level = if days <= rule.min_days {
            None
        } else if late(rule.gaps.high) && days > round12(p90) {
            Some(Level::High)
        } else if late(rule.gaps.medium) && days > round12(p90) {
            Some(Level::Medium)
        } else {
            late(rule.gaps.low).then_some(Level::Low)
        };
        Some(verdict(level, || {
            [
                ("days", Fact::Int(days as i64)),
                ("gap", Fact::Number(gap)),
                ("last_order", day(features.last_order)),
            ]
        }))
    }

    fn doc(&self) -> &'static str {
        include_str!("order_overdue.rs")
    }
}
