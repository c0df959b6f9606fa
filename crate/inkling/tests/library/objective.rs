//! The objective: closed forms, gradients against finite differences, and finite numbers at
//! extremes.

use burn::tensor::{Device, Tensor, TensorData};
use futures_lite::future::block_on;
use inkling::device::{cpu, read};
use inkling::model::weights::{self, Weights};
use inkling::model::{Elbo, Input, Likelihood, Network, Posterior, Vae, VaeConfig, kl_per_latent};
use inkling::{PIXELS, burn};

const LATENT: usize = 3;

fn tensor(values: Vec<f32>, rows: usize, device: &Device) -> Tensor<2> {
    let columns = values.len() / rows;
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    block_on(read(tensor)).unwrap()
}

fn number(tensor: Tensor<1>) -> f64 {
    numbers(tensor)[0].into()
}

fn config(likelihood: Likelihood) -> VaeConfig {
    let network = Network::Mlp { hidden: vec![8] };
    VaeConfig {
        encoder: Some(network.clone()),
        decoder: network,
        latent: LATENT,
        labels: 0,
        likelihood,
        beta: 1.0,
        warmup_steps: 0,
        free_bits: 0.0,
        seed: 3,
    }
}

/// Smooth images, so that finite differences of a sum over 784 pixels stay well above rounding.
fn images(rows: usize) -> Vec<f32> {
    (0..rows * PIXELS).map(|i| (0.5 + 0.5 * (i as f32 * 0.37).sin()).clamp(0.0, 1.0)).collect()
}

#[test]
fn kl_is_the_closed_form() {
    let device = cpu();
    let (mu, logvar) = ([0.0f32, 1.5, -2.0, 0.3], [0.0f32, -1.0, 0.7, -9.0]);
    let posterior = Posterior {
        mu: tensor(mu.to_vec(), 2, &device),
        logvar: tensor(logvar.to_vec(), 2, &device),
    };
    let found = numbers(kl_per_latent(&posterior));
    for ((mu, logvar), found) in mu.into_iter().zip(logvar).zip(found) {
        let (mu, logvar) = (f64::from(mu), f64::from(logvar));
        let expected = 0.5 * (mu * mu + logvar.exp() - 1.0 - logvar);
        assert!((f64::from(found) - expected).abs() < 1e-5, "{found} instead of {expected}");
    }
}

#[test]
fn kl_is_the_mean_log_ratio_of_the_densities() {
    // A million draws with the library's own sampling: the two sides know nothing of each other.
    let device = cpu();
    let (mu, logvar) = (0.8f32, -0.6f32);
    let rows = 1_000_000;
    let posterior = Posterior {
        mu: Tensor::full([rows, 1], mu, &device),
        logvar: Tensor::full([rows, 1], logvar, &device),
    };
    let noise = inkling::device::noise(rows, 1, 11, &device);
    let z = numbers(posterior.sample(noise));
    let log_ratio = |z: f32| {
        let z = f64::from(z);
        let (mu, logvar) = (f64::from(mu), f64::from(logvar));
        0.5 * z * z - 0.5 * ((z - mu).powi(2) / logvar.exp() + logvar)
    };
    let sampled = z.iter().map(|&z| log_ratio(z)).sum::<f64>() / rows as f64;
    let closed = f64::from(numbers(kl_per_latent(&posterior))[0]);
    assert!((sampled - closed).abs() < 5e-3, "{sampled} and {closed}");
}

#[test]
fn likelihoods_are_the_densities() {
    let device = cpu();
    let x = images(1);
    for likelihood in
        [Likelihood::Bernoulli, Likelihood::Gaussian { variance: 0.3 }, Likelihood::GaussianLearned]
    {
        let model = Vae::new(&config(likelihood), &device).unwrap();
        let noise = Tensor::zeros([1, LATENT], &device);
        let elbo = model.elbo(tensor(x.clone(), 1, &device), noise, 1.0);
        let mu = model.encode(tensor(x.clone(), 1, &device)).mu;
        let raw = numbers(model.decode_params(mu));
        let sigmoid = |l: f32| 1.0 / (1.0 + (-f64::from(l)).exp());
        let expected: f64 = (0..PIXELS)
            .map(|i| {
                let (x, p) = (f64::from(x[i]), sigmoid(raw[i]));
                match likelihood {
                    Likelihood::Bernoulli => -x * p.ln() - (1.0 - x) * (1.0 - p).ln(),
                    Likelihood::Gaussian { variance } => (x - p).powi(2) / (2.0 * variance),
                    Likelihood::GaussianLearned => {
                        let softplus = |x: f64| x.exp().ln_1p();
                        let lower = softplus(f64::from(raw[PIXELS + i]) + 6.0) - 6.0;
                        let logvar = 2.0 - softplus(2.0 - lower);
                        let variance = logvar.exp();
                        0.5 * ((2.0 * std::f64::consts::PI * variance).ln()
                            + (x - p).powi(2) / variance)
                    }
                }
            })
            .sum();
        let found = number(elbo.reconstruction);
        assert!((found / expected - 1.0).abs() < 1e-4, "{likelihood:?}: {found}, {expected}");
    }
}

#[test]
fn gradients_agree_with_finite_differences() {
    for (likelihood, free_bits) in [
        (Likelihood::Bernoulli, 0.0),
        (Likelihood::Bernoulli, 0.02),
        (Likelihood::Gaussian { variance: 0.3 }, 0.0),
        (Likelihood::GaussianLearned, 0.0),
    ] {
        check_gradients(&VaeConfig { free_bits, ..config(likelihood) });
    }
    let conv = Network::Conv { channels: vec![4, 6], dense: 8 };
    for network in [conv, Network::Linear] {
        for labels in [0, 3] {
            check_gradients(&VaeConfig {
                encoder: Some(network.clone()),
                decoder: network.clone(),
                labels,
                ..config(Likelihood::Bernoulli)
            });
        }
    }
    check_gradients(&VaeConfig { labels: 3, ..config(Likelihood::Bernoulli) });
}

/// Moves the weights along the gradient's own direction, in which the loss must change by the
/// gradient's length: one number that is wrong if any part of the gradient is; and along single
/// layers, so that a small part cannot hide behind a large one.
fn check_gradients(config: &VaeConfig) {
    let device = cpu().autodiff();
    let model = Vae::new(config, &device).unwrap();
    let mut weights = block_on(weights::read(&model)).unwrap();
    // Larger weights than fresh ones: the encoder then matters enough to stand out from rounding.
    // And no zero biases, which leave many ReLUs exactly at their kink, where a difference is no
    // slope.
    weights.values_mut().flat_map(|w| &mut w.values).for_each(|w| *w *= 2.0);
    for (_, bias) in weights.iter_mut().filter(|(name, _)| name.ends_with("bias")) {
        bias.values.iter_mut().enumerate().for_each(|(i, b)| *b += 0.05 * (i as f32 + 1.0).cos());
    }
    let model = weights::write(model, weights.clone()).unwrap();
    let x = tensor(images(4), 4, &device);
    let noise = tensor((0..4 * LATENT).map(|i| (i as f32).sin()).collect(), 4, &device);
    let one_hot = (0..4).flat_map(|i| (0..config.labels).map(move |k| f32::from(k == i % 3)));
    let labels = (config.labels > 0).then(|| tensor(one_hot.collect(), 4, &device));
    let loss_of = |model: &Vae| -> Tensor<1> {
        let input = Input { images: x.clone(), labels: labels.clone() };
        let Elbo { loss, .. } = model.elbo(input, noise.clone(), 0.7);
        loss
    };
    let gradients = loss_of(&model).backward();
    let gradients = weights::gradients(&model, gradients);
    let gradients = block_on(gradients).unwrap();
    assert_eq!(gradients.len(), weights.len(), "every parameter has a gradient");
    for (name, gradient) in &gradients {
        let square: f64 = gradient.values.iter().map(|&g| f64::from(g).powi(2)).sum();
        assert!(square > 0.0, "{name} has a gradient of 0");
        // A step too long meets the kinks of the ReLUs, one too short the rounding of 32-bit sums.
        let slopes = [0.1, 0.03, 0.01, 0.003].map(|change| {
            let moved = |sign: f64| {
                let mut weights = weights.clone();
                let Weights { values, .. } = weights.get_mut(name).unwrap();
                for (w, &g) in values.iter_mut().zip(&gradient.values) {
                    *w = (f64::from(*w) + sign * change / square * f64::from(g)) as f32;
                }
                number(loss_of(&weights::write(model.clone(), weights).unwrap()))
            };
            (moved(1.0) - moved(-1.0)) / (2.0 * change)
        });
        let best = slopes.map(|slope| (slope - 1.0).abs()).into_iter().fold(1.0, f64::min);
        assert!(best < 0.03, "{:?} {name}: {slopes:?}", config.likelihood);
    }
}

#[test]
fn free_bits_leave_small_kls_alone() {
    let device = cpu();
    let x = tensor(images(4), 4, &device);
    let loss = |free_bits: f64| {
        let config = VaeConfig { free_bits, ..config(Likelihood::Bernoulli) };
        let model = Vae::new(&config, &device).unwrap();
        let noise = Tensor::zeros([4, LATENT], &device);
        let Elbo { loss, reconstruction, kl } = model.elbo(x.clone(), noise, 2.0);
        (number(loss) - number(reconstruction), number(kl))
    };
    let (penalty, kl) = loss(0.0);
    assert!((penalty - 2.0 * kl).abs() < 1e-3, "{penalty} {kl}");
    // Far above every latent's KL: the penalty is the floor, the reported KL is still the true one.
    let (penalty, same) = loss(5.0);
    assert!((penalty - 2.0 * 5.0 * LATENT as f64).abs() < 1e-3, "{penalty}");
    assert_eq!(same, kl);
}

#[test]
fn extremes_stay_finite_and_lead_back() {
    let device = cpu();
    for extreme in [1e2f32, 1e3, 1e4, 1e6] {
        for sign in [1.0, -1.0] {
            let logvar = tensor(vec![sign * extreme; 2], 1, &device).autodiff().require_grad();
            let posterior =
                Posterior { mu: Tensor::zeros([1, 2], &device), logvar: logvar.clone() };
            let noise = Tensor::ones([1, 2], &device);
            let sample = numbers(posterior.sample(noise).without_autodiff());
            assert!(sample.iter().all(|z| z.is_finite()), "sample at logvar {}", sign * extreme);
            let kl = kl_per_latent(&posterior).sum();
            let gradient = logvar.grad(&kl.backward()).unwrap();
            let (kl, gradient) = (number(kl), numbers(gradient));
            assert!(kl.is_finite() && kl > 0.0, "KL {kl} at logvar {}", sign * extreme);
            let downhill = |g: &f32| g.is_finite() && g * sign > 0.0;
            assert!(gradient.iter().all(downhill), "{gradient:?} at {}", sign * extreme);
        }
    }
    for likelihood in [
        Likelihood::Bernoulli,
        Likelihood::Gaussian { variance: 0.05 },
        Likelihood::GaussianLearned,
    ] {
        for bias in [1e3f32, -1e3, 1e6, -1e6] {
            let device = device.clone().autodiff();
            let model = Vae::new(&config(likelihood), &device).unwrap();
            let mut weights = block_on(weights::read(&model)).unwrap();
            weights.get_mut("decoder.layers.1.bias").unwrap().values.fill(bias);
            let model = weights::write(model, weights).unwrap();
            let noise = Tensor::zeros([2, LATENT], &device);
            let elbo = model.elbo(tensor(images(2), 2, &device), noise, 1.0);
            let gradients = block_on(weights::gradients(&model, elbo.loss.backward())).unwrap();
            let loss = number(elbo.loss);
            assert!(loss.is_finite(), "{likelihood:?} at {bias}: {loss}");
            for (name, gradient) in gradients {
                assert!(
                    gradient.values.iter().all(|g| g.is_finite()),
                    "{likelihood:?} at {bias}: {name}"
                );
            }
        }
    }
}
