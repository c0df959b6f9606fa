//! A trained model in one safetensors file, without the optimiser's state: for the page to load,
//! and for measuring.

use std::collections::BTreeMap;

use burn::tensor::Device;
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};

use super::weights::Weights;
use super::{Model, VaeConfig};
use crate::error::{Error, FileError, Result};
use crate::file::{self, Precision};

/// The entry in the metadata, of a checkpoint too.
pub(crate) const KEY: &str = "inkling";
/// Prefixes of what lies beside the weights, in a checkpoint or a file of 8-bit weights.
const BESIDE: [&str; 3] = ["adam.", "codes.", file::SCALE];

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
    pub(super) model: VaeConfig,
    #[serde(default, rename = "record")]
    pub(crate) card: Option<ModelCard>,
    /// If it is not the whole model: which half of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) half: Option<HalfHeader>,
}

/// Of a file with one half of a model.
#[derive(Serialize, Deserialize)]
pub(super) struct HalfHeader {
    pub(super) holds: Half,
    /// Weights of both halves.
    pub(super) parameters: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Half {
    Encoder,
    Decoder,
}

impl Model {
    /// The file that [`from_file`](Self::from_file) reads: configuration and card as JSON in the
    /// metadata, weights under their names. Weights that `precision` cannot hold are a
    /// [`FileError::Unwritable`].
    pub async fn to_file(&self, card: ModelCard, precision: Precision) -> Result<Vec<u8>> {
        let header = Header { model: self.config().clone(), card: Some(card), half: None };
        file::write(KEY, &header, self.weights().await?, precision)
    }

    /// The model in a file of [`to_file`](Self::to_file) or in a checkpoint, for inference, and its
    /// card if the file has one. Any other file is an [`Error::File`]. Takes a few times the file's
    /// size of memory at most.
    pub fn from_file(bytes: &[u8], device: &Device) -> Result<(Self, Option<ModelCard>)> {
        let (Header { model, card, half }, tensors) = file::open(KEY, bytes)?;
        model.validate().map_err(Error::in_file)?;
        if half.is_some() {
            return Err(FileError::OnlyHalf.into());
        }
        let parameters = parameters(&tensors)?;
        model.check_size(&parameters)?;
        let fresh = Model::new(&model, device)?.no_grad();
        Ok((fresh.with_weights(parameters)?, card))
    }
}

/// The weights by name.
pub(super) fn parameters(tensors: &SafeTensors<'_>) -> Result<BTreeMap<String, Weights>> {
    let mut found = BTreeMap::new();
    for (name, view) in tensors.tensors() {
        if !BESIDE.iter().any(|prefix| name.starts_with(prefix)) {
            found.insert(name.clone(), file::weights(&name, &view, tensors)?);
        }
    }
    Ok(found)
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
