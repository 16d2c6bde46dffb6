//! What other settings make of a review: a summary for people, every client for scripts.

use std::fmt::Write as _;

use serde_json::Value;

use crate::config::{Labels, Segment, weight_of};
use crate::diagnostic::Fact;
use crate::locale::{Lang, decimal, grouped, signed, signed_percent, whole_money};
use crate::money::Money;
use crate::whatif::{ClientChange, Setting, WhatIf};

use super::listing::guarded;
use super::metric;
use super::table::{Align, Table, escaped};

/// Decimals of a weight and of any other number in the table of settings.
const PLACES: (usize, usize) = (2, 4);
/// The setting that is a list of segments.
const SEGMENT: &str = "score.segment";
/// Columns of the CSV: the fields of a client.
const COLUMNS: [&str; 13] = [
    "client_id",
    "name",
    "owner",
    "movement",
    "tier_before",
    "tier_after",
    "score_before",
    "score_after",
    "rank_before",
    "rank_after",
    "driver",
    "driver_change",
    "net_sales",
];

/// For a terminal of that width, or none.
#[must_use]
pub fn table(answer: &WhatIf, lang: Lang, width: Option<usize>) -> String {
    let mut out = lang.fill("whatif.title", &[("as_of", answer.as_of.to_string())]) + "\n";
    changed(&mut out, &answer.labels, &answer.settings, &answer.not_applied, lang, width);
    let _ = writeln!(out, "\n{}", moved(answer, lang));
    if let Some(note) = in_segments(answer, lang) {
        let _ = writeln!(out, "{note}");
    }
    if !answer.settings.is_empty() {
        let _ = write!(out, "\n{}", tiers(answer, lang).draw(width));
    }
    if answer.totals.moved > 0 {
        let dispensable = ["rank", "driver", "net_sales", "score"].map(|key| heading(key, lang));
        out.push('\n');
        draw(&mut out, movers(answer, lang), &dispensable, width, lang);
    }
    out
}

/// As Markdown.
#[must_use]
pub fn markdown(answer: &WhatIf, lang: Lang) -> String {
    let title = lang.fill("whatif.title", &[("as_of", answer.as_of.to_string())]);
    let mut parts = vec![format!("# {}\n", escaped(&title))];
    parts.extend(changed_markdown(&answer.labels, &answer.settings, &answer.not_applied, lang));
    parts.push(moved(answer, lang) + "\n");
    parts.extend(in_segments(answer, lang).map(|note| escaped(&note) + "\n"));
    parts.push(tiers(answer, lang).markdown());
    if answer.totals.moved > 0 {
        parts.push(movers(answer, lang).markdown());
    }
    parts.join("\n")
}

/// Every active client as CSV.
pub fn csv(answer: &WhatIf) -> anyhow::Result<Vec<u8>> {
    records(&answer.clients, &COLUMNS)
}

/// As JSON, or every active client as a line of it.
pub fn json(answer: &WhatIf, lines: bool) -> anyhow::Result<Vec<u8>> {
    if lines { json_lines(&answer.clients) } else { whole(answer) }
}

/// Who moves, in a sentence.
#[must_use]
pub fn moved(answer: &WhatIf, lang: Lang) -> String {
    let totals = &answer.totals;
    let key = match (totals.moved, answer.settings.is_empty()) {
        (0, true) => "whatif.no_change",
        (0, false) => "whatif.nobody",
        _ => "whatif.moved",
    };
    let counts = [
        ("moved", totals.moved),
        ("active", totals.active),
        ("up", totals.up),
        ("down", totals.down),
        ("reranked", totals.reranked),
    ];
    lang.fill(key, &counts.map(|(name, count)| (name, grouped(count as i64))))
}

/// How many clients other weights do not reach, where there are any of both.
fn in_segments(answer: &WhatIf, lang: Lang) -> Option<String> {
    let count = answer.totals.in_segments;
    let weights = answer.settings.iter().any(|setting| weight_of(&setting.key).is_some());
    let values = [("count", grouped(count as i64))];
    (weights && count > 0).then(|| lang.fill("whatif.in_segments", &values))
}

/// The settings that differ, and those that differ to no effect.
pub(super) fn changed(
    out: &mut String,
    labels: &Labels,
    settings: &[Setting],
    not_applied: &[String],
    lang: Lang,
    width: Option<usize>,
) {
    if !settings.is_empty() {
        let _ = write!(out, "\n{}", settings_table(labels, settings, lang).draw(width));
    }
    if let Some(note) = without_effect(not_applied, lang) {
        let _ = writeln!(out, "\n{note}");
    }
}

/// The same in Markdown.
pub(super) fn changed_markdown(
    labels: &Labels,
    settings: &[Setting],
    not_applied: &[String],
    lang: Lang,
) -> Vec<String> {
    let table = (!settings.is_empty()).then(|| settings_table(labels, settings, lang).markdown());
    let note = without_effect(not_applied, lang).map(|note| escaped(&note) + "\n");
    table.into_iter().chain(note).collect()
}

fn without_effect(keys: &[String], lang: Lang) -> Option<String> {
    let listed = lang.fact(&Fact::from(keys.to_vec()));
    (!keys.is_empty()).then(|| lang.fill("whatif.not_applied", &[("keys", listed)]))
}

fn settings_table(labels: &Labels, settings: &[Setting], lang: Lang) -> Table {
    let mut table = Table::new(vec![
        (heading("setting", lang), Align::Left),
        (heading("before", lang), Align::Right),
        (heading("after", lang), Align::Right),
    ]);
    for setting in settings {
        if setting.key == SEGMENT {
            for row in segments(labels, setting, lang) {
                table.row(row);
            }
            continue;
        }
        let cell = |value: &Option<Value>| match value {
            None => "-".to_owned(),
            Some(Value::Number(number)) => {
                let places = if weight_of(&setting.key).is_some() { PLACES.0 } else { PLACES.1 };
                decimal(number.as_f64().unwrap_or_default(), places)
            }
            Some(Value::String(text)) => {
                let policy =
                    (setting.key == "policy").then(|| lang.find(&format!("policy.{text}")));
                policy.flatten().map_or_else(|| text.clone(), ToOwned::to_owned)
            }
            Some(other) => other.to_string(),
        };
        table.row(vec![
            name(&setting.key, labels, lang),
            cell(&setting.before),
            cell(&setting.after),
        ]);
    }
    table
}

/// The segments that differ, by their place: the first that fits counts.
fn segments(labels: &Labels, setting: &Setting, lang: Lang) -> Vec<Vec<String>> {
    let of = |value: &Option<Value>| -> Vec<Segment> {
        value.clone().and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    };
    let (before, after) = (of(&setting.before), of(&setting.after));
    let cell = |segment: Option<&Segment>| {
        segment.map_or_else(|| "-".to_owned(), |segment| self::segment(labels, segment, lang))
    };
    (0..before.len().max(after.len()))
        .filter(|at| before.get(*at) != after.get(*at))
        .map(|at| {
            let number = [("number", (at + 1).to_string())];
            vec![lang.fill("whatif.segment", &number), cell(before.get(at)), cell(after.get(at))]
        })
        .collect()
}

/// A segment in a line.
fn segment(labels: &Labels, segment: &Segment, lang: Lang) -> String {
    let clients = match &segment.name {
        Some(name) => lang.fill(
            "whatif.segment_clients",
            &[("name", name.clone()), ("where", segment.conditions())],
        ),
        None => segment.conditions(),
    };
    let weights = lang.fact(&Fact::from(metric::weights(labels, segment, lang)));
    lang.fill("whatif.step", &[("before", clients), ("after", weights)])
}

/// What a setting is called: weights by their metric, tops by their tier, others by their key.
fn name(key: &str, labels: &Labels, lang: Lang) -> String {
    if let Some(metric) = weight_of(key) {
        return lang.fill("whatif.weight", &[("metric", metric::label(labels, lang, metric))]);
    }
    if let Some(tier) = key.strip_prefix("tier.").and_then(|rest| rest.strip_suffix(".top")) {
        return lang.fill("whatif.top", &[("tier", super::tier::of_code(labels, lang, tier))]);
    }
    if key == "policy" { lang.text("whatif.policy") } else { key.to_owned() }
}

fn tiers(answer: &WhatIf, lang: Lang) -> Table {
    let mut columns = vec![(heading("tier", lang), Align::Left)];
    let figures =
        ["clients_before", "clients_after", "net_sales_before", "net_sales_after", "change"];
    columns.extend(figures.map(|key| (heading(key, lang), Align::Right)));
    let mut table = Table::new(columns);
    for row in &answer.tiers {
        let change = (row.net_sales_before > Money::ZERO)
            .then(|| row.net_sales_after.to_f64() / row.net_sales_before.to_f64() - 1.0);
        table.row(vec![
            super::tier::label(&answer.labels, lang, row.tier),
            grouped(row.clients_before as i64),
            grouped(row.clients_after as i64),
            whole_money(row.net_sales_before),
            whole_money(row.net_sales_after),
            change.map_or_else(|| "-".to_owned(), |change| signed_percent(change, 1)),
        ]);
    }
    table
}

fn movers(answer: &WhatIf, lang: Lang) -> Table {
    let moving = || answer.clients.iter().filter(|client| client.movement != "same");
    let mut columns = vec![
        (heading("client", lang), Align::Left),
        (heading("tier", lang), Align::Left),
        (heading("score", lang), Align::Right),
        (heading("rank", lang), Align::Right),
        (heading("net_sales", lang), Align::Right),
    ];
    // Other tops or another policy change no score.
    if moving().any(|client| client.driver.is_some()) {
        columns.push((heading("driver", lang), Align::Left));
    }
    let count = columns.len();
    let mut table = Table::new(columns);
    for client in moving() {
        let mut cells = mover(client, &answer.labels, lang);
        cells.truncate(count);
        table.row(cells);
    }
    table
}

fn mover(client: &ClientChange, labels: &Labels, lang: Lang) -> Vec<String> {
    let step = |before: Option<String>, after: Option<String>| {
        let cell = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        if before == after {
            return cell(after);
        }
        lang.fill("whatif.step", &[("before", cell(before)), ("after", cell(after))])
    };
    let tier =
        |tier: Option<crate::tier::Tier>| tier.map(|tier| super::tier::label(labels, lang, tier));
    let score = |score: Option<f64>| score.map(|score| format!("{score:.1}"));
    let rank = |rank: Option<usize>| rank.map(|rank| grouped(rank as i64));
    let driver = client.driver.zip(client.driver_change).map(|(metric, change)| {
        let metric = metric::label(labels, lang, metric);
        lang.fill("whatif.driver", &[("metric", metric), ("change", signed(change, 1))])
    });
    vec![
        client.name.clone(),
        step(tier(client.tier_before), tier(client.tier_after)),
        step(score(client.score_before), score(client.score_after)),
        step(rank(client.rank_before), rank(client.rank_after)),
        whole_money(client.net_sales),
        driver.unwrap_or_else(|| "-".to_owned()),
    ]
}

pub(super) fn heading(key: &str, lang: Lang) -> String {
    lang.text(&format!("whatif.column.{key}"))
}

/// Draws a table without the columns that a terminal has no room for, and names those.
pub(super) fn draw(
    out: &mut String,
    table: Table,
    dispensable: &[String],
    width: Option<usize>,
    lang: Lang,
) {
    let (table, hidden) = table.fitted(dispensable, width);
    out.push_str(&table.draw(width));
    if !hidden.is_empty() {
        let columns = lang.fact(&Fact::from(hidden));
        let _ = writeln!(out, "{}", lang.fill("summary.hidden", &[("columns", columns)]));
    }
}

/// Clients as CSV: some fields of their JSON. Texts that a spreadsheet would take for a formula are marked as text.
pub(super) fn records<T: serde::Serialize>(
    clients: &[T],
    columns: &[&str],
) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns)?;
    for client in clients {
        let fields = serde_json::to_value(client)?;
        let cells = columns.iter().map(|column| match fields.get(column) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => guarded(text),
            Some(other) => other.to_string(),
        });
        writer.write_record(cells)?;
    }
    writer.into_inner().map_err(|error| anyhow::anyhow!("{}", error.error()))
}

pub(super) fn json_lines<T: serde::Serialize>(clients: &[T]) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    for client in clients {
        serde_json::to_writer(&mut out, client)?;
        out.push(b'\n');
    }
    Ok(out)
}

pub(super) fn whole<T: serde::Serialize>(answer: &T) -> anyhow::Result<Vec<u8>> {
    let mut out = serde_json::to_vec_pretty(answer)?;
    out.push(b'\n');
    Ok(out)
}
