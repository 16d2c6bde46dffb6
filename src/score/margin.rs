//! Margin of the last 12 months, less the cost of the capital outstanding.
//!
//! Margin rate × net sales − net sales × `pay_days` ÷ 365 × `features.capital_rate` (6 % a year). The margin rate comes from the
//! rows whose cost or margin is known; it is unknown when they cover less than 80 % of the amount. The scale is calibrated as
//! for net sales.
//!
//! Tune: `score.weights.margin`, `score.anchors.margin`, `features.capital_rate`, `features.margin_known`.
//! ——
//! 近 12 个月毛利，扣除资金占用成本。
//!
//! 毛利率 × 净销售额 − 净销售额 × 回款天数 ÷ 365 × `features.capital_rate`（年 6%）。毛利率取成本或毛利已知的行；已知行不足金额的 80% 时视为未知。标尺校准方式同净销售额。
//!
//! 调整：`score.weights.margin`、`score.anchors.margin`、`features.capital_rate`、`features.margin_known`。

use super::{Group, Metric, Total};
use crate::config;
use crate::features::ClientFeatures;

/// See the head of this file.
pub(super) struct Margin;

impl Metric for Margin {
    fn code(&self) -> &'static str {
        "margin"
    }

    fn group(&self) -> Group {
        Group::Contribution
    }

    fn value(&self, features: &ClientFeatures, _config: &config::Score) -> Option<f64> {
        features.margin_net
    }

    fn total(&self) -> Option<Total> {
        Some(Total::Margin)
    }

    fn doc(&self) -> &'static str {
        include_str!("margin.rs")
    }
}
