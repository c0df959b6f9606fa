//! How good a trained model is on MNIST's test split.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use futures_lite::future::block_on;
use inkling::data::DeviceImages;
use inkling::device::cpu;
use inkling::eval::{self, Binarise};
use inkling::model::Vae;
use inkling::train::{DeviceData, Trainer};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A trained model: what `inkling train --save` or the page's Save wrote.
    #[arg(long)]
    model: PathBuf,
    /// Folder with the four IDX files of MNIST, gzipped or not.
    #[arg(long)]
    data: PathBuf,
    /// Test images for the importance-weighted bounds: the first ones.
    #[arg(long, default_value_t = 1000)]
    images: usize,
    /// Samples for the two importance-weighted bounds.
    #[arg(long, value_delimiter = ',', default_values_t = [50, 1000])]
    samples: Vec<usize>,
    /// Seed of the pixels that are drawn from the grey levels.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let bytes = std::fs::read(&arguments.model)
        .with_context(|| format!("reading {}", arguments.model.display()))?;
    let dataset = super::mnist::read(&arguments.data)?;
    let trainer = Trainer::restore(&bytes, DeviceData::new(&dataset, &cpu()))
        .with_context(|| format!("{} cannot be used", arguments.model.display()))?;
    let model = trainer.model();
    let (config, test) = (model.config(), &dataset.held_out);
    println!(
        "{}: {} weights, {} latents, {} steps trained\n{}, test split, {} images; nats per image, smaller is better",
        arguments.model.display(),
        model.parameters(),
        config.latent,
        trainer.steps_done(),
        dataset.name,
        test.count(),
    );
    let grey = DeviceImages::new(test.pixels(), &cpu());
    line("grey pixels as probabilities", || elbo(&model, &grey))?;
    let ways = [
        (
            format!("binarised, drawn with seed {}", arguments.seed),
            Binarise::Drawn { seed: arguments.seed },
        ),
        ("binarised at 0.5 (static)".to_owned(), Binarise::Threshold),
    ];
    for (name, how) in ways {
        let images = DeviceImages::new(&eval::binarised(test.pixels(), how)?, &cpu());
        line(&name, || elbo(&model, &images))?;
        for &samples in &arguments.samples {
            let count = arguments.images.min(images.count());
            let name = format!("  bound of {samples} samples, first {count} images");
            line(&name, || {
                let bound = block_on(eval::importance_bound(&model, &images, count, samples))?;
                Ok(format!("{bound:.3}"))
            })?;
        }
    }
    line("active units (variance of means over 0.01)", || {
        let active = block_on(eval::active_units(&model, &grey, grey.count()))?;
        Ok(format!("{active} of {}", config.latent))
    })
}

/// The negative ELBO with the KL weighed by 1, whatever the model was trained with.
fn elbo(model: &Vae, images: &DeviceImages) -> Result<String> {
    let losses = block_on(eval::elbo(model, images, images.count(), 1.0))?;
    let (reconstruction, kl) = (losses.reconstruction, losses.kl);
    Ok(format!("{:.3} = {reconstruction:.3} + KL {kl:.3}", losses.reconstruction + losses.kl))
}

fn line(name: &str, measure: impl FnOnce() -> Result<String>) -> Result<()> {
    let start = Instant::now();
    let found = measure()?;
    println!("{name:<48} {found:<32} {:>6.1} s", start.elapsed().as_secs_f64());
    Ok(())
}
