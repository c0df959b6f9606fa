//! Rates the generated digits against MNIST, which their generator has never seen.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use futures_lite::future::block_on;
use inkling::data::digits::{self, HELD_OUT};
use inkling::data::{Dataset, DeviceImages, Split};
use inkling::eval::{self, Classifier, ClassifierConfig, Confusion};
use inkling::model::Preset;
use inkling::train::{DeviceData, TrainConfig, Trainer};

/// Everything is trained on generated digits alone. MNIST's test split gives the figures that are
/// reported. Use --tuning for work on the generator, so that nothing is fitted to the test images.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Folder with the four IDX files of MNIST, gzipped or not.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Generated digits to train on.
    #[arg(long, default_value_t = 60_000)]
    count: usize,
    /// Epochs of the classifier.
    #[arg(long, default_value_t = 4)]
    epochs: usize,
    /// Epochs of the VAE; 0 leaves it out.
    #[arg(long, default_value_t = 10)]
    vae_epochs: usize,
    /// Seed of the digits, of weights, order and noise.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Measure on the last 10,000 of MNIST's training images instead of its test images: for work
    /// on the generator.
    #[arg(long)]
    tuning: bool,
}

/// Digits that are held out of the generated ones.
const GENERATED_TEST: usize = 10_000;

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let folder = arguments
        .data
        .as_ref()
        .context("evaluate-digits measures against MNIST: --data FOLDER_WITH_MNIST")?;
    let command: Vec<String> = std::env::args().skip(1).collect();
    println!("inkling {}", command.join(" "));
    let mnist = super::mnist::read(folder)?;
    let (measured, what) = measured(mnist, arguments.tuning)?;
    let start = Instant::now();
    let seed = arguments.seed.into();
    let [train, test] = [(0, arguments.count), (HELD_OUT, GENERATED_TEST)].map(|(first, count)| {
        let made = digits::generate(seed, first, count);
        Split::new(made.images, Some(made.labels))
    });
    let generated = Dataset::new("Generated digits", train?, test?);
    println!(
        "{} generated digits to train on, {} held out (seed {seed}, made in {:.1} s); \
         {} images of {what}, never trained on",
        generated.train.count(),
        generated.held_out.count(),
        start.elapsed().as_secs_f64(),
        measured.count(),
    );
    classifier(arguments, &generated, &measured, &what)?;
    if arguments.vae_epochs > 0 {
        vae(arguments, &generated, &measured, &what)?;
    }
    Ok(())
}

/// The images to measure on, and their name.
fn measured(mnist: Dataset, tuning: bool) -> Result<(Split, String)> {
    if !tuning {
        return Ok((mnist.held_out, "MNIST's test split".into()));
    }
    let (_, last) = super::mnist::tuning(&mnist.train)?;
    Ok((last, "the end of MNIST's training split".into()))
}

fn classifier(
    arguments: &Arguments,
    generated: &Dataset,
    measured: &Split,
    what: &str,
) -> Result<()> {
    let config = ClassifierConfig {
        epochs: arguments.epochs,
        seed: arguments.seed,
        ..ClassifierConfig::default()
    };
    let start = Instant::now();
    let labels = generated.train.labels().context("generated digits have labels")?;
    let note = |epoch, loss| println!("classifier, epoch {epoch}: loss {loss:.4} nats");
    let trained = block_on(Classifier::train(&config, &upload(&generated.train), labels, note))?;
    println!("trained in {:.1} s", start.elapsed().as_secs_f64());
    for (split, name) in [(&generated.held_out, "held-out generated digits"), (measured, what)] {
        let labels = split.labels().context("no labels to read against")?;
        report(&block_on(trained.confusion(&upload(split), labels))?, name);
    }
    Ok(())
}

pub(crate) fn report(confusion: &Confusion, what: &str) {
    let (right, count) = (confusion.right(), confusion.count());
    println!("classifier on {what}: {:.2} % ({right} of {count})", 100.0 * confusion.accuracy());
    let parts = confusion.by_label().map(|part| format!("{:.1}", 100.0 * part));
    let parts: Vec<_> =
        parts.iter().enumerate().map(|(digit, part)| format!("{digit} {part}")).collect();
    println!("  by digit, %: {}", parts.join(", "));
    let worst = confusion.worst(10).into_iter();
    let worst: Vec<_> =
        worst.map(|(digit, read, often)| format!("{digit} as {read} {often}")).collect();
    println!("  worst: {}", worst.join(", "));
}

fn vae(arguments: &Arguments, generated: &Dataset, measured: &Split, what: &str) -> Result<()> {
    let preset = Preset::named("classic")?;
    let model = preset.config(preset.latent, preset.beta, arguments.seed);
    let config = TrainConfig {
        batch: preset.batch,
        epochs: arguments.vae_epochs,
        learning_rate: preset.learning_rate,
    };
    let device = inkling::device::cpu();
    let start = Instant::now();
    let mut trainer = Trainer::new(&model, config, DeviceData::new(generated, &device))?;
    while !trainer.finished() {
        trainer.steps(trainer.steps_per_epoch())?;
    }
    block_on(trainer.take_losses())?;
    println!(
        "classic VAE ({}, {} epochs) trained on the generated digits in {:.1} s",
        preset.shape(),
        arguments.vae_epochs,
        start.elapsed().as_secs_f64()
    );
    let held_out = trainer.data().held_out().clone();
    for (images, name) in [(held_out, "held-out generated digits"), (upload(measured), what)] {
        let losses = block_on(eval::elbo(&trainer.model(), &images, images.count(), 1.0))?;
        println!(
            "VAE on {name}: negative ELBO {:.2} nats per image = \
             reconstruction {:.2} + KL {:.2} (grey, 1 draw)",
            losses.total, losses.reconstruction, losses.kl
        );
    }
    Ok(())
}

pub(crate) fn upload(split: &Split) -> DeviceImages {
    DeviceImages::new(split.pixels(), &inkling::device::cpu())
}
