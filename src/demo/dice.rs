//! Chance, the same on every machine.
//!
//! Everything is drawn with integer arithmetic from a generator whose output is fixed by its definition: a float
//! function such as a logarithm may differ in its last bit between platforms, and then so would the files.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of draws.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The numbered stream of a seed; streams do not disturb each other.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream);
        Self(rng)
    }

    /// An integer from `low` to `high`, both included; `low` when the range is empty.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let count = (high - low + 1).max(1) as u64;
        low + ((u64::from(self.0.next_u32()) * count) >> 32) as i64
    }

    /// An integer near `middle`, at most `spread` away and more often close than far.
    pub(super) fn around(&mut self, middle: i64, spread: i64) -> i64 {
        middle + i64::midpoint(self.between(-spread, spread), self.between(-spread, spread))
    }

    /// True in `permille` of 1,000 cases.
    pub(super) fn chance(&mut self, permille: i64) -> bool {
        self.between(0, 999) < permille
    }

    /// One of the items, which must not be empty.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())]
    }

    /// A position in a list of `count` items.
    pub(super) fn index(&mut self, count: usize) -> usize {
        self.between(0, count as i64 - 1) as usize
    }

    /// Puts the items into random order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_the_same_everywhere_and_stay_in_range() {
        let mut dice = Dice::new(7, 1);
        let drawn: Vec<i64> = (0..8).map(|_| dice.between(-3, 3)).collect();
        assert!(drawn.iter().all(|value| (-3..=3).contains(value)));
        let mut again = Dice::new(7, 1);
        assert_eq!(drawn, (0..8).map(|_| again.between(-3, 3)).collect::<Vec<_>>());
        assert_eq!(again.between(5, 4), 5);
        let mut other = Dice::new(7, 2);
        assert_ne!(drawn, (0..8).map(|_| other.between(-3, 3)).collect::<Vec<_>>());
    }
}
