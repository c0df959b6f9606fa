//! The hot operations of the CPU device. Burn's own (`burn-flex`) pass over memory once for each
//! product, bias, activation and term of the loss, and use one thread for most of that.

mod activation;
mod adam;
pub(crate) mod alone;
mod columns;
mod conv;
mod dense;
mod math;
mod matmul;
pub(crate) mod nodes;
mod objective;
mod record;
mod threads;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::TensorData;

use self::conv::{Forward, Layer};
use super::conv_node::{ConvGradients, ConvKernels, ConvLayer, Operands, Saved, Wanted};
use super::geometry::Direction;

type Numbers = FloatTensor<Flex>;

impl ConvKernels for Flex {
    fn contiguous(tensor: Numbers) -> Numbers {
        tensor.to_contiguous()
    }

    fn conv_forward(
        layer: ConvLayer,
        operands: &Operands<Numbers>,
        keep: bool,
    ) -> (Numbers, Option<Numbers>) {
        let Operands { input, weight, bias, residual } = operands;
        let geometry = layer.geometry;
        let (channels, side) = match layer.direction {
            Direction::Down => (geometry.narrow_channels, geometry.narrow),
            Direction::Up => (geometry.wide_channels, geometry.wide),
        };
        let shape = vec![input.shape()[0], channels, side, side];
        let residual = residual.as_ref().map(slice);
        let Forward { output, pre_activation } =
            with_weight(layer, weight).forward(slice(input), slice(bias), residual, keep);
        let pre_activation = pre_activation.map(|numbers| tensor(numbers, shape.clone()));
        (tensor(output, shape), pre_activation)
    }

    fn conv_backward(
        layer: ConvLayer,
        saved: &Saved<Numbers>,
        gradient: Numbers,
        wanted: Wanted,
    ) -> ConvGradients<Numbers> {
        let Saved { input, weight, gate, .. } = saved;
        let gate = gate.as_ref().map(|(_, gate)| slice(gate));
        let found =
            with_weight(layer, weight).backward(slice(input), slice(&gradient), gate, wanted.input);
        let bias_shape = vec![found.bias.len()];
        ConvGradients {
            input: found.input.map(|numbers| tensor(numbers, shape(input))),
            weight: wanted
                .weight
                .then(|| (tensor(found.weight, shape(weight)), tensor(found.bias, bias_shape))),
            residual: Some(tensor(found.gated, shape(&gradient))),
        }
    }
}

fn with_weight(layer: ConvLayer, weight: &Numbers) -> Layer<'_> {
    let ConvLayer { direction, geometry, activation } = layer;
    Layer { direction, geometry, weight: slice(weight), activation }
}

fn tensor(numbers: Vec<f32>, shape: Vec<usize>) -> Numbers {
    Numbers::from_data(TensorData::new(numbers, shape))
}

fn shape(tensor: &Numbers) -> Vec<usize> {
    tensor.shape().to_vec()
}

/// The tensor in memory that holds nothing else, so that it can be changed in place.
fn own(tensor: Numbers) -> Numbers {
    let whole = tensor.bytes().len() == tensor.shape().num_elements() * size_of::<f32>();
    match tensor.is_contiguous() && whole {
        true => tensor,
        false => Numbers::from_data(tensor.to_contiguous().into_data()),
    }
}

/// All numbers of a tensor that is [its own](own). Copies them first if somebody else holds them,
/// too.
fn slice_mut(tensor: &mut Numbers) -> &mut [f32] {
    tensor.storage_mut()
}

/// # Panics
/// If the tensor is not contiguous or not of `f32`. Everything here is both.
fn slice(tensor: &Numbers) -> &[f32] {
    tensor.as_slice().expect("contiguous f32")
}
