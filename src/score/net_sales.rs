//! Net sales of the last 12 months, less where they were paid late.
//!
//! Gross sales less returns. When the client takes longer than `features.credit_days` (60) to pay, the figure is scaled by
//! `credit_days` ÷ `pay_days`: sales on long credit count for less. The scale is calibrated on the active clients (median = 50
//! points, 90th percentile = 90) unless anchors freeze it; under 10 such clients it uses shares of total sales.
//!
//! Example: 1,200,000 paid in 90 days counts as 800,000.
//! Tune: `score.weights.net_sales`, `score.anchors.net_sales`, `features.credit_days`.
//! ——
//! 近 12 个月净销售额，回款慢的打折计入。
//!
//! 销售额减退货。回款天数超过 `features.credit_days`（60 天）时，按 60 ÷ 回款天数折算：长账期的销售含金量低。默认按活跃客户校准（中位数 50 分，90 分位 90 分）；
//! 活跃客户不足 10 个时按占总销售额的比例给分；在配置中写入锚点即可固定标尺。
//!
//! 举例：1,200,000 元、90 天回款，按 800,000 元计分。
//! 调整：`score.weights.net_sales`、`score.anchors.net_sales`、`features.credit_days`。

use super::{Group, Metric, Total};
use crate::config;
use crate::features::ClientFeatures;

/// See the head of this file.
pub(super) struct NetSales;

impl Metric for NetSales {
    fn code(&self) -> &'static str {
        "net_sales"
    }

    fn group(&self) -> Group {
        Group::Contribution
    }

    fn value(&self, features: &ClientFeatures, _config: &config::Score) -> Option<f64> {
        features.sales_adjusted
    }

    fn total(&self) -> Option<Total> {
        Some(Total::NetSales)
    }

    fn doc(&self) -> &'static str {
        include_str!("net_sales.rs")
    }
}
