//! Two reviews side by side as a workbook: what they are and how the portfolio and the settings differ, then who moved and why.

use anyhow::Result;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, IgnoreError, Workbook, Worksheet};

use super::pen::Pen;
use super::style::{Kind, Style};
use super::{COLUMN_PIXELS, ROW_PIXELS, page, seal};
use crate::history::{ClientChange, Diff, Side};
use crate::locale::{Lang, fill, signed};
use crate::money::Money;
use crate::render::{diff as words, metric, sentence, tier};
use crate::review::ScoreChange;
use crate::tier::Tier;

/// Heading key, and whether the column holds numbers.
const COLUMNS: [(&str, bool); 15] = [
    ("client_id", false),
    ("client", false),
    ("movement", false),
    ("tier_before", false),
    ("tier_after", false),
    ("score_before", true),
    ("score_after", true),
    ("change", true),
    ("own", true),
    ("scale", true),
    ("config", true),
    ("missing", true),
    ("most", false),
    ("sales_before", true),
    ("sales_after", true),
];

/// The comparison as an xlsx file.
///
/// # Errors
///
/// Only when a sheet would not fit what the format can hold.
pub fn comparison(diff: &Diff, lang: Lang) -> Result<Vec<u8>> {
    let style = Style::new(lang);
    let book = Comparison { diff, lang, style: &style };
    let mut file = Workbook::new();
    file.set_default_format(&style.base, ROW_PIXELS, COLUMN_PIXELS)?;
    let (year, month, day) = diff.after.as_of.ymd();
    let properties = DocProperties::new()
        .set_title(words::title(diff, lang))
        .set_comment(format!("kam {}", env!("CARGO_PKG_VERSION")))
        .set_creation_datetime(&ExcelDateTime::from_ymd(year as u16, month as u8, day as u8)?)
        .set_custom_property(seal::PROPERTY, seal::UNSEALED);
    file.set_properties(&properties);
    book.cover(file.add_worksheet())?;
    book.changes(file.add_worksheet())?;
    seal::seal(file.save_to_buffer()?)
}

struct Comparison<'a> {
    diff: &'a Diff,
    lang: Lang,
    style: &'a Style,
}

impl Comparison<'_> {
    fn t(&self, key: &str) -> String {
        self.lang.text(&format!("diff.{key}"))
    }

    fn column(&self, key: &str) -> String {
        self.t(&format!("column.{key}"))
    }

    fn tier(&self, tier: Option<Tier>) -> String {
        tier::of_code(&self.diff.labels, self.lang, tier.map_or("inactive", Tier::code))
    }

    /// A sheet with its name and title.
    fn open<'b>(&'b self, worksheet: &'b mut Worksheet, sheet: &str) -> Result<Pen<'b>> {
        worksheet.set_name(self.t(&format!("sheet.{sheet}")))?;
        let title = words::title(self.diff, self.lang);
        // The size of the font stands before the line: without the space its digits would go on in the year.
        let line = format!(" {}", title.replace('&', "&&"));
        let number = self.lang.text("book.page");
        page::set_up(worksheet, self.lang, &line, &number);
        let mut pen = Pen::new(worksheet, self.style, self.lang);
        pen.free(0, 0, &title, &self.style.title)?;
        pen.sheet.set_row_height(0, 26)?;
        Ok(pen)
    }

    fn headings(&self, pen: &mut Pen, row: u32, columns: &[(&str, bool)]) -> Result<()> {
        for (at, (key, number)) in columns.iter().enumerate() {
            pen.heading(row, at as u16, &self.column(key), *number)?;
        }
        Ok(())
    }

    fn cover(&self, worksheet: &mut Worksheet) -> Result<()> {
        type Text = fn(&Side) -> String;
        let (diff, style) = (self.diff, self.style);
        let mut pen = self.open(worksheet, "cover")?;
        pen.limit(0, 26.0, 44.0);
        for column in 1..=3 {
            pen.limit(column, 16.0, 36.0);
        }
        pen.free(1, 0, &words::moved(diff, self.lang), &style.note)?;
        pen.free(3, 0, &self.t("sheet.cover"), &style.section)?;
        let sides = [&diff.before, &diff.after];
        pen.heading(4, 0, &self.column("figure"), false)?;
        for (column, side) in (1..).zip(sides) {
            pen.heading(4, column, &side.period, true)?;
        }
        pen.heading(4, 3, &self.column("change"), true)?;
        let mut row = 5;
        let about: [(&str, Text); 3] = [
            ("source", |side| side.source.clone()),
            ("as_of", |side| side.as_of.to_string()),
            ("currency", |side| side.currency.clone()),
        ];
        for (key, of) in about {
            pen.text(row, 0, &self.column(key))?;
            for (column, side) in (1..).zip(sides) {
                pen.text_as(row, column, &of(side), style.number(Kind::Plain))?;
            }
            pen.blank(row, 3)?;
            row += 1;
        }
        row = self.figures(&mut pen, row)? + 1;
        row = self.matrix(&mut pen, row)? + 1;
        row = self.settings(&mut pen, row)?;
        pen.sheet.set_print_area(0, 0, row, 6)?;
        pen.finish()
    }

    /// What the portfolio came to, then and now.
    fn figures(&self, pen: &mut Pen, top: u32) -> Result<u32> {
        let (a, b) = (&self.diff.before, &self.diff.after);
        let count = |count: Option<usize>| count.map(|count| count as f64);
        let money = |money: Option<Money>| money.map(Money::to_f64);
        let rows = [
            ("net_sales", money(a.net_sales), money(b.net_sales), Kind::Amount),
            ("clients", count(a.clients), count(b.clients), Kind::Amount),
            ("active", count(a.active), count(b.active), Kind::Amount),
            ("at_risk", count(a.at_risk_clients), count(b.at_risk_clients), Kind::Amount),
            ("avg_score", a.avg_score, b.avg_score, Kind::Points),
        ];
        for (row, (key, then, now, kind)) in (top..).zip(rows) {
            pen.text(row, 0, &self.column(key))?;
            pen.known(row, 1, then, kind)?;
            pen.known(row, 2, now, kind)?;
            let compares = key != "net_sales" || self.diff.net_sales().is_some();
            let change = then.zip(now).filter(|_| compares).map(|(then, now)| now - then);
            pen.known(row, 3, change.map(|change| still(change, kind)), kind)?;
        }
        Ok(top + rows.len() as u32)
    }

    /// Tiers then as rows, tiers now as columns.
    fn matrix(&self, pen: &mut Pen, top: u32) -> Result<u32> {
        let tiers: Vec<Option<Tier>> = Tier::ALL.into_iter().map(Some).chain([None]).collect();
        pen.free(top, 0, &self.lang.text("book.changes.matrix"), &self.style.section)?;
        pen.heading(top + 1, 0, &self.lang.text("book.changes.then"), false)?;
        for (column, to) in (1..).zip(&tiers) {
            pen.heading(top + 1, column, &self.tier(*to), true)?;
        }
        for (row, from) in (top + 2..).zip(&tiers) {
            pen.text(row, 0, &self.tier(*from))?;
            for (column, to) in (1..).zip(&tiers) {
                let step = self.diff.matrix.iter().find(|it| it.from == *from && it.to == *to);
                pen.known(row, column, step.map(|step| step.clients as f64), Kind::Amount)?;
            }
        }
        Ok(top + 2 + tiers.len() as u32)
    }

    /// The settings that differ.
    fn settings(&self, pen: &mut Pen, top: u32) -> Result<u32> {
        pen.free(top, 0, &self.t("settings"), &self.style.section)?;
        if self.diff.config.is_empty() {
            pen.free(top + 1, 0, &self.t("settings_none"), &self.style.note)?;
            return Ok(top + 1);
        }
        pen.heading(top + 1, 0, &self.column("setting"), false)?;
        pen.heading(top + 1, 1, &self.diff.before.period, false)?;
        pen.heading(top + 1, 2, &self.diff.after.period, false)?;
        let mut row = top + 1;
        for setting in &self.diff.config {
            row += 1;
            pen.long(row, 0, &words::setting_label(setting, &self.diff.labels, self.lang))?;
            pen.long(row, 1, &words::setting_value(&setting.before, self.lang))?;
            pen.long(row, 2, &words::setting_value(&setting.after, self.lang))?;
        }
        Ok(row)
    }

    fn changes(&self, worksheet: &mut Worksheet) -> Result<()> {
        let clients = &self.diff.clients;
        let mut pen = self.open(worksheet, "changes")?;
        pen.limit(0, 8.0, 18.0);
        pen.limit(1, 18.0, 36.0);
        pen.limit(12, 18.0, 30.0);
        pen.free(1, 0, &self.t("parts"), &self.style.note)?;
        pen.free(2, 0, &self.currency(), &self.style.note)?;
        let header = 3;
        self.headings(&mut pen, header, &COLUMNS)?;
        for (row, client) in (header + 1..).zip(clients) {
            self.client(&mut pen, row, client)?;
        }
        let last = header + (clients.len() as u32).max(1);
        if clients.is_empty() {
            pen.free(last, 0, &self.t("none"), &self.style.note)?;
        } else {
            pen.sheet.autofilter(header, 0, last, COLUMNS.len() as u16 - 1)?;
            let text = IgnoreError::NumberStoredAsText;
            pen.sheet.ignore_error_range(header + 1, 0, last, 0, text)?;
        }
        pen.sheet.set_freeze_panes(header + 1, 2)?;
        pen.sheet.set_repeat_rows(header, header)?;
        pen.sheet.set_print_area(0, 0, last, COLUMNS.len() as u16 - 1)?;
        pen.finish()
    }

    /// The currency of the amounts; both where they differ.
    fn currency(&self) -> String {
        let (a, b) = (&self.diff.before.currency, &self.diff.after.currency);
        let named = if a == b { a.clone() } else { format!("{a} -> {b}") };
        fill(&self.t("unit"), &[("currency", named)])
    }

    fn client(&self, pen: &mut Pen, row: u32, client: &ClientChange) -> Result<()> {
        pen.text(row, 0, &client.client_id)?;
        pen.long(row, 1, &client.name)?;
        let movement = client.movement.map(|code| self.lang.text(&format!("book.movement.{code}")));
        pen.text(row, 2, &movement.unwrap_or_default())?;
        pen.text(row, 3, &self.tier(client.tier_before))?;
        pen.text(row, 4, &self.tier(client.tier_after))?;
        let part = |of: fn(&ScoreChange) -> f64| client.split.as_ref().map(of);
        let numbers = [
            (client.score_before, Kind::Points),
            (client.score_after, Kind::Points),
            (client.change, Kind::Fine),
            (part(|split| split.own), Kind::Fine),
            (part(|split| split.scale), Kind::Fine),
            (part(|split| split.config), Kind::Fine),
            (part(|split| split.missing), Kind::Fine),
        ];
        for (column, (number, kind)) in (5..).zip(numbers) {
            pen.known(row, column, number.map(|number| still(number, kind)), kind)?;
        }
        let most = client.most.map(|(code, change)| {
            let metric = metric::label(&self.diff.labels, self.lang, code);
            format!("{metric} {}", signed(change, 1))
        });
        let given = sentence::tier_given(self.lang, client.reason.as_deref(), client.given);
        pen.text(row, 12, &given.or(most).unwrap_or_default())?;
        for (column, money) in (13..).zip([client.net_sales_before, client.net_sales_after]) {
            pen.known(row, column, money.map(Money::to_f64), Kind::Amount)?;
        }
        Ok(())
    }
}

/// A change, or zero where its format would show nothing but a sign.
pub(super) fn still(change: f64, kind: Kind) -> f64 {
    let least = if kind == Kind::Points { 0.05 } else { 0.005 };
    if change.abs() < least { 0.0 } else { change }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};

    use super::*;
    use crate::history::SavedReview;
    use crate::render::fixture;

    fn diff() -> Diff {
        let mut review = fixture::review();
        let before = SavedReview::of(&review).expect("saved");
        review.period = "2026Q3".to_owned();
        review.clients[1].tier = Some(Tier::Potential);
        review.clients[1].score = Some(70.0);
        review.clients[2].score = review.clients[2].score.map(|score| score - 1e-8);
        review.config.hysteresis.points = 3.0;
        let after = SavedReview::of(&review).expect("saved");
        Diff::of(("a", &before), ("b", &after))
    }

    #[test]
    fn cover_and_changes_say_what_differs() {
        for lang in Lang::ALL {
            let bytes = comparison(&diff(), lang).expect("bytes");
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
            let text = |key: &str| lang.text(&format!("diff.{key}"));
            let cover = book.worksheet_range(&text("sheet.cover")).expect("a sheet");
            let cells: Vec<String> = cover.used_cells().map(|(_, _, it)| it.to_string()).collect();
            assert!(cells.iter().all(|cell| !cell.starts_with("diff.")), "{cells:?}");
            for said in ["2026Q2", "2026Q3", "hysteresis.points", "5.0", "3.0", "CNY"] {
                assert!(cells.iter().any(|cell| cell == said), "{said} in {cells:?}");
            }
            let changes = book.worksheet_range(&text("sheet.changes")).expect("a sheet");
            assert_eq!(changes.get_value((4, 0)), Some(&Data::String("C-0002".to_owned())));
            assert_eq!(changes.get_value((4, 7)), Some(&Data::Float(-4.0)));
            // What rounds to nothing has no sign.
            assert_eq!(changes.get_value((5, 7)), Some(&Data::Float(0.0)));
        }
    }

    #[test]
    fn the_same_comparison_gives_the_same_bytes() {
        let one = comparison(&diff(), Lang::Zh).expect("bytes");
        assert!(one == comparison(&diff(), Lang::Zh).expect("bytes"));
    }

    #[test]
    fn the_matrix_holds_everybody_who_is_or_was_in_a_tier() {
        let diff = diff();
        let all: usize = diff.matrix.iter().map(|step| step.clients).sum();
        assert_eq!(all, 12);
        let step = |from, to| diff.matrix.iter().find(|it| it.from == from && it.to == to);
        let moved = step(Some(Tier::Core), Some(Tier::Potential)).expect("a step");
        assert_eq!(moved.clients, 1);
    }
}
