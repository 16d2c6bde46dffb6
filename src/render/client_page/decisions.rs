//! What people decided about the client: which tier, which silent signals, why, who and until when.

use crate::client_page::{ClientPage, Decision, DecisionRow};
use crate::locale::Lang;

use super::sections::{section as some, titled};
use super::{Part, Section, tier};

pub(super) fn section(page: &ClientPage, lang: Lang) -> Option<Section> {
    let lines: Vec<String> = page.decisions.iter().map(|row| line(page, row, lang)).collect();
    let parts = if lines.is_empty() { Vec::new() } else { vec![Part::List(lines)] };
    some(titled(lang, "decisions"), parts)
}

fn line(page: &ClientPage, row: &DecisionRow, lang: Lang) -> String {
    let what = match &row.what {
        Decision::Override { tier: given } => {
            lang.fill("show.decision.override", &[("tier", tier::name(page, lang, *given))])
        }
        Decision::Snooze { signal, level } => {
            let label = lang.find(&format!("signal.{signal}.label")).unwrap_or(signal).to_owned();
            let found = level.map_or_else(
                || lang.text("show.decision.found_nothing"),
                |level| lang.text(&format!("level.{}", level.code())),
            );
            lang.fill("show.decision.snooze", &[("signal", label), ("level", found)])
        }
    };
    let state = lang.text(&format!("show.decision.{}", row.state.code()));
    let until = row.until.map_or_else(
        || lang.text("show.decision.no_end"),
        |until| lang.fill("show.decision.until", &[("until", until.to_string())]),
    );
    let by = row
        .by
        .as_ref()
        .map(|by| lang.fill("show.decision.by", &[("by", by.clone())]))
        .unwrap_or_default();
    let values = [
        ("what", what),
        ("state", state),
        ("until", until),
        ("by", by),
        ("reason", row.reason.clone()),
    ];
    lang.fill("show.decision.line", &values)
}
