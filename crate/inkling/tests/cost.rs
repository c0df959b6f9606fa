//! The launches of a training step, and what they should cost on four GPUs.
//!
//! Run with `cargo test -p inkling -p inkling-uses -p inkling-cli --features
//! inkling/webgpu,inkling/checks --test cost -- --nocapture` to see all of them.

#![cfg(all(feature = "webgpu", feature = "checks"))]
#![allow(clippy::unwrap_used, reason = "a failure here is the test failing")]

mod on_gpu;

use inkling::data::Generation;
use inkling::device::{GpuSize, as_if_gpu_were};
use inkling::kernels::cost::{GPUS, launches};
use inkling::model::Preset;
use inkling::train::{DeviceData, TrainConfig, Trainer};

#[test]
fn a_step_has_as_many_launches_as_it_needs() {
    let Some(gpu) = on_gpu::open("the launches of a step") else { return };
    let dataset = Generation::new(200, 1).unwrap().finish().unwrap();
    // Beside these, Burn fills the root's ones, and adds up the gradients of residual blocks.
    let [usual, large] = [GpuSize::Usual, GpuSize::Large];
    for (letter, preset, latent, size, expected) in [
        ("M", "classic", 20, usual, 21),
        ("M", "classic", 20, large, 22),
        ("C", "conv", 2, usual, 40),
        ("R", "residual", 32, usual, 83),
    ] {
        let model = Preset::named(preset).unwrap().config(latent, 1.0, 1);
        let config = TrainConfig { batch: 128, epochs: 9, learning_rate: 1e-3 };
        let data = DeviceData::new(&dataset, &gpu.device);
        let mut trainer = Trainer::new(&model, config, data).unwrap();
        let (done, found) = as_if_gpu_were(size, || launches(|| trainer.steps(1)));
        done.unwrap();
        println!(
            "{letter}, {size:?}: {} launches; microseconds on {}",
            found.len(),
            GPUS.map(|g| g.name).join(", ")
        );
        for launch in &found {
            let times = GPUS.map(|gpu| format!("{:7.1}", launch.microseconds(&gpu))).join(" ");
            let sizes = launch.product.map(|product| {
                let [rows, columns, k] = [product.rows, product.columns, product.k];
                format!("{rows}x{columns}x{k} in {} parts, {} tiles", product.splits, product.tiles)
            });
            let work = launch.work.map(|work| {
                let millions = [work.multiplications, work.loads].map(|n| n as f64 / 1e6);
                format!(
                    "{:.1} M products, {:.1} M loads, {} rounds",
                    millions[0], millions[1], work.rounds
                )
            });
            let (name, groups, kb) = (launch.name, launch.workgroups, launch.bytes / 1000);
            println!(
                "{name:30} {groups:6} workgroups {kb:7} kB {times} {}",
                sizes.or(work).unwrap_or_default()
            );
        }
        for gpu in GPUS {
            let time: f64 = found.iter().map(|launch| launch.microseconds(&gpu)).sum();
            println!(
                "{letter}, {size:?}, on {}: {time:.0} us, {:.0} steps/s",
                gpu.name,
                1e6 / time
            );
        }
        assert_eq!(found.len(), expected, "{letter}, {size:?}: {found:?}");
    }
}
