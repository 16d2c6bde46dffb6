use super::*;
use crate::diagnostic::Origin;

fn words() -> Words {
    Words {
        severity: "error".into(),
        message: "amount is not a number".into(),
        location: "transactions.csv, row 412, column \"金额\" (E)".into(),
        label: "expected a number, such as 12,000.00".into(),
        help_title: "help".into(),
        help: Some("correct the cell, or leave such rows out with `--skip type-error`".into()),
        note_title: "note".into(),
        notes: vec!["3 more like this (rows 518, 640, 2210)".into()],
    }
}

fn record(headings: &[&str], cells: &[&str], at: usize, row: u64) -> Diagnostic {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let origin = Origin { row: Some(row), ..Origin::file("transactions.csv") };
    Diagnostic::error("type-error", origin).with_excerpt(Excerpt::Record {
        headings: own(headings),
        cells: own(cells),
        at,
    })
}

#[test]
fn a_record_stands_under_its_headings() {
    let diagnostic = record(
        &["订单号", "客户编号", "日期", "数量", "金额"],
        &["T-2041", "C-0087", "2026/05/18", "12台", "壹万贰仟"],
        4,
        412,
    );
    let expected = r#"error[type-error]: amount is not a number
  --> transactions.csv, row 412, column "金额" (E)
      订单号    客户编号    日期          数量    金额
 412  T-2041    C-0087      2026/05/18    12台    壹万贰仟
                                                  ^^^^^^^^ expected a number, such as 12,000.00
  help: correct the cell, or leave such rows out with `--skip type-error`
  note: 3 more like this (rows 518, 640, 2210)
"#;
    assert_eq!(render(&diagnostic, &words(), false), expected);
}

fn grid(diagnostic: &Diagnostic) -> String {
    let words = Words { label: "here".into(), ..Words::default() };
    let drawn = render(diagnostic, &words, false);
    drawn.split_once('\n').expect("a title").1.to_owned()
}

#[test]
fn a_wide_record_shows_the_columns_around_the_cell() {
    let headings: Vec<String> = (1..=20).map(|n| format!("列{n}")).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let cells = ["值"; 20];
    let expected = "    ...    列6    列7    列8    列9    列10    列11    列12    列13    ...
 7  ...    值     值     值     值     值      值      值      值      ...
                                               ^^ here
";
    assert_eq!(grid(&record(&headings, &cells, 10, 7)), expected);
    let drawn = grid(&record(&headings, &cells, 19, 7));
    assert!(drawn.starts_with("    ...    列13 "), "{drawn}");
    assert!(drawn.lines().next().is_some_and(|line| line.ends_with("列20")), "{drawn}");
}

#[test]
fn long_cells_are_shortened_and_missing_ones_pointed_at() {
    let long = "深圳市鸿运达科技有限公司第二分公司";
    let expected = "    客户                   金额
 7  深圳市鸿运达科技...
                           ^ here
";
    assert_eq!(grid(&record(&["客户", "金额"], &[long], 1, 7)), expected);
    let expected = "    客户                                  金额
 7  深圳市鸿运达科技有限公司第二分公司    12
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
";
    assert_eq!(grid(&record(&["客户", "金额"], &[long, "12"], 0, 7)), expected);
    let wide = long.repeat(30);
    let drawn = grid(&record(&["a", "b", "c"], &[&wide, &wide, &wide], 1, 7));
    assert!(drawn.lines().all(|line| line.width() <= TOTAL_WIDTH), "{drawn}");
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let diagnostic = record(&["a\u{1b}[31m"], &["x\ny\u{7}"], 0, 1);
    let words = Words { message: "no \u{1b}[2J".into(), ..words() };
    let drawn = render(&diagnostic, &words, false);
    assert!(!drawn.contains('\u{1b}') && !drawn.contains('\u{7}'), "{drawn:?}");
    assert_eq!(drawn.lines().count(), 7);
}

fn text_error(text: &str, part: &str) -> Diagnostic {
    let from = text.find(part).expect(part);
    Diagnostic::error("config-value", Origin::file("kam.toml")).with_excerpt(Excerpt::Text {
        text: text.to_owned(),
        from,
        to: from + part.len(),
    })
}

#[test]
fn carets_stand_under_the_text_after_wide_characters() {
    let text =
        "# 每季度的设置\nlang = \"zh\"\ncolumns = { \"金额\" = \"销售额（万元）\", b = 1 }\n";
    // after the place, the column is counted in characters, as editors do
    let words = Words {
        location: "设置/kam.toml".into(),
        message: "`columns` 的取值不允许".into(),
        severity: "错误".into(),
        label: "应为列表".into(),
        help_title: "帮助".into(),
        help: Some("写成 [\"销售额（万元）\"]".into()),
        ..Words::default()
    };
    let expected = r#"错误[config-value]: `columns` 的取值不允许
 --> 设置/kam.toml:3:20
  |
3 | columns = { "金额" = "销售额（万元）", b = 1 }
  |                      ^^^^^^^^^^^^^^^^ 应为列表
  帮助: 写成 ["销售额（万元）"]
"#;
    let drawn = render(&text_error(text, "\"销售额（万元）\""), &words, false);
    assert_eq!(drawn, expected);
}

#[test]
fn an_end_of_file_and_a_byte_order_mark_can_be_pointed_at() {
    let text = "\u{feff}lang = ";
    let end = Diagnostic::error("config-syntax", Origin::file("kam.toml"))
        .with_excerpt(Excerpt::Text { text: text.to_owned(), from: text.len(), to: text.len() });
    let words = Words { location: "kam.toml".into(), label: "here".into(), ..Words::default() };
    let drawn = render(&end, &words, false);
    assert!(drawn.contains("--> kam.toml:1:8"), "{drawn}");
    assert!(drawn.contains("1 | lang =\n  |        ^ here"), "{drawn}");
}

#[test]
fn colour_changes_no_letter() {
    let strip = |text: &str| -> String {
        let mut parts = text.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |out, part| out + part.split_once('m').map_or("", |(_, rest)| rest))
    };
    let record = record(&["金额"], &["壹"], 0, 12);
    for diagnostic in [record, text_error("a = 1\n", "1")] {
        let plain = render(&diagnostic, &words(), false);
        let coloured = render(&diagnostic, &words(), true);
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(strip(&coloured).replace(" \n", "\n"), plain);
    }
}

/// Every expectation that settings can be held to, one line of a settings file each.
const WRONG_SETTINGS: &str = r#"
lang = 1
currencies = "CNY"
as_of = "x"
period = "x"
fiscal_year_start = 0
policy = "x"
max_rejected = 2
skip_status = 1
source = [1, { table = "a" }, { path = "a", header_row = 0, encoding = "x", delimiter = "xx" }]
tier.core = { owner = 1, needs_fit = -1, top = 0.05 }
rising.growth = "x"
features.growth_grace_days = 1.5
due.low = -1
marks.synergy = 101
caps = 1
risk = { level_medium = 0.9, low = 0.5 }
[signal]
sales_down.change = { low = 1, medium = -0.4 }
margin_down.points.high = -0.01
[score]
growth_range = [2, 1]
[score.anchors]
net_sales = 1
margin = [[0, 0]]
growth = [[0, 0], [0, 1]]
headroom = [[0, 101]]
[score.share_anchors]
margin = [[3, 9]]
"#;

#[test]
fn problems_of_settings_have_all_their_sentences() {
    use crate::config::load::{Layer, load};
    use crate::diagnostic::Fact;
    use crate::locale::Lang;

    let texts = [WRONG_SETTINGS, "lang = ", "[score.weights]\ngrowth = 17\n"];
    let mut codes = Vec::new();
    for text in texts {
        let layer = Layer { name: "kam.toml".into(), text: text.into() };
        for problem in load(&[layer], &[]).expect_err("problems").diagnostics {
            for lang in Lang::ALL {
                let facts: Vec<(&str, String)> = problem
                    .facts
                    .iter()
                    .map(|(name, fact)| match fact {
                        Fact::Text(code) if *name == "expected" => {
                            let key = format!("expected.{code}");
                            (*name, lang.find(&key).expect(&key).to_owned())
                        }
                        fact => (*name, lang.fact(fact)),
                    })
                    .collect();
                let sentence =
                    |part: &str| lang.fill(&format!("diagnostic.{}.{part}", problem.code), &facts);
                let words = Words {
                    message: sentence("message"),
                    label: sentence("label"),
                    location: problem.origin.file.clone(),
                    ..Words::default()
                };
                assert!(!words.message.contains('{'), "{words:?}");
                assert!(!words.label.contains('{'), "{words:?}");
                let explained = lang.find(&format!("explain.diagnostic.{}", problem.code));
                assert!(explained.is_some(), "{words:?}");
                let drawn = render(&problem, &words, false);
                assert!(drawn.contains('^'), "{drawn}");
            }
            codes.push(problem.code);
        }
    }
    codes.sort_unstable();
    codes.dedup();
    let all = [
        "config-incomplete",
        "config-key",
        "config-syntax",
        "config-type",
        "config-value",
        "config-weights",
    ];
    assert_eq!(codes, all);
}

/// Whatever a settings file is cut off at, its problems can be drawn.
#[test]
fn half_written_settings_can_be_drawn() {
    use crate::config::load::{Layer, load};

    let text = "\u{feff}# 季度设置\r\n金额 = 1\nlang = 中文\n[columns.\"客户\"]\nname = [\n\t\"客户名称\",\n\t1,\n]\n\
                lang = { a = \"\"\"销售\n额\"\"\", b = '\u{1f469}\u{200d}\u{1f4bc}' }\n\
                [signal.order_overdu]\n[[source]]\ndelimiter = \"，，\"\n";
    let mut drawn = 0;
    for (at, _) in text.char_indices() {
        for part in [&text[..at], &text[at..]] {
            let layer = Layer { name: "kam.toml".into(), text: part.into() };
            let Err(error) = load(&[layer], &[]) else { continue };
            for problem in error.diagnostics {
                let words = Words { location: "kam.toml".into(), ..words() };
                drawn += render(&problem, &words, at % 2 == 0).len();
            }
        }
    }
    assert!(drawn > 0);
}

#[test]
fn no_line_of_a_record_is_wider_than_the_terminal() {
    let cells = [
        "深圳市鸿运达科技有限公司南山分公司",
        "a\tb",
        "👩‍👩‍👧‍👦 family",
        "e\u{301}te\u{301}",
        "2026-05-18",
        "壹万贰仟叁佰肆拾伍元陆角柒分整，未税，含运费，不含安装",
        "ＦＵＬＬ",
        "x",
        "Northwind Trading GmbH & Co. KG, Hamburg",
        "",
    ];
    let headings = ["客户", "b", "c", "d", "业务日期", "金额（元）", "g", "h", "备注", "j"];
    for at in 0..cells.len() {
        let diagnostic = record(&headings, &cells, at, 1_048_576);
        for width in [60, 80, 120] {
            let drawn = render_within(&diagnostic, &words(), false, Some(width));
            let lines: Vec<&str> =
                drawn.lines().skip(2).take_while(|line| !line.starts_with("  help")).collect();
            assert!(lines.iter().all(|line| line.width() <= width), "{width}, {at}:\n{drawn}");
            // The carets begin where the cell does.
            let caret = lines[2].find('^').expect("carets");
            let mut starts = lines[1].char_indices().map(|(at, _)| at);
            let start = starts.find(|at| lines[1][..*at].width() >= caret);
            let shown = &lines[1][start.unwrap_or(lines[1].len())..];
            let begins = cells[at].chars().next().is_none_or(|first| shown.starts_with(first));
            assert!(begins, "{width}, {at}:\n{drawn}");
        }
    }
}
