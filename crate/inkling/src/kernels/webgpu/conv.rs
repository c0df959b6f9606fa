//! Convolutions and transposed convolutions: products whose sides are gathered from images as they are loaded (implicit GEMM).

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;

use super::buffers::alloc;
use super::matmul::product;
use super::plan::{Extras, Left, Out, Plan, Right, Sizes};
use super::reduce;
use crate::kernels::Activation;
use crate::kernels::geometry::{Direction, Geometry};

/// Images `[batch, channels, side, side]` through the weights `[narrow channels, wide channels, kernel, kernel]`, with whatever else a layer does.
pub(super) fn convolve(
    direction: Direction,
    geometry: Geometry,
    images: &CubeTensor,
    weight: &CubeTensor,
    extras: Extras<'_>,
    activation: Activation,
) -> CubeTensor {
    let batch = images.shape()[0];
    let Geometry { wide_channels, narrow_channels, .. } = geometry;
    let (left, right, place, sizes) = match direction {
        Direction::Down => (
            Left::Patches(geometry),
            Right::Turned,
            Out::Narrow(geometry),
            Sizes {
                rows: batch * geometry.places(),
                columns: narrow_channels,
                inner: wide_channels * geometry.taps(),
            },
        ),
        Direction::Up => (
            Left::Spread(geometry),
            Right::Taps(geometry),
            Out::Wide(geometry),
            Sizes {
                rows: batch * geometry.phase() * geometry.phase(),
                columns: wide_channels,
                inner: narrow_channels * geometry.taps(),
            },
        ),
    };
    let out = output_like(direction, geometry, images);
    let plan = Plan { left, right, out: place, gate: None, activation };
    product(plan, images, weight, &out, extras, sizes, 1);
    out
}

/// Memory for the images that a layer gives.
pub(super) fn output_like(
    direction: Direction,
    geometry: Geometry,
    images: &CubeTensor,
) -> CubeTensor {
    let (channels, side) = match direction {
        Direction::Down => (geometry.narrow_channels, geometry.narrow),
        Direction::Up => (geometry.wide_channels, geometry.wide),
    };
    alloc(images, [images.shape()[0], channels, side, side])
}

/// The gradient of a layer's input: the same weights, the other way.
pub(super) fn input_gradient(
    direction: Direction,
    geometry: Geometry,
    gradient: &CubeTensor,
    weight: &CubeTensor,
) -> CubeTensor {
    convolve(direction.back(), geometry, gradient, weight, Extras::default(), Activation::None)
}

/// The gradients of a layer's weight and bias; `sums` are parts of the gradient's channels' sums.
pub(super) fn weight_gradients(
    direction: Direction,
    geometry: Geometry,
    images: &CubeTensor,
    gradient: &CubeTensor,
    sums: &CubeTensor,
) -> (CubeTensor, CubeTensor) {
    let (narrow, wide) = match direction {
        Direction::Down => (gradient, images),
        Direction::Up => (images, gradient),
    };
    let Geometry { wide_channels, narrow_channels, kernel, .. } = geometry;
    let sizes = Sizes {
        rows: narrow_channels,
        columns: wide_channels * geometry.taps(),
        inner: images.shape()[0] * geometry.places(),
    };
    let plan = Plan {
        left: Left::Channels(geometry),
        right: Right::Patches(geometry),
        out: Out::Rows,
        gate: None,
        activation: Activation::None,
    };
    let splits = sizes.splits();
    let parts = alloc(images, [splits, sizes.rows, sizes.columns]);
    product(plan, narrow, wide, &parts, Extras::default(), sizes, splits);
    let weight = alloc(images, [narrow_channels, wide_channels, kernel, kernel]);
    let bias = alloc(images, [sums.shape()[1]]);
    reduce::gradients(&parts, sums, &weight, &bias);
    (weight, bias)
}
