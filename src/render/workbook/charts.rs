//! The charts of the overview, and the cells that they draw.
//!
//! Charts in a workbook draw cells; these stand right of the printed part, so that whoever doubts a line can read its
//! numbers.

use anyhow::Result;
use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartFont, ChartFormat, ChartLayout, ChartLegendPosition, ChartLine,
    ChartLineDashType, ChartMarker, ChartSolidFill, ChartType, Color,
};

use unicode_width::UnicodeWidthChar;

use super::style::{BLUE, GREY, Kind, LINE, ORANGE, SKY, font};
use super::{Book, Pen};
use crate::money::Money;
use crate::render::sentence::month_name;

/// First column of the cells that charts draw.
pub(super) const DATA: u16 = 14;
const FIRST: u32 = 4;
/// Clients drawn by the Pareto chart.
const LARGEST: usize = 20;
/// Width of their names below it.
const NAME: usize = 12;
const MONTHS: usize = 12;

/// A range of cells as charts take it.
pub(super) type Range<'a> = (&'a str, u32, u16, u32, u16);

/// Sales by tier.
pub(super) fn tiers(book: &Book, pen: &mut Pen) -> Result<Chart> {
    let name = pen.sheet.name();
    headings(book, pen, DATA, &[book.t("column.tier"), book.t("column.net_sales")])?;
    let mut row = FIRST;
    // Bars are drawn from the bottom up: the highest tier comes last.
    for tier in book.review.tiers.iter().rev() {
        pen.text_as(row, DATA, &book.tier(Some(tier.tier)), &book.style.note)?;
        pen.money(row, DATA + 1, tier.net_sales)?;
        row += 1;
    }
    let last = row.saturating_sub(1).max(FIRST);
    let mut chart = Chart::new(ChartType::Bar);
    title(book, &mut chart, &book.t("chart.tiers"));
    let labels = label(book);
    chart
        .add_series()
        .set_name(&book.t("column.net_sales"))
        .set_categories(range(&name, FIRST, DATA, last))
        .set_values(range(&name, FIRST, DATA + 1, last))
        .set_format(&mut fill(BLUE))
        .set_gap(60)
        .set_data_label(&labels);
    // The horizontal axis of bars is the one of values.
    axes(book, &mut chart, &amounts(book), &book.t("column.tier"));
    chart.x_axis().set_num_format("#,##0").set_major_gridlines(false);
    chart.y_axis().set_major_gridlines(false);
    chart.legend().set_hidden();
    Ok(chart)
}

/// The last 12 months against the 12 before.
pub(super) fn months(book: &Book, pen: &mut Pen) -> Result<Chart> {
    let name = pen.sheet.name();
    let all = &book.review.monthly;
    let now = &all[all.len().saturating_sub(MONTHS)..];
    let before = &all[all.len().saturating_sub(2 * MONTHS)..all.len() - now.len()];
    let at = DATA + 3;
    let as_of = [("as_of", book.review.as_of.to_string())];
    let series = [book.f("chart.now", &as_of), book.t("chart.before")];
    let whole = now.iter().all(|month| month.from.ymd().2 == 1);
    let mut texts =
        vec![book.t(if whole { "chart.month" } else { "chart.month_to" }), series[0].clone()];
    if !before.is_empty() {
        texts.push(series[1].clone());
    }
    headings(book, pen, at, &texts)?;
    for (index, month) in now.iter().enumerate() {
        let row = FIRST + index as u32;
        pen.text_as(row, at, &month_name(month), &book.style.note)?;
        pen.money(row, at + 1, month.net_sales)?;
        // Fewer than 24 months leave the first of the year before empty.
        let shift = now.len() - before.len();
        if let Some(month) = index.checked_sub(shift).and_then(|index| before.get(index)) {
            pen.money(row, at + 2, month.net_sales)?;
        }
    }
    let last = FIRST + (now.len() as u32).max(1) - 1;
    let mut chart = Chart::new(ChartType::Line);
    let key = if before.is_empty() { "scope.months" } else { "chart.months" };
    title(book, &mut chart, &book.t(key));
    let looks = [(BLUE, ChartLineDashType::Solid), (ORANGE, ChartLineDashType::Dash)];
    // Of one account manager's clients only the last 12 months are known month by month.
    let known = if before.is_empty() { 1 } else { 2 };
    for (index, (color, dash)) in looks.into_iter().take(known).enumerate() {
        let column = at + 1 + index as u16;
        let mut line = ChartLine::new();
        line.set_color(color).set_width(2.25).set_dash_type(dash);
        chart
            .add_series()
            .set_name(series[index].as_str())
            .set_categories(range(&name, FIRST, at, last))
            .set_values(range(&name, FIRST, column, last))
            .set_format(ChartFormat::new().set_line(&line))
            .set_marker(ChartMarker::new().set_none());
    }
    axes(book, &mut chart, &book.t("chart.month"), &amounts(book));
    // Lines begin at zero, so that their heights compare, unless a month is below it.
    if all.iter().all(|month| month.net_sales >= Money::ZERO) {
        chart.y_axis().set_min(0);
    }
    legend(book, &mut chart);
    chart
        .plot_area()
        .set_layout(&ChartLayout::new().set_offset(0.13, 0.15).set_dimensions(0.84, 0.5));
    Ok(chart)
}

/// The largest clients and their running share of all sales.
pub(super) fn pareto(book: &Book, pen: &mut Pen) -> Result<Chart> {
    let name = pen.sheet.name();
    let total = book.review.totals.net_sales;
    let mut clients: Vec<(&str, Money)> = book
        .review
        .clients
        .iter()
        .map(|client| (client.name.as_str(), client.features.net_sales))
        .filter(|(_, sales)| *sales > Money::ZERO)
        .collect();
    // The sort is stable: equal sales stay in the order of the ranking.
    clients.sort_by_key(|(_, sales)| std::cmp::Reverse(*sales));
    clients.truncate(LARGEST);
    let at = DATA + 7;
    let series = [book.t("column.net_sales"), book.t("chart.running")];
    headings(book, pen, at, &[book.t("column.client"), series[0].clone(), series[1].clone()])?;
    let mut running = Money::ZERO;
    for (index, (client, sales)) in clients.iter().enumerate() {
        let row = FIRST + index as u32;
        running += *sales;
        pen.text_as(row, at, &shortened(client), &book.style.note)?;
        pen.money(row, at + 1, *sales)?;
        if total > Money::ZERO {
            pen.number(row, at + 2, running.to_f64() / total.to_f64(), Kind::Share)?;
        }
    }
    let last = FIRST + (clients.len() as u32).max(1) - 1;
    let mut chart = Chart::new(ChartType::Column);
    let count = [("count", clients.len().to_string())];
    let key = if book.review.scope.is_none() { "chart.pareto" } else { "scope.pareto" };
    title(book, &mut chart, &book.f(key, &count));
    chart
        .add_series()
        .set_name(series[0].as_str())
        .set_categories(range(&name, FIRST, at, last))
        .set_values(range(&name, FIRST, at + 1, last))
        .set_format(&mut fill(SKY))
        .set_gap(40);
    let mut line = Chart::new(ChartType::Line);
    let mut look = ChartLine::new();
    look.set_color(ORANGE).set_width(2.25);
    line.add_series()
        .set_name(series[1].as_str())
        .set_categories(range(&name, FIRST, at, last))
        .set_values(range(&name, FIRST, at + 2, last))
        .set_format(ChartFormat::new().set_line(&look))
        .set_marker(ChartMarker::new().set_none())
        .set_secondary_axis(true);
    let small = small(book);
    chart
        .y2_axis()
        .set_name(series[1].as_str())
        .set_name_font(&small)
        .set_font(&small)
        .set_num_format("0%")
        .set_min(0)
        .set_max(1);
    chart.combine(&line);
    axes(book, &mut chart, &book.t("chart.largest_first"), &amounts(book));
    legend(book, &mut chart);
    // The names below are long: left to itself, the plot would be a strip.
    chart.legend().set_position(ChartLegendPosition::Top);
    chart
        .plot_area()
        .set_layout(&ChartLayout::new().set_offset(0.14, 0.27).set_dimensions(0.72, 0.34));
    Ok(chart)
}

/// What the cells that a chart draws are.
fn headings(book: &Book, pen: &mut Pen, column: u16, texts: &[String]) -> Result<()> {
    for (index, text) in texts.iter().enumerate() {
        pen.free(FIRST - 1, column + index as u16, text, &book.style.note)?;
    }
    Ok(())
}

pub(super) fn range(sheet: &str, first: u32, column: u16, last: u32) -> Range<'_> {
    (sheet, first, column, last, column)
}

pub(super) fn title(book: &Book, chart: &mut Chart, text: &str) {
    let mut bold = ChartFont::new();
    bold.set_name(font(book.lang)).set_size(11).set_bold();
    chart.title().set_name(text).set_font(&bold);
    chart.set_alt_text(text);
}

pub(super) fn axes(book: &Book, chart: &mut Chart, x: &str, y: &str) {
    let small = small(book);
    let mut grid = ChartLine::new();
    grid.set_color(LINE).set_width(0.75);
    chart.x_axis().set_name(x).set_name_font(&small).set_font(&small);
    chart
        .y_axis()
        .set_name(y)
        .set_name_font(&small)
        .set_font(&small)
        .set_num_format("#,##0")
        .set_major_gridlines_line(&grid);
}

pub(super) fn legend(book: &Book, chart: &mut Chart) {
    chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&small(book));
}

/// A name that leaves room for the chart above it.
fn shortened(name: &str) -> String {
    let mut width = 0;
    let mut short = String::new();
    for c in name.chars() {
        width += c.width().unwrap_or(0);
        if width > NAME {
            return format!("{}…", short.trim_end());
        }
        short.push(c);
    }
    short
}

pub(super) fn label(book: &Book) -> ChartDataLabel {
    let mut label = ChartDataLabel::new();
    label.show_value().set_num_format("#,##0").set_font(&small(book));
    label
}

pub(super) fn small(book: &Book) -> ChartFont {
    let mut font_small = ChartFont::new();
    font_small.set_name(font(book.lang)).set_size(9).set_color(GREY).unset_bold();
    font_small
}

pub(super) fn fill(color: Color) -> ChartFormat {
    let mut format = ChartFormat::new();
    format.set_solid_fill(ChartSolidFill::new().set_color(color));
    format
}

/// Name of an axis of money, with its unit.
pub(super) fn amounts(book: &Book) -> String {
    book.f("chart.amounts", &[("unit", book.unit())])
}
