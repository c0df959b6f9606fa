//! The error of test images with noise, and of what comes back.

use anyhow::{Result, ensure};
use futures_lite::future::block_on;
use inkling::PIXELS;
use inkling_uses::denoise::{Distance, Method, Noise, denoise, noise_seed};

use super::Setting;

const STRENGTHS: [f64; 4] = [0.2, 0.4, 0.6, 0.8];
/// Images denoised at a time.
const CHUNK: usize = 100;

pub(super) fn run(setting: &Setting<'_>) -> Result<()> {
    let Setting { dataset, images, seed, .. } = *setting;
    let split = &dataset.held_out;
    let clean = &split.pixels()[..images.min(split.count()) * PIXELS];
    ensure!(!clean.is_empty(), "--images must be at least 1");
    let count = clean.len() / PIXELS;
    println!(
        "first {count} test images, noise of seed {seed}; mean squared error of a pixel, and \
         cross-entropy in nats\nnoise      strength  with noise         after one pass     after \
         the search"
    );
    for noise in Noise::ALL {
        for strength in STRENGTHS {
            let seeds = (0..count).map(|index| noise_seed(seed, index));
            let noisy: Vec<u8> = clean
                .chunks(PIXELS)
                .zip(seeds)
                .flat_map(|(image, seed)| noise.on(image, strength, seed))
                .collect();
            let pass = back(setting, &noisy, Method::Pass)?;
            let search = back(setting, &noisy, Method::search(noise, strength))?;
            let [before, pass, search] = [&noisy, &pass, &search].map(|other| told(clean, other));
            println!("{:<10} {strength:<8}  {before:<17}  {pass:<17}  {search}", noise.name());
        }
    }
    Ok(())
}

fn back(setting: &Setting<'_>, noisy: &[u8], method: Method) -> Result<Vec<u8>> {
    let parts = noisy
        .chunks(CHUNK * PIXELS)
        .map(|some| block_on(denoise(setting.model, some, method, setting.device)));
    Ok(parts.collect::<inkling::Result<Vec<_>>>()?.concat())
}

fn told(clean: &[u8], other: &[u8]) -> String {
    let mut sum = Distance::default();
    for (clean, other) in clean.chunks(PIXELS).zip(other.chunks(PIXELS)) {
        sum += Distance::between(clean, other);
    }
    let count = (clean.len() / PIXELS) as f64;
    format!("{:.4}, {:.1}", sum.squared / count, sum.nats / count)
}
