//! The digit classifier that measures what a VAE writes: trained on MNIST, kept as a file.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use futures_lite::future::block_on;
use inkling::eval::{Classifier, ClassifierConfig, ClassifierRecord};

use crate::digits::{report, upload};

/// Its accuracy is measured once, on MNIST's test split, after training. Settings are chosen with
/// --tuning instead.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Folder with the four IDX files of MNIST, gzipped or not.
    #[arg(long)]
    data: PathBuf,
    /// Write the classifier (safetensors, 16-bit floats) here.
    #[arg(long)]
    save: Option<PathBuf>,
    /// Epochs.
    #[arg(long, default_value_t = 30)]
    epochs: usize,
    /// How far each image is turned, stretched, slanted and moved each time it is seen, 0 to 0.5.
    #[arg(long, default_value_t = 0.1)]
    distortion: f64,
    /// Adam's learning rate at the start; it falls evenly to 0.
    #[arg(long, default_value_t = 2e-3)]
    learning_rate: f64,
    /// Seed of weights, order and distortions.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Train on the first 50,000 training images and measure on the other 10,000 instead of the
    /// test images: for choosing settings.
    #[arg(long, conflicts_with = "save")]
    tuning: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let dataset = super::mnist::read(&arguments.data)?;
    let (train, test, tested_on) = match arguments.tuning {
        false => (dataset.train, dataset.held_out, "test split"),
        true => {
            let (train, rest) = super::mnist::tuning(&dataset.train)?;
            (train, rest, "end of the training split")
        }
    };
    let (images, labels) = (upload(&train), train.labels().context("no labels to learn from")?);
    let config = ClassifierConfig {
        epochs: arguments.epochs,
        learning_rate: arguments.learning_rate,
        distortion: arguments.distortion,
        seed: arguments.seed,
        ..ClassifierConfig::default()
    };
    let start = Instant::now();
    let note = |epoch, loss| {
        println!("epoch {epoch}: loss {loss:.4} nats, {:.0} s", start.elapsed().as_secs_f64());
    };
    let trained = Classifier::train(&config, &images, labels, note);
    // Measured with the numbers that the file will hold.
    let trained = block_on(async { trained.await?.rounded().await })?;
    let labels = test.labels().context("no labels to read against")?;
    let confusion = block_on(trained.confusion(&upload(&test), labels))?;
    report(&confusion, &format!("{}, {tested_on}", dataset.name));
    if let Some(path) = &arguments.save {
        let record = ClassifierRecord {
            data: dataset.name,
            trained_on: "training split".into(),
            trained_images: train.count(),
            config,
            tested_on: tested_on.into(),
            tested_images: confusion.count(),
            tested_right: confusion.right(),
        };
        let bytes = block_on(trained.to_file(&record))?;
        std::fs::write(path, &bytes).with_context(|| format!("writing {}", path.display()))?;
        println!("wrote {}, {} bytes", path.display(), bytes.len());
    }
    Ok(())
}
