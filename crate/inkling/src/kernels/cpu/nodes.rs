//! The operations as nodes of Burn's graph: forward and backward on this crate's own memory. The
//! convolution is in [`conv_node`](crate::kernels::conv_node), which both devices share.

use burn::backend::Flex;
use burn::backend::TensorMetadata;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::{Int, Tensor};

use super::dense::{self, Dense};
use super::{Numbers, objective, own, shape, slice, slice_mut, tensor};
use crate::device::handle::{self, finish, is_tracked};
use crate::kernels::activation::Activation;
use crate::kernels::likelihood::Likelihood;

type Node = handle::Node<Flex>;

fn node<const D: usize>(tensor: Tensor<D>) -> Node {
    handle::node::<Flex, D>(tensor)
}

fn from_node<const D: usize>(node: Node) -> Tensor<D> {
    handle::from_node::<Flex, D>(node)
}

fn memory<const D: usize>(tensor: Tensor<D>) -> Numbers {
    handle::memory::<Flex, D>(tensor).to_contiguous()
}

fn from_memory<const D: usize>(numbers: Numbers) -> Tensor<D> {
    Tensor::from_primitive::<Flex>(numbers)
}

#[derive(Debug)]
struct DenseBackward;

#[derive(Debug, Clone)]
struct DenseState {
    input: Numbers,
    weight: Numbers,
    gate: Option<(Activation, Numbers)>,
}

impl Backward<Flex, 3> for DenseBackward {
    type State = DenseState;

    fn backward(self, ops: Ops<DenseState, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [to_input, to_weight, to_bias] = ops.parents;
        let DenseState { input, weight, gate } = ops.state;
        let mut gradient = own(grads.consume::<Flex>(&ops.node));
        let (activation, gate) = match &gate {
            Some((activation, gate)) => (*activation, Some(slice(gate))),
            None => (Activation::None, None),
        };
        let layer = layer(&weight, activation);
        let gradient = slice_mut(&mut gradient);
        let dense::Backward { input: found, weight: weights, bias } =
            layer.backward(slice(&input), gradient, gate, to_input.is_some());
        if let (Some(node), Some(found)) = (to_input, found) {
            grads.register::<Flex>(node.id, tensor(found, shape(&input)));
        }
        if let Some(node) = to_bias {
            let outputs = bias.len();
            grads.register::<Flex>(node.id, tensor(bias, vec![outputs]));
        }
        if let Some(node) = to_weight {
            grads.register::<Flex>(node.id, tensor(weights, shape(&weight)));
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
    let run = |input: &Numbers, weight: &Numbers, bias: &Numbers, keep: bool| {
        let shape = vec![input.shape()[0], weight.shape()[1]];
        let keep = keep && activation == Activation::Silu;
        let (output, kept) = layer(weight, activation).forward(slice(input), slice(bias), keep);
        (tensor(output, shape.clone()), kept.map(|kept| tensor(kept, shape)))
    };
    if !is_tracked(&input) && !is_tracked(&weight) {
        let (input, weight, bias) = (memory(input), memory(weight), memory(bias));
        return from_memory(run(&input, &weight, &bias, false).0);
    }
    let (input, weight, bias) = (node(input), node(weight), node(bias));
    let nodes = [input.node(), weight.node(), bias.node()];
    let [input, weight, bias] =
        [input, weight, bias].map(|node| node.into_primitive().to_contiguous());
    from_node(match DenseBackward.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let (output, pre_activation) = run(&input, &weight, &bias, true);
            let gate = activation.gate(&output, pre_activation);
            prep.finish(DenseState { input, weight, gate }, output)
        }
        OpsKind::UnTracked(prep) => prep.finish(run(&input, &weight, &bias, false).0),
    })
}

fn layer(weight: &Numbers, activation: Activation) -> Dense<'_> {
    let sizes = weight.shape();
    Dense { inputs: sizes[0], outputs: sizes[1], weight: slice(weight), activation }
}

#[derive(Debug)]
struct SampleBackward;

#[derive(Debug, Clone)]
struct SampleState {
    posterior: Numbers,
    latents: Numbers,
    /// Of each latent's KL in the loss, for each image.
    weights: Vec<f32>,
}

impl Backward<Flex, 1> for SampleBackward {
    type State = SampleState;

    fn backward(self, ops: Ops<SampleState, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let SampleState { posterior, latents, weights } = ops.state;
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        if let [Some(node)] = ops.parents {
            let found = objective::sample_gradient(
                slice(&gradient),
                slice(&posterior),
                slice(&latents),
                &weights,
            );
            grads.register::<Flex>(node.id, tensor(found, shape(&posterior)));
        }
    }
}

/// Reparameterised draws from a posterior `[batch, 2 * latent]`, given noise `[batch, latent]`, and
/// the mean KL of each latent. A gradient flows back through the draws, and that of `beta` times
/// the KL is added on the way, but for latents whose KL is below `free_bits`.
pub(crate) fn sample(
    posterior: Tensor<2>,
    noise: Tensor<2>,
    beta: f64,
    free_bits: f64,
) -> (Tensor<2>, Vec<f32>) {
    let [batch, latent] = noise.dims();
    let (posterior, noise) = (node(posterior), memory(noise));
    let nodes = [posterior.node()];
    let posterior = posterior.into_primitive().to_contiguous();
    let (latents, kl) = objective::sample(slice(&posterior), slice(&noise), latent);
    let latents = tensor(latents, vec![batch, latent]);
    let weight = |&kl: &f32| match free_bits > 0.0 && f64::from(kl) <= free_bits {
        true => 0.0,
        false => (beta / batch as f64) as f32,
    };
    let weights = kl.iter().map(weight).collect();
    let state = SampleState { posterior, latents: latents.clone(), weights };
    (from_node(finish!(SampleBackward, nodes, state, latents)), kl)
}

#[derive(Debug)]
struct LikelihoodBackward;

impl Backward<Flex, 1> for LikelihoodBackward {
    /// The gradient: the forward pass has computed it already.
    type State = Numbers;

    fn backward(self, ops: Ops<Numbers, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        // This node is the graph's root, so the gradient that arrives is 1.
        let _ = grads.consume::<Flex>(&ops.node);
        if let [Some(node)] = ops.parents {
            grads.register::<Flex>(node.id, ops.state);
        }
    }
}

/// Minus the log-likelihood of each image in nats, `[batch]`, as the root of a graph, and their
/// mean. The backward pass gives the gradient of the mean.
pub(crate) fn likelihood(
    likelihood: Likelihood,
    outputs: Tensor<2>,
    images: Tensor<2>,
) -> (Tensor<1>, f64) {
    let [batch, _] = images.dims();
    let (outputs, images) = (node(outputs), memory(images));
    let nodes = [outputs.node()];
    let outputs = outputs.into_primitive().to_contiguous();
    let weight = 1.0 / batch as f32;
    let (nats, gradient) =
        objective::likelihood(likelihood, slice(&outputs), slice(&images), weight);
    let mean = nats.iter().copied().map(f64::from).sum::<f64>() / batch as f64;
    let (nats, gradient) = (tensor(nats, vec![batch]), tensor(gradient, shape(&outputs)));
    (from_node(finish!(LikelihoodBackward, nodes, gradient, nats)), mean)
}

/// The grey levels in 0..=1 of images packed four to a word, the first in the lowest bits:
/// `[count, words]` to `[count, 4 * words]`.
pub(crate) fn unpack(words: Tensor<2, Int>) -> Tensor<2> {
    let [count, columns] = words.dims();
    let words = words.try_into_primitive::<Flex>().expect("a tensor on the CPU device");
    let words = words.to_contiguous();
    let words: &[i32] = words.as_slice().expect("words of 32 bits");
    let mut levels = vec![0.0; 4 * words.len()];
    for (levels, word) in levels.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *levels = word.to_le_bytes().map(|level| f32::from(level) / 255.0);
    }
    from_memory(tensor(levels, vec![count, 4 * columns]))
}

/// Moves `value` by one step of Adam, and its two moments, in place where nobody else holds them.
/// `corrected`: see [`Adam::corrected`](crate::train::Adam).
pub(crate) fn adam<const D: usize>(
    value: Tensor<D>,
    moments: [Tensor<D>; 2],
    gradient: Tensor<D>,
    corrected: (f64, f64),
) -> (Tensor<D>, [Tensor<D>; 2]) {
    let mut value = own(handle::memory::<Flex, D>(value));
    let [mut first, mut second] = moments.map(|moment| own(handle::memory::<Flex, D>(moment)));
    let gradient = memory(gradient);
    let both = [slice_mut(&mut first), slice_mut(&mut second)];
    super::adam::step(slice_mut(&mut value), both, slice(&gradient), corrected);
    (from_memory(value), [from_memory(first), from_memory(second)])
}

/// Where the numbers lie.
#[cfg(test)]
pub(crate) fn address<const D: usize>(tensor: Tensor<D>) -> *const f32 {
    slice(&memory(tensor)).as_ptr()
}
