//! Building a ledger from rows: one [`Builder`] per thread, merged at the end.
//!
//! Lines of one order usually follow each other, so a builder adds up the order it is in and appends it when the next one
//! begins: no table look-up per line. The appended rows are sorted and added up when they have doubled, which keeps memory
//! in proportion to orders, not lines, even when lines are shuffled.

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;

use super::{
    BLANK_LINE, Entry, Ledger, LineRow, OrderKey, OrderRow, OwnerRow, PaymentRow, combine,
};
use crate::money::Money;
use crate::parallel;
use crate::period::Day;

/// Rows appended before they are added up for the first time.
const FIRST_COMBINE: usize = 512 * 1024;

/// One transaction line.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The client, as [`Builder::client`] numbers it.
    pub client: u32,
    /// Its date.
    pub date: Day,
    /// Its order.
    pub order: OrderKey,
    /// Its amount; negative is a return.
    pub amount: Money,
    /// The returned part of it, not negative.
    pub returned: Money,
    /// Its margin, if known.
    pub margin: Option<Money>,
    /// Its business line, as [`Builder::line`] numbers it; `None` is blank.
    pub line: Option<u32>,
    /// Whether and when it was paid.
    pub payment: Payment,
}

/// What a line says about its payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// Nothing.
    Unknown,
    /// Not paid yet.
    Open,
    /// Paid on this day.
    Paid(Day),
}

/// Texts by number, in the order in which they came.
///
/// Texts of up to 15 bytes, as ids are, are keys by themselves: finding one touches a single place in memory.
#[derive(Debug, Default)]
struct Interner {
    short: HashMap<(u64, u64), u32, FxBuildHasher>,
    long: HashMap<Box<str>, u32, FxBuildHasher>,
    last: Option<((u64, u64), u32)>,
}

impl Interner {
    #[inline]
    fn number(&mut self, text: &str) -> u32 {
        let next = (self.short.len() + self.long.len()) as u32;
        let Some(key) = short(text) else {
            return self.long.get(text).copied().unwrap_or_else(|| {
                self.long.insert(text.into(), next);
                next
            });
        };
        // The lines of an order have the same client.
        if let Some((last, number)) = self.last
            && last == key
        {
            return number;
        }
        let number = *self.short.entry(key).or_insert(next);
        self.last = Some((key, number));
        number
    }

    fn into_texts(self) -> Vec<String> {
        let mut texts = vec![String::new(); self.short.len() + self.long.len()];
        self.short.into_iter().for_each(|(key, number)| {
            texts[number as usize] = long(key);
        });
        self.long.into_iter().for_each(|(text, number)| texts[number as usize] = text.into());
        texts
    }
}

/// The length of a short text and its bytes, as two numbers: those are hashed at once.
fn short(text: &str) -> Option<(u64, u64)> {
    let mut key = [0; 16];
    let bytes = text.as_bytes();
    key.get_mut(1..=bytes.len())?.copy_from_slice(bytes);
    key[0] = bytes.len() as u8;
    let both = u128::from_le_bytes(key);
    Some((both as u64, (both >> 64) as u64))
}

/// The text that [`short`] made a key of.
fn long((low, high): (u64, u64)) -> String {
    let key = (u128::from(high) << 64 | u128::from(low)).to_le_bytes();
    String::from_utf8_lossy(&key[1..=usize::from(key[0])]).into_owned()
}

/// Rows of one table and when to add them up next.
#[derive(Debug)]
struct Rows<E> {
    rows: Vec<E>,
    combine_at: usize,
}

impl<E> Default for Rows<E> {
    fn default() -> Self {
        Self { rows: Vec::new(), combine_at: FIRST_COMBINE }
    }
}

impl<E: Entry> Rows<E> {
    #[inline]
    fn push(&mut self, row: E, clients: usize) {
        if self.rows.len() >= self.combine_at {
            self.rows = combine(vec![std::mem::take(&mut self.rows)], clients);
            self.combine_at = (self.rows.len() * 2).max(FIRST_COMBINE);
        }
        self.rows.push(row);
    }
}

/// Adds up lines.
#[derive(Debug, Default)]
pub struct Builder {
    clients: Interner,
    names: Vec<Option<Box<str>>>,
    /// By client; empty where no row names an account manager.
    owners: Vec<Option<(Day, Box<str>)>>,
    line_names: Interner,
    orders: Rows<OrderRow>,
    lines: Rows<LineRow>,
    payments: Rows<PaymentRow>,
    order: Option<OrderRow>,
    order_lines: Vec<(u32, Money)>,
    order_payments: Vec<(Option<Day>, Money)>,
}

impl Builder {
    /// The number of a client.
    #[inline]
    pub fn client(&mut self, key: &str) -> u32 {
        let number = self.clients.number(key);
        if number as usize == self.names.len() {
            self.names.push(None);
        }
        number
    }

    /// Notes a name that a row gives to a client; the first by bytes stays, whatever the order of the rows.
    pub fn name_client(&mut self, client: u32, name: &str) {
        let known = &mut self.names[client as usize];
        if known.as_deref().is_none_or(|known| name < known) {
            *known = Some(name.into());
        }
    }

    /// Notes an account manager whom a row names: of the newest row the first by bytes stays, whatever the order.
    pub fn own_client(&mut self, client: u32, date: Day, name: &str) {
        let at = client as usize;
        if self.owners.len() <= at {
            self.owners.resize(at + 1, None);
        }
        match &mut self.owners[at] {
            Some((known, _)) if *known > date => {}
            Some((known, owner)) if **owner == *name => *known = date,
            Some((known, owner)) if *known == date && **owner < *name => {}
            owner => *owner = Some((date, name.into())),
        }
    }

    /// The number of a business line.
    #[inline]
    pub fn line(&mut self, name: &str) -> u32 {
        self.line_names.number(name)
    }

    /// Adds a line.
    pub fn push(&mut self, line: &Line) {
        let same = self.order.as_ref().is_some_and(|row| {
            row.client == line.client && row.date == line.date && row.order == line.order
        });
        if !same {
            self.flush();
        }
        let row = self.order.get_or_insert(OrderRow {
            client: line.client,
            date: line.date,
            order: line.order,
            rows: 0,
            positive: Money::ZERO,
            negative: Money::ZERO,
            returned: Money::ZERO,
            margin: Money::ZERO,
            known: Money::ZERO,
            known_abs: Money::ZERO,
        });
        row.rows += 1;
        row.returned += line.returned;
        if let Some(margin) = line.margin {
            row.margin += margin;
            row.known += line.amount;
            row.known_abs += line.amount.abs();
        }
        if line.amount < Money::ZERO {
            row.negative += line.amount;
        }
        if line.amount > Money::ZERO {
            row.positive += line.amount;
            add_to(&mut self.order_lines, line.line.unwrap_or(BLANK_LINE), line.amount);
            match line.payment {
                Payment::Unknown => {}
                Payment::Open => add_to(&mut self.order_payments, None, line.amount),
                Payment::Paid(day) => add_to(&mut self.order_payments, Some(day), line.amount),
            }
        }
    }

    fn flush(&mut self) {
        let Some(row) = self.order.take() else {
            return;
        };
        let OrderRow { client, date, .. } = row;
        let clients = self.names.len();
        self.orders.push(row, clients);
        for (line, positive) in self.order_lines.drain(..) {
            self.lines.push(LineRow { client, date, line, positive }, clients);
        }
        for (paid, positive) in self.order_payments.drain(..) {
            self.payments.push(PaymentRow { client, date, paid, positive }, clients);
        }
    }

    /// Ends the build of this part. `unpaid_known` says whether the export has any paid date at all; without one, a blank
    /// says nothing.
    #[must_use]
    pub fn finish(mut self, unpaid_known: bool) -> Part {
        self.flush();
        let mut payments = self.payments.rows;
        if !unpaid_known {
            payments.retain(|row| row.paid.is_some());
        }
        let (clients, client_at) = sorted(self.clients.into_texts());
        let (line_names, line_at) = sorted(self.line_names.into_texts());
        let mut names = vec![None; clients.len()];
        for (name, at) in self.names.into_iter().zip(&client_at) {
            names[*at as usize] = name.map(String::from);
        }
        let owners = (0..).zip(self.owners).filter_map(|(client, owner)| {
            owner.map(|(date, name)| OwnerRow { client, date, name })
        });
        let mut part = Ledger {
            owners: owners.collect(),
            clients,
            client_names: names,
            line_names,
            orders: self.orders.rows,
            lines: self.lines.rows,
            payments,
        };
        renumber(&mut part, &client_at, &line_at);
        Part(part)
    }
}

fn add_to<K: PartialEq>(sums: &mut Vec<(K, Money)>, key: K, amount: Money) {
    match sums.iter_mut().find(|(known, _)| *known == key) {
        Some((_, sum)) => *sum += amount,
        None => sums.push((key, amount)),
    }
}

/// What one builder found: a ledger with its own numbers of clients and lines, whose rows are in the order they came.
#[derive(Debug)]
pub struct Part(Ledger);

impl From<Ledger> for Part {
    fn from(ledger: Ledger) -> Self {
        Self(ledger)
    }
}

impl Part {
    /// Puts parts together, with up to two threads; their order does not matter.
    #[must_use]
    pub fn merge(parts: Vec<Self>, threads: usize) -> Ledger {
        let mut parts: Vec<Ledger> = parts.into_iter().map(|part| part.0).collect();
        let (clients, client_at) =
            union(parts.iter_mut().map(|part| std::mem::take(&mut part.clients)).collect());
        let (line_names, line_at) =
            union(parts.iter_mut().map(|part| std::mem::take(&mut part.line_names)).collect());
        let mut client_names: Vec<Option<String>> = vec![None; clients.len()];
        let (mut orders, mut lines, mut payments) = (Vec::new(), Vec::new(), Vec::new());
        let mut owners = Vec::new();
        for ((part, client_at), line_at) in parts.iter_mut().zip(&client_at).zip(&line_at) {
            for (name, at) in part.client_names.drain(..).zip(client_at) {
                let known = &mut client_names[*at as usize];
                if name.is_some() && (known.is_none() || name < *known) {
                    *known = name;
                }
            }
            renumber(part, client_at, line_at);
            orders.push(std::mem::take(&mut part.orders));
            lines.push(std::mem::take(&mut part.lines));
            payments.push(std::mem::take(&mut part.payments));
            owners.append(&mut part.owners);
        }
        OwnerRow::newest(&mut owners);
        let count = clients.len();
        // Lines are about as much work as both of the others.
        let ((orders, payments), lines) = parallel::both(
            threads,
            || (combine(orders, count), combine(payments, count)),
            || combine(lines, count),
        );
        Ledger { clients, client_names, line_names, orders, lines, payments, owners }
    }
}

/// Gives clients and lines the numbers of another list.
fn renumber(ledger: &mut Ledger, client_at: &[u32], line_at: &[u32]) {
    for row in &mut ledger.orders {
        row.client = client_at[row.client as usize];
    }
    for row in &mut ledger.owners {
        row.client = client_at[row.client as usize];
    }
    for row in &mut ledger.lines {
        row.client = client_at[row.client as usize];
        if row.line != BLANK_LINE {
            row.line = line_at[row.line as usize];
        }
    }
    for row in &mut ledger.payments {
        row.client = client_at[row.client as usize];
    }
}

/// Sorted texts, and the place in them of each text by its number.
fn sorted(texts: Vec<String>) -> (Vec<String>, Vec<u32>) {
    let mut numbered: Vec<(String, u32)> = texts.into_iter().zip(0..).collect();
    numbered.sort_unstable();
    let mut places = vec![0; numbered.len()];
    for ((_, number), place) in numbered.iter().zip(0..) {
        places[*number as usize] = place;
    }
    (numbered.into_iter().map(|(text, _)| text).collect(), places)
}

/// All texts of several sorted lists, sorted, and for each list the place of each of its texts.
fn union(lists: Vec<Vec<String>>) -> (Vec<String>, Vec<Vec<u32>>) {
    let mut places: Vec<Vec<u32>> =
        lists.iter().map(|list| Vec::with_capacity(list.len())).collect();
    let mut all = Vec::with_capacity(lists.iter().map(Vec::len).max().unwrap_or(0));
    let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
    let least = |lists: &[std::vec::IntoIter<String>]| {
        (0..lists.len())
            .filter_map(|at| Some((lists[at].as_slice().first()?, at)))
            .min()
            .map(|(_, at)| at)
    };
    while let Some(at) = least(&lists) {
        let Some(text) = lists[at].next() else {
            break;
        };
        places[at].push(all.len() as u32);
        for (list, places) in lists.iter_mut().zip(&mut places) {
            if list.as_slice().first() == Some(&text) {
                list.next();
                places.push(all.len() as u32);
            }
        }
        all.push(text);
    }
    (all, places)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ledger(lines: &[(u8, u8, u8, i32, u8)], cut: usize) -> Ledger {
        let parts = [&lines[..cut], &lines[cut..]].map(|lines| {
            let mut builder = Builder::default();
            for (client, date, order, amount, line) in lines {
                let client = builder.client(&format!("C{client}"));
                builder.own_client(client, Day(i32::from(*date)), &format!("O{line}"));
                let name = builder.line(&format!("L{line}"));
                builder.push(&Line {
                    client,
                    date: Day(i32::from(*date)),
                    order: if *order == 0 {
                        OrderKey::NONE
                    } else {
                        OrderKey::new(&order.to_string())
                    },
                    amount: Money(i64::from(*amount)),
                    returned: Money::ZERO,
                    margin: (*line > 1).then_some(Money(1)),
                    line: (*line > 0).then_some(name),
                    payment: if *line > 2 { Payment::Paid(Day(100)) } else { Payment::Open },
                });
            }
            builder.finish(true)
        });
        Part::merge(parts.into(), 1 + cut % 2)
    }

    proptest! {
        #[test]
        fn neither_order_nor_cuts_change_the_ledger(
            lines in prop::collection::vec((0..4_u8, 0..4_u8, 0..3_u8, -9..9_i32, 0..4_u8), 0..40),
            cut in 0..40_usize, turn in 0..40_usize,
        ) {
            let whole = ledger(&lines, 0);
            prop_assert_eq!(&ledger(&lines, cut.min(lines.len())), &whole);
            let mut turned = lines.clone();
            if !turned.is_empty() {
                let by = turn % turned.len();
                turned.rotate_left(by);
            }
            turned.reverse();
            prop_assert_eq!(&ledger(&turned, cut.min(lines.len())), &whole);
        }
    }
}
