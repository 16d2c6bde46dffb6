//! An empty workbook to fill in: a guide, and one sheet per canonical table.
//!
//! Its headings are aliases of their fields, so a filled workbook is read without any settings. The row under them is an
//! example that carries the mark by which readers leave it out.

mod entry;
mod guide;
mod sheet;

#[cfg(test)]
mod tests;

use anyhow::Result;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::style::Style;
use super::{COLUMN_PIXELS, ROW_PIXELS, seal};
use crate::locale::{Lang, fill};
use crate::schema::{Field, Table};

/// The tables in the order of their sheets: what is needed first.
const SHEETS: [&str; 12] = [
    "transactions",
    "clients",
    "contacts",
    "interactions",
    "contracts",
    "opportunities",
    "feedback",
    "receivables",
    "projects",
    "products",
    "industries",
    "rates",
];
/// Fields that exports of other programs have, and that nobody fills in by hand beside the status.
const LEFT_OUT: [(&str, &str); 3] =
    [("transactions", "kind"), ("transactions", "stage"), ("transactions", "voided")];

/// The template as an xlsx file.
///
/// # Errors
///
/// Only when a sheet would not fit what the format can hold.
pub fn template(lang: Lang) -> Result<Vec<u8>> {
    seal::seal(build(lang)?)
}

fn build(lang: Lang) -> Result<Vec<u8>> {
    let style = Style::new(lang);
    let texts = Texts(lang);
    let mut file = Workbook::new();
    file.set_default_format(&style.base, ROW_PIXELS, COLUMN_PIXELS)?;
    let properties = DocProperties::new()
        .set_title(texts.t("title"))
        .set_comment(format!("kam {}", env!("CARGO_PKG_VERSION")))
        // Nothing depends on the clock: the same program writes the same bytes.
        .set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?)
        .set_custom_property(seal::PROPERTY, seal::UNSEALED);
    file.set_properties(&properties);
    guide::write(file.add_worksheet(), &style, texts)?;
    for code in SHEETS {
        if let Some(table) = crate::schema::table(code) {
            sheet::write(file.add_worksheet(), table, &style, texts)?;
        }
    }
    Ok(file.save_to_buffer()?)
}

/// The fields of a table that have a column.
fn fields(table: &dyn Table) -> impl Iterator<Item = &'static Field> {
    let code = table.code();
    table.fields().iter().filter(move |field| !LEFT_OUT.contains(&(code, field.name)))
}

/// The texts of the template in a language.
#[derive(Clone, Copy)]
struct Texts(Lang);

impl Texts {
    fn t(self, key: &str) -> String {
        self.0.text(&format!("template.{key}"))
    }

    fn f(self, key: &str, values: &[(&str, String)]) -> String {
        fill(&self.t(key), values)
    }

    /// What is said of a field: for its table, else for all fields of its name.
    fn of(self, kind: &str, table: &str, field: &str) -> Option<&'static str> {
        self.0
            .find(&format!("template.{kind}.{table}.{field}"))
            .or_else(|| self.0.find(&format!("template.{kind}._.{field}")))
    }

    /// The heading of a field.
    fn heading(self, table: &str, field: &str) -> String {
        self.of("heading", table, field).unwrap_or(field).to_owned()
    }

    /// The words that a field offers; none where it takes any.
    fn choices(self, table: &str, field: &str) -> Vec<String> {
        let separator = self.t("separator");
        let list = self.0.find(&format!("template.choice.{table}.{field}"));
        list.map(|list| list.split(separator.as_str()).map(ToOwned::to_owned).collect())
            .unwrap_or_default()
    }

    /// The name of the sheet of a table.
    fn sheet(self, table: &str) -> String {
        self.0.text(&format!("table.{table}"))
    }

    /// Several words in a row.
    fn list(self, words: &[String]) -> String {
        words.join(&self.0.text("location.list"))
    }
}
