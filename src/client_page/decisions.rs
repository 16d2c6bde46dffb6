//! What people decided about the client against the computation: those that hold, and those that do not any more.

use serde::Serialize;

use crate::period::Day;
use crate::review::{Client, Review};
use crate::signal::Level;
use crate::store::Decided;
use crate::tier::Tier;

/// A decision of the settings on the client.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionRow {
    /// What is decided.
    #[serde(flatten)]
    pub what: Decision,
    /// Why.
    pub reason: String,
    /// Who decided it, where that is told.
    pub by: Option<String>,
    /// The last day on which it holds; null is until it is taken out.
    pub until: Option<Day>,
    /// Whether it holds.
    pub state: State,
}

/// What is decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "decision", rename_all = "lowercase")]
pub enum Decision {
    /// A tier is given.
    Override {
        /// Which.
        tier: Tier,
    },
    /// A signal is silent.
    Snooze {
        /// Which.
        signal: String,
        /// How bad what it found is; null where it found nothing.
        level: Option<Level>,
    },
}

/// Whether a decision holds on the as-of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It does.
    InForce,
    /// Its last day is over.
    Expired,
    /// The client has no tier that another could be given for.
    Inactive,
    /// A later one is in its place.
    Replaced,
}

impl State {
    /// The code used in files and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Expired => "expired",
            Self::Inactive => "inactive",
            Self::Replaced => "replaced",
        }
    }
}

/// Where the decisions on a client stand in the settings.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    overrides: Vec<usize>,
    snoozes: Vec<usize>,
}

impl Places {
    pub(super) fn of(decided: &Decided, client: usize) -> Self {
        let own = |pairs: &[(usize, usize)]| {
            pairs.iter().filter(|(of, _)| *of == client).map(|(_, at)| *at).collect()
        };
        Self { overrides: own(&decided.overrides), snoozes: own(&decided.snoozes) }
    }
}

/// The decisions on a client, in the order of the settings.
pub(super) fn decisions(places: &Places, client: &Client, review: &Review) -> Vec<DecisionRow> {
    let expired = |until: Option<Day>| until.is_some_and(|until| until < review.as_of);
    let mut rows: Vec<DecisionRow> = Vec::new();
    for given in places.overrides.iter().filter_map(|at| review.config.overrides.get(*at)) {
        let Some(tier) = Tier::ALL.into_iter().find(|tier| tier.code() == given.tier) else {
            continue;
        };
        let until = given.until.as_deref().and_then(Day::parse_iso);
        let state = match client.tier {
            _ if expired(until) => State::Expired,
            None => State::Inactive,
            Some(_) => State::InForce,
        };
        if state == State::InForce {
            // The one that stands last counts.
            for row in rows.iter_mut().filter(|row| row.state == State::InForce) {
                row.state = State::Replaced;
            }
        }
        let what = Decision::Override { tier };
        let (reason, by) = (given.reason.clone(), given.by.clone());
        rows.push(DecisionRow { what, reason, by, until, state });
    }
    for snooze in places.snoozes.iter().filter_map(|at| review.config.snoozes.get(*at)) {
        let Some(until) = Day::parse_iso(&snooze.until) else {
            continue;
        };
        let silenced = client.snoozed.iter().find(|found| found.code == snooze.code);
        let state = match silenced {
            _ if expired(Some(until)) => State::Expired,
            Some(found) if found.until > until => State::Replaced,
            _ => State::InForce,
        };
        let level = silenced.filter(|_| state == State::InForce).map(|found| found.level);
        let what = Decision::Snooze { signal: snooze.code.clone(), level };
        let (reason, by) = (snooze.reason.clone(), snooze.by.clone());
        rows.push(DecisionRow { what, reason, by, until: Some(until), state });
    }
    rows
}
