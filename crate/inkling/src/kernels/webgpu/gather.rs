//! Gathers a batch's images, which are unpacked, and its labels.

use burn::backend::TensorMetadata;
use burn::tensor::DType;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::buffers::{alloc, bind_and_track};
use super::noise::uniform;
use super::step::{BINARISED, Control, KEY_A, KEY_B, START, setting};
use super::workgroups::{groups, noted, position};
use crate::PIXELS;

/// Units of a workgroup.
const UNITS: usize = 64;
/// Numbers of an image: four grey levels in each.
const PACKED: usize = PIXELS / 4;

/// Consecutive images in one or more buffers, `[images, 196]` each: a data set may be larger than
/// the largest buffer that a device can bind.
#[derive(Debug, Clone)]
pub(crate) struct PackedImages {
    parts: Vec<CubeTensor>,
}

impl PackedImages {
    /// Images in these buffers, of which there must be at least one.
    pub(crate) fn new(parts: Vec<CubeTensor>) -> Self {
        Self { parts }
    }
}

/// A batch's images, `[batch, 784]`, as grey levels in 0..=1, or dynamically binarised: 1 with the
/// grey level as probability, otherwise 0, drawn anew in each step (Burda et al. 2016, section 5).
///
/// `order` has the indices of the images. The current step's row says where the batch begins and
/// how many are binarised; without `control` it begins at the first index, and all are grey. An
/// index past the last image gives an undefined image.
///
/// One kernel for each buffer of the images, so nearly always one.
pub(crate) fn gather(
    images: &PackedImages,
    order: &CubeTensor,
    batch: usize,
    control: Option<&Control>,
) -> CubeTensor {
    let batch_images = floats(order, [batch, PIXELS], control);
    let mut first = 0;
    for part in &images.parts {
        let count = part.shape()[0];
        gather_kernel::launch(
            &batch_images.client.clone(),
            noted("gather", groups(batch * PACKED, UNITS)),
            CubeDim::new_1d(UNITS as u32),
            bind_and_track(part),
            bind_and_track(order),
            control.map(|control| bind_and_track(&control.rows)).into(),
            bind_and_track(&batch_images),
            first,
            count,
            batch * PACKED,
        );
        first += count;
    }
    batch_images
}

/// A batch's labels as one weight for each class, `[batch, classes]`: 1 for the image's class, 0
/// for the others. `labels` has the class of each image, and a label that is no class has no
/// weight. For `order` and `control` see [`gather`].
pub(crate) fn one_hot(
    labels: &CubeTensor,
    order: &CubeTensor,
    [batch, classes]: [usize; 2],
    control: Option<&Control>,
) -> CubeTensor {
    let weights = floats(order, [batch, classes], control);
    one_hot_kernel::launch(
        &weights.client.clone(),
        noted("one hot", groups(batch * classes, UNITS)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(labels),
        bind_and_track(order),
        control.map(|control| bind_and_track(&control.rows)).into(),
        bind_and_track(&weights),
        classes,
        batch * classes,
    );
    weights
}

/// Memory for a batch of floats.
fn floats(order: &CubeTensor, shape: [usize; 2], control: Option<&Control>) -> CubeTensor {
    match control {
        Some(control) => alloc(&control.rows, shape),
        None => {
            let (client, device) = (order.client.clone(), order.device.clone());
            empty_device_contiguous_dtype(client, device, shape.into(), DType::F32)
        }
    }
}

/// Writes those images of the batch that lie in this part: `part_count` images from
/// `part_first` on.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn gather_kernel(
    part: &[i32],
    order: &[i32],
    rows: ComptimeOption<&[f32]>,
    images: &mut [f32],
    part_first: usize,
    part_count: usize,
    count: usize,
) {
    let at = position();
    if at < count {
        let mut start = 0usize;
        let mut binarised = 0usize;
        let mut key_a = 0u32;
        let mut key_b = 0u32;
        #[comptime]
        if let ComptimeOption::Some(rows) = rows {
            start = usize::cast_from(setting(rows, START));
            binarised = usize::cast_from(setting(rows, BINARISED));
            // Other keys than those of the noise that is added to the latents.
            key_a = u32::cast_from(setting(rows, KEY_A)) ^ 0xFF_FFFFu32;
            key_b = u32::cast_from(setting(rows, KEY_B)) ^ 0xFF_FFFFu32;
        }
        let image = usize::cast_from(order[start + at / PACKED]);
        if image >= part_first && image < part_first + part_count {
            let word = part[(image - part_first) * PACKED + at % PACKED];
            let four = u32::reinterpret(word);
            #[unroll]
            for i in 0u32..4u32 {
                let level = (four >> (8u32 * i)) & 255u32;
                let to = at * 4 + i as usize;
                let mut value = f32::cast_from(level) / 255.0f32;
                if at / PACKED < binarised {
                    let draw = uniform(u32::cast_from(to), key_a, key_b);
                    value = select(draw < value, 1.0f32, 0.0f32);
                }
                images[to] = value;
            }
        }
    }
}

#[cube(launch)]
fn one_hot_kernel(
    labels: &[i32],
    order: &[i32],
    rows: ComptimeOption<&[f32]>,
    weights: &mut [f32],
    classes: usize,
    count: usize,
) {
    let at = position();
    if at < count {
        let mut start = 0usize;
        #[comptime]
        if let ComptimeOption::Some(rows) = rows {
            start = usize::cast_from(setting(rows, START));
        }
        let label = labels[usize::cast_from(order[start + at / classes])];
        weights[at] = select(label == i32::cast_from(at % classes), 1.0f32, 0.0f32);
    }
}
