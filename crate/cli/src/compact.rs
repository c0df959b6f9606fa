//! Rewrites a trained model with 8-bit weights.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use futures_lite::future::block_on;
use inkling::burn::tensor::Device;
use inkling::data::DeviceImages;
use inkling::file::Precision;
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
    #[command(flatten)]
    device: super::device::DeviceArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let bytes = std::fs::read(&arguments.model)
        .with_context(|| format!("reading {}", arguments.model.display()))?;
    let device = arguments.device.open()?;
    let (model, card) = Model::from_file(&bytes, &device)
        .with_context(|| format!("{} cannot be used", arguments.model.display()))?;
    let Some(card) = card else { bail!("{} has no model card", arguments.model.display()) };
    let test = super::mnist::read(&arguments.data)?.held_out;
    let images = DeviceImages::of(&test, &device);
    let loss = |model: &Model| block_on(inkling::eval::elbo(model, &images, images.count(), 1.0));

    let files = files(&model, card.clone(), arguments)?;
    let (before, after) = (loss(&model)?.total, loss(&reopened(&files, &device)?)?.total);
    println!(
        "negative ELBO of {} test images, grey, nats per image: {before:.3} with the weights as \
         they were, {after:.3} with 8 bits",
        images.count()
    );
    let measured = TestMetrics { split: "test images".into(), images: images.count(), grey: after };
    for (path, bytes) in
        self::files(&model, ModelCard { measured: Some(measured), ..card }, arguments)?
    {
        super::pretrain::write(&path, &bytes)?;
        println!("wrote {}, {} bytes", path.display(), bytes.len());
    }
    Ok(())
}

/// Paths and contents of the one file or the two.
fn files(model: &Model, card: ModelCard, to: &Arguments) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    if !to.halves {
        let bytes = block_on(model.to_file(card, Precision::Eight))?;
        return Ok(vec![(to.save.clone(), bytes)]);
    }
    let [decoder, encoder] = block_on(model.to_halves(card, Precision::Eight))?;
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
