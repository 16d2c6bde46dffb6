//! What the user has said, by flags or in answer to questions.

use super::{Question, Take};
use crate::schema::heading::UserColumns;
use crate::schema::value::DateOrder;

/// What the user has said so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Order of day and month.
    pub date_order: Option<DateOrder>,
    /// Whether the decimal mark is a comma.
    pub decimal_comma: Option<bool>,
    /// Unit of the amounts, as the settings write it.
    pub unit: Option<String>,
    /// Currency; empty: none is to be named.
    pub currency: Option<String>,
    /// Table → field → headings.
    pub columns: UserColumns,
    /// The only sheets to use of workbooks; empty: all.
    pub sheets: Vec<String>,
    /// Stages of deals that count.
    pub won_stage: Vec<String>,
    /// As-of date.
    pub as_of: Option<String>,
    /// Tier policy.
    pub policy: Option<String>,
    /// Language.
    pub lang: Option<String>,
    /// First month of the fiscal year.
    pub fiscal_year_start: Option<u32>,
    /// Codes of questions to which the answer was to leave things as they are.
    pub settled: Vec<String>,
}

impl Answers {
    /// Takes the answer to a question.
    pub fn answer(&mut self, question: &Question, chosen: &[String]) {
        let first = chosen.first().cloned().unwrap_or_default();
        match question.code {
            "date_order" => self.date_order = date_order(&first),
            "decimal" => self.decimal_comma = Some(first == ","),
            "currency" => self.currency = Some(first),
            "sheets" => self.sheets.extend(chosen.iter().cloned()),
            "won_stage" => self.won_stage = chosen.to_vec(),
            // table.field=heading
            _ => {
                if let Some((table, field)) =
                    question.flag_value.trim_end_matches('=').split_once('.')
                {
                    self.column(table, field, &first);
                }
            }
        }
        if question.take != Take::Text {
            self.settled.push(settled(question));
        }
    }

    /// Says that a heading stands for a field.
    pub fn column(&mut self, table: &str, field: &str, heading: &str) {
        let headings =
            self.columns.entry(table.to_owned()).or_default().entry(field.to_owned()).or_default();
        if !headings.iter().any(|known| known == heading) {
            headings.push(heading.to_owned());
        }
    }

    /// Whether the question has been answered.
    pub(super) fn has(&self, question: &Question) -> bool {
        self.settled.contains(&settled(question))
    }
}

fn settled(question: &Question) -> String {
    format!("{}:{}", question.code, question.flag_value)
}

/// The order that a flag or setting names.
#[must_use]
pub(super) fn date_order(text: &str) -> Option<DateOrder> {
    [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd].into_iter().find(|order| order.code() == text)
}
