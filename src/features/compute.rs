//! The feature table at an as-of date.

use std::collections::BTreeMap;

use crate::config;
use crate::ledger::{BLANK_LINE, Ledger, OrderRow, by_client};
use crate::money::Money;
use crate::parallel;
use crate::period::{Day, Window, Windows};
use crate::schema::aliases;
use crate::store::ClientFile;

use super::client::{Frame, Rows, features, ratio, stage};
use super::{ClientFeatures, Stage};

/// The feature table: one row per client, in the order of the ledger's clients.
#[derive(Clone, Debug)]
pub struct Portfolio {
    /// Newest day that counts.
    pub as_of: Day,
    /// The windows.
    pub windows: Windows,
    /// One per client.
    pub features: Vec<Box<ClientFeatures>>,
    /// One per client.
    pub stages: Vec<Stage>,
    /// Net sales of the last 12 months, month by month, one list per client.
    pub monthly: Vec<Vec<Money>>,
    /// Net sales of the last 24 months, month by month.
    pub months: Vec<(Window, Money)>,
    /// Σ net sales of all clients.
    pub net_sales: Money,
    /// The same for the year before.
    pub net_sales_prior: Money,
    /// Margin rate of the portfolio over the rows with a known margin.
    pub margin_rate: Option<f64>,
}

/// Computes the features of every client at an as-of date, with several threads; rows after it do not count.
#[must_use]
pub fn compute(
    ledger: &Ledger,
    clients: &[Box<ClientFile>],
    industries: &BTreeMap<String, f64>,
    as_of: Day,
    config: &config::Features,
    threads: usize,
) -> Portfolio {
    let windows = Windows::at(as_of);
    let begins = ledger.orders.iter().map(|row| row.date).min();
    let lines_named = ledger.lines.iter().any(|row| row.line != BLANK_LINE && row.date <= as_of);
    let frame = Frame {
        as_of,
        windows,
        data_begins: begins.unwrap_or(as_of.plus_days(1)),
        lines_named,
        config,
    };
    let orders = by_client(&ledger.orders, clients.len());
    let lines = by_client(&ledger.lines, clients.len());
    let payments = by_client(&ledger.payments, clients.len());
    let end = as_of.plus_days(1);
    let months: Vec<Window> = (1..=24)
        .rev()
        .map(|back| Window {
            from: end.plus_months(-back),
            to: end.plus_months(1 - back).plus_days(-1),
        })
        .collect();

    let jobs = parallel::ranges(clients.len(), threads)
        .into_iter()
        .map(|range| {
            let (frame, months) = (&frame, months.as_slice());
            let (orders, lines, payments) = (&orders, &lines, &payments);
            move || -> Vec<(Box<ClientFeatures>, Stage, Vec<Money>)> {
                range
                    .map(|at| {
                        let rows =
                            Rows { orders: orders[at], lines: lines[at], payments: payments[at] };
                        let mut row = features(rows, frame);
                        from_file(&mut row, &clients[at], industries);
                        let stage = stage(&row, frame);
                        (Box::new(row), stage, by_month(orders[at], &months[12..]))
                    })
                    .collect()
            }
        })
        .collect();
    let mut table = Vec::with_capacity(clients.len());
    let mut stages = Vec::with_capacity(clients.len());
    let mut monthly = Vec::with_capacity(clients.len());
    for (row, stage, own) in parallel::join(jobs).into_iter().flatten() {
        table.push(row);
        stages.push(stage);
        monthly.push(own);
    }
    let in_ttm = || ledger.orders.iter().filter(|row| windows.ttm.contains(row.date));
    let margin: Money = in_ttm().map(|row| row.margin).sum();
    let known: Money = in_ttm().map(|row| row.known).sum();
    let month_sums = by_month(&ledger.orders, &months);
    let net_sales: Money = table.iter().map(|row| row.net_sales).sum();
    let net_sales_prior: Money = table.iter().map(|row| row.net_sales_prior).sum();
    for row in &mut table {
        row.sales_share = ratio(row.net_sales, net_sales);
    }
    Portfolio {
        as_of,
        windows,
        features: table,
        stages,
        monthly,
        months: months.into_iter().zip(month_sums).collect(),
        net_sales,
        net_sales_prior,
        margin_rate: ratio(margin, known),
    }
}

/// Net sales of each month.
fn by_month(orders: &[OrderRow], months: &[Window]) -> Vec<Money> {
    let mut sums = vec![Money::ZERO; months.len()];
    for row in orders {
        let month = months.partition_point(|month| month.to < row.date);
        if months.get(month).is_some_and(|month| month.contains(row.date)) {
            sums[month] += row.positive + row.negative - row.returned;
        }
    }
    sums
}

/// What the client file and the industries add.
fn from_file(row: &mut ClientFeatures, client: &ClientFile, industries: &BTreeMap<String, f64>) {
    row.needs_fit = client.needs_fit;
    row.exec_visits = client.exec_visits;
    row.referrals = client.referrals;
    row.annual_potential = client.annual_potential;
    row.joint_work = match (client.joint_projects, client.awards) {
        (None, None) => None,
        (projects, awards) => Some(projects.unwrap_or(0.0) + awards.unwrap_or(0.0)),
    };
    row.industry_growth = client.industry_growth.or_else(|| {
        let industry = client.industry.as_ref()?;
        industries.get(&aliases::normalise(industry)).copied()
    });
    row.headroom = row
        .annual_potential
        .and_then(|potential| ratio(row.net_sales, potential))
        .map(|used| (1.0 - used).clamp(0.0, 1.0));
}
