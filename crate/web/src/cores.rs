//! The threads of the CPU device. JavaScript starts a worker for each core, which instantiates this
//! module on the memory of the engine's and calls [`serve`].

use inkling::device::cores;
use wasm_bindgen::prelude::*;

/// Computes for the engine, for ever: it never returns. A trap in it must be told by
/// [`thread_broke`].
#[wasm_bindgen]
pub fn serve() {
    cores::serve()
}

/// How many threads compute at a time, the engine's own among them.
#[wasm_bindgen(js_name = coresInUse)]
pub fn in_use() -> usize {
    cores::count()
}

/// Lets at most `limit` threads compute from now on, at least one.
#[wasm_bindgen(js_name = limitCores)]
pub fn limit(limit: usize) {
    cores::set_limit(limit);
}

/// Breaks one of the threads with a panic, for tests of what a page makes of one.
#[wasm_bindgen(js_name = crashThread)]
pub fn crash() {
    cores::crash();
}

/// Says that this thread trapped, so that the engine breaks, too, instead of waiting for it.
#[wasm_bindgen(js_name = threadBroke)]
pub fn thread_broke() {
    cores::set_broken();
}
