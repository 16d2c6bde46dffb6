//! The first sheet: how to fill in the others.
//!
//! None of its rows reads like the headings of a table, so nothing is taken from it.

use anyhow::Result;
use rust_xlsxwriter::Worksheet;

use super::{SHEETS, Texts};
use crate::render::workbook::page;
use crate::render::workbook::pen::Pen;
use crate::render::workbook::style::Style;

/// Sheet, what a row is, what it is good for.
const WIDTHS: [f64; 3] = [18.0, 60.0, 84.0];

pub(super) fn write(worksheet: &mut Worksheet, style: &Style, texts: Texts) -> Result<()> {
    worksheet.set_name(texts.t("guide.sheet"))?;
    worksheet.set_screen_gridlines(false);
    page::set_up(worksheet, texts.0, &texts.t("title"), &texts.t("page"));
    let mut pen = Pen::new(worksheet, style, texts.0);
    for (column, width) in WIDTHS.into_iter().enumerate() {
        pen.fix(column as u16, width);
    }
    pen.free(0, 0, &texts.t("guide.title"), &style.title)?;
    pen.sheet.set_row_height(0, 26)?;
    let mut row = 2;
    let wrapped = style.base.clone().set_text_wrap();
    for (number, step) in texts.t("guide.steps").lines().enumerate() {
        pen.merged(row, (0, 2), &format!("{}. {step}", number + 1), &wrapped)?;
        row += 1;
    }
    row += 1;
    pen.free(row, 0, &texts.t("guide.sheets"), &style.section)?;
    row += 1;
    for (column, key) in ["name", "row", "purpose"].into_iter().enumerate() {
        pen.heading(row, column as u16, &texts.t(&format!("guide.column.{key}")), false)?;
    }
    for code in SHEETS {
        row += 1;
        let sheet = texts.sheet(code);
        let shown = texts.f("guide.link", &[("sheet", sheet.clone())]);
        pen.link(row, 0, &sheet, &shown)?;
        pen.long(row, 1, &texts.t(&format!("guide.row.{code}")))?;
        pen.long(row, 2, &texts.t(&format!("guide.purpose.{code}")))?;
    }
    pen.finish()
}
