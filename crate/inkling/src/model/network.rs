use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::tensor::Tensor;

use super::conv::{conv_decoder, conv_encoder};
use super::init::Init;
use super::Network;
use crate::kernels::{Activation, conv, conv_transpose, dense};
use crate::{PIXELS, SIDE};

/// Images -> posterior.
#[derive(Module, Debug)]
pub struct Encoder {
    pub(super) convs: Vec<Conv2d>,
    pub(super) layers: Vec<Linear>,
    /// Means first, then log-variances.
    pub(super) posterior: Linear,
}

/// Latents -> numbers for each pixel.
#[derive(Module, Debug)]
pub struct Decoder {
    pub(super) layers: Vec<Linear>,
    pub(super) convs: Vec<ConvTranspose2d>,
}

impl Encoder {
    pub(super) fn new(network: &Network, latent: usize, init: &mut Init) -> Self {
        let (convs, layers, width) = match network {
            Network::Linear => (vec![], vec![], PIXELS),
            Network::Mlp { hidden } => {
                let mut width = PIXELS;
                let layers = hidden
                    .iter()
                    .map(|&size| init.linear(std::mem::replace(&mut width, size), size))
                    .collect();
                (vec![], layers, width)
            }
            Network::Conv { channels, dense } => {
                let (convs, flat) = conv_encoder(channels, init);
                (convs, vec![init.linear(flat, *dense)], *dense)
            }
        };
        let posterior = init.linear(width, 2 * latent);
        Self { convs, layers, posterior }
    }

    /// `[batch, 784]` grey levels in 0..=1 to the posterior's means and then its log-variances, `[batch, 2 * latent]`.
    pub(crate) fn forward(&self, images: Tensor<2>) -> Tensor<2> {
        let mut hidden = images;
        if !self.convs.is_empty() {
            let [batch, _] = hidden.dims();
            let grid = hidden.reshape([batch, 1, SIDE, SIDE]);
            let relu = Activation::Relu;
            let grid = self.convs.iter().fold(grid, |grid, layer| conv(layer, grid, None, relu));
            hidden = grid.flatten(1, 3);
        }
        hidden =
            self.layers.iter().fold(hidden, |hidden, layer| dense(layer, hidden, Activation::Relu));
        dense(&self.posterior, hidden, Activation::None)
    }
}

impl Decoder {
    /// `outputs`: numbers per pixel.
    pub(super) fn new(network: &Network, latent: usize, outputs: usize, init: &mut Init) -> Self {
        let mut width = latent;
        let mut layer =
            |size: usize, init: &mut Init| init.linear(std::mem::replace(&mut width, size), size);
        match network {
            Network::Linear => Self { layers: vec![layer(PIXELS * outputs, init)], convs: vec![] },
            Network::Mlp { hidden } => {
                let mut layers: Vec<_> =
                    hidden.iter().rev().map(|&size| layer(size, init)).collect();
                layers.push(layer(PIXELS * outputs, init));
                Self { layers, convs: vec![] }
            }
            Network::Conv { channels, .. } => {
                let (flat, convs) = conv_decoder(channels, outputs, init);
                Self { layers: vec![layer(flat, init)], convs }
            }
        }
    }

    /// `[batch, latent]` to `[batch, 784 * outputs]`: first one number for every pixel, then the next.
    pub fn forward(&self, latents: Tensor<2>) -> Tensor<2> {
        let last = self.layers.len() - 1;
        let hidden = self.layers.iter().enumerate().fold(latents, |hidden, (i, layer)| {
            let output = i == last && self.convs.is_empty();
            let activation = if output { Activation::None } else { Activation::Relu };
            dense(layer, hidden, activation)
        });
        let Some(first) = self.convs.first() else {
            return hidden;
        };
        let [batch, flat] = hidden.dims();
        let channels = first.channels[0];
        let side = (flat / channels).isqrt();
        let grid = hidden.reshape([batch, channels, side, side]);
        let last = self.convs.len() - 1;
        let grid = self.convs.iter().enumerate().fold(grid, |grid, (i, layer)| {
            let activation = if i == last { Activation::None } else { Activation::Relu };
            conv_transpose(layer, grid, activation)
        });
        grid.flatten(1, 3)
    }
}
