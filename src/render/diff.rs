//! Two reviews side by side, as tables.

use serde_json::Value;

use crate::config::Labels;
use crate::history::{ClientChange, Diff, SettingChange};
use crate::locale::{Lang, grouped, signed, whole_money};
use crate::money::{Money, round12};
use crate::tier::Tier;

use super::summary::points_text;
use super::table::{Align, Table, escaped};

/// Clients listed on a terminal.
const SHOWN: usize = 20;

/// Draws a comparison for a terminal.
#[must_use]
pub fn table(diff: &Diff, lang: Lang, width: Option<usize>) -> String {
    let mut out = vec![title(diff, lang), String::new()];
    out.push(portfolio(diff, lang).draw(width).trim_end().to_owned());
    out.push(moved(diff, lang));
    if !diff.config.is_empty() {
        out.push(String::new());
        out.push(lang.text("diff.settings"));
    }
    for setting in &diff.config {
        out.push(setting_text(setting, &diff.labels, lang));
    }
    let shown = diff.clients.len().min(SHOWN);
    out.push(String::new());
    if shown == 0 {
        out.push(lang.text("diff.none"));
    } else {
        let all = diff.clients.len();
        let counts = [("shown", grouped(shown as i64)), ("all", grouped(all as i64))];
        out.push(lang.fill("diff.clients", &counts));
        out.push(clients(diff, lang, shown).draw(width).trim_end().to_owned());
        out.push(lang.text("diff.parts"));
    }
    out.join("\n") + "\n"
}

/// The same as Markdown, with all clients.
#[must_use]
pub fn markdown(diff: &Diff, lang: Lang) -> String {
    let mut out = vec![format!("# {}\n", escaped(&title(diff, lang)))];
    out.push(format!("## {}\n", lang.text("diff.sheet.cover")));
    out.push(portfolio(diff, lang).markdown());
    out.push(escaped(&moved(diff, lang)) + "\n");
    out.push(format!("## {}\n", lang.text("diff.settings")));
    if diff.config.is_empty() {
        out.push(lang.text("diff.settings_none") + "\n");
    }
    for setting in &diff.config {
        out.push(format!("- {}", escaped(&setting_text(setting, &diff.labels, lang))));
    }
    if !diff.config.is_empty() {
        out.push(String::new());
    }
    if diff.clients.is_empty() {
        out.push(format!("## {}\n", lang.text("diff.sheet.changes")));
        out.push(lang.text("diff.none") + "\n");
    } else {
        let all = grouped(diff.clients.len() as i64);
        let counts = [("shown", all.clone()), ("all", all)];
        out.push(format!("## {}\n", lang.fill("diff.clients", &counts)));
        out.push(clients(diff, lang, diff.clients.len()).markdown());
        out.push(escaped(&lang.text("diff.parts")) + "\n");
    }
    out.join("\n")
}

/// The clients as JSON lines.
///
/// # Errors
/// None but those of memory.
pub fn json_lines(diff: &Diff) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    for client in &diff.clients {
        serde_json::to_writer(&mut out, client)?;
        out.push(b'\n');
    }
    Ok(out)
}

/// The clients as CSV: codes, full numbers.
///
/// # Errors
/// None but those of memory.
pub fn csv(diff: &Diff, lang: Lang) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heading = |key: &str| lang.text(&format!("diff.column.{key}"));
    let keys = [
        "client_id",
        "client",
        "movement",
        "tier_before",
        "tier_after",
        "score_before",
        "score_after",
        "change",
        "own",
        "scale",
        "config",
        "missing",
        "most",
        "sales_before",
        "sales_after",
    ];
    writer.write_record(keys.map(heading))?;
    for client in &diff.clients {
        let number = |value: Option<f64>| {
            value.map(|value| (round12(value) + 0.0).to_string()).unwrap_or_default()
        };
        let tier = |tier: Option<Tier>| tier.map(Tier::code).unwrap_or_default().to_owned();
        let money = |money: Option<Money>| money.map(|it| it.to_string()).unwrap_or_default();
        let split =
            |of: fn(&crate::review::ScoreChange) -> f64| number(client.split.as_ref().map(of));
        writer.write_record([
            super::listing::guarded(&client.client_id),
            super::listing::guarded(&client.name),
            client.movement.unwrap_or_default().to_owned(),
            tier(client.tier_before),
            tier(client.tier_after),
            number(client.score_before),
            number(client.score_after),
            number(client.change),
            split(|split| split.own),
            split(|split| split.scale),
            split(|split| split.config),
            split(|split| split.missing),
            if client.given { "override" } else { client.most.map_or("", |(code, _)| code) }
                .to_owned(),
            money(client.net_sales_before),
            money(client.net_sales_after),
        ])?;
    }
    Ok(writer.into_inner()?)
}

/// Which two reviews they are.
pub(super) fn title(diff: &Diff, lang: Lang) -> String {
    let side = |side: &crate::history::Side| format!("{} ({})", side.period, side.as_of);
    lang.fill("diff.title", &[("before", side(&diff.before)), ("after", side(&diff.after))])
}

/// How many clients moved.
pub(super) fn moved(diff: &Diff, lang: Lang) -> String {
    let mut values = vec![("as_of", diff.before.as_of.to_string())];
    values.extend(diff.counts.iter().map(|(code, count)| (*code, grouped(*count as i64))));
    lang.fill("summary.moved", &values)
}

fn portfolio(diff: &Diff, lang: Lang) -> Table {
    let heading = |key: &str| lang.text(&format!("diff.column.{key}"));
    let mut table = Table::new(vec![
        (heading("figure"), Align::Left),
        (diff.before.period.clone(), Align::Right),
        (diff.after.period.clone(), Align::Right),
        (heading("change"), Align::Right),
    ]);
    let unknown = || "-".to_owned();
    let (a, b) = (&diff.before, &diff.after);
    let share = |then: Money, now: Money| {
        (then > Money::ZERO)
            .then(|| crate::locale::signed_percent(now.to_f64() / then.to_f64() - 1.0, 1))
    };
    table.row(vec![
        heading("net_sales"),
        a.net_sales.map_or_else(unknown, whole_money),
        b.net_sales.map_or_else(unknown, whole_money),
        diff.net_sales().and_then(|(a, b)| share(a, b)).unwrap_or_else(unknown),
    ]);
    let counts =
        [("active", a.active, b.active), ("at_risk", a.at_risk_clients, b.at_risk_clients)];
    for (key, then, now) in counts {
        let text = |count: Option<usize>| count.map_or_else(unknown, |it| grouped(it as i64));
        let change = then.zip(now).map(|(then, now)| signed(now as f64 - then as f64, 0));
        table.row(vec![heading(key), text(then), text(now), change.unwrap_or_else(unknown)]);
    }
    let points = |score: Option<f64>| score.map_or_else(unknown, |score| format!("{score:.1}"));
    let change = a.avg_score.zip(b.avg_score).map(|(a, b)| signed(b - a, 1));
    table.row(vec![
        heading("avg_score"),
        points(a.avg_score),
        points(b.avg_score),
        change.unwrap_or_else(unknown),
    ]);
    table
}

fn clients(diff: &Diff, lang: Lang, shown: usize) -> Table {
    let heading = |key: &str| lang.text(&format!("diff.column.{key}"));
    let mut columns = vec![(heading("client"), Align::Left), (heading("tier"), Align::Left)];
    for key in ["score", "change", "own", "scale", "config", "missing"] {
        columns.push((heading(key), Align::Right));
    }
    columns.push((heading("most"), Align::Left));
    let mut table = Table::new(columns);
    for client in diff.clients.iter().take(shown) {
        let unknown = || "-".to_owned();
        let split = client.split;
        let part = |part: Option<f64>| part.map_or_else(unknown, |part| signed(part, 1));
        table.row(vec![
            client.name.clone(),
            tiers(client, &diff.labels, lang),
            client.score_after.map_or_else(unknown, |score| format!("{score:.0}")),
            client.change.map_or_else(unknown, points_text),
            part(split.map(|split| split.own)),
            part(split.map(|split| split.scale)),
            part(split.map(|split| split.config)),
            part(split.map(|split| split.missing)),
            most(client, &diff.labels, lang),
        ]);
    }
    table
}

/// `Core -> Potential`, or the one tier of who stayed.
#[must_use]
pub fn tiers(client: &ClientChange, labels: &Labels, lang: Lang) -> String {
    let name = |tier: Option<Tier>| {
        super::tier::of_code(labels, lang, tier.map_or("inactive", Tier::code))
    };
    let (then, now) = (name(client.tier_before), name(client.tier_after));
    if client.moved() { format!("{then} -> {now}") } else { now }
}

fn most(client: &ClientChange, labels: &Labels, lang: Lang) -> String {
    let given = super::sentence::tier_given(lang, client.reason.as_deref(), client.given);
    if let Some(given) = given {
        return given;
    }
    client.most.map_or_else(String::new, |(code, change)| {
        let label = super::metric::label(labels, lang, code);
        format!("{label} {}", signed(change, 1))
    })
}

/// `weight of growth 12 -> 15`.
fn setting_text(setting: &SettingChange, labels: &Labels, lang: Lang) -> String {
    let values = [
        ("setting", setting_label(setting, labels, lang)),
        ("before", setting_value(&setting.before, lang)),
        ("after", setting_value(&setting.after, lang)),
    ];
    lang.fill("diff.setting", &values)
}

/// What a setting is called.
pub(super) fn setting_label(setting: &SettingChange, labels: &Labels, lang: Lang) -> String {
    match crate::config::weight_of(&setting.key) {
        Some(metric) => {
            lang.fill("diff.weight", &[("metric", super::metric::label(labels, lang, metric))])
        }
        None => setting.key.clone(),
    }
}

/// What a setting is.
pub(super) fn setting_value(value: &Value, lang: Lang) -> String {
    match value {
        Value::Null => lang.text("diff.unset"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
