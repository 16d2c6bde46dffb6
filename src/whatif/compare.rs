//! Two sets of settings side by side: who moves.

use serde::Serialize;

use crate::config::Labels;
use crate::money::Money;
use crate::period::Day;
use crate::review::{Client, Review, most_changed};
use crate::score::ClientScore;
use crate::tier::{Outcome, Tier};

use super::after::After;
use super::{Plan, SCHEMA_VERSION, Setting};

/// What other settings make of a review.
#[derive(Clone, Debug, Serialize)]
pub struct WhatIf {
    /// What tiers and metrics are called.
    #[serde(skip)]
    pub labels: Labels,
    /// Version of this structure.
    pub schema_version: u32,
    /// Version of the program.
    pub kam_version: &'static str,
    /// Newest day that counts.
    pub as_of: Day,
    /// Name of the quarter that ends then, else the date.
    pub period: String,
    /// Currency code; empty when the input names none.
    pub currency: String,
    /// The settings that differ and take effect.
    pub settings: Vec<Setting>,
    /// Keys of settings that differ and take none, because they bear on what the scores rest on.
    pub not_applied: Vec<String>,
    /// How many move.
    pub totals: Totals,
    /// Clients and sales by tier, the highest first.
    pub tiers: Vec<TierChange>,
    /// Every active client: those that move first, by the higher of their two tiers and then by net sales; the others by their
    /// rank after.
    pub clients: Vec<ClientChange>,
}

/// How many active clients move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Active clients.
    pub active: usize,
    /// Into another tier.
    pub moved: usize,
    /// Into a higher one.
    pub up: usize,
    /// Into a lower one.
    pub down: usize,
    /// To another rank, in whatever tier.
    pub reranked: usize,
    /// Scored by the weights of segments after, which those of all others do not change.
    pub in_segments: usize,
}

/// One tier before and after.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TierChange {
    /// Which.
    pub tier: Tier,
    /// Clients in it before.
    pub clients_before: usize,
    /// And after.
    pub clients_after: usize,
    /// Their net sales before.
    pub net_sales_before: Money,
    /// And after.
    pub net_sales_after: Money,
}

/// One active client before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientChange {
    /// Id.
    pub client_id: String,
    /// Name.
    pub name: String,
    /// Account manager.
    pub owner: Option<String>,
    /// `up`, `down` or `same`.
    pub movement: &'static str,
    /// Tier before.
    pub tier_before: Option<Tier>,
    /// Tier after.
    pub tier_after: Option<Tier>,
    /// Score before.
    pub score_before: Option<f64>,
    /// Score after.
    pub score_after: Option<f64>,
    /// Rank before.
    pub rank_before: Option<usize>,
    /// Rank after.
    pub rank_after: Option<usize>,
    /// The metric whose part of the score changes most; null when no part changes.
    pub driver: Option<&'static str>,
    /// By how much it changes.
    pub driver_change: Option<f64>,
    /// Net sales of the last 12 months.
    pub net_sales: Money,
}

impl WhatIf {
    /// Judges the clients of a review by the plan.
    #[must_use]
    pub fn of(review: &Review, plan: &Plan, threads: usize) -> Self {
        let after = After::new(review, &plan.config, threads);
        let mut in_segments = 0;
        for (client, segment) in after.clients.iter().zip(&after.segments) {
            in_segments += usize::from(client.active && segment.is_some());
        }
        let parts = after.clients.iter().zip(&after.scores).zip(&after.outcomes);
        let mut clients: Vec<ClientChange> = parts
            .filter(|((client, _), _)| client.active)
            .map(|((client, score), outcome)| change(client, score, outcome))
            .collect();
        clients.sort_by(|a, b| {
            let place = |client: &ClientChange| match client.movement {
                "same" => (1, None, client.rank_after),
                _ => (0, client.tier_before.min(client.tier_after), None),
            };
            let by_sales = || match a.movement {
                "same" => std::cmp::Ordering::Equal,
                _ => b.net_sales.cmp(&a.net_sales),
            };
            let by_id = || a.client_id.cmp(&b.client_id);
            place(a).cmp(&place(b)).then_with(by_sales).then_with(by_id)
        });
        let count = |movement| clients.iter().filter(|client| client.movement == movement).count();
        let (up, down) = (count("up"), count("down"));
        let reranked = clients.iter().filter(|client| client.rank_before != client.rank_after);
        Self {
            labels: plan.labels(&review.config),
            schema_version: SCHEMA_VERSION,
            kam_version: review.kam_version,
            as_of: review.as_of,
            period: review.period.clone(),
            currency: review.currency.clone(),
            settings: plan.settings.clone(),
            not_applied: plan.not_applied.clone(),
            totals: Totals {
                active: clients.len(),
                moved: up + down,
                up,
                down,
                reranked: reranked.count(),
                in_segments,
            },
            tiers: Tier::ALL.map(|tier| in_tier(tier, &clients)).to_vec(),
            clients,
        }
    }
}

fn in_tier(tier: Tier, clients: &[ClientChange]) -> TierChange {
    let of = |is: fn(&ClientChange) -> Option<Tier>| {
        let inside = || clients.iter().filter(|client| is(client) == Some(tier));
        (inside().count(), inside().map(|client| client.net_sales).sum())
    };
    let (clients_before, net_sales_before) = of(|client| client.tier_before);
    let (clients_after, net_sales_after) = of(|client| client.tier_after);
    TierChange { tier, clients_before, clients_after, net_sales_before, net_sales_after }
}

fn change(client: &Client, score: &ClientScore, outcome: &Outcome) -> ClientChange {
    let driver = most_changed(&client.adds, &score.adds);
    ClientChange {
        client_id: client.client_id.clone(),
        name: client.name.clone(),
        owner: client.owner.clone(),
        movement: match outcome.tier.cmp(&client.tier) {
            std::cmp::Ordering::Less => "up",
            std::cmp::Ordering::Equal => "same",
            std::cmp::Ordering::Greater => "down",
        },
        tier_before: client.tier,
        tier_after: outcome.tier,
        score_before: client.score,
        score_after: score.score,
        rank_before: client.rank,
        rank_after: outcome.rank,
        driver: driver.map(|(metric, _)| metric),
        driver_change: driver.map(|(_, change)| change),
        net_sales: client.features.net_sales,
    }
}
