//! Bits that a digit takes: by the model, as PNG, by gzip.

use anyhow::{Context, Result};
use futures_lite::future::block_on;
use inkling::PIXELS;
use inkling_uses::compress::{self, DRAWS, FileBits, RAW};

use super::{Setting, picked};

/// A table of mean bits an image.
pub(super) fn run(setting: &Setting<'_>) -> Result<()> {
    let split = &setting.dataset.held_out;
    let (count, seed) = (setting.images.min(split.count()), setting.seed);
    let digits = picked(split, count, seed);
    let lengths = block_on(compress::code_lengths(setting.model, &digits, DRAWS, setting.device))?
        .context("the model's likelihood is a density: it gives no bits")?;
    let model = lengths.iter().map(|&bits| f64::from(bits)).sum::<f64>();
    println!(
        "{count} digits, picked with seed {seed}, binarised at 0.5: mean bits an image. The model \
         itself is not counted"
    );
    let line = |name: &str, bits: f64| println!("{name:<64}{:>8.1}", bits / count as f64);
    line("as it is: 28 x 28 pixels of one bit", (RAW * count) as f64);
    line("the model: -ELBO / ln 2, what bits-back coding reaches", model);
    for (name, of) in [("PNG", compress::png as fn(&[u8]) -> _), ("gzip", compress::gzip)] {
        let mut alone = FileBits::default();
        for image in digits.chunks(PIXELS) {
            alone += of(image)?;
        }
        let together: FileBits = of(&digits)?;
        line(&format!("{name}, each image a file: whole files"), alone.whole as f64);
        line(&format!("{name}, each image a file: without headers"), alone.data as f64);
        line(&format!("{name}, all images in one file, with its headers"), together.whole as f64);
    }
    Ok(())
}
