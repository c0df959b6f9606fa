//! What each latent carries.

use burn::tensor::Device;

use super::codes::{Encoded, encoded};
use crate::Result;
use crate::data::Labelled;
use crate::model::{Model, kl_of};

/// A latent is active if the variance of its posterior means is above this (Burda et al. 2016,
/// section 5.2).
const ACTIVE_VARIANCE: f64 = 0.01;

/// What each latent carries over a number of images.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// The number of images.
    pub images: usize,
    /// The mean KL of each latent in nats; the mean of z^2 / 2 if there is no encoder.
    pub kl: Vec<f64>,
    /// The variance of each latent's posterior means.
    pub variance: Vec<f64>,
    /// Whether that is above 0.01: whether the latent is active.
    pub active: Vec<bool>,
}

/// Measures the latents over images, 784 grey levels each. One read-back, of the posteriors alone,
/// unless labels have to be guessed.
///
/// Without an encoder it takes the first [`FITTED`](super::FITTED) images only, and fits codes to
/// them. Not a whole number of images, or none, is an [`Error::Shape`](crate::Error::Shape).
pub async fn statistics(
    model: &Model,
    images: impl Into<Labelled<'_>>,
    device: &Device,
) -> Result<Statistics> {
    let latent = model.config().latent;
    let Encoded { mu, logvar, .. } = encoded(model, images.into(), device).await?;
    let images = mu.len() / latent;
    let mut moments = Moments::new(latent);
    moments.add(&mu);
    let kl_at = |i: usize| match logvar.get(i) {
        Some(&logvar) => kl_of(f64::from(mu[i]), f64::from(logvar)),
        None => f64::from(mu[i]).powi(2) / 2.0,
    };
    let mean_kl = |latent_index: usize| {
        let sum: f64 = (0..images).map(|image| kl_at(image * latent + latent_index)).sum();
        sum / images as f64
    };
    Ok(Statistics {
        images,
        kl: (0..latent).map(mean_kl).collect(),
        variance: moments.variances(),
        active: moments.active(),
    })
}

/// Sums over the posterior means of each latent.
pub(crate) struct Moments {
    count: usize,
    /// Of the means and of their squares.
    sums: Vec<[f64; 2]>,
}

impl Moments {
    /// No image yet.
    pub(crate) fn new(latent: usize) -> Self {
        Self { count: 0, sums: vec![[0.0; 2]; latent] }
    }

    /// Adds images' means, as many for each as there are latents.
    pub(crate) fn add(&mut self, means: &[f32]) {
        for means in means.chunks_exact(self.sums.len()) {
            self.count += 1;
            for (sums, &mean) in self.sums.iter_mut().zip(means) {
                sums[0] += f64::from(mean);
                sums[1] += f64::from(mean).powi(2);
            }
        }
    }

    /// The variance of each latent's means.
    pub(crate) fn variances(&self) -> Vec<f64> {
        let count = self.count.max(1) as f64;
        let variance =
            |[sum, squares]: &[f64; 2]| (squares / count - (sum / count).powi(2)).max(0.0);
        self.sums.iter().map(variance).collect()
    }

    /// Whether each latent is active.
    pub(crate) fn active(&self) -> Vec<bool> {
        self.variances().into_iter().map(|variance| variance > ACTIVE_VARIANCE).collect()
    }
}
