//! The sheet of one table: headings with notes, an example, and what may be entered below.

use anyhow::Result;
use rust_xlsxwriter::{Color, IgnoreError, Note, ObjectMovement, Worksheet};

use super::entry::Entry;
use super::{Texts, fields};
use crate::locale::Lang;
use crate::period::Day;
use crate::render::workbook::page;
use crate::render::workbook::pen::{Pen, serial};
use crate::render::workbook::style::{BLUE, Kind as Shown, SKY, Style, font};
use crate::render::workbook::width;
use crate::schema::{Field, Kind, Table};

const HEADER: u32 = 0;
const EXAMPLE: u32 = 1;
/// The last row that a sheet has.
const LAST: u32 = 1_048_575;
/// A note in pixels, and how many digits of text a line of it takes.
const NOTE_WIDTH: u32 = 260;
const NOTE_DIGITS: f64 = 36.0;
const NOTE_LINE: u32 = 17;
const NOTE_COLOR: Color = Color::RGB(0x00FF_FFE1);

pub(super) fn write(
    worksheet: &mut Worksheet,
    table: &dyn Table,
    style: &Style,
    texts: Texts,
) -> Result<()> {
    let code = table.code();
    worksheet.set_name(texts.sheet(code))?;
    worksheet.set_tab_color(if code == "transactions" { BLUE } else { SKY });
    page::set_up(worksheet, texts.0, &texts.t("title"), &texts.t("page"));
    let mut pen = Pen::new(worksheet, style, texts.0);
    for (column, field) in fields(table).enumerate() {
        let column = column as u16;
        let entry = Entry::of(code, field, texts);
        let group = table.required().iter().find(|group| group.contains(&field.name));
        pen.sheet.set_column_format(column, &entry.format(style))?;
        limit(&mut pen, column, field, &texts.heading(code, field.name));
        heading(&mut pen, column, code, field, &entry, group.is_some(), texts)?;
        pen.sheet.insert_note(HEADER, column, &note(code, field, &entry, group, texts))?;
        if let Some(validation) = entry.validation(texts)? {
            pen.sheet.add_data_validation(EXAMPLE, column, LAST, column, &validation)?;
        }
        if !entry.is_number() {
            let ids = IgnoreError::NumberStoredAsText;
            pen.sheet.ignore_error_range(EXAMPLE, column, LAST, column, ids)?;
        }
        example(&mut pen, column, code, field, &entry, texts)?;
    }
    let named = table.position("client").is_some() || code == "clients";
    pen.sheet.set_freeze_panes(EXAMPLE, if named { 2 } else { 1 })?;
    pen.sheet.set_repeat_rows(HEADER, HEADER)?;
    pen.finish()
}

fn limit(pen: &mut Pen<'_>, column: u16, field: &Field, heading: &str) {
    // Short headings stay on one line, with room for the mark of what is required.
    let shown = width::display(heading) * 1.1 + 5.0;
    let heading = if shown <= 24.0 { shown } else { 11.0 };
    let (least, most) = match (field.kind, field.name) {
        (Kind::Date, _) => (13.0, 16.0),
        (_, "note") => (44.0, 44.0),
        (_, "name" | "client_name") => (22.0, 30.0),
        _ => (11.0, 26.0),
    };
    pen.limit(column, heading.max(least), heading.max(most));
}

fn heading(
    pen: &mut Pen<'_>,
    column: u16,
    table: &str,
    field: &Field,
    entry: &Entry,
    required: bool,
    texts: Texts,
) -> Result<()> {
    let text = texts.heading(table, field.name);
    if !required {
        return pen.heading(HEADER, column, &text, entry.is_number());
    }
    let style = pen.style;
    let format =
        if entry.is_number() { &style.required_number_heading } else { &style.required_heading };
    pen.heading_as(HEADER, column, &texts.f("required", &[("heading", text)]), format)
}

fn note(table: &str, field: &Field, entry: &Entry, group: Option<&&[&str]>, texts: Texts) -> Note {
    let required = match group {
        None => texts.t("holds.optional"),
        Some([_]) => texts.t("holds.always"),
        Some(group) => {
            let headings: Vec<String> =
                group.iter().map(|field| texts.heading(table, field)).collect();
            texts.f("holds.either", &[("headings", headings.join(&texts.t("or")))])
        }
    };
    let about = texts.of("note", table, field.name).unwrap_or_default();
    let lines = [about.to_owned(), entry.sentence(field.kind, texts), required].join("\n");
    let (width, size) = match texts.0 {
        Lang::En => (NOTE_WIDTH, 9),
        Lang::Zh => (NOTE_WIDTH, 10),
    };
    let height = width::lines(&lines, NOTE_DIGITS) as u32 * NOTE_LINE + 10;
    Note::new(lines)
        .add_author_prefix(false)
        .set_font_name(font(texts.0))
        .set_font_size(size)
        .set_background_color(NOTE_COLOR)
        .set_object_movement(ObjectMovement::DontMoveOrSizeWithCells)
        .set_width(width)
        .set_height(height)
}

/// The cell of the example; the first one carries the mark.
fn example(
    pen: &mut Pen<'_>,
    column: u16,
    table: &str,
    field: &Field,
    entry: &Entry,
    texts: Texts,
) -> Result<()> {
    let format = entry.example_format(pen.style);
    let Some(value) = texts.of("example", table, field.name) else {
        return Ok(());
    };
    if column == 0 {
        let marked = texts.f("marked", &[("value", value.to_owned())]);
        return pen.text_as(EXAMPLE, column, &marked, &format);
    }
    let number = match entry {
        Entry::Day => Day::parse_iso(value).map(serial),
        _ if entry.is_number() => value.parse().ok(),
        _ => None,
    };
    match number {
        Some(number) => pen.number_as(EXAMPLE, column, number, Shown::Plain, &format),
        None => pen.text_as(EXAMPLE, column, value, &format),
    }
}
