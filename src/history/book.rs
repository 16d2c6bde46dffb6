//! An earlier review as its workbook tells it.
//!
//! The workbook is for people, so it is read as they read it: by the headings, in whichever language it was written, after
//! columns were put in, rows were sorted and another program saved it. What it does not hold stays unknown: goalposts, weights
//! and points, of which the split of a change of score is made, and the evidence of findings.

mod rows;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

pub use self::words::Texts;

use self::rows::{Band, Followed, Line, Rows};
use self::words::Words;
use super::{SavedClient, SavedFeatures, SavedFinding, SavedReview, SavedTotals};
use crate::config::Labels;
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Result;
use crate::period::Day;
use crate::review::{RiskLevel, SCHEMA_VERSION, Scope};
use crate::source::{Document, Hints, Input};
use crate::tier::Tier;

/// Reads the workbook of a review, with the password that the run knows for it; `languages` are those it may be in, and the names
/// of `labels` count where it lists none.
///
/// # Errors
/// What is wrong with a file that cannot be read, and `review-book` for a workbook that is not that of a review.
pub fn read(workbook: &Input, languages: &[Texts], labels: &Labels) -> Result<SavedReview> {
    let words: Vec<Words> = languages.iter().map(|texts| Words::of(*texts)).collect();
    let mut document = Document::open(workbook, &Hints::default())?;
    let mut found = Found::default();
    for sheet in 0..document.sheets().len() {
        for rows in document.read(sheet, 1, 1, || Rows::new(&words))? {
            found.take(rows);
        }
    }
    found.review(&workbook.name, &words, labels)
}

/// What the sheets say.
#[derive(Default)]
struct Found {
    as_of: Option<Day>,
    period: Option<String>,
    currency: Option<String>,
    scope: Option<Scope>,
    /// Whether there is a sheet of clients, whatever is on it.
    clients: bool,
    lines: Vec<Line>,
    /// Headings that a sheet would need to be that of the clients.
    lacking: Option<Vec<String>>,
    /// Names of the tiers, the highest first.
    tiers: Vec<String>,
    /// Bands by client.
    bands: HashMap<String, Band>,
    followed: HashMap<String, Followed>,
}

impl Found {
    fn take(&mut self, rows: Rows<'_>) {
        // What the sheet of the clients says of the review comes first: further ones may be the user's own.
        let first = rows.is_clients && !self.clients;
        if first || self.as_of.is_none() {
            self.as_of = rows.as_of.or(self.as_of);
            self.currency = rows.currency.or(self.currency.take());
            self.scope = self.scope.take().or(rows.scope);
        }
        if first {
            self.clients = true;
            self.lines = rows.lines;
        }
        self.period = self.period.take().or(rows.period);
        self.lacking = self.lacking.take().or(rows.lacking);
        if self.tiers.is_empty() {
            self.tiers = rows.tiers;
        }
        if self.bands.is_empty() {
            self.bands = rows.bands;
        }
        if self.followed.is_empty() {
            self.followed = rows.followed;
        }
    }

    fn review(self, name: &str, words: &[Words], labels: &Labels) -> Result<SavedReview> {
        let problem = || Diagnostic::error("review-book", Origin::file(name));
        let both = |of: fn(&Words) -> String| {
            let mut texts: Vec<String> = words.iter().map(of).collect();
            texts.dedup();
            texts.join(" / ")
        };
        let mut missing = Vec::new();
        if !self.clients {
            missing = self.lacking.unwrap_or_else(|| vec![both(|words| words.sheet.clone())]);
        }
        if self.as_of.is_none() {
            missing.push(both(|words| words.as_of.replace("{as_of}", "YYYY-MM-DD")));
        }
        let Some(as_of) = self.as_of.filter(|_| missing.is_empty()) else {
            return Err(problem().with("missing", missing).into());
        };
        let names = tiers(&self.tiers, words, labels);
        let mut unknown = BTreeSet::new();
        let mut tier = |name: Option<&String>| {
            let name = name?;
            if let Some(tier) = names.get(name.as_str()) {
                return *tier;
            }
            unknown.insert(name.clone());
            None
        };
        let mut clients = Vec::with_capacity(self.lines.len());
        for line in self.lines {
            let now = tier(line.tier.as_ref());
            let band = self.bands.get(&line.client_id);
            let raw = tier(band.map(|band| &band.reviewed));
            let kept = tier(band.and_then(|band| band.kept.as_ref()));
            let client = client(line, as_of, &self.followed);
            clients.push(SavedClient { tier: now, band: kept.or(raw), band_raw: raw, ..client });
        }
        if !unknown.is_empty() {
            let unknown: Vec<String> = unknown.into_iter().collect();
            return Err(problem().with("unknown", unknown).into());
        }
        Ok(SavedReview {
            schema_version: SCHEMA_VERSION,
            as_of,
            period: self.period.unwrap_or_else(|| as_of.to_string()),
            currency: self.currency.unwrap_or_default(),
            scope: self.scope.map(|scope| json!({ "owner": scope.owner })),
            totals: SavedTotals::default(),
            anchors: BTreeMap::new(),
            weights: Vec::new(),
            config: Value::Null,
            config_sha256: String::new(),
            clients,
            from_workbook: true,
            is_changed: false,
        })
    }
}

/// What the sheets say of a client, but for its tier and bands.
fn client(line: Line, as_of: Day, followed: &HashMap<String, Followed>) -> SavedClient {
    let followed = followed.get(&line.client_id);
    let signals = line.signals.into_iter().map(|(code, level)| {
        // Without a day of its own a finding is known from this review on.
        let known = followed.and_then(|days| days.iter().find(|(known, _)| *known == code));
        let first_seen = known.and_then(|(_, day)| *day).unwrap_or(as_of);
        SavedFinding { code, level, evidence: Vec::new(), first_seen }
    });
    // With columns taken away, or metrics of the user's own, what is found is not all that the score is made of.
    let sum: f64 = line.adds.values().sum();
    let whole = line.score.is_some_and(|score| (score - sum).abs() < 1e-6);
    SavedClient {
        signals: signals.collect(),
        client_id: line.client_id,
        name: line.name,
        owner: line.owner,
        stage: line.stage,
        rank: line.rank,
        score: line.score,
        adds: if whole { line.adds } else { BTreeMap::new() },
        features: SavedFeatures { net_sales: line.net_sales },
        movement: line.movement,
        risk_level: RiskLevel::None,
        ..SavedClient::default()
    }
}

/// Tiers by their names: those that the workbook itself lists, then those of the settings, then those of the program.
fn tiers<'a>(
    own: &'a [String],
    words: &'a [Words],
    labels: &'a Labels,
) -> HashMap<&'a str, Option<Tier>> {
    let usual = words.iter().flat_map(|words| &words.tiers);
    let mut names: HashMap<&str, Option<Tier>> =
        usual.map(|(name, tier)| (name.as_str(), *tier)).collect();
    let given = |tier: Tier| Some((labels.tier.of(tier.code())?, Some(tier)));
    names.extend(Tier::ALL.into_iter().filter_map(given));
    names.extend(own.iter().zip(Tier::ALL).map(|(name, tier)| (name.as_str(), Some(tier))));
    names
}
