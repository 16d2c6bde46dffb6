//! What share of the client's yearly demand is still open to us.
//!
//! 1 − net sales ÷ `annual_potential`, between 0 and 1. Unknown without a yearly demand in the client file.
//!
//! Tune: `score.anchors.headroom`.
//! ——
//! 客户年采购需求中尚未由我们供货的比例。
//!
//! 1 − 净销售额 ÷ 年采购预算，取 0–1。客户表没有年采购预算时视为未知。
//!
//! 调整：`score.anchors.headroom`。

use super::{Group, Metric};
use crate::config;
use crate::features::ClientFeatures;

/// See the head of this file.
pub(super) struct Headroom;

impl Metric for Headroom {
    fn code(&self) -> &'static str {
        "headroom"
    }

    fn group(&self) -> Group {
        Group::Potential
    }

    fn value(&self, features: &ClientFeatures, _config: &config::Score) -> Option<f64> {
        features.headroom
    }

    fn doc(&self) -> &'static str {
        include_str!("headroom.rs")
    }
}
