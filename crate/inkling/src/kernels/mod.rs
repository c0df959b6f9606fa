//! The hot operations as kernels of our own, each with its gradient, behind plain functions on Burn tensors.
//!
//! On the CPU device convolutions are ours too, the rest is Burn's own. What was tried and what came out: `README.md` beside this file.

#[cfg(any(feature = "checks", test))]
pub(crate) mod check;
#[cfg(not(feature = "webgpu"))]
mod cpu;
mod geometry;
mod graph;
#[cfg(feature = "webgpu")]
pub(crate) mod webgpu;

#[cfg(feature = "checks")]
pub use check::{Deviation, check};
#[cfg(feature = "webgpu")]
pub(crate) use webgpu::buffers::read_all;

use burn::module::Param;
use burn::nn::Linear;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::tensor::Tensor;
#[cfg(not(feature = "webgpu"))]
use burn::tensor::activation::sigmoid;
#[cfg(any(not(feature = "webgpu"), feature = "checks"))]
use burn::tensor::activation::{relu, silu};

#[cfg(feature = "webgpu")]
use self::webgpu::autodiff;
#[cfg(feature = "webgpu")]
use self::webgpu::autodiff::convolve;
#[cfg(not(feature = "webgpu"))]
use self::cpu::convolve;
use self::geometry::{Direction, Geometry};
#[cfg(not(feature = "webgpu"))]
use crate::PIXELS;

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
    #[cfg(any(not(feature = "webgpu"), feature = "checks"))]
    fn burn<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Activation::None => x,
            Activation::Relu => relu(x),
            Activation::Silu => silu(x),
        }
    }
}

/// `activation(input * weight + bias)`: `[batch, inputs]` to `[batch, outputs]`.
///
/// On WebGPU one kernel forwards and two backwards, and one more for each product that is split to fill the GPU.
pub fn dense(layer: &Linear, input: Tensor<2>, activation: Activation) -> Tensor<2> {
    #[cfg(feature = "webgpu")]
    {
        let weight = layer.weight.val();
        let bias = bias_or_zeros(&layer.bias, weight.dims()[1], &input);
        autodiff::dense(input, weight, bias, activation)
    }
    #[cfg(not(feature = "webgpu"))]
    activation.burn(layer.forward(input))
}

/// `activation(convolution + bias + residual)`: `[batch, channels, side, side]` to `[batch, channels, side, side]`; `residual` is shaped like the result.
///
/// On WebGPU one kernel forwards and four backwards; on the CPU device products image by image.
///
/// # Panics
/// Unless images and kernel are square, the kernel is no smaller than the stride and padded alike on all sides, and there are neither groups
/// nor dilation. Burn's own convolutions could do the others, but would come with the download and are slower.
pub fn conv(
    layer: &Conv2d,
    input: Tensor<4>,
    residual: Option<Tensor<4>>,
    activation: Activation,
) -> Tensor<4> {
    let geometry = Geometry::of_conv(layer, input.dims());
    let geometry = geometry.expect("a square convolution without groups or dilation");
    let bias = bias_or_zeros(&layer.bias, geometry.narrow_channels, &input);
    convolve(Direction::Down, geometry, input, layer.weight.val(), bias, residual, activation)
}

/// `activation(transposed convolution + bias)`, as [`conv`].
///
/// # Panics
/// As [`conv`].
pub fn conv_transpose(
    layer: &ConvTranspose2d,
    input: Tensor<4>,
    activation: Activation,
) -> Tensor<4> {
    let geometry = Geometry::of_conv_transpose(layer, input.dims());
    let geometry = geometry.expect("a square convolution without groups or dilation");
    let bias = bias_or_zeros(&layer.bias, geometry.wide_channels, &input);
    convolve(Direction::Up, geometry, input, layer.weight.val(), bias, None, activation)
}

/// `x^T * x` of `[rows, columns]`, without a gradient: `[columns, columns]`.
pub fn gram(x: Tensor<2>) -> Tensor<2> {
    #[cfg(feature = "webgpu")]
    return autodiff::gram(x);
    #[cfg(not(feature = "webgpu"))]
    x.clone().transpose().matmul(x)
}

/// The sigmoid of the first number of each pixel, without a gradient: `[batch, 784 * outputs]` to `[batch, 784]`.
pub fn mean_image(outputs: Tensor<2>) -> Tensor<2> {
    #[cfg(feature = "webgpu")]
    return autodiff::mean_image(outputs);
    #[cfg(not(feature = "webgpu"))]
    sigmoid(outputs.narrow(1, 0, PIXELS))
}

fn bias_or_zeros<const D: usize>(
    bias: &Option<Param<Tensor<1>>>,
    size: usize,
    like: &Tensor<D>,
) -> Tensor<1> {
    match bias {
        Some(bias) => bias.val(),
        None => Tensor::zeros([size], &like.clone().without_autodiff().device()),
    }
}
