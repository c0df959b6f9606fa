//! Convolutions and transposed convolutions: products that gather their operands from images while
//! they load (implicit GEMM), or [direct kernels](super::direct) where one side has few channels.

use burn::backend::TensorMetadata;
use burn_cubecl::kernel::into_contiguous;
use burn_wgpu::{CubeBackend, CubeTensor};

use super::buffers::alloc;
use super::direct::Direct;
use super::direct_forward;
use super::direct_gradient::{gated_gradient_parts, weight_gradient_parts};
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
        if wanted.weight && !wanted.input && !wanted.residual {
            // The first layer of an encoder: only the weight's gradient needs the gated gradient.
            if let Some(weight) =
                gated_weight_gradients(direction, geometry, saved, &gradient, gate)
            {
                return ConvGradients { input: None, weight: Some(weight), residual: None };
            }
        }
        let (gradient, sums) = reduce::gate_and_sum(&gradient, gate);
        // The gradient of a layer's input: the same weights, the other way.
        let input = wanted.input.then(|| {
            let (back, extras) = (direction.back(), Extras::default());
            convolve(back, geometry, &gradient, &saved.weight, extras, Activation::None)
        });
        let weight =
            wanted.weight.then(|| weight_gradients(direction, geometry, saved, &gradient, &sums));
        ConvGradients { input, weight, residual: Some(gradient) }
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
    let out = output_like(direction, geometry, images);
    if let Some(direct) = Direct::layer(direction, geometry, activation) {
        direct_forward::convolve(direct, direction, images, weight, &out, &extras);
        return out;
    }
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
    let parts = match Direct::weight_gradient(geometry) {
        Some(direct) => {
            let (many, few) = if direct.many_first { (narrow, wide) } else { (wide, narrow) };
            weight_gradient_parts(direct, many, few, [sizes.rows, sizes.columns])
        }
        None => weight_gradient_products(geometry, narrow, wide, sizes),
    };
    add_parts(saved, &parts, sums)
}

/// The same in one kernel where the gradient has many channels and the input has few.
fn gated_weight_gradients(
    direction: Direction,
    geometry: Geometry,
    saved: &Saved<CubeTensor>,
    gradient: &CubeTensor,
    gate: Option<(Activation, &CubeTensor)>,
) -> Option<(CubeTensor, CubeTensor)> {
    let direct = Direct::weight_gradient(geometry).filter(|direct| !direct.is_to_few(direction))?;
    let sizes = [geometry.narrow_channels, geometry.wide_channels * geometry.taps()];
    let (parts, sums) = gated_gradient_parts(direct, gradient, gate, &saved.input, sizes);
    Some(add_parts(saved, &parts, &sums))
}

/// Adds the parts of the gradients of the weight and the bias.
fn add_parts(
    saved: &Saved<CubeTensor>,
    parts: &CubeTensor,
    sums: &CubeTensor,
) -> (CubeTensor, CubeTensor) {
    let (weight, bias) = (alloc_gradient(&saved.weight), alloc_gradient(&saved.bias));
    reduce::gradients(parts, sums, &weight, &bias);
    (weight, bias)
}

/// The gradient of the weight as products, `[splits, rows, columns]`.
fn weight_gradient_products(
    geometry: Geometry,
    narrow: &CubeTensor,
    wide: &CubeTensor,
    sizes: Sizes,
) -> CubeTensor {
    let plan = Plan {
        left: Left::Channels(geometry),
        right: Right::Patches(geometry),
        out: Out::Rows,
        gate: None,
        vectors: Vectors::NONE,
        activation: Activation::None,
    };
    let splits = sizes.splits(narrow);
    let parts = alloc(narrow, [splits, sizes.rows, sizes.columns]);
    product(plan, narrow, wide, &parts, Extras::default(), sizes, splits);
    parts
}
