//! Churn signals: what one client's figures say about losing it.
//!
//! A signal looks at one client and answers that it cannot judge (`None`), that there is nothing, or a [`Finding`]. It knows
//! neither tier nor score. Each one is a file, whose head is the documentation that `kam explain` prints, and a line in
//! [`SIGNALS`]; its sentence and the action it suggests are in the catalogues.

pub mod evidence;
mod lines_down;
mod margin_down;
mod order_overdue;
mod order_silence;
mod orders_down;
mod payment_slower;
mod returns_up;
mod sales_down;

use serde::{Deserialize, Serialize};

use crate::config;
use crate::diagnostic::Fact;
use crate::features::ClientFeatures;
use crate::money::round12;
use crate::named::Named;
use crate::period::Day;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth a look.
    Low,
    /// Worth a call.
    Medium,
    /// Call today.
    High,
}

impl Level {
    /// The code used in files and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Named numbers behind a finding.
pub type Evidence = Named<Fact>;

/// What a signal found at one client.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Signal.
    pub code: &'static str,
    /// How bad.
    pub level: Level,
    /// Named numbers.
    pub evidence: Evidence,
    /// What to do about it.
    pub action: &'static str,
}

/// What a signal says of a client that it can judge: a level and the evidence, or nothing.
pub type Verdict = Option<(Level, Evidence)>;

/// A churn signal.
pub trait Signal: Sync {
    /// Its name in settings, messages and JSON.
    fn code(&self) -> &'static str;
    /// What to do about it: a code whose words are in the catalogues.
    fn action(&self) -> &'static str;
    /// `None` when the data does not allow a judgement.
    fn judge(&self, features: &ClientFeatures, config: &config::Signals) -> Option<Verdict>;
    /// Its documentation in both languages: the head of its file.
    fn doc(&self) -> &'static str;
}

/// All signals.
pub const SIGNALS: &[&dyn Signal] = &[
    &order_overdue::OrderOverdue,
    &order_silence::OrderSilence,
    &orders_down::OrdersDown,
    &sales_down::SalesDown,
    &lines_down::LinesDown,
    &margin_down::MarginDown,
    &returns_up::ReturnsUp,
    &payment_slower::PaymentSlower,
];

/// The action that a signal asks for.
#[must_use]
pub fn action(code: &str) -> Option<&'static str> {
    SIGNALS.iter().find(|signal| signal.code() == code).map(|signal| signal.action())
}

fn verdict<const N: usize>(
    level: Option<Level>,
    facts: impl FnOnce() -> [(&'static str, Fact); N],
) -> Verdict {
    level.map(|level| (level, Evidence::from(facts())))
}

/// The level of a value that is bad when it is high: over each threshold.
fn above(value: f64, levels: config::Levels) -> Option<Level> {
    highest(levels, |threshold| round12(value) > threshold)
}

/// The level of a value that is bad when it is high: each threshold reached.
fn at_least(value: f64, levels: config::Levels) -> Option<Level> {
    highest(levels, |threshold| value >= threshold)
}

/// The level of a value that is bad when it is low: each threshold reached from above.
fn at_most(value: f64, levels: config::Levels) -> Option<Level> {
    highest(levels, |threshold| value <= threshold)
}

fn highest(levels: config::Levels, fires: impl Fn(f64) -> bool) -> Option<Level> {
    [(Level::High, levels.high), (Level::Medium, levels.medium), (Level::Low, levels.low)]
        .into_iter()
        .find(|(_, threshold)| fires(*threshold))
        .map(|(level, _)| level)
}

fn day(day: Option<Day>) -> Fact {
    day.map_or_else(|| Fact::from(""), Fact::Day)
}

/// What a signal could say of a portfolio.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Judged {
    /// Signal.
    pub code: &'static str,
    /// Clients that it could be judged on.
    pub clients: usize,
    /// Clients at which it fired.
    pub fired: usize,
}

/// Counts what signals could say, in the order of [`SIGNALS`].
#[derive(Clone, Debug)]
pub struct Tally(Vec<Judged>);

impl Default for Tally {
    fn default() -> Self {
        Self(
            SIGNALS
                .iter()
                .map(|signal| Judged { code: signal.code(), clients: 0, fired: 0 })
                .collect(),
        )
    }
}

impl Tally {
    /// The counts.
    #[must_use]
    pub fn judged(self) -> Vec<Judged> {
        self.0
    }
}

/// Judges one client by all signals and counts the verdicts: the findings, the highest level first.
#[must_use]
pub fn judge(
    features: &ClientFeatures,
    config: &config::Signals,
    tally: &mut Tally,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (signal, count) in SIGNALS.iter().zip(&mut tally.0) {
        if let Some(verdict) = signal.judge(features, config) {
            count.clients += 1;
            if let Some((level, evidence)) = verdict {
                count.fired += 1;
                findings.push(Finding {
                    code: signal.code(),
                    level,
                    evidence,
                    action: signal.action(),
                });
            }
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    findings.shrink_to_fit();
    findings
}
