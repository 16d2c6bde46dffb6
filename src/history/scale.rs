//! The frozen scale: calibrated goalposts that later reviews keep, so that scores compare across quarters.
//!
//! They lie in a file of their own beside `kam.toml`, a layer of settings below it, which only `--calibrate` replaces.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Fact, Origin};
use crate::review::{Review, Scale};
use crate::score::METRICS;

/// The file of a frozen scale.
pub const ANCHORS: &str = "anchors.toml";

/// Goalposts by metric.
pub type Anchors = BTreeMap<String, Vec<(f64, f64)>>;

/// Whether settings give every scale that would be calibrated.
#[must_use]
pub fn is_frozen(config: &Config) -> bool {
    let mut metrics = METRICS.iter().filter(|metric| metric.total().is_some());
    metrics.all(|metric| config.score.anchors.contains_key(metric.code()))
}

/// The goalposts that a review has calibrated; none where it has not.
#[must_use]
pub fn calibrated(review: &Review) -> Anchors {
    if review.scale != Scale::Calibrated {
        return Anchors::new();
    }
    let found = METRICS.iter().filter(|metric| metric.total().is_some());
    found
        .filter(|metric| !review.config.score.anchors.contains_key(metric.code()))
        .filter_map(|metric| {
            let posts = review.anchors.get(metric.code()).filter(|posts| posts.len() > 1)?;
            Some((metric.code().to_owned(), posts.clone()))
        })
        .collect()
}

/// What there is to say of a frozen scale that the portfolio has outgrown: metrics of which more clients than the settings allow
/// stand at the upper end, where more earns no more.
#[must_use]
pub fn drift(review: &Review) -> Vec<Diagnostic> {
    if review.scale != Scale::Frozen {
        return Vec::new();
    }
    let active = review.clients.iter().filter(|client| client.active).count();
    let mut found = Vec::new();
    for metric in METRICS.iter().filter(|metric| metric.total().is_some()) {
        let top = review.anchors.get(metric.code()).and_then(|posts| posts.last());
        let Some((_, top)) = top else { continue };
        let at_end = review
            .clients
            .iter()
            .filter(|client| client.active)
            .filter(|client| client.points.get(metric.code()).is_some_and(|points| points >= *top))
            .count();
        let share = at_end as f64 / active.max(1) as f64;
        if at_end > 1 && share > review.config.score.drift {
            let drift = Diagnostic::warning("scale-drift", Origin::default());
            let drift = drift.with("metric", metric.code()).with("clients", at_end);
            found.push(drift.with("share", Fact::Share(share)));
        }
    }
    found
}

/// The text of the file; `note` is a comment at its top.
#[must_use]
pub fn text(anchors: &Anchors, note: &str) -> String {
    let mut text = String::new();
    for line in note.lines() {
        let _ = writeln!(text, "# {line}");
    }
    text.push_str("\n[score.anchors]\n");
    for (metric, posts) in anchors {
        let posts: Vec<String> =
            posts.iter().map(|(value, points)| format!("[{value:?}, {points:?}]")).collect();
        let _ = writeln!(text, "{metric} = [{}]", posts.join(", "));
    }
    text
}
