//! The operations as nodes of Burn's graph: forward and backward by our kernels. The convolution
//! is in [`conv_node`](crate::kernels::conv_node), which both devices share.

use burn::backend::TensorMetadata;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::{Shape, Tensor};
use burn_cubecl::kernel::into_contiguous as contiguous;
use burn_wgpu::{CubeBackend, CubeTensor};

use super::buffers::{alloc, reshaped};
use super::columns;
use super::dense;
use super::objective;
use super::parameters::alloc_gradient;
use super::step::Control;
use crate::device::handle::{self, Node, finish, is_tracked};
use crate::device::webgpu::{primitive, tensor};
use crate::kernels::activation::Activation;
use crate::kernels::likelihood::Likelihood;

fn node<const D: usize>(tensor: Tensor<D>) -> Node<CubeBackend> {
    handle::node::<CubeBackend, D>(tensor)
}

fn from_node<const D: usize>(node: Node<CubeBackend>) -> Tensor<D> {
    handle::from_node::<CubeBackend, D>(node)
}

#[derive(Debug)]
struct DenseBackward;

#[derive(Debug, Clone)]
struct DenseState {
    input: CubeTensor,
    weight: CubeTensor,
    bias: CubeTensor,
    gate: Option<(Activation, CubeTensor)>,
}

impl Backward<CubeBackend, 3> for DenseBackward {
    type State = DenseState;

    fn backward(self, ops: Ops<DenseState, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [to_input, to_weight, to_bias] = ops.parents;
        let DenseState { input, weight, bias, gate } = ops.state;
        let gradient = contiguous(grads.consume::<CubeBackend>(&ops.node));
        let gate = gate.as_ref().map(|(activation, gate)| (*activation, gate));
        if let Some(node) = to_input {
            let new = dense::input_gradient(&gradient, &weight, gate);
            grads.register::<CubeBackend>(node.id, new);
        }
        if to_weight.is_some() || to_bias.is_some() {
            let into = (alloc_gradient(&weight), alloc_gradient(&bias));
            let (weight, bias) = dense::weight_gradients(&input, &gradient, gate, into);
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
    if !is_tracked(&input) && !is_tracked(&weight) {
        let (input, weight, bias) = (primitive(input), primitive(weight), primitive(bias));
        return tensor(run(&input, &weight, &bias, false).0);
    }
    let (input, weight, bias) = (node(input), node(weight), node(bias));
    let nodes = [input.node(), weight.node(), bias.node()];
    let [input, weight, bias] = [input, weight, bias].map(|node| contiguous(node.into_primitive()));
    from_node(match DenseBackward.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let (output, pre_activation) = run(&input, &weight, &bias, true);
            let gate = activation.gate(&output, pre_activation);
            prep.finish(DenseState { input, weight, bias, gate }, output)
        }
        OpsKind::UnTracked(prep) => prep.finish(run(&input, &weight, &bias, false).0),
    })
}

/// See [`crate::kernels::gram`].
pub(crate) fn gram(x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
    let x = primitive(x);
    let columns = x.shape()[1];
    let into = (alloc(&x, [columns, columns]), alloc(&x, [columns]));
    let (products, sums) = dense::weight_gradients(&x, &x, None, into);
    (tensor(products), tensor(sums))
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

/// [`objective::sample`] as a node: latents `[batch, latent]`, through which the gradient flows
/// back (the KL's own is added on the way), and the mean KL of each latent.
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
    /// The gradient: the forward pass has computed it already.
    type State = CubeTensor;

    fn backward(self, ops: Ops<CubeTensor, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        // This node is the graph's root, so the gradient that arrives is 1.
        let _ = grads.consume::<CubeBackend>(&ops.node);
        if let [Some(node)] = ops.parents {
            grads.register::<CubeBackend>(node.id, ops.state);
        }
    }
}

/// Minus the log-likelihood of each image in nats, `[batch]`, as the root of a graph. The backward
/// pass gives the gradient of `weight` times their sum.
pub(crate) fn likelihood(
    likelihood: Likelihood,
    outputs: Tensor<2>,
    images: &CubeTensor,
    weight: f32,
) -> Tensor<1> {
    let outputs = node(outputs);
    let nodes = [outputs.node()];
    let outputs = contiguous(outputs.into_primitive());
    let (nats, gradient) = objective::likelihood(likelihood, &outputs, images, weight);
    from_node(finish!(LikelihoodBackward, nodes, gradient, nats))
}

#[derive(Debug)]
struct ReshapeBackward;

impl Backward<CubeBackend, 1> for ReshapeBackward {
    /// The shape before.
    type State = Shape;

    fn backward(self, ops: Ops<Shape, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = contiguous(grads.consume::<CubeBackend>(&ops.node));
        if let [Some(node)] = ops.parents {
            grads.register::<CubeBackend>(node.id, reshaped(&gradient, ops.state));
        }
    }
}

/// See [`crate::kernels::reshape`].
pub(crate) fn reshape<const A: usize, const B: usize>(
    all: Tensor<A>,
    shape: [usize; B],
) -> Tensor<B> {
    if !is_tracked(&all) {
        return tensor(reshaped(&primitive(all), shape.into()));
    }
    let before = Shape::from(all.dims());
    let all = node(all);
    let nodes = [all.node()];
    let same = reshaped(&contiguous(all.into_primitive()), shape.into());
    from_node(finish!(ReshapeBackward, nodes, before, same))
}

#[derive(Debug)]
struct AppendBackward;

impl Backward<CubeBackend, 1> for AppendBackward {
    /// Columns of the left matrix.
    type State = usize;

    fn backward(self, ops: Ops<usize, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = contiguous(grads.consume::<CubeBackend>(&ops.node));
        if let [Some(node)] = ops.parents {
            let to_left = columns::columns(&gradient, 0, ops.state);
            grads.register::<CubeBackend>(node.id, to_left);
        }
    }
}

/// See [`crate::kernels::append`].
pub(crate) fn append(left: Tensor<2>, right: Tensor<2>) -> Tensor<2> {
    let right = primitive(right);
    if !is_tracked(&left) {
        return tensor(columns::append(&primitive(left), &right));
    }
    let [_, left_columns] = left.dims();
    let left = node(left);
    let nodes = [left.node()];
    let both = columns::append(&contiguous(left.into_primitive()), &right);
    from_node(finish!(AppendBackward, nodes, left_columns, both))
}

/// See [`crate::kernels::columns`].
pub(crate) fn columns(all: Tensor<2>, start: usize, count: usize) -> Tensor<2> {
    tensor(columns::columns(&primitive(all), start, count))
}

/// See [`crate::kernels::mean_image`].
pub(crate) fn mean_image(outputs: Tensor<2>) -> Tensor<2> {
    tensor(objective::mean_image(&primitive(outputs)))
}
