//! Work over a range of positions by several threads, with the results in order.

use std::ops::Range;

/// Positions below which threads cost more than they save.
const WORTH_IT: usize = 2048;

/// The ranges that `count` positions are cut into for `threads` threads.
#[must_use]
pub fn ranges(count: usize, threads: usize) -> Vec<Range<usize>> {
    shares(count, if count < WORTH_IT { 1 } else { threads })
}

/// The same however few positions there are: for those that are much work each.
#[must_use]
pub fn shares(count: usize, threads: usize) -> Vec<Range<usize>> {
    let threads = threads.max(1);
    let size = count.div_ceil(threads).max(1);
    (0..threads).map(|at| (at * size).min(count)..((at + 1) * size).min(count)).collect()
}

/// Runs each job in a thread of its own and returns their results in order; a panic in one goes on here.
#[must_use]
pub fn join<R: Send>(jobs: Vec<impl FnOnce() -> R + Send>) -> Vec<R> {
    if jobs.len() == 1 {
        return jobs.into_iter().map(|job| job()).collect();
    }
    std::thread::scope(|scope| {
        let handles: Vec<_> = jobs.into_iter().map(|job| scope.spawn(job)).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Does one thing in another thread while the caller does the other, or both in turn where there is one thread only; a
/// panic goes on here.
pub fn both<A: Send, B>(
    threads: usize,
    aside: impl FnOnce() -> A + Send,
    here: impl FnOnce() -> B,
) -> (A, B) {
    if threads < 2 {
        return (aside(), here());
    }
    std::thread::scope(|scope| {
        let handle = scope.spawn(aside);
        let here = here();
        let aside = handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (aside, here)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_everything_once() {
        for (count, threads) in [(0, 4), (1, 4), (5000, 1), (5000, 3), (4097, 7)] {
            let all: Vec<usize> = ranges(count, threads).into_iter().flatten().collect();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn results_keep_their_order() {
        let jobs: Vec<_> = (0..5).map(|at| move || at * 2).collect();
        assert_eq!(join(jobs), [0, 2, 4, 6, 8]);
    }
}
