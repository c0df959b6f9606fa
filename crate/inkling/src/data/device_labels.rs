use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::device::upload::{floats, ints};

/// The labels of images: on the device, where a training step gathers those of its batch, and here.
#[derive(Debug, Clone)]
pub(super) struct DeviceLabels {
    values: Arc<[u8]>,
    /// `[images]`.
    indices: Tensor<1, Int>,
}

impl DeviceLabels {
    /// Uploads the labels of all images.
    pub(super) fn new(labels: &[u8], device: &Device) -> Self {
        let indices: Vec<i32> = labels.iter().map(|&label| label.into()).collect();
        let indices = ints(TensorData::new(indices, [labels.len()]), device);
        Self { values: labels.into(), indices }
    }

    /// All of them, `[images]`.
    pub(super) fn indices(&self) -> Tensor<1, Int> {
        self.indices.clone()
    }

    /// The greatest label.
    pub(super) fn greatest(&self) -> usize {
        self.values.iter().copied().max().unwrap_or_default().into()
    }

    /// Those from `start` on, `count` of them, as one-hot vectors `[count, classes]`.
    pub(super) fn one_hot(
        &self,
        start: usize,
        count: usize,
        classes: usize,
        device: &Device,
    ) -> Tensor<2> {
        let labels = &self.values[start..][..count];
        floats(TensorData::new(one_hot(labels, classes), [count, classes]), device)
    }
}

/// A one-hot vector of `classes` numbers for each label. A label beyond them has only zeros.
pub(crate) fn one_hot(labels: &[u8], classes: usize) -> Vec<f32> {
    let row = |&label: &u8| (0..classes).map(move |class| f32::from(class == usize::from(label)));
    labels.iter().flat_map(row).collect()
}
