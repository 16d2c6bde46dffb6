//! How fast clients are answered, against the promise of hours.

use serde::Serialize;

use super::{median, share};
use crate::config::relations::PromiseHours;
use crate::period::Window;
use crate::store::Interaction;
use crate::tier::{Outcome, Tier};

/// Reply hours of the interactions of the last 12 months.
///
/// Interactions do not say how complex a matter was, so all of them are held against each promise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Replies {
    /// How many give their reply hours, and how fast they were.
    #[serde(flatten)]
    pub all: Speed,
    /// The same by tier of the client, the highest first; tiers without replies are absent.
    pub tiers: Vec<TierSpeed>,
}

/// The replies to the clients of one tier.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TierSpeed {
    /// Which; null is inactive.
    pub tier: Option<Tier>,
    /// How fast.
    #[serde(flatten)]
    pub speed: Speed,
}

/// How fast replies were.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Speed {
    /// How many.
    pub replies: usize,
    /// Median hours.
    pub median_hours: Option<f64>,
    /// Share within each promise of `relations.promise_hours`: routine, complex, several departments.
    pub within: [Within; 3],
}

/// The share of replies within some hours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Within {
    /// How many hours.
    pub hours: f64,
    /// Share of replies.
    pub share: Option<f64>,
}

impl Speed {
    pub(super) fn of(hours: Vec<f64>, promise: PromiseHours) -> Self {
        let within = [promise.routine, promise.complex, promise.cross_team].map(|limit| {
            let count = hours.iter().filter(|hours| **hours <= limit).count();
            Within { hours: limit, share: share(count, hours.len()) }
        });
        Self { replies: hours.len(), median_hours: median(hours), within }
    }
}

/// The figures; `None` where no interaction gives its reply hours.
pub(super) fn replies(
    rows: &[Interaction],
    outcomes: &[Outcome],
    ttm: Window,
    promise: PromiseHours,
) -> Option<Replies> {
    let mut all = Vec::new();
    // One list per tier, and one of inactive clients.
    let mut tiers: [Vec<f64>; Tier::ALL.len() + 1] = Default::default();
    for row in rows.iter().filter(|row| ttm.contains(row.date)) {
        let Some(hours) = row.reply_hours else { continue };
        let tier = outcomes.get(row.client as usize).and_then(|outcome| outcome.tier);
        tiers[tier.map_or(Tier::ALL.len(), |tier| tier as usize)].push(hours);
        all.push(hours);
    }
    if all.is_empty() {
        return None;
    }
    let named = Tier::ALL.into_iter().map(Some).chain([None]);
    let tiers = named
        .zip(tiers)
        .filter(|(_, hours)| !hours.is_empty())
        .map(|(tier, hours)| TierSpeed { tier, speed: Speed::of(hours, promise) })
        .collect();
    Some(Replies { all: Speed::of(all, promise), tiers })
}
