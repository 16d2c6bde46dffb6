//! Yearly growth of the client's industry.
//!
//! From the industries table, or the client file's own column. −10 % earns nothing, 0 % 40 points, +10 % 70, +30 % 100.
//!
//! Tune: `score.anchors.industry_growth`.
//! ——
//! 客户所在行业的年增长率。
//!
//! 取自行业表，或客户表自带的列。−10% 0 分，0% 40 分，+10% 70 分，+30% 100 分。
//!
//! 调整：`score.anchors.industry_growth`。

use super::{Group, Metric};
use crate::config;
use crate::features::ClientFeatures;

/// See the head of this file.
pub(super) struct IndustryGrowth;

impl Metric for IndustryGrowth {
    fn code(&self) -> &'static str {
        "industry_growth"
    }

    fn group(&self) -> Group {
        Group::Potential
    }

    fn value(&self, features: &ClientFeatures, _config: &config::Score) -> Option<f64> {
        features.industry_growth
    }

    fn doc(&self) -> &'static str {
        include_str!("industry_growth.rs")
    }
}
