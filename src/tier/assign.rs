//! Assigning tiers.

use std::cmp::Ordering;

use thin_vec::ThinVec;

use crate::config::{Config, Policy, TierRule};
use crate::features::{ClientFeatures, Stage};
use crate::money::{Money, round12};
use crate::parallel;

use super::Tier;

/// What the tier of a client rests on.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Its id, the last resort where everything else is equal.
    pub client_id: &'a str,
    /// Its figures.
    pub features: &'a ClientFeatures,
    /// Its stage.
    pub stage: Stage,
    /// Whether it ordered in the last 12 months; others get no tier.
    pub active: bool,
    /// Its score.
    pub score: Option<f64>,
    /// Its coverage, 0–100.
    pub coverage: f64,
    /// Its account manager: `None` is a blank cell or an absent column.
    pub owner: Option<&'a str>,
    /// What may keep its band where it is.
    pub memory: Memory,
}

/// What bands come about by.
#[derive(Clone, Debug, PartialEq)]
pub struct BandRules {
    /// By rank, by share, or both.
    pub policy: Policy,
    /// Where each band above standard ends, the highest first: cumulative share of active clients, share of sales.
    pub cuts: [(f64, f64); 3],
}

impl BandRules {
    /// Those of the settings.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self { policy: config.policy, cuts: rules(config).map(|rule| (rule.top, rule.share)) }
    }
}

/// What may keep a band where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Memory {
    /// Nothing.
    #[default]
    None,
    /// The review before: a lower band than then waits.
    Before {
        /// Its band by the policy alone.
        raw: Tier,
        /// Its score.
        score: f64,
    },
    /// The review itself, which other figures or settings are tried on: what it kept stays kept where they change nothing.
    Review {
        /// Its band, a kept one included.
        band: Tier,
        /// Its band by the policy alone.
        raw: Tier,
    },
}

/// A tier and how it came about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Position in the ranking of active clients, from 1.
    pub rank: Option<usize>,
    /// By rank or share alone, as the policy says, or kept from the previous review.
    pub band: Option<Tier>,
    /// By rank or share alone.
    pub band_raw: Option<Tier>,
    /// By share of sales alone.
    pub share_band: Option<Tier>,
    /// The tier.
    pub tier: Option<Tier>,
    /// Upper limits that apply.
    pub caps: ThinVec<&'static str>,
    /// Conditions failed, as `tier:condition`.
    pub conditions_failed: ThinVec<String>,
    /// What a person has to confirm.
    pub to_confirm: ThinVec<&'static str>,
    /// A project buyer whose project is over.
    pub one_off: bool,
    /// Eligible for the next tier up.
    pub rising: bool,
}

/// Assigns tiers to all clients, in their order.
#[must_use]
pub fn assign(cases: &[Case<'_>], config: &Config, threads: usize) -> Vec<Outcome> {
    let order = ranking(cases);
    let cuts = Cuts::new(order.len(), config, |position| {
        order.get(position).and_then(|at| cases[*at].score)
    });
    let mut positions = vec![None; cases.len()];
    for (position, at) in order.into_iter().enumerate() {
        positions[at] = Some(position);
    }
    let tier = |(case, position): (&Case<'_>, Option<usize>)| {
        let Some(position) = position else {
            return Outcome::default();
        };
        let by_rank = cuts.band(position, case.score);
        let by_share = by_share(case.features, config);
        one(case, position + 1, by_rank, by_share, config)
    };
    let jobs = parallel::ranges(cases.len(), threads)
        .into_iter()
        .map(|range| {
            let (tier, positions) = (&tier, &positions);
            move || -> Vec<Outcome> {
                cases[range.clone()]
                    .iter()
                    .zip(positions[range].iter().copied())
                    .map(tier)
                    .collect()
            }
        })
        .collect();
    parallel::join(jobs).into_iter().flatten().collect()
}

/// What decides between clients with equal scores.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    net_sales: Money,
    margin: f64,
    client_id: &'a str,
}

impl<'a> Standing<'a> {
    /// That of a client.
    #[must_use]
    pub fn of(client_id: &'a str, features: &ClientFeatures) -> Self {
        Self { net_sales: features.net_sales, margin: known(features.margin), client_id }
    }

    /// Which client comes first: the one with higher net sales, then with higher margin (unknown last), then by id.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        (other.net_sales.cmp(&self.net_sales))
            .then_with(|| other.margin.total_cmp(&self.margin))
            .then_with(|| self.client_id.cmp(other.client_id))
    }
}

/// A figure to compare by; unknown ones come last.
fn known(value: Option<f64>) -> f64 {
    value.map_or(f64::NEG_INFINITY, round12)
}

/// Active clients by score, then by their standing among equals.
fn ranking(cases: &[Case<'_>]) -> Vec<usize> {
    let mut order: Vec<(f64, Standing<'_>, usize)> = cases
        .iter()
        .enumerate()
        .filter(|(_, case)| case.active)
        .map(|(at, case)| (known(case.score), Standing::of(case.client_id, case.features), at))
        .collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.compare(&b.1)));
    order.into_iter().map(|(_, _, at)| at).collect()
}

fn rules(config: &Config) -> [&TierRule; 3] {
    [&config.tier.strategic, &config.tier.core, &config.tier.potential]
}

/// Where the bands by rank end.
///
/// For each tier above standard: how many clients it reaches down to, and the score of the last of them.
#[derive(Clone, Copy, Debug)]
pub struct Cuts([(usize, f64); 3]);

impl Cuts {
    /// Those in a ranking of `active` clients, of which `score` tells the score at a position from 0.
    #[must_use]
    pub fn new(active: usize, config: &Config, score: impl Fn(usize) -> Option<f64>) -> Self {
        Self(rules(config).map(|rule| {
            let count = (round12(rule.top * active as f64).ceil() as usize).max(1).min(active);
            let last = count.checked_sub(1).and_then(&score);
            (count, last.map_or(f64::INFINITY, round12))
        }))
    }

    /// The band of a client at a position from 0; equal scores at a cut go to the higher tier.
    #[must_use]
    pub fn band(&self, position: usize, score: Option<f64>) -> Tier {
        let score = score.map_or(f64::NEG_INFINITY, round12);
        let reached = self.0.iter().position(|cut| position < cut.0 || score >= cut.1);
        Tier::ALL[reached.unwrap_or(3)]
    }
}

/// The tier that each band by rank would come to, in the order of [`Tier::ALL`]; nothing else in it depends on weights.
#[must_use]
pub fn by_band(case: &Case<'_>, config: &Config) -> [Tier; 4] {
    let by_share = by_share(case.features, config);
    Tier::ALL.map(|band| one(case, 0, band, by_share, config).tier.unwrap_or(Tier::Standard))
}

fn by_share(features: &ClientFeatures, config: &Config) -> Tier {
    let share = features.sales_share.map_or(f64::NEG_INFINITY, round12);
    let reached = rules(config)
        .iter()
        .position(|rule| if rule.over { share > rule.share } else { share >= rule.share });
    Tier::ALL[reached.unwrap_or(3)]
}

fn one(case: &Case<'_>, rank: usize, by_rank: Tier, by_share: Tier, config: &Config) -> Outcome {
    let features = case.features;
    let raw = match config.policy {
        Policy::Rank => by_rank,
        Policy::Share => by_share,
        Policy::All => by_rank.max(by_share),
    };
    let band = kept(raw, case, config);
    // Share floor: nobody starts more than one tier below what its share alone would give.
    let mut tier = if config.policy == Policy::Rank { band.min(by_share.lowered(1)) } else { band };

    let mut caps = ThinVec::new();
    if features.pay_days.is_some_and(|days| round12(days) > config.caps.pay_days) {
        caps.push("pay_days");
    }
    if features.margin_net.is_some_and(|margin| round12(margin) <= 0.0) {
        caps.push("margin_net");
    }
    if case.stage == Stage::New {
        caps.push("new");
    }
    if !caps.is_empty() {
        tier = tier.max(Tier::Core);
    }
    let one_off = one_off(features, config);
    if one_off {
        tier = Tier::Standard;
    }

    let mut conditions_failed = ThinVec::new();
    let mut met = self::met(case, tier, config);
    if !met.failed.is_empty() {
        conditions_failed.extend(met.failed.iter().map(|name| format!("{}:{name}", tier.code())));
        tier = tier.lowered(1);
        met = self::met(case, tier, config);
        conditions_failed.extend(met.failed.iter().map(|name| format!("{}:{name}", tier.code())));
    }
    let mut to_confirm = met.unknown;
    if tier != Tier::Standard && round12(case.coverage) < config.score.coverage_min {
        to_confirm.push("coverage");
    }
    let rising = !one_off
        && tier >= Tier::Potential
        && features.net_sales_prior > Money::ZERO
        && features.growth.is_some_and(|growth| round12(growth) >= config.rising.growth);
    Outcome {
        rank: Some(rank),
        band: Some(band),
        band_raw: Some(raw),
        share_band: Some(by_share),
        tier: Some(tier),
        caps,
        conditions_failed,
        to_confirm,
        one_off,
        rising,
    }
}

/// The band with its memory: one lower than that of the policy in the review before waits for the next review, unless the
/// score fell by more than the settings allow. What was only kept then is kept no longer, so no fall waits twice. Up at once.
fn kept(raw: Tier, case: &Case<'_>, config: &Config) -> Tier {
    match (case.memory, case.score) {
        (Memory::Before { raw: then, score: before }, Some(score)) if raw > then => {
            let fell = round12(before - score);
            if fell > config.hysteresis.points { raw } else { then }
        }
        (Memory::Review { band, raw: then }, _) if raw == then => band,
        _ => raw,
    }
}

/// A condition of a tier, and what the client has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// Its name.
    pub name: &'static str,
    /// The least that it asks for; `None` where it is yes or no.
    pub at_least: Option<f64>,
    /// What the client has; `None` is unknown.
    pub value: Option<f64>,
    /// Whether it holds; `None` is unknown.
    pub holds: Option<bool>,
}

/// The conditions of a tier, as the client meets them.
pub fn conditions(
    case: &Case<'_>,
    tier: Tier,
    config: &Config,
) -> impl Iterator<Item = Condition> + use<> {
    let features = case.features;
    let rule = rules(config).get(tier as usize).copied();
    let asked = rule.map(|rule| {
        [
            ("business_lines", rule.business_lines, features.lines.map(f64::from)),
            ("executive_contact", rule.executive_contact, features.exec_visits),
            ("needs_fit", rule.needs_fit, features.needs_fit),
        ]
    });
    let numbers = asked.into_iter().flatten().filter_map(|(name, at_least, value)| {
        let holds = value.zip(at_least).map(|(value, at_least)| round12(value) >= at_least);
        at_least.map(|_| Condition { name, at_least, value, holds })
    });
    let owner = rule.filter(|rule| rule.owner == Some(true)).map(|_| Condition {
        name: "owner",
        at_least: None,
        value: None,
        holds: case.owner.map(|_| true),
    });
    numbers.chain(owner)
}

#[derive(Debug, Default)]
struct Met {
    failed: Vec<&'static str>,
    unknown: ThinVec<&'static str>,
}

/// Which conditions of a tier the client fails, and which nobody knows.
fn met(case: &Case<'_>, tier: Tier, config: &Config) -> Met {
    let mut met = Met::default();
    for condition in conditions(case, tier, config) {
        match condition.holds {
            Some(true) => {}
            Some(false) => met.failed.push(condition.name),
            None => met.unknown.push(condition.name),
        }
    }
    met
}

fn one_off(features: &ClientFeatures, config: &Config) -> bool {
    let rule = &config.one_off;
    let project =
        features.top_order_share.is_some_and(|share| round12(share) >= rule.top_order_share)
            || features.order_dates_history <= rule.order_dates;
    let gaps = rule.silent_gaps * features.order_gap_median.unwrap_or(0.0);
    project
        && features
            .days_since_last_order
            .is_some_and(|days| f64::from(days) > rule.silent_days.max(round12(gaps)))
}
