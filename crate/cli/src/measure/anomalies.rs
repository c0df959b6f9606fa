//! How well a model's likelihood tells digits from what is none.

use std::path::Path;

use anyhow::Result;
use futures_lite::future::block_on;
use inkling_uses::anomalies::{self, auroc};
use inkling_uses::compress;
use inkling_uses::scribbles::{Kind, draw};

use super::{Setting, picked};
use crate::mnist;

/// Draws from each posterior: 0 stands for decoding the posterior mean. The page takes
/// [`anomalies::DRAWS`].
const DRAWS: [usize; 4] = [0, 1, 4, 16];

/// Two tables: the area under the receiver's curve of each kind of image, by the negative ELBO with
/// more or fewer draws, and by bits more than PNG's; and the nats that the images take.
pub(super) fn run(setting: &Setting<'_>) -> Result<()> {
    let split = &setting.dataset.held_out;
    let (images, seed) = (setting.images.min(split.count()), setting.seed);
    let digits = picked(split, images, seed);
    let mut others: Vec<(String, Vec<u8>)> = Kind::ALL
        .into_iter()
        .map(|kind| (kind.name().to_owned(), draw(kind, seed, 0, images)))
        .collect();
    if let Some(folder) = setting.fashion {
        others.push(("Fashion-MNIST".into(), fashion(folder, images, seed)?));
    }
    println!(
        "{images} digits, picked with seed {seed}, against as many images of each kind (seed \
         {seed}): area under the receiver's curve, 0.5 is chance, 1 is perfect"
    );
    print!("{:<44}", "score");
    others.iter().for_each(|(name, _)| print!("{name:>15}"));
    println!();
    let row = |name: &str, score: &dyn Fn(&[u8]) -> Result<Vec<f32>>| -> Result<()> {
        let inside = score(&digits)?;
        print!("{name:<44}");
        for (_, pixels) in &others {
            print!("{:>15.3}", auroc(&inside, &score(pixels)?));
        }
        println!();
        Ok(())
    };
    let nats = |pixels: &[u8], draws: usize| -> Result<Vec<f32>> {
        Ok(block_on(anomalies::scores(setting.model, pixels, draws, setting.device))?)
    };
    for draws in DRAWS {
        let name = match draws {
            0 => "nats at the posterior mean".to_owned(),
            anomalies::DRAWS => format!("negative ELBO, {draws} draw (as on the page)"),
            _ => format!("negative ELBO, {draws} draws"),
        };
        row(&name, &|pixels| nats(pixels, draws))?;
    }
    row("the same in bits, less PNG's bits", &|pixels| {
        let bits = nats(pixels, anomalies::DRAWS)?.into_iter().map(compress::bits);
        let surplus = bits.zip(compress::complexity(pixels)?).map(|(bits, png)| bits - png);
        Ok(surplus.collect())
    })?;
    row("of binarised images: bits, less PNG's bits", &|pixels| {
        let bits = compress::code_lengths(setting.model, pixels, 1, setting.device);
        let bits = block_on(bits)?.unwrap_or_default().into_iter();
        Ok(bits.zip(compress::complexity(pixels)?).map(|(bits, png)| bits - png).collect())
    })?;
    print!("{:<44}", "mean negative ELBO in nats; digits'");
    let mean = |pixels: &[u8]| -> Result<f64> {
        let all = nats(pixels, anomalies::DRAWS)?;
        Ok(all.iter().map(|&score| f64::from(score)).sum::<f64>() / all.len() as f64)
    };
    let inside = mean(&digits)?;
    for (_, pixels) in &others {
        print!("{:>15.1}", mean(pixels)?);
    }
    println!("\n{:<44}{inside:>15.1}", "  the digits themselves");
    Ok(())
}

/// Test images of Fashion-MNIST, whose files have the names of MNIST's.
fn fashion(folder: &Path, count: usize, seed: u32) -> Result<Vec<u8>> {
    Ok(picked(&mnist::read(folder)?.held_out, count, seed))
}
