//! Convolutions of the CPU device as nodes of Burn's graph. Burn's own (`burn-flex`) take four times as long: they use one thread for most of what they do, and pass over memory
//! for bias, residual and activation once each.

mod activation;
mod columns;
mod conv;
mod matmul;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex, TensorMetadata};
use burn::tensor::{Tensor, TensorData};

use self::conv::{Forward, Layer};
use super::Activation;
use super::geometry::{Direction, Geometry};
use super::graph::{finish, gate, tracked};

type Numbers = FloatTensor<Flex>;

#[derive(Debug)]
struct ConvBackward<const N: usize>;

#[derive(Debug, Clone)]
struct ConvState {
    direction: Direction,
    geometry: Geometry,
    activation: Activation,
    input: Numbers,
    weight: Numbers,
    gate: Option<(Activation, Numbers)>,
}

/// Parents: input, weight, bias, and with `N` 4 the residual.
impl<const N: usize> Backward<Flex, N> for ConvBackward<N> {
    type State = ConvState;

    fn backward(self, ops: Ops<ConvState, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let ConvState { direction, geometry, activation, input, weight, gate } = ops.state;
        let mut parents = ops.parents.into_iter();
        let mut parent = || parents.next().flatten();
        let (to_input, to_weight, to_bias, to_residual) = (parent(), parent(), parent(), parent());
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let layer = Layer { direction, geometry, weight: slice(&weight), activation };
        let gate = gate.as_ref().map(|(_, gate)| slice(gate));
        let found = layer.backward(slice(&input), slice(&gradient), gate, to_input.is_some());
        if let (Some(node), Some(numbers)) = (to_input, found.input) {
            grads.register::<Flex>(node.id, of(numbers, shape(&input)));
        }
        if let Some(node) = to_weight {
            grads.register::<Flex>(node.id, of(found.weight, shape(&weight)));
        }
        if let Some(node) = to_bias {
            let channels = found.bias.len();
            grads.register::<Flex>(node.id, of(found.bias, vec![channels]));
        }
        if let Some(node) = to_residual {
            grads.register::<Flex>(node.id, of(found.gated, shape(&gradient)));
        }
    }
}

/// `activation(layer + bias + residual)` of images `[batch, channels, side, side]`.
pub(super) fn convolve(
    direction: Direction,
    geometry: Geometry,
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    residual: Option<Tensor<4>>,
    activation: Activation,
) -> Tensor<4> {
    let batch = input.dims()[0];
    let (channels, side) = match direction {
        Direction::Down => (geometry.narrow_channels, geometry.narrow),
        Direction::Up => (geometry.wide_channels, geometry.wide),
    };
    let shape = vec![batch, channels, side, side];
    let run = |[input, weight, bias]: [&Numbers; 3], residual: Option<&Numbers>, keep: bool| {
        let layer = Layer { direction, geometry, weight: slice(weight), activation };
        let keep = keep && activation == Activation::Silu;
        let Forward { output, before } =
            layer.forward(slice(input), slice(bias), residual.map(slice), keep);
        (of(output, shape.clone()), before.map(|before| of(before, shape.clone())))
    };
    if !tracked(&input) && !tracked(&weight) {
        let (input, weight, bias) = (plain(input), plain(weight), plain(bias));
        let residual = residual.map(plain);
        let (output, _) = run([&input, &weight, &bias], residual.as_ref(), false);
        return Tensor::from_primitive::<Flex>(output);
    }
    let (input, weight, bias) = (node(input), node(weight), node(bias));
    let residual = residual.map(node);
    let three = [input.node(), weight.node(), bias.node()];
    let fourth = residual.as_ref().map(|residual| residual.node());
    let [input, weight, bias] =
        [input, weight, bias].map(|node| node.into_primitive().to_contiguous());
    let residual = residual.map(|node| node.into_primitive().to_contiguous());
    let (output, before) = run([&input, &weight, &bias], residual.as_ref(), true);
    let gate = gate(activation, &output, before);
    let state = ConvState { direction, geometry, activation, input, weight, gate };
    Tensor::from_primitive::<Autodiff<Flex>>(match fourth {
        None => finish!(ConvBackward::<3>, three, state, output),
        Some(fourth) => {
            let [a, b, c] = three;
            finish!(ConvBackward::<4>, [a, b, c, fourth], state, output)
        }
    })
}

fn node<const D: usize>(tensor: Tensor<D>) -> FloatTensor<Autodiff<Flex>> {
    let tensor = if tracked(&tensor) { tensor } else { tensor.autodiff() };
    tensor.try_into_primitive::<Autodiff<Flex>>().expect("a tensor on the CPU device")
}

fn plain<const D: usize>(tensor: Tensor<D>) -> Numbers {
    let tensor = if tracked(&tensor) { tensor.without_autodiff() } else { tensor };
    tensor.try_into_primitive::<Flex>().expect("a tensor on the CPU device").to_contiguous()
}

fn of(numbers: Vec<f32>, shape: Vec<usize>) -> Numbers {
    Numbers::from_data(TensorData::new(numbers, shape))
}

fn shape(tensor: &Numbers) -> Vec<usize> {
    tensor.shape().to_vec()
}

/// # Panics
/// Unless it is contiguous and of `f32`, as everything here is.
fn slice(tensor: &Numbers) -> &[f32] {
    tensor.as_slice().expect("contiguous f32")
}
