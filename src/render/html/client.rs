//! Clients as the page shows them: those that need action, and the line of each in the table.

use minijinja::Value;
use serde::Serialize;

use super::both::{UNKNOWN, both, change, filled, list, points, share, tier, word, words};
use super::waterfall::{sum, waterfall};
use crate::locale::{Lang, decimal, percent, whole_money};
use crate::render::{notes, sentence, tier};
use crate::review::{Client, Review, RiskLevel};

/// So many clients of the list have their waterfall and their figures in it; of longer lists the script draws the others, whose
/// figures stand in the table of all clients, so that the page stays small enough to mail.
const DRAWN: usize = 50;

/// A client that needs action.
#[derive(Serialize)]
pub(super) struct Action<'a> {
    number: usize,
    name: &'a str,
    id: Option<&'a str>,
    owner: Option<&'a str>,
    tier: Value,
    risk: Value,
    at_stake: String,
    score: Option<String>,
    findings: Vec<Found>,
    step: Option<Value>,
    due: Option<String>,
    /// What people typed for it, with its headings.
    typed: Vec<(Value, Value)>,
    figures: Vec<(Value, String)>,
    tags: Vec<Value>,
    waterfall: Option<Value>,
    /// The score as a sum, where no waterfall is drawn.
    sum: Option<String>,
    /// Position among all clients.
    at: usize,
}

#[derive(Serialize)]
struct Found {
    sentence: Value,
    level: Value,
    level_class: &'static str,
    /// Set when an earlier review found it.
    since: Option<Value>,
}

/// The line of a client in the table.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    name: &'a str,
    id: Option<&'a str>,
    owner: &'a str,
    rank: Option<String>,
    stage: Value,
    tier: Value,
    tier_class: usize,
    score: String,
    adds: Vec<String>,
    net_sales: String,
    change: String,
    margin_rate: String,
    days_since: String,
    usual_gap: String,
    level: Value,
    level_class: usize,
    notes: Value,
}

/// The id, unless the name says the same.
pub(super) fn id(client: &Client) -> Option<&str> {
    (client.name != client.client_id).then_some(client.client_id.as_str())
}

fn plain(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| decimal(value, 1))
}

/// The clients that need action, largest priority first.
pub(super) fn actions(review: &Review) -> Vec<Action<'_>> {
    let clients = review.actions.iter().filter_map(|at| Some((*at, review.clients.get(*at)?)));
    clients.zip(1..).map(|((at, client), number)| action(review, number, at, client)).collect()
}

fn action<'a>(review: &Review, number: usize, at: usize, client: &'a Client) -> Action<'a> {
    let drawn = number <= DRAWN;
    let (features, labels) = (&client.features, &review.config.labels);
    let tier = match client.tier {
        Some(_) => tier(labels, client.tier),
        None => words("stage", client.stage.code()),
    };
    Action {
        number,
        name: &client.name,
        id: id(client),
        owner: client.owner.as_deref(),
        tier,
        risk: both(|lang| {
            let level = [("level", word(lang, "level", client.risk_level.code()))];
            lang.fill("page.actions.risk", &level)
        }),
        at_stake: whole_money(features.net_sales.max(features.net_sales_prior)),
        score: client.score.map(|score| format!("{score:.1}")),
        findings: findings(review, client),
        step: client.next_step.map(|code| words("action", code)),
        due: client.due.map(|day| day.to_string()),
        typed: typed(client),
        figures: if drawn { figures(client) } else { Vec::new() },
        tags: [caps, failed, to_confirm, flags]
            .into_iter()
            .filter(|of| !of(review, Lang::En, client).is_empty())
            .map(|of| both(|lang| list(lang, &of(review, lang, client))))
            .collect(),
        waterfall: drawn.then(|| waterfall(review, client)).flatten(),
        sum: (!drawn).then(|| sum(review, client)).flatten(),
        at,
    }
}

fn findings(review: &Review, client: &Client) -> Vec<Found> {
    client
        .signals
        .iter()
        .map(|found| Found {
            sentence: both(|lang| sentence::finding(lang, found.code, &found.evidence)),
            level: words("level", found.level.code()),
            level_class: found.level.code(),
            since: (found.first_seen < review.as_of)
                .then(|| filled("page.actions.since", &[("day", found.first_seen.to_string())])),
        })
        .collect()
}

/// What people typed for a client.
fn typed(client: &Client) -> Vec<(Value, Value)> {
    let Some(follow_up) = client.follow_up.as_deref() else { return Vec::new() };
    let part = |lang, at: usize| sentence::follow_up(lang, follow_up)[at].take();
    ["status", "next_step", "note"]
        .into_iter()
        .enumerate()
        .filter(|(at, _)| part(Lang::En, *at).is_some())
        .map(|(at, key)| {
            let label = both(|lang| lang.text(&format!("book.column.{key}")));
            (label, both(|lang| part(lang, at).unwrap_or_default()))
        })
        .collect()
}

/// What is known of the client, beside its score.
fn figures(client: &Client) -> Vec<(Value, String)> {
    let features = &client.features;
    let label = |key: &str| both(|lang| lang.text(&format!("book.column.{key}")));
    let mut figures = vec![
        (label("net_sales"), whole_money(features.net_sales)),
        (both(|lang| lang.text("page.actions.prior")), whole_money(features.net_sales_prior)),
        (label("change"), change(features.growth)),
    ];
    let margin = features.margin_rate.map(|rate| (label("margin_rate"), percent(rate, 1)));
    figures.extend(margin);
    figures.push((label("coverage"), decimal(client.coverage, 0)));
    figures
}

/// Upper limits of its tier.
fn caps(_: &Review, lang: Lang, client: &Client) -> Vec<String> {
    client.caps.iter().map(|code| word(lang, "book.cap", code)).collect()
}

/// Conditions that it failed.
fn failed(review: &Review, lang: Lang, client: &Client) -> Vec<String> {
    client
        .conditions_failed
        .iter()
        .map(|failed| {
            let (tier, condition) = failed.split_once(':').unwrap_or(("", failed));
            let words = [
                ("tier", tier::of_code(&review.config.labels, lang, tier)),
                ("condition", word(lang, "book.condition", condition)),
            ];
            lang.fill("book.clients.failed", &words)
        })
        .collect()
}

/// What a person has to confirm.
fn to_confirm(_: &Review, lang: Lang, client: &Client) -> Vec<String> {
    client
        .to_confirm
        .iter()
        .map(|code| lang.fill("page.to_confirm", &[("what", word(lang, "book.condition", code))]))
        .collect()
}

/// That a person gave it its tier, and which one was computed.
fn given(review: &Review, lang: Lang, client: &Client) -> Option<String> {
    let given = client.given.as_ref()?;
    let computed = tier::label(&review.config.labels, lang, client.tier_computed?);
    let values = [("tier", computed), ("reason", sentence::given(lang, given))];
    Some(lang.fill("decided.given", &values))
}

/// One-off buyer, rising client, where its tier was before, whether it is kept there, who gave it.
fn flags(review: &Review, lang: Lang, client: &Client) -> Vec<String> {
    let labels = &review.config.labels;
    let flag = |is: bool, key: &str| is.then(|| lang.text(&format!("book.flag.{key}")));
    let moved = client.tier_previous.filter(|previous| Some(*previous) != client.tier);
    [
        flag(client.one_off, "one_off"),
        flag(client.rising, "rising"),
        moved.map(|tier| lang.fill("page.was", &[("tier", tier::label(labels, lang, tier))])),
        client.segment.as_ref().map(|segment| {
            lang.fill("book.method.in_segment", &[("segment", segment.to_string())])
        }),
        notes::kept_client(review, client, lang),
        given(review, lang, client),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The line of every client.
pub(super) fn rows(review: &Review) -> Vec<Row<'_>> {
    review.clients.iter().map(|client| row(review, client)).collect()
}

fn row<'a>(review: &Review, client: &'a Client) -> Row<'a> {
    let (features, labels) = (&client.features, &review.config.labels);
    let notes = |lang: Lang| {
        let all: Vec<String> = [caps, failed, to_confirm, flags]
            .iter()
            .flat_map(|of| of(review, lang, client))
            .collect();
        list(lang, &all)
    };
    Row {
        name: &client.name,
        id: id(client),
        owner: client.owner.as_deref().unwrap_or_default(),
        rank: client.rank.map(|rank| rank.to_string()),
        stage: words("stage", client.stage.code()),
        tier: tier(labels, client.tier),
        tier_class: client.tier.map_or(4, |tier| tier as usize),
        score: points(client.score),
        adds: review.weights.iter().map(|(metric, _)| points(client.adds.get(metric))).collect(),
        net_sales: whole_money(features.net_sales),
        change: change(features.growth),
        margin_rate: share(features.margin_rate),
        days_since: plain(features.days_since_last_order.map(f64::from)),
        usual_gap: plain(features.order_gap_median),
        level: match client.risk_level {
            RiskLevel::None => Value::from(UNKNOWN),
            level => words("level", level.code()),
        },
        level_class: client.risk_level as usize,
        notes: both(notes),
    }
}
