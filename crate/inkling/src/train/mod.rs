//! The trainer: steps, epochs, metrics, checkpoints.

mod adam;
mod checkpoint;
mod codes;
mod pace;
mod schedule;
mod trainer;

pub use adam::Adam;
pub use codes::Codes;
pub use pace::Pace;
pub use schedule::Schedule;
pub use trainer::{DeviceData, Losses, TrainConfig, Trainer};
pub(crate) use {codes::fit, trainer::losses};
