//! Evidence as it stands in JSON, where a share and any other number look alike: its name tells which it is.

use serde::Deserialize as _;
use serde_json::Value;

use crate::diagnostic::Fact;
use crate::money::Money;
use crate::period::Day;

/// Names of evidence that are shares.
const SHARES: [&str; 3] = ["change", "rate", "rate_prior"];
/// Names of evidence that are amounts of money.
const AMOUNTS: [&str; 2] = ["sales", "sales_ly"];

/// The fact that a value of this name stands for; `None` where it is of no kind that evidence has.
#[must_use]
pub fn read(name: &str, value: &Value) -> Option<Fact> {
    match value {
        Value::String(text) => {
            Some(Day::parse_iso(text).map_or_else(|| Fact::from(text.clone()), Fact::Day))
        }
        Value::Number(number) if SHARES.contains(&name) => number.as_f64().map(Fact::Share),
        Value::Number(number) if AMOUNTS.contains(&name) => {
            Money::deserialize(number).ok().map(Fact::Money)
        }
        Value::Number(number) => {
            number.as_i64().map(Fact::Int).or_else(|| number.as_f64().map(Fact::Number))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_holds_is_what_was_written() {
        let facts = [
            ("days", Fact::Int(74)),
            ("gap", Fact::Number(21.5)),
            ("last_order", Fact::Day(Day(19_000))),
            ("change", Fact::Share(-0.48)),
            ("rate_prior", Fact::Share(1.0)),
            ("sales", Fact::Money(Money(1_234_567))),
            ("sales_ly", Fact::Money(Money(50_000))),
        ];
        for (name, fact) in facts {
            let json = serde_json::to_value(&fact).expect("json");
            assert_eq!(read(name, &json), Some(fact), "{name}");
        }
        assert_eq!(read("days", &Value::Null), None);
    }
}
