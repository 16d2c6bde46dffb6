//! What reading has to report: every input and every row accounted for.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::money::Money;

/// Every row accounted for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Control {
    /// Transaction rows in all inputs.
    pub rows_in_file: u64,
    /// Of those, used.
    pub rows_used: u64,
    /// Of those, left out.
    pub rows_left_out: u64,
    /// Sum of their amounts, as far as they could be read.
    pub amount_in_file: Money,
    /// Of that, used.
    pub amount_used: Money,
    /// Of that, left out.
    pub amount_left_out: Money,
    /// Sum of the margins of the rows used, as far as they are known.
    pub margin_used: Money,
    /// Rows that were converted, by the currency they are in.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub currencies: BTreeMap<String, InCurrency>,
    /// Rows and amounts left out, by reason.
    pub by_reason: BTreeMap<&'static str, LeftOut>,
}

/// Rows used that are in another currency than that of the review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InCurrency {
    /// How many.
    pub rows: u64,
    /// The sum of their amounts as given.
    pub amount: Money,
    /// The sum of their amounts in the currency of the review.
    pub converted: Money,
}

/// Rows left out for one reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// How many.
    pub rows: u64,
    /// The sum of their amounts, as far as they could be read.
    pub amount: Money,
}

/// One input: a file or a sheet of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InputReport {
    /// File as named.
    pub file: String,
    /// Sheet.
    pub sheet: Option<String>,
    /// Format code, such as `csv` or `xlsx`.
    pub format: &'static str,
    /// SHA-256 of the file, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Canonical table it was read as; null when it was not used.
    pub table: Option<&'static str>,
    /// Why it was not used: a diagnostic code.
    pub unused: Option<&'static str>,
    /// Data rows.
    pub rows: u64,
    /// How it was read: row of the headings.
    pub header_row: Option<u64>,
    /// Encoding, for text.
    pub encoding: Option<String>,
    /// Delimiter, for text.
    pub delimiter: Option<String>,
    /// Column by column: heading and the field it was read as (null: not used).
    pub columns: Vec<ColumnReport>,
}

/// How a column was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnReport {
    /// Heading as given.
    pub heading: String,
    /// Field, or null.
    pub field: Option<&'static str>,
    /// What was decided for the column, such as `dmy`, `decimal-comma`, `×10000`.
    pub reading: Option<String>,
}
