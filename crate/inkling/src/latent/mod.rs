//! The latent space: samples from the prior, encoding and decoding, paths between two latents, and
//! the labels of conditional models.

mod labels;
mod reconstruct;

use burn::tensor::{Device, Tensor, TensorData};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::device::read_flat;
use crate::device::upload::floats;
use crate::kernels::{gram, reshape};
use crate::model::{AT_ONCE, Model};
use crate::settings::Range;
use crate::{Error, Field, PIXELS, Result};

pub use labels::{code_path, guess, prior_codes, with_label};
pub(crate) use labels::{join, label_weights};
pub use reconstruct::{reconstruct, reconstruct_labelled};

/// The way from one latent to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Path {
    /// The straight line.
    Lerp,
    /// Along the great circle, with a linearly changing length (White 2016, "Sampling Generative
    /// Networks"). In many dimensions almost all of the prior's mass lies in a shell, which the
    /// straight line leaves.
    Slerp,
}

impl Path {
    /// The path of that name, `lerp` or `slerp`; any other is an [`Error::UnknownChoice`].
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "lerp" => Ok(Path::Lerp),
            "slerp" => Ok(Path::Slerp),
            other => Err(Error::unknown_choice(Field::Path, ["lerp", "slerp"], other)),
        }
    }
}

/// `count` draws from the prior N(0, 1), `latent` numbers each. The same seed gives the same draws
/// on every device.
pub fn prior(count: usize, latent: usize, seed: u32) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed) ^ 0x5A3B_1E00_0000);
    (0..count * latent).map(|_| StandardNormal.sample(&mut rng)).collect()
}

/// `count` draws from the Gaussian with the mean and covariance of `codes` `[images, latent]`. The
/// codes of a model without an encoder do not fill the prior, so that its samples are drawn from
/// here.
pub async fn like_codes(codes: Tensor<2>, count: usize, seed: u32) -> Result<Vec<f32>> {
    let [images, latent] = codes.dims();
    let (products, sums) = gram(codes);
    let both = read_flat(vec![sums, flat(products)]).await?;
    let [sums, products] = &both[..] else {
        return Err(Error::Device("the codes came back in another shape".into()));
    };
    let mean_of = |sum: &f32| f64::from(*sum) / images as f64;
    let mean: Vec<f64> = sums.iter().map(mean_of).collect();
    let covariance = products
        .iter()
        .enumerate()
        .map(|(i, product)| (mean_of(product) - mean[i / latent] * mean[i % latent]) as f32);
    let factor = cholesky(&covariance.collect::<Vec<_>>(), latent);
    let noise = prior(count, latent, seed);
    let draw = |noise: &[f32]| -> Vec<f32> {
        let shift = |row: usize| {
            factor[row * latent..][..=row].iter().zip(noise).map(|(f, n)| f * n).sum::<f32>()
        };
        (0..latent).map(|row| mean[row] as f32 + shift(row)).collect()
    };
    Ok(noise.chunks(latent).flat_map(draw).collect())
}

/// The lower triangular L with L L^T = `matrix` (symmetric, `size` rows). A direction without
/// variance gets 0.
fn cholesky(matrix: &[f32], size: usize) -> Vec<f32> {
    let mut factor = vec![0f32; size * size];
    for row in 0..size {
        for column in 0..=row {
            let known = (0..column).map(|k| factor[row * size + k] * factor[column * size + k]);
            let rest = matrix[row * size + column] - known.sum::<f32>();
            let diagonal = factor[column * size + column];
            factor[row * size + column] = match row == column {
                true => rest.max(0.0).sqrt(),
                false if diagonal > 1e-6 => rest / diagonal,
                false => 0.0,
            };
        }
    }
    factor
}

/// `frames` latents (2 to 1000) from `a` to `b`. The first is exactly `a`, the last exactly `b`.
///
/// Where slerp has no plane to turn in (a latent of length 0, or opposite ones) it is the straight
/// line.
///
/// # Errors
/// Latents of different sizes or of none, numbers that are not finite, `frames` out of range.
pub fn path(a: &[f32], b: &[f32], frames: usize, path: Path) -> Result<Vec<f32>> {
    if a.is_empty() || a.len() != b.len() {
        return Err(Error::LatentMismatch { expected: a.len(), found: b.len() });
    }
    if !a.iter().chain(b).all(|x| x.is_finite()) {
        return Err(Error::NotFinite { field: Field::Codes });
    }
    Range::FRAMES.check_count(frames)?;
    let last = (frames - 1) as f64;
    let frame = |i: usize| between(a, b, i as f64 / last, path);
    let middle = (1..frames - 1).flat_map(frame);
    Ok(a.iter().copied().chain(middle).chain(b.iter().copied()).collect())
}

/// Mean images of any number of codes, [`code_size`](crate::model::VaeConfig::code_size) numbers
/// each: grey levels 0..=255, 784 to an image. Not a whole number of codes is an [`Error::Shape`].
pub async fn decode(model: &Model, codes: &[f32], device: &Device) -> Result<Vec<u8>> {
    let size = model.config().code_size();
    if codes.is_empty() || !codes.len().is_multiple_of(size) {
        return Err(Error::Shape { field: Field::Codes, expected: size, found: codes.len() });
    }
    let images =
        codes.chunks(AT_ONCE * size).map(|some| flat(model.decode(rows(some, size, device))));
    let images = read_flat(images.collect()).await?;
    Ok(images.into_iter().flatten().map(grey_level).collect())
}

/// Refuses anything but a whole number of images, at least one, with an [`Error::Shape`].
pub(crate) fn check_pixels(pixels: &[u8]) -> Result<()> {
    match !pixels.is_empty() && pixels.len().is_multiple_of(PIXELS) {
        true => Ok(()),
        false => Err(Error::Shape { field: Field::Pixels, expected: PIXELS, found: pixels.len() }),
    }
}

/// Rows of `size` numbers, `[rows, size]`.
pub(crate) fn rows(numbers: &[f32], size: usize, device: &Device) -> Tensor<2> {
    floats(TensorData::new(numbers.to_vec(), [numbers.len() / size, size]), device)
}

/// Whole images as grey levels in 0..=1, `[images, 784]`.
pub(crate) fn upload(pixels: &[u8], device: &Device) -> Tensor<2> {
    let grey: Vec<f32> = pixels.iter().map(|&p| f32::from(p) / 255.0).collect();
    floats(TensorData::new(grey, [pixels.len() / PIXELS, PIXELS]), device)
}

pub(crate) fn flat(tensor: Tensor<2>) -> Tensor<1> {
    let [rows, columns] = tensor.dims();
    reshape(tensor, [rows * columns])
}

pub(crate) fn grey_level(x: f32) -> u8 {
    (x * 255.0).round().clamp(0.0, 255.0) as u8
}

fn between(a: &[f32], b: &[f32], t: f64, path: Path) -> Vec<f32> {
    let (from, to) = match path {
        Path::Lerp => (1.0 - t, t),
        Path::Slerp => slerp_weights(a, b, t),
    };
    a.iter().zip(b).map(|(&a, &b)| (from * f64::from(a) + to * f64::from(b)) as f32).collect()
}

/// The weights of `a` and `b` at `t` on the great circle, times the length at `t`.
fn slerp_weights(a: &[f32], b: &[f32], t: f64) -> (f64, f64) {
    let dot = |x: &[f32], y: &[f32]| -> f64 {
        x.iter().zip(y).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum()
    };
    let (long_a, long_b) = (dot(a, a).sqrt(), dot(b, b).sqrt());
    if long_a * long_b < 1e-12 {
        return (1.0 - t, t);
    }
    let angle = (dot(a, b) / (long_a * long_b)).clamp(-1.0, 1.0).acos();
    if angle.sin() < 1e-4 {
        return (1.0 - t, t);
    }
    let length = (1.0 - t) * long_a + t * long_b;
    let weight = |part: f64| (part * angle).sin() / angle.sin() * length;
    (weight(1.0 - t) / long_a, weight(t) / long_b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_and_end_where_asked() {
        let (a, b) = (prior(1, 5, 1), prior(1, 5, 2));
        for way in [Path::Lerp, Path::Slerp] {
            let frames = path(&a, &b, 13, way).expect("valid");
            assert_eq!(frames.len(), 13 * 5);
            assert_eq!(frames[..5], a);
            assert_eq!(frames[60..], b);
        }
    }

    #[test]
    fn slerp_keeps_the_length_where_lerp_cuts_the_corner() {
        let length = |z: &[f32]| z.iter().map(|x| x * x).sum::<f32>().sqrt();
        let (a, b) = ([3.0, 0.0], [0.0, 3.0]);
        let slerp = path(&a, &b, 3, Path::Slerp).expect("valid");
        let lerp = path(&a, &b, 3, Path::Lerp).expect("valid");
        assert!((length(&slerp[2..4]) - 3.0).abs() < 1e-5);
        assert!((length(&lerp[2..4]) - 4.5f32.sqrt()).abs() < 1e-5);
        // No plane to turn in: the straight line.
        let flat = path(&[1.0, 0.0], &[-1.0, 0.0], 3, Path::Slerp).expect("valid");
        assert!(flat[2..4].iter().all(|x| x.abs() < 1e-6));
        let zero = path(&[0.0, 0.0], &[2.0, 0.0], 3, Path::Slerp).expect("valid");
        assert_eq!(zero[2..4], [1.0, 0.0]);
    }

    #[test]
    fn bad_latents_are_refused() {
        assert!(path(&[], &[], 3, Path::Lerp).is_err());
        assert!(path(&[0.0], &[0.0, 1.0], 3, Path::Lerp).is_err());
        assert!(path(&[0.0], &[f32::NAN], 3, Path::Lerp).is_err());
        assert!(path(&[0.0], &[1.0], 1, Path::Lerp).is_err());
    }

    #[test]
    fn draws_like_codes_have_their_mean_and_covariance() {
        let (count, device) = (20_000, crate::device::cpu());
        let mix = |z: &[f32]| [1.0 + 2.0 * z[0], 0.5 * z[0] - z[1], 3.0];
        let codes: Vec<f32> = prior(count, 2, 1).chunks(2).flat_map(mix).collect();
        let codes = Tensor::from_data(TensorData::new(codes, [count, 3]), &device);
        let drawn = futures_lite::future::block_on(like_codes(codes, count, 2)).expect("draws");
        let mean = |f: &dyn Fn(&[f32]) -> f32| drawn.chunks(3).map(f).sum::<f32>() / count as f32;
        let close = |found: f32, expected: f32| {
            assert!((found - expected).abs() < 0.1, "{found} instead of {expected}");
        };
        close(mean(&|z| z[0]), 1.0);
        close(mean(&|z| z[1]), 0.0);
        close(mean(&|z| z[2]), 3.0);
        close(mean(&|z| (z[0] - 1.0) * (z[0] - 1.0)), 4.0);
        close(mean(&|z| (z[0] - 1.0) * z[1]), 1.0);
        close(mean(&|z| z[1] * z[1]), 1.25);
    }

    #[test]
    fn the_prior_is_normal_and_repeatable() {
        let z = prior(1000, 20, 7);
        let mean = z.iter().sum::<f32>() / z.len() as f32;
        let variance = z.iter().map(|x| x * x).sum::<f32>() / z.len() as f32;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        assert_eq!(z, prior(1000, 20, 7));
        assert_ne!(z, prior(1000, 20, 8));
    }
}
