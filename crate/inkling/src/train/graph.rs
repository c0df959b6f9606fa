use std::ops::{Deref, DerefMut};

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};

use super::adam::Adam;
use super::batches::Batches;
use super::losses::Losses;
use super::step::{Start, StepSettings};
use crate::Result;
use crate::device::noise;
use crate::device::upload::floats;
use crate::kernels::cpu::nodes;
use crate::model::{Input, Vae, VaeConfig, code};

/// Training steps on the CPU device: our kernels as nodes of Burn's graph, and Adam in place.
#[derive(Debug)]
pub(crate) struct GraphStepper {
    pub(super) model: Held<Vae>,
    adam: Adam,
    batches: Batches,
    /// Of total, reconstruction and KL; none before the first step.
    sums: Option<[f64; 3]>,
}

impl GraphStepper {
    /// Steps of a model on an autodiff device.
    pub(super) fn new(model: Vae, start: Start) -> Self {
        let Start { adam, images, order, batch } = start;
        let batches = Batches::new(images, order, batch);
        Self { model: Held::new(model), adam, batches, sums: None }
    }

    pub(super) fn set_order(&mut self, order: Vec<i32>) {
        self.batches.set_order(order);
    }

    pub(super) fn run(&mut self, settings: &[StepSettings]) -> Result<()> {
        settings.iter().for_each(|settings| self.step(settings));
        Ok(())
    }

    pub(super) fn sums(&self) -> Vec<Tensor<1>> {
        let tensor = |sums: [f64; 3]| {
            let sums = TensorData::new(sums.map(|sum| sum as f32).to_vec(), [3]);
            floats(sums, &self.batches.device())
        };
        self.sums.map(tensor).into_iter().collect()
    }

    pub(super) fn clear_sums(&mut self) {
        self.sums = None;
    }

    pub(super) fn moments(&self) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        self.adam.named(&*self.model)
    }

    fn step(&mut self, settings: &StepSettings) {
        let VaeConfig { latent, labels, free_bits, likelihood, .. } = *self.model.config();
        let indices = self.batches.indices(settings);
        let images = self.batches.images(indices.clone(), settings);
        let labels = self.batches.one_hot(indices, labels).map(Tensor::autodiff);
        let [batch, _] = images.dims();
        let device = self.batches.device();
        let noise = match settings.sampled {
            true => noise(batch, latent, settings.seed, &device),
            false => Tensor::zeros([batch, latent], &device),
        };
        let input = Input { images: images.clone().autodiff(), labels: labels.clone() };
        let posterior = self.model.encoder.forward(input);
        let (latents, kl) = nodes::sample(posterior, noise, settings.beta, free_bits);
        let outputs = self.model.decoder.forward(code(latents, labels));
        let (nats, reconstruction) = nodes::likelihood(likelihood.of_kernels(), outputs, images);
        let gradients = nats.backward();
        self.model.change(|model| self.adam.step(settings.rate, model, gradients));
        let Losses { total, reconstruction, kl } =
            losses(reconstruction, &kl, settings.beta, free_bits);
        let before = self.sums.unwrap_or_default();
        self.sums = Some([before[0] + total, before[1] + reconstruction, before[2] + kl]);
    }
}

/// As [`Vae::elbo`] has them.
fn losses(reconstruction: f64, kl: &[f32], beta: f64, free_bits: f64) -> Losses {
    let kl = kl.iter().copied().map(f64::from);
    let penalty: f64 = kl.clone().map(|kl| if kl < free_bits { free_bits } else { kl }).sum();
    Losses { total: reconstruction + beta * penalty, reconstruction, kl: kl.sum() }
}

/// A model whose owner can give it away for a change. A copy would keep its weights from being
/// changed in place.
#[derive(Debug)]
pub(crate) struct Held<M>(Option<M>);

/// Only a panic within a change could take it away, and nothing goes on after that.
const THERE: &str = "the model is there between two changes";

impl<M: Module> Held<M> {
    pub(super) fn new(model: M) -> Self {
        Self(Some(model))
    }

    /// Puts what `change` makes of the model in its place.
    pub(super) fn change(&mut self, change: impl FnOnce(M) -> M) {
        self.0 = self.0.take().map(change);
    }
}

impl<M> Deref for Held<M> {
    type Target = M;

    fn deref(&self) -> &M {
        self.0.as_ref().expect(THERE)
    }
}

impl<M> DerefMut for Held<M> {
    fn deref_mut(&mut self) -> &mut M {
        self.0.as_mut().expect(THERE)
    }
}
