//! The formulas of the model, and the results that some of them have at first.
//!
//! Only functions that Excel and LibreOffice both have, and no ranges longer than the table. Scores are compared as
//! whole numbers: the last bits of a sum differ from program to program, and `COUNTIF` compares with the text of a
//! number, which only whole numbers survive unchanged.

use rust_xlsxwriter::utility::{
    cell_range_absolute, column_number_to_name, row_col_to_cell, row_col_to_cell_absolute,
};

use super::{BAND, BAND_REVIEWED, BLOCK, CLIENT, HEADER, Layout, RANK, SCORE, SUM, WEIGHT};
use crate::config::{Aggregation, Policy, TierRule, Tiers};
use crate::money::round12;
use crate::score::Group;

/// What scores are multiplied with before they are rounded. Ten decimals of 100 are thirteen digits, of which every
/// program keeps all; with the twelve of the ranking itself, noise in the fourteenth could part equal scores.
const SCALE: f64 = 1e10;
/// The key of a client without a score: below every score.
pub(super) const NO_SCORE: f64 = -1.0;
/// The key of a cut whose last client has no score: equal to nobody's.
pub(super) const UNREACHED: f64 = 1e99;

/// The key of a score.
pub(super) fn key(score: Option<f64>) -> Option<f64> {
    score.map(|score| (score * SCALE).round())
}

/// How many of the clients a cut reaches down to.
pub(super) fn places(top: f64, clients: usize) -> usize {
    (round12(top * clients as f64).ceil() as usize).max(1).min(clients)
}

/// Whether the band of a client is another than the one reviewed, for the first row of a rule.
pub(super) fn differs(row: u32) -> String {
    let at = |column| format!("${}{}", column_number_to_name(column), row + 1);
    format!("={}<>{}", at(BAND), at(BAND_REVIEWED))
}

/// The columns of the cuts, each where the policy has it.
pub(super) struct Cuts {
    pub(super) top: Option<u16>,
    pub(super) share: Option<u16>,
    pub(super) places: Option<u16>,
    pub(super) now: u16,
    pub(super) reviewed: u16,
    /// The key of the last client that a cut reaches, out of sight.
    pub(super) key: u16,
}

impl Cuts {
    pub(super) fn of(policy: Policy, after: u16, key: u16) -> Self {
        let mut column = after;
        let mut next = || {
            column += 1;
            column
        };
        let top = (policy != Policy::Share).then(&mut next);
        let share = (policy != Policy::Rank).then(&mut next);
        let places = top.map(|_| next());
        Self { top, share, places, now: next(), reviewed: next(), key }
    }
}

/// A column of one row, such as `$F12`.
fn own(row: u32, column: u16) -> String {
    row_col_to_cell(row, column)
}

/// Some columns of one row.
fn across(row: u32, columns: (u16, u16)) -> String {
    format!("{}:{}", own(row, columns.0), own(row, columns.1))
}

/// Some columns of the row of the weights.
fn weights(columns: (u16, u16)) -> String {
    cell_range_absolute(WEIGHT, columns.0, WEIGHT, columns.1)
}

/// The mean of values by weights; values that are no numbers take no part.
fn mean(values: &str, weights: &str) -> String {
    let known = known(values, weights);
    format!("=IF({known}>0,SUMPRODUCT({values},{weights})/{known},\"\")")
}

/// The weights of values that are numbers.
fn known(values: &str, weights: &str) -> String {
    format!("SUMPRODUCT(ISNUMBER({values})*{weights})")
}

/// The position of a tier, from 1: the first test that holds, else the last tier.
fn first_of(tests: &[String]) -> String {
    let last = (tests.len() + 1).to_string();
    let nested =
        |rest: String, (at, test): (usize, &String)| format!("IF({test},{},{rest})", at + 1);
    tests.iter().enumerate().rev().fold(last, nested)
}

/// The names of the tiers.
fn tiers() -> String {
    cell_range_absolute(BLOCK + 1, CLIENT, BLOCK + 4, CLIENT)
}

/// The weight of a group: the sum of its metrics'.
pub(super) fn group_weight(columns: (u16, u16)) -> String {
    format!("=SUM({})", across(WEIGHT, columns))
}

/// The points of a group.
pub(super) fn group(row: u32, columns: (u16, u16)) -> String {
    mean(&across(row, columns), &weights(columns))
}

/// The score as a whole number.
pub(super) fn key_of(row: u32) -> String {
    let score = own(row, SCORE);
    format!("=IF(ISNUMBER({score}),ROUND({score}*1E+10,0),{NO_SCORE})")
}

/// Whether the band is higher or lower than the one reviewed, in words.
pub(super) fn moved(row: u32, words: &[String; 2]) -> String {
    let [up, down] = words.each_ref().map(|word| word.replace('"', "\"\""));
    let (now, reviewed) = (own(row, BAND), own(row, BAND_REVIEWED));
    let place = |band: &str| format!("MATCH({band},{},0)", tiers());
    let higher = format!("{}<{}", place(&now), place(&reviewed));
    format!("=IF({now}={reviewed},\"\",IF({higher},\"{up}\",\"{down}\"))")
}

/// The formulas of one sheet.
pub(super) struct Formulas<'a> {
    pub(super) layout: &'a Layout,
    pub(super) aggregation: Aggregation,
}

impl Formulas<'_> {
    /// A column of all clients.
    fn all(&self, column: u16) -> String {
        cell_range_absolute(HEADER + 1, column, self.layout.last, column)
    }

    /// The three groups.
    fn groups(&self) -> (u16, u16) {
        (self.layout.groups, self.layout.groups + Group::ALL.len() as u16 - 1)
    }

    pub(super) fn sum(&self) -> String {
        format!("=SUM({})", across(WEIGHT, self.groups()))
    }

    /// A weight as a part of the sum.
    pub(super) fn part(&self, column: u16) -> String {
        let sum = row_col_to_cell_absolute(SUM, self.layout.groups);
        format!("=IF({sum}>0,{}/{sum},\"\")", own(WEIGHT, column))
    }

    /// How many bands differ from those reviewed.
    pub(super) fn differ(&self) -> String {
        format!("=SUMPRODUCT(--({}<>{}))", self.all(BAND), self.all(BAND_REVIEWED))
    }

    /// How many clients a tier has by a column.
    pub(super) fn count(&self, column: u16, row: u32) -> String {
        format!("=COUNTIF({},{})", self.all(column), own(row, CLIENT))
    }

    /// How many clients a cut reaches down to.
    pub(super) fn places(&self, top: (u32, u16)) -> String {
        let clients = format!("COUNT({})", self.all(self.layout.order));
        let reached = format!("ROUNDUP(ROUND({}*{clients},12),0)", own(top.0, top.1));
        format!("=MIN({clients},MAX(1,{reached}))")
    }

    /// The key of the last client that a cut reaches.
    pub(super) fn cut_key(&self, places: (u32, u16)) -> String {
        let key = format!("LARGE({},{})", self.all(self.layout.key), own(places.0, places.1));
        format!("=IF({key}<0,1E+99,{key})")
    }

    pub(super) fn score(&self, row: u32) -> String {
        let (points, weights) = (across(row, self.groups()), weights(self.groups()));
        if self.aggregation == Aggregation::Arithmetic {
            return mean(&points, &weights);
        }
        let known = known(&points, &weights);
        let factors: Vec<String> = (self.groups().0..=self.groups().1)
            .map(|column| {
                let (group, weight) = (own(row, column), row_col_to_cell_absolute(WEIGHT, column));
                format!("IF(ISNUMBER({group}),{group}^({weight}/{known}),1)")
            })
            .collect();
        format!("=IF({known}>0,{},\"\")", factors.join("*"))
    }

    /// One more than the clients with higher scores and, among equals, those that come first.
    pub(super) fn rank(&self, row: u32) -> String {
        let (keys, key) = (self.all(self.layout.key), own(row, self.layout.key));
        let (orders, order) = (self.all(self.layout.order), own(row, self.layout.order));
        format!("=1+COUNTIF({keys},\">\"&{key})+COUNTIFS({keys},{key},{orders},\"<\"&{order})")
    }

    /// The band by the policy.
    pub(super) fn band(&self, row: u32, rules: &Tiers) -> String {
        let cuts = &self.layout.cuts;
        let rank = cuts.places.map(|places| {
            let (rank, key) = (own(row, RANK), own(row, self.layout.key));
            let tests = [1, 2, 3].map(|tier| {
                let reached = |column| row_col_to_cell_absolute(BLOCK + tier, column);
                format!("OR({rank}<={},{key}>={})", reached(places), reached(cuts.key))
            });
            first_of(&tests)
        });
        let share = cuts.share.zip(self.layout.share).map(|(cut, share)| {
            let share = own(row, share);
            let rules: [&TierRule; 3] = [&rules.strategic, &rules.core, &rules.potential];
            let tests: Vec<String> = (1..)
                .zip(rules)
                .map(|(tier, rule)| {
                    let than = if rule.over { ">" } else { ">=" };
                    let cut = row_col_to_cell_absolute(BLOCK + tier, cut);
                    format!("ROUND({share},12){than}{cut}")
                })
                .collect();
            format!("IF(ISNUMBER({share}),{},{})", first_of(&tests), tests.len() + 1)
        });
        let position = match (rank, share) {
            (Some(rank), Some(share)) => format!("MAX({rank},{share})"),
            (rank, share) => rank.or(share).unwrap_or_default(),
        };
        format!("=INDEX({},{position})", tiers())
    }
}
