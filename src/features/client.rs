//! The figures of one client, from its rows of the ledger.

use smallvec::SmallVec;

use crate::config;
use crate::ledger::{BLANK_LINE, LineRow, OrderKey, OrderRow, PaymentRow};
use crate::money::{Money, round12};
use crate::period::{Day, Window, Windows};

use super::{ClientFeatures, Stage, percentile};

/// What the figures of every client depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub as_of: Day,
    pub windows: Windows,
    /// First date of the data.
    pub data_begins: Day,
    /// Whether any row up to the as-of date names a business line.
    pub lines_named: bool,
    pub config: &'a config::Features,
}

/// One client's rows, each table sorted by date.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    pub orders: &'a [OrderRow],
    pub lines: &'a [LineRow],
    pub payments: &'a [PaymentRow],
}

/// A list that is not on the heap for the few orders of most clients.
type Few<T> = SmallVec<[T; 16]>;

pub(super) fn features(rows: Rows<'_>, frame: &Frame<'_>) -> ClientFeatures {
    let windows = &frame.windows;
    let ttm = sums(rows.orders, windows.ttm);
    let prior = sums(rows.orders, windows.prior);
    let recent = sums(rows.orders, windows.recent);
    let recent_ly = sums(rows.orders, windows.recent_ly);
    let mut features = ClientFeatures {
        gross_sales: ttm.positive,
        returns: ttm.returns(),
        net_sales: ttm.net(),
        net_sales_prior: prior.net(),
        margin_rate: ttm.margin_rate(frame.config.margin_known),
        margin_rate_prior: prior.margin_rate(frame.config.margin_known),
        pay_days: pay_days(rows.payments, windows.ttm, frame.as_of),
        pay_days_prior: pay_days(rows.payments, windows.prior, frame.as_of),
        orders: orders(rows.orders, windows.ttm),
        orders_prior: orders(rows.orders, windows.prior),
        lines: lines(rows.lines, windows.ttm, frame.lines_named),
        lines_prior: lines(rows.lines, windows.prior, frame.lines_named),
        return_rate: ratio(ttm.returns(), ttm.positive),
        return_rate_prior: ratio(prior.returns(), prior.positive),
        top_order_share: top_order_share(rows.orders, windows.history),
        sales_recent: recent.net(),
        sales_recent_ly: recent_ly.net(),
        orders_recent: orders(rows.orders, windows.recent),
        orders_recent_ly: orders(rows.orders, windows.recent_ly),
        orders_base: orders(rows.orders, windows.base),
        ..ClientFeatures::default()
    };
    rhythm(&mut features, rows.orders, frame);
    features.growth = growth(&features, frame);
    value(&mut features, frame.config);
    features
}

/// What sales are worth: margin, and both less where they are paid late.
pub(super) fn value(features: &mut ClientFeatures, config: &config::Features) {
    let net = features.net_sales.to_f64();
    features.margin = features.margin_rate.map(|rate| rate * net);
    features.sales_adjusted = Some(match features.pay_days {
        Some(days) if round12(days) > config.credit_days => {
            net * (config.credit_days / days).min(1.0)
        }
        _ => net,
    });
    features.margin_net = features.margin.map(|margin| {
        margin - net * features.pay_days.unwrap_or(0.0) / 365.0 * config.capital_rate
    });
}

/// Sums over a window.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    positive: Money,
    negative: Money,
    returned: Money,
    margin: Money,
    known: Money,
    known_abs: Money,
}

impl Sums {
    fn returns(&self) -> Money {
        self.returned - self.negative
    }

    fn net(&self) -> Money {
        self.positive - self.returns()
    }

    fn margin_rate(&self, known_at_least: f64) -> Option<f64> {
        let abs = self.positive - self.negative;
        if self.known <= Money::ZERO || abs <= Money::ZERO {
            return None;
        }
        let known = round12(self.known_abs.to_f64() / abs.to_f64());
        if known < known_at_least { None } else { ratio(self.margin, self.known) }
    }
}

fn within(orders: &[OrderRow], window: Window) -> &[OrderRow] {
    let from = orders.partition_point(|row| row.date < window.from);
    let to = orders.partition_point(|row| row.date <= window.to);
    &orders[from..to.max(from)]
}

fn sums(orders: &[OrderRow], window: Window) -> Sums {
    let mut sums = Sums::default();
    for row in within(orders, window) {
        sums.positive += row.positive;
        sums.negative += row.negative;
        sums.returned += row.returned;
        sums.margin += row.margin;
        sums.known += row.known;
        sums.known_abs += row.known_abs;
    }
    sums
}

/// A ratio of exact amounts; `None` where the denominator is not positive.
pub(super) fn ratio(numerator: Money, denominator: Money) -> Option<f64> {
    (denominator > Money::ZERO).then(|| numerator.0 as f64 / denominator.0 as f64)
}

/// Distinct orders with a positive row; rows without an order id are one order per date.
fn orders(orders: &[OrderRow], window: Window) -> u32 {
    let mut named: Few<OrderKey> = Few::new();
    let mut unnamed = 0;
    for row in within(orders, window).iter().filter(|row| row.positive > Money::ZERO) {
        if row.order == OrderKey::NONE { unnamed += 1 } else { named.push(row.order) }
    }
    named.sort_unstable();
    named.dedup();
    named.len() as u32 + unnamed
}

fn lines(lines: &[LineRow], window: Window, lines_named: bool) -> Option<u32> {
    if !lines_named {
        return None;
    }
    let bought = lines.iter().filter(|row| window.contains(row.date));
    let mut named: Few<u32> =
        bought.clone().map(|row| row.line).filter(|line| *line != BLANK_LINE).collect();
    if named.is_empty() && bought.count() > 0 {
        return None;
    }
    named.sort_unstable();
    named.dedup();
    Some(named.len() as u32)
}

fn top_order_share(orders: &[OrderRow], window: Window) -> Option<f64> {
    let mut sums: Few<(OrderKey, Day, Money)> = within(orders, window)
        .iter()
        .filter(|row| row.positive > Money::ZERO)
        .map(|row| {
            // An order id may stand on several dates; rows without one are an order per date.
            let date = if row.order == OrderKey::NONE { row.date } else { Day(0) };
            (row.order, date, row.positive)
        })
        .collect();
    sums.sort_unstable();
    let total: Money = sums.iter().map(|sum| sum.2).sum();
    let largest = sums
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .map(|order| order.iter().map(|sum| sum.2).sum())
        .max()?;
    ratio(largest, total)
}

/// Amount-weighted mean days to payment. What is not paid by the as-of date counts its age, but no less than the mean of
/// what is, so that a slow payer is not flattered by fresh invoices.
fn pay_days(payments: &[PaymentRow], window: Window, as_of: Day) -> Option<f64> {
    let from = payments.partition_point(|row| row.date < window.from);
    let to = payments.partition_point(|row| row.date <= window.to);
    let rows = &payments[from..to.max(from)];
    let (mut paid_amount, mut paid_days) = (0_i128, 0_i128);
    for row in rows {
        if let Some(paid) = row.paid.filter(|paid| *paid <= as_of) {
            paid_amount += i128::from(row.positive.0);
            paid_days += i128::from(row.positive.0) * i128::from(paid.days_since(row.date));
        }
    }
    let (mut total, mut days, mut at_mean) = (paid_amount, paid_days, 0_i128);
    for row in rows.iter().filter(|row| row.paid.is_none_or(|paid| paid > as_of)) {
        let amount = i128::from(row.positive.0);
        let age = i128::from(as_of.days_since(row.date));
        total += amount;
        if paid_amount == 0 || age * paid_amount >= paid_days {
            days += amount * age;
        } else {
            at_mean += amount;
        }
    }
    if total == 0 {
        return None;
    }
    let mean = if paid_amount == 0 { 0.0 } else { paid_days as f64 / paid_amount as f64 };
    Some((days as f64 + at_mean as f64 * mean) / total as f64)
}

/// Order dates and the gaps between them.
fn rhythm(features: &mut ClientFeatures, orders: &[OrderRow], frame: &Frame<'_>) {
    let mut dates: Few<Day> = orders
        .iter()
        .filter(|row| row.positive > Money::ZERO && row.date <= frame.as_of)
        .map(|row| row.date)
        .collect();
    dates.dedup();
    features.order_days =
        dates.iter().filter(|date| frame.windows.ttm.contains(**date)).count() as u32;
    features.order_dates_ever = dates.len() as u32;
    features.first_order = dates.first().copied();
    features.last_order = dates.last().copied();
    features.days_since_last_order = features.last_order.map(|last| frame.as_of.days_since(last));
    let from = dates.partition_point(|date| *date < frame.windows.history.from);
    let dates = &dates[from..];
    features.order_dates_history = dates.len() as u32;
    let mut gaps: Few<f64> =
        dates.windows(2).map(|pair| f64::from(pair[1].days_since(pair[0]))).collect();
    gaps.sort_unstable_by(f64::total_cmp);
    if gaps.len() >= 3 {
        features.order_gap_median = percentile(&gaps, 0.5);
        features.order_gap_p90 = percentile(&gaps, 0.9);
    } else {
        features.order_gap_longest = gaps.last().map(|gap| *gap as i32);
    }
}

fn growth(features: &ClientFeatures, frame: &Frame<'_>) -> Option<f64> {
    let latest = frame.windows.prior.from.plus_days(frame.config.growth_grace_days);
    if features.first_order? > latest || frame.data_begins > latest {
        return None;
    }
    ratio(features.net_sales, features.net_sales_prior).map(|ratio| ratio - 1.0)
}

/// The stage: the first that fits.
pub(super) fn stage(features: &ClientFeatures, frame: &Frame<'_>) -> Stage {
    let Some(first) = features.first_order else {
        return Stage::Prospect;
    };
    if features.orders == 0 {
        return if features.orders_prior > 0 { Stage::Dormant } else { Stage::Lost };
    }
    let windows = &frame.windows;
    let first_is_known =
        frame.data_begins <= windows.ttm.from.plus_days(-frame.config.growth_grace_days);
    let few_are_known = frame.data_begins <= windows.prior.from;
    if (first_is_known && first >= windows.ttm.from)
        || (few_are_known && features.order_dates_ever < frame.config.new_order_dates)
    {
        return Stage::New;
    }
    match features.growth.map(round12) {
        Some(growth) if growth >= frame.config.stage_growth => Stage::Growing,
        Some(growth) if growth <= -frame.config.stage_growth => Stage::Declining,
        _ => Stage::Steady,
    }
}
