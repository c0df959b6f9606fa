//! Data: IDX files, generated digits, drawings, and batches on the device.

mod dataset;
pub mod digits;
mod generation;
mod hand;
pub mod idx;
mod skeletons;
pub mod stroke;

pub(crate) use dataset::shuffled;
pub use dataset::{Dataset, DeviceImages, Split};
pub use generation::Generation;

pub use crate::error::DataError;
