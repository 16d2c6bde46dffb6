//! What people typed into the follow-up list of a review workbook, and how the next review takes it over.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use super::layout::{self, Layout, Mark};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Result;
use crate::review::{FollowUp, Review};
use crate::schema::value;
use crate::source::{Cell, Document, Hints, Input, RowSink};

/// The marks stand above the headings; further down nobody looks for them.
const MARKS_WITHIN: u64 = 50;

/// What was typed for one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// What, with a code where the status is one of the choices.
    pub follow_up: FollowUp,
    /// Codes of the signals that it was typed about.
    pub signals: Vec<String>,
    /// The same texts as they stand in the cells.
    words: Vec<String>,
    /// Where.
    origin: Origin,
}

/// What was typed into one workbook or several; rows in which nobody typed are not among it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowUps(Vec<(String, Typed)>);

impl FollowUps {
    /// Reads a workbook, with the password that the run knows for it; none where it has no follow-up list of ours.
    ///
    /// # Errors
    /// What is wrong with a file that cannot be read.
    pub fn read(workbook: &Input) -> Result<Option<Self>> {
        let mut document = Document::open(workbook, &Hints::default())?;
        for sheet in 0..document.sheets().len() {
            let rows = document.read(sheet, 1, 1, Rows::default)?;
            for Rows { layout, typed, signals } in rows {
                if layout.is_none() {
                    continue;
                }
                let name = document.sheets()[sheet].name.clone();
                let of = |(client, beside, mut typed): (String, String, Typed)| {
                    // The id of a row counts; what the hidden column says beside it may belong to another one.
                    let known =
                        signals.get(&client).cloned().or_else(|| signals.get(&beside).cloned());
                    typed.signals = known.unwrap_or_default();
                    typed.origin.file.clone_from(&workbook.name);
                    typed.origin.sheet.clone_from(&name);
                    (client, typed)
                };
                return Ok(Some(Self(typed.into_iter().map(of).collect())));
            }
        }
        Ok(None)
    }

    /// Adds what was typed into another workbook.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was typed for a client; where there is more than one row for it, the first.
    #[must_use]
    pub fn get(&self, client_id: &str) -> Option<&Typed> {
        self.0.iter().find(|(client, _)| client == client_id).map(|(_, typed)| typed)
    }

    /// Gives it to the clients that still need action for one of the signals that it was typed about, in place of what they
    /// had. Says how much came from each workbook, and lists what was not taken over, in the review too: the signal has
    /// gone (`follow-up-ended`), or an earlier row holds something else (`follow-up-conflict`).
    pub fn carry(&self, review: &mut Review) -> Vec<Diagnostic> {
        let actions: HashSet<usize> = review.actions.iter().copied().collect();
        let places: HashMap<String, usize> = review
            .clients
            .iter()
            .enumerate()
            .map(|(at, client)| (client.client_id.clone(), at))
            .collect();
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        let mut given: HashMap<usize, &FollowUp> = HashMap::new();
        let mut left = Vec::new();
        for (id, typed) in &self.0 {
            let at = places.get(id).copied();
            let client = at.and_then(|at| review.clients.get_mut(at));
            let name = client.as_ref().map_or_else(|| id.clone(), |client| client.name.clone());
            let left_out = |code| {
                Diagnostic::notice(code, typed.origin.clone())
                    .with("client", name)
                    .with("id", id.as_str())
                    .with("typed", typed.words.join(" / "))
            };
            let goes_on = |client: &&mut crate::review::Client| {
                client.signals.iter().any(|found| typed.signals.iter().any(|it| it == found.code))
            };
            let place = at.filter(|at| actions.contains(at)).zip(client.filter(goes_on));
            let Some((at, client)) = place else {
                left.push(left_out("follow-up-ended"));
                continue;
            };
            match given.get(&at) {
                Some(before) if **before != typed.follow_up => {
                    left.push(left_out("follow-up-conflict"));
                }
                Some(_) => {}
                None => {
                    client.follow_up = Some(Box::new(typed.follow_up.clone()));
                    given.insert(at, &typed.follow_up);
                    *counts.entry(&typed.origin.file).or_default() += 1;
                }
            }
        }
        for diagnostic in &left {
            review.tell(diagnostic.clone());
        }
        let carried = counts.into_iter().map(|(file, count)| {
            Diagnostic::notice("follow-ups-carried", Origin::file(file)).with("count", count)
        });
        carried.chain(left).collect()
    }
}

/// The rows of a sheet.
#[derive(Default)]
struct Rows {
    layout: Option<Layout>,
    /// Signals by client, as the hidden column says it.
    signals: BTreeMap<String, Vec<String>>,
    /// The client of a row, the one that the hidden column names beside it, and what was typed.
    typed: Vec<(String, String, Typed)>,
}

impl RowSink for Rows {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let Some(layout) = &self.layout else {
            self.layout = Layout::of(cells);
            return if self.layout.is_none() && number > MARKS_WITHIN {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            };
        };
        let Some((beside, signals)) = layout.key(cells) else {
            return ControlFlow::Continue(());
        };
        let codes = layout::findings(signals).map(|(code, _)| code.to_owned()).collect();
        self.signals.insert(beside.to_owned(), codes);
        let text = |mark| {
            let cell = cells.get(layout.column(mark)).unwrap_or(&Cell::Blank);
            Some(value::shown(cell).trim().to_owned()).filter(|text| !text.is_empty())
        };
        let [status, next_step, note] = Mark::INPUTS.map(text);
        let words: Vec<String> =
            [&status, &next_step, &note].into_iter().flatten().cloned().collect();
        if !words.is_empty() {
            let status = status.map(|word| layout.status(&word));
            let origin = Origin { row: Some(number), ..Origin::default() };
            let follow_up = FollowUp { status, next_step, note };
            let typed = Typed { follow_up, signals: Vec::new(), words, origin };
            let client = text(Mark::ClientId).unwrap_or_else(|| beside.to_owned());
            self.typed.push((client, beside.to_owned(), typed));
        }
        ControlFlow::Continue(())
    }
}
