//! The hot operations as kernels of our own, each with its gradient, behind plain functions on Burn tensors.
//!
//! On the CPU device Burn's own operations do the same. What was tried and what came out: `README.md` beside this file.

#[cfg(feature = "webgpu")]
mod backend;
mod check;
#[cfg(feature = "webgpu")]
mod product;

pub use check::{Deviation, check};

use burn::nn::Linear;
use burn::tensor::Tensor;

/// What follows a layer's product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    None,
    /// max(x, 0), with the gradient 0 at 0.
    Relu,
}

/// `activation(input * weight + bias)`: `[batch, inputs]` to `[batch, outputs]`. A layer without bias is computed by Burn.
///
/// On WebGPU one kernel forwards and one for each gradient backwards.
pub fn dense(layer: &Linear, input: Tensor<2>, activation: Activation) -> Tensor<2> {
    #[cfg(feature = "webgpu")]
    if let Some(bias) = &layer.bias {
        use burn::backend::Dispatch;
        let (weight, bias) = (layer.weight.val(), bias.val());
        let relu = activation == Activation::Relu;
        return Tensor::from_dispatch(<Dispatch as backend::DenseOps>::dense(
            input.into_dispatch(),
            weight.into_dispatch(),
            bias.into_dispatch(),
            relu,
        ));
    }
    let output = layer.forward(input);
    match activation {
        Activation::None => output,
        Activation::Relu => burn::tensor::activation::relu(output),
    }
}
