//! The review as a workbook for people: an overview to show, a list to work through, and what lies behind both.
//!
//! The sheets only lay out what the review holds; whoever doubts a figure finds on the last sheets how it came about.
//! Nothing depends on the clock, so the same review gives the same bytes.

mod actions;
mod changes;
mod charts;
mod clients;
mod comparison;
mod example;
mod lock;
mod method;
mod model;
mod overview;
mod owners;
mod page;
mod pen;
mod portfolio;
mod quality;
mod rules;
mod seal;
mod style;
mod template;
mod width;

#[cfg(test)]
mod tests;

use std::io::Write;

use anyhow::Result;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};

pub use self::comparison::comparison;
pub use self::lock::{CAN_LOCK, locked};
pub use self::seal::is_as_written;
pub use self::template::template;

use self::pen::Pen;
use self::style::{ROW_PIXELS, Style};
use crate::locale::{Lang, fill, money_text};
use crate::money::Money;
use crate::render::{metric, sentence, tier};
use crate::review::Review;
use crate::tier::Tier;

/// Width of a column nobody sets, in pixels.
const COLUMN_PIXELS: u32 = 64;

/// The review as an xlsx file.
///
/// # Errors
///
/// Only when a sheet would not fit what the format can hold, such as 1,048,576 rows.
pub fn workbook(review: &Review, lang: Lang) -> Result<Vec<u8>> {
    seal::seal(build(review, lang)?)
}

/// Writes the review as a workbook.
///
/// # Errors
///
/// Those of [`workbook`], and of the stream.
pub fn write(review: &Review, lang: Lang, out: &mut dyn Write) -> Result<()> {
    Ok(out.write_all(&workbook(review, lang)?)?)
}

fn build(review: &Review, lang: Lang) -> Result<Vec<u8>> {
    let style = Style::new(lang);
    let book = Book { review, lang, style: &style };
    let mut file = Workbook::new();
    file.set_default_format(&style.base, ROW_PIXELS, COLUMN_PIXELS)?;
    file.set_properties(&book.properties()?);
    let mut names = Vec::new();
    for sheet in book.sheets() {
        let worksheet = file.add_worksheet();
        let pen = book.open(worksheet, sheet)?;
        match sheet {
            Sheet::Overview => overview::write(&book, pen)?,
            Sheet::Actions => actions::write(&book, pen)?,
            Sheet::Clients => clients::write(&book, pen)?,
            Sheet::Model => names = model::write(&book, pen)?,
            Sheet::Changes => changes::write(&book, pen)?,
            Sheet::Owners => owners::write(&book, pen)?,
            Sheet::Portfolio => portfolio::write(&book, pen)?,
            Sheet::Quality => quality::write(&book, pen)?,
            Sheet::Method => method::write(&book, pen)?,
        }
    }
    for (name, cell) in names {
        file.define_name(name, &cell)?;
    }
    Ok(file.save_to_buffer()?)
}

/// The sheets, in their order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sheet {
    Overview,
    Actions,
    Clients,
    Model,
    Changes,
    Owners,
    Portfolio,
    Quality,
    Method,
}

impl Sheet {
    const ALL: [Self; 9] = [
        Self::Overview,
        Self::Actions,
        Self::Clients,
        Self::Model,
        Self::Changes,
        Self::Owners,
        Self::Portfolio,
        Self::Quality,
        Self::Method,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Actions => "actions",
            Self::Clients => "clients",
            Self::Model => "model",
            Self::Changes => "changes",
            Self::Owners => "owners",
            Self::Portfolio => "portfolio",
            Self::Quality => "quality",
            Self::Method => "method",
        }
    }
}

/// What every sheet needs.
struct Book<'a> {
    review: &'a Review,
    lang: Lang,
    style: &'a Style,
}

impl<'a> Book<'a> {
    /// The sheets of this review that have something to show, in their order.
    fn sheets(&self) -> impl Iterator<Item = Sheet> + use<'a> {
        let review = self.review;
        Sheet::ALL.into_iter().filter(move |sheet| match sheet {
            Sheet::Changes => changes::any(review),
            Sheet::Owners => owners::any(review),
            Sheet::Portfolio => review.portfolio.is_some(),
            // These speak of all clients together.
            Sheet::Quality => review.scope.is_none(),
            // One row of weights cannot stand for those of segments.
            Sheet::Model => review.scope.is_none() && !metric::by_segments(review),
            Sheet::Overview | Sheet::Actions | Sheet::Clients | Sheet::Method => true,
        })
    }

    /// A text of the workbook.
    fn t(&self, key: &str) -> String {
        self.lang.text(&format!("book.{key}"))
    }

    /// A text of the workbook with values in it.
    fn f(&self, key: &str, values: &[(&str, String)]) -> String {
        fill(&self.t(key), values)
    }

    /// The word for a code: the text of `{key}.{code}`, else the code itself.
    fn word(&self, key: &str, code: &str) -> String {
        self.lang.find(&format!("{key}.{code}")).map_or_else(|| code.to_owned(), ToOwned::to_owned)
    }

    /// The heading of a column: a sheet's own word for it, else that of all sheets.
    fn heading(&self, sheet: &str, key: &str) -> String {
        let own = self.lang.find(&format!("book.{sheet}.{key}"));
        own.map_or_else(|| self.t(&format!("column.{key}")), ToOwned::to_owned)
    }

    /// Several words in a row.
    fn words(&self, words: &[String]) -> String {
        words.join(&self.t("list"))
    }

    /// The name of a tier, or that a client is in none.
    fn tier(&self, tier: Option<Tier>) -> String {
        self.tier_of(tier.map_or("inactive", Tier::code))
    }

    /// The name of the tier with this code.
    fn tier_of(&self, code: &str) -> String {
        tier::of_code(&self.review.config.labels, self.lang, code)
    }

    /// What a metric is called.
    fn metric(&self, code: &str) -> String {
        metric::label(&self.review.config.labels, self.lang, code)
    }

    /// The name of a sheet.
    fn name(&self, sheet: Sheet) -> String {
        self.t(&format!("sheet.{}", sheet.code()))
    }

    /// Money in a sentence.
    fn money(money: Money) -> String {
        money_text(money, 2)
    }

    /// The currency, or the words for an unnamed one.
    fn unit(&self) -> String {
        if self.review.currency.is_empty() {
            self.t("unit_unknown")
        } else {
            self.review.currency.clone()
        }
    }

    /// A new sheet with its title, its print set-up and a way back to the first.
    fn open<'b>(&self, worksheet: &'b mut Worksheet, sheet: Sheet) -> Result<Pen<'b>>
    where
        'a: 'b,
    {
        let as_of = [("as_of", self.review.as_of.to_string())];
        worksheet.set_name(self.name(sheet))?;
        page::set_up(worksheet, self.lang, &self.f("as_of", &as_of), &self.t("page"));
        let mut pen = Pen::new(worksheet, self.style, self.lang);
        let title = [("period", self.review.period.clone())];
        pen.free(0, 0, &self.f(&format!("title.{}", sheet.code()), &title), &self.style.title)?;
        pen.sheet.set_row_height(0, 26)?;
        let unit = [as_of[0].clone(), ("unit", self.unit())];
        let mut line = self.f("as_of_unit", &unit);
        if let Some(scope) = &self.review.scope {
            line = self
                .f("scope.line", &[("line", line), ("scope", sentence::scope(self.lang, scope))]);
        }
        pen.free(1, 0, &line, &self.style.note)?;
        if sheet != Sheet::Overview {
            pen.link(2, 0, &self.name(Sheet::Overview), &self.t("back"))?;
        }
        Ok(pen)
    }

    fn properties(&self) -> Result<DocProperties> {
        let (year, month, day) = self.review.as_of.ymd();
        let created = ExcelDateTime::from_ymd(year as u16, month as u8, day as u8)?;
        let title = [("period", self.review.period.clone())];
        Ok(DocProperties::new()
            .set_title(self.f("title.overview", &title))
            .set_comment(format!("kam {}", self.review.kam_version))
            .set_creation_datetime(&created)
            .set_custom_property(seal::PROPERTY, seal::UNSEALED))
    }
}
