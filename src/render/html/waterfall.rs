//! How a score adds up: a bar per metric, each beginning where the one above ends. The names of the metrics are drawn
//! once and shown in every waterfall.

use std::fmt::Write as _;

use minijinja::{HtmlEscape, Value};
use serde::Serialize;

use super::both::points;
use super::svg::{at, shortened};
use crate::locale::Lang;
use crate::render::metric;
use crate::review::{Client, Review};
use crate::score::Group;

/// Left of the bars.
const LABELS: f64 = 128.0;
/// Letters that have room there.
const NAME: usize = 20;
/// Length of a point.
const POINT: f64 = 2.4;
const ROW: f64 = 17.0;
/// The middle of a bar and the base of its number, below the top of the row.
const MIDDLE: f64 = 8.0;
const BASE: f64 = 12.0;
const WIDTH: f64 = 412.0;

/// What all waterfalls share: names and scale, one group per language.
pub(super) fn shared(review: &Review) -> Value {
    let mut out = String::new();
    let end = ROW * review.weights.len() as f64;
    for lang in Lang::ALL {
        let id = if lang == Lang::En { "we" } else { "wz" };
        let _ = write!(out, "<g id={id}><path class=grid d=\"");
        for tick in [0.0, 25.0, 50.0, 75.0, 100.0] {
            let _ = write!(out, "M{} 0V{}", at(LABELS + POINT * tick), at(end + ROW));
        }
        out.push_str("\"/>");
        let label = |code: &str| shortened(&metric::label(&review.config.labels, lang, code), NAME);
        let metrics = review.weights.iter().map(|(metric, _)| label(metric));
        for (index, name) in metrics.chain([lang.text("book.column.score")]).enumerate() {
            let (x, y) = (at(LABELS - 8.0), at(ROW * index as f64 + BASE));
            let class = if index == review.weights.len() { "end sum" } else { "end" };
            let _ = write!(out, "<text class=\"{class}\" x={x} y={y}>{}</text>", HtmlEscape(&name));
        }
        out.push_str("</g>");
    }
    Value::from_safe_string(out)
}

/// How a waterfall is laid out, for the script that draws those of the table.
#[derive(Serialize)]
pub(super) struct Geometry {
    left: f64,
    point: f64,
    row: f64,
    middle: f64,
    base: f64,
    frame: String,
    /// The group of each metric, a digit each.
    groups: String,
}

/// The layout of the waterfalls of a review.
pub(super) fn geometry(review: &Review) -> Geometry {
    let groups = review
        .weights
        .iter()
        .map(|(metric, _)| (metric::group(&review.config, metric) as usize).to_string())
        .collect();
    Geometry {
        left: LABELS,
        point: POINT,
        row: ROW,
        middle: MIDDLE,
        base: BASE,
        frame: frame(review),
        groups,
    }
}

fn frame(review: &Review) -> String {
    format!("0 0 {} {}", at(WIDTH), at(ROW * (review.weights.len() + 1) as f64))
}

/// The waterfall of a client that has a score. Bars are thick lines, and coordinates whole: there may be many.
pub(super) fn waterfall(review: &Review, client: &Client) -> Option<Value> {
    let score = client.score?;
    let mut bars: [String; 3] = Default::default();
    let mut numbers = String::new();
    let mut end = 0.0;
    for (index, (metric, _)) in review.weights.iter().enumerate() {
        let top = ROW * index as f64;
        let adds = client.adds.get(metric);
        let from = (LABELS + POINT * end).round();
        end += adds.unwrap_or_default();
        let to = (LABELS + POINT * end).round();
        if adds.is_some() {
            let _ = write!(
                bars[metric::group(&review.config, metric) as usize],
                "M{from} {}h{}",
                top + MIDDLE,
                to - from
            );
        }
        let shown = points(adds);
        let _ = write!(numbers, "<text x={} y={}>{shown}</text>", to + 4.0, top + BASE);
    }
    let mut out = String::new();
    for (index, bars) in bars.iter().enumerate().filter(|(_, bars)| !bars.is_empty()) {
        let _ = write!(out, "<path class=g{index} d=\"{bars}\"/>");
    }
    let top = ROW * review.weights.len() as f64;
    let width = (POINT * score).round();
    let _ = write!(
        out,
        "<path d=\"M{LABELS} {}h{width}\"/>{numbers}<text class=sum x={} y={}>{score:.1}</text>",
        top + MIDDLE,
        LABELS + width + 4.0,
        top + BASE
    );
    Some(Value::from_safe_string(format!(
        "<svg class=w viewBox=\"{}\" role=img aria-labelledby=wt><use lang=en href=#we /><use lang=zh href=#wz />{out}</svg>",
        frame(review)
    )))
}

/// The same as a sum, where there are too many to draw: the metrics in the order of the table.
pub(super) fn sum(review: &Review, client: &Client) -> Option<String> {
    let score = client.score?;
    let adds: Vec<String> =
        review.weights.iter().map(|(metric, _)| points(client.adds.get(metric))).collect();
    Some(format!("{} = {score:.1}", adds.join(" + ")))
}

/// The names of the groups with the class of their colour.
pub(super) fn groups() -> Vec<(usize, Value)> {
    Group::ALL
        .iter()
        .map(|group| (*group as usize, super::both::words("group", group.code())))
        .collect()
}
