//! The ELBO of images that are not trained on, by a training step's own kernels: none has to be compiled for it.

use burn::tensor::{Int, Tensor, TensorData};

use super::replay::{CAPACITY, Settings, int};
use crate::kernels::webgpu::autodiff::{primitive, tensor};
use crate::kernels::webgpu::objective;
use crate::kernels::webgpu::step::{self, Control};
use crate::model::Vae;
use crate::{Error, Result};

/// Images that are measured at a time: about a batch, for which the products have the very kernels that training has.
const CHUNK: usize = 125;

/// Sums over the first `count` images (packed four grey levels to a word, `[images, 196]`): loss, reconstruction and KL in nats, `[3]`. One draw from
/// the posterior for each image, with `noise` as the factor of its noise: 1, or 0 for the means.
pub(crate) fn sums(
    model: &Vae,
    words: Tensor<2, Int>,
    count: usize,
    beta: f64,
    seed: u64,
    noise: f32,
) -> Result<Tensor<1>> {
    let device = words.device();
    let control = Control::new(model.config().free_bits, &device);
    let order: Vec<i32> = (0..count as i32).collect();
    let order = int(Tensor::<1, Int>::from_data(TensorData::new(order, [count]), &device));
    let words = int(words);
    let starts: Vec<usize> = (0..count).step_by(CHUNK).collect();
    for starts in starts.chunks(CAPACITY) {
        let settings = |&start: &usize| {
            let seed = seed + start as u64;
            Settings { start, seed, noise, beta, rate: 0.0, scale: 0.0 }
        };
        control.set_rows(&starts.iter().map(settings).collect::<Vec<_>>());
        for start in starts {
            let batch = CHUNK.min(count - start);
            let images = step::gather(&words, &order, batch, &control);
            let Some(posterior) = model.posterior(tensor(images.clone())) else {
                return Err(Error::State("a model without an encoder needs its codes".into()));
            };
            let (latents, kl) = objective::sample(&primitive(posterior), &control);
            let outputs = primitive(model.outputs(tensor(latents)));
            let (nats, _) = objective::likelihood(model.config().likelihood, &outputs, &images);
            step::count(&nats, &kl, batch as f32, &control);
        }
    }
    Ok(tensor(control.sums))
}
