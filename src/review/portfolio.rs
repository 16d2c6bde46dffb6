//! Figures of the whole portfolio, and who needs action.

use crate::features::{Portfolio, Stage};
use crate::money::Money;
use crate::tier::Tier;

use super::{Client, Concentration, RiskLevel, TierRow};

/// One row per tier.
pub(super) fn tiers(clients: &[Client], portfolio: &Portfolio) -> Vec<TierRow> {
    Tier::ALL
        .iter()
        .map(|tier| {
            let members = || clients.iter().filter(|client| client.tier == Some(*tier));
            let net_sales: Money = members().map(|client| client.features.net_sales).sum();
            let net_sales_prior: Money =
                members().map(|client| client.features.net_sales_prior).sum();
            let ratio = |a: Money, b: Money| (b > Money::ZERO).then(|| a.to_f64() / b.to_f64());
            TierRow {
                tier: *tier,
                clients: members().count(),
                net_sales,
                net_sales_prior,
                share: ratio(net_sales, portfolio.net_sales),
                change: ratio(net_sales, net_sales_prior).map(|ratio| ratio - 1.0),
                avg_score: mean(members().filter_map(|client| client.score)),
                at_risk: members().filter(|client| client.risk_level >= RiskLevel::Medium).count(),
            }
        })
        .collect()
}

/// The arithmetic mean; `None` of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// Active and dormant clients at medium or high risk, the largest priority first.
pub(super) fn actions(clients: &[Client]) -> Vec<usize> {
    let mut list: Vec<usize> = (0..clients.len())
        .filter(|at| {
            let client = &clients[*at];
            client.risk_level >= RiskLevel::Medium
                && (client.active || client.stage == Stage::Dormant)
        })
        .collect();
    list.sort_by(|a, b| {
        let (a, b) = (&clients[*a], &clients[*b]);
        b.priority.total_cmp(&a.priority).then_with(|| a.client_id.cmp(&b.client_id))
    });
    list
}

/// What share of sales the largest clients hold.
pub(super) fn concentration(clients: &[Client], total: Money) -> Concentration {
    let mut sales: Vec<i64> = clients
        .iter()
        .filter(|client| client.active)
        .map(|client| client.features.net_sales.0)
        .collect();
    sales.sort_unstable_by(|a, b| b.cmp(a));
    let share = |count: usize| {
        (total > Money::ZERO)
            .then(|| Money(sales.iter().take(count).sum()).to_f64() / total.to_f64())
    };
    let positive: f64 = sales.iter().filter(|sales| **sales > 0).map(|sales| *sales as f64).sum();
    Concentration {
        top5: share(5),
        top10: share(10),
        top20: share(20),
        top_20_percent: share(sales.len().div_ceil(5)),
        hhi: (positive > 0.0).then(|| {
            sales
                .iter()
                .filter(|sales| **sales > 0)
                .map(|sales| (*sales as f64 / positive).powi(2))
                .sum()
        }),
    }
}
