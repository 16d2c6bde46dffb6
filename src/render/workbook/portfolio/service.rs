//! How often promises were kept: feedback by severity, replies by tier.

use anyhow::Result;

use super::{Kind, count, headings, numbers, section};
use crate::locale::decimal;
use crate::render::workbook::{Book, Pen};
use crate::review::Figures;

pub(super) fn write(book: &Book, pen: &mut Pen, row: &mut u32, figures: &Figures) -> Result<()> {
    if let Some(service) = &figures.service {
        section(book, pen, row, "on_time")?;
        let keys =
            ["severity", "promise_days", "judged", "on_time", "on_time_share", "open", "overdue"];
        headings(book, pen, *row, 0, &keys)?;
        *row += 1;
        for level in &service.on_time {
            pen.text(*row, 0, &book.word("level", level.severity.code()))?;
            let line = [
                (Some(level.promise_days), Kind::Plain),
                count(level.judged),
                count(level.on_time),
                (level.share, Kind::Share),
                count(level.open),
                count(level.overdue),
            ];
            numbers(pen, *row, 1, &line)?;
            *row += 1;
        }
        *row += 1;
    }
    let Some(replies) = &figures.replies else { return Ok(()) };
    section(book, pen, row, "replies")?;
    headings(book, pen, *row, 0, &["tier", "replies", "median_hours"])?;
    for (index, within) in replies.all.within.iter().enumerate() {
        let hours = [("hours", decimal(within.hours, 1))];
        let text = book.f("portfolio.within", &hours);
        pen.heading(*row, 3 + index as u16, &text, true)?;
    }
    *row += 1;
    for line in &replies.tiers {
        pen.text(*row, 0, &book.tier(line.tier))?;
        let speed = &line.speed;
        numbers(pen, *row, 1, &[count(speed.replies), (speed.median_hours, Kind::Points)])?;
        let within = speed.within.map(|within| (within.share, Kind::Share));
        numbers(pen, *row, 3, &within)?;
        *row += 1;
    }
    *row += 1;
    Ok(())
}
