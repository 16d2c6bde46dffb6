//! Which lines of an order count when several files have it.
//!
//! Lines with a number are the same line where client, order and number agree: the file named last has its newest state.
//! Without numbers an order is judged as a whole: with the same lines in two files it counts once, else both count and
//! the user is told. What the same lines are is told by what was sold; whether it was paid meanwhile, or cancelled, is
//! news about it, and the last file has the newest.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::ledger::OrderKey;
use crate::money::Money;
use crate::period::Day;

/// Lines further apart than this are of different orders: ids that begin anew every year.
const SAME_ORDER_DAYS: i32 = 180;

/// What was sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Content {
    pub(super) date: Day,
    pub(super) amount: Money,
    pub(super) margin: Option<Money>,
    pub(super) quantity: Option<Money>,
    /// Business line and product, as keys of their texts.
    pub(super) line: OrderKey,
    pub(super) product: OrderKey,
}

/// A line of an order that several files have.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// The key of the client's text.
    pub(super) client: OrderKey,
    pub(super) order: OrderKey,
    /// The order's id as given.
    pub(super) id: Box<str>,
    pub(super) row: u64,
    /// The key of the line's number as given, where it has one.
    pub(super) line_no: Option<OrderKey>,
    pub(super) content: Content,
    /// False for a line that does not count by its status.
    pub(super) counts: bool,
}

/// Why a line does not count; `sheet` is the position of the other file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct By {
    pub(super) reason: &'static str,
    pub(super) sheet: usize,
    pub(super) row: u64,
    pub(super) amount: Money,
}

/// An order whose lines are not the same in two files, so that both count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unlike {
    pub(super) order: String,
    /// The later file.
    pub(super) sheet: usize,
    /// The first row of the order there.
    pub(super) row: u64,
    pub(super) amount: Money,
    pub(super) other: usize,
    pub(super) other_amount: Money,
}

/// A file and which of its lines.
type Place = (usize, Range<usize>);

/// What became of the lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Judgement {
    /// By file: the rows that do not count.
    pub(super) replaced: Vec<BTreeMap<u64, By>>,
    pub(super) unlike: Vec<Unlike>,
}

/// The lines of an order in one file.
struct Part<'a> {
    sheet: usize,
    lines: &'a [Seen],
    /// Whether every line has a number.
    numbered: bool,
    /// What was sold, sorted.
    contents: Vec<Content>,
}

impl<'a> Part<'a> {
    fn new(sheet: usize, lines: &'a [Seen]) -> Self {
        let mut contents: Vec<Content> = lines.iter().map(|line| line.content).collect();
        contents.sort_unstable();
        Self { sheet, lines, numbered: lines.iter().all(|line| line.line_no.is_some()), contents }
    }

    fn with_number(&self, number: OrderKey) -> impl Iterator<Item = &'a Seen> + use<'a> {
        self.lines.iter().filter(move |line| line.line_no == Some(number))
    }
}

/// Judges the lines of all files, each given in the order of its rows; files in the order in which they were named.
pub(super) fn judge(mut files: Vec<Vec<Seen>>) -> Judgement {
    let mut judgement = Judgement {
        replaced: files.iter().map(|_| BTreeMap::new()).collect(),
        ..Judgement::default()
    };
    let running: Vec<bool> = files.iter().map(|lines| is_running(lines)).collect();
    let mut orders: BTreeMap<(OrderKey, OrderKey), Vec<Place>> = BTreeMap::new();
    for (sheet, lines) in files.iter_mut().enumerate() {
        lines.sort_by_key(|line| (line.client, line.order));
        let mut start = 0;
        for order in lines.chunk_by(|a, b| (a.client, a.order) == (b.client, b.order)) {
            let range = start..start + order.len();
            start = range.end;
            orders.entry((order[0].client, order[0].order)).or_default().push((sheet, range));
        }
    }
    for found in orders.into_values().filter(|found| found.len() > 1) {
        let parts: Vec<Part<'_>> = found
            .into_iter()
            .map(|(sheet, range)| Part::new(sheet, &files[sheet][range]))
            .collect();
        judge_order(&parts, &running, &mut judgement);
    }
    judgement.unlike.sort_by_key(|unlike| (unlike.sheet, unlike.row));
    judgement
}

fn judge_order(parts: &[Part<'_>], running: &[bool], judgement: &mut Judgement) {
    for (at, part) in parts.iter().enumerate() {
        // The last file first: it has the newest state.
        for later in parts[at + 1..].iter().rev() {
            let both_running = running[part.sheet] && running[later.sheet];
            let replaced = &mut judgement.replaced[part.sheet];
            if part.numbered && later.numbered && !(both_running && same(part, later)) {
                for line in part.lines.iter().filter(|line| line.counts) {
                    if let Some(by) = newer(line, part, later) {
                        replaced.entry(line.row).or_insert(by);
                    }
                }
            } else if same(part, later) {
                for (line, by) in part.lines.iter().zip(as_a_whole(part, later)) {
                    if line.counts {
                        replaced.entry(line.row).or_insert(by);
                    }
                }
            }
        }
    }
    // Those that are left and could not be compared line by line.
    let left = |part: &Part<'_>| -> Option<(u64, Money)> {
        let replaced = &judgement.replaced[part.sheet];
        let mut lines = part
            .lines
            .iter()
            .filter(|line| line.counts && !replaced.contains_key(&line.row))
            .peekable();
        let first = lines.peek()?.row;
        Some((first, lines.map(|line| line.content.amount).sum()))
    };
    let alive: Vec<(&Part<'_>, u64, Money)> = parts
        .iter()
        .filter_map(|part| left(part).map(|(row, amount)| (part, row, amount)))
        .collect();
    for (at, (part, row, amount)) in alive.iter().enumerate() {
        let other = alive[..at]
            .iter()
            .find(|(other, ..)| !(part.numbered && other.numbered) && near(part, other));
        if let Some((other, _, other_amount)) = other {
            judgement.unlike.push(Unlike {
                order: part.lines[0].id.to_string(),
                sheet: part.sheet,
                row: *row,
                amount: *amount,
                other: other.sheet,
                other_amount: *other_amount,
            });
        }
    }
}

/// Whether two files have the same lines of an order.
fn same(a: &Part<'_>, b: &Part<'_>) -> bool {
    a.contents == b.contents
}

/// Whether two files can mean the same order.
fn near(a: &Part<'_>, b: &Part<'_>) -> bool {
    let span = |part: &Part<'_>| -> Option<(Day, Day)> {
        // Sorted by date first.
        Some((part.contents.first()?.date, part.contents.last()?.date))
    };
    let (Some((a_from, a_to)), Some((b_from, b_to))) = (span(a), span(b)) else {
        return false;
    };
    b_from.days_since(a_to) <= SAME_ORDER_DAYS && a_from.days_since(b_to) <= SAME_ORDER_DAYS
}

/// The newer state of a numbered line, if the later file has it.
fn newer(line: &Seen, part: &Part<'_>, later: &Part<'_>) -> Option<By> {
    let number = line.line_no?;
    let close =
        |other: &&Seen| other.content.date.days_since(line.content.date).abs() <= SAME_ORDER_DAYS;
    let first = later.with_number(number).find(close)?;
    let contents = |part: &Part<'_>| {
        let mut contents: Vec<(Content, bool)> =
            part.with_number(number).map(|line| (line.content, line.counts)).collect();
        contents.sort_unstable();
        contents
    };
    let reason = if contents(part) == contents(later) { "repeated-line" } else { "replaced-line" };
    let counting = later.with_number(number).filter(|line| line.counts);
    let amount = counting.map(|line| line.content.amount).sum();
    Some(By { reason, sheet: later.sheet, row: first.row, amount })
}

/// For each line of an order the line of another file that has the same ones.
fn as_a_whole(part: &Part<'_>, later: &Part<'_>) -> Vec<By> {
    let sorted = |part: &Part<'_>| {
        let mut order: Vec<usize> = (0..part.lines.len()).collect();
        order.sort_by_key(|at| part.lines[*at].content);
        order
    };
    let mut pairs: Vec<(usize, usize)> = sorted(part).into_iter().zip(sorted(later)).collect();
    pairs.sort_unstable();
    let by = |at: usize| {
        let line = &later.lines[at];
        let (reason, amount) = if line.counts {
            ("repeated-line", line.content.amount)
        } else {
            ("replaced-line", Money::ZERO)
        };
        By { reason, sheet: later.sheet, row: line.row, amount }
    };
    pairs.into_iter().map(|(_, at)| by(at)).collect()
}

/// Whether the numbers of lines run through the whole file instead of beginning anew with each order: then they may well
/// be numbers of the export, which another export gives to other lines.
fn is_running(lines: &[Seen]) -> bool {
    let several = lines.windows(2).any(|pair| pair[0].order != pair[1].order);
    let mut numbers: Vec<OrderKey> = lines.iter().filter_map(|line| line.line_no).collect();
    numbers.sort_unstable();
    several && numbers.len() > 2 && numbers.windows(2).all(|pair| pair[0] != pair[1])
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
