//! What a training step does besides its layers and its [objective](super::objective), a kernel each: gather the batch, move the weights, count.
//!
//! Everything that differs from one step to the next lies in [`Control`] on the device, so that a step is the same commands each
//! time and can be recorded once and replayed.

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::buffers::{alloc, arg, groups};
use super::reduce::sum_of_units;
use crate::PIXELS;

/// Units of a workgroup.
const UNITS: usize = 64;

/// Numbers of a step's row in [`Control::rows`].
pub(crate) const ROW: usize = 8;
/// Where the rows begin; before them stands the number of the present one.
pub(crate) const FIRST_ROW: usize = 8;
/// Columns of a row: where the batch begins in the order, the noise's two keys and its scale, beta, Adam's rate with its bias corrected, and the factor that
/// corrects the second moment's root. Whole numbers are exact up to 2^24.
const START: usize = 0;
pub(crate) const KEY_A: usize = 1;
pub(crate) const KEY_B: usize = 2;
pub(crate) const NOISE: usize = 3;
pub(crate) const BETA: usize = 4;
const RATE: usize = 5;
const SCALE: usize = 6;

/// One step's row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    pub(crate) start: usize,
    pub(crate) seed: u64,
    pub(crate) noise: f32,
    pub(crate) beta: f32,
    pub(crate) rate: f32,
    pub(crate) scale: f32,
}

impl Row {
    pub(crate) fn numbers(self) -> [f32; ROW] {
        let mut row = [0.0; ROW];
        row[START] = self.start as f32;
        row[KEY_A] = (self.seed & 0xFF_FFFF) as f32;
        row[KEY_B] = (self.seed >> 24 & 0xFF_FFFF) as f32;
        row[NOISE] = self.noise;
        row[BETA] = self.beta;
        row[RATE] = self.rate;
        row[SCALE] = self.scale;
        row
    }
}

/// What steers the steps.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    /// The number of the present row, then from [`FIRST_ROW`] on a row of [`ROW`] numbers for each step to come.
    pub(crate) rows: CubeTensor,
    /// Sums over the steps since they were last read: loss, reconstruction, KL.
    pub(crate) sums: CubeTensor,
    /// Nats per latent below which the KL is not pushed down.
    pub(crate) free_bits: f32,
}

/// The batch's images as grey levels in 0..=1, `[batch, 784]`, from four of them to a word.
pub(crate) fn gather(
    words: &CubeTensor,
    order: &CubeTensor,
    batch: usize,
    control: &Control,
) -> CubeTensor {
    let images = alloc(&control.rows, [batch, PIXELS]);
    gather_kernel::launch(
        &images.client.clone(),
        groups(batch * PIXELS / 4, UNITS),
        CubeDim::new_1d(UNITS as u32),
        arg(words),
        arg(order),
        arg(&control.rows),
        arg(&images),
        batch * PIXELS / 4,
    );
    images
}

/// One tensor that Adam moves.
#[derive(Debug, Clone)]
pub(crate) struct Moved {
    pub(crate) value: CubeTensor,
    /// Both moments, one after the other: twice as many numbers.
    pub(crate) moments: CubeTensor,
}

/// Moves `values` by Adam (Kingma and Ba 2015, algorithm 1), two of them with a kernel: a WebGPU device binds eight buffers for sure.
pub(crate) fn adam(values: &[Moved], gradients: &[CubeTensor], control: &Control) {
    for (values, gradients) in values.chunks(2).zip(gradients.chunks(2)) {
        let ([first, ..], [to_first, ..]) = (values, gradients) else { continue };
        let count = |moved: &Moved| moved.value.shape().num_elements();
        let second = values.get(1).zip(gradients.get(1));
        let second_count = second.map_or(0, |(moved, _)| count(moved));
        adam_kernel::launch(
            &first.value.client.clone(),
            groups(count(first) + second_count, UNITS),
            CubeDim::new_1d(UNITS as u32),
            arg(&first.value),
            arg(to_first),
            arg(&first.moments),
            second.map(|(moved, _)| arg(&moved.value)).into(),
            second.map(|(_, gradient)| arg(gradient)).into(),
            second.map(|(moved, _)| arg(&moved.moments)).into(),
            arg(&control.rows),
            count(first),
            second_count,
        );
    }
}

/// Adds the batch's mean losses, `weight` times, to the sums and goes on to the next row.
pub(crate) fn count(nats: &CubeTensor, kl: &CubeTensor, weight: f32, control: &Control) {
    count_kernel::launch(
        &nats.client.clone(),
        CubeCount::Static(1, 1, 1),
        CubeDim::new_1d(UNITS as u32),
        arg(nats),
        arg(kl),
        arg(&control.rows),
        arg(&control.sums),
        nats.shape()[0],
        kl.shape()[0],
        weight,
        control.free_bits,
    );
}

/// A number of the present step's row.
#[cube]
pub(crate) fn setting(rows: &[f32], #[comptime] column: usize) -> f32 {
    rows[FIRST_ROW + usize::cast_from(rows[0]) * ROW + column]
}

#[cube(launch)]
fn gather_kernel(words: &[i32], order: &[i32], rows: &[f32], images: &mut [f32], count: usize) {
    let at = ABSOLUTE_POS_X as usize;
    if at < count {
        let words_each = comptime!(PIXELS / 4);
        let start = usize::cast_from(setting(rows, START));
        let image = usize::cast_from(order[start + at / words_each]);
        let word = u32::reinterpret(words[image * words_each + at % words_each]);
        #[unroll]
        for i in 0u32..4u32 {
            let level = (word >> (8u32 * i)) & 255u32;
            images[at * 4 + i as usize] = f32::cast_from(level) / 255.0f32;
        }
    }
}

#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn adam_kernel(
    first: &mut [f32],
    to_first: &[f32],
    first_moments: &mut [f32],
    second: ComptimeOption<&mut [f32]>,
    to_second: ComptimeOption<&[f32]>,
    second_moments: ComptimeOption<&mut [f32]>,
    rows: &[f32],
    first_count: usize,
    second_count: usize,
) {
    let at = ABSOLUTE_POS_X as usize;
    let (rate, scale) = (setting(rows, RATE), setting(rows, SCALE));
    if at < first_count {
        moved(first, to_first, first_moments, at, first_count, rate, scale);
    } else if at < first_count + second_count {
        #[comptime]
        if let ComptimeOption::Some(second) = second {
            #[comptime]
            if let ComptimeOption::Some(to_second) = to_second {
                #[comptime]
                if let ComptimeOption::Some(second_moments) = second_moments {
                    let at = at - first_count;
                    moved(second, to_second, second_moments, at, second_count, rate, scale);
                }
            }
        }
    }
}

#[cube]
fn moved(
    values: &mut [f32],
    gradient: &[f32],
    moments: &mut [f32],
    at: usize,
    count: usize,
    rate: f32,
    scale: f32,
) {
    let g = gradient[at];
    let mean = 0.9f32 * moments[at] + 0.1f32 * g;
    let square = 0.999f32 * moments[count + at] + 0.001f32 * g * g;
    moments[at] = mean;
    moments[count + at] = square;
    values[at] -= rate * mean / (square.sqrt() * scale + 1e-8f32);
}

/// One workgroup.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn count_kernel(
    nats: &[f32],
    kl: &[f32],
    rows: &mut [f32],
    sums: &mut [f32],
    batch: usize,
    latent: usize,
    weight: f32,
    free_bits: f32,
) {
    let unit = UNIT_POS_X as usize;
    let mut some = 0.0f32;
    let mut image = unit;
    while image < batch {
        some += nats[image];
        image += UNITS;
    }
    let reconstruction = sum_of_units(some) / f32::cast_from(batch);
    let mut some_kl = 0.0f32;
    let mut some_penalty = 0.0f32;
    let mut column = unit;
    while column < latent {
        let nats = kl[column];
        some_kl += nats;
        // Free bits of 0 are none: then a KL below 0, which rounding can give, counts as it is.
        if free_bits > 0.0f32 {
            some_penalty += max(nats, free_bits);
        } else {
            some_penalty += nats;
        }
        column += UNITS;
    }
    let divergence = sum_of_units(some_kl);
    let penalty = sum_of_units(some_penalty);
    if unit == 0 {
        let beta = rows[FIRST_ROW + usize::cast_from(rows[0]) * ROW + BETA];
        sums[0] += weight * (reconstruction + beta * penalty);
        sums[1] += weight * reconstruction;
        sums[2] += weight * divergence;
        rows[0] += 1.0f32;
    }
}
