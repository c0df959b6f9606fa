//! The layers that are computed [directly](super::direct), forward and for the gradient of the
//! input. Weights lie in workgroup memory.

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::activation::activated;
use super::buffers::bind_and_track;
#[cfg(feature = "checks")]
use super::cost::{Work, noted_work};
use super::direct::{Direct, UNITS, load_few, weight_at};
use super::plan::Extras;
use super::window::{Block, Window, block, frame, load};
use super::workgroups::{groups, position};
use crate::kernels::activation::Activation;
use crate::kernels::geometry::Direction;

/// Units that share a block's sums over many channels.
const GROUPS: usize = 4;
/// Channels that a unit computes, one after the other, of a layer to many channels.
const CHANNELS: usize = 8;

/// `activation(convolution + bias + residual)` into `out`.
pub(super) fn convolve(
    plan: Direct,
    direction: Direction,
    images: &CubeTensor,
    weight: &CubeTensor,
    out: &CubeTensor,
    extras: &Extras<'_>,
) {
    let blocks = images.shape()[0] * plan.window.blocks();
    if plan.is_to_few(direction) {
        let count = groups(blocks, UNITS);
        #[cfg(feature = "checks")]
        let count = noted_work("convolution to few channels", to_few_work(plan, blocks), count);
        to_few_kernel::launch(
            &out.client.clone(),
            count,
            CubeDim::new_2d(UNITS as u32, GROUPS as u32),
            bind_and_track(images),
            bind_and_track(weight),
            extras.bias.map(bind_and_track).into(),
            extras.residual.map(bind_and_track).into(),
            bind_and_track(out),
            extras.pre_activation.map(bind_and_track).into(),
            blocks,
            plan,
        );
    } else {
        let count = layered(groups(blocks, UNITS), plan.many.div_ceil(CHANNELS));
        #[cfg(feature = "checks")]
        let count = noted_work("convolution of few channels", to_many_work(plan, blocks), count);
        to_many_kernel::launch(
            &out.client.clone(),
            count,
            CubeDim::new_1d(UNITS as u32),
            bind_and_track(images),
            bind_and_track(weight),
            extras.bias.map(bind_and_track).into(),
            extras.residual.map(bind_and_track).into(),
            bind_and_track(out),
            extras.pre_activation.map(bind_and_track).into(),
            blocks,
            plan,
        );
    }
}

/// The launch so many times, along z.
fn layered(count: CubeCount, layers: usize) -> CubeCount {
    match count {
        CubeCount::Static(x, y, _) => CubeCount::Static(x, y, layers as u32),
        dynamic => dynamic,
    }
}

#[cfg(feature = "checks")]
fn to_few_work(plan: Direct, blocks: usize) -> Work {
    let (window, channels) = (plan.window, plan.many.div_ceil(GROUPS));
    Work {
        units: UNITS * GROUPS,
        multiplications: blocks * plan.many * plan.weights() * window.block(),
        loads: blocks * plan.many * window.numbers(),
        shared_loads: blocks * plan.many * plan.weights(),
        rounds: 1 + channels,
    }
}

#[cfg(feature = "checks")]
fn to_many_work(plan: Direct, blocks: usize) -> Work {
    let layers = plan.many.div_ceil(CHANNELS);
    Work {
        units: UNITS,
        multiplications: blocks * plan.many * plan.weights() * plan.window.block(),
        loads: blocks * layers * plan.numbers(),
        shared_loads: blocks * plan.many * plan.weights(),
        rounds: 2,
    }
}

/// The weights of channels from `first` on, into workgroup memory: for each of the many channels
/// those of each of the few, in the order of the window. `units` units do it together.
#[cube]
fn stage(
    weight: &[f32],
    weights: &mut Shared<[f32]>,
    first: usize,
    #[comptime] channels: usize,
    #[comptime] units: usize,
    #[comptime] plan: Direct,
) {
    let (each, taps) = comptime!((plan.weights(), plan.window.taps()));
    let mut i = UNIT_POS as usize;
    while i < comptime!(channels * each) {
        let channel = first + i / each;
        if channel < comptime!(plan.many) {
            weights[i] = weight[weight_at(channel, i % each / taps, i % taps, plan)];
        }
        i += units;
    }
    sync_cube();
}

/// Adds to the sums of a block's places what a channel's window gives with a weight.
#[cube]
fn add_window(
    numbers: &Array<f32>,
    weights: &Shared<[f32]>,
    weights_at: usize,
    sums: &mut Array<f32>,
    #[comptime] first_number: usize,
    #[comptime] first_sum: usize,
    #[comptime] window: Window,
) {
    let (kernel, stride) = comptime!((window.kernel, window.stride));
    #[unroll]
    for y in 0usize..kernel {
        #[unroll]
        for x in 0usize..kernel {
            let weight = weights[weights_at + comptime!(y * kernel + x)];
            #[unroll]
            for place in 0usize..comptime!(window.block()) {
                let number = comptime!(first_number + (place * stride + y) * kernel + x);
                sums[comptime!(first_sum + place)] += weight * numbers[number];
            }
        }
    }
}

/// Finishes a number and writes it.
#[cube]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn finish(
    sum: f32,
    channel: usize,
    at: usize,
    bias: &ComptimeOption<&[f32]>,
    residual: &ComptimeOption<&[f32]>,
    out: &mut [f32],
    pre_activation: &mut ComptimeOption<&mut [f32]>,
    #[comptime] activation: Activation,
) {
    let mut value = sum;
    #[comptime]
    if let ComptimeOption::Some(bias) = bias {
        value += bias[channel];
    }
    #[comptime]
    if let ComptimeOption::Some(residual) = residual {
        value += residual[at];
    }
    #[comptime]
    if let ComptimeOption::Some(pre_activation) = pre_activation {
        pre_activation[at] = value;
    }
    out[at] = activated(value, activation);
}

/// Where a block's place lies in the images of so many channels.
#[cube]
fn place_at(
    block: &Block,
    place: usize,
    channel: usize,
    #[comptime] channels: usize,
    #[comptime] window: Window,
) -> usize {
    let side = comptime!(window.side);
    ((block.image * channels + channel) * side + block.y + place) * side + block.x
}

/// From many channels to few: four units share a block, each with a quarter of the channels. Then
/// each adds the four parts of one place.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn to_few_kernel(
    images: &[f32],
    weight: &[f32],
    bias: ComptimeOption<&[f32]>,
    residual: ComptimeOption<&[f32]>,
    out: &mut [f32],
    mut pre_activation: ComptimeOption<&mut [f32]>,
    blocks: usize,
    #[comptime] plan: Direct,
) {
    let (window, many, few) = comptime!((plan.window, plan.many, plan.few));
    let (height, each) = comptime!((window.block(), plan.weights()));
    let sums_count = comptime!(few * height);
    let mut weights = Shared::<[f32]>::new_slice(comptime!(many * each));
    let mut parts = Shared::<[f32]>::new_slice(comptime!(GROUPS * sums_count * UNITS));
    stage(weight, &mut weights, 0usize.runtime(), many, comptime!(UNITS * GROUPS), plan);
    let (unit, group) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    let index = position();
    let block = block(index, window);
    let mut sums = Array::<f32>::new(sums_count);
    #[unroll]
    for i in 0usize..sums_count {
        sums[i] = 0.0f32;
    }
    if index < blocks {
        let frame = frame(&block, window);
        let mut numbers = Array::<f32>::new(comptime!(window.numbers()));
        let share = comptime!(many.div_ceil(GROUPS));
        let first = group * share;
        for channel in first..min(first + share, many) {
            let plane = comptime!(window.source * window.source);
            let at = (block.image * many + channel) * plane;
            load(images, at, &frame, &mut numbers, 0usize, window);
            #[unroll]
            for f in 0usize..few {
                let weights_at = channel * each + comptime!(f * window.taps());
                let first_sum = comptime!(f * height);
                add_window(&numbers, &weights, weights_at, &mut sums, 0usize, first_sum, window);
            }
        }
    }
    #[unroll]
    for i in 0usize..sums_count {
        parts[(group * sums_count + i) * UNITS + unit] = sums[i];
    }
    sync_cube();
    if index < blocks && group < height && block.y + group < comptime!(window.side) {
        #[unroll]
        for f in 0usize..few {
            let mut sum = 0.0f32;
            #[unroll]
            for g in 0usize..GROUPS {
                sum += parts[(comptime!(g * sums_count + f * height) + group) * UNITS + unit];
            }
            let at = place_at(&block, group, f, few, window);
            let activation = comptime!(plan.activation);
            finish(sum, f, at, &bias, &residual, out, &mut pre_activation, activation);
        }
    }
}

/// From few channels to many: a unit keeps the windows of its block and computes one channel after
/// the other.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn to_many_kernel(
    images: &[f32],
    weight: &[f32],
    bias: ComptimeOption<&[f32]>,
    residual: ComptimeOption<&[f32]>,
    out: &mut [f32],
    mut pre_activation: ComptimeOption<&mut [f32]>,
    blocks: usize,
    #[comptime] plan: Direct,
) {
    let (window, many, few) = comptime!((plan.window, plan.many, plan.few));
    let (height, each) = comptime!((window.block(), plan.weights()));
    let mut weights = Shared::<[f32]>::new_slice(comptime!(CHANNELS * each));
    let first = CUBE_POS_Z as usize * CHANNELS;
    stage(weight, &mut weights, first, CHANNELS, UNITS, plan);
    let index = position();
    if index < blocks {
        let block = block(index, window);
        let mut numbers = Array::<f32>::new(comptime!(plan.numbers()));
        load_few(images, &block, &mut numbers, plan);
        for c in 0usize..min(CHANNELS.runtime(), many - first) {
            let mut sums = Array::<f32>::new(height);
            #[unroll]
            for place in 0usize..height {
                sums[place] = 0.0f32;
            }
            #[unroll]
            for f in 0usize..few {
                let weights_at = c * each + comptime!(f * window.taps());
                let first = comptime!(f * window.numbers());
                add_window(&numbers, &weights, weights_at, &mut sums, first, 0usize, window);
            }
            #[unroll]
            for place in 0usize..height {
                if block.y + place < comptime!(window.side) {
                    let channel = first + c;
                    let at = place_at(&block, place, channel, many, window);
                    let (sum, activation) = (sums[place], comptime!(plan.activation));
                    finish(
                        sum,
                        channel,
                        at,
                        &bias,
                        &residual,
                        out,
                        &mut pre_activation,
                        activation,
                    );
                }
            }
        }
    }
}
