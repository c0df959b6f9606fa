//! A recorded step's gradients beside those of [`Vae::elbo`] by Burn's graph, for every likelihood
//! and every kind of network, and without an encoder; and the held-out score beside the ELBO.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, IndexingUpdateOp, Int, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::adam::{Adam, Moments};
use super::codes::{Codes, RATE_FACTOR};
use super::fit::{by_graph, fit};
use super::replay::{Probe, StepReplay};
use super::score::kernel_sums;
use super::step::{Start, StepSettings};
use super::trainee::Trainee;
use crate::data::{DeviceImages, Split, one_hot};
use crate::device::upload::floats;
use crate::device::webgpu::{int, primitive, tensor};
use crate::device::{read, read_flat};
use crate::kernels::compare::{Deviation, compare, flat};
use crate::kernels::webgpu::gather::gather;
use crate::kernels::webgpu::step::{self, Control, Row};
use crate::model::{Generator, Input, Likelihood, Network, Vae, VaeConfig};
use crate::{Error, PIXELS, Result};

const BATCH: usize = 6;
const BETA: f64 = 0.7;
/// Of the images.
const LABELS: [u8; BATCH] = [0, 2, 1, 1, 0, 2];

fn configs() -> Vec<VaeConfig> {
    let mlp = Network::Mlp { hidden: vec![24] };
    let config = |network: Network, likelihood, free_bits| VaeConfig {
        encoder: Some(network.clone()),
        decoder: network,
        latent: 5,
        labels: 0,
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

/// The same with labels, of a few classes and of as many as there can be.
fn conditional() -> Vec<VaeConfig> {
    let labelled = |(i, config)| VaeConfig { labels: [3, 64][i % 2], ..config };
    configs().into_iter().skip(3).enumerate().map(labelled).collect()
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

/// Computes a training step's results and the held-out score as on WebGPU, and by Burn's graph, and
/// says how far they are apart. `device` must be a WebGPU device.
pub async fn check(device: &Device) -> Result<Vec<Deviation>> {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let pixels: Vec<u8> = (0..BATCH * PIXELS).map(|_| random.random()).collect();
    let split = Split::new(pixels, Some(LABELS.to_vec()))?;
    let images = DeviceImages::of(&split, device);
    let mut found = vec![];
    for config in configs().into_iter().chain(conditional()) {
        found.extend(check_config(&config, &images, device).await?);
    }
    for likelihood in [Likelihood::Bernoulli, Likelihood::GaussianLearned] {
        found.extend(check_codes(likelihood, &images, device).await?);
    }
    found.extend(check_rehearsal(&images, device).await?);
    found.extend(check_binarised(&images, device).await?);
    Ok(found)
}

/// A step of a model without an encoder, its codes among what it changes; and fitted codes.
async fn check_codes(
    likelihood: Likelihood,
    images: &DeviceImages,
    device: &Device,
) -> Result<Vec<Deviation>> {
    // More codes than the batch has images: the others stay.
    const BATCH: usize = super::check_step::BATCH - 2;
    let config = VaeConfig { encoder: None, likelihood, ..configs().swap_remove(1) };
    let model = Generator::new(&config, &device.clone().autodiff())?;
    let codes = Codes::new(images.count(), config.latent, 4, device)?;
    let before = codes.values.clone() + 0.0;
    let order: Vec<i32> = vec![4, 1, 3, 5];
    let start = Start { adam: Adam::default(), images: images.clone(), order, batch: BATCH };
    let mut replay = StepReplay::new(Trainee::Generator(model.clone(), codes.clone()), start);
    let settings = StepSettings { step: 0, epoch: 2, ..settings() };
    let Probe { gradients: ours, .. } = replay.probe(&settings)?;
    let chosen = Tensor::<1, Int>::from_data([4, 1, 3, 5], device);
    let leaves = before.clone().select(0, chosen.clone()).autodiff().require_grad();
    let batch = images.gather(chosen.clone());
    let elbo = model.loss(batch.autodiff(), leaves.clone(), BETA);
    let gradients = elbo.loss.backward();
    let to_codes = leaves.grad(&gradients).ok_or(Error::Internal("codes have no gradient"))?;
    let mut burns = Found { gradients, found: vec![] };
    model.visit(&mut burns);
    let what = format!("step without an encoder, {likelihood:?}");
    let ours = ours.into_iter().map(|gradient| flat(Some(gradient))).collect();
    let mut found = compare(&what, ours, burns.found).await?;
    let found_losses = replay.sums().into_iter().map(Some).collect();
    let burn_losses = [elbo.loss, elbo.reconstruction, elbo.kl].map(Tensor::without_autodiff);
    let burn_losses = vec![Some(Tensor::cat(burn_losses.to_vec(), 0))];
    found.extend(compare(&format!("{what}, losses"), found_losses, burn_losses).await?);
    // As in the third epoch, whatever the step.
    replay.run(&[settings])?;
    let mut moments = Moments::zeros(&leaves.clone().without_autodiff());
    let change = moments.advance(to_codes, settings.rate * RATE_FACTOR, 3);
    let added = |all: Tensor<2>, change| {
        flat(Some(all.select_assign(0, chosen.clone(), change, IndexingUpdateOp::Add)))
    };
    let zeros = before.zeros_like();
    let expected = vec![
        added(before, change),
        added(zeros.clone(), moments.first),
        added(zeros, moments.second),
    ];
    let changed = [codes.values, codes.first, codes.second].map(|rows| flat(Some(rows)));
    found.extend(compare(&format!("{what}, codes"), changed.to_vec(), expected).await?);
    let still = model.valid();
    let batch = images.slice(0, BATCH);
    let fitted = [fit(&still, batch.clone()), by_graph(&still, batch.clone())];
    // What they cost, not the codes: where that is flat, Adam turns rounding into steps.
    let [ours, burns] = fitted.map(|codes| {
        let elbo = still.loss(batch.clone(), codes, BETA);
        vec![Some(elbo.loss), Some(elbo.reconstruction), Some(elbo.kl)]
    });
    found.extend(compare(&format!("{what}, fitted codes"), ours, burns).await?);
    let scored = kernel_sums(&still.clone().into(), images, BATCH, BETA, 5, false)?;
    let elbo = still.loss(batch.clone(), by_graph(&still, batch), BETA);
    let expected = Tensor::cat(vec![elbo.loss, elbo.reconstruction, elbo.kl], 0) * BATCH as f64;
    found.extend(
        compare(&format!("{what}, score"), vec![Some(scored)], vec![Some(expected)]).await?,
    );
    Ok(found)
}

/// A rehearsed step reads no memory that nobody has written, and leaves the run as it was.
async fn check_rehearsal(images: &DeviceImages, device: &Device) -> Result<Vec<Deviation>> {
    let config = &configs()[0];
    let model = Vae::new(config, &device.clone().autodiff())?;
    let order = (0..BATCH as i32).collect();
    let start = Start { adam: Adam::default(), images: images.clone(), order, batch: BATCH };
    let replay = StepReplay::new(Trainee::Vae(model), start);
    // What the device's pools hand out next was NaN.
    let spoilt: Vec<Tensor<1>> = [1, 2, 3, PIXELS, BATCH * PIXELS]
        .into_iter()
        .flat_map(|count| {
            vec![Tensor::full([count], f32::NAN, device); 8].into_iter().map(|x| x + 1.0)
        })
        .collect();
    read_flat(spoilt).await?;
    let before = read_flat(replay.state()).await?;
    let (control, parameters) = replay.rehearse()?;
    let after = read_flat(replay.state()).await?;
    let mut found = vec![];
    for (i, (before, after)) in before.iter().zip(&after).enumerate() {
        let relative = f64::from(before != after);
        found.push(Deviation { name: format!("rehearsal, part {i} of the run"), relative });
    }
    let updated = parameters.all().into_iter().map(tensor).collect();
    for (i, numbers) in read_flat(updated).await?.into_iter().enumerate() {
        // The gradients were 0. As a sum, since NaN would hide in a maximum.
        let relative = numbers.into_iter().map(|x| f64::from(x).abs()).sum();
        found.push(Deviation { name: format!("rehearsal, update {i}"), relative });
    }
    let losses = read(tensor::<1>(control.sums())).await?;
    let relative = f64::from(!losses.iter().all(|loss| loss.is_finite() && *loss >= 0.0));
    found.push(Deviation { name: format!("rehearsal, losses {losses:?}"), relative });
    Ok(found)
}

/// Dynamically binarised pixels are 0 or 1, 1 as often as the grey level says, and independent of
/// each other; the other images stay grey.
async fn check_binarised(images: &DeviceImages, device: &Device) -> Result<Vec<Deviation>> {
    const DRAWS: usize = 100;
    const BINARISED: usize = BATCH - 1;
    let control = Control::new(0.0, device);
    let seed = |draw: usize| (draw as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let row = |draw| Row { binarised: BINARISED, seed: seed(draw), ..Row::default() };
    control.set_rows(&(0..DRAWS).map(row).collect::<Vec<_>>());
    let order = Tensor::<1, Int>::arange(0..BATCH as i64, device);
    let (packed, order) = (images.packed(), int(order));
    let unread = primitive(Tensor::<1>::zeros([1], device));
    let draw = |_| {
        let batch = tensor::<2>(gather(&packed, &order, BATCH, Some(&control)));
        // Makes the next row the current one.
        step::add_losses(&unread, &unread, 1.0, &control);
        batch
    };
    let draws: Vec<Tensor<1>> = (0..DRAWS).map(draw).filter_map(|x| flat(Some(x))).collect();
    let draws = read_flat(draws).await?;
    let grey = read(images.slice(0, BATCH)).await?;
    let (grey, rest) = grey.split_at(BINARISED * PIXELS);
    let mut means = vec![0.0; grey.len()];
    let (mut wrong, mut squares) = (0, 0.0);
    for draw in &draws {
        let (drawn, untouched) = draw.split_at(grey.len());
        let close = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-6;
        wrong += usize::from(!untouched.iter().zip(rest).all(close));
        wrong += drawn.iter().filter(|&&x| x != 0.0 && x != 1.0).count();
        let mut beyond = 0.0;
        for ((mean, &x), &level) in means.iter_mut().zip(drawn).zip(grey) {
            *mean += f64::from(x) / DRAWS as f64;
            beyond += f64::from(x) - f64::from(level);
        }
        squares += beyond * beyond / DRAWS as f64;
    }
    // How far the pixels' means lie beyond five standard errors and two draws.
    let mut worst = 0.0f64;
    let mut variance = 0.0;
    for (&mean, &level) in means.iter().zip(grey) {
        let level = f64::from(level);
        let one = level * (1.0 - level);
        let allowed = 5.0 * (one / DRAWS as f64).sqrt() + 2.0 / DRAWS as f64;
        worst = worst.max((mean - level).abs() - if one > 0.0 { allowed } else { 0.0 });
        variance += one;
    }
    // The variance of an image's sum is that of its pixels together, unless they depend on each
    // other. Of 100 draws it is known to 14 %.
    let dependent = (squares / variance - 1.0).abs() - 0.6;
    Ok(vec![
        Deviation {
            name: "binarised, neither 0 nor 1, or not grey".into(),
            relative: wrong as f64,
        },
        Deviation { name: "binarised, mean".into(), relative: worst.max(0.0) },
        Deviation { name: "binarised, independence".into(), relative: dependent.max(0.0) },
    ])
}

async fn check_config(
    config: &VaeConfig,
    images: &DeviceImages,
    device: &Device,
) -> Result<Vec<Deviation>> {
    let model = Vae::new(config, &device.clone().autodiff())?;
    let order: Vec<i32> = (0..BATCH as i32).rev().collect();
    let start = Start { adam: Adam::default(), images: images.clone(), order, batch: BATCH };
    let mut replay = StepReplay::new(Trainee::Vae(model.clone()), start);
    let settings = settings();
    let Probe { posterior, latents, gradients: ours } = replay.probe(&settings)?;
    let posterior = posterior.ok_or(Error::NoEncoder)?;
    // Burn gets the same noise, recovered from the latents.
    let batch = images.slice(0, BATCH).flip([0]);
    let labels = (config.labels > 0).then(|| {
        let weights = one_hot(&LABELS, config.labels);
        floats::<2>(TensorData::new(weights, [BATCH, config.labels]), device)
    });
    let reversed = labels.clone().map(|labels| labels.flip([0]).autodiff());
    let input = Input { images: batch.autodiff(), labels: reversed };
    let mu = posterior.clone().narrow(1, 0, config.latent);
    let logvar = posterior.narrow(1, config.latent, config.latent);
    let noise = (latents - mu) / (logvar * 0.5).exp();
    let elbo = model.elbo(input, noise.clone().autodiff(), BETA);
    let mut burns = Found { gradients: elbo.loss.backward(), found: vec![] };
    model.visit(&mut burns);
    let ours = ours.into_iter().map(|gradient| flat(Some(gradient))).collect();
    let VaeConfig { encoder, likelihood, free_bits, labels: classes, .. } = config;
    let what = format!("step {encoder:?} {likelihood:?} {free_bits}, {classes} labels");
    let mut found = compare(&what, ours, burns.found).await?;
    let losses = |sums: Tensor<1>| vec![Some(sums)];
    let found_losses = replay.sums().into_iter().map(Some).collect();
    let burn_losses = Tensor::cat(
        [elbo.loss, elbo.reconstruction, elbo.kl].map(Tensor::without_autodiff).to_vec(),
        0,
    );
    found.extend(compare(&format!("{what}, losses"), found_losses, losses(burn_losses)).await?);
    let still = model.valid();
    let scored = kernel_sums(&still.clone().into(), images, BATCH, BETA, 5, false)?;
    let means = Tensor::zeros([BATCH, config.latent], device);
    let elbo = still.elbo(Input { images: images.slice(0, BATCH), labels }, means, BETA);
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
