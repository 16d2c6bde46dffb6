//! How much of sales and margin the largest clients hold.

use serde::Serialize;

use super::ratio;
use crate::money::Money;
use crate::review::Client;

/// How much of sales the largest clients hold; null when sales are not positive.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Concentration {
    /// The largest 5.
    pub top5: Option<f64>,
    /// The largest 10.
    pub top10: Option<f64>,
    /// The largest 20.
    pub top20: Option<f64>,
    /// The largest 20 % of active clients, rounded up.
    pub top_20_percent: Option<f64>,
    /// What the 20 % of active clients with the largest margin hold of all margin, among those whose margin is known; null
    /// when nobody's is, or the sum is not positive.
    pub top_20_percent_margin: Option<f64>,
    /// How many of the largest clients it takes for 80 % of net sales.
    pub clients_to_80_percent: Option<usize>,
    /// Herfindahl–Hirschman index of positive sales, 0–1.
    pub hhi: Option<f64>,
}

/// What the largest clients hold together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ParetoPoint {
    /// Share of active clients, the largest first: 0.1, 0.2 … 1.
    pub clients_share: f64,
    /// How many that are, rounded up.
    pub clients: usize,
    /// What they hold of all net sales.
    pub sales_share: Option<f64>,
}

/// Net sales of active clients, the largest first.
pub(in crate::review) fn ranked_sales(clients: &[Client]) -> Vec<i64> {
    let active = clients.iter().filter(|client| client.active);
    let mut sales: Vec<i64> = active.map(|client| client.features.net_sales.0).collect();
    sales.sort_unstable_by(|a, b| b.cmp(a));
    sales
}

/// What share of sales the largest clients hold; `sales` are those of active clients, the largest first.
pub(in crate::review) fn concentration(
    clients: &[Client],
    sales: &[i64],
    total: Money,
) -> Concentration {
    let share = |count: usize| held(sales, count, total);
    let positive: f64 = sales.iter().filter(|sales| **sales > 0).map(|sales| *sales as f64).sum();
    Concentration {
        top5: share(5),
        top10: share(10),
        top20: share(20),
        top_20_percent: share(sales.len().div_ceil(5)),
        top_20_percent_margin: margin_held(clients),
        clients_to_80_percent: clients_to(sales, total, (4, 5)),
        hhi: (positive > 0.0).then(|| {
            sales
                .iter()
                .filter(|sales| **sales > 0)
                .map(|sales| (*sales as f64 / positive).powi(2))
                .sum()
        }),
    }
}

/// Ten points, a tenth of the active clients apart.
pub(super) fn pareto(sales: &[i64], total: Money) -> Vec<ParetoPoint> {
    let tenths = if sales.is_empty() { 0 } else { 10 };
    (1..=tenths)
        .map(|tenth| {
            let clients = (sales.len() * tenth).div_ceil(10);
            let sales_share = held(sales, clients, total);
            ParetoPoint { clients_share: tenth as f64 / 10.0, clients, sales_share }
        })
        .collect()
}

fn held(sales: &[i64], count: usize, total: Money) -> Option<f64> {
    ratio(Money(sales.iter().take(count).sum()), total)
}

/// How many of the largest it takes for a share of the total, given as a fraction so that it compares exactly.
fn clients_to(sales: &[i64], total: Money, (part, whole): (i128, i128)) -> Option<usize> {
    if total <= Money::ZERO {
        return None;
    }
    let wanted = i128::from(total.0) * part;
    let mut held = 0_i128;
    let at = sales.iter().position(|sales| {
        held += i128::from(*sales);
        held * whole >= wanted
    });
    at.map(|at| at + 1)
}

fn margin_held(clients: &[Client]) -> Option<f64> {
    let active = clients.iter().filter(|client| client.active);
    let mut margins: Vec<f64> = active.filter_map(|client| client.features.margin).collect();
    let total: f64 = margins.iter().sum();
    let fifth = margins.len().div_ceil(5);
    if total <= 0.0 || fifth == 0 {
        return None;
    }
    // Only the fifth is put in order, so that its sum is the same whatever came before.
    margins.select_nth_unstable_by(fifth - 1, |a, b| b.total_cmp(a));
    let largest = &mut margins[..fifth];
    largest.sort_unstable_by(|a, b| b.total_cmp(a));
    Some(largest.iter().sum::<f64>() / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighty_percent_is_reached_exactly() {
        let total = Money(100);
        assert_eq!(clients_to(&[50, 30, 20], total, (4, 5)), Some(2));
        assert_eq!(clients_to(&[50, 29, 21], total, (4, 5)), Some(3));
        assert_eq!(clients_to(&[], Money::ZERO, (4, 5)), None);
    }

    #[test]
    fn pareto_points_are_a_tenth_of_the_clients_apart() {
        let points = pareto(&[600_000, 300_000, 100_000], Money(1_000_000));
        let clients: Vec<usize> = points.iter().map(|point| point.clients).collect();
        assert_eq!(clients, [1, 1, 1, 2, 2, 2, 3, 3, 3, 3]);
        let held = |at: usize| points[at].sales_share.expect("known");
        assert!((held(2) - 0.6).abs() < 1e-12 && (held(3) - 0.9).abs() < 1e-12);
        assert_eq!(points[9].sales_share, Some(1.0));
        assert!(pareto(&[], Money(0)).is_empty());
    }
}
