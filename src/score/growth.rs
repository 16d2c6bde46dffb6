//! Growth of net sales against the 12 months before.
//!
//! −30 % or worse earns nothing, no change 40 points, +30 % 80, +100 % 100. Unknown when the client's first order, or the data,
//! begins more than 90 days into the year before, or when that year's sales were not positive. Growth outside −100 % … +200 %
//! counts as those.
//!
//! Tune: `score.anchors.growth`, `score.growth_range`, `features.growth_grace_days`.
//! ——
//! 净销售额与前 12 个月相比的增长率。
//!
//! −30% 及以下 0 分，持平 40 分，+30% 80 分，+100% 100 分。客户首单或数据起点比上一年度开始晚 90 天以上，或上一年度净销售额不为正时，视为未知。超出 −100%…+200% 的按边界计。
//!
//! 调整：`score.anchors.growth`、`score.growth_range`、`features.growth_grace_days`。

use super::{Group, Metric};
use crate::config;
use crate::features::ClientFeatures;

/// See the head of this file.
pub(super) struct Growth;

impl Metric for Growth {
    fn code(&self) -> &'static str {
        "growth"
    }

    fn group(&self) -> Group {
        Group::Potential
    }

    fn value(&self, features: &ClientFeatures, config: &config::Score) -> Option<f64> {
        features.growth.map(|growth| growth.clamp(config.growth_range.0, config.growth_range.1))
    }

    fn doc(&self) -> &'static str {
        include_str!("growth.rs")
    }
}
