//! Measures a trained model on MNIST's test split, and how much its samples look like MNIST.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use futures_lite::future::block_on;
use inkling::burn::tensor::Device;
use inkling::data::{Dataset, DeviceImages, Split};
use inkling::device::cpu;
use inkling::eval::{self, Binarise, Classifier, ClassifierRecord, Readings};
use inkling::latent;
use inkling::model::Model;

use crate::measure::{self, Measure, Setting};
use crate::quality::{Gaussian, inception_score};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A trained model: what `inkling train --save`, `inkling pretrain` or the page's Save wrote.
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
    /// Seed of the binarised pixels and of the latents drawn from the prior.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Rate the model's samples with this digit classifier, written by `inkling classifier --save`
    /// (www/models/classifier.safetensors is one).
    #[arg(long)]
    classifier: Option<PathBuf>,
    /// How many samples, and as many of MNIST's images, the classifier looks at, 2 to 10,000.
    #[arg(long, default_value_t = 10_000)]
    #[arg(value_parser = clap::value_parser!(u32).range(2..=10_000))]
    written: u32,
    /// Measure what the model is good for instead, a figure of the page's chapter Uses. Always on
    /// the CPU.
    #[arg(long, value_enum)]
    measure: Option<Measure>,
    /// Folder with the four IDX files of Fashion-MNIST, for `--measure anomalies`.
    #[arg(long, requires = "measure")]
    fashion: Option<PathBuf>,
    /// A second trained model, whose codes stand beside the first one's, for `--measure
    /// few-labels`.
    #[arg(long, requires = "measure")]
    beside: Option<PathBuf>,
    // The classifier reads on the CPU in any case, so that sample scores compare.
    #[command(flatten)]
    device: super::device::DeviceArguments,
}

/// Samples decoded at a time, to bound the memory.
const CHUNK: usize = 1000;

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let bytes = std::fs::read(&arguments.model)
        .with_context(|| format!("reading {}", arguments.model.display()))?;
    let dataset = super::mnist::read(&arguments.data)?;
    let device = match arguments.measure {
        Some(_) => cpu(),
        None => arguments.device.open()?,
    };
    let (model, card) = Model::from_file(&bytes, &device)
        .with_context(|| format!("{} cannot be used", arguments.model.display()))?;
    let Model::Vae(vae) = &model else { bail!("a model without an encoder has no posterior") };
    let (config, test) = (model.config(), &dataset.held_out);
    println!(
        "{}: {} weights, {} latents, trained by: {}\n\
         {}, test split, {} images; nats per image, smaller is better",
        arguments.model.display(),
        model.parameters(),
        config.latent,
        // From a file: a terminal must not take orders from it.
        card.map_or("not recorded".into(), |card| card.command.escape_debug().to_string()),
        dataset.name,
        test.count(),
    );
    if let Some(measure) = arguments.measure {
        let classifier = arguments.classifier.as_deref().map(read_classifier).transpose()?;
        let setting = Setting {
            model: &model,
            device: &device,
            dataset: &dataset,
            images: arguments.images,
            seed: arguments.seed,
            classifier: classifier.as_ref().map(|(classifier, _)| classifier),
            fashion: arguments.fashion.as_deref(),
            beside: arguments.beside.as_deref(),
        };
        return measure::run(measure, &setting);
    }
    let grey = DeviceImages::of(test, &device);
    line("grey pixels as probabilities", || elbo(&model, &grey))?;
    let ways = [
        (
            format!("binarised, drawn with seed {}", arguments.seed),
            Binarise::Drawn { seed: arguments.seed.into() },
        ),
        ("binarised at 0.5 (static)".to_owned(), Binarise::Threshold),
    ];
    for (name, how) in ways {
        let pixels = eval::binarised(test.pixels(), how)?;
        let binarised = Split::new(pixels, test.labels().map(<[u8]>::to_vec))?;
        let images = DeviceImages::of(&binarised, &device);
        line(&name, || elbo(&model, &images))?;
        for &samples in &arguments.samples {
            let count = arguments.images.min(images.count());
            let name = format!("  bound of {samples} samples, first {count} images");
            line(&name, || {
                let bound = block_on(eval::importance_bound(vae, &images, count, samples))?;
                Ok(format!("{bound:.3}"))
            })?;
        }
    }
    line("active units (variance of means over 0.01)", || {
        let active = block_on(eval::active_units(vae, &grey, grey.count()))?;
        Ok(format!("{active} of {}", config.latent))
    })?;
    match &arguments.classifier {
        Some(path) => written(arguments, path, &model, &dataset, &device),
        None => Ok(()),
    }
}

/// Fréchet distance and inception score of samples and, as the best within reach, of real images.
fn written(
    arguments: &Arguments,
    path: &Path,
    model: &Model,
    dataset: &Dataset,
    device: &Device,
) -> Result<()> {
    let (classifier, record) = read_classifier(path)?;
    let test = &dataset.held_out;
    let labels = test.labels().context("no labels to measure the classifier against")?;
    let confusion = block_on(classifier.confusion(&images(test.pixels()), labels))?;
    println!(
        "{}: trained on {}, {} ({} images), classifies {:.2} % of this test \
         split correctly ({} of {}; recorded: {} of {})",
        path.display(),
        record.data,
        record.trained_on,
        record.trained_images,
        100.0 * confusion.accuracy(),
        confusion.right(),
        confusion.count(),
        record.tested_right,
        record.tested_images,
    );
    let count = arguments.written as usize;
    let read =
        |pixels: &[u8]| -> Result<Readings> { Ok(block_on(classifier.readings(&images(pixels)))?) };
    let fit = |of: &Readings| Gaussian::fit(&of.features, Classifier::FEATURES);
    let score = |of: &Readings| inception_score(&of.probabilities, 10);
    // The test split's own order is no random one: its first half is the easier.
    let real = read(&picked(test, count, arguments.seed)?)?;
    let (real, best) = (fit(&real)?, score(&real)?);
    println!(
        "{count} samples from the prior, and {count} training images, each against {count} \
         test images, seed {}; distance: smaller is better; score: 1 to 10",
        arguments.seed
    );
    let both = |name: &str, pixels: &dyn Fn() -> Result<Vec<u8>>| {
        line(name, || {
            let seen = read(&pixels()?)?;
            Ok(format!("{:.3}, {:.3}", fit(&seen)?.distance(&real), score(&seen)?))
        })
    };
    both("samples: Fréchet distance, inception score", &|| {
        samples(model, count, arguments.seed, device)
    })?;
    both("training images: the same", &|| picked(&dataset.train, count, arguments.seed))?;
    line("test images: inception score", || Ok(format!("{best:.3}")))
}

/// On the CPU.
fn read_classifier(path: &Path) -> Result<(Classifier, ClassifierRecord)> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    Classifier::from_file(&bytes, &cpu())
        .with_context(|| format!("{} cannot be used", path.display()))
}

/// Mean images of `count` draws from the prior, with the labels of a conditional model in turn.
fn samples(model: &Model, count: usize, seed: u32, device: &Device) -> Result<Vec<u8>> {
    let size = model.config().code_size();
    let drawn = latent::prior_codes(model.config(), count, seed);
    let chunks =
        drawn.chunks(CHUNK * size).map(|some| block_on(latent::decode(model, some, device)));
    Ok(chunks.collect::<inkling::Result<Vec<_>>>()?.concat())
}

/// `count` different images of the split. An error if it has fewer.
fn picked(split: &Split, count: usize, seed: u32) -> Result<Vec<u8>> {
    ensure!(count <= split.count(), "there are {} images, not {count}", split.count());
    let chosen = split.pick(count, seed).into_iter().filter_map(|index| split.image(index));
    Ok(chosen.flatten().copied().collect())
}

/// Images for the classifier.
fn images(pixels: &[u8]) -> DeviceImages {
    DeviceImages::new(pixels, &cpu())
}

/// The negative ELBO with the KL weighed by 1, whatever the model was trained with.
fn elbo(model: &Model, images: &DeviceImages) -> Result<String> {
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
