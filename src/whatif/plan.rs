//! Which settings differ, and which of them take effect.

use serde::Serialize;
use serde_json::Value;

use crate::config::load::Loaded;
use crate::config::{Config, Labels};

/// Settings that scores and tiers follow from once the features are known: keys, or tables with a dot.
const JUDGED: [&str; 8] =
    ["policy", "score.", "metric.", "caps.", "tier.", "one_off.", "hysteresis.", "rising."];
/// The key of a metric of the user's own that says where its values are read.
const READ: &str = ".column";
/// Settings that differ without a word: how the answer itself is made.
const SILENT: [&str; 2] = ["lang", "sensitivity."];

/// A setting before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// Its dotted key.
    pub key: String,
    /// Before; null where it was not set.
    pub before: Option<Value>,
    /// After; null where it is not set.
    pub after: Option<Value>,
}

/// The settings to judge by, and how they differ from those of the review.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The settings of the review, with those that take effect.
    pub config: Config,
    /// What differs and takes effect, in the order of the built-in settings.
    pub settings: Vec<Setting>,
    /// Keys that differ and take none: features, signals and inputs are those of the review.
    pub not_applied: Vec<String>,
}

impl Plan {
    /// What changes from one set of settings to another.
    #[must_use]
    pub fn between(before: &Loaded, after: &Loaded) -> Self {
        let (old, new) = (before.entries(), after.entries());
        let of = |entries: &[(String, String, String)], key: &str| {
            entries.iter().find(|(known, _, _)| known == key).and_then(|(_, text, _)| value(text))
        };
        let gone = old.iter().filter(|(key, _, _)| !new.iter().any(|(known, _, _)| known == key));
        let differing: Vec<Setting> = new
            .iter()
            .chain(gone)
            .map(|(key, _, _)| Setting {
                key: key.clone(),
                before: of(&old, key),
                after: of(&new, key),
            })
            .filter(|setting| setting.before != setting.after && !is_one(&setting.key, &SILENT))
            .collect();
        let (settings, rest): (Vec<_>, Vec<_>) = differing.into_iter().partition(|setting| {
            let key = setting.key.as_str();
            let reads = key.starts_with("metric.") && key.ends_with(READ);
            // One that is taken away is read no more.
            is_one(key, &JUDGED) && !(reads && setting.after.is_some())
        });
        let changed = after.config.clone();
        Self {
            config: Config {
                policy: changed.policy,
                score: changed.score,
                metric: changed.metric,
                labels: Labels { metrics: changed.labels.metrics, ..before.config.labels.clone() },
                caps: changed.caps,
                tier: changed.tier,
                one_off: changed.one_off,
                hysteresis: changed.hysteresis,
                rising: changed.rising,
                sensitivity: changed.sensitivity,
                ..before.config.clone()
            },
            settings,
            not_applied: rest.into_iter().map(|setting| setting.key).collect(),
        }
    }

    /// What tiers and metrics are called; those that the plan takes away keep their names.
    pub(super) fn labels(&self, usual: &Config) -> Labels {
        let mut labels = usual.labels.clone();
        labels.metrics.extend(self.config.labels.metrics.clone());
        labels
    }
}

fn is_one(key: &str, of: &[&str]) -> bool {
    of.iter().any(|one| key == *one || one.ends_with('.') && key.starts_with(one))
}

/// A value as TOML writes it; 20 and 20.0 are the same number.
fn value(text: &str) -> Option<Value> {
    let table: toml::Table = format!("it = {text}").parse().ok()?;
    Some(plain(table.get("it")?))
}

fn plain(value: &toml::Value) -> Value {
    match value {
        toml::Value::Integer(number) => Value::from(*number as f64),
        toml::Value::Array(items) => items.iter().map(plain).collect(),
        other => serde_json::to_value(other).unwrap_or(Value::Null),
    }
}

/// The weights when some are fixed and all others are rescaled in proportion, so that the sum is 100.
///
/// A fixed name that is no metric is kept, for the settings to refuse. Where the sum cannot be 100 (the fixed ones exceed it, or
/// nothing is left to rescale), it is not, and settings with such weights are refused.
#[must_use]
pub fn rescaled(config: &Config, fixed: &[(String, f64)]) -> Vec<(String, f64)> {
    let given = |metric: &str| fixed.iter().rev().find(|(name, _)| name == metric);
    let left = 100.0
        - fixed
            .iter()
            .enumerate()
            // Given twice, the last one counts.
            .filter(|(at, (name, _))| !fixed[at + 1..].iter().any(|(later, _)| later == name))
            .map(|(_, (_, weight))| weight)
            .sum::<f64>();
    let others = || config.score.weights.iter().filter(|(metric, _)| given(metric).is_none());
    let sum: f64 = others().map(|(_, weight)| weight).sum();
    let factor = if sum > 0.0 { (left / sum).max(0.0) } else { 0.0 };
    let rescaled = others().map(|(metric, weight)| (metric.clone(), weight * factor));
    rescaled.chain(fixed.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load::{Layer, load};

    fn with(text: &str) -> Loaded {
        load(&[Layer { name: "kam.toml".to_owned(), text: text.to_owned() }], &[]).expect("valid")
    }

    #[test]
    fn other_weights_keep_their_proportions() {
        let config = with("").config;
        let weights = rescaled(&config, &[("growth".to_owned(), 34.0)]);
        let of = |metric: &str| weights.iter().find(|(name, _)| name == metric).expect("known").1;
        assert!((of("growth") - 34.0).abs() < 1e-12 && (of("net_sales") - 15.0).abs() < 1e-12);
        assert!((weights.iter().map(|(_, weight)| weight).sum::<f64>() - 100.0).abs() < 1e-9);
        // Too much is left for the settings to refuse.
        let weights = rescaled(&config, &[("growth".to_owned(), 130.0)]);
        assert!((weights.iter().map(|(_, weight)| weight).sum::<f64>() - 130.0).abs() < 1e-9);
    }

    #[test]
    fn only_what_follows_from_features_takes_effect() {
        let before = with("");
        let after = with(
            "policy = \"share\"\n[features]\ncredit_days = 90\n[tier.core]\ntop = 0.2\nneeds_fit = 3\n\
             [sensitivity]\nseed = 5\n[caps]\npay_days = 120.0\n",
        );
        let plan = Plan::between(&before, &after);
        let keys: Vec<&str> = plan.settings.iter().map(|setting| setting.key.as_str()).collect();
        assert_eq!(keys, ["policy", "tier.core.top", "tier.core.needs_fit"]);
        assert_eq!(plan.settings[1].before, Some(Value::from(0.15)));
        assert_eq!((&plan.settings[2].before, &plan.settings[2].after), (&None, &Some(3.0.into())));
        assert_eq!(plan.not_applied, ["features.credit_days"]);
        assert!((plan.config.features.credit_days - 60.0).abs() < f64::EPSILON);
        assert_eq!(plan.config.sensitivity.seed, 5);
        assert_eq!(Plan::between(&before, &before).config, before.config);
    }
}
