//! A classifier in one safetensors file: weights as 16-bit floats under their names, and how it came about as JSON in the metadata.

use std::collections::BTreeMap;

use burn::tensor::Device;
use half::f16;
use serde::{Deserialize, Serialize};

use super::{Classifier, ClassifierConfig};
use crate::Result;
use crate::file::{self, Precision, refused};
use crate::model::weights;

/// The record's place in the metadata.
const KEY: &str = "inkling-classifier";

/// Where a classifier comes from and how well it reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierRecord {
    /// Name of the data set.
    pub data: String,
    /// The part of it that it learned from.
    pub trained_on: String,
    /// Images in that.
    pub trained_images: usize,
    /// How it was trained.
    pub config: ClassifierConfig,
    /// The part of the data set that it was measured on, and never trained on.
    pub tested_on: String,
    /// Images in that.
    pub tested_images: usize,
    /// How many of these it reads rightly, with the numbers that are in the file.
    pub tested_right: usize,
}

impl ClassifierRecord {
    /// The part of the test images that it reads rightly, 0 to 1.
    pub fn accuracy(&self) -> f64 {
        self.tested_right as f64 / self.tested_images as f64
    }

    /// Settings out of their range, no test image, more read rightly than there were, or names that are none, are an error.
    fn validate(&self) -> Result<()> {
        self.config.validate().map_err(refused)?;
        // They are printed: a terminal must not take orders from a file.
        let named = |name: &String| name.len() <= 100 && !name.contains(char::is_control);
        if ![&self.data, &self.trained_on, &self.tested_on].into_iter().all(named) {
            return Err(refused(
                "its record names data in over 100 bytes, or with control characters",
            ));
        }
        match self.tested_right <= self.tested_images && self.tested_images > 0 {
            true => Ok(()),
            false => Err(refused(format!(
                "its record says that it read {} of {} images",
                self.tested_right, self.tested_images
            ))),
        }
    }
}

impl Classifier {
    /// The file that [`from_file`](Self::from_file) reads, with every weight as the nearest 16-bit float: a classifier that is measured for its
    /// record is [`rounded`](Self::rounded) first. A record that cannot be true, or a weight beyond 16-bit floats (65,504), is an error.
    pub async fn to_file(&self, record: &ClassifierRecord) -> Result<Vec<u8>> {
        record.validate()?;
        file::write(KEY, record, weights::read(self).await?, Precision::Half)
    }

    /// The classifier that [`to_file`](Self::to_file) wrote, and its record. Anything else than such a file is an
    /// [`Error::Checkpoint`](crate::Error::Checkpoint), and costs no more memory than a few times the file's size.
    pub fn from_file(bytes: &[u8], device: &Device) -> Result<(Self, ClassifierRecord)> {
        let (record, tensors) = file::open::<ClassifierRecord>(KEY, bytes)?;
        record.validate()?;
        let mut parameters = BTreeMap::new();
        for (name, view) in tensors.tensors() {
            parameters.insert(name.clone(), file::numbers(&name, &view)?);
        }
        Ok((weights::write(Self::new(0, device), parameters)?, record))
    }

    /// The same with every weight rounded to the nearest 16-bit float, as a file holds it.
    pub async fn rounded(self) -> Result<Self> {
        let mut weights = weights::read(&self).await?;
        for x in weights.values_mut().flat_map(|w| &mut w.values) {
            *x = f16::from_f32(*x).to_f32();
        }
        weights::write(self, weights)
    }
}
