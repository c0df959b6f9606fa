//! The engine on a device that offers no more than every WebGPU device does.
//!
//! Run with `cargo test -p inkling --features webgpu --test limits`. Where there is no Vulkan
//! adapter (Mesa's lavapipe is one), all of it is skipped, and says so.

#![cfg(all(feature = "cpu", feature = "webgpu", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a failure here is the test failing")]

mod limited;
mod on_gpu;
#[allow(dead_code, reason = "other tests use the rest")]
mod tampered;
mod wgsl;

use std::sync::{Mutex, MutexGuard};

use futures_lite::future::block_on;
use inkling::burn::module::Param;
use inkling::burn::nn::conv::{Conv2dConfig, ConvTranspose2dConfig};
use inkling::burn::nn::{Linear, PaddingConfig2d};
use inkling::burn::tensor::{Device, Int, Tensor, TensorData};
use inkling::data::{Dataset, DeviceImages, Generation, Split};
use inkling::device::{cpu, read};
use inkling::kernels::{Activation, conv, conv_transpose, dense};
use inkling::model::{Model, Network, PRESETS, Preset, VaeConfig};
use inkling::train::{DeviceData, TrainConfig, Trainer};
use inkling::{Error, PIXELS, latent};

/// The device, for as long as this lives. Tests take turns, as in `on_gpu`.
struct Gpu {
    device: Device,
    _turn: MutexGuard<'static, ()>,
}

/// Opens the device for a test, or says that the test is skipped.
fn open(test: &str) -> Option<Gpu> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    match limited::device() {
        Ok(device) => Some(Gpu { device, _turn: turn }),
        Err(error) => {
            on_gpu::skip(test, error);
            None
        }
    }
}

#[track_caller]
fn assert_near(found: &[f32], expected: &[f32], most: f32) {
    assert_eq!(found.len(), expected.len());
    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    for (i, difference) in differences.enumerate() {
        assert!(difference <= most, "{} instead of {} at {i}", found[i], expected[i]);
    }
}

/// Trains, measures, encodes and decodes; then checks the WGSL of all kernels that this took.
#[test]
fn every_preset_works() {
    let Some(gpu) = open("every preset within the default limits") else { return };
    let device = &gpu.device;
    let dataset = Generation::new(60, 1).unwrap().finish().unwrap();
    for preset in PRESETS.iter() {
        let model = preset.config(preset.latent, preset.beta, 1);
        let config = TrainConfig { batch: 32, epochs: 9, learning_rate: 1e-3 };
        let data = DeviceData::new(&dataset, device);
        let mut trainer = Trainer::new(&model, config, data).unwrap();
        trainer.prepare().unwrap();
        let [first, rest] = [1, 5].map(|count| {
            trainer.steps(count).unwrap();
            block_on(trainer.take_losses()).unwrap().unwrap().total
        });
        assert!(rest < first, "{}: {first}, then {rest}", preset.name);
        let held_out = block_on(trainer.held_out(10)).unwrap();
        assert!(held_out.is_finite(), "{}: {held_out:?}", preset.name);
        let still = trainer.model();
        let pixels = dataset.held_out.pixels();
        let (codes, images) = block_on(latent::reconstruct(&still, pixels, device)).unwrap();
        let decoded = block_on(latent::decode(&still, &codes, device)).unwrap();
        assert_eq!(images, decoded, "{}", preset.name);
        if let Some(codes) = trainer.codes() {
            let drawn = block_on(latent::like_codes(codes, 4, 1)).unwrap();
            assert!(drawn.iter().all(|x| x.is_finite()), "{}: {drawn:?}", preset.name);
        }
        block_on(trainer.checkpoint()).unwrap();
        limited::assert_no_error();
    }
    let sources = limited::sources(device);
    assert!(sources.len() > 40, "only {} kernels", sources.len());
    for source in &sources {
        if let Err(error) = wgsl::check(source) {
            panic!("{error}\n{source}");
        }
    }
}

#[test]
fn long_launches_are_whole() {
    let Some(gpu) = open("launches of more than 65,535 workgroups") else { return };
    // 1,100,000 / 32 and 2,700 * 28 * 28 / 32 tiles; four phases of the latter.
    let linear = |device: &Device| Linear {
        weight: Param::from_tensor(Tensor::from_floats([[2.0], [-3.0]], device)),
        bias: None,
    };
    let rows: Vec<f32> = (0..2_200_000).map(|i| (i % 1013) as f32 / 1013.0).collect();
    let images: Vec<f32> = (0..2_700 * PIXELS).map(|i| (i % 997) as f32 / 997.0).collect();
    let down = |device: &Device| {
        let padding = PaddingConfig2d::Explicit(1, 1, 1, 1);
        let mut layer = Conv2dConfig::new([1, 1], [3, 3]).with_padding(padding).init(device);
        layer.weight = Param::from_tensor(Tensor::full([1, 1, 3, 3], 0.2, device));
        layer
    };
    let up = |device: &Device| {
        let layer = ConvTranspose2dConfig::new([1, 1], [4, 4]).with_stride([2, 2]);
        let mut layer = layer.with_padding([1, 1]).init(device);
        layer.weight = Param::from_tensor(Tensor::full([1, 1, 4, 4], 0.3, device));
        layer.bias = None;
        layer
    };
    let results = |device: &Device| {
        let rows = TensorData::new(rows.clone(), [1_100_000, 2]);
        let rows = Tensor::<2>::from_data(rows, device);
        let images = TensorData::new(images.clone(), [2_700, 1, 28, 28]);
        let images = Tensor::<4>::from_data(images, device);
        let mut down = down(device);
        down.bias = None;
        [
            block_on(read(dense(&linear(device), rows, Activation::Relu))).unwrap(),
            block_on(read(conv(&down, images.clone(), None, Activation::None))).unwrap(),
            block_on(read(conv_transpose(&up(device), images, Activation::None))).unwrap(),
        ]
    };
    for (found, expected) in results(&gpu.device).iter().zip(results(&cpu())) {
        assert_near(found, &expected, 1e-5);
    }
    limited::assert_no_error();
}

/// Decodes `count` latents, and compares the images at `rows` with the CPU's.
fn assert_decodes(config: &VaeConfig, count: usize, rows: &[usize], gpu: &Device) {
    let latents = latent::prior(count, config.latent, 3);
    let model = Model::new(config, gpu).unwrap();
    let found = block_on(latent::decode(&model, &latents, gpu)).unwrap();
    assert_eq!(found.len(), count * PIXELS);
    let model = Model::new(config, &cpu()).unwrap();
    for &row in rows {
        let code = &latents[row * config.latent..][..config.latent];
        let expected = block_on(latent::decode(&model, code, &cpu())).unwrap();
        let pairs = found[row * PIXELS..].iter().zip(expected);
        let worst = pairs.map(|(&a, b)| a.abs_diff(b)).max().unwrap();
        assert!(worst <= 1, "image {row} is {worst} grey levels off: {config:?}");
    }
    limited::assert_no_error();
}

#[test]
fn any_number_of_latents_is_decoded() {
    let Some(gpu) = open("decoding many latents") else { return };
    let classic = Preset::named("classic").unwrap().config(2, 1.0, 1);
    // As many as the page may ask for.
    assert_decodes(&classic, 10_000, &[0, 499, 500, 5_359, 5_360, 9_999], &gpu.device);
    // All their feature maps together, 28x28x32 for each, would not fit a buffer.
    let network = Network::Conv { channels: vec![32], dense: 4 };
    let conv = VaeConfig { encoder: Some(network.clone()), decoder: network, ..classic };
    assert_decodes(&conv, 1_400, &[0, 499, 500, 1_399], &gpu.device);
}

#[test]
fn a_data_set_may_be_larger_than_a_buffer() {
    let Some(gpu) = open("a data set larger than a buffer") else { return };
    // A buffer holds 171,196 images.
    const COUNT: usize = 180_000;
    let pixel = |i: usize| (i.wrapping_mul(0x9E37_79B9) >> 20) as u8;
    let pixels: Vec<u8> = (0..COUNT * PIXELS).map(pixel).collect();
    let held_out = Split::new(pixels[..20 * PIXELS].to_vec(), None).unwrap();
    let dataset = Dataset::new("large", Split::new(pixels, None).unwrap(), held_out);
    let pixels = dataset.train.pixels();

    let images = DeviceImages::new(pixels, &gpu.device);
    let picked = [0, 171_195, 171_196, 179_999, 5];
    let indices =
        Tensor::<1, Int>::from_data(TensorData::from(picked.map(|i| i as i32)), &gpu.device);
    let found = block_on(read(images.gather(indices))).unwrap();
    let image = |i: usize| pixels[i * PIXELS..][..PIXELS].iter().map(|&p| f32::from(p) / 255.0);
    let expected: Vec<f32> = picked.into_iter().flat_map(image).collect();
    assert_near(&found, &expected, 1e-6);
    let found = block_on(read(images.slice(171_194, 4))).unwrap();
    let expected: Vec<f32> = (171_194..171_198).flat_map(image).collect();
    assert_near(&found, &expected, 1e-6);
    drop(images);

    let data = DeviceData::new(&dataset, &gpu.device);
    let config = TrainConfig { batch: 64, epochs: 1, learning_rate: 1e-3 };
    let classic = Preset::named("classic").unwrap().config(2, 1.0, 1);
    let mut trainer = Trainer::new(&classic, config, data.clone()).unwrap();
    trainer.steps(4).unwrap();
    let on_gpu = block_on(trainer.take_losses()).unwrap().unwrap().total;
    limited::assert_no_error();
    // The CPU takes the same images in the same order, and draws other noise.
    let mut trainer = Trainer::new(&classic, config, DeviceData::new(&dataset, &cpu())).unwrap();
    trainer.steps(4).unwrap();
    let on_cpu = block_on(trainer.take_losses()).unwrap().unwrap().total;
    assert!((on_gpu / on_cpu - 1.0).abs() < 0.02, "{on_gpu} and {on_cpu}");

    // A code for each image has to fit one buffer.
    let generator = Preset::named("generator").unwrap().config(256, 1.0, 1);
    let error = Trainer::new(&generator, config, data).unwrap_err();
    assert_eq!(error, Error::TooManyCodes { found: COUNT, high: 131_072 });
    assert_eq!(error.code(), "config");
}

/// The first step with a first layer that overflows: the second layer's sums are then inf - inf,
/// NaN, which a ReLU must not turn into a finite loss.
#[track_caller]
fn assert_diverges(preset: &str, first: &str, device: &Device) {
    let dataset = Generation::new(60, 1).unwrap().finish().unwrap();
    let model = Preset::named(preset).unwrap().config(2, 1.0, 1);
    let config = TrainConfig { batch: 20, epochs: 2, learning_rate: 1e-3 };
    let fresh = Trainer::new(&model, config, DeviceData::new(&dataset, &cpu())).unwrap();
    let bytes = block_on(fresh.checkpoint()).unwrap();
    let (header, tensors) = tampered::header(&bytes);
    let [start, end] = [0, 1].map(|i| header[first]["data_offsets"][i].as_u64().unwrap() as usize);
    let mut tensors = tensors.to_vec();
    tensors[start..end].chunks_mut(4).for_each(|x| x.copy_from_slice(&3e38f32.to_le_bytes()));
    let bytes = tampered::file(&header, &tensors);
    let mut trainer = Trainer::restore(&bytes, DeviceData::new(&dataset, device)).unwrap();
    trainer.step().unwrap();
    let found = block_on(trainer.take_losses());
    assert_eq!(found, Err(Error::Diverged), "{preset}");
}

#[test]
fn spoilt_weights_are_said_to_have_diverged() {
    let spoilt = [("deep", "encoder.layers.0.weight"), ("conv", "encoder.convs.0.weight")];
    for (preset, first) in spoilt {
        assert_diverges(preset, first, &cpu());
    }
    let Some(gpu) = open("weights that are spoilt") else { return };
    for (preset, first) in spoilt {
        assert_diverges(preset, first, &gpu.device);
    }
    limited::assert_no_error();
}
