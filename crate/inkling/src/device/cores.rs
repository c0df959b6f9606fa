//! The browser's cores. Its threads are workers that share this module's memory: the page starts
//! them, and each calls [`serve`]. What is computed does not depend on how many there are.

use std::thread;

use super::pool::POOL;

/// Computes for the thread that trains, for ever. A worker that has nothing else to do calls this.
pub fn serve() -> ! {
    POOL.serve()
}

/// How many threads compute at a time: the one that trains, and those that [serve], up to
/// the [limit](set_limit).
pub fn count() -> usize {
    POOL.threads()
}

/// Lets at most `limit` threads compute from now on, at least one.
pub fn set_limit(limit: usize) {
    POOL.set_limit(limit);
}

/// Has a serving thread panic, for tests of what a page makes of it. Without any it returns.
pub fn crash() {
    let owner = thread::current().id();
    while count() > 1 {
        POOL.each(vec![(); 64], |()| {
            assert!(thread::current().id() == owner, "a thread was asked to crash");
        });
    }
}

/// Says that a serving thread broke. Whoever waits for it panics.
pub fn set_broken() {
    POOL.set_broken();
}
