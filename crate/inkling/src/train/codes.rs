use burn::tensor::{Device, IndexingUpdateOp, Int, Tensor, TensorData};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::adam::Moments;
use crate::model::{Elbo, Vae};

/// One latent code for each training image of a model without an encoder, with Adam's moments of each.
#[derive(Debug, Clone)]
pub struct Codes {
    pub(super) values: Tensor<2>,
    pub(super) first: Tensor<2>,
    pub(super) second: Tensor<2>,
}

/// A code is moved once an epoch, a weight at every step, so codes take longer strides.
const RATE_FACTOR: f64 = 20.0;
/// Steps and rate with which the code of a new image is sought.
const FIT_STEPS: usize = 30;
const FIT_RATE: f64 = 0.3;

impl Codes {
    /// Small random codes, `[images, latent]`.
    pub(super) fn new(images: usize, latent: usize, seed: u32, device: &Device) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed) ^ 0xC0DE);
        let draw = |_| -> f32 { 0.1 * Distribution::<f32>::sample(&StandardNormal, &mut rng) };
        let numbers: Vec<f32> = (0..images * latent).map(draw).collect();
        let values = Tensor::from_data(TensorData::new(numbers, [images, latent]), device);
        let Moments { first, second } = Moments::zeros(&values);
        Self { values, first, second }
    }

    /// The codes at `indices`, `[batch, latent]`, as leaves of a new graph.
    pub(super) fn leaves(&self, indices: Tensor<1, Int>) -> Tensor<2> {
        self.values.clone().select(0, indices).autodiff().require_grad()
    }

    /// Moves the codes at `indices` (all different), each of which has now been moved `count` times.
    pub(super) fn update(
        &mut self,
        indices: Tensor<1, Int>,
        gradient: Tensor<2>,
        rate: f64,
        count: usize,
    ) {
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

/// The codes `[batch, latent]` that make `model` (without an encoder) draw the `images` `[batch, 784]` best: the posterior's
/// mode, sought by Adam from the prior's mean. `model` stays as it is.
pub(crate) fn fit(model: &Vae, images: Tensor<2>) -> Tensor<2> {
    let [batch, _] = images.dims();
    let device = images.device();
    let mut codes = Tensor::<2>::zeros([batch, model.config().latent], &device);
    let mut moments = Moments::zeros(&codes);
    let beta = model.config().beta;
    for step in 1..=FIT_STEPS {
        let leaf = codes.clone().autodiff().require_grad();
        // Sums, not means: how an image is fitted must not depend on how many there are.
        let Elbo { loss, .. } = model.code_loss(images.clone(), leaf.clone(), beta);
        let mut gradients = (loss * batch as f64).backward();
        let Some(gradient) = leaf.grad_remove(&mut gradients) else {
            break;
        };
        let rate = FIT_RATE * (1.0 - 0.9 * step as f64 / FIT_STEPS as f64);
        codes = codes + moments.advance(gradient, rate, step);
    }
    codes
}
