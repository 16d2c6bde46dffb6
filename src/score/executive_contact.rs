//! Executive visits in the last 12 months.
//!
//! Four or more earn 100 points. The strategic tier asks for two (`tier.strategic.executive_contact`).
//!
//! Tune: `score.anchors.executive_contact`.
//! ——
//! 近 12 个月高层互访次数。
//!
//! 四次及以上得 100 分。战略客户要求两次（`tier.strategic.executive_contact`）。
//!
//! 调整：`score.anchors.executive_contact`。

use super::{Group, Metric};
use crate::config;
use crate::features::ClientFeatures;

/// See the head of this file.
pub(super) struct ExecutiveContact;

impl Metric for ExecutiveContact {
    fn code(&self) -> &'static str {
        "executive_contact"
    }

    fn group(&self) -> Group {
        Group::Synergy
    }

    fn value(&self, features: &ClientFeatures, _config: &config::Score) -> Option<f64> {
        features.exec_visits
    }

    fn doc(&self) -> &'static str {
        include_str!("executive_contact.rs")
    }
}
