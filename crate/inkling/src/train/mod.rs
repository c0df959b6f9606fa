//! The trainer: steps, epochs, metrics, checkpoints, and the pace of a run.

mod adam;
#[cfg(feature = "cpu")]
mod batches;
#[cfg(all(feature = "webgpu", feature = "checks"))]
mod check_step;
mod checkpoint;
mod codes;
mod config;
mod continued;
mod earlier;
mod fit;
#[cfg(feature = "cpu")]
mod graph;
mod losses;
mod pace;
#[cfg(feature = "webgpu")]
mod replay;
mod run;
mod schedule;
mod score;
mod step;
mod stepper;
mod trainee;
mod trainer;
mod window;

pub use adam::Adam;
#[cfg(all(feature = "webgpu", feature = "checks"))]
pub use check_step::check;
pub use codes::Codes;
pub use config::{DeviceData, TrainConfig};
pub(crate) use fit::fit;
pub use losses::Losses;
pub use pace::Pace;
pub use run::{Progress, Run, State};
pub use schedule::Schedule;
pub use score::elbo;
pub(crate) use step::{Start, StepSettings};
pub(crate) use stepper::Stepper;
pub(crate) use trainee::Trainee;
pub use trainer::Trainer;
