//! What a training step does besides its layers, its [objective](super::objective) and the update
//! of its [parameters](super::parameters): it adds up the losses.
//!
//! Whatever differs from one step to the next lies on the device, in [`Control`]. So all steps are
//! the same commands, which can be recorded once and replayed.

use burn::backend::TensorMetadata;
use burn::tensor::{Bytes, Device};
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::buffers::{bind_and_track, write};
use super::reduce::sum_of_units;
use super::workgroups::noted;
use crate::device::upload::zeros;
use crate::device::webgpu::primitive;
use crate::kernels::constants::{ADAM_BETA_1, ADAM_BETA_2, ADAM_EPSILON};

/// Units of a workgroup.
const UNITS: usize = 64;
/// The most steps that can be queued at a time.
pub(crate) const CAPACITY: usize = 256;
/// Numbers in a row of [`Control::rows`].
const ROW: usize = 10;
/// Where the rows begin. Before them stand the index of the current one, and what all have in
/// common.
const FIRST_ROW: usize = 8;
/// The place before the rows of [`Control::free_bits`].
pub(super) const FREE_BITS: usize = 1;

/// Columns of a row. Whole numbers are exact up to 2^24.
pub(super) const START: usize = 0;
pub(super) const KEY_A: usize = 1;
pub(super) const KEY_B: usize = 2;
pub(super) const NOISE: usize = 3;
pub(super) const BETA: usize = 4;
pub(super) const RATE: usize = 5;
pub(super) const SCALE: usize = 6;
pub(super) const BINARISED: usize = 7;
pub(super) const CODE_RATE: usize = 8;
pub(super) const CODE_SCALE: usize = 9;

/// Adam's constants in single precision; the differences are taken in double precision.
const BETA_1: f32 = ADAM_BETA_1 as f32;
const BETA_2: f32 = ADAM_BETA_2 as f32;
const REST_1: f32 = (1.0 - ADAM_BETA_1) as f32;
const REST_2: f32 = (1.0 - ADAM_BETA_2) as f32;
const EPSILON: f32 = ADAM_EPSILON as f32;

/// What differs from one step to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Row {
    /// Where the batch begins in the order of the images.
    pub(crate) start: usize,
    /// How many of the batch's images are dynamically binarised: the first ones.
    pub(crate) binarised: usize,
    /// Seed of the sampling noise and of the binarised pixels, of which 48 bits count.
    pub(crate) seed: u64,
    /// Factor of the sampling noise: 1, or 0 for none.
    pub(crate) noise: f64,
    /// Weight of the KL.
    pub(crate) beta: f64,
    /// Adam's rate, corrected for the first moment's bias.
    pub(crate) rate: f64,
    /// The factor that corrects the root of the second moment.
    pub(crate) scale: f64,
    /// As `rate`, for the codes of a model without an encoder.
    pub(crate) code_rate: f64,
    /// As `scale`, for the codes.
    pub(crate) code_scale: f64,
}

impl Row {
    fn numbers(self) -> [f32; ROW] {
        let mut row = [0.0; ROW];
        row[START] = self.start as f32;
        row[KEY_A] = (self.seed & 0xFF_FFFF) as f32;
        row[KEY_B] = (self.seed >> 24 & 0xFF_FFFF) as f32;
        row[NOISE] = self.noise as f32;
        row[BETA] = self.beta as f32;
        row[RATE] = self.rate as f32;
        row[SCALE] = self.scale as f32;
        row[BINARISED] = self.binarised as f32;
        row[CODE_RATE] = self.code_rate as f32;
        row[CODE_SCALE] = self.code_scale as f32;
        row
    }
}

/// The settings and the losses of the steps, on the device.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    /// The index of the current row and the free bits, then from [`FIRST_ROW`] on a row for each
    /// queued step.
    pub(super) rows: CubeTensor,
    /// Sums over the steps since they were last read: loss, reconstruction, KL.
    pub(super) sums: CubeTensor,
    /// Nats per latent below which the KL is not pushed down, in the rows that are set next.
    pub(crate) free_bits: f32,
}

impl Control {
    /// No step queued, nothing added up.
    pub(crate) fn new(free_bits: f64, device: &Device) -> Self {
        let zeros = |count: usize| primitive(zeros::<1>([count], device));
        let (rows, sums) = (zeros(FIRST_ROW + CAPACITY * ROW), zeros(3));
        Self { rows, sums, free_bits: free_bits as f32 }
    }

    /// Sets the rows of the next steps. Those beyond [`CAPACITY`] are ignored.
    pub(crate) fn set_rows(&self, rows: &[Row]) {
        let mut numbers = vec![0f32; FIRST_ROW];
        numbers[FREE_BITS] = self.free_bits;
        numbers.extend(rows.iter().take(CAPACITY).flat_map(|row| row.numbers()));
        numbers.resize(FIRST_ROW + CAPACITY * ROW, 0.0);
        write(&self.rows, Bytes::from_elems(numbers));
    }

    /// The settings and the sums.
    #[cfg(feature = "checks")]
    pub(crate) fn all(&self) -> [CubeTensor; 2] {
        [self.rows.clone(), self.sums.clone()]
    }

    /// The sums of the losses, `[3]`.
    pub(crate) fn sums(&self) -> CubeTensor {
        self.sums.clone()
    }

    /// Sets the sums to 0.
    pub(crate) fn clear_sums(&self) {
        write(&self.sums, Bytes::from_elems(vec![0f32; 3]));
    }

    /// A tensor on the device, to allocate others like it.
    pub(crate) fn like(&self) -> &CubeTensor {
        &self.rows
    }
}

/// Adds `weight` times the batch's mean losses to the sums, and makes the next row the current one.
pub(crate) fn add_losses(nats: &CubeTensor, kl: &CubeTensor, weight: f32, control: &Control) {
    add_losses_kernel::launch(
        &nats.client.clone(),
        noted("add losses", CubeCount::Static(1, 1, 1)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(nats),
        bind_and_track(kl),
        bind_and_track(&control.rows),
        bind_and_track(&control.sums),
        nats.shape()[0],
        kl.shape()[0],
        weight,
    );
}

/// A number of the current step's row.
#[cube]
pub(super) fn setting(rows: &[f32], #[comptime] column: usize) -> f32 {
    rows[FIRST_ROW + usize::cast_from(rows[0]) * ROW + column]
}

/// A number after a step of Adam, and both its moments.
#[cube]
pub(super) fn moved(
    value: f32,
    first: f32,
    second: f32,
    gradient: f32,
    rate: f32,
    scale: f32,
) -> (f32, f32, f32) {
    let mean = BETA_1 * first + REST_1 * gradient;
    let square = BETA_2 * second + REST_2 * gradient * gradient;
    (value - rate * mean / (square.sqrt() * scale + EPSILON), mean, square)
}

/// One workgroup.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn add_losses_kernel(
    nats: &[f32],
    kl: &[f32],
    rows: &mut [f32],
    sums: &mut [f32],
    batch: usize,
    latent: usize,
    weight: f32,
) {
    let unit = UNIT_POS_X as usize;
    let free_bits = rows[FREE_BITS];
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
        // Without free bits a KL below 0, which rounding can give, counts as it is.
        if free_bits > 0.0f32 {
            // Unlike max, this keeps NaN.
            some_penalty += select(nats < free_bits, free_bits, nats);
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
