//! What tiers are called: by the names of the settings, wherever a person reads of one.

use crate::config::Labels;
use crate::locale::Lang;
use crate::tier::Tier;

/// The name of a tier.
#[must_use]
pub fn label(labels: &Labels, lang: Lang, tier: Tier) -> String {
    of_code(labels, lang, tier.code())
}

/// The name of the tier with this code, and the word for any other code of the catalogue's tiers (`inactive`, `all`).
#[must_use]
pub fn of_code(labels: &Labels, lang: Lang, code: &str) -> String {
    if let Some(own) = labels.tier.of(code) {
        return own.to_owned();
    }
    of_set(lang, labels.set.code(), code)
}

/// The name that a tier has in a set, both by their codes; its usual name where the set has none.
pub(super) fn of_set(lang: Lang, set: &str, code: &str) -> String {
    let of_set = lang.find(&format!("tier_set.{set}.{code}"));
    of_set.map_or_else(|| lang.text(&format!("tier.{code}")), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::labels::LabelSet;

    #[test]
    fn every_set_has_a_name_of_its_own_for_every_tier() {
        for set in [LabelSet::Default, LabelSet::Abc, LabelSet::Gold, LabelSet::Vip] {
            let labels = Labels { set, ..Labels::default() };
            for lang in Lang::ALL {
                let mut names: Vec<String> =
                    Tier::ALL.iter().map(|tier| label(&labels, lang, *tier)).collect();
                assert!(names.iter().all(|name| !name.contains('.')), "{names:?}");
                names.sort();
                names.dedup();
                assert_eq!(names.len(), Tier::ALL.len());
            }
        }
    }

    #[test]
    fn own_names_come_first() {
        let mut labels = Labels { set: LabelSet::Gold, ..Labels::default() };
        labels.tier.strategic = Some("S".to_owned());
        assert_eq!(label(&labels, Lang::Zh, Tier::Strategic), "S");
        assert_eq!(label(&labels, Lang::Zh, Tier::Core), "金牌");
        assert_eq!(of_code(&labels, Lang::En, "inactive"), "Inactive");
    }
}
