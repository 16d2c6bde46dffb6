//! Invoices that are open, and those that were paid in the last quarter.

use super::World;
use crate::demo::DemoFile;
use crate::demo::catalogue::{Word, word};
use crate::demo::clients::{Client, client_id};
use crate::demo::orders::Order;
use crate::demo::story::{AS_OF, Role};
use crate::demo::write::{Numbers, cents};

const NAME: Word = word("应收.csv", "receivables.csv");
const HEADINGS: [Word; 7] = [
    word("应收单号", "Invoice number"),
    word("客户编号", "Client ID"),
    word("开票日期", "Issued on"),
    word("到期日", "Due date"),
    word("应收金额", "Invoice amount"),
    word("付清日期", "Paid on"),
    word("未收金额", "Outstanding amount"),
];

/// Days of credit that are granted, and the usual ones.
const TERMS: [i64; 5] = [30, 45, 60, 90, 120];
/// Days back to which paid invoices are listed.
const LISTED: i32 = 90;

/// The terms of a client: those that it keeps, as agreed before it began to pay later.
fn terms(client: &Client) -> i64 {
    match client.role {
        Role::Slow => 60,
        Role::Squeezed => 45,
        _ => {
            let pays = client.habit.as_ref().map_or(0, |habit| habit.pay * 7 / 6 + 6);
            TERMS.into_iter().find(|terms| *terms >= pays).unwrap_or(TERMS[TERMS.len() - 1])
        }
    }
}

pub(super) fn file(world: &World<'_>, orders: &[Order]) -> DemoFile {
    let mut numbers = Numbers::default();
    let mut rows = Vec::new();
    for order in orders {
        let id = numbers.next(world.lang, order);
        let listed = order.paid.is_none_or(|paid| AS_OF.days_since(paid) < LISTED);
        if order.credit || !listed {
            continue;
        }
        let client = &world.clients[order.client];
        let amount: i64 = order.items.iter().map(|item| item.amount).sum();
        rows.push([
            format!("R-{id}"),
            client_id(order.client),
            world.day(order.date),
            world.day(order.date.plus_days(terms(client) as i32)),
            cents(amount),
            order.paid.map_or_else(String::new, |paid| world.day(paid)),
            cents(if order.paid.is_some() { 0 } else { amount }),
        ]);
    }
    world.file(&NAME, &HEADINGS, rows)
}
