//! A review as read back from its JSON.
//!
//! Only what later work needs is taken, so that reviews written by an older or slightly newer program can be read; codes that this
//! program does not know stay texts.

use std::collections::BTreeMap;
use std::io::Read;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::config::{Segment, kept};
use crate::diagnostic::{Diagnostic, Fact, Origin};
use crate::error::{Cause, Error, Result};
use crate::money::Money;
use crate::period::Day;
use crate::review::{Basis, Before, Client, Previous, Review, RiskLevel, SCHEMA_VERSION};
use crate::score::{ByMetric, Model};
use crate::signal::{Level, evidence};
use crate::tier::{BandRules, Tier};

/// A review from a file.
#[derive(Clone, Debug, Deserialize)]
pub struct SavedReview {
    /// Version of its structure.
    pub schema_version: u32,
    /// Newest day that counted.
    pub as_of: Day,
    /// Name of the quarter that ends there, else the date.
    pub period: String,
    /// Currency code; empty when the input named none.
    #[serde(default)]
    pub currency: String,
    /// Whose clients they are, where they are those of one account manager only.
    #[serde(default)]
    pub scope: Option<Value>,
    /// Net sales of its 12 months, and what else is compared.
    #[serde(default)]
    pub totals: SavedTotals,
    /// Goalposts that were in force.
    #[serde(default)]
    pub anchors: BTreeMap<String, Vec<(f64, f64)>>,
    /// Weights that were in force.
    #[serde(default)]
    pub weights: Vec<(String, f64)>,
    /// The settings.
    #[serde(default)]
    pub config: Value,
    /// Their hash.
    #[serde(default)]
    pub config_sha256: String,
    /// Its clients, in the order of the file.
    pub clients: Vec<SavedClient>,
    /// Whether it was read from a workbook, which holds less: no goalposts, weights, points, settings and evidence.
    #[serde(skip)]
    pub from_workbook: bool,
    /// Whether it is not as it was saved: the manifest beside it has another hash.
    #[serde(skip)]
    pub is_changed: bool,
}

/// Figures of the portfolio in a review from a file. `None` is not told.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SavedTotals {
    /// All clients.
    pub clients: Option<usize>,
    /// With an order in the 12 months.
    pub active: Option<usize>,
    /// Net sales of the 12 months.
    pub net_sales: Option<Money>,
    /// Clients at medium or high risk.
    pub at_risk_clients: Option<usize>,
    /// Net sales of active clients at medium or high risk.
    pub at_risk_sales: Option<Money>,
    /// Mean score of active clients.
    pub avg_score: Option<f64>,
}

/// A client of a review from a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SavedClient {
    /// Id.
    pub client_id: String,
    /// Name.
    pub name: String,
    /// Account manager.
    pub owner: Option<String>,
    /// Code of its stage of life.
    pub stage: Option<String>,
    /// Rank among active clients.
    pub rank: Option<usize>,
    /// 0–100.
    pub score: Option<f64>,
    /// The segment whose weights it was scored by.
    pub segment: Option<String>,
    /// Value of each metric.
    pub values: BTreeMap<String, f64>,
    /// Points by metric.
    pub points: BTreeMap<String, f64>,
    /// What each metric adds to the score.
    pub adds: BTreeMap<String, f64>,
    /// Figures that are compared.
    pub features: SavedFeatures,
    /// Tier in force; none when inactive.
    pub tier: Option<Tier>,
    /// The tier that a person gave, where one was in force.
    #[serde(rename = "override")]
    pub given: Option<SavedGiven>,
    /// Tier by the policy, kept ones included.
    pub band: Option<Tier>,
    /// Tier by the policy alone.
    pub band_raw: Option<Tier>,
    /// How it had moved: a code.
    pub movement: Option<String>,
    /// Level of the risk.
    pub risk_level: RiskLevel,
    /// Findings, the highest first.
    pub signals: Vec<SavedFinding>,
    /// Code of the action that the highest finding asks for.
    pub next_step: Option<String>,
}

/// Figures of a client in a review from a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SavedFeatures {
    /// Net sales of the 12 months.
    pub net_sales: Option<Money>,
}

/// A tier that a person gave, of a review from a file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct SavedGiven {
    /// Why.
    pub reason: String,
}

/// A finding of a review from a file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SavedFinding {
    /// Signal.
    pub code: String,
    /// How bad.
    pub level: Level,
    /// Named values, in the order of the file.
    #[serde(deserialize_with = "facts")]
    pub evidence: Vec<(String, Fact)>,
    /// As-of date of the review that found it first.
    pub first_seen: Day,
}

fn facts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Fact)>, D::Error> {
    let map = serde_json::Map::<String, Value>::deserialize(deserializer)?;
    let facts = map.into_iter().filter_map(|(name, value)| {
        let fact = evidence::read(&name, &value)?;
        Some((name, fact))
    });
    Ok(facts.collect())
}

impl SavedReview {
    /// Reads the JSON of a review; `name` is that of its file.
    ///
    /// # Errors
    /// `review-unreadable` for what is no review, `review-newer` for one whose structure this program does not know.
    pub fn read(json: impl Read, name: &str) -> Result<Self> {
        let unreadable = |error: serde_json::Error| -> Error {
            if let Some(kind) = error.io_error_kind() {
                return Error::io("file-unreadable", name, &kind.into());
            }
            let problem = Diagnostic::error("review-unreadable", Origin::file(name));
            Cause::json(&error).of(problem).into()
        };
        let value: Value = serde_json::from_reader(json).map_err(unreadable)?;
        let version = value.get("schema_version").and_then(Value::as_u64);
        if let Some(version) = version.filter(|version| *version > u64::from(SCHEMA_VERSION)) {
            let newer = Diagnostic::error("review-newer", Origin::file(name));
            let newer = newer.with("version", version);
            return Err(newer.with("known", u64::from(SCHEMA_VERSION)).into());
        }
        serde_json::from_value(value).map_err(unreadable)
    }

    /// A review of this run as its file would hold it.
    ///
    /// # Errors
    /// None that a review of this program can give.
    pub fn of(review: &Review) -> anyhow::Result<Self> {
        let totals = &review.totals;
        Ok(Self {
            schema_version: review.schema_version,
            as_of: review.as_of,
            period: review.period.clone(),
            currency: review.currency.clone(),
            scope: serde_json::to_value(&review.scope)
                .map(|scope| Some(scope).filter(|scope| !scope.is_null()))?,
            totals: SavedTotals {
                clients: Some(totals.clients),
                active: Some(totals.active),
                net_sales: Some(totals.net_sales),
                at_risk_clients: Some(totals.at_risk_clients),
                at_risk_sales: Some(totals.at_risk_sales),
                avg_score: totals.avg_score,
            },
            anchors: owned(review.anchors.iter().map(|(code, posts)| (*code, posts.clone()))),
            weights: owned(review.weights.iter().copied()),
            config: serde_json::to_value(&review.config)?,
            config_sha256: review.config_sha256.clone(),
            clients: review.clients.iter().map(SavedClient::of).collect(),
            from_workbook: false,
            is_changed: false,
        })
    }

    /// What makes one doubt it as the review of an earlier day than one in a currency: it was changed after it was saved
    /// (`review-changed`), or its amounts are of another currency (`previous-currency`).
    pub fn doubts(&self, name: &str, currency: &str) -> impl Iterator<Item = Diagnostic> {
        let warning = |code| Diagnostic::warning(code, Origin::file(name));
        let changed = self.is_changed.then(|| warning("review-changed"));
        let other = other_currency(&self.currency, currency).then(|| {
            let warning = warning("previous-currency").with("previous", self.currency.as_str());
            warning.with("currency", currency)
        });
        changed.into_iter().chain(other)
    }

    /// How it scored; none where it does not say that.
    #[must_use]
    pub fn basis(&self) -> Option<Basis> {
        let score = self.config.get("score")?;
        let aggregation = serde_json::from_value(score.get("aggregation")?.clone()).ok()?;
        let segments: Vec<Segment> = match score.get("segment") {
            Some(segments) => serde_json::from_value(segments.clone()).ok()?,
            None => Vec::new(),
        };
        let weights = self.weights.iter().cloned().collect();
        Some(Basis::new(self.model(), &self.anchors, &weights, &segments, aggregation))
    }

    /// Its metrics: the built-in ones and those that its settings added.
    #[must_use]
    pub fn model(&self) -> Model {
        let added = self.config.get("metric").and_then(Value::as_object).into_iter().flatten();
        Model::with(
            added.filter_map(|(code, metric)| Some((kept(code), metric.get("group")?.as_str()?))),
        )
    }

    /// What its bands came about by; none where it does not say that.
    fn rules(&self) -> Option<BandRules> {
        let tiers = self.config.get("tier")?;
        let cut = |tier: Tier, of: &str| tiers.get(tier.code())?.get(of)?.as_f64();
        let cuts = |tier| Some((cut(tier, "top")?, cut(tier, "share")?));
        Some(BandRules {
            policy: serde_json::from_value(self.config.get("policy")?.clone()).ok()?,
            cuts: [cuts(Tier::Strategic)?, cuts(Tier::Core)?, cuts(Tier::Potential)?],
        })
    }

    /// What the next review takes over from it.
    #[must_use]
    pub fn previous(&self, source: &str) -> Previous {
        let model = self.model();
        Previous {
            source: source.to_owned(),
            as_of: self.as_of,
            period: self.period.clone(),
            basis: self.basis(),
            rules: self.rules(),
            clients: self
                .clients
                .iter()
                .map(|client| (client.client_id.clone(), client.before(&model)))
                .collect(),
        }
    }
}

impl SavedClient {
    fn of(client: &Client) -> Self {
        let metrics = |values: &ByMetric| owned(values.known());
        Self {
            client_id: client.client_id.clone(),
            name: client.name.clone(),
            owner: client.owner.clone(),
            stage: Some(client.stage.code().to_owned()),
            rank: client.rank,
            score: client.score,
            segment: client.segment.as_deref().map(ToOwned::to_owned),
            values: metrics(&client.values),
            points: metrics(&client.points),
            adds: metrics(&client.adds),
            features: SavedFeatures { net_sales: Some(client.features.net_sales) },
            tier: client.tier,
            given: client.given.as_ref().map(|it| SavedGiven { reason: it.reason.clone() }),
            band: client.band,
            band_raw: client.band_raw,
            movement: client.movement.map(ToOwned::to_owned),
            risk_level: client.risk_level,
            signals: client
                .signals
                .iter()
                .map(|found| SavedFinding {
                    code: found.code.to_owned(),
                    level: found.level,
                    evidence: owned(
                        found.evidence.iter().map(|(name, fact)| (*name, fact.clone())),
                    ),
                    first_seen: found.first_seen,
                })
                .collect(),
            next_step: client.next_step.map(ToOwned::to_owned),
        }
    }

    /// Its tier, and whether it had ordered.
    pub(super) fn standing(&self) -> Before {
        let has_ordered = self.stage.as_deref().map(Before::has_ordered);
        Before { has_ordered, tier: self.tier, ..Before::default() }
    }

    pub(super) fn before(&self, model: &Model) -> Before {
        let seen = self.signals.iter().map(|found| (found.code.clone(), found.first_seen));
        Before {
            name: self.name.clone(),
            owner: self.owner.clone(),
            band: self.band,
            band_raw: self.band_raw.or(self.band),
            score: self.score,
            segment: self.segment.clone(),
            points: (!self.points.is_empty()).then(|| by_metric(model, &self.points)),
            adds: (!self.adds.is_empty()).then(|| by_metric(model, &self.adds)),
            net_sales: self.features.net_sales,
            given: self.given.is_some(),
            first_seen: seen.collect(),
            ..self.standing()
        }
    }
}

/// Values by metric of a client whose review has these metrics.
pub(super) fn by_metric(model: &Model, values: &BTreeMap<String, f64>) -> ByMetric {
    model.by_metric(model.iter().map(|metric| values.get(metric.code()).copied()))
}

/// Whether amounts in two currencies do not compare; one that is not told may be the same.
pub(super) fn other_currency(a: &str, b: &str) -> bool {
    !a.is_empty() && !b.is_empty() && !a.eq_ignore_ascii_case(b)
}

fn owned<'a, T, C: FromIterator<(String, T)>>(pairs: impl Iterator<Item = (&'a str, T)>) -> C {
    pairs.map(|(name, value)| (name.to_owned(), value)).collect()
}
