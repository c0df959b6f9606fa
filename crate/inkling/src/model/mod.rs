//! The model: what it is made of ([`VaeConfig`], [`Preset`]), its networks, and the objective ([`Elbo`]).

mod config;
mod conv;
mod init;
mod likelihood;
mod network;
mod presets;
mod vae;
pub mod weights;

pub use config::{Likelihood, Network, VaeConfig};
pub(crate) use config::{check_beta, in_range, real};
pub use presets::{PRESETS, Preset};
pub use vae::{Elbo, Posterior, Vae, kl_per_latent};
