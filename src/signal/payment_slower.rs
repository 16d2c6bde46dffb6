//! The client takes longer to pay.
//!
//! Mean days to payment of the last 12 months less that of the 12 before: +15 days low, +30 medium, +60 high. Needs paid dates or
//! payment days.
//!
//! Tune: `signal.payment_slower.days`.
//! ——
//! 客户回款变慢。
//!
//! 近 12 个月平均回款天数减前 12 个月：+15 天为低，+30 天为中，+60 天为高。需要收款日期或回款天数。
//!
//! 调整：`signal.payment_slower.days`。

use super::{Signal, Verdict, at_least, verdict};
use crate::config;
use crate::diagnostic::Fact;
use crate::features::ClientFeatures;
use crate::money::round12;

/// See the head of this file.
pub(super) struct PaymentSlower;

impl Signal for PaymentSlower {
    fn code(&self) -> &'static str {
        "payment_slower"
    }

    fn action(&self) -> &'static str {
        "agree_payment"
    }

    fn judge(&self, features: &ClientFeatures, config: &config::Signals) -> Option<Verdict> {
        let (now, before) = (features.pay_days?, features.pay_days_prior?);
        let facts =
            || [("days", Fact::Number(now.round())), ("days_prior", Fact::Number(before.round()))];
        Some(verdict(at_least(round12(now - before), config.payment_slower.days), facts))
    }

    fn doc(&self) -> &'static str {
        include_str!("payment_slower.rs")
    }
}
