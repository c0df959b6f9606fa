//! How well a model finishes test images whose lower half is erased.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use futures_lite::future::block_on;
use inkling::PIXELS;
use inkling::data::{DeviceImages, Split};
use inkling::eval::Classifier;
use inkling_uses::finish::{Effort, Way, finish};

use super::Setting;

/// How many of the ways the page shows at least, if there are as many.
const FIRST: usize = 4;

pub(super) fn run(setting: &Setting<'_>) -> Result<()> {
    let Setting { model, device, dataset, images, seed, .. } = *setting;
    let classifier = setting.classifier.context("--measure finish needs a --classifier")?;
    let split = &dataset.held_out;
    let picked = split.pick(images, seed);
    ensure!(!picked.is_empty(), "--images must be at least 1");
    let visible: Vec<u8> = (0..PIXELS).map(|i| u8::from(i < PIXELS / 2)).collect();
    let effort = Effort::of(model.config(), seed);
    let mean = mean_of(&dataset.train);

    let (mut ways, mut wholes, mut millis) = (vec![], vec![], vec![]);
    let (mut error, mut base) = (0.0, 0.0);
    for image in picked.iter().filter_map(|&i| split.image(i)) {
        let start = Instant::now();
        let found = block_on(finish(model, image, &visible, &effort, device))?;
        millis.push(1e3 * start.elapsed().as_secs_f64());
        error += hidden_error(image, |i| f64::from(found[0].pixels[i]));
        base += hidden_error(image, |i| mean[i]);
        wholes.extend_from_slice(image);
        ways.push(found);
    }
    let classes = read(classifier, &wholes)?;
    let share = |right: usize| {
        format!("{:.1} % ({right} of {})", 100.0 * right as f64 / ways.len() as f64, ways.len())
    };
    let first = read(classifier, &finished(&ways, &wholes, 1))?;
    let right = first.iter().zip(&classes).filter(|(a, b)| a == b).count();
    let all = read(classifier, &finished(&ways, &wholes, FIRST))?;
    let any = all.chunks(FIRST).zip(&classes).filter(|(some, class)| some.contains(class)).count();
    millis.sort_by(f64::total_cmp);
    println!(
        "{} test images picked with seed {seed}, lower half erased; {} starts, {} steps\n\
         the first way is read as the whole image is    {}\n\
         one of the first {FIRST} ways is                    {}\n\
         different ways for an image, mean              {:.1}\n\
         hidden pixels, mean squared error              {:.4}\n\
         the same of the mean training image            {:.4}\n\
         time for an image, median                      {:.0} ms",
        ways.len(),
        effort.starts,
        effort.steps,
        share(right),
        share(any),
        ways.iter().map(Vec::len).sum::<usize>() as f64 / ways.len() as f64,
        error / ways.len() as f64,
        base / ways.len() as f64,
        millis[millis.len() / 2],
    );
    Ok(())
}

/// The first `count` ways for each image, with what is visible as it is. If there are fewer, the
/// last one again.
fn finished(ways: &[Vec<Way>], wholes: &[u8], count: usize) -> Vec<u8> {
    let images = ways.iter().zip(wholes.chunks(PIXELS));
    let all = images.flat_map(|(ways, whole)| {
        (0..count).map(move |i| {
            let pixels = &ways[i.min(ways.len() - 1)].pixels;
            [&whole[..PIXELS / 2], &pixels[PIXELS / 2..]].concat()
        })
    });
    all.flatten().collect()
}

/// Mean squared difference from the hidden pixels, grey levels in 0..=1.
fn hidden_error(image: &[u8], level: impl Fn(usize) -> f64) -> f64 {
    let squares = (PIXELS / 2..PIXELS).map(|i| ((f64::from(image[i]) - level(i)) / 255.0).powi(2));
    squares.sum::<f64>() / (PIXELS / 2) as f64
}

/// The mean grey level of each pixel.
fn mean_of(split: &Split) -> Vec<f64> {
    let mut sums = vec![0.0; PIXELS];
    for image in split.pixels().chunks(PIXELS) {
        sums.iter_mut().zip(image).for_each(|(sum, &pixel)| *sum += f64::from(pixel));
    }
    sums.into_iter().map(|sum| sum / split.count() as f64).collect()
}

fn read(classifier: &Classifier, pixels: &[u8]) -> Result<Vec<u8>> {
    let images = DeviceImages::new(pixels, &inkling::device::cpu());
    Ok(block_on(classifier.digits(&images))?)
}
