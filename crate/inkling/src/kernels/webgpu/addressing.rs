//! Addresses of a product's numbers: what its two operands load and where its results go, for
//! matrices and for images.
//!
//! An address is the sum of what a line (a row of the left operand, a column of the right one) and
//! a term of the sum add to it. A unit loads four by four numbers, so that the divisions behind
//! each part are shared by four of them, and those of lines are done once, before the sum begins.

use cubecl::prelude::*;

use super::plan::{Layout, Left, Operand, Out, Plan, Right};
use crate::kernels::geometry::Geometry;

/// A coordinate outside of every image, also with any tap added.
const FAR: usize = 1 << 30;

/// What a line or a term adds to an address and, for images, to the place in the image. Parts may
/// be negative, which unsigned arithmetic allows: only their sums count.
#[derive(CubeType, Clone, Copy)]
pub(super) struct Part {
    pub(super) at: usize,
    pub(super) y: usize,
    pub(super) x: usize,
}

/// What a line adds.
#[cube]
pub(super) fn line_part(
    line: usize,
    lines: usize,
    k: usize,
    phase: usize,
    #[comptime] operand: Operand,
) -> Part {
    let geometry = comptime!(operand.geometry());
    if comptime!(operand.is_image()) {
        let part = if comptime!(matches!(operand.layout, Layout::Left(Left::Patches(_)))) {
            narrow_place(line, geometry)
        } else if comptime!(matches!(operand.layout, Layout::Right(_))) {
            wide_tap(line, geometry)
        } else {
            wide_place(line, phase, geometry)
        };
        far_unless(line < lines, part)
    } else {
        let at = if comptime!(operand.is_line_major()) {
            line * k
        } else if comptime!(matches!(operand.layout, Layout::Left(Left::Channels(_)))) {
            line * comptime!(geometry.places())
        } else if comptime!(matches!(operand.layout, Layout::Right(Right::Taps(_)))) {
            line * comptime!(geometry.taps())
        } else {
            line
        };
        Part { at, y: at, x: at }
    }
}

/// What a term adds.
#[cube]
pub(super) fn term_part(
    term: usize,
    end: usize,
    lines: usize,
    phase: usize,
    #[comptime] operand: Operand,
) -> Part {
    let geometry = comptime!(operand.geometry());
    if comptime!(operand.is_image()) {
        let part = if comptime!(matches!(operand.layout, Layout::Left(Left::Patches(_)))) {
            wide_tap(term, geometry)
        } else if comptime!(matches!(operand.layout, Layout::Right(_))) {
            narrow_place(term, geometry)
        } else {
            narrow_tap(term, phase, geometry)
        };
        far_unless(term < end, part)
    } else {
        let at = if comptime!(operand.is_line_major()) {
            term
        } else if comptime!(matches!(operand.layout, Layout::Left(Left::Channels(_)))) {
            let (places, channels) = comptime!((geometry.places(), geometry.narrow_channels));
            (term / places) * comptime!(channels * places) + term % places
        } else if comptime!(matches!(operand.layout, Layout::Right(Right::Taps(_)))) {
            let (narrow, wide) = comptime!((geometry.narrow_channels, geometry.wide_channels));
            let (taps, kernel) = comptime!((geometry.taps(), geometry.kernel));
            let stride = comptime!(geometry.stride);
            let tap = term / narrow;
            let count = tap_count(phase % stride, geometry);
            let y = first_tap(phase / stride, geometry) + (tap / count) * stride;
            let x = first_tap(phase % stride, geometry) + (tap % count) * stride;
            (term % narrow) * comptime!(wide * taps) + y * kernel + x
        } else if comptime!(operand.has_ones()) {
            term * (lines - 1)
        } else {
            term * lines
        };
        Part { at, y: at, x: at }
    }
}

/// The part, or one that lies outside of every image.
#[cube]
fn far_unless(inside: bool, part: Part) -> Part {
    Part { at: part.at, y: select(inside, part.y, FAR.runtime()), x: part.x }
}

/// The place in the wide image under the first tap of a narrow place, which stands for image, y and
/// x. It may lie in the padding.
#[cube]
fn narrow_place(index: usize, #[comptime] geometry: Geometry) -> Part {
    let (places, narrow) = comptime!((geometry.places(), geometry.narrow));
    let (wide, stride, padding) = comptime!((geometry.wide, geometry.stride, geometry.padding));
    let image = comptime!(geometry.wide_channels * geometry.wide * geometry.wide);
    let place = index % places;
    let y = (place / narrow) * stride - padding;
    let x = (place % narrow) * stride - padding;
    Part { at: (index / places) * image + y * wide + x, y, x }
}

/// How far the wide channel and the tap that `index` stands for lie from there.
#[cube]
fn wide_tap(index: usize, #[comptime] geometry: Geometry) -> Part {
    let (taps, kernel) = comptime!((geometry.taps(), geometry.kernel));
    let (wide, plane) = comptime!((geometry.wide, geometry.wide * geometry.wide));
    let tap = index % taps;
    let (y, x) = (tap / kernel, tap % kernel);
    Part { at: (index / taps) * plane + y * wide + x, y, x }
}

/// The narrow place that reaches a wide place of a phase through its first tap. `index` stands for
/// image, y and x.
#[cube]
fn wide_place(index: usize, phase: usize, #[comptime] geometry: Geometry) -> Part {
    let side = comptime!(geometry.phase());
    let (narrow, stride, padding) = comptime!((geometry.narrow, geometry.stride, geometry.padding));
    let image = comptime!(geometry.narrow_channels * geometry.narrow * geometry.narrow);
    let place = index % comptime!(side * side);
    let (phase_y, phase_x) = (phase / stride, phase % stride);
    // These divisions are exact.
    let y = place / side + (phase_y + padding - first_tap(phase_y, geometry)) / stride;
    let x = place % side + (phase_x + padding - first_tap(phase_x, geometry)) / stride;
    Part { at: (index / comptime!(side * side)) * image + y * narrow + x, y, x }
}

/// How far the narrow channel and the tap that `index` stands for lie from there: backwards, since
/// a later tap reaches the wide place from an earlier narrow one.
#[cube]
fn narrow_tap(index: usize, phase: usize, #[comptime] geometry: Geometry) -> Part {
    let (channels, stride) = comptime!((geometry.narrow_channels, geometry.stride));
    let (narrow, plane) = comptime!((geometry.narrow, geometry.narrow * geometry.narrow));
    let tap = index / channels;
    let count = tap_count(phase % stride, geometry);
    let (y, x) = (tap / count, tap % count);
    let at = (index % channels) * plane - (y * narrow + x);
    Part { at, y: 0usize.runtime() - y, x: 0usize.runtime() - x }
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
    select(first_tap(phase, geometry) >= last, comptime!(reach - 1).runtime(), reach.runtime())
}

/// What a result's row adds to its address.
#[cube]
pub(super) fn row_at(row: usize, columns: usize, phase: usize, #[comptime] plan: Plan) -> usize {
    let geometry = comptime!(plan.out_geometry());
    if comptime!(matches!(plan.out, Out::Rows)) {
        row * columns
    } else if comptime!(matches!(plan.out, Out::Narrow(_))) {
        let places = comptime!(geometry.places());
        (row / places) * columns * places + row % places
    } else {
        let side = comptime!(geometry.phase());
        let (wide, stride) = comptime!((geometry.wide, geometry.stride));
        let place = row % comptime!(side * side);
        let y = (place / side) * stride + phase / stride;
        let x = (place % side) * stride + phase % stride;
        (row / comptime!(side * side)) * columns * comptime!(wide * wide) + y * wide + x
    }
}

/// What a result's column adds to its address.
#[cube]
pub(super) fn column_at(column: usize, #[comptime] plan: Plan) -> usize {
    let apart = comptime!(match plan.out {
        Out::Rows => 1,
        Out::Narrow(geometry) => geometry.places(),
        Out::Wide(geometry) => geometry.wide * geometry.wide,
    });
    column * apart
}

/// Whether a row of a phase is inside the wide image. If the side is no multiple of the stride, the
/// last phases have fewer places than the first.
#[cube]
pub(super) fn is_inside(row: usize, phase: usize, #[comptime] plan: Plan) -> bool {
    if comptime!(plan.may_leave()) {
        let geometry = comptime!(plan.out_geometry());
        let side = comptime!(geometry.phase());
        let (wide, stride) = comptime!((geometry.wide, geometry.stride));
        let place = row % comptime!(side * side);
        let y = (place / side) * stride + phase / stride;
        let x = (place % side) * stride + phase % stride;
        y < wide && x < wide
    } else {
        true.runtime()
    }
}
