use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::data::{Dataset, DeviceImages};
use crate::settings::Range;

/// How a model is trained. What it is, [`VaeConfig`](crate::model::VaeConfig) says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrainConfig {
    /// Images in a batch, 1 to 1024; fewer if the data set has fewer.
    pub batch: usize,
    /// Epochs, 1 to 1000.
    pub epochs: usize,
    /// Adam's learning rate at its highest, 1e-6 to 1: see [`Schedule`](super::Schedule).
    pub learning_rate: f64,
}

impl TrainConfig {
    /// Checks every field. The [`Error::Range`](crate::Error::Range) names the field.
    pub fn validate(&self) -> Result<()> {
        Range::BATCH.check_count(self.batch)?;
        Range::EPOCHS.check_count(self.epochs)?;
        Range::LEARNING_RATE.check(self.learning_rate)
    }
}

/// A data set on the device. Clones share the memory.
#[derive(Debug, Clone)]
pub struct DeviceData {
    pub(crate) train: DeviceImages,
    pub(crate) held_out: DeviceImages,
    pub(crate) device: Device,
}

impl DeviceData {
    /// Uploads both splits.
    pub fn new(dataset: &Dataset, device: &Device) -> Self {
        Self {
            train: DeviceImages::of(&dataset.train, device),
            held_out: DeviceImages::of(&dataset.held_out, device),
            device: device.clone(),
        }
    }

    /// Whether a model of `labels` classes can be trained on it: see
    /// [`DeviceImages::check_labels`].
    pub(super) fn check_labels(&self, labels: usize) -> Result<()> {
        self.train.check_labels(labels)?;
        self.held_out.check_labels(labels)
    }

    /// The images that are never trained on.
    pub fn held_out(&self) -> &DeviceImages {
        &self.held_out
    }
}
