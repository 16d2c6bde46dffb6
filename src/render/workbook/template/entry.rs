//! What may be entered under a heading: number formats, validation, and how that is said.

use anyhow::Result;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, ExcelDateTime, Format,
    FormatAlign,
};

use super::Texts;
use crate::locale::{decimal, percent};
use crate::render::workbook::style::{GREY, Kind as Shown, Style};
use crate::schema::{Field, Kind};

/// The largest number that a cell may hold.
const LARGEST: f64 = 1e13;

/// What the cells of a column hold.
pub(super) enum Entry {
    /// Words of a list, others with a warning.
    Words(Vec<String>),
    /// Text that stays as typed.
    Text,
    /// A day.
    Day,
    /// A share between two.
    Share(f64, f64),
    /// Any number: money, quantities.
    Number { money: bool },
    /// A number between two; without the second, from the first on.
    Between(f64, Option<f64>),
}

impl Entry {
    pub(super) fn of(table: &str, field: &Field, texts: Texts) -> Self {
        let words = texts.choices(table, field.name);
        if !words.is_empty() {
            return Self::Words(words);
        }
        match (field.kind, field.name) {
            (Kind::Id | Kind::Text, _) => Self::Text,
            (Kind::Date, _) => Self::Day,
            (Kind::Share, "probability" | "market_share") => Self::Share(0.0, 1.0),
            (Kind::Share, _) => Self::Share(-1.0, 10.0),
            (_, "needs_fit" | "csat") => Self::Between(1.0, Some(5.0)),
            (_, "nps") => Self::Between(0.0, Some(10.0)),
            (
                _,
                "exec_visits" | "joint_projects" | "awards" | "referrals" | "reply_hours" | "rate"
                | "per",
            ) => Self::Between(0.0, None),
            (kind, name) => Self::Number { money: kind == Kind::Money && name != "quantity" },
        }
    }

    /// Whether the cells stand at the right.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Share(..) | Self::Number { .. } | Self::Between(..))
    }

    /// The number format.
    fn pattern(&self) -> &'static str {
        match self {
            // A text format keeps Excel from turning ids into numbers and 04-12 into a day of this year.
            Self::Words(_) | Self::Text => "@",
            Self::Day => Shown::Date.pattern(),
            Self::Share(..) => Shown::Share.pattern(),
            Self::Number { money: true } => "#,##0.00##",
            Self::Number { money: false } | Self::Between(..) => Shown::Plain.pattern(),
        }
    }

    /// The format of cells to fill in.
    pub(super) fn format(&self, style: &Style) -> Format {
        let format = style.base.clone().set_num_format(self.pattern());
        match self {
            _ if self.is_number() => format.set_align(FormatAlign::Right),
            _ => format.set_align(FormatAlign::Left).set_indent(1),
        }
    }

    /// The format of the example.
    pub(super) fn example_format(&self, style: &Style) -> Format {
        self.format(style).set_italic().set_font_color(GREY)
    }

    /// What may be entered, as a sentence.
    pub(super) fn sentence(&self, kind: Kind, texts: Texts) -> String {
        match self {
            Self::Words(words) => texts.f("holds.list", &[("list", texts.list(words))]),
            Self::Between(..) => self.limited("holds", texts),
            _ => texts.t(&format!("holds.{}", kind.code())),
        }
    }

    fn limited(&self, group: &str, texts: Texts) -> String {
        let (key, least, most) = match self {
            Self::Share(least, most) => ("share", percent(*least, 0), percent(*most, 0)),
            Self::Between(least, Some(most)) => ("between", decimal(*least, 0), decimal(*most, 0)),
            Self::Between(least, None) => ("from", decimal(*least, 0), String::new()),
            Self::Day => ("date", String::new(), String::new()),
            _ => ("number", String::new(), String::new()),
        };
        texts.f(&format!("{group}.{key}"), &[("least", least), ("most", most)])
    }

    /// What Excel checks on entry; nothing for texts.
    pub(super) fn validation(&self, texts: Texts) -> Result<Option<DataValidation>> {
        let rule = DataValidation::new();
        let rule = match self {
            Self::Text => return Ok(None),
            Self::Words(words) => {
                let rule = rule
                    .allow_list_strings(words)?
                    .set_error_style(DataValidationErrorStyle::Warning)
                    .set_error_title(texts.t("error.title"))?
                    .set_error_message(texts.f("error.list", &[("list", texts.list(words))]))?;
                return Ok(Some(rule));
            }
            Self::Day => rule.allow_date(DataValidationRule::Between(
                ExcelDateTime::from_ymd(1900, 1, 1)?,
                ExcelDateTime::from_ymd(2199, 12, 31)?,
            )),
            Self::Share(least, most) | Self::Between(least, Some(most)) => {
                rule.allow_decimal_number(DataValidationRule::Between(*least, *most))
            }
            Self::Between(least, None) => {
                rule.allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(*least))
            }
            Self::Number { .. } => {
                rule.allow_decimal_number(DataValidationRule::Between(-LARGEST, LARGEST))
            }
        };
        Ok(Some(
            rule.set_error_title(texts.t("error.title"))?
                .set_error_message(self.limited("error", texts))?,
        ))
    }
}
