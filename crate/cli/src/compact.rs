//! Rewrites a trained model with 8-bit weights.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use futures_lite::future::block_on;
use inkling::burn::tensor::Device;
use inkling::data::DeviceImages;
use inkling::file::{Precision, Rounding};
use inkling::model::{DecoderFirst, Model, ModelCard, TestMetrics};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The trained model: what `inkling pretrain` wrote.
    #[arg(long)]
    model: PathBuf,
    /// Folder with the four IDX files of MNIST, gzipped or not. The loss of its test images, with
    /// the weights as they are in the new file, goes into the model card.
    #[arg(long)]
    data: PathBuf,
    /// Write the model with 8-bit weights here.
    #[arg(long)]
    save: PathBuf,
    /// Write two files, with -decoder and -encoder before the ending, so that the page can write
    /// digits once it has the first.
    #[arg(long)]
    halves: bool,
    /// Measure on the last 10,000 training images, for choosing the three numbers below. The model
    /// card stays as it was.
    #[arg(long)]
    tuning: bool,
    /// Tensors of up to so many numbers stay 16-bit floats.
    #[arg(long, value_name = "NUMBERS", default_value_t = Rounding::STANDARD.floats)]
    floats: usize,
    /// Larger tensors have levels from -127 to 127 if they have up to so many numbers.
    #[arg(long, value_name = "NUMBERS", default_value_t = Rounding::STANDARD.fine)]
    fine: usize,
    /// The highest level of still larger ones.
    #[arg(
        long,
        value_name = "LEVEL",
        default_value_t = Rounding::STANDARD.coarse,
        value_parser = clap::value_parser!(u8).range(1..=127)
    )]
    coarse: u8,
    #[command(flatten)]
    device: super::device::DeviceArguments,
}

impl Arguments {
    fn precision(&self) -> Precision {
        let Self { floats, fine, coarse, .. } = *self;
        Precision::Eight(Rounding { floats, fine, coarse })
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let bytes = std::fs::read(&arguments.model)
        .with_context(|| format!("reading {}", arguments.model.display()))?;
    let device = arguments.device.open()?;
    let (model, card) = Model::from_file(&bytes, &device)
        .with_context(|| format!("{} cannot be used", arguments.model.display()))?;
    let Some(card) = card else { bail!("{} has no model card", arguments.model.display()) };
    let mnist = super::mnist::read(&arguments.data)?;
    let (split, what) = match arguments.tuning {
        false => (mnist.held_out, "test images,"),
        true => (super::mnist::tuning(&mnist.train)?.1, "training images, the last,"),
    };
    let images = DeviceImages::of(&split, &device);
    let loss = |model: &Model| block_on(inkling::eval::elbo(model, &images, images.count(), 1.0));

    let files = files(&model, card.clone(), arguments)?;
    let (before, after) = (loss(&model)?.total, loss(&reopened(&files, &device)?)?.total);
    println!(
        "negative ELBO of {} {what} grey, nats per image: {before:.3} with the weights as they \
         were, {after:.3} with 8 bits",
        images.count()
    );
    let measured = TestMetrics { split: "test images".into(), images: images.count(), grey: after };
    let card = match arguments.tuning {
        false => ModelCard { measured: Some(measured), ..card },
        true => card,
    };
    for (path, bytes) in self::files(&model, card, arguments)? {
        super::pretrain::write(&path, &bytes)?;
        println!("wrote {}, {} bytes", path.display(), bytes.len());
    }
    Ok(())
}

/// Paths and contents of the one file or the two.
fn files(model: &Model, card: ModelCard, to: &Arguments) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    if !to.halves {
        let bytes = block_on(model.to_file(card, to.precision()))?;
        return Ok(vec![(to.save.clone(), bytes)]);
    }
    let [decoder, encoder] = block_on(model.to_halves(card, to.precision()))?;
    Ok(vec![(named(&to.save, "decoder")?, decoder), (named(&to.save, "encoder")?, encoder)])
}

/// `best.safetensors` -> `best-decoder.safetensors`
fn named(path: &Path, half: &str) -> Result<PathBuf> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).context("--save: no file name")?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("safetensors");
    Ok(path.with_file_name(format!("{stem}-{half}.{ending}")))
}

/// The model as it comes back from the files.
fn reopened(files: &[(PathBuf, Vec<u8>)], device: &Device) -> Result<Model> {
    Ok(match files {
        [(_, decoder), (_, encoder)] => {
            DecoderFirst::from_file(decoder, device)?.with_encoder(encoder, device)?
        }
        [(_, whole), ..] => Model::from_file(whole, device)?.0,
        [] => bail!("no file"),
    })
}
