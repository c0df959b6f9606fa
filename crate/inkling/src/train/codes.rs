use burn::tensor::{Device, Tensor, TensorData};
#[cfg(feature = "cpu")]
use burn::tensor::{IndexingUpdateOp, Int};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

#[cfg(feature = "cpu")]
use super::adam::{Adam, Moments};
#[cfg(feature = "cpu")]
use super::batches::Batches;
#[cfg(feature = "cpu")]
use super::graph::Held;
#[cfg(feature = "cpu")]
use super::losses::LossSums;
#[cfg(feature = "cpu")]
use super::step::{Start, StepSettings};
use crate::device::largest_buffer;
use crate::device::upload::{floats, zeros};
#[cfg(feature = "cpu")]
use crate::model::Generator;
use crate::{Error, Result};

/// One latent code for each training image of a model without an encoder, and Adam's moments of
/// each code.
#[derive(Debug, Clone)]
pub struct Codes {
    pub(super) values: Tensor<2>,
    pub(super) first: Tensor<2>,
    pub(super) second: Tensor<2>,
}

/// A code is updated once an epoch, a weight at every step, so codes need a higher learning rate.
pub(super) const RATE_FACTOR: f64 = 20.0;

impl Codes {
    /// Small random codes, `[images, latent]`. More than fit one of the device's buffers are an
    /// [`Error::TooManyCodes`].
    pub(super) fn new(images: usize, latent: usize, seed: u32, device: &Device) -> Result<Self> {
        Self::check_size(images, latent, device)?;
        let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed) ^ 0xC0DE);
        let draw = |_| -> f32 { 0.1 * Distribution::<f32>::sample(&StandardNormal, &mut rng) };
        let numbers: Vec<f32> = (0..images * latent).map(draw).collect();
        let shape = [images, latent];
        let values = floats(TensorData::new(numbers, shape), device);
        Ok(Self { values, first: zeros(shape, device), second: zeros(shape, device) })
    }

    /// Whether the device can hold codes of this size, before any memory is allocated for them.
    pub(super) fn check_size(images: usize, latent: usize, device: &Device) -> Result<()> {
        let high = largest_buffer(device) / (size_of::<f32>() * latent.max(1));
        match images <= high {
            true => Ok(()),
            false => Err(Error::TooManyCodes { found: images, high }),
        }
    }

    /// The codes at `indices`, `[batch, latent]`, as leaves of a new graph.
    #[cfg(feature = "cpu")]
    fn leaves(&self, indices: Tensor<1, Int>) -> Tensor<2> {
        self.values.clone().select(0, indices).autodiff().require_grad()
    }

    /// Updates the codes at `indices`, all of them different, for the `count`th time.
    #[cfg(feature = "cpu")]
    fn update(&mut self, indices: Tensor<1, Int>, gradient: Tensor<2>, rate: f64, count: usize) {
        let rows = |all: &Tensor<2>| all.clone().select(0, indices.clone());
        let old = Moments { first: rows(&self.first), second: rows(&self.second) };
        let mut new = old.clone();
        let change = new.advance(gradient, rate * RATE_FACTOR, count);
        let add = |all: &mut Tensor<2>, change: Tensor<2>| {
            *all = all.clone().select_assign(0, indices.clone(), change, IndexingUpdateOp::Add);
        };
        add(&mut self.values, change);
        add(&mut self.first, new.first - old.first);
        add(&mut self.second, new.second - old.second);
    }
}

/// Training steps of a model without an encoder, by Burn's graph: each step updates the decoder and
/// the codes of the batch's images.
#[cfg(feature = "cpu")]
#[derive(Debug)]
pub(crate) struct CodesStepper {
    pub(super) model: Held<Generator>,
    pub(super) codes: Codes,
    adam: Adam,
    batches: Batches,
    sums: LossSums,
}

#[cfg(feature = "cpu")]
impl CodesStepper {
    /// Steps of a model on an autodiff device.
    pub(super) fn new(model: Generator, codes: Codes, start: Start) -> Self {
        let Start { adam, images, order, batch } = start;
        let batches = Batches::new(images, order, batch);
        Self { model: Held::new(model), codes, adam, batches, sums: LossSums::default() }
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
        self.adam.named(&*self.model)
    }

    fn step(&mut self, settings: &StepSettings) {
        let indices = self.batches.indices(settings);
        let images = self.batches.images(indices.clone(), settings);
        let leaves = self.codes.leaves(indices.clone());
        let elbo = self.model.loss(images.autodiff(), leaves.clone(), settings.beta);
        let mut gradients = elbo.loss.backward();
        if let Some(gradient) = leaves.grad_remove(&mut gradients) {
            self.codes.update(indices, gradient, settings.rate, settings.epoch + 1);
        }
        self.model.change(|model| self.adam.step(settings.rate, model, gradients));
        self.sums.add(elbo, 1.0);
    }
}
