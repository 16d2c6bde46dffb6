//! What people decided against the computation, where it holds on the as-of date: tiers given, findings silenced.
//!
//! Decisions come last. The computed tier stays beside the one given, and silenced findings stay countable.

use rustc_hash::FxHashMap;
use thin_vec::ThinVec;

use crate::config::{self, Config, Labels};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin};
use crate::period::Day;
use crate::signal::Finding;
use crate::store::{ClientFile, Decided, Loaded};
use crate::tier::{Outcome, Tier};

use super::{Given, Snoozed};

/// Decisions by the position of their client.
#[derive(Debug, Default)]
pub(super) struct Decisions {
    given: FxHashMap<usize, (Given, Option<Tier>)>,
    snoozes: FxHashMap<usize, Vec<(String, Day, String)>>,
}

/// The decisions on one client.
#[derive(Debug, Default)]
pub(super) struct OfClient {
    /// The tier that it was given, and the computed one.
    pub given: Option<(Given, Option<Tier>)>,
    snoozes: Vec<(String, Day, String)>,
}

impl Decisions {
    /// The decisions in force; what does not hold any more, or cannot hold, is told. Tiers are given to the outcomes.
    pub(super) fn take(
        loaded: &mut Loaded,
        outcomes: &mut [Outcome],
        as_of: Day,
        config: &Config,
    ) -> Self {
        let mut decisions = Self::default();
        let Decided { overrides, snoozes } = std::mem::take(&mut loaded.decided);
        let (clients, told) = (&loaded.clients, &mut loaded.diagnostics);
        for (client, at) in overrides {
            let file = &clients[client];
            decisions.give((client, at), config, file, outcomes, as_of, told);
        }
        for (client, at) in snoozes {
            decisions.silence(client, &config.snoozes[at], &clients[client], as_of, told);
        }
        decisions
    }

    fn give(
        &mut self,
        (client, at): (usize, usize),
        config: &Config,
        file: &ClientFile,
        outcomes: &mut [Outcome],
        as_of: Day,
        told: &mut Diagnostics,
    ) {
        let (given, labels) = (&config.overrides[at], &config.labels);
        let Some(tier) = Tier::ALL.into_iter().find(|tier| tier.code() == given.tier) else {
            return;
        };
        let until = given.until.as_deref().and_then(Day::parse_iso);
        if let Some(until) = until.filter(|until| *until < as_of) {
            let expired = Diagnostic::notice("override-expired", Origin::default());
            let expired = naming(about(expired, file), labels, ["tier", "tier_name"], tier);
            told.push(expired.with("until", until));
            return;
        }
        let outcome = &mut outcomes[client];
        // Tiers are for active clients: nobody else is ranked.
        let Some(now) = outcome.tier else {
            let inactive = Diagnostic::warning("override-inactive", Origin::default());
            told.push(naming(about(inactive, file), labels, ["tier", "tier_name"], tier));
            return;
        };
        let computed = match self.given.get(&client) {
            Some((before, computed)) => {
                let repeated = Diagnostic::warning("override-repeated", Origin::default());
                let repeated = naming(about(repeated, file), labels, ["tier", "tier_name"], tier);
                let names = ["before", "before_name"];
                told.push(naming(repeated, labels, names, before.tier));
                *computed
            }
            None => Some(now),
        };
        outcome.tier = Some(tier);
        outcome.rising &= tier >= Tier::Potential;
        let (reason, by) = (given.reason.clone(), given.by.clone());
        self.given.insert(client, (Given { tier, reason, by, until }, computed));
    }

    fn silence(
        &mut self,
        client: usize,
        snooze: &config::Snooze,
        file: &ClientFile,
        as_of: Day,
        told: &mut Diagnostics,
    ) {
        let Some(until) = Day::parse_iso(&snooze.until) else {
            return;
        };
        if until < as_of {
            let expired = Diagnostic::notice("snooze-expired", Origin::default());
            let expired = about(expired, file).with("signal", snooze.code.as_str());
            told.push(expired.with("until", until));
            return;
        }
        let silenced = (snooze.code.clone(), until, snooze.reason.clone());
        self.snoozes.entry(client).or_default().push(silenced);
    }

    /// Those on one client.
    pub(super) fn of(&mut self, client: usize) -> OfClient {
        OfClient {
            given: self.given.remove(&client),
            snoozes: self.snoozes.remove(&client).unwrap_or_default(),
        }
    }
}

/// With a tier: its code, the set of names in use, and the user's own name for it.
fn naming(
    problem: Diagnostic,
    labels: &Labels,
    [code, own]: [&'static str; 2],
    tier: Tier,
) -> Diagnostic {
    let problem = problem.with(code, tier.code()).with("tier_set", labels.set.code());
    match labels.tier.of(tier.code()) {
        Some(name) => problem.with(own, name),
        None => problem,
    }
}

fn about(diagnostic: Diagnostic, file: &ClientFile) -> Diagnostic {
    let name =
        if file.name == file.id { file.id.clone() } else { format!("{} ({})", file.name, file.id) };
    diagnostic.with_cell(name)
}

impl OfClient {
    /// Takes out the findings that are silenced; of several snoozes of one signal the longest holds.
    pub(super) fn silence(&self, findings: &mut Vec<Finding>) -> ThinVec<Snoozed> {
        let mut silenced = ThinVec::new();
        if self.snoozes.is_empty() {
            return silenced;
        }
        findings.retain(|finding| {
            let of_code = self.snoozes.iter().filter(|(code, _, _)| code == finding.code);
            let longest = of_code.max_by_key(|(_, until, _)| *until);
            silenced.extend(longest.map(|(_, until, reason)| Snoozed {
                code: finding.code,
                level: finding.level,
                until: *until,
                reason: reason.clone(),
            }));
            longest.is_none()
        });
        silenced
    }
}
