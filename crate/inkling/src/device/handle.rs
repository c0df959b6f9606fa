//! The way from Burn's tensors, which look their device up at run time, to the memory of one
//! backend, and back. All of it panics on a tensor of another backend.

use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::tensor::FloatTensor;
use burn::backend::{
    Autodiff, Backend, DispatchAutodiffContext, DispatchKindConversion, DispatchTensor,
};
use burn::tensor::Tensor;

/// A tensor that may be part of a graph.
pub(crate) type Node<B> = FloatTensor<Autodiff<B, NoCheckpointing>>;

const MISMATCH: &str = "a tensor of the backend that was asked for";

/// Whether the tensor is on a device that builds a graph.
pub(crate) fn is_tracked<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.clone().into_dispatch().autodiff != DispatchAutodiffContext::Disabled
}

/// The tensor's memory, without the graph.
pub(crate) fn memory<B: Backend, const D: usize>(tensor: Tensor<D>) -> FloatTensor<B>
where
    DispatchTensor: DispatchKindConversion<B>,
{
    let tensor = if is_tracked(&tensor) { tensor.without_autodiff() } else { tensor };
    tensor.try_into_primitive::<B>().expect(MISMATCH)
}

/// The tensor as a node of the graph; a leaf if it was in none.
pub(crate) fn node<B: Backend, const D: usize>(tensor: Tensor<D>) -> Node<B>
where
    DispatchTensor: DispatchKindConversion<Autodiff<B>>,
{
    let tensor = if is_tracked(&tensor) { tensor } else { tensor.autodiff() };
    tensor.try_into_primitive::<Autodiff<B>>().expect(MISMATCH)
}

/// The inverse of [`node`].
pub(crate) fn from_node<B: Backend, const D: usize>(node: Node<B>) -> Tensor<D>
where
    DispatchTensor: DispatchKindConversion<Autodiff<B>>,
{
    Tensor::from_primitive::<Autodiff<B>>(node)
}

/// Adds an operation to the graph as a node, or returns its plain result where no parent wants a
/// gradient. A macro, since Burn keeps the types of its nodes private.
macro_rules! finish {
    ($backward:expr, $nodes:expr, $state:expr, $output:expr) => {
        match $backward.prepare::<NoCheckpointing>($nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish($state, $output),
            OpsKind::UnTracked(prep) => prep.finish($output),
        }
    };
}
pub(crate) use finish;
