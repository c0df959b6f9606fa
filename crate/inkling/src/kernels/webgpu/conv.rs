//! Convolutions and transposed convolutions: products that gather their operands from images while
//! they load (implicit GEMM).

use burn::backend::TensorMetadata;
use burn_cubecl::kernel::into_contiguous;
use burn_wgpu::{CubeBackend, CubeTensor};

use super::buffers::alloc;
use super::matmul::product;
use super::parameters::alloc_gradient;
use super::plan::{Extras, Left, Out, Plan, Right, Sizes, Vectors};
use super::reduce;
use crate::kernels::activation::Activation;
use crate::kernels::conv_node::{ConvGradients, ConvKernels, ConvLayer, Operands, Saved, Wanted};
use crate::kernels::geometry::{Direction, Geometry};

impl ConvKernels for CubeBackend {
    fn contiguous(tensor: CubeTensor) -> CubeTensor {
        into_contiguous(tensor)
    }

    fn conv_forward(
        layer: ConvLayer,
        operands: &Operands<CubeTensor>,
        keep: bool,
    ) -> (CubeTensor, Option<CubeTensor>) {
        let ConvLayer { direction, geometry, activation } = layer;
        let Operands { input, weight, bias, residual } = operands;
        let pre_activation = keep.then(|| output_like(direction, geometry, input));
        let extras = Extras {
            bias: Some(bias),
            residual: residual.as_ref(),
            pre_activation: pre_activation.as_ref(),
            ..Extras::default()
        };
        let output = convolve(direction, geometry, input, weight, extras, activation);
        (output, pre_activation)
    }

    fn conv_backward(
        layer: ConvLayer,
        saved: &Saved<CubeTensor>,
        gradient: CubeTensor,
        wanted: Wanted,
    ) -> ConvGradients<CubeTensor> {
        let ConvLayer { direction, geometry, .. } = layer;
        let gate = saved.gate.as_ref().map(|(activation, gate)| (*activation, gate));
        let (gradient, sums) = reduce::gate_and_sum(&gradient, gate);
        // The gradient of a layer's input: the same weights, the other way.
        let input = wanted.input.then(|| {
            let (back, extras) = (direction.back(), Extras::default());
            convolve(back, geometry, &gradient, &saved.weight, extras, Activation::None)
        });
        let weight =
            wanted.weight.then(|| weight_gradients(direction, geometry, saved, &gradient, &sums));
        ConvGradients { input, weight, residual: gradient }
    }
}

/// Images `[batch, channels, side, side]` convolved with the weight
/// `[narrow channels, wide channels, kernel, kernel]`, and whatever else the layer does.
fn convolve(
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
            Right::Transposed,
            Out::Narrow(geometry),
            Sizes {
                rows: batch * geometry.places(),
                columns: narrow_channels,
                k: wide_channels * geometry.taps(),
            },
        ),
        Direction::Up => (
            Left::PhasePatches(geometry),
            Right::Taps(geometry),
            Out::Wide(geometry),
            Sizes {
                rows: batch * geometry.phase() * geometry.phase(),
                columns: wide_channels,
                k: narrow_channels * geometry.taps(),
            },
        ),
    };
    let out = output_like(direction, geometry, images);
    let plan = Plan { left, right, out: place, gate: None, vectors: Vectors::NONE, activation };
    product(plan, images, weight, &out, extras, sizes, 1);
    out
}

/// Memory for the images that come out of a layer.
fn output_like(direction: Direction, geometry: Geometry, images: &CubeTensor) -> CubeTensor {
    let (channels, side) = match direction {
        Direction::Down => (geometry.narrow_channels, geometry.narrow),
        Direction::Up => (geometry.wide_channels, geometry.wide),
    };
    alloc(images, [images.shape()[0], channels, side, side])
}

/// The gradients of the weight and the bias. `sums` are partial sums over the gradient's channels.
fn weight_gradients(
    direction: Direction,
    geometry: Geometry,
    saved: &Saved<CubeTensor>,
    gradient: &CubeTensor,
    sums: &CubeTensor,
) -> (CubeTensor, CubeTensor) {
    let images = &saved.input;
    let (narrow, wide) = match direction {
        Direction::Down => (gradient, images),
        Direction::Up => (images, gradient),
    };
    let Geometry { wide_channels, narrow_channels, .. } = geometry;
    let sizes = Sizes {
        rows: narrow_channels,
        columns: wide_channels * geometry.taps(),
        k: images.shape()[0] * geometry.places(),
    };
    let plan = Plan {
        left: Left::Channels(geometry),
        right: Right::Patches(geometry),
        out: Out::Rows,
        gate: None,
        vectors: Vectors::NONE,
        activation: Activation::None,
    };
    let splits = sizes.splits();
    let parts = alloc(images, [splits, sizes.rows, sizes.columns]);
    product(plan, narrow, wide, &parts, Extras::default(), sizes, splits);
    let (weight, bias) = (alloc_gradient(&saved.weight), alloc_gradient(&saved.bias));
    reduce::gradients(&parts, sums, &weight, &bias);
    (weight, bias)
}
