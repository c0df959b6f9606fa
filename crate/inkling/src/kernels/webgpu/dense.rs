//! Dense layers as products.

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;

use super::buffers::alloc;
use super::matmul::product;
use super::plan::{Extras, Gate, Left, Out, Plan, Right, Sizes, Vectors};
use crate::kernels::activation::Activation;

/// Both dimensions of a matrix.
fn dims(tensor: &CubeTensor) -> [usize; 2] {
    let shape = tensor.shape();
    [shape[0], shape[1]]
}

/// `activation(input * weight + bias)`, and with `keep` the pre-activation.
pub(super) fn forward(
    input: &CubeTensor,
    weight: &CubeTensor,
    bias: &CubeTensor,
    activation: Activation,
    keep: bool,
) -> (CubeTensor, Option<CubeTensor>) {
    let ([rows, k], [_, columns]) = (dims(input), dims(weight));
    let sizes = Sizes { rows, columns, k };
    let out = alloc(input, [rows, columns]);
    let pre_activation = keep.then(|| alloc(input, [rows, columns]));
    let plan = Plan {
        left: Left::Rows,
        right: Right::Rows,
        out: Out::Rows,
        gate: None,
        vectors: Vectors::NONE,
        activation,
    };
    match sizes.splits(input) {
        1 => {
            let extras = Extras {
                bias: Some(bias),
                pre_activation: pre_activation.as_ref(),
                ..Extras::default()
            };
            product(plan, input, weight, &out, extras, sizes, 1);
        }
        splits => {
            let parts = alloc(input, [splits, rows, columns]);
            let plan = Plan { activation: Activation::None, ..plan };
            product(plan, input, weight, &parts, Extras::default(), sizes, splits);
            super::reduce::forward(&parts, Some(bias), &out, pre_activation.as_ref(), activation);
        }
    }
    (out, pre_activation)
}

/// The gradient of a dense layer's input. `gate`: see [`Activation::gate`].
pub(super) fn input_gradient(
    gradient: &CubeTensor,
    weight: &CubeTensor,
    gate: Option<(Activation, &CubeTensor)>,
) -> CubeTensor {
    let ([rows, k], [columns, _]) = (dims(gradient), dims(weight));
    let sizes = Sizes { rows, columns, k };
    let out = alloc(gradient, [rows, columns]);
    let plan = Plan {
        left: Left::Rows,
        right: Right::Transposed,
        out: Out::Rows,
        gate: gate.map(|(activation, _)| Gate { on_left: true, activation }),
        vectors: Vectors::NONE,
        activation: Activation::None,
    };
    let extras = Extras { gate: gate.map(|(_, tensor)| tensor), ..Extras::default() };
    match sizes.splits(gradient) {
        1 => product(plan, gradient, weight, &out, extras, sizes, 1),
        splits => {
            let parts = alloc(gradient, [splits, rows, columns]);
            product(plan, gradient, weight, &parts, extras, sizes, splits);
            super::reduce::forward(&parts, None, &out, None, Activation::None);
        }
    }
    out
}

/// The gradients of a dense layer's weight and bias in one kernel, into this memory: the bias is
/// the weight of an input that is always 1.
pub(super) fn weight_gradients(
    input: &CubeTensor,
    gradient: &CubeTensor,
    gate: Option<(Activation, &CubeTensor)>,
    (weight, bias): (CubeTensor, CubeTensor),
) -> (CubeTensor, CubeTensor) {
    let ([k, inputs], [_, columns]) = (dims(input), dims(gradient));
    let sizes = Sizes { rows: inputs + 1, columns, k };
    let plan = Plan {
        left: Left::TransposedAndOnes,
        right: Right::Rows,
        out: Out::Rows,
        gate: gate.map(|(activation, _)| Gate { on_left: false, activation }),
        vectors: Vectors::NONE,
        activation: Activation::None,
    };
    let extras =
        Extras { gate: gate.map(|(_, tensor)| tensor), sums: Some(&bias), ..Extras::default() };
    product(plan, input, gradient, &weight, extras, sizes, 1);
    (weight, bias)
}
