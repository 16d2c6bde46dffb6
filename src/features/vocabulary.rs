//! What cells of the tables beside the transactions mean, by the words of the settings.

use serde::Serialize;

use super::words::Words;
use crate::config::Config;
use crate::period::Day;
use crate::store::{Contact, Feedback};

/// The words of the settings.
#[derive(Debug)]
pub struct Vocabulary {
    yes: Words,
    done: Words,
    pub(super) executive_visit: Words,
    pub(super) complaint: Words,
    survey: Words,
    severity_high: Words,
    severity_medium: Words,
    key_role: Words,
    pub(super) renewal: Words,
    lost_stage: Words,
    won_stage: Words,
    pub(super) competitor: Words,
    pub(super) front_line: Words,
}

/// How severe feedback is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// High.
    High,
    /// Medium.
    Medium,
    /// Low, or not said.
    Low,
}

impl Urgency {
    /// All of them, the highest first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The code used in files and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// What became of a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DealOutcome {
    /// Nothing yet.
    Open,
    /// Won.
    Won,
    /// Lost.
    Lost,
}

impl DealOutcome {
    /// The code used in files and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

impl Vocabulary {
    /// The words of these settings.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let words = &config.relations.words;
        let keywords = &config.relations.keywords;
        Self {
            yes: Words::of(&words.yes),
            done: Words::of(&words.done),
            executive_visit: Words::of(&words.executive_visit),
            complaint: Words::of(&words.complaint),
            survey: Words::of(&words.survey),
            severity_high: Words::of(&words.severity_high),
            severity_medium: Words::of(&words.severity_medium),
            key_role: Words::of(&words.key_role),
            renewal: Words::of(&words.renewal),
            lost_stage: Words::of(&words.lost_stage),
            won_stage: Words::of(&config.won_stage),
            competitor: Words::of(&keywords.competitor),
            front_line: Words::of(&keywords.front_line),
        }
    }

    /// Whether feedback is the answer to a survey rather than a matter to deal with.
    #[must_use]
    pub fn is_survey(&self, row: &Feedback) -> bool {
        match &row.kind {
            Some(kind) => self.survey.are_in(Some(kind)),
            None => row.severity.is_none() && (row.csat.is_some() || row.nps.is_some()),
        }
    }

    /// Whether a contact is a key person.
    #[must_use]
    pub fn is_key(&self, row: &Contact) -> bool {
        match &row.key {
            Some(key) => self.yes.begin(Some(key)) || self.key_role.are_in(Some(key)),
            None => self.key_role.are_in(row.role.as_deref()),
        }
    }

    /// How severe feedback is.
    #[must_use]
    pub fn urgency(&self, row: &Feedback) -> Urgency {
        let severity = row.severity.as_deref();
        if self.severity_high.begin(severity) {
            Urgency::High
        } else if self.severity_medium.begin(severity) {
            Urgency::Medium
        } else {
            Urgency::Low
        }
    }

    /// Whether something was done by a day; a status without a day counts whenever it is looked at.
    #[must_use]
    pub fn is_done(&self, day: Option<Day>, status: Option<&str>, as_of: Day) -> bool {
        match day {
            Some(day) => day <= as_of,
            None => self.done.begin(status),
        }
    }

    /// What became of a deal in a stage.
    #[must_use]
    pub fn outcome(&self, stage: Option<&str>) -> DealOutcome {
        if self.won_stage.begin(stage) {
            DealOutcome::Won
        } else if self.lost_stage.begin(stage) {
            DealOutcome::Lost
        } else {
            DealOutcome::Open
        }
    }
}
