//! How the figures came about, in short: enough to know what was compared with what, and by which settings.

use minijinja::Value;
use serde::Serialize;

use super::both::{both, filled, unit, words};
use crate::locale::{Lang, decimal, grouped};
use crate::period::Window;
use crate::render::metric;
use crate::review::{AsOfFrom, Review, Scale};
use crate::score::Group;

/// A metric with its weight and goalposts.
#[derive(Serialize)]
pub(super) struct Weight {
    metric: Value,
    group: Value,
    class: usize,
    weight: String,
    /// Empty where the review has no scale for it.
    anchors: String,
}

fn window(window: Window) -> Value {
    let days = [("from", window.from.to_string()), ("to", window.to.to_string())];
    filled("book.method.window", &days)
}

/// What the review is of.
pub(super) fn about(review: &Review) -> Vec<(Value, Value)> {
    let from = match review.as_of_from {
        AsOfFrom::Given => "book.method.as_of_given",
        AsOfFrom::Data => "book.method.as_of_data",
    };
    let scale = match review.scale {
        Scale::Frozen => "book.method.scale_frozen",
        Scale::Fixed => "book.method.scale_fixed",
        Scale::Calibrated => "book.method.scale_calibrated",
    };
    let windows = &review.windows;
    let coverage = [("coverage", decimal(review.model_coverage, 1))];
    let lines = [
        ("as_of", filled(from, &[("as_of", review.as_of.to_string())])),
        ("period", Value::from(review.period.as_str())),
        ("unit", both(|lang| unit(lang, &review.currency))),
        ("ttm", window(windows.ttm)),
        ("prior", window(windows.prior)),
        ("history", window(windows.history)),
        ("recent", window(windows.recent)),
        ("base", window(windows.base)),
        ("recent_ly", window(windows.recent_ly)),
        ("policy", words("policy", review.policy.code())),
        ("scale", both(|lang| lang.text(scale))),
        ("coverage", filled("book.method.coverage", &coverage)),
        ("version", Value::from(format!("kam {}", review.kam_version))),
        ("config", Value::from(review.config_sha256.as_str())),
    ];
    lines
        .into_iter()
        .map(|(key, value)| (both(|lang| lang.text(&format!("book.method.label.{key}"))), value))
        .collect()
}

/// The weights in force.
pub(super) fn weights(review: &Review) -> Vec<Weight> {
    review
        .weights
        .iter()
        .map(|(code, weight)| {
            let group = metric::group(&review.config, code) as usize;
            let anchors = review.anchors.get(code).map_or_else(String::new, |anchors| {
                let pairs = anchors.iter().map(|(value, points)| {
                    format!("{} → {}", measured(code, *value), decimal(*points, 1))
                });
                pairs.collect::<Vec<_>>().join(", ")
            });
            Weight {
                metric: both(|lang| metric::label(&review.config.labels, lang, code)),
                group: words("group", Group::ALL[group].code()),
                class: group,
                weight: decimal(*weight, 2),
                anchors,
            }
        })
        .collect()
}

/// Clients that are scored by weights of their own: name, rule, how many.
pub(super) fn segments(review: &Review) -> Vec<(String, Value, String)> {
    let rules = |lang| metric::segments(review, lang);
    let of = |(at, (name, _, clients)): (usize, (String, String, usize))| {
        let rule = both(|lang| rules(lang).swap_remove(at).1);
        (name, rule, grouped(clients as i64))
    };
    rules(Lang::En).into_iter().enumerate().map(of).collect()
}

/// A value of a metric in its own unit.
fn measured(metric: &str, value: f64) -> String {
    match metric {
        "growth" | "industry_growth" | "headroom" => format!("{}%", decimal(value * 100.0, 1)),
        "net_sales" | "margin" => decimal(value, 0),
        _ => decimal(value, 2),
    }
}

/// The signals that were looked for: label, clients judged, fired at.
pub(super) fn signals(review: &Review) -> Vec<(Value, String, String)> {
    review
        .judged
        .iter()
        .map(|judged| {
            let label = words("signal", &format!("{}.label", judged.code));
            (label, judged.clients.to_string(), judged.fired.to_string())
        })
        .collect()
}
