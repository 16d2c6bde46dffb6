//! Distinct business lines bought in the last 12 months.
//!
//! One line earns 40 points, two 70, three 100. Unknown when the data names no business line.
//!
//! Tune: `score.anchors.business_lines`. The strategic tier asks for three lines (`tier.strategic.business_lines`).
//! ——
//! 近 12 个月采购的业务线数。
//!
//! 一条 40 分，两条 70 分，三条 100 分。数据没有业务线时视为未知。
//!
//! 调整：`score.anchors.business_lines`。战略客户要求三条业务线（`tier.strategic.business_lines`）。

use super::{Group, Metric};
use crate::config;
use crate::features::ClientFeatures;

/// See the head of this file.
pub(super) struct BusinessLines;

impl Metric for BusinessLines {
    fn code(&self) -> &'static str {
        "business_lines"
    }

    fn group(&self) -> Group {
        Group::Synergy
    }

    fn value(&self, features: &ClientFeatures, _config: &config::Score) -> Option<f64> {
        features.lines.map(f64::from)
    }

    fn doc(&self) -> &'static str {
        include_str!("business_lines.rs")
    }
}
