//! The sections of a client page, in the order in which a manager asks: who is it, what is wrong, how does it stand.

use crate::client_page::ClientPage;
use crate::locale::{Lang, decimal, grouped, percent, signed_percent, whole_money};
use crate::render::sentence;
use crate::render::table::{Align, Table};
use crate::review::RiskLevel;

use super::words::{UNKNOWN, exact, measured, number, place, table, text};
use super::{Part, Section, chart, decisions, relations, tier};

/// A section, unless it has nothing to show.
pub(super) fn section(title: String, parts: Vec<Part>) -> Option<Section> {
    (!parts.is_empty()).then_some(Section { title, parts })
}

/// The title of a section.
pub(super) fn titled(lang: Lang, key: &str) -> String {
    lang.text(&format!("show.section.{key}"))
}

/// The title of the page, and what it is of.
pub(super) fn title(page: &ClientPage, lang: Lang) -> (String, String) {
    let profile = &page.profile;
    let title = if profile.name == profile.client_id {
        profile.client_id.clone()
    } else {
        let values = [("name", profile.name.clone()), ("id", profile.client_id.clone())];
        lang.fill("show.title", &values)
    };
    let key = if page.currency.is_empty() { "show.about_no_unit" } else { "show.about" };
    let values = [
        ("as_of", page.as_of.to_string()),
        ("from", page.windows.ttm.from.to_string()),
        ("currency", page.currency.clone()),
    ];
    (title, lang.fill(key, &values))
}

/// All sections that have something to show.
pub(super) fn sections(page: &ClientPage, lang: Lang) -> Vec<Section> {
    let mut sections = vec![
        section(String::new(), vec![Part::Facts(profile(page, lang))]),
        findings(page, lang),
        decisions::section(page, lang),
        tier::section(page, lang),
        score(page, lang),
        sales(page, lang),
        orders(page, lang),
        whitespace(page, lang),
    ];
    sections.extend(relations::sections(page, lang));
    sections.push(history(page, lang));
    sections.into_iter().flatten().collect()
}

fn profile(page: &ClientPage, lang: Lang) -> Vec<(String, String)> {
    let (profile, features) = (&page.profile, &page.features);
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut add = |key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            facts.push((lang.text(&format!("show.label.{key}")), value));
        }
    };
    add("aliases", Some(profile.aliases.join(&lang.text("location.list"))));
    add("owner", Some(profile.owner.clone().unwrap_or_else(|| UNKNOWN.to_owned())));
    let about = [&profile.industry, &profile.region].into_iter().flatten().cloned();
    add("industry", Some(about.collect::<Vec<_>>().join(&lang.text("location.list"))));
    let stage = lang.text(&format!("stage.{}", profile.stage.code()));
    add(
        "stage",
        Some(match &profile.status {
            Some(status) => lang.fill("show.beside", &[("what", stage), ("more", status.clone())]),
            None => stage,
        }),
    );
    add("segment", profile.segment.clone());
    add("tier", Some(tier::standing(page, lang)));
    add("net_sales", profile.first_order.map(|_| net_sales(page, lang)));
    add("margin", features.margin_rate.map(|rate| percent(rate, 1)));
    add(
        "pay_days",
        features.pay_days.map(|days| match features.pay_days_prior {
            Some(before) => lang
                .fill("show.before", &[("now", decimal(days, 0)), ("before", decimal(before, 0))]),
            None => decimal(days, 0),
        }),
    );
    add("orders", Some(orders_of(page, lang)));
    add(
        "loss_impact",
        page.loss_impact
            .filter(|share| *share > 0.0)
            .map(|share| lang.fill("show.loss_impact", &[("share", percent(share, 1))])),
    );
    if page.risk_level != RiskLevel::None {
        let level = lang.text(&format!("level.{}", page.risk_level.code()));
        let risk = percent(page.risk, 0);
        add("risk", Some(lang.fill("show.beside", &[("what", level), ("more", risk)])));
    }
    facts
}

fn net_sales(page: &ClientPage, lang: Lang) -> String {
    let features = &page.features;
    let values = [
        ("sales", whole_money(features.net_sales)),
        ("before", whole_money(features.net_sales_prior)),
        ("change", features.growth.map(|growth| signed_percent(growth, 1)).unwrap_or_default()),
    ];
    lang.fill(
        if features.growth.is_some() { "show.sales" } else { "show.sales_no_change" },
        &values,
    )
}

fn orders_of(page: &ClientPage, lang: Lang) -> String {
    let features = &page.features;
    let (Some(first), Some(last), Some(days)) =
        (features.first_order, features.last_order, features.days_since_last_order)
    else {
        return lang.text("show.no_orders");
    };
    let mut text = lang.fill(
        "show.orders",
        &[
            ("orders", grouped(features.orders.into())),
            ("first", first.to_string()),
            ("last", last.to_string()),
            ("days", grouped(days.into())),
        ],
    );
    if let Some(gap) = features.order_gap_median {
        text.push_str(&lang.fill("show.usual_gap", &[("gap", decimal(gap, 1))]));
    }
    text
}

/// What was found, and what to do about it.
fn findings(page: &ClientPage, lang: Lang) -> Option<Section> {
    let found = page.findings.iter().map(|found| {
        let values = [
            ("level", lang.text(&format!("level.{}", found.level.code()))),
            ("sentence", sentence::finding(lang, found.code, &found.evidence)),
            ("since", found.first_seen.to_string()),
        ];
        let known = found.first_seen < page.as_of;
        let key = if known { "show.finding_since" } else { "show.finding" };
        sentence::capitalised(lang, &lang.fill(key, &values))
    });
    let found: Vec<String> = found.collect();
    let steps = page.next_steps.iter().map(|step| {
        let action = lang.text(&format!("action.{}", step.action));
        lang.fill("show.step", &[("action", action), ("due", step.due.to_string())])
    });
    let steps: Vec<String> = steps.collect();
    if found.is_empty() {
        return None;
    }
    let mut parts = vec![Part::List(found)];
    if !steps.is_empty() {
        parts.extend([Part::Line(lang.text("show.next")), Part::List(steps)]);
    }
    section(titled(lang, "findings"), parts)
}

/// How the score adds up: the metrics of each group below it.
fn score(page: &ClientPage, lang: Lang) -> Option<Section> {
    let score = page.score?;
    let column = |key: &str| lang.text(&format!("show.column.{key}"));
    let mut drawn = Table::new(vec![
        (column("metric"), Align::Left),
        (column("value"), Align::Right),
        (column("points"), Align::Right),
        (column("weight"), Align::Right),
        (column("adds"), Align::Right),
    ]);
    for group in &page.groups {
        drawn.row(vec![
            lang.fill("show.group", &[("group", lang.text(&format!("group.{}", group.group)))]),
            String::new(),
            number(group.points),
            decimal(group.weight, 1),
            number(group.adds),
        ]);
        for metric in page.metrics.iter().filter(|metric| metric.group == group.group) {
            drawn.row(vec![
                format!("  {}", crate::render::metric::label(&page.labels, lang, metric.metric)),
                measured(metric.value, metric.unit),
                number(metric.points),
                decimal(metric.weight, 1),
                number(metric.adds),
            ]);
        }
    }
    drawn.rule();
    let weight: f64 = page.groups.iter().map(|group| group.weight).sum();
    drawn.row(vec![
        column("score"),
        String::new(),
        String::new(),
        decimal(weight, 1),
        format!("{score:.1}"),
    ]);
    let mut parts = vec![Part::Table(drawn)];
    if page.metrics.iter().any(|metric| metric.points.is_none()) {
        let coverage = [("coverage", decimal(page.coverage, 0))];
        parts.push(Part::Line(lang.fill("show.missing", &coverage)));
    }
    section(titled(lang, "score"), parts)
}

fn sales(page: &ClientPage, lang: Lang) -> Option<Section> {
    let drawn = chart::chart(&page.monthly);
    let parts = if drawn.is_empty() { Vec::new() } else { vec![Part::Drawn(drawn)] };
    section(titled(lang, "sales"), parts)
}

/// The rows that the figures rest on, the newest of them.
fn orders(page: &ClientPage, lang: Lang) -> Option<Section> {
    let rows = page.orders.iter().map(|row| {
        vec![
            row.date.to_string(),
            exact(row.amount),
            text(row.order_id.as_ref()),
            text(row.business_line.as_ref()),
            place(lang, &row.origin),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return None;
    }
    let columns = [
        ("date", Align::Left),
        ("amount", Align::Right),
        ("order", Align::Left),
        ("business_line", Align::Left),
        ("place", Align::Left),
    ];
    section(titled(lang, "orders"), vec![Part::Table(table(lang, &columns, rows))])
}

fn whitespace(page: &ClientPage, lang: Lang) -> Option<Section> {
    let missing = page.whitespace.as_ref().filter(|missing| !missing.is_empty())?;
    let lines = missing.join(&lang.text("location.list"));
    section(titled(lang, "whitespace"), vec![Part::Line(lines)])
}

/// Scores and tiers of earlier reviews.
fn history(page: &ClientPage, lang: Lang) -> Option<Section> {
    let rows = page.history.iter().map(|row| {
        vec![
            row.period.clone(),
            row.tier.map_or_else(|| UNKNOWN.to_owned(), |tier| tier::name(page, lang, tier)),
            number(row.score),
            row.rank.map_or_else(|| UNKNOWN.to_owned(), |rank| rank.to_string()),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return None;
    }
    let columns = [
        ("period", Align::Left),
        ("tier", Align::Left),
        ("score", Align::Right),
        ("rank", Align::Right),
    ];
    section(titled(lang, "history"), vec![Part::Table(table(lang, &columns, rows))])
}
