//! The model to try out: change a weight or a cut, and scores, ranks and bands follow.
//!
//! Every figure that depends on a weight or a cut is a formula with its result beside it, so a program that does not
//! compute shows the review as it was. Points and tiers are values: points come from the data, and a tier also from
//! limits, conditions and decisions that a formula in a cell should not imitate.

mod formulas;
#[cfg(test)]
mod tests;

use std::iter;

use anyhow::Result;
use rust_xlsxwriter::{
    ConditionalFormatFormula, DataValidation, DataValidationRule, Format, IgnoreError,
    utility::{quote_sheet_name, row_col_to_cell_absolute},
};

use self::formulas::{Cuts, Formulas};
use super::style::{Kind, SKY};
use super::{Book, Pen, Sheet, page};
use crate::config::{Policy, TierRule};
use crate::locale::decimal;
use crate::review::Client;
use crate::score::{Group, Model};
use crate::tier::{Standing, Tier};

const LEGEND: u32 = 3;
/// Row of the headings over cuts and weights; the four tiers follow.
const BLOCK: u32 = 4;
const WEIGHT: u32 = BLOCK + 1;
const PART: u32 = BLOCK + 2;
const SUM: u32 = BLOCK + 3;
const DIFFER: u32 = BLOCK + 4;
const HEADER: u32 = BLOCK + 5;

const RANK: u16 = 0;
const ID: u16 = 1;
const CLIENT: u16 = 2;
const TIER: u16 = 3;
const SCORE: u16 = 4;
const BAND: u16 = 5;
const MOVE: u16 = 6;
const BAND_REVIEWED: u16 = 7;
const RANK_REVIEWED: u16 = 8;

/// A metric with its weight.
struct Weighted {
    code: &'static str,
    group: Group,
    weight: f64,
}

/// Where things stand; some depend on the review.
struct Layout {
    metrics: Vec<Weighted>,
    /// The band that the previous review keeps, where there is one.
    kept: Option<u16>,
    /// Share of sales, where the policy asks for it.
    share: Option<u16>,
    groups: u16,
    points: u16,
    /// The score as a whole number, and the order among clients with equal scores.
    key: u16,
    order: u16,
    /// Last row of a client.
    last: u32,
    cuts: Cuts,
}

impl Layout {
    fn of(book: &Book, clients: usize) -> Self {
        let review = book.review;
        let weight = |code| review.weights.iter().find(|(known, _)| *known == code);
        let model = Model::of(&review.config.score);
        let metrics: Vec<Weighted> = Group::ALL
            .into_iter()
            .flat_map(|group| model.iter().filter(move |metric| metric.group() == group))
            .filter_map(|metric| {
                let (code, weight) = *weight(metric.code())?;
                Some(Weighted { code, group: metric.group(), weight })
            })
            .collect();
        let kept = (review.totals.kept > 0).then_some(RANK_REVIEWED + 1);
        let fixed = kept.unwrap_or(RANK_REVIEWED);
        let share = (review.policy != Policy::Rank).then_some(fixed + 1);
        let groups = share.unwrap_or(fixed) + 1;
        let points = groups + Group::ALL.len() as u16;
        let key = points + metrics.len() as u16;
        let last = HEADER + clients as u32;
        let cuts = Cuts::of(review.policy, CLIENT, key);
        Self { metrics, kept, share, groups, points, key, order: key + 1, last, cuts }
    }

    /// The columns of the metrics of a group.
    fn within(&self, group: Group) -> (u16, u16) {
        let of = |metric: &&Weighted| metric.group == group;
        let before = self.metrics.iter().take_while(|metric| !of(metric)).count() as u16;
        let count = self.metrics.iter().filter(of).count() as u16;
        (self.points + before, self.points + before + count.saturating_sub(1))
    }
}

/// Writes the sheet; gives the names of its input cells with what they stand for.
pub(super) fn write(book: &Book, mut pen: Pen) -> Result<Vec<(String, String)>> {
    let mut clients: Vec<(&Client, usize)> =
        book.review.clients.iter().filter(|client| client.active).map(|one| (one, 0)).collect();
    if clients.is_empty() {
        pen.free(LEGEND, 0, &book.t("model.none"), &book.style.note)?;
        pen.finish()?;
        return Ok(Vec::new());
    }
    number_equals(&mut clients);
    let layout = Layout::of(book, clients.len());
    let formulas = Formulas { layout: &layout, aggregation: book.review.config.score.aggregation };
    pen.sheet.set_formula_result_default("");
    pen.limit(ID, 8.0, 18.0);
    pen.limit(CLIENT, 18.0, 36.0);
    for column in TIER..layout.groups {
        pen.limit(column, 11.0, 20.0);
    }
    pen.limit(BAND, 15.0, 20.0);
    pen.limit(layout.groups - 1, 11.0, 22.0);
    for column in layout.groups..layout.key {
        pen.limit(column, 10.0, 14.0);
    }

    legend(book, &mut pen)?;
    weights(book, &mut pen, &formulas)?;
    cuts(book, &mut pen, &formulas, &clients)?;
    headings(book, &mut pen, &layout)?;
    for (index, (client, order)) in clients.iter().enumerate() {
        row(book, &mut pen, &formulas, HEADER + 1 + index as u32, client, *order)?;
    }
    finish(book, pen, &layout)
}

/// Numbers the clients in the order that decides between equal scores, which no weight can change.
fn number_equals(clients: &mut [(&Client, usize)]) {
    let mut order: Vec<usize> = (0..clients.len()).collect();
    let standing = |at: usize| Standing::of(&clients[at].0.client_id, &clients[at].0.features);
    order.sort_by(|a, b| standing(*a).compare(&standing(*b)));
    for (number, at) in order.into_iter().enumerate() {
        clients[at].1 = number + 1;
    }
}

fn legend(book: &Book, pen: &mut Pen) -> Result<()> {
    let policy = [("policy", book.word("policy", book.review.policy.code()))];
    let mut lines = vec![book.t("model.change"), book.f("model.band", &policy)];
    if book.review.policy == Policy::Share {
        lines.push(book.t("model.share_only"));
    }
    if book.review.totals.kept > 0 {
        let points = [("points", decimal(book.review.config.hysteresis.points, 1))];
        lines.push(book.f("model.held_note", &points));
    }
    lines.push(book.t("model.keep"));
    let format = &book.style.long_note;
    pen.merged(LEGEND, (0, RANK_REVIEWED), &lines.join("\n"), format)
}

/// The weights over the metrics, their sums over the groups.
fn weights(book: &Book, pen: &mut Pen, formulas: &Formulas) -> Result<()> {
    let layout = formulas.layout;
    for (row, key) in [(WEIGHT, "weight"), (PART, "part"), (SUM, "sum"), (DIFFER, "differ")] {
        pen.text(row, layout.groups - 1, &book.t(&format!("model.{key}")))?;
    }
    pen.band(BLOCK, (layout.groups, layout.points - 1), &book.t("model.groups"))?;
    let input = book.style.input_number(Kind::Plain);
    let sum: f64 = layout.metrics.iter().map(|metric| metric.weight).sum();
    for (index, metric) in layout.metrics.iter().enumerate() {
        let column = layout.points + index as u16;
        pen.number_as(WEIGHT, column, metric.weight, Kind::Plain, &input)?;
        let part = (sum > 0.0).then(|| metric.weight / sum);
        pen.formula(PART, column, &formulas.part(column), part, Kind::Share)?;
    }
    for (index, group) in Group::ALL.into_iter().enumerate() {
        let column = layout.groups + index as u16;
        let columns = layout.within(group);
        pen.band(BLOCK, columns, &book.word("group", group.code()))?;
        let of = layout.metrics.iter().filter(|metric| metric.group == group);
        let weight: f64 = of.map(|metric| metric.weight).sum();
        let formula = formulas::group_weight(columns);
        pen.formula(WEIGHT, column, &formula, Some(weight), Kind::Plain)?;
        let part = (sum > 0.0).then(|| weight / sum);
        pen.formula(PART, column, &formulas.part(column), part, Kind::Share)?;
    }
    pen.formula(SUM, layout.groups, &formulas.sum(), Some(sum), Kind::Plain)?;
    pen.formula(DIFFER, layout.groups, &formulas.differ(), Some(0.0), Kind::Plain)?;
    let rule = DataValidationRule::GreaterThanOrEqualTo(0.0);
    let check = validation(book, "weight", rule)?;
    pen.sheet.add_data_validation(WEIGHT, layout.points, WEIGHT, layout.key - 1, &check)?;
    Ok(())
}

fn validation(book: &Book, key: &str, rule: DataValidationRule<f64>) -> Result<DataValidation> {
    Ok(DataValidation::new()
        .allow_decimal_number(rule)
        .ignore_blank(false)
        .set_error_title(book.t(&format!("model.{key}")))?
        .set_error_message(book.t(&format!("model.{key}_error")))?)
}

/// How far each tier reaches, and how many clients that is.
fn cuts(
    book: &Book,
    pen: &mut Pen,
    formulas: &Formulas,
    clients: &[(&Client, usize)],
) -> Result<()> {
    let cuts = &formulas.layout.cuts;
    pen.heading(BLOCK, CLIENT, &book.t("column.tier"), false)?;
    let known = [(cuts.top, "top"), (cuts.share, "share"), (cuts.places, "places")];
    let counts = [(Some(cuts.now), "now"), (Some(cuts.reviewed), "reviewed")];
    for (column, key) in known.into_iter().chain(counts) {
        if let Some(column) = column {
            pen.heading(BLOCK, column, &book.t(&format!("model.{key}")), true)?;
        }
    }
    let rules = &book.review.config.tier;
    let rules = [&rules.strategic, &rules.core, &rules.potential];
    let rules = rules.into_iter().map(Some).chain(iter::once(None));
    for (row, (tier, rule)) in (BLOCK + 1..).zip(Tier::ALL.into_iter().zip(rules)) {
        pen.text(row, CLIENT, &book.tier(Some(tier)))?;
        if let Some(rule) = rule {
            cut(book, pen, formulas, row, rule, clients)?;
        } else {
            for column in [cuts.top, cuts.share, cuts.places].into_iter().flatten() {
                pen.blank(row, column)?;
            }
        }
        let own = |(client, _): &&(&Client, usize)| client.band_raw == Some(tier);
        let count = clients.iter().filter(own).count() as f64;
        for (column, of) in [(cuts.now, BAND), (cuts.reviewed, BAND_REVIEWED)] {
            pen.formula(row, column, &formulas.count(of, row), Some(count), Kind::Amount)?;
        }
    }
    let check = validation(book, "cut", DataValidationRule::Between(0.0, 1.0))?;
    for column in [cuts.top, cuts.share].into_iter().flatten() {
        pen.sheet.add_data_validation(BLOCK + 1, column, BLOCK + 3, column, &check)?;
    }
    Ok(())
}

/// One cut: its inputs, and the last client by rank that it reaches.
fn cut(
    book: &Book,
    pen: &mut Pen,
    formulas: &Formulas,
    row: u32,
    rule: &TierRule,
    clients: &[(&Client, usize)],
) -> Result<()> {
    let cuts = &formulas.layout.cuts;
    let input = book.style.input_number(Kind::Share);
    for (column, value) in [(cuts.top, rule.top), (cuts.share, rule.share)] {
        if let Some(column) = column {
            pen.number_as(row, column, value, Kind::Share, &input)?;
        }
    }
    if let (Some(column), Some(top)) = (cuts.places, cuts.top) {
        let places = formulas::places(rule.top, clients.len());
        let formula = formulas.places((row, top));
        pen.formula(row, column, &formula, Some(places as f64), Kind::Amount)?;
        let key = clients.get(places - 1).and_then(|(client, _)| formulas::key(client.score));
        let formula = formulas.cut_key((row, column));
        let least = key.unwrap_or(formulas::UNREACHED);
        pen.formula(row, cuts.key, &formula, Some(least), Kind::Plain)?;
    }
    Ok(())
}

fn headings(book: &Book, pen: &mut Pen, layout: &Layout) -> Result<()> {
    let t = |key: &str| book.t(key);
    let fixed = [
        (RANK, t("column.rank"), true),
        (ID, t("column.client_id"), false),
        (CLIENT, t("column.client"), false),
        (TIER, t("model.tier"), false),
        (SCORE, t("column.score"), true),
        (BAND, t("model.band_now"), false),
        (MOVE, t("model.move"), false),
        (BAND_REVIEWED, t("model.band_reviewed"), false),
        (RANK_REVIEWED, t("model.rank_reviewed"), true),
    ];
    let kept = layout.kept.map(|column| (column, t("model.held"), false));
    let share = layout.share.map(|column| (column, t("column.sales_share"), true));
    let groups = (layout.groups..).zip(Group::ALL);
    let groups = groups.map(|(column, group)| (column, book.word("group", group.code()), true));
    let points = (layout.points..).zip(&layout.metrics);
    let points = points.map(|(column, metric)| (column, book.metric(metric.code), true));
    let helpers = [(layout.key, t("model.key"), true), (layout.order, t("model.order"), true)];
    let all = fixed.into_iter().chain(kept).chain(share).chain(groups).chain(points).chain(helpers);
    for (column, heading, number) in all {
        pen.heading(HEADER, column, &heading, number)?;
    }
    Ok(())
}

fn row(
    book: &Book,
    pen: &mut Pen,
    formulas: &Formulas,
    row: u32,
    client: &Client,
    order: usize,
) -> Result<()> {
    let layout = formulas.layout;
    let rank = client.rank.map(|rank| rank as f64);
    pen.formula(row, RANK, &formulas.rank(row), rank, Kind::Amount)?;
    pen.text(row, ID, &client.client_id)?;
    pen.long(row, CLIENT, &client.name)?;
    pen.text(row, TIER, &book.tier(client.tier))?;
    pen.formula(row, SCORE, &formulas.score(row), client.score, Kind::Points)?;
    // Formulas have no memory: what they give, and are compared with, is the band by the policy alone.
    let band = book.tier(client.band_raw);
    pen.formula_text(row, BAND, &formulas.band(row, &book.review.config.tier), &band)?;
    let words = [book.t("movement.up"), book.t("movement.down")];
    pen.formula_text(row, MOVE, &formulas::moved(row, &words), "")?;
    pen.text(row, BAND_REVIEWED, &band)?;
    pen.known(row, RANK_REVIEWED, rank, Kind::Amount)?;
    if let Some(column) = layout.kept {
        let kept = client.held().map(|held| book.tier(Some(held.band)));
        pen.text(row, column, &kept.unwrap_or_default())?;
    }
    if let Some(column) = layout.share {
        pen.known(row, column, client.features.sales_share, Kind::Share)?;
    }
    for (index, group) in Group::ALL.into_iter().enumerate() {
        let column = layout.groups + index as u16;
        let formula = formulas::group(row, layout.within(group));
        pen.formula(row, column, &formula, client.groups.get(group), Kind::Points)?;
    }
    for (index, metric) in layout.metrics.iter().enumerate() {
        let column = layout.points + index as u16;
        pen.known(row, column, client.points.get(metric.code), Kind::Points)?;
    }
    let key = formulas::key(client.score).unwrap_or(formulas::NO_SCORE);
    pen.formula(row, layout.key, &formulas::key_of(row), Some(key), Kind::Plain)?;
    pen.count(row, layout.order, order as u64)
}

/// What holds for the sheet as a whole.
fn finish(book: &Book, pen: Pen, layout: &Layout) -> Result<Vec<(String, String)>> {
    let (first, last) = (HEADER + 1, layout.last);
    pen.sheet.autofilter(HEADER, 0, last, layout.order)?;
    // Ids are text on purpose, also those that look like numbers.
    pen.sheet.ignore_error_range(first, ID, last, ID, IgnoreError::NumberStoredAsText)?;
    let differs = ConditionalFormatFormula::new()
        .set_rule(formulas::differs(first).as_str())
        .set_format(Format::new().set_bold().set_background_color(SKY));
    pen.sheet.add_conditional_format(first, BAND, last, MOVE, &differs)?;
    pen.sheet.group_columns_collapsed(layout.key, layout.order)?;
    pen.sheet.set_freeze_panes(first, CLIENT + 1)?;
    pen.sheet.set_repeat_rows(HEADER, HEADER)?;
    pen.sheet.set_print_area(0, 0, last, layout.key - 1)?;
    page::protect(pen.sheet);
    pen.finish()?;
    Ok(names(book, layout))
}

/// The names of the input cells, such as `weight_growth` and `top_core`.
fn names(book: &Book, layout: &Layout) -> Vec<(String, String)> {
    let sheet = quote_sheet_name(&book.name(Sheet::Model));
    let at = |row, column| format!("={sheet}!{}", row_col_to_cell_absolute(row, column));
    let weights = (layout.points..).zip(&layout.metrics);
    let weights =
        weights.map(|(column, metric)| (format!("weight_{}", metric.code), at(WEIGHT, column)));
    let cuts = [("top", layout.cuts.top), ("share", layout.cuts.share)];
    let cuts = cuts.into_iter().flat_map(|(name, column)| {
        let tiers = (BLOCK + 1..).zip(&Tier::ALL[..3]);
        tiers.filter_map(move |(row, tier)| Some((name, tier.code(), row, column?)))
    });
    let cuts = cuts.map(|(name, tier, row, column)| (format!("{name}_{tier}"), at(row, column)));
    weights.chain(cuts).collect()
}
