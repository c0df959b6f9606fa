//! Matrix products in 32x32 tiles, on workgroup memory alone: no subgroup operations, any size. Dense layers and convolutions are the
//! same kernel; they differ in where a number of either side lies ([`Left`], [`Right`]) and where a result goes ([`Out`]).
//!
//! 64 units compute 4x4 numbers of a tile each. The loads of a tile are loops, not unrolled: SwiftShader, on which the tests run,
//! takes minutes to compile long straight code. Where the tiles are too few to fill a GPU, the sum is split among several workgroups,
//! whose parts [`super::fold`] adds.

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::Activation;
use super::activation::{activated, slope};
use super::geometry::Geometry;
use super::launch::{alloc, arg};

/// Edge of a tile.
pub(super) const TILE: usize = 32;
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

/// Where the left side's numbers lie, `rows` by `inner`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Left {
    /// `[rows, inner]`.
    Rows,
    /// `[inner, rows - 1]`, and a last row of ones: the sums of the right side's columns.
    TurnedAndOnes,
    /// The patch of the wide image under each narrow place: rows are `batch, place`, inner is `channel, tap`.
    Patches(Geometry),
    /// The narrow numbers that reach each wide place: rows are `batch, place` of one phase, inner is `tap, channel`.
    Spread(Geometry),
    /// Narrow images by channel: rows are channels, inner is `batch, place`.
    Channels(Geometry),
}

/// Where the right side's numbers lie, `inner` by `columns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Right {
    /// `[inner, columns]`.
    Rows,
    /// `[columns, inner]`.
    Turned,
    /// A kernel's taps that reach a phase: inner is `tap, narrow channel`, columns are wide channels.
    Taps(Geometry),
    /// The wide image under each tap: inner is `batch, narrow place`, columns are `wide channel, tap`.
    Patches(Geometry),
}

/// Where a result goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Out {
    /// `[rows, columns]`.
    Rows,
    /// Narrow images: rows are `batch, place`, columns are channels.
    Narrow(Geometry),
    /// Wide images: rows are `batch, place` of one phase, columns are channels.
    Wide(Geometry),
}

/// The factor of a gradient that has passed the activation: which side it is on, and of what kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Gate {
    pub(super) on_left: bool,
    pub(super) activation: Activation,
}

/// What is decided when a kernel is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Plan {
    pub(super) left: Left,
    pub(super) right: Right,
    pub(super) out: Out,
    pub(super) gate: Option<Gate>,
    pub(super) activation: Activation,
}

/// The operands besides the two sides.
#[derive(Default)]
pub(super) struct Extras<'a> {
    /// Shaped like the gated side.
    pub(super) gate: Option<&'a CubeTensor>,
    /// `[columns]`, added to each row.
    pub(super) bias: Option<&'a CubeTensor>,
    /// Shaped like the result, added to it.
    pub(super) residual: Option<&'a CubeTensor>,
    /// Takes the result as it was before the activation.
    pub(super) before: Option<&'a CubeTensor>,
    /// Takes the row of ones' products.
    pub(super) sums: Option<&'a CubeTensor>,
}

/// Sizes of a product.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) inner: usize,
}

impl Sizes {
    /// Workgroups that a product with few tiles is split among, so that a GPU has something to do everywhere.
    pub(super) fn splits(self) -> usize {
        const ENOUGH: usize = 160;
        let tiles = self.rows.div_ceil(TILE) * self.columns.div_ceil(TILE);
        // A part of fewer than four tiles is not worth the second kernel.
        (ENOUGH / tiles.max(1)).min(self.inner / (4 * TILE)).clamp(1, 128)
    }
}

/// One kernel under several names, by which a profile tells what a product is for.
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
                before: ComptimeOption<&mut [f32]>,
                sums: ComptimeOption<&mut [f32]>,
                rows: usize,
                columns: usize,
                inner: usize,
                part: usize,
                #[comptime] plan: Plan,
                #[comptime] split: bool,
            ) {
                tile_product(
                    left, right, gate, bias, residual, out, before, sums, rows, columns, inner,
                    part, plan, split,
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
            (Left::Rows, Right::Turned) => product_dense_input_gradient::launch($($argument),*),
            (Left::Rows, _) => product_dense::launch($($argument),*),
            (Left::TurnedAndOnes, _) => product_dense_weight_gradients::launch($($argument),*),
            (Left::Patches(_), _) => product_convolution::launch($($argument),*),
            (Left::Spread(_), _) => product_transposed_convolution::launch($($argument),*),
            (Left::Channels(_), _) => product_convolution_weight_gradient::launch($($argument),*),
        }
    };
}

/// `left * right` into `out`. With `splits` over 1 `out` is `[splits, rows, columns]` and nothing but the products is done.
pub(super) fn product(
    plan: Plan,
    left: &CubeTensor,
    right: &CubeTensor,
    out: &CubeTensor,
    extras: Extras<'_>,
    sizes: Sizes,
    splits: usize,
) {
    let Sizes { rows, columns, inner } = sizes;
    let phases = match plan.left {
        Left::Spread(geometry) => geometry.stride * geometry.stride,
        _ => 1,
    };
    // Parts are whole tiles.
    let part = inner.div_ceil(TILE).div_ceil(splits) * TILE;
    let count = CubeCount::Static(
        columns.div_ceil(TILE) as u32,
        rows.div_ceil(TILE) as u32,
        (phases * splits) as u32,
    );
    launch!(
        plan,
        &out.client.clone(),
        count,
        CubeDim::new_2d(UNITS as u32, UNITS as u32),
        arg(left),
        arg(right),
        extras.gate.map(arg).into(),
        extras.bias.map(arg).into(),
        extras.residual.map(arg).into(),
        arg(out),
        extras.before.map(arg).into(),
        extras.sums.map(arg).into(),
        rows,
        columns,
        inner,
        part,
        plan,
        splits > 1
    );
}

/// Both dimensions of a matrix.
pub(super) fn dims(tensor: &CubeTensor) -> [usize; 2] {
    let shape = tensor.shape();
    [shape[0], shape[1]]
}

/// A dense layer's result, `activation(input * weight + bias)`, and the numbers before the activation where `keep` asks for them.
pub(super) fn dense(
    input: &CubeTensor,
    weight: &CubeTensor,
    bias: &CubeTensor,
    activation: Activation,
    keep: bool,
) -> (CubeTensor, Option<CubeTensor>) {
    let ([rows, inner], [_, columns]) = (dims(input), dims(weight));
    let sizes = Sizes { rows, columns, inner };
    let out = alloc(input, [rows, columns]);
    let before = keep.then(|| alloc(input, [rows, columns]));
    let plan =
        Plan { left: Left::Rows, right: Right::Rows, out: Out::Rows, gate: None, activation };
    match sizes.splits() {
        1 => {
            let extras = Extras { bias: Some(bias), before: before.as_ref(), ..Extras::default() };
            product(plan, input, weight, &out, extras, sizes, 1);
        }
        splits => {
            let parts = alloc(input, [splits, rows, columns]);
            let plan = Plan { activation: Activation::None, ..plan };
            product(plan, input, weight, &parts, Extras::default(), sizes, splits);
            super::fold::forward(&parts, Some(bias), &out, before.as_ref(), activation);
        }
    }
    (out, before)
}

/// The gradient of a dense layer's input. `gate`: the layer's output (ReLU) or what it was before the activation (SiLU).
pub(super) fn dense_input_gradient(
    gradient: &CubeTensor,
    weight: &CubeTensor,
    gate: Option<(Activation, &CubeTensor)>,
) -> CubeTensor {
    let ([rows, inner], [columns, _]) = (dims(gradient), dims(weight));
    let sizes = Sizes { rows, columns, inner };
    let out = alloc(gradient, [rows, columns]);
    let plan = Plan {
        left: Left::Rows,
        right: Right::Turned,
        out: Out::Rows,
        gate: gate.map(|(activation, _)| Gate { on_left: true, activation }),
        activation: Activation::None,
    };
    let extras = Extras { gate: gate.map(|(_, tensor)| tensor), ..Extras::default() };
    match sizes.splits() {
        1 => product(plan, gradient, weight, &out, extras, sizes, 1),
        splits => {
            let parts = alloc(gradient, [splits, rows, columns]);
            product(plan, gradient, weight, &parts, extras, sizes, splits);
            super::fold::forward(&parts, None, &out, None, Activation::None);
        }
    }
    out
}

/// The gradients of a dense layer's weight and bias in one kernel: the bias is the weight of an input that is always 1.
pub(super) fn dense_weight_gradients(
    input: &CubeTensor,
    gradient: &CubeTensor,
    gate: Option<(Activation, &CubeTensor)>,
) -> (CubeTensor, CubeTensor) {
    let ([inner, inputs], [_, columns]) = (dims(input), dims(gradient));
    let sizes = Sizes { rows: inputs + 1, columns, inner };
    let (weight, bias) = (alloc(input, [inputs, columns]), alloc(input, [columns]));
    let plan = Plan {
        left: Left::TurnedAndOnes,
        right: Right::Rows,
        out: Out::Rows,
        gate: gate.map(|(activation, _)| Gate { on_left: false, activation }),
        activation: Activation::None,
    };
    let extras =
        Extras { gate: gate.map(|(_, tensor)| tensor), sums: Some(&bias), ..Extras::default() };
    product(plan, input, gradient, &weight, extras, sizes, 1);
    (weight, bias)
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
    mut before: ComptimeOption<&mut [f32]>,
    mut sums: ComptimeOption<&mut [f32]>,
    rows: usize,
    columns: usize,
    inner: usize,
    part: usize,
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
    let row0 = CUBE_POS_Y as usize * TILE;
    let column0 = CUBE_POS_X as usize * TILE;
    let unit = y * UNITS + x;
    // The third number of a workgroup is its part of the sum, or for a transposed convolution its phase.
    let z = CUBE_POS_Z as usize;
    let mut start = 0usize;
    let mut end = inner;
    if comptime!(split) {
        start = z * part;
        end = min(start + part, inner);
    }
    if comptime!(matches!(plan.left, Left::Spread(_))) {
        let geometry = comptime!(plan.left_geometry());
        let stride = comptime!(geometry.stride);
        end = tap_count(z / stride, geometry)
            * tap_count(z % stride, geometry)
            * comptime!(geometry.narrow_channels);
    }
    let tiles = (max(end, start) - start).div_ceil(TILE);
    for tile in 0usize..tiles {
        let inner0 = start + tile * TILE;
        for i in 0usize..LOADS {
            // Neighbouring units read neighbouring numbers, whichever way the matrix lies.
            let slow = (i * UNITS * UNITS + unit) / TILE;
            let fast = (i * UNITS * UNITS + unit) % TILE;
            if comptime!(matches!(plan.left, Left::Rows | Left::Channels(_))) {
                let (row, k) = (row0 + slow, inner0 + fast);
                left_tile[slow * PITCH + fast] =
                    left_at(left, &gate, row, k, rows, end, inner, z, plan);
            } else {
                let (row, k) = (row0 + fast, inner0 + slow);
                left_tile[fast * PITCH + slow] =
                    left_at(left, &gate, row, k, rows, end, inner, z, plan);
            }
            if comptime!(matches!(plan.right, Right::Rows | Right::Taps(_))) {
                let (column, k) = (column0 + fast, inner0 + slow);
                right_tile[slow * PITCH + fast] =
                    right_at(right, &gate, column, k, columns, end, inner, z, plan);
            } else {
                let (column, k) = (column0 + slow, inner0 + fast);
                right_tile[fast * PITCH + slow] =
                    right_at(right, &gate, column, k, columns, end, inner, z, plan);
            }
        }
        sync_cube();
        for k in 0usize..TILE {
            let a0 = left_tile[(y * PER_UNIT) * PITCH + k];
            let a1 = left_tile[(y * PER_UNIT + 1usize) * PITCH + k];
            let a2 = left_tile[(y * PER_UNIT + 2usize) * PITCH + k];
            let a3 = left_tile[(y * PER_UNIT + 3usize) * PITCH + k];
            #[unroll]
            for j in 0usize..PER_UNIT {
                let b = right_tile[k * PITCH + x * PER_UNIT + j];
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
                        if let ComptimeOption::Some(before) = &mut before {
                            before[at] = value;
                        }
                        out[at] = activated(value, comptime!(plan.activation));
                    }
                }
            }
        }
    }
}

/// The left side's number, 0 outside.
#[cube]
#[allow(clippy::too_many_arguments, reason = "a kernel's sizes")]
fn left_at(
    left: &[f32],
    gate: &ComptimeOption<&[f32]>,
    row: usize,
    k: usize,
    rows: usize,
    end: usize,
    inner: usize,
    phase: usize,
    #[comptime] plan: Plan,
) -> f32 {
    let mut value = 0.0f32;
    if row < rows && k < end {
        if comptime!(matches!(plan.left, Left::Rows)) {
            let at = row * inner + k;
            value = left[at];
            if comptime!(plan.gates_left()) {
                #[comptime]
                if let ComptimeOption::Some(gate) = gate {
                    value *= slope(gate[at], comptime!(plan.gate_activation()));
                }
            }
        } else if comptime!(matches!(plan.left, Left::TurnedAndOnes)) {
            value = 1.0f32;
            if row < rows - 1 {
                value = left[k * (rows - 1) + row];
            }
        } else {
            let geometry = comptime!(plan.left_geometry());
            let taps = comptime!(geometry.taps());
            let places = comptime!(geometry.places());
            if comptime!(matches!(plan.left, Left::Patches(_))) {
                value = wide_at(left, row, k / taps, k % taps, geometry);
            } else if comptime!(matches!(plan.left, Left::Channels(_))) {
                let channels = comptime!(geometry.narrow_channels);
                value = left[((k / places) * channels + row) * places + k % places];
            } else {
                value = spread_at(left, row, k, phase, geometry);
            }
        }
    }
    value
}

/// The right side's number, 0 outside.
#[cube]
#[allow(clippy::too_many_arguments, reason = "a kernel's sizes")]
fn right_at(
    right: &[f32],
    gate: &ComptimeOption<&[f32]>,
    column: usize,
    k: usize,
    columns: usize,
    end: usize,
    inner: usize,
    phase: usize,
    #[comptime] plan: Plan,
) -> f32 {
    let mut value = 0.0f32;
    if column < columns && k < end {
        if comptime!(matches!(plan.right, Right::Rows)) {
            let at = k * columns + column;
            value = right[at];
            if comptime!(plan.gates_right()) {
                #[comptime]
                if let ComptimeOption::Some(gate) = gate {
                    value *= slope(gate[at], comptime!(plan.gate_activation()));
                }
            }
        } else if comptime!(matches!(plan.right, Right::Turned)) {
            value = right[column * inner + k];
        } else {
            let geometry = comptime!(plan.right_geometry());
            let taps = comptime!(geometry.taps());
            if comptime!(matches!(plan.right, Right::Patches(_))) {
                value = wide_at(right, k, column / taps, column % taps, geometry);
            } else {
                let narrow = comptime!(geometry.narrow_channels);
                let wide = comptime!(geometry.wide_channels);
                let kernel = comptime!(geometry.kernel);
                let tap = k / narrow;
                let (y, x) = (tap_y(tap, phase, geometry), tap_x(tap, phase, geometry));
                value = right[((k % narrow) * wide + column) * taps + y * kernel + x];
            }
        }
    }
    value
}

/// A wide image's number under `tap` of the narrow place `row` (`image, y, x` in one number), 0 in the padding.
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

/// The narrow images' number that reaches the wide place `row` of a phase by the `k`th `tap, channel`.
#[cube]
fn spread_at(
    images: &[f32],
    row: usize,
    k: usize,
    phase: usize,
    #[comptime] geometry: Geometry,
) -> f32 {
    let channels = comptime!(geometry.narrow_channels);
    let side = comptime!(geometry.phase());
    let (narrow, stride, padding) = comptime!((geometry.narrow, geometry.stride, geometry.padding));
    let tap = k / channels;
    let place = row % comptime!(side * side);
    let y = (place / side) * stride + phase / stride + padding;
    let x = (place % side) * stride + phase % stride + padding;
    let (tap_y, tap_x) = (tap_y(tap, phase, geometry), tap_x(tap, phase, geometry));
    let mut value = 0.0f32;
    if y >= tap_y && x >= tap_x {
        // Exact divisions: a phase has just the taps that hit a narrow place.
        let (y, x) = ((y - tap_y) / stride, (x - tap_x) / stride);
        if y < narrow && x < narrow {
            let image = row / comptime!(side * side);
            value = images[((image * channels + k % channels) * narrow + y) * narrow + x];
        }
    }
    value
}

/// The first tap that reaches a phase along one edge.
#[cube]
fn first_tap(phase: usize, #[comptime] geometry: Geometry) -> usize {
    (phase + comptime!(geometry.padding)) % comptime!(geometry.stride)
}

/// How many taps reach a phase along one edge: all phases are reached by the same number, or some by one fewer.
#[cube]
fn tap_count(phase: usize, #[comptime] geometry: Geometry) -> usize {
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
fn out_at(
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

/// Whether a row of a phase lies in the wide image: the last phases of a side that is no multiple of the stride end before the first.
#[cube]
fn is_inside(row: usize, phase: usize, #[comptime] plan: Plan) -> bool {
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

impl Plan {
    fn gates_left(self) -> bool {
        self.gate.is_some_and(|gate| gate.on_left)
    }

    fn gates_right(self) -> bool {
        self.gate.is_some_and(|gate| !gate.on_left)
    }

    fn gate_activation(self) -> Activation {
        self.gate.map_or(Activation::None, |gate| gate.activation)
    }

    fn left_geometry(self) -> Geometry {
        match self.left {
            Left::Patches(geometry) | Left::Spread(geometry) | Left::Channels(geometry) => geometry,
            Left::Rows | Left::TurnedAndOnes => Geometry::NONE,
        }
    }

    fn right_geometry(self) -> Geometry {
        match self.right {
            Right::Taps(geometry) | Right::Patches(geometry) => geometry,
            Right::Rows | Right::Turned => Geometry::NONE,
        }
    }

    fn out_geometry(self) -> Geometry {
        match self.out {
            Out::Narrow(geometry) | Out::Wide(geometry) => geometry,
            Out::Rows => Geometry::NONE,
        }
    }

    fn may_leave(self) -> bool {
        matches!(self.out, Out::Wide(geometry) if !geometry.wide.is_multiple_of(geometry.stride))
    }
}
