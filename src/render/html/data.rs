//! The figures of the page as JSON inside it: what the script draws from, and what a program can read.
//!
//! The whole review takes several kilobytes per client; this holds what the page shows, each number once.

use serde_json::{Value, json};

use crate::locale::Lang;
use crate::review::{Client, Movement, Review};
use crate::tier::Tier;

/// What is known of a client, in the order of its values; the rest of them is what each metric adds.
const COLUMNS: [&str; 8] =
    ["client_id", "tier", "score", "coverage", "net_sales", "net_sales_prior", "risk", "priority"];

/// The figures as JSON that may stand in a script element.
pub(super) fn data(review: &Review) -> anyhow::Result<String> {
    let metrics: Vec<&str> = review.weights.iter().map(|(metric, _)| *metric).collect();
    let inputs: Vec<Value> = review
        .inputs
        .iter()
        .map(|input| {
            json!({
                "file": input.file, "sheet": input.sheet, "sha256": input.sha256,
                "rows": input.rows
            })
        })
        .collect();
    let clients: Vec<Value> = review.clients.iter().map(|one| client(one, &metrics)).collect();
    let [en, zh] = Lang::ALL.map(|lang| title(review, lang));
    let all = json!({
        "title": { "en": en, "zh": zh },
        "schema_version": review.schema_version,
        "kam_version": review.kam_version,
        "as_of": review.as_of,
        "period": review.period,
        "windows": review.windows,
        "currency": review.currency,
        "policy": review.policy,
        "scale": review.scale,
        "model_coverage": review.model_coverage,
        "weights": review.weights,
        "totals": review.totals,
        "tiers": review.tiers,
        "concentration": review.concentration,
        "movement": review.movement.as_ref().map(moved),
        "monthly": review.monthly,
        "control": review.control,
        "inputs": inputs,
        "config_sha256": review.config_sha256,
        "columns": COLUMNS,
        "metrics": metrics,
        "clients": clients,
    });
    Ok(escaped(&serde_json::to_string(&all)?))
}

/// The title of the page.
pub(super) fn title(review: &Review, lang: Lang) -> String {
    lang.fill("book.title.overview", &[("period", review.period.clone())])
}

/// How many moved: what the page shows of single clients stands in its table.
fn moved(moved: &Movement) -> Value {
    json!({
        "as_of": moved.as_of, "period": moved.period, "new": moved.new, "up": moved.up, "down": moved.down,
        "same": moved.same, "left": moved.left, "reactivated": moved.reactivated, "matrix": moved.matrix
    })
}

fn client(client: &Client, metrics: &[&str]) -> Value {
    let features = &client.features;
    let mut values = vec![
        json!(client.client_id),
        json!(client.tier.map(Tier::code)),
        json!(client.score.map(short)),
        json!(short(client.coverage)),
        json!(features.net_sales),
        json!(features.net_sales_prior),
        json!(short(client.risk)),
        json!((client.priority * 100.0).round() / 100.0),
    ];
    values.extend(metrics.iter().map(|metric| {
        json!(client.adds.get(metric).map(|adds| (adds * 1_000.0).round() / 1_000.0))
    }));
    Value::Array(values)
}

/// A figure with the four places that matter.
fn short(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// JSON in which nothing ends the script element or a line of an old reader.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_script() {
        let text = "</script><!-- \u{2028}& \u{2029}";
        let shown = escaped(&serde_json::to_string(text).expect("JSON"));
        assert!(!shown.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
        assert_eq!(serde_json::from_str::<String>(&shown).expect("JSON"), text);
    }
}
