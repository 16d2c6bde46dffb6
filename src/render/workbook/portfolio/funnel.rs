//! Deals by stage, what they are worth, and against whom.

use anyhow::Result;
use rust_xlsxwriter::{Chart, ChartAxisCrossing, ChartType};

use super::{BESIDE, CHART, Kind, amount, count, headings, note, numbers, section, totals};
use crate::features::DealOutcome;
use crate::locale::{grouped, percent};
use crate::money::Money;
use crate::render::workbook::charts::{axes, fill, label, legend, range, title};
use crate::render::workbook::style::{BLUE, SKY};
use crate::render::workbook::{Book, Pen};
use crate::review::portfolio::{Deals, Funnel};

/// Competitors listed.
const COMPETITORS: usize = 10;
/// Columns that the chart draws.
const AMOUNT: u16 = 3;
const WEIGHTED: u16 = 5;

pub(super) fn write(book: &Book, pen: &mut Pen, row: &mut u32, funnel: &Funnel) -> Result<()> {
    section(book, pen, row, "funnel")?;
    let header = *row;
    headings(
        book,
        pen,
        header,
        0,
        &["deal_stage", "outcome", "deals", "amount", "chance", "weighted"],
    )?;
    // What a stage means is a word.
    pen.heading(header, 1, &book.heading("portfolio.column", "outcome"), false)?;
    *row += 1;
    for stage in &funnel.stages {
        let name = stage.stage.clone().unwrap_or_else(|| book.t("portfolio.no_stage"));
        pen.text(*row, 0, &name)?;
        pen.text(*row, 1, &outcome(book, stage.outcome))?;
        let weighted = (stage.outcome == DealOutcome::Open).then_some(stage.deals.weighted);
        let line = [
            count(stage.deals.count),
            amount(stage.deals.amount),
            (stage.probability, Kind::Share),
            (weighted.map(Money::to_f64), Kind::Amount),
        ];
        numbers(pen, *row, 2, &line)?;
        *row += 1;
    }
    sum(book, pen, *row, &funnel.open)?;
    *row += 1;
    for text in notes(book, funnel) {
        note(book, pen, row, &text)?;
    }
    let open = funnel.stages.iter().filter(|stage| stage.outcome == DealOutcome::Open).count();
    if open > 0 {
        let mut chart = bars(book, pen, header, header + open as u32);
        chart.set_width(CHART.0).set_height(CHART.1);
        pen.sheet.insert_chart(header, BESIDE, &chart)?;
    }
    if !funnel.competitors.is_empty() {
        *row += 1;
        competitors(book, pen, row, funnel)?;
    }
    *row += 1;
    Ok(())
}

fn outcome(book: &Book, outcome: DealOutcome) -> String {
    book.t(&format!("portfolio.outcome.{}", outcome.code()))
}

/// The open deals together.
fn sum(book: &Book, pen: &mut Pen, row: u32, open: &Deals) -> Result<()> {
    pen.free(row, 0, &book.t("portfolio.all_open"), &book.style.total)?;
    let numbers = [
        (None, Kind::Plain),
        count(open.count),
        amount(open.amount),
        (None, Kind::Share),
        amount(open.weighted),
    ];
    totals(pen, row, &numbers)
}

fn notes(book: &Book, funnel: &Funnel) -> Vec<String> {
    let n = |count: usize| grouped(count as i64);
    let mut notes = Vec::new();
    if let Some(rate) = funnel.win_rate {
        let mut values = vec![
            ("rate", percent(rate, 1)),
            ("won", n(funnel.won.count)),
            ("decided", n(funnel.won.count + funnel.lost.count)),
        ];
        let key = match funnel.win_rate_amount {
            Some(amount) => {
                values.push(("amount", percent(amount, 1)));
                "portfolio.win_rate_both"
            }
            None => "portfolio.win_rate",
        };
        notes.push(book.f(key, &values));
    }
    if funnel.past_close > 0 {
        notes.push(book.f("portfolio.past_close", &[("count", n(funnel.past_close))]));
    }
    let (amount, chance) = (funnel.open.without_amount, funnel.open.without_probability);
    if amount + chance > 0 {
        let values = [("amount", n(amount)), ("chance", n(chance))];
        notes.push(book.f("portfolio.incomplete", &values));
    }
    notes
}

fn competitors(book: &Book, pen: &mut Pen, row: &mut u32, funnel: &Funnel) -> Result<()> {
    headings(book, pen, *row, 0, &["competitor", "open_deals", "open_amount", "won", "lost"])?;
    *row += 1;
    for rival in funnel.competitors.iter().take(COMPETITORS) {
        pen.long(*row, 0, &rival.competitor)?;
        let line =
            [count(rival.open), amount(rival.open_amount), count(rival.won), count(rival.lost)];
        numbers(pen, *row, 1, &line)?;
        *row += 1;
    }
    Ok(())
}

/// Open deals by stage: what they are worth, and weighted by their chance.
fn bars(book: &Book, pen: &Pen, header: u32, last: u32) -> Chart {
    let name = pen.sheet.name();
    let mut chart = Chart::new(ChartType::Bar);
    title(book, &mut chart, &book.t("portfolio.chart_funnel"));
    for (column, color) in [(AMOUNT, SKY), (WEIGHTED, BLUE)] {
        chart
            .add_series()
            .set_name((name.as_str(), header, column))
            .set_categories(range(&name, header + 1, 0, last))
            .set_values(range(&name, header + 1, column, last))
            .set_format(&mut fill(color))
            .set_gap(60)
            .set_data_label(&label(book));
    }
    let unit = book.f("portfolio.amounts", &[("unit", book.unit())]);
    axes(book, &mut chart, &unit, &book.heading("portfolio.column", "deal_stage"));
    chart.x_axis().set_num_format("#,##0").set_major_gridlines(false).set_min(0);
    chart.y_axis().set_reverse().set_crossing(ChartAxisCrossing::Max).set_major_gridlines(false);
    legend(book, &mut chart);
    chart
}
