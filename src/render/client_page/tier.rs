//! The tier of a client: how it came about, what its conditions are, and what would move it.

use crate::client_page::{ClientPage, Reach, Step};
use crate::diagnostic::Fact;
use crate::locale::{Lang, decimal, whole_money};
use crate::render::table::Align;
use crate::render::tier::label;
use crate::render::{notes, sentence};
use crate::tier::Tier;

use super::sections::{section as some, titled};
use super::words::{UNKNOWN, table};
use super::{Part, Section};

/// The word for a tier.
pub(super) fn name(page: &ClientPage, lang: Lang, tier: Tier) -> String {
    label(&page.labels, lang, tier)
}

/// Tier, rank and score in a line.
pub(super) fn standing(page: &ClientPage, lang: Lang) -> String {
    let (Some(tier), Some(rank)) = (page.tier.tier, page.tier.rank) else {
        return lang.text("show.no_tier");
    };
    let values = [
        ("tier", name(page, lang, tier)),
        ("rank", rank.to_string()),
        ("of", page.tier.of.to_string()),
        ("score", page.score.map_or_else(|| UNKNOWN.to_owned(), |score| format!("{score:.1}"))),
    ];
    lang.fill("show.standing", &values)
}

pub(super) fn section(page: &ClientPage, lang: Lang) -> Option<Section> {
    let mut lines = how(page, lang);
    lines.extend(marks(page, lang));
    let mut parts: Vec<Part> = Vec::new();
    if let Some(reach) = &page.reach {
        lines.push(reached(page, reach, lang));
    }
    if !lines.is_empty() {
        parts.push(Part::List(lines));
    }
    parts.extend(conditions(page, lang));
    some(titled(lang, "tier"), parts)
}

/// How the tier came about, step by step.
fn how(page: &ClientPage, lang: Lang) -> Vec<String> {
    let part = &page.tier;
    let (Some(tier), Some(band)) = (part.computed, part.band) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let mut line = |key: &str, values: &[(&str, String)]| {
        lines.push(lang.fill(&format!("show.tier.{key}"), values));
    };
    let policy = lang.text(&format!("policy.{}", part.policy.code()));
    match &part.kept {
        Some(kept) => {
            let (points, name) = (kept.points, |of| name(page, lang, of));
            let said = notes::held_clause(&kept.held, part.policy, points, lang, name);
            let mut said = sentence::capitalised(lang, &said);
            if let (Some(before), Some(score)) = (kept.score_before, page.score) {
                let scores = [("before", format!("{before:.1}")), ("now", format!("{score:.1}"))];
                said.push_str(&lang.fill("show.tier.kept_scores", &scores));
            }
            line("kept", &[("said", said)]);
        }
        None => line("band", &[("policy", policy), ("tier", name(page, lang, band))]),
    }
    if let Some(share) = part.share_band.filter(|share| *share < band) {
        line("floor", &[("tier", name(page, lang, share))]);
    }
    let words = |codes: &[&'static str], table: &str| {
        let words = codes.iter().map(|code| lang.text(&format!("{table}.{code}")));
        words.collect::<Vec<_>>().join(&lang.text("location.list"))
    };
    if !part.caps.is_empty() {
        let reasons = words(&part.caps, "book.cap");
        line("capped", &[("tier", name(page, lang, Tier::Core)), ("reasons", reasons)]);
    }
    if part.one_off {
        line("one_off", &[("tier", name(page, lang, Tier::Standard))]);
    }
    // Each tier whose conditions were not met on the way down.
    for missed in Tier::ALL {
        let failed: Vec<String> = part
            .conditions_failed
            .iter()
            .filter_map(|failed| failed.split_once(':'))
            .filter(|(of, _)| *of == missed.code())
            .map(|(_, condition)| lang.text(&format!("condition.{condition}")))
            .collect();
        if !failed.is_empty() {
            let failed = failed.join(&lang.text("location.list"));
            line("failed", &[("tier", name(page, lang, missed)), ("conditions", failed)]);
        }
    }
    if !part.to_confirm.is_empty() {
        line("to_confirm", &[("conditions", words(&part.to_confirm, "condition"))]);
    }
    if part.rising {
        line("rising", &[]);
    }
    if let Some(given) = part.tier.filter(|given| *given != tier) {
        line("given", &[("tier", name(page, lang, given)), ("computed", name(page, lang, tier))]);
    }
    lines
}

/// The marks of a key account.
fn marks(page: &ClientPage, lang: Lang) -> Option<String> {
    page.tier.tier?;
    let marks = &page.marks;
    let said = |mark: Option<bool>| {
        lang.text(match mark {
            Some(true) => "show.yes",
            Some(false) => "show.no",
            None => "show.unknown",
        })
    };
    let values = [
        ("contribution", said(marks.contribution)),
        ("synergy", said(marks.synergy)),
        ("potential", said(marks.potential)),
    ];
    let key = if marks.key_account == Some(true) { "show.marks_all" } else { "show.marks" };
    Some(lang.fill(key, &values))
}

/// What would move the client one tier up.
fn reached(page: &ClientPage, reach: &Reach, lang: Lang) -> String {
    let tier = name(page, lang, reach.tier);
    if page.tier.one_off {
        return lang.fill("show.reach.one_off", &[("tier", tier)]);
    }
    let ways: Vec<String> = reach
        .ways
        .iter()
        .map(|way| {
            let steps: Vec<String> = way.steps.iter().map(|step| stepped(step, lang)).collect();
            let steps = steps.join(&lang.text("show.reach.and"));
            if way.tier == reach.tier {
                steps
            } else {
                let values = [("steps", steps), ("tier", name(page, lang, way.tier))];
                lang.fill("show.reach.further", &values)
            }
        })
        .collect();
    if !ways.is_empty() {
        let ways = ways.join(&lang.text("show.reach.or"));
        return lang.fill("show.reach.ways", &[("tier", tier), ("ways", ways)]);
    }
    match reach.most_sales {
        Some(most) => lang.fill("show.reach.none", &[("tier", tier), ("sales", whole_money(most))]),
        None => lang.fill("show.reach.none_no_sales", &[("tier", tier)]),
    }
}

/// A change in words.
fn stepped(step: &Step, lang: Lang) -> String {
    let written = |fact: &Fact| match fact {
        Fact::Money(money) => whole_money(*money),
        Fact::Number(number) => decimal(*number, 1),
        other => lang.fact(other),
    };
    let one = step.by == Fact::Int(1);
    let key = format!("show.reach.step.{}{}", step.change, if one { "_one" } else { "" });
    lang.fill(&key, &[("by", written(&step.by)), ("to", written(&step.to))])
}

/// The conditions of the tier and of the one above.
fn conditions(page: &ClientPage, lang: Lang) -> Option<Part> {
    let value = |value: Option<f64>| value.map_or_else(|| UNKNOWN.to_owned(), |it| decimal(it, 1));
    let rows = page.tier.conditions.iter().map(|row| {
        vec![
            name(page, lang, row.tier),
            lang.text(&format!("condition.{}", row.condition)),
            row.at_least.map_or_else(|| lang.text("show.any"), |least| decimal(least, 1)),
            match (row.at_least, &page.profile.owner) {
                (None, Some(owner)) => owner.clone(),
                _ => value(row.value),
            },
            lang.text(match row.holds {
                Some(true) => "show.yes",
                Some(false) => "show.no",
                None => "show.unknown",
            }),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let columns = [
        ("tier", Align::Left),
        ("condition", Align::Left),
        ("at_least", Align::Right),
        ("has", Align::Right),
        ("met", Align::Left),
    ];
    (!rows.is_empty()).then(|| Part::Table(table(lang, &columns, rows)))
}
