//! The workbook read back.

use std::io::{Cursor, Read};

use calamine::{Data, Range, Reader, Xlsx};

use super::*;
use crate::config::Policy;
use crate::render::fixture;

fn open(bytes: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes.to_vec())).expect("a workbook")
}

fn sheet(lang: Lang, name: &str) -> Range<Data> {
    let bytes = workbook(&fixture::review(), lang).expect("bytes");
    open(&bytes).worksheet_range(name).expect("a sheet")
}

fn text(range: &Range<Data>, row: u32, column: u32) -> String {
    range.get_value((row, column)).map(ToString::to_string).unwrap_or_default()
}

fn number(range: &Range<Data>, row: u32, column: u32) -> f64 {
    match range.get_value((row, column)) {
        Some(Data::Float(number)) => *number,
        other => panic!("{row},{column} is {other:?}"),
    }
}

fn column(range: &Range<Data>, row: u32, heading: &str) -> u32 {
    (0..60).find(|at| text(range, row, *at) == heading).unwrap_or_else(|| panic!("{heading}"))
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut out = String::new();
    archive.by_name(name).expect(name).read_to_string(&mut out).expect("text");
    out
}

#[test]
fn has_the_sheets_in_both_languages() {
    let bytes = workbook(&fixture::review(), Lang::En).expect("bytes");
    assert_eq!(
        open(&bytes).sheet_names(),
        [
            "Overview",
            "Actions",
            "Clients",
            "Model",
            "Owners",
            "Portfolio",
            "Data quality",
            "Method"
        ]
    );
    let bytes = workbook(&fixture::review(), Lang::Zh).expect("bytes");
    assert_eq!(
        open(&bytes).sheet_names(),
        ["总览", "跟进清单", "客户明细", "评分模型", "客户经理", "组合", "数据质量", "计算说明"]
    );
}

#[test]
fn same_review_gives_same_bytes() {
    for lang in Lang::ALL {
        let first = workbook(&fixture::review(), lang).expect("bytes");
        let second = workbook(&fixture::review(), lang).expect("bytes");
        assert!(first == second);
        let core = part(&first, "docProps/core.xml");
        assert!(core.contains("2026-06-30T00:00:00Z"), "{core}");
        assert!(core.contains("<dc:creator></dc:creator>"), "{core}");
    }
}

#[test]
fn no_key_shows_through() {
    for lang in Lang::ALL {
        let bytes = workbook(&fixture::review(), lang).expect("bytes");
        let mut book = open(&bytes);
        for name in book.sheet_names() {
            let range = book.worksheet_range(&name).expect("a sheet");
            for (row, column, cell) in range.used_cells() {
                let cell = cell.to_string();
                assert!(!cell.starts_with("book."), "{name} {row},{column}: {cell}");
                assert!(!cell.contains('{'), "{name} {row},{column}: {cell}");
            }
        }
    }
}

#[test]
fn overview_shows_figures_and_tiers() {
    let range = sheet(Lang::En, "Overview");
    assert_eq!(text(&range, 0, 0), "Key account review 2026Q2");
    assert_eq!(text(&range, 1, 0), "As of 2026-06-30. Amounts in CNY.");
    assert!((number(&range, 5, 0) - 18_079_850.0).abs() < 1e-6);
    assert_eq!(text(&range, 6, 0), "-1.1% against the year before (18,272,000)");
    assert_eq!(text(&range, 10, 0), "Strategic");
    assert_eq!(
        (text(&range, 14, 0), text(&range, 15, 0)),
        ("Inactive".to_owned(), "All".to_owned())
    );
    assert!((number(&range, 15, 1) - 12.0).abs() < 1e-9);
    // Sales and clients at risk of all rows are those of the last.
    for column in [2, 6] {
        let sum: f64 = (10..15).map(|row| number(&range, row, column)).sum();
        assert!((sum - number(&range, 15, column)).abs() < 1e-6, "{column}: {sum}");
    }
    assert!(text(&range, 16, 0).starts_with("Inactive: 2, of which 1 dormant"));
    assert!(text(&range, 16, 0).ends_with("5 = 4 active (in tiers) + 1 dormant (in none)."));
    assert!(text(&range, 21, 0).starts_with("1. 深圳市"));
    let reason = "No order for 74 days, usual gap 21; last 90 days 48.2% below a year ago";
    assert_eq!(text(&range, 21, 8), reason);
    assert_eq!(text(&range, 42, 0), "Rows: 12,345 in the files = 12,338 used + 7 left out.");
}

#[test]
fn overview_says_why_the_top_tier_is_empty() {
    let mut review = fixture::review();
    review.top_tier_empty = Some(0.096);
    for (policy, says) in
        [(Policy::Share, "no client holds more than 20%"), (Policy::Rank, "held down")]
    {
        review.policy = policy;
        let bytes = workbook(&review, Lang::En).expect("bytes");
        let range = open(&bytes).worksheet_range("Overview").expect("a sheet");
        let line = text(&range, 17, 0);
        assert!(line.contains(says) && line.contains("9.6%"), "{line}");
    }
}

#[test]
fn actions_lists_the_largest_priority_first_with_input_cells() {
    let range = sheet(Lang::Zh, "跟进清单");
    assert_eq!(text(&range, 3, 1), "客户");
    assert_eq!(text(&range, 4, 2), "00017");
    assert_eq!(text(&range, 4, 9), "74 天未下单，平时间隔 21 天；近 90 天比去年同期低 48.2%");
    assert_eq!(text(&range, 4, 10), "电话跟进下一张订单");
    assert_eq!(text(&range, 7, 4), "未活跃");
    let bytes = workbook(&fixture::review(), Lang::Zh).expect("bytes");
    let xml = part(&bytes, "xl/worksheets/sheet2.xml");
    assert!(xml.contains("<sheetProtection sheet=\"1\""), "protected");
    assert!(!xml.contains("password"), "without a password");
    assert!(xml.contains("待跟进,跟进中,已完成,无需处理"), "drop-down");
}

#[test]
fn clients_add_up_to_their_scores() {
    let range = sheet(Lang::En, "Clients");
    let (score, first) = (column(&range, 3, "Score"), column(&range, 3, "Coverage %") + 1);
    let sales = column(&range, 3, "Days since last order") - 3;
    assert_eq!(text(&range, 3, sales), "Net sales");
    for row in 4..17 {
        let sum: f64 = (first..sales)
            .filter(|at| !text(&range, row, *at).is_empty())
            .map(|at| number(&range, row, at))
            .sum();
        assert!((sum - number(&range, row, score)).abs() < 1e-9, "row {row}");
    }
    assert_eq!(range.get_value((4, 1)), Some(&Data::String("00017".to_owned())));
    let name = Data::String("=HYPERLINK(\"http://x\")".to_owned());
    assert_eq!(range.get_value((7, 2)), Some(&name));
    let caps = column(&range, 3, "What keeps the tier down");
    assert_eq!(text(&range, 5, caps), "Strategic needs: business lines");
    assert_eq!(text(&range, 3, column(&range, 3, "Worth a look") + 1), "2025-07");
}

#[test]
fn previous_tiers_show_only_where_there_are_any() {
    let range = sheet(Lang::En, "Clients");
    assert_eq!(text(&range, 5, column(&range, 3, "Movement")), "down");
    let mut review = fixture::review();
    for client in &mut review.clients {
        client.tier_previous = None;
    }
    let bytes = workbook(&review, Lang::En).expect("bytes");
    let range = open(&bytes).worksheet_range("Clients").expect("a sheet");
    assert!((0..60).all(|at| text(&range, 3, at) != "Movement"));
}

#[test]
fn quality_lists_what_was_left_out_and_found() {
    let range = sheet(Lang::En, "Data quality");
    let cells: Vec<String> = range.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    for expected in [
        "  of which: dated after the as-of date",
        "壹万贰仟",
        "=1+1",
        "not used: no transactions found",
        "tab",
        "E",
    ] {
        assert!(cells.iter().any(|cell| cell == expected), "{expected}");
    }
}

/// The row of a sheet whose first cell is this text.
fn row(range: &Range<Data>, first: &str) -> u32 {
    (0..300).find(|at| text(range, *at, 0) == first).unwrap_or_else(|| panic!("{first}"))
}

#[test]
fn owners_add_up_to_the_totals() {
    for (lang, name, nobody, all) in [
        (Lang::En, "Owners", "(no account manager)", "All"),
        (Lang::Zh, "客户经理", "（无客户经理）", "合计"),
    ] {
        let range = sheet(lang, name);
        assert_eq!(text(&range, 4, 0), "王芳");
        assert_eq!(row(&range, nobody) + 1, row(&range, all), "nobody comes last");
        for (column, total) in [(1, 14.0), (2, 12.0), (3, 18_079_850.0), (4, 18_272_000.0)] {
            let sum: f64 = (4..8).map(|at| number(&range, at, column)).sum();
            assert!((sum - total).abs() < 1e-6, "{sum}");
            assert!((number(&range, row(&range, all), column) - total).abs() < 1e-6);
        }
        let tiers: f64 = (7..11).map(|column| number(&range, row(&range, all), column)).sum();
        assert!((tiers - 12.0).abs() < 1e-9);
    }
}

#[test]
fn portfolio_shows_what_the_data_has() {
    let range = sheet(Lang::En, "Portfolio");
    let expect = |first: &str, column, expected: f64| {
        let found = number(&range, row(&range, first), column);
        assert!((found - expected).abs() < 1e-9, "{first}: {found}");
    };
    expect("10 largest clients", 1, 0.989);
    expect("Clients that hold 80% of sales", 1, 5.0);
    expect("Net revenue retention", 1, 0.954_567);
    expect("Contracts renewed", 1, 0.8);
    expect("Net promoter score (−100 to 100)", 1, 50.0);
    expect("Replies within the complex promise", 1, 0.45);
    expect("until 2024-06-30", 4, 0.8);
    expect("2024-07-01 – 2025-06-30", 1, 2.0);
    expect("medium", 4, 0.75);
    expect("整线设备", 5, 4_500_000.0);
    expect("All open", 5, 500_000.0);
    let note = text(&range, row(&range, "All open") + 1, 0);
    assert_eq!(note, "Won: 3 of 4 decided deals (75.0%), 87.5% by amount.");
    let line = Data::String("=Spare parts".to_owned());
    assert_eq!(range.get_value((row(&range, "=Spare parts"), 0)), Some(&line), "no formula");
    let range = sheet(Lang::Zh, "组合");
    assert!((number(&range, row(&range, "合同续约率"), 1) - 0.8).abs() < 1e-9);

    let mut review = fixture::review();
    let figures = review.portfolio.as_mut().expect("figures");
    (figures.cohorts, figures.whitespace, figures.funnel) = (None, None, None);
    (figures.loyalty, figures.service) = (None, None);
    (figures.renewals, figures.replies) = (None, None);
    figures.retention.active_prior = None;
    let bytes = workbook(&review, Lang::En).expect("bytes");
    let range = open(&bytes).worksheet_range("Portfolio").expect("a sheet");
    let cells: Vec<String> = range.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    for absent in ["Deals by stage", "Open feedback", "Business line", "Replies"] {
        assert!(!cells.iter().any(|cell| cell.starts_with(absent)), "{absent}");
    }
    assert!(cells.iter().any(|cell| cell.starts_with("The data begins with 2023-07-03, too late")));
}

#[test]
fn sheets_without_anything_to_show_are_left_out() {
    let mut review = fixture::review();
    let figures = review.portfolio.as_mut().expect("figures");
    figures.owners.rows.retain(|row| row.owner.is_none());
    let bytes = workbook(&review, Lang::En).expect("bytes");
    assert!(!open(&bytes).sheet_names().contains(&"Owners".to_owned()));
    review.portfolio = None;
    let bytes = workbook(&review, Lang::En).expect("bytes");
    assert_eq!(open(&bytes).sheet_names().len(), 6);
}

#[test]
fn an_empty_review_is_a_workbook_too() {
    let mut review = fixture::review();
    review.clients.clear();
    review.actions.clear();
    review.monthly.clear();
    review.diagnostics.clear();
    review.inputs.clear();
    for lang in Lang::ALL {
        let bytes = workbook(&review, lang).expect("bytes");
        assert_eq!(open(&bytes).sheet_names().len(), 8);
    }
}

/// Writes the workbooks to the folder that `KAM_TEST_OUT` names, to be looked at.
#[test]
#[expect(clippy::disallowed_methods, reason = "asked for by whoever runs the test")]
fn writes_files_to_look_at() {
    let Some(folder) = std::env::var_os("KAM_TEST_OUT") else { return };
    for lang in Lang::ALL {
        let bytes = workbook(&fixture::review(), lang).expect("bytes");
        let path = std::path::Path::new(&folder).join(format!("review-{}.xlsx", lang.code()));
        std::fs::write(path, bytes).expect("written");
    }
}
