//! One image on its way through a model.

use burn::tensor::Device;

use super::codes::{Encoded, encoded, halves, input};
use crate::data::Labelled;
use crate::device::read_flat;
use crate::latent::{flat, grey_level, join, label_weights, prior, rows};
use crate::model::{
    Layer, Model, Trace, VaeConfig, bound_logvars, deviation_of, kl_of, sigmoid_of,
};
use crate::{Error, Field, PIXELS, Result};

/// Where between encoder and decoder an image is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Latents {
    /// The posterior means: z = mu.
    Means,
    /// A draw: z = mu + sigma * eps, with an eps that depends on this seed alone.
    Drawn(u32),
    /// This code, whatever the encoder says. A conditional encoder sees its labels too.
    Given(Vec<f32>),
}

/// A model with one image in it. Losses are in nats.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// Every layer in order.
    pub layers: Vec<Layer>,
    /// What the layers give, one after another, in their order.
    pub values: Vec<f32>,
    /// The posterior's means; the fitted code if there is no encoder.
    pub mu: Vec<f32>,
    /// The posterior's log-variances; empty if there is no encoder.
    pub logvar: Vec<f32>,
    /// (z - mu) / sigma; empty if there is no encoder.
    pub eps: Vec<f32>,
    /// What was decoded: `code_size` numbers, the labels' weights of a conditional model last.
    pub z: Vec<f32>,
    /// The decoder's 784 numbers before the sigmoid, and then 784 log-variances if these are
    /// learned, within the bounds that the likelihood puts on them.
    pub outputs: Vec<f32>,
    /// The mean image: grey levels.
    pub mean: Vec<u8>,
    /// Minus the log-likelihood of each pixel.
    pub nats: Vec<f32>,
    /// The KL of each latent; z^2 / 2 if there is no encoder.
    pub kl: Vec<f32>,
    /// The sum of `nats`.
    pub reconstruction: f64,
    /// The sum of `kl`.
    pub divergence: f64,
}

/// Looks at one image, 784 grey levels, on its way through the model. Two read-backs, and one more
/// to guess a label.
///
/// # Errors
/// Pixels that are not one image, or latents that are not one code ([`Error::Shape`]); latents that
/// are not finite; a label that the model has not.
pub async fn inspect(
    model: &Model,
    image: impl Into<Labelled<'_>>,
    latents: Latents,
    device: &Device,
) -> Result<Inspection> {
    let (config, image) = (model.config(), image.into());
    let VaeConfig { latent, likelihood, .. } = *config;
    let pixels = image.pixels;
    check_image(pixels)?;
    if let Latents::Given(code) = &latents {
        check_code(code, config.code_size())?;
    }
    let labels = match &latents {
        Latents::Given(code) => code[latent..].to_vec(),
        _ => label_weights(model, image, device).await?,
    };
    let (encoder, decoder) = model.parts();
    let mut values = vec![];
    let (mu, logvar) = match encoder {
        Some(encoder) => {
            let mut trace = vec![];
            let input = input(model, pixels, 0, &labels, device);
            encoder.traced(input, Trace::into(&mut trace));
            let read = read_flat(trace.into_iter().map(flat).collect()).await?;
            let posterior = read.last().map_or(&[][..], Vec::as_slice);
            let (mu, logvar) = halves(posterior, latent);
            values.extend(read.into_iter().flatten());
            (mu, logvar)
        }
        None => {
            let Encoded { mu, logvar, .. } = encoded(model, image, device).await?;
            (mu, logvar)
        }
    };
    let sigma = |i: usize| deviation_of(f64::from(logvar[i]));
    let eps: Vec<f32> = match &latents {
        _ if encoder.is_none() => vec![],
        Latents::Means => vec![0.0; latent],
        Latents::Drawn(seed) => prior(1, latent, *seed),
        Latents::Given(z) => {
            let eps = |i: usize| ((f64::from(z[i]) - f64::from(mu[i])) / sigma(i)) as f32;
            (0..latent).map(eps).collect()
        }
    };
    let z = match latents {
        Latents::Given(code) => code,
        _ if eps.is_empty() => mu.clone(),
        _ => join(config, &drawn(&mu, &logvar, &eps), &labels),
    };
    let mut trace = vec![];
    decoder.traced(rows(&z, config.code_size(), device), Trace::into(&mut trace));
    let read = read_flat(trace.into_iter().map(flat).collect()).await?;
    let mut outputs = read.last().cloned().unwrap_or_default();
    values.extend(read.into_iter().flatten());
    bound_logvars(&mut outputs);
    let nats = likelihood.nats_of_image(&outputs, pixels);
    let kl: Vec<f64> = match logvar.is_empty() {
        true => z.iter().map(|&z| f64::from(z).powi(2) / 2.0).collect(),
        false => (0..latent).map(|i| kl_of(f64::from(mu[i]), f64::from(logvar[i]))).collect(),
    };
    let grey = |&x: &f32| grey_level(sigmoid_of(f64::from(x)) as f32);
    Ok(Inspection {
        layers: model.layers(),
        values,
        mu,
        logvar,
        eps,
        z,
        mean: outputs.iter().take(PIXELS).map(grey).collect(),
        outputs,
        reconstruction: nats.iter().sum(),
        divergence: kl.iter().sum(),
        nats: single(&nats),
        kl: single(&kl),
    })
}

/// `count` draws from the posterior of one image, 784 grey levels: codes, `code_size` numbers each.
/// They depend on the seed and the posterior alone.
///
/// # Errors
/// Pixels that are not one image; a model without an encoder ([`Error::NoEncoder`]); a label that
/// the model has not.
pub async fn readings(
    model: &Model,
    image: impl Into<Labelled<'_>>,
    count: usize,
    seed: u32,
    device: &Device,
) -> Result<Vec<f32>> {
    let (config, image) = (model.config(), image.into());
    check_image(image.pixels)?;
    let Model::Vae(_) = model else {
        return Err(Error::NoEncoder);
    };
    let Encoded { mu, logvar, labels } = encoded(model, image, device).await?;
    let noise = prior(count, config.latent, seed);
    let code = |eps: &[f32]| join(config, &drawn(&mu, &logvar, eps), &labels);
    Ok(noise.chunks(config.latent).flat_map(code).collect())
}

/// mu + sigma * eps.
fn drawn(mu: &[f32], logvar: &[f32], eps: &[f32]) -> Vec<f32> {
    let z = |i: usize| f64::from(mu[i]) + deviation_of(f64::from(logvar[i])) * f64::from(eps[i]);
    (0..mu.len()).map(|i| z(i) as f32).collect()
}

fn check_image(pixels: &[u8]) -> Result<()> {
    match pixels.len() {
        PIXELS => Ok(()),
        found => Err(Error::Shape { field: Field::Pixels, expected: PIXELS, found }),
    }
}

fn check_code(code: &[f32], size: usize) -> Result<()> {
    if code.len() != size {
        return Err(Error::Shape { field: Field::Codes, expected: size, found: code.len() });
    }
    match code.iter().all(|x| x.is_finite()) {
        true => Ok(()),
        false => Err(Error::NotFinite { field: Field::Codes }),
    }
}

fn single(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|&x| x as f32).collect()
}
