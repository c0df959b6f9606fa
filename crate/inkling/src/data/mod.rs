//! Data: IDX files, generated digits, drawings, and batches on the device.

mod dataset;
mod device_images;
mod device_labels;
pub mod digits;
mod generation;
mod hand;
pub mod idx;
mod skeletons;
pub mod stroke;

pub(crate) use dataset::shuffled;
pub use dataset::{Dataset, Labelled, Split};
pub use device_images::DeviceImages;
pub(crate) use device_labels::one_hot;
pub use generation::Generation;

pub use crate::error::DataError;
