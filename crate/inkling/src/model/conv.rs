//! The convolutional parts of the networks. Each stage halves the image's side in the encoder (28
//! -> 14 -> 7) and doubles it in the decoder, as in the Keras VAE example, which the peers train.

use burn::module::Module;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::tensor::Tensor;

use super::init::Init;
use super::trace::Trace;
use crate::SIDE;
use crate::kernels::{Activation, conv};

/// A residual block: two 3x3 convolutions whose result is added to the input.
#[derive(Module, Debug)]
pub struct Block {
    pub(super) first: Conv2d,
    pub(super) second: Conv2d,
}

impl Block {
    fn new(channels: usize, init: &mut Init) -> Self {
        let mut conv = || init.conv_like_torch(channels, channels, 1);
        Self { first: conv(), second: conv() }
    }

    /// `activation(x + second(activation(first(x))))`, `[batch, channels, side, side]`.
    /// `trace` gets the inner convolution's result and the sum.
    pub(super) fn forward(
        &self,
        x: Tensor<4>,
        activation: Activation,
        trace: &mut Trace<'_>,
    ) -> Tensor<4> {
        let inner = conv(&self.first, x.clone(), None, activation);
        trace.keep_grid(&inner);
        let sum = conv(&self.second, inner, Some(x), activation);
        trace.keep_grid(&sum);
        sum
    }
}

/// The convolutional part of a residual decoder.
pub(super) struct ResidualDecoder {
    pub(super) blocks: Vec<Block>,
    pub(super) convs: Vec<ConvTranspose2d>,
    pub(super) last: Conv2d,
}

/// The convolutions, a block for each, and how many numbers they give for an image.
pub(super) fn residual_encoder(
    channels: &[usize],
    init: &mut Init,
) -> (Vec<Conv2d>, Vec<Block>, usize) {
    let mut inputs = 1;
    let (convs, blocks) = channels
        .iter()
        .map(|&outputs| {
            let inputs = std::mem::replace(&mut inputs, outputs);
            (init.conv_like_torch(inputs, outputs, 2), Block::new(outputs, init))
        })
        .unzip();
    (convs, blocks, inputs * grid_size(channels))
}

/// How many numbers it takes for an image, and the layers: for each stage a block and a transposed
/// convolution, then one convolution that gives the pixels.
pub(super) fn residual_decoder(
    channels: &[usize],
    outputs: usize,
    init: &mut Init,
) -> (usize, ResidualDecoder) {
    let innermost = channels.last().copied().unwrap_or(1);
    let outermost = channels.first().copied().unwrap_or(1);
    // The last stage keeps its channels for the convolution that gives the pixels.
    let targets = channels.iter().rev().skip(1).chain([&outermost]);
    let mut inputs = innermost;
    let (blocks, convs) = targets
        .map(|&size| {
            let inputs = std::mem::replace(&mut inputs, size);
            (Block::new(inputs, init), init.conv_transpose_like_torch(inputs, size))
        })
        .unzip();
    let last = init.conv_like_torch(inputs, outputs, 1);
    (innermost * grid_size(channels), ResidualDecoder { blocks, convs, last })
}

/// The convolutions, and how many numbers they give for an image.
pub(super) fn conv_encoder(channels: &[usize], init: &mut Init) -> (Vec<Conv2d>, usize) {
    let mut inputs = 1;
    let convs = channels
        .iter()
        .map(|&outputs| init.conv(std::mem::replace(&mut inputs, outputs), outputs))
        .collect();
    (convs, inputs * grid_size(channels))
}

/// How many numbers it takes for an image, and the transposed convolutions: one of stride 2 for
/// each stage, then one of stride 1 that gives the pixels.
pub(super) fn conv_decoder(
    channels: &[usize],
    outputs: usize,
    init: &mut Init,
) -> (usize, Vec<ConvTranspose2d>) {
    let innermost = channels.last().copied().unwrap_or(1);
    let mut inputs = innermost;
    let mut convs: Vec<_> = channels
        .iter()
        .rev()
        .map(|&size| init.conv_transpose(std::mem::replace(&mut inputs, size), size, 2))
        .collect();
    convs.push(init.conv_transpose(inputs, outputs, 1));
    (innermost * grid_size(channels), convs)
}

/// Pixels of the smallest feature map: 7 * 7 after two stages.
fn grid_size(channels: &[usize]) -> usize {
    (SIDE >> channels.len()).pow(2)
}
