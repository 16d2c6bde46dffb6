//! How feedback is dealt with: how fast, how often in time, what is open.

use serde::Serialize;

use super::{median, share};
use crate::config::Levels;
use crate::features::{Urgency, Vocabulary};
use crate::period::{Day, Window};
use crate::store::Feedback;

/// Complaints, questions and suggestions; answers to surveys are not among them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Service {
    /// Opened in the last 12 months.
    pub opened: usize,
    /// Open on the as-of date, whenever opened.
    pub open: usize,
    /// Of those opened in the last 12 months, answered by the as-of date on a known day.
    pub responded: usize,
    /// Their median days until the answer.
    pub response_days_median: Option<f64>,
    /// Of those opened in the last 12 months, resolved by the as-of date on a known day.
    pub resolved: usize,
    /// Their median days until they were resolved.
    pub resolution_days_median: Option<f64>,
    /// How often the promise was kept, the highest severity first.
    pub on_time: Vec<OnTime>,
}

/// How often feedback of one severity was resolved in time, of that opened in the last 12 months.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OnTime {
    /// Severity; low where none is given.
    pub severity: Urgency,
    /// Days promised (`relations.promise_days`).
    pub promise_days: f64,
    /// Resolved on a known day, or open for longer than promised; what is still in time is not judged.
    pub judged: usize,
    /// Of those, resolved in time.
    pub on_time: usize,
    /// `on_time ÷ judged`.
    pub share: Option<f64>,
    /// Open on the as-of date, whenever opened.
    pub open: usize,
    /// Of those, for longer than promised.
    pub overdue: usize,
}

/// The figures; `None` where there is no such feedback.
pub(super) fn service(
    rows: &[Feedback],
    as_of: Day,
    ttm: Window,
    promise: Levels,
    words: &Vocabulary,
) -> Option<Service> {
    let mut on_time = Urgency::ALL.map(|severity| OnTime {
        severity,
        promise_days: match severity {
            Urgency::High => promise.high,
            Urgency::Medium => promise.medium,
            Urgency::Low => promise.low,
        },
        judged: 0,
        on_time: 0,
        share: None,
        open: 0,
        overdue: 0,
    });
    let (mut opened, mut any) = (0, false);
    let (mut responses, mut resolutions) = (Vec::new(), Vec::new());
    for row in rows.iter().filter(|row| row.opened <= as_of && !words.is_survey(row)) {
        any = true;
        let level = &mut on_time[words.urgency(row) as usize];
        let is_open = !words.is_done(row.resolved, row.status.as_deref(), as_of);
        let overdue = is_open && f64::from(as_of.days_since(row.opened)) > level.promise_days;
        level.open += usize::from(is_open);
        level.overdue += usize::from(overdue);
        if !ttm.contains(row.opened) {
            continue;
        }
        opened += 1;
        let days = |day: Option<Day>| {
            day.filter(|day| *day <= as_of).map(|day| f64::from(day.days_since(row.opened)))
        };
        responses.extend(days(row.responded));
        let took = days(row.resolved);
        resolutions.extend(took);
        level.judged += usize::from(took.is_some() || overdue);
        level.on_time += usize::from(took.is_some_and(|days| days <= level.promise_days));
    }
    for level in &mut on_time {
        level.share = share(level.on_time, level.judged);
    }
    any.then(|| Service {
        opened,
        open: on_time.iter().map(|level| level.open).sum(),
        responded: responses.len(),
        response_days_median: median(responses),
        resolved: resolutions.len(),
        resolution_days_median: median(resolutions),
        on_time: on_time.into(),
    })
}
