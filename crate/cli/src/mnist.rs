use std::path::Path;

use anyhow::{Context, Result, bail};
use inkling::PIXELS;
use inkling::data::{Dataset, Split};

/// How many of the training images [`tuning`] holds back.
const HELD_BACK: usize = 10_000;

/// MNIST from its four files, with or without `.gz`. A missing file is an error that names it.
pub(crate) fn read(folder: &Path) -> Result<Dataset> {
    let read = |name: &str| -> Result<Vec<u8>> {
        for path in [folder.join(format!("{name}.gz")), folder.join(name)] {
            if path.exists() {
                return std::fs::read(&path).with_context(|| format!("reading {}", path.display()));
            }
        }
        bail!("{} has neither {name}.gz nor {name}", folder.display())
    };
    let train = (read("train-images-idx3-ubyte")?, read("train-labels-idx1-ubyte")?);
    let test = (read("t10k-images-idx3-ubyte")?, read("t10k-labels-idx1-ubyte")?);
    Ok(Dataset::from_idx("MNIST", (&train.0, Some(&train.1)), Some((&test.0, Some(&test.1))))?)
}

/// The training images without the last 10,000, and these. Settings are chosen on them, so that
/// none is fitted to the test images. A split of 10,000 images or fewer is an error.
pub(crate) fn tuning(train: &Split) -> Result<(Split, Split)> {
    let Some(first) = train.count().checked_sub(HELD_BACK).filter(|&first| first > 0) else {
        bail!("{} training images are too few to hold {HELD_BACK} back", train.count())
    };
    let (kept, rest) = train.pixels().split_at(first * PIXELS);
    let (kept_labels, rest_labels) = match train.labels().map(|labels| labels.split_at(first)) {
        Some((kept, rest)) => (Some(kept.to_vec()), Some(rest.to_vec())),
        None => (None, None),
    };
    Ok((Split::new(kept.to_vec(), kept_labels)?, Split::new(rest.to_vec(), rest_labels)?))
}
