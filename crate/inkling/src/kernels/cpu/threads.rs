//! Work on several threads. What it computes must not depend on their number: a session resumes on
//! other machines, and the same seed is the same run.

#[cfg(target_family = "wasm")]
use crate::device::pool::POOL;

/// How many threads work at a time.
pub(super) fn threads() -> usize {
    #[cfg(target_family = "wasm")]
    return POOL.threads();
    #[cfg(all(feature = "threads", not(target_family = "wasm")))]
    return rayon::current_num_threads();
    #[cfg(not(any(feature = "threads", target_family = "wasm")))]
    1
}

/// The results in the order of `parts`.
pub(super) fn each<T: Send, R: Send>(parts: Vec<T>, work: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    #[cfg(target_family = "wasm")]
    return POOL.each(parts, work);
    #[cfg(all(feature = "threads", not(target_family = "wasm")))]
    {
        use rayon::prelude::*;
        parts.into_par_iter().map(work).collect()
    }
    #[cfg(not(any(feature = "threads", target_family = "wasm")))]
    parts.into_iter().map(work).collect()
}

/// Cuts `count` things into a range for each thread, none smaller than `least`.
pub(super) fn shares(count: usize, least: usize) -> Vec<std::ops::Range<usize>> {
    let size = count.div_ceil(threads()).max(least).max(1);
    (0..count).step_by(size).map(|start| start..(start + size).min(count)).collect()
}
