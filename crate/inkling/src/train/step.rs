use super::adam::Adam;
use crate::data::DeviceImages;

/// What differs from one training step to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct StepSettings {
    /// Steps done before this one.
    pub(crate) step: usize,
    /// Epochs done before this one.
    pub(crate) epoch: usize,
    /// Where the batch begins in the epoch's order of images.
    pub(crate) start: usize,
    /// Seed of the sampling noise.
    pub(crate) seed: u64,
    /// Whether latents are sampled; otherwise they are the posterior's means.
    pub(crate) sampled: bool,
    /// Share of the batch that is dynamically binarised.
    pub(crate) binarised: f64,
    /// Weight of the KL.
    pub(crate) beta: f64,
    /// Learning rate.
    pub(crate) rate: f64,
}

impl StepSettings {
    /// How many images of a batch are dynamically binarised: the first ones, which are as good as
    /// any, since each epoch has an order of its own.
    pub(crate) fn binarised_of(&self, batch: usize) -> usize {
        (self.binarised * batch as f64).round() as usize
    }
}

/// What a stepper starts from, beside the model.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) adam: Adam,
    pub(crate) images: DeviceImages,
    /// The image indices of an epoch's batches, one batch after the other.
    pub(crate) order: Vec<i32>,
    /// Images in a batch.
    pub(crate) batch: usize,
}
