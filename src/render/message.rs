//! What a diagnostic says, in the language of the output.
//!
//! A diagnostic is a code with named values. The catalogue has its sentences with a place for each value; here the values
//! are made fit for a reader: codes become words, control characters spaces, and long cells and lists are cut. A sentence
//! whose values are not all known gives way to its `_plain` form, so that no reader ever meets an empty place.

use super::excerpt::Words;
use super::table::cut;
use super::tier;
use crate::diagnostic::{Diagnostic, Excerpt, Fact, Severity, column_letters};
use crate::locale::{Lang, fill};

/// Characters of a cell or a heading that a sentence shows at most.
const CELL_SHOWN: usize = 60;
/// Columns of a cell in a line of its own.
const CELL_IN_LINE: usize = 40;
/// Characters of any other text.
const TEXT_SHOWN: usize = 300;
/// Items of a list.
const ITEMS_SHOWN: usize = 24;
/// Rows that the note on further diagnostics names.
const ROWS_SHOWN: usize = 5;
/// What stands for something left out.
const LEFT_OUT: &str = "...";

/// The words around a diagnostic. `more` others have the same code, in `rows` as far as those are known.
#[must_use]
pub fn words(lang: Lang, diagnostic: &Diagnostic, more: u64, rows: &[u64]) -> Words {
    let values = values(lang, diagnostic);
    let part = |name: &str| part(lang, diagnostic.code, name, &values);
    let counted = match diagnostic.facts.get("count") {
        Some(Fact::Int(count)) => u64::try_from(*count).unwrap_or(0).saturating_sub(1),
        _ => 0,
    };
    let label = part("label").unwrap_or_default();
    let mut notes: Vec<String> = part("note").into_iter().collect();
    // What should be there stands under the excerpt; a flag has none.
    if diagnostic.excerpt.is_none() && diagnostic.facts.contains_key("expected") {
        notes.splice(..0, Some(label.clone()).filter(|label| !label.is_empty()));
    }
    if let Some(Fact::Text(detail)) = diagnostic.facts.get("detail") {
        let detail = [("detail", shown(detail, TEXT_SHOWN))];
        notes.push(lang.fill("location.detail", &detail));
    }
    notes.extend(further(lang, more.max(counted), rows));
    Words {
        severity: severity(lang, diagnostic.severity),
        message: part("message").unwrap_or_else(|| title(lang, diagnostic.code)),
        location: location(lang, diagnostic),
        label,
        help_title: lang.text("severity.help"),
        help: part("help"),
        note_title: lang.text("severity.note"),
        notes,
    }
}

/// Only what a diagnostic says, as one clause without capital and full stop.
#[must_use]
pub fn sentence(lang: Lang, diagnostic: &Diagnostic) -> String {
    part(lang, diagnostic.code, "message", &values(lang, diagnostic))
        .unwrap_or_else(|| title(lang, diagnostic.code))
}

/// What a diagnostic says in one line, with the cell as given where the sentence does not name it.
#[must_use]
pub fn said(lang: Lang, diagnostic: &Diagnostic) -> String {
    let sentence = sentence(lang, diagnostic);
    let cell = diagnostic.cell.as_deref().filter(|cell| {
        diagnostic.severity != Severity::Notice && !cell.is_empty() && !sentence.contains(cell)
    });
    match cell {
        Some(cell) => {
            let values = [("sentence", sentence), ("cell", cut(&clean(cell), CELL_IN_LINE))];
            lang.fill("location.cell", &values)
        }
        None => sentence,
    }
}

/// What a code is about in a few words, for lists; the code itself where the catalogue has none.
#[must_use]
pub fn title(lang: Lang, code: &str) -> String {
    lang.find(&format!("diagnostic.{code}.title")).unwrap_or(code).to_owned()
}

/// The word for how bad something is.
#[must_use]
pub fn severity(lang: Lang, severity: Severity) -> String {
    lang.text(match severity {
        Severity::Error => "severity.error",
        Severity::Warning => "severity.warning",
        Severity::Notice => "severity.notice",
    })
}

/// Where a diagnostic was found: file, sheet, row and column, as far as they are known.
#[must_use]
pub fn location(lang: Lang, diagnostic: &Diagnostic) -> String {
    let origin = &diagnostic.origin;
    let mut parts = Vec::new();
    if !origin.file.is_empty() {
        parts.push(clean(&origin.file));
    }
    if matches!(diagnostic.excerpt, Some(Excerpt::Text { .. })) {
        return parts.concat();
    }
    if let Some(sheet) = &origin.sheet {
        parts.push(lang.fill("location.sheet", &[("sheet", shown(sheet, CELL_SHOWN))]));
    }
    if let Some(row) = origin.row {
        parts.push(lang.fill("location.row", &[("row", row.to_string())]));
    }
    let heading = origin.heading.as_deref().filter(|heading| !heading.is_empty());
    let column = origin.column.map(column_letters).unwrap_or_default();
    let key = match (heading, origin.column) {
        (Some(_), Some(_)) => Some("location.column_heading"),
        (Some(_), None) => Some("location.heading"),
        (None, Some(_)) => Some("location.column"),
        (None, None) => None,
    };
    if let Some(key) = key {
        let heading = shown(heading.unwrap_or_default(), CELL_SHOWN);
        parts.push(lang.fill(key, &[("heading", heading), ("column", column)]));
    }
    parts.join(&lang.text("location.separator"))
}

/// The note on further diagnostics of the same code.
fn further(lang: Lang, more: u64, rows: &[u64]) -> Option<String> {
    if more == 0 {
        return None;
    }
    let key = match (rows.is_empty(), more) {
        (true, _) => "location.more",
        (false, 1) => "location.more_row",
        (false, _) => "location.more_rows",
    };
    let mut named: Vec<String> = rows.iter().take(ROWS_SHOWN).map(ToString::to_string).collect();
    if more > named.len() as u64 {
        named.push(LEFT_OUT.to_owned());
    }
    let rows = lang.fact(&Fact::from(named));
    Some(lang.fill(key, &[("count", lang.fact(&Fact::from(more))), ("rows", rows)]))
}

type Values = Vec<(&'static str, String)>;

/// A sentence of the catalogue with its values; its plain form, or nothing, where one of them is not known.
fn part(lang: Lang, code: &str, name: &str, values: &Values) -> Option<String> {
    let plain = format!("{name}_plain");
    let candidates = [name, plain.as_str()];
    candidates
        .iter()
        .filter_map(|name| lang.find(&format!("diagnostic.{code}.{name}")))
        .find(|template| is_known(template, values))
        .map(|template| fill(template, values))
}

fn is_known(template: &str, values: &Values) -> bool {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).all(|(name, _)| {
        let placeholder = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        !placeholder || values.iter().any(|(known, _)| *known == name)
    })
}

/// Everything that a sentence may name, each as a reader wants it. What is empty is not known.
fn values(lang: Lang, diagnostic: &Diagnostic) -> Values {
    let origin = &diagnostic.origin;
    let cut = |text: &Option<String>| text.as_deref().map(|text| shown(text, CELL_SHOWN));
    let mut values: Values = [
        ("file", Some(shown(&origin.file, TEXT_SHOWN))),
        ("sheet", cut(&origin.sheet)),
        ("row", origin.row.map(|row| row.to_string())),
        ("column", origin.column.map(column_letters)),
        ("heading", cut(&origin.heading)),
        ("cell", cut(&diagnostic.cell)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    let code = diagnostic.code;
    for (name, fact) in &diagnostic.facts {
        let name: &'static str = name;
        match (name, fact) {
            ("expected", fact) => {
                values.push((name, expected(lang, code, fact)));
                if let Fact::Text(word) = fact {
                    let table = if code == "missing-value" { "missing" } else { "kind" };
                    if let Some(kind) = lang.find(&format!("expected.{table}.{word}")) {
                        values.push(("kind", kind.to_owned()));
                    }
                }
            }
            ("field", Fact::Text(field)) => {
                values.push((name, field_name(lang, field)));
                values.push(("field_code", shown(field, CELL_SHOWN)));
            }
            ("table", Fact::Text(table)) => {
                let label = lang.find(&format!("table.{table}"));
                values.push((
                    name,
                    label.map_or_else(|| shown(table, CELL_SHOWN), str::to_lowercase),
                ));
                values.push(("table_code", shown(table, CELL_SHOWN)));
            }
            ("missing", Fact::List(groups)) => values.extend(missing(lang, groups)),
            ("tier" | "before", Fact::Text(tier)) => {
                let text = |name: &str| match diagnostic.facts.get(name) {
                    Some(Fact::Text(text)) => Some(shown(text, CELL_SHOWN)),
                    _ => None,
                };
                let set = text("tier_set").unwrap_or_default();
                let own = text(&format!("{name}_name"));
                values.push((name, own.unwrap_or_else(|| tier::of_set(lang, &set, tier))));
            }
            ("signal" | "metric", Fact::Text(named)) => {
                let label = lang
                    .find(&format!("{name}.{named}.label"))
                    .or_else(|| lang.find(&format!("{name}.{named}")));
                values.push((
                    name,
                    label.map_or_else(|| shown(named, CELL_SHOWN), ToOwned::to_owned),
                ));
            }
            // a place or a version is not a quantity: no separators
            ("first" | "line" | "position" | "version" | "known", Fact::Int(place)) => {
                values.push((name, place.to_string()));
            }
            (_, Fact::Text(text)) => {
                let word = lang.find(&format!("diagnostic.{code}.{name}.{text}"));
                values
                    .push((name, word.map_or_else(|| shown(text, TEXT_SHOWN), ToOwned::to_owned)));
            }
            (_, Fact::List(list)) => values.push((name, items(lang, list))),
            (_, fact) => values.push((name, lang.fact(fact))),
        }
    }
    // Why it failed may name a place in the file.
    if let Some(Fact::Text(reason)) = diagnostic.facts.get("reason") {
        let own = lang.find(&format!("diagnostic.{code}.reason.{reason}"));
        if let Some(words) = own.or_else(|| lang.find(&format!("reason.{reason}"))) {
            let words = fill(words, &values);
            values.retain(|(name, _)| *name != "reason");
            values.push(("reason", words));
        }
    }
    values.retain(|(_, value)| !value.is_empty());
    values
}

/// What should have been there: words of the catalogue, or the choices that there are.
fn expected(lang: Lang, code: &str, fact: &Fact) -> String {
    match fact {
        Fact::List(choices) => {
            let quoted: Vec<String> =
                choices.iter().map(|choice| format!("\"{choice}\"")).collect();
            lang.fill("expected.one-of", &[("list", items(lang, &quoted))])
        }
        Fact::Text(word) => {
            let cell = format!("expected.cell.{word}");
            let cell = if code.starts_with("config-") { None } else { lang.find(&cell) };
            let text = cell.or_else(|| lang.find(&format!("expected.{word}")));
            text.map_or_else(|| shown(word, TEXT_SHOWN), ToOwned::to_owned)
        }
        other => lang.fact(other),
    }
}

/// Groups of fields of which none was found, such as `client/client_name`, and the first field of the first group.
fn missing(lang: Lang, groups: &[String]) -> Values {
    let or = lang.text("location.or");
    let named: Vec<String> = groups
        .iter()
        .map(|group| {
            group.split('/').map(|field| field_name(lang, field)).collect::<Vec<_>>().join(&or)
        })
        .collect();
    let first = groups.first().and_then(|group| group.split('/').next()).unwrap_or_default();
    let separator = lang.text("location.groups");
    vec![("missing", named.join(&separator)), ("missing_code", shown(first, CELL_SHOWN))]
}

fn field_name(lang: Lang, field: &str) -> String {
    lang.find(&format!("field.{field}")).map_or_else(|| shown(field, CELL_SHOWN), ToOwned::to_owned)
}

fn items(lang: Lang, list: &[String]) -> String {
    let mut items: Vec<String> = list
        .iter()
        .map(|item| shown(item, CELL_SHOWN))
        .filter(|item| !item.is_empty())
        .take(ITEMS_SHOWN)
        .collect();
    if list.len() > ITEMS_SHOWN {
        items.push(LEFT_OUT.to_owned());
    }
    lang.fact(&Fact::from(items))
}

/// A text on one line, at most `limit` characters of it.
fn shown(text: &str, limit: usize) -> String {
    let text = clean(text);
    let text = text.trim();
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}{LEFT_OUT}", text[..end].trim_end()),
    }
}

/// A text without control characters, which could end the line or rewrite the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if is_control(c) { ' ' } else { c }).collect()
}

/// Control characters, and those that turn the direction of writing.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Origin;
    use crate::render::excerpt;

    fn amount() -> Diagnostic {
        let origin = Origin {
            row: Some(412),
            column: Some(4),
            heading: Some("金额".to_owned()),
            ..Origin::file("transactions.csv")
        };
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Diagnostic::error("type-error", origin)
            .with("expected", "money")
            .with_cell("壹万贰仟")
            .with_excerpt(Excerpt::Record {
                headings: own(&["订单号", "客户编号", "日期", "数量", "金额"]),
                cells: own(&["T-2041", "C-0087", "2026/05/18", "12台", "壹万贰仟"]),
                at: 4,
            })
    }

    #[test]
    fn a_cell_in_both_languages() {
        let drawn =
            |lang| excerpt::render(&amount(), &words(lang, &amount(), 3, &[518, 640, 2210]), false);
        let en = r#"error[type-error]: `金额` is not a number
  --> transactions.csv, row 412, column "金额" (E)
      订单号    客户编号    日期          数量    金额
 412  T-2041    C-0087      2026/05/18    12台    壹万贰仟
                                                  ^^^^^^^^ expected a number, such as 12,000.00
  help: correct the cell, or leave such rows out with `--skip type-error`
  note: 3 more like this (rows 518, 640, 2210); `kam check` lists all
"#;
        assert_eq!(drawn(Lang::En), en);
        let zh = "错误[type-error]: `金额` 不是数字
  --> transactions.csv，第 412 行，“金额”列（E）
      订单号    客户编号    日期          数量    金额
 412  T-2041    C-0087      2026/05/18    12台    壹万贰仟
                                                  ^^^^^^^^ 应为数字，例如 12,000.00
  建议: 请改正该单元格，或用 `--skip type-error` 略过这类行
  备注: 另有 3 处同类问题（第 518、640、2210 行），`kam check` 可列出全部
";
        assert_eq!(drawn(Lang::Zh), zh);
        assert_eq!(sentence(Lang::Zh, &amount()), "`金额` 不是数字");
    }

    #[test]
    fn sentences_without_their_values_are_plain_or_left_out() {
        let unknown = Diagnostic::warning("unknown-client", Origin::default()).with_cell("C-9");
        let help = |diagnostic: &Diagnostic| words(Lang::En, diagnostic, 0, &[]).help;
        assert!(help(&unknown).is_some_and(|help| help.starts_with("add a row")));
        let known = unknown.with("suggestion", "Northwind (C-8)");
        assert!(help(&known).is_some_and(|help| help.starts_with("if it is Northwind (C-8),")));
        let damaged = Diagnostic::error("file-damaged", Origin::file("a.xls"));
        assert_eq!(sentence(Lang::En, &damaged), "the file is damaged");
        let unused = Diagnostic::notice("no-table", Origin::default()).with("files", Vec::new());
        assert_eq!(words(Lang::En, &unused, 0, &[]).notes, Vec::<String>::new());
    }

    #[test]
    fn codes_become_words() {
        let found = Diagnostic::error("missing-column", Origin::file("a.csv"))
            .with("table", "transactions")
            .with("missing", vec!["client/client_name".to_owned(), "date".to_owned()])
            .with("headings", vec!["甲".to_owned(), "乙".to_owned()]);
        let en = words(Lang::En, &found, 0, &[]);
        assert_eq!(en.message, "no column for client or client name; date");
        assert!(en.help.is_some_and(|help| help.contains("`client = [\"heading\"]`")));
        let zh = words(Lang::Zh, &found, 0, &[]);
        assert_eq!(zh.message, "没有找到客户或客户名称、日期列");
        assert_eq!(zh.notes, ["已有列名：甲、乙"]);
        let value = Diagnostic::error("config-value", Origin::file("kam.toml"))
            .with("key", "source.decimal")
            .with("expected", vec![".".to_owned(), ",".to_owned()]);
        assert_eq!(words(Lang::En, &value, 0, &[]).label, "expected one of \".\", \",\"");
        let basis = Diagnostic::notice("amount-basis", Origin::file("a.csv"));
        let basis = Diagnostic {
            origin: Origin { heading: Some("无税金额".to_owned()), ..basis.origin.clone() },
            ..basis.with("basis", "without_tax")
        };
        assert_eq!(sentence(Lang::En, &basis), "amounts are those under `无税金额`, without tax");
    }

    #[test]
    fn tiers_have_the_names_of_the_settings() {
        let expired = Diagnostic::notice("override-expired", Origin::default())
            .with_cell("C1")
            .with("until", "2026-03-01")
            .with("tier", "core")
            .with("tier_set", "gold");
        assert!(
            sentence(Lang::Zh, &expired).contains("（金牌）"),
            "{}",
            sentence(Lang::Zh, &expired)
        );
        let own = expired.with("tier_name", "S1");
        assert!(sentence(Lang::En, &own).contains("(S1)"), "{}", sentence(Lang::En, &own));
    }

    #[test]
    fn what_a_library_says_is_a_note() {
        let raw =
            Diagnostic::error("file-damaged", Origin::file("a.xls")).with("detail", "bad block");
        let words = words(Lang::Zh, &raw, 0, &[]);
        assert_eq!(
            (words.message.as_str(), words.notes),
            ("文件已损坏", vec!["技术细节（原文）：bad block".to_owned()])
        );
        let known = Diagnostic::error("import-damaged", Origin::file("a"))
            .with("reason", "json-end")
            .with("line", 3_u64)
            .with("position", 1200_u64);
        assert!(sentence(Lang::En, &known).ends_with("(line 3, character 1200)"));
    }

    #[test]
    fn the_users_text_cannot_reach_the_terminal() {
        let cell = format!("a\u{1b}[2J\nb\u{202e}{}", "长".repeat(100));
        let found = Diagnostic::warning("unknown-client", Origin::default()).with_cell(cell);
        let said = sentence(Lang::En, &found);
        assert!(said.starts_with("client `a [2J b 长"), "{said}");
        assert!(said.contains("长...` has") && !said.contains(char::is_control), "{said}");
    }

    #[test]
    fn further_rows_are_counted_when_not_all_are_named() {
        let note = |more, rows: &[u64]| further(Lang::En, more, rows).unwrap_or_default();
        assert_eq!(note(1, &[1518]), "1 more like this (row 1518); `kam check` lists all");
        assert_eq!(
            note(1200, &[7, 8]),
            "1,200 more like this (rows 7, 8, ...); `kam check` lists all"
        );
        assert_eq!(note(2, &[]), "2 more like this; `kam check` lists all");
        let counted = amount().with("count", 4_u64);
        assert_eq!(words(Lang::En, &counted, 0, &[]).notes.len(), 1);
    }
}
