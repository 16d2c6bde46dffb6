//! The story that the demo tells: who the clients of interest are, and what happens to them.
//!
//! Most clients buy in their own rhythm and nothing happens. The others have a [`Role`]: a rank by size at which they
//! start, and a [`Turn`] that changes their habits from some day on. Turns are chosen so that each rule and each
//! signal of the review has somebody to find, and so few that the list of clients at risk stays short.

use super::catalogue::{CONSUMABLES, MACHINES, SERVICES, SOFTWARE, SPARES};
use crate::period::Day;

/// The newest day of the demo, 2026-06-30.
pub(super) const AS_OF: Day = Day(20_634);
/// The first day of the demo, 2023-04-01: three years and one quarter.
pub(super) const START: Day = Day(20_634 - 1_186);
/// How many days before [`AS_OF`] the last twelve months begin.
const YEAR: i32 = 364;

/// What a client is there to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing: an ordinary client.
    Plain,
    /// Fulfils every condition of the top tier.
    Anchor,
    /// Big, but no executive visits: fails one condition of the top tier.
    Unvisited,
    /// Big, but buys two business lines only.
    Narrow,
    /// Small, grows fast, buys more and more lines.
    Rising,
    /// One project order, big enough to look like a key account, and silence since.
    Project,
    /// Among the biggest, pays after five months, at a thin margin.
    Slow,
    /// Strategic size, orders every three weeks, silent for eleven weeks.
    Silent,
    /// Orders half as often since the last quarter began, and less.
    Fading,
    /// Pushed the price down by twelve points a year ago and pays five weeks later.
    Squeezed,
    /// Pays later than a year ago: a lot (medium) or a little (low).
    PaysLater(i32),
    /// Margin slips a little.
    Slipping,
    /// Buys for a third less in the last quarter.
    Softer,
    /// Stopped buying one business line.
    Dropped,
    /// Missed two of its usual orders.
    Late,
    /// Sends goods back.
    Quality,
    /// Nobody is named as its account manager.
    Unowned,
    /// First order within the last twelve months.
    New,
    /// No order in the last twelve months, some in the twelve before.
    Dormant,
    /// No order in the last two years.
    Lost,
    /// No order ever.
    Prospect,
}

/// Clients that buy, by size.
pub(super) const BUYERS: usize = 174;
/// All clients.
pub(super) const CLIENTS: usize = 200;

const BIG: [Role; 10] = [
    Role::Anchor,
    Role::Anchor,
    Role::Silent,
    Role::Slow,
    Role::Anchor,
    Role::Project,
    Role::Fading,
    Role::Unvisited,
    Role::Narrow,
    Role::Squeezed,
];

const OTHERS: [(usize, Role); 19] = [
    (14, Role::PaysLater(36)),
    (17, Role::Unowned),
    (22, Role::Slipping),
    (27, Role::Softer),
    (33, Role::Dropped),
    (41, Role::PaysLater(20)),
    (48, Role::Late),
    (57, Role::Slipping),
    (63, Role::PaysLater(38)),
    (69, Role::Late),
    (74, Role::Softer),
    (78, Role::Quality),
    (84, Role::Rising),
    (88, Role::Dropped),
    (95, Role::Late),
    (101, Role::Unowned),
    (107, Role::Quality),
    (118, Role::PaysLater(21)),
    (131, Role::Slipping),
];

/// The role of the client at a rank by size; ranks from [`BUYERS`] on do not buy now, or not for long.
pub(super) fn role_at(rank: usize) -> Role {
    if let Some(role) = BIG.get(rank) {
        return *role;
    }
    match rank {
        BUYERS..180 => Role::New,
        180..187 => Role::Dormant,
        187..192 => Role::Lost,
        192.. => Role::Prospect,
        _ => OTHERS.iter().find(|(at, _)| *at == rank).map_or(Role::Plain, |(_, role)| *role),
    }
}

/// Yearly sales of the client at a rank, in cents of yuan: a few big ones and a long tail, so that a fifth of the
/// clients holds about seven tenths of the sales.
pub(super) fn yearly_at(rank: usize) -> i64 {
    const TOP: [i64; 10] = [880, 610, 560, 520, 440, 380, 340, 300, 270, 240];
    const TENTH_OF_PERMILLE: i64 = 12_000 * 100;
    if let Some(share) = TOP.get(rank) {
        return share * TENTH_OF_PERMILLE;
    }
    // A power of −1.5, with an integer root so that every machine agrees.
    let place = rank as u64 + 12;
    let power = place * (place * 10_000).isqrt();
    2_170_000 * TENTH_OF_PERMILLE / power as i64
}

/// How a client buys.
#[derive(Clone, Debug)]
pub(super) struct Habit {
    /// Sales a year in cents of yuan, around the middle of the last twelve months.
    pub(super) yearly: i64,
    /// Change of the sales over a year, in thousandths.
    pub(super) growth: i64,
    /// Tenths of days between orders.
    pub(super) gap: i64,
    /// Lines of a usual order.
    pub(super) items: i64,
    /// Business lines that it buys.
    pub(super) lines: Vec<usize>,
    /// Hundredths of a percent added to the usual margin.
    pub(super) margin: i64,
    /// Days until it pays.
    pub(super) pay: i64,
    /// No order before this day.
    pub(super) first: Day,
    /// The day of the last order; near the as-of for whoever still buys.
    pub(super) last: Day,
    /// One project order besides: its day and its amount in cents of yuan.
    pub(super) project: Option<(Day, i64)>,
    /// What changes.
    pub(super) turn: Option<Turn>,
}

/// A change of habits from one day on.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// The first day of the new habits.
    pub(super) from: Day,
    /// Size of the orders, in thousandths of before.
    pub(super) size: i64,
    /// Gap between orders, in thousandths of before.
    pub(super) gap: i64,
    /// Added to the margin, in hundredths of a percent.
    pub(super) margin: i64,
    /// Added to the days until payment.
    pub(super) pay: i64,
    /// Business lines from then on, where they change.
    pub(super) lines: Option<Vec<usize>>,
    /// Lines that come back, in thousandths.
    pub(super) returns: i64,
}

impl Turn {
    fn days_ago(days: i32) -> Self {
        Self {
            from: AS_OF.plus_days(-days),
            size: 1_000,
            gap: 1_000,
            margin: 0,
            pay: 0,
            lines: None,
            returns: 0,
        }
    }
}

/// Gives a habit what its role asks for.
pub(super) fn play(role: Role, habit: &mut Habit) {
    match role {
        Role::Anchor => {
            habit.lines = vec![MACHINES, SPARES, SERVICES, SOFTWARE];
            habit.pay = habit.pay.min(45);
            habit.growth = habit.growth.max(60);
        }
        Role::Unvisited => habit.lines = vec![SPARES, CONSUMABLES, SERVICES],
        Role::Narrow => habit.lines = vec![SPARES, CONSUMABLES],
        Role::Rising => {
            habit.lines = vec![CONSUMABLES];
            habit.growth = 410;
            habit.gap = 100;
            habit.items = 2;
            let lines = Some(vec![CONSUMABLES, SPARES, SERVICES]);
            habit.turn = Some(Turn { lines, ..Turn::days_ago(YEAR - 45) });
        }
        Role::Project => {
            habit.lines = vec![MACHINES, SERVICES, MACHINES, SOFTWARE];
            habit.project = Some((AS_OF.plus_days(-308), habit.yearly));
            // Two trial orders first, so small that the project is nearly all of its sales.
            habit.yearly /= 50;
            habit.gap = 600;
            habit.first = AS_OF.plus_days(-460);
            habit.last = AS_OF.plus_days(-370);
            habit.pay = 40;
        }
        Role::Slow => {
            habit.lines = vec![MACHINES, SPARES, CONSUMABLES];
            habit.gap = 140;
            habit.pay = 150;
            habit.margin = -1_700;
            habit.growth = 60;
        }
        Role::Silent => {
            habit.lines = vec![MACHINES, SPARES, CONSUMABLES, SERVICES];
            habit.gap = 210;
            habit.pay = 35;
            habit.growth = 40;
            habit.last = AS_OF.plus_days(-75);
        }
        Role::Fading => {
            habit.lines = vec![SPARES, CONSUMABLES, SERVICES];
            habit.gap = 140;
            habit.pay = 45;
            habit.growth = 30;
            habit.last = AS_OF.plus_days(-14);
            habit.turn = Some(Turn { size: 830, gap: 1_950, ..Turn::days_ago(94) });
        }
        Role::Squeezed => {
            habit.lines = vec![MACHINES, SPARES, SERVICES];
            habit.gap = 140;
            habit.pay = 42;
            habit.margin = 200;
            habit.growth = 50;
            habit.turn = Some(Turn { margin: -1_220, pay: 36, ..Turn::days_ago(YEAR) });
        }
        Role::PaysLater(days) => {
            habit.pay = habit.pay.min(50);
            habit.turn = Some(Turn { pay: i64::from(days), ..Turn::days_ago(YEAR) });
        }
        Role::Slipping => habit.turn = Some(Turn { margin: -680, ..Turn::days_ago(YEAR) }),
        Role::Softer => {
            habit.gap = habit.gap.min(210);
            habit.growth = 30;
            habit.turn = Some(Turn { size: 600, ..Turn::days_ago(94) });
        }
        Role::Dropped => {
            habit.gap = habit.gap.min(300);
            habit.lines = vec![SPARES, CONSUMABLES, SERVICES];
            let lines = Some(vec![SPARES, CONSUMABLES]);
            habit.turn = Some(Turn { lines, ..Turn::days_ago(YEAR + 20) });
        }
        Role::Late => {
            habit.gap = 280;
            habit.last = AS_OF.plus_days(-71);
        }
        Role::Quality => {
            habit.gap = 140;
            habit.lines = vec![SPARES, CONSUMABLES];
            habit.turn = Some(Turn { returns: 300, ..Turn::days_ago(YEAR - 60) });
        }
        Role::Plain | Role::Unowned | Role::New | Role::Dormant | Role::Lost | Role::Prospect => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_the_ones_that_the_words_say() {
        assert_eq!(AS_OF.to_string(), "2026-06-30");
        assert_eq!(START.to_string(), "2023-04-01");
        assert_eq!(AS_OF.plus_days(-YEAR).to_string(), "2025-07-01");
    }

    #[test]
    fn every_rank_has_a_role_and_sizes_fall() {
        let count = |role| (0..CLIENTS).filter(|rank| role_at(*rank) == role).count();
        assert_eq!(count(Role::Anchor), 3);
        assert_eq!(count(Role::Prospect), 8);
        assert_eq!(count(Role::New), 6);
        assert!((1..CLIENTS).all(|rank| yearly_at(rank) < yearly_at(rank - 1)));
    }
}
