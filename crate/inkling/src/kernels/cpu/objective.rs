//! The objective of a training step: sampling from the posterior with its KL, and the likelihood of
//! the images, each with its gradient.

use pulp::Arch;

use super::math::{exp, sigmoid, softplus_and_sigmoid};
use super::threads::{each, shares};
use crate::PIXELS;
use crate::kernels::constants::{LOGVAR_LINEAR, PIXEL_LOGVAR_MAX, PIXEL_LOGVAR_MIN};
use crate::kernels::likelihood::Likelihood;

/// The least images that are worth another thread.
const WORTH: usize = 8;
/// Bounds of a learned log-variance.
const LOW: f32 = PIXEL_LOGVAR_MIN as f32;
const HIGH: f32 = PIXEL_LOGVAR_MAX as f32;
/// log(2 pi).
const LN_2_PI: f32 = 1.837_877;

/// Reparameterised draws `mu + exp(logvar / 2) * noise`, `[batch, latent]`, from a posterior
/// `[batch, 2 * latent]`; and the mean KL of each latent in nats.
pub(super) fn sample(posterior: &[f32], noise: &[f32], latent: usize) -> (Vec<f32>, Vec<f32>) {
    let batch = noise.len() / latent;
    let mut latents = Vec::with_capacity(noise.len());
    let mut sums = vec![0.0f64; latent];
    for (posterior, noise) in posterior.chunks_exact(2 * latent).zip(noise.chunks_exact(latent)) {
        let (mu, logvar) = posterior.split_at(latent);
        for (i, noise) in noise.iter().enumerate() {
            let (mu, logvar) = (mu[i], logvar[i]);
            let bounded = bounded(logvar);
            latents.push(mu + (bounded * 0.5).exp() * noise);
            let variance = bounded.exp() * (1.0 + logvar - bounded);
            sums[i] += f64::from(0.5 * (mu * mu + variance - logvar - 1.0));
        }
    }
    let kl = sums.into_iter().map(|sum| (sum / batch as f64) as f32).collect();
    (latents, kl)
}

/// The gradient of the posterior, given the latents': what flows back through them, and `weights`
/// times that of each latent's KL.
pub(super) fn sample_gradient(
    gradient: &[f32],
    posterior: &[f32],
    latents: &[f32],
    weights: &[f32],
) -> Vec<f32> {
    let latent = weights.len();
    let mut found = vec![0.0; posterior.len()];
    let rows = found.chunks_exact_mut(2 * latent).zip(posterior.chunks_exact(2 * latent));
    for (row, (found, posterior)) in rows.enumerate() {
        for (i, weight) in weights.iter().enumerate() {
            let at = row * latent + i;
            let (mu, logvar, back) = (posterior[i], posterior[latent + i], gradient[at]);
            let by_noise = match logvar <= LOGVAR_LINEAR {
                true => 0.5 * back * (latents[at] - mu),
                false => 0.0,
            };
            found[i] = back + weight * mu;
            found[latent + i] = by_noise + weight * 0.5 * (bounded(logvar).exp() - 1.0);
        }
    }
    found
}

/// The log-variance up to the bound above which its exponential goes on as a tangent. Unlike min,
/// it keeps NaN.
fn bounded(logvar: f32) -> f32 {
    if logvar > LOGVAR_LINEAR { LOGVAR_LINEAR } else { logvar }
}

/// Minus the log-likelihood of each image in nats, and the gradient of `weight` times their sum, in
/// the shape of `outputs`.
pub(super) fn likelihood(
    likelihood: Likelihood,
    outputs: &[f32],
    images: &[f32],
    weight: f32,
) -> (Vec<f32>, Vec<f32>) {
    let batch = images.len() / PIXELS;
    let size = outputs.len() / batch.max(1);
    let (mut nats, mut gradient) = (vec![0.0; batch], vec![0.0; outputs.len()]);
    let mut parts = vec![];
    let (mut nats_left, mut gradient_left) = (&mut nats[..], &mut gradient[..]);
    for range in shares(batch, WORTH) {
        let (nats, nats_after) = nats_left.split_at_mut(range.len());
        let (gradient, gradient_after) = gradient_left.split_at_mut(range.len() * size);
        parts.push((range, nats, gradient));
        (nats_left, gradient_left) = (nats_after, gradient_after);
    }
    each(parts, |(range, nats, gradient)| {
        let images = images[range.start * PIXELS..].chunks_exact(PIXELS);
        let outputs = outputs[range.start * size..].chunks_exact(size);
        let rows = nats.iter_mut().zip(gradient.chunks_exact_mut(size));
        for ((nats, gradient), (outputs, image)) in rows.zip(outputs.zip(images)) {
            *nats = of_image(likelihood, outputs, image, weight, gradient);
        }
    });
    (nats, gradient)
}

fn of_image(
    likelihood: Likelihood,
    outputs: &[f32],
    image: &[f32],
    weight: f32,
    gradient: &mut [f32],
) -> f32 {
    let pixels = image.len();
    let arch = Arch::new();
    match likelihood {
        Likelihood::Bernoulli => arch.dispatch(
            #[inline(always)]
            || {
                in_lanes(outputs, image, gradient, |output, x| {
                    let (softplus, sigmoid) = softplus_and_sigmoid(output);
                    (softplus - x * output, weight * (sigmoid - x))
                })
            },
        ),
        Likelihood::Gaussian { variance } => arch.dispatch(
            #[inline(always)]
            || {
                let (half, slope) = (0.5 / variance, weight / variance);
                in_lanes(outputs, image, gradient, |output, x| {
                    let mean = sigmoid(output);
                    let error = mean - x;
                    (error * error * half, slope * error * mean * (1.0 - mean))
                })
            },
        ),
        Likelihood::GaussianLearned => {
            let (means, raws) = outputs.split_at(pixels);
            let (to_mean, to_logvar) = gradient.split_at_mut(pixels);
            let mut sum = 0.0f64;
            for i in 0..pixels {
                let (mean, x) = (sigmoid(means[i]), image[i]);
                let (above, to_above) = softplus_and_sigmoid(raws[i] - LOW);
                let (below, to_below) = softplus_and_sigmoid(HIGH - above - LOW);
                let logvar = HIGH - below;
                let (error, precision) = (mean - x, exp(-logvar));
                let surprise = error * error * precision;
                sum += f64::from(0.5 * (surprise + logvar + LN_2_PI));
                to_mean[i] = weight * error * precision * mean * (1.0 - mean);
                to_logvar[i] = weight * 0.5 * (1.0 - surprise) * to_above * to_below;
            }
            sum as f32
        }
    }
}

/// The sum of what `of` says of each number and its pixel; the other thing that it says goes into
/// `gradient`. One loop without a sum, which the compiler turns into SIMD, and then eight sums,
/// whatever the width of the SIMD: the result is the same on every CPU.
#[inline(always)]
fn in_lanes(
    outputs: &[f32],
    image: &[f32],
    gradient: &mut [f32],
    of: impl Fn(f32, f32) -> (f32, f32),
) -> f32 {
    let mut terms = [0.0f32; PIXELS];
    let slots = terms.iter_mut().zip(gradient);
    for ((term, slope), (&output, &pixel)) in slots.zip(outputs.iter().zip(image)) {
        (*term, *slope) = of(output, pixel);
    }
    let mut sums = [0.0f32; LANES];
    for terms in terms.as_chunks::<LANES>().0 {
        sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
    }
    sums.iter().sum()
}

const LANES: usize = 8;
const _: () = assert!(PIXELS.is_multiple_of(LANES), "an image is whole lanes");
