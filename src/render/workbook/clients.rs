//! One row per client: what its score is made of and what was found.
//!
//! The months behind the small lines stand at the far right, folded away, inside the filtered range: sorting the rows
//! moves them along, so that every line stays with its client.

use anyhow::Result;
use rust_xlsxwriter::{ConditionalFormatDataBar, IgnoreError, Sparkline, SparklineType};

use super::style::{BLUE, Kind, ORANGE, SKY};
use super::{Book, Pen};
use crate::render::sentence::month_name;
use crate::render::{notes, sentence};
use crate::review::Client;

const BAND: u32 = 2;
const HEADER: u32 = 3;

/// Which columns the sheet has and where: some depend on the review.
struct Columns {
    headings: Vec<(String, bool)>,
    /// The id, which the name and the rest follow; the rank before it is one among all clients.
    id: u16,
    /// The computed tier and why another was given, where any was.
    given: Option<u16>,
    previous: Option<u16>,
    adds: u16,
    net_sales: u16,
    line: u16,
    months: u16,
    end: u16,
}

impl Columns {
    fn of(book: &Book) -> Self {
        let review = book.review;
        let mut headings = Vec::new();
        let mut add = |keys: &[(&str, bool)]| {
            for (key, number) in keys {
                headings.push((book.t(&format!("column.{key}")), *number));
            }
            headings.len() as u16
        };
        let id = if review.scope.is_none() { add(&[("rank", true)]) } else { 0 };
        let after = add(&[
            ("client_id", false),
            ("client", false),
            ("owner", false),
            ("stage", false),
            ("tier", false),
        ]);
        let given = (review.totals.overridden > 0).then_some(after);
        let after = match given {
            Some(_) => add(&[("tier_computed", false), ("override", false)]),
            None => after,
        };
        let previous =
            review.clients.iter().any(|client| client.tier_previous.is_some()).then_some(after);
        if previous.is_some() {
            add(&[("tier_previous", false), ("movement", false)]);
        }
        let adds = add(&[("score", true), ("coverage", true)]);
        for (metric, _) in &review.weights {
            headings.push((book.metric(metric), true));
        }
        let net_sales = headings.len() as u16;
        let mut add = |keys: &[(&str, bool)]| {
            for (key, number) in keys {
                headings.push((book.t(&format!("column.{key}")), *number));
            }
            headings.len() as u16
        };
        let line = add(&[
            ("net_sales", true),
            ("change", true),
            ("margin_rate", true),
            ("days_since", true),
            ("usual_gap", true),
        ]);
        let months = add(&[
            ("trend", false),
            ("pay_days", true),
            ("signals", false),
            ("caps", false),
            ("to_confirm", false),
            ("flags", false),
        ]);
        let count = review.clients.iter().map(|client| client.monthly.len()).max().unwrap_or(0);
        let first = review.monthly.len().saturating_sub(count);
        for index in 0..count {
            let month = review.monthly.get(first + index);
            headings.push((month.map_or_else(String::new, month_name), true));
        }
        let end = headings.len() as u16 - 1;
        Self { headings, id, given, previous, adds, net_sales, line, months, end }
    }
}

pub(super) fn write(book: &Book, mut pen: Pen) -> Result<()> {
    let columns = Columns::of(book);
    let clients = &book.review.clients;
    pen.limit(columns.id, 8.0, 18.0);
    pen.limit(columns.id + 1, 14.0, 28.0);
    pen.fix(columns.line, 15.0);
    if let Some(column) = columns.given {
        pen.limit(column + 1, 16.0, 32.0);
    }
    pen.limit(columns.line + 2, 16.0, 28.0);
    for column in columns.line + 3..columns.months {
        pen.limit(column, 12.0, 20.0);
    }
    for (column, (heading, number)) in columns.headings.iter().enumerate() {
        pen.heading(HEADER, column as u16, heading, *number)?;
    }
    band(book, &mut pen, &columns)?;
    for (index, client) in clients.iter().enumerate() {
        row(book, &mut pen, &columns, HEADER + 1 + index as u32, client)?;
    }
    let last = HEADER + clients.len() as u32;
    if !clients.is_empty() {
        pen.sheet.autofilter(HEADER, 0, last, columns.end)?;
        let bars = ConditionalFormatDataBar::new()
            .set_fill_color(SKY)
            .set_border_off(true)
            .set_solid_fill(true)
            .set_negative_fill_color(ORANGE);
        let column = columns.net_sales;
        pen.sheet.add_conditional_format(HEADER + 1, column, last, column, &bars)?;
        // Ids are text on purpose, also those that look like numbers.
        let id = columns.id;
        pen.sheet.ignore_error_range(HEADER + 1, id, last, id, IgnoreError::NumberStoredAsText)?;
        lines(&mut pen, &columns, last)?;
    }
    // Up to the name.
    pen.sheet.set_freeze_panes(HEADER + 1, columns.id + 2)?;
    pen.sheet.set_repeat_rows(HEADER - 1, HEADER)?;
    pen.sheet.set_print_area(0, 0, last, columns.months - 1)?;
    pen.finish()
}

/// Says over the metric columns that they add up to the score.
fn band(book: &Book, pen: &mut Pen, columns: &Columns) -> Result<()> {
    let text = book.t("clients.adds");
    let end = columns.net_sales.saturating_sub(1);
    if end < columns.adds {
        return Ok(());
    }
    pen.band(BAND, (columns.adds, end), &text)
}

/// The small line of every client, and the months folded away.
fn lines(pen: &mut Pen, columns: &Columns, last: u32) -> Result<()> {
    if columns.end < columns.months {
        return Ok(());
    }
    let name = pen.sheet.name();
    let line = Sparkline::new()
        .set_range((name.as_str(), HEADER + 1, columns.months, last, columns.end))
        .set_type(SparklineType::Line)
        .set_sparkline_color(BLUE)
        .show_last_point(true)
        .set_last_point_color(ORANGE)
        .set_line_weight(1.5)
        .show_hidden_data(true);
    if last == HEADER + 1 {
        // A group needs several rows.
        pen.sheet.add_sparkline(last, columns.line, &line)?;
    } else {
        pen.sheet.add_sparkline_group(HEADER + 1, columns.line, last, columns.line, &line)?;
    }
    pen.sheet.group_columns_collapsed(columns.months, columns.end)?;
    Ok(())
}

fn row(book: &Book, pen: &mut Pen, columns: &Columns, row: u32, client: &Client) -> Result<()> {
    let features = &client.features;
    let id = columns.id;
    if id > 0 {
        pen.known(row, 0, client.rank.map(|rank| rank as f64), Kind::Amount)?;
    }
    pen.text(row, id, &client.client_id)?;
    pen.long(row, id + 1, &client.name)?;
    pen.text(row, id + 2, client.owner.as_deref().unwrap_or_default())?;
    pen.text(row, id + 3, &book.word("stage", client.stage.code()))?;
    pen.text(row, id + 4, &book.tier(client.tier))?;
    if let Some(column) = columns.given {
        pen.text(row, column, &book.tier(client.tier_computed))?;
        let reason = client.given.as_ref().map(|given| sentence::given(book.lang, given));
        pen.long(row, column + 1, &reason.unwrap_or_default())?;
    }
    if let Some(column) = columns.previous {
        let previous = client.tier_previous.map(|tier| book.tier(Some(tier)));
        pen.text(row, column, &previous.unwrap_or_default())?;
        let movement = client.movement.map(|code| book.word("book.movement", code));
        pen.text(row, column + 1, &movement.unwrap_or_default())?;
    }
    pen.known(row, columns.adds - 2, client.score, Kind::Points)?;
    pen.number(row, columns.adds - 1, client.coverage, Kind::Amount)?;
    for (index, (metric, _)) in book.review.weights.iter().enumerate() {
        let adds = client.adds.get(metric);
        pen.known(row, columns.adds + index as u16, adds, Kind::Fine)?;
    }
    let at = columns.net_sales;
    pen.money(row, at, features.net_sales)?;
    pen.known(row, at + 1, features.growth, Kind::Change)?;
    pen.known(row, at + 2, features.margin_rate, Kind::Share)?;
    pen.known(row, at + 3, features.days_since_last_order.map(f64::from), Kind::Plain)?;
    pen.known(row, at + 4, features.order_gap_median, Kind::Plain)?;
    pen.blank(row, columns.line)?;
    let at = columns.line + 1;
    pen.known(row, at, features.pay_days, Kind::Points)?;
    for (index, text) in
        [signals(book, client), caps(book, client), to_confirm(book, client), flags(book, client)]
            .iter()
            .enumerate()
    {
        pen.long(row, at + 1 + index as u16, text)?;
    }
    for (index, money) in client.monthly.iter().enumerate() {
        pen.money(row, columns.months + index as u16, *money)?;
    }
    Ok(())
}

/// Its findings by name, each with its level.
fn signals(book: &Book, client: &Client) -> String {
    let found: Vec<String> = client
        .signals
        .iter()
        .map(|found| {
            let label = format!("signal.{}.label", found.code);
            let label = book.lang.find(&label).unwrap_or(found.code).to_owned();
            let level = book.word("level", found.level.code());
            book.f("clients.finding", &[("label", label), ("level", level)])
        })
        .collect();
    book.words(&found)
}

/// What keeps its tier down: upper limits and failed conditions.
fn caps(book: &Book, client: &Client) -> String {
    let caps = client.caps.iter().map(|code| book.word("book.cap", code));
    let failed = client.conditions_failed.iter().map(|failed| {
        let (tier, condition) = failed.split_once(':').unwrap_or(("", failed));
        let words =
            [("tier", book.tier_of(tier)), ("condition", book.word("book.condition", condition))];
        book.f("clients.failed", &words)
    });
    book.words(&caps.chain(failed).collect::<Vec<_>>())
}

/// What a person has to confirm.
fn to_confirm(book: &Book, client: &Client) -> String {
    let words: Vec<String> =
        client.to_confirm.iter().map(|code| book.word("book.condition", code)).collect();
    book.words(&words)
}

/// One-off buyer, rising client, in a segment, a band that is kept.
fn flags(book: &Book, client: &Client) -> String {
    let mut words = Vec::new();
    if client.one_off {
        words.push(book.t("flag.one_off"));
    }
    if client.rising {
        words.push(book.t("flag.rising"));
    }
    if let Some(segment) = &client.segment {
        words.push(book.f("method.in_segment", &[("segment", segment.to_string())]));
    }
    words.extend(notes::kept_client(book.review, client, book.lang));
    book.words(&words)
}
