//! The labels of conditional models: in codes, and guessed.

use burn::tensor::Device;

use super::{Path, check_pixels, flat, path, prior, rows, upload};
use crate::data::{Labelled, one_hot};
use crate::device::read_flat;
use crate::error::DataError;
use crate::kernels::columns;
use crate::model::{AT_ONCE, Input, Model, VaeConfig, bound_logvars, code, kl_of};
use crate::{Error, Field, PIXELS, Result};

/// The code of the latents `z` and one of `labels` classes. A label beyond them gives a code
/// without any.
pub fn with_label(z: &[f32], label: usize, labels: usize) -> Vec<f32> {
    let weights = (0..labels).map(|class| f32::from(class == label));
    z.iter().copied().chain(weights).collect()
}

/// `count` codes for a model of `config`, with latents drawn from the [`prior`]. A conditional
/// model's labels take turns: 0, 1, 2 and so on.
pub fn prior_codes(config: &VaeConfig, count: usize, seed: u32) -> Vec<f32> {
    let VaeConfig { latent, labels, .. } = *config;
    let drawn = prior(count, latent, seed);
    let turns = drawn.chunks(latent).enumerate();
    turns.flat_map(|(i, z)| with_label(z, i % labels.max(1), labels)).collect()
}

/// `frames` codes for a model of `config` from `a` to `b`: the latents go along `way`, and the
/// label weights of a conditional model blend in a straight line.
///
/// # Errors
/// As [`path`]; codes that are not the model's ([`Error::Shape`]).
pub fn code_path(
    config: &VaeConfig,
    a: &[f32],
    b: &[f32],
    frames: usize,
    way: Path,
) -> Result<Vec<f32>> {
    let (latent, size) = (config.latent, config.code_size());
    let plain = path(a, b, frames, way)?;
    if a.len() != size {
        return Err(Error::Shape { field: Field::Codes, expected: size, found: a.len() });
    }
    if config.labels == 0 {
        return Ok(plain);
    }
    let latents = path(&a[..latent], &b[..latent], frames, way)?;
    let weights = path(&a[latent..], &b[latent..], frames, Path::Lerp)?;
    Ok(join(config, &latents, &weights))
}

/// How probable a conditional model finds each label of each image, 784 grey levels: `[images,
/// labels]`, by Bayes' rule from the ELBO of the image with each label, at the posterior's mean.
///
/// # Errors
/// Not a whole number of images, or none; a model without labels ([`Error::NotConditional`]).
pub async fn guess(model: &Model, pixels: &[u8], device: &Device) -> Result<Vec<f32>> {
    check_pixels(pixels)?;
    let VaeConfig { latent, labels, likelihood, .. } = *model.config();
    let Model::Vae(vae) = model else {
        return Err(Error::NotConditional);
    };
    if labels == 0 {
        return Err(Error::NotConditional);
    }
    let each: Vec<u8> = (0..labels as u8).collect();
    let each = one_hot(&each, labels);
    let mut found = vec![];
    for some in pixels.chunks((AT_ONCE / labels).max(1) * PIXELS) {
        let images: Vec<u8> = some.chunks(PIXELS).flat_map(|image| image.repeat(labels)).collect();
        let weights = rows(&each.repeat(some.len() / PIXELS), labels, device);
        let input = Input { images: upload(&images, device), labels: Some(weights.clone()) };
        let posteriors = vae.encoder.forward(input);
        let mu = columns(posteriors.clone(), 0, latent);
        let outputs = vae.decode_params(code(mu, Some(weights)));
        let read = read_flat(vec![flat(posteriors), flat(outputs)]).await?;
        let [posteriors, mut outputs] = <[_; 2]>::try_from(read)
            .map_err(|_| Error::Device("the guesses came back in another shape".into()))?;
        let size = outputs.len() / (images.len() / PIXELS);
        let rows = posteriors.chunks_exact(2 * latent).zip(outputs.chunks_exact_mut(size));
        let elbos: Vec<f64> = rows
            .zip(images.chunks_exact(PIXELS))
            .map(|((posterior, outputs), image)| {
                bound_logvars(outputs);
                let nats: f64 = likelihood.nats_of_image(outputs, image).iter().sum();
                let (mu, logvar) = posterior.split_at(latent);
                let both = mu.iter().zip(logvar);
                let kl: f64 = both.map(|(&mu, &logvar)| kl_of(mu.into(), logvar.into())).sum();
                -(nats + kl)
            })
            .collect();
        found.extend(elbos.chunks_exact(labels).flat_map(softmax));
    }
    Ok(found)
}

/// A conditional model's label weights for each image, `[images, labels]`: of its label if that is
/// known, else of the label that [`guess`] finds most probable. Nothing for any other model.
///
/// # Errors
/// Another number of labels than images; a label that the model has not ([`Error::UnknownLabel`]).
pub(crate) async fn label_weights(
    model: &Model,
    images: Labelled<'_>,
    device: &Device,
) -> Result<Vec<f32>> {
    let (labels, count) = (model.config().labels, images.pixels.len() / PIXELS);
    if labels == 0 {
        return Ok(vec![]);
    }
    let Some(known) = images.labels else {
        let guessed = guess(model, images.pixels, device).await?;
        let guessed: Vec<u8> = guessed.chunks_exact(labels).map(greatest).collect();
        return Ok(one_hot(&guessed, labels));
    };
    if known.len() != count {
        return Err(DataError::CountMismatch { images: count, labels: known.len() }.into());
    }
    match known.iter().map(|&label| usize::from(label)).find(|&label| label >= labels) {
        Some(found) => Err(Error::UnknownLabel { found, labels }),
        None => Ok(one_hot(known, labels)),
    }
}

/// Codes of latents, `latent` numbers each, and as many label weights as the model has labels.
pub(crate) fn join(config: &VaeConfig, latents: &[f32], weights: &[f32]) -> Vec<f32> {
    let VaeConfig { latent, labels, .. } = *config;
    let code = |(i, z): (usize, &[f32])| [z, &weights[i * labels..][..labels]].concat();
    latents.chunks_exact(latent).enumerate().flat_map(code).collect()
}

fn greatest(probabilities: &[f32]) -> u8 {
    let mut best = 0;
    for (i, probability) in probabilities.iter().enumerate() {
        if *probability > probabilities[best] {
            best = i;
        }
    }
    best as u8
}

/// Probabilities that are proportional to e^x. NaN, as of a model that has diverged, counts as
/// minus infinity, and if there is nothing else all are equal.
fn softmax(logs: &[f64]) -> Vec<f32> {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exps: Vec<f64> = logs
        .iter()
        .map(|x| (x - largest).exp())
        .map(|x| if x.is_finite() { x } else { 0.0 })
        .collect();
    let sum: f64 = exps.iter().sum();
    let share = |x: f64| if sum > 0.0 { x / sum } else { 1.0 / logs.len() as f64 };
    exps.into_iter().map(|x| share(x) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PRESETS;

    #[test]
    fn labels_stand_behind_the_latents() {
        assert_eq!(with_label(&[0.5, -1.0], 1, 3), [0.5, -1.0, 0.0, 1.0, 0.0]);
        let plain = PRESETS[0].config(2, 1.0, 1);
        assert_eq!(prior_codes(&plain, 7, 4), prior(7, 2, 4));
        let codes = prior_codes(&VaeConfig { labels: 3, ..plain.clone() }, 7, 4);
        for (i, (code, z)) in codes.chunks(5).zip(prior(7, 2, 4).chunks(2)).enumerate() {
            assert_eq!(code, with_label(z, i % 3, 3), "{i}");
        }
        let config = VaeConfig { labels: 2, ..plain };
        let joined = join(&config, &[1.0, 2.0, 3.0, 4.0], &[0.0, 1.0, 0.5, 0.5]);
        assert_eq!(joined, [1.0, 2.0, 0.0, 1.0, 3.0, 4.0, 0.5, 0.5]);
    }

    #[test]
    fn labels_blend_while_latents_turn() {
        let config = VaeConfig { labels: 2, ..PRESETS[0].config(2, 1.0, 1) };
        let (a, b) = ([3.0, 0.0, 1.0, 0.0], [0.0, 3.0, 0.0, 1.0]);
        let frames = code_path(&config, &a, &b, 3, Path::Slerp).expect("valid");
        assert_eq!((&frames[..4], &frames[8..]), (&a[..], &b[..]));
        assert_eq!(frames[6..8], [0.5, 0.5]);
        assert!((frames[4].hypot(frames[5]) - 3.0).abs() < 1e-5, "{frames:?}");
        let plain = VaeConfig { labels: 0, ..config.clone() };
        assert!(code_path(&plain, &a, &b, 3, Path::Slerp).is_err(), "of another model");
        let same = code_path(&plain, &a[..2], &b[..2], 3, Path::Slerp);
        assert_eq!(same, path(&a[..2], &b[..2], 3, Path::Slerp));
        assert!(code_path(&config, &a[..2], &b[..2], 3, Path::Slerp).is_err(), "no labels");
    }

    #[test]
    fn probabilities_sum_to_one_whatever_comes() {
        assert_eq!(softmax(&[-1000.0, -1000.0]), [0.5, 0.5]);
        assert_eq!(softmax(&[-4000.0, 3f64.ln() - 4000.0]), [0.25, 0.75]);
        assert_eq!(softmax(&[f64::NAN, -1.0]), [0.0, 1.0]);
        assert_eq!(softmax(&[f64::NAN; 4]), [0.25; 4]);
        assert_eq!(greatest(&[0.1, 0.6, 0.3]), 1);
    }
}
