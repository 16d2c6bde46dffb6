//! Scores: metrics earn points on 0–100, points make groups, groups make the score.
//!
//! A group is the weighted mean of its metrics that have points; the score is the weighted mean of the groups that have
//! any. Missing is never zero: it lowers the coverage, not the score. Each metric is one file, whose head is the
//! documentation that `kam explain` prints, and one line in [`METRICS`].

mod added;
mod business_lines;
mod by_metric;
mod compute;
mod executive_contact;
mod goalposts;
mod growth;
mod headroom;
mod industry_growth;
mod joint_work;
mod margin;
mod needs_fit;
mod net_sales;
mod referrals;
mod segments;
mod weighing;

pub use added::Model;
pub use by_metric::ByMetric;
pub use compute::{ClientScore, Scores, score};
pub use goalposts::{Goalposts, Scale, Scales};
pub use segments::{Belongs, segments};
pub use weighing::{Weighing, Weighings};

use serde::{Serialize, Serializer};

use crate::config;
use crate::features::ClientFeatures;

/// A group of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// What the client brings in.
    Contribution,
    /// How closely we work together.
    Synergy,
    /// What may still come.
    Potential,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Contribution, Self::Synergy, Self::Potential];

    /// The code used in files and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Contribution => "contribution",
            Self::Synergy => "synergy",
            Self::Potential => "potential",
        }
    }
}

/// The total that a metric's share anchors are shares of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// Σ net sales.
    NetSales,
    /// Σ positive net margin.
    Margin,
}

/// A metric.
pub trait Metric: Sync {
    /// Its name in settings, messages and JSON.
    fn code(&self) -> &'static str;
    /// Its group.
    fn group(&self) -> Group;
    /// The value that earns points; `None` is unknown.
    fn value(&self, features: &ClientFeatures, config: &config::Score) -> Option<f64>;
    /// Set for metrics that are calibrated where no anchors are given: the total that their share anchors refer to.
    fn total(&self) -> Option<Total> {
        None
    }
    /// Its documentation in both languages: the head of its file.
    fn doc(&self) -> &'static str;
}

/// Points per group, in the order of [`Group::ALL`]; `None` is unknown. As JSON: group → points, unknown ones absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ByGroup(pub [Option<f64>; 3]);

impl ByGroup {
    /// The points of a group.
    #[must_use]
    pub fn get(&self, group: Group) -> Option<f64> {
        self.0[group as usize]
    }
}

impl Serialize for ByGroup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = Group::ALL
            .iter()
            .zip(&self.0)
            .filter_map(|(group, points)| Some((group.code(), (*points)?)));
        serializer.collect_map(known)
    }
}

/// All built-in metrics, in the order of the model.
pub const METRICS: &[&dyn Metric] = &[
    &net_sales::NetSales,
    &margin::Margin,
    &business_lines::BusinessLines,
    &needs_fit::NeedsFit,
    &joint_work::JointWork,
    &executive_contact::ExecutiveContact,
    &growth::Growth,
    &industry_growth::IndustryGrowth,
    &headroom::Headroom,
    &referrals::Referrals,
];
