//! The review: everything known about the portfolio at one as-of date, joined.
//!
//! Scores and signals do not know each other; they meet here. The [`Review`] is the only thing that renderers see and
//! the contract for scripts (`--format json`), so a field is never renamed or removed without a new
//! [`SCHEMA_VERSION`].

mod change;
mod decisions;
mod join;
pub mod portfolio;
mod previous;
mod split;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use thin_vec::ThinVec;

use crate::config::{Config, Policy};
use crate::diagnostic::{DETAILS_KEPT, Diagnostic, Origin, Severity};
use crate::features::{ClientFeatures, Stage};
use crate::money::Money;
use crate::period::{Day, Windows};
use crate::score::{Belongs, ByGroup, ByMetric};
use crate::signal::{Evidence, Level};
use crate::tier::{Memory, Tier};

pub use change::{Basis, ScoreChange, Scored, score_change};
pub use join::{Context, as_of, given_as_of, review, review_after};
pub use portfolio::{Concentration, Figures};
pub use previous::{
    Before, Gone, MOVEMENTS, Movement, OwnerChange, Previous, Since, Step, matrix, most_changed,
    movement, movers,
};
pub use split::Split;

pub use crate::signal::Judged;
pub use crate::store::{ColumnReport, Control, InCurrency, InputReport, LeftOut};

/// Version of the review JSON.
pub const SCHEMA_VERSION: u32 = 1;

/// A review.
#[derive(Clone, Debug, Serialize)]
pub struct Review {
    /// Version of this structure.
    pub schema_version: u32,
    /// Version of the program.
    pub kam_version: &'static str,
    /// Newest day that counts.
    pub as_of: Day,
    /// Where the as-of date came from.
    pub as_of_from: AsOfFrom,
    /// Name of the quarter that ends at `as_of`, else the date.
    pub period: String,
    /// The windows.
    pub windows: Windows,
    /// Currency code; empty when the input names none.
    pub currency: String,
    /// Tier policy.
    pub policy: Policy,
    /// Weight (0–100) of the metrics that have data.
    pub model_coverage: f64,
    /// Whose clients these are, when they are those of one account manager only. Such a review holds nothing that rests on
    /// other clients: it is without rank, shares of sales, goalposts, control totals, inputs and diagnostics.
    pub scope: Option<Scope>,
    /// Portfolio figures.
    pub totals: Totals,
    /// Every row accounted for; empty, and null in JSON, where the review is of one account manager.
    #[serde(serialize_with = "known")]
    pub control: Control,
    /// Goalposts in force.
    pub anchors: BTreeMap<&'static str, Vec<(f64, f64)>>,
    /// How the scale of calibrated metrics came about.
    pub scale: Scale,
    /// Weights in force, metric by metric, in the order of the model.
    pub weights: Vec<(&'static str, f64)>,
    /// One row per tier, the highest first.
    pub tiers: Vec<TierRow>,
    /// Every client, by rank, then inactive ones by id.
    pub clients: Vec<Client>,
    /// Clients that need action, the largest priority first; positions in `clients`.
    #[serde(skip)]
    pub actions: Vec<usize>,
    /// How clients moved since the previous review, if there is one.
    pub movement: Option<Movement>,
    /// How much of sales the largest clients hold.
    pub concentration: Concentration,
    /// Stages, cohorts, retention, account managers, whitespace and more; null where no output was to show them.
    pub portfolio: Option<Box<Figures>>,
    /// Net sales month by month, the oldest first, over the 24 months up to the as-of date. A month ends on the day of the month
    /// of the as-of date; calendar months they are only where that is a month's last day.
    pub monthly: Vec<Month>,
    /// How many clients each signal could be judged on, and at how many it fired.
    pub judged: Vec<Judged>,
    /// Why the highest tier is empty, when it is: the largest share of sales.
    pub top_tier_empty: Option<f64>,
    /// Rows of the last 90 days with a word that is looked for, client by client.
    pub mentions: Vec<MentionRow>,
    /// What the input had to say.
    pub diagnostics: Vec<DiagnosticGroup>,
    /// The inputs.
    pub inputs: Vec<InputReport>,
    /// The settings in force.
    pub config: Config,
    /// SHA-256 of those.
    pub config_sha256: String,
}

impl Review {
    /// Adds something to say, in the order of the codes.
    pub fn tell(&mut self, diagnostic: Diagnostic) {
        let code = diagnostic.code;
        let at = self.diagnostics.partition_point(|group| group.code < code);
        if self.diagnostics.get(at).is_none_or(|group| group.code != code) {
            let group = DiagnosticGroup {
                code,
                severity: diagnostic.severity,
                count: 0,
                details: Vec::new(),
            };
            self.diagnostics.insert(at, group);
        }
        let group = &mut self.diagnostics[at];
        group.count += 1;
        if group.details.len() < DETAILS_KEPT {
            group.details.push(diagnostic);
        }
    }

    /// What the tiers lack of the totals; `None` where they lack nothing.
    #[must_use]
    pub fn outside(&self) -> Option<Outside> {
        portfolio::outside(&self.tiers, &self.totals)
    }

    /// When a finding of a level is to be followed up.
    #[must_use]
    pub fn due(&self, level: Level) -> Day {
        join::due(self.as_of, level, &self.config)
    }
}

/// Whose clients a review is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Scope {
    /// The account manager; null stands for the clients that have none.
    pub owner: Option<String>,
}

/// Writes control totals, or null where there are none.
fn known<S: Serializer>(control: &Control, serializer: S) -> Result<S::Ok, S::Error> {
    Some(control).filter(|control| **control != Control::default()).serialize(serializer)
}

/// Where the as-of date came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AsOfFrom {
    /// A flag, a period or the config.
    Given,
    /// The newest transaction that is not in the future.
    Data,
}

/// How the scale of the calibrated metrics came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Anchors from the config.
    Frozen,
    /// Shares of the total: too few clients to calibrate.
    Fixed,
    /// Percentiles of the active clients.
    Calibrated,
}

/// Portfolio figures.
#[derive(Clone, Debug, Serialize)]
pub struct Totals {
    /// All clients.
    pub clients: usize,
    /// With an order in the last 12 months.
    pub active: usize,
    /// Bought the year before, not since.
    pub dormant: usize,
    /// Bought longer ago.
    pub lost: usize,
    /// Never bought.
    pub prospects: usize,
    /// Net sales of the last 12 months.
    pub net_sales: Money,
    /// Net sales of the 12 months before.
    pub net_sales_prior: Money,
    /// What dormant clients bought the year before.
    pub dormant_sales_prior: Money,
    /// Active and dormant clients at medium or high risk.
    pub at_risk_clients: usize,
    /// Net sales of active clients at medium or high risk.
    pub at_risk_sales: Money,
    /// Mean score of active clients.
    pub avg_score: Option<f64>,
    /// Clients whose tier is given by an override.
    pub overridden: usize,
    /// Findings that are silenced.
    pub snoozed: usize,
    /// Clients whose band is kept from the previous review, though the policy alone would give a lower one.
    pub kept: usize,
}

/// What of the totals is in no tier: the figures of inactive clients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outside {
    /// Net sales of the last 12 months: returns, as a rule.
    pub net_sales: Money,
    /// Of all net sales; null when those are not positive.
    pub share: Option<f64>,
    /// Against the year before; null when that was not positive.
    pub change: Option<f64>,
    /// Dormant clients at medium or high risk.
    pub at_risk: usize,
}

/// A band that the previous review holds up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Held {
    /// The band, as it was then.
    pub band: Tier,
    /// The one that the policy alone would give.
    pub raw: Tier,
}

/// One tier of the summary; inactive clients belong to none.
#[derive(Clone, Debug, Serialize)]
pub struct TierRow {
    /// Which.
    pub tier: Tier,
    /// Clients in it.
    pub clients: usize,
    /// Their net sales.
    pub net_sales: Money,
    /// Their net sales the year before.
    pub net_sales_prior: Money,
    /// Of all net sales; null when those are not positive.
    pub share: Option<f64>,
    /// Against the year before; null when that was not positive.
    pub change: Option<f64>,
    /// Mean score.
    pub avg_score: Option<f64>,
    /// How many are at medium or high risk.
    pub at_risk: usize,
}

/// One client.
#[derive(Clone, Debug, Serialize)]
pub struct Client {
    /// Id.
    pub client_id: String,
    /// Name; the id where no name is known.
    pub name: String,
    /// Account manager.
    pub owner: Option<String>,
    /// Industry.
    pub industry: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Where in its life.
    pub stage: Stage,
    /// Whether it ordered in the last 12 months.
    pub active: bool,
    /// Rank among active clients.
    pub rank: Option<usize>,
    /// 0–100.
    pub score: Option<f64>,
    /// The segment whose weights it is scored by, where it is in one.
    pub segment: Option<Box<str>>,
    /// 0–100: how much of the model's weight this client has data for.
    pub coverage: f64,
    /// Points per group.
    pub groups: ByGroup,
    /// The value of each metric that earned the points; absent in runs whose outputs do not hold it.
    #[serde(skip_serializing_if = "ByMetric::is_empty")]
    pub values: ByMetric,
    /// Points per metric; metrics without data are absent.
    pub points: ByMetric,
    /// What each metric adds to the score.
    pub adds: ByMetric,
    /// What the score rests on.
    pub features: Box<ClientFeatures>,
    /// Tier in force.
    pub tier: Option<Tier>,
    /// Tier by the policy alone, or that of the previous review where the score has hardly fallen.
    pub band: Option<Tier>,
    /// Tier by the policy alone, whatever was before.
    pub band_raw: Option<Tier>,
    /// Tier by share of sales alone.
    pub share_band: Option<Tier>,
    /// Tier before overrides.
    pub tier_computed: Option<Tier>,
    /// The tier that a person gave, while it holds.
    #[serde(rename = "override")]
    pub given: Option<Box<Given>>,
    /// Tier of the previous review.
    pub tier_previous: Option<Tier>,
    /// How it moved since then: `new`, `up`, `down`, `same`, `left`, `reactivated`.
    pub movement: Option<&'static str>,
    /// Its score then, and what changed it.
    pub since: Option<Box<Since>>,
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
    /// Findings, the highest first.
    pub signals: ThinVec<FindingRow>,
    /// Findings that a person silenced, the highest first: they count nowhere else.
    pub snoozed: ThinVec<Snoozed>,
    /// 0–1.
    pub risk: f64,
    /// Level of the risk.
    pub risk_level: RiskLevel,
    /// Sales at stake times risk.
    pub priority: f64,
    /// Action code of the highest finding.
    pub next_step: Option<&'static str>,
    /// When that is due.
    pub due: Option<Day>,
    /// What people typed for it into an earlier workbook, for as long as it needs action for the same.
    pub follow_up: Option<Box<FollowUp>>,
    /// Marks of a key account.
    pub marks: Marks,
    /// Share of sales that would go with the client.
    pub loss_impact: Option<f64>,
    /// Net sales of the last 12 months, month by month, the oldest first; empty in runs whose outputs do not hold them.
    pub monthly: ThinVec<Money>,
}

impl Client {
    /// What conditions of segments look at.
    #[must_use]
    pub fn belongs(&self) -> Belongs<'_> {
        Belongs {
            stage: self.stage,
            industry: self.industry.as_deref(),
            region: self.region.as_deref(),
            owner: self.owner.as_deref(),
        }
    }

    /// What keeps its band when other figures or settings are tried on the review.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let both = self.band.zip(self.band_raw);
        both.map_or(Memory::None, |(band, raw)| Memory::Review { band, raw })
    }

    /// The band, where hysteresis holds it above the one that the policy alone would give.
    #[must_use]
    pub fn held(&self) -> Option<Held> {
        let (band, raw) = (self.band?, self.band_raw?);
        (band != raw).then_some(Held { band, raw })
    }
}

/// A tier that a person gave.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Given {
    /// Which.
    pub tier: Tier,
    /// Why.
    pub reason: String,
    /// Who decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Day>,
}

/// A finding that a person silenced.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Snoozed {
    /// Signal.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// The last day on which it is silent.
    pub until: Day,
    /// Why.
    pub reason: String,
}

/// The level of a client's risk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevel {
    /// Nothing found.
    #[default]
    None,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

impl RiskLevel {
    /// The code used in files and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What people typed for a client that needs action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// What became of it: a code, or any other word.
    pub status: Option<String>,
    /// What comes next.
    pub next_step: Option<String>,
    /// Anything else.
    pub note: Option<String>,
}

/// A finding with its history.
#[derive(Clone, Debug, Serialize)]
pub struct FindingRow {
    /// Signal.
    pub code: &'static str,
    /// How bad.
    pub level: Level,
    /// Named numbers.
    pub evidence: Evidence,
    /// As-of date of the review that found it first.
    pub first_seen: Day,
}

/// A note or a deal with a word of `relations.keywords`, or a deal that names a competitor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MentionRow {
    /// Whose.
    pub client_id: String,
    /// Which set of words: `competitor` or `front_line`.
    pub set: &'static str,
    /// The text around the word, at most [`EXCERPT`](crate::features::EXCERPT) characters.
    pub excerpt: String,
    /// File, sheet and row; null in a review of one account manager.
    pub origin: Option<Origin>,
}

/// The three marks of a key account; null is unknown.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Marks {
    /// Share of sales or margin rate.
    pub contribution: Option<bool>,
    /// Synergy.
    pub synergy: Option<bool>,
    /// Potential.
    pub potential: Option<bool>,
    /// All three.
    pub key_account: Option<bool>,
}

/// Net sales of one of the months that end with the as-of date, which begin on the day after the last one's.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Month {
    /// First day of the month.
    pub from: Day,
    /// Last day that counts.
    pub to: Day,
    /// Net sales.
    pub net_sales: Money,
}

/// The diagnostics of one code.
#[derive(Clone, Debug, Serialize)]
pub struct DiagnosticGroup {
    /// Code.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub details: Vec<Diagnostic>,
}
