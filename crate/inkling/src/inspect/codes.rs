//! The codes of many images.

use burn::tensor::Device;

use crate::data::Labelled;
use crate::device::{Kind, read_flat};
use crate::latent::{check_pixels, flat, label_weights, rows, upload};
use crate::model::{AT_ONCE, Input, Model};
use crate::train::fit;
use crate::{PIXELS, Result};

/// Of how many images codes are fitted, at most, for a model without an encoder: each takes as long
/// as dozens that are encoded.
pub const FITTED: usize = 60;

/// Where a model puts images.
pub(super) struct Encoded {
    /// The posteriors' means, `latent` numbers for each image; the fitted codes without an encoder.
    pub(super) mu: Vec<f32>,
    /// Their log-variances; none without an encoder.
    pub(super) logvar: Vec<f32>,
    /// The label weights of a conditional model; none of any other.
    pub(super) labels: Vec<f32>,
}

/// Encodes any number of images, in one read-back, and of a conditional model one more for every
/// few dozen images whose labels are not known.
pub(super) async fn encoded(
    model: &Model,
    images: Labelled<'_>,
    device: &Device,
) -> Result<Encoded> {
    let asked = asked(model, images)?;
    let labels = label_weights(model, asked, device).await?;
    let at_once = at_once(device);
    let chunks = asked.pixels.chunks(at_once * PIXELS).enumerate().map(|(i, some)| {
        flat(match model {
            Model::Vae(vae) => {
                vae.encoder.forward(input(model, some, i * at_once, &labels, device))
            }
            Model::Generator(generator) => fit(generator, upload(some, device)),
        })
    });
    let numbers = read_flat(chunks.collect()).await?.concat();
    let (mu, logvar) = match model {
        Model::Vae(vae) => halves(&numbers, vae.config().latent),
        Model::Generator(_) => (numbers, vec![]),
    };
    Ok(Encoded { mu, logvar, labels })
}

/// What the encoder takes of some images, of which the first is the one at `start` of all that have
/// label weights.
pub(super) fn input(
    model: &Model,
    pixels: &[u8],
    start: usize,
    weights: &[f32],
    device: &Device,
) -> Input {
    let labels = model.config().labels;
    let here = |count: usize| rows(&weights[start * labels..][..count * labels], labels, device);
    let labels = (labels > 0).then(|| here(pixels.len() / PIXELS));
    Input { images: upload(pixels, device), labels }
}

/// The images that are looked at if these are asked for: of a model without an encoder, not more
/// than [`FITTED`]. Not a whole number of images, or none, is an
/// [`Error::Shape`](crate::Error::Shape).
pub(super) fn asked<'a>(model: &Model, images: Labelled<'a>) -> Result<Labelled<'a>> {
    let Labelled { pixels, labels } = images;
    check_pixels(pixels)?;
    Ok(match model {
        Model::Vae(_) => images,
        Model::Generator(_) => {
            Labelled { pixels: &pixels[..pixels.len().min(FITTED * PIXELS)], labels }
        }
    })
}

/// Images that are encoded at a time. On WebGPU about a training batch, so that products are split
/// as they are in training.
pub(super) fn at_once(device: &Device) -> usize {
    if Kind::of(device).is_cpu() { AT_ONCE } else { 125 }
}

/// Means and log-variances of `[images, 2 * latent]` numbers.
pub(super) fn halves(numbers: &[f32], latent: usize) -> (Vec<f32>, Vec<f32>) {
    let half = |from: usize| {
        numbers.chunks_exact(2 * latent).flat_map(|both| &both[from..][..latent]).copied().collect()
    };
    (half(0), half(latent))
}
