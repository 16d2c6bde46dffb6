//! The charts of the page, drawn by hand as SVG. Each has a title with its unit, and its numbers stand on the page as a
//! table too.

use std::cmp::Reverse;
use std::fmt::Write as _;

use minijinja::{HtmlEscape, Value};
use serde::Serialize;

use super::both::{both, share, unit};
use super::svg::{at, line, path, rect, shortened, text, texts, ticks};
use crate::locale::{Lang, fill, grouped, percent, whole_money};
use crate::money::Money;
use crate::render::tier;
use crate::review::{Client, Month, Review};

/// All charts are this wide; the page scales them.
const WIDTH: f64 = 480.0;
/// Clients of the Pareto chart.
const LARGEST: usize = 15;
/// Clients of the risk chart, and how many of them are named.
const BUBBLES: usize = 60;
const NAMED: usize = 8;
const MONTHS: usize = 12;

/// A chart with its title.
#[derive(Serialize)]
pub(super) struct Chart {
    /// Names the element with the title.
    id: &'static str,
    title: Value,
    note: Value,
    svg: Value,
    /// Months with both years, where the chart is that of months.
    rows: Vec<[String; 3]>,
}

/// Those that the review has figures for.
pub(super) fn charts(review: &Review) -> Vec<Chart> {
    [tiers(review), months(review), pareto(review), bubbles(review)].into_iter().flatten().collect()
}

fn svg(id: &str, height: f64, drawn: &str) -> Value {
    Value::from_safe_string(format!(
        "<svg class=chart viewBox=\"0 0 {WIDTH} {}\" role=img aria-labelledby=\"{id}\">{drawn}</svg>",
        at(height)
    ))
}

fn titled(review: &Review, key: &str, values: &[(&str, String)]) -> Value {
    both(|lang| {
        let mut all = values.to_vec();
        all.push(("unit", unit(lang, &review.currency)));
        fill(&lang.text(key), &all)
    })
}

/// Heading key, top, and the parts with what is written on them.
type Bar = (&'static str, f64, Vec<(f64, String)>);

/// Two bars, clients and sales, cut by tier: how few hold how much.
fn tiers(review: &Review) -> Option<Chart> {
    const LEFT: f64 = 96.0;
    const BAR: f64 = 44.0;
    const ID: &str = "chart-tiers";
    let rows = &review.tiers;
    let clients: usize = rows.iter().map(|tier| tier.clients).sum();
    let sales: Money = rows.iter().map(|tier| tier.net_sales.or_zero()).sum();
    if clients == 0 || sales <= Money::ZERO || rows.iter().all(|tier| tier.share.is_none()) {
        return None;
    }
    let mut out = String::new();
    let bars: [Bar; 2] = [
        (
            "book.column.clients",
            12.0,
            rows.iter()
                .map(|tier| (tier.clients as f64 / clients as f64, grouped(tier.clients as i64)))
                .collect(),
        ),
        (
            "book.column.net_sales",
            12.0 + BAR + 14.0,
            rows.iter()
                .map(|tier| {
                    let part = tier.net_sales.or_zero().to_f64() / sales.to_f64();
                    (part, share(tier.share))
                })
                .collect(),
        ),
    ];
    for (key, top, parts) in bars {
        texts(&mut out, "end", (LEFT - 8.0, top + BAR / 2.0 + 4.0), |lang| lang.text(key));
        let mut x = LEFT;
        for (index, (part, label)) in parts.into_iter().enumerate() {
            let width = part * (WIDTH - LEFT);
            rect(&mut out, &format!("t{index}"), (x, top), ((width - 1.0).max(0.0), BAR));
            if width > 8.0 * label.len() as f64 {
                let class = if index == 0 { "mid inverse" } else { "mid" };
                text(&mut out, class, (x + width / 2.0, top + BAR / 2.0 + 4.0), &label);
            }
            x += width;
        }
    }
    let top = 12.0 + 2.0 * (BAR + 14.0);
    for (index, tier) in rows.iter().enumerate() {
        let x = LEFT + (WIDTH - LEFT) / 4.0 * index as f64;
        rect(&mut out, &format!("t{index}"), (x, top), (10.0, 10.0));
        texts(&mut out, "", (x + 15.0, top + 9.5), |lang| {
            tier::label(&review.config.labels, lang, tier.tier)
        });
    }
    Some(Chart {
        id: ID,
        title: titled(review, "page.chart.tiers", &[]),
        note: both(|lang| lang.text("page.chart.tiers_note")),
        svg: svg(ID, top + 16.0, &out),
        rows: Vec::new(),
    })
}

/// The last 12 months against the 12 before.
fn months(review: &Review) -> Option<Chart> {
    const ID: &str = "chart-months";
    const LEFT: f64 = 78.0;
    const TOP: f64 = 30.0;
    const HEIGHT: f64 = 170.0;
    let all = &review.monthly;
    let now = &all[all.len().saturating_sub(MONTHS)..];
    let before = &all[all.len().saturating_sub(2 * MONTHS)..all.len() - now.len()];
    if now.is_empty() {
        return None;
    }
    let amounts = || all.iter().map(|month| month.net_sales.to_f64());
    let ticks = ticks(amounts().fold(0.0, f64::min), amounts().fold(0.0, f64::max));
    let (least, most) = (ticks[0], ticks[ticks.len() - 1]);
    let y = |amount: f64| TOP + HEIGHT * (most - amount) / (most - least);
    let step = (WIDTH - LEFT - 14.0) / (MONTHS - 1) as f64;
    let x = |index: usize| LEFT + 6.0 + step * index as f64;
    let mut out = String::new();
    for tick in &ticks {
        line(&mut out, "grid", (LEFT, y(*tick)), (WIDTH, y(*tick)));
        text(&mut out, "end", (LEFT - 6.0, y(*tick) + 4.0), &amount(*tick));
    }
    // Fewer than 24 months leave the first of the year before empty.
    let shift = now.len() - before.len();
    let earlier = |index: usize| index.checked_sub(shift).and_then(|index| before.get(index));
    let points =
        |month: Option<&Month>, index| month.map(|one| (x(index), y(one.net_sales.to_f64())));
    let lines = [
        ("before", (0..now.len()).map(|index| points(earlier(index), index)).collect::<Vec<_>>()),
        ("now", (0..now.len()).map(|index| points(now.get(index), index)).collect()),
    ];
    for (class, points) in &lines {
        path(&mut out, class, points);
    }
    for (index, month) in now.iter().enumerate() {
        // A month that begins in the middle of one ends in the next, by which it is called.
        let (year, number, _) = month.to.ymd();
        let bottom = TOP + HEIGHT + 17.0;
        text(&mut out, "mid", (x(index), bottom), &format!("{number:02}"));
        if index == 0 || number == 1 {
            text(&mut out, "mid soft", (x(index), bottom + 15.0), &year.to_string());
        }
    }
    for (index, class) in ["now", "before"].into_iter().enumerate() {
        let left = LEFT + 216.0 * index as f64;
        line(&mut out, class, (left, 9.0), (left + 22.0, 9.0));
        texts(&mut out, "", (left + 28.0, 13.0), |lang| {
            lang.fill(&format!("book.chart.{class}"), &[("as_of", review.as_of.to_string())])
        });
    }
    let rows = now
        .iter()
        .enumerate()
        .map(|(index, month)| {
            let before = earlier(index).map_or_else(
                || super::both::UNKNOWN.to_owned(),
                |month| whole_money(month.net_sales),
            );
            [span(month), whole_money(month.net_sales), before]
        })
        .collect();
    Some(Chart {
        id: ID,
        title: titled(review, "page.chart.months", &[]),
        note: both(|lang| lang.text("page.chart.months_note")),
        svg: svg(ID, TOP + HEIGHT + 40.0, &out),
        rows,
    })
}

/// A month by its name, or by its days where the as-of date cuts months elsewhere.
fn span(month: &Month) -> String {
    let (year, number, day) = month.from.ymd();
    if day == 1 {
        format!("{year:04}-{number:02}")
    } else {
        format!("{} – {}", month.from, month.to)
    }
}

/// An amount at an axis.
fn amount(amount: f64) -> String {
    if amount.abs() < 10.0 {
        crate::locale::decimal(amount, 2)
    } else {
        grouped(amount.round() as i64)
    }
}

/// The largest clients and their running share of all sales.
fn pareto(review: &Review) -> Option<Chart> {
    const ID: &str = "chart-pareto";
    const LEFT: f64 = 160.0;
    const BARS: f64 = 190.0;
    const ROW: f64 = 18.0;
    const TOP: f64 = 22.0;
    let total = review.totals.net_sales;
    // Where the largest clients' shares are not told, as in a part of the portfolio, neither is this.
    review.concentration.top5?;
    let mut clients: Vec<&Client> =
        review.clients.iter().filter(|client| client.features.net_sales > Money::ZERO).collect();
    // The sort is stable: equal sales stay in the order of the ranking.
    clients.sort_by_key(|client| Reverse(client.features.net_sales));
    clients.truncate(LARGEST);
    // One bar says nothing.
    let largest = clients.get(1).and(clients.first())?.features.net_sales.to_f64();
    let mut out = String::new();
    let column = "book.column";
    texts(&mut out, "soft", (LEFT, 12.0), |lang| lang.text(&format!("{column}.net_sales")));
    texts(&mut out, "end soft", (WIDTH, 12.0), |lang| lang.text("page.chart.running"));
    let mut running = Money::ZERO;
    for (index, client) in clients.iter().enumerate() {
        let top = TOP + ROW * index as f64;
        let sales = client.features.net_sales;
        running += sales;
        let _ = write!(
            out,
            "<text class=\"end name\" x=\"{}\" y=\"{}\">{}<title>{}</title></text>",
            at(LEFT - 6.0),
            at(top + 12.5),
            HtmlEscape(&shortened(&client.name, 20)),
            HtmlEscape(&client.name)
        );
        let width = BARS * sales.to_f64() / largest;
        rect(&mut out, "sky", (LEFT, top + 2.0), (width, ROW - 5.0));
        text(&mut out, "", (LEFT + width + 4.0, top + 12.5), &whole_money(sales));
        let part = (total > Money::ZERO).then(|| running.to_f64() / total.to_f64());
        text(&mut out, "end", (WIDTH, top + 12.5), &share(part));
    }
    let count = [("count", clients.len().to_string())];
    Some(Chart {
        id: ID,
        title: titled(review, "page.chart.pareto", &count),
        note: both(|lang| lang.text("page.chart.pareto_note")),
        svg: svg(ID, TOP + ROW * clients.len() as f64 + 4.0, &out),
        rows: Vec::new(),
    })
}

/// Score against risk of the clients with most at stake among those at any risk; the area is their sales.
fn bubbles(review: &Review) -> Option<Chart> {
    const ID: &str = "chart-risk";
    const LEFT: f64 = 44.0;
    const TOP: f64 = 14.0;
    const HEIGHT: f64 = 210.0;
    const RADIUS: f64 = 24.0;
    let sales = |client: &Client| client.features.net_sales.to_f64();
    let mut clients: Vec<(Option<usize>, &Client, f64)> = review
        .clients
        .iter()
        .enumerate()
        .filter(|(_, client)| client.risk > 0.0 && sales(client) > 0.0)
        .filter_map(|(at, client)| {
            let number = review.actions.iter().position(|action| *action == at);
            Some((number.map(|number| number + 1), client, client.score?))
        })
        .collect();
    clients.sort_by_key(|(_, client, _)| Reverse(client.features.net_sales));
    clients.truncate(BUBBLES);
    let largest = sales(clients.first()?.1);
    let x = |score: f64| LEFT + (WIDTH - LEFT - RADIUS) * score / 100.0;
    let y = |risk: f64| TOP + HEIGHT * (1.0 - risk);
    let mut out = String::new();
    for tick in 0..=4 {
        let part = f64::from(tick) / 4.0;
        line(&mut out, "grid", (LEFT, y(part)), (WIDTH, y(part)));
        text(&mut out, "end", (LEFT - 6.0, y(part) + 4.0), &percent(part, 0));
        line(&mut out, "grid", (x(part * 100.0), TOP), (x(part * 100.0), TOP + HEIGHT));
        let below = TOP + HEIGHT + 16.0;
        text(&mut out, "mid", (x(part * 100.0), below), &grouped((part * 100.0) as i64));
    }
    texts(&mut out, "end soft", (WIDTH - RADIUS, TOP + HEIGHT + 31.0), |lang| {
        lang.text("page.chart.score_axis")
    });
    // Largest first, so that small bubbles lie on top.
    for (_, client, score) in &clients {
        let radius = (RADIUS * (sales(client) / largest).sqrt()).max(3.0);
        let _ = write!(
            out,
            "<circle class=bubble cx=\"{}\" cy=\"{}\" r=\"{}\"><title>{}</title></circle>",
            at(x(*score)),
            at(y(client.risk)),
            at(radius),
            HtmlEscape(&client.name)
        );
    }
    let mut tags: Vec<(f64, f64)> = Vec::new();
    for (number, client, score) in &clients {
        let Some(number) = number.filter(|number| *number <= NAMED) else { continue };
        let (x, mut y) = (x(*score), y(client.risk) + 4.0);
        // A number moves up until it covers no other.
        while tags.iter().any(|(left, top)| (left - x).abs() < 15.0 && (top - y).abs() < 12.0) {
            y -= 3.0;
        }
        tags.push((x, y));
        text(&mut out, "mid tag", (x, y), &number.to_string());
    }
    let values = [("count", clients.len().to_string()), ("named", NAMED.to_string())];
    Some(Chart {
        id: ID,
        title: titled(review, "page.chart.risk", &values),
        note: both(|lang: Lang| fill(&lang.text("page.chart.risk_note"), &values)),
        svg: svg(ID, TOP + HEIGHT + 36.0, &out),
        rows: Vec::new(),
    })
}
