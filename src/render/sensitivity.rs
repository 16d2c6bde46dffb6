//! How firm tiers are under weights drawn at random: a summary for people, every client for scripts.

use std::fmt::Write as _;

use crate::config::Labels;
use crate::locale::{Lang, grouped, percent, whole_money};
use crate::tier::Tier;
use crate::whatif::{ClientFirmness, Sensitivity};

use super::table::{Align, Table, escaped};
use super::whatif::{changed, changed_markdown, draw, heading, json_lines, records, whole};

/// Clients shown to people: what a meeting can talk about.
const SHOWN: usize = 20;
/// Columns of the CSV: the fields of a client, and its share of the draws by tier.
const COLUMNS: [&str; 14] = [
    "client_id",
    "name",
    "owner",
    "tier",
    "stability",
    "in_strategic",
    "in_core",
    "in_potential",
    "in_standard",
    "score",
    "rank",
    "rank_p5",
    "rank_p95",
    "net_sales",
];

/// For a terminal of that width, or none.
#[must_use]
pub fn table(answer: &Sensitivity, lang: Lang, width: Option<usize>) -> String {
    let mut out = title(answer, lang) + "\n";
    changed(&mut out, &answer.labels, &answer.settings, &answer.not_applied, lang, width);
    let _ = writeln!(out, "\n{}", firm(answer, lang));
    if let Some(pairs) = pairs(answer, lang) {
        let _ = writeln!(out, "{pairs}");
    }
    if let Some(head) = shown(answer, lang) {
        let dispensable = ["net_sales", "score", "rank"].map(|key| heading(key, lang));
        let _ = writeln!(out, "\n{head}");
        draw(&mut out, clients(answer, lang), &dispensable, width, lang);
    }
    out
}

/// As Markdown.
#[must_use]
pub fn markdown(answer: &Sensitivity, lang: Lang) -> String {
    let mut parts = vec![format!("# {}\n", escaped(&title(answer, lang)))];
    parts.extend(changed_markdown(&answer.labels, &answer.settings, &answer.not_applied, lang));
    parts.push(firm(answer, lang) + "\n");
    parts.extend(pairs(answer, lang).map(|pairs| pairs + "\n"));
    if let Some(head) = shown(answer, lang) {
        parts.push(format!("## {head}\n"));
        parts.push(clients(answer, lang).markdown());
    }
    parts.join("\n")
}

/// Every active client as CSV, with the share of the draws of each tier in a column.
pub fn csv(answer: &Sensitivity) -> anyhow::Result<Vec<u8>> {
    #[derive(serde::Serialize)]
    struct Row<'a> {
        #[serde(flatten)]
        client: &'a ClientFirmness,
        in_strategic: f64,
        in_core: f64,
        in_potential: f64,
        in_standard: f64,
    }
    let rows: Vec<Row<'_>> = answer
        .clients
        .iter()
        .map(|client| {
            let [in_strategic, in_core, in_potential, in_standard] =
                Tier::ALL.map(|tier| client.tiers.get(&tier).copied().unwrap_or(0.0));
            Row { client, in_strategic, in_core, in_potential, in_standard }
        })
        .collect();
    records(&rows, &COLUMNS)
}

/// As JSON, or every active client as a line of it.
pub fn json(answer: &Sensitivity, lines: bool) -> anyhow::Result<Vec<u8>> {
    if lines { json_lines(&answer.clients) } else { whole(answer) }
}

fn title(answer: &Sensitivity, lang: Lang) -> String {
    let values = [
        ("as_of", answer.as_of.to_string()),
        ("draws", grouped(answer.draws.into())),
        ("spread", percent(answer.spread, 0)),
    ];
    lang.fill("whatif.sensitivity.title", &values)
}

/// How many tiers are firm, in a sentence.
#[must_use]
pub fn firm(answer: &Sensitivity, lang: Lang) -> String {
    let totals = &answer.totals;
    let values = [
        ("firm", grouped(totals.firm as i64)),
        ("active", grouped(totals.active as i64)),
        ("share", percent(totals.firm_from, 0)),
        ("always", grouped(totals.always as i64)),
    ];
    lang.fill("whatif.sensitivity.firm", &values)
}

fn pairs(answer: &Sensitivity, lang: Lang) -> Option<String> {
    let share = percent(answer.pairs.share?, 0);
    Some(lang.fill("whatif.sensitivity.pairs", &[("share", share)]))
}

fn unsure(answer: &Sensitivity) -> impl Iterator<Item = &ClientFirmness> {
    answer.clients.iter().filter(|client| client.stability < 1.0)
}

/// What stands above the table of clients; `None` when every tier is sure.
fn shown(answer: &Sensitivity, lang: Lang) -> Option<String> {
    let all = unsure(answer).count();
    let counts = [("shown", grouped(all.min(SHOWN) as i64)), ("all", grouped(all as i64))];
    (all > 0).then(|| lang.fill("whatif.sensitivity.shown", &counts))
}

fn clients(answer: &Sensitivity, lang: Lang) -> Table {
    let mut table = Table::new(vec![
        (heading("client", lang), Align::Left),
        (heading("tier", lang), Align::Left),
        (heading("stability", lang), Align::Right),
        (heading("otherwise", lang), Align::Left),
        (heading("score", lang), Align::Right),
        (heading("rank", lang), Align::Right),
        (heading("ranks", lang), Align::Right),
        (heading("net_sales", lang), Align::Right),
    ]);
    for client in unsure(answer).take(SHOWN) {
        table.row(row(client, &answer.labels, lang));
    }
    table
}

fn row(client: &ClientFirmness, labels: &Labels, lang: Lang) -> Vec<String> {
    let none = || "-".to_owned();
    let word = |tier: Tier| super::tier::label(labels, lang, tier);
    let mut others: Vec<(Tier, f64)> = client
        .tiers
        .iter()
        .filter(|(tier, _)| Some(**tier) != client.tier)
        .map(|(tier, share)| (*tier, *share))
        .collect();
    others.sort_by(|a, b| b.1.total_cmp(&a.1));
    let others: Vec<String> = others
        .into_iter()
        .map(|(tier, share)| {
            let values = [("tier", word(tier)), ("share", percent(share, 1))];
            lang.fill("whatif.sensitivity.other", &values)
        })
        .collect();
    let rank = |rank: f64| grouped(rank.round() as i64);
    let ranks = [("low", rank(client.rank_p5)), ("high", rank(client.rank_p95))];
    vec![
        client.name.clone(),
        client.tier.map_or_else(none, word),
        percent(client.stability, 1),
        others.join(&lang.text("location.list")),
        client.score.map_or_else(none, |score| format!("{score:.1}")),
        client.rank.map_or_else(none, |rank| grouped(rank as i64)),
        lang.fill("whatif.sensitivity.ranks", &ranks),
        whole_money(client.net_sales),
    ]
}
