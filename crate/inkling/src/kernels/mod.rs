//! The hot operations as kernels of our own, each with its gradient, behind plain functions on Burn tensors.
//!
//! On the CPU device Burn's own operations do the same. What was tried and what came out: `README.md` beside this file.

#[cfg(feature = "webgpu")]
mod activation;
#[cfg(feature = "webgpu")]
mod autodiff;
mod check;
#[cfg(feature = "webgpu")]
mod check_step;
#[cfg(feature = "webgpu")]
mod conv;
#[cfg(feature = "webgpu")]
mod fold;
#[cfg(feature = "webgpu")]
mod geometry;
#[cfg(feature = "webgpu")]
mod launch;
#[cfg(feature = "webgpu")]
mod product;
#[cfg(feature = "webgpu")]
mod record;
#[cfg(feature = "webgpu")]
mod step;

pub use check::{Deviation, check};
#[cfg(feature = "webgpu")]
pub(crate) use record::{Recorder, Settings};

use burn::nn::Linear;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::tensor::Tensor;
use burn::tensor::activation::{relu, silu};

/// What follows a layer's product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// Nothing.
    None,
    /// max(x, 0), with the gradient 0 at 0.
    Relu,
    /// x / (1 + e^-x) (Hendrycks and Gimpel 2016, "Gaussian Error Linear Units", section 2).
    Silu,
}

impl Activation {
    /// By Burn's own operations.
    fn burn<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Activation::None => x,
            Activation::Relu => relu(x),
            Activation::Silu => silu(x),
        }
    }
}

/// `activation(input * weight + bias)`: `[batch, inputs]` to `[batch, outputs]`. A layer without bias is computed by Burn.
///
/// On WebGPU one kernel forwards and two backwards, and one more for each product that is split to fill the GPU.
pub fn dense(layer: &Linear, input: Tensor<2>, activation: Activation) -> Tensor<2> {
    #[cfg(feature = "webgpu")]
    if let Some(bias) = &layer.bias {
        return autodiff::dense(input, layer.weight.val(), bias.val(), activation);
    }
    activation.burn(layer.forward(input))
}

/// `activation(convolution + bias + residual)`: `[batch, channels, side, side]` to `[batch, channels, side, side]`; `residual` is shaped like the result.
///
/// On WebGPU one kernel forwards and four backwards, for a square kernel without groups or dilation, with a bias; others are computed by Burn.
pub fn conv(
    layer: &Conv2d,
    input: Tensor<4>,
    residual: Option<Tensor<4>>,
    activation: Activation,
) -> Tensor<4> {
    #[cfg(feature = "webgpu")]
    if let Some(bias) = &layer.bias
        && let Some(geometry) = geometry::Geometry::of_conv(layer, input.dims())
    {
        let weight = layer.weight.val();
        let down = conv::Direction::Down;
        return autodiff::convolve(
            down,
            geometry,
            input,
            weight,
            bias.val(),
            residual,
            activation,
        );
    }
    let output = layer.forward(input);
    activation.burn(match residual {
        Some(residual) => output + residual,
        None => output,
    })
}

/// `activation(transposed convolution + bias)`, as [`conv`].
pub fn conv_transpose(
    layer: &ConvTranspose2d,
    input: Tensor<4>,
    activation: Activation,
) -> Tensor<4> {
    #[cfg(feature = "webgpu")]
    if let Some(bias) = &layer.bias
        && let Some(geometry) = geometry::Geometry::of_conv_transpose(layer, input.dims())
    {
        let weight = layer.weight.val();
        let up = conv::Direction::Up;
        return autodiff::convolve(up, geometry, input, weight, bias.val(), None, activation);
    }
    activation.burn(layer.forward(input))
}
