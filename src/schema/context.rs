//! Headings that mean something else beside certain others, as the exports of some systems have them.

use super::{Table, aliases};

/// A heading in such company. All in normal form.
struct Rule {
    table: &'static str,
    heading: &'static str,
    /// All of these stand in the same row.
    beside: &'static [&'static str],
    /// What it then is; `None` is nothing.
    field: Option<&'static str>,
}

const fn rule(
    table: &'static str,
    heading: &'static str,
    beside: &'static [&'static str],
    field: Option<&'static str>,
) -> Rule {
    Rule { table, heading, beside, field }
}

const RULES: [Rule; 14] = [
    // Invoice lines of Xero repeat the total of the invoice: their amount is quantity × unit amount.
    rule("transactions", "total", &["unitamount", "quantity", "invoicenumber"], None),
    // ERPNext: who typed the voucher in, and the id of the customer beside the name.
    rule("transactions", "owner", &["receivableaccount"], None),
    rule("transactions", "customer", &["customername"], Some("client")),
    rule("receivables", "customer", &["customername"], Some("client")),
    // Technical names of Odoo orders and Stripe payments: the record is the transaction.
    rule("transactions", "name", &["dateorder"], Some("order_id")),
    rule("transactions", "id", &["amountrefunded"], Some("order_id")),
    // Odoo, Shopify: what is on the first line of a document only is not the amount of its lines. Shopify calls the number
    // of an order its name, and knows the client by an address.
    rule("transactions", "untaxedamountsigned", &["invoicelinesproduct"], None),
    rule("transactions", "totalsigned", &["invoicelinesproduct"], None),
    rule("transactions", "total", &["orderlinesproduct"], None),
    rule("transactions", "total", &["lineitemprice"], None),
    rule("transactions", "name", &["lineitemprice"], Some("order_id")),
    rule("transactions", "email", &["lineitemprice"], Some("client")),
    rule("transactions", "billingname", &["lineitemprice"], Some("client_name")),
    // Salesforce: other systems know account numbers, `ParentId` holds ids.
    rule("clients", "id", &["accountnumber"], Some("aliases")),
];

/// What headings of a row, in normal form, mean beside each other: the heading and its field, `None` for nothing.
pub(super) fn meanings(
    table: &dyn Table,
    headings: &[String],
) -> Vec<(&'static str, Option<&'static str>)> {
    let there = |wanted: &str| headings.iter().any(|heading| heading == wanted);
    RULES
        .iter()
        .filter(|rule| rule.table == table.code())
        .filter(|rule| there(rule.heading) && rule.beside.iter().all(|other| there(other)))
        .map(|rule| (rule.heading, rule.field))
        .collect()
}

/// Whether a row of headings, in normal form, is that of money that came in: it has the day and the sum of that.
/// Such a sheet names its clients as a client file does, once for each payment.
pub(super) fn is_payments(headings: &[String]) -> bool {
    let any = |table: &str, field: &str| {
        aliases::of_table(table)
            .and_then(|fields| fields.get(field))
            .is_some_and(|known| headings.iter().any(|heading| known.contains(heading)))
    };
    any("receivables", "paid") && any("receivables", "received")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{aliases, table};

    #[test]
    fn rules_are_in_normal_form_and_name_fields() {
        for rule in &RULES {
            let table = table(rule.table).expect("a table");
            assert!(rule.field.is_none_or(|field| table.position(field).is_some()));
            for heading in rule.beside.iter().chain([&rule.heading]) {
                assert_eq!(aliases::normalise(heading), **heading);
            }
        }
    }
}
