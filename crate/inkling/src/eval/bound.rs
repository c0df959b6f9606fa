use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::data::DeviceImages;
use crate::device::{noise, read};
use crate::inspect::Moments;
use crate::model::{Input, Vae, VaeConfig};
use crate::settings::Range;
use crate::{Error, Field, PIXELS, Result};

/// Draws from each posterior.
const SAMPLES: Range = Range::integer(Field::Samples, 1, u32::MAX);
/// Latents decoded at a time, to bound the memory.
const ROWS: usize = 2000;
/// Seed of the noise: always the same, so that two measurements differ only in the model.
const NOISE_SEED: u64 = 0x1AE;

/// The importance-weighted bound on the log-likelihood of the first `count` images, in nats per
/// image and negated like a loss: -log mean_k p(x, z_k) / q(z_k | x) with `samples` draws from each
/// posterior (Burda et al. 2016, "Importance Weighted Autoencoders", eq. 8). With one sample it is
/// the negative ELBO.
///
/// # Errors
/// No image, no sample, labels that the model needs and the images lack.
pub async fn importance_bound(
    model: &Vae,
    images: &DeviceImages,
    count: usize,
    samples: usize,
) -> Result<f64> {
    let count = count.min(images.count());
    if count == 0 {
        return Err(Error::TooFewImages { expected: 1, found: 0 });
    }
    SAMPLES.check_count(samples)?;
    let VaeConfig { latent, labels, .. } = *model.config();
    images.check_labels(labels)?;
    let (mut sum, device) = (0.0, images.device());
    let at_once = (ROWS / samples).clamp(1, count);
    for start in (0..count).step_by(at_once) {
        let input = Input::slice(images, start, at_once.min(count - start), labels);
        let [batch, _] = input.images.dims();
        let mut weights = vec![Vec::with_capacity(samples); batch];
        for first in (0..samples).step_by(ROWS) {
            let draws = ROWS.min(samples - first);
            let seed = NOISE_SEED + ((start as u64) << 32 | first as u64);
            let noise = noise(batch * draws, latent, seed, &device);
            let new = read(model.log_weights(input.clone(), noise)).await?;
            // Draw after draw, each with all the images.
            for draw in new.chunks(batch) {
                weights.iter_mut().zip(draw).for_each(|(of, &weight)| of.push(weight));
            }
        }
        sum += weights.iter().map(|weights| log_mean_exp(weights)).sum::<f64>();
    }
    Ok(-sum / count as f64)
}

/// The number of active units: latents whose posterior mean has a variance above 0.01 over the
/// first `count` images (Burda et al. 2016, section 5.2).
///
/// # Errors
/// Fewer than two images, labels that the model needs and the images lack.
pub async fn active_units(model: &Vae, images: &DeviceImages, count: usize) -> Result<usize> {
    let VaeConfig { latent, labels, .. } = *model.config();
    let count = count.min(images.count());
    images.check_labels(labels)?;
    if count < 2 {
        return Err(Error::TooFewImages { expected: 2, found: count });
    }
    let mut moments = Moments::new(latent);
    for start in (0..count).step_by(ROWS) {
        let posterior = model.encode(Input::slice(images, start, ROWS.min(count - start), labels));
        moments.add(&read(posterior.mu).await?);
    }
    Ok(moments.active().into_iter().filter(|&active| active).count())
}

/// How grey pixels are binarised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binarise {
    /// Each pixel is drawn, with the grey level as the probability of ink.
    Drawn {
        /// The seed of the draws.
        seed: u64,
    },
    /// Ink where the grey level is over one half.
    Threshold,
}

/// Grey levels as 0 or 255. Not a whole number of images is an [`Error::Shape`].
pub fn binarised(pixels: &[u8], how: Binarise) -> Result<Vec<u8>> {
    if !pixels.len().is_multiple_of(PIXELS) {
        return Err(Error::Shape { field: Field::Pixels, expected: PIXELS, found: pixels.len() });
    }
    let ink = |is_ink: bool| if is_ink { 255 } else { 0 };
    Ok(match how {
        Binarise::Threshold => pixels.iter().map(|&level| ink(level > 127)).collect(),
        Binarise::Drawn { seed } => {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let draw = |&level: &u8| ink(rng.random_range(0..255) < u32::from(level));
            pixels.iter().map(draw).collect()
        }
    })
}

/// log of the mean of e^x, without overflow.
fn log_mean_exp(x: &[f32]) -> f64 {
    let largest = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let largest = f64::from(largest);
    let sum: f64 = x.iter().map(|&x| (f64::from(x) - largest).exp()).sum();
    largest + (sum / x.len() as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cpu;
    use crate::model::{PRESETS, weights};
    use burn::module::Module;
    use futures_lite::future::block_on;

    fn images(count: usize) -> DeviceImages {
        let pixels: Vec<u8> = (0..count * PIXELS).map(|i| (i * 37 % 256) as u8).collect();
        DeviceImages::new(&binarised(&pixels, Binarise::Drawn { seed: 1 }).expect("whole"), &cpu())
    }

    fn model(scale: f32) -> Vae {
        let model = Vae::new(&PRESETS[0].config(4, 1.0, 1), &cpu()).expect("valid").valid();
        let mut all = block_on(weights::read(&model)).expect("read");
        all.values_mut().flat_map(|w| &mut w.values).for_each(|w| *w *= scale);
        weights::write(model, all).expect("finite")
    }

    #[test]
    fn where_the_posterior_is_the_prior_and_the_decoder_deaf_it_is_exact() {
        // All weights 0: every pixel has probability 1/2, whatever the latent.
        for samples in [1, 7, 2500] {
            let bound = block_on(importance_bound(&model(0.0), &images(5), 5, samples));
            let exact = PIXELS as f64 * 2f64.ln();
            assert!((bound.expect("measures") - exact).abs() < 1e-2, "{samples} samples");
        }
    }

    #[test]
    fn more_samples_tighten_it_and_one_is_the_elbo() {
        let (model, images) = (model(3.0), images(40));
        let bound = |samples| block_on(importance_bound(&model, &images, 40, samples)).expect("ok");
        let elbo = block_on(crate::eval::elbo(&model.clone().into(), &images, 40, 1.0))
            .expect("measures")
            .total;
        let (one, ten, many) = (bound(1), bound(10), bound(300));
        // One draw each, of other noise.
        assert!((one / elbo - 1.0).abs() < 0.05, "{one} and {elbo}");
        assert!(many < ten && ten < one, "{one} {ten} {many}");
    }

    #[test]
    fn silent_latents_are_not_active() {
        assert_eq!(block_on(active_units(&model(0.0), &images(50), 50)).expect("counts"), 0);
        assert_eq!(block_on(active_units(&model(30.0), &images(50), 50)).expect("counts"), 4);
        assert!(block_on(active_units(&model(1.0), &images(1), 9)).is_err());
    }

    #[test]
    fn pixels_become_ink_or_paper() {
        let grey: Vec<u8> = (0..PIXELS).map(|i| [0, 127, 128, 255][i % 4]).collect();
        let hard = binarised(&grey, Binarise::Threshold).expect("whole");
        assert_eq!(hard[..4], [0, 0, 255, 255]);
        let drawn = binarised(&grey.repeat(50), Binarise::Drawn { seed: 3 }).expect("whole");
        assert!(drawn.chunks(4).all(|four| four[0] == 0 && four[3] == 255));
        let half = drawn.iter().filter(|&&x| x == 255).count() as f64 / drawn.len() as f64;
        assert!((half - 0.5).abs() < 0.01, "{half}");
        assert!(binarised(&[0; 5], Binarise::Threshold).is_err());
    }

    #[test]
    fn logs_of_means_do_not_overflow() {
        assert!((log_mean_exp(&[-1000.0, -1000.0]) + 1000.0).abs() < 1e-9);
        assert!((log_mean_exp(&[0.0, 3f32.ln()]) - 2f64.ln()).abs() < 1e-6);
    }
}
