//! Columns side by side, and some columns of many.

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::buffers::{alloc, bind_and_track};
use super::workgroups::{groups, noted, position};

/// Units of a workgroup.
const UNITS: usize = 64;

/// The columns of `left` and then those of `right`, for each row.
pub(super) fn append(left: &CubeTensor, right: &CubeTensor) -> CubeTensor {
    let (shape, right_columns) = (left.shape(), right.shape()[1]);
    let (rows, left_columns) = (shape[0], shape[1]);
    let out = alloc(left, [rows, left_columns + right_columns]);
    append_kernel::launch(
        &out.client.clone(),
        noted("append", groups(rows * (left_columns + right_columns), UNITS)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(left),
        bind_and_track(right),
        bind_and_track(&out),
        rows,
        left_columns,
        right_columns,
    );
    out
}

/// `count` columns of each row from `start` on.
pub(super) fn columns(all: &CubeTensor, start: usize, count: usize) -> CubeTensor {
    let shape = all.shape();
    let (rows, width) = (shape[0], shape[1]);
    let out = alloc(all, [rows, count]);
    columns_kernel::launch(
        &out.client.clone(),
        noted("columns", groups(rows * count, UNITS)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(all),
        bind_and_track(&out),
        rows,
        width,
        start,
        count,
    );
    out
}

#[cube(launch)]
fn append_kernel(
    left: &[f32],
    right: &[f32],
    out: &mut [f32],
    rows: usize,
    left_columns: usize,
    right_columns: usize,
) {
    let at = position();
    let columns = left_columns + right_columns;
    if at < rows * columns {
        let (row, column) = (at / columns, at % columns);
        if column < left_columns {
            out[at] = left[row * left_columns + column];
        } else {
            out[at] = right[row * right_columns + column - left_columns];
        }
    }
}

#[cube(launch)]
fn columns_kernel(
    all: &[f32],
    out: &mut [f32],
    rows: usize,
    width: usize,
    start: usize,
    count: usize,
) {
    let at = position();
    if at < rows * count {
        out[at] = all[at / count * width + start + at % count];
    }
}
