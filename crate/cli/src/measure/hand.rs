//! How well a conditional model writes all digits in one hand.

use anyhow::{Context, Result};
use futures_lite::future::block_on;
use inkling_uses::hand::{self, Tally};

use super::Setting;

/// Hands read at a time.
const CHUNK: usize = 100;

pub(super) fn run(setting: &Setting<'_>) -> Result<()> {
    let Setting { model, device, dataset, images, seed, .. } = *setting;
    let classifier = setting.classifier.context("--measure hand needs a --classifier")?;
    let split = &dataset.held_out;
    let labels = split.labels().context("no labels to read the hands with")?;
    let mut tally = Tally::new();
    for some in split.pick(images, seed).chunks(CHUNK) {
        let pixels: Vec<u8> =
            some.iter().filter_map(|&i| split.image(i)).flatten().copied().collect();
        let labels: Vec<u8> = some.iter().map(|&i| labels[i]).collect();
        block_on(hand::measure(model, classifier, &pixels, Some(&labels), device, &mut tally))?;
    }
    println!(
        "{} test images picked with seed {seed}, each written as every class\n\
         read as wanted                  {:.2} % ({} of {})\n\
         correlation of slant            {:.3}\n\
         correlation of stroke width     {:.3}",
        tally.images(),
        100.0 * tally.wanted() as f64 / tally.written() as f64,
        tally.wanted(),
        tally.written(),
        tally.slant(),
        tally.stroke_width(),
    );
    Ok(())
}
