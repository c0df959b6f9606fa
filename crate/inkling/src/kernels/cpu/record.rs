//! The matrix products that are computed, for whoever wants to know.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A product: its sizes, and how its matrices lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Product {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) k: usize,
    /// Whether rows follow each other, not columns, on the left and on the right.
    pub(super) by_rows: [bool; 2],
    pub(super) add: bool,
}

static RECORDING: AtomicBool = AtomicBool::new(false);
static RECORD: Mutex<Vec<Product>> = Mutex::new(Vec::new());

/// Writes a product down, if somebody wants to know.
pub(super) fn note(product: impl FnOnce() -> Product) {
    if RECORDING.load(Ordering::Relaxed) {
        RECORD.lock().unwrap_or_else(PoisonError::into_inner).push(product());
    }
}

/// The products that `work` computes, and any others that are computed meanwhile.
pub(super) fn of(work: impl FnOnce()) -> Vec<Product> {
    RECORDING.store(true, Ordering::Relaxed);
    work();
    RECORDING.store(false, Ordering::Relaxed);
    std::mem::take(&mut *RECORD.lock().unwrap_or_else(PoisonError::into_inner))
}
