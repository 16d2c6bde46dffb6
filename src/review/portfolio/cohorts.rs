//! Clients by when they first ordered, and how many of them ordered again in each period after that.
//!
//! Periods are counted back from the as-of date, so that the last is as long as any other and the same as the last 12
//! months of everything else. They are years where the data reaches back 36 months, else quarters.

use serde::Serialize;

use super::share;
use crate::ledger::{Ledger, OrderRow};
use crate::money::Money;
use crate::period::{Day, Window, Windows};

/// Periods shown; whoever ordered before the first of them belongs to it.
const MOST: usize = 12;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Span {
    /// 12 months.
    Year,
    /// 3 months.
    Quarter,
}

impl Span {
    fn months(self) -> i32 {
        match self {
            Self::Year => 12,
            Self::Quarter => 3,
        }
    }
}

/// Clients by the period of their first order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cohorts {
    /// How long a period is.
    pub span: Span,
    /// The periods, the oldest first. The first begins with the data and may be shorter or longer than the others.
    pub periods: Vec<Window>,
    /// One per period. Together they are all clients that ever ordered.
    pub rows: Vec<Cohort>,
}

/// The clients whose first order fell in one period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cohort {
    /// First day of the period.
    pub from: Day,
    /// Last day of the period.
    pub to: Day,
    /// Whether these are new clients for sure: in the first period they may have bought before the data begins.
    pub first_order_known: bool,
    /// How many.
    pub clients: usize,
    /// What they did in this period and in each one after it.
    pub periods: Vec<CohortPeriod>,
}

/// What a cohort did in one period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CohortPeriod {
    /// How many of it ordered.
    pub clients: usize,
    /// That as a share of the cohort; null of an empty one.
    pub share: Option<f64>,
    /// What they bought, less returns.
    pub net_sales: Money,
}

/// The cohorts; `None` where the data spans one period only.
pub(super) fn cohorts(
    ledger: &Ledger,
    as_of: Day,
    data_begins: Option<Day>,
    grace: i32,
) -> Option<Cohorts> {
    let begins = data_begins?;
    let reaches = begins <= Windows::at(as_of).history.from.plus_days(grace);
    let span = if reaches { Span::Year } else { Span::Quarter };
    let periods = periods(as_of, begins, span);
    if periods.len() < 2 {
        return None;
    }
    let mut sizes = vec![0_usize; periods.len()];
    let mut table = vec![vec![(0_usize, Money::ZERO); periods.len()]; periods.len()];
    for rows in ledger.orders.chunk_by(|a, b| a.client == b.client) {
        let Some(first) = rows.iter().find(|row| ordered(row)) else { continue };
        let cohort = period_of(&periods, first.date);
        if cohort >= periods.len() {
            continue;
        }
        sizes[cohort] += 1;
        let mut counted = [false; MOST];
        for row in rows {
            let at = period_of(&periods, row.date);
            let Some((clients, net_sales)) = table[cohort].get_mut(at) else { break };
            *net_sales += row.positive + row.negative - row.returned;
            if ordered(row) && !counted[at] {
                counted[at] = true;
                *clients += 1;
            }
        }
    }
    let rows = table.into_iter().enumerate().map(|(at, row)| Cohort {
        from: periods[at].from,
        to: periods[at].to,
        first_order_known: at > 0,
        clients: sizes[at],
        periods: row
            .into_iter()
            .skip(at)
            .map(|(clients, net_sales)| CohortPeriod {
                clients,
                share: share(clients, sizes[at]),
                net_sales,
            })
            .collect(),
    });
    Some(Cohorts { span, rows: rows.collect(), periods })
}

/// The periods up to the as-of date, the oldest first, as many as the data covers.
fn periods(as_of: Day, begins: Day, span: Span) -> Vec<Window> {
    let end = as_of.plus_days(1);
    let back = |count: i32| end.plus_months(-count * span.months());
    let mut periods: Vec<Window> = (0..MOST as i32)
        .map(|count| Window { from: back(count + 1), to: back(count).plus_days(-1) })
        .take_while(|period| period.to >= begins)
        .collect();
    periods.reverse();
    if let Some(first) = periods.first_mut() {
        first.from = begins;
    }
    periods
}

/// Position of the period that a day lies in, or their number where it lies after the last.
fn period_of(periods: &[Window], day: Day) -> usize {
    periods.partition_point(|period| period.to < day)
}

fn ordered(row: &OrderRow) -> bool {
    row.positive > Money::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::OrderKey;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).expect(text)
    }

    /// Client, date, amount (negative: a return).
    fn ledger(rows: &[(u32, &str, i64)]) -> Ledger {
        let orders = rows.iter().map(|(client, date, amount)| OrderRow {
            client: *client,
            date: day(date),
            order: OrderKey::NONE,
            rows: 1,
            positive: Money(*amount.max(&0)),
            negative: Money(*amount.min(&0)),
            returned: Money::ZERO,
            margin: Money::ZERO,
            known: Money::ZERO,
            known_abs: Money::ZERO,
        });
        Ledger { orders: orders.collect(), ..Ledger::default() }
    }

    fn shown(cohort: &Cohort) -> Vec<(usize, i64)> {
        cohort.periods.iter().map(|period| (period.clients, period.net_sales.0)).collect()
    }

    #[test]
    fn years_count_back_from_the_as_of_date() {
        let ledger = ledger(&[
            (0, "2023-01-10", 100),
            (0, "2024-08-01", 50),
            (0, "2026-01-05", 70),
            // A credit only: no order ever.
            (1, "2025-09-01", -30),
            (2, "2023-05-01", 40),
            (2, "2025-06-30", 10),
            (2, "2025-07-01", 20),
            (2, "2025-07-02", -5),
            // The credit before its first order belongs to no cohort period.
            (3, "2023-03-01", -1),
            (3, "2025-12-31", 9),
            // After the as-of date.
            (4, "2026-07-01", 99),
        ]);
        let cohorts =
            cohorts(&ledger, day("2026-06-30"), Some(day("2023-01-10")), 90).expect("some");
        assert_eq!(cohorts.span, Span::Year);
        let from: Vec<String> =
            cohorts.periods.iter().map(|period| period.from.to_string()).collect();
        assert_eq!(from, ["2023-01-10", "2023-07-01", "2024-07-01", "2025-07-01"]);
        assert_eq!(shown(&cohorts.rows[0]), [(2, 140), (0, 0), (2, 60), (2, 85)]);
        assert!(!cohorts.rows[0].first_order_known && cohorts.rows[1].first_order_known);
        assert_eq!(cohorts.rows[1].periods[0].share, None);
        assert_eq!((cohorts.rows[3].clients, shown(&cohorts.rows[3])), (1, vec![(1, 9)]));
        let sizes: usize = cohorts.rows.iter().map(|row| row.clients).sum();
        assert_eq!(sizes, 3, "all that ever ordered");
    }

    #[test]
    fn short_histories_are_cut_into_quarters() {
        let ledger = ledger(&[(0, "2025-12-01", 10), (0, "2026-03-31", 4), (1, "2026-05-01", 2)]);
        let cohorts =
            cohorts(&ledger, day("2026-06-30"), Some(day("2025-12-01")), 90).expect("some");
        assert_eq!(cohorts.span, Span::Quarter);
        assert_eq!(cohorts.periods.len(), 3);
        assert_eq!(shown(&cohorts.rows[0]), [(1, 10), (1, 4), (0, 0)]);
    }

    #[test]
    fn one_period_tells_nothing() {
        let ledger = ledger(&[(0, "2026-06-01", 10)]);
        assert_eq!(cohorts(&ledger, day("2026-06-30"), Some(day("2026-06-01")), 90), None);
        assert_eq!(cohorts(&ledger, day("2026-06-30"), None, 90), None);
    }

    #[test]
    fn long_histories_begin_with_one_long_period() {
        let periods = periods(day("2026-06-30"), day("2001-01-01"), Span::Year);
        assert_eq!(periods.len(), MOST);
        assert_eq!(periods[0], Window { from: day("2001-01-01"), to: day("2015-06-30") });
    }
}
