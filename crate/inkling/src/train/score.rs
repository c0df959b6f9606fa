//! The ELBO of images that are not trained on. On WebGPU the kernels of a training step compute it,
//! so that none has to be compiled for it.

use burn::tensor::Tensor;
#[cfg(feature = "webgpu")]
use burn::tensor::TensorData;

use super::codes::fit;
use super::losses::{LossSums, Losses, read_sums};
#[cfg(feature = "webgpu")]
use super::replay::kernel_likelihood;
use crate::data::DeviceImages;
use crate::device::Kind;
#[cfg(feature = "cpu")]
use crate::device::noise;
#[cfg(feature = "webgpu")]
use crate::device::upload::ints;
#[cfg(feature = "webgpu")]
use crate::device::webgpu::{int, primitive, tensor};
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::gather::gather;
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::objective;
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::step::{self, CAPACITY, Control, Row};
#[cfg(feature = "webgpu")]
use crate::model::Vae;
use crate::model::{Elbo, Model};
#[cfg(feature = "cpu")]
use crate::model::{Input, VaeConfig};
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
pub async fn elbo(model: &Model, images: &DeviceImages, count: usize, beta: f64) -> Result<Losses> {
    let count = count.min(images.count());
    let sums = sums(model, images, count, beta)?;
    Losses::mean(&read_sums(sums).await?, count as f64)
}

/// Sums of loss, reconstruction and KL over the first `count` images, of which there must be as
/// many. No image is an [`Error::TooFewImages`]. Each kind of device has one way to measure a VAE,
/// so that a visitor does not download the other.
pub(super) fn sums(
    model: &Model,
    images: &DeviceImages,
    count: usize,
    beta: f64,
) -> Result<Vec<Tensor<1>>> {
    if count == 0 {
        return Err(Error::TooFewImages { expected: 1, found: 0 });
    }
    images.check_labels(model.config().labels)?;
    match (model, Kind::of(&images.device())) {
        #[cfg(feature = "webgpu")]
        (Model::Vae(vae), Kind::WebGpu) if vae.config().labels > 0 => {
            Err(Error::Device("a conditional model cannot be measured on WebGPU yet".into()))
        }
        #[cfg(feature = "webgpu")]
        (Model::Vae(vae), Kind::WebGpu) => {
            Ok(vec![kernel_sums(vae, images, count, beta, NOISE_SEED, true)?])
        }
        #[cfg(feature = "cpu")]
        (Model::Vae(vae), Kind::Cpu) => Ok(chunk_sums(count, |start, size| {
            let VaeConfig { latent, labels, .. } = *vae.config();
            let noise = noise(size, latent, NOISE_SEED + start as u64, &images.device());
            vae.elbo(Input::slice(images, start, size, labels), noise, beta)
        })),
        (Model::Generator(generator), _) => Ok(chunk_sums(count, |start, size| {
            let chunk = images.slice(start, size);
            generator.loss(chunk.clone(), fit(generator, chunk), beta)
        })),
    }
}

/// By Burn's operations: `loss` gets where a chunk of images starts, and how many they are.
fn chunk_sums(count: usize, loss: impl Fn(usize, usize) -> Elbo) -> Vec<Tensor<1>> {
    let mut sums = LossSums::default();
    for start in (0..count).step_by(CHUNK) {
        let size = CHUNK.min(count - start);
        sums.add(loss(start, size), size as f64);
    }
    sums.tensors()
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
    let order = int(ints::<1>(TensorData::new(order, [count]), &device));
    let packed = images.packed();
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
            let images = gather(&packed, &order, batch, Some(&control));
            let posterior = model.encoder.forward(tensor(images.clone()));
            let (latents, kl) = objective::sample(&primitive(posterior), &control);
            let outputs = primitive(model.decode_params(tensor(latents)));
            let (nats, _) = objective::likelihood(likelihood, &outputs, &images);
            step::add_losses(&nats, &kl, batch as f32, &control);
        }
    }
    Ok(tensor(control.sums()))
}
