//! The clients of the demo: what the client file says of them and how they buy.

use super::catalogue::{CONSUMABLES, INDUSTRIES, MACHINES, SERVICES, SOFTWARE, SPARES};
use super::dice::Dice;
use super::names::Namer;
use super::story::{AS_OF, BUYERS, CLIENTS, Habit, Role, START, play, role_at, yearly_at};
use crate::locale::Lang;
use crate::period::Day;

/// One row of the client file, and the habits behind its transactions.
pub(super) struct Client {
    /// Rank by size when the story begins; numbers its stream of chance.
    pub(super) rank: usize,
    /// What it is there to show.
    pub(super) role: Role,
    /// Company name.
    pub(super) name: String,
    /// Position in the industries.
    pub(super) industry: usize,
    /// Position in the regions.
    pub(super) region: usize,
    /// Account manager who looks after it, named in the client file or not.
    pub(super) manager: usize,
    /// Whether the client file names the manager.
    pub(super) owned: bool,
    /// Day on which its file was opened.
    pub(super) since: Day,
    /// What it buys a year of such goods from anybody, in whole units of the currency.
    pub(super) demand: Option<i64>,
    /// Fit to its needs, 1–5.
    pub(super) fit: Option<i64>,
    /// Executive visits.
    pub(super) visits: i64,
    /// Joint projects.
    pub(super) joint: i64,
    /// Awards.
    pub(super) awards: i64,
    /// Referrals.
    pub(super) referrals: i64,
    /// How it buys; prospects do not.
    pub(super) habit: Option<Habit>,
}

/// Client number, from the position in the client file.
pub(super) fn client_id(position: usize) -> String {
    format!("C{:04}", position + 1)
}

/// All clients in the order of the client file: the oldest first.
pub(super) fn population(lang: Lang, seed: u64) -> Vec<Client> {
    let namer = Namer::new(lang, &mut Dice::new(seed, 0));
    let mut clients: Vec<Client> = (0..CLIENTS)
        .map(|rank| client(lang, &namer, &mut Dice::new(seed, 1 + rank as u64), rank))
        .collect();
    clients.sort_by_key(|client| (client.since, client.rank));
    clients
}

fn client(lang: Lang, namer: &Namer, dice: &mut Dice, rank: usize) -> Client {
    let role = role_at(rank);
    let industry = match role {
        Role::Anchor => dice.pick(&[0, 1, 2]),
        Role::Rising => 2,
        _ => dice.index(INDUSTRIES.len()),
    };
    let region = dice.pick(&[0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5]);
    let manager = match region {
        0 => dice.pick(&[0, 0, 1]),
        1 => dice.pick(&[1, 2]),
        2 => 3,
        3 => 4,
        _ => 5,
    };
    let name = namer.company(dice, rank, region, INDUSTRIES[industry].in_name.get(lang));
    let habit = habit(dice, rank, role);
    let since = match &habit {
        None => AS_OF.plus_days(-dice.between(20, 700) as i32),
        Some(habit) if habit.first == START => START.plus_days(-dice.between(30, 4_000) as i32),
        Some(habit) => habit.first.plus_days(-dice.between(5, 60) as i32),
    };
    let facts = facts(dice, rank, role);
    let demand = demand(lang, dice, rank, role);
    Client {
        rank,
        role,
        name,
        industry,
        region,
        manager,
        owned: role != Role::Unowned,
        since,
        demand,
        fit: (!FIT_UNKNOWN.contains(&rank)).then_some(facts[0]),
        visits: facts[1],
        joint: facts[2],
        awards: facts[3],
        referrals: facts[4],
        habit,
    }
}

/// Ranks whose fit nobody has judged yet.
const FIT_UNKNOWN: [usize; 12] = [13, 28, 37, 52, 65, 83, 97, 110, 125, 139, 150, 196];

/// Fit, executive visits, joint projects, awards, referrals.
fn facts(dice: &mut Dice, rank: usize, role: Role) -> [i64; 5] {
    match role {
        Role::Anchor => [dice.between(4, 5), dice.between(3, 4), 2, 1, dice.between(2, 3)],
        Role::Silent => [4, 3, 1, 1, 1],
        Role::Fading => [4, 2, 1, 0, 1],
        Role::Squeezed => [4, 2, 1, 0, 0],
        Role::Slow => [4, 3, 1, 0, 0],
        Role::Unvisited => [4, 0, 1, 0, 1],
        Role::Narrow => [4, 2, 0, 1, 1],
        Role::Project => [2, 1, 0, 0, 0],
        Role::Rising => [4, 0, 0, 0, 0],
        Role::Prospect => [dice.between(2, 5), dice.between(0, 1), 0, 0, 0],
        _ if rank < 40 => [
            dice.around(4, 1).clamp(2, 5),
            dice.between(0, 2),
            dice.between(0, 1),
            i64::from(dice.chance(200)),
            i64::from(dice.chance(350)),
        ],
        _ => [
            dice.around(3, 2).clamp(1, 5),
            i64::from(dice.chance(150)),
            i64::from(dice.chance(120)),
            i64::from(dice.chance(60)),
            i64::from(dice.chance(150)),
        ],
    }
}

/// What the client buys a year from anybody: more than it buys here, in two significant digits.
fn demand(lang: Lang, dice: &mut Dice, rank: usize, role: Role) -> Option<i64> {
    let share = match role {
        Role::Anchor => dice.between(1_700, 2_400),
        Role::Rising => dice.between(4_000, 5_000),
        _ => dice.between(1_250, 3_800),
    };
    if rank % 19 == 15 {
        return None;
    }
    // Prospects could be anything from small to big.
    let rank = if role == Role::Prospect { dice.index(120) } else { rank };
    let amount = super::in_currency(lang, yearly_at(rank) / 1_000 * share) / 100;
    let mut unit = 1;
    while amount / unit >= 100 {
        unit *= 10;
    }
    Some((amount + unit / 2) / unit * unit)
}

fn habit(dice: &mut Dice, rank: usize, role: Role) -> Option<Habit> {
    if role == Role::Prospect {
        return None;
    }
    // The size of a client that buys for a short time only is drawn, once among the bigger ones.
    let size = match role {
        Role::New if rank == BUYERS => 24,
        Role::New | Role::Dormant | Role::Lost => dice.between(60, 160) as usize,
        _ => rank,
    };
    let gap = match size {
        0..12 => dice.pick(&[70, 100, 140]),
        12..36 => dice.pick(&[100, 140, 140, 210, 280]),
        36..80 => dice.pick(&[140, 210, 210, 290, 300]),
        80..130 => dice.pick(&[290, 300, 310, 600, 750]),
        _ => dice.pick(&[300, 600, 900, 900, 1_220, 1_820]),
    };
    let items = match gap {
        ..=140 if size < 12 => 3,
        ..=140 => 2,
        141..=310 => dice.between(1, 2),
        _ => dice.between(2, 3),
    };
    let growth = if dice.chance(80) { -dice.between(120, 200) } else { dice.around(40, 110) };
    let mut habit = Habit {
        yearly: yearly_at(size) / 1_000 * dice.between(930, 1_070),
        growth,
        gap,
        items,
        lines: lines(dice, size, gap),
        margin: dice.around(0, 400),
        pay: dice.pick(&[0, 15, 30, 30, 30, 45, 45, 60, 60, 75, 90]) + dice.between(0, 5),
        first: START,
        last: AS_OF,
        project: None,
        turn: None,
    };
    let mut begins = |low, high| AS_OF.plus_days(-dice.between(low, high) as i32);
    match role {
        Role::New => {
            habit.gap = habit.gap.min(300);
            habit.first = begins(110, 300);
            habit.last = begins(2, 25);
        }
        Role::Dormant => habit.last = begins(375, 640),
        Role::Lost => habit.last = begins(740, 900),
        Role::Plain if rank >= 12 && rank % 8 == 3 => habit.first = begins(740, 1_130),
        Role::Plain if rank >= 12 && rank % 20 == 9 => habit.first = begins(470, 640),
        _ => {}
    }
    play(role, &mut habit);
    if habit.last == AS_OF {
        // Still buying: somewhere between two orders.
        habit.last = AS_OF.plus_days(-(dice.between(0, habit.gap - 1) / 10) as i32);
    }
    Some(habit)
}

/// Business lines of an ordinary client; the small and rare ones buy few, and all of them every year.
fn lines(dice: &mut Dice, size: usize, gap: i64) -> Vec<usize> {
    let count = match size {
        0..12 => dice.between(3, 4),
        12..40 => dice.between(2, 4),
        40..100 if gap < 400 => dice.between(1, 3),
        _ => dice.between(1, 2),
    };
    let mut lines = match size {
        0..40 => vec![MACHINES, SPARES, CONSUMABLES, SERVICES, SOFTWARE],
        _ => vec![SPARES, CONSUMABLES, SERVICES, SOFTWARE],
    };
    dice.shuffle(&mut lines);
    lines.truncate(count as usize);
    lines
}
