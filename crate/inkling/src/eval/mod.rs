//! Measuring a model on images that it was not trained on, what it writes, and the generated digits.

mod bound;
mod classifier;
mod confusion;

use burn::tensor::Tensor;

use crate::data::DeviceImages;
#[cfg(feature = "webgpu")]
use crate::device::read;
use crate::device::{noise, read_flat};
use crate::model::{Elbo, Vae};
#[cfg(feature = "webgpu")]
use crate::train::score;
use crate::train::{Losses, fit, losses};
use crate::{Error, Result};

pub use bound::{Binarise, active_units, binarised, importance_bound};
pub use classifier::{Classifier, ClassifierConfig, ClassifierRecord, Readings};
pub use confusion::Confusion;

/// Images that are measured at a time: bounds the memory, and all but the last chunk have one shape.
const CHUNK: usize = 500;
/// Seed of the noise. Always the same, so that two measurements differ by the model alone.
const NOISE_SEED: u64 = 0x1E57;

/// The negative ELBO of the first `count` images, one draw from the posterior for each, with the KL weighed by `beta`.
///
/// A model without an encoder first fits a code to each image. No image at all is an error.
pub async fn elbo(model: &Vae, images: &DeviceImages, count: usize, beta: f64) -> Result<Losses> {
    let count = count.min(images.count());
    if count == 0 {
        return Err(Error::State("there is no image to measure on".into()));
    }
    #[cfg(feature = "webgpu")]
    if model.config().encoder.is_some() {
        let sums = score::sums(model, images.words(), count, beta, NOISE_SEED, 1.0)?;
        let sums = read(sums).await?.into_iter().map(|sum| vec![sum]).collect();
        return losses(sums, count as f64);
    }
    let mut sums: Option<[Tensor<1>; 3]> = None;
    for start in (0..count).step_by(CHUNK) {
        let chunk = images.slice(start, CHUNK.min(count - start));
        let [batch, _] = chunk.dims();
        let noise = noise(batch, model.config().latent, NOISE_SEED + start as u64, &chunk.device());
        let elbo = match model.elbo(chunk.clone(), noise, beta) {
            Some(elbo) => elbo,
            None => model.code_loss(chunk.clone(), fit(model, chunk), beta),
        };
        let Elbo { loss, reconstruction, kl } = elbo;
        let [a, b, c] = [loss, reconstruction, kl].map(|mean| mean * batch as f64);
        sums = Some(match sums {
            None => [a, b, c],
            Some([x, y, z]) => [x + a, y + b, z + c],
        });
    }
    let sums = sums.map(Vec::from).unwrap_or_default();
    losses(read_flat(sums).await?, count as f64)
}
