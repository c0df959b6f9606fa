//! The codes of many images.

use burn::tensor::Device;

use crate::device::{Kind, read_flat};
use crate::latent::{check_pixels, flat, upload};
use crate::model::{AT_ONCE, Model};
use crate::train::fit;
use crate::{PIXELS, Result};

/// Of how many images codes are fitted, at most, for a model without an encoder: each takes as long
/// as dozens that are encoded.
pub const FITTED: usize = 60;

/// The posteriors' means and log-variances of any number of images, `latent` numbers each for an
/// image, in one read-back. Without an encoder the means are the fitted codes, and there are no
/// log-variances.
pub(super) async fn codes_of(
    model: &Model,
    pixels: &[u8],
    device: &Device,
) -> Result<(Vec<f32>, Vec<f32>)> {
    let encoded = asked(model, pixels)?.chunks(at_once(device) * PIXELS).map(|some| {
        let images = upload(some, device);
        flat(match model {
            Model::Vae(vae) => vae.encoder.forward(images),
            Model::Generator(generator) => fit(generator, images),
        })
    });
    let numbers = read_flat(encoded.collect()).await?.concat();
    Ok(match model {
        Model::Vae(vae) => halves(&numbers, vae.config().latent),
        Model::Generator(_) => (numbers, vec![]),
    })
}

/// The images that are looked at if these are asked for: of a model without an encoder, not more
/// than [`FITTED`]. Not a whole number of images, or none, is an
/// [`Error::Shape`](crate::Error::Shape).
pub(super) fn asked<'a>(model: &Model, pixels: &'a [u8]) -> Result<&'a [u8]> {
    check_pixels(pixels)?;
    Ok(match model {
        Model::Vae(_) => pixels,
        Model::Generator(_) => &pixels[..pixels.len().min(FITTED * PIXELS)],
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
