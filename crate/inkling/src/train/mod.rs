//! The trainer: steps, epochs, metrics, checkpoints.

mod adam;
#[cfg(all(feature = "webgpu", feature = "checks"))]
mod check_step;
mod checkpoint;
mod codes;
mod pace;
#[cfg(feature = "webgpu")]
pub(crate) mod replay;
mod schedule;
#[cfg(feature = "webgpu")]
pub(crate) mod score;
mod trainer;

pub use adam::Adam;
#[cfg(all(feature = "webgpu", feature = "checks"))]
pub use check_step::check;
pub use codes::Codes;
pub use pace::Pace;
pub use schedule::Schedule;
pub use trainer::{DeviceData, Losses, TrainConfig, Trainer};
pub(crate) use {codes::fit, trainer::losses};
