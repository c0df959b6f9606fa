//! The weight's gradient of a convolution between many channels and few. The sum over all places is
//! cut into fixed parts, which [`super::reduce`] adds. A number of the many channels is loaded
//! once, for all taps; if it is the gradient's, it is gated meanwhile, and the bias's gradient
//! comes along.

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::activation::slope;
use super::buffers::{alloc, bind_and_track};
#[cfg(feature = "checks")]
use super::cost::{Work, noted_work};
use super::direct::{Direct, SUMS, UNITS, load_few, weight_at};
use super::window::block;
use crate::kernels::activation::Activation;

/// The most parts of the sum.
const PARTS: usize = 64;
/// A unit's sums in workgroup memory are so far apart that units use different banks.
const APART: usize = UNITS + 1;

impl Direct {
    /// Channels of the many whose sums a unit keeps.
    fn together(self) -> usize {
        (SUMS / self.weights()).clamp(1, self.many)
    }
}

/// Parts of the gradient of the weight, `[parts, narrow channels, wide channels * taps]`. `many`
/// and `few` are the images with many and with few channels.
pub(super) fn weight_gradient_parts(
    plan: Direct,
    many: &CubeTensor,
    few: &CubeTensor,
    sizes: [usize; 2],
) -> CubeTensor {
    launch(plan, many, None, few, sizes, None)
}

/// The same where the gradient has the many channels and has yet to be multiplied by the
/// activation's slope; and parts of the gradient of the bias, `[parts, channels]`.
pub(super) fn gated_gradient_parts(
    plan: Direct,
    gradient: &CubeTensor,
    gate: Option<(Activation, &CubeTensor)>,
    images: &CubeTensor,
    sizes: [usize; 2],
) -> (CubeTensor, CubeTensor) {
    let bias_parts = alloc(gradient, [Parts::of(plan, gradient).count, plan.many]);
    (launch(plan, gradient, gate, images, sizes, Some(&bias_parts)), bias_parts)
}

/// How the sum over all blocks is cut.
struct Parts {
    blocks: usize,
    /// Blocks that each unit adds up.
    rounds: usize,
    count: usize,
}

impl Parts {
    fn of(plan: Direct, many: &CubeTensor) -> Self {
        let blocks = many.shape()[0] * plan.window.blocks();
        let rounds = blocks.div_ceil(UNITS).div_ceil(PARTS).max(1);
        Self { blocks, rounds, count: blocks.div_ceil(UNITS * rounds).max(1) }
    }
}

fn launch(
    plan: Direct,
    many: &CubeTensor,
    gate: Option<(Activation, &CubeTensor)>,
    few: &CubeTensor,
    [rows, columns]: [usize; 2],
    bias_parts: Option<&CubeTensor>,
) -> CubeTensor {
    let Parts { blocks, rounds, count } = Parts::of(plan, many);
    let parts = alloc(many, [count, rows, columns]);
    let channels = plan.many.div_ceil(plan.together());
    let count = CubeCount::Static(channels as u32, count as u32, 1);
    #[cfg(feature = "checks")]
    let count = {
        let work = work(plan, blocks, rounds, gate.is_some());
        noted_work("few channels, weight gradient", work, count)
    };
    few_weight_gradient_kernel::launch(
        &many.client.clone(),
        count,
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(many),
        gate.map(|(_, tensor)| bind_and_track(tensor)).into(),
        bind_and_track(few),
        bind_and_track(&parts),
        bias_parts.map(bind_and_track).into(),
        blocks,
        rounds,
        plan,
        gate.map_or(Activation::None, |(activation, _)| activation),
    );
    parts
}

#[cfg(feature = "checks")]
fn work(plan: Direct, blocks: usize, rounds: usize, gated: bool) -> Work {
    let (height, channels) = (plan.window.block(), plan.many.div_ceil(plan.together()));
    let each = if gated { 2 * height } else { height };
    Work {
        units: UNITS,
        multiplications: blocks * plan.many * plan.weights() * height,
        loads: blocks * (channels * plan.numbers() + plan.many * each),
        shared_loads: blocks.div_ceil(rounds) * plan.many * plan.weights(),
        rounds: rounds + 1,
    }
}

/// A workgroup for each part and each few of the many channels. Each unit adds up over blocks; then
/// the units' sums are added in their order.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn few_weight_gradient_kernel(
    many_images: &[f32],
    gate: ComptimeOption<&[f32]>,
    few_images: &[f32],
    parts: &mut [f32],
    mut bias_parts: ComptimeOption<&mut [f32]>,
    blocks: usize,
    rounds: usize,
    #[comptime] plan: Direct,
    #[comptime] activation: Activation,
) {
    let (window, many, few) = comptime!((plan.window, plan.many, plan.few));
    let (kernel, stride) = comptime!((window.kernel, window.stride));
    let (height, taps, each) = comptime!((window.block(), window.taps(), plan.weights()));
    let together = comptime!(plan.together());
    let weights = comptime!(together * each);
    // After the sums of the weights come those of the bias.
    let count = if comptime!(bias_parts.is_some()) { weights + together } else { weights };
    let unit = UNIT_POS_X as usize;
    let (first, part) = (CUBE_POS_X as usize * together, CUBE_POS_Y as usize);
    let mut sums = Array::<f32>::new(count);
    #[unroll]
    for i in 0usize..count {
        sums[i] = 0.0f32;
    }
    let mut numbers = Array::<f32>::new(comptime!(plan.numbers()));
    let mut own = Array::<f32>::new(height);
    for round in 0usize..rounds {
        let index = (part * rounds + round) * UNITS + unit;
        if index < blocks {
            let block = block(index, window);
            load_few(few_images, &block, &mut numbers, plan);
            #[unroll]
            for c in 0usize..together {
                let side = comptime!(window.side);
                let at = ((block.image * many + first + c) * side + block.y) * side + block.x;
                #[unroll]
                for place in 0usize..height {
                    let mut number = 0.0f32;
                    if first + c < many && block.y + place < side {
                        number = many_images[at + comptime!(place * side)];
                        #[comptime]
                        if let ComptimeOption::Some(gate) = &gate {
                            number *= slope(gate[at + comptime!(place * side)], activation);
                        }
                    }
                    own[place] = number;
                    if comptime!(count > weights) {
                        sums[comptime!(weights + c)] += number;
                    }
                }
                #[unroll]
                for i in 0usize..each {
                    let (f, tap) = comptime!((i / taps, i % taps));
                    #[unroll]
                    for place in 0usize..height {
                        let line = comptime!(place * stride + tap / kernel);
                        let at = comptime!(f * window.numbers() + line * kernel + tap % kernel);
                        sums[comptime!(c * each + i)] += own[place] * numbers[at];
                    }
                }
            }
        }
    }
    let mut shared = Shared::<[f32]>::new_slice(comptime!(count * APART));
    #[unroll]
    for i in 0usize..count {
        shared[comptime!(i * APART) + unit] = sums[i];
    }
    sync_cube();
    let mut i = unit;
    while i < count {
        let mut sum = 0.0f32;
        for other in 0usize..UNITS {
            sum += shared[i * APART + other];
        }
        let channel = first + select(i < weights, i / each, i - weights);
        if channel < many {
            if i < weights {
                let at = weight_at(channel, i % each / taps, i % taps, plan);
                parts[part * comptime!(many * few * taps) + at] = sum;
            } else {
                #[comptime]
                if let ComptimeOption::Some(bias_parts) = &mut bias_parts {
                    bias_parts[part * many + channel] = sum;
                }
            }
        }
        i += UNITS;
    }
}
