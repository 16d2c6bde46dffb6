//! The margin rate fell: prices are under pressure or costs are not passed on.
//!
//! Margin rate of the last 12 months less that of the 12 before: −5 points low, −10 medium, −20 high. Needs costs or margins.
//!
//! Tune: `signal.margin_down.points`.
//! ——
//! 毛利率下降：价格受压或成本未能转嫁。
//!
//! 近 12 个月毛利率减前 12 个月毛利率：−5 个百分点为低，−10 为中，−20 为高。需要成本或毛利。
//!
//! 调整：`signal.margin_down.points`。

use super::{Signal, Verdict, at_most, verdict};
use crate::config;
use crate::diagnostic::Fact;
use crate::features::ClientFeatures;
use crate::money::round12;

/// See the head of this file.
pub(super) struct MarginDown;

impl Signal for MarginDown {
    fn code(&self) -> &'static str {
        "margin_down"
    }

    fn action(&self) -> &'static str {
        "check_prices"
    }

    fn judge(&self, features: &ClientFeatures, config: &config::Signals) -> Option<Verdict> {
        let (now, before) = (features.margin_rate?, features.margin_rate_prior?);
        let facts = || [("rate", Fact::Share(now)), ("rate_prior", Fact::Share(before))];
        Some(verdict(at_most(round12(now - before), config.margin_down.points), facts))
    }

    fn doc(&self) -> &'static str {
        include_str!("margin_down.rs")
    }
}
