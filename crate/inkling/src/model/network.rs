use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::tensor::Tensor;

use super::conv::{Block, conv_decoder, conv_encoder, residual_decoder, residual_encoder};
use super::init::Init;
use super::input::{Input, code};
use super::trace::Trace;
use super::{Network, VaeConfig};
use crate::kernels::{Activation, conv, conv_transpose, dense, flatten, reshape};
use crate::{PIXELS, SIDE};

/// Images, and the labels of a conditional model -> posterior.
#[derive(Module, Debug)]
pub struct Encoder {
    pub(super) convs: Vec<Conv2d>,
    /// One after each convolution, or none.
    pub(super) blocks: Vec<Block>,
    pub(super) layers: Vec<Linear>,
    /// Means first, then log-variances.
    pub(super) posterior: Linear,
    #[module(skip)]
    pub(super) activation: Activation,
    /// Of the inputs of the first dense layer, the last ones.
    #[module(skip)]
    pub(super) labels: usize,
}

/// Codes -> numbers for each pixel.
#[derive(Module, Debug)]
pub struct Decoder {
    pub(super) layers: Vec<Linear>,
    /// One before each convolution, or none.
    pub(super) blocks: Vec<Block>,
    pub(super) convs: Vec<ConvTranspose2d>,
    /// Gives the pixels if the last of `convs` does not.
    pub(super) last: Option<Conv2d>,
    #[module(skip)]
    pub(super) activation: Activation,
    /// Of the inputs of the first dense layer, the last ones.
    #[module(skip)]
    pub(super) labels: usize,
}

impl Encoder {
    pub(super) fn new(network: &Network, config: &VaeConfig, init: &mut Init) -> Self {
        let VaeConfig { latent, labels, .. } = *config;
        let (mut convs, mut blocks) = (vec![], vec![]);
        let (layers, width) = match network {
            Network::Linear => (vec![], PIXELS + labels),
            Network::Mlp { hidden } => {
                let mut width = PIXELS + labels;
                let layers = hidden
                    .iter()
                    .map(|&size| init.linear(std::mem::replace(&mut width, size), size))
                    .collect();
                (layers, width)
            }
            Network::Conv { channels, dense } => {
                let flat;
                (convs, flat) = conv_encoder(channels, init);
                (vec![init.linear(flat + labels, *dense)], *dense)
            }
            Network::Residual { channels, dense } => {
                let flat;
                (convs, blocks, flat) = residual_encoder(channels, init);
                (vec![init.linear(flat + labels, *dense)], *dense)
            }
        };
        let posterior = init.linear(width, 2 * latent);
        Self { convs, blocks, layers, posterior, activation: network.activation(), labels }
    }

    /// From `[batch, 784]` grey levels in 0..=1 to the posterior's means and then its
    /// log-variances, `[batch, 2 * latent]`.
    pub(crate) fn forward(&self, input: impl Into<Input>) -> Tensor<2> {
        self.traced(input.into(), Trace::NONE)
    }

    /// As [`forward`](Self::forward), with what each layer gives in `trace`.
    pub(crate) fn traced(&self, input: Input, mut trace: Trace<'_>) -> Tensor<2> {
        let activation = self.activation;
        let Input { images: mut hidden, labels } = input;
        if !self.convs.is_empty() {
            let [batch, _] = hidden.dims();
            let mut grid = reshape(hidden, [batch, 1, SIDE, SIDE]);
            for (i, layer) in self.convs.iter().enumerate() {
                grid = conv(layer, grid, None, activation);
                trace.keep_grid(&grid);
                if let Some(block) = self.blocks.get(i) {
                    grid = block.forward(grid, activation, &mut trace);
                }
            }
            hidden = flatten(grid);
        }
        hidden = code(hidden, labels);
        for layer in &self.layers {
            hidden = dense(layer, hidden, activation);
            trace.keep(&hidden);
        }
        let posterior = dense(&self.posterior, hidden, Activation::None);
        trace.keep(&posterior);
        posterior
    }
}

impl Decoder {
    pub(super) fn new(config: &VaeConfig, init: &mut Init) -> Self {
        let VaeConfig { decoder: network, labels, likelihood, .. } = config;
        let outputs = likelihood.outputs_per_pixel();
        let mut width = config.code_size();
        let mut layer =
            |size: usize, init: &mut Init| init.linear(std::mem::replace(&mut width, size), size);
        let (mut blocks, mut convs, mut last) = (vec![], vec![], None);
        let layers = match network {
            Network::Linear => vec![layer(PIXELS * outputs, init)],
            Network::Mlp { hidden } => {
                let mut layers: Vec<_> =
                    hidden.iter().rev().map(|&size| layer(size, init)).collect();
                layers.push(layer(PIXELS * outputs, init));
                layers
            }
            Network::Conv { channels, .. } => {
                let flat;
                (flat, convs) = conv_decoder(channels, outputs, init);
                vec![layer(flat, init)]
            }
            Network::Residual { channels, dense } => {
                let (flat, all) = residual_decoder(channels, outputs, init);
                (blocks, convs, last) = (all.blocks, all.convs, Some(all.last));
                vec![layer(*dense, init), layer(flat, init)]
            }
        };
        Self { layers, blocks, convs, last, activation: network.activation(), labels: *labels }
    }

    /// From codes `[batch, code_size]` to `[batch, 784 * outputs]`: first one number for every
    /// pixel, then the next.
    pub fn forward(&self, codes: Tensor<2>) -> Tensor<2> {
        self.traced(codes, Trace::NONE)
    }

    /// As [`forward`](Self::forward), with what each layer gives in `trace`.
    pub(crate) fn traced(&self, codes: Tensor<2>, mut trace: Trace<'_>) -> Tensor<2> {
        let after = |is_output: bool| match is_output {
            true => Activation::None,
            false => self.activation,
        };
        let last = self.layers.len() - 1;
        let mut hidden = codes;
        for (i, layer) in self.layers.iter().enumerate() {
            hidden = dense(layer, hidden, after(i == last && self.convs.is_empty()));
            trace.keep(&hidden);
        }
        let Some(first) = self.convs.first() else {
            return hidden;
        };
        let ([batch, _], channels, side) = (hidden.dims(), first.channels[0], self.first_side());
        let mut grid = reshape(hidden, [batch, channels, side, side]);
        let last = self.convs.len() - 1;
        for (i, layer) in self.convs.iter().enumerate() {
            if let Some(block) = self.blocks.get(i) {
                grid = block.forward(grid, self.activation, &mut trace);
            }
            grid = conv_transpose(layer, grid, after(i == last && self.last.is_none()));
            trace.keep_grid(&grid);
        }
        if let Some(layer) = &self.last {
            grid = conv(layer, grid, None, Activation::None);
            trace.keep_grid(&grid);
        }
        flatten(grid)
    }

    /// The side of the images that the first convolution takes; 1 without convolutions.
    pub(super) fn first_side(&self) -> usize {
        let flat = self.layers.last().map_or(1, |layer| layer.weight.dims()[1]);
        self.convs.first().map_or(1, |conv| (flat / conv.channels[0]).isqrt())
    }
}
