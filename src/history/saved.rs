//! A review as read back from its JSON.
//!
//! Only what later work needs is taken, so that reviews written by an older or slightly newer program can be read; codes that this
//! program does not know stay texts.

use std::io::Read;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Fact, Origin};
use crate::error::{Error, Result};
use crate::period::Day;
use crate::review::{Review, RiskLevel, SCHEMA_VERSION};
use crate::signal::{Level, evidence};
use crate::tier::Tier;

/// A review from a file.
#[derive(Clone, Debug, Deserialize)]
pub struct SavedReview {
    /// Version of its structure.
    pub schema_version: u32,
    /// Newest day that counted.
    pub as_of: Day,
    /// Name of the quarter that ends there, else the date.
    pub period: String,
    /// Its clients, in the order of the file.
    pub clients: Vec<SavedClient>,
}

/// A client of a review from a file.
#[derive(Clone, Debug, Deserialize)]
pub struct SavedClient {
    /// Id.
    pub client_id: String,
    /// Name.
    pub name: String,
    /// 0–100.
    pub score: Option<f64>,
    /// Tier in force; none when inactive.
    pub tier: Option<Tier>,
    /// How it had moved: a code.
    pub movement: Option<String>,
    /// Level of the risk.
    pub risk_level: RiskLevel,
    /// Findings, the highest first.
    pub signals: Vec<SavedFinding>,
    /// Code of the action that the highest finding asks for.
    pub next_step: Option<String>,
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
            problem.with("reason", error.to_string()).into()
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
        Ok(serde_json::from_value(serde_json::to_value(review)?)?)
    }
}
