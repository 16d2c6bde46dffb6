//! Other clients that this client referred to us in the last 12 months.
//!
//! One earns 60 points, three 100.
//!
//! Tune: `score.anchors.referrals`.
//! ——
//! 近 12 个月转介绍的新客户数。
//!
//! 一个 60 分，三个 100 分。
//!
//! 调整：`score.anchors.referrals`。

use super::{Group, Metric};
use crate::config;
use crate::features::ClientFeatures;

/// See the head of this file.
pub(super) struct Referrals;

impl Metric for Referrals {
    fn code(&self) -> &'static str {
        "referrals"
    }

    fn group(&self) -> Group {
        Group::Potential
    }

    fn value(&self, features: &ClientFeatures, _config: &config::Score) -> Option<f64> {
        features.referrals
    }

    fn doc(&self) -> &'static str {
        include_str!("referrals.rs")
    }
}
