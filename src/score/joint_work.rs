//! Joint projects and awards won together in the last 36 months.
//!
//! One earns 50 points, three 100. A blank count is unknown; if one of the two is known, it counts alone.
//!
//! Tune: `score.anchors.joint_work`.
//! ——
//! 近 36 个月联合项目与共同获奖数之和。
//!
//! 一个 50 分，三个 100 分。空白为未知；两项只知其一时按已知的计。
//!
//! 调整：`score.anchors.joint_work`。

use super::{Group, Metric};
use crate::config;
use crate::features::ClientFeatures;

/// See the head of this file.
pub(super) struct JointWork;

impl Metric for JointWork {
    fn code(&self) -> &'static str {
        "joint_work"
    }

    fn group(&self) -> Group {
        Group::Synergy
    }

    fn value(&self, features: &ClientFeatures, _config: &config::Score) -> Option<f64> {
        features.joint_work
    }

    fn doc(&self) -> &'static str {
        include_str!("joint_work.rs")
    }
}
