//! Addresses of a product's numbers: what its two operands load and where its results go, for
//! matrices and for images.

use cubecl::prelude::*;

use super::activation::slope;
use super::plan::{Left, Out, Plan, Right};
use crate::kernels::geometry::Geometry;

/// The left operand's number, 0 outside.
#[cube]
#[allow(clippy::too_many_arguments, reason = "a kernel's sizes")]
pub(super) fn left_at(
    left: &[f32],
    gate: &ComptimeOption<&[f32]>,
    row: usize,
    term: usize,
    rows: usize,
    end: usize,
    k: usize,
    phase: usize,
    #[comptime] plan: Plan,
) -> f32 {
    let mut value = 0.0f32;
    if row < rows && term < end {
        if comptime!(matches!(plan.left, Left::Rows)) {
            let at = row * k + term;
            value = left[at];
            if comptime!(plan.gates_left()) {
                #[comptime]
                if let ComptimeOption::Some(gate) = gate {
                    value *= slope(gate[at], comptime!(plan.gate_activation()));
                }
            }
        } else if comptime!(matches!(plan.left, Left::TransposedAndOnes)) {
            value = 1.0f32;
            if row < rows - 1 {
                value = left[term * (rows - 1) + row];
            }
        } else {
            let geometry = comptime!(plan.left_geometry());
            let taps = comptime!(geometry.taps());
            let places = comptime!(geometry.places());
            if comptime!(matches!(plan.left, Left::Patches(_))) {
                value = wide_at(left, row, term / taps, term % taps, geometry);
            } else if comptime!(matches!(plan.left, Left::Channels(_))) {
                let channels = comptime!(geometry.narrow_channels);
                value = left[((term / places) * channels + row) * places + term % places];
            } else {
                value = phase_patch_at(left, row, term, phase, geometry);
            }
        }
    }
    value
}

/// The right operand's number, 0 outside.
#[cube]
#[allow(clippy::too_many_arguments, reason = "a kernel's sizes")]
pub(super) fn right_at(
    right: &[f32],
    gate: &ComptimeOption<&[f32]>,
    column: usize,
    term: usize,
    columns: usize,
    end: usize,
    k: usize,
    phase: usize,
    #[comptime] plan: Plan,
) -> f32 {
    let mut value = 0.0f32;
    if column < columns && term < end {
        if comptime!(matches!(plan.right, Right::Rows)) {
            let at = term * columns + column;
            value = right[at];
            if comptime!(plan.gates_right()) {
                #[comptime]
                if let ComptimeOption::Some(gate) = gate {
                    value *= slope(gate[at], comptime!(plan.gate_activation()));
                }
            }
        } else if comptime!(matches!(plan.right, Right::Transposed)) {
            value = right[column * k + term];
        } else {
            let geometry = comptime!(plan.right_geometry());
            let taps = comptime!(geometry.taps());
            if comptime!(matches!(plan.right, Right::Patches(_))) {
                value = wide_at(right, term, column / taps, column % taps, geometry);
            } else {
                let narrow = comptime!(geometry.narrow_channels);
                let wide = comptime!(geometry.wide_channels);
                let kernel = comptime!(geometry.kernel);
                let tap = term / narrow;
                let (y, x) = (tap_y(tap, phase, geometry), tap_x(tap, phase, geometry));
                value = right[((term % narrow) * wide + column) * taps + y * kernel + x];
            }
        }
    }
    value
}

/// The wide image's number under `tap` of the narrow place `row` (which stands for image, y and x),
/// 0 in the padding.
#[cube]
fn wide_at(
    images: &[f32],
    row: usize,
    channel: usize,
    tap: usize,
    #[comptime] geometry: Geometry,
) -> f32 {
    let places = comptime!(geometry.places());
    let (narrow, wide) = comptime!((geometry.narrow, geometry.wide));
    let (kernel, stride) = comptime!((geometry.kernel, geometry.stride));
    let (padding, channels) = comptime!((geometry.padding, geometry.wide_channels));
    let place = row % places;
    let y = (place / narrow) * stride + tap / kernel;
    let x = (place % narrow) * stride + tap % kernel;
    let mut value = 0.0f32;
    if y >= padding && x >= padding && y < wide + padding && x < wide + padding {
        let image = row / places;
        value = images[((image * channels + channel) * wide + y - padding) * wide + x - padding];
    }
    value
}

/// The narrow image's number that reaches the wide place `row` of a phase through the tap and the
/// channel that `term` stands for.
#[cube]
fn phase_patch_at(
    images: &[f32],
    row: usize,
    term: usize,
    phase: usize,
    #[comptime] geometry: Geometry,
) -> f32 {
    let channels = comptime!(geometry.narrow_channels);
    let side = comptime!(geometry.phase());
    let (narrow, stride, padding) = comptime!((geometry.narrow, geometry.stride, geometry.padding));
    let tap = term / channels;
    let place = row % comptime!(side * side);
    let y = (place / side) * stride + phase / stride + padding;
    let x = (place % side) * stride + phase % stride + padding;
    let (tap_y, tap_x) = (tap_y(tap, phase, geometry), tap_x(tap, phase, geometry));
    let mut value = 0.0f32;
    if y >= tap_y && x >= tap_x {
        // These divisions are exact: a phase has only the taps that hit a narrow place.
        let (y, x) = ((y - tap_y) / stride, (x - tap_x) / stride);
        if y < narrow && x < narrow {
            let image = row / comptime!(side * side);
            value = images[((image * channels + term % channels) * narrow + y) * narrow + x];
        }
    }
    value
}

/// The first tap that reaches a phase along one edge.
#[cube]
fn first_tap(phase: usize, #[comptime] geometry: Geometry) -> usize {
    (phase + comptime!(geometry.padding)) % comptime!(geometry.stride)
}

/// How many taps reach a phase along one edge. Phases differ by at most one.
#[cube]
pub(super) fn tap_count(phase: usize, #[comptime] geometry: Geometry) -> usize {
    let reach = comptime!(geometry.reach());
    let last = comptime!(geometry.kernel - (geometry.reach() - 1) * geometry.stride);
    let mut count = reach.runtime();
    if first_tap(phase, geometry) >= last {
        count -= 1;
    }
    count
}

#[cube]
fn tap_y(tap: usize, phase: usize, #[comptime] geometry: Geometry) -> usize {
    let stride = comptime!(geometry.stride);
    first_tap(phase / stride, geometry) + (tap / tap_count(phase % stride, geometry)) * stride
}

#[cube]
fn tap_x(tap: usize, phase: usize, #[comptime] geometry: Geometry) -> usize {
    let stride = comptime!(geometry.stride);
    first_tap(phase % stride, geometry) + (tap % tap_count(phase % stride, geometry)) * stride
}

/// Where a result goes.
#[cube]
pub(super) fn out_at(
    row: usize,
    column: usize,
    columns: usize,
    phase: usize,
    #[comptime] plan: Plan,
) -> usize {
    let mut at = row * columns + column;
    if comptime!(!matches!(plan.out, Out::Rows)) {
        let geometry = comptime!(plan.out_geometry());
        if comptime!(matches!(plan.out, Out::Narrow(_))) {
            let places = comptime!(geometry.places());
            at = ((row / places) * columns + column) * places + row % places;
        } else {
            let side = comptime!(geometry.phase());
            let (wide, stride) = comptime!((geometry.wide, geometry.stride));
            let place = row % comptime!(side * side);
            let y = (place / side) * stride + phase / stride;
            let x = (place % side) * stride + phase % stride;
            let image = row / comptime!(side * side);
            at = ((image * columns + column) * wide + y) * wide + x;
        }
    }
    at
}

/// Whether a row of a phase is inside the wide image. If the side is no multiple of the stride, the
/// last phases have fewer places than the first.
#[cube]
pub(super) fn is_inside(row: usize, phase: usize, #[comptime] plan: Plan) -> bool {
    let mut inside = true.runtime();
    if comptime!(plan.may_leave()) {
        let geometry = comptime!(plan.out_geometry());
        let side = comptime!(geometry.phase());
        let (wide, stride) = comptime!((geometry.wide, geometry.stride));
        let place = row % comptime!(side * side);
        let y = (place / side) * stride + phase / stride;
        let x = (place % side) * stride + phase % stride;
        inside = y < wide && x < wide;
    }
    inside
}
