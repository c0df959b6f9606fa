//! Matrix products in 32x32 tiles, of any size, with workgroup memory only: no subgroup operations.
//! Dense layers and convolutions share the kernel; a [`Plan`] says where an operand's numbers lie
//! and where a result goes.
//!
//! 64 units compute 4x4 numbers of a tile each. While they multiply a tile, the numbers of the next
//! one are on their way to [registers](super::tile). If there are too few tiles to fill a GPU,
//! several workgroups share a sum, and [`super::reduce`] adds their parts.

use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::activation::activated;
use super::addressing::{column_at, is_inside, row_at, tap_count};
use super::buffers::bind_and_track;
use super::plan::{Extras, Four, Left, Out, Plan, Right, Sizes, TILE, VECTOR, Vectors};
use super::tile::{UNITS, VECTORS, block, gate_block, line, load, slot, store};
use super::workgroups::{layer, row_tile, tiles};

/// The same kernel under several names, so that a profile shows what a product is for.
macro_rules! products {
    ($($name:ident),* $(,)?) => {
        $(
            #[cube(launch)]
            #[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
            fn $name<L: Size, R: Size, G: Size>(
                left: &[Vector<f32, L>],
                right: &[Vector<f32, R>],
                gate: ComptimeOption<&[Vector<f32, G>]>,
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
                tile_product::<L, R, G>(
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
    let plan = plan.with_vectors(sizes);
    let lanes = |vectors: bool| if vectors { VECTOR } else { 1 };
    let Vectors { left: left_vectors, right: right_vectors } = plan.vectors;
    let gate_vectors = if plan.gates_left() { left_vectors } else { right_vectors };
    let count = tiles(columns.div_ceil(TILE), rows.div_ceil(TILE), layers);
    #[cfg(feature = "checks")]
    let count = super::cost::noted_product(name(plan), (plan, sizes, splits), count);
    launch!(
        plan,
        &out.client.clone(),
        count,
        CubeDim::new_2d(UNITS as u32, UNITS as u32),
        lanes(left_vectors),
        lanes(right_vectors),
        lanes(gate_vectors),
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

/// What a product is for.
#[cfg(feature = "checks")]
fn name(plan: Plan) -> &'static str {
    match (plan.left, plan.right) {
        (Left::Rows, Right::Transposed) => "dense, input gradient",
        (Left::Rows, _) => "dense",
        (Left::TransposedAndOnes, _) => "dense, weight gradients",
        (Left::Patches(_), _) => "convolution",
        (Left::PhasePatches(_), _) => "transposed convolution",
        (Left::Channels(_), _) => "convolution, weight gradient",
    }
}

#[cube]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn tile_product<L: Size, R: Size, G: Size>(
    left: &[Vector<f32, L>],
    right: &[Vector<f32, R>],
    gate: ComptimeOption<&[Vector<f32, G>]>,
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
    let (to_left, to_right) = comptime!((plan.left(), plan.right()));
    let mut own = Array::<Four>::new(VECTOR);
    #[unroll]
    for i in 0usize..VECTOR {
        own[i] = Four::new(0.0f32);
    }
    let mut left_tile = Shared::<[Four]>::new_slice(VECTORS);
    let mut right_tile = Shared::<[Four]>::new_slice(VECTORS);
    // The workgroup's layer is its part of the sum, or the phase of a transposed convolution.
    let layers = if comptime!(split) { splits } else { comptime!(plan.phases()).runtime() };
    let z = layer(layers);
    let row0 = row_tile(layers) * TILE;
    let column0 = CUBE_POS_X as usize * TILE;
    let unit = UNIT_POS as usize;
    let start = if comptime!(split) { z * part } else { 0usize.runtime() };
    let end = if comptime!(split) {
        min(start + part, k)
    } else if comptime!(matches!(plan.left, Left::PhasePatches(_))) {
        let geometry = comptime!(to_left.geometry());
        let stride = comptime!(geometry.stride);
        tap_count(z / stride, geometry)
            * tap_count(z % stride, geometry)
            * comptime!(geometry.narrow_channels)
    } else {
        k
    };
    let left_block = block(unit, row0, rows, k, z, to_left);
    let right_block = block(unit, column0, columns, k, z, to_right);
    let mut lefts = Array::<Four>::new(VECTOR);
    let mut rights = Array::<Four>::new(VECTOR);
    let mut gates = Array::<Four>::new(VECTOR);
    // The rows and columns that the unit computes. Neighbouring units write neighbouring numbers:
    // those of a row, or the places of a channel's image.
    let (fast, slow) = (unit % UNITS, unit / UNITS);
    let row_group = if comptime!(matches!(plan.out, Out::Rows)) { slow } else { fast };
    let column_group = if comptime!(matches!(plan.out, Out::Rows)) { fast } else { slow };
    let tiles = (max(end, start) - start).div_ceil(TILE);
    // The numbers of one tile are on their way while the tile before it is multiplied. The last
    // round loads nothing, and the first multiplies nothing.
    for tile in 0usize..tiles + 1 {
        let term0 = start + tile * TILE;
        load(left, &left_block, &mut lefts, term0, end, rows, z, to_left);
        load(right, &right_block, &mut rights, term0, end, columns, z, to_right);
        #[comptime]
        if let ComptimeOption::Some(gate) = gate {
            if comptime!(plan.gates_left()) {
                load(gate, &left_block, &mut gates, term0, end, rows, z, to_left);
            } else {
                load(gate, &right_block, &mut gates, term0, end, columns, z, to_right);
            }
        }
        if tile > 0 {
            for terms in 0usize..UNITS {
                #[unroll]
                for t in 0usize..VECTOR {
                    let a = left_tile[slot(row_group, terms, t)];
                    let b = right_tile[slot(column_group, terms, t)];
                    #[unroll]
                    for i in 0usize..VECTOR {
                        own[i] += Four::new(a.extract(i)) * b;
                    }
                }
            }
        }
        sync_cube();
        if comptime!(plan.gates_left()) {
            gate_block(&mut lefts, &gates, comptime!(plan.gate_activation()));
        }
        if comptime!(plan.gates_right()) {
            gate_block(&mut rights, &gates, comptime!(plan.gate_activation()));
        }
        store(&lefts, &left_block, &mut left_tile, to_left);
        store(&rights, &right_block, &mut right_tile, to_right);
        sync_cube();
    }
    write_out(
        &own,
        bias,
        residual,
        out,
        pre_activation,
        sums,
        row0,
        column0,
        row_group,
        column_group,
        rows,
        columns,
        z,
        plan,
        split,
    );
}

/// Finishes a unit's numbers and writes them. Unrolled: an array whose index is not known to the
/// compiler would leave the registers.
#[cube]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn write_out(
    own: &Array<Four>,
    bias: ComptimeOption<&[f32]>,
    residual: ComptimeOption<&[f32]>,
    out: &mut [f32],
    mut pre_activation: ComptimeOption<&mut [f32]>,
    mut sums: ComptimeOption<&mut [f32]>,
    row0: usize,
    column0: usize,
    row_group: usize,
    column_group: usize,
    rows: usize,
    columns: usize,
    z: usize,
    #[comptime] plan: Plan,
    #[comptime] split: bool,
) {
    let mut row_ats = Array::<usize>::new(VECTOR);
    let mut insides = Array::<bool>::new(VECTOR);
    #[unroll]
    for i in 0usize..VECTOR {
        let row = row0 + line(row_group, i, comptime!(plan.left()));
        row_ats[i] = if comptime!(split) {
            (z * rows + row) * columns
        } else {
            row_at(row, columns, z, plan)
        };
        let inside = is_inside(row, z, plan);
        let wanted = row < rows;
        insides[i] = wanted && inside;
    }
    #[unroll]
    for j in 0usize..VECTOR {
        let column = column0 + line(column_group, j, comptime!(plan.right()));
        if column < columns {
            let mut added = 0.0f32;
            #[comptime]
            if let ComptimeOption::Some(bias) = &bias {
                added = bias[column];
            }
            let to_column = column_at(column, plan);
            #[unroll]
            for i in 0usize..VECTOR {
                if insides[i] {
                    let at = row_ats[i] + to_column;
                    let mut value = own[i].extract(j);
                    if comptime!(sums.is_some()) {
                        let row = row0 + line(row_group, i, comptime!(plan.left()));
                        if row == rows - 1 {
                            #[comptime]
                            if let ComptimeOption::Some(sums) = &mut sums {
                                sums[column] = value;
                            }
                        } else {
                            out[at] = value;
                        }
                    } else {
                        #[comptime]
                        if let ComptimeOption::Some(_) = &bias {
                            value += added;
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
