//! The library's tests that may share a process: with the CPU device, and where one says so, with a
//! GPU. They are one program, since each program is compiled and linked with all of Burn.
//!
//! Run some of them with `cargo test -p inkling -p inkling-uses -p inkling-cli --features
//! inkling/webgpu,inkling/checks --test library parity`.

#![allow(clippy::unwrap_used, reason = "a failure here is the test failing")]

#[cfg(all(feature = "cpu", feature = "webgpu"))]
mod both_devices;
mod checkpoint;
mod classifier;
mod collapse;
mod conditional;
mod digits;
mod halves;
mod imports;
mod inspect;
mod module_graph;
mod objective;
#[cfg(feature = "webgpu")]
#[path = "../on_gpu/mod.rs"]
mod on_gpu;
mod parity;
mod run;
#[cfg(all(feature = "cpu", feature = "webgpu"))]
mod run_ahead;
mod shipped;
#[path = "../tampered/mod.rs"]
mod tampered;
mod training;
