//! What moved since the previous review: the matrix of tiers, every mover with what changed its score, new account managers.

use anyhow::Result;

use super::comparison::still;
use super::style::Kind;
use super::{Book, Pen};
use crate::locale::signed;
use crate::render::sentence;
use crate::review::{Client, Movement, Review};
use crate::tier::Tier;

const MATRIX: u32 = 4;
/// Clients whose score changed by so many points are listed, though they stayed in their tier.
const FAR: f64 = 1.0;
/// Heading key, and whether the column holds numbers.
const COLUMNS: [(&str, bool); 14] = [
    ("client_id", false),
    ("client", false),
    ("owner", false),
    ("movement", false),
    ("tier_previous", false),
    ("tier", false),
    ("score_previous", true),
    ("score", true),
    ("score_change", true),
    ("own", true),
    ("scale", true),
    ("config", true),
    ("missing", true),
    ("most", false),
];

/// Whether there is anything to show.
pub(super) fn any(review: &Review) -> bool {
    review.movement.is_some()
}

pub(super) fn write(book: &Book, mut pen: Pen) -> Result<()> {
    let Some(moved) = &book.review.movement else {
        return pen.finish();
    };
    pen.limit(1, 22.0, 36.0);
    pen.limit(13, 18.0, 30.0);
    let since = [("as_of", moved.as_of.to_string()), ("period", moved.period.clone())];
    pen.free(MATRIX - 1, 0, &book.f("changes.since", &since), &book.style.note)?;
    let mut row = matrix(book, &mut pen, moved)? + 2;
    row = movers(book, &mut pen, row)?;
    if !moved.gone.is_empty() {
        row = gone(book, &mut pen, moved, row + 2)?;
    }
    if !moved.owner_changes.is_empty() {
        row = owners(book, &mut pen, moved, row + 2)?;
    }
    pen.sheet.set_print_area(0, 0, row, COLUMNS.len() as u16 - 1)?;
    pen.finish()
}

/// Tiers then as rows, tiers now as columns.
fn matrix(book: &Book, pen: &mut Pen, moved: &Movement) -> Result<u32> {
    let tiers: Vec<Option<Tier>> = Tier::ALL.into_iter().map(Some).chain([None]).collect();
    pen.free(MATRIX, 0, &book.t("changes.matrix"), &book.style.section)?;
    pen.heading(MATRIX + 1, 0, "", false)?;
    pen.heading(MATRIX + 1, 1, &book.t("changes.then"), false)?;
    for (at, to) in tiers.iter().enumerate() {
        pen.heading(MATRIX + 1, 2 + at as u16, &book.tier(*to), true)?;
    }
    for (down, from) in tiers.iter().enumerate() {
        let row = MATRIX + 2 + down as u32;
        pen.blank(row, 0)?;
        pen.text(row, 1, &book.tier(*from))?;
        for (across, to) in tiers.iter().enumerate() {
            let step = moved.matrix.iter().find(|step| step.from == *from && step.to == *to);
            let count = step.map(|step| step.clients as f64);
            pen.known(row, 2 + across as u16, count, Kind::Amount)?;
        }
    }
    Ok(MATRIX + 2 + tiers.len() as u32)
}

/// Clients that are in another tier, or whose score changed by a point or more.
fn movers(book: &Book, pen: &mut Pen, top: u32) -> Result<u32> {
    let clients = crate::review::movers(&book.review.clients, FAR);
    pen.free(top, 0, &book.t("changes.movers"), &book.style.section)?;
    // An earlier review that came as a workbook, or from long ago, does not hold them.
    let since = || clients.iter().filter_map(|client| client.since.as_deref());
    let unknown =
        since().any(|since| since.change.is_some()) && since().all(|it| it.split.is_none());
    let note = if unknown { "changes.parts_unknown" } else { "changes.parts" };
    pen.free(top + 1, 0, &book.t(note), &book.style.note)?;
    let header = top + 2;
    for (column, (key, number)) in COLUMNS.iter().enumerate() {
        pen.heading(header, column as u16, &book.t(&format!("column.{key}")), *number)?;
    }
    for (index, client) in clients.iter().enumerate() {
        mover(book, pen, header + 1 + index as u32, client)?;
    }
    let last = header + clients.len() as u32;
    if clients.is_empty() {
        pen.free(header + 1, 0, &book.t("changes.none"), &book.style.note)?;
        return Ok(header + 1);
    }
    pen.sheet.autofilter(header, 0, last, COLUMNS.len() as u16 - 1)?;
    let text = rust_xlsxwriter::IgnoreError::NumberStoredAsText;
    pen.sheet.ignore_error_range(header + 1, 0, last, 0, text)?;
    Ok(last)
}

fn mover(book: &Book, pen: &mut Pen, row: u32, client: &Client) -> Result<()> {
    pen.text(row, 0, &client.client_id)?;
    pen.long(row, 1, &client.name)?;
    pen.text(row, 2, client.owner.as_deref().unwrap_or_default())?;
    let movement = client.movement.map(|code| book.word("book.movement", code));
    pen.text(row, 3, &movement.unwrap_or_default())?;
    let before = client.since.as_ref().map(|_| book.tier(client.tier_previous));
    pen.text(row, 4, &before.unwrap_or_default())?;
    pen.text(row, 5, &book.tier(client.tier))?;
    let since = client.since.as_deref();
    let split = since.and_then(|since| since.split);
    let numbers = [
        (since.and_then(|since| since.score), Kind::Points),
        (client.score, Kind::Points),
        (since.and_then(|since| since.change), Kind::Fine),
        (split.map(|split| split.own), Kind::Fine),
        (split.map(|split| split.scale), Kind::Fine),
        (split.map(|split| split.config), Kind::Fine),
        (split.map(|split| split.missing), Kind::Fine),
    ];
    for (index, (number, kind)) in numbers.into_iter().enumerate() {
        let number = number.map(|number| still(number, kind));
        pen.known(row, 6 + index as u16, number, kind)?;
    }
    let most = since.and_then(|since| since.most);
    let most = most.map(|(code, change)| format!("{} {}", book.metric(code), signed(change, 1)));
    let reason = client.given.as_ref().map(|given| given.reason.as_str());
    let given = sentence::tier_given(book.lang, reason, since.is_some_and(|since| since.given));
    pen.text(row, 13, &given.or(most).unwrap_or_default())
}

/// Clients that were in a tier and are not in the data any more.
fn gone(book: &Book, pen: &mut Pen, moved: &Movement, top: u32) -> Result<u32> {
    pen.free(top, 0, &book.t("changes.gone"), &book.style.section)?;
    for (column, (key, number)) in
        [("client_id", false), ("client", false), ("tier_previous", false), ("sales_then", true)]
            .into_iter()
            .enumerate()
    {
        pen.heading(top + 1, column as u16, &book.t(&format!("column.{key}")), number)?;
    }
    for (row, client) in (top + 2..).zip(&moved.gone) {
        pen.text(row, 0, &client.client_id)?;
        pen.long(row, 1, &client.name)?;
        pen.text(row, 2, &book.tier(Some(client.tier)))?;
        pen.known(row, 3, client.net_sales.map(crate::money::Money::to_f64), Kind::Amount)?;
    }
    Ok(top + 1 + moved.gone.len() as u32)
}

/// Clients with another account manager.
fn owners(book: &Book, pen: &mut Pen, moved: &Movement, top: u32) -> Result<u32> {
    pen.free(top, 0, &book.t("changes.owners"), &book.style.section)?;
    for (column, key) in ["client_id", "client", "owner_then", "owner"].into_iter().enumerate() {
        pen.heading(top + 1, column as u16, &book.t(&format!("column.{key}")), false)?;
    }
    for (row, change) in (top + 2..).zip(&moved.owner_changes) {
        pen.text(row, 0, &change.client_id)?;
        pen.long(row, 1, &change.name)?;
        pen.text(row, 2, change.from.as_deref().unwrap_or_default())?;
        pen.text(row, 3, change.to.as_deref().unwrap_or_default())?;
    }
    Ok(top + 1 + moved.owner_changes.len() as u32)
}
