use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use futures_lite::future::block_on;
use inkling::data::Dataset;
use inkling::file::Precision;
use inkling::model::{Model, ModelCard, Preset, TestMetrics};
use inkling::train::{DeviceData, TrainConfig, Trainer};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Folder with the four IDX files of MNIST, gzipped or not.
    #[arg(long)]
    data: PathBuf,
    /// linear, deep, beta, wide, classic, conv, residual, conditional or conditionalResidual.
    #[arg(long, default_value = "residual")]
    preset: String,
    /// Epochs.
    #[arg(long, default_value_t = 30)]
    epochs: usize,
    /// Latent size; the preset's if absent.
    #[arg(long)]
    latent: Option<usize>,
    /// Weight of the KL, 1 whatever the preset: the test loss is measured with 1.
    #[arg(long, default_value_t = 1.0)]
    beta: f64,
    /// Adam's learning rate; the preset's if absent.
    #[arg(long)]
    learning_rate: Option<f64>,
    /// Share of each batch that is dynamically binarised; the other images stay grey.
    #[arg(long, default_value_t = 0.7)]
    binarised: f64,
    /// Seed of weights, order and noise.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Write a checkpoint here after every epoch, and resume from it if the file exists. It must be
    /// of a run with the same settings.
    #[arg(long)]
    progress: Option<PathBuf>,
    /// Write the trained model (safetensors) here.
    #[arg(long)]
    save: PathBuf,
    /// Write 32-bit floats instead of 16-bit ones.
    #[arg(long)]
    single: bool,
    #[command(flatten)]
    device: super::device::DeviceArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // Better now than after an hour of training.
    let folder = arguments.save.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        bail!("--save: there is no folder {}", folder.display());
    }
    let dataset = super::mnist::read(&arguments.data)?;
    let device = arguments.device.open()?;
    let data = DeviceData::new(&dataset, &device);
    let mut trainer = match &arguments.progress {
        Some(path) if path.exists() => {
            let bytes =
                std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
            let trainer = Trainer::restore(&bytes, data.clone())?;
            same(&trainer, &fresh(arguments, data)?, path)?;
            println!("going on from epoch {} of {}", trainer.epochs_begun(), path.display());
            trainer
        }
        _ => fresh(arguments, data)?,
    };
    while !trainer.finished() {
        let start = Instant::now();
        let per_epoch = trainer.steps_per_epoch();
        let steps = trainer.steps(per_epoch - trainer.steps_done() % per_epoch)?;
        let loss = block_on(trainer.take_losses())?.context("an epoch without a step")?;
        println!(
            "epoch {}: training loss {:.3} nats per image, {:.2} steps/s",
            trainer.epochs_begun(),
            loss.total,
            steps as f64 / start.elapsed().as_secs_f64()
        );
        if let Some(path) = &arguments.progress {
            write(path, &block_on(trainer.checkpoint())?)?;
        }
    }
    let precision = if arguments.single { Precision::Single } else { Precision::Half };
    let card = model_card(&trainer, &dataset)?;
    println!("{}", card.command);
    // Measured with the weights as they are in the file, rounded.
    let unmeasured = block_on(trainer.model().to_file(card.clone(), precision))?;
    let (model, _) = Model::from_file(&unmeasured, &device)?;
    let images = trainer.data().held_out();
    let grey = block_on(inkling::eval::elbo(&model, images, images.count(), 1.0))?.total;
    println!("negative ELBO of {} test images, grey: {grey:.3} nats per image", images.count());
    let measured = TestMetrics { split: "test images".into(), images: images.count(), grey };
    let card = ModelCard { measured: Some(measured), ..card };
    write(&arguments.save, &block_on(model.to_file(card, precision))?)?;
    println!("wrote {}", arguments.save.display());
    Ok(())
}

/// Rejects a checkpoint of a run with other settings.
fn same(found: &Trainer, asked: &Trainer, path: &Path) -> Result<()> {
    let settings = |trainer: &Trainer| {
        let (model, config) = (trainer.model().config().clone(), trainer.config());
        (model, config, trainer.binarised())
    };
    let (found, asked) = (settings(found), settings(asked));
    if found != asked {
        bail!("{} holds another run.\nIt is {found:?},\nasked for was {asked:?}", path.display());
    }
    Ok(())
}

/// The model card, made from the run itself: a resumed run may have been begun with other
/// arguments.
fn model_card(trainer: &Trainer, dataset: &Dataset) -> Result<ModelCard> {
    let (model, config) = (trainer.model(), trainer.config());
    let (preset, latent) = (Preset::of(model.config())?.name, model.config().latent);
    let (epochs, learning_rate) =
        (trainer.steps_done() / trainer.steps_per_epoch(), config.learning_rate);
    let (binarised, beta, seed) = (trainer.binarised(), model.config().beta, model.config().seed);
    Ok(ModelCard {
        data: dataset.name.clone(),
        split: "training images".into(),
        images: dataset.train.count(),
        epochs,
        batch: config.batch,
        learning_rate,
        binarised,
        command: format!(
            "inkling pretrain --data MNIST --save FILE --preset {preset} \
             --latent {latent} --beta {beta} --epochs {epochs} \
             --learning-rate {learning_rate} --binarised {binarised} --seed {seed}"
        ),
        measured: None,
    })
}

fn fresh(arguments: &Arguments, data: DeviceData) -> Result<Trainer> {
    let preset = Preset::named(&arguments.preset)?;
    let latent = arguments.latent.unwrap_or(preset.latent);
    let config = TrainConfig {
        batch: preset.batch,
        epochs: arguments.epochs,
        learning_rate: arguments.learning_rate.unwrap_or(preset.learning_rate),
    };
    let model = preset.config(latent, arguments.beta, arguments.seed);
    let mut trainer = Trainer::new(&model, config, data)?;
    trainer.set_binarised(arguments.binarised)?;
    Ok(trainer)
}

/// Writes under another name first, so that an interrupted run leaves the old file whole.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let unfinished = path.with_extension("part");
    std::fs::write(&unfinished, bytes)
        .and_then(|()| std::fs::rename(&unfinished, path))
        .with_context(|| format!("writing {}", path.display()))
}
