//! Reviews to bytes: one renderer per file. Renderers never compute figures.

pub mod client_page;
pub mod diagnostics;
pub mod diff;
pub mod excerpt;
pub mod explain;
pub mod html;
pub mod json;
pub mod listing;
pub mod markdown;
pub mod message;
pub mod metric;
pub mod notes;
pub mod proposal;
pub mod proposal_toml;
pub mod sensitivity;
pub mod sentence;
pub mod summary;
pub mod table;
pub mod tier;
pub mod whatif;
pub mod workbook;

#[cfg(test)]
mod fixture;

use std::io::Write;

use crate::locale::Lang;
use crate::review::Review;

/// A format that a review can be written in.
pub struct OutputFormat {
    /// Its name.
    pub code: &'static str,
    /// The extension that asks for it.
    pub extension: &'static str,
    /// Whether it shows the figures of the portfolio.
    pub portfolio: bool,
    /// Writes a review.
    pub write: fn(&Review, Lang, &mut dyn Write) -> anyhow::Result<()>,
}

/// All formats that a review can be written in.
pub const FORMATS: &[OutputFormat] = &[
    OutputFormat { code: "workbook", extension: "xlsx", portfolio: true, write: workbook::write },
    OutputFormat { code: "html", extension: "html", portfolio: false, write: html::write },
    OutputFormat {
        code: "json",
        extension: "json",
        portfolio: true,
        write: |review, _, out| json::write(review, out),
    },
    OutputFormat { code: "csv", extension: "csv", portfolio: false, write: listing::write_csv },
    OutputFormat {
        code: "jsonl",
        extension: "jsonl",
        portfolio: false,
        write: listing::write_jsonl,
    },
    OutputFormat { code: "markdown", extension: "md", portfolio: false, write: markdown::write },
];

/// The format of an extension.
#[must_use]
pub fn format(extension: &str) -> Option<&'static OutputFormat> {
    FORMATS.iter().find(|format| format.extension == extension)
}
