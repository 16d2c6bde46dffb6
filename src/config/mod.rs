//! The settings of a review, every one of them a default in `default.toml` and changeable in `kam.toml`.
//!
//! The types here are what the floors above read; [`load`] says how the layers are put together. Every struct refuses
//! unknown keys, so that a misspelt setting is an error with a suggestion and never silently the default.

pub mod check;
pub mod decisions;
pub mod labels;
pub mod load;
pub mod metrics;
pub mod relations;
pub mod rules;
pub mod segments;
pub mod sensitivity;
pub mod workload;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use decisions::{Override, Snooze};
pub use labels::Labels;
pub use metrics::{Added, CustomMetric, kept, weight_of};
pub use relations::Relations;
pub use segments::Segment;
pub use sensitivity::Sensitivity;
pub use workload::Workload;

/// The built-in defaults, as shipped.
pub const DEFAULT: &str = include_str!("default.toml");

/// All settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Language of the output.
    pub lang: String,
    /// Currency of the review; empty when the input names it.
    pub currency: String,
    /// Fixed rates: currency → what one unit of it is worth in the currency of the review.
    pub rate: BTreeMap<String, f64>,
    /// Whether clients count for the group that their `parent` names.
    pub rollup: bool,
    /// As-of date as written; empty when not set.
    pub as_of: String,
    /// Period as written, such as `2026Q3`; empty when not set.
    pub period: String,
    /// First month of the fiscal year, 1–12.
    pub fiscal_year_start: u32,
    /// How bands are drawn.
    pub policy: Policy,
    /// Share of rows (0–1) that may be left out with errors before the run stops.
    pub max_rejected: f64,
    /// Statuses whose transactions do not count.
    pub skip_status: Vec<String>,
    /// Stages of deals that count.
    pub won_stage: Vec<String>,
    /// Types of documents that are returns or credits.
    pub return_type: Vec<String>,
    /// Constants of the features.
    pub features: Features,
    /// What the tables beside the transactions are measured by.
    pub relations: Relations,
    /// Weights and anchors.
    pub score: Score,
    /// Metrics of the user's own, by code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metric: BTreeMap<String, CustomMetric>,
    /// Upper limits on the tier.
    pub caps: Caps,
    /// Tiers above standard.
    pub tier: Tiers,
    /// What tiers are called.
    pub labels: Labels,
    /// What makes a one-off project buyer.
    pub one_off: OneOff,
    /// How far a band resists a fall.
    pub hysteresis: Hysteresis,
    /// What makes a rising client.
    pub rising: Rising,
    /// What makes a key account.
    pub marks: Marks,
    /// Thresholds of the churn signals.
    pub signal: Signals,
    /// From findings to risk.
    pub risk: Risk,
    /// Working days until a follow-up is due.
    pub due: Due,
    /// What the clients of an account manager ask for.
    pub workload: Workload,
    /// What is tried out with other weights.
    pub sensitivity: Sensitivity,
    /// How particular inputs are to be read.
    pub source: Vec<Source>,
    /// Tiers that people give.
    #[serde(rename = "override", skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// Findings that people silence.
    #[serde(rename = "snooze", skip_serializing_if = "Vec::is_empty")]
    pub snoozes: Vec<Snooze>,
    /// The user's own headings: table → field → headings.
    pub columns: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// How the band of a client is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// By position in the ranking.
    #[default]
    Rank,
    /// By share of sales.
    Share,
    /// The lower of both.
    All,
}

impl Policy {
    /// The code used in files and flags.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Rank => "rank",
            Self::Share => "share",
            Self::All => "all",
        }
    }
}

/// Constants of the features.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Features {
    /// Days of credit that cost nothing.
    pub credit_days: f64,
    /// Yearly cost of outstanding money.
    pub capital_rate: f64,
    /// Share of the amount whose margin must be known.
    pub margin_known: f64,
    /// Days that history may be short of the prior year.
    pub growth_grace_days: i32,
    /// Growth from which a client counts as growing.
    pub stage_growth: f64,
    /// Order dates below which a client is new.
    pub new_order_dates: u32,
}

/// How group scores are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aggregation {
    /// Weighted mean.
    #[default]
    Arithmetic,
    /// Weighted geometric mean.
    Geometric,
}

/// One goalpost: a value and the points it earns.
pub type Anchor = (f64, f64);

/// Weights and anchors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Score {
    /// How groups are put together.
    pub aggregation: Aggregation,
    /// Values above zero that a calibrated scale needs.
    pub calibrate_min: usize,
    /// Share of active clients at the upper end of a frozen scale above which it is said to be outgrown.
    pub drift: f64,
    /// Coverage (0–100) below which a tier is to be confirmed.
    pub coverage_min: f64,
    /// Growth is cut to this range.
    pub growth_range: (f64, f64),
    /// Metric → weight; they add up to 100.
    pub weights: BTreeMap<String, f64>,
    /// Metric → goalposts in the metric's own unit.
    pub anchors: BTreeMap<String, Vec<Anchor>>,
    /// Metric → goalposts as shares of the total.
    pub share_anchors: BTreeMap<String, Vec<Anchor>>,
    /// Clients that are scored by weights of their own; the first that fits counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segment: Vec<Segment>,
    /// Metrics of the user's own, in the order of the model: what `metric` says, as the score needs it.
    #[serde(skip)]
    pub added: Vec<Added>,
}

/// Upper limits on the tier.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Caps {
    /// Days of payment above which a client is at most core.
    pub pay_days: f64,
}

/// The tiers above standard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tiers {
    /// The highest.
    pub strategic: TierRule,
    /// The second.
    pub core: TierRule,
    /// The third.
    pub potential: TierRule,
}

/// How a tier is reached.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TierRule {
    /// Cumulative share of active clients, by score.
    pub top: f64,
    /// Share of sales.
    pub share: f64,
    /// Whether the share has to be exceeded rather than reached.
    pub over: bool,
    /// Business lines bought, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_lines: Option<f64>,
    /// Executive visits, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executive_contact: Option<f64>,
    /// Fit to the client's needs (1–5), at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs_fit: Option<f64>,
    /// Whether an account manager must be named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<bool>,
}

/// What makes a one-off project buyer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OneOff {
    /// Share of the largest order.
    pub top_order_share: f64,
    /// Order dates, at most.
    pub order_dates: u32,
    /// Silent for more than this many days …
    pub silent_days: f64,
    /// … and for more than this many usual gaps.
    pub silent_gaps: f64,
}

/// How far a band resists a fall.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hysteresis {
    /// Points by which the score may fall with the band of the previous review kept.
    pub points: f64,
}

/// What makes a rising client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rising {
    /// Growth, at least.
    pub growth: f64,
}

/// What makes a key account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Marks {
    /// Share of sales, at least …
    pub sales_share: f64,
    /// … or a margin rate above the portfolio's by at least this.
    pub margin_above: f64,
    /// Points of the synergy group, at least.
    pub synergy: f64,
    /// Points of the potential group, at least.
    pub potential: f64,
}

/// A threshold for each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Levels {
    /// Low.
    pub low: f64,
    /// Medium.
    pub medium: f64,
    /// High.
    pub high: f64,
}

/// Thresholds of the churn signals, one field each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signals {
    /// Later than the client's own rhythm.
    pub order_overdue: OrderOverdue,
    /// Silent, with no rhythm known.
    pub order_silence: OrderSilence,
    /// Fewer orders.
    pub orders_down: OrdersDown,
    /// Lower sales than a year ago.
    pub sales_down: SalesDown,
    /// Fewer business lines.
    pub lines_down: LinesDown,
    /// Lower margin rate.
    pub margin_down: MarginDown,
    /// More returns.
    pub returns_up: ReturnsUp,
    /// Slower payment.
    pub payment_slower: PaymentSlower,
}

/// Thresholds of `order_overdue`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrderOverdue {
    /// More than this many usual gaps.
    pub gaps: Levels,
    /// And more than this many days.
    pub min_days: f64,
}

/// Thresholds of `order_silence`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrderSilence {
    /// More than this many days.
    pub days: Levels,
    /// And more than this many times the longest gap known.
    pub longest_gap: f64,
}

/// Thresholds of `orders_down`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrdersDown {
    /// Recent orders as a share of the usual, at most.
    pub ratio: Levels,
    /// Orders that the usual must rest on.
    pub min_orders: u32,
}

/// Thresholds of `sales_down`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SalesDown {
    /// Change against a year ago, at most.
    pub change: Levels,
    /// Orders a year ago, at least.
    pub min_orders: u32,
}

/// Thresholds of `lines_down`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinesDown {
    /// Share of lines lost that makes it medium.
    pub lost: f64,
    /// Lines a year ago from which it can be more than low.
    pub min_lines: u32,
}

/// Thresholds of `margin_down`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarginDown {
    /// Change of the margin rate, at most.
    pub points: Levels,
}

/// Thresholds of `returns_up`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReturnsUp {
    /// Change of the return rate, at least.
    pub points: Levels,
    /// And the new rate at least this many times the old.
    pub ratio: f64,
}

/// Thresholds of `payment_slower`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentSlower {
    /// More days than the year before, at least.
    pub days: Levels,
}

/// From findings to risk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Risk {
    /// Chance of loss that a low finding stands for.
    pub low: f64,
    /// A medium one.
    pub medium: f64,
    /// A high one.
    pub high: f64,
    /// Combined risk from which the level is high.
    pub level_high: f64,
    /// Combined risk from which the level is medium.
    pub level_medium: f64,
}

/// Working days until a follow-up is due.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Due {
    /// After a high finding.
    pub high: u32,
    /// After a medium one.
    pub medium: u32,
    /// After a low one.
    pub low: u32,
}

/// How inputs whose path fits are to be read; whatever is absent is found out from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Source {
    /// Path or glob (`*`, `?`), relative to the folder of `kam.toml`.
    pub path: String,
    /// Canonical table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row of the headings, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u64>,
    /// Encoding label, such as `gb18030`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Delimiter: one character, or `tab`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// Decimal mark: `.` or `,`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<String>,
    /// Order of day, month and year: `dmy`, `mdy` or `ymd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<String>,
    /// Unit of the amounts, such as `万`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Currency of the amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Only rows whose cells have these values: heading → value.
    #[serde(rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    pub filter: BTreeMap<String, String>,
}
