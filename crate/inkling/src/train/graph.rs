use burn::tensor::Tensor;

use super::adam::Adam;
use super::batches::Batches;
use super::losses::LossSums;
use super::step::{Start, StepSettings};
use crate::Result;
use crate::device::noise;
use crate::model::{Input, Vae, VaeConfig};

/// Training steps by Burn's graph, and our Adam on Burn's tensors.
#[derive(Debug)]
pub(crate) struct GraphStepper {
    pub(super) model: Vae,
    adam: Adam,
    batches: Batches,
    sums: LossSums,
}

impl GraphStepper {
    /// Steps of a model on an autodiff device.
    pub(super) fn new(model: Vae, start: Start) -> Self {
        let Start { adam, images, order, batch } = start;
        let batches = Batches::new(images, order, batch);
        Self { model, adam, batches, sums: LossSums::default() }
    }

    pub(super) fn set_order(&mut self, order: Vec<i32>) {
        self.batches.set_order(order);
    }

    pub(super) fn run(&mut self, settings: &[StepSettings]) -> Result<()> {
        settings.iter().for_each(|settings| self.step(settings));
        Ok(())
    }

    pub(super) fn sums(&self) -> Vec<Tensor<1>> {
        self.sums.tensors()
    }

    pub(super) fn clear_sums(&mut self) {
        self.sums = LossSums::default();
    }

    pub(super) fn moments(&self) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        self.adam.named(&self.model)
    }

    fn step(&mut self, settings: &StepSettings) {
        let VaeConfig { latent, labels, .. } = *self.model.config();
        let indices = self.batches.indices(settings);
        let images = self.batches.images(indices.clone(), settings);
        let labels = self.batches.one_hot(indices, labels).map(Tensor::autodiff);
        let [batch, _] = images.dims();
        let device = self.batches.device();
        let noise = match settings.sampled {
            true => noise(batch, latent, settings.seed, &device),
            false => Tensor::zeros([batch, latent], &device),
        };
        let input = Input { images: images.autodiff(), labels };
        let elbo = self.model.elbo(input, noise.autodiff(), settings.beta);
        let gradients = elbo.loss.backward();
        self.model = self.adam.step(settings.rate, self.model.clone(), gradients);
        self.sums.add(elbo, 1.0);
    }
}
