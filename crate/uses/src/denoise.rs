//! Denoising: three kinds of noise, and what is left of it after a reconstruction.
//!
//! A reconstruction by the posterior mean of the noisy image takes one pass. The search does
//! better: it knows what noise does to a pixel on average, and seeks the code that explains the
//! noisy image best.

use std::f64::consts::PI;

use inkling::burn::tensor::Device;
use inkling::latent;
use inkling::model::{Model, VaeConfig};
use inkling::settings::Range;
use inkling::{Error, Field, PIXELS, Result, SIDE};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::search::{Channel, Target, check_images, grey, rows, seek, weigh};

/// A kind of noise. Its strength is from 0, nothing, to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// A draw from N(0, strength) is added to every pixel, and the sum cut to the range of a grey
    /// level.
    Gaussian,
    /// Of all pixels, the share `strength` is replaced by ink or paper, as a coin falls.
    SaltAndPepper,
    /// Square patches of paper hide at least the share `strength` of the image.
    Patches,
}

impl Noise {
    /// All of them.
    pub const ALL: [Noise; 3] = [Noise::Gaussian, Noise::SaltAndPepper, Noise::Patches];
    /// Of the strength.
    pub const STRENGTH: Range = Range::float(Field::Strength, 0.0, 1.0);

    /// Its name in queries.
    pub fn name(self) -> &'static str {
        match self {
            Noise::Gaussian => "gaussian",
            Noise::SaltAndPepper => "salt",
            Noise::Patches => "patches",
        }
    }

    /// The noise of that name; any other is an [`Error::UnknownChoice`].
    pub fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|noise| noise.name() == name);
        found.ok_or_else(|| Error::unknown_choice(Field::Kind, Self::ALL.map(Self::name), name))
    }

    /// The image with noise. The same seed gives the same pattern, which grows with the strength.
    pub fn on(self, image: &[u8], strength: f64, seed: u64) -> Vec<u8> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x0D15_E000_0000);
        let mut noisy = image.to_vec();
        match self {
            Noise::Gaussian => noisy.iter_mut().for_each(|pixel| {
                let draw: f64 = StandardNormal.sample(&mut rng);
                *pixel = grey((f64::from(*pixel) / 255.0 + strength * draw) as f32);
            }),
            Noise::SaltAndPepper => noisy.iter_mut().for_each(|pixel| {
                let (chance, ink): (f64, bool) = (rng.random(), rng.random());
                if chance < strength {
                    *pixel = if ink { 255 } else { 0 };
                }
            }),
            Noise::Patches => {
                let mut hidden = vec![false; PIXELS];
                let wanted = strength.min(1.0) * PIXELS as f64;
                while (hidden.iter().filter(|&&h| h).count() as f64) < wanted {
                    hide_patch(&mut hidden, &mut rng);
                }
                noisy
                    .iter_mut()
                    .zip(hidden)
                    .filter(|(_, hidden)| *hidden)
                    .for_each(|(p, _)| *p = 0);
            }
        }
        noisy
    }

    /// What it makes of a pixel on average.
    fn channel(self, strength: f64) -> Channel {
        let (floor, gain) = match self {
            Noise::Gaussian => {
                let floor = mean_cut(strength);
                (floor, 1.0 - 2.0 * floor)
            }
            Noise::SaltAndPepper => (strength / 2.0, 1.0 - strength),
            // Where all is hidden, no ink would come through, and its logarithm would not be
            // finite.
            Noise::Patches => (0.0, (1.0 - strength).max(2.0 * SLACK)),
        };
        // No pixel is certain: it costs a few nats at most.
        Channel { floor: floor + SLACK * gain, gain: gain * (1.0 - 2.0 * SLACK) }
    }
}

/// The probability that a pixel is another than the model and the noise make it.
const SLACK: f64 = 0.01;

/// Where the image comes back from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// The posterior mean of the noisy image: one pass through the model.
    Pass,
    /// So many steps from there to the code that explains the noisy image best, given the noise.
    Search {
        /// Its kind.
        noise: Noise,
        /// Its strength.
        strength: f64,
        /// Steps of the search.
        steps: usize,
    },
}

impl Method {
    /// Steps of a search that takes a moment.
    pub const STEPS: usize = 8;

    /// What the page does.
    pub fn search(noise: Noise, strength: f64) -> Self {
        Method::Search { noise, strength, steps: Self::STEPS }
    }
}

/// What comes back from noisy images, 784 grey levels each, by `method`: as many mean images. Not a
/// whole number of images is an [`Error::Shape`].
pub async fn denoise(
    model: &Model,
    noisy: &[u8],
    method: Method,
    device: &Device,
) -> Result<Vec<u8>> {
    check_images(noisy)?;
    let Method::Search { noise, strength, steps } = method else {
        return Ok(latent::reconstruct(model, noisy, device).await?.1);
    };
    Noise::STRENGTH.check(strength)?;
    let channel = noise.channel(strength);
    let size = model.config().code_size();
    let (images, starts) = starts(model, noisy, channel, device).await?;
    let target = Target::noisy(&images, channel, device);
    let codes = seek(model, &target, rows(starts, size, device), steps, RATE);
    let (costs, means) = weigh(model, &target, codes).await?;
    let each = costs.len() / (noisy.len() / PIXELS);
    let best = costs.chunks(each).zip(means.chunks(each * PIXELS)).flat_map(|(costs, means)| {
        let sums = costs.iter().map(|cost| cost.sum());
        let (best, _) = sums
            .enumerate()
            .fold((0, f32::INFINITY), |best, (i, sum)| if sum < best.1 { (i, sum) } else { best });
        &means[best * PIXELS..][..PIXELS]
    });
    Ok(best.map(|&level| grey(level)).collect())
}

/// Labels of a conditional model that are tried for each image.
const LABELS: usize = 2;
/// Adam's learning rate at the start.
const RATE: f64 = 0.5;
/// The posterior mean of a very noisy image may be far out, where the search is long: it starts
/// from there, or on the way to the prior's mean.
const SHRINK: [f32; 3] = [1.0, 0.5, 0.0];

/// Codes to start from, as many for each image, and that image for each of them: the posterior
/// mean of the noisy image or a shrunk one, whichever explains it better. If the model is
/// conditional, with the labels that explain it best.
async fn starts(
    model: &Model,
    noisy: &[u8],
    channel: Channel,
    device: &Device,
) -> Result<(Vec<u8>, Vec<f32>)> {
    let config = model.config();
    let (labels, size) = (config.labels.max(1), config.code_size());
    let images: Vec<u8> = noisy.chunks(PIXELS).flat_map(|image| image.repeat(labels)).collect();
    let each: Vec<u8> = (0..labels as u8).collect();
    let each = (config.labels > 0).then(|| each.repeat(noisy.len() / PIXELS));
    let means = latent::reconstruct_labelled(model, &images, each.as_deref(), device).await?.0;
    let shrunk = means.chunks(size).flat_map(|code| SHRINK.map(|by| shrunk(code, config, by)));
    let codes: Vec<f32> = shrunk.flatten().collect();
    let images: Vec<u8> =
        images.chunks(PIXELS).flat_map(|image| image.repeat(SHRINK.len())).collect();
    let target = Target::noisy(&images, channel, device);
    let (costs, _) = weigh(model, &target, rows(codes.clone(), size, device)).await?;
    let mut kept = vec![];
    for image in 0..noisy.len() / PIXELS {
        let of_label = |label: usize| {
            let first = (image * labels + label) * SHRINK.len();
            (first..first + SHRINK.len())
                .map(|i| (i, costs[i].sum()))
                .min_by(|a, b| a.1.total_cmp(&b.1))
        };
        let mut best: Vec<(usize, f32)> = (0..labels).filter_map(of_label).collect();
        best.sort_by(|a, b| a.1.total_cmp(&b.1));
        kept.extend(best.into_iter().take(LABELS).map(|(i, _)| i));
    }
    let images = kept.iter().flat_map(|&i| &images[i * PIXELS..][..PIXELS]).copied().collect();
    let codes = kept.iter().flat_map(|&i| &codes[i * size..][..size]).copied().collect();
    Ok((images, codes))
}

/// The code with its latents, not its labels, times `by`.
fn shrunk(code: &[f32], config: &VaeConfig, by: f32) -> Vec<f32> {
    let (latents, labels) = code.split_at(config.latent);
    latents.iter().map(|z| z * by).chain(labels.iter().copied()).collect()
}

/// How far an image is from the clean one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Distance {
    /// Mean squared difference of a pixel, grey levels in 0..=1.
    pub squared: f64,
    /// Cross-entropy of the clean pixels, in nats an image, with the other's grey levels as
    /// probabilities, none of them closer to 0 or 1 than 0.01.
    pub nats: f64,
}

impl Distance {
    /// Of two images of 784 grey levels.
    pub fn between(clean: &[u8], other: &[u8]) -> Self {
        let levels =
            |pixels: &[u8]| -> Vec<f64> { pixels.iter().map(|&p| f64::from(p) / 255.0).collect() };
        let (clean, other) = (levels(clean), levels(other));
        let both = || clean.iter().zip(&other);
        let squared = both().map(|(c, o)| (c - o).powi(2)).sum::<f64>();
        let nats = both().map(|(c, o)| {
            let ink = o.clamp(0.01, 0.99);
            -(c * ink.ln() + (1.0 - c) * (1.0 - ink).ln())
        });
        Self { squared: squared / clean.len().max(1) as f64, nats: nats.sum() }
    }
}

impl std::ops::AddAssign for Distance {
    fn add_assign(&mut self, other: Self) {
        self.squared += other.squared;
        self.nats += other.nats;
    }
}

/// The seed of the noise on held-out image `index`.
pub fn noise_seed(seed: u32, index: usize) -> u64 {
    u64::from(seed) << 32 | index as u64
}

/// The sums of the distances of clean images, any number of them, from what they are with noise
/// drawn from `seeds`, and from what comes back by [`Method::search`].
pub async fn errors(
    model: &Model,
    clean: &[u8],
    noise: Noise,
    strength: f64,
    seeds: impl Iterator<Item = u64>,
    device: &Device,
) -> Result<(Distance, Distance)> {
    let mut sums = (Distance::default(), Distance::default());
    if clean.is_empty() {
        return Ok(sums);
    }
    let images = clean.chunks(PIXELS).zip(seeds);
    let noisy: Vec<u8> = images.flat_map(|(image, seed)| noise.on(image, strength, seed)).collect();
    let method = Method::search(noise, strength);
    let back = denoise(model, &noisy, method, device).await?;
    for (sum, other) in [(&mut sums.0, &noisy), (&mut sums.1, &back)] {
        for (clean, other) in clean.chunks(PIXELS).zip(other.chunks(PIXELS)) {
            *sum += Distance::between(clean, other);
        }
    }
    Ok(sums)
}

/// Hides one patch of 4 to 8 pixels a side, which may lie across the rim.
fn hide_patch(hidden: &mut [bool], rng: &mut ChaCha8Rng) {
    let side = rng.random_range(4..=8);
    let [top, left] = [(); 2].map(|()| rng.random_range(1 - side..SIDE as i32));
    for y in top.max(0)..(top + side).min(SIDE as i32) {
        for x in left.max(0)..(left + side).min(SIDE as i32) {
            hidden[y as usize * SIDE + x as usize] = true;
        }
    }
}

/// The mean of a draw from N(0, sigma) that is cut to 0..=1.
fn mean_cut(sigma: f64) -> f64 {
    const STEP: f64 = 0.05;
    let density = |x: f64| (-x * x / 2.0).exp() / (2.0 * PI).sqrt();
    (0..=160).map(|i| f64::from(i) * STEP).map(|x| (sigma * x).min(1.0) * density(x) * STEP).sum()
}

#[cfg(test)]
mod tests;
