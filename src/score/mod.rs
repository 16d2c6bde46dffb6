//! Scores: metrics earn points on 0–100, points make groups, groups make the score.
//!
//! A group is the weighted mean of its metrics that have points; the score is the weighted mean of the groups that have
//! any. Missing is never zero: it lowers the coverage, not the score. Each metric is one file, whose head is the
//! documentation that `kam explain` prints, and one line in [`METRICS`].

mod added;
mod business_lines;
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

pub use added::Model;
pub use compute::{ClientScore, Scores, score};
pub use goalposts::{Goalposts, Scale, Scales};

use std::sync::Arc;

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

/// A value per metric, in the order of the [`Model`]; `None` is unknown. As JSON: metric → value, unknown ones absent.
///
/// A review holds two of these per client, so they are kept small: inside, what is unknown is not a number.
#[derive(Clone, Debug, Default)]
pub struct ByMetric {
    values: Box<[f64]>,
    /// Codes of the metrics after those of [`METRICS`], shared by all clients.
    added: Option<Arc<Vec<&'static str>>>,
}

impl ByMetric {
    /// The value of a metric.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<f64> {
        self.codes().zip(self.iter()).find(|(known, _)| *known == code)?.1
    }

    /// The codes of its metrics.
    fn codes(&self) -> impl Iterator<Item = &'static str> + '_ {
        let added = self.added.iter().flat_map(|codes| codes.iter().copied());
        METRICS.iter().map(|metric| metric.code()).chain(added)
    }

    /// The same values with the codes of added metrics.
    fn of(self, added: Option<&Arc<Vec<&'static str>>>) -> Self {
        Self { added: added.cloned(), ..self }
    }

    /// The value of the metric at a position of the model.
    #[must_use]
    pub fn at(&self, metric: usize) -> Option<f64> {
        self.values.get(metric).copied().filter(|value| !value.is_nan())
    }

    /// All values.
    pub fn iter(&self) -> impl Iterator<Item = Option<f64>> + '_ {
        (0..self.values.len()).map(|metric| self.at(metric))
    }
}

impl FromIterator<Option<f64>> for ByMetric {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        let values = values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        Self { values, added: None }
    }
}

impl PartialEq for ByMetric {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Serialize for ByMetric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = self.codes().zip(self.iter());
        serializer.collect_map(known.filter_map(|(code, value)| Some((code, value?))))
    }
}

impl<'a> FromIterator<(&'a str, f64)> for ByMetric {
    fn from_iter<I: IntoIterator<Item = (&'a str, f64)>>(values: I) -> Self {
        let values: Vec<(&str, f64)> = values.into_iter().collect();
        let of = |code| values.iter().find(|(known, _)| *known == code).map(|(_, value)| *value);
        METRICS.iter().map(|metric| of(metric.code())).collect()
    }
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
