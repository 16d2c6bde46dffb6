//! The ledger: all transactions reduced to three small tables of exact sums.
//!
//! It is the waist that makes the rest simple and fast. Transactions are read once, in parallel; everything after the
//! ledger is small, and any feature at any as-of date follows from it without reading again. Ledgers can be merged in
//! any order to the same result: each table is sorted by its key and sums are integers.
//!
//! - `orders`: client, date, order → positive, negative, returned, margin, known amount, known |amount|
//!   (|amount| of all rows is positive − negative)
//! - `lines`: client, date, business line → positive
//! - `payments`: client, date, paid date or none → positive

mod build;

pub use build::{Builder, Line, Part, Payment};

use crate::money::Money;
use crate::period::Day;

/// An order of a client. Ids of up to 15 bytes are kept as they are; longer ones by the first 120 bits of their SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey([u8; 16]);

impl OrderKey {
    /// Rows without an order id: one order per client and date.
    pub const NONE: Self = Self([0; 16]);
    const HASHED: u8 = 0xFF;

    /// The key of an order id.
    #[must_use]
    #[inline]
    pub fn new(id: &str) -> Self {
        let bytes = id.as_bytes();
        let mut key = [0; 16];
        if bytes.len() <= 15 {
            key[0] = bytes.len() as u8;
            key[1..=bytes.len()].copy_from_slice(bytes);
        } else {
            use sha2::Digest as _;
            key[0] = Self::HASHED;
            key[1..].copy_from_slice(&sha2::Sha256::digest(bytes)[..15]);
        }
        Self(key)
    }
}

/// Sums of one order on one date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// Position of the client in [`Ledger::clients`].
    pub client: u32,
    /// Date of the rows.
    pub date: Day,
    /// Which order.
    pub order: OrderKey,
    /// How many rows.
    pub rows: u32,
    /// Σ positive amounts.
    pub positive: Money,
    /// Σ negative amounts (a negative sum).
    pub negative: Money,
    /// Σ of the returned column.
    pub returned: Money,
    /// Σ margin of the rows whose margin is known.
    pub margin: Money,
    /// Σ amount of those rows.
    pub known: Money,
    /// Σ |amount| of those rows.
    pub known_abs: Money,
}

/// Sales of one business line on one date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRow {
    /// Position of the client in [`Ledger::clients`].
    pub client: u32,
    /// Date of the rows.
    pub date: Day,
    /// Position of the line in [`Ledger::line_names`], or [`BLANK_LINE`].
    pub line: u32,
    /// Σ positive amounts.
    pub positive: Money,
}

/// The line of rows that name none.
pub const BLANK_LINE: u32 = u32::MAX;

/// Sales of one date by the date of their payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    /// Position of the client in [`Ledger::clients`].
    pub client: u32,
    /// Date of the rows.
    pub date: Day,
    /// When they were paid; `None` is not yet.
    pub paid: Option<Day>,
    /// Σ positive amounts.
    pub positive: Money,
}

/// Who of us a client's newest row with a name names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerRow {
    /// The client: its position in [`Ledger::clients`].
    pub client: u32,
    /// The date of the row.
    pub date: Day,
    /// The name; of several on one day the first by bytes.
    pub name: Box<str>,
}

impl OwnerRow {
    /// Adds up rows: one per client, sorted by client.
    fn newest(rows: &mut Vec<Self>) {
        rows.sort_unstable_by(|a, b| {
            let newest_first = b.date.cmp(&a.date);
            a.client.cmp(&b.client).then(newest_first).then_with(|| a.name.cmp(&b.name))
        });
        rows.dedup_by_key(|row| row.client);
    }
}

/// The three tables, sorted by client, date and the rest of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Clients as the rows name them (id or name), sorted by bytes.
    pub clients: Vec<String>,
    /// The name that rows give beside the id, where there is one: the first by bytes.
    pub client_names: Vec<Option<String>>,
    /// Business lines, sorted by bytes.
    pub line_names: Vec<String>,
    /// Orders.
    pub orders: Vec<OrderRow>,
    /// Business lines.
    pub lines: Vec<LineRow>,
    /// Payments.
    pub payments: Vec<PaymentRow>,
    /// Account managers, for clients whose rows name one.
    pub owners: Vec<OwnerRow>,
}

/// A row of one of the tables: a key and sums that can be added.
pub trait Entry: Copy {
    /// What rows are grouped by.
    type Key: Ord;
    /// The key.
    fn key(&self) -> Self::Key;
    /// Adds the sums of a row with the same key.
    fn add(&mut self, other: &Self);
    /// The client.
    fn client(&self) -> u32;
    /// Gives the row to another client.
    fn set_client(&mut self, client: u32);
}

impl Entry for OrderRow {
    type Key = (u32, Day, OrderKey);
    fn key(&self) -> Self::Key {
        (self.client, self.date, self.order)
    }
    fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.positive += other.positive;
        self.negative += other.negative;
        self.returned += other.returned;
        self.margin += other.margin;
        self.known += other.known;
        self.known_abs += other.known_abs;
    }
    fn client(&self) -> u32 {
        self.client
    }
    fn set_client(&mut self, client: u32) {
        self.client = client;
    }
}

impl Entry for LineRow {
    type Key = (u32, Day, u32);
    fn key(&self) -> Self::Key {
        (self.client, self.date, self.line)
    }
    fn add(&mut self, other: &Self) {
        self.positive += other.positive;
    }
    fn client(&self) -> u32 {
        self.client
    }
    fn set_client(&mut self, client: u32) {
        self.client = client;
    }
}

impl Entry for PaymentRow {
    type Key = (u32, Day, Option<Day>);
    fn key(&self) -> Self::Key {
        (self.client, self.date, self.paid)
    }
    fn add(&mut self, other: &Self) {
        self.positive += other.positive;
    }
    fn client(&self) -> u32 {
        self.client
    }
    fn set_client(&mut self, client: u32) {
        self.client = client;
    }
}

/// Sorts rows by key and adds up those with the same one.
///
/// Clients are numbered densely, so rows are dealt out to their clients first, which is linear, and only the few rows of
/// each client are compared.
pub(crate) fn combine<E: Entry>(parts: Vec<Vec<E>>, clients: usize) -> Vec<E> {
    if let [rows] = parts.as_slice()
        && rows.is_sorted_by(|a, b| a.key() < b.key())
    {
        return parts.into_iter().next().unwrap_or_default();
    }
    let mut starts = vec![0_usize; clients + 1];
    for row in parts.iter().flatten() {
        starts[row.client() as usize + 1] += 1;
    }
    for client in 0..clients {
        starts[client + 1] += starts[client];
    }
    let total = starts[clients];
    let Some(first) = parts.iter().flatten().next().copied() else {
        return Vec::new();
    };
    let mut rows = vec![first; total];
    let mut next = starts.clone();
    for part in parts {
        for row in part {
            let at = &mut next[row.client() as usize];
            rows[*at] = row;
            *at += 1;
        }
    }
    for client in starts.windows(2) {
        rows[client[0]..client[1]].sort_unstable_by_key(Entry::key);
    }
    rows.dedup_by(|next, kept| {
        let same = next.key() == kept.key();
        if same {
            kept.add(next);
        }
        same
    });
    rows
}

/// The rows of each client, for tables that are sorted by client.
pub fn by_client<E: Entry>(rows: &[E], clients: usize) -> Vec<&[E]> {
    let mut slices = Vec::with_capacity(clients);
    let mut start = 0;
    for client in 0..clients as u32 {
        let length = rows[start..].iter().take_while(|row| row.client() == client).count();
        slices.push(&rows[start..start + length]);
        start += length;
    }
    slices
}

impl Ledger {
    /// Gives the rows of each client to another: `to[i]` is the new number, below `clients`, of the client at position
    /// `i`. The names of clients are the caller's from then on.
    pub fn reassign(&mut self, to: &[u32], clients: usize) {
        fn table<E: Entry>(rows: &mut Vec<E>, to: &[u32], clients: usize) {
            for row in rows.iter_mut() {
                row.set_client(to[row.client() as usize]);
            }
            *rows = combine(vec![std::mem::take(rows)], clients);
        }
        // Where all clients are known by what the rows call them, they are in order already.
        if to.iter().zip(0..).any(|(to, from)| *to != from) {
            table(&mut self.orders, to, clients);
            table(&mut self.lines, to, clients);
            table(&mut self.payments, to, clients);
        }
        for row in &mut self.owners {
            row.client = to[row.client as usize];
        }
        OwnerRow::newest(&mut self.owners);
        self.clients.clear();
        self.client_names.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_ids_keep_apart() {
        let long = "INV-2026-000000000001";
        let keys = [
            OrderKey::NONE,
            OrderKey::new("1"),
            OrderKey::new("1\0"),
            OrderKey::new(long),
            OrderKey::new("INV-2026-000000000002"),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(keys[index + 1..].iter().all(|other| other != key));
        }
        assert_eq!(OrderKey::new(long), OrderKey::new(long));
    }
}
