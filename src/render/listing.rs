//! Lists of clients: scores, tiers, the weekly risk list; as a table, CSV or JSON lines.
//!
//! A column says what it holds once; each format writes it its own way: the table with words in the language of the
//! output, CSV and JSON with codes and plain numbers.

use std::io::Write;

use serde_json::{Map, Value};

use crate::diagnostic::Fact;
use crate::locale::{Lang, decimal, money_text, percent};
use crate::money::Money;
use crate::review::{Client, Review};
use crate::score::Group;

use super::sentence;
use super::table::{Align, Table};

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
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
    Date(crate::period::Day),
}

/// A column: its code and how to take it from a client.
type Column = (&'static str, Align, fn(&Client, Lang) -> Cell);

const CLIENT: [Column; 2] = [
    ("client_id", Align::Left, |client, _| Cell::Text(client.client_id.clone())),
    ("name", Align::Left, |client, _| Cell::Text(client.name.clone())),
];

fn number(value: Option<f64>, places: usize) -> Cell {
    value.map_or(Cell::Nothing, |value| Cell::Number(value, places))
}

fn group(client: &Client, group: Group) -> Cell {
    number(client.groups.get(group), 1)
}

const RANK: Column = ("rank", Align::Right, |client, _| {
    client.rank.map_or(Cell::Nothing, |rank| Cell::Count(rank as u64))
});
const TIER: Column = ("tier", Align::Left, |client, _| match client.tier {
    Some(tier) => Cell::Code(tier.code(), "tier"),
    None => Cell::Code(client.stage.code(), "stage"),
});
const SCORE: Column = ("score", Align::Right, |client, _| number(client.score, 1));
const NET_SALES: Column =
    ("net_sales", Align::Right, |client, _| Cell::Money(client.features.net_sales));
const OWNER: Column =
    ("owner", Align::Left, |client, _| client.owner.clone().map_or(Cell::Nothing, Cell::Text));

impl List {
    fn columns(self) -> Vec<Column> {
        let mut columns = Vec::new();
        match self {
            Self::Score => {
                columns.push(RANK);
                columns.extend(CLIENT);
                columns.extend([TIER, SCORE]);
                columns.push(("contribution", Align::Right, |client, _| {
                    group(client, Group::Contribution)
                }));
                columns.push(("synergy", Align::Right, |client, _| group(client, Group::Synergy)));
                columns
                    .push(("potential", Align::Right, |client, _| group(client, Group::Potential)));
                columns
                    .push(("coverage", Align::Right, |client, _| Cell::Number(client.coverage, 0)));
                columns.push(NET_SALES);
            }
            Self::Tier => {
                columns.push(RANK);
                columns.extend(CLIENT);
                columns.extend([TIER, SCORE]);
                columns.push(("sales_share", Align::Right, |client, _| {
                    client.features.sales_share.map_or(Cell::Nothing, Cell::Share)
                }));
                columns.push(("band", Align::Left, |client, _| {
                    client.band.map_or(Cell::Nothing, |band| Cell::Code(band.code(), "tier"))
                }));
                columns.push(("caps", Align::Left, |client, _| {
                    Cell::Codes(client.caps.iter().map(|cap| (*cap).to_owned()).collect(), "cap")
                }));
                columns.push(("conditions_failed", Align::Left, |client, _| {
                    Cell::Codes(client.conditions_failed.clone(), "condition")
                }));
                columns.push(("to_confirm", Align::Left, |client, _| {
                    Cell::Codes(
                        client.to_confirm.iter().map(|name| (*name).to_owned()).collect(),
                        "condition",
                    )
                }));
                columns.push(("one_off", Align::Left, |client, _| Cell::Flag(client.one_off)));
                columns.push(("rising", Align::Left, |client, _| Cell::Flag(client.rising)));
            }
            Self::Churn => {
                columns.extend(CLIENT);
                columns.extend([OWNER, TIER]);
                columns.push(("risk_level", Align::Left, |client, _| {
                    Cell::Code(client.risk_level.code(), "level")
                }));
                columns.push(("risk", Align::Right, |client, _| Cell::Share(client.risk)));
                columns.push(NET_SALES);
                columns
                    .push(("priority", Align::Right, |client, _| Cell::Number(client.priority, 0)));
                columns.push(("due", Align::Left, |client, _| {
                    client.due.map_or(Cell::Nothing, Cell::Date)
                }));
                columns.push(("why", Align::Left, |client, lang| {
                    Cell::Text(sentence::reason(lang, client))
                }));
            }
        }
        columns
    }

    fn clients(self, review: &Review) -> Vec<&Client> {
        match self {
            Self::Score => review.clients.iter().collect(),
            Self::Tier => review.clients.iter().filter(|client| client.active).collect(),
            Self::Churn => review.actions.iter().map(|at| &review.clients[*at]).collect(),
        }
    }

    /// Columns that a narrow terminal can do without, the most dispensable first.
    fn dispensable(self) -> &'static [&'static str] {
        match self {
            Self::Churn => &["client_id", "risk", "net_sales", "owner"],
            Self::Tier => &["client_id", "sales_share", "band"],
            Self::Score => &["client_id"],
        }
    }

    /// As a table. What a terminal of that width has no room for is left out, and named under the table.
    #[must_use]
    pub fn table(self, review: &Review, lang: Lang, width: Option<usize>) -> String {
        let mut columns = self.columns();
        let heading = |code: &str| lang.text(&format!("summary.column.{code}"));
        let mut hidden = Vec::new();
        let mut dispensable = self.dispensable().iter();
        loop {
            let mut table = Table::new(
                columns.iter().map(|(code, align, _)| (heading(code), *align)).collect(),
            );
            for client in self.clients(review) {
                table.row(
                    columns.iter().map(|(_, _, cell)| words(&cell(client, lang), lang)).collect(),
                );
            }
            let fits = width.is_none_or(|width| table.readable_width() <= width);
            let next = if fits { None } else { dispensable.next() };
            let Some(next) = next else {
                let mut drawn = table.draw(width);
                if !hidden.is_empty() {
                    let columns = lang.fact(&Fact::from(hidden));
                    drawn.push_str(&lang.fill("summary.hidden", &[("columns", columns)]));
                    drawn.push('\n');
                }
                return drawn;
            };
            columns.retain(|(code, _, _)| code != next);
            hidden.push(heading(next));
        }
    }

    /// As CSV with the codes of the columns as headings.
    pub fn csv(self, review: &Review, lang: Lang) -> anyhow::Result<Vec<u8>> {
        let columns = self.columns();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(columns.iter().map(|(code, _, _)| *code))?;
        for client in self.clients(review) {
            writer.write_record(columns.iter().map(|(_, _, cell)| plain(&cell(client, lang))))?;
        }
        writer.into_inner().map_err(|error| anyhow::anyhow!("{}", error.error()))
    }

    /// As JSON: a list, or one object per line.
    pub fn json(self, review: &Review, lang: Lang, lines: bool) -> anyhow::Result<Vec<u8>> {
        let columns = self.columns();
        let objects: Vec<Value> = self
            .clients(review)
            .into_iter()
            .map(|client| {
                let fields: Map<String, Value> = columns
                    .iter()
                    .map(|(code, _, cell)| ((*code).to_owned(), value(&cell(client, lang))))
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
            let code = match self {
                Self::Score => "score",
                Self::Tier => "tier",
                Self::Churn => "churn",
            };
            let all = serde_json::json!({
                "schema_version": review.schema_version,
                "list": code,
                "as_of": review.as_of,
                "clients": objects,
            });
            serde_json::to_writer_pretty(&mut out, &all)?;
            out.push(b'\n');
        }
        Ok(out)
    }
}

/// The scores as a CSV file, with the mark that spreadsheets in China need to see UTF-8.
pub(super) fn write_csv(review: &Review, lang: Lang, out: &mut dyn Write) -> anyhow::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    Ok(out.write_all(&List::Score.csv(review, lang)?)?)
}

/// The scores as JSON lines.
pub(super) fn write_jsonl(review: &Review, lang: Lang, out: &mut dyn Write) -> anyhow::Result<()> {
    Ok(out.write_all(&List::Score.json(review, lang, true)?)?)
}

fn words(cell: &Cell, lang: Lang) -> String {
    match cell {
        Cell::Nothing => "-".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Code(code, table) => lang.text(&format!("{table}.{code}")),
        Cell::Codes(codes, table) => {
            let words: Vec<String> =
                codes.iter().map(|code| condition(code, table, lang)).collect();
            words.join(&lang.text("location.list"))
        }
        Cell::Count(count) => count.to_string(),
        Cell::Number(number, places) if *places == 0 => decimal(*number, 0),
        Cell::Number(number, places) => format!("{number:.places$}"),
        Cell::Share(share) => percent(*share, 1),
        Cell::Money(money) => money_text(Money(money.rounded(0) * Money::SCALE), 0),
        Cell::Flag(true) => lang.text("summary.yes"),
        Cell::Flag(false) => String::new(),
        Cell::Date(day) => day.to_string(),
    }
}

/// `strategic:business_lines` in words.
fn condition(code: &str, table: &str, lang: Lang) -> String {
    match code.split_once(':') {
        Some((tier, name)) => lang.fill(
            "summary.failed",
            &[
                ("tier", lang.text(&format!("tier.{tier}"))),
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

/// Text that begins as a formula would gets a leading apostrophe, unless it is a number.
#[must_use]
pub fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
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
        for (given, written) in
            [("=1+1", "'=1+1"), ("-12.5", "-12.5"), ("@x", "'@x"), ("甲", "甲"), ("-x", "'-x")]
        {
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
}
