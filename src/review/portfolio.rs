//! Figures of the whole portfolio, and who needs action.

use crate::features::Stage;
use crate::money::Money;
use crate::tier::Tier;

use super::{Client, Concentration, RiskLevel, TierRow, Totals};

/// One row per tier, from one walk over the clients: they are large and far apart. Shares are those of `total`.
pub(super) fn tiers(clients: &[Client], total: Option<Money>) -> Vec<TierRow> {
    let mut rows: Vec<TierRow> = Tier::ALL.iter().map(|tier| TierRow::empty(*tier)).collect();
    let mut scores = [(0.0, 0_u32); Tier::ALL.len()];
    for client in clients {
        let Some(tier) = client.tier else {
            continue;
        };
        let (row, (sum, count)) = (&mut rows[tier as usize], &mut scores[tier as usize]);
        row.clients += 1;
        row.net_sales += client.features.net_sales;
        row.net_sales_prior += client.features.net_sales_prior;
        row.at_risk += usize::from(client.risk_level >= RiskLevel::Medium);
        if let Some(score) = client.score {
            (*sum, *count) = (*sum + score, *count + 1);
        }
    }
    let ratio = |a: Money, b: Money| (b > Money::ZERO).then(|| a.to_f64() / b.to_f64());
    for (row, (sum, count)) in rows.iter_mut().zip(scores) {
        row.share = total.and_then(|total| ratio(row.net_sales, total));
        row.change = ratio(row.net_sales, row.net_sales_prior).map(|ratio| ratio - 1.0);
        row.avg_score = (count > 0).then(|| sum / f64::from(count));
    }
    rows
}

impl TierRow {
    fn empty(tier: Tier) -> Self {
        Self {
            tier,
            clients: 0,
            net_sales: Money::ZERO,
            net_sales_prior: Money::ZERO,
            share: None,
            change: None,
            avg_score: None,
            at_risk: 0,
        }
    }
}

/// Figures of all clients.
pub(super) fn totals(clients: &[Client], net_sales: Money, net_sales_prior: Money) -> Totals {
    let mut totals = Totals {
        clients: clients.len(),
        active: 0,
        dormant: 0,
        lost: 0,
        prospects: 0,
        net_sales,
        net_sales_prior,
        dormant_sales_prior: Money::ZERO,
        at_risk_clients: 0,
        at_risk_sales: Money::ZERO,
        avg_score: mean(
            clients.iter().filter(|client| client.active).filter_map(|client| client.score),
        ),
    };
    for client in clients {
        let dormant = client.stage == Stage::Dormant;
        totals.active += usize::from(client.active);
        totals.dormant += usize::from(dormant);
        totals.lost += usize::from(client.stage == Stage::Lost);
        totals.prospects += usize::from(client.stage == Stage::Prospect);
        if dormant {
            totals.dormant_sales_prior += client.features.net_sales_prior;
        }
        if client.risk_level >= RiskLevel::Medium {
            totals.at_risk_clients += usize::from(client.active || dormant);
            if client.active {
                totals.at_risk_sales += client.features.net_sales.or_zero();
            }
        }
    }
    totals
}

/// The arithmetic mean; `None` of nothing.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
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
