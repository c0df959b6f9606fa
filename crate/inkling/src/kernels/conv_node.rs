//! A convolution as one node of Burn's graph, whatever the backend. [`ConvKernels`] is what a
//! backend brings to it: the forward and the backward computation on its own memory.

use std::marker::PhantomData;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, DispatchKindConversion, DispatchTensor};
use burn::tensor::Tensor;

use super::activation::Activation;
use super::geometry::{Direction, Geometry};
use crate::device::handle::{finish, from_node, is_tracked, memory, node};

/// What is fixed about a layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConvLayer {
    pub(super) direction: Direction,
    pub(super) geometry: Geometry,
    pub(super) activation: Activation,
}

/// What goes into a layer: images `[batch, channels, side, side]`, the weight
/// `[narrow channels, wide channels, kernel, kernel]`, the bias of each channel that comes out, and
/// perhaps images that are added to the result.
#[derive(Debug)]
pub(super) struct Operands<T> {
    pub(super) input: T,
    pub(super) weight: T,
    pub(super) bias: T,
    pub(super) residual: Option<T>,
}

/// What the backward pass needs of the forward pass.
#[derive(Debug, Clone)]
pub(super) struct Saved<T> {
    pub(super) input: T,
    pub(super) weight: T,
    #[cfg_attr(
        not(feature = "webgpu"),
        allow(dead_code, reason = "WebGPU writes gradients beside it")
    )]
    pub(super) bias: T,
    /// See [`Activation::gate`].
    pub(super) gate: Option<(Activation, T)>,
}

/// Which gradients are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) input: bool,
    /// The weight's or the bias's.
    pub(super) weight: bool,
    /// That of the images that were added to the result.
    #[cfg_attr(
        not(feature = "webgpu"),
        allow(dead_code, reason = "the CPU device has that gradient anyway")
    )]
    pub(super) residual: bool,
}

/// The gradients of a layer's operands, at least those that were asked for.
#[derive(Debug)]
pub(super) struct ConvGradients<T> {
    pub(super) input: Option<T>,
    /// Of the weight and of the bias.
    pub(super) weight: Option<(T, T)>,
    /// The result's gradient behind the activation. A backend that has it anyway gives it unasked.
    pub(super) residual: Option<T>,
}

/// A backend's convolutions. All tensors are in row-major order.
pub(super) trait ConvKernels: Backend {
    /// The tensor in row-major order.
    fn contiguous(tensor: FloatTensor<Self>) -> FloatTensor<Self>;

    /// `activation(convolution + bias + residual)`, and with `keep` the pre-activation too.
    fn conv_forward(
        layer: ConvLayer,
        operands: &Operands<FloatTensor<Self>>,
        keep: bool,
    ) -> (FloatTensor<Self>, Option<FloatTensor<Self>>);

    /// The gradients of the operands, given the gradient of the result.
    fn conv_backward(
        layer: ConvLayer,
        saved: &Saved<FloatTensor<Self>>,
        gradient: FloatTensor<Self>,
        wanted: Wanted,
    ) -> ConvGradients<FloatTensor<Self>>;
}

/// `activation(convolution + bias + residual)` on the backend `B`, with a gradient where the input
/// or the weight has one. Panics on a tensor of another backend.
pub(super) fn convolve<B: ConvKernels>(
    layer: ConvLayer,
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    residual: Option<Tensor<4>>,
) -> Tensor<4>
where
    DispatchTensor: DispatchKindConversion<B> + DispatchKindConversion<Autodiff<B>>,
{
    if !is_tracked(&input) && !is_tracked(&weight) {
        let operands = Operands {
            input: B::contiguous(memory::<B, 4>(input)),
            weight: B::contiguous(memory::<B, 4>(weight)),
            bias: B::contiguous(memory::<B, 1>(bias)),
            residual: residual.map(|residual| B::contiguous(memory::<B, 4>(residual))),
        };
        return Tensor::from_primitive::<B>(B::conv_forward(layer, &operands, false).0);
    }
    let (input, weight, bias) = (node::<B, 4>(input), node::<B, 4>(weight), node::<B, 1>(bias));
    let residual = residual.map(node::<B, 4>);
    let three = [input.node(), weight.node(), bias.node()];
    let fourth = residual.as_ref().map(|residual| residual.node());
    let [input, weight, bias] =
        [input, weight, bias].map(|node| B::contiguous(node.into_primitive()));
    let residual = residual.map(|node| B::contiguous(node.into_primitive()));
    let operands = Operands { input, weight, bias, residual };
    let keep = layer.activation == Activation::Silu;
    let (output, pre_activation) = B::conv_forward(layer, &operands, keep);
    let gate = layer.activation.gate(&output, pre_activation);
    let Operands { input, weight, bias, .. } = operands;
    let state = ConvState::<B> { layer, saved: Saved { input, weight, bias, gate } };
    from_node::<B, 4>(match fourth {
        None => finish!(ConvBackward::<B>(PhantomData), three, state, output),
        Some(fourth) => {
            let [a, b, c] = three;
            finish!(ConvBackward::<B>(PhantomData), [a, b, c, fourth], state, output)
        }
    })
}

#[derive(Debug)]
struct ConvBackward<B>(PhantomData<B>);

#[derive(Debug, Clone)]
struct ConvState<B: Backend> {
    layer: ConvLayer,
    saved: Saved<FloatTensor<B>>,
}

/// Parents: input, weight, bias, and the residual if `N` is 4.
impl<B: ConvKernels, const N: usize> Backward<B, N> for ConvBackward<B> {
    type State = ConvState<B>;

    fn backward(self, ops: Ops<ConvState<B>, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let ConvState { layer, saved } = ops.state;
        let mut parents = ops.parents.into_iter();
        let mut parent = || parents.next().flatten();
        let (input, weight, bias, residual) = (parent(), parent(), parent(), parent());
        let gradient = B::contiguous(grads.consume::<B>(&ops.node));
        let wanted = Wanted {
            input: input.is_some(),
            weight: weight.is_some() || bias.is_some(),
            residual: residual.is_some(),
        };
        let found = B::conv_backward(layer, &saved, gradient, wanted);
        let (to_weight, to_bias) = found.weight.unzip();
        let pairs = [
            (input, found.input),
            (weight, to_weight),
            (bias, to_bias),
            (residual, found.residual),
        ];
        for (node, gradient) in pairs {
            if let (Some(node), Some(gradient)) = (node, gradient) {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}
