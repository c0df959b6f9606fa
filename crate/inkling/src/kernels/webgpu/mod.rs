//! The WebGPU device's kernels.

mod activation;
mod addressing;
pub(crate) mod autodiff;
pub(crate) mod buffers;
pub(crate) mod codes;
mod columns;
mod conv;
#[cfg(feature = "checks")]
pub mod cost;
mod dense;
mod direct;
mod direct_forward;
mod direct_gradient;
pub(crate) mod gather;
mod matmul;
pub(crate) mod noise;
pub(crate) mod objective;
pub(crate) mod parameters;
mod plan;
mod reduce;
pub(crate) mod step;
mod tile;
mod window;
mod workgroups;
