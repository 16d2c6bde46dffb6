//! What can be written beside a client, one line each.

use crate::config::Labels;
use crate::history::{SavedClient, SavedFinding};
use crate::locale::Lang;
use crate::render::{sentence, tier};
use crate::tier::Tier;

/// A value of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Blank,
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// How the values of a column look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// 0–100 with two decimals.
    Points,
    /// Words.
    Text,
}

/// A column that can be added.
pub struct Column {
    /// Its name after `--columns`.
    pub code: &'static str,
    pub(super) kind: Kind,
    /// Width in characters.
    pub(super) width: f64,
    value: fn(&SavedClient, &Labels, Lang) -> Value,
}

/// All columns, in the order they are written in.
pub const COLUMNS: &[Column] = &[
    Column { code: "score", kind: Kind::Points, width: 10.0, value: score },
    Column { code: "tier", kind: Kind::Text, width: 12.0, value: tier },
    Column { code: "movement", kind: Kind::Text, width: 10.0, value: movement },
    Column { code: "risk", kind: Kind::Text, width: 8.0, value: risk },
    Column { code: "reason", kind: Kind::Text, width: 48.0, value: reason },
    Column { code: "next_step", kind: Kind::Text, width: 28.0, value: next_step },
];

impl Column {
    /// Its heading.
    #[must_use]
    pub fn heading(&self, lang: Lang) -> String {
        lang.text(&format!("annotate.column.{}", self.code))
    }

    /// What it says of a client.
    #[must_use]
    pub fn value(&self, client: &SavedClient, labels: &Labels, lang: Lang) -> Value {
        (self.value)(client, labels, lang)
    }
}

/// The columns of these codes, in their own order; all that have anything to say where none is named.
#[must_use]
pub fn columns(codes: &[String], clients: &[SavedClient]) -> Vec<&'static Column> {
    let moved = clients.iter().any(|client| client.movement.is_some());
    COLUMNS
        .iter()
        .filter(|column| match codes {
            [] => column.code != "movement" || moved,
            codes => codes.iter().any(|code| code == column.code),
        })
        .collect()
}

fn score(client: &SavedClient, _: &Labels, _: Lang) -> Value {
    client.score.map_or(Value::Blank, Value::Number)
}

fn tier(client: &SavedClient, labels: &Labels, lang: Lang) -> Value {
    let code = client.tier.map_or("inactive", Tier::code);
    Value::Text(tier::of_code(labels, lang, code))
}

fn movement(client: &SavedClient, _: &Labels, lang: Lang) -> Value {
    client.movement.as_ref().map_or(Value::Blank, |code| {
        let known = lang.find(&format!("book.movement.{code}"));
        Value::Text(known.unwrap_or(code).to_owned())
    })
}

fn risk(client: &SavedClient, _: &Labels, lang: Lang) -> Value {
    let level = lang.text(&format!("level.{}", client.risk_level.code()));
    Value::Text(sentence::capitalised(lang, &level))
}

fn reason(client: &SavedClient, _: &Labels, lang: Lang) -> Value {
    let clause = |found: &SavedFinding| {
        let facts = found.evidence.iter().map(|(name, fact)| (name.as_str(), fact));
        sentence::clause(lang, &found.code, facts)
    };
    match client.signals.as_slice() {
        [] => Value::Blank,
        found => {
            let clauses: Vec<String> = found.iter().map(clause).collect();
            Value::Text(sentence::capitalised(lang, &sentence::joined(lang, &clauses)))
        }
    }
}

fn next_step(client: &SavedClient, _: &Labels, lang: Lang) -> Value {
    client.next_step.as_ref().map_or(Value::Blank, |code| {
        Value::Text(lang.find(&format!("action.{code}")).unwrap_or(code).to_owned())
    })
}
