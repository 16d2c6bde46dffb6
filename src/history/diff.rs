//! Two reviews side by side: who moved, and why.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::saved::{by_metric, other_currency};
use super::{SavedClient, SavedReview, SavedTotals};
use crate::config::{CustomMetric, Labels};
use crate::money::Money;
use crate::period::Day;
use crate::review::{Basis, ScoreChange, Scored, Step, matrix, most_changed, score_change};
use crate::score::Model;
use crate::tier::Tier;

/// Version of the JSON of a comparison.
const SCHEMA_VERSION: u32 = 1;

/// How two reviews differ.
#[derive(Clone, Debug, Serialize)]
pub struct Diff {
    /// Version of this structure.
    pub schema_version: u32,
    /// What tiers are called: as the later one says.
    #[serde(skip)]
    pub labels: Labels,
    /// The earlier one.
    pub before: Side,
    /// The later one.
    pub after: Side,
    /// How many clients moved how, by code.
    pub counts: BTreeMap<&'static str, usize>,
    /// How many went from which tier to which; null is none.
    pub matrix: Vec<Step>,
    /// Clients that moved or whose score changed, movers first, each by how far its score changed.
    pub clients: Vec<ClientChange>,
    /// Settings that differ.
    pub config: Vec<SettingChange>,
}

/// One of two reviews.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// Its file or folder.
    pub source: String,
    /// Its as-of date.
    pub as_of: Day,
    /// Its name.
    pub period: String,
    /// Its currency code.
    pub currency: String,
    /// Hash of its settings.
    pub config_sha256: String,
    /// All clients.
    pub clients: Option<usize>,
    /// With an order in its 12 months.
    pub active: Option<usize>,
    /// Net sales of its 12 months.
    pub net_sales: Option<Money>,
    /// Clients at risk.
    pub at_risk_clients: Option<usize>,
    /// Mean score of active clients.
    pub avg_score: Option<f64>,
}

/// A client in both reviews, or in one of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientChange {
    /// Id.
    pub client_id: String,
    /// Name.
    pub name: String,
    /// `new`, `up`, `down`, `same`, `left`, `reactivated`; null where it is and was in no tier.
    pub movement: Option<&'static str>,
    /// Tier before.
    pub tier_before: Option<Tier>,
    /// Tier after.
    pub tier_after: Option<Tier>,
    /// Score before.
    pub score_before: Option<f64>,
    /// Score after.
    pub score_after: Option<f64>,
    /// Their difference.
    pub change: Option<f64>,
    /// What that is made of; null where a review does not hold enough.
    pub split: Option<ScoreChange>,
    /// Whether a person gave the tier, before or after: then no metric tells why it is another one.
    #[serde(rename = "override")]
    pub given: bool,
    /// Why, where that holds after.
    #[serde(skip)]
    pub reason: Option<String>,
    /// The metric that moved the score most, and by how much.
    pub most: Option<(&'static str, f64)>,
    /// Net sales before.
    pub net_sales_before: Option<Money>,
    /// Net sales after.
    pub net_sales_after: Option<Money>,
    /// Account manager before and after, where they differ.
    pub owner: Option<(Option<String>, Option<String>)>,
}

/// A setting that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettingChange {
    /// Its dotted key.
    pub key: String,
    /// Before; null where it was not set.
    pub before: Value,
    /// After.
    pub after: Value,
}

impl Diff {
    /// Compares two reviews, given with the names of their files.
    #[must_use]
    pub fn of(before: (&str, &SavedReview), after: (&str, &SavedReview)) -> Self {
        let ((_, a), (_, b)) = (before, after);
        let (models, bases) = ((a.model(), b.model()), a.basis().zip(b.basis()));
        let (then, now) = (by_id(a), by_id(b));
        let ids = then.keys().chain(now.keys().filter(|id| !then.contains_key(*id)));
        let mut clients: Vec<ClientChange> = ids
            .map(|id| change(then.get(id).copied(), now.get(id).copied(), &models, bases.as_ref()))
            .collect();
        let matrix = matrix(clients.iter().map(|it| (it.tier_before, it.tier_after)));
        clients.retain(ClientChange::is_any);
        let far = |client: &ClientChange| client.change.map_or(0.0, f64::abs);
        clients.sort_by(|a, b| {
            b.moved()
                .cmp(&a.moved())
                .then_with(|| far(b).total_cmp(&far(a)))
                .then_with(|| a.client_id.cmp(&b.client_id))
        });
        let mut counts = BTreeMap::new();
        for code in ["new", "up", "down", "left", "reactivated"] {
            let count = clients.iter().filter(|client| client.movement == Some(code)).count();
            counts.insert(code, count);
        }
        let mut config = Vec::new();
        settings("", &a.config, &b.config, &mut config);
        Self {
            schema_version: SCHEMA_VERSION,
            labels: labels(a, b),
            before: side(before),
            after: side(after),
            counts,
            matrix,
            clients,
            config,
        }
    }
}

impl Diff {
    /// Net sales before and after, where both are known and in one currency.
    #[must_use]
    pub fn net_sales(&self) -> Option<(Money, Money)> {
        let (before, after) = (&self.before, &self.after);
        let other = other_currency(&before.currency, &after.currency);
        before.net_sales.zip(after.net_sales).filter(|_| !other)
    }
}

impl ClientChange {
    /// Whether it is in another tier than before.
    #[must_use]
    pub fn moved(&self) -> bool {
        self.tier_before != self.tier_after
    }

    fn is_any(&self) -> bool {
        self.moved()
            || self.owner.is_some()
            || self.net_sales_before != self.net_sales_after
            || self.change.is_some_and(|change| change.abs() > 1e-9)
            || self.score_before.is_some() != self.score_after.is_some()
    }
}

/// The names of tiers in the settings of the later review, the usual ones where they are not told, and those of metrics that either
/// has.
fn labels(before: &SavedReview, after: &SavedReview) -> Labels {
    let told = after.config.get("labels").cloned();
    let labels: Labels = told.and_then(|it| serde_json::from_value(it).ok()).unwrap_or_default();
    let metrics = [before, after].into_iter().filter_map(|review| {
        let metrics = review.config.get("metric").cloned()?;
        serde_json::from_value::<BTreeMap<String, CustomMetric>>(metrics).ok()
    });
    let names = metrics.flatten().map(|(code, metric)| (code, metric.name().to_owned()));
    Labels { metrics: names.collect(), ..labels }
}

/// The clients of a review by id.
fn by_id(review: &SavedReview) -> BTreeMap<&str, &SavedClient> {
    review.clients.iter().map(|client| (client.client_id.as_str(), client)).collect()
}

fn side((source, review): (&str, &SavedReview)) -> Side {
    let SavedTotals { clients, active, net_sales, at_risk_clients, avg_score, .. } = review.totals;
    Side {
        source: source.to_owned(),
        as_of: review.as_of,
        period: review.period.clone(),
        currency: review.currency.clone(),
        config_sha256: review.config_sha256.clone(),
        clients,
        active,
        net_sales,
        at_risk_clients,
        avg_score,
    }
}

fn change(
    before: Option<&SavedClient>,
    after: Option<&SavedClient>,
    models: &(Model, Model),
    bases: Option<&(Basis, Basis)>,
) -> ClientChange {
    let either = after.or(before);
    let score = |client: Option<&SavedClient>| client.and_then(|client| client.score);
    let tier = |client: Option<&SavedClient>| client.and_then(|client| client.tier);
    let sales = |client: Option<&SavedClient>| client.and_then(|client| client.features.net_sales);
    let (then, now) = (score(before), score(after));
    let split = || {
        let ((a, b), (then, now)) = (before.zip(after)?, then.zip(now)?);
        let (basis_before, basis_after) = bases?;
        // Without points there is nothing to split.
        if a.points.is_empty() || b.values.is_empty() {
            return None;
        }
        let points_before = by_metric(&models.0, &a.points);
        let points_after = by_metric(&models.1, &b.points);
        score_change(
            Scored { points: &points_before, score: then, segment: a.segment.as_deref() },
            basis_before,
            Scored { points: &points_after, score: now, segment: b.segment.as_deref() },
            basis_after,
            &by_metric(&models.1, &b.values),
        )
    };
    let owner = before.zip(after).filter(|(a, b)| a.owner != b.owner);
    ClientChange {
        client_id: either.map(|client| client.client_id.clone()).unwrap_or_default(),
        name: either.map(|client| client.name.clone()).unwrap_or_default(),
        movement: movement(before, after),
        tier_before: tier(before),
        tier_after: tier(after),
        score_before: then,
        score_after: now,
        change: now.zip(then).map(|(now, then)| now - then),
        split: split(),
        given: before.into_iter().chain(after).any(|client| client.given.is_some()),
        reason: after.and_then(|client| Some(client.given.as_ref()?.reason.clone())),
        most: before.zip(after).filter(|_| then.is_some() && now.is_some()).and_then(|(a, b)| {
            most_changed(&by_metric(&models.0, &a.adds), &by_metric(&models.1, &b.adds))
        }),
        net_sales_before: sales(before),
        net_sales_after: sales(after),
        owner: owner.map(|(a, b)| (a.owner.clone(), b.owner.clone())),
    }
}

/// As in the review: what a client did between two tiers.
fn movement(before: Option<&SavedClient>, after: Option<&SavedClient>) -> Option<&'static str> {
    let then = before.map(SavedClient::standing);
    let now = after.and_then(|client| client.tier);
    crate::review::movement(then.as_ref(), now)
}

/// Collects the settings that differ, key by key. What only says of which day the review is, is none.
fn settings(key: &str, before: &Value, after: &Value, found: &mut Vec<SettingChange>) {
    // A workbook holds none: what is not known does not differ.
    if before == after || (key.is_empty() && (before.is_null() || after.is_null())) {
        return;
    }
    if matches!(key, "as_of" | "period" | "lang") {
        return;
    }
    let (Value::Object(a), Value::Object(b)) = (before, after) else {
        let (before, after) = (before.clone(), after.clone());
        found.push(SettingChange { key: key.to_owned(), before, after });
        return;
    };
    let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
    for name in names {
        let dot = if key.is_empty() { "" } else { "." };
        let null = &Value::Null;
        let (before, after) = (a.get(name).unwrap_or(null), b.get(name).unwrap_or(null));
        settings(&format!("{key}{dot}{name}"), before, after, found);
    }
}
