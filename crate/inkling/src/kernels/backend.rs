//! The dense layer as an operation of Burn's backends: kernels on CubeCL, lazily under fusion, and with a gradient under autodiff.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, backend_extension};
use burn::tensor::Shape;
use burn_wgpu::CubeBackend;

use super::product;

/// `relu`: the layer ends in max(x, 0). The gradients then take the layer's output too, whose zeros stop them.
#[backend_extension(Cube, Fusion, Autodiff)]
pub(super) trait DenseOps: Backend {
    /// `[batch, inputs]`, `[inputs, outputs]`, `[outputs]` to `[batch, outputs]`.
    #[fusion(dtype = input, shape = matrix(input, 0, weight, 1))]
    fn dense(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self>;

    /// The gradient of the input, `[batch, inputs]`, from that of the output.
    #[fusion(dtype = gradient, shape = matrix(gradient, 0, weight, 0))]
    fn dense_input_gradient(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        output: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self>;

    /// The gradient of the weight, `[inputs, outputs]`.
    #[fusion(dtype = gradient, shape = matrix(input, 1, gradient, 1))]
    fn dense_weight_gradient(
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        output: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self>;

    /// The gradient of the bias, `[outputs]`.
    #[fusion(dtype = gradient, shape = Shape::from([gradient[1]]))]
    fn dense_bias_gradient(
        gradient: FloatTensor<Self>,
        output: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self>;
}

fn matrix(rows: &Shape, of_rows: usize, columns: &Shape, of_columns: usize) -> Shape {
    Shape::from([rows[of_rows], columns[of_columns]])
}

impl DenseOps for CubeBackend {
    fn dense(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        product::with_bias(input, weight, bias, relu)
    }

    fn dense_input_gradient(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        output: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        product::times_transposed(gradient, weight, relu.then_some(output))
    }

    fn dense_weight_gradient(
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        output: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        product::transposed_times(input, gradient, relu.then_some(output))
    }

    fn dense_bias_gradient(
        gradient: FloatTensor<Self>,
        output: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        product::column_sums(gradient, relu.then_some(output))
    }
}

#[derive(Debug)]
struct DenseBackward;

impl<B: DenseOps> Backward<B, 3> for DenseBackward {
    /// Input, weight (each where the other's gradient needs it), output, and whether it went through the ReLU.
    type State = (Option<NodeId>, Option<NodeId>, FloatTensor<B>, bool);

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        grads: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let (input, weight, output, relu) = ops.state;
        let [to_input, to_weight, to_bias] = ops.parents;
        let gradient = grads.consume::<B>(&ops.node);
        if let (Some(node), Some(weight)) = (to_input, weight) {
            let weight = checkpointer.retrieve_node_output::<FloatTensor<B>>(weight);
            let new = B::dense_input_gradient(gradient.clone(), weight, output.clone(), relu);
            grads.register::<B>(node.id, new);
        }
        if let (Some(node), Some(input)) = (to_weight, input) {
            let input = checkpointer.retrieve_node_output::<FloatTensor<B>>(input);
            let new = B::dense_weight_gradient(input, gradient.clone(), output.clone(), relu);
            grads.register::<B>(node.id, new);
        }
        if let Some(node) = to_bias {
            grads.register::<B>(node.id, B::dense_bias_gradient(gradient, output, relu));
        }
    }
}

impl<B: DenseOps, C: CheckpointStrategy> DenseOps for Autodiff<B, C> {
    fn dense(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let (input_tracked, weight_tracked) = (input.is_tracked(), weight.is_tracked());
        let nodes = [input.node(), weight.node(), bias.node()];
        match DenseBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let kept_input = weight_tracked.then(|| prep.checkpoint(&input));
                let kept_weight = input_tracked.then(|| prep.checkpoint(&weight));
                let output = B::dense(
                    input.into_primitive(),
                    weight.into_primitive(),
                    bias.into_primitive(),
                    relu,
                );
                prep.finish((kept_input, kept_weight, output.clone(), relu), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::dense(
                input.into_primitive(),
                weight.into_primitive(),
                bias.into_primitive(),
                relu,
            )),
        }
    }

    fn dense_input_gradient(
        _gradient: FloatTensor<Self>,
        _weight: FloatTensor<Self>,
        _output: FloatTensor<Self>,
        _relu: bool,
    ) -> FloatTensor<Self> {
        unimplemented!("a gradient of a gradient")
    }

    fn dense_weight_gradient(
        _input: FloatTensor<Self>,
        _gradient: FloatTensor<Self>,
        _output: FloatTensor<Self>,
        _relu: bool,
    ) -> FloatTensor<Self> {
        unimplemented!("a gradient of a gradient")
    }

    fn dense_bias_gradient(
        _gradient: FloatTensor<Self>,
        _output: FloatTensor<Self>,
        _relu: bool,
    ) -> FloatTensor<Self> {
        unimplemented!("a gradient of a gradient")
    }
}
