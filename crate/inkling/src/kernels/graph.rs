//! What the nodes of both devices have in common.

use burn::backend::DispatchAutodiffContext;
use burn::tensor::Tensor;

use super::Activation;

/// Whether the tensor belongs to a device that keeps a graph.
pub(super) fn tracked<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.clone().into_dispatch().autodiff != DispatchAutodiffContext::Disabled
}

/// What stops or weighs a layer's gradient: a ReLU's output, a SiLU's input.
pub(super) fn gate<T: Clone>(
    activation: Activation,
    output: &T,
    before: Option<T>,
) -> Option<(Activation, T)> {
    match activation {
        Activation::None => None,
        Activation::Relu => Some((activation, output.clone())),
        Activation::Silu => before.map(|before| (activation, before)),
    }
}

/// The operation's node, or a plain tensor where no parent wants a gradient. A macro, since Burn keeps the type of its nodes to itself.
macro_rules! finish {
    ($backward:expr, $nodes:expr, $state:expr, $output:expr) => {
        match $backward.prepare::<NoCheckpointing>($nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish($state, $output),
            OpsKind::UnTracked(prep) => prep.finish($output),
        }
    };
}
pub(super) use finish;
