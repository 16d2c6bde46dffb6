//! How sheets are printed: landscape on A4, one page wide, with file, sheet, a line and the page in the footer; and how
//! those with input cells are protected.

use rust_xlsxwriter::{ProtectionOptions, Worksheet};

use super::style::font;
use crate::locale::Lang;

/// A4 in the list of paper sizes.
const A4: u8 = 9;

/// Sets up the pages of a sheet.
pub(super) fn set_up(worksheet: &mut Worksheet, lang: Lang, line: &str, page: &str) {
    let font = font(lang);
    worksheet
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3)
        .set_footer(format!(
            "&L&\"{font},Regular\"&8&F · &A&C&\"{font},Regular\"&8{line}&R&\"{font},Regular\"&8{page}",
        ));
}

/// Protects all cells but those to fill in, without a password: nothing else changes by accident, and whoever wants to
/// change more can lift it.
pub(super) fn protect(worksheet: &mut Worksheet) {
    worksheet.protect_with_options(&ProtectionOptions {
        sort: true,
        use_autofilter: true,
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::default()
    });
}
