//! The feature table at an as-of date.

use std::collections::BTreeMap;

use crate::config::{Added, Config};
use crate::ledger::{BLANK_LINE, Ledger, OrderRow, by_client};
use crate::money::Money;
use crate::named::Named;
use crate::parallel;
use crate::period::{Day, Window, Windows};
use crate::schema::aliases;
use crate::store::{ClientFile, Relations};

use super::client::{Frame, Rows, features, ratio, stage};
use super::relations::Side;
use super::{ClientFeatures, Mention, Stage};

/// The feature table: one row per client, in the order of the ledger's clients.
#[derive(Clone, Debug)]
pub struct Portfolio {
    /// Newest day that counts.
    pub as_of: Day,
    /// The windows.
    pub windows: Windows,
    /// First date of the data; `None` of no data.
    pub data_begins: Option<Day>,
    /// One per client.
    pub features: Vec<Box<ClientFeatures>>,
    /// One per client.
    pub stages: Vec<Stage>,
    /// Rows of the last 90 days that name a competitor or hold words of the front line, by client.
    pub mentions: Vec<Mention>,
    /// Net sales of the last 12 months, month by month, one list per client; empty where they are not kept.
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

/// How features are computed.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Rows after it do not count.
    pub as_of: Day,
    /// Whether every client keeps its net sales month by month.
    pub monthly: bool,
    /// Threads to compute with.
    pub threads: usize,
}

/// Computes the features of every client at an as-of date.
#[must_use]
pub fn compute(
    ledger: &Ledger,
    clients: &[Box<ClientFile>],
    industries: &BTreeMap<String, f64>,
    relations: &Relations,
    config: &Config,
    run: Run,
) -> Portfolio {
    let Run { as_of, monthly: by_month, threads } = run;
    let windows = Windows::at(as_of);
    let begins = ledger.orders.iter().map(|row| row.date).min();
    let lines_named = ledger.lines.iter().any(|row| row.line != BLANK_LINE && row.date <= as_of);
    let frame = Frame {
        as_of,
        windows,
        data_begins: begins.unwrap_or(as_of.plus_days(1)),
        lines_named,
        config: &config.features,
    };
    let side = Side::new(relations, as_of, config);
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
            let (frame, side, months) = (&frame, &side, months.as_slice());
            let (orders, lines, payments) = (&orders, &lines, &payments);
            move || {
                let (mut sums, mut mentions) = (Sums::new(months.len()), Vec::new());
                let rows: Vec<(Box<ClientFeatures>, Stage, Option<Vec<Money>>)> = range
                    .map(|at| {
                        let rows =
                            Rows { orders: orders[at], lines: lines[at], payments: payments[at] };
                        let mut row = features(rows, frame);
                        from_file(&mut row, &clients[at], industries);
                        row.added = added(&clients[at], &config.score.added);
                        let found = side.of(at as u32, &clients[at]);
                        row.relations = found.features;
                        row.exec_visits = row.exec_visits.or(found.exec_visits);
                        mentions.extend(found.mentions);
                        let stage = stage(&row, frame);
                        let own = sums.add(orders[at], months);
                        (Box::new(row), stage, by_month.then_some(own))
                    })
                    .collect();
                (rows, sums, mentions)
            }
        })
        .collect();
    let mut table = Vec::with_capacity(clients.len());
    let mut stages = Vec::with_capacity(clients.len());
    let mut monthly = Vec::new();
    let mut all = Sums::new(months.len());
    let mut mentions = Vec::new();
    for (rows, sums, found) in parallel::join(jobs) {
        for (row, stage, own) in rows {
            table.push(row);
            stages.push(stage);
            monthly.extend(own);
        }
        for (sum, own) in all.months.iter_mut().zip(sums.months) {
            *sum += own;
        }
        mentions.extend(found);
        all.margin += sums.margin;
        all.known += sums.known;
    }
    let net_sales: Money = table.iter().map(|row| row.net_sales).sum();
    let net_sales_prior: Money = table.iter().map(|row| row.net_sales_prior).sum();
    share_out(&mut table);
    Portfolio {
        as_of,
        windows,
        data_begins: begins,
        features: table,
        stages,
        mentions,
        monthly,
        months: months.into_iter().zip(all.months).collect(),
        net_sales,
        net_sales_prior,
        margin_rate: ratio(all.margin, all.known),
    }
}

/// Gives every client its share of the net sales of all of them.
pub fn share_out(table: &mut [Box<ClientFeatures>]) {
    let net_sales: Money = table.iter().map(|row| row.net_sales).sum();
    for row in table {
        row.sales_share = ratio(row.net_sales, net_sales);
    }
}

/// Sums over several clients.
struct Sums {
    /// Net sales of each of the 24 months.
    months: Vec<Money>,
    /// Margin of the last 12 months, as far as it is known.
    margin: Money,
    /// Amount of the rows whose margin is known.
    known: Money,
}

impl Sums {
    fn new(months: usize) -> Self {
        Self { months: vec![Money::ZERO; months], margin: Money::ZERO, known: Money::ZERO }
    }

    /// Adds one client's orders, and returns its net sales in each of the last 12 months.
    fn add(&mut self, orders: &[OrderRow], months: &[Window]) -> Vec<Money> {
        let year = months.len() / 2;
        let mut own = vec![Money::ZERO; year];
        for row in orders {
            let month = months.partition_point(|month| month.to < row.date);
            if months.get(month).is_some_and(|month| month.contains(row.date)) {
                let net = row.positive + row.negative - row.returned;
                self.months[month] += net;
                if month >= year {
                    own[month - year] += net;
                    self.margin += row.margin;
                    self.known += row.known;
                }
            }
        }
        own
    }
}

/// The values of metrics of the user's own.
fn added(client: &ClientFile, metrics: &[Added]) -> Option<Box<Named<f64>>> {
    let more = client.more.as_ref().filter(|more| !more.metrics.is_empty())?;
    let of = |(at, value): &(u32, f64)| Some((metrics.get(*at as usize)?.code, *value));
    Some(Box::new(more.metrics.iter().filter_map(of).collect()))
}

/// What the client file and the industries add.
fn from_file(row: &mut ClientFeatures, client: &ClientFile, industries: &BTreeMap<String, f64>) {
    row.needs_fit = client.rated.needs_fit;
    row.exec_visits = client.rated.exec_visits;
    row.referrals = client.rated.referrals;
    row.annual_potential = client.rated.annual_potential;
    row.joint_work = match (client.rated.joint_projects, client.rated.awards) {
        (None, None) => None,
        (projects, awards) => Some(projects.unwrap_or(0.0) + awards.unwrap_or(0.0)),
    };
    row.industry_growth = client.rated.industry_growth.or_else(|| {
        let industry = client.industry.as_ref()?;
        industries.get(&aliases::normalise(industry)).copied()
    });
    row.headroom = headroom(row);
}

/// How much of its demand the client still buys elsewhere.
pub(super) fn headroom(row: &ClientFeatures) -> Option<f64> {
    row.annual_potential
        .and_then(|potential| ratio(row.net_sales, potential))
        .map(|used| (1.0 - used).clamp(0.0, 1.0))
}
