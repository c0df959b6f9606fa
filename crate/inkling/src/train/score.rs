//! The ELBO of images that are not trained on. On WebGPU the kernels of a training step compute it,
//! so that none has to be compiled for it.

use burn::tensor::Tensor;
#[cfg(feature = "webgpu")]
use burn::tensor::{Int, TensorData};

use super::codes::fit;
use super::losses::{LossSums, Losses, read_sums};
#[cfg(feature = "webgpu")]
use super::replay::kernel_likelihood;
use crate::data::DeviceImages;
#[cfg(feature = "webgpu")]
use crate::device::Kind;
#[cfg(feature = "cpu")]
use crate::device::noise;
#[cfg(feature = "webgpu")]
use crate::device::webgpu::{int, primitive, tensor};
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::objective;
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::step::{self, CAPACITY, Control, Row};
use crate::model::{Elbo, Vae};
use crate::{Error, Result};

/// Images in a chunk: bounds the memory, and all chunks but the last have the same shape.
const CHUNK: usize = 500;
/// Images in a chunk of the WebGPU kernels: about a training batch, so that the products are split
/// as they are in training.
#[cfg(feature = "webgpu")]
const KERNEL_CHUNK: usize = 125;
/// Seed of the noise. Always the same, so that only the model makes two measurements differ.
const NOISE_SEED: u64 = 0x1E57;

/// The negative ELBO of the first `count` images, with one draw from the posterior for each image
/// and the KL weighed by `beta`. A model without an encoder first fits a code to each image.
///
/// `count` beyond the last image means all of them. No image is an [`Error::TooFewImages`].
pub async fn elbo(model: &Vae, images: &DeviceImages, count: usize, beta: f64) -> Result<Losses> {
    let count = count.min(images.count());
    if count == 0 {
        return Err(Error::TooFewImages { expected: 1, found: 0 });
    }
    let sums = sums(model, images, count, beta)?;
    Losses::mean(&read_sums(sums).await?, count as f64)
}

fn sums(model: &Vae, images: &DeviceImages, count: usize, beta: f64) -> Result<Vec<Tensor<1>>> {
    #[cfg(feature = "webgpu")]
    if Kind::of(&images.device()) == Kind::WebGpu && model.config().encoder.is_some() {
        return Ok(vec![kernel_sums(model, images, count, beta, NOISE_SEED, true)?]);
    }
    let mut sums = LossSums::default();
    for start in (0..count).step_by(CHUNK) {
        let size = CHUNK.min(count - start);
        let elbo = chunk_elbo(model, images.slice(start, size), beta, NOISE_SEED + start as u64);
        sums.add(elbo, size as f64);
    }
    Ok(sums.tensors())
}

/// By Burn's operations. The seed is that of the sampling noise.
#[cfg_attr(not(feature = "cpu"), allow(unused_variables))]
fn chunk_elbo(model: &Vae, chunk: Tensor<2>, beta: f64, seed: u64) -> Elbo {
    // On WebGPU the kernels measure a model with an encoder: without the condition, a visitor would
    // download this too.
    #[cfg(feature = "cpu")]
    {
        let ([batch, _], latent) = (chunk.dims(), model.config().latent);
        let noise = noise(batch, latent, seed, &chunk.device());
        if let Some(elbo) = model.elbo(chunk.clone(), noise, beta) {
            return elbo;
        }
    }
    model.code_loss(chunk.clone(), fit(model, chunk), beta)
}

/// Sums of loss, reconstruction and KL over the first `count` images, `[3]`, by a training step's
/// kernels. With `sampled` one draw from the posterior for each image, otherwise its mean.
#[cfg(feature = "webgpu")]
pub(super) fn kernel_sums(
    model: &Vae,
    images: &DeviceImages,
    count: usize,
    beta: f64,
    seed: u64,
    sampled: bool,
) -> Result<Tensor<1>> {
    let device = images.device();
    let control = Control::new(model.config().free_bits, &device);
    let order: Vec<i32> = (0..count as i32).collect();
    let order = int(Tensor::<1, Int>::from_data(TensorData::new(order, [count]), &device));
    let packed_pixels = int(images.words());
    let likelihood = kernel_likelihood(model.config().likelihood);
    let noise = if sampled { 1.0 } else { 0.0 };
    let starts: Vec<usize> = (0..count).step_by(KERNEL_CHUNK).collect();
    for starts in starts.chunks(CAPACITY) {
        let row = |&start: &usize| {
            let seed = seed + start as u64;
            Row { start, seed, noise, beta, ..Row::default() }
        };
        control.set_rows(&starts.iter().map(row).collect::<Vec<_>>());
        for start in starts {
            let batch = KERNEL_CHUNK.min(count - start);
            let images = step::gather(&packed_pixels, &order, batch, &control);
            let Some(posterior) = model.posterior(tensor(images.clone())) else {
                return Err(Error::State("a model without an encoder needs its codes".into()));
            };
            let (latents, kl) = objective::sample(&primitive(posterior), &control);
            let outputs = primitive(model.outputs(tensor(latents)));
            let (nats, _) = objective::likelihood(likelihood, &outputs, &images);
            step::add_losses(&nats, &kl, batch as f32, &control);
        }
    }
    Ok(tensor(control.sums()))
}
