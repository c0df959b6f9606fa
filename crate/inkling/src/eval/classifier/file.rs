//! A classifier in one safetensors file: weights as 16-bit floats under their names, and in the
//! metadata its card as JSON.

use std::collections::BTreeMap;

use burn::tensor::Device;
use half::f16;
use serde::{Deserialize, Serialize};

use super::{Classifier, ClassifierConfig};
use crate::error::FileError;
use crate::file::{self, Precision};
use crate::model::weights;
use crate::{Error, Result};

/// The card's entry in the metadata.
const KEY: &str = "inkling-classifier";

/// How a classifier was trained, and how well it classifies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierRecord {
    /// Name of the data set.
    pub data: String,
    /// The split that it was trained on.
    pub trained_on: String,
    /// Images in that split.
    pub trained_images: usize,
    /// How it was trained.
    pub config: ClassifierConfig,
    /// The split that it was tested on and never trained on.
    pub tested_on: String,
    /// Images in that split.
    pub tested_images: usize,
    /// How many of these it classifies correctly, with the weights as they are in the file.
    pub tested_right: usize,
}

impl ClassifierRecord {
    /// The share of the test images that it classifies correctly, 0 to 1.
    pub fn accuracy(&self) -> f64 {
        self.tested_right as f64 / self.tested_images as f64
    }

    /// Refuses settings out of range, impossible counts, and names that are too long or hold
    /// control characters: they are printed, and a terminal must not take orders from a file.
    fn validate(&self) -> Result<()> {
        self.config.validate().map_err(Error::in_file)?;
        let named = |name: &String| name.len() <= 100 && !name.contains(char::is_control);
        if ![&self.data, &self.trained_on, &self.tested_on].into_iter().all(named) {
            return Err(FileError::BadRecord.into());
        }
        match self.tested_right <= self.tested_images && self.tested_images > 0 {
            true => Ok(()),
            false => Err(FileError::BadRecord.into()),
        }
    }
}

impl Classifier {
    /// The file that [`from_file`](Self::from_file) reads, with every weight as the nearest 16-bit
    /// float. Measure a classifier for its record after [`rounded`](Self::rounded). Refuses a
    /// record that cannot be true and a weight beyond 16-bit floats (65,504).
    pub async fn to_file(&self, record: &ClassifierRecord) -> Result<Vec<u8>> {
        record.validate()?;
        file::write(KEY, record, weights::read(self).await?, Precision::Half)
    }

    /// The classifier that [`to_file`](Self::to_file) wrote, and its record. Any other file is an
    /// [`Error::File`]. Takes a few times the file's size of memory at most.
    pub fn from_file(bytes: &[u8], device: &Device) -> Result<(Self, ClassifierRecord)> {
        let (record, tensors) = file::open::<ClassifierRecord>(KEY, bytes)?;
        record.validate()?;
        let mut parameters = BTreeMap::new();
        for (name, view) in tensors.tensors() {
            parameters.insert(name.clone(), file::numbers(&name, &view)?);
        }
        Ok((weights::write(Self::new(0, device), parameters)?, record))
    }

    /// The same with every weight rounded to the nearest 16-bit float, as in a file.
    pub async fn rounded(self) -> Result<Self> {
        let mut weights = weights::read(&self).await?;
        for x in weights.values_mut().flat_map(|w| &mut w.values) {
            *x = f16::from_f32(*x).to_f32();
        }
        weights::write(self, weights)
    }
}
