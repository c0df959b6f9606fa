//! The codes of a model without an encoder: those of a batch, with what stands for their KL, and
//! their update.

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::buffers::{alloc, bind_and_track};
use super::reduce::sum_of_units;
use super::step::{BETA, CODE_RATE, CODE_SCALE, Control, START, moved, setting};
use super::workgroups::{groups, noted, position};

/// Units of a workgroup.
const UNITS: usize = 64;

/// The codes of all images, `[images, latent]`, and Adam's moments of each.
#[derive(Debug, Clone)]
pub(crate) struct AllCodes {
    pub(crate) values: CubeTensor,
    pub(crate) first: CubeTensor,
    pub(crate) second: CubeTensor,
}

/// The codes of a batch's images, `[batch, latent]`, and the mean of `z^2 / 2` of each latent,
/// `[latent]`. `order` has the indices of the images. The current step's row says where the batch
/// begins; without `control` it begins at the first index.
pub(crate) fn take(
    values: &CubeTensor,
    order: &CubeTensor,
    batch: usize,
    control: Option<&Control>,
) -> (CubeTensor, CubeTensor) {
    let latent = values.shape()[1];
    let (codes, kl) = (alloc(values, [batch, latent]), alloc(values, [latent]));
    take_kernel::launch(
        &codes.client.clone(),
        noted("take", CubeCount::Static(latent as u32, 1, 1)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(values),
        bind_and_track(order),
        control.map(|control| bind_and_track(&control.rows)).into(),
        bind_and_track(&codes),
        bind_and_track(&kl),
        batch,
        latent,
    );
    (codes, kl)
}

/// Updates a batch's codes, all of different images, in place by Adam. `gradient`, `[batch,
/// latent]`, has flowed back through the decoder; beta times `weight` times the code, the gradient
/// of `z^2 / 2`, is added here.
pub(crate) fn advance(
    codes: &AllCodes,
    gradient: &CubeTensor,
    order: &CubeTensor,
    weight: f32,
    control: &Control,
) {
    let shape = gradient.shape();
    advance_kernel::launch(
        &gradient.client.clone(),
        noted("advance", groups(shape[0] * shape[1], UNITS)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(gradient),
        bind_and_track(order),
        bind_and_track(&control.rows),
        bind_and_track(&codes.values),
        bind_and_track(&codes.first),
        bind_and_track(&codes.second),
        shape[0],
        shape[1],
        weight,
    );
}

/// One workgroup for each latent.
#[cube(launch)]
fn take_kernel(
    values: &[f32],
    order: &[i32],
    rows: ComptimeOption<&[f32]>,
    codes: &mut [f32],
    kl: &mut [f32],
    batch: usize,
    latent: usize,
) {
    let column = CUBE_POS_X as usize;
    let mut start = 0usize;
    #[comptime]
    if let ComptimeOption::Some(rows) = rows {
        start = usize::cast_from(setting(rows, START));
    }
    let mut sum = 0.0f32;
    let mut row = UNIT_POS_X as usize;
    while row < batch {
        let z = values[usize::cast_from(order[start + row]) * latent + column];
        codes[row * latent + column] = z;
        sum += 0.5f32 * z * z;
        row += UNITS;
    }
    let total = sum_of_units(sum);
    if UNIT_POS_X == 0 {
        kl[column] = total / f32::cast_from(batch);
    }
}

#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn advance_kernel(
    gradient: &[f32],
    order: &[i32],
    rows: &[f32],
    values: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    batch: usize,
    latent: usize,
    weight: f32,
) {
    let at = position();
    if at < batch * latent {
        let start = usize::cast_from(setting(rows, START));
        let image = usize::cast_from(order[start + at / latent]);
        let to = image * latent + at % latent;
        let z = values[to];
        let g = gradient[at] + weight * setting(rows, BETA) * z;
        let (rate, scale) = (setting(rows, CODE_RATE), setting(rows, CODE_SCALE));
        let (value, mean, square) = moved(z, first[to], second[to], g, rate, scale);
        values[to] = value;
        first[to] = mean;
        second[to] = square;
    }
}
