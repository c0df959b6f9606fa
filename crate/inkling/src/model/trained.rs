//! A trained model in one safetensors file, without the optimiser's state: for the page to load,
//! and for measuring.

use std::collections::BTreeMap;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::weights::Weights;
use super::{Model, VaeConfig};
use crate::error::{Error, FileError, Result};
use crate::file::{self, Precision};

/// The entry in the metadata, of a checkpoint too.
pub(crate) const KEY: &str = "inkling";
/// Prefixes of what a checkpoint has beside the weights.
const BESIDE: [&str; 2] = ["adam.", "codes."];

/// How a model was trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Name of the data set.
    pub data: String,
    /// The split that it was trained on.
    pub split: String,
    /// Images in that split.
    pub images: usize,
    /// Epochs trained.
    pub epochs: usize,
    /// Images in a batch.
    pub batch: usize,
    /// Adam's highest learning rate.
    pub learning_rate: f64,
    /// Share of each batch that was dynamically binarised.
    pub binarised: f64,
    /// The command that trains it, with the name of the data set in place of its folder.
    pub command: String,
    /// How good it is, if that was measured.
    pub measured: Option<TestMetrics>,
}

/// A model's quality on images that it was not trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestMetrics {
    /// The split of the data set.
    pub split: String,
    /// Images in that split.
    pub images: usize,
    /// Negative ELBO in nats per image with the weights as they are in the file: grey levels as
    /// probabilities, one draw from each posterior.
    pub grey: f64,
}

/// The metadata of a trained model. A checkpoint's has more fields, and no card.
#[derive(Serialize, Deserialize)]
pub(crate) struct Header {
    model: VaeConfig,
    #[serde(default, rename = "record")]
    pub(crate) card: Option<ModelCard>,
}

impl Model {
    /// The file that [`from_file`](Self::from_file) reads: configuration and card as JSON in the
    /// metadata, weights under their names. Weights that `precision` cannot hold are a
    /// [`FileError::Unwritable`].
    pub async fn to_file(&self, card: ModelCard, precision: Precision) -> Result<Vec<u8>> {
        let header = Header { model: self.config().clone(), card: Some(card) };
        file::write(KEY, &header, self.weights().await?, precision)
    }

    /// The model in a file of [`to_file`](Self::to_file) or in a checkpoint, for inference, and its
    /// card if the file has one. Any other file is an [`Error::File`]. Takes a few times the file's
    /// size of memory at most.
    pub fn from_file(bytes: &[u8], device: &Device) -> Result<(Self, Option<ModelCard>)> {
        let (Header { model, card }, tensors) = file::open(KEY, bytes)?;
        model.validate().map_err(Error::in_file)?;
        let mut parameters = BTreeMap::<String, Weights>::new();
        for (name, view) in tensors.tensors() {
            if !BESIDE.iter().any(|prefix| name.starts_with(prefix)) {
                parameters.insert(name.clone(), file::numbers(&name, &view)?);
            }
        }
        model.check_size(&parameters)?;
        let fresh = Model::new(&model, device)?.no_grad();
        Ok((fresh.with_weights(parameters)?, card))
    }
}

impl VaeConfig {
    /// Rejects a file too small for the model it describes, before allocating memory for it.
    pub(crate) fn check_size(&self, parameters: &BTreeMap<String, Weights>) -> Result<()> {
        let held: usize = parameters.values().map(|w| w.values.len()).sum();
        match held >= self.min_parameters() {
            true => Ok(()),
            false => Err(FileError::TooSmall.into()),
        }
    }
}
