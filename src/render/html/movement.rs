//! What moved since the review before: from which tier to which, every mover with what its score changed by, and who left.

use minijinja::Value;
use serde::Serialize;

use super::both::{UNKNOWN, both, filled, points, tier, words};
use crate::locale::{grouped, signed};
use crate::render::{metric, sentence, summary};
use crate::review::{Client, Gone, OwnerChange, Review, ScoreChange, movers};
use crate::tier::Tier;

/// So many movers are listed, and so many that are not in the data any more; the workbook has all of them.
const LISTED: usize = 200;

/// The section.
#[derive(Serialize)]
pub(super) struct Moves<'a> {
    since: Value,
    said: Value,
    /// Names of the tiers, none last.
    tiers: Vec<Value>,
    matrix: Vec<MatrixLine>,
    /// How many are in each tier now, and in all.
    now: Vec<String>,
    movers: Vec<Mover<'a>>,
    /// That there are more.
    more: Option<Value>,
    /// Clients whose account manager is another one.
    owners: Vec<Handed<'a>>,
}

/// A client with another account manager than then.
#[derive(Serialize)]
struct Handed<'a> {
    name: &'a str,
    id: Option<&'a str>,
    from: &'a str,
    to: &'a str,
}

/// Where the clients of a tier went.
#[derive(Serialize)]
struct MatrixLine {
    name: Value,
    class: usize,
    /// Each with whether it is the tier where they were.
    cells: Vec<(String, bool)>,
    then: String,
}

/// A client in another tier than then.
#[derive(Serialize)]
struct Mover<'a> {
    name: &'a str,
    id: Option<&'a str>,
    owner: &'a str,
    movement: Value,
    from: Value,
    from_class: usize,
    to: Value,
    to_class: usize,
    score_then: String,
    score: String,
    change: String,
    parts: [String; 4],
    most: Value,
}

/// What moved; nothing where no earlier review is known.
pub(super) fn moves(review: &Review) -> Option<Moves<'_>> {
    let moved = review.movement.as_ref()?;
    let since = [("as_of", moved.as_of.to_string()), ("period", moved.period.clone())];
    let tiers: Vec<Option<Tier>> = Tier::ALL.into_iter().map(Some).chain([None]).collect();
    let count = |from: &dyn Fn(Option<Tier>) -> bool, to: &dyn Fn(Option<Tier>) -> bool| {
        let steps = moved.matrix.iter().filter(|step| from(step.from) && to(step.to));
        steps.map(|step| step.clients).sum::<usize>()
    };
    let shown = |count: usize| {
        if count == 0 { UNKNOWN.to_owned() } else { grouped(count as i64) }
    };
    let any = |_: Option<Tier>| true;
    let matrix = tiers.iter().map(|from| MatrixLine {
        name: tier(&review.config.labels, *from),
        class: class(*from),
        cells: tiers
            .iter()
            .map(|to| (shown(count(&|it| it == *from, &|it| it == *to)), from == to))
            .collect(),
        then: shown(count(&|it| it == *from, &any)),
    });
    let mut now: Vec<String> = tiers.iter().map(|to| shown(count(&any, &|it| it == *to))).collect();
    now.push(shown(count(&any, &any)));
    let found = movers(&review.clients, f64::INFINITY);
    let all = found.len() + moved.gone.len();
    let still = found.into_iter().take(LISTED).map(|client| mover(review, client));
    let gone = moved.gone.iter().take(LISTED).map(|client| gone(review, client));
    let movers: Vec<Mover<'_>> = still.chain(gone).collect();
    let counts = [("listed", grouped(movers.len() as i64)), ("all", grouped(all as i64))];
    Some(Moves {
        more: (movers.len() < all).then(|| filled("page.changes.more", &counts)),
        since: filled("book.changes.since", &since),
        said: both(|lang| summary::moved(review, lang).unwrap_or_default()),
        matrix: matrix.collect(),
        owners: moved.owner_changes.iter().map(handed).collect(),
        now,
        movers,
        tiers: tiers.iter().map(|of| tier(&review.config.labels, *of)).collect(),
    })
}

/// The class that colours a tier.
fn class(tier: Option<Tier>) -> usize {
    tier.map_or(4, |tier| tier as usize)
}

fn mover<'a>(review: &Review, client: &'a Client) -> Mover<'a> {
    let labels = &review.config.labels;
    let since = client.since.as_deref();
    let split = since.and_then(|since| since.split);
    let part = |of: fn(&ScoreChange) -> f64| change(split.as_ref().map(of));
    let reason = client.given.as_ref().map(|given| given.reason.as_str());
    let given_then = since.is_some_and(|since| since.given);
    Mover {
        name: &client.name,
        id: super::client::id(client),
        owner: client.owner.as_deref().unwrap_or_default(),
        movement: client
            .movement
            .map_or_else(|| Value::from(""), |code| words("book.movement", code)),
        from: since.map_or_else(|| Value::from(UNKNOWN), |_| tier(labels, client.tier_previous)),
        from_class: class(client.tier_previous),
        to: tier(labels, client.tier),
        to_class: class(client.tier),
        score_then: points(since.and_then(|since| since.score)),
        score: points(client.score),
        change: change(since.and_then(|since| since.change)),
        parts: [
            part(|split| split.own),
            part(|split| split.scale),
            part(|split| split.config),
            part(|split| split.missing),
        ],
        most: if reason.is_some() || given_then {
            both(|lang| sentence::tier_given(lang, reason, given_then).unwrap_or_default())
        } else {
            since.and_then(|since| since.most).map_or_else(
                || Value::from(""),
                |(code, most)| {
                    both(|lang| {
                        format!(
                            "{} {}",
                            metric::label(&review.config.labels, lang, code),
                            signed(most, 1)
                        )
                    })
                },
            )
        },
    }
}

fn handed(change: &OwnerChange) -> Handed<'_> {
    Handed {
        name: &change.name,
        id: (change.name != change.client_id).then_some(&change.client_id),
        from: change.from.as_deref().unwrap_or(UNKNOWN),
        to: change.to.as_deref().unwrap_or(UNKNOWN),
    }
}

/// A client that is not in the data any more.
fn gone<'a>(review: &Review, client: &'a Gone) -> Mover<'a> {
    let unknown = || UNKNOWN.to_owned();
    Mover {
        name: &client.name,
        id: (client.name != client.client_id).then_some(client.client_id.as_str()),
        owner: "",
        movement: words("book.movement", "left"),
        from: tier(&review.config.labels, Some(client.tier)),
        from_class: class(Some(client.tier)),
        to: Value::from(UNKNOWN),
        to_class: class(None),
        score_then: unknown(),
        score: unknown(),
        change: unknown(),
        parts: [unknown(), unknown(), unknown(), unknown()],
        most: both(|lang| lang.text("page.changes.gone")),
    }
}

/// A change of points, or that it is unknown.
fn change(change: Option<f64>) -> String {
    change.map_or_else(|| UNKNOWN.to_owned(), |change| signed(change, 1))
}
