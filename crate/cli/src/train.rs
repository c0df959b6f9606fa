use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use futures_lite::future::block_on;
use inkling::data::{Dataset, Generation};
use inkling::model::Preset;
use inkling::train::{DeviceData, Losses, TrainConfig, Trainer};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Folder with the four IDX files of MNIST, gzipped or not. Without it: generated digits.
    #[arg(long)]
    data: Option<PathBuf>,
    /// linear, deep, beta, wide, classic, conv, residual, conditional, conditionalResidual or
    /// generator.
    #[arg(long, default_value = "classic")]
    preset: String,
    /// Epochs.
    #[arg(long, default_value_t = 10)]
    epochs: usize,
    /// Images in a batch; the preset's if absent.
    #[arg(long)]
    batch: Option<usize>,
    /// Latent size; the preset's if absent.
    #[arg(long)]
    latent: Option<usize>,
    /// Weight of the KL; the preset's if absent.
    #[arg(long)]
    beta: Option<f64>,
    /// Adam's learning rate; the preset's if absent.
    #[arg(long)]
    learning_rate: Option<f64>,
    /// Seed of weights, order and noise.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Number of digits to generate when there is no --data; every sixth is held out.
    #[arg(long, default_value_t = 24_000)]
    generate: usize,
    /// Train without the last 10,000 training images of --data, and measure on these instead of the
    /// test images: for choosing settings.
    #[arg(long, requires = "data")]
    tuning: bool,
    /// Write the trained model (safetensors) here.
    #[arg(long)]
    save: Option<PathBuf>,
    #[command(flatten)]
    device: super::device::DeviceArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let preset = Preset::named(&arguments.preset)?;
    let latent = arguments.latent.unwrap_or(preset.latent);
    let model = preset.config(latent, arguments.beta.unwrap_or(preset.beta), arguments.seed);
    let config = TrainConfig {
        batch: arguments.batch.unwrap_or(preset.batch),
        epochs: arguments.epochs,
        learning_rate: arguments.learning_rate.unwrap_or(preset.learning_rate),
    };
    model.validate()?;
    config.validate()?;
    let dataset = match &arguments.data {
        Some(folder) => {
            let all = super::mnist::read(folder)?;
            match arguments.tuning {
                false => all,
                true => {
                    let (train, held_out) = super::mnist::tuning(&all.train)?;
                    Dataset::new(format!("{}'s training images", all.name), train, held_out)
                }
            }
        }
        None => Generation::new(arguments.generate, arguments.seed)?.finish()?,
    };
    let held_out = dataset.held_out.count();
    println!(
        "{}: {} to train on, {held_out} held out; preset {}, {}",
        dataset.name,
        dataset.train.count(),
        preset.name,
        preset.shape()
    );
    let device = arguments.device.open()?;
    let mut trainer = Trainer::new(&model, config, DeviceData::new(&dataset, &device))?;
    println!(
        "epoch   held-out loss = reconstruction + beta * KL   train loss   steps/s   \
         (nats per image)"
    );
    for epoch in 1..=arguments.epochs {
        let start = Instant::now();
        trainer.steps(trainer.steps_per_epoch())?;
        let train = block_on(trainer.take_losses())?.context("an epoch without a step")?;
        let speed = trainer.steps_per_epoch() as f64 / start.elapsed().as_secs_f64();
        let Losses { total, reconstruction, kl } = block_on(trainer.held_out(held_out))?;
        println!(
            "{epoch:>5}   {total:>9.3}   {reconstruction:>14.3}   {kl:>9.3}   \
             {:>10.3}   {speed:>7.1}",
            train.total
        );
    }
    if let Some(path) = &arguments.save {
        let bytes = block_on(trainer.checkpoint())?;
        std::fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
