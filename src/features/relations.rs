//! Features of the tables beside the transactions: contacts, interactions, contracts, opportunities, feedback,
//! receivables, projects.
//!
//! Only what is dated up to the as-of date counts; a row without a date of its own counts as known. A table without such
//! a row leaves its features unknown for everybody; with one, a client without rows in it has counts of zero.

use std::sync::Arc;

use serde::Serialize;

use super::percentile;
use super::vocabulary::{DealOutcome, Urgency, Vocabulary};
use super::words::Words;
use crate::config::{self, Config};
use crate::money::Money;
use crate::period::{Day, Window, Windows};
use crate::store::{
    At, ClientFile, Contact, Dated, Feedback, Interaction, Opportunity, Receivable, Relations,
};

/// The figures of one client that come from other tables than the transactions. `None` is unknown, never zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RelationFeatures {
    /// Days from the last contact to the as-of date.
    pub days_since_last_contact: Option<i32>,
    /// Interactions in the last 90 days.
    pub contacts_recent: Option<u32>,
    /// Interactions in the 270 days before those.
    pub contacts_base: Option<u32>,
    /// Median hours until a reply, last 90 days.
    pub reply_hours_recent: Option<f64>,
    /// The same for the 270 days before those.
    pub reply_hours_base: Option<f64>,
    /// Whether another of us took over the client in the last 90 days.
    pub interaction_owner_changed: Option<bool>,
    /// Notes and deals of the last 90 days that name a competitor.
    pub competitor_mentions_recent: Option<u32>,
    /// Notes of the last 90 days with words of the front line.
    pub front_line_mentions_recent: Option<u32>,
    /// Complaints in the last 90 days.
    pub complaints_recent: Option<u32>,
    /// Complaints in the 270 days before those.
    pub complaints_base: Option<u32>,
    /// Feedback that is not resolved.
    pub open_feedback: Option<u32>,
    /// Of that, of low severity and older than its promise.
    pub feedback_overdue_low: Option<u32>,
    /// Of medium severity.
    pub feedback_overdue_medium: Option<u32>,
    /// Of high severity.
    pub feedback_overdue_high: Option<u32>,
    /// Latest satisfaction, 1–5.
    pub csat_last: Option<f64>,
    /// Latest recommendation, 0–10.
    pub nps_last: Option<f64>,
    /// People who are there.
    pub active_contacts: Option<u32>,
    /// Key people among them.
    pub key_contacts: Option<u32>,
    /// Days since the last key person left.
    pub key_contact_left: Option<i32>,
    /// Days until the last contract ends; negative when it has ended.
    pub contract_ends_in: Option<i32>,
    /// Whether a renewal is in the pipeline.
    pub renewal_open: Option<bool>,
    /// Amount that is due and not paid.
    pub overdue_amount: Option<Money>,
    /// Days since the oldest of that was due.
    pub overdue_days_max: Option<i32>,
    /// Σ amount × chance of the open deals.
    pub pipeline_weighted: Option<Money>,
    /// Days since the oldest milestone that is not done was due.
    pub milestone_days_late_max: Option<i32>,
}

/// A row whose text has a word that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Position of the client.
    pub client: u32,
    /// Which set of words: `competitor` or `front_line`.
    pub set: &'static str,
    /// The text around the word.
    pub excerpt: String,
    /// Where it stands.
    pub at: At,
}

/// What the rows of one client give.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub features: Option<Arc<RelationFeatures>>,
    /// Executive visits in the last 12 months, where the table records any.
    pub exec_visits: Option<f64>,
    pub mentions: Vec<Mention>,
}

/// Which tables have anything to say at the as-of date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each table or column that may be absent"
)]
struct Known {
    interactions: bool,
    notes: bool,
    executive_visits: bool,
    contacts: bool,
    key_contacts: bool,
    feedback: bool,
    feedback_kinds: bool,
    opportunities: bool,
    receivables: bool,
    projects: bool,
}

/// What the figures of every client depend on.
pub(super) struct Side<'a> {
    rows: &'a Relations,
    as_of: Day,
    windows: Windows,
    promise: config::Levels,
    words: Vocabulary,
    known: Known,
    /// The figures of a client without a row.
    nothing: Arc<RelationFeatures>,
}

impl<'a> Side<'a> {
    pub(super) fn new(rows: &'a Relations, as_of: Day, config: &Config) -> Self {
        let mut side = Self {
            rows,
            as_of,
            windows: Windows::at(as_of),
            promise: config.relations.promise_days,
            words: Vocabulary::new(config),
            known: Known::default(),
            nothing: Arc::default(),
        };
        side.known = side.known();
        let no_client = u32::MAX;
        side.nothing = Arc::new(side.features(no_client, None, &mut Found::default()));
        side
    }

    fn counts<R: Dated>(&self, row: &R) -> bool {
        row.known_from().is_none_or(|day| day <= self.as_of)
    }

    fn known(&self) -> Known {
        let rows = self.rows;
        let interactions = || rows.interactions.iter().filter(|row| self.counts(*row));
        let feedback = || rows.feedback.iter().filter(|row| self.counts(*row));
        let contacts = || rows.contacts.iter().filter(|row| self.counts(*row));
        Known {
            interactions: interactions().next().is_some(),
            notes: interactions().any(|row| row.note.is_some()),
            executive_visits: interactions().any(|row| self.is_executive_visit(row)),
            contacts: contacts().next().is_some(),
            key_contacts: contacts().any(|row| row.key.is_some() || row.role.is_some()),
            feedback: feedback().next().is_some(),
            feedback_kinds: feedback().any(|row| row.kind.is_some()),
            opportunities: rows.opportunities.iter().any(|row| self.counts(row)),
            receivables: rows.receivables.iter().any(|row| self.counts(row)),
            projects: rows.projects.iter().any(|row| self.counts(row)),
        }
    }

    /// The figures of the client at a position.
    pub(super) fn of(&self, client: u32, file: &ClientFile) -> Found {
        let mut found = Found::default();
        let last_contact = file.more.as_ref().and_then(|more| more.last_contact);
        let last_contact = last_contact.filter(|day| *day <= self.as_of);
        if self.known == Known::default()
            && self.rows.contracts.is_empty()
            && last_contact.is_none()
        {
            return found;
        }
        let features = self.features(client, last_contact, &mut found);
        found.features = Some(if features == *self.nothing {
            Arc::clone(&self.nothing)
        } else {
            Arc::new(features)
        });
        found
    }

    fn features(
        &self,
        client: u32,
        last_contact: Option<Day>,
        found: &mut Found,
    ) -> RelationFeatures {
        let mut features = RelationFeatures::default();
        self.interactions(client, last_contact, &mut features, found);
        self.mentions(client, &mut features, found);
        self.feedback(client, &mut features);
        self.contacts(client, &mut features);
        self.contracts(client, &mut features);
        self.receivables(client, &mut features);
        self.opportunities(client, &mut features);
        self.projects(client, &mut features);
        features
    }

    fn interactions(
        &self,
        client: u32,
        last_contact: Option<Day>,
        features: &mut RelationFeatures,
        found: &mut Found,
    ) {
        let rows = of_client(&self.rows.interactions, client);
        let rows = &rows[..rows.partition_point(|row| row.date <= self.as_of)];
        let last = rows.last().map(|row| row.date).max(last_contact);
        features.days_since_last_contact = last.map(|last| self.as_of.days_since(last));
        if !self.known.interactions {
            return;
        }
        let (recent, base) = (self.windows.recent, self.windows.base);
        features.contacts_recent = Some(within(rows, recent).len() as u32);
        features.contacts_base = Some(within(rows, base).len() as u32);
        features.reply_hours_recent = reply_hours(within(rows, recent));
        features.reply_hours_base = reply_hours(within(rows, base));
        features.interaction_owner_changed = owner_changed(rows, recent);
        if self.known.executive_visits {
            let visits = within(rows, self.windows.ttm).iter();
            let visits = visits.filter(|row| self.is_executive_visit(row)).count();
            found.exec_visits = Some(visits as f64);
        }
    }

    fn is_executive_visit(&self, row: &Interaction) -> bool {
        self.words.executive_visit.are_in(row.kind.as_deref())
    }

    fn mentions(&self, client: u32, features: &mut RelationFeatures, found: &mut Found) {
        let recent = within(of_client(&self.rows.interactions, client), self.windows.recent);
        let noted = |set: &'static str, words: &Words| -> Vec<Mention> {
            let excerpt = |row: &Interaction| {
                let excerpt = words.excerpt(row.note.as_deref()?)?;
                Some(Mention { client, set, excerpt, at: row.at })
            };
            recent.iter().filter_map(excerpt).collect()
        };
        let mut competitors = noted("competitor", &self.words.competitor);
        let deals = of_client(&self.rows.opportunities, client).iter();
        let deals =
            deals.filter(|row| row.created.is_some_and(|day| self.windows.recent.contains(day)));
        competitors.extend(deals.filter_map(|row| {
            let named = row.competitor.as_deref().map(super::words::short);
            let excerpt = named.or_else(|| self.words.competitor.excerpt(&row.name));
            Some(Mention { client, set: "competitor", excerpt: excerpt?, at: row.at })
        }));
        let front_line = noted("front_line", &self.words.front_line);
        if self.known.notes || self.known.opportunities {
            features.competitor_mentions_recent = Some(competitors.len() as u32);
        }
        if self.known.notes {
            features.front_line_mentions_recent = Some(front_line.len() as u32);
        }
        found.mentions.extend(competitors.into_iter().chain(front_line));
    }

    fn feedback(&self, client: u32, features: &mut RelationFeatures) {
        if !self.known.feedback {
            return;
        }
        let rows = of_client(&self.rows.feedback, client);
        let rows = &rows[..rows.partition_point(|row| row.opened <= self.as_of)];
        if self.known.feedback_kinds {
            let complaints = |window: Window| {
                let inside = rows.iter().filter(|row| window.contains(row.opened));
                inside.filter(|row| self.words.complaint.are_in(row.kind.as_deref())).count() as u32
            };
            features.complaints_recent = Some(complaints(self.windows.recent));
            features.complaints_base = Some(complaints(self.windows.base));
        }
        let (mut open, mut low, mut medium, mut high) = (0, 0, 0, 0);
        for row in rows.iter().filter(|row| self.is_open(row)) {
            open += 1;
            let age = f64::from(self.as_of.days_since(row.opened));
            match self.words.urgency(row) {
                Urgency::High => high += u32::from(age > self.promise.high),
                Urgency::Medium => medium += u32::from(age > self.promise.medium),
                Urgency::Low => low += u32::from(age > self.promise.low),
            }
        }
        features.open_feedback = Some(open);
        features.feedback_overdue_low = Some(low);
        features.feedback_overdue_medium = Some(medium);
        features.feedback_overdue_high = Some(high);
        features.csat_last = last_answer(rows, |row| row.csat);
        features.nps_last = last_answer(rows, |row| row.nps);
    }

    /// Whether feedback waits for an answer: not resolved by the as-of date, and not the answer to a survey.
    fn is_open(&self, row: &Feedback) -> bool {
        !self.words.is_survey(row) && !self.is_done(row.resolved, row.status.as_deref())
    }

    fn is_done(&self, day: Option<Day>, status: Option<&str>) -> bool {
        self.words.is_done(day, status, self.as_of)
    }

    fn contacts(&self, client: u32, features: &mut RelationFeatures) {
        if !self.known.contacts {
            return;
        }
        let rows: Vec<&Contact> =
            of_client(&self.rows.contacts, client).iter().filter(|row| self.counts(*row)).collect();
        let gone = |row: &Contact| row.left.is_some_and(|day| day <= self.as_of);
        let people = |all: bool| {
            let there = rows.iter().filter(|row| !gone(row) && (all || self.is_key(row)));
            let mut names: Vec<String> = there.map(|row| super::words::folded(&row.name)).collect();
            names.sort_unstable();
            names.dedup();
            names.len() as u32
        };
        features.active_contacts = Some(people(true));
        if self.known.key_contacts {
            features.key_contacts = Some(people(false));
            let left = rows.iter().filter(|row| gone(row) && self.is_key(row));
            let last = left.filter_map(|row| row.left).max();
            features.key_contact_left = last.map(|day| self.as_of.days_since(day));
        }
    }

    fn is_key(&self, row: &Contact) -> bool {
        self.words.is_key(row)
    }

    fn contracts(&self, client: u32, features: &mut RelationFeatures) {
        let rows = of_client(&self.rows.contracts, client).iter();
        let last = rows.filter(|row| self.counts(*row)).map(|row| row.end).max();
        features.contract_ends_in = last.map(|end| end.days_since(self.as_of));
    }

    fn receivables(&self, client: u32, features: &mut RelationFeatures) {
        if !self.known.receivables {
            return;
        }
        let (mut amount, mut days) = (Money::ZERO, 0);
        let rows = of_client(&self.rows.receivables, client).iter();
        // An amount in a currency without a rate is not known.
        for row in rows.filter(|row| row.amount.or(row.outstanding).is_some()) {
            let late = self.as_of.days_since(row.due);
            let outstanding = outstanding(row, self.as_of);
            if self.counts(row) && late > 0 && outstanding > Money::ZERO {
                amount += outstanding;
                days = days.max(late);
            }
        }
        features.overdue_amount = Some(amount);
        features.overdue_days_max = Some(days);
    }

    fn opportunities(&self, client: u32, features: &mut RelationFeatures) {
        if !self.known.opportunities {
            return;
        }
        let rows = of_client(&self.rows.opportunities, client).iter();
        let open: Vec<&Opportunity> =
            rows.filter(|row| self.counts(*row) && self.is_in_pipeline(row)).collect();
        features.renewal_open = Some(open.iter().any(|row| {
            let (kind, name) = (row.kind.as_deref(), Some(row.name.as_str()));
            self.words.renewal.are_in(kind) || self.words.renewal.are_in(name)
        }));
        let weighted = open.iter().filter_map(|row| {
            // In whole millionths, so that the sum is the same in any order.
            let chance = (row.probability? * 1e6).round() as i128;
            Some(i128::from(row.amount?.0) * chance)
        });
        let weighted = weighted.sum::<i128>();
        let half = 500_000 * weighted.signum();
        features.pipeline_weighted = i64::try_from((weighted + half) / 1_000_000).ok().map(Money);
    }

    fn is_in_pipeline(&self, row: &Opportunity) -> bool {
        self.words.outcome(row.stage.as_deref()) == DealOutcome::Open
    }

    fn projects(&self, client: u32, features: &mut RelationFeatures) {
        if !self.known.projects {
            return;
        }
        let rows = of_client(&self.rows.projects, client).iter();
        let late = rows.filter(|row| !self.is_done(row.done, row.status.as_deref()));
        let days = late.map(|row| self.as_of.days_since(row.due)).max();
        features.milestone_days_late_max = Some(days.unwrap_or(0).max(0));
    }
}

/// The rows of one client.
fn of_client<R: Dated>(rows: &[R], client: u32) -> &[R] {
    let from = rows.partition_point(|row| row.client() < client);
    let to = rows.partition_point(|row| row.client() <= client);
    &rows[from..to]
}

fn within(rows: &[Interaction], window: Window) -> &[Interaction] {
    let from = rows.partition_point(|row| row.date < window.from);
    let to = rows.partition_point(|row| row.date <= window.to);
    &rows[from..to.max(from)]
}

fn reply_hours(rows: &[Interaction]) -> Option<f64> {
    let mut hours: Vec<f64> = rows.iter().filter_map(|row| row.reply_hours).collect();
    hours.sort_unstable_by(f64::total_cmp);
    percentile(&hours, 0.5)
}

/// Whether those who were last in touch are others than before the window. People of one day stand together.
fn owner_changed(rows: &[Interaction], window: Window) -> Option<bool> {
    let owned = |inside: bool| {
        let rows = rows
            .iter()
            .filter(move |row| row.owner.is_some() && inside == window.contains(row.date));
        let last = rows.clone().map(|row| row.date).max();
        rows.filter(move |row| Some(row.date) == last).filter_map(|row| row.owner.as_deref())
    };
    owned(true).next().and(owned(false).next())?;
    Some(owned(true).all(|new| owned(false).all(|old| old != new)))
}

/// The latest answer; of several on one day the lowest.
fn last_answer(rows: &[Feedback], answer: impl Fn(&Feedback) -> Option<f64>) -> Option<f64> {
    let given = || rows.iter().filter_map(|row| Some((row.opened, answer(row)?)));
    let last = given().map(|(day, _)| day).max();
    given().filter(|(day, _)| Some(*day) == last).map(|(_, value)| value).reduce(f64::min)
}

/// What of an invoice was still to be paid on a day.
#[must_use]
pub fn outstanding(row: &Receivable, as_of: Day) -> Money {
    let whole = row.amount.or(row.outstanding).unwrap_or_default();
    match (row.paid, row.outstanding) {
        (Some(paid), _) if paid > as_of => whole,
        (_, Some(outstanding)) => outstanding,
        (Some(_), None) => Money::ZERO,
        (None, None) => whole - row.received.unwrap_or_default(),
    }
}

#[cfg(test)]
#[path = "relations_tests.rs"]
mod tests;
