//! Who stayed, and what of their sales did.

use serde::Serialize;

use super::{ratio, share};
use crate::money::Money;
use crate::period::{Day, Windows};
use crate::review::Client;

/// Clients and sales kept from the year before.
///
/// What rests on the year before is null unless the data begins at most `features.growth_grace_days` after it does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Retention {
    /// Clients with an order in the 12 months before.
    pub active_prior: Option<usize>,
    /// Of those, with an order in the last 12 months too.
    pub retained: Option<usize>,
    /// `retained ÷ active_prior`.
    pub retention_rate: Option<f64>,
    /// `1 − retention_rate`.
    pub churn_rate: Option<f64>,
    /// Net sales of the 12 months before, of clients with positive ones.
    pub sales_prior: Option<Money>,
    /// Net sales of the last 12 months, of the same clients.
    pub sales_kept: Option<Money>,
    /// Net revenue retention: `sales_kept ÷ sales_prior`.
    pub net_revenue_retention: Option<f64>,
    /// Gross revenue retention: the same, where no client counts for more than the year before, nor for less than nothing.
    pub gross_revenue_retention: Option<f64>,
    /// Clients with order dates on at least two days in the last 12 months.
    pub repurchasing: usize,
    /// `repurchasing ÷` active clients.
    pub repurchase_rate: Option<f64>,
}

pub(super) fn retention(
    clients: &[Client],
    windows: &Windows,
    data_begins: Option<Day>,
    grace: i32,
) -> Retention {
    let (mut prior, mut both, mut active, mut again) = (0, 0, 0, 0);
    let (mut before, mut kept, mut no_more) = (Money::ZERO, Money::ZERO, Money::ZERO);
    for client in clients {
        let features = &client.features;
        active += usize::from(client.active);
        again += usize::from(features.order_days >= 2);
        if features.orders_prior > 0 {
            prior += 1;
            both += usize::from(client.active);
        }
        if features.net_sales_prior > Money::ZERO {
            before += features.net_sales_prior;
            kept += features.net_sales;
            no_more += features.net_sales.or_zero().min(features.net_sales_prior);
        }
    }
    let covered = data_begins.is_some_and(|day| day <= windows.prior.from.plus_days(grace));
    let rate = share(both, prior).filter(|_| covered);
    Retention {
        active_prior: covered.then_some(prior),
        retained: covered.then_some(both),
        retention_rate: rate,
        churn_rate: rate.map(|rate| 1.0 - rate),
        sales_prior: covered.then_some(before),
        sales_kept: covered.then_some(kept),
        net_revenue_retention: ratio(kept, before).filter(|_| covered),
        gross_revenue_retention: ratio(no_more, before).filter(|_| covered),
        repurchasing: again,
        repurchase_rate: share(again, active),
    }
}
