//! Threads of the browser. They are workers that share the module's memory: the page starts them,
//! each calls [`Pool::serve`] and stays there. Rayon's pool could not tell when one of them breaks,
//! since a panic ends a wasm thread on the spot: its owner would wait for ever.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The pool of this instance.
#[cfg(target_family = "wasm")]
pub(crate) static POOL: Pool = Pool::new();

/// Looks at the next round before a thread goes to sleep. Waking it takes the browser longer than
/// most of a training step's pauses are.
const LOOKS: usize = 20_000;
/// How often the owner looks whether a thread broke.
const BREATH: Duration = Duration::from_millis(100);

/// Threads that share the work of one owner.
pub(crate) struct Pool {
    round: Mutex<Round>,
    /// A new round has begun.
    begun: Condvar,
    /// A helper has left the round.
    left: Condvar,
    /// Rounds begun so far.
    rounds: AtomicUsize,
    /// Helpers that work in the present round.
    inside: AtomicUsize,
    /// How many threads may work at a time.
    limit: AtomicUsize,
    helpers: AtomicUsize,
    broken: AtomicBool,
}

/// Work that is under way, if there is any. It lies on the owner's stack, who waits until nobody is
/// inside.
type Round = Option<&'static (dyn Fn() + Sync)>;

impl Pool {
    const fn new() -> Self {
        Self {
            round: Mutex::new(None),
            begun: Condvar::new(),
            left: Condvar::new(),
            rounds: AtomicUsize::new(0),
            inside: AtomicUsize::new(0),
            limit: AtomicUsize::new(usize::MAX),
            helpers: AtomicUsize::new(0),
            broken: AtomicBool::new(false),
        }
    }

    /// How many threads work at a time, the owner among them.
    pub(crate) fn threads(&self) -> usize {
        (1 + self.helpers.load(Ordering::Relaxed)).min(self.limit.load(Ordering::Relaxed)).max(1)
    }

    /// Lets at most so many threads work from now on, at least one.
    pub(crate) fn set_limit(&self, limit: usize) {
        self.limit.store(limit.max(1), Ordering::Relaxed);
    }

    /// Says that a thread broke: the owner panics instead of waiting for it.
    pub(crate) fn set_broken(&self) {
        self.broken.store(true, Ordering::Release);
    }

    /// The results in the order of `parts`, by this thread and those that serve the pool.
    pub(crate) fn each<T: Send, R: Send>(
        &self,
        parts: Vec<T>,
        work: impl Fn(T) -> R + Sync,
    ) -> Vec<R> {
        if parts.len() < 2 || self.threads() < 2 {
            return parts.into_iter().map(work).collect();
        }
        let slots: Vec<_> = parts.into_iter().map(|part| Mutex::new((Some(part), None))).collect();
        let next = AtomicUsize::new(0);
        self.begin(&|| {
            while let Some(slot) = slots.get(next.fetch_add(1, Ordering::Relaxed)) {
                // Nobody else takes this slot.
                let mut slot = lock(slot);
                slot.1 = slot.0.take().map(&work);
            }
        });
        let results = slots.into_iter().map(|slot| {
            slot.into_inner().unwrap_or_else(PoisonError::into_inner).1.expect("each part was done")
        });
        results.collect()
    }

    /// Has every thread call `work` once, and returns when all have. Inside of another round, only
    /// this thread does.
    fn begin(&self, work: &(dyn Fn() + Sync)) {
        // SAFETY: `End` takes the reference away and waits until every helper has
        // returned from it, before this function returns or unwinds.
        let lasting: &'static (dyn Fn() + Sync) = unsafe { std::mem::transmute(work) };
        {
            let mut round = lock(&self.round);
            if round.is_some() {
                drop(round);
                return work();
            }
            *round = Some(lasting);
            self.rounds.fetch_add(1, Ordering::Release);
        }
        self.begun.notify_all();
        let _end = End(self);
        work();
    }

    /// Works for the pool, for ever. Only a thread that has nothing else to do may call this.
    pub(crate) fn serve(&self) -> ! {
        // What came before was not for this thread.
        let mut seen = self.rounds.load(Ordering::Acquire);
        self.helpers.fetch_add(1, Ordering::Relaxed);
        loop {
            let mut looks = 0;
            while self.rounds.load(Ordering::Acquire) == seen && looks < LOOKS {
                looks += 1;
                std::hint::spin_loop();
            }
            let mut round = lock(&self.round);
            while self.rounds.load(Ordering::Acquire) == seen {
                round = self.begun.wait(round).unwrap_or_else(PoisonError::into_inner);
            }
            seen = self.rounds.load(Ordering::Acquire);
            let Some(work) = *round else { continue };
            // The owner is inside, too.
            if self.inside.load(Ordering::Relaxed) + 1 >= self.limit.load(Ordering::Relaxed) {
                continue;
            }
            self.inside.fetch_add(1, Ordering::Relaxed);
            drop(round);
            work();
            if self.inside.fetch_sub(1, Ordering::Release) == 1 {
                // The owner holds this lock while it decides to sleep, so it cannot miss the call.
                drop(lock(&self.round));
                self.left.notify_one();
            }
        }
    }
}

/// The end of a round: nobody may come in any more, and who is inside is waited for.
struct End<'a>(&'a Pool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let pool = self.0;
        *lock(&pool.round) = None;
        for _ in 0..LOOKS {
            if pool.inside.load(Ordering::Acquire) == 0 {
                return;
            }
            std::hint::spin_loop();
        }
        let mut round = lock(&pool.round);
        while pool.inside.load(Ordering::Acquire) > 0 {
            assert!(!pool.broken.load(Ordering::Acquire), "a thread of the CPU device broke");
            let waited = pool.left.wait_timeout(round, BREATH);
            round = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// What the lock guards is whole at any time, so that a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::AssertUnwindSafe;
    use std::thread;

    /// A pool with helpers of its own, which stay until the process ends.
    fn pool(helpers: usize) -> &'static Pool {
        let pool: &'static Pool = Box::leak(Box::new(Pool::new()));
        for _ in 0..helpers {
            thread::spawn(|| pool.serve());
        }
        while pool.threads() < 1 + helpers {
            thread::yield_now();
        }
        pool
    }

    #[test]
    fn results_come_in_order_and_every_part_is_done_once() {
        let pool = pool(3);
        for round in 0..2000 {
            let parts: Vec<usize> = (0..round % 40).collect();
            let found = pool.each(parts.clone(), |part| part * part + round);
            let expected: Vec<usize> = parts.iter().map(|part| part * part + round).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn several_threads_work_at_a_time_and_no_more_than_the_limit() {
        let pool = pool(3);
        let most = |limit: usize| {
            pool.set_limit(limit);
            let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            pool.each((0..64).collect(), |_: usize| {
                most.fetch_max(1 + now.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                thread::sleep(Duration::from_millis(1));
                now.fetch_sub(1, Ordering::SeqCst);
            });
            most.into_inner()
        };
        assert_eq!(most(1), 1);
        assert_eq!(most(2), 2);
        assert_eq!(most(4), 4);
        assert_eq!(pool.threads(), 4);
    }

    #[test]
    fn a_round_within_a_round_is_done_by_its_own_thread() {
        let pool = pool(2);
        let found = pool.each((0..8).collect(), |i: usize| {
            pool.each((0..4).collect(), |j: usize| (i * j, thread::current().id()))
                .into_iter()
                .map(|(product, thread)| {
                    assert_eq!(thread, thread::current().id());
                    product
                })
                .sum::<usize>()
        });
        assert_eq!(found, (0..8).map(|i| 6 * i).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_of_the_owner_waits_for_its_helpers() {
        let pool = pool(2);
        let owner = thread::current().id();
        let caught = std::panic::catch_unwind(AssertUnwindSafe(|| {
            pool.each((0..64).collect(), |_: usize| {
                thread::sleep(Duration::from_millis(1));
                assert!(thread::current().id() != owner, "the owner's part fails");
            })
        }));
        assert!(caught.is_err());
        assert_eq!(pool.inside.load(Ordering::SeqCst), 0);
        assert_eq!(pool.each(vec![1, 2, 3], |x| x + 1), [2, 3, 4]);
    }

    #[test]
    fn an_owner_does_not_wait_for_a_thread_that_broke() {
        let pool = pool(1);
        let owner = thread::current().id();
        let caught = std::panic::catch_unwind(AssertUnwindSafe(|| {
            pool.each(vec![0, 1], |_| {
                if thread::current().id() == owner {
                    thread::sleep(Duration::from_millis(50));
                } else {
                    // As a thread of the browser that trapped: it never comes back.
                    pool.set_broken();
                    thread::sleep(Duration::from_secs(3600));
                }
            })
        }));
        let message = caught.expect_err("it panics");
        let message = message.downcast_ref::<&str>().copied().unwrap_or_default();
        assert!(message.contains("a thread of the CPU device broke"), "{message}");
    }
}
