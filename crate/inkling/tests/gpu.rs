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
use inkling::model::{Likelihood, Preset, VaeConfig};
use inkling::parity::{Workload, check};
use inkling::train::{DeviceData, Losses, Schedule, TrainConfig, Trainer};
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
/// first pages of the memory pool.
#[test]
fn losses_are_those_of_other_libraries() {
    let Some(gpu) = on_gpu::open("the losses of other libraries") else { return };
    for workload in [Workload::Mlp, Workload::Conv] {
        let found = block_on(check(workload, &gpu.device)).unwrap();
        let expected = workload.expected().unwrap();
        assert_eq!(expected.losses.len(), found.losses.len());
        let pairs = expected.losses.iter().zip(&found.losses);
        for (expected, found) in pairs.chain([(&expected.pixel_sum, &found.pixel_sum)]) {
            let deviation = (found / expected - 1.0).abs();
            assert!(deviation < 1e-3, "{workload:?}: {found} instead of {expected}");
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
