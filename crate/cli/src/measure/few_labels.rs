//! Few labels: classifiers on codes and on pixels, as the page's panel computes them.

use std::path::Path;

use anyhow::{Context, Result};
use inkling::model::Model;
use inkling_uses::few_labels::{DRAWS, Method, SIZES, Seen, Study};

use super::Setting;

/// Images encoded at a time, to bound the memory.
const AT_ONCE: usize = 500;

pub(super) fn run(setting: &Setting<'_>) -> Result<()> {
    let other = setting.beside.map(|path| open(path, setting)).transpose()?;
    let models: Vec<&Model> = [Some(setting.model), other.as_ref()].into_iter().flatten().collect();
    let mut study = Study::new(setting.dataset, models.len(), setting.seed, setting.device);
    for (which, model) in models.iter().enumerate() {
        while let (done, total) = study.encode(which, model, AT_ONCE)?
            && done < total
        {}
    }
    println!(
        "accuracy in % on {} held-out digits, mean of {DRAWS} draws of the labelled ones from {} \
         training digits, seed {}; codes: {} latents of {} models",
        study.held_out().count(),
        study.pool().count(),
        setting.seed,
        study.latents().context("all images are encoded")?,
        models.len(),
    );
    print!("{:<32}", "labels a class");
    for size in SIZES {
        print!("{size:>8}");
    }
    println!();
    for method in Method::ALL {
        for seen in Seen::ALL {
            print!("{:<32}", format!("{}, {}", method.name(), seen.name()));
            for size in SIZES {
                let mut sum = 0.0;
                for draw in 0..DRAWS {
                    sum += study.rate(&study.lesson(seen, method, size, draw)?.finish()?)?;
                }
                print!("{:>8.1}", 100.0 * sum / f64::from(DRAWS));
            }
            println!();
        }
    }
    Ok(())
}

fn open(path: &Path, setting: &Setting<'_>) -> Result<Model> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let unusable = || format!("{} cannot be used", path.display());
    Ok(Model::from_file(&bytes, setting.device).with_context(unusable)?.0)
}
