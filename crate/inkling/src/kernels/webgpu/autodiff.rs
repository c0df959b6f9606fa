//! The operations as nodes of Burn's graph: forwards by our kernels, backwards by our kernels.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::tensor::Tensor;
use burn_wgpu::{CubeBackend, CubeTensor};

use super::buffers::contiguous;
use super::conv;
use super::dense::{self};
use super::objective;
use super::plan::Extras;
use super::reduce;
use super::step::Control;
use crate::kernels::Activation;
use crate::kernels::geometry::{Direction, Geometry};
use crate::kernels::graph::{finish, gate, tracked};
use crate::model::Likelihood;

/// A tensor that may be part of a graph.
type Node = FloatTensor<Autodiff<CubeBackend>>;

/// The tensor's memory on the device, without a graph.
pub(crate) fn primitive<const D: usize>(tensor: Tensor<D>) -> CubeTensor {
    let tensor = if tracked(&tensor) { tensor.without_autodiff() } else { tensor };
    contiguous(tensor.try_into_primitive::<CubeBackend>().expect("a tensor on the WebGPU device"))
}

/// A tensor of that memory, without a graph.
pub(crate) fn tensor<const D: usize>(primitive: CubeTensor) -> Tensor<D> {
    Tensor::from_primitive::<CubeBackend>(primitive)
}

fn node<const D: usize>(tensor: Tensor<D>) -> Node {
    let tensor = if tracked(&tensor) { tensor } else { tensor.autodiff() };
    tensor.try_into_primitive::<Autodiff<CubeBackend>>().expect("a tensor on the WebGPU device")
}

fn from_node<const D: usize>(node: Node) -> Tensor<D> {
    Tensor::from_primitive::<Autodiff<CubeBackend>>(node)
}

#[derive(Debug)]
struct DenseBackward;

#[derive(Debug, Clone)]
struct DenseState {
    input: CubeTensor,
    weight: CubeTensor,
    gate: Option<(Activation, CubeTensor)>,
}

impl Backward<CubeBackend, 3> for DenseBackward {
    type State = DenseState;

    fn backward(self, ops: Ops<DenseState, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [to_input, to_weight, to_bias] = ops.parents;
        let DenseState { input, weight, gate } = ops.state;
        let gradient = contiguous(grads.consume::<CubeBackend>(&ops.node));
        let gate = gate.as_ref().map(|(activation, gate)| (*activation, gate));
        if let Some(node) = to_input {
            let new = dense::input_gradient(&gradient, &weight, gate);
            grads.register::<CubeBackend>(node.id, new);
        }
        if to_weight.is_some() || to_bias.is_some() {
            let (weight, bias) = dense::weight_gradients(&input, &gradient, gate);
            if let Some(node) = to_weight {
                grads.register::<CubeBackend>(node.id, weight);
            }
            if let Some(node) = to_bias {
                grads.register::<CubeBackend>(node.id, bias);
            }
        }
    }
}

/// See [`crate::kernels::dense`].
pub(crate) fn dense(
    input: Tensor<2>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    activation: Activation,
) -> Tensor<2> {
    let run = |input: &CubeTensor, weight: &CubeTensor, bias: &CubeTensor, keep: bool| {
        dense::forward(input, weight, bias, activation, keep && activation == Activation::Silu)
    };
    if !tracked(&input) && !tracked(&weight) {
        let (input, weight, bias) = (primitive(input), primitive(weight), primitive(bias));
        return tensor(run(&input, &weight, &bias, false).0);
    }
    let (input, weight, bias) = (node(input), node(weight), node(bias));
    let nodes = [input.node(), weight.node(), bias.node()];
    let [input, weight, bias] = [input, weight, bias].map(|node| contiguous(node.into_primitive()));
    from_node(match DenseBackward.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let (output, before) = run(&input, &weight, &bias, true);
            let gate = gate(activation, &output, before);
            prep.finish(DenseState { input, weight, gate }, output)
        }
        OpsKind::UnTracked(prep) => prep.finish(run(&input, &weight, &bias, false).0),
    })
}

/// See [`crate::kernels::gram`].
pub(crate) fn gram(x: Tensor<2>) -> Tensor<2> {
    let x = primitive(x);
    tensor(dense::weight_gradients(&x, &x, None).0)
}

#[derive(Debug)]
struct ConvBackward<const N: usize>;

#[derive(Debug, Clone)]
struct ConvState {
    direction: Direction,
    geometry: Geometry,
    input: CubeTensor,
    weight: CubeTensor,
    gate: Option<(Activation, CubeTensor)>,
}

/// Parents: input, weight, bias, and with `N` 4 the residual.
impl<const N: usize> Backward<CubeBackend, N> for ConvBackward<N> {
    type State = ConvState;

    fn backward(self, ops: Ops<ConvState, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let ConvState { direction, geometry, input, weight, gate } = ops.state;
        let mut parents = ops.parents.into_iter();
        let mut parent = || parents.next().flatten();
        let (to_input, to_weight, to_bias, to_residual) = (parent(), parent(), parent(), parent());
        let gradient = contiguous(grads.consume::<CubeBackend>(&ops.node));
        let gate = gate.as_ref().map(|(activation, gate)| (*activation, gate));
        let (gradient, sums) = reduce::gate_and_sum(&gradient, gate);
        if let Some(node) = to_input {
            let new = conv::input_gradient(direction, geometry, &gradient, &weight);
            grads.register::<CubeBackend>(node.id, new);
        }
        if to_weight.is_some() || to_bias.is_some() {
            let (weight, bias) =
                conv::weight_gradients(direction, geometry, &input, &gradient, &sums);
            if let Some(node) = to_weight {
                grads.register::<CubeBackend>(node.id, weight);
            }
            if let Some(node) = to_bias {
                grads.register::<CubeBackend>(node.id, bias);
            }
        }
        if let Some(node) = to_residual {
            grads.register::<CubeBackend>(node.id, gradient);
        }
    }
}

/// See [`crate::kernels::conv`].
pub(crate) fn convolve(
    direction: Direction,
    geometry: Geometry,
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    residual: Option<Tensor<4>>,
    activation: Activation,
) -> Tensor<4> {
    let run = |input: &CubeTensor,
               weight: &CubeTensor,
               bias: &CubeTensor,
               residual: Option<&CubeTensor>,
               keep: bool| {
        let before = (keep && activation == Activation::Silu)
            .then(|| conv::output_like(direction, geometry, input));
        let extras =
            Extras { bias: Some(bias), residual, before: before.as_ref(), ..Extras::default() };
        (conv::convolve(direction, geometry, input, weight, extras, activation), before)
    };
    if !tracked(&input) && !tracked(&weight) {
        let (input, weight, bias) = (primitive(input), primitive(weight), primitive(bias));
        let residual = residual.map(primitive);
        return tensor(run(&input, &weight, &bias, residual.as_ref(), false).0);
    }
    let (input, weight, bias) = (node(input), node(weight), node(bias));
    let residual = residual.map(node);
    let three = [input.node(), weight.node(), bias.node()];
    let fourth = residual.as_ref().map(|residual| residual.node());
    let [input, weight, bias] = [input, weight, bias].map(|node| contiguous(node.into_primitive()));
    let residual = residual.map(|node| contiguous(node.into_primitive()));
    let (output, before) = run(&input, &weight, &bias, residual.as_ref(), true);
    let gate = gate(activation, &output, before);
    let state = ConvState { direction, geometry, input, weight, gate };
    from_node(match fourth {
        None => finish!(ConvBackward::<3>, three, state, output),
        Some(fourth) => {
            let [a, b, c] = three;
            finish!(ConvBackward::<4>, [a, b, c, fourth], state, output)
        }
    })
}

#[derive(Debug)]
struct SampleBackward;

#[derive(Debug, Clone)]
struct SampleState {
    posterior: CubeTensor,
    latents: CubeTensor,
    kl: CubeTensor,
    control: Control,
}

impl Backward<CubeBackend, 1> for SampleBackward {
    type State = SampleState;

    fn backward(self, ops: Ops<SampleState, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let SampleState { posterior, latents, kl, control } = ops.state;
        let [to_posterior] = ops.parents;
        let gradient = contiguous(grads.consume::<CubeBackend>(&ops.node));
        if let Some(node) = to_posterior {
            let new = objective::sample_gradient(&gradient, &posterior, &latents, &kl, &control);
            grads.register::<CubeBackend>(node.id, new);
        }
    }
}

/// See [`objective::sample`]: latents `[batch, latent]` that lead the gradient back, the KL's own included, and the mean KL of each latent.
pub(crate) fn sample(posterior: Tensor<2>, control: &Control) -> (Tensor<2>, CubeTensor) {
    let posterior = node(posterior);
    let nodes = [posterior.node()];
    let posterior = contiguous(posterior.into_primitive());
    let (latents, kl) = objective::sample(&posterior, control);
    let state = SampleState {
        posterior,
        latents: latents.clone(),
        kl: kl.clone(),
        control: control.clone(),
    };
    (from_node(finish!(SampleBackward, nodes, state, latents)), kl)
}

#[derive(Debug)]
struct LikelihoodBackward;

impl Backward<CubeBackend, 1> for LikelihoodBackward {
    /// The gradient, known since the way forwards.
    type State = CubeTensor;

    fn backward(self, ops: Ops<CubeTensor, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        // This is the graph's root: what arrives is 1.
        let _ = grads.consume::<CubeBackend>(&ops.node);
        if let [Some(node)] = ops.parents {
            grads.register::<CubeBackend>(node.id, ops.state);
        }
    }
}

/// Minus the log-likelihood of each image in nats, `[batch]`, as the root of a graph: backwards it is the gradient of the batch's mean.
pub(crate) fn likelihood(
    likelihood: Likelihood,
    outputs: Tensor<2>,
    images: &CubeTensor,
) -> Tensor<1> {
    let outputs = node(outputs);
    let nodes = [outputs.node()];
    let outputs = contiguous(outputs.into_primitive());
    let (nats, gradient) = objective::likelihood(likelihood, &outputs, images);
    from_node(finish!(LikelihoodBackward, nodes, gradient, nats))
}

/// See [`crate::kernels::mean_image`].
pub(crate) fn mean_image(outputs: Tensor<2>) -> Tensor<2> {
    tensor(objective::mean_image(&primitive(outputs)))
}
