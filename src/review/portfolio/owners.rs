//! What each account manager carries: clients, sales, risk, and the contacts that these clients are owed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::{change, median, ratio};
use crate::config::{Config, Workload};
use crate::features::Stage;
use crate::money::Money;
use crate::period::{Day, Window};
use crate::review::{Client, RiskLevel};
use crate::store::{ClientFile, Interaction};
use crate::tier::Tier;

/// Account managers and what they carry.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Owners {
    /// The largest net sales first; clients without an account manager are the last row.
    pub rows: Vec<OwnerRow>,
    /// All of them together: the totals of the review.
    pub total: OwnerRow,
    /// The days over which contacts were counted: the last 12 months, or what interactions cover of them; null without any.
    pub contacts_window: Option<Window>,
}

/// The clients of one account manager.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OwnerRow {
    /// Who; null is nobody, and in the total everybody.
    pub owner: Option<String>,
    /// Clients.
    pub clients: usize,
    /// Of those, with an order in the last 12 months.
    pub active: usize,
    /// Net sales of the last 12 months.
    pub net_sales: Money,
    /// Net sales of the 12 months before.
    pub net_sales_prior: Money,
    /// Net sales ÷ those of the year before − 1; null when that was not positive.
    pub change: Option<f64>,
    /// Of all net sales: what is exposed when the account manager leaves.
    pub share: Option<f64>,
    /// Active clients by tier.
    pub tiers: ByTier,
    /// Active and dormant clients at medium or high risk.
    pub at_risk_clients: usize,
    /// Net sales of active ones among them.
    pub at_risk_sales: Money,
    /// Clients that need action.
    pub actions: usize,
    /// Contacts that the active clients are owed in a year: Σ 365 ÷ `workload.contact_days` of the tier.
    pub contacts_owed: f64,
    /// Interactions with all clients in `contacts_window`, whoever made them.
    pub contacts_made: Option<usize>,
    /// `contacts_made ÷ contacts_owed`, the latter for the days of `contacts_window`.
    pub contacts_kept: Option<f64>,
    /// Whether more is owed than one can do in a year (`workload.contacts_per_year`); null of nobody and of everybody.
    pub overloaded: Option<bool>,
    /// Median reply hours of those interactions.
    pub reply_hours_median: Option<f64>,
}

/// A count per tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByTier {
    /// Strategic.
    pub strategic: usize,
    /// Core.
    pub core: usize,
    /// Potential.
    pub potential: usize,
    /// Standard.
    pub standard: usize,
}

impl ByTier {
    /// The count of a tier.
    #[must_use]
    pub fn get(&self, tier: Tier) -> usize {
        match tier {
            Tier::Strategic => self.strategic,
            Tier::Core => self.core,
            Tier::Potential => self.potential,
            Tier::Standard => self.standard,
        }
    }

    fn add(&mut self, tier: Tier) {
        let count = match tier {
            Tier::Strategic => &mut self.strategic,
            Tier::Core => &mut self.core,
            Tier::Potential => &mut self.potential,
            Tier::Standard => &mut self.standard,
        };
        *count += 1;
    }
}

/// Days between two contacts with an active client of a tier.
fn contact_days(workload: &Workload, tier: Tier) -> f64 {
    let days = workload.contact_days;
    match tier {
        Tier::Strategic => days.strategic,
        Tier::Core => days.core,
        Tier::Potential => days.potential,
        Tier::Standard => days.standard,
    }
}

/// The interactions with the clients of each account manager.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    window: Option<Window>,
    by_owner: BTreeMap<Option<String>, Made>,
}

/// Those with the clients of one.
#[derive(Debug, Default)]
struct Made {
    count: usize,
    hours: Vec<f64>,
}

impl Contacts {
    pub(super) fn of(
        rows: &[Interaction],
        files: &[Box<ClientFile>],
        ttm: Window,
        as_of: Day,
    ) -> Self {
        let first = rows.iter().map(|row| row.date).filter(|date| *date <= as_of).min();
        let window = first.map(|first| Window { from: ttm.from.max(first), to: as_of });
        let mut by_owner: BTreeMap<Option<String>, Made> = BTreeMap::new();
        for row in rows.iter().filter(|row| window.is_some_and(|window| window.contains(row.date)))
        {
            let owner = files.get(row.client as usize).and_then(|file| file.owner.clone());
            let made = by_owner.entry(owner).or_default();
            made.count += 1;
            made.hours.extend(row.reply_hours);
        }
        Self { window, by_owner }
    }
}

/// One row per account manager.
pub(super) fn owners(
    clients: &[Client],
    actions: &[usize],
    mut contacts: Contacts,
    config: &Config,
    all_sales: Money,
) -> Owners {
    let mut rows: BTreeMap<Option<&str>, OwnerRow> = BTreeMap::new();
    let mut total = OwnerRow::default();
    for client in clients {
        let row = rows.entry(client.owner.as_deref()).or_default();
        row.add(client);
        total.add(client);
    }
    for at in actions {
        let owner = clients[*at].owner.as_deref();
        rows.entry(owner).or_default().actions += 1;
        total.actions += 1;
    }
    let window = contacts.window;
    let mut rows: Vec<OwnerRow> = rows
        .into_iter()
        .map(|(owner, mut row)| {
            row.owner = owner.map(ToOwned::to_owned);
            let made = contacts.by_owner.get_mut(&row.owner);
            let made = made.map(|made| (made.count, made.hours.clone())).unwrap_or_default();
            row.settle(window, made, &config.workload, all_sales);
            let most = config.workload.contacts_per_year;
            row.overloaded = row.owner.is_some().then_some(row.contacts_owed > most);
            row
        })
        .collect();
    rows.sort_by(|a, b| {
        let key = |row: &OwnerRow| (row.owner.is_none(), Reverse(row.net_sales));
        key(a).cmp(&key(b)).then_with(|| a.owner.cmp(&b.owner))
    });
    let count = contacts.by_owner.values().map(|made| made.count).sum();
    let hours = contacts.by_owner.into_values().flat_map(|made| made.hours).collect();
    total.settle(window, (count, hours), &config.workload, all_sales);
    Owners { rows, total, contacts_window: window }
}

impl OwnerRow {
    fn add(&mut self, client: &Client) {
        self.clients += 1;
        self.active += usize::from(client.active);
        self.net_sales += client.features.net_sales;
        self.net_sales_prior += client.features.net_sales_prior;
        if let Some(tier) = client.tier {
            self.tiers.add(tier);
        }
        if client.risk_level >= RiskLevel::Medium {
            self.at_risk_clients += usize::from(client.active || client.stage == Stage::Dormant);
            if client.active {
                self.at_risk_sales += client.features.net_sales.or_zero();
            }
        }
    }

    fn settle(
        &mut self,
        window: Option<Window>,
        made: (usize, Vec<f64>),
        workload: &Workload,
        all_sales: Money,
    ) {
        let (count, hours) = made;
        let owed = |tier| self.tiers.get(tier) as f64 * 365.0 / contact_days(workload, tier);
        self.contacts_owed = Tier::ALL.into_iter().map(owed).sum();
        self.change = change(self.net_sales, self.net_sales_prior);
        self.share = ratio(self.net_sales, all_sales);
        self.contacts_made = window.map(|_| count);
        self.contacts_kept = window.and_then(|window| {
            let days = f64::from(window.to.days_since(window.from) + 1);
            let owed = self.contacts_owed * days / 365.0;
            (owed > 0.0).then(|| count as f64 / owed)
        });
        self.reply_hours_median = median(hours);
    }
}
