//! How the figures came about, in words: a stranger with the input can recompute one client by hand.

use anyhow::Result;

use super::style::Kind;
use super::{Book, Pen, example, rules};
use crate::config::Aggregation;
use crate::locale::{decimal, percent};
use crate::period::Window;
use crate::render::metric;
use crate::review::{AsOfFrom, Scale};
use crate::tier::Tier;

/// Columns: what, the words, and figures.
const LIMITS: [(f64, f64); 7] = [
    (18.0, 34.0),
    (94.0, 94.0),
    (11.0, 16.0),
    (11.0, 16.0),
    (11.0, 16.0),
    (11.0, 16.0),
    (11.0, 16.0),
];
const STEPS: [&str; 7] = ["rows", "orders", "net_sales", "growth", "points", "score", "rank"];

pub(super) fn write(book: &Book, mut pen: Pen) -> Result<()> {
    for (column, (least, most)) in LIMITS.into_iter().enumerate() {
        pen.limit(column as u16, least, most);
    }
    let mut row = 4;
    about(book, &mut pen, &mut row)?;
    steps(book, &mut pen, &mut row)?;
    weights(book, &mut pen, &mut row)?;
    segments(book, &mut pen, &mut row)?;
    rules::tiers(book, &mut pen, &mut row)?;
    rules::signals(book, &mut pen, &mut row)?;
    rules::risk(book, &mut pen, &mut row)?;
    example::write(book, &mut pen, &mut row)?;
    if book.review.scope.is_none() {
        inputs(book, &mut pen, &mut row)?;
    }
    pen.sheet.set_freeze_panes(2, 0)?;
    pen.sheet.set_repeat_rows(0, 1)?;
    pen.finish()
}

/// The title of a part.
pub(super) fn section(book: &Book, pen: &mut Pen, row: &mut u32, key: &str) -> Result<()> {
    pen.free(*row, 0, &book.t(&format!("method.{key}")), &book.style.section)?;
    *row += 1;
    Ok(())
}

/// The headings of a part: the first two columns are words, the others figures.
pub(super) fn headings(book: &Book, pen: &mut Pen, row: &mut u32, keys: &[&str]) -> Result<()> {
    for (column, key) in keys.iter().enumerate() {
        pen.heading(*row, column as u16, &book.t(&format!("column.{key}")), column > 1)?;
    }
    *row += 1;
    Ok(())
}

/// One line of words.
pub(super) fn line(pen: &mut Pen, row: &mut u32, what: &str, words: &str) -> Result<()> {
    pen.long(*row, 0, what)?;
    pen.long(*row, 1, words)?;
    *row += 1;
    Ok(())
}

fn window(book: &Book, window: Window) -> String {
    let days = [("from", window.from.to_string()), ("to", window.to.to_string())];
    book.f("method.window", &days)
}

fn about(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let review = book.review;
    section(book, pen, row, "about")?;
    let from = match review.as_of_from {
        AsOfFrom::Given => "method.as_of_given",
        AsOfFrom::Data => "method.as_of_data",
    };
    let scale = match review.scale {
        Scale::Frozen => "method.scale_frozen",
        Scale::Fixed => "method.scale_fixed",
        Scale::Calibrated => "method.scale_calibrated",
    };
    let windows = &review.windows;
    let coverage = [("coverage", decimal(review.model_coverage, 1))];
    let lines = [
        ("as_of", book.f(from, &[("as_of", review.as_of.to_string())])),
        ("period", review.period.clone()),
        ("unit", book.unit()),
        ("ttm", window(book, windows.ttm)),
        ("prior", window(book, windows.prior)),
        ("history", window(book, windows.history)),
        ("recent", window(book, windows.recent)),
        ("base", window(book, windows.base)),
        ("recent_ly", window(book, windows.recent_ly)),
        ("policy", book.word("policy", review.policy.code())),
        ("scale", book.t(scale)),
        ("coverage", book.f("method.coverage", &coverage)),
        ("version", format!("kam {}", review.kam_version)),
        ("config", review.config_sha256.clone()),
    ];
    for (key, words) in lines {
        line(pen, row, &book.t(&format!("method.label.{key}")), &words)?;
    }
    *row += 1;
    Ok(())
}

fn steps(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let config = &book.review.config;
    section(book, pen, row, "steps")?;
    let values = [
        ("days", decimal(f64::from(config.features.growth_grace_days), 0)),
        ("low", percent(config.score.growth_range.0, 0)),
        ("high", percent(config.score.growth_range.1, 0)),
        ("coverage", decimal(config.score.coverage_min, 0)),
        ("standard", book.tier(Some(Tier::Standard))),
    ];
    for (index, step) in STEPS.iter().enumerate() {
        let aggregated = match (*step, config.score.aggregation) {
            ("score", Aggregation::Geometric) => "score_geometric",
            (step, _) => step,
        };
        let number = [("number", (index + 1).to_string())];
        // Some steps point at what a file of one account manager does not hold.
        let key = match (*step, &book.review.scope) {
            ("rows" | "points", Some(_)) => format!("scope.step.{step}"),
            _ => format!("method.step.{aggregated}"),
        };
        let words = book.f(&key, &values);
        line(pen, row, &book.f("method.step_number", &number), &words)?;
    }
    *row += 1;
    Ok(())
}

fn weights(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let features = &book.review.config.features;
    // Goalposts rest on all clients.
    if book.review.scope.is_none() {
        section(book, pen, row, "weights")?;
        headings(book, pen, row, &["metric", "measured", "weight"])?;
    } else {
        pen.free(*row, 0, &book.t("scope.weights"), &book.style.section)?;
        *row += 1;
        headings(book, pen, row, &["metric", "rule", "weight"])?;
    }
    let values = [
        ("credit_days", decimal(features.credit_days, 0)),
        ("capital_rate", percent(features.capital_rate, 1)),
        ("margin_known", percent(features.margin_known, 0)),
    ];
    for (metric, weight) in &book.review.weights {
        let key = format!("book.measure.{metric}");
        let mut words = match book.lang.find(&key) {
            Some(_) => book.lang.fill(&key, &values),
            None => book.f("method.column", &[("column", column(book, metric))]),
        };
        let anchors = match book.review.anchors.get(metric) {
            Some(anchors) => {
                let pairs: Vec<String> = anchors
                    .iter()
                    .map(|(value, points)| {
                        format!("{} → {}", measured(metric, *value), decimal(*points, 2))
                    })
                    .collect();
                Some(book.f("method.anchors", &[("anchors", book.words(&pairs))]))
            }
            None => book.review.scope.is_none().then(|| book.t("method.no_anchors")),
        };
        if let Some(anchors) = anchors {
            words.push('\n');
            words.push_str(&anchors);
        }
        pen.long(*row, 0, &book.metric(metric))?;
        pen.long(*row, 1, &words)?;
        pen.number(*row, 2, *weight, Kind::Plain)?;
        *row += 1;
    }
    *row += 1;
    Ok(())
}

/// Clients that are scored by weights of their own.
fn segments(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let segments = metric::segments(book.review, book.lang);
    if segments.is_empty() {
        return Ok(());
    }
    section(book, pen, row, "segments")?;
    headings(book, pen, row, &["segment", "rule", "clients"])?;
    for (name, rule, clients) in segments {
        pen.long(*row, 0, &name)?;
        pen.long(*row, 1, &rule)?;
        pen.count(*row, 2, clients as u64)?;
        *row += 1;
    }
    let note = format!("{}{}", book.t("method.segments_note"), book.t("method.segments_model"));
    pen.merged(*row, (0, 4), &note, &book.style.long_note)?;
    *row += 2;
    Ok(())
}

/// The heading that a metric of the settings is read from.
fn column(book: &Book, metric: &str) -> String {
    let own = book.review.config.metric.get(metric);
    own.map_or_else(|| metric.to_owned(), |own| own.name_of_column().to_owned())
}

/// A value of a metric in its own unit.
pub(super) fn measured(metric: &str, value: f64) -> String {
    match metric {
        "growth" | "industry_growth" | "headroom" => format!("{}%", decimal(value * 100.0, 4)),
        "net_sales" | "margin" => decimal(value, 4),
        _ => decimal(value, 6),
    }
}

fn inputs(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    section(book, pen, row, "inputs")?;
    headings(book, pen, row, &["file", "sha256", "rows"])?;
    for input in &book.review.inputs {
        let file = match &input.sheet {
            Some(sheet) => format!("{} / {sheet}", input.file),
            None => input.file.clone(),
        };
        pen.long(*row, 0, &file)?;
        pen.text(*row, 1, input.sha256.as_deref().unwrap_or_default())?;
        pen.count(*row, 2, input.rows)?;
        *row += 1;
    }
    Ok(())
}
