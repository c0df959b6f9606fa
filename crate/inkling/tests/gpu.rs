//! The GPU's kernels, natively: on Vulkan, Metal or DirectX. On a machine without a GPU, Mesa's
//! lavapipe is one (Debian: mesa-vulkan-drivers).
//!
//! Run with `cargo test -p inkling --features webgpu,checks --test gpu`.

#![cfg(all(feature = "webgpu", feature = "checks"))]
#![allow(clippy::unwrap_used, reason = "a failure here is the test failing")]

mod on_gpu;

use futures_lite::future::block_on;
use inkling::burn::tensor::Device;
use inkling::data::Generation;
use inkling::device::{GpuSize, as_if_gpu_were};
use inkling::kernels::cost::launches;
use inkling::model::{Likelihood, Preset, VaeConfig};
#[cfg(feature = "cpu")]
use inkling::model::{Model, Network};
use inkling::parity::{Workload, check};
use inkling::train::{DeviceData, Losses, Schedule, TrainConfig, Trainer};
#[cfg(feature = "cpu")]
use inkling::{PIXELS, latent};
use inkling::{kernels, train};

#[test]
fn the_kernels_agree_with_burns_operations() {
    let Some(gpu) = on_gpu::open("the kernels beside Burn's operations") else { return };
    agree(&block_on(kernels::check(&gpu.device)).unwrap(), 150);
}

#[test]
fn a_step_agrees_with_burns_graph() {
    let Some(gpu) = on_gpu::open("a step beside Burn's graph") else { return };
    agree(&block_on(train::check(&gpu.device)).unwrap(), 100);
}

/// At least `least` results, all of them close to those that they were compared with.
fn agree(found: &[kernels::Deviation], least: usize) {
    assert!(found.len() >= least, "{} results", found.len());
    for kernels::Deviation { name, relative } in found {
        assert!(*relative < 1e-4, "{name}: {relative}");
    }
}

/// Several steps, so that the last ones are replays: of C, too, whose images are larger than the
/// first pages of the memory pool. With sums split as on a large GPU, losses are the same;
/// M's are enough to see it.
#[test]
fn losses_are_those_of_other_libraries() {
    let Some(gpu) = on_gpu::open("the losses of other libraries") else { return };
    let (usual, large) = (GpuSize::Usual, GpuSize::Large);
    let [mlp, conv] = [Workload::Mlp, Workload::Conv];
    for (workload, size) in [(mlp, usual), (mlp, large), (conv, usual)] {
        let checked = || block_on(check(workload, &gpu.device));
        let (found, launched) = as_if_gpu_were(size, || launches(checked));
        let (found, expected) = (found.unwrap(), workload.expected().unwrap());
        let parts = launched.iter().filter_map(|launch| Some(launch.product?.splits)).max();
        if workload == mlp {
            let most = if size == large { 12 } else { 3 };
            assert_eq!(parts, Some(most), "a GPU of size {size:?}");
        }
        assert_eq!(expected.losses.len(), found.losses.len());
        let pairs = expected.losses.iter().zip(&found.losses);
        for (expected, found) in pairs.chain([(&expected.pixel_sum, &found.pixel_sum)]) {
            let deviation = (found / expected - 1.0).abs();
            assert!(deviation < 1e-3, "{workload:?}, {size:?}: {found} instead of {expected}");
        }
    }
}

/// One trainer after the other on memory pools that the ones before have used.
#[test]
fn steps_of_every_shape_are_recorded() {
    let Some(gpu) = on_gpu::open("steps of every shape") else { return };
    let dataset = Generation::new(150, 1).unwrap().finish().unwrap();
    for (preset, latent, batch) in [
        ("classic", 20, 125),
        ("residual", 7, 6),
        // An activation of 3 MB: more than the first pages of a pool.
        ("conv", 2, 60),
        ("residual", 32, 9),
    ] {
        let model = Preset::named(preset).unwrap().config(latent, 1.0, 1);
        let config = TrainConfig { batch, epochs: 9, learning_rate: 1e-3 };
        let mut trainer =
            Trainer::new(&model, config, DeviceData::new(&dataset, &gpu.device)).unwrap();
        trainer.set_schedule(Schedule::Constant);
        // The first steps run through Burn's graph, the third is recorded, the fourth a replay.
        let losses = [(); 4].map(|()| {
            trainer.step().unwrap();
            block_on(trainer.take_losses()).unwrap().unwrap().total
        });
        assert!(losses[3] < losses[0], "{preset}, {latent} latents, {batch} images: {losses:?}");
    }
}

/// A few steps and what is measured, with a decoder that gives mean and variance; free bits change
/// in the recorded step, too.
#[cfg(feature = "cpu")]
#[test]
fn a_learned_variance_trains_as_on_the_cpu() {
    let Some(gpu) = on_gpu::open("a learned variance") else { return };
    let dataset = Generation::new(240, 1).unwrap().finish().unwrap();
    let trained = |device: &Device| {
        let preset = Preset::named("classic").unwrap();
        let likelihood = Likelihood::GaussianLearned;
        let model = VaeConfig { likelihood, warmup_steps: 8, ..preset.config(8, 1.0, 1) };
        let config = TrainConfig { batch: 50, epochs: 10, learning_rate: 5e-4 };
        let mut trainer = Trainer::new(&model, config, DeviceData::new(&dataset, device)).unwrap();
        let before = block_on(trainer.held_out(40)).unwrap();
        let mut take = |count, bits| {
            trainer.set_free_bits(bits).unwrap();
            trainer.steps(count).unwrap();
            block_on(trainer.take_losses()).unwrap().unwrap()
        };
        // The third step is recorded: those with free bits are replays, and those after them.
        let losses = [take(6, 0.0), take(6, 5.0), take(1, 0.0)];
        let bytes = block_on(trainer.checkpoint()).unwrap();
        let resumed = Trainer::restore(&bytes, DeviceData::new(&dataset, device)).unwrap();
        let after = block_on(resumed.held_out(40)).unwrap();
        assert!(after.total < before.total - 100.0, "{after:?} after {before:?}");
        ([before, losses[0], losses[1], losses[2], after], before.total.abs())
    };
    let (on_cpu, scale) = trained(&inkling::device::cpu());
    let (on_gpu, _) = trained(&gpu.device);
    for (found, expected) in on_gpu.into_iter().zip(on_cpu) {
        // The devices draw other noise. Densities pass through 0: relative to the first loss.
        let apart = (found.total - expected.total).abs() / scale;
        assert!(apart < 0.03, "{found:?} instead of {expected:?}");
    }
    // Eight latents with a floor of five nats each, far above their KL; the first of these steps is
    // the warm-up's seventh of eight.
    let floor = 40.0 * (7.0 / 8.0 + 5.0) / 6.0;
    let Losses { total, reconstruction, .. } = on_gpu[2];
    assert!((total - reconstruction - floor).abs() < 0.1, "{on_gpu:?}");
    let Losses { total, reconstruction, kl } = on_gpu[3];
    assert!((total - reconstruction - kl).abs() < 0.1, "{on_gpu:?}");
}

/// With as many classes as there can be, and with convolutions. The same weights then encode,
/// decode and guess the same.
#[cfg(feature = "cpu")]
#[test]
fn a_conditional_model_is_that_of_the_cpu() {
    let Some(gpu) = on_gpu::open("a conditional model") else { return };
    let dataset = Generation::new(240, 1).unwrap().finish().unwrap();
    let network = Network::Conv { channels: vec![4, 6], dense: 12 };
    let classic = Preset::named("classic").unwrap().config(8, 1.0, 1);
    let conv = VaeConfig {
        encoder: Some(network.clone()),
        decoder: network,
        labels: 10,
        ..classic.clone()
    };
    for model in [VaeConfig { labels: 64, ..classic }, conv] {
        let labels = model.labels;
        let trained = |device: &Device| {
            let config = TrainConfig { batch: 50, epochs: 10, learning_rate: 2e-3 };
            let data = DeviceData::new(&dataset, device);
            let mut trainer = Trainer::new(&model, config, data).unwrap();
            trainer.prepare().unwrap();
            let losses = [2, 10].map(|count| {
                trainer.steps(count).unwrap();
                block_on(trainer.take_losses()).unwrap().unwrap().total
            });
            let held_out = block_on(trainer.held_out(40)).unwrap().total;
            ([losses[0], losses[1], held_out], block_on(trainer.checkpoint()).unwrap())
        };
        let (on_cpu, _) = trained(&inkling::device::cpu());
        let (on_gpu, bytes) = trained(&gpu.device);
        // The devices draw other noise.
        for (found, expected) in on_gpu.into_iter().zip(on_cpu) {
            let apart = (found / expected - 1.0).abs();
            assert!(apart < 0.03, "{labels} labels: {on_gpu:?} instead of {on_cpu:?}");
        }
        assert!(on_gpu[1] < on_gpu[0], "{labels} labels: {on_gpu:?}");
        let pixels = &dataset.held_out.pixels()[..5 * PIXELS];
        let known = &dataset.held_out.labels().unwrap()[..5];
        let [ours, cpus] = [gpu.device.clone(), inkling::device::cpu()].map(|device| {
            let (model, _) = Model::from_file(&bytes, &device).unwrap();
            let guess = block_on(latent::guess(&model, pixels, &device)).unwrap();
            let written = latent::reconstruct_labelled(&model, pixels, Some(known), &device);
            (guess, block_on(written).unwrap())
        });
        assert_eq!(ours.0.len(), 5 * labels);
        let close = |found: &[f32], expected: &[f32], most: f32| {
            found.iter().zip(expected).all(|(a, b)| (a - b).abs() < most)
        };
        assert!(close(&ours.0, &cpus.0, 1e-3), "{:?} instead of {:?}", ours.0, cpus.0);
        let ((codes, images), (expected, expected_images)) = (ours.1, cpus.1);
        assert!(close(&codes, &expected, 1e-3), "{codes:?} instead of {expected:?}");
        let levels = images.iter().zip(&expected_images).map(|(a, b)| a.abs_diff(*b));
        assert!(levels.max().unwrap() <= 1, "{labels} labels: other images");
    }
}

/// A model without an encoder, whose codes are trained too.
#[cfg(feature = "cpu")]
#[test]
fn a_model_without_an_encoder_is_that_of_the_cpu() {
    let Some(gpu) = on_gpu::open("a model without an encoder") else { return };
    let dataset = Generation::new(240, 1).unwrap().finish().unwrap();
    let trained = |device: &Device| {
        let preset = Preset::named("generator").unwrap();
        // Codes have no free bits: they change nothing.
        let model = VaeConfig { free_bits: 3.0, ..preset.config(4, 0.7, 1) };
        let config = TrainConfig { batch: 60, epochs: 10, learning_rate: 1e-3 };
        let mut trainer = Trainer::new(&model, config, DeviceData::new(&dataset, device)).unwrap();
        trainer.prepare().unwrap();
        // Into the third epoch: the fourth step and those after it are replays.
        let losses = [3, 6].map(|count| {
            trainer.steps(count).unwrap();
            block_on(trainer.take_losses()).unwrap().unwrap()
        });
        let held_out = block_on(trainer.held_out(40)).unwrap();
        let bytes = block_on(trainer.checkpoint()).unwrap();
        let mut resumed = Trainer::restore(&bytes, DeviceData::new(&dataset, device)).unwrap();
        resumed.steps(1).unwrap();
        let next = block_on(resumed.take_losses()).unwrap().unwrap();
        let drawn = block_on(latent::like_codes(resumed.codes().unwrap(), 500, 1)).unwrap();
        let spread = drawn.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / drawn.len() as f64;
        let [first, rest] = losses;
        assert!(rest.total < first.total && next.total < rest.total, "{first:?} {rest:?} {next:?}");
        let kl = [first, rest, held_out, next].map(|losses| losses.kl);
        let total = [first, rest, held_out, next].map(|losses| losses.total);
        [kl, total, [spread; 4]].concat()
    };
    let (on_cpu, on_gpu) = (trained(&inkling::device::cpu()), trained(&gpu.device));
    // Nothing is drawn: only rounding differs.
    for (found, expected) in on_gpu.iter().zip(&on_cpu) {
        assert!((found / expected - 1.0).abs() < 5e-3, "{on_gpu:?} instead of {on_cpu:?}");
    }
}

/// The loss falls as on the CPU, and it is another one than with grey pixels.
#[cfg(feature = "cpu")]
#[test]
fn binarised_training_is_that_of_the_cpu() {
    let Some(gpu) = on_gpu::open("binarised training") else { return };
    let dataset = Generation::new(240, 1).unwrap().finish().unwrap();
    let trained = |device: &Device, share: f64, steps: [usize; 2]| {
        let model = Preset::named("classic").unwrap().config(8, 1.0, 1);
        let config = TrainConfig { batch: 50, epochs: 10, learning_rate: 2e-3 };
        let mut trainer = Trainer::new(&model, config, DeviceData::new(&dataset, device)).unwrap();
        trainer.set_binarised(share).unwrap();
        steps.map(|count| {
            trainer.steps(count).unwrap();
            block_on(trainer.take_losses()).unwrap().unwrap().total
        })
    };
    // The fourth step is a replay.
    let [drawn, grey] = [1.0, 0.0].map(|share| trained(&gpu.device, share, [3, 1]));
    assert!(drawn[0] != grey[0] && drawn[1] != grey[1], "{drawn:?} and {grey:?}");
    let on_cpu = trained(&inkling::device::cpu(), 1.0, [10, 20]);
    let on_gpu = trained(&gpu.device, 1.0, [10, 20]);
    for (found, expected) in on_gpu.into_iter().zip(on_cpu) {
        assert!((found / expected - 1.0).abs() < 0.03, "{on_gpu:?} instead of {on_cpu:?}");
    }
    assert!(on_gpu[1] < 0.8 * on_gpu[0], "{on_gpu:?}");
}
