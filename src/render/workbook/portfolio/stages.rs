//! Clients by stage of life, and how many have the marks of a key account.

use anyhow::Result;

use super::{BESIDE, Kind, amount, count, headings, numbers, section, totals};
use crate::render::workbook::{Book, Pen};
use crate::review::Figures;

pub(super) fn write(book: &Book, pen: &mut Pen, row: &mut u32, figures: &Figures) -> Result<()> {
    let title = *row;
    section(book, pen, row, "stages")?;
    headings(book, pen, *row, 0, &["stage", "clients", "net_sales", "prior", "share", "change"])?;
    *row += 1;
    for line in &figures.stages {
        pen.text(*row, 0, &book.word("stage", line.stage.code()))?;
        let line = [
            count(line.clients),
            amount(line.net_sales),
            amount(line.net_sales_prior),
            (line.share, Kind::Share),
            (line.change, Kind::Change),
        ];
        numbers(pen, *row, 1, &line)?;
        *row += 1;
    }
    let all = &figures.owners.total;
    pen.free(*row, 0, &book.word("tier", "all"), &book.style.total)?;
    let sums = [
        count(all.clients),
        amount(all.net_sales),
        amount(all.net_sales_prior),
        (all.share, Kind::Share),
        (all.change, Kind::Change),
    ];
    totals(pen, *row, &sums)?;
    *row += 2;
    marks(book, pen, title, figures)
}

/// Beside the stages: how many active clients have each mark.
fn marks(book: &Book, pen: &mut Pen, title: u32, figures: &Figures) -> Result<()> {
    pen.free(title, BESIDE, &book.t("portfolio.marks"), &book.style.section)?;
    pen.merged(
        title + 1,
        (BESIDE, BESIDE + 1),
        &book.t("portfolio.column.mark"),
        &book.style.heading,
    )?;
    for (index, key) in ["yes", "no", "unknown"].iter().enumerate() {
        let text = book.heading("portfolio.column", key);
        pen.heading(title + 1, BESIDE + 2 + index as u16, &text, true)?;
    }
    let found = &figures.key_accounts;
    let lines = [
        ("contribution", found.contribution),
        ("synergy", found.synergy),
        ("potential", found.potential),
        ("key_account", found.key_account),
    ];
    for (index, (key, answers)) in lines.into_iter().enumerate() {
        let at = title + 2 + index as u32;
        let text = book.t(&format!("portfolio.mark.{key}"));
        pen.merged(at, (BESIDE, BESIDE + 1), &text, &book.style.text)?;
        let answers = [count(answers.yes), count(answers.no), count(answers.unknown)];
        numbers(pen, at, BESIDE + 2, &answers)?;
    }
    Ok(())
}
