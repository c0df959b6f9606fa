//! The convolutional sides of the networks. Each stage halves the image's side (28 -> 14 -> 7) on the way in and
//! doubles it on the way out, as in the Keras VAE example that the peers train.

use burn::nn::conv::{Conv2d, ConvTranspose2d};

use super::init::Init;
use crate::SIDE;

/// The convolutions, and how many numbers they leave for an image.
pub(super) fn conv_encoder(channels: &[usize], init: &mut Init) -> (Vec<Conv2d>, usize) {
    let mut inputs = 1;
    let convs = channels
        .iter()
        .map(|&outputs| init.conv(std::mem::replace(&mut inputs, outputs), outputs))
        .collect();
    (convs, inputs * grid_size(channels))
}

/// How many numbers go in for an image, and the transposed convolutions: one that doubles the side for each
/// stage, then one of stride 1 that gives the pixels.
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

/// Places in the smallest grid: 7 * 7 after two stages.
fn grid_size(channels: &[usize]) -> usize {
    (SIDE >> channels.len()).pow(2)
}
