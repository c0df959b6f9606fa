//! Matrix products in 32x32 tiles, on workgroup memory alone: no subgroup operations, any size.
//!
//! 64 units compute 4x4 numbers of a tile each. The loads of a tile are loops, not unrolled: SwiftShader, on which the tests run,
//! takes minutes to compile long straight code. What the output goes through (bias, ReLU) and what stops a gradient (the zeros of a
//! ReLU's output) is folded in.

#![allow(
    clippy::collapsible_if,
    reason = "outer ones are decided when a kernel is compiled, inner ones when it runs"
)]

use burn::backend::TensorMetadata;
use burn::tensor::Shape;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

/// Edge of a tile.
const TILE: usize = 32;
/// Numbers of a tile's row in workgroup memory: one more, so that a column's numbers lie in different banks.
const PITCH: usize = TILE + 1;
/// Units along each edge of a workgroup.
const UNITS: usize = 8;
/// Numbers along each edge of what one unit computes; the products below are written out for 4.
const PER_UNIT: usize = TILE / UNITS;
/// Numbers that one unit computes.
const OWN: usize = PER_UNIT * PER_UNIT;
/// Numbers of a tile that one unit loads.
const LOADS: usize = TILE * TILE / (UNITS * UNITS);

/// `input * weight + bias`, then max(x, 0) if `relu`.
pub(super) fn with_bias(
    input: CubeTensor,
    weight: CubeTensor,
    bias: CubeTensor,
    relu: bool,
) -> CubeTensor {
    let [rows, inner] = dims(&input);
    let [_, columns] = dims(&weight);
    let (input, weight, bias) =
        (into_contiguous(input), into_contiguous(weight), into_contiguous(bias));
    let output = matrix_like(&input, rows, columns);
    dense_kernel::launch(
        &output.client.clone(),
        tiles(rows, columns),
        CubeDim::new_2d(UNITS as u32, UNITS as u32),
        input.into_buffer_arg(),
        weight.into_buffer_arg(),
        bias.into_buffer_arg(),
        output.clone().into_buffer_arg(),
        rows,
        columns,
        inner,
        relu,
    );
    output
}

/// `lhs * rhs^T`; where `gate` (shaped like `lhs`) is 0, `lhs` counts as 0.
pub(super) fn times_transposed(
    lhs: CubeTensor,
    rhs: CubeTensor,
    gate: Option<CubeTensor>,
) -> CubeTensor {
    let [rows, inner] = dims(&lhs);
    let [columns, _] = dims(&rhs);
    product(lhs, rhs, gate, [rows, columns, inner], false)
}

/// `lhs^T * rhs`; where `gate` (shaped like `rhs`) is 0, `rhs` counts as 0.
pub(super) fn transposed_times(
    lhs: CubeTensor,
    rhs: CubeTensor,
    gate: Option<CubeTensor>,
) -> CubeTensor {
    let [inner, rows] = dims(&lhs);
    let [_, columns] = dims(&rhs);
    product(lhs, rhs, gate, [rows, columns, inner], true)
}

/// The sum of each column; where `gate` is 0, a number counts as 0.
pub(super) fn column_sums(matrix: CubeTensor, gate: Option<CubeTensor>) -> CubeTensor {
    let [rows, columns] = dims(&matrix);
    let matrix = into_contiguous(matrix);
    let client = matrix.client.clone();
    let sums = empty_device_contiguous_dtype(
        client.clone(),
        matrix.device.clone(),
        Shape::from([columns]),
        matrix.dtype,
    );
    let count = CubeCount::Static(columns.div_ceil(64) as u32, 1, 1);
    let dim = CubeDim::new_1d(64);
    let (matrix, out) = (matrix.into_buffer_arg(), sums.clone().into_buffer_arg());
    match gate {
        None => sums_kernel::launch(&client, count, dim, matrix, out, rows, columns),
        Some(gate) => {
            let gate = into_contiguous(gate).into_buffer_arg();
            gated_sums_kernel::launch(&client, count, dim, matrix, gate, out, rows, columns)
        }
    }
    sums
}

fn product(
    lhs: CubeTensor,
    rhs: CubeTensor,
    gate: Option<CubeTensor>,
    [rows, columns, inner]: [usize; 3],
    turn_lhs: bool,
) -> CubeTensor {
    let (lhs, rhs) = (into_contiguous(lhs), into_contiguous(rhs));
    let output = matrix_like(&lhs, rows, columns);
    let client = output.client.clone();
    let (count, dim) = (tiles(rows, columns), CubeDim::new_2d(UNITS as u32, UNITS as u32));
    let (lhs, rhs) = (lhs.into_buffer_arg(), rhs.into_buffer_arg());
    let out = output.clone().into_buffer_arg();
    match gate {
        None => product_kernel::launch(
            &client, count, dim, lhs, rhs, out, rows, columns, inner, turn_lhs,
        ),
        Some(gate) => {
            let gate = into_contiguous(gate).into_buffer_arg();
            gated_product_kernel::launch(
                &client, count, dim, lhs, rhs, gate, out, rows, columns, inner, turn_lhs,
            )
        }
    }
    output
}

fn dims(tensor: &CubeTensor) -> [usize; 2] {
    let shape = tensor.shape();
    [shape[0], shape[1]]
}

fn matrix_like(like: &CubeTensor, rows: usize, columns: usize) -> CubeTensor {
    let shape = Shape::from([rows, columns]);
    empty_device_contiguous_dtype(like.client.clone(), like.device.clone(), shape, like.dtype)
}

fn tiles(rows: usize, columns: usize) -> CubeCount {
    CubeCount::Static(columns.div_ceil(TILE) as u32, rows.div_ceil(TILE) as u32, 1)
}

#[cube(launch)]
fn dense_kernel(
    input: &[f32],
    weight: &[f32],
    bias: &[f32],
    out: &mut [f32],
    rows: usize,
    columns: usize,
    inner: usize,
    #[comptime] relu: bool,
) {
    let mut sums = Array::<f32>::new(OWN);
    accumulate(input, weight, input, &mut sums, rows, columns, inner, false, false, false);
    #[unroll]
    for i in 0usize..PER_UNIT {
        #[unroll]
        for j in 0usize..PER_UNIT {
            let row = CUBE_POS_Y as usize * TILE + UNIT_POS_Y as usize * PER_UNIT + i;
            let column = CUBE_POS_X as usize * TILE + UNIT_POS_X as usize * PER_UNIT + j;
            if row < rows && column < columns {
                let sum = sums[i * PER_UNIT + j] + bias[column];
                if comptime!(relu) {
                    out[row * columns + column] = max(sum, 0.0f32);
                } else {
                    out[row * columns + column] = sum;
                }
            }
        }
    }
}

#[cube(launch)]
fn product_kernel(
    lhs: &[f32],
    rhs: &[f32],
    out: &mut [f32],
    rows: usize,
    columns: usize,
    inner: usize,
    #[comptime] turn_lhs: bool,
) {
    let mut sums = Array::<f32>::new(OWN);
    accumulate(
        lhs,
        rhs,
        lhs,
        &mut sums,
        rows,
        columns,
        inner,
        turn_lhs,
        comptime!(!turn_lhs),
        false,
    );
    store(&sums, out, rows, columns);
}

/// The gate belongs to the side that holds the gradient: the right one of `lhs^T * rhs`, the left one of `lhs * rhs^T`.
#[cube(launch)]
fn gated_product_kernel(
    lhs: &[f32],
    rhs: &[f32],
    gate: &[f32],
    out: &mut [f32],
    rows: usize,
    columns: usize,
    inner: usize,
    #[comptime] turn_lhs: bool,
) {
    let mut sums = Array::<f32>::new(OWN);
    accumulate(
        lhs,
        rhs,
        gate,
        &mut sums,
        rows,
        columns,
        inner,
        turn_lhs,
        comptime!(!turn_lhs),
        true,
    );
    store(&sums, out, rows, columns);
}

#[cube(launch)]
fn sums_kernel(matrix: &[f32], out: &mut [f32], rows: usize, columns: usize) {
    let column = ABSOLUTE_POS_X as usize;
    if column < columns {
        let mut sum = 0.0f32;
        for row in 0usize..rows {
            sum += matrix[row * columns + column];
        }
        out[column] = sum;
    }
}

#[cube(launch)]
fn gated_sums_kernel(matrix: &[f32], gate: &[f32], out: &mut [f32], rows: usize, columns: usize) {
    let column = ABSOLUTE_POS_X as usize;
    if column < columns {
        let mut sum = 0.0f32;
        for row in 0usize..rows {
            let at = row * columns + column;
            if gate[at] > 0.0f32 {
                sum += matrix[at];
            }
        }
        out[column] = sum;
    }
}

/// The unit's 4x4 numbers of `lhs * rhs`. `turn_lhs`: `lhs` is stored as `[inner, rows]`, else as `[rows, inner]`, and then `rhs`, if
/// gated (a gradient's products are of these two kinds only), as `[columns, inner]`.
#[cube]
fn accumulate(
    lhs: &[f32],
    rhs: &[f32],
    gate: &[f32],
    sums: &mut Array<f32>,
    rows: usize,
    columns: usize,
    inner: usize,
    #[comptime] turn_lhs: bool,
    #[comptime] turn_rhs: bool,
    #[comptime] gated: bool,
) {
    let mut left = Shared::<[f32]>::new_slice(TILE * PITCH);
    let mut right = Shared::<[f32]>::new_slice(TILE * PITCH);
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    let row0 = CUBE_POS_Y as usize * TILE;
    let column0 = CUBE_POS_X as usize * TILE;
    #[unroll]
    for i in 0usize..OWN {
        sums[i] = 0.0f32;
    }
    let unit = y * UNITS + x;
    let tiles = inner.div_ceil(TILE);
    for tile in 0usize..tiles {
        let inner0 = tile * TILE;
        for i in 0usize..LOADS {
            // Neighbouring units read neighbouring numbers, whichever way the matrix lies.
            let slow = (i * UNITS * UNITS + unit) / TILE;
            let fast = (i * UNITS * UNITS + unit) % TILE;
            if turn_lhs {
                let (row, k) = (row0 + fast, inner0 + slow);
                let mut value = 0.0f32;
                if row < rows && k < inner {
                    value = lhs[k * rows + row];
                }
                left[fast * PITCH + slow] = value;
            } else {
                let (row, k) = (row0 + slow, inner0 + fast);
                let mut value = 0.0f32;
                if row < rows && k < inner {
                    let at = row * inner + k;
                    value = lhs[at];
                    if comptime!(gated && turn_rhs) {
                        if gate[at] <= 0.0f32 {
                            value = 0.0f32;
                        }
                    }
                }
                left[slow * PITCH + fast] = value;
            }
            if turn_rhs {
                let (column, k) = (column0 + slow, inner0 + fast);
                let mut value = 0.0f32;
                if column < columns && k < inner {
                    value = rhs[column * inner + k];
                }
                right[fast * PITCH + slow] = value;
            } else {
                let (column, k) = (column0 + fast, inner0 + slow);
                let mut value = 0.0f32;
                if column < columns && k < inner {
                    let at = k * columns + column;
                    value = rhs[at];
                    if comptime!(gated) {
                        if gate[at] <= 0.0f32 {
                            value = 0.0f32;
                        }
                    }
                }
                right[slow * PITCH + fast] = value;
            }
        }
        sync_cube();
        for k in 0usize..TILE {
            let a0 = left[(y * PER_UNIT) * PITCH + k];
            let a1 = left[(y * PER_UNIT + 1usize) * PITCH + k];
            let a2 = left[(y * PER_UNIT + 2usize) * PITCH + k];
            let a3 = left[(y * PER_UNIT + 3usize) * PITCH + k];
            #[unroll]
            for j in 0usize..PER_UNIT {
                let b = right[k * PITCH + x * PER_UNIT + j];
                sums[j] += a0 * b;
                sums[PER_UNIT + j] += a1 * b;
                sums[2usize * PER_UNIT + j] += a2 * b;
                sums[3usize * PER_UNIT + j] += a3 * b;
            }
        }
        sync_cube();
    }
}

#[cube]
fn store(sums: &Array<f32>, out: &mut [f32], rows: usize, columns: usize) {
    #[unroll]
    for i in 0usize..PER_UNIT {
        #[unroll]
        for j in 0usize..PER_UNIT {
            let row = CUBE_POS_Y as usize * TILE + UNIT_POS_Y as usize * PER_UNIT + i;
            let column = CUBE_POS_X as usize * TILE + UNIT_POS_X as usize * PER_UNIT + j;
            if row < rows && column < columns {
                out[row * columns + column] = sums[i * PER_UNIT + j];
            }
        }
    }
}
