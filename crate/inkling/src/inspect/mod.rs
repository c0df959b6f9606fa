//! Looks into a model: what every layer gives for an image, what each latent carries, what the
//! posterior means look like from their principal axes, and what drives a unit.
//!
//! Only layers are computed on the device, so that WebGPU compiles no kernel that encoding and
//! decoding do not have; the rest is computed here, in double precision.

mod codes;
mod image;
mod project;
mod statistics;
mod units;

pub use codes::FITTED;
pub use image::{Inspection, Latents, inspect, readings};
pub use project::{Axes, Projection, project};
pub(crate) use statistics::Moments;
pub use statistics::{Statistics, statistics};
pub use units::{UnitWeights, top_images, unit_weights};
