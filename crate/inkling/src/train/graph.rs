use std::ops::{Deref, DerefMut};

use burn::module::Module;
use burn::tensor::{Gradients, Tensor, TensorData};

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
        let (gradients, losses) = self.pass(settings);
        self.model.change(|model| self.adam.step(settings.rate, model, gradients));
        let Losses { total, reconstruction, kl } = losses;
        let before = self.sums.unwrap_or_default();
        self.sums = Some([before[0] + total, before[1] + reconstruction, before[2] + kl]);
    }

    /// Forward and backward. The model stays as it is.
    fn pass(&self, settings: &StepSettings) -> (Gradients, Losses) {
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
        (nats.backward(), losses(reconstruction, &kl, settings.beta, free_bits))
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

#[cfg(test)]
mod tests {
    use burn::module::{ModuleVisitor, Param};
    use futures_lite::future::block_on;

    use super::*;
    use crate::PIXELS;
    use crate::data::{DeviceImages, Split};
    use crate::device::{cpu, read};
    use crate::model::{Likelihood, Network, weights};

    const BATCH: usize = 6;
    const BETA: f64 = 0.7;
    /// Of the images.
    const LABELS: [u8; BATCH] = [0, 2, 1, 1, 0, 2];

    /// Every parameter's gradient, in the module's order.
    struct Found(Gradients, Vec<Vec<f32>>);

    impl ModuleVisitor for Found {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let gradient = param.val().grad(&self.0).expect("a gradient");
            self.1.push(block_on(read(gradient)).expect("read"));
        }
    }

    fn gradients(model: &Vae, gradients: Gradients) -> Vec<Vec<f32>> {
        let mut found = Found(gradients, vec![]);
        model.visit(&mut found);
        found.1
    }

    fn images() -> DeviceImages {
        let pixels = (0..BATCH * PIXELS).map(|i| (i * i * 7 % 256) as u8).collect();
        let split = Split::new(pixels, Some(LABELS.to_vec())).expect("whole images");
        DeviceImages::of(&split, &cpu())
    }

    fn stepper(model: Vae) -> GraphStepper {
        let order = (0..BATCH as i32).collect();
        let start = Start { adam: Adam::default(), images: images(), order, batch: BATCH };
        GraphStepper::new(model, start)
    }

    fn settings() -> StepSettings {
        StepSettings {
            step: 0,
            epoch: 0,
            start: 0,
            seed: 77,
            sampled: true,
            binarised: 0.0,
            beta: BETA,
            rate: 1e-3,
        }
    }

    fn config(network: Network, likelihood: Likelihood, free_bits: f64) -> VaeConfig {
        VaeConfig {
            encoder: Some(network.clone()),
            decoder: network,
            latent: 5,
            labels: 0,
            likelihood,
            beta: BETA,
            warmup_steps: 0,
            free_bits,
            seed: 3,
        }
    }

    #[test]
    fn a_step_has_the_losses_and_gradients_of_the_elbo_by_burns_operations() {
        let mlp = Network::Mlp { hidden: vec![24] };
        let conv = Network::Conv { channels: vec![4, 6], dense: 10 };
        let residual = Network::Residual { channels: vec![4, 6], dense: 10 };
        let conditional = config(mlp.clone(), Likelihood::Bernoulli, 0.0);
        let configs = [
            config(mlp.clone(), Likelihood::Bernoulli, 0.0),
            // Between the latents' KLs at the start, so that some count and some do not.
            config(mlp.clone(), Likelihood::Bernoulli, 0.004),
            config(mlp.clone(), Likelihood::Gaussian { variance: 0.05 }, 0.0),
            config(mlp, Likelihood::GaussianLearned, 0.0),
            config(Network::Linear, Likelihood::Bernoulli, 0.0),
            config(conv, Likelihood::GaussianLearned, 0.0),
            config(residual, Likelihood::Bernoulli, 0.0),
            VaeConfig { labels: 3, ..conditional },
        ];
        for config in configs {
            let model = Vae::new(&config, &cpu().autodiff()).expect("a model");
            let stepper = stepper(model.clone());
            let (ours, losses) = stepper.pass(&settings());
            let ours = gradients(&model, ours);
            let images = images();
            let mut input = Input::slice(&images, 0, BATCH, config.labels);
            input = Input {
                images: input.images.autodiff(),
                labels: input.labels.map(Tensor::autodiff),
            };
            let noise = noise(BATCH, config.latent, settings().seed, &cpu());
            let elbo = model.elbo(input, noise.autodiff(), BETA);
            let burns = gradients(&model, elbo.loss.backward());
            assert_eq!(ours.len(), burns.len());
            for (i, (ours, burns)) in ours.iter().zip(&burns).enumerate() {
                let largest = burns.iter().fold(1e-6f32, |most, x| most.max(x.abs()));
                let apart = ours.iter().zip(burns).map(|(a, b)| (a - b).abs());
                let apart = apart.fold(0.0f32, f32::max) / largest;
                assert!(apart < 1e-4, "{config:?}: gradient {i} is {apart} apart");
            }
            for (ours, burns) in [
                (losses.total, elbo.loss),
                (losses.reconstruction, elbo.reconstruction),
                (losses.kl, elbo.kl),
            ] {
                let burns = f64::from(block_on(read(burns.without_autodiff())).expect("read")[0]);
                assert!((ours / burns - 1.0).abs() < 1e-5, "{config:?}: {ours}, not {burns}");
            }
        }
    }

    #[test]
    fn weights_are_changed_in_place_but_not_those_of_a_copy() {
        let config = config(Network::Linear, Likelihood::Bernoulli, 0.0);
        let model = Vae::new(&config, &cpu().autodiff()).expect("a model");
        let mut stepper = stepper(model);
        let first = |model: &Vae| weights::collect(model).swap_remove(0).2;
        let address = |stepper: &GraphStepper| nodes::address(first(&stepper.model));
        stepper.step(&settings());
        let before = address(&stepper);
        stepper.step(&settings());
        assert_eq!(address(&stepper), before, "in place");
        let copy = stepper.model.valid();
        let numbers = |model: &Vae| block_on(read(first(model))).expect("read");
        let then = numbers(&copy);
        stepper.step(&settings());
        assert_eq!(numbers(&copy), then, "a copy stays as it is");
        assert_ne!(numbers(&stepper.model), then);
    }
}
