//! What a training step does besides its layers, a kernel each: gather the batch, sample the latents, score the outputs, move the
//! weights, count.
//!
//! Everything that differs from one step to the next lies in [`Control`] on the device, so that a step is the same commands each
//! time and can be recorded once and replayed.

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::activation::{sigmoid, softplus};
use super::fold::sum_of_units;
use super::launch::{alloc, arg, groups};
use crate::PIXELS;
use crate::model::{LOGVAR_LINEAR, Likelihood, OUTPUT_LOGVAR};

/// Units of a workgroup.
const UNITS: usize = 64;

/// Numbers of a step's row in [`Control::rows`].
pub(super) const ROW: usize = 8;
/// Where the rows begin; before them stands the number of the present one.
pub(super) const FIRST_ROW: usize = 8;
/// Columns of a row: where the batch begins in the order, the noise's two keys and its scale, beta, Adam's rate with its bias corrected, and the factor that
/// corrects the second moment's root. Whole numbers are exact up to 2^24.
const START: usize = 0;
const KEY_A: usize = 1;
const KEY_B: usize = 2;
const NOISE: usize = 3;
const BETA: usize = 4;
const RATE: usize = 5;
const SCALE: usize = 6;

/// One step's row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    pub(super) start: usize,
    pub(super) seed: u64,
    pub(super) noise: f32,
    pub(super) beta: f32,
    pub(super) rate: f32,
    pub(super) scale: f32,
}

impl Row {
    pub(super) fn numbers(self) -> [f32; ROW] {
        let mut row = [0.0; ROW];
        row[START] = self.start as f32;
        row[KEY_A] = (self.seed & 0xFF_FFFF) as f32;
        row[KEY_B] = (self.seed >> 24 & 0xFF_FFFF) as f32;
        row[NOISE] = self.noise;
        row[BETA] = self.beta;
        row[RATE] = self.rate;
        row[SCALE] = self.scale;
        row
    }
}

/// What steers the steps.
#[derive(Debug, Clone)]
pub(super) struct Control {
    /// The number of the present row, then from [`FIRST_ROW`] on a row of [`ROW`] numbers for each step to come.
    pub(super) rows: CubeTensor,
    /// Sums over the steps since they were last read: loss, reconstruction, KL.
    pub(super) sums: CubeTensor,
    /// Nats per latent below which the KL is not pushed down.
    pub(super) free_bits: f32,
}

/// The batch's images as grey levels in 0..=1, `[batch, 784]`, from four of them to a word.
pub(super) fn gather(
    words: &CubeTensor,
    order: &CubeTensor,
    batch: usize,
    control: &Control,
) -> CubeTensor {
    let images = alloc(&control.rows, [batch, PIXELS]);
    gather_kernel::launch(
        &images.client.clone(),
        groups(batch * PIXELS / 4, UNITS),
        CubeDim::new_1d(UNITS as u32),
        arg(words),
        arg(order),
        arg(&control.rows),
        arg(&images),
        batch * PIXELS / 4,
    );
    images
}

/// Reparameterised draws `mu + exp(logvar / 2) * noise`, `[batch, latent]`, from a posterior `[batch, 2 * latent]`, and the mean KL of each
/// latent in nats, `[latent]`.
pub(super) fn sample(posterior: &CubeTensor, control: &Control) -> (CubeTensor, CubeTensor) {
    let shape = posterior.shape();
    let (batch, latent) = (shape[0], shape[1] / 2);
    let (latents, kl) = (alloc(posterior, [batch, latent]), alloc(posterior, [latent]));
    sample_kernel::launch(
        &latents.client.clone(),
        CubeCount::Static(latent as u32, 1, 1),
        CubeDim::new_1d(UNITS as u32),
        arg(posterior),
        arg(&control.rows),
        arg(&latents),
        arg(&kl),
        batch,
        latent,
    );
    (latents, kl)
}

/// The gradient of the posterior: what comes back through the latents, and beta times the KL's own.
pub(super) fn sample_gradient(
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
        groups(batch * latent, UNITS),
        CubeDim::new_1d(UNITS as u32),
        arg(gradient),
        arg(posterior),
        arg(latents),
        arg(kl),
        arg(&control.rows),
        arg(&out),
        batch,
        latent,
        control.free_bits,
    );
    out
}

/// A likelihood as kernels know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Bernoulli,
    Gaussian,
    GaussianLearned,
}

/// Minus the log-likelihood of each image in nats, `[batch]`, and the gradient of its mean over the batch, shaped like `outputs`.
pub(super) fn likelihood(
    likelihood: Likelihood,
    outputs: &CubeTensor,
    images: &CubeTensor,
) -> (CubeTensor, CubeTensor) {
    let shape = outputs.shape();
    let batch = shape[0];
    let (nats, gradient) = (alloc(outputs, [batch]), alloc(outputs, shape));
    let (kind, variance) = match likelihood {
        Likelihood::Bernoulli => (Kind::Bernoulli, 1.0),
        Likelihood::Gaussian { variance } => (Kind::Gaussian, variance as f32),
        Likelihood::GaussianLearned => (Kind::GaussianLearned, 1.0),
    };
    likelihood_kernel::launch(
        &nats.client.clone(),
        CubeCount::Static(batch as u32, 1, 1),
        CubeDim::new_1d(UNITS as u32),
        arg(outputs),
        arg(images),
        arg(&nats),
        arg(&gradient),
        1.0 / batch as f32,
        variance,
        kind,
    );
    (nats, gradient)
}

/// The mean images `[batch, 784]`, in 0..=1, of a decoder's outputs: the sigmoid of the first number of each pixel.
pub(super) fn mean_image(outputs: &CubeTensor) -> CubeTensor {
    let shape = outputs.shape();
    let images = alloc(outputs, [shape[0], PIXELS]);
    mean_image_kernel::launch(
        &images.client.clone(),
        groups(shape[0] * PIXELS, UNITS),
        CubeDim::new_1d(UNITS as u32),
        arg(outputs),
        arg(&images),
        shape[0] * PIXELS,
        shape[1],
    );
    images
}

/// One tensor that Adam moves.
#[derive(Debug, Clone)]
pub(super) struct Moved {
    pub(super) value: CubeTensor,
    /// Both moments, one after the other: twice as many numbers.
    pub(super) moments: CubeTensor,
}

/// Moves `values` by Adam (Kingma and Ba 2015, algorithm 1), two of them with a kernel: a WebGPU device binds eight buffers for sure.
pub(super) fn adam(values: &[Moved], gradients: &[CubeTensor], control: &Control) {
    for (values, gradients) in values.chunks(2).zip(gradients.chunks(2)) {
        let ([first, ..], [to_first, ..]) = (values, gradients) else { continue };
        let count = |moved: &Moved| moved.value.shape().num_elements();
        let second = values.get(1).zip(gradients.get(1));
        let second_count = second.map_or(0, |(moved, _)| count(moved));
        adam_kernel::launch(
            &first.value.client.clone(),
            groups(count(first) + second_count, UNITS),
            CubeDim::new_1d(UNITS as u32),
            arg(&first.value),
            arg(to_first),
            arg(&first.moments),
            second.map(|(moved, _)| arg(&moved.value)).into(),
            second.map(|(_, gradient)| arg(gradient)).into(),
            second.map(|(moved, _)| arg(&moved.moments)).into(),
            arg(&control.rows),
            count(first),
            second_count,
        );
    }
}

/// Adds the batch's mean losses, `weight` times, to the sums and goes on to the next row.
pub(super) fn count(nats: &CubeTensor, kl: &CubeTensor, weight: f32, control: &Control) {
    count_kernel::launch(
        &nats.client.clone(),
        CubeCount::Static(1, 1, 1),
        CubeDim::new_1d(UNITS as u32),
        arg(nats),
        arg(kl),
        arg(&control.rows),
        arg(&control.sums),
        nats.shape()[0],
        kl.shape()[0],
        weight,
        control.free_bits,
    );
}

/// A number of the present step's row.
#[cube]
fn setting(rows: &[f32], #[comptime] column: usize) -> f32 {
    rows[FIRST_ROW + usize::cast_from(rows[0]) * ROW + column]
}

#[cube(launch)]
fn gather_kernel(words: &[i32], order: &[i32], rows: &[f32], images: &mut [f32], count: usize) {
    let at = ABSOLUTE_POS_X as usize;
    if at < count {
        let words_each = comptime!(PIXELS / 4);
        let start = usize::cast_from(setting(rows, START));
        let image = usize::cast_from(order[start + at / words_each]);
        let word = u32::reinterpret(words[image * words_each + at % words_each]);
        #[unroll]
        for i in 0u32..4u32 {
            let level = (word >> (8u32 * i)) & 255u32;
            images[at * 4 + i as usize] = f32::cast_from(level) / 255.0f32;
        }
    }
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
        let bounded = min(logvar, LOGVAR_LINEAR);
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

/// A draw from N(0, 1) that depends on its three numbers alone: pcg3d (Jarzynski and Olano 2020, "Hash Functions for GPU Rendering"), then Box and
/// Muller.
#[cube]
fn normal(index: u32, key_a: u32, key_b: u32) -> f32 {
    let mut x = index * 1664525u32 + 1013904223u32;
    let mut y = key_a * 1664525u32 + 1013904223u32;
    let mut z = key_b * 1664525u32 + 1013904223u32;
    x += y * z;
    y += z * x;
    z += x * y;
    x ^= x >> 16u32;
    y ^= y >> 16u32;
    z ^= z >> 16u32;
    x += y * z;
    y += z * x;
    let to_unit = 1.0f32 / 16777216.0f32;
    let radius = (f32::cast_from(x >> 8u32) + 0.5f32) * to_unit;
    let angle = (f32::cast_from(y >> 8u32) + 0.5f32) * to_unit;
    (-2.0f32 * radius.ln()).sqrt() * (6.2831855f32 * angle).cos()
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
    free_bits: f32,
) {
    let at = ABSOLUTE_POS_X as usize;
    if at < batch * latent {
        let (row, column) = (at / latent, at % latent);
        let to_mu = row * 2 * latent + column;
        let to_logvar = to_mu + latent;
        let (mu, logvar) = (posterior[to_mu], posterior[to_logvar]);
        let bounded = min(logvar, LOGVAR_LINEAR);
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
            let (low, high) = comptime!(OUTPUT_LOGVAR);
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
    let at = ABSOLUTE_POS_X as usize;
    if at < count {
        let pixels = PIXELS.runtime();
        images[at] = sigmoid(outputs[(at / pixels) * width + at % pixels]);
    }
}

#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn adam_kernel(
    first: &mut [f32],
    to_first: &[f32],
    first_moments: &mut [f32],
    second: ComptimeOption<&mut [f32]>,
    to_second: ComptimeOption<&[f32]>,
    second_moments: ComptimeOption<&mut [f32]>,
    rows: &[f32],
    first_count: usize,
    second_count: usize,
) {
    let at = ABSOLUTE_POS_X as usize;
    let (rate, scale) = (setting(rows, RATE), setting(rows, SCALE));
    if at < first_count {
        moved(first, to_first, first_moments, at, first_count, rate, scale);
    } else if at < first_count + second_count {
        #[comptime]
        if let ComptimeOption::Some(second) = second {
            #[comptime]
            if let ComptimeOption::Some(to_second) = to_second {
                #[comptime]
                if let ComptimeOption::Some(second_moments) = second_moments {
                    let at = at - first_count;
                    moved(second, to_second, second_moments, at, second_count, rate, scale);
                }
            }
        }
    }
}

#[cube]
fn moved(
    values: &mut [f32],
    gradient: &[f32],
    moments: &mut [f32],
    at: usize,
    count: usize,
    rate: f32,
    scale: f32,
) {
    let g = gradient[at];
    let mean = 0.9f32 * moments[at] + 0.1f32 * g;
    let square = 0.999f32 * moments[count + at] + 0.001f32 * g * g;
    moments[at] = mean;
    moments[count + at] = square;
    values[at] -= rate * mean / (square.sqrt() * scale + 1e-8f32);
}

/// One workgroup.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel's bindings")]
fn count_kernel(
    nats: &[f32],
    kl: &[f32],
    rows: &mut [f32],
    sums: &mut [f32],
    batch: usize,
    latent: usize,
    weight: f32,
    free_bits: f32,
) {
    let unit = UNIT_POS_X as usize;
    let mut some = 0.0f32;
    let mut image = unit;
    while image < batch {
        some += nats[image];
        image += UNITS;
    }
    let reconstruction = sum_of_units(some) / f32::cast_from(batch);
    let mut some_kl = 0.0f32;
    let mut some_penalty = 0.0f32;
    let mut column = unit;
    while column < latent {
        let nats = kl[column];
        some_kl += nats;
        // Free bits of 0 are none: then a KL below 0, which rounding can give, counts as it is.
        if free_bits > 0.0f32 {
            some_penalty += max(nats, free_bits);
        } else {
            some_penalty += nats;
        }
        column += UNITS;
    }
    let divergence = sum_of_units(some_kl);
    let penalty = sum_of_units(some_penalty);
    if unit == 0 {
        let beta = rows[FIRST_ROW + usize::cast_from(rows[0]) * ROW + BETA];
        sums[0] += weight * (reconstruction + beta * penalty);
        sums[1] += weight * reconstruction;
        sums[2] += weight * divergence;
        rows[0] += 1.0f32;
    }
}
