//! What is no digit: how many nats a model needs for an image, and where in the picture.
//!
//! The score is the negative ELBO, and an image is the more suspicious the higher it is. It has a
//! known failure: images that are simpler than digits, such as a single plain stroke, cost no more
//! nats than digits do (Nalisnick et al. 2019, "Do Deep Generative Models Know What They Don't
//! Know?"; Serrà et al. 2020, "Input Complexity and Out-of-distribution Detection with
//! Likelihood-based Generative Models"). The measurement has a row for it.

use inkling::burn::tensor::activation::log_softmax;
use inkling::burn::tensor::{Device, Tensor, TensorData};
use inkling::device::read_flat;
use inkling::latent;
use inkling::model::{Input, Model, Vae, kl_per_latent};
use inkling::{Error, Field, PIXELS, Result};

/// Draws from the posterior with which the page and `inkling evaluate` score an image. On the last
/// 10,000 of MNIST's training images 16 draws told letters from digits better by 0.009 (AUROC), and
/// the posterior mean no better: one draw is a bound, and cheap.
pub const DRAWS: usize = 1;

/// Images encoded at a time, to bound the memory.
const AT_ONCE: usize = 125;
/// Seed of the noise with which each posterior is sampled.
const NOISE_SEED: u32 = 0xA10;

/// What one image costs, in nats.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// KL of the posterior from the prior.
    pub kl: f64,
    /// Minus the log-likelihood of each of the 784 pixels, mean over the draws.
    pub pixels: Vec<f32>,
}

impl Cost {
    /// Reconstruction and KL: the negative ELBO.
    pub fn total(&self) -> f64 {
        self.kl + self.pixels.iter().map(|&nats| f64::from(nats)).sum::<f64>()
    }
}

/// The negative ELBO of each image (784 grey levels) in nats, estimated with `draws` from its
/// posterior. The noise is the same for every image, so that an image has one score, in whatever
/// company it comes. With no draw at all the posterior mean is decoded, which is no bound.
///
/// # Errors
/// Not a whole number of images, a model without an encoder.
pub async fn scores(
    model: &Model,
    pixels: &[u8],
    draws: usize,
    device: &Device,
) -> Result<Vec<f32>> {
    let vae = encoder_of(model)?;
    let mut parts = vec![];
    for some in images(pixels, device)? {
        let (kl, nats) = costs(vae, some, draws);
        parts.push((kl + nats.sum_dim(1)).flatten::<1>(0, 1));
    }
    Ok(read_flat(parts).await?.concat())
}

/// Where in one image (784 grey levels) the nats are, as [`scores`] counts them.
///
/// # Errors
/// Pixels that are not one image, a model without an encoder.
pub async fn cost(model: &Model, pixels: &[u8], draws: usize, device: &Device) -> Result<Cost> {
    let vae = encoder_of(model)?;
    if pixels.len() != PIXELS {
        return Err(Error::Shape { field: Field::Pixels, expected: PIXELS, found: pixels.len() });
    }
    let mut read = vec![];
    for image in images(pixels, device)? {
        let (kl, nats) = costs(vae, image, draws);
        read = read_flat(vec![kl.flatten::<1>(0, 1), nats.flatten::<1>(0, 1)]).await?;
    }
    match <[_; 2]>::try_from(read) {
        Ok([kl, pixels]) => Ok(Cost { kl: kl.iter().map(|&kl| f64::from(kl)).sum(), pixels }),
        Err(_) => Err(Error::Device("the nats came back in another shape".into())),
    }
}

/// The area under the receiver operating characteristic (ROC) curve: how often an image from
/// `outside` scores higher than one from `inside`, ties counting half (Mann and Whitney 1947). One
/// half is chance, and less than that is worse than chance. NaN if one of them is empty.
pub fn auroc(inside: &[f32], outside: &[f32]) -> f64 {
    let mut sorted = inside.to_vec();
    sorted.sort_by(f32::total_cmp);
    let wins = outside.iter().map(|&score| {
        let below = sorted.partition_point(|&inside| inside < score);
        let ties = sorted[below..].partition_point(|&inside| inside <= score);
        below as f64 + 0.5 * ties as f64
    });
    wins.sum::<f64>() / (inside.len() as f64 * outside.len() as f64)
}

fn encoder_of(model: &Model) -> Result<&Vae> {
    match model {
        Model::Vae(vae) => Ok(vae),
        Model::Generator(_) => Err(Error::NoEncoder),
    }
}

/// In parts of [`AT_ONCE`].
fn images<'a>(
    pixels: &'a [u8],
    device: &'a Device,
) -> Result<impl Iterator<Item = Tensor<2>> + 'a> {
    if pixels.is_empty() || !pixels.len().is_multiple_of(PIXELS) {
        return Err(Error::Shape { field: Field::Pixels, expected: PIXELS, found: pixels.len() });
    }
    Ok(pixels.chunks(AT_ONCE * PIXELS).map(move |some| {
        let grey: Vec<f32> = some.iter().map(|&level| f32::from(level) / 255.0).collect();
        Tensor::from_data(TensorData::new(grey, [some.len() / PIXELS, PIXELS]), device)
    }))
}

/// KL `[batch, 1]` and nats of the pixels `[batch, 784]`, mean over the draws.
///
/// A conditional model sums over its labels, each as probable as the others beforehand: its bound
/// takes the label as one more latent, whose posterior is best chosen as the softmax of the labels'
/// ELBOs. What that posterior is away from the labels' prior counts as KL.
fn costs(vae: &Vae, images: Tensor<2>, draws: usize) -> (Tensor<2>, Tensor<2>) {
    let labels = vae.config().labels;
    if labels == 0 {
        return costs_given(vae, images, None, draws);
    }
    let [batch, _] = images.dims();
    let each: Vec<(Tensor<2>, Tensor<2>)> = (0..labels)
        .map(|label| {
            let one_hot: Vec<f32> = (0..labels).map(|other| f32::from(other == label)).collect();
            let one_hot = TensorData::new(one_hot, [1, labels]);
            let one_hot = Tensor::from_data(one_hot, &images.device()).repeat_dim(0, batch);
            costs_given(vae, images.clone(), Some(one_hot), draws)
        })
        .collect();
    let totals = each.iter().map(|(kl, nats)| kl.clone() + nats.clone().sum_dim(1)).collect();
    let log_weights = log_softmax(-Tensor::cat(totals, 1), 1);
    let zero = || log_weights.clone().narrow(1, 0, 1) * 0.0;
    let start = (zero(), images.clone() * 0.0);
    each.into_iter().enumerate().fold(start, |(kl_sum, nats_sum), (label, (kl, nats))| {
        let log_weight = log_weights.clone().narrow(1, label, 1);
        let weight = log_weight.clone().exp();
        let surprise = log_weight + (labels as f64).ln();
        (kl_sum + weight.clone() * (kl + surprise), nats_sum + nats * weight)
    })
}

/// As [`costs`], given the labels of a conditional model.
fn costs_given(
    vae: &Vae,
    images: Tensor<2>,
    labels: Option<Tensor<2>>,
    draws: usize,
) -> (Tensor<2>, Tensor<2>) {
    let posterior = vae.encode(Input { images: images.clone(), labels: labels.clone() });
    let kl = kl_per_latent(&posterior).sum_dim(1);
    let [batch, latent] = posterior.mu.dims();
    let nats = |z: Tensor<2>| {
        let codes = match &labels {
            Some(labels) => Tensor::cat(vec![z, labels.clone()], 1),
            None => z,
        };
        vae.pixel_nats(images.clone(), codes)
    };
    let noise = latent::prior(draws, latent, NOISE_SEED);
    let drawn = noise.chunks(latent).map(|eps| {
        let eps = TensorData::new(eps.to_vec(), [1, latent]);
        let eps = Tensor::<2>::from_data(eps, &images.device()).repeat_dim(0, batch);
        nats(posterior.sample(eps))
    });
    match drawn.reduce(|sum, nats| sum + nats) {
        Some(sum) => (kl, sum / draws as f64),
        None => (kl, nats(posterior.mu.clone())),
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;
    use inkling::data::digits::{self, HELD_OUT};
    use inkling::device::cpu;
    use inkling::inspect::{Latents, inspect};
    use inkling::model::Preset;

    use super::*;
    use crate::scribbles::{self, Kind};

    const BEST: &[u8] = include_bytes!("../../../www/models/best.safetensors");

    fn best() -> Model {
        Model::from_file(BEST, &cpu()).expect("the shipped model").0
    }

    fn scored(pixels: &[u8], draws: usize) -> Vec<f32> {
        block_on(scores(&best(), pixels, draws, &cpu())).expect("scores")
    }

    #[test]
    fn areas_known_by_hand() {
        let close = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
        };
        close(auroc(&[1.0, 2.0, 3.0], &[4.0, 5.0]), 1.0);
        close(auroc(&[3.0, 1.0, 2.0], &[0.0, -1.0]), 0.0);
        close(auroc(&[2.0, 1.0], &[2.0, 1.0]), 0.5);
        close(auroc(&[1.0, 3.0], &[2.0, 3.0, 4.0]), (1.0 + 1.5 + 2.0) / 6.0);
        assert!(auroc(&[], &[1.0]).is_nan());
    }

    #[test]
    fn of_the_posterior_mean_it_is_what_the_page_inspects() {
        let image = digits::digit(1, HELD_OUT).0;
        let (model, device) = (best(), cpu());
        let looked =
            block_on(inspect(&model, &image[..], Latents::Means, &device)).expect("inspects");
        let cost = block_on(cost(&model, &image, 0, &device)).expect("costs");
        assert!((cost.kl - looked.divergence).abs() < 1e-3);
        for (found, expected) in cost.pixels.iter().zip(&looked.nats) {
            assert!((found - expected).abs() < 1e-3, "{found} instead of {expected}");
        }
        assert!((cost.total() - f64::from(scored(&image, 0)[0])).abs() < 1e-2);
    }

    #[test]
    fn an_image_has_one_score_in_whatever_company() {
        let digits = digits::generate(1, HELD_OUT, 3).images;
        let all = scored(&digits, 2);
        let last = scored(&digits[2 * PIXELS..], 2);
        assert!((all[2] - last[0]).abs() < 1e-2, "{all:?} {last:?}");
        assert!(block_on(scores(&best(), &digits[1..], 1, &cpu())).is_err());
        assert!(block_on(cost(&best(), &digits, 1, &cpu())).is_err());
    }

    #[test]
    fn letters_and_scribbles_cost_more_than_digits_and_plain_strokes_less() {
        let digits = scored(&digits::generate(1, HELD_OUT, 100).images, 1);
        let area = |kind| auroc(&digits, &scored(&scribbles::draw(kind, 1, 0, 65), 1));
        let areas = Kind::ALL.map(area);
        assert!(areas[0] > 0.75 && areas[1] > 0.85, "{areas:?}");
        // The known failure.
        assert!(areas[2] < 0.5, "{areas:?}");
    }

    #[test]
    fn a_conditional_model_sums_over_its_labels() {
        let preset = Preset::named("conditional").expect("a preset");
        let device = cpu();
        let model = Model::new(&preset.config(4, 1.0, 3), &device).expect("valid");
        let Model::Vae(vae) = &model else { panic!("it has an encoder") };
        let labels = vae.config().labels;
        let pixels = digits::generate(1, HELD_OUT, 2).images;
        let found = block_on(scores(&model, &pixels, 0, &device)).expect("scores");
        let image = images(&pixels, &device).expect("whole images").next().expect("a part");
        // -log of the mean of e^-cost over the labels.
        let each: Vec<Vec<f32>> = (0..labels)
            .map(|label| {
                let one = latent::with_label(&[], label, labels).repeat(2);
                let one = Tensor::from_data(TensorData::new(one, [2, labels]), &device);
                let (kl, nats) = costs_given(vae, image.clone(), Some(one), 0);
                let total = (kl + nats.sum_dim(1)).flatten::<1>(0, 1);
                block_on(read_flat(vec![total])).expect("reads").concat()
            })
            .collect();
        for (i, found) in found.iter().enumerate() {
            let least = each.iter().map(|of| of[i]).fold(f32::INFINITY, f32::min);
            let sum: f32 = each.iter().map(|of| (least - of[i]).exp()).sum();
            let expected = least - (sum / labels as f32).ln();
            assert!((found - expected).abs() < 1e-2, "{found} instead of {expected}");
        }
        let cost = block_on(cost(&model, &pixels[..PIXELS], 0, &device)).expect("costs");
        assert!((cost.total() - f64::from(found[0])).abs() < 1e-2);
    }
}
