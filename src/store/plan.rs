//! What is known of a sheet of transactions before its rows are read: its columns, and what decides about them.

use std::collections::HashMap;

use super::discounts::Discount;
use super::overlap::Replaced;
use super::rates::Rates;
use super::side::Product;
use crate::diagnostic::Origin;
use crate::period::Day;
use crate::schema::aliases;
use crate::schema::heading::{Layout, UserColumns};
use crate::schema::value::Reading;

/// Positions of the columns that are read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Columns {
    pub(super) client: Option<usize>,
    pub(super) client_name: Option<usize>,
    pub(super) date: Option<usize>,
    pub(super) amount: Option<usize>,
    pub(super) cost: Option<usize>,
    pub(super) margin: Option<usize>,
    pub(super) business_line: Option<usize>,
    pub(super) product: Option<usize>,
    pub(super) order_id: Option<usize>,
    pub(super) line_no: Option<usize>,
    pub(super) quantity: Option<usize>,
    pub(super) unit_price: Option<usize>,
    pub(super) unit_cost: Option<usize>,
    pub(super) returned: Option<usize>,
    pub(super) paid_date: Option<usize>,
    pub(super) pay_days: Option<usize>,
    pub(super) currency: Option<usize>,
    pub(super) status: Option<usize>,
    pub(super) stage: Option<usize>,
    pub(super) voided: Option<usize>,
    pub(super) kind: Option<usize>,
    pub(super) owner: Option<usize>,
}

impl Columns {
    pub(super) fn of(layout: &Layout) -> Self {
        let at = |field| layout.column_of(field);
        let (client, client_name) = match (at("client"), at("client_name")) {
            (None, name) => (name, None),
            both => both,
        };
        Self {
            client,
            client_name,
            date: at("date"),
            amount: at("amount"),
            cost: at("cost"),
            margin: at("margin"),
            business_line: at("business_line"),
            product: at("product"),
            order_id: at("order_id"),
            line_no: at("line_no"),
            quantity: at("quantity"),
            unit_price: at("unit_price"),
            unit_cost: at("unit_cost"),
            returned: at("returned"),
            paid_date: at("paid_date"),
            pay_days: at("pay_days"),
            // Amounts in the books' own currency are so whatever was invoiced.
            currency: at("currency").filter(|_| !amount_is_own(layout)),
            status: at("status"),
            stage: at("stage"),
            voided: at("voided"),
            kind: at("kind"),
            owner: at("owner"),
        }
    }
}

fn amount_is_own(layout: &Layout) -> bool {
    layout
        .column_of("amount")
        .is_some_and(|at| aliases::is_own_currency(&layout.columns[at].heading))
}

/// What all sinks of a sheet share.
#[derive(Clone)]
pub(super) struct Plan<'a> {
    pub(super) layout: &'a Layout,
    pub(super) readings: &'a [Reading],
    pub(super) origin: &'a Origin,
    pub(super) filter: &'a [(usize, String)],
    pub(super) currency: Option<&'a str>,
    pub(super) products: &'a HashMap<String, Product>,
    /// Where the currency of the review is known, the rates to it.
    pub(super) rates: Option<&'a Rates>,
    pub(super) skip_status: Vec<String>,
    pub(super) won_stage: Vec<String>,
    pub(super) return_type: Vec<String>,
    /// Whether the returns of the sheet have no minus sign.
    pub(super) unsigned_returns: bool,
    pub(super) discount: Discount,
    pub(super) today: Day,
    pub(super) surveyed: bool,
    /// The user's headings, where those of another table may follow.
    pub(super) user: Option<&'a UserColumns>,
    /// Whether other sheets hold transactions too.
    pub(super) several: bool,
    /// Rows that do not count because of a line of another sheet.
    pub(super) replaced: &'a Replaced,
    pub(super) columns: Columns,
}
