use burn::tensor::Device;

use super::{check_pixels, flat, grey_level, label_weights, rows, upload};
use crate::data::Labelled;
use crate::device::read_flat;
use crate::kernels::columns;
use crate::model::{AT_ONCE, Input, Model, code};
use crate::train::fit;
use crate::{PIXELS, Result};

/// The codes of any number of images given as grey levels, 784 each: posterior means, or the codes
/// that fit best if the model has no encoder; a conditional model [guesses](super::guess) the
/// labels. Returns them, [`code_size`](crate::model::VaeConfig::code_size) numbers each, and their
/// mean images as grey levels. Not a whole number of images is an
/// [`Error::Shape`](crate::Error::Shape).
pub async fn reconstruct(
    model: &Model,
    pixels: &[u8],
    device: &Device,
) -> Result<(Vec<f32>, Vec<u8>)> {
    reconstruct_labelled(model, pixels, None, device).await
}

/// As [`reconstruct`], with the labels of the images if they are known. A model that is not
/// conditional ignores them.
///
/// # Errors
/// Not a whole number of images, or none; another number of labels; a label that the model has not
/// ([`Error::UnknownLabel`](crate::Error::UnknownLabel)).
pub async fn reconstruct_labelled(
    model: &Model,
    pixels: &[u8],
    labels: Option<&[u8]>,
    device: &Device,
) -> Result<(Vec<f32>, Vec<u8>)> {
    check_pixels(pixels)?;
    let classes = model.config().labels;
    let weights = label_weights(model, Labelled { pixels, labels }, device).await?;
    let (mut codes, mut decoded) = (vec![], vec![]);
    for (i, some) in pixels.chunks(AT_ONCE * PIXELS).enumerate() {
        let images = upload(some, device);
        let of_model = match model {
            Model::Vae(vae) => {
                let here = weights.iter().skip(i * AT_ONCE * classes);
                let here: Vec<f32> = here.take(some.len() / PIXELS * classes).copied().collect();
                let labels = (classes > 0).then(|| rows(&here, classes, device));
                let posteriors = vae.encoder.forward(Input { images, labels: labels.clone() });
                code(columns(posteriors, 0, vae.config.latent), labels)
            }
            Model::Generator(generator) => fit(generator, images),
        };
        decoded.push(flat(model.decode(of_model.clone())));
        codes.push(flat(of_model));
    }
    let chunks = codes.len();
    codes.append(&mut decoded);
    let mut codes = read_flat(codes).await?;
    let decoded = codes.split_off(chunks);
    Ok((codes.concat(), decoded.into_iter().flatten().map(grey_level).collect()))
}
