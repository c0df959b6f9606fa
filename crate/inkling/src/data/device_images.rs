use burn::tensor::{Device, Int, Tensor, TensorData};

use super::dataset::Split;
use super::device_labels::DeviceLabels;
#[cfg(feature = "cpu")]
use super::device_labels::one_hot;
#[cfg(feature = "cpu")]
use crate::device::upload::floats;
use crate::device::upload::ints;
#[cfg(feature = "webgpu")]
use crate::device::webgpu::{int, tensor};
use crate::device::{Kind, largest_buffer};
#[cfg(feature = "cpu")]
use crate::kernels::cpu::nodes;
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::gather::{PackedImages, gather};
use crate::{Error, PIXELS, Result};

/// Four grey levels are packed in one 32-bit word: WebGPU has no 8-bit storage, and 60,000 images
/// of 32-bit floats (188 MB) would not fit the 128 MiB that every device allows for a buffer.
const PACKED: usize = PIXELS / 4;

/// Images on a device, from which batches are gathered there. There may be more of them than fit
/// one of the device's buffers.
#[derive(Debug, Clone)]
pub struct DeviceImages {
    /// Consecutive images, at least one part. The CPU device has a single one.
    parts: Vec<Tensor<2, Int>>,
    labels: Option<DeviceLabels>,
    count: usize,
    device: Device,
}

impl DeviceImages {
    /// Uploads images, 784 grey levels each. Pixels after the last whole image are left out.
    pub fn new(pixels: &[u8], device: &Device) -> Self {
        let (count, most) = (pixels.len() / PIXELS, largest_buffer(device));
        let upload = |pixels: &[u8]| {
            let words =
                pixels.chunks_exact(4).map(|c| i32::from_le_bytes([c[0], c[1], c[2], c[3]]));
            let words = TensorData::new(words.collect::<Vec<_>>(), [pixels.len() / PIXELS, PACKED]);
            ints(words, device)
        };
        let pixels = &pixels[..count * PIXELS];
        let parts = match count {
            0 => vec![upload(pixels)],
            _ => pixels.chunks((most / PIXELS).clamp(1, count) * PIXELS).map(upload).collect(),
        };
        Self { parts, labels: None, count, device: device.clone() }
    }

    /// Uploads a split's images, and their labels if it has any, which a conditional model needs.
    pub fn of(split: &Split, device: &Device) -> Self {
        let labels = split.labels().map(|labels| DeviceLabels::new(labels, device));
        Self { labels, ..Self::new(split.pixels(), device) }
    }

    /// Whether a model of `classes` labels, 0 if it is not conditional, can take these images.
    ///
    /// # Errors
    /// A conditional model, and no labels ([`Error::NeedsLabels`]) or labels that it has not
    /// ([`Error::UnknownLabel`]).
    pub fn check_labels(&self, classes: usize) -> Result<()> {
        match &self.labels {
            _ if classes == 0 => Ok(()),
            None => Err(Error::NeedsLabels),
            Some(labels) => match labels.greatest() {
                found if found < classes => Ok(()),
                found => Err(Error::UnknownLabel { found, labels: classes }),
            },
        }
    }

    /// The labels, `[images]`, if there are any.
    pub(crate) fn labels(&self) -> Option<Tensor<1, Int>> {
        self.labels.as_ref().map(DeviceLabels::indices)
    }

    /// The labels of the images at `indices` `[batch]` as one-hot vectors `[batch, classes]`;
    /// `None` for a model without labels. They must have been [checked](Self::check_labels).
    #[cfg(feature = "cpu")]
    pub(crate) fn one_hot(&self, indices: Tensor<1, Int>, classes: usize) -> Option<Tensor<2>> {
        let labels = self.labels().filter(|_| classes > 0)?.select(0, indices);
        let each: Vec<u8> = (0..classes as u8).collect();
        let rows =
            floats(TensorData::new(one_hot(&each, classes), [classes, classes]), &self.device);
        Some(rows.select(0, labels))
    }

    /// As [`one_hot`](Self::one_hot), of the images from `start` on, at most `count` of them.
    pub(crate) fn one_hot_slice(
        &self,
        start: usize,
        count: usize,
        classes: usize,
    ) -> Option<Tensor<2>> {
        let labels = self.labels.as_ref().filter(|_| classes > 0)?;
        let count = count.min(self.count.saturating_sub(start));
        Some(labels.one_hot(start, count, classes, &self.device))
    }

    /// Number of images.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The device that holds them.
    pub fn device(&self) -> Device {
        self.device.clone()
    }

    /// The images at `indices` `[batch]` as grey levels in 0..=1, `[batch, 784]`. An index past the
    /// end gives an undefined image.
    pub fn gather(&self, indices: Tensor<1, Int>) -> Tensor<2> {
        match Kind::of(&self.device) {
            #[cfg(feature = "cpu")]
            Kind::Cpu => nodes::unpack(self.parts[0].clone().select(0, indices)),
            #[cfg(feature = "webgpu")]
            Kind::WebGpu => {
                let [batch] = indices.dims();
                tensor(gather(&self.packed(), &int(indices), batch, None))
            }
        }
    }

    /// The images from `start` on, at most `count` of them, `[count, 784]`.
    ///
    /// # Panics
    /// If there are none from `start` on, or `count` is 0.
    pub fn slice(&self, start: usize, count: usize) -> Tensor<2> {
        let start = start.min(self.count);
        let count = count.min(self.count - start);
        match Kind::of(&self.device) {
            #[cfg(feature = "cpu")]
            Kind::Cpu => nodes::unpack(self.parts[0].clone().narrow(0, start, count)),
            #[cfg(feature = "webgpu")]
            Kind::WebGpu => {
                let indices: Vec<i32> = (start as i32..).take(count).collect();
                self.gather(ints(TensorData::new(indices, [count]), &self.device))
            }
        }
    }

    /// The images as the WebGPU kernels read them.
    #[cfg(feature = "webgpu")]
    pub(crate) fn packed(&self) -> PackedImages {
        PackedImages::new(self.parts.iter().cloned().map(int).collect())
    }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use super::*;
    use futures_lite::future::block_on;

    #[test]
    fn images_survive_the_way_to_the_device_and_back() {
        let pixels: Vec<u8> = (0..7 * PIXELS).map(|i| (i * 31 % 256) as u8).collect();
        let device = crate::device::cpu();
        let images = DeviceImages::new(&pixels, &device);
        let indices = Tensor::from_data(TensorData::new(vec![5i32, 0, 6], [3]), &device);
        let back = block_on(crate::device::read(images.gather(indices))).expect("read");
        let image = |i: usize| pixels[i * PIXELS..][..PIXELS].iter().map(|&p| f32::from(p) / 255.0);
        assert_eq!(back, [5, 0, 6].into_iter().flat_map(image).collect::<Vec<_>>());
        assert_eq!(images.slice(5, 10).dims(), [2, PIXELS]);
        assert_eq!(images.count(), 7);
    }

    #[test]
    fn there_may_be_no_image() {
        assert_eq!(DeviceImages::new(&[7; PIXELS - 1], &crate::device::cpu()).count(), 0);
    }
}
