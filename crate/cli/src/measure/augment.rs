//! More data: what written digits teach, as the page's panel computes it.

use anyhow::Result;
use futures_lite::future::block_on;
use inkling_uses::augment::{DRAWS, Lessons, REAL, WRITTEN, written};
use inkling_uses::few_labels::{Method, Study};

use super::Setting;

pub(super) fn run(setting: &Setting<'_>) -> Result<()> {
    let Setting { model, dataset, seed, device, .. } = *setting;
    let digits = block_on(written(model, 0, WRITTEN, seed, device))?;
    let lessons = Lessons::new(Study::new(dataset, 0, seed, device), digits);
    println!(
        "accuracy in % on {} held-out digits, from pixels, mean of {DRAWS} draws of {REAL} real \
         training digits a class, seed {seed}",
        lessons.held_out(),
    );
    println!("{:<32}{:>12}{:>24}", "classifier", "real alone", format!("and {WRITTEN} written"));
    for method in Method::ALL {
        let mean = |more: bool| -> Result<f64> {
            let all = (0..DRAWS).map(|draw| lessons.accuracy(method, draw, more));
            let sum = all.sum::<inkling::Result<f64>>()?;
            Ok(100.0 * sum / f64::from(DRAWS))
        };
        println!("{:<32}{:>12.1}{:>24.1}", method.name(), mean(false)?, mean(true)?);
    }
    Ok(())
}
