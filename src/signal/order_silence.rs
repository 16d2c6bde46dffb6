//! The client has not ordered for long, and too few orders are known to tell its rhythm.
//!
//! Over 90 days low, 180 medium, 365 high. When one or two gaps are known, the silence must also be over 1.5 times the longest.
//!
//! Tune: `signal.order_silence.days`, `signal.order_silence.longest_gap`.
//! ——
//! 客户长期没有下单，且订单太少，看不出节奏。
//!
//! 超过 90 天为低，180 天为中，365 天为高。已知一两个间隔时，还须超过最长间隔的 1.5 倍。
//!
//! 调整：`signal.order_silence.days`、`signal.order_silence.longest_gap`。

use super::{Signal, Verdict, above, day, verdict};
use crate::config;
use crate::diagnostic::Fact;
use crate::features::ClientFeatures;

/// See the head of this file.
pub(super) struct OrderSilence;

impl Signal for OrderSilence {
    fn code(&self) -> &'static str {
        "order_silence"
    }

    fn action(&self) -> &'static str {
        "ask_change"
    }

    fn judge(&self, features: &ClientFeatures, config: &config::Signals) -> Option<Verdict> {
        if features.order_gap_median.is_some() {
            return None;
        }
        let days = f64::from(features.days_since_last_order?);
        let rule = &config.order_silence;
        let usual = features
            .order_gap_longest
            .is_some_and(|longest| days <= rule.longest_gap * f64::from(longest));
        let level = if usual { None } else { above(days, rule.days) };
        Some(verdict(level, || {
            [("days", Fact::Int(days as i64)), ("last_order", day(features.last_order))]
        }))
    }

    fn doc(&self) -> &'static str {
        include_str!("order_silence.rs")
    }
}
