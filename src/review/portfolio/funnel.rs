//! The pipeline: deals by stage, and how many are won.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ratio, share};
use crate::features::{DealOutcome, Vocabulary};
use crate::money::Money;
use crate::period::Day;
use crate::schema::aliases;
use crate::store::{Dated as _, Opportunity};

/// Deals known by the as-of date.
///
/// Their stage has no date of its own, so it is that of the file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Funnel {
    /// Open stages by their mean chance, the lowest first; then those of deals won and lost.
    pub stages: Vec<FunnelStage>,
    /// All open deals.
    pub open: Deals,
    /// All deals won.
    pub won: Deals,
    /// All deals lost.
    pub lost: Deals,
    /// `won ÷ (won + lost)`, by number.
    pub win_rate: Option<f64>,
    /// The same by amount.
    pub win_rate_amount: Option<f64>,
    /// Open deals that were expected to close before the as-of date.
    pub past_close: usize,
    /// Competitors that deals name, the most open deals first.
    pub competitors: Vec<CompetitorRow>,
}

/// The deals of one stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FunnelStage {
    /// As written; null of deals without one.
    pub stage: Option<String>,
    /// What it means for them.
    pub outcome: DealOutcome,
    /// Mean chance of the deals that give one.
    pub probability: Option<f64>,
    /// How many, and what they are worth.
    #[serde(flatten)]
    pub deals: Deals,
}

/// Some deals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Deals {
    /// How many.
    #[serde(rename = "deals")]
    pub count: usize,
    /// Of those, without a known amount.
    pub without_amount: usize,
    /// Σ amount.
    pub amount: Money,
    /// Of those with an amount, without a chance: they count nothing in `weighted`.
    pub without_probability: usize,
    /// Σ amount × chance.
    pub weighted: Money,
}

/// The deals that name one competitor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CompetitorRow {
    /// As written.
    pub competitor: String,
    /// Open ones.
    pub open: usize,
    /// Their amount.
    pub open_amount: Money,
    /// Won against it.
    pub won: usize,
    /// Lost to it.
    pub lost: usize,
}

/// Sums on the way.
#[derive(Default)]
struct Sums {
    /// Its name: of several spellings the first by bytes.
    name: Option<String>,
    deals: Deals,
    /// Σ amount × chance in millionths, so that it is the same in any order.
    weighted: i128,
    /// Σ chance in millionths, and of how many.
    chances: (i128, usize),
}

impl Sums {
    fn add(&mut self, row: &Opportunity) {
        let name = row.stage.as_ref();
        if self.name.is_none() || name.is_some_and(|name| Some(name) < self.name.as_ref()) {
            self.name = name.cloned();
        }
        let chance = row.probability.map(|chance| (chance * 1e6).round() as i128);
        self.deals.count += 1;
        match row.amount {
            Some(amount) => {
                self.deals.amount += amount;
                self.deals.without_probability += usize::from(chance.is_none());
                self.weighted += i128::from(amount.0) * chance.unwrap_or(0);
            }
            None => self.deals.without_amount += 1,
        }
        if let Some(chance) = chance {
            self.chances = (self.chances.0 + chance, self.chances.1 + 1);
        }
    }

    fn deals(&self) -> Deals {
        let half = 500_000 * self.weighted.signum();
        let weighted = i64::try_from((self.weighted + half) / 1_000_000).unwrap_or(i64::MAX);
        Deals { weighted: Money(weighted), ..self.deals }
    }

    fn probability(&self) -> Option<f64> {
        let (sum, count) = self.chances;
        (count > 0).then(|| sum as f64 / (count as f64 * 1e6))
    }
}

/// The funnel; `None` of no deals.
pub(super) fn funnel(rows: &[Opportunity], as_of: Day, words: &Vocabulary) -> Option<Funnel> {
    let known = |row: &&Opportunity| row.known_from().is_none_or(|day| day <= as_of);
    let mut stages: BTreeMap<(DealOutcome, String), Sums> = BTreeMap::new();
    let mut outcomes: [Sums; 3] = Default::default();
    let mut competitors: BTreeMap<String, CompetitorRow> = BTreeMap::new();
    let mut past_close = 0;
    for row in rows.iter().filter(known) {
        let outcome = words.outcome(row.stage.as_deref());
        let key = row.stage.as_deref().map(aliases::normalise).unwrap_or_default();
        stages.entry((outcome, key)).or_default().add(row);
        outcomes[outcome as usize].add(row);
        let open = outcome == DealOutcome::Open;
        past_close += usize::from(open && row.expected_close.is_some_and(|day| day < as_of));
        if let Some(name) = &row.competitor {
            let named = competitors.entry(aliases::normalise(name)).or_insert_with(|| {
                let (open_amount, competitor) = (Money::ZERO, name.clone());
                CompetitorRow { competitor, open: 0, open_amount, won: 0, lost: 0 }
            });
            if *name < named.competitor {
                named.competitor.clone_from(name);
            }
            match outcome {
                DealOutcome::Open => {
                    named.open += 1;
                    named.open_amount += row.amount.unwrap_or_default();
                }
                DealOutcome::Won => named.won += 1,
                DealOutcome::Lost => named.lost += 1,
            }
        }
    }
    if stages.is_empty() {
        return None;
    }
    let mut stages: Vec<FunnelStage> = stages
        .into_iter()
        .map(|((outcome, _), sums)| FunnelStage {
            outcome,
            probability: sums.probability(),
            deals: sums.deals(),
            stage: sums.name,
        })
        .collect();
    // The sort is stable: stages without a chance, or with the same, stay in the order of their names.
    stages.sort_by(|a, b| {
        let chance = |row: &FunnelStage| row.probability.unwrap_or(2.0);
        a.outcome.cmp(&b.outcome).then_with(|| chance(a).total_cmp(&chance(b)))
    });
    let mut competitors: Vec<CompetitorRow> = competitors.into_values().collect();
    competitors
        .sort_by_key(|row| std::cmp::Reverse((row.open, row.open_amount, row.lost, row.won)));
    let [open, won, lost] = outcomes.map(|sums| sums.deals());
    Some(Funnel {
        stages,
        win_rate: share(won.count, won.count + lost.count),
        win_rate_amount: ratio(won.amount, won.amount + lost.amount),
        open,
        won,
        lost,
        past_close,
        competitors,
    })
}
