//! Inkling trains variational autoencoders (VAEs) on images of digits, natively and in a browser.
//!
//! It is built on [Burn](burn), with kernels of its own for the CPU and for WebGPU. The same code
//! trains a model in a native program and, compiled to WebAssembly, in a web page.
//!
//! ```
//! use futures_lite::future::block_on;
//! use inkling::data::Generation;
//! use inkling::model::Preset;
//! use inkling::train::{DeviceData, TrainConfig, Trainer};
//! use inkling::{PIXELS, Result, device, latent};
//!
//! # fn main() -> Result<()> {
//! let device = device::cpu();
//! // Digits drawn from a seed: 100 to train on, 20 held out.
//! let digits = Generation::new(120, 1)?.finish()?;
//!
//! // 784 - 400 - z - 400 - 784, with 20 latents.
//! let preset = Preset::named("classic")?;
//! let model = preset.config(preset.latent, preset.beta, 1);
//! let config = TrainConfig { batch: 50, epochs: 10, learning_rate: 1e-3 };
//! let mut trainer = Trainer::new(&model, config, DeviceData::new(&digits, &device))?;
//!
//! let before = block_on(trainer.held_out(20))?;
//! trainer.steps(20)?;
//! let after = block_on(trainer.held_out(20))?;
//! assert!(after.total < before.total, "the negative ELBO falls");
//!
//! // Eight samples: latents from the prior, decoded to 28x28 grey levels.
//! let z = latent::prior(8, preset.latent, 7);
//! let images = block_on(latent::decode(&trainer.model(), &z, &device))?;
//! assert_eq!(images.len(), 8 * PIXELS);
//! # Ok(())
//! # }
//! ```
//!
//! `examples/train.rs` is the same as a program.
//!
//! # Where to find what
//!
//! Data flows one way: data set → batches on the device → training step → weights → decoder →
//! pixels.
//!
//! - [`data`]: IDX files, generated digits, drawings, batches on the device
//! - [`model`]: presets and configurations, encoder and decoder, likelihoods, the ELBO
//! - [`train`]: the trainer, Adam, checkpoints
//! - [`latent`]: samples from the prior, encoding and decoding, interpolation
//! - [`inspect`]: a model's layers and latents with an image in it, weights, principal components
//! - [`eval`]: the ELBO of a whole split, tighter bounds, and a classifier that rates what a VAE
//!   writes
//! - [`settings`] and [`error`]: what each setting may be, and what goes wrong otherwise
//! - [`parity`]: workloads whose losses must agree with TF.js, jax-js and PyTorch
//!
//! # Conventions
//!
//! Images are 28x28 grey levels, 784 to an image, row by row, 0 for paper and 255 for ink. Losses
//! are in nats per image. Whatever takes a seed gives the same result for the same seed.
//!
//! Reading numbers back from the device is `async`, as a browser allows nothing else. A native
//! program can use any executor; on the CPU device nothing ever waits.
//!
//! # Features
//!
//! `cpu` (the default) is Burn's CPU backend, `threads` lets it use all cores, `webgpu` runs on
//! WebGPU, Vulkan, Metal or DirectX.

#[cfg(not(any(feature = "cpu", feature = "webgpu")))]
compile_error!("inkling computes on one device: enable the feature cpu or webgpu");

pub mod data;
pub mod device;
pub mod error;
pub mod eval;
pub mod file;
pub mod inspect;
pub mod kernels;
pub mod latent;
pub mod model;
pub mod parity;
pub mod settings;
pub mod train;

pub use burn;
pub use error::{DataError, Error, Field, FileError, OutOfRange, Result};

/// Pixels in an image: 28 rows of 28.
pub const PIXELS: usize = 784;
/// Rows and columns of an image.
pub const SIDE: usize = 28;
