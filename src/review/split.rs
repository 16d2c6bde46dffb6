//! Reviews of one account manager's clients, to be handed to that account manager alone.
//!
//! A file that only hides what its reader must not see gives it away to whoever looks at its parts. So the review itself is
//! made anew from the clients of one owner: whatever rests on other clients (ranks, shares of sales, goalposts, control
//! totals, what was said about the input) is left out, and totals are of these clients. Every field is named here: a new
//! one does not compile until somebody has decided what a single account manager may see of it.

use std::collections::{BTreeMap, HashSet};

use crate::config::{Config, CustomMetric, Relations, Score, Segment};
use crate::money::Money;
use crate::signal::{self, Tally};

use super::{
    Client, Concentration, Control, MentionRow, Month, Review, Scope, TierRow, Totals, portfolio,
};

/// A review by account manager.
pub struct Split<'a> {
    review: &'a Review,
    /// Whose, and where their clients stand in the review.
    scopes: Vec<(Scope, Vec<usize>)>,
    /// Everything that names somebody: ids and names of clients, names of account managers.
    names: HashSet<String>,
}

impl<'a> Split<'a> {
    /// Tells the clients of a review apart by their account managers.
    #[must_use]
    pub fn new(review: &'a Review) -> Self {
        let mut by_owner: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (at, client) in review.clients.iter().enumerate() {
            by_owner.entry(client.owner.as_deref()).or_default().push(at);
        }
        // Those without an account manager come last.
        let without = by_owner.remove(&None);
        let scopes = by_owner
            .into_iter()
            .chain(without.map(|clients| (None, clients)))
            .map(|(owner, clients)| (Scope { owner: owner.map(ToOwned::to_owned) }, clients))
            .collect();
        let names = names(review.clients.iter());
        Self { review, scopes, names }
    }

    /// Whose reviews there are: by name, last the clients that have no account manager.
    #[must_use]
    pub fn scopes(&self) -> impl ExactSizeIterator<Item = &Scope> {
        self.scopes.iter().map(|(scope, _)| scope)
    }

    /// The reviews, in the order of [`Split::scopes`]; each is made when it is asked for.
    pub fn reviews(&self) -> impl Iterator<Item = Review> {
        self.scopes.iter().map(|(scope, clients)| self.of(scope, clients))
    }

    fn of(&self, scope: &Scope, clients: &[usize]) -> Review {
        let review = self.review;
        let mut clients: Vec<Client> =
            clients.iter().filter_map(|at| review.clients.get(*at)).map(alone).collect();
        let own = names(clients.iter());
        for client in &mut clients {
            self.unsay(client, &own);
        }
        let sum = |of: fn(&Client) -> Money| clients.iter().map(of).sum();
        let totals: Totals = portfolio::totals(
            &clients,
            sum(|client| client.features.net_sales),
            sum(|client| client.features.net_sales_prior),
        );
        let tiers: Vec<TierRow> = portfolio::tiers(&clients, None);
        let mut tally = Tally::default();
        for client in &clients {
            let _ = signal::judge(&client.features, &review.config.signal, &mut tally);
        }
        Review {
            schema_version: review.schema_version,
            kam_version: review.kam_version,
            as_of: review.as_of,
            as_of_from: review.as_of_from,
            period: review.period.clone(),
            windows: review.windows,
            currency: review.currency.clone(),
            policy: review.policy,
            model_coverage: review.model_coverage,
            scope: Some(scope.clone()),
            totals,
            control: Control::default(),
            anchors: BTreeMap::new(),
            scale: review.scale,
            weights: review.weights.clone(),
            tiers,
            actions: portfolio::actions(&clients),
            concentration: Concentration {
                top5: None,
                top10: None,
                top20: None,
                top_20_percent: None,
                hhi: None,
                clients_to_80_percent: None,
                top_20_percent_margin: None,
            },
            portfolio: None,
            movement: None,
            monthly: monthly(&review.monthly, &clients),
            judged: tally.judged(),
            top_tier_empty: None,
            mentions: self.mentions(&clients),
            diagnostics: Vec::new(),
            inputs: Vec::new(),
            config: settings(&review.config, &clients),
            config_sha256: review.config_sha256.clone(),
            clients,
        }
    }

    /// Takes away who decided something, and why, where that names somebody else.
    fn unsay(&self, client: &mut Client, own: &HashSet<String>) {
        if let Some(given) = client.given.as_deref_mut() {
            given.by = given.by.take().filter(|by| !self.names_another(by, own));
            if self.names_another(&given.reason, own) {
                given.reason.clear();
            }
        }
        for snoozed in &mut client.snoozed {
            if self.names_another(&snoozed.reason, own) {
                snoozed.reason.clear();
            }
        }
    }

    /// What the notes on these clients mention, but for notes in which somebody else is named.
    fn mentions(&self, clients: &[Client]) -> Vec<MentionRow> {
        let ids: HashSet<&str> = clients.iter().map(|client| client.client_id.as_str()).collect();
        let own = names(clients.iter());
        self.review
            .mentions
            .iter()
            .filter(|mention| ids.contains(mention.client_id.as_str()))
            .filter(|mention| !self.names_another(&mention.excerpt, &own))
            .map(|mention| MentionRow {
                client_id: mention.client_id.clone(),
                set: mention.set,
                excerpt: mention.excerpt.clone(),
                // Files and sheets are often named after people and clients.
                origin: None,
            })
            .collect()
    }

    /// Whether a text names a client or an account manager that is not among these. Excerpts are short, so all of their
    /// parts are looked up: that takes as long for ten clients as for ten thousand.
    fn names_another(&self, text: &str, own: &HashSet<String>) -> bool {
        let text = text.to_lowercase();
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        ends.iter().enumerate().any(|(first, from)| {
            ends[first + 1..].iter().any(|to| {
                let part = &text[*from..*to];
                self.names.contains(part)
                    && !own.contains(part)
                    && is_word(&text[..*from], part, &text[*to..])
            })
        })
    }
}

/// Ids, names and account managers of clients.
fn names<'a>(clients: impl Iterator<Item = &'a Client>) -> HashSet<String> {
    clients
        .flat_map(|client| {
            [Some(&client.client_id), Some(&client.name), client.owner.as_ref()]
                .into_iter()
                .flatten()
        })
        .map(|name| name.trim().to_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Whether a part of a text stands for itself: letters and digits do not go on before or after it. Chinese has no spaces
/// between words, so there it always may.
fn is_word(before: &str, part: &str, after: &str) -> bool {
    let joins = |a: Option<char>, b: Option<char>| {
        a.zip(b).is_some_and(|(a, b)| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric())
    };
    !joins(before.chars().next_back(), part.chars().next())
        && !joins(part.chars().next_back(), after.chars().next())
}

/// A client without its place among all others. What people typed for it goes with it: they wrote it for whoever is to call.
fn alone(client: &Client) -> Client {
    let mut client = client.clone();
    client.rank = None;
    client.share_band = None;
    client.loss_impact = None;
    client.features.sales_share = None;
    client
}

/// The segments that some of these clients are in, without the conditions: they may name other account managers.
fn segments(all: &[Segment], clients: &[Client]) -> Vec<Segment> {
    let inside = |name: &str| clients.iter().any(|it| it.segment.as_deref() == Some(name));
    let segments = all.iter().map(|segment| Segment {
        name: Some(segment.label()),
        filter: BTreeMap::new(),
        weights: segment.weights.clone(),
    });
    segments.filter(|segment| inside(&segment.label())).collect()
}

/// Net sales by month of these clients, over the months that are known of each of them.
fn monthly(all: &[Month], clients: &[Client]) -> Vec<Month> {
    let known = clients.iter().map(|client| client.monthly.len()).max().unwrap_or(0);
    let first = all.len().saturating_sub(known);
    let mut months = all[first..].to_vec();
    for (at, month) in months.iter_mut().enumerate() {
        month.net_sales = clients.iter().filter_map(|client| client.monthly.get(at)).copied().sum();
    }
    months
}

/// A metric by its name alone.
fn named(metric: CustomMetric) -> CustomMetric {
    let label = Some(metric.name().to_owned());
    CustomMetric { column: String::new(), anchors: Vec::new(), label, ..metric }
}

/// The settings without those that name files, headings, values of the portfolio or words that notes are searched for.
fn settings(config: &Config, clients: &[Client]) -> Config {
    let config = config.clone();
    Config {
        lang: config.lang,
        currency: config.currency,
        rate: config.rate,
        rollup: config.rollup,
        as_of: config.as_of,
        period: config.period,
        fiscal_year_start: config.fiscal_year_start,
        policy: config.policy,
        max_rejected: config.max_rejected,
        skip_status: Vec::new(),
        won_stage: Vec::new(),
        return_type: Vec::new(),
        features: config.features,
        relations: Relations {
            promise_days: config.relations.promise_days,
            ..Relations::default()
        },
        score: Score {
            anchors: BTreeMap::new(),
            segment: segments(&config.score.segment, clients),
            ..config.score
        },
        // What they are called, and not where they stand or what their values are.
        metric: config.metric.into_iter().map(|(code, metric)| (code, named(metric))).collect(),
        caps: config.caps,
        tier: config.tier,
        labels: config.labels,
        one_off: config.one_off,
        hysteresis: config.hysteresis,
        rising: config.rising,
        marks: config.marks,
        signal: config.signal,
        workload: config.workload,
        sensitivity: config.sensitivity,
        risk: config.risk,
        due: config.due,
        source: Vec::new(),
        // They name clients of others; what holds for one's own clients is said there.
        overrides: Vec::new(),
        snoozes: Vec::new(),
        columns: BTreeMap::new(),
    }
}
