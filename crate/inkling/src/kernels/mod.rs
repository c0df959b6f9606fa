//! The hot operations as kernels of our own, each with its gradient, as plain functions on Burn
//! tensors. The tensors' device decides at run time which kernels compute.
//!
//! `README.md` in this folder tells what was tried and what it brought.

mod activation;
#[cfg(any(feature = "checks", test))]
mod check;
#[cfg(any(feature = "checks", test))]
mod check_conv;
#[cfg(any(feature = "checks", test))]
pub(crate) mod compare;
pub(crate) mod constants;
mod conv_node;
#[cfg(feature = "cpu")]
pub(crate) mod cpu;
mod geometry;
pub(crate) mod likelihood;
mod probe;
#[cfg(feature = "webgpu")]
pub(crate) mod webgpu;

pub use activation::Activation;
#[cfg(feature = "checks")]
pub use check::check;
#[cfg(feature = "checks")]
pub use compare::Deviation;
pub use probe::{self_check, speed};
#[cfg(all(feature = "checks", feature = "webgpu"))]
pub use webgpu::cost;

#[cfg(feature = "cpu")]
use burn::backend::Flex;
use burn::module::Param;
use burn::nn::Linear;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::tensor::Tensor;
#[cfg(feature = "cpu")]
use burn::tensor::activation::sigmoid;
#[cfg(feature = "webgpu")]
use burn_wgpu::CubeBackend;

use self::conv_node::{ConvLayer, convolve};
use self::geometry::{Direction, Geometry};
#[cfg(feature = "webgpu")]
use self::webgpu::autodiff;
#[cfg(feature = "cpu")]
use crate::PIXELS;
use crate::device::Kind;
use crate::device::upload::zeros;

/// `activation(input * weight + bias)`: `[batch, inputs]` to `[batch, outputs]`.
///
/// WebGPU: one kernel forward and two backward, and one more for each product that is split among
/// workgroups to fill the GPU.
///
/// # Panics
/// If the sizes do not fit, or the tensors are on different devices.
pub fn dense(layer: &Linear, input: Tensor<2>, activation: Activation) -> Tensor<2> {
    match Kind::of_tensor(&input) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => {
            let weight = layer.weight.val();
            let bias = bias_or_zeros(&layer.bias, weight.dims()[1], &input);
            cpu::nodes::dense(input, weight, bias, activation)
        }
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => {
            let weight = layer.weight.val();
            let bias = bias_or_zeros(&layer.bias, weight.dims()[1], &input);
            autodiff::dense(input, weight, bias, activation)
        }
    }
}

/// `activation(convolution + bias + residual)`: `[batch, channels, side, side]` to
/// `[batch, channels, side, side]`. `residual` has the shape of the result.
///
/// WebGPU: one kernel forward and four backward. CPU: a product for each image.
///
/// # Panics
/// If images or kernel are not square, the kernel is smaller than the stride, the padding is not
/// the same on all sides, or the layer has groups or dilation. Burn's own convolutions know these,
/// but they are slower, and a visitor would have to download them.
pub fn conv(
    layer: &Conv2d,
    input: Tensor<4>,
    residual: Option<Tensor<4>>,
    activation: Activation,
) -> Tensor<4> {
    let geometry = Geometry::of_conv(layer, input.dims());
    let geometry = geometry.expect("a square convolution without groups or dilation");
    let bias = bias_or_zeros(&layer.bias, geometry.narrow_channels, &input);
    let fixed = ConvLayer { direction: Direction::Down, geometry, activation };
    on_device(fixed, input, layer.weight.val(), bias, residual)
}

/// `activation(transposed convolution + bias)`, otherwise as [`conv`].
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
    let fixed = ConvLayer { direction: Direction::Up, geometry, activation };
    on_device(fixed, input, layer.weight.val(), bias, None)
}

/// `left` and `right` side by side: `[rows, a]` and `[rows, b]` to `[rows, a + b]`. No gradient
/// flows into `right`, which holds labels.
///
/// WebGPU: one kernel forward and one backward.
///
/// # Panics
/// If they have different numbers of rows.
pub fn append(left: Tensor<2>, right: Tensor<2>) -> Tensor<2> {
    let rows = [&left, &right].map(|side| side.dims()[0]);
    assert_eq!(rows[0], rows[1], "as many rows on both sides");
    match Kind::of_tensor(&left) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => Tensor::cat(vec![left, right], 1),
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => autodiff::append(left, right),
    }
}

/// The same numbers in another shape, which must have as many.
///
/// WebGPU: no kernel. Burn's own can also undo a broadcast, and with it come all its reductions.
pub fn reshape<const A: usize, const B: usize>(all: Tensor<A>, shape: [usize; B]) -> Tensor<B> {
    match Kind::of_tensor(&all) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => all.reshape(shape),
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => autodiff::reshape(all, shape),
    }
}

/// Everything behind the first dimension side by side: `[rows, ..]` to `[rows, columns]`.
pub fn flatten<const D: usize>(all: Tensor<D>) -> Tensor<2> {
    let shape = all.dims();
    reshape(all, [shape[0], shape[1..].iter().product()])
}

/// `count` columns from `start` on, without a gradient: `[rows, columns]` to `[rows, count]`.
pub fn columns(all: Tensor<2>, start: usize, count: usize) -> Tensor<2> {
    match Kind::of_tensor(&all) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => all.narrow(1, start, count),
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => autodiff::columns(all, start, count),
    }
}

/// `x^T * x` of `[rows, columns]`, `[columns, columns]`, and the sums of the columns, without a
/// gradient.
pub fn gram(x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
    match Kind::of_tensor(&x) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => {
            let sums = x.clone().sum_dim(0).flatten(0, 1);
            (x.clone().transpose().matmul(x), sums)
        }
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => autodiff::gram(x),
    }
}

/// The sigmoid of each pixel's first number, without a gradient: `[batch, 784 * outputs]` to
/// `[batch, 784]`.
pub fn mean_image(outputs: Tensor<2>) -> Tensor<2> {
    match Kind::of_tensor(&outputs) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => sigmoid(outputs.narrow(1, 0, PIXELS)),
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => autodiff::mean_image(outputs),
    }
}

fn on_device(
    layer: ConvLayer,
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    residual: Option<Tensor<4>>,
) -> Tensor<4> {
    match Kind::of_tensor(&input) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => convolve::<Flex>(layer, input, weight, bias, residual),
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => convolve::<CubeBackend>(layer, input, weight, bias, residual),
    }
}

fn bias_or_zeros<const D: usize>(
    bias: &Option<Param<Tensor<1>>>,
    size: usize,
    like: &Tensor<D>,
) -> Tensor<1> {
    match bias {
        Some(bias) => bias.val(),
        None => zeros([size], &like.clone().without_autodiff().device()),
    }
}
