//! The sheet read back: its formulas, their first results, its names.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};

use super::super::workbook;
use super::*;
use crate::config::Aggregation;
use crate::locale::Lang;
use crate::render::fixture;
use crate::review::Review;

/// The cells of the sheet, the formulas in it, and the names of the workbook.
struct Found {
    cells: calamine::Range<Data>,
    formulas: calamine::Range<String>,
    names: Vec<(String, String)>,
}

fn read(review: &Review) -> Found {
    let bytes = workbook(review, Lang::En).expect("bytes");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    Found {
        cells: book.worksheet_range("Model").expect("a sheet"),
        formulas: book.worksheet_formula("Model").expect("formulas"),
        names: book.defined_names().to_vec(),
    }
}

impl Found {
    fn text(&self, row: u32, column: u16) -> String {
        let cell = self.cells.get_value((row, u32::from(column)));
        cell.map(ToString::to_string).unwrap_or_default()
    }

    fn number(&self, row: u32, column: u16) -> Option<f64> {
        match self.cells.get_value((row, u32::from(column))) {
            Some(Data::Float(number)) => Some(*number),
            _ => None,
        }
    }

    fn formula(&self, row: u32, column: u16) -> String {
        self.formulas.get_value((row, u32::from(column))).cloned().unwrap_or_default()
    }

    fn column(&self, heading: &str) -> u16 {
        (0..40).find(|at| self.text(HEADER, *at) == heading).unwrap_or_else(|| panic!("{heading}"))
    }
}

#[test]
fn formulas_carry_the_figures_of_the_review() {
    let review = fixture::review();
    let found = read(&review);
    let points = found.column("Net sales");
    for (row, client) in (HEADER + 1..).zip(review.clients.iter().filter(|client| client.active)) {
        assert_eq!(found.text(row, ID), client.client_id);
        assert_eq!(found.number(row, RANK), client.rank.map(|rank| rank as f64));
        assert_eq!(found.number(row, SCORE), client.score);
        let band = fixture_tier(client.band);
        assert_eq!((found.text(row, BAND), found.text(row, BAND_REVIEWED)), (band.clone(), band));
        assert_eq!(found.text(row, MOVE), "");
        assert_eq!(found.number(row, points), client.points.get("net_sales"));
        for column in [RANK, SCORE, BAND, MOVE, points - 1] {
            assert!(!found.formula(row, column).is_empty(), "{row},{column}");
        }
        for column in [TIER, BAND_REVIEWED, RANK_REVIEWED, points] {
            assert_eq!(found.formula(row, column), "", "{row},{column}");
        }
    }
    // Only active clients are ranked.
    assert_eq!(found.text(HEADER + 13, ID), "");
    // One client lacks data for referrals: no points, not none.
    assert_eq!(found.number(HEADER + 4, found.column("Referrals")), None);
}

#[test]
fn a_kept_band_has_a_column_of_its_own_and_differs_from_nothing() {
    let mut review = fixture::review();
    let heading = "Kept in the review at";
    let found = read(&review);
    assert!((0..40).all(|at| found.text(HEADER, at) != heading), "nothing is kept");
    review.clients[2].band = Some(Tier::Core);
    review.clients[2].band_raw = Some(Tier::Potential);
    review.totals.kept = 1;
    let found = read(&review);
    let (row, column) = (HEADER + 3, found.column(heading));
    // What the formula gives is the band without the previous review.
    for band in [BAND, BAND_REVIEWED] {
        assert_eq!(found.text(row, band), fixture_tier(Some(Tier::Potential)));
    }
    assert_eq!(
        (found.text(row, column), found.text(row, MOVE)),
        ("Core".to_owned(), String::new())
    );
    assert_eq!(found.text(row + 1, column), "");
    assert!(found.text(LEGEND, 0).contains("no more than 5 points"), "said");
}

fn fixture_tier(tier: Option<Tier>) -> String {
    Lang::En.text(&format!("tier.{}", tier.map_or("inactive", Tier::code)))
}

#[test]
fn weights_and_cuts_are_named_cells_by_policy() {
    let mut review = fixture::review();
    for (policy, cuts) in [
        (Policy::Rank, vec!["top_core", "top_potential", "top_strategic"]),
        (Policy::Share, vec!["share_core", "share_potential", "share_strategic"]),
    ] {
        review.policy = policy;
        let found = read(&review);
        let cell = |name: &str| {
            let (_, at) = found.names.iter().find(|(known, _)| known == name).expect(name);
            let (column, row) = at.strip_prefix("Model!$").expect(at).split_once('$').expect(at);
            let row: u32 = row.parse().expect(at);
            found.number(row - 1, rust_xlsxwriter::utility::column_name_to_number(column))
        };
        for (metric, weight) in &review.weights {
            assert_eq!(cell(&format!("weight_{metric}")), Some(*weight), "{metric}");
        }
        for name in &cuts {
            assert!(cell(name).is_some_and(|cut| cut < 0.5), "{name}");
        }
        let named = found.names.iter().filter(|(name, _)| !name.starts_with("_xlnm"));
        let named: Vec<&str> = named.map(|(name, _)| name.as_str()).collect();
        assert_eq!(named.len(), review.weights.len() + cuts.len(), "{named:?}");
    }
}

#[test]
fn the_band_follows_the_policy() {
    let mut review = fixture::review();
    let band = |review: &Review| read(review).formula(HEADER + 1, BAND);
    assert_eq!(
        band(&review),
        "INDEX($C$6:$C$9,IF(OR(A11<=$E$6,W11>=$W$6),1,IF(OR(A11<=$E$7,W11>=$W$7),2,IF(OR(A11<=$E$8,W11>=$W$8),3,4))))"
    );
    review.policy = Policy::Share;
    assert_eq!(
        band(&review),
        "INDEX($C$6:$C$9,IF(ISNUMBER(J11),IF(ROUND(J11,12)>$D$6,1,IF(ROUND(J11,12)>=$D$7,2,IF(ROUND(J11,12)>=$D$8,3,4))),4))"
    );
    review.policy = Policy::All;
    let both = band(&review);
    assert!(both.starts_with("INDEX($C$6:$C$9,MAX(IF(OR(A11<=$F$6,"), "{both}");
}

#[test]
fn the_score_follows_the_aggregation() {
    let mut review = fixture::review();
    let score = |review: &Review| read(review).formula(HEADER + 1, SCORE);
    let known = "SUMPRODUCT(ISNUMBER(J11:L11)*$J$6:$L$6)";
    let mean = format!("IF({known}>0,SUMPRODUCT(J11:L11,$J$6:$L$6)/{known},\"\")");
    assert_eq!(score(&review), mean);
    review.config.score.aggregation = Aggregation::Geometric;
    assert!(score(&review).contains(&format!("IF(ISNUMBER(K11),K11^($K$6/{known}),1)")));
}

#[test]
fn only_weights_and_cuts_can_be_typed_into() {
    let bytes = workbook(&fixture::review(), Lang::En).expect("bytes");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut xml = String::new();
    archive
        .by_name("xl/worksheets/sheet4.xml")
        .expect("part")
        .read_to_string(&mut xml)
        .expect("text");
    assert!(xml.contains("<sheetProtection sheet=\"1\"") && !xml.contains("password"), "protected");
    for checked in ["sqref=\"M6:V6\"", "sqref=\"D6:D8\""] {
        assert!(xml.contains(checked), "{checked}");
    }
    assert_eq!(xml.matches("type=\"decimal\"").count(), 2);
    assert!(xml.contains("topLeftCell=\"D11\""), "frozen");
}

#[test]
fn equal_scores_stand_in_the_order_of_the_ranking() {
    let mut review = fixture::review();
    review.clients[1].features.net_sales = review.clients[0].features.net_sales;
    review.clients[1].features.margin = Some(10.0);
    let found = read(&review);
    let order = found.column("Order among equal scores");
    // The margin of the first is unknown, which comes last.
    assert_eq!(found.number(HEADER + 1, order), Some(2.0));
    assert_eq!(found.number(HEADER + 2, order), Some(1.0));
    assert_eq!(found.number(HEADER + 3, order), Some(3.0));
}
