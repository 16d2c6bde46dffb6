//! Retention, loyalty and service in one list: each figure with what it was computed from.

use anyhow::Result;

use super::{BESIDE, Kind, section};
use crate::locale::{decimal, grouped};
use crate::money::Money;
use crate::render::workbook::{Book, Pen};
use crate::review::Figures;

/// Name of a figure, its value, and the values of its explanation.
type Measure = (&'static str, Option<f64>, Kind, Vec<(&'static str, String)>);

pub(super) fn write(book: &Book, pen: &mut Pen, row: &mut u32, figures: &Figures) -> Result<()> {
    let mut measures = retention(figures);
    measures.extend(loyalty(figures));
    measures.extend(renewals(figures));
    measures.extend(service(figures));
    measures.retain(|measure| measure.1.is_some());
    section(book, pen, row, "measures")?;
    pen.heading(*row, 0, &book.heading("portfolio.column", "measure"), false)?;
    pen.heading(*row, 1, &book.heading("portfolio.column", "value"), true)?;
    let from = book.heading("portfolio.column", "from");
    pen.merged(*row, (2, BESIDE + 4), &from, &book.style.heading)?;
    *row += 1;
    for (key, value, kind, values) in measures {
        pen.long(*row, 0, &book.t(&format!("portfolio.measure.{key}")))?;
        pen.known(*row, 1, value, kind)?;
        let text = book.f(&format!("portfolio.measure_of.{key}"), &values);
        pen.merged(*row, (2, BESIDE + 4), &text, &book.style.long_text)?;
        *row += 1;
    }
    if let Some(begins) = figures.data_begins {
        let begins = [("date", begins.to_string())];
        let key = if figures.retention.active_prior.is_some() { "begins" } else { "begins_late" };
        let text = book.f(&format!("portfolio.{key}"), &begins);
        pen.merged(*row, (0, BESIDE + 4), &text, &book.style.long_note)?;
        *row += 1;
    }
    *row += 1;
    Ok(())
}

fn n(count: usize) -> String {
    grouped(count as i64)
}

fn retention(figures: &Figures) -> Vec<Measure> {
    let kept = &figures.retention;
    let known = |count: Option<usize>| count.map(n).unwrap_or_default();
    let sum = |money: Option<Money>| money.map(Book::money).unwrap_or_default();
    let clients = || vec![("part", known(kept.retained)), ("all", known(kept.active_prior))];
    let sales = || vec![("part", sum(kept.sales_kept)), ("all", sum(kept.sales_prior))];
    let active = figures.owners.total.active;
    let again = vec![("part", n(kept.repurchasing)), ("all", n(active))];
    vec![
        ("retention", kept.retention_rate, Kind::Share, clients()),
        ("churn", kept.churn_rate, Kind::Share, clients()),
        ("net_revenue", kept.net_revenue_retention, Kind::Share, sales()),
        ("gross_revenue", kept.gross_revenue_retention, Kind::Share, sales()),
        ("repurchase", kept.repurchase_rate, Kind::Share, again),
    ]
}

fn loyalty(figures: &Figures) -> Vec<Measure> {
    let Some(said) = &figures.loyalty else { return Vec::new() };
    let nps = vec![
        ("promoters", n(said.promoters)),
        ("detractors", n(said.detractors)),
        ("all", n(said.nps_answers)),
    ];
    let csat = || vec![("all", n(said.csat_answers))];
    vec![
        ("nps", said.nps, Kind::Points, nps),
        ("csat", said.csat_mean, Kind::Fine, csat()),
        ("satisfied", said.csat_satisfied, Kind::Share, csat()),
        ("referrals", said.referral_rate, Kind::Share, vec![("all", n(said.referrals_known))]),
    ]
}

fn renewals(figures: &Figures) -> Vec<Measure> {
    let Some(found) = &figures.renewals else { return Vec::new() };
    let count =
        vec![("part", n(found.renewed)), ("all", n(found.ended)), ("running", n(found.running))];
    let amounts =
        vec![("part", Book::money(found.amount_renewed)), ("all", Book::money(found.amount_ended))];
    vec![
        ("renewal", found.rate, Kind::Share, count),
        ("renewal_amount", found.rate_amount, Kind::Share, amounts),
    ]
}

fn service(figures: &Figures) -> Vec<Measure> {
    let mut measures = Vec::new();
    if let Some(service) = &figures.service {
        let days = |all: usize| vec![("all", n(all)), ("opened", n(service.opened))];
        measures.push((
            "response",
            service.response_days_median,
            Kind::Points,
            days(service.responded),
        ));
        let took = service.resolution_days_median;
        measures.push(("resolution", took, Kind::Points, days(service.resolved)));
        let overdue: usize = service.on_time.iter().map(|level| level.overdue).sum();
        let open = vec![("overdue", n(overdue))];
        measures.push(("open", Some(service.open as f64), Kind::Amount, open));
    }
    if let Some(replies) = &figures.replies {
        let all = vec![("all", n(replies.all.replies))];
        measures.push(("reply", replies.all.median_hours, Kind::Points, all));
        let keys = ["within_routine", "within_complex", "within_cross_team"];
        for (key, within) in keys.into_iter().zip(replies.all.within) {
            let hours = vec![("hours", decimal(within.hours, 1)), ("all", n(replies.all.replies))];
            measures.push((key, within.share, Kind::Share, hours));
        }
    }
    measures
}
