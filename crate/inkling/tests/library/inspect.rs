//! What is seen inside a model, against plain Burn layers, the ELBO of training, and numbers that
//! were computed elsewhere.

use std::collections::BTreeMap;

use burn::tensor::activation::{relu, sigmoid, silu};
use burn::tensor::module::{conv_transpose2d, conv2d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Tensor, TensorData};
use futures_lite::future::block_on;
use inkling::data::{DeviceImages, Generation};
use inkling::device::{cpu, read};
use inkling::inspect::{self, Axes, FITTED, Inspection, Latents};
use inkling::kernels::Activation;
use inkling::model::weights::Weights;
use inkling::model::{LayerKind, Likelihood, Model, Preset, VaeConfig};
use inkling::{Error, PIXELS, burn, eval, latent};

const LATENT: usize = 6;
/// One of each kind of network.
const PRESETS: [&str; 6] = ["classic", "deep", "conv", "residual", "linear", "generator"];

fn config(preset: &str) -> VaeConfig {
    Preset::named(preset).unwrap().config(LATENT, 1.0, 5)
}

fn model(preset: &str, device: &Device) -> Model {
    Model::new(&config(preset), device).unwrap()
}

fn digits(count: usize) -> Vec<u8> {
    // Every sixth is held out.
    let drawn = Generation::new(60 + 2 * count, 3).unwrap().finish().unwrap();
    drawn.train.pixels()[..count * PIXELS].to_vec()
}

fn inspected(model: &Model, pixels: &[u8], latents: Latents, device: &Device) -> Inspection {
    block_on(inspect::inspect(model, pixels, latents, device)).unwrap()
}

fn tensor(values: &[f32], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [1, values.len()]), device)
}

fn grey(pixels: &[u8]) -> Vec<f32> {
    pixels.iter().map(|&level| f32::from(level) / 255.0).collect()
}

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let scale = expected.abs().max(1.0);
    assert!((found - expected).abs() <= tolerance * scale, "{what}: {found}, not {expected}");
}

fn all_close(found: &[f32], expected: &[f32], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1f32, |scale, x| scale.max(x.abs()));
    for (i, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let difference = f64::from(found - expected).abs() / f64::from(scale);
        assert!(difference <= tolerance, "{what}, number {i}: {found}, not {expected}");
    }
}

/// The layers by Burn's own operations, from the weights in a checkpoint.
struct Plain {
    weights: BTreeMap<String, Weights>,
    silu: bool,
    found: Vec<(String, Vec<usize>, Vec<f32>)>,
}

impl Plain {
    fn of(model: &Model, preset: &str) -> Self {
        let weights = block_on(model.weights()).unwrap();
        Self { weights, silu: preset == "residual", found: vec![] }
    }

    fn parameter<const D: usize>(&self, name: &str) -> Tensor<D> {
        let Weights { shape, values } = &self.weights[name];
        Tensor::from_data(TensorData::new(values.clone(), shape.clone()), &cpu())
    }

    fn activated<const D: usize>(&mut self, name: &str, x: Tensor<D>, last: bool) -> Tensor<D> {
        let x = match (last, self.silu) {
            (true, _) => x,
            (false, true) => silu(x),
            (false, false) => relu(x),
        };
        let values = block_on(read(x.clone())).unwrap();
        self.found.push((name.into(), x.dims()[1..].to_vec(), values));
        x
    }

    fn dense(&mut self, name: &str, x: Tensor<2>, last: bool) -> Tensor<2> {
        let weight = self.parameter::<2>(&format!("{name}.weight"));
        let bias = self.parameter::<1>(&format!("{name}.bias")).unsqueeze::<2>();
        self.activated(name, x.matmul(weight) + bias, last)
    }

    fn conv(&mut self, name: &str, x: Tensor<4>, stride: usize, last: bool) -> Tensor<4> {
        let x = self.sums(name, x, stride);
        self.activated(name, x, last)
    }

    fn sums(&self, name: &str, x: Tensor<4>, stride: usize) -> Tensor<4> {
        let weight = self.parameter::<4>(&format!("{name}.weight"));
        let bias = self.parameter::<1>(&format!("{name}.bias"));
        conv2d(x, weight, Some(bias), ConvOptions::new([stride; 2], [1; 2], [1; 2], 1))
    }

    fn up(&mut self, name: &str, x: Tensor<4>, stride: usize, last: bool) -> Tensor<4> {
        let weight = self.parameter::<4>(&format!("{name}.weight"));
        let bias = self.parameter::<1>(&format!("{name}.bias"));
        let [.., kernel, _] = weight.dims();
        let out = stride + 2 - kernel;
        let options = ConvTransposeOptions::new([stride; 2], [1; 2], [out; 2], [1; 2], 1);
        let x = conv_transpose2d(x, weight, Some(bias), options);
        self.activated(name, x, last)
    }

    fn block(&mut self, name: &str, x: Tensor<4>) -> Tensor<4> {
        let inner = self.conv(&format!("{name}.first"), x.clone(), 1, false);
        let second = format!("{name}.second");
        let sum = self.sums(&second, inner, 1) + x;
        self.activated(&second, sum, false)
    }

    fn encode(&mut self, preset: &str, image: Tensor<2>) {
        let hidden = match preset {
            "linear" => image,
            "classic" => self.dense("encoder.layers.0", image, false),
            "deep" => {
                let hidden = self.dense("encoder.layers.0", image, false);
                self.dense("encoder.layers.1", hidden, false)
            }
            "conv" => {
                let grid = image.reshape([1, 1, 28, 28]);
                let grid = self.conv("encoder.convs.0", grid, 2, false);
                let grid = self.conv("encoder.convs.1", grid, 2, false);
                self.dense("encoder.layers.0", grid.flatten(1, 3), false)
            }
            "residual" => {
                let grid = image.reshape([1, 1, 28, 28]);
                let grid = self.conv("encoder.convs.0", grid, 2, false);
                let grid = self.block("encoder.blocks.0", grid);
                let grid = self.conv("encoder.convs.1", grid, 2, false);
                let grid = self.block("encoder.blocks.1", grid);
                self.dense("encoder.layers.0", grid.flatten(1, 3), false)
            }
            _ => return,
        };
        self.dense("encoder.posterior", hidden, true);
    }

    fn decode(&mut self, preset: &str, z: Tensor<2>) {
        match preset {
            "linear" => {
                self.dense("decoder.layers.0", z, true);
            }
            "classic" => {
                let hidden = self.dense("decoder.layers.0", z, false);
                self.dense("decoder.layers.1", hidden, true);
            }
            "deep" | "generator" => {
                let hidden = self.dense("decoder.layers.0", z, false);
                let hidden = self.dense("decoder.layers.1", hidden, false);
                self.dense("decoder.layers.2", hidden, true);
            }
            "conv" => {
                let hidden = self.dense("decoder.layers.0", z, false);
                let grid = hidden.reshape([1, 64, 7, 7]);
                let grid = self.up("decoder.convs.0", grid, 2, false);
                let grid = self.up("decoder.convs.1", grid, 2, false);
                self.up("decoder.convs.2", grid, 1, true);
            }
            "residual" => {
                let hidden = self.dense("decoder.layers.0", z, false);
                let hidden = self.dense("decoder.layers.1", hidden, false);
                let grid = hidden.reshape([1, 64, 7, 7]);
                let grid = self.block("decoder.blocks.0", grid);
                let grid = self.up("decoder.convs.0", grid, 2, false);
                let grid = self.block("decoder.blocks.1", grid);
                let grid = self.up("decoder.convs.1", grid, 2, false);
                self.conv("decoder.last", grid, 1, true);
            }
            _ => unreachable!(),
        }
    }
}

#[test]
fn every_layer_gives_what_plain_burn_gives() {
    let (device, pixels) = (cpu(), digits(1));
    for preset in PRESETS {
        let model = model(preset, &device);
        let found = inspected(&model, &pixels, Latents::Drawn(4), &device);
        let mut plain = Plain::of(&model, preset);
        plain.encode(preset, tensor(&grey(&pixels), &device));
        plain.decode(preset, tensor(&found.z, &device));
        let mut offset = 0;
        assert_eq!(found.layers.len(), plain.found.len(), "{preset}");
        for (layer, (name, shape, values)) in found.layers.iter().zip(&plain.found) {
            assert_eq!((layer.name, &layer.shape), (name.as_str(), shape), "{preset}");
            assert_eq!(layer.decodes, name.starts_with("decoder"));
            let here = &found.values[offset..][..layer.size()];
            all_close(here, values, 1e-5, &format!("{preset}: {name}"));
            offset += layer.size();
            let last = ["encoder.posterior", "decoder.last"].contains(&layer.name);
            let last = last || layer.name == found.layers.last().unwrap().name;
            let expected = match (last, preset) {
                (true, _) => Activation::None,
                (false, "residual") => Activation::Silu,
                (false, _) => Activation::Relu,
            };
            assert_eq!(layer.activation, expected, "{preset}: {name}");
            let kind = match name.as_str() {
                name if name.ends_with(".second") => LayerKind::Block,
                name if name.starts_with("decoder.convs") => LayerKind::ConvTranspose,
                name if name.contains(".layers.") || name.ends_with("posterior") => {
                    LayerKind::Dense
                }
                _ => LayerKind::Conv,
            };
            assert_eq!(layer.kind, kind, "{preset}: {name}");
        }
        assert_eq!(offset, found.values.len(), "{preset}");
        // What comes out is what the last layer gives.
        assert_eq!(found.outputs, found.values[offset - PIXELS..], "{preset}");
        let mean = block_on(read(sigmoid(tensor(&found.outputs, &device)))).unwrap();
        for (&level, mean) in found.mean.iter().zip(mean) {
            assert!((f32::from(level) - 255.0 * mean).abs() <= 0.501, "{level} and {mean}");
        }
    }
}

/// The three likelihoods, for nets large enough that nothing is near 0.
fn likelihoods() -> [VaeConfig; 3] {
    let all = [
        Likelihood::Bernoulli,
        Likelihood::Gaussian { variance: 0.05 },
        Likelihood::GaussianLearned,
    ];
    all.map(|likelihood| VaeConfig { likelihood, ..config("classic") })
}

#[test]
fn nats_and_kl_add_up_to_the_elbo() {
    let (device, pixels) = (&cpu(), digits(3));
    let presets = ["conv", "residual", "linear"].map(config);
    for config in likelihoods().into_iter().chain(presets) {
        let Model::Vae(vae) = Model::new(&config, device).unwrap() else { unreachable!() };
        let model = Model::from(vae.clone());
        for pixels in pixels.chunks(PIXELS) {
            let found = inspected(&model, pixels, Latents::Drawn(9), device);
            let image = tensor(&grey(pixels), device);
            let elbo = vae.elbo(image.clone(), tensor(&found.eps, device), 1.0);
            let number = |x: Tensor<1>| f64::from(block_on(read(x)).unwrap()[0]);
            let what = format!("{config:?}");
            close(found.reconstruction, number(elbo.reconstruction), 1e-5, &what);
            close(found.divergence, number(elbo.kl), 1e-5, &what);
            let sum = |numbers: &[f32]| numbers.iter().map(|&x| f64::from(x)).sum::<f64>();
            close(sum(&found.nats), found.reconstruction, 1e-5, &what);
            close(sum(&found.kl), found.divergence, 1e-5, &what);
            let outputs = PIXELS * config.likelihood.outputs_per_pixel();
            let lengths = (found.nats.len(), found.kl.len(), found.outputs.len());
            assert_eq!(lengths, (PIXELS, LATENT, outputs));
            assert!(found.outputs[PIXELS..].iter().all(|logvar| (-6.0..=2.0).contains(logvar)));
        }
    }
}

#[test]
fn the_mean_over_images_is_what_the_held_out_loss_says() {
    for config in likelihoods() {
        mean_is_the_held_out_loss(&config, &cpu(), 1e-5);
    }
}

/// Without noise in the latents, by way of a posterior with no width.
fn mean_is_the_held_out_loss(config: &VaeConfig, device: &Device, tolerance: f64) {
    let (pixels, model) = (digits(20), Model::new(config, device).unwrap());
    let mut weights = block_on(model.weights()).unwrap();
    weights.get_mut("encoder.posterior.bias").unwrap().values[LATENT..].fill(-60.0);
    let model = model.with_weights(weights).unwrap().no_grad();
    let losses = block_on(eval::elbo(&model, &DeviceImages::new(&pixels, device), 20, 1.0));
    let losses = losses.unwrap();
    let all: Vec<Inspection> = pixels
        .chunks(PIXELS)
        .map(|pixels| inspected(&model, pixels, Latents::Means, device))
        .collect();
    let mean = |of: &dyn Fn(&Inspection) -> f64| all.iter().map(of).sum::<f64>() / 20.0;
    let what = format!("{:?}", config.likelihood);
    close(mean(&|found| found.reconstruction), losses.reconstruction, tolerance, &what);
    close(mean(&|found| found.divergence), losses.kl, tolerance, &what);
}

#[test]
fn latents_are_means_draws_or_given() {
    let (device, pixels) = (cpu(), digits(1));
    let model = model("classic", &device);
    let means = inspected(&model, &pixels, Latents::Means, &device);
    assert_eq!((&means.z, means.eps.as_slice()), (&means.mu, &[0.0; LATENT][..]));
    let drawn = inspected(&model, &pixels, Latents::Drawn(1), &device);
    assert_eq!(drawn.eps, latent::prior(1, LATENT, 1));
    for i in 0..LATENT {
        let z = drawn.mu[i] + (drawn.logvar[i] / 2.0).exp() * drawn.eps[i];
        close(drawn.z[i].into(), z.into(), 1e-6, "z");
    }
    let other = inspected(&model, &pixels, Latents::Drawn(2), &device);
    assert_ne!(drawn.z, other.z);
    let given = inspected(&model, &pixels, Latents::Given(drawn.z.clone()), &device);
    assert_eq!((&given.z, &given.outputs), (&drawn.z, &drawn.outputs));
    all_close(&given.eps, &drawn.eps, 1e-5, "eps of given latents");
    // The posterior does not depend on what is decoded.
    assert_eq!((&given.kl, &given.mu), (&means.kl, &means.mu));
}

#[test]
fn without_an_encoder_the_code_is_fitted() {
    let (device, pixels) = (cpu(), digits(3));
    let model = model("generator", &device);
    let found = inspected(&model, &pixels[..PIXELS], Latents::Means, &device);
    let (codes, output) = block_on(latent::reconstruct(&model, &pixels, &device)).unwrap();
    all_close(&found.mu, &codes[..LATENT], 1e-4, "the fitted code");
    assert!(found.mean.iter().zip(&output).all(|(&a, &b)| a.abs_diff(b) <= 1));
    assert_eq!((found.logvar.len(), found.eps.len(), &found.z), (0, 0, &found.mu));
    for (&kl, &z) in found.kl.iter().zip(&found.z) {
        close(kl.into(), f64::from(z).powi(2) / 2.0, 1e-6, "z^2 / 2");
    }
    let seen = block_on(inspect::statistics(&model, &pixels, &device)).unwrap();
    assert_eq!(seen.images, 3);
    for i in 0..LATENT {
        let squares = codes.chunks(LATENT).map(|z| f64::from(z[i]).powi(2)).sum::<f64>();
        close(seen.kl[i], squares / 6.0, 1e-4, "z^2 / 2");
    }
    let refused = block_on(inspect::readings(&model, &pixels[..PIXELS], 2, 1, &device));
    assert_eq!(refused, Err(Error::NoEncoder));
    // Many images would take minutes.
    let many = pixels.repeat(30);
    let seen = block_on(inspect::statistics(&model, &many, &device)).unwrap();
    assert_eq!(seen.images, FITTED);
    let map = block_on(inspect::project(&model, &many, Axes::Latents, [0, 1], &[], &device));
    assert_eq!(map.unwrap().points.len(), 2 * FITTED);
    let top = inspect::top_images(&model, "decoder.layers.1", 3, &many, 100, &device);
    assert_eq!(block_on(top).unwrap().len(), FITTED);
}

#[test]
fn readings_are_draws_from_the_posterior() {
    let (device, pixels) = (cpu(), digits(1));
    let model = model("classic", &device);
    let count = 4000;
    let found = block_on(inspect::readings(&model, &pixels, count, 3, &device)).unwrap();
    assert_eq!(found, block_on(inspect::readings(&model, &pixels, count, 3, &device)).unwrap());
    assert_ne!(found, block_on(inspect::readings(&model, &pixels, count, 4, &device)).unwrap());
    let posterior = inspected(&model, &pixels, Latents::Means, &device);
    for i in 0..LATENT {
        let values = found.chunks(LATENT).map(|z| f64::from(z[i]));
        let mean = values.clone().sum::<f64>() / count as f64;
        let spread = values.map(|z| (z - mean).powi(2)).sum::<f64>() / count as f64;
        let (mu, variance) = (f64::from(posterior.mu[i]), f64::from(posterior.logvar[i]).exp());
        // Five standard errors of the mean of 4000 draws.
        assert!((mean - mu).abs() < 0.08 * variance.sqrt(), "{mean}, not {mu}");
        assert!((spread / variance - 1.0).abs() < 0.12, "{spread}, not {variance}");
    }
}

#[test]
fn statistics_are_those_of_the_posteriors() {
    let (device, pixels) = (cpu(), digits(40));
    let Model::Vae(vae) = model("classic", &device) else { unreachable!() };
    let mut weights = block_on(inkling::model::weights::read(&vae)).unwrap();
    // Wide means in the even latents; nothing in the odd ones.
    let posterior = &mut weights.get_mut("encoder.posterior.weight").unwrap().values;
    for (i, weight) in posterior.iter_mut().enumerate() {
        *weight *= if i.is_multiple_of(2) { 8.0 } else { 0.01 };
    }
    let vae = inkling::model::weights::write(vae, weights).unwrap();
    let found = block_on(inspect::statistics(&vae.clone().into(), &pixels, &device)).unwrap();
    assert_eq!(found.images, 40);
    let posterior = vae.encode(tensor(&grey(&pixels), &device).reshape([40, PIXELS]));
    let means = block_on(read(posterior.mu.clone())).unwrap();
    let kl = block_on(read(inkling::model::kl_per_latent(&posterior))).unwrap();
    for i in 0..LATENT {
        let column =
            |of: &[f32]| -> Vec<f64> { of.chunks(LATENT).map(|row| f64::from(row[i])).collect() };
        let (means, kl) = (column(&means), column(&kl));
        let mean = means.iter().sum::<f64>() / 40.0;
        let variance = means.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 40.0;
        close(found.kl[i], kl.iter().sum::<f64>() / 40.0, 1e-5, "KL");
        close(found.variance[i], variance, 1e-6, "variance");
        assert_eq!(found.active[i], i % 2 == 0, "{variance}");
    }
    let images = DeviceImages::new(&pixels, &device);
    assert_eq!(block_on(eval::active_units(&vae, &images, 40)).unwrap(), LATENT / 2);
}

/// Ten images with four pixels that are not 0, and a model whose posterior means are these pixels.
fn known_codes(device: &Device) -> (Model, Vec<u8>) {
    const LEVELS: [[u8; 4]; 10] = [
        [116, 118, 132, 135],
        [104, 142, 69, 107],
        [92, 141, 76, 105],
        [138, 86, 202, 144],
        [94, 136, 103, 114],
        [160, 135, 125, 137],
        [135, 144, 87, 114],
        [129, 124, 169, 129],
        [50, 101, 133, 119],
        [9, 106, 118, 91],
    ];
    let mut pixels = vec![0; 10 * PIXELS];
    for (image, levels) in pixels.chunks_mut(PIXELS).zip(LEVELS) {
        image[300..304].copy_from_slice(&levels);
    }
    let config = VaeConfig { latent: 4, ..config("linear") };
    let model = Model::new(&config, device).unwrap();
    let mut weights = block_on(model.weights()).unwrap();
    weights.get_mut("encoder.posterior.bias").unwrap().values.fill(0.0);
    let posterior = &mut weights.get_mut("encoder.posterior.weight").unwrap().values;
    posterior.fill(0.0);
    for latent in 0..4 {
        posterior[(300 + latent) * 8 + latent] = 1.0;
    }
    (model.with_weights(weights).unwrap(), pixels)
}

/// The same ten rows of four numbers, divided by 255, in NumPy 2.4: `svd` of the centred rows.
#[test]
fn principal_components_are_those_of_numpy() {
    let (model, pixels) = known_codes(&cpu());
    components_are_those_of_numpy(&model, &pixels, &cpu());
}

fn components_are_those_of_numpy(model: &Model, pixels: &[u8], device: &Device) {
    const AXES: [[f32; 4]; 3] = [
        [0.7259256, -0.1064163, 0.60414, 0.3110023],
        [-0.6152757, -0.4375655, 0.6555961, 0.0128889],
        [-0.0319361, 0.6994842, 0.4478171, -0.5560232],
    ];
    const POINTS: [[f32; 10]; 3] = [
        [
            0.0840911, -0.1434931, -0.163092, 0.3368931, -0.0803676, 0.1881095, -0.0048955,
            0.198937, -0.1138458, -0.3023368,
        ],
        [
            0.0050393, -0.1705752, -0.1220095, 0.1872893, -0.0483845, -0.1481926, -0.2021741,
            0.0581991, 0.1952204, 0.2455877,
        ],
        [
            -0.0313863, -0.0136333, 0.0017805, -0.0186142, 0.0156062, -0.0069186, 0.0043177,
            0.0615043, -0.0331089, 0.0204526,
        ],
    ];
    for chosen in [[0, 1], [2, 0], [1, 1]] {
        let project = inspect::project(model, pixels, Axes::Components, chosen, &[], device);
        let found = block_on(project).unwrap();
        let mean = [0.4027451, 0.4835294, 0.4760784, 0.4686275];
        all_close(&found.mean, &mean, 1e-6, "mean");
        all_close(&found.shares, &[0.5800638, 0.4037049, 0.0116941, 0.0045372], 1e-6, "shares");
        let [x, y] = chosen;
        all_close(&found.axes, &[AXES[x], AXES[y]].concat(), 2e-6, "axes");
        let points: Vec<f32> = (0..10).flat_map(|i| [POINTS[x][i], POINTS[y][i]]).collect();
        all_close(&found.points, &points, 1e-6, "points");
        let codes = pixels.chunks(PIXELS).flat_map(|image| grey(&image[300..304]));
        all_close(&found.codes, &codes.collect::<Vec<_>>(), 1e-6, "codes");
    }
}

#[test]
fn latents_are_axes_too() {
    let (device, (model, pixels)) = (cpu(), known_codes(&cpu()));
    let project = inspect::project(&model, &pixels, Axes::Latents, [3, 1], &[], &device);
    let found = block_on(project).unwrap();
    let points = pixels.chunks(PIXELS).flat_map(|image| grey(&[image[303], image[301]]));
    all_close(&found.points, &points.collect::<Vec<_>>(), 1e-6, "points");
    assert_eq!(found.mean, [0.0; 4]);
    assert_eq!(found.axes, [0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    all_close(&found.shares, &[0.4589392, 0.0909825, 0.3875958, 0.0624825], 1e-6, "shares");
}

#[test]
fn the_picture_does_not_flip() {
    let (device, (model, pixels)) = (cpu(), known_codes(&cpu()));
    let axes = |chosen: [usize; 2], previous: &[f32]| {
        let project =
            inspect::project(&model, &pixels, Axes::Components, chosen, previous, &device);
        block_on(project).unwrap()
    };
    let first = axes([0, 1], &[]);
    assert_eq!(axes([0, 1], &first.axes), first);
    let turned: Vec<f32> = first.axes.iter().map(|x| -x).collect();
    let found = axes([0, 1], &turned);
    assert_eq!(found.axes, turned);
    assert!(found.points.iter().zip(&first.points).all(|(a, b)| *a == -b));
    // Two components that have changed places keep their signs.
    assert_eq!(axes([1, 0], &turned).axes, [&turned[4..], &turned[..4]].concat());
    // Nothing to go by: the axes of another model, or perpendicular ones.
    assert_eq!(axes([0, 1], &[1.0; 6]), first);
    assert_eq!(axes([0, 1], &[0.0; 8]), first);
    assert_eq!(axes([0, 1], &axes([2, 3], &[]).axes), first);
}

/// Every weight of a model at its own place in a unit's picture: the layer by hand from what
/// `unit_weights` says and what the layer before gives.
#[test]
fn a_units_weights_give_its_activation() {
    let (device, pixels) = (cpu(), digits(1));
    for preset in PRESETS {
        let model = model(preset, &device);
        let found = inspected(&model, &pixels, Latents::Drawn(4), &device);
        let (mut offset, mut inputs, mut input_shape) = (0, grey(&pixels), vec![1, 28, 28]);
        for (i, layer) in found.layers.iter().enumerate() {
            if layer.name == "decoder.layers.0" {
                (inputs, input_shape) = (found.z.clone(), vec![LATENT]);
            }
            let values = &found.values[offset..][..layer.size()];
            for unit in [0, layer.units() / 2, layer.units() - 1] {
                let weights = block_on(inspect::unit_weights(&model, layer.name, unit)).unwrap();
                let what = format!("{preset}: {}, unit {unit}", layer.name);
                let product = weights.incoming_shape.iter().product::<usize>();
                assert_eq!(weights.incoming.len(), product, "{what}");
                let product = weights.outgoing_shape.iter().product::<usize>();
                match found.layers.get(i + 1) {
                    None => assert_eq!((weights.outgoing.len(), product), (0, 1), "{what}"),
                    Some(_) => assert_eq!(weights.outgoing.len(), product, "{what}"),
                }
                if layer.kind == LayerKind::Dense {
                    if input_shape[0] > 1 {
                        assert_eq!(weights.incoming_shape, input_shape, "{what}");
                    }
                    let sum: f64 = weights.incoming.iter().zip(&inputs).map(product_of).sum();
                    let sum = sum + f64::from(weights.bias);
                    let expected = match layer.activation {
                        Activation::None => sum,
                        Activation::Relu => sum.max(0.0),
                        Activation::Silu => sum / (1.0 + (-sum).exp()),
                    };
                    close(values[unit].into(), expected, 1e-5, &what);
                }
            }
            offset += layer.size();
            (inputs, input_shape) = (values.to_vec(), layer.shape.clone());
        }
    }
}

fn product_of((a, b): (&f32, &f32)) -> f64 {
    f64::from(*a) * f64::from(*b)
}

/// What goes out of one unit comes into the next one's, in every kind of neighbourhood.
#[test]
fn outgoing_weights_are_the_next_layers_incoming_ones() {
    let device = cpu();
    let unit = |model: &Model, layer: &str, unit: usize| {
        block_on(inspect::unit_weights(model, layer, unit)).unwrap()
    };
    // From, a unit of it, to, a unit of that, the input that the first is for the second, how many
    // weights join the two.
    let cases = [
        ("deep", "encoder.layers.0", 17, "encoder.layers.1", 5, 17, 1),
        ("conv", "encoder.convs.0", 3, "encoder.convs.1", 8, 3, 9),
        ("conv", "encoder.convs.1", 4, "encoder.layers.0", 7, 4, 49),
        ("conv", "encoder.layers.0", 9, "encoder.posterior", 2, 9, 1),
        // Mean and log-variance of the same latent.
        ("conv", "encoder.posterior", 2, "decoder.layers.0", 40, 2, 1),
        ("conv", "encoder.posterior", LATENT + 2, "decoder.layers.0", 40, 2, 1),
        // The third place of channel 5.
        ("conv", "decoder.layers.0", 5 * 49 + 2, "decoder.convs.0", 6, 5, 9),
        ("conv", "decoder.convs.0", 1, "decoder.convs.1", 30, 1, 9),
        ("residual", "encoder.convs.0", 1, "encoder.blocks.0.first", 4, 1, 9),
        ("residual", "encoder.blocks.0.first", 2, "encoder.blocks.0.second", 4, 2, 9),
        ("residual", "encoder.blocks.1.second", 2, "encoder.layers.0", 3, 2, 49),
        ("residual", "decoder.layers.1", 63 * 49, "decoder.blocks.0.first", 3, 63, 9),
        ("residual", "decoder.blocks.0.second", 7, "decoder.convs.0", 3, 7, 16),
        ("residual", "decoder.convs.1", 7, "decoder.last", 0, 7, 9),
    ];
    for (preset, from, a, to, b, input, count) in cases {
        let model = model(preset, &device);
        let (from_weights, to_weights) = (unit(&model, from, a), unit(&model, to, b));
        let what = format!("{preset}: {from} to {to}");
        assert_eq!(from_weights.outgoing.len() % count, 0, "{what}");
        let out = &from_weights.outgoing[b * count..][..count];
        assert_eq!(out, &to_weights.incoming[input * count..][..count], "{what}");
        assert_eq!(from_weights.outgoing_shape[1..].iter().product::<usize>(), count, "{what}");
    }
}

#[test]
fn top_images_are_those_with_the_greatest_activations() {
    let cases = [
        ("classic", "encoder.layers.0", 3),
        ("conv", "encoder.convs.1", 11),
        ("conv", "encoder.posterior", 1),
        ("conv", "decoder.convs.0", 2),
        ("generator", "decoder.layers.0", 5),
    ];
    tops(&cpu(), 30, &cases);
}

fn tops(device: &Device, count: usize, cases: &[(&str, &str, usize)]) {
    let pixels = digits(count);
    for &(preset, layer, unit) in cases {
        let model = model(preset, device);
        let all: Vec<f32> = pixels
            .chunks(PIXELS)
            .map(|image| {
                let found = inspected(&model, image, Latents::Means, device);
                let at = found.layers.iter().position(|l| l.name == layer).unwrap();
                let offset: usize = found.layers[..at].iter().map(|layer| layer.size()).sum();
                let places = found.layers[at].places();
                let channel = &found.values[offset + unit * places..][..places];
                channel.iter().copied().reduce(f32::max).unwrap()
            })
            .collect();
        let top = inspect::top_images(&model, layer, unit, &pixels, 9, device);
        let found = block_on(top).unwrap();
        let what = format!("{preset}: {layer}");
        assert_eq!(found.len(), 9, "{what}");
        let mut sorted = all.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        for (&(image, value), expected) in found.iter().zip(sorted) {
            close(value.into(), expected.into(), 1e-4, &what);
            close(value.into(), all[image].into(), 1e-4, &what);
        }
    }
}

#[test]
fn bad_input_is_refused() {
    let device = cpu();
    let (model, pixels) = (model("classic", &device), digits(2));
    let inspect = |pixels: &[u8], latents| {
        block_on(inspect::inspect(&model, pixels, latents, &device)).unwrap_err()
    };
    for bad in [&[][..], &pixels[..PIXELS - 1], &pixels] {
        assert!(matches!(inspect(bad, Latents::Means), Error::Shape { .. }));
        let readings = block_on(inspect::readings(&model, bad, 1, 1, &device));
        assert!(matches!(readings, Err(Error::Shape { .. })));
    }
    let image = &pixels[..PIXELS];
    for z in [vec![], vec![0.0; LATENT - 1], vec![0.0; 2 * LATENT]] {
        assert!(matches!(inspect(image, Latents::Given(z)), Error::Shape { .. }));
    }
    let mut z = vec![0.0; LATENT];
    z[2] = f32::NAN;
    assert!(matches!(inspect(image, Latents::Given(z)), Error::NotFinite { .. }));

    for bad in [&[][..], &pixels[..PIXELS + 1]] {
        let statistics = block_on(inspect::statistics(&model, bad, &device));
        assert!(matches!(statistics, Err(Error::Shape { .. })));
        let map = inspect::project(&model, bad, Axes::Latents, [0, 1], &[], &device);
        assert!(matches!(block_on(map), Err(Error::Shape { .. })));
        let top = inspect::top_images(&model, "encoder.posterior", 0, bad, 1, &device);
        assert!(matches!(block_on(top), Err(Error::Shape { .. })));
    }
    for chosen in [[LATENT, 0], [0, LATENT]] {
        let map = inspect::project(&model, &pixels, Axes::Components, chosen, &[], &device);
        assert!(matches!(block_on(map), Err(Error::Range(_))));
    }
    assert_eq!(Axes::named("components"), Ok(Axes::Components));
    assert!(matches!(Axes::named("Latents"), Err(Error::UnknownChoice { .. })));
    let unit = |layer: &str, unit| block_on(inspect::unit_weights(&model, layer, unit));
    assert!(matches!(unit("encoder.layers.0", 400), Err(Error::Range(_))));
    assert!(matches!(unit("encoder.layers", 0), Err(Error::UnknownChoice { .. })));
    assert!(matches!(unit("encoder.layers.0.weight", 0), Err(Error::UnknownChoice { .. })));
    let top = |layer, unit, top| {
        block_on(inspect::top_images(&model, layer, unit, &pixels, top, &device))
    };
    assert!(matches!(top("encoder.posterior", 2 * LATENT, 1), Err(Error::Range(_))));
    assert!(matches!(top("", 0, 1), Err(Error::UnknownChoice { .. })));
    assert!(matches!(top("encoder.posterior", 0, 0), Err(Error::Range(_))));
    assert_eq!(top("encoder.posterior", 0, 100).unwrap().len(), 2, "all there are");
}

/// A model that has diverged is all NaN. That must not keep anybody waiting.
#[test]
fn a_spoilt_model_is_answered_for() {
    let (device, (model, pixels)) = (cpu(), known_codes(&cpu()));
    let mut weights = block_on(model.weights()).unwrap();
    weights.get_mut("encoder.posterior.weight").unwrap().values.fill(3e38);
    let model = model.with_weights(weights).unwrap();
    let found = inspect::project(&model, &pixels, Axes::Components, [0, 1], &[], &device);
    assert_eq!(block_on(found).unwrap().shares, [0.0; 4]);
    let found = inspected(&model, &pixels[..PIXELS], Latents::Means, &device);
    assert!(!found.divergence.is_finite());
}

/// The same models on both devices.
#[cfg(all(feature = "webgpu", feature = "checks"))]
#[test]
fn a_gpu_shows_the_same() {
    let Some(gpu) = crate::on_gpu::open("a look inside") else { return };
    let (device, pixels) = (&gpu.device, digits(130));
    for preset in ["classic", "conv", "residual", "generator"] {
        let [on_gpu, on_cpu] = [device, &cpu()].map(|device| {
            inspected(&model(preset, device), &pixels[..PIXELS], Latents::Drawn(4), device)
        });
        assert_eq!(on_gpu.layers, on_cpu.layers);
        // Thirty steps of Adam carry rounding further.
        let tolerance = if preset == "generator" { 1e-2 } else { 1e-4 };
        for (what, found, expected) in [
            ("values", &on_gpu.values, &on_cpu.values),
            ("mu", &on_gpu.mu, &on_cpu.mu),
            ("logvar", &on_gpu.logvar, &on_cpu.logvar),
            ("z", &on_gpu.z, &on_cpu.z),
            ("nats", &on_gpu.nats, &on_cpu.nats),
            ("kl", &on_gpu.kl, &on_cpu.kl),
        ] {
            all_close(found, expected, tolerance, &format!("{preset}: {what}"));
        }
    }
    // Against the kernels of training.
    for config in likelihoods() {
        mean_is_the_held_out_loss(&config, device, 1e-4);
    }
    tops(device, 12, &[("conv", "encoder.convs.1", 11), ("conv", "decoder.convs.0", 2)]);
    let (known, levels) = known_codes(device);
    components_are_those_of_numpy(&known, &levels, device);
    // More than one chunk.
    let [on_gpu, on_cpu] = [device, &cpu()]
        .map(|device| block_on(inspect::statistics(&model("conv", device), &pixels, device)))
        .map(Result::unwrap);
    assert_eq!((on_gpu.images, &on_gpu.active), (130, &on_cpu.active));
    for i in 0..LATENT {
        close(on_gpu.kl[i], on_cpu.kl[i], 1e-4, "KL");
        close(on_gpu.variance[i], on_cpu.variance[i], 1e-4, "variance");
    }
    let weights = |device| {
        let model = model("residual", device);
        block_on(inspect::unit_weights(&model, "decoder.blocks.0.second", 7)).unwrap()
    };
    assert_eq!(weights(device), weights(&cpu()));
}
