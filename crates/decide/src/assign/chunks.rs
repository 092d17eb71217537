//! Fixed pieces of work, so that sums do not depend on the number of threads.

use rayon::prelude::*;

/// Work is cut into this many pieces whatever the number of threads, and their sums are added in order.
const CHUNKS: usize = 64;

/// Runs `work` on each fixed piece of `0..n` and returns the results in order.
pub(super) fn in_chunks<T: Send>(n: usize, work: impl Fn(std::ops::Range<usize>) -> T + Sync) -> Vec<T> {
    let cut = |k: usize| (n as u64 * k as u64 / CHUNKS as u64) as usize;
    (0..CHUNKS).into_par_iter().map(|k| work(cut(k)..cut(k + 1))).collect()
}
