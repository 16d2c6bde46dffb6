//! The client sends more back.
//!
//! Return rate of the last 12 months less that of the 12 before: +3 points low, +5 medium, +10 high, when it is also at least 1.5
//! times the old rate.
//!
//! Tune: `signal.returns_up.points`, `signal.returns_up.ratio`.
//! ——
//! 客户退货增加。
//!
//! 近 12 个月退货率减前 12 个月退货率：+3 个百分点为低，+5 为中，+10 为高，且须达到原退货率的 1.5 倍。
//!
//! 调整：`signal.returns_up.points`、`signal.returns_up.ratio`。

use super::{Signal, Verdict, at_least, verdict};
use crate::config;
use crate::diagnostic::Fact;
use crate::features::ClientFeatures;
use crate::money::round12;

/// See the head of this file.
pub(super) struct ReturnsUp;

impl Signal for ReturnsUp {
    fn code(&self) -> &'static str {
        "returns_up"
    }

    fn action(&self) -> &'static str {
        "find_returns"
    }

    fn judge(&self, features: &ClientFeatures, config: &config::Signals) -> Option<Verdict> {
        let (now, before) = (features.return_rate?, features.return_rate_prior?);
        let rule = &config.returns_up;
        let level = if round12(now) >= round12(rule.ratio * before) {
            at_least(round12(now - before), rule.points)
        } else {
            None
        };
        Some(verdict(level, || [("rate", Fact::Share(now)), ("rate_prior", Fact::Share(before))]))
    }

    fn doc(&self) -> &'static str {
        include_str!("returns_up.rs")
    }
}
