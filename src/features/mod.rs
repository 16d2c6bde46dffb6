//! Features: one row of figures per client, at any as-of date, from the ledger and the side tables.
//!
//! [`compute`] is a pure function of the ledger, so the review, a replay of past quarters and a backtest share it.

mod changed;
mod client;
mod compute;
mod quantile;
mod relations;
mod vocabulary;
mod words;

pub use compute::{Portfolio, Run, compute, share_out};
pub use quantile::percentile;
pub use relations::{Mention, RelationFeatures, outstanding};
pub use vocabulary::{DealOutcome, Urgency, Vocabulary};
pub use words::EXCERPT;

use std::sync::{Arc, LazyLock};

use serde::{Serialize, Serializer};

use crate::money::Money;
use crate::named::Named;
use crate::period::Day;

/// Where a client is in its life with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// No order ever.
    Prospect,
    /// None in the last 12 months, one in the 12 before.
    Dormant,
    /// None in either.
    Lost,
    /// First order in the last 12 months, or hardly any order dates.
    New,
    /// Sales up.
    Growing,
    /// Sales down.
    Declining,
    /// Everything else.
    Steady,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Prospect,
        Self::Dormant,
        Self::Lost,
        Self::New,
        Self::Growing,
        Self::Declining,
        Self::Steady,
    ];

    /// The code used in files and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Prospect => "prospect",
            Self::Dormant => "dormant",
            Self::Lost => "lost",
            Self::New => "new",
            Self::Growing => "growing",
            Self::Declining => "declining",
            Self::Steady => "steady",
        }
    }
}

/// The figures of one client. Money is exact; rates are floats of one division; `None` is unknown, never zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClientFeatures {
    /// Σ positive amounts in the last 12 months.
    pub gross_sales: Money,
    /// Σ returned in the last 12 months, as a positive amount.
    pub returns: Money,
    /// Gross sales less returns, last 12 months.
    pub net_sales: Money,
    /// The same for the 12 months before.
    pub net_sales_prior: Money,
    /// Net sales ÷ Σ net sales of all clients.
    pub sales_share: Option<f64>,
    /// Net sales ÷ net sales of the year before − 1; unknown when history is too short.
    pub growth: Option<f64>,
    /// Σ margin ÷ Σ amount of the rows with a known margin, last 12 months.
    pub margin_rate: Option<f64>,
    /// The same for the 12 months before.
    pub margin_rate_prior: Option<f64>,
    /// Margin rate × net sales.
    pub margin: Option<f64>,
    /// Amount-weighted mean days to payment, last 12 months.
    pub pay_days: Option<f64>,
    /// The same for the 12 months before.
    pub pay_days_prior: Option<f64>,
    /// Margin less the cost of the capital outstanding.
    pub margin_net: Option<f64>,
    /// Distinct orders in the last 12 months.
    pub orders: u32,
    /// Distinct orders in the 12 months before.
    pub orders_prior: u32,
    /// Distinct order dates in the last 12 months.
    pub order_days: u32,
    /// First order date.
    pub first_order: Option<Day>,
    /// Last order date.
    pub last_order: Option<Day>,
    /// Days from the last order date to the as-of date.
    pub days_since_last_order: Option<i32>,
    /// Median of the gaps between order dates, in days, last 36 months.
    pub order_gap_median: Option<f64>,
    /// 90th percentile of those gaps.
    pub order_gap_p90: Option<f64>,
    /// Distinct business lines bought in the last 12 months.
    pub lines: Option<u32>,
    /// The same for the 12 months before.
    pub lines_prior: Option<u32>,
    /// Returns ÷ gross sales, last 12 months.
    pub return_rate: Option<f64>,
    /// The same for the 12 months before.
    pub return_rate_prior: Option<f64>,
    /// Largest order ÷ all positive amounts, last 36 months.
    pub top_order_share: Option<f64>,
    /// Net sales, less where they were on long credit.
    pub sales_adjusted: Option<f64>,
    /// Net sales of the last 90 days.
    pub sales_recent: Money,
    /// Net sales of the same 90 days a year earlier.
    pub sales_recent_ly: Money,
    /// Orders in the last 90 days.
    pub orders_recent: u32,
    /// Orders in the same 90 days a year earlier.
    pub orders_recent_ly: u32,
    /// Orders in the 270 days before the last 90.
    pub orders_base: u32,
    /// 1 − net sales ÷ the client's yearly demand, 0–1.
    pub headroom: Option<f64>,
    /// Fit to the client's needs, 1–5.
    pub needs_fit: Option<f64>,
    /// Executive visits in the last 12 months.
    pub exec_visits: Option<f64>,
    /// Joint projects and awards in the last 36 months.
    pub joint_work: Option<f64>,
    /// Referrals in the last 12 months.
    pub referrals: Option<f64>,
    /// Yearly growth of the client's industry.
    pub industry_growth: Option<f64>,
    /// The client's yearly demand.
    pub annual_potential: Option<Money>,
    /// Values of metrics of the user's own, by code.
    #[serde(rename = "metrics", skip_serializing_if = "Option::is_none")]
    pub added: Option<Box<Named<f64>>>,
    /// What the tables beside the transactions say; `None` where there are none. Clients without rows share theirs.
    #[serde(flatten, serialize_with = "flat")]
    pub relations: Option<Arc<RelationFeatures>>,
    /// Longest gap between order dates when too few are known for a rhythm.
    #[serde(skip)]
    pub order_gap_longest: Option<i32>,
    /// Distinct order dates in the last 36 months.
    #[serde(skip)]
    pub order_dates_history: u32,
    /// Distinct order dates up to the as-of date.
    #[serde(skip)]
    pub order_dates_ever: u32,
}

impl ClientFeatures {
    /// What the tables beside the transactions say, all of it unknown where there are none.
    #[must_use]
    pub fn relations(&self) -> &RelationFeatures {
        static UNKNOWN: LazyLock<RelationFeatures> = LazyLock::new(RelationFeatures::default);
        self.relations.as_deref().unwrap_or(&UNKNOWN)
    }
}

/// Writes them beside the others, unknown ones as null: a script finds the same names in every review.
#[expect(clippy::ref_option, reason = "the signature that serde asks for")]
fn flat<S: Serializer>(
    relations: &Option<Arc<RelationFeatures>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match relations {
        Some(relations) => relations.serialize(serializer),
        None => RelationFeatures::default().serialize(serializer),
    }
}
