//! Total rows: left out, and used to check the rows above them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use unicode_normalization::UnicodeNormalization as _;

use super::sheet::Sheet;
use crate::diagnostic::Diagnostic;
use crate::error::Result;
use crate::money::Money;
use crate::schema::day;
use crate::schema::example::is_example;
use crate::schema::heading::Layout;
use crate::schema::value::{self, Reading};
use crate::source::{Cell, RowSink};

const WORDS: [&str; 8] = ["合计", "小计", "总计", "总和", "累计", "合計", "小計", "總計"];
const LATIN: [&str; 6] = ["total", "totals", "subtotal", "grandtotal", "grandtotals", "sum"];

fn folded(text: &str) -> String {
    let folded: String =
        text.nfkc().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    folded.trim_end_matches([':', '.']).to_owned()
}

/// Whether a text is the label of a total row: `合计`, `华东区小计`, `Total for Northwind`.
pub(super) fn is_total(text: &str) -> bool {
    let folded = folded(text);
    WORDS.iter().any(|word| folded.starts_with(word) || folded.ends_with(word))
        || LATIN.contains(&folded.as_str())
        || ["totalfor", "subtotalfor", "grandtotals("].iter().any(|head| folded.starts_with(head))
}

/// Whether a text is nothing but the word for a total: no client is called that, even in a row with a date.
#[inline]
pub(super) fn is_bare_total(text: &str) -> bool {
    // Quick for the names of clients, since every row is asked.
    let possible = text.len() <= 24
        && if text.is_ascii() {
            matches!(text.bytes().next(), Some(b't' | b'T' | b's' | b'S' | b'g' | b'G'))
        } else {
            text.contains(['计', '計', '和'])
        };
    if !possible {
        return false;
    }
    let folded = folded(text);
    WORDS.contains(&folded.as_str()) || LATIN.contains(&folded.as_str())
}

/// Compares total rows with the rows above them: since the last total, since the beginning, or the totals so far.
pub(super) fn check(
    sheet: &Sheet,
    totals: &BTreeMap<u64, Option<Money>>,
) -> Result<Vec<Diagnostic>> {
    let Some(amount) = sheet.layout.column_of("amount").filter(|_| !totals.is_empty()) else {
        return Ok(Vec::new());
    };
    let date = sheet.layout.column_of("date");
    let (layout, readings) = (&sheet.layout, sheet.readings.as_slice());
    let sinks = sheet.document.borrow_mut().read(sheet.index, 1, || Sums {
        layout,
        readings,
        amount,
        date,
        totals,
        since: Money::ZERO,
        all: Money::ZERO,
        subtotals: Money::ZERO,
        wrong: Vec::new(),
    })?;
    let wrong = sinks.into_iter().flat_map(|sink| sink.wrong).map(|(row, stated, sum)| {
        Diagnostic::warning("total-mismatch", sheet.at(row, Some(amount)))
            .with("stated", stated)
            .with("sum", sum)
            .with("difference", stated - sum)
    });
    Ok(wrong.collect())
}

struct Sums<'a> {
    layout: &'a Layout,
    readings: &'a [Reading],
    amount: usize,
    date: Option<usize>,
    totals: &'a BTreeMap<u64, Option<Money>>,
    since: Money,
    all: Money,
    subtotals: Money,
    wrong: Vec<(u64, Money, Money)>,
}

impl RowSink for Sums<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        if number <= self.layout.header_row {
            return ControlFlow::Continue(());
        }
        if is_example(cells) {
            return ControlFlow::Continue(());
        }
        if let Some(stated) = self.totals.get(&number) {
            if let Some(stated) = *stated {
                // Totals are shown with two decimals where lines may have four.
                let near = |sum: Money| (stated - sum).abs() <= Money(100);
                if ![self.since, self.all, self.subtotals].into_iter().any(near) {
                    let sum = if self.since == Money::ZERO { self.all } else { self.since };
                    self.wrong.push((number, stated, sum));
                }
                self.subtotals += stated;
            }
            self.since = Money::ZERO;
            return ControlFlow::Continue(());
        }
        let blank = Cell::Blank;
        let dated = self.date.is_none_or(|at| {
            matches!(day::day(cells.get(at).unwrap_or(&blank), self.readings[at]), Ok(Some(_)))
        });
        let amount =
            value::exact(cells.get(self.amount).unwrap_or(&blank), self.readings[self.amount]);
        if let (true, Ok(Some(amount))) = (dated, amount) {
            self.since += Money(amount.units);
            self.all += Money(amount.units);
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_labels_of_totals() {
        for text in [
            "合计",
            "小 计",
            "华东区小计",
            "Total",
            "TOTAL:",
            "Total for Northwind",
            "Grand Totals (57 records)",
            "Subtotal",
        ] {
            assert!(is_total(text), "{text}");
        }
        for text in ["Total Station", "Sky Total", "统计", "C001", "设计院"] {
            assert!(!is_total(text), "{text}");
        }
        assert!(is_bare_total("小 计") && is_bare_total("Total:") && !is_bare_total("累计科技"));
    }
}
