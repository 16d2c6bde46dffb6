//! An earlier review as its workbook tells it.
//!
//! The workbook is for people, so it is read as they read it: by the headings, in whichever language it was written, after
//! columns were put in, rows were sorted and another program saved it. What it does not hold stays unknown: goalposts, weights
//! and points, of which the split of a change of score is made, and the evidence of findings.

mod rows;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

pub use self::words::Texts;

use self::rows::{Followed, Line, Rows};
use self::words::Words;
use super::{SavedClient, SavedFeatures, SavedFinding, SavedReview, SavedTotals};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Result;
use crate::period::Day;
use crate::review::{RiskLevel, SCHEMA_VERSION};
use crate::source::{Document, Hints, Input};
use crate::tier::Tier;

/// Reads the workbook of a review, with the password that the run knows for it; `languages` are those it may be in.
///
/// # Errors
/// What is wrong with a file that cannot be read, and `review-book` for a workbook that is not that of a review.
pub fn read(workbook: &Input, languages: &[Texts]) -> Result<SavedReview> {
    let words: Vec<Words> = languages.iter().map(|texts| Words::of(*texts)).collect();
    let mut document = Document::open(workbook, &Hints::default())?;
    let mut found = Found::default();
    for sheet in 0..document.sheets().len() {
        for rows in document.read(sheet, 1, 1, || Rows::new(&words))? {
            found.take(rows);
        }
    }
    found.review(&workbook.name, &words)
}

/// What the sheets say.
#[derive(Default)]
struct Found {
    as_of: Option<Day>,
    period: Option<String>,
    currency: Option<String>,
    part: bool,
    /// Whether there is a sheet of clients, whatever is on it.
    clients: bool,
    lines: Vec<Line>,
    /// Headings that a sheet would need to be that of the clients.
    lacking: Option<Vec<String>>,
    /// Names of the tiers, the highest first.
    tiers: Vec<String>,
    /// Names of bands by client.
    bands: HashMap<String, String>,
    followed: HashMap<String, Followed>,
}

impl Found {
    fn take(&mut self, rows: Rows<'_>) {
        // What the sheet of the clients says of the review comes first: further ones may be the user's own.
        let first = rows.is_clients && !self.clients;
        if first || self.as_of.is_none() {
            self.as_of = rows.as_of.or(self.as_of);
            self.currency = rows.currency.or(self.currency.take());
            self.part |= rows.part;
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

    fn review(self, name: &str, words: &[Words]) -> Result<SavedReview> {
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
        let names = tiers(&self.tiers, words);
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
            let band = tier(self.bands.get(&line.client_id));
            clients.push(client(line, now, band, as_of, &self.followed));
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
            scope: self.part.then_some(Value::Bool(true)),
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

fn client(
    line: Line,
    tier: Option<Tier>,
    band: Option<Tier>,
    as_of: Day,
    followed: &HashMap<String, Followed>,
) -> SavedClient {
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
        tier,
        band,
        movement: line.movement,
        risk_level: RiskLevel::None,
        ..SavedClient::default()
    }
}

/// Tiers by their names: those that the workbook itself lists, then those of the program.
fn tiers<'a>(own: &'a [String], words: &'a [Words]) -> HashMap<&'a str, Option<Tier>> {
    let usual = words.iter().flat_map(|words| &words.tiers);
    let mut names: HashMap<&str, Option<Tier>> =
        usual.map(|(name, tier)| (name.as_str(), *tier)).collect();
    names.extend(own.iter().zip(Tier::ALL).map(|(name, tier)| (name.as_str(), Some(tier))));
    names
}
