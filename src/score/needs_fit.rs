//! How well what we offer fits the client's needs, rated 1–5 in the client file.
//!
//! 1 earns no points, 5 earns 100. The potential tier asks for 4 or more (`tier.potential.needs_fit`).
//!
//! Tune: `score.anchors.needs_fit`.
//! ——
//! 产品与客户需求的匹配程度，取自客户表的 1–5 分评分。
//!
//! 1 分得 0，5 分得 100。潜力客户要求不低于 4（`tier.potential.needs_fit`）。
//!
//! 调整：`score.anchors.needs_fit`。

use super::{Group, Metric};
use crate::config;
use crate::features::ClientFeatures;

/// See the head of this file.
pub(super) struct NeedsFit;

impl Metric for NeedsFit {
    fn code(&self) -> &'static str {
        "needs_fit"
    }

    fn group(&self) -> Group {
        Group::Synergy
    }

    fn value(&self, features: &ClientFeatures, _config: &config::Score) -> Option<f64> {
        features.needs_fit
    }

    fn doc(&self) -> &'static str {
        include_str!("needs_fit.rs")
    }
}
