//! The objective: sampling from the posterior with its KL, and the likelihood of the images, each
//! with its gradient.

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::activation::{sigmoid, softplus};
use super::buffers::{alloc, bind_and_track};
use super::noise::normal;
use super::reduce::sum_of_units;
use super::step::{BETA, Control, FREE_BITS, KEY_A, KEY_B, NOISE, setting};
use super::workgroups::{groups, noted, position};
use crate::PIXELS;
use crate::kernels::constants::{LOGVAR_LINEAR, PIXEL_LOGVAR_MAX, PIXEL_LOGVAR_MIN};
use crate::kernels::likelihood::Likelihood;

/// Units of a workgroup.
const UNITS: usize = 64;
/// Bounds of a learned log-variance.
const PIXEL_LOGVAR: (f32, f32) = (PIXEL_LOGVAR_MIN as f32, PIXEL_LOGVAR_MAX as f32);

/// Reparameterised draws `mu + exp(logvar / 2) * noise`, `[batch, latent]`, from a posterior
/// `[batch, 2 * latent]`; and the mean KL of each latent in nats, `[latent]`.
pub(crate) fn sample(posterior: &CubeTensor, control: &Control) -> (CubeTensor, CubeTensor) {
    let shape = posterior.shape();
    let (batch, latent) = (shape[0], shape[1] / 2);
    let (latents, kl) = (alloc(posterior, [batch, latent]), alloc(posterior, [latent]));
    sample_kernel::launch(
        &latents.client.clone(),
        noted("sample", CubeCount::Static(latent as u32, 1, 1)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(posterior),
        bind_and_track(&control.rows),
        bind_and_track(&latents),
        bind_and_track(&kl),
        batch,
        latent,
    );
    (latents, kl)
}

/// The gradient of the posterior: what flows back through the latents, and beta times the KL's own.
pub(crate) fn sample_gradient(
    gradient: &CubeTensor,
    posterior: &CubeTensor,
    latents: &CubeTensor,
    kl: &CubeTensor,
    control: &Control,
) -> CubeTensor {
    let shape = latents.shape();
    let (batch, latent) = (shape[0], shape[1]);
    let out = alloc(posterior, [batch, 2 * latent]);
    sample_gradient_kernel::launch(
        &out.client.clone(),
        noted("sample gradient", groups(batch * latent, UNITS)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(gradient),
        bind_and_track(posterior),
        bind_and_track(latents),
        bind_and_track(kl),
        bind_and_track(&control.rows),
        bind_and_track(&out),
        batch,
        latent,
    );
    out
}

/// The likelihood, without its numbers: a kernel is compiled for each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Bernoulli,
    Gaussian,
    GaussianLearned,
}

/// Minus the log-likelihood of each image in nats, `[batch]`, and the gradient of `weight` times
/// their sum, in the shape of `outputs`.
pub(crate) fn likelihood(
    likelihood: Likelihood,
    outputs: &CubeTensor,
    images: &CubeTensor,
    weight: f32,
) -> (CubeTensor, CubeTensor) {
    let shape = outputs.shape();
    let batch = shape[0];
    let (nats, gradient) = (alloc(outputs, [batch]), alloc(outputs, shape));
    let (kind, variance) = match likelihood {
        Likelihood::Bernoulli => (Kind::Bernoulli, 1.0),
        Likelihood::Gaussian { variance } => (Kind::Gaussian, variance),
        Likelihood::GaussianLearned => (Kind::GaussianLearned, 1.0),
    };
    likelihood_kernel::launch(
        &nats.client.clone(),
        noted("likelihood", CubeCount::Static(batch as u32, 1, 1)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(outputs),
        bind_and_track(images),
        bind_and_track(&nats),
        bind_and_track(&gradient),
        weight,
        variance,
        kind,
    );
    (nats, gradient)
}

/// The mean images `[batch, 784]`, in 0..=1, of the decoder's outputs: the sigmoid of each pixel's
/// first number.
pub(crate) fn mean_image(outputs: &CubeTensor) -> CubeTensor {
    let shape = outputs.shape();
    let images = alloc(outputs, [shape[0], PIXELS]);
    mean_image_kernel::launch(
        &images.client.clone(),
        noted("mean image", groups(shape[0] * PIXELS, UNITS)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(outputs),
        bind_and_track(&images),
        shape[0] * PIXELS,
        shape[1],
    );
    images
}

/// One workgroup for each latent.
#[cube(launch)]
fn sample_kernel(
    posterior: &[f32],
    rows: &[f32],
    latents: &mut [f32],
    kl: &mut [f32],
    batch: usize,
    latent: usize,
) {
    let column = CUBE_POS_X as usize;
    let (key_a, key_b) = (setting(rows, KEY_A), setting(rows, KEY_B));
    let scale = setting(rows, NOISE);
    let mut sum = 0.0f32;
    let mut row = UNIT_POS_X as usize;
    while row < batch {
        let mu = posterior[row * 2 * latent + column];
        let logvar = posterior[row * 2 * latent + latent + column];
        let bounded = bounded(logvar);
        let at = row * latent + column;
        let noise =
            scale * normal(u32::cast_from(at), u32::cast_from(key_a), u32::cast_from(key_b));
        latents[at] = mu + (bounded * 0.5f32).exp() * noise;
        let variance = bounded.exp() * (1.0f32 + logvar - bounded);
        sum += 0.5f32 * (mu * mu + variance - logvar - 1.0f32);
        row += UNITS;
    }
    let total = sum_of_units(sum);
    if UNIT_POS_X == 0 {
        kl[column] = total / f32::cast_from(batch);
    }
}

/// The log-variance up to the bound above which its exponential goes on as a tangent. Unlike min,
/// it keeps NaN.
#[cube]
fn bounded(logvar: f32) -> f32 {
    select(logvar > LOGVAR_LINEAR, LOGVAR_LINEAR.runtime(), logvar)
}

#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn sample_gradient_kernel(
    gradient: &[f32],
    posterior: &[f32],
    latents: &[f32],
    kl: &[f32],
    rows: &[f32],
    out: &mut [f32],
    batch: usize,
    latent: usize,
) {
    let at = position();
    let free_bits = rows[FREE_BITS];
    if at < batch * latent {
        let (row, column) = (at / latent, at % latent);
        let to_mu = row * 2 * latent + column;
        let to_logvar = to_mu + latent;
        let (mu, logvar) = (posterior[to_mu], posterior[to_logvar]);
        let bounded = bounded(logvar);
        let mut weight = setting(rows, BETA) / f32::cast_from(batch);
        if free_bits > 0.0f32 && kl[column] <= free_bits {
            weight = 0.0f32;
        }
        let back = gradient[at];
        let mut by_noise = 0.0f32;
        if logvar <= LOGVAR_LINEAR {
            by_noise = 0.5f32 * back * (latents[at] - mu);
        }
        out[to_mu] = back + weight * mu;
        out[to_logvar] = by_noise + weight * 0.5f32 * (bounded.exp() - 1.0f32);
    }
}

/// One workgroup for each image.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn likelihood_kernel(
    outputs: &[f32],
    images: &[f32],
    nats: &mut [f32],
    gradient: &mut [f32],
    weight: f32,
    variance: f32,
    #[comptime] kind: Kind,
) {
    let pixels = PIXELS.runtime();
    let image = CUBE_POS_X as usize;
    let mut sum = 0.0f32;
    let mut pixel = UNIT_POS_X as usize;
    while pixel < pixels {
        let x = images[image * pixels + pixel];
        if comptime!(kind == Kind::Bernoulli) {
            let at = image * pixels + pixel;
            let logit = outputs[at];
            sum += softplus(logit) - x * logit;
            gradient[at] = weight * (sigmoid(logit) - x);
        } else if comptime!(kind == Kind::Gaussian) {
            let at = image * pixels + pixel;
            let mean = sigmoid(outputs[at]);
            let error = mean - x;
            sum += error * error / (2.0f32 * variance);
            gradient[at] = weight * error * mean * (1.0f32 - mean) / variance;
        } else {
            let to_mean = image * 2 * pixels + pixel;
            let to_logvar = to_mean + pixels;
            let mean = sigmoid(outputs[to_mean]);
            let (low, high) = comptime!(PIXEL_LOGVAR);
            let raw = outputs[to_logvar];
            let above = softplus(raw - low) + low;
            let logvar = high - softplus(high - above);
            let error = mean - x;
            let precision = (-logvar).exp();
            sum += 0.5f32 * (error * error * precision + logvar + 1.837877f32);
            gradient[to_mean] = weight * error * precision * mean * (1.0f32 - mean);
            let slope = sigmoid(raw - low) * sigmoid(high - above);
            gradient[to_logvar] = weight * 0.5f32 * (1.0f32 - error * error * precision) * slope;
        }
        pixel += UNITS;
    }
    let total = sum_of_units(sum);
    if UNIT_POS_X == 0 {
        nats[image] = total;
    }
}

#[cube(launch)]
fn mean_image_kernel(outputs: &[f32], images: &mut [f32], count: usize, width: usize) {
    let at = position();
    if at < count {
        let pixels = PIXELS.runtime();
        images[at] = sigmoid(outputs[(at / pixels) * width + at % pixels]);
    }
}
