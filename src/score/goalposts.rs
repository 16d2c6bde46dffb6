//! Goalposts: a list of (value, points) joined by straight lines and flat outside.
//!
//! A metric takes its goalposts from the anchors in the settings; the two money metrics, which have none by default, are
//! calibrated on the values of the active clients, or, with too few of those, use shares of the total.

use std::borrow::Borrow;

use crate::config;
use crate::features::{ClientFeatures, percentile};
use crate::money::Money;

use super::{Metric, Model, Total};

/// Quantiles that calibrated goalposts stand at, and their points.
const CALIBRATION: [(f64, f64); 4] = [(0.10, 10.0), (0.50, 50.0), (0.90, 90.0), (1.00, 100.0)];

/// A list of (value, points), ascending in value.
#[derive(Clone, Debug, PartialEq)]
pub struct Goalposts(pub Vec<(f64, f64)>);

impl Goalposts {
    /// The points of a value, 0–100.
    #[must_use]
    pub fn points(&self, value: f64) -> f64 {
        let posts = &self.0;
        let above = posts.partition_point(|post| post.0 <= value);
        if above == 0 {
            return posts.first().map_or(0.0, |post| post.1);
        }
        let (from, points_from) = posts[above - 1];
        match posts.get(above) {
            None => points_from,
            Some((to, points_to)) => {
                points_from + (points_to - points_from) * (value - from) / (to - from)
            }
        }
    }

    /// Goalposts at the quantiles of values above zero; equal values keep the highest points.
    #[must_use]
    pub fn calibrated(values: &mut [f64]) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let mut posts: Vec<(f64, f64)> = vec![(0.0, 0.0)];
        for (quantile, points) in CALIBRATION {
            let Some(value) = percentile(values, quantile) else {
                continue;
            };
            match posts.last_mut() {
                Some(last) if last.0.total_cmp(&value).is_eq() => last.1 = points,
                _ => posts.push((value, points)),
            }
        }
        Self(posts)
    }
}

/// How goalposts came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// From the settings.
    Anchored,
    /// From the active clients.
    Calibrated,
    /// From shares of the total.
    Shares,
}

/// The goalposts of every metric, in the order of the [`Model`].
#[derive(Clone, Debug, PartialEq)]
pub struct Scales(pub Vec<(Goalposts, Scale)>);

impl Scales {
    /// Finds the goalposts of every metric from the settings and the active clients.
    #[must_use]
    pub fn find<F: Borrow<ClientFeatures>>(
        features: &[F],
        active: &[bool],
        config: &config::Score,
    ) -> Self {
        let model = Model::of(config);
        Self(model.iter().map(|metric| find(metric, features, active, config)).collect())
    }
}

fn find<F: Borrow<ClientFeatures>>(
    metric: &dyn Metric,
    features: &[F],
    active: &[bool],
    config: &config::Score,
) -> (Goalposts, Scale) {
    if let Some(anchors) = config.anchors.get(metric.code()) {
        return (Goalposts(anchors.clone()), Scale::Anchored);
    }
    let mut values: Vec<f64> = features
        .iter()
        .zip(active)
        .filter(|(_, active)| **active)
        .filter_map(|(features, _)| metric.value(features.borrow(), config))
        .filter(|value| *value > 0.0)
        .collect();
    if values.len() >= config.calibrate_min {
        return (Goalposts::calibrated(&mut values), Scale::Calibrated);
    }
    let total = match metric.total() {
        Some(Total::NetSales) => {
            let sales = features.iter().map(|features| features.borrow().net_sales);
            sales.sum::<Money>().to_f64()
        }
        Some(Total::Margin) => features
            .iter()
            .filter_map(|features| features.borrow().margin_net)
            .filter(|margin| *margin > 0.0)
            .sum(),
        None => 0.0,
    };
    let shares = config.share_anchors.get(metric.code()).map(Vec::as_slice).unwrap_or_default();
    let posts = if total > 0.0 {
        shares.iter().map(|(share, points)| (share * total, *points)).collect()
    } else {
        Vec::new()
    };
    (Goalposts(posts), Scale::Shares)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_between_posts_and_flat_outside() {
        let posts = Goalposts(vec![(-0.3, 0.0), (0.0, 40.0), (0.3, 80.0), (1.0, 100.0)]);
        for (value, points) in
            [(-1.0, 0.0), (-0.15, 20.0), (0.0, 40.0), (0.3, 80.0), (0.65, 90.0), (5.0, 100.0)]
        {
            assert!((posts.points(value) - points).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn equal_quantiles_keep_the_highest_points() {
        let mut values = vec![5.0; 12];
        assert_eq!(Goalposts::calibrated(&mut values), Goalposts(vec![(0.0, 0.0), (5.0, 100.0)]));
    }

    proptest! {
        #[test]
        fn more_never_earns_fewer_points(mut values in prop::collection::vec(0.01_f64..1e9, 10..40), a in 0.0_f64..1e9, b in 0.0_f64..1e9) {
            let posts = Goalposts::calibrated(&mut values);
            let (low, high) = (posts.points(a.min(b)), posts.points(a.max(b)));
            prop_assert!(low <= high + 1e-9 && (0.0..=100.0 + 1e-9).contains(&high));
        }
    }
}
