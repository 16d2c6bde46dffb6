//! How firm tiers are when weights are drawn at random.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::Labels;
use crate::money::{Money, round12};
use crate::period::Day;
use crate::review::Review;
use crate::score::{ByMetric, Model, Weighings};
use crate::tier::Tier;

use super::after::After;
use super::dominance::fixed_pairs;
use super::draws::{Board, Drawn, draw};
use super::{Plan, SCHEMA_VERSION, Setting};

/// How far the tiers of a review depend on the weights.
#[derive(Clone, Debug, Serialize)]
pub struct Sensitivity {
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
    /// Settings that differ from those of the review and take effect.
    pub settings: Vec<Setting>,
    /// Keys of settings that differ and take none.
    pub not_applied: Vec<String>,
    /// How many times weights were drawn.
    pub draws: u32,
    /// How far each weight moved at most, as a share of itself.
    pub spread: f64,
    /// Which random numbers.
    pub seed: u64,
    /// How many tiers are firm.
    pub totals: Steadiness,
    /// Pairs of active clients.
    pub pairs: Pairs,
    /// Every active client, the least firm first, then by net sales.
    pub clients: Vec<ClientFirmness>,
}

/// How many tiers are firm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Steadiness {
    /// Active clients.
    pub active: usize,
    /// The share of the draws from which a tier counts as firm.
    pub firm_from: f64,
    /// Clients that keep their tier in at least that share of the draws.
    pub firm: usize,
    /// Clients that keep it in every draw.
    pub always: usize,
}

/// Pairs of active clients.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pairs {
    /// All.
    pub all: u64,
    /// Those whose order no weighting can change.
    pub fixed: u64,
    /// As a share; null without a pair.
    pub share: Option<f64>,
}

/// How firm the tier of a client is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientFirmness {
    /// Id.
    pub client_id: String,
    /// Name.
    pub name: String,
    /// Account manager.
    pub owner: Option<String>,
    /// Tier.
    pub tier: Option<Tier>,
    /// Share of the draws in which it has that tier.
    pub stability: f64,
    /// Share of the draws by tier, of those that occur.
    pub tiers: BTreeMap<Tier, f64>,
    /// Score.
    pub score: Option<f64>,
    /// Rank.
    pub rank: Option<usize>,
    /// The 5 % quantile of its ranks, as PERCENTILE.INC.
    pub rank_p5: f64,
    /// The 95 % quantile.
    pub rank_p95: f64,
    /// Net sales of the last 12 months.
    pub net_sales: Money,
}

impl Sensitivity {
    /// Draws weights around those of the plan and judges the clients of a review by each.
    #[must_use]
    pub fn of(review: &Review, plan: &Plan, threads: usize) -> Self {
        let config = &plan.config;
        let after = After::new(review, config, threads);
        let order = after.by_standing();
        let points: Vec<&ByMetric> = order.iter().map(|at| &after.scores[*at].points).collect();
        let weighings = Weighings::new(&Model::of(&config.score), &config.score);
        let segment = |at: &usize| after.segments.get(*at).copied().flatten();
        let places: Vec<usize> = order.iter().map(|at| weighings.place(segment(at))).collect();
        let fixed = fixed_pairs(&points, &places, &weighings, threads);
        let by_band = order.iter().map(|at| after.by_band(*at, config)).collect();
        let drawn =
            draw(&Board { points, places, weighings: &weighings, by_band }, config, threads);
        let mut clients: Vec<ClientFirmness> =
            order.iter().zip(&drawn).map(|(at, drawn)| firmness(&after, *at, drawn)).collect();
        clients.sort_by(|a, b| {
            (a.stability.total_cmp(&b.stability))
                .then_with(|| b.net_sales.cmp(&a.net_sales))
                .then_with(|| a.client_id.cmp(&b.client_id))
        });
        let count = clients.len() as u64;
        let all = count * count.saturating_sub(1) / 2;
        let keeping =
            |share: f64| clients.iter().filter(|client| round12(client.stability) >= share).count();
        Self {
            labels: plan.labels(&review.config),
            schema_version: SCHEMA_VERSION,
            kam_version: review.kam_version,
            as_of: review.as_of,
            period: review.period.clone(),
            currency: review.currency.clone(),
            settings: plan.settings.clone(),
            not_applied: plan.not_applied.clone(),
            draws: config.sensitivity.draws,
            spread: config.sensitivity.spread,
            seed: config.sensitivity.seed,
            totals: Steadiness {
                active: clients.len(),
                firm_from: config.sensitivity.firm,
                firm: keeping(config.sensitivity.firm),
                always: keeping(1.0),
            },
            pairs: Pairs { all, fixed, share: (all > 0).then(|| fixed as f64 / all as f64) },
            clients,
        }
    }
}

fn firmness(after: &After<'_>, at: usize, drawn: &Drawn) -> ClientFirmness {
    let (client, outcome) = (after.clients[at], &after.outcomes[at]);
    let times: u32 = drawn.tiers.iter().sum();
    let share = |count: u32| f64::from(count) / f64::from(times.max(1));
    let tiers: BTreeMap<Tier, f64> = Tier::ALL
        .into_iter()
        .zip(drawn.tiers)
        .filter(|(_, count)| *count > 0)
        .map(|(tier, count)| (tier, share(count)))
        .collect();
    ClientFirmness {
        client_id: client.client_id.clone(),
        name: client.name.clone(),
        owner: client.owner.clone(),
        tier: outcome.tier,
        stability: outcome.tier.and_then(|tier| tiers.get(&tier)).copied().unwrap_or(0.0),
        tiers,
        score: after.scores[at].score,
        rank: outcome.rank,
        rank_p5: drawn.ranks.0,
        rank_p95: drawn.ranks.1,
        net_sales: client.features.net_sales,
    }
}
