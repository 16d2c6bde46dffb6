//! Rankings under weights drawn at random.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::config::{Config, Sensitivity};
use crate::features::percentile;
use crate::money::round12;
use crate::parallel;
use crate::score::{ByMetric, Weighing, Weighings};
use crate::tier::{Cuts, Tier};

/// Ranks held at once: 256 MB. More clients or draws take several passes over the draws.
const HELD: usize = 64_000_000;

/// What is drawn for, one entry per active client, those that win among equal scores first.
pub(super) struct Board<'a> {
    /// Points.
    pub points: Vec<&'a ByMetric>,
    /// Where the weights of each stand.
    pub places: Vec<usize>,
    /// The weights to draw around.
    pub weighings: &'a Weighings,
    /// The tier that each band comes to.
    pub by_band: Vec<[Tier; 4]>,
}

/// What the draws made of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Drawn {
    /// In how many draws it had each tier, the highest first.
    pub tiers: [u32; 4],
    /// The 5 % and 95 % quantiles of its ranks.
    pub ranks: (f64, f64),
}

/// Draws weights and ranks all clients by each; the answer does not depend on the number of threads.
pub(super) fn draw(board: &Board<'_>, config: &Config, threads: usize) -> Vec<Drawn> {
    draw_within(board, config, threads, HELD)
}

fn draw_within(board: &Board<'_>, config: &Config, threads: usize, held: usize) -> Vec<Drawn> {
    let (clients, draws) = (board.points.len(), config.sensitivity.draws.max(1) as usize);
    let size = (held / draws).clamp(1, clients.max(1));
    let passes = (0..clients).step_by(size).map(|from| from..(from + size).min(clients));
    passes.flat_map(|range| pass(board, config, range, draws, threads)).collect()
}

/// The draws of one thread: the tiers of the clients in a range, and their ranks, client by client.
struct Share {
    tiers: Vec<[u32; 4]>,
    ranks: Vec<u32>,
    draws: usize,
}

fn pass(
    board: &Board<'_>,
    config: &Config,
    range: Range<usize>,
    draws: usize,
    threads: usize,
) -> Vec<Drawn> {
    let jobs = parallel::shares(draws, threads)
        .into_iter()
        .map(|draws| {
            let range = range.clone();
            move || share(board, config, &range, draws)
        })
        .collect();
    let shares: Vec<Share> = parallel::join(jobs);
    let jobs = parallel::shares(range.len(), threads)
        .into_iter()
        .map(|clients| {
            let shares = &shares;
            move || clients.map(|at| drawn(shares, at)).collect::<Vec<Drawn>>()
        })
        .collect();
    parallel::join(jobs).into_iter().flatten().collect()
}

fn share(board: &Board<'_>, config: &Config, range: &Range<usize>, draws: Range<usize>) -> Share {
    let count = draws.len();
    let mut share = Share {
        tiers: vec![[0; 4]; range.len()],
        ranks: vec![0; range.len() * count],
        draws: count,
    };
    let mut order: Vec<(f64, u32)> = Vec::with_capacity(board.points.len());
    for (place, number) in draws.enumerate() {
        let factors = factors(&config.sensitivity, number as u64);
        let weighings: Vec<Weighing> =
            board.weighings.iter().map(|usual| moved(usual, factors.clone())).collect();
        order.clear();
        order.extend(board.points.iter().zip(&board.places).zip(0..).map(
            |((points, place), at)| {
                (weighings[*place].score(points).map_or(f64::NEG_INFINITY, round12), at)
            },
        ));
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let scored = |position: usize| {
            order.get(position).map(|(score, _)| *score).filter(|score| score.is_finite())
        };
        let cuts = Cuts::new(order.len(), config, scored);
        for (position, (_, at)) in order.iter().enumerate() {
            let at = *at as usize;
            if !range.contains(&at) {
                continue;
            }
            let band = cuts.band(position, scored(position));
            let tier = board.by_band[at][band as usize];
            share.tiers[at - range.start][tier as usize] += 1;
            share.ranks[(at - range.start) * count + place] = position as u32 + 1;
        }
    }
    share
}

/// How far the weights of a draw move, metric by metric: each independently by at most the spread.
fn factors(settings: &Sensitivity, draw: u64) -> impl Iterator<Item = f64> + Clone {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&settings.seed.to_le_bytes());
    let mut chance = ChaCha8Rng::from_seed(key);
    // A stream of its own, so that no draw depends on who made the one before.
    chance.set_stream(draw);
    let spread = settings.spread;
    std::iter::repeat_with(move || {
        // 53 random bits make an evenly spread float from 0 to below 1.
        let unit = (chance.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        1.0 + spread * (2.0 * unit - 1.0)
    })
}

/// Weights moved by these factors, and rescaled to the sum that they had.
fn moved(usual: &Weighing, factors: impl Iterator<Item = f64>) -> Weighing {
    let drawn: Vec<f64> =
        usual.weights().zip(factors).map(|(weight, factor)| weight * factor).collect();
    let (before, after): (f64, f64) = (usual.weights().sum(), drawn.iter().sum());
    let factor = if after > 0.0 { before / after } else { 1.0 };
    usual.with(drawn.into_iter().map(|weight| weight * factor))
}

fn drawn(shares: &[Share], at: usize) -> Drawn {
    let mut tiers = [0; 4];
    let mut ranks: Vec<f64> = Vec::new();
    for share in shares {
        for (sum, count) in tiers.iter_mut().zip(share.tiers[at]) {
            *sum += count;
        }
        let own = &share.ranks[at * share.draws..(at + 1) * share.draws];
        ranks.extend(own.iter().copied().map(f64::from));
    }
    ranks.sort_unstable_by(f64::total_cmp);
    let rank = |p| percentile(&ranks, p).unwrap_or_default();
    Drawn { tiers, ranks: (rank(0.05), rank(0.95)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load::load;
    use crate::score::Model;
    use crate::tier::Tier;

    #[test]
    fn weights_stay_within_the_spread_and_keep_their_sum() {
        let config = load(&[], &[]).expect("defaults").config;
        let weighings = Weighings::new(&Model::of(&config.score), &config.score);
        let usual = weighings.at(0);
        let weights = |settings: &Sensitivity, draw| {
            moved(usual, factors(settings, draw)).weights().collect::<Vec<f64>>()
        };
        let settings = &config.sensitivity;
        let mut moved = false;
        for draw in 0..200 {
            let drawn = weights(settings, draw);
            assert!((drawn.iter().sum::<f64>() - 100.0).abs() < 1e-9);
            for (drawn, weight) in drawn.iter().zip(usual.weights()) {
                let ratio = drawn / weight;
                // Rescaling moves them further, at most from 1.25 to 1.25 / 0.75.
                assert!((0.6 - 1e-9..=5.0 / 3.0 + 1e-9).contains(&ratio), "{ratio}");
                moved |= (ratio - 1.0).abs() > 0.2;
            }
        }
        assert!(moved);
        let still = Sensitivity { spread: 0.0, ..settings.clone() };
        assert_eq!(weights(&still, 7), usual.weights().collect::<Vec<_>>());
    }

    #[test]
    fn hand_computed_case() {
        // Two metrics count, net sales 60 and margin 40. A has all points of the first, B of the second, C none. Moved by x and y
        // from 0.75 to 1.25 of themselves, the weights are as 60x to 40y, so B is ahead of A where y > 1.5 x.
        let mut config = load(&[], &[]).expect("defaults").config;
        for (metric, weight) in &mut config.score.weights {
            *weight = match metric.as_str() {
                "net_sales" => 60.0,
                "margin" => 40.0,
                _ => 0.0,
            };
        }
        config.sensitivity.draws = 20_000;
        let points: Vec<ByMetric> = [[100.0, 0.0], [0.0, 100.0], [0.0, 0.0]]
            .map(|[sales, margin]| [("net_sales", sales), ("margin", margin)].into_iter().collect())
            .into();
        let board = Board {
            points: points.iter().collect(),
            places: vec![0; 3],
            weighings: &Weighings::new(&Model::of(&config.score), &config.score),
            by_band: vec![Tier::ALL; 3],
        };
        let found = draw(&board, &config, 2);
        assert_eq!(found, draw(&board, &config, 3), "whatever the threads");
        assert_eq!(found, draw_within(&board, &config, 2, 1), "however many are held at once");
        // Each tier reaches down to one client of three, so the first is strategic and the others are standard.
        let draws = f64::from(config.sensitivity.draws);
        let first = f64::from(found[0].tiers[0]) / draws;
        assert!((first - (1.0 - EXPECTED)).abs() < 0.004, "{first}");
        assert_eq!(found[0].tiers[0] + found[1].tiers[0], config.sensitivity.draws);
        assert_eq!((found[2].tiers, found[2].ranks), ([0, 0, 0, 20_000], (3.0, 3.0)));
        assert_eq!((found[0].ranks, found[1].ranks), ((1.0, 1.0), (2.0, 2.0)));
    }

    /// Share of the square 0.75–1.25 in which y > 1.5 x: a triangle with x from 0.75 to 1.25 ÷ 1.5 and y from 1.125.
    const EXPECTED: f64 = (1.25 / 1.5 - 0.75) * (1.25 - 1.125) / 2.0 / 0.25;
}
