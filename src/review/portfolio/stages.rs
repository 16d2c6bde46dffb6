//! Clients and their sales by stage of life.

use serde::Serialize;

use super::{change, ratio};
use crate::features::Stage;
use crate::money::Money;
use crate::review::Client;

/// The clients of one stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageRow {
    /// Which.
    pub stage: Stage,
    /// How many.
    pub clients: usize,
    /// Their net sales of the last 12 months.
    pub net_sales: Money,
    /// Their net sales of the 12 months before.
    pub net_sales_prior: Money,
    /// Of all net sales; null when those are not positive.
    pub share: Option<f64>,
    /// Net sales ÷ those of the year before − 1; null when that was not positive.
    pub change: Option<f64>,
}

/// From the first order to the last; prospects stand at the end.
const ORDER: [Stage; 7] = [
    Stage::New,
    Stage::Growing,
    Stage::Steady,
    Stage::Declining,
    Stage::Dormant,
    Stage::Lost,
    Stage::Prospect,
];

/// One row per stage, also where nobody is in it; together they are the totals.
pub(super) fn stages(clients: &[Client], total: Money) -> Vec<StageRow> {
    let mut rows = ORDER.map(|stage| StageRow {
        stage,
        clients: 0,
        net_sales: Money::ZERO,
        net_sales_prior: Money::ZERO,
        share: None,
        change: None,
    });
    for client in clients {
        if let Some(row) = rows.iter_mut().find(|row| row.stage == client.stage) {
            row.clients += 1;
            row.net_sales += client.features.net_sales;
            row.net_sales_prior += client.features.net_sales_prior;
        }
    }
    for row in &mut rows {
        row.share = ratio(row.net_sales, total);
        row.change = change(row.net_sales, row.net_sales_prior);
    }
    rows.into()
}
