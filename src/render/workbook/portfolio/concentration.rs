//! What the largest clients hold.

use anyhow::Result;
use rust_xlsxwriter::{Chart, ChartFormat, ChartLine, ChartMarker, ChartType};

use super::{BESIDE, CHART, Kind, count, headings, numbers, section};
use crate::render::workbook::charts::{axes, range, title};
use crate::render::workbook::style::BLUE;
use crate::render::workbook::{Book, Pen};
use crate::review::Figures;

/// First column of the tenths.
const TENTHS: u16 = 3;

pub(super) fn write(book: &Book, pen: &mut Pen, row: &mut u32, figures: &Figures) -> Result<()> {
    section(book, pen, row, "concentration")?;
    let held = &book.review.concentration;
    headings(book, pen, *row, 0, &["largest", "held"])?;
    for (index, key) in ["tenth", "clients", "sales_share"].iter().enumerate() {
        let text = book.heading("portfolio.column", key);
        pen.heading(*row, TENTHS + index as u16, &text, true)?;
    }
    let header = *row;
    let lines = [
        ("top5", held.top5, Kind::Share),
        ("top10", held.top10, Kind::Share),
        ("top20", held.top20, Kind::Share),
        ("top_20_percent", held.top_20_percent, Kind::Share),
        ("top_20_percent_margin", held.top_20_percent_margin, Kind::Share),
        ("to_80_percent", held.clients_to_80_percent.map(|count| count as f64), Kind::Amount),
        ("hhi", held.hhi, Kind::Share),
    ];
    let mut at = header + 1;
    for (key, number, kind) in lines {
        if number.is_some() {
            pen.long(at, 0, &book.t(&format!("portfolio.largest.{key}")))?;
            pen.known(at, 1, number, kind)?;
            at += 1;
        }
    }
    for (index, point) in figures.pareto.iter().enumerate() {
        let at = header + 1 + index as u32;
        pen.number(at, TENTHS, point.clients_share, Kind::Share)?;
        let held = [count(point.clients), (point.sales_share, Kind::Share)];
        numbers(pen, at, TENTHS + 1, &held)?;
    }
    let last = header + figures.pareto.len() as u32;
    if last > header {
        let mut chart = curve(book, pen, header, last);
        chart.set_width(CHART.0).set_height(CHART.1);
        pen.sheet.insert_chart(header, BESIDE, &chart)?;
    }
    // Below the chart.
    *row = at.max(last + 1).max(header + 13) + 1;
    Ok(())
}

/// Running share of sales over the share of clients.
fn curve(book: &Book, pen: &Pen, header: u32, last: u32) -> Chart {
    let name = pen.sheet.name();
    let mut chart = Chart::new(ChartType::Line);
    title(book, &mut chart, &book.t("portfolio.chart_pareto"));
    let mut line = ChartLine::new();
    line.set_color(BLUE).set_width(2.25);
    chart
        .add_series()
        .set_name((name.as_str(), header, TENTHS + 2))
        .set_categories(range(&name, header + 1, TENTHS, last))
        .set_values(range(&name, header + 1, TENTHS + 2, last))
        .set_format(ChartFormat::new().set_line(&line))
        .set_marker(ChartMarker::new().set_none());
    let words = ["tenth", "sales_share"].map(|key| book.heading("portfolio.column", key));
    axes(book, &mut chart, &words[0], &words[1]);
    chart.x_axis().set_num_format("0%");
    chart.y_axis().set_num_format("0%").set_min(0).set_max(1);
    chart.legend().set_hidden();
    chart
}
