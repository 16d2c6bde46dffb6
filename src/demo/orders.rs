//! From habits to orders: dates in rhythm, lines from the catalogue, returns, payments.

use super::catalogue::{LINES, PRODUCTS, SERVICES, SOFTWARE};
use super::clients::Client;
use super::dice::Dice;
use super::story::{AS_OF, CLIENTS, Habit, Role, START, Turn};
use crate::locale::Lang;
use crate::period::Day;

/// An order, or a credit note.
pub(super) struct Order {
    /// Its day.
    pub(super) date: Day,
    /// Position of the client in the client file.
    pub(super) client: usize,
    /// Whether it takes goods back.
    pub(super) credit: bool,
    /// Position of the salesperson among the account managers.
    pub(super) person: usize,
    /// Day of payment, unless that is after the as-of.
    pub(super) paid: Option<Day>,
    /// Its lines.
    pub(super) items: Vec<Item>,
}

/// A line of an order.
#[derive(Clone)]
pub(super) struct Item {
    /// Position in the products.
    pub(super) product: usize,
    /// Pieces, negative when they come back.
    pub(super) quantity: i64,
    /// Amount without tax, in cents.
    pub(super) amount: i64,
    /// Cost in cents, where it is known.
    pub(super) cost: Option<i64>,
}

/// Sales of a month against the average, in thousandths.
const SEASON: [i64; 12] =
    [900, 720, 1_020, 1_000, 1_010, 1_060, 940, 930, 1_060, 1_080, 1_120, 1_160];

/// All orders and credit notes, by day and client.
pub(super) fn orders(lang: Lang, seed: u64, clients: &[Client]) -> Vec<Order> {
    let mut orders = Vec::new();
    for (position, client) in clients.iter().enumerate() {
        if let Some(habit) = &client.habit {
            let dice = Dice::new(seed, (1 + CLIENTS + client.rank) as u64);
            Buyer { lang, dice, client, habit, position, bought: 0, owed: 0 }.buy(&mut orders);
        }
    }
    orders.sort_by_key(|order| (order.date, order.credit, order.client));
    orders
}

struct Buyer<'a> {
    lang: Lang,
    dice: Dice,
    client: &'a Client,
    habit: &'a Habit,
    position: usize,
    /// Lines bought so far: business lines take turns, so that none is missing for long.
    bought: usize,
    /// What the last line fell short of its target because pieces are whole; the next line makes up for it.
    owed: i64,
}

impl Buyer<'_> {
    fn buy(mut self, orders: &mut Vec<Order>) {
        for date in self.dates() {
            let target = self.target(date);
            let items = self.habit.items;
            let count = if items > 2 { self.dice.between(items - 1, items + 1) } else { items };
            self.order(date, target, count, orders);
        }
        if let Some((date, amount)) = self.habit.project {
            self.order(date, amount, 14, orders);
        }
    }

    /// The days of the orders: counted back from the last one in equal steps, each a little early or late.
    fn dates(&mut self) -> Vec<Day> {
        let habit = self.habit;
        let mut dates = Vec::new();
        let mut back = 0;
        loop {
            let exact = habit.last.plus_days(-(back / 10) as i32);
            if exact < habit.first {
                break;
            }
            let gap = turned(habit, exact).map_or(habit.gap, |turn| habit.gap * turn.gap / 1_000);
            let shift = if back == 0 { 0 } else { self.dice.around(0, gap / 80) };
            let date = working_day(self.lang, exact.plus_days(shift as i32));
            if (START..=AS_OF).contains(&date) {
                dates.push(date);
            }
            back += gap;
        }
        dates.reverse();
        dates
    }

    /// What an order of the day is about worth, in cents of yuan.
    fn target(&mut self, date: Day) -> i64 {
        let habit = self.habit;
        let per_order = habit.yearly / 3_652 * habit.gap;
        // `yearly` holds at the middle of the last twelve months.
        let since = i64::from(date.days_since(AS_OF)) + 182;
        let trend = (1_000 + habit.growth * since / 365).max(120);
        let (_, month, _) = date.ymd();
        let season = SEASON[month as usize - 1];
        let size = turned(habit, date).map_or(1_000, |turn| turn.size);
        let spread = if self.client.role == Role::Plain { 300 } else { 140 };
        let chance = self.dice.around(1_000, spread);
        per_order / 1_000 * trend / 1_000 * season / 1_000 * size / 1_000 * chance
    }

    fn order(&mut self, date: Day, target: i64, count: i64, orders: &mut Vec<Order>) {
        let turn = turned(self.habit, date);
        let lines = turn.and_then(|turn| turn.lines.as_ref()).unwrap_or(&self.habit.lines);
        let share = super::in_currency(self.lang, target / count.max(1));
        let items: Vec<Item> = (0..count)
            .map(|_| {
                let line = lines[self.bought % lines.len()];
                self.bought += 1;
                let owed = self.owed.clamp(-share / 2, share / 2);
                let part = share / 1_000 * self.dice.around(1_000, 220) + owed;
                let item = self.item(line, part, turn.map_or(0, |turn| turn.margin));
                self.owed = part - item.amount;
                item
            })
            .collect();
        let person = if self.dice.chance(60) { self.dice.index(6) } else { self.client.manager };
        let due = self.habit.pay + turn.map_or(0, |turn| turn.pay);
        let paid = date.plus_days(self.dice.around(due, due / 6 + 1).max(0) as i32);
        let back: Vec<Order> =
            items.iter().filter_map(|item| self.credit(date, item, turn, person)).collect();
        orders.push(Order {
            date,
            client: self.position,
            credit: false,
            person,
            paid: paid_by_now(self.lang, paid),
            items,
        });
        orders.extend(back);
    }

    /// A line of about `target` cents: a product whose price suits, and the number of pieces.
    fn item(&mut self, line: usize, target: i64, margin: i64) -> Item {
        let product = self.product(line, target);
        let price = PRODUCTS[product].price(self.lang);
        // The price is negotiated: somewhat below the list, 93 % of it on average.
        let quantity = ((target * 100 + price * 93 / 2) / (price * 93)).max(1);
        let rate = (target * 200 / (price * quantity) * 5).clamp(860, 1_000);
        let amount = price * rate / 1_000 * quantity;
        let margin = LINES[line].margin + self.habit.margin + margin + self.dice.around(0, 160);
        let cost = amount * (10_000 - margin.clamp(200, 8_500)) / 10_000;
        let known = !self.dice.chance(15);
        Item { product, quantity, amount, cost: known.then_some(cost) }
    }

    fn product(&mut self, line: usize, target: i64) -> usize {
        let fits = |pieces: i64| -> Vec<usize> {
            let wanted = target / pieces..=target * 11 / 10;
            (line * 8..line * 8 + 8)
                .filter(|at| wanted.contains(&PRODUCTS[*at].price(self.lang)))
                .collect()
        };
        let choice =
            [fits(80), fits(2_000), fits(i64::MAX)].into_iter().find(|some| !some.is_empty());
        choice.map_or(line * 8, |some| self.dice.pick(&some))
    }

    /// Part of a line that comes back some weeks later; only frequent buyers send anything back, so that one return
    /// is never a big part of a year.
    fn credit(
        &mut self,
        date: Day,
        item: &Item,
        turn: Option<&Turn>,
        person: usize,
    ) -> Option<Order> {
        let line = PRODUCTS[item.product].line;
        let usual = if self.habit.gap <= 310 && self.client.role != Role::Rising { 32 } else { 0 };
        let often = turn.map_or(0, |turn| turn.returns).max(usual);
        let date = working_day(self.lang, date.plus_days(self.dice.between(8, 32) as i32));
        let goods = line != SERVICES && line != SOFTWARE;
        if !self.dice.chance(often) || !goods || item.quantity < 3 || date > AS_OF {
            return None;
        }
        let share =
            if often > usual { self.dice.between(15, 45) } else { self.dice.between(5, 30) };
        let quantity = (item.quantity * share / 100).max(1);
        let part = |cents: i64| -(cents * quantity / item.quantity);
        let back = Item {
            product: item.product,
            quantity: -quantity,
            amount: part(item.amount),
            cost: item.cost.map(part),
        };
        let paid = date.plus_days(self.dice.between(3, 20) as i32);
        Some(Order {
            date,
            client: self.position,
            credit: true,
            person,
            paid: paid_by_now(self.lang, paid),
            items: vec![back],
        })
    }
}

fn turned(habit: &Habit, date: Day) -> Option<&Turn> {
    habit.turn.as_ref().filter(|turn| date >= turn.from)
}

fn paid_by_now(lang: Lang, date: Day) -> Option<Day> {
    let date = working_day(lang, date);
    (date <= AS_OF).then_some(date)
}

/// Longer holidays, first and last day, as year, month and day in one number.
const HOLIDAYS_ZH: [(i32, i32); 7] = [
    (20_230_429, 20_230_503),
    (20_230_929, 20_231_006),
    (20_240_210, 20_240_217),
    (20_241_001, 20_241_007),
    (20_250_128, 20_250_204),
    (20_251_001, 20_251_008),
    (20_260_215, 20_260_223),
];
const HOLIDAYS_EN: [(i32, i32); 3] =
    [(20_231_223, 20_240_101), (20_241_223, 20_250_101), (20_251_223, 20_260_101)];

/// The day, or the next one that is neither in a weekend nor in a holiday; Saturday's business is Friday's.
pub(super) fn working_day(lang: Lang, day: Day) -> Day {
    let holidays: &[(i32, i32)] = match lang {
        Lang::Zh => &HOLIDAYS_ZH,
        Lang::En => &HOLIDAYS_EN,
    };
    let closed = |day: Day| {
        let (year, month, date) = day.ymd();
        let number = year * 10_000 + month as i32 * 100 + date as i32;
        holidays.iter().any(|(first, last)| (*first..=*last).contains(&number))
    };
    // 1970-01-01 was a Thursday.
    let saturday = |day: Day| day.0.rem_euclid(7) == 2;
    let sunday = |day: Day| day.0.rem_euclid(7) == 3;
    if saturday(day) && !closed(day.plus_days(-1)) {
        return day.plus_days(-1);
    }
    let mut day = day;
    while saturday(day) || sunday(day) || closed(day) {
        day = day.plus_days(1);
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_orders_on_days_off() {
        for (given, expected) in [
            ("2026-06-27", "2026-06-26"),
            ("2026-06-28", "2026-06-29"),
            ("2025-10-03", "2025-10-09"),
            ("2026-06-30", "2026-06-30"),
        ] {
            let day = Day::parse_iso(given).unwrap();
            assert_eq!(working_day(Lang::Zh, day).to_string(), expected);
        }
    }
}
