//! The follow-up list: who to call, why, by when, and three cells to write down what came of it.
//!
//! The sheet is protected without a password: nothing else changes by accident, a later review can take these cells
//! over, and whoever wants to change more can lift the protection.

use anyhow::Result;
use rust_xlsxwriter::{DataValidation, IgnoreError};

use super::style::Kind;
use super::{Book, Pen, page};
use crate::history::layout::{Mark, STATUSES, key, status_mark};
use crate::locale::Lang;
use crate::render::{notes, sentence};
use crate::review::Client;

/// The row of the marks by which a later review finds its way about; nobody sees them.
const MARKS: u32 = 2;

/// Where what is left out on purpose is told: beside the as-of date.
const NOTE: (u32, u16) = (1, 6);
const HEADER: u32 = 3;
/// Heading key, and whether the column holds numbers.
const COLUMNS: [(&str, bool); 16] = [
    ("number", true),
    ("client", false),
    ("client_id", false),
    ("owner", false),
    ("tier", false),
    ("score", true),
    ("risk", false),
    ("net_sales", true),
    ("priority", true),
    ("reason", false),
    ("suggested", false),
    ("first_seen", true),
    ("due", true),
    ("status", false),
    ("next_step", false),
    ("note", false),
];
const CLIENT_ID: u16 = 2;
const STATUS: u16 = 13;
/// The hidden column; it is sorted with the others.
const SIGNALS: u16 = COLUMNS.len() as u16;

pub(super) fn write(book: &Book, mut pen: Pen) -> Result<()> {
    for (column, limits) in
        [(1, (14.0, 30.0)), (2, (8.0, 18.0)), (9, (30.0, 48.0)), (10, (16.0, 26.0))]
    {
        pen.limit(column, limits.0, limits.1);
    }
    for (column, width) in [(STATUS, 13.0), (STATUS + 1, 20.0), (STATUS + 2, 20.0)] {
        pen.fix(column, width);
    }
    for (column, (key, number)) in COLUMNS.iter().enumerate() {
        pen.heading(HEADER, column as u16, &book.t(&format!("column.{key}")), *number)?;
    }
    let clients: Vec<&Client> =
        book.review.actions.iter().filter_map(|at| book.review.clients.get(*at)).collect();
    for (index, client) in clients.iter().enumerate() {
        row(book, &mut pen, HEADER + 1 + index as u32, index + 1, client)?;
    }
    marks(&mut pen)?;
    let last = HEADER + clients.len() as u32;
    if clients.is_empty() {
        pen.free(HEADER + 1, 0, &book.t("actions.none"), &book.style.note)?;
    } else {
        pen.sheet.autofilter(HEADER, 0, last, SIGNALS)?;
        // Ids are text on purpose, also those that look like numbers.
        pen.sheet.ignore_error_range(
            HEADER + 1,
            CLIENT_ID,
            last,
            CLIENT_ID,
            IgnoreError::NumberStoredAsText,
        )?;
        let choices: Vec<String> =
            STATUSES.iter().map(|status| book.t(&format!("status.{status}"))).collect();
        let validation = DataValidation::new()
            .allow_list_strings(&choices)?
            .set_error_title(book.t("column.status"))?
            .set_error_message(book.f("status.error", &[("list", book.words(&choices))]))?;
        pen.sheet.add_data_validation(HEADER + 1, STATUS, last, STATUS, &validation)?;
    }
    if let Some(note) = notes::snoozed(book.review, book.lang) {
        pen.free(NOTE.0, NOTE.1, &note, &book.style.note)?;
    }
    pen.sheet.set_freeze_panes(HEADER + 1, 2)?;
    pen.sheet.set_repeat_rows(HEADER, HEADER)?;
    page::protect(pen.sheet);
    pen.finish()
}

fn row(book: &Book, pen: &mut Pen, row: u32, number: usize, client: &Client) -> Result<()> {
    pen.count(row, 0, number as u64)?;
    pen.long(row, 1, &client.name)?;
    pen.text(row, CLIENT_ID, &client.client_id)?;
    pen.text(row, 3, client.owner.as_deref().unwrap_or_default())?;
    pen.text(row, 4, &book.tier(client.tier))?;
    pen.known(row, 5, client.score, Kind::Points)?;
    pen.text(row, 6, &book.word("level", client.risk_level.code()))?;
    pen.money(row, 7, client.features.net_sales)?;
    pen.number(row, 8, client.priority, Kind::Amount)?;
    pen.long(row, 9, &sentence::reason(book.lang, client))?;
    pen.long(row, 10, &suggested(book, client))?;
    pen.day(row, 11, client.signals.iter().map(|found| found.first_seen).min())?;
    pen.day(row, 12, client.due)?;
    let typed = client.follow_up.as_deref().map(|typed| sentence::follow_up(book.lang, typed));
    for (column, text) in (STATUS..).zip(typed.unwrap_or_default()) {
        pen.input(row, column, text.as_deref())?;
    }
    let findings = client.signals.iter().map(|found| (found.code, found.first_seen));
    pen.free(row, SIGNALS, &key(&client.client_id, findings), &book.style.text)?;
    Ok(())
}

/// Marks the columns, and hides the one that only a program reads.
fn marks(pen: &mut Pen) -> Result<()> {
    let words = Lang::ALL.into_iter().flat_map(|lang| {
        STATUSES.map(|status| (status, lang.text(&format!("book.status.{status}"))))
    });
    for (column, mark) in [
        (CLIENT_ID, Mark::ClientId.text()),
        (STATUS, status_mark(words)),
        (STATUS + 1, Mark::NextStep.text()),
        (STATUS + 2, Mark::Note.text()),
        (SIGNALS, Mark::Signals.text()),
    ] {
        pen.free(MARKS, column, &mark, &pen.style.unseen)?;
    }
    pen.sheet.set_column_hidden(SIGNALS)?;
    Ok(())
}

/// The text of the action that the highest finding asks for.
fn suggested(book: &Book, client: &Client) -> String {
    client.next_step.map(|code| book.lang.text(&format!("action.{code}"))).unwrap_or_default()
}
