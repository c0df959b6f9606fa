use burn::tensor::Tensor;

use crate::data::DeviceImages;
use crate::kernels::append;

/// What a model encodes: images, and their labels if the model is conditional.
#[derive(Debug, Clone)]
pub struct Input {
    /// `[batch, 784]`, grey levels in 0..=1.
    pub images: Tensor<2>,
    /// `[batch, labels]`, one-hot. A conditional model needs them, and no other model takes them.
    pub labels: Option<Tensor<2>>,
}

impl Input {
    /// The images from `start` on, `count` of them, and their labels for a model of `labels`
    /// classes, which must have been [checked](DeviceImages::check_labels).
    ///
    /// # Panics
    /// As [`DeviceImages::slice`].
    pub(crate) fn slice(images: &DeviceImages, start: usize, count: usize, labels: usize) -> Self {
        let one_hot = images.one_hot_slice(start, count, labels);
        Self { images: images.slice(start, count), labels: one_hot }
    }
}

impl From<Tensor<2>> for Input {
    fn from(images: Tensor<2>) -> Self {
        Self { images, labels: None }
    }
}

/// What a decoder takes: latents `[batch, latent]`, and behind them the weights of the labels of a
/// conditional model, `[batch, labels]`.
pub(crate) fn code(latents: Tensor<2>, labels: Option<Tensor<2>>) -> Tensor<2> {
    match labels {
        Some(labels) => append(latents, labels),
        None => latents,
    }
}
