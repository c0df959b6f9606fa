//! One program with both devices: each tensor's own device decides which kernels compute. Where
//! there is no GPU adapter, the GPU half is skipped, and says so.

use burn::tensor::Device;
use futures_lite::future::block_on;
use inkling::burn;
use inkling::data::{Dataset, Generation};
use inkling::device::cpu;
use inkling::model::Preset;
use inkling::parity::{Workload, check};
use inkling::train::{DeviceData, TrainConfig, Trainer};

use crate::on_gpu;

/// Ten steps of a preset: the mean training loss of the first five and of the others, and the
/// held-out loss after them.
fn trained(preset: &str, dataset: &Dataset, device: &Device) -> [f64; 3] {
    let model = Preset::named(preset).unwrap().config(4, 1.0, 1);
    let config = TrainConfig { batch: 20, epochs: 4, learning_rate: 1e-3 };
    let data = DeviceData::new(dataset, device);
    let mut trainer = Trainer::new(&model, config, data).unwrap();
    trainer.prepare().unwrap();
    let [first, rest] = [5, 5].map(|count| {
        trainer.steps(count).unwrap();
        block_on(trainer.take_losses()).unwrap().unwrap().total
    });
    // A checkpoint of one device resumes on the other.
    let bytes = block_on(trainer.checkpoint()).unwrap();
    let resumed = Trainer::restore(&bytes, DeviceData::new(dataset, &cpu())).unwrap();
    let held_out = block_on(trainer.held_out(10)).unwrap().total;
    let elsewhere = block_on(resumed.held_out(10)).unwrap().total;
    // The devices draw other noise.
    assert!((elsewhere / held_out - 1.0).abs() < 0.05, "{preset}: {elsewhere} and {held_out}");
    assert!(rest < first, "{preset}: {first}, then {rest}");
    [first, rest, held_out]
}

fn assert_parity(device: &Device) {
    let found = block_on(check(Workload::Mlp, device)).unwrap();
    let expected = Workload::Mlp.expected().unwrap();
    assert_eq!(expected.losses.len(), found.losses.len());
    let pairs = expected.losses.iter().zip(&found.losses);
    for (expected, found) in pairs.chain([(&expected.pixel_sum, &found.pixel_sum)]) {
        assert!((found / expected - 1.0).abs() < 1e-3, "{found} instead of {expected}");
    }
}

#[test]
fn both_devices_train_in_one_program() {
    let dataset = Generation::new(60, 1).unwrap().finish().unwrap();
    let presets = ["classic", "conv", "generator"];
    let on_cpu = presets.map(|preset| trained(preset, &dataset, &cpu()));
    assert_parity(&cpu());
    let Some(gpu) = on_gpu::open("both devices in one program") else { return };
    let gpu = &gpu.device;
    assert_parity(gpu);
    for (preset, on_cpu) in presets.into_iter().zip(on_cpu) {
        let on_gpu = trained(preset, &dataset, gpu);
        for (found, expected) in on_gpu.into_iter().zip(on_cpu) {
            assert!((found / expected - 1.0).abs() < 0.05, "{preset}: {found} and {expected}");
        }
        // The CPU device still computes what it did before.
        assert_eq!(trained(preset, &dataset, &cpu()), on_cpu, "{preset}");
    }
    assert_parity(&cpu());
}
