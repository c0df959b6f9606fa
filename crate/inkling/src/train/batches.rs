use burn::tensor::{Device, Int, Tensor, TensorData};

use super::step::StepSettings;
use crate::data::DeviceImages;
use crate::device::uniform;
use crate::device::upload::ints;

/// The training images, and the order in which an epoch takes them.
#[derive(Debug)]
pub(super) struct Batches {
    images: DeviceImages,
    order: Tensor<1, Int>,
    size: usize,
}

impl Batches {
    /// Batches of `size` images. `order` has the image indices of all batches, one after the other.
    pub(super) fn new(images: DeviceImages, order: Vec<i32>, size: usize) -> Self {
        let order = upload(order, &images.device());
        Self { images, order, size }
    }

    /// Replaces the order.
    pub(super) fn set_order(&mut self, order: Vec<i32>) {
        self.order = upload(order, &self.images.device());
    }

    /// Where the images are.
    pub(super) fn device(&self) -> Device {
        self.images.device()
    }

    /// The image indices of a step's batch.
    pub(super) fn indices(&self, settings: &StepSettings) -> Tensor<1, Int> {
        self.order.clone().narrow(0, settings.start, self.size)
    }

    /// The labels of the images at `indices`, `[batch, classes]`; `None` for a model without
    /// labels.
    #[cfg(feature = "cpu")]
    pub(super) fn one_hot(&self, indices: Tensor<1, Int>, classes: usize) -> Option<Tensor<2>> {
        self.images.one_hot(indices, classes)
    }

    /// The images at `indices`, `[batch, 784]`: some of them dynamically binarised, the rest grey.
    pub(super) fn images(&self, indices: Tensor<1, Int>, settings: &StepSettings) -> Tensor<2> {
        let images = self.images.gather(indices);
        let [batch, pixels] = images.dims();
        let count = settings.binarised_of(batch);
        if count == 0 {
            return images;
        }
        // Not the seed of the step's sampling noise.
        let draws = uniform(count, pixels, !settings.seed, &self.device());
        let drawn = draws.lower(images.clone().narrow(0, 0, count)).float();
        match batch - count {
            0 => drawn,
            rest => Tensor::cat(vec![drawn, images.narrow(0, count, rest)], 0),
        }
    }
}

fn upload(order: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    let count = order.len();
    ints(TensorData::new(order, [count]), device)
}
