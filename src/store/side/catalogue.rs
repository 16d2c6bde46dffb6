//! Products and industries: what a code or a name of another table stands for.

use std::collections::{BTreeMap, HashMap};

use super::rows::Row;
use crate::money::Money;
use crate::schema::aliases;

/// What a product code stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::store) struct Product {
    pub business_line: Option<String>,
    pub unit_cost: Option<Money>,
}

/// Adds a product and returns its code. A later row of the same code fills what the earlier one left blank.
pub(super) fn product(products: &mut HashMap<String, Product>, row: &mut Row) -> Option<String> {
    let key = row.text("product")?;
    let product = products.entry(key.clone()).or_default();
    product.business_line = product.business_line.take().or(row.text("business_line"));
    product.unit_cost = product.unit_cost.or(row.money("unit_cost"));
    Some(key)
}

/// Adds an industry and returns its name; the first growth of a name stays.
pub(super) fn industry(industries: &mut BTreeMap<String, f64>, row: &mut Row) -> Option<String> {
    let key = row.text("industry")?;
    if let Some(growth) = row.number("growth") {
        industries.entry(aliases::normalise(&key)).or_insert(growth);
    }
    Some(key)
}
