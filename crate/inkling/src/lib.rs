//! Inkling: a variational autoencoder (VAE) on [Burn](burn), native and in wasm, on the CPU or on WebGPU.
//!
//! Data flows one way: data set -> batches on the device -> trainer step -> parameters -> decode -> pixels.
//!
//! - [`model`]: configuration and presets, encoder, decoder, likelihoods, the ELBO
//! - [`data`]: IDX files, generated digits, drawings, batches on the device
//! - [`train`]: the trainer, Adam, checkpoints
//! - [`latent`]: samples from the prior, interpolation
//! - [`eval`]: the ELBO of a whole split, and a classifier that measures the generated digits
//! - [`parity`]: the same maths as TF.js, jax-js and PyTorch
//!
//! Everything that reads numbers back from the device is `async`, as a browser has no other way;
//! natively any executor will do, and on the CPU device no call ever waits.

#[cfg(not(any(feature = "cpu", feature = "webgpu")))]
compile_error!("inkling computes on one device: enable the feature cpu or webgpu");

pub mod data;
pub mod device;
mod error;
pub mod eval;
pub mod file;
pub mod kernels;
pub mod latent;
pub mod model;
pub mod parity;
pub mod train;

pub use burn;
pub use error::{Error, Result};

/// Pixels in an image: 28 rows of 28.
pub const PIXELS: usize = 784;
/// Rows and columns of an image.
pub const SIDE: usize = 28;
