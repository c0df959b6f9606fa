use super::*;
use futures_lite::future::block_on;
use inkling::data::Generation;
use inkling::device::cpu;

/// A trained model that comes with the page, and a few digits.
fn setting() -> (Model, Vec<u8>) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/models/plane.safetensors");
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let model = Model::from_file(&bytes, &cpu()).expect("a model of this library").0;
    let digits = Generation::new(60, 1).and_then(Generation::finish).expect("digits");
    (model, digits.train.pixels()[..20 * PIXELS].to_vec())
}

fn noisy(clean: &[u8], noise: Noise, strength: f64) -> Vec<u8> {
    let images = clean.chunks(PIXELS).enumerate();
    images.flat_map(|(i, image)| noise.on(image, strength, i as u64)).collect()
}

fn error(clean: &[u8], other: &[u8]) -> f64 {
    let pairs = clean.chunks(PIXELS).zip(other.chunks(PIXELS));
    pairs.map(|(a, b)| Distance::between(a, b).squared).sum::<f64>() / (clean.len() / PIXELS) as f64
}

#[test]
fn noise_grows_with_its_strength_and_repeats() {
    let (_, clean) = setting();
    for noise in Noise::ALL {
        assert_eq!(Noise::named(noise.name()), Ok(noise));
        assert_eq!(noisy(&clean, noise, 0.0), clean, "{noise:?}");
        assert_eq!(noisy(&clean, noise, 0.4), noisy(&clean, noise, 0.4), "{noise:?}");
        let image = &clean[..PIXELS];
        assert_ne!(noise.on(image, 0.4, 1), noise.on(image, 0.4, 2), "{noise:?}");
        let errors = [0.1, 0.3, 0.6, 1.0].map(|s| error(&clean, &noisy(&clean, noise, s)));
        assert!(errors.windows(2).all(|pair| pair[0] < pair[1]), "{noise:?}: {errors:?}");
    }
    assert!(Noise::named("rain").is_err());
    assert_eq!(noisy(&clean, Noise::Patches, 1.0), vec![0; clean.len()]);
    let white = noisy(&[0; PIXELS], Noise::SaltAndPepper, 0.5);
    let flipped = white.iter().filter(|&&p| p == 255).count();
    assert!((150..250).contains(&flipped), "{flipped} of 784 by a chance of 0.25");
}

#[test]
fn the_mean_that_a_channel_expects_is_what_the_noise_makes() {
    for noise in Noise::ALL {
        for strength in [0.1, 0.5, 0.9] {
            let Channel { floor, gain } = noise.channel(strength);
            for (level, expected) in [(0u8, floor), (255, floor + gain)] {
                let all: Vec<u8> =
                    (0..40).flat_map(|i| noise.on(&[level; PIXELS], strength, i)).collect();
                let mean =
                    all.iter().map(|&p| f64::from(p) / 255.0).sum::<f64>() / all.len() as f64;
                // A patch may hide more than was asked for.
                assert!((mean - expected).abs() < 0.05, "{noise:?} {strength}: {mean}, {expected}");
            }
        }
    }
}

#[test]
fn the_search_brings_back_more_than_one_pass() {
    let (model, clean) = setting();
    let (noise, strength) = (Noise::SaltAndPepper, 0.4);
    let noisy = noisy(&clean, noise, strength);
    let back = |method| block_on(denoise(&model, &noisy, method, &cpu())).expect("comes back");
    let pass = error(&clean, &back(Method::Pass));
    let search = error(&clean, &back(Method::Search { noise, strength, steps: 15 }));
    let before = error(&clean, &noisy);
    assert!(search < 0.9 * pass && pass < before, "{search} {pass} {before}");
}

#[test]
fn blank_images_and_any_strength_give_an_image() {
    let (model, _) = setting();
    for noise in Noise::ALL {
        for (ink, strength) in [(0, 0.0), (255, 0.0), (0, 1.0), (255, 1.0)] {
            let method = Method::Search { noise, strength, steps: 10 };
            let back = block_on(denoise(&model, &[ink; PIXELS], method, &cpu())).expect("an image");
            assert_eq!(back.len(), PIXELS);
            // Not what a decoder makes of numbers that are none.
            assert!(back.iter().any(|&level| level > 0), "{noise:?} at {strength} of {ink}");
        }
    }
    let beyond = Method::Search { noise: Noise::Gaussian, strength: 1.1, steps: 1 };
    assert!(block_on(denoise(&model, &[0; PIXELS], beyond, &cpu())).is_err());
    assert!(block_on(denoise(&model, &[0; 12], Method::Pass, &cpu())).is_err());
}

#[test]
fn distances_are_zero_only_where_the_images_agree() {
    let (_, clean) = setting();
    let image = &clean[..PIXELS];
    assert_eq!(Distance::between(image, image).squared, 0.0);
    let worst = Distance::between(&[0; PIXELS], &[255; PIXELS]);
    assert_eq!(worst.squared, 1.0);
    assert!((worst.nats - PIXELS as f64 * 100f64.ln()).abs() < 1e-6, "{}", worst.nats);
}
