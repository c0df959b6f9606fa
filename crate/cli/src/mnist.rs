use std::path::Path;

use anyhow::{Context, Result, bail};
use inkling::data::Dataset;

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
