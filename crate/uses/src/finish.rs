//! Finishing a digit: the codes that explain its visible pixels best.
//!
//! Each way to finish it is a mode of the posterior given the visible pixels alone: the maximum of
//! log p(visible | z) + log p(z), sought by gradient through the decoder from several starts.

use inkling::burn::tensor::Device;
use inkling::latent;
use inkling::model::{Model, Network, VaeConfig};
use inkling::settings::Range;
use inkling::{Error, Field, PIXELS, Result};

use crate::search::{Cost, Target, check_images, grey, rows, seek, weigh};

/// How much is sought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Codes from which the search starts, 1 to 64.
    pub starts: usize,
    /// Steps of the search.
    pub steps: usize,
    /// Seed of the starts that are drawn from the prior.
    pub seed: u32,
}

impl Effort {
    /// Of the starts.
    pub const STARTS: Range = Range::integer(Field::Starts, 1, 64);

    /// As much as takes a moment in a browser: a step through convolutions takes some fifty times
    /// as long as one through dense layers.
    pub fn of(config: &VaeConfig, seed: u32) -> Self {
        match config.decoder {
            Network::Linear | Network::Mlp { .. } => Self { starts: 12, steps: 30, seed },
            Network::Conv { .. } | Network::Residual { .. } => Self { starts: 4, steps: 12, seed },
        }
    }
}

/// One way to finish a digit.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Its code, `code_size` numbers.
    pub code: Vec<f32>,
    /// The label that the search went with, if the model is conditional.
    pub label: Option<u8>,
    /// The whole mean image of the code, 784 grey levels.
    pub pixels: Vec<u8>,
    /// Minus the log-likelihood of the visible pixels, in nats.
    pub visible: f32,
    /// `|z|^2 / 2`: minus the prior's log-density of the latents in nats, up to a constant.
    pub prior: f32,
    /// Its share of the densities exp(-visible - prior) of all ways.
    pub share: f32,
}

/// Two ways whose images differ by less than this share of their ink are one.
const ALIKE: f32 = 0.25;
/// Adam's learning rate at the start.
const RATE: f64 = 0.3;
/// Draws from the prior of which the best are starts, for each start.
const DRAWS: usize = 4;

/// Different ways to finish the image `pixels`, 784 grey levels, of which only the pixels count
/// whose byte in `visible` is not 0. The most likely first; the same seed gives the same ways.
///
/// # Errors
/// Not one image or not 784 bytes, an effort out of range, a model whose numbers are not finite.
pub async fn finish(
    model: &Model,
    pixels: &[u8],
    visible: &[u8],
    effort: &Effort,
    device: &Device,
) -> Result<Vec<Way>> {
    Effort::STARTS.check_count(effort.starts)?;
    for bytes in [pixels, visible] {
        check_images(bytes)?;
        if bytes.len() != PIXELS {
            let field = Field::Pixels;
            return Err(Error::Shape { field, expected: PIXELS, found: bytes.len() });
        }
    }
    let size = model.config().code_size();
    let target = Target::visible(pixels, visible, device);
    let starts = starts(model, pixels, visible, &target, effort, device).await?;
    let codes = seek(model, &target, rows(starts, size, device), effort.steps, RATE);
    let (costs, means) = weigh(model, &target, codes.clone()).await?;
    let codes = inkling::device::read(codes).await?;
    let found = codes.chunks(size).zip(costs).zip(means.chunks(PIXELS));
    let mut ways: Vec<Way> =
        found.filter_map(|((code, cost), mean)| way(model, code, cost, mean)).collect();
    if ways.is_empty() {
        return Err(Error::Diverged);
    }
    ways.sort_by(|a, b| (a.visible + a.prior).total_cmp(&(b.visible + b.prior)));
    Ok(shared(different(ways)))
}

/// None if its numbers are not finite.
fn way(model: &Model, code: &[f32], cost: Cost, mean: &[f32]) -> Option<Way> {
    let finite = cost.sum().is_finite() && mean.iter().all(|x| x.is_finite());
    let labels = &code[model.config().latent..];
    let label = labels.iter().position(|&weight| weight > 0.5).map(|label| label as u8);
    finite.then(|| Way {
        code: code.to_vec(),
        label,
        pixels: mean.iter().map(|&level| grey(level)).collect(),
        visible: cost.pixels,
        prior: cost.prior,
        share: 0.0,
    })
}

/// Codes to start from: the encoder's means of what is visible, with each label if the model is
/// conditional, and the best of some draws from the prior.
async fn starts(
    model: &Model,
    pixels: &[u8],
    visible: &[u8],
    target: &Target,
    effort: &Effort,
    device: &Device,
) -> Result<Vec<f32>> {
    let (labels, latent) = (model.config().labels, model.config().latent);
    let masked: Vec<u8> =
        pixels.iter().zip(visible).map(|(&p, &v)| if v > 0 { p } else { 0 }).collect();
    let means = if labels == 0 {
        latent::reconstruct(model, &masked, device).await?.0
    } else {
        let all: Vec<u8> = (0..labels as u8).collect();
        let images = masked.repeat(labels);
        latent::reconstruct_labelled(model, &images, Some(&all), device).await?.0
    };
    let means = best(model, target, means, effort.starts, device).await?;
    let size = model.config().code_size();
    let left = effort.starts - means.len() / size;
    if left == 0 {
        return Ok(means);
    }
    // With the labels that explain most, in turn.
    let likely: Vec<&[f32]> = means.chunks(size).map(|code| &code[latent..]).collect();
    let draws = latent::prior(left * DRAWS, latent, effort.seed);
    let draws = draws.chunks(latent).zip(likely.iter().cycle());
    let draws: Vec<f32> = draws.flat_map(|(z, label)| [z, label].concat()).collect();
    let draws = best(model, target, draws, left, device).await?;
    Ok([means, draws].concat())
}

/// The `count` codes that cost least, or all if there are no more.
async fn best(
    model: &Model,
    target: &Target,
    codes: Vec<f32>,
    count: usize,
    device: &Device,
) -> Result<Vec<f32>> {
    let size = model.config().code_size();
    let (costs, _) = weigh(model, target, rows(codes.clone(), size, device)).await?;
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by(|&a, &b| costs[a].sum().total_cmp(&costs[b].sum()));
    Ok(order.iter().take(count).flat_map(|&i| &codes[i * size..][..size]).copied().collect())
}

/// Of ways that look alike only the first.
fn different(ways: Vec<Way>) -> Vec<Way> {
    let mut kept: Vec<Way> = vec![];
    for way in ways {
        if kept.iter().all(|other| difference(&other.pixels, &way.pixels) >= ALIKE) {
            kept.push(way);
        }
    }
    kept
}

/// How much two images differ, as a share of the ink of the one that has more.
fn difference(a: &[u8], b: &[u8]) -> f32 {
    let ink = |pixels: &[u8]| pixels.iter().map(|&p| f32::from(p)).sum::<f32>();
    let apart: f32 = a.iter().zip(b).map(|(&a, &b)| f32::from(a.abs_diff(b))).sum();
    apart / ink(a).max(ink(b)).max(255.0)
}

/// With each one's share. The first costs least.
fn shared(mut ways: Vec<Way>) -> Vec<Way> {
    let least = ways.first().map_or(0.0, |way| way.visible + way.prior);
    let weights: Vec<f32> =
        ways.iter().map(|way| (least - way.visible - way.prior).exp()).collect();
    let sum: f32 = weights.iter().sum();
    for (way, weight) in ways.iter_mut().zip(weights) {
        way.share = weight / sum;
    }
    ways
}

#[cfg(test)]
mod tests;
