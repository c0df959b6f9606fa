//! Matrix products in 32x32 tiles, of any size, with workgroup memory only: no subgroup operations.
//! Dense layers and convolutions share the kernel; a [`Plan`] says where an operand's numbers lie
//! and where a result goes.
//!
//! 64 units compute 4x4 numbers of a tile each. The loads of a tile are loops, not unrolled:
//! SwiftShader, on which the tests run, takes minutes to compile long straight-line code. If there
//! are too few tiles to fill a GPU, several workgroups share a sum, and [`super::reduce`] adds
//! their parts.

use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::activation::activated;
use super::addressing::{is_inside, left_at, out_at, right_at, tap_count};
use super::buffers::bind_and_track;
use super::plan::{Extras, Left, Plan, Right, Sizes, TILE};
use super::workgroups::{layer, row_tile, tiles};

/// Length of a tile's row in workgroup memory. One more than needed, so that a column's numbers lie
/// in different banks.
const PITCH: usize = TILE + 1;
/// Units along each edge of a workgroup.
const UNITS: usize = 8;
/// Numbers along each edge of the block that one unit computes. The products below are written out
/// for 4.
const PER_UNIT: usize = TILE / UNITS;
/// Numbers that one unit computes.
const OWN: usize = PER_UNIT * PER_UNIT;
/// Numbers of a tile that one unit loads.
const LOADS: usize = TILE * TILE / (UNITS * UNITS);

/// The same kernel under several names, so that a profile shows what a product is for.
macro_rules! products {
    ($($name:ident),* $(,)?) => {
        $(
            #[cube(launch)]
            #[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
            fn $name(
                left: &[f32],
                right: &[f32],
                gate: ComptimeOption<&[f32]>,
                bias: ComptimeOption<&[f32]>,
                residual: ComptimeOption<&[f32]>,
                out: &mut [f32],
                pre_activation: ComptimeOption<&mut [f32]>,
                sums: ComptimeOption<&mut [f32]>,
                rows: usize,
                columns: usize,
                k: usize,
                part: usize,
                splits: usize,
                #[comptime] plan: Plan,
                #[comptime] split: bool,
            ) {
                tile_product(
                    left, right, gate, bias, residual, out, pre_activation, sums, rows, columns, k,
                    part, splits, plan, split,
                );
            }
        )*
    };
}

products!(
    product_dense,
    product_dense_input_gradient,
    product_dense_weight_gradients,
    product_convolution,
    product_transposed_convolution,
    product_convolution_weight_gradient,
);

macro_rules! launch {
    ($plan:expr, $($argument:expr),*) => {
        match ($plan.left, $plan.right) {
            (Left::Rows, Right::Transposed) => product_dense_input_gradient::launch($($argument),*),
            (Left::Rows, _) => product_dense::launch($($argument),*),
            (Left::TransposedAndOnes, _) => product_dense_weight_gradients::launch($($argument),*),
            (Left::Patches(_), _) => product_convolution::launch($($argument),*),
            (Left::PhasePatches(_), _) => product_transposed_convolution::launch($($argument),*),
            (Left::Channels(_), _) => product_convolution_weight_gradient::launch($($argument),*),
        }
    };
}

/// `left * right` into `out`. If `splits` is more than 1, `out` is `[splits, rows, columns]` and
/// the extras are left out.
pub(super) fn product(
    plan: Plan,
    left: &CubeTensor,
    right: &CubeTensor,
    out: &CubeTensor,
    extras: Extras<'_>,
    sizes: Sizes,
    splits: usize,
) {
    let Sizes { rows, columns, k } = sizes;
    // A part is a whole number of tiles.
    let part = k.div_ceil(TILE).div_ceil(splits) * TILE;
    let layers = plan.phases() * splits;
    let count = tiles(columns.div_ceil(TILE), rows.div_ceil(TILE), layers);
    launch!(
        plan,
        &out.client.clone(),
        count,
        CubeDim::new_2d(UNITS as u32, UNITS as u32),
        bind_and_track(left),
        bind_and_track(right),
        extras.gate.map(bind_and_track).into(),
        extras.bias.map(bind_and_track).into(),
        extras.residual.map(bind_and_track).into(),
        bind_and_track(out),
        extras.pre_activation.map(bind_and_track).into(),
        extras.sums.map(bind_and_track).into(),
        rows,
        columns,
        k,
        part,
        splits,
        plan,
        splits > 1
    );
}

#[cube]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn tile_product(
    left: &[f32],
    right: &[f32],
    gate: ComptimeOption<&[f32]>,
    bias: ComptimeOption<&[f32]>,
    residual: ComptimeOption<&[f32]>,
    out: &mut [f32],
    mut pre_activation: ComptimeOption<&mut [f32]>,
    mut sums: ComptimeOption<&mut [f32]>,
    rows: usize,
    columns: usize,
    k: usize,
    part: usize,
    splits: usize,
    #[comptime] plan: Plan,
    #[comptime] split: bool,
) {
    let mut own = Array::<f32>::new(OWN);
    #[unroll]
    for i in 0usize..OWN {
        own[i] = 0.0f32;
    }
    let mut left_tile = Shared::<[f32]>::new_slice(TILE * PITCH);
    let mut right_tile = Shared::<[f32]>::new_slice(TILE * PITCH);
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    // The workgroup's layer is its part of the sum, or the phase of a transposed convolution.
    let mut layers = comptime!(plan.phases()).runtime();
    if comptime!(split) {
        layers = splits;
    }
    let z = layer(layers);
    let row0 = row_tile(layers) * TILE;
    let column0 = CUBE_POS_X as usize * TILE;
    let unit = y * UNITS + x;
    let mut start = 0usize;
    let mut end = k;
    if comptime!(split) {
        start = z * part;
        end = min(start + part, k);
    }
    if comptime!(matches!(plan.left, Left::PhasePatches(_))) {
        let geometry = comptime!(plan.left_geometry());
        let stride = comptime!(geometry.stride);
        end = tap_count(z / stride, geometry)
            * tap_count(z % stride, geometry)
            * comptime!(geometry.narrow_channels);
    }
    let tiles = (max(end, start) - start).div_ceil(TILE);
    for tile in 0usize..tiles {
        let term0 = start + tile * TILE;
        for i in 0usize..LOADS {
            // Neighbouring units read neighbouring numbers, whichever way the matrix is laid out.
            let slow = (i * UNITS * UNITS + unit) / TILE;
            let fast = (i * UNITS * UNITS + unit) % TILE;
            if comptime!(matches!(plan.left, Left::Rows | Left::Channels(_))) {
                let (row, term) = (row0 + slow, term0 + fast);
                left_tile[slow * PITCH + fast] =
                    left_at(left, &gate, row, term, rows, end, k, z, plan);
            } else {
                let (row, term) = (row0 + fast, term0 + slow);
                left_tile[fast * PITCH + slow] =
                    left_at(left, &gate, row, term, rows, end, k, z, plan);
            }
            if comptime!(matches!(plan.right, Right::Rows | Right::Taps(_))) {
                let (column, term) = (column0 + fast, term0 + slow);
                right_tile[slow * PITCH + fast] =
                    right_at(right, &gate, column, term, columns, end, k, z, plan);
            } else {
                let (column, term) = (column0 + slow, term0 + fast);
                right_tile[fast * PITCH + slow] =
                    right_at(right, &gate, column, term, columns, end, k, z, plan);
            }
        }
        sync_cube();
        for term in 0usize..TILE {
            let a0 = left_tile[(y * PER_UNIT) * PITCH + term];
            let a1 = left_tile[(y * PER_UNIT + 1usize) * PITCH + term];
            let a2 = left_tile[(y * PER_UNIT + 2usize) * PITCH + term];
            let a3 = left_tile[(y * PER_UNIT + 3usize) * PITCH + term];
            #[unroll]
            for j in 0usize..PER_UNIT {
                let b = right_tile[term * PITCH + x * PER_UNIT + j];
                own[j] += a0 * b;
                own[PER_UNIT + j] += a1 * b;
                own[2usize * PER_UNIT + j] += a2 * b;
                own[3usize * PER_UNIT + j] += a3 * b;
            }
        }
        sync_cube();
    }
    for i in 0usize..PER_UNIT {
        #[unroll]
        for j in 0usize..PER_UNIT {
            let row = row0 + y * PER_UNIT + i;
            let column = column0 + x * PER_UNIT + j;
            if row < rows && column < columns {
                let mut value = own[i * PER_UNIT + j];
                if comptime!(split) {
                    out[(z * rows + row) * columns + column] = value;
                } else if comptime!(sums.is_some()) {
                    if row == rows - 1 {
                        #[comptime]
                        if let ComptimeOption::Some(sums) = &mut sums {
                            sums[column] = value;
                        }
                    } else {
                        out[row * columns + column] = value;
                    }
                } else {
                    let at = out_at(row, column, columns, z, plan);
                    let inside = is_inside(row, z, plan);
                    if inside {
                        #[comptime]
                        if let ComptimeOption::Some(bias) = &bias {
                            value += bias[column];
                        }
                        #[comptime]
                        if let ComptimeOption::Some(residual) = &residual {
                            value += residual[at];
                        }
                        #[comptime]
                        if let ComptimeOption::Some(pre_activation) = &mut pre_activation {
                            pre_activation[at] = value;
                        }
                        out[at] = activated(value, comptime!(plan.activation));
                    }
                }
            }
        }
    }
}
