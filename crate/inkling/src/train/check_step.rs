//! A recorded step's gradients beside those of [`Vae::elbo`] by Burn's graph, for every likelihood
//! and every kind of network; and the held-out score beside the ELBO.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Adam;
use super::replay::StepReplay;
use super::score::kernel_sums;
use super::step::{Start, StepSettings};
use crate::data::DeviceImages;
use crate::device::read;
use crate::kernels::check::{Deviation, compare, flat};
use crate::model::{Likelihood, Network, Vae, VaeConfig};
use crate::{PIXELS, Result};

const BATCH: usize = 6;
const BETA: f64 = 0.7;

fn configs() -> Vec<VaeConfig> {
    let mlp = Network::Mlp { hidden: vec![24] };
    let config = |network: Network, likelihood, free_bits| VaeConfig {
        encoder: Some(network.clone()),
        decoder: network,
        latent: 5,
        likelihood,
        beta: BETA,
        warmup_steps: 0,
        free_bits,
        seed: 3,
    };
    vec![
        config(mlp.clone(), Likelihood::Bernoulli, 0.0),
        // Between the latents' KLs at the start, so that some count and some do not.
        config(mlp.clone(), Likelihood::Bernoulli, 0.004),
        config(mlp.clone(), Likelihood::Gaussian { variance: 0.05 }, 0.0),
        config(mlp, Likelihood::GaussianLearned, 0.0),
        config(Network::Linear, Likelihood::Bernoulli, 0.0),
        config(Network::Conv { channels: vec![4, 6], dense: 10 }, Likelihood::GaussianLearned, 0.0),
        config(Network::Residual { channels: vec![4, 6], dense: 10 }, Likelihood::Bernoulli, 0.0),
    ]
}

/// Computes a training step's results and the held-out score as on WebGPU, and by Burn's graph, and
/// says how far they are apart. `device` must be a WebGPU device.
pub async fn check(device: &Device) -> Result<Vec<Deviation>> {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let pixels: Vec<u8> = (0..BATCH * PIXELS).map(|_| random.random()).collect();
    let images = DeviceImages::new(&pixels, device);
    let mut found = vec![];
    for config in configs() {
        found.extend(check_config(&config, &images, device).await?);
    }
    Ok(found)
}

async fn check_config(
    config: &VaeConfig,
    images: &DeviceImages,
    device: &Device,
) -> Result<Vec<Deviation>> {
    let model = Vae::new(config, &device.clone().autodiff())?;
    let order: Vec<i32> = (0..BATCH as i32).rev().collect();
    let start = Start { adam: Adam::default(), images: images.clone(), order, batch: BATCH };
    let mut replay = StepReplay::new(model.clone(), start);
    let settings = StepSettings {
        step: 0,
        epoch: 0,
        start: 0,
        seed: 77,
        sampled: true,
        binarised: 0.0,
        beta: BETA,
        rate: 1e-3,
    };
    let (posterior, latents, ours) = replay.probe(&settings)?;
    // Burn gets the same noise, recovered from the latents.
    let batch = images.slice(0, BATCH).flip([0]);
    let mu = posterior.clone().narrow(1, 0, config.latent);
    let logvar = posterior.narrow(1, config.latent, config.latent);
    let noise = (latents - mu) / (logvar * 0.5).exp();
    let elbo = model.elbo(batch.autodiff(), noise.clone().autodiff(), BETA);
    let mut burns = Found { gradients: elbo.loss.backward(), found: vec![] };
    model.visit(&mut burns);
    let ours = ours.into_iter().map(|gradient| flat(Some(gradient))).collect();
    let what = format!("step {:?} {:?} {}", config.encoder, config.likelihood, config.free_bits);
    let mut found = compare(&what, ours, burns.found).await?;
    let losses = |sums: Tensor<1>| vec![Some(sums)];
    let found_losses = replay.sums().into_iter().map(Some).collect();
    let burn_losses = Tensor::cat(
        [elbo.loss, elbo.reconstruction, elbo.kl].map(Tensor::without_autodiff).to_vec(),
        0,
    );
    found.extend(compare(&format!("{what}, losses"), found_losses, losses(burn_losses)).await?);
    let still = model.valid();
    let scored = kernel_sums(&still, images, BATCH, BETA, 5, false)?;
    let means = Tensor::zeros([BATCH, config.latent], device);
    let elbo = still.elbo(images.slice(0, BATCH), means, BETA);
    let expected = Tensor::cat(vec![elbo.loss, elbo.reconstruction, elbo.kl], 0) * BATCH as f64;
    found.extend(compare(&format!("{what}, score"), losses(scored), losses(expected)).await?);
    // The draws from N(0, 1): how far their mean and mean square lie beyond five standard errors.
    let noise = read(noise).await?;
    let count = noise.len() as f64;
    for (what, power, deviation) in [("mean", 1, 1.0), ("square", 2, 2f64.sqrt())] {
        let mean = noise.iter().map(|x| f64::from(*x).powi(power)).sum::<f64>() / count;
        let expected = if power == 2 { 1.0 } else { 0.0 };
        let beyond = (mean - expected).abs() - 5.0 * deviation / count.sqrt();
        found.push(Deviation { name: format!("noise, {what}"), relative: beyond.max(0.0) });
    }
    Ok(found)
}

struct Found {
    gradients: Gradients,
    found: Vec<Option<Tensor<1>>>,
}

impl ModuleVisitor for Found {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.found.push(flat(param.val().grad(&self.gradients)));
    }
}
