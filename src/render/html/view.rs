//! Everything that the page shows, ready to be laid out.

use minijinja::Value;
use serde::Serialize;

use super::both::{both, filled, unit};
use super::charts::{Chart, charts};
use super::client::{Action, Row, actions, rows};
use super::figures::{self, Card, ControlLine, Problem, TierLine};
use super::method::{self, Weight};
use super::movement::{Moves, moves};
use super::waterfall::Geometry;
use super::{SCRIPT, STYLE, data, policy, waterfall};
use crate::locale::{Lang, fill};
use crate::render::metric;
use crate::review::Review;

/// The page.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    lang: &'static str,
    policy: String,
    style: Value,
    script: Value,
    data: Value,
    title: String,
    heading: Value,
    subtitle: Value,
    version: &'a str,
    lead: Value,
    actions: Vec<Action<'a>>,
    cards: Vec<Card>,
    tiers: Vec<TierLine>,
    shares: bool,
    notes: Vec<Value>,
    charts: Vec<Chart>,
    moves: Option<Moves<'a>>,
    shared: Value,
    geometry: Geometry,
    groups: Vec<(usize, Value)>,
    metrics: Vec<Value>,
    ranks: bool,
    clients: Vec<Row<'a>>,
    control: Vec<ControlLine>,
    problems: Vec<Problem>,
    inputs: Vec<(String, Value, String, String)>,
    about: Vec<(Value, Value)>,
    weights: Vec<Weight>,
    segments: Vec<(String, Value, String)>,
    goalposts: bool,
    signals: Vec<(Value, String, String)>,
}

impl<'a> Page<'a> {
    /// The page of a review.
    pub(super) fn of(review: &'a Review, lang: Lang) -> anyhow::Result<Self> {
        let title = data::title(review, lang);
        Ok(Self {
            lang: lang.code(),
            policy: policy::policy(STYLE, SCRIPT),
            style: Value::from_safe_string(STYLE.to_owned()),
            script: Value::from_safe_string(SCRIPT.to_owned()),
            data: Value::from_safe_string(data::data(review)?),
            title,
            heading: filled("book.title.overview", &[("period", review.period.clone())]),
            subtitle: subtitle(review),
            version: review.kam_version,
            lead: figures::lead(review),
            actions: actions(review),
            cards: figures::cards(review),
            tiers: figures::tiers(review),
            shares: review.tiers.iter().any(|tier| tier.share.is_some()),
            notes: figures::notes(review),
            charts: charts(review),
            moves: moves(review),
            shared: waterfall::shared(review),
            geometry: waterfall::geometry(review),
            groups: waterfall::groups(),
            metrics: review
                .weights
                .iter()
                .map(|(code, _)| both(|lang| metric::label(&review.config.labels, lang, code)))
                .collect(),
            ranks: review.clients.iter().any(|client| client.rank.is_some()),
            clients: rows(review),
            control: figures::control(review),
            problems: figures::problems(review),
            inputs: figures::inputs(review),
            about: method::about(review),
            weights: method::weights(review),
            segments: method::segments(review),
            goalposts: !review.anchors.is_empty(),
            signals: method::signals(review),
        })
    }
}

/// What the figures are of.
fn subtitle(review: &Review) -> Value {
    both(|lang| {
        let windows = &review.windows;
        let values = [
            ("as_of", review.as_of.to_string()),
            ("from", windows.ttm.from.to_string()),
            ("unit", unit(lang, &review.currency)),
        ];
        fill(&lang.text("page.subtitle"), &values)
    })
}
