//! The page of one client: everything that is known of it at one as-of date, in one place.
//!
//! The review has the figures of all clients; rows of other tables and of transactions are those of this client alone
//! ([`Extract`]). What would move it to another tier is found by moving it ([`Reach`]).

mod decisions;
mod extract;
mod reach;
mod rows;

use serde::Serialize;

use crate::config::{Labels, Policy};
use crate::features::{ClientFeatures, Stage};
use crate::period::{Day, Windows};
use crate::review::{Client, FindingRow, Held, Marks, MentionRow, Month, Review, RiskLevel};
use crate::score::{self, Group, Model, Weighings};
use crate::tier::{self, Case, Tier};

pub use decisions::{Decision, DecisionRow, State};
pub use extract::Extract;
pub use reach::{Reach, Step, Way};
pub use rows::{
    ContactRow, ContractRow, DealRow, FeedbackRow, InteractionRow, InvoiceRow, MilestoneRow,
    OrderLine, Relations,
};

/// Version of the JSON of a client page.
pub const SCHEMA_VERSION: u32 = 1;

/// The page of one client.
#[derive(Clone, Debug, Serialize)]
pub struct ClientPage {
    /// What tiers are called.
    #[serde(skip)]
    pub labels: Labels,
    /// Version of this structure.
    pub schema_version: u32,
    /// Version of the program.
    pub kam_version: &'static str,
    /// Newest day that counts.
    pub as_of: Day,
    /// Name of the quarter that ends at `as_of`, else the date.
    pub period: String,
    /// The windows.
    pub windows: Windows,
    /// Currency code; empty when the input names none.
    pub currency: String,
    /// Who it is.
    pub profile: Profile,
    /// 0–100; null without any points.
    pub score: Option<f64>,
    /// 0–100: how much of the model's weight there is data for.
    pub coverage: f64,
    /// The groups of the score.
    pub groups: Vec<GroupRow>,
    /// The metrics of the score; what they add sums to it.
    pub metrics: Vec<MetricRow>,
    /// Its tier and how it came about.
    pub tier: TierPart,
    /// What people decided about it against the computation.
    pub decisions: Vec<DecisionRow>,
    /// What would move it one tier up; null where there is none above, or the client is in none.
    pub reach: Option<Reach>,
    /// Marks of a key account.
    pub marks: Marks,
    /// Its figures.
    pub features: Box<ClientFeatures>,
    /// 0–1.
    pub risk: f64,
    /// Level of the risk.
    pub risk_level: RiskLevel,
    /// Sales at stake times risk.
    pub priority: f64,
    /// Share of sales that would go with the client.
    pub loss_impact: Option<f64>,
    /// Findings, the highest first.
    pub findings: Vec<FindingRow>,
    /// What to do next, the most urgent first.
    pub next_steps: Vec<NextStep>,
    /// Its newest transaction rows.
    pub orders: Vec<OrderLine>,
    /// Net sales of the last 24 months, month by month, the oldest first.
    pub monthly: Vec<Month>,
    /// Scores and tiers of earlier reviews, the oldest first.
    pub history: Vec<HistoryRow>,
    /// Business lines that it does not buy, the likeliest first; null where lines are not known.
    pub whitespace: Option<Vec<String>>,
    /// What other tables say.
    #[serde(flatten)]
    pub relations: Relations,
    /// Rows of the last 90 days with a word that is looked for.
    pub mentions: Vec<MentionRow>,
}

/// Who a client is.
#[derive(Clone, Debug, Serialize)]
pub struct Profile {
    /// Id.
    pub client_id: String,
    /// Name; the id where no name is known.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Account manager.
    pub owner: Option<String>,
    /// Industry.
    pub industry: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Status as the client file writes it.
    pub status: Option<String>,
    /// Where in its life.
    pub stage: Stage,
    /// The segment whose weights it is scored by.
    pub segment: Option<String>,
    /// Whether it ordered in the last 12 months.
    pub active: bool,
    /// First order date.
    pub first_order: Option<Day>,
    /// Last order date.
    pub last_order: Option<Day>,
}

/// A group of the score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupRow {
    /// Which.
    pub group: &'static str,
    /// 0–100; null without data.
    pub points: Option<f64>,
    /// Of 100.
    pub weight: f64,
    /// What its metrics add to the score.
    pub adds: Option<f64>,
}

/// What a value is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// The currency of the review.
    Money,
    /// A share, where 0.1 is 10 %.
    Share,
    /// A count or a rating.
    Number,
}

/// A metric of the score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricRow {
    /// Which.
    pub metric: &'static str,
    /// Its group.
    pub group: &'static str,
    /// The value that earns points; null is unknown.
    pub value: Option<f64>,
    /// What that is measured in.
    pub unit: Unit,
    /// 0–100.
    pub points: Option<f64>,
    /// Of 100.
    pub weight: f64,
    /// What it adds to the score.
    pub adds: Option<f64>,
}

/// A tier and how it came about.
#[derive(Clone, Debug, Serialize)]
pub struct TierPart {
    /// Tier in force; null when inactive.
    pub tier: Option<Tier>,
    /// Tier before overrides.
    pub computed: Option<Tier>,
    /// How tiers are drawn.
    pub policy: Policy,
    /// Rank among active clients.
    pub rank: Option<usize>,
    /// How many those are.
    pub of: usize,
    /// Tier by the policy alone, or that of the previous review where the score has hardly fallen.
    pub band: Option<Tier>,
    /// Tier by the policy alone, whatever was before.
    pub band_raw: Option<Tier>,
    /// Set where the previous review keeps the band above the one by the policy alone.
    pub kept: Option<KeptBand>,
    /// Tier by share of sales alone.
    pub share_band: Option<Tier>,
    /// Upper limits that apply.
    pub caps: Vec<&'static str>,
    /// Conditions failed on the way, as `tier:condition`.
    pub conditions_failed: Vec<String>,
    /// What a person has to confirm.
    pub to_confirm: Vec<&'static str>,
    /// Conditions of the tier it is in and of the next one up, the higher first.
    pub conditions: Vec<ConditionRow>,
    /// A project buyer whose project is over.
    pub one_off: bool,
    /// Eligible for the next tier up.
    pub rising: bool,
}

/// What keeps a band.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct KeptBand {
    /// The two bands.
    #[serde(flatten)]
    pub held: Held,
    /// How far a score may fall before its band follows.
    pub points: f64,
    /// The score of the previous review.
    pub score_before: Option<f64>,
}

/// A condition of a tier.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConditionRow {
    /// Whose.
    pub tier: Tier,
    /// Which.
    pub condition: &'static str,
    /// The least that it asks for; null where it is yes or no.
    pub at_least: Option<f64>,
    /// What the client has; null is unknown.
    pub value: Option<f64>,
    /// Whether it holds; null is unknown.
    pub holds: Option<bool>,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NextStep {
    /// Code of the action.
    pub action: &'static str,
    /// When it is due.
    pub due: Day,
    /// The signals that ask for it.
    pub signals: Vec<&'static str>,
}

/// Score and tier of an earlier review.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HistoryRow {
    /// Its name.
    pub period: String,
    /// Its as-of date.
    pub as_of: Day,
    /// 0–100.
    pub score: Option<f64>,
    /// Tier then.
    pub tier: Option<Tier>,
    /// Rank then.
    pub rank: Option<usize>,
}

/// The page of the client that was extracted, as the review has it; `None` where the review has no such client.
#[must_use]
pub fn page(extract: Extract, review: &Review, threads: usize) -> Option<ClientPage> {
    let at = review.clients.iter().position(|client| client.client_id == extract.file.id)?;
    let client = &review.clients[at];
    let metrics = metrics(review, client);
    let whitespace = review.portfolio.as_ref().and_then(|figures| figures.whitespace.as_ref());
    let missing = whitespace.and_then(|gaps| {
        let own = gaps.clients.iter().find(|gaps| gaps.client_id == client.client_id)?;
        Some(own.missing.iter().map(|line| line.as_str().to_owned()).collect())
    });
    Some(ClientPage {
        labels: review.config.labels.clone(),
        schema_version: SCHEMA_VERSION,
        kam_version: review.kam_version,
        as_of: review.as_of,
        period: review.period.clone(),
        windows: review.windows,
        currency: review.currency.clone(),
        score: client.score,
        coverage: client.coverage,
        groups: groups(client, &metrics),
        metrics,
        tier: tier_part(review, client),
        decisions: decisions::decisions(&extract.decided, client, review),
        reach: reach::reach(review, at, whitespace.map_or(0, |gaps| gaps.lines.len()), threads),
        marks: client.marks,
        features: client.features.clone(),
        risk: client.risk,
        risk_level: client.risk_level,
        priority: client.priority,
        loss_impact: client.loss_impact,
        findings: client.signals.to_vec(),
        next_steps: next_steps(review, client),
        orders: extract.orders(),
        monthly: extract.monthly(review),
        history: Vec::new(),
        whitespace: missing,
        relations: extract.relations(review),
        mentions: review
            .mentions
            .iter()
            .filter(|mention| mention.client_id == client.client_id)
            .cloned()
            .collect(),
        profile: profile(extract, client),
    })
}

fn profile(extract: Extract, client: &Client) -> Profile {
    let mut aliases = extract.file.aliases;
    aliases.retain(|alias| *alias != client.name && *alias != client.client_id);
    aliases.dedup();
    Profile {
        client_id: client.client_id.clone(),
        name: client.name.clone(),
        aliases,
        owner: client.owner.clone(),
        industry: client.industry.clone(),
        region: client.region.clone(),
        segment: client.segment.as_deref().map(ToOwned::to_owned),
        status: extract.file.more.and_then(|more| more.status),
        stage: client.stage,
        active: client.active,
        first_order: client.features.first_order,
        last_order: client.features.last_order,
    }
}

fn unit(metric: &str) -> Unit {
    match metric {
        "net_sales" | "margin" => Unit::Money,
        "growth" | "industry_growth" | "headroom" => Unit::Share,
        _ => Unit::Number,
    }
}

fn metrics(review: &Review, client: &Client) -> Vec<MetricRow> {
    let settings = &review.config.score;
    let model = Model::of(settings);
    let weighings = Weighings::new(&model, settings);
    let segment = score::segments([client.belongs()], &settings.segment);
    let weighing = weighings.at(weighings.place(segment.first().copied().flatten()));
    let metrics = model.iter().zip(weighing.weights());
    metrics
        .map(|(metric, weight)| MetricRow {
            metric: metric.code(),
            group: metric.group().code(),
            value: metric.value(&client.features, settings),
            unit: unit(metric.code()),
            points: client.points.get(metric.code()),
            weight,
            adds: client.adds.get(metric.code()),
        })
        .collect()
}

fn groups(client: &Client, metrics: &[MetricRow]) -> Vec<GroupRow> {
    let row = |group: Group| {
        let own = || metrics.iter().filter(move |metric| metric.group == group.code());
        let adds: Vec<f64> = own().filter_map(|metric| metric.adds).collect();
        GroupRow {
            group: group.code(),
            points: client.groups.get(group),
            weight: own().map(|metric| metric.weight).sum(),
            adds: (!adds.is_empty()).then(|| adds.iter().sum()),
        }
    };
    Group::ALL.map(row).to_vec()
}

fn tier_part(review: &Review, client: &Client) -> TierPart {
    let case = Case {
        client_id: &client.client_id,
        features: &client.features,
        stage: client.stage,
        active: client.active,
        score: client.score,
        coverage: client.coverage,
        owner: client.owner.as_deref(),
        memory: client.memory(),
    };
    let shown = [client.tier.and_then(above), client.tier];
    let conditions = shown.into_iter().flatten().flat_map(|tier| {
        tier::conditions(&case, tier, &review.config).map(move |condition| ConditionRow {
            tier,
            condition: condition.name,
            at_least: condition.at_least,
            value: condition.value,
            holds: condition.holds,
        })
    });
    TierPart {
        tier: client.tier,
        computed: client.tier_computed,
        policy: review.policy,
        rank: client.rank,
        of: review.totals.active,
        band: client.band,
        band_raw: client.band_raw,
        kept: client.held().map(|held| KeptBand {
            held,
            points: review.config.hysteresis.points,
            score_before: client.since.as_deref().and_then(|since| since.score),
        }),
        share_band: client.share_band,
        caps: client.caps.to_vec(),
        conditions_failed: client.conditions_failed.to_vec(),
        to_confirm: client.to_confirm.to_vec(),
        conditions: conditions.collect(),
        one_off: client.one_off,
        rising: client.rising,
    }
}

/// The tier above one.
fn above(tier: Tier) -> Option<Tier> {
    (tier as usize).checked_sub(1).map(|at| Tier::ALL[at])
}

/// What the findings ask for, once each, those of the highest level first.
fn next_steps(review: &Review, client: &Client) -> Vec<NextStep> {
    let mut steps: Vec<NextStep> = Vec::new();
    for found in &client.signals {
        let Some(action) = crate::signal::action(found.code) else {
            continue;
        };
        match steps.iter_mut().find(|step| step.action == action) {
            Some(known) => known.signals.push(found.code),
            None => steps.push(NextStep {
                action,
                due: review.due(found.level),
                signals: vec![found.code],
            }),
        }
    }
    steps
}
