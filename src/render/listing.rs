//! Lists of clients: scores, tiers, the weekly risk list; as a table, CSV or JSON lines.
//!
//! A column says what it holds once; each format writes it its own way: the table with words in the language of the
//! output, CSV and JSON with codes and plain numbers.

use std::borrow::Cow;
use std::io::Write;

use serde_json::{Map, Value};

use crate::config::Labels;
use crate::diagnostic::Fact;
use crate::locale::{Lang, decimal, percent, whole_money};
use crate::money::Money;
use crate::period::Day;
use crate::review::{Client, FollowUp, Review};
use crate::score::Group;
use crate::tier::Tier;

use super::table::{Align, Table};
use super::{markdown, notes, sentence, tier};

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// All that a pivot table wants to know of each client; for files, not for people.
    Review,
    /// Scores and what they are made of.
    Score,
    /// Tiers and how they came about.
    Tier,
    /// The weekly risk list: clients that need action.
    Churn,
}

/// A cell before it is written.
enum Cell {
    Nothing,
    Text(String),
    /// A code and the catalogue table of its words.
    Code(&'static str, &'static str),
    Codes(Vec<String>, &'static str),
    Count(u64),
    Number(f64, usize),
    Share(f64),
    Money(Money),
    Flag(bool),
    Date(Day),
}

/// Takes a cell from a client.
type Take = dyn Fn(&Client, Lang) -> Cell;

/// A column: its code and how to take it from a client.
struct Column {
    code: Cow<'static, str>,
    align: Align,
    cell: Box<Take>,
}

fn column(
    code: impl Into<Cow<'static, str>>,
    align: Align,
    cell: impl Fn(&Client, Lang) -> Cell + 'static,
) -> Column {
    Column { code: code.into(), align, cell: Box::new(cell) }
}

fn left(
    code: impl Into<Cow<'static, str>>,
    cell: impl Fn(&Client, Lang) -> Cell + 'static,
) -> Column {
    column(code, Align::Left, cell)
}

fn right(
    code: impl Into<Cow<'static, str>>,
    cell: impl Fn(&Client, Lang) -> Cell + 'static,
) -> Column {
    column(code, Align::Right, cell)
}

fn number(value: Option<f64>, places: usize) -> Cell {
    value.map_or(Cell::Nothing, |value| Cell::Number(value, places))
}

fn count(value: u64) -> Cell {
    Cell::Count(value)
}

/// The heading of a column.
fn heading(code: &str, lang: Lang) -> String {
    lang.text(&format!("summary.column.{code}"))
}

fn known_text(value: Option<&str>) -> Cell {
    value.map_or(Cell::Nothing, |text| Cell::Text(text.to_owned()))
}

fn date(value: Option<Day>) -> Cell {
    value.map_or(Cell::Nothing, Cell::Date)
}

fn tier_code(value: Option<Tier>) -> Cell {
    value.map_or(Cell::Nothing, |tier| Cell::Code(tier.code(), "tier"))
}

fn codes(values: &[&'static str], table: &'static str) -> Cell {
    Cell::Codes(values.iter().map(|code| (*code).to_owned()).collect(), table)
}

fn rank() -> Column {
    right("rank", |client, _| client.rank.map_or(Cell::Nothing, |rank| count(rank as u64)))
}

fn names() -> [Column; 2] {
    [
        left("client_id", |client, _| Cell::Text(client.client_id.clone())),
        left("name", |client, _| Cell::Text(client.name.clone())),
    ]
}

fn owner() -> Column {
    left("owner", |client, _| known_text(client.owner.as_deref()))
}

fn tier_or_stage() -> Column {
    left("tier", |client, _| match client.tier {
        Some(tier) => Cell::Code(tier.code(), "tier"),
        None => Cell::Code(client.stage.code(), "stage"),
    })
}

fn score() -> Column {
    right("score", |client, _| number(client.score, 1))
}

fn groups() -> [Column; 4] {
    [
        right("contribution", |client, _| number(client.groups.get(Group::Contribution), 1)),
        right("synergy", |client, _| number(client.groups.get(Group::Synergy), 1)),
        right("potential", |client, _| number(client.groups.get(Group::Potential), 1)),
        right("coverage", |client, _| Cell::Number(client.coverage, 0)),
    ]
}

fn net_sales() -> Column {
    right("net_sales", |client, _| Cell::Money(client.features.net_sales))
}

fn found() -> [Column; 2] {
    [
        left("risk_level", |client, _| Cell::Code(client.risk_level.code(), "level")),
        right("risk", |client, _| Cell::Share(client.risk)),
    ]
}

fn why() -> Column {
    left("why", |client, lang| Cell::Text(sentence::reason(lang, client)))
}

/// The computed tier, and why a person gave another.
fn given() -> [Column; 3] {
    [
        left("tier_computed", |client, _| tier_code(client.tier_computed)),
        left("override_reason", |client, _| {
            known_text(client.given.as_ref().map(|given| given.reason.as_str()))
        }),
        left("override_until", |client, _| {
            date(client.given.as_ref().and_then(|given| given.until))
        }),
    ]
}

/// The findings that people silenced.
fn snoozed() -> Column {
    left("snoozed", |client, _| {
        let codes = client.snoozed.iter().map(|found| found.code.to_owned());
        Cell::Codes(codes.collect(), "signal")
    })
}

/// The band, that by the policy alone, and whether the previous review keeps it above that.
fn bands() -> [Column; 3] {
    [
        left("band", |client, _| tier_code(client.band)),
        left("band_raw", |client, _| tier_code(client.band_raw)),
        left("kept", |client, _| Cell::Flag(client.held().is_some())),
    ]
}

/// How the tier came about.
fn reasons() -> [Column; 5] {
    [
        left("caps", |client, _| codes(&client.caps, "cap")),
        left("conditions_failed", |client, _| {
            Cell::Codes(client.conditions_failed.to_vec(), "condition")
        }),
        left("to_confirm", |client, _| codes(&client.to_confirm, "condition")),
        left("one_off", |client, _| Cell::Flag(client.one_off)),
        left("rising", |client, _| Cell::Flag(client.rising)),
    ]
}

/// Who a client is.
fn profile() -> [Column; 5] {
    [
        owner(),
        left("industry", |client, _| known_text(client.industry.as_deref())),
        left("region", |client, _| known_text(client.region.as_deref())),
        left("stage", |client, _| Cell::Code(client.stage.code(), "stage")),
        left("active", |client, _| Cell::Flag(client.active)),
    ]
}

/// The tier alone: the stage has a column of its own.
fn tier_of_review() -> Column {
    left("tier", |client, _| tier_code(client.tier))
}

fn before() -> Column {
    left("tier_previous", |client, _| tier_code(client.tier_previous))
}

fn movement() -> Column {
    left("movement", |client, _| {
        client.movement.map_or(Cell::Nothing, |code| Cell::Code(code, "book.movement"))
    })
}

/// What a metric adds to the score.
fn adds(metric: &'static str) -> Column {
    right(format!("adds_{metric}"), move |client, _| number(client.adds.get(metric), 2))
}

fn figures() -> [Column; 10] {
    [
        net_sales(),
        right("net_sales_prior", |client, _| Cell::Money(client.features.net_sales_prior)),
        right("growth", |client, _| client.features.growth.map_or(Cell::Nothing, Cell::Share)),
        right("margin_rate", |client, _| {
            client.features.margin_rate.map_or(Cell::Nothing, Cell::Share)
        }),
        right("orders", |client, _| count(client.features.orders.into())),
        left("last_order", |client, _| date(client.features.last_order)),
        right("days_since_last_order", |client, _| {
            number(client.features.days_since_last_order.map(f64::from), 0)
        }),
        right("order_gap_median", |client, _| number(client.features.order_gap_median, 1)),
        right("lines", |client, _| number(client.features.lines.map(f64::from), 0)),
        right("pay_days", |client, _| number(client.features.pay_days, 1)),
    ]
}

/// The findings as `signal:level`.
fn signals() -> Column {
    left("signals", |client, _| {
        let found = client.signals.iter();
        Cell::Codes(
            found.map(|found| format!("{}:{}", found.code, found.level.code())).collect(),
            "signal",
        )
    })
}

fn follow_up() -> [Column; 3] {
    [
        right("priority", |client, _| Cell::Number(client.priority, 0)),
        left("next_step", |client, _| {
            client.next_step.map_or(Cell::Nothing, |code| Cell::Code(code, "action"))
        }),
        left("due", |client, _| date(client.due)),
    ]
}

/// What people typed into the follow-up list.
fn typed() -> [Column; 3] {
    type Part = fn(&FollowUp) -> Option<&str>;
    let part = |code, of: Part| {
        left(code, move |client, _| known_text(client.follow_up.as_deref().and_then(of)))
    };
    [
        part("follow_up_status", |typed| typed.status.as_deref()),
        part("follow_up_next_step", |typed| typed.next_step.as_deref()),
        part("follow_up_note", |typed| typed.note.as_deref()),
    ]
}

impl List {
    fn columns(self, review: &Review) -> Vec<Column> {
        let mut columns = Vec::new();
        match self {
            Self::Review => {
                columns.push(rank());
                columns.extend(names());
                columns.extend(profile());
                columns.extend([tier_of_review(), before(), movement(), score()]);
                columns.extend(groups());
                columns.extend(review.weights.iter().map(|(metric, _)| adds(metric)));
                columns.extend(figures());
                columns.extend(found());
                columns.extend([signals(), why()]);
                columns.extend(follow_up());
                columns.extend(reasons());
                columns.extend(typed());
                columns.extend(given());
                columns.push(snoozed());
                columns.push(left("segment", |client, _| known_text(client.segment.as_deref())));
                columns.extend(bands());
            }
            Self::Score => {
                columns.push(rank());
                columns.extend(names());
                columns.extend([tier_or_stage(), score()]);
                columns.extend(groups());
                columns.push(net_sales());
            }
            Self::Tier => {
                columns.push(rank());
                columns.extend(names());
                columns.extend([tier_or_stage(), score()]);
                columns.push(right("sales_share", |client, _| {
                    client.features.sales_share.map_or(Cell::Nothing, Cell::Share)
                }));
                columns.extend(bands());
                columns.extend(reasons());
                if review.totals.overridden > 0 {
                    columns.extend(given());
                }
            }
            Self::Churn => {
                columns.extend(names());
                columns.extend([owner(), tier_or_stage()]);
                columns.extend(found());
                columns.push(net_sales());
                columns.push(right("priority", |client, _| Cell::Number(client.priority, 0)));
                columns.push(left("due", |client, _| date(client.due)));
                columns.push(why());
            }
        }
        if review.scope.is_some() {
            // What a client is among all others.
            columns.retain(|column| !["rank", "sales_share"].contains(&column.code.as_ref()));
        }
        columns
    }

    fn code(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Score => "score",
            Self::Tier => "tier",
            Self::Churn => "churn",
        }
    }

    fn clients(self, review: &Review) -> Vec<&Client> {
        match self {
            Self::Review | Self::Score => review.clients.iter().collect(),
            Self::Tier => review.clients.iter().filter(|client| client.active).collect(),
            Self::Churn => review.actions.iter().map(|at| &review.clients[*at]).collect(),
        }
    }

    /// Columns that a narrow terminal can do without, the most dispensable first.
    fn dispensable(self) -> &'static [&'static str] {
        match self {
            Self::Churn => &["client_id", "risk", "net_sales", "owner"],
            Self::Tier => &["client_id", "sales_share", "kept", "override_until"],
            Self::Review | Self::Score => &["client_id"],
        }
    }

    /// The columns that people are shown: what is the same for all clients because no band is kept goes without saying.
    fn shown(self, review: &Review) -> Vec<Column> {
        let mut columns = self.columns(review);
        if review.totals.kept == 0 {
            columns.retain(|column| !["band_raw", "kept"].contains(&column.code.as_ref()));
        }
        columns
    }

    /// As a table. What a terminal of that width has no room for is left out, and named under the table.
    #[must_use]
    pub fn table(self, review: &Review, lang: Lang, width: Option<usize>) -> String {
        let dispensable: Vec<String> =
            self.dispensable().iter().map(|code| heading(code, lang)).collect();
        let (table, hidden) = self.in_words(review, lang).fitted(&dispensable, width);
        let mut drawn = table.draw(width);
        if !hidden.is_empty() {
            let columns = lang.fact(&Fact::from(hidden));
            drawn.push_str(&lang.fill("summary.hidden", &[("columns", columns)]));
            drawn.push('\n');
        }
        if let Some(note) = self.note(review, lang) {
            drawn.push_str(&note);
            drawn.push('\n');
        }
        drawn
    }

    /// The columns that people are shown, in words.
    fn in_words(self, review: &Review, lang: Lang) -> Table {
        let (columns, labels) = (self.shown(review), &review.config.labels);
        let headings = columns.iter().map(|column| (heading(&column.code, lang), column.align));
        let mut table = Table::new(headings.collect());
        for client in self.clients(review) {
            let cells =
                columns.iter().map(|column| words(&(column.cell)(client, lang), labels, lang));
            table.row(cells.collect());
        }
        table
    }

    /// What the list leaves out on purpose, and what its tiers rest on besides this review.
    fn note(self, review: &Review, lang: Lang) -> Option<String> {
        match self {
            Self::Churn => notes::snoozed(review, lang),
            Self::Tier => notes::kept(review, lang),
            Self::Review | Self::Score => None,
        }
    }

    /// As Markdown: a heading, what it is of, and the table.
    #[must_use]
    pub fn markdown(self, review: &Review, lang: Lang) -> String {
        let mut body = self.in_words(review, lang).markdown();
        if let Some(note) = self.note(review, lang) {
            body.extend(["\n", &note, "\n"]);
        }
        markdown::titled(review, lang, &format!("markdown.{}", self.code()), &body)
    }

    /// As CSV with the codes of the columns as headings.
    pub fn csv(self, review: &Review, lang: Lang) -> anyhow::Result<Vec<u8>> {
        let columns = self.columns(review);
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(columns.iter().map(|column| column.code.as_ref()))?;
        for client in self.clients(review) {
            let cells = columns.iter().map(|column| plain(&(column.cell)(client, lang)));
            writer.write_record(cells)?;
        }
        writer.into_inner().map_err(|error| anyhow::anyhow!("{}", error.error()))
    }

    /// As JSON: a list, or one object per line.
    pub fn json(self, review: &Review, lang: Lang, lines: bool) -> anyhow::Result<Vec<u8>> {
        let columns = self.columns(review);
        let objects: Vec<Value> = self
            .clients(review)
            .into_iter()
            .map(|client| {
                let fields: Map<String, Value> = columns
                    .iter()
                    .map(|column| (column.code.to_string(), value(&(column.cell)(client, lang))))
                    .collect();
                Value::Object(fields)
            })
            .collect();
        let mut out = Vec::new();
        if lines {
            for object in objects {
                serde_json::to_writer(&mut out, &object)?;
                out.push(b'\n');
            }
        } else {
            let all = serde_json::json!({
                "schema_version": review.schema_version,
                "list": self.code(),
                "as_of": review.as_of,
                "clients": objects,
            });
            serde_json::to_writer_pretty(&mut out, &all)?;
            out.push(b'\n');
        }
        Ok(out)
    }
}

/// All clients as a CSV file, with the mark that spreadsheets in China need to see UTF-8.
pub(super) fn write_csv(review: &Review, lang: Lang, out: &mut dyn Write) -> anyhow::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    Ok(out.write_all(&List::Review.csv(review, lang)?)?)
}

/// All clients as JSON lines.
pub(super) fn write_jsonl(review: &Review, lang: Lang, out: &mut dyn Write) -> anyhow::Result<()> {
    Ok(out.write_all(&List::Review.json(review, lang, true)?)?)
}

fn words(cell: &Cell, labels: &Labels, lang: Lang) -> String {
    match cell {
        Cell::Nothing => "-".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Code(code, "tier") => tier::of_code(labels, lang, code),
        Cell::Code(code, table) => lang.text(&format!("{table}.{code}")),
        Cell::Codes(codes, table) => {
            let words: Vec<String> =
                codes.iter().map(|code| condition(code, table, labels, lang)).collect();
            words.join(&lang.text("location.list"))
        }
        Cell::Count(count) => count.to_string(),
        Cell::Number(number, places) if *places == 0 => decimal(*number, 0),
        Cell::Number(number, places) => format!("{number:.places$}"),
        Cell::Share(share) => percent(*share, 1),
        Cell::Money(money) => whole_money(*money),
        Cell::Flag(true) => lang.text("summary.yes"),
        Cell::Flag(false) => String::new(),
        Cell::Date(day) => day.to_string(),
    }
}

/// `strategic:business_lines` in words.
fn condition(code: &str, table: &str, labels: &Labels, lang: Lang) -> String {
    match code.split_once(':') {
        Some((tier, name)) => lang.fill(
            "summary.failed",
            &[
                ("tier", tier::of_code(labels, lang, tier)),
                ("condition", lang.text(&format!("{table}.{name}"))),
            ],
        ),
        None => lang.text(&format!("{table}.{code}")),
    }
}

/// A cell of a CSV file. Text that a spreadsheet would take for a formula is marked as text.
fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) => guarded(text),
        Cell::Code(code, _) => (*code).to_owned(),
        Cell::Codes(codes, _) => codes.join(" "),
        Cell::Count(count) => count.to_string(),
        Cell::Number(number, _) | Cell::Share(number) => number.to_string(),
        Cell::Money(money) => money.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Date(day) => day.to_string(),
    }
}

/// How formulas begin, also in programs that take full-width signs for the plain ones.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Text that begins as a formula would gets a leading apostrophe, unless it is a number in digits.
#[must_use]
pub fn guarded(text: &str) -> String {
    let is_number = || text.contains(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok();
    if text.starts_with(FORMULA) && !is_number() { format!("'{text}") } else { text.to_owned() }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Nothing => Value::Null,
        Cell::Text(text) => Value::from(text.clone()),
        Cell::Code(code, _) => Value::from(*code),
        Cell::Codes(codes, _) => Value::from(codes.clone()),
        Cell::Count(count) => Value::from(*count),
        Cell::Number(number, _) | Cell::Share(number) => Value::from(*number),
        Cell::Money(money) => serde_json::to_value(money).unwrap_or(Value::Null),
        Cell::Flag(flag) => Value::from(*flag),
        Cell::Date(day) => Value::from(day.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture;

    #[test]
    fn formulas_become_text() {
        for (given, written) in [
            ("=1+1", "'=1+1"),
            ("-12.5", "-12.5"),
            ("@x", "'@x"),
            ("甲", "甲"),
            ("-x", "'-x"),
            ("-inf", "'-inf"),
            ("＝1", "'＝1"),
        ] {
            assert_eq!(guarded(given), written);
        }
    }

    #[test]
    fn every_list_has_words_for_its_columns() {
        let review = fixture::review();
        for list in [List::Score, List::Tier, List::Churn] {
            for lang in Lang::ALL {
                let table = list.table(&review, lang, None);
                assert!(!table.contains("summary."), "{table}");
                for key in ["tier.", "stage.", "cap.", "condition.", "level."] {
                    assert!(!table.contains(key), "{key} in {table}");
                }
            }
            let csv = String::from_utf8(list.csv(&review, Lang::En).expect("CSV")).expect("UTF-8");
            assert_eq!(csv.lines().count(), list.clients(&review).len() + 1);
        }
    }

    #[test]
    fn a_kept_band_stands_beside_the_one_by_the_policy() {
        let mut review = fixture::review();
        let heading = Lang::En.text("summary.column.band_raw");
        assert!(!List::Tier.table(&review, Lang::En, None).contains(&heading));
        review.clients[1].band = Some(Tier::Core);
        review.clients[1].band_raw = Some(Tier::Potential);
        review.totals.kept = 1;
        let table = List::Tier.table(&review, Lang::En, None);
        assert!(table.contains(&heading) && table.contains("hysteresis of 5 points"), "{table}");
        // Programs find the same columns in every list.
        let json = List::Tier.json(&review, Lang::En, false).expect("JSON");
        let json: Value = serde_json::from_slice(&json).expect("JSON");
        let kept = |at: usize| json["clients"][at]["kept"].as_bool();
        assert_eq!((kept(0), kept(1)), (Some(false), Some(true)));
        assert_eq!(json["clients"][1]["band_raw"], "potential");
    }

    #[test]
    fn the_csv_of_a_review_has_what_a_pivot_table_needs() {
        let mut review = fixture::review();
        review.clients[0].owner = Some("=cmd".to_owned());
        for lang in Lang::ALL {
            let mut bytes = Vec::new();
            write_csv(&review, lang, &mut bytes).expect("CSV");
            let text = String::from_utf8(bytes).expect("UTF-8");
            assert!(text.starts_with('\u{feff}'), "the mark");
            let mut reader =
                csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
            let headings = reader.headers().expect("headings").clone();
            let at = |name: &str| {
                headings
                    .iter()
                    .position(|heading| heading == name)
                    .unwrap_or_else(|| panic!("{name}"))
            };
            let records: Vec<csv::StringRecord> =
                reader.records().map(|record| record.expect("a record")).collect();
            assert_eq!(records.len(), review.clients.len());
            assert_eq!(&records[0][at("owner")], "'=cmd");
            for name in
                ["net_sales", "net_sales_prior", "growth", "margin_rate", "priority", "risk"]
            {
                let value = &records[0][at(name)];
                assert!(value.is_empty() || value.parse::<f64>().is_ok(), "{name}: {value}");
            }
            assert!(records[0][at("signals")].contains(":high"), "{}", &records[0][at("signals")]);
            assert!(!records[0][at("why")].is_empty() && !records[0][at("due")].is_empty());
            // What each metric adds sums to the score.
            for record in records.iter().filter(|record| !record[at("score")].is_empty()) {
                let adds: f64 = headings
                    .iter()
                    .zip(record.iter())
                    .filter(|(heading, _)| heading.starts_with("adds_"))
                    .filter_map(|(_, value)| value.parse::<f64>().ok())
                    .sum();
                let score: f64 = record[at("score")].parse().expect("a score");
                assert!((adds - score).abs() < 1e-6, "{adds} {score}");
            }
        }
    }

    #[test]
    fn one_account_manager_does_not_see_the_place_among_all() {
        let mut review = fixture::review();
        review.scope = Some(crate::review::Scope { owner: None });
        for list in [List::Review, List::Score, List::Tier, List::Churn] {
            let csv = String::from_utf8(list.csv(&review, Lang::En).expect("CSV")).expect("UTF-8");
            let headings: Vec<&str> = csv.lines().next().expect("headings").split(',').collect();
            assert!(
                !headings.contains(&"rank") && !headings.contains(&"sales_share"),
                "{headings:?}"
            );
        }
    }
}
