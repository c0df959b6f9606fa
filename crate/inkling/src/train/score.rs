//! The ELBO of images that are not trained on. On WebGPU the kernels of a training step compute it,
//! so that none has to be compiled for it.

use burn::tensor::Tensor;
#[cfg(feature = "webgpu")]
use burn::tensor::TensorData;

use super::fit::fit;
#[cfg(feature = "cpu")]
use super::losses::LossSums;
use super::losses::{Losses, read_sums};
use crate::data::DeviceImages;
use crate::device::Kind;
#[cfg(feature = "cpu")]
use crate::device::noise;
#[cfg(feature = "webgpu")]
use crate::device::upload::ints;
#[cfg(feature = "webgpu")]
use crate::device::webgpu::{int, primitive, tensor};
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::codes;
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::gather::{gather, one_hot};
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::objective;
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::step::{self, CAPACITY, Control, Row};
#[cfg(feature = "webgpu")]
use crate::model::code;
#[cfg(feature = "cpu")]
use crate::model::{Elbo, VaeConfig};
use crate::model::{Input, Model};
use crate::{Error, Result};

/// Images in a chunk: bounds the memory, and all chunks but the last have the same shape.
const CHUNK: usize = 500;
/// Images in a chunk that the WebGPU kernels encode: about a training batch, so that the products
/// are split as they are in training.
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
    match Kind::of(&images.device()) {
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => Ok(vec![kernel_sums(model, images, count, beta, NOISE_SEED, true)?]),
        #[cfg(feature = "cpu")]
        Kind::Cpu => Ok(match model {
            Model::Vae(vae) => chunk_sums(count, |start, size| {
                let VaeConfig { latent, labels, .. } = *vae.config();
                let noise = noise(size, latent, NOISE_SEED + start as u64, &images.device());
                vae.elbo(Input::slice(images, start, size, labels), noise, beta)
            }),
            Model::Generator(generator) => chunk_sums(count, |start, size| {
                let chunk = images.slice(start, size);
                generator.loss(chunk.clone(), fit(generator, chunk), beta)
            }),
        }),
    }
}

/// By Burn's operations: `loss` gets where a chunk of images starts, and how many they are.
#[cfg(feature = "cpu")]
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
    model: &Model,
    images: &DeviceImages,
    count: usize,
    beta: f64,
    seed: u64,
    sampled: bool,
) -> Result<Tensor<1>> {
    let (device, config) = (images.device(), model.config());
    // Codes have no KL that free bits could be a floor for.
    let (chunk, free_bits) = match model {
        Model::Vae(_) => (KERNEL_CHUNK, config.free_bits),
        Model::Generator(_) => (CHUNK, 0.0),
    };
    let control = Control::new(free_bits, &device);
    let order: Vec<i32> = (0..count as i32).collect();
    let order = int(ints::<1>(TensorData::new(order, [count]), &device));
    let (packed, labels) = (images.packed(), images.labels().map(int));
    let labels = labels.filter(|_| config.labels > 0);
    let likelihood = config.likelihood.of_kernels();
    let (_, decoder) = model.parts();
    let noise = if sampled { 1.0 } else { 0.0 };
    let starts: Vec<usize> = (0..count).step_by(chunk).collect();
    for starts in starts.chunks(CAPACITY) {
        let row = |&start: &usize| {
            let seed = seed + start as u64;
            Row { start, seed, noise, beta, ..Row::default() }
        };
        control.set_rows(&starts.iter().map(row).collect::<Vec<_>>());
        for start in starts {
            let batch = chunk.min(count - start);
            let images = gather(&packed, &order, batch, Some(&control));
            let labels = labels.as_ref().map(|labels| {
                tensor::<2>(one_hot(labels, &order, [batch, config.labels], Some(&control)))
            });
            let (latents, kl) = match model {
                Model::Vae(vae) => {
                    let input = Input { images: tensor(images.clone()), labels: labels.clone() };
                    objective::sample(&primitive(vae.encoder.forward(input)), &control)
                }
                Model::Generator(generator) => {
                    let codes = fit(generator, tensor(images.clone()));
                    // They are those of the first images of the order, as it were.
                    codes::take(&primitive(codes), &order, batch, None)
                }
            };
            let outputs = primitive(decoder.forward(code(tensor(latents), labels)));
            let (nats, _) = objective::likelihood(likelihood, &outputs, &images, 1.0);
            step::add_losses(&nats, &kl, batch as f32, &control);
        }
    }
    Ok(tensor(control.sums()))
}
