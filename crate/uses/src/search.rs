//! The search for codes that explain images, or parts of them, best: Adam on the latents, through
//! the decoder, for all images and all starts at once.

use inkling::burn::tensor::activation::sigmoid;
use inkling::burn::tensor::{Device, Tensor, TensorData};
use inkling::device::read_flat;
use inkling::model::Model;
use inkling::{Field, PIXELS, Result};

/// Adam's memory of the gradient and of its square: shorter than usual, for there are few steps.
const MEMORY: f64 = 0.8;
const SQUARES: f64 = 0.95;
/// How far a latent may go. A prior draw beyond is rarer than one in a million, and a decoder that
/// is asked for what it never saw must not be driven to numbers that are no longer finite.
const REACH: f32 = 5.0;

/// What the codes must explain: the images, row by row, or one for all rows.
pub(crate) struct Target {
    /// Grey levels in 0..=1, `[rows, 784]` or `[1, 784]`.
    images: Tensor<2>,
    /// How much each pixel counts, of the same shape or `[1, 784]`.
    weights: Option<Tensor<2>>,
    /// The image was seen through noise.
    channel: Option<Channel>,
}

/// What noise makes of a pixel on average: `floor + gain * p` of the probability of ink `p`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Channel {
    pub(crate) floor: f64,
    pub(crate) gain: f64,
}

/// What a code costs in nats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cost {
    /// Minus the log-likelihood of the pixels.
    pub(crate) pixels: f32,
    /// `|z|^2 / 2`: minus the log-density of the latents under the prior, up to a constant.
    pub(crate) prior: f32,
}

impl Cost {
    pub(crate) fn sum(self) -> f32 {
        self.pixels + self.prior
    }
}

impl Target {
    /// One image, of which only the pixels with a weight count.
    pub(crate) fn visible(pixels: &[u8], visible: &[u8], device: &Device) -> Self {
        let weights = visible.iter().map(|&v| f32::from(u8::from(v > 0))).collect();
        Self {
            images: images(pixels, device),
            weights: Some(rows(weights, PIXELS, device)),
            channel: None,
        }
    }

    /// Images that were seen through noise.
    pub(crate) fn noisy(pixels: &[u8], channel: Channel, device: &Device) -> Self {
        Self { images: images(pixels, device), weights: None, channel: Some(channel) }
    }

    /// Minus the log-likelihood of each pixel in nats, `[rows, 784]`, from the decoder's numbers.
    fn nats(&self, outputs: Tensor<2>) -> Tensor<2> {
        // Whatever the model's likelihood, the sigmoid of a pixel's first number is its mean.
        let logits = outputs.narrow(1, 0, PIXELS);
        let images = self.images.clone();
        let nats = match self.channel {
            // -x log s(l) - (1 - x) log(1 - s(l)), without ever taking the log of 0.
            None => {
                let size = logits.clone().abs();
                let softplus = (logits.clone() + size.clone()) * 0.5 + (-size).exp().log1p();
                softplus - logits * images
            }
            Some(Channel { floor, gain }) => {
                let ink = sigmoid(logits) * gain + floor;
                let paper = (-ink.clone()).add_scalar(1.0);
                -(ink.log() * images.clone() + paper.log() * (-images).add_scalar(1.0))
            }
        };
        match &self.weights {
            Some(weights) => nats * weights.clone(),
            None => nats,
        }
    }
}

/// Codes, `code_size` numbers each, that explain the target better than those in `codes`: the
/// nearest mode of the posterior, by so many steps of Adam. Its learning rate falls from `rate` to
/// a tenth of it. The labels of a conditional model stay as they are.
pub(crate) fn seek(
    model: &Model,
    target: &Target,
    codes: Tensor<2>,
    steps: usize,
    rate: f64,
) -> Tensor<2> {
    let device = codes.device();
    let (latent, size) = (model.config().latent, model.config().code_size());
    let free = (0..size).map(|i| f32::from(u8::from(i < latent))).collect();
    let free = rows(free, size, &device);
    let mut codes = codes.clamp(-REACH, REACH);
    let (mut first, mut second) = (codes.zeros_like(), codes.zeros_like());
    for step in 1..=steps {
        let leaf = codes.clone().autodiff().require_grad();
        let nats = target.nats(model.decode_params(leaf.clone()));
        let mut gradients = nats.sum().backward();
        let Some(gradient) = leaf.grad_remove(&mut gradients) else { break };
        // The prior's part is z itself.
        let gradient = (gradient + codes.clone()) * free.clone();
        first = first * MEMORY + gradient.clone() * (1.0 - MEMORY);
        second = second * SQUARES + gradient.square() * (1.0 - SQUARES);
        let count = step as i32;
        let rate = rate * (1.0 - 0.9 * step as f64 / steps as f64) / (1.0 - MEMORY.powi(count));
        let scale = (1.0 - SQUARES.powi(count)).sqrt().recip();
        let change = first.clone() * rate / (second.clone().sqrt() * scale + 1e-8);
        codes = (codes - change).clamp(-REACH, REACH);
    }
    codes
}

/// What each of the codes costs, and its mean image as grey levels in 0..=1.
pub(crate) async fn weigh(
    model: &Model,
    target: &Target,
    codes: Tensor<2>,
) -> Result<(Vec<Cost>, Vec<f32>)> {
    let [count, _] = codes.dims();
    let outputs = model.decode_params(codes.clone());
    let means = sigmoid(outputs.clone().narrow(1, 0, PIXELS)).reshape([count * PIXELS]);
    let pixels = target.nats(outputs).sum_dim(1).reshape([count]);
    let latents = codes.narrow(1, 0, model.config().latent);
    let prior = (latents.square().sum_dim(1) * 0.5).reshape([count]);
    let read = read_flat(vec![pixels, prior, means]).await?;
    let [pixels, prior, means] = <[Vec<f32>; 3]>::try_from(read)
        .map_err(|_| inkling::Error::Internal("three tensors were read"))?;
    let costs = pixels.into_iter().zip(prior);
    Ok((costs.map(|(pixels, prior)| Cost { pixels, prior }).collect(), means))
}

/// Rows of `columns` numbers each.
pub(crate) fn rows(values: Vec<f32>, columns: usize, device: &Device) -> Tensor<2> {
    let rows = values.len() / columns;
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}

/// A grey level in 0..=255 of one in 0..=1.
pub(crate) fn grey(level: f32) -> u8 {
    (level * 255.0).round().clamp(0.0, 255.0) as u8
}

/// Refuses anything but whole images, at least one.
pub(crate) fn check_images(pixels: &[u8]) -> Result<()> {
    match !pixels.is_empty() && pixels.len().is_multiple_of(PIXELS) {
        true => Ok(()),
        false => Err(inkling::Error::Shape {
            field: Field::Pixels,
            expected: PIXELS,
            found: pixels.len(),
        }),
    }
}

fn images(pixels: &[u8], device: &Device) -> Tensor<2> {
    rows(pixels.iter().map(|&p| f32::from(p) / 255.0).collect(), PIXELS, device)
}
