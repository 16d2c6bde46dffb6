//! Fonts, colours and number formats: one place, so that all sheets look alike.
//!
//! Colours are those of Okabe and Ito, which colour-blind people can tell apart. None of them means up or down: red is
//! up in Chinese finance and down elsewhere, so signs and words carry that.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::locale::{Lang, decimal, grouped, percent, signed_percent};

/// Blue: what is.
pub(super) const BLUE: Color = Color::RGB(0x0000_72B2);
/// Orange: what it is compared with.
pub(super) const ORANGE: Color = Color::RGB(0x00E6_9F00);
/// Sky blue: amounts as bars.
pub(super) const SKY: Color = Color::RGB(0x0056_B4E9);
/// Text that may be overlooked.
pub(super) const GREY: Color = Color::RGB(0x0059_5959);
/// Lines between rows, and grids.
pub(super) const LINE: Color = Color::RGB(0x00D9_D9D9);
/// Behind headings.
const HEADING: Color = Color::RGB(0x00DC_E8F2);
/// Behind the figures that matter most.
const CARD: Color = Color::RGB(0x00F2_F6FA);
/// Behind cells that people fill in.
const INPUT: Color = Color::RGB(0x00FF_F8DC);

/// Height of an ordinary row in pixels.
pub(super) const ROW_PIXELS: u32 = 20;

/// The font of a language.
pub(super) fn font(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "Arial",
        Lang::Zh => "等线",
    }
}

/// What a number is, which decides how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Money and counts.
    Amount,
    /// A share of something.
    Share,
    /// A change, with its sign.
    Change,
    /// Points with one decimal.
    Points,
    /// Points with two decimals, where they are to be added up.
    Fine,
    /// A value of any kind, as it is.
    Plain,
    /// A day, as a serial number.
    Date,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Amount,
        Self::Share,
        Self::Change,
        Self::Points,
        Self::Fine,
        Self::Plain,
        Self::Date,
    ];

    /// The number format.
    pub(super) fn pattern(self) -> &'static str {
        match self {
            Self::Amount => "#,##0;(#,##0);\"-\"",
            Self::Share => "0.0%",
            Self::Change => "+0.0%;-0.0%;0.0%",
            Self::Points => "0.0",
            Self::Fine => "0.00",
            Self::Plain => "General",
            Self::Date => "yyyy-mm-dd",
        }
    }

    /// The number as the format shows it, to measure it.
    pub(super) fn shown(self, number: f64) -> String {
        match self {
            Self::Amount if number < 0.0 => format!("({})", grouped(-number.round() as i64)),
            Self::Amount => grouped(number.round() as i64),
            Self::Share => percent(number, 1),
            Self::Change => signed_percent(number, 1),
            Self::Points => format!("{number:.1}"),
            Self::Fine => format!("{number:.2}"),
            Self::Plain => decimal(number, 4),
            Self::Date => "0000-00-00".to_owned(),
        }
    }
}

/// All formats.
pub(super) struct Style {
    /// What every other format begins with.
    pub(super) base: Format,
    /// Title of a sheet.
    pub(super) title: Format,
    /// Line under the title, and notes.
    pub(super) note: Format,
    /// Notes that may take several lines.
    pub(super) long_note: Format,
    /// Title of a part of a sheet.
    pub(super) section: Format,
    /// Link to another sheet.
    pub(super) link: Format,
    /// Heading of a column of texts.
    pub(super) heading: Format,
    /// Heading of a column of numbers.
    pub(super) number_heading: Format,
    /// Heading of a column of texts that must be filled in.
    pub(super) required_heading: Format,
    /// Heading of a column of numbers that must be filled in.
    pub(super) required_number_heading: Format,
    /// Heading over several columns.
    pub(super) band: Format,
    /// Text.
    pub(super) text: Format,
    /// Text that may take several lines.
    pub(super) long_text: Format,
    /// Text of a sum.
    pub(super) total: Format,
    /// Cell to fill in.
    pub(super) input: Format,
    /// What only a program reads.
    pub(super) unseen: Format,
    /// Name of a figure that matters.
    pub(super) card_label: Format,
    /// Small print under it.
    pub(super) card_note: Format,
    /// The figure.
    pub(super) card: Format,
    numbers: Vec<Format>,
    totals: Vec<Format>,
}

impl Style {
    /// The formats of a language.
    pub(super) fn new(lang: Lang) -> Self {
        let base = Format::new()
            .set_font_name(font(lang))
            .set_font_size(10)
            .set_align(FormatAlign::VerticalCenter);
        let cell = base.clone().set_border_bottom(FormatBorder::Thin).set_border_bottom_color(LINE);
        // The indent keeps texts away from the numbers to their left.
        let text = cell.clone().set_align(FormatAlign::Left).set_indent(1);
        let total = base
            .clone()
            .set_bold()
            .set_border_top(FormatBorder::Thin)
            .set_border_bottom(FormatBorder::Thin);
        let heading = base
            .clone()
            .set_bold()
            .set_text_wrap()
            .set_background_color(HEADING)
            .set_border_bottom(FormatBorder::Medium)
            .set_border_bottom_color(BLUE);
        let required = heading.clone().set_background_color(BLUE).set_font_color(Color::White);
        let card =
            base.clone().set_background_color(CARD).set_align(FormatAlign::Left).set_indent(1);
        let right = |format: &Format, kind: Kind| {
            format.clone().set_align(FormatAlign::Right).set_num_format(kind.pattern())
        };
        Self {
            title: base.clone().set_bold().set_font_size(16).set_font_color(BLUE),
            note: base.clone().set_font_color(GREY),
            long_note: base.clone().set_font_color(GREY).set_text_wrap(),
            section: base.clone().set_bold().set_font_size(12).set_font_color(BLUE),
            link: base
                .clone()
                .set_font_color(BLUE)
                .set_underline(rust_xlsxwriter::FormatUnderline::Single),
            heading: heading.clone().set_align(FormatAlign::Left).set_indent(1),
            number_heading: heading.clone().set_align(FormatAlign::Right),
            required_heading: required.clone().set_align(FormatAlign::Left).set_indent(1),
            required_number_heading: required.set_align(FormatAlign::Right),
            band: heading.set_align(FormatAlign::Center),
            long_text: text.clone().set_text_wrap(),
            input: text
                .clone()
                .set_text_wrap()
                .set_background_color(INPUT)
                .set_border(FormatBorder::Thin)
                .set_border_color(LINE)
                .set_unlocked(),
            unseen: base.clone().set_num_format(";;;").set_hidden(),
            card_label: card.clone().set_bold(),
            card_note: card.clone().set_font_color(GREY),
            card: card.set_bold().set_font_size(20).set_font_color(BLUE),
            numbers: Kind::ALL.iter().map(|kind| right(&cell, *kind)).collect(),
            totals: Kind::ALL.iter().map(|kind| right(&total, *kind)).collect(),
            total: total.set_align(FormatAlign::Left).set_indent(1),
            text,
            base,
        }
    }

    /// A number in a table.
    pub(super) fn number(&self, kind: Kind) -> &Format {
        &self.numbers[kind as usize]
    }

    /// A number of a sum.
    pub(super) fn total(&self, kind: Kind) -> &Format {
        &self.totals[kind as usize]
    }

    /// A number to fill in.
    pub(super) fn input_number(&self, kind: Kind) -> Format {
        let input = self.input.clone().set_align(FormatAlign::Right).set_indent(0);
        input.set_num_format(kind.pattern())
    }

    /// The figure of a card.
    pub(super) fn card(&self, kind: Kind) -> Format {
        self.card.clone().set_num_format(kind.pattern())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_stand_where_their_kind_says() {
        let kinds: Vec<usize> = Kind::ALL.iter().map(|kind| *kind as usize).collect();
        assert_eq!(kinds, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(Kind::Amount.shown(-1_234.5), "(1,235)");
        assert_eq!(Kind::Change.shown(0.062), "+6.2%");
    }
}
