//! Settings of what contacts, interactions, feedback and the other tables beside the transactions say.

use serde::{Deserialize, Serialize};

use super::Levels;

/// What the tables beside the transactions are measured by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Relations {
    /// Days within which feedback of each severity is to be resolved.
    pub promise_days: Levels,
    /// Hours within which customers are to be answered.
    pub promise_hours: PromiseHours,
    /// Words by which cells are understood.
    pub words: Words,
    /// Words that notes are searched for.
    pub keywords: Keywords,
}

/// Hours within which customers are to be answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PromiseHours {
    /// A routine matter: the answer.
    pub routine: f64,
    /// A complex one: a first proposal.
    pub complex: f64,
    /// One that takes several departments: where it stands.
    pub cross_team: f64,
}

/// Words by which cells are understood, without regard to case and width.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Words {
    /// Yes.
    pub yes: Vec<String>,
    /// A status that says that nothing is left to do.
    pub done: Vec<String>,
    /// Kinds of interactions that are executive visits.
    pub executive_visit: Vec<String>,
    /// Kinds of feedback that are complaints.
    pub complaint: Vec<String>,
    /// Kinds of feedback that are answers to a survey.
    pub survey: Vec<String>,
    /// Severities that are high.
    pub severity_high: Vec<String>,
    /// Severities that are medium; any other is low.
    pub severity_medium: Vec<String>,
    /// Roles that make a contact a key one.
    pub key_role: Vec<String>,
    /// Kinds or names of opportunities that are renewals.
    pub renewal: Vec<String>,
    /// Stages of deals that are lost.
    pub lost_stage: Vec<String>,
}

/// Words that notes are searched for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keywords {
    /// A competitor.
    pub competitor: Vec<String>,
    /// What the front line hears.
    pub front_line: Vec<String>,
}
