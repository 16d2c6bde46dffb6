//! What tiers and metrics are called.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What tiers are called where people read of them; files for programs have their codes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Labels {
    /// A set of names that comes with the program.
    pub set: LabelSet,
    /// Names of the user's own, which come before those of the set.
    #[serde(skip_serializing_if = "TierNames::is_empty")]
    pub tier: TierNames,
    /// What metrics of the user's own are called, by code; not a setting of its own.
    #[serde(skip)]
    pub metrics: BTreeMap<String, String>,
}

/// A set of names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LabelSet {
    /// Strategic, core, potential, standard.
    #[default]
    Default,
    /// A, B, C, D.
    Abc,
    /// Diamond, gold, silver, regular.
    Gold,
    /// VIP, key, growth, regular.
    Vip,
}

impl LabelSet {
    /// The code used in files and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Abc => "abc",
            Self::Gold => "gold",
            Self::Vip => "vip",
        }
    }
}

/// A name for each tier that has one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TierNames {
    /// Of the highest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategic: Option<String>,
    /// Of the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub core: Option<String>,
    /// Of the third.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub potential: Option<String>,
    /// Of the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard: Option<String>,
}

impl TierNames {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The name of the tier with this code.
    #[must_use]
    pub fn of(&self, tier: &str) -> Option<&str> {
        let name = match tier {
            "strategic" => &self.strategic,
            "core" => &self.core,
            "potential" => &self.potential,
            "standard" => &self.standard,
            _ => &None,
        };
        name.as_deref()
    }
}
