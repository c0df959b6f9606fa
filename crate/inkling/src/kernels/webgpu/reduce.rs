//! Adds the parts of a split product, and sums over whole images.

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::activation::{activated, slope};
use super::buffers::{alloc, bind_and_track};
use super::workgroups::{groups, noted, position};
use crate::kernels::activation::Activation;

const UNITS: usize = 64;
/// Workgroups that share one channel's sum.
const CHUNKS: usize = 32;

/// Adds the parts `[splits, rows, columns]` of a layer's product, its bias `[columns]`, and applies
/// the activation.
pub(super) fn forward(
    parts: &CubeTensor,
    bias: Option<&CubeTensor>,
    out: &CubeTensor,
    pre_activation: Option<&CubeTensor>,
    activation: Activation,
) {
    let shape = parts.shape();
    let (splits, count, columns) = (shape[0], shape[1] * shape[2], shape[2]);
    add_parts_kernel::launch(
        &out.client.clone(),
        noted("add parts", groups(count, UNITS)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(parts),
        bias.map(bind_and_track).into(),
        bind_and_track(out),
        pre_activation.map(bind_and_track).into(),
        count,
        columns,
        splits,
        activation,
    );
}

/// Adds the parts of a convolution's weight gradient, `[splits, ..]`, and of its bias gradient,
/// `[chunks, channels]`.
pub(super) fn gradients(
    weights: &CubeTensor,
    biases: &CubeTensor,
    to_weight: &CubeTensor,
    to_bias: &CubeTensor,
) {
    let (splits, chunks) = (weights.shape()[0], biases.shape()[0]);
    let (weight_count, bias_count) = (to_weight.shape().num_elements(), biases.shape()[1]);
    add_gradient_parts_kernel::launch(
        &to_weight.client.clone(),
        noted("add gradient parts", groups(weight_count + bias_count, UNITS)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(weights),
        bind_and_track(biases),
        bind_and_track(to_weight),
        bind_and_track(to_bias),
        weight_count,
        bias_count,
        splits,
        chunks,
    );
}

/// The gradient `[batch, channels, side, side]` times the activation's slope (unchanged if there is
/// no activation), and partial sums of its channels, `[chunks, channels]`.
pub(super) fn gate_and_sum(
    gradient: &CubeTensor,
    gate: Option<(Activation, &CubeTensor)>,
) -> (CubeTensor, CubeTensor) {
    let shape = gradient.shape();
    let (batch, channels, places) = (shape[0], shape[1], shape[2] * shape[3]);
    let images = batch.div_ceil(CHUNKS).max(1);
    let chunks = batch.div_ceil(images).max(1);
    let sums = alloc(gradient, [chunks, channels]);
    let gated = match gate {
        Some(_) => alloc(gradient, shape),
        None => gradient.clone(),
    };
    gate_and_sum_kernel::launch(
        &gradient.client.clone(),
        noted("gate and sum", CubeCount::Static(channels as u32, chunks as u32, 1)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(gradient),
        gate.map(|(_, tensor)| bind_and_track(tensor)).into(),
        gate.map(|_| bind_and_track(&gated)).into(),
        bind_and_track(&sums),
        batch,
        channels,
        places,
        images,
        gate.map_or(Activation::None, |(activation, _)| activation),
    );
    (gated, sums)
}

/// The workgroup's sum of `value`, the same for every unit. A workgroup has 64 units.
#[cube]
pub(super) fn sum_of_units(value: f32) -> f32 {
    let mut shared = Shared::<[f32]>::new_slice(UNITS);
    let unit = UNIT_POS_X as usize;
    shared[unit] = value;
    sync_cube();
    let mut width = (UNITS / 2).runtime();
    while width > 0 {
        if unit < width {
            let other = shared[unit + width];
            shared[unit] += other;
        }
        sync_cube();
        width /= 2;
    }
    let sum = shared[0];
    sync_cube();
    sum
}

#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn add_parts_kernel(
    parts: &[f32],
    bias: ComptimeOption<&[f32]>,
    out: &mut [f32],
    mut pre_activation: ComptimeOption<&mut [f32]>,
    count: usize,
    columns: usize,
    splits: usize,
    #[comptime] activation: Activation,
) {
    let at = position();
    if at < count {
        let mut sum = 0.0f32;
        for split in 0usize..splits {
            sum += parts[split * count + at];
        }
        #[comptime]
        if let ComptimeOption::Some(bias) = &bias {
            sum += bias[at % columns];
        }
        #[comptime]
        if let ComptimeOption::Some(pre_activation) = &mut pre_activation {
            pre_activation[at] = sum;
        }
        out[at] = activated(sum, activation);
    }
}

#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn add_gradient_parts_kernel(
    weights: &[f32],
    biases: &[f32],
    to_weight: &mut [f32],
    to_bias: &mut [f32],
    weight_count: usize,
    bias_count: usize,
    splits: usize,
    chunks: usize,
) {
    let at = position();
    if at < weight_count {
        let mut sum = 0.0f32;
        for split in 0usize..splits {
            sum += weights[split * weight_count + at];
        }
        to_weight[at] = sum;
    } else if at < weight_count + bias_count {
        let mut sum = 0.0f32;
        for chunk in 0usize..chunks {
            sum += biases[chunk * bias_count + at - weight_count];
        }
        to_bias[at - weight_count] = sum;
    }
}

/// One workgroup for each channel and chunk of images.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn gate_and_sum_kernel(
    gradient: &[f32],
    gate: ComptimeOption<&[f32]>,
    mut gated: ComptimeOption<&mut [f32]>,
    sums: &mut [f32],
    batch: usize,
    channels: usize,
    places: usize,
    images: usize,
    #[comptime] activation: Activation,
) {
    let (channel, chunk) = (CUBE_POS_X as usize, CUBE_POS_Y as usize);
    let first = chunk * images;
    let last = min(first + images, batch);
    let mut sum = 0.0f32;
    for image in first..last {
        let base = (image * channels + channel) * places;
        let mut place = UNIT_POS_X as usize;
        while place < places {
            let at = base + place;
            let mut value = gradient[at];
            #[comptime]
            if let ComptimeOption::Some(gate) = &gate {
                value *= slope(gate[at], activation);
            }
            #[comptime]
            if let ComptimeOption::Some(gated) = &mut gated {
                gated[at] = value;
            }
            sum += value;
            place += UNITS;
        }
    }
    let total = sum_of_units(sum);
    if UNIT_POS_X == 0 {
        sums[chunk * channels + channel] = total;
    }
}
