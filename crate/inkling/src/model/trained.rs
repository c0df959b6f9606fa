//! A trained model in one safetensors file, without what training on would need: for the page to
//! ship, and for measuring.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::weights::{self, Weights};
use super::{Vae, VaeConfig};
use crate::error::FileError;
use crate::file::{self, Precision};
use crate::{Error, Result};

/// The metadata's entry, of a checkpoint's too.
pub(crate) const KEY: &str = "inkling";
/// What a checkpoint has beside the weights.
const BESIDE: [&str; 2] = ["adam.", "codes."];

/// How a model came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Name of the data set.
    pub data: String,
    /// The part of it that was trained on.
    pub split: String,
    /// Images in that.
    pub images: usize,
    /// Epochs trained.
    pub epochs: usize,
    /// Images in a batch.
    pub batch: usize,
    /// Adam's learning rate at its peak.
    pub learning_rate: f64,
    /// Share of each batch whose pixels were drawn anew, 0 or 1 with the grey level as probability.
    pub binarised: f64,
    /// The command that trains it, with the name of the data set for its folder.
    pub command: String,
    /// How good it came out, if that was measured.
    pub measured: Option<Measured>,
}

/// A model's quality on images that it was not trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The part of the data set.
    pub split: String,
    /// Images in that.
    pub images: usize,
    /// Negative ELBO in nats per image, grey levels as probabilities, one draw from each posterior;
    /// with the weights that are in the file.
    pub grey: f64,
}

/// What a trained model's file says of it; a checkpoint says more, and has no record.
#[derive(Serialize, Deserialize)]
pub(crate) struct Header {
    model: VaeConfig,
    #[serde(default)]
    pub(crate) record: Option<Record>,
}

impl Vae {
    /// The file that [`from_file`](Self::from_file) reads: configuration and record as JSON in its
    /// metadata, weights under their names. Weights that it cannot hold are an error.
    pub async fn to_file(&self, record: Record, precision: Precision) -> Result<Vec<u8>> {
        let header = Header { model: self.config().clone(), record: Some(record) };
        file::write(KEY, &header, weights::read(self).await?, precision)
    }

    /// The model in a file of [`to_file`](Self::to_file) or in a checkpoint, without a graph, and
    /// how it came about, if the file says so. Anything else is an
    /// [`Error::File`], and costs no more memory than a few times the file's
    /// size.
    pub fn from_file(bytes: &[u8], device: &Device) -> Result<(Self, Option<Record>)> {
        let (Header { model, record }, tensors) = file::open(KEY, bytes)?;
        model.validate().map_err(Error::in_file)?;
        let mut parameters = BTreeMap::<String, Weights>::new();
        for (name, view) in tensors.tensors() {
            if !BESIDE.iter().any(|prefix| name.starts_with(prefix)) {
                parameters.insert(name.clone(), file::numbers(&name, &view)?);
            }
        }
        model.held_by(&parameters)?;
        let vae = Vae::new(&model, device)?.no_grad();
        Ok((weights::write(vae, parameters)?, record))
    }
}

impl VaeConfig {
    /// That the file holds as many weights as this model has at least, before anything of that size
    /// is made; else an error.
    pub(crate) fn held_by(&self, parameters: &BTreeMap<String, Weights>) -> Result<()> {
        let held: usize = parameters.values().map(|w| w.values.len()).sum();
        match held >= self.least_weights() {
            true => Ok(()),
            false => Err(FileError::TooSmall.into()),
        }
    }
}
