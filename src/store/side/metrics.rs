//! Metrics of the user's own: which columns of the client file they are.

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Origin};
use crate::schema::aliases;
use crate::schema::heading::Layout;
use crate::store::sheet::Sheet;

/// The columns of a sheet that are metrics, each with the position of the metric in the settings.
pub(in crate::store) fn columns(layout: &Layout, config: &Config) -> Vec<(usize, u32)> {
    if layout.table.code() != "clients" {
        return Vec::new();
    }
    let metrics = config.metric.values().zip(0..);
    metrics.filter_map(|(metric, at)| Some((column(layout, &metric.column)?, at))).collect()
}

/// The column with a heading: as written before its normal form.
fn column(layout: &Layout, heading: &str) -> Option<usize> {
    let wanted = aliases::normalise(heading);
    let headings = || layout.columns.iter().map(|column| column.heading.as_str());
    headings()
        .position(|known| known.trim() == heading.trim())
        .or_else(|| headings().position(|known| aliases::normalise(known) == wanted))
}

/// Every metric needs its column in a client file: `metric-column` for each whose heading none has.
pub(in crate::store) fn lacking(sheets: &[Sheet], config: &Config) -> Vec<Diagnostic> {
    let files: Vec<&Sheet> =
        sheets.iter().filter(|sheet| sheet.layout.table.code() == "clients").collect();
    let lacking = config.metric.iter().filter(|(_, metric)| {
        files.iter().all(|sheet| column(&sheet.layout, &metric.column).is_none())
    });
    lacking
        .map(|(code, metric)| {
            let headings: Vec<String> = files
                .iter()
                .flat_map(|sheet| &sheet.layout.columns)
                .map(|column| column.heading.clone())
                .filter(|heading| !heading.is_empty())
                .collect();
            let origin = files.first().map_or_else(Origin::default, |sheet| Origin {
                file: sheet.origin.file.clone(),
                sheet: sheet.origin.sheet.clone(),
                ..Origin::default()
            });
            let error = Diagnostic::error("metric-column", origin)
                .with("metric", code.as_str())
                .with("wanted", metric.column.as_str());
            let near = nearest(&metric.column, &headings).map(ToOwned::to_owned);
            let error = if headings.is_empty() { error } else { error.with("headings", headings) };
            near.into_iter().fold(error, |error, near| error.with("suggestion", near))
        })
        .collect()
}

/// The heading that was most likely meant.
fn nearest<'a>(wanted: &str, headings: &'a [String]) -> Option<&'a str> {
    let wanted = aliases::normalise(wanted);
    let like = |heading: &str| {
        let heading = aliases::normalise(heading);
        let within = heading.contains(&wanted) || wanted.contains(&heading);
        if within && !heading.is_empty() { 1.0 } else { strsim::jaro_winkler(&wanted, &heading) }
    };
    let best = headings.iter().map(|heading| (like(heading), heading.as_str()));
    best.filter(|(likeness, _)| *likeness >= 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, heading)| heading)
}
