//! Figures of the whole portfolio, and who needs action.
//!
//! Tiers, totals and concentration are part of every review. [`Figures`] are for outputs that show them: they are
//! gathered in three steps, because the ledger is given up before clients are scored, and what files say of clients
//! before these are joined.

mod cohorts;
mod concentration;
mod funnel;
mod key_accounts;
mod loyalty;
mod owners;
mod renewals;
mod replies;
mod retention;
mod service;
mod stages;
mod whitespace;

use serde::Serialize;

use crate::config::Config;
use crate::features::{Portfolio, Stage, Vocabulary, percentile};
use crate::money::Money;
use crate::period::Day;
use crate::store::Loaded;
use crate::tier::{Outcome, Tier};

use super::{Client, Outside, RiskLevel, TierRow, Totals};

pub use cohorts::{Cohort, CohortPeriod, Cohorts, Span};
pub use concentration::{Concentration, ParetoPoint};
pub use funnel::{CompetitorRow, Deals, Funnel, FunnelStage};
pub use key_accounts::{Answers, KeyAccounts};
pub use loyalty::Loyalty;
pub use owners::{ByTier, OwnerRow, Owners};
pub use renewals::Renewals;
pub use replies::{Replies, Speed, TierSpeed, Within};
pub use retention::Retention;
pub use service::{OnTime, Service};
pub use stages::StageRow;
pub use whitespace::{ClientGaps, LineGap, LineName, MatrixRow, Whitespace};

pub(super) use concentration::{concentration, ranked_sales};

/// Figures of the portfolio that only some outputs show. `None` is what the data does not tell.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// First date of the data.
    pub data_begins: Option<Day>,
    /// Clients by stage of life.
    pub stages: Vec<StageRow>,
    /// What the largest clients hold, tenth by tenth.
    pub pareto: Vec<ParetoPoint>,
    /// The three marks.
    pub key_accounts: KeyAccounts,
    /// Clients and sales kept.
    pub retention: Retention,
    /// Clients by their first order.
    pub cohorts: Option<Cohorts>,
    /// Account managers.
    pub owners: Owners,
    /// Business lines that are not bought.
    pub whitespace: Option<Whitespace>,
    /// Deals.
    pub funnel: Option<Funnel>,
    /// Recommendation, satisfaction, referrals.
    pub loyalty: Option<Loyalty>,
    /// Complaints, questions, suggestions.
    pub service: Option<Service>,
    /// Contracts that ended.
    pub renewals: Option<Renewals>,
    /// Reply hours.
    pub replies: Option<Replies>,
}

/// What of them comes from the ledger.
#[derive(Debug, Default)]
pub(super) struct FromLedger {
    cohorts: Option<Cohorts>,
    whitespace: Option<Whitespace>,
}

impl FromLedger {
    pub(super) fn of(loaded: &Loaded, portfolio: &Portfolio, config: &Config) -> Self {
        let grace = config.features.growth_grace_days;
        let (as_of, begins) = (portfolio.as_of, portfolio.data_begins);
        Self {
            cohorts: cohorts::cohorts(&loaded.ledger, as_of, begins, grace),
            whitespace: whitespace::whitespace(&loaded.ledger, &loaded.clients, portfolio),
        }
    }
}

/// What of them comes from the tables beside the transactions.
#[derive(Debug, Default)]
pub(super) struct FromTables {
    contacts: owners::Contacts,
    funnel: Option<Funnel>,
    service: Option<Service>,
    renewals: Option<Renewals>,
    replies: Option<Replies>,
}

impl FromTables {
    /// The tables and the tiers speak of clients by their position among the files.
    pub(super) fn of(
        loaded: &Loaded,
        outcomes: &[Outcome],
        portfolio: &Portfolio,
        config: &Config,
    ) -> Self {
        let rows = &loaded.relations;
        let (as_of, ttm) = (portfolio.as_of, portfolio.windows.ttm);
        let words = Vocabulary::new(config);
        let rules = &config.relations;
        Self {
            contacts: owners::Contacts::of(&rows.interactions, &loaded.clients, ttm, as_of),
            funnel: funnel::funnel(&rows.opportunities, as_of, &words),
            service: service::service(&rows.feedback, as_of, ttm, rules.promise_days, &words),
            renewals: renewals::renewals(&rows.contracts, as_of, ttm),
            replies: replies::replies(&rows.interactions, outcomes, ttm, rules.promise_hours),
        }
    }
}

/// Puts the figures together once the clients are joined.
pub(super) fn figures(
    (ledger, tables): (FromLedger, FromTables),
    clients: &[Client],
    actions: &[usize],
    portfolio: &Portfolio,
    sales: &[i64],
    config: &Config,
) -> Figures {
    let total = portfolio.net_sales;
    let grace = config.features.growth_grace_days;
    Figures {
        data_begins: portfolio.data_begins,
        stages: stages::stages(clients, total),
        pareto: concentration::pareto(sales, total),
        key_accounts: key_accounts::key_accounts(clients),
        retention: retention::retention(clients, &portfolio.windows, portfolio.data_begins, grace),
        cohorts: ledger.cohorts,
        owners: owners::owners(clients, actions, tables.contacts, config, total),
        whitespace: ledger.whitespace,
        funnel: tables.funnel,
        loyalty: loyalty::loyalty(clients),
        service: tables.service,
        renewals: tables.renewals,
        replies: tables.replies,
    }
}

/// One amount as a share of another that is positive.
fn ratio(part: Money, whole: Money) -> Option<f64> {
    (whole > Money::ZERO).then(|| part.to_f64() / whole.to_f64())
}

/// The change from one amount, which is positive, to another.
fn change(now: Money, before: Money) -> Option<f64> {
    ratio(now, before).map(|ratio| ratio - 1.0)
}

/// One count as a share of another; `None` of nothing.
fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The median; `None` of nothing.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    percentile(&values, 0.5)
}

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
    for (row, (sum, count)) in rows.iter_mut().zip(scores) {
        row.share = total.and_then(|total| ratio(row.net_sales, total));
        row.change = change(row.net_sales, row.net_sales_prior);
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
        overridden: clients.iter().filter(|client| client.given.is_some()).count(),
        snoozed: clients.iter().map(|client| client.snoozed.len()).sum(),
        kept: clients.iter().filter(|client| client.held().is_some()).count(),
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

/// What of the totals is in no tier. Clients at risk are the active ones and the dormant ones, and those are in none.
pub(super) fn outside(tiers: &[TierRow], totals: &Totals) -> Option<Outside> {
    let net_sales = totals.net_sales - tiers.iter().map(|row| row.net_sales).sum();
    let prior = totals.net_sales_prior - tiers.iter().map(|row| row.net_sales_prior).sum();
    let at_risk: usize = tiers.iter().map(|row| row.at_risk).sum();
    let at_risk = totals.at_risk_clients.saturating_sub(at_risk);
    (net_sales != Money::ZERO || at_risk > 0).then(|| Outside {
        net_sales,
        share: ratio(net_sales, totals.net_sales),
        change: change(net_sales, prior),
        at_risk,
    })
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
