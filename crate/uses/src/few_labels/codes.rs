//! Codes as rows for a classifier.

use inkling::burn::tensor::Device;
use inkling::data::DeviceImages;
use inkling::model::Model;
use inkling::{Error, Result};

/// The posterior means of images, 784 grey levels each: `latent` numbers for each image.
///
/// # Errors
/// A model without an encoder ([`Error::NoEncoder`]), or a conditional one: it would have to be
/// told the labels ([`Error::NeedsLabels`]).
pub fn posterior_means(model: &Model, pixels: &[u8], device: &Device) -> Result<Vec<f32>> {
    let Model::Vae(vae) = model else { return Err(Error::NoEncoder) };
    if vae.config().labels > 0 {
        return Err(Error::NeedsLabels);
    }
    let images = DeviceImages::new(pixels, device);
    if images.count() == 0 {
        return Ok(vec![]);
    }
    let means = vae.encode(images.slice(0, images.count())).mu;
    means.into_data().try_to_vec().map_err(|error| Error::Device(format!("{error:?}")))
}

/// How a model's codes are centred and scaled: to a total variance of 1, so that beside another
/// model's they weigh the same. The latents keep their ratio. One that carries nothing has next to
/// no variance, and to scale it up would make it count as much as the others: on the last 10,000 of
/// MNIST's training images that, and whitening too, made both classifiers worse.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    mean: Vec<f32>,
    factor: f32,
}

impl Scaling {
    /// Of `codes`, `latent` numbers for each image. They need no labels.
    pub fn of(codes: &[f32], latent: usize) -> Self {
        let count = (codes.len() / latent).max(1) as f64;
        let column = |i: usize| codes.iter().skip(i).step_by(latent).map(|&code| f64::from(code));
        let mean: Vec<f64> = (0..latent).map(|i| column(i).sum::<f64>() / count).collect();
        let square = |i: usize| column(i).map(|code| (code - mean[i]).powi(2)).sum::<f64>();
        let total = (0..latent).map(square).sum::<f64>() / count;
        // A model that has collapsed says the same of every image.
        let factor = if total > 1e-12 { total.sqrt().recip() as f32 } else { 0.0 };
        Self { mean: mean.into_iter().map(|mean| mean as f32).collect(), factor }
    }

    /// One image's code, centred and scaled.
    pub fn apply<'a>(&'a self, code: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        code.iter().zip(&self.mean).map(|(code, mean)| (code - mean) * self.factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(codes: &[f32], latent: usize) -> Vec<f32> {
        let scaling = Scaling::of(codes, latent);
        codes.chunks(latent).flat_map(|code| scaling.apply(code)).collect()
    }

    #[test]
    fn scaled_codes_have_a_total_variance_of_one_and_keep_their_ratio() {
        let codes: Vec<f32> =
            (0..100).flat_map(|i| [3.0 + i as f32, 7.0 - 0.5 * i as f32]).collect();
        let scaled = scaled(&codes, 2);
        assert!(scaled.iter().sum::<f32>().abs() < 1e-3);
        let total = scaled.iter().map(|x| x * x).sum::<f32>() / 100.0;
        assert!((total - 1.0).abs() < 1e-4, "{total}");
        for pair in scaled.chunks(2) {
            assert!((pair[0] + 2.0 * pair[1]).abs() < 1e-4, "{pair:?}");
        }
    }

    #[test]
    fn codes_that_are_all_the_same_become_zero() {
        assert!(scaled(&[4.0, 5.0].repeat(9), 2).iter().all(|&x| x == 0.0));
    }
}
