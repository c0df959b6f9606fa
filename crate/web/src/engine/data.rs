//! The data set: generated digits, files, a person's own images.

use inkling::data::idx::Reader;
use inkling::data::{DataError, Dataset, Generation, Split};
use inkling::settings::Range;
use inkling::train::DeviceData;
use inkling::{Error, Field};
use wasm_bindgen::prelude::*;

use super::queries::{IMAGES, bytes, indices, labels_of, pixels_of};
use super::query::Query;
use super::{Answer, Data, Engine, seed_of};
use crate::clock::now_ms;
use crate::error::Failure;
use crate::types::{self, to_js};

/// Digits between two looks at the clock.
const AT_ONCE: usize = 50;

/// Takes an IDX file of images or labels, gzipped or not, chunk by chunk. A file that is none, or
/// holds too much, is refused with the code `data` as soon as that shows. A refused file keeps no
/// memory, and one that is only checked never has any.
#[wasm_bindgen]
pub struct IdxReader(Reader);

#[wasm_bindgen]
impl IdxReader {
    /// Keeps the items for `loadIdx`.
    pub fn keeping() -> Self {
        Self(Reader::keeping())
    }

    /// Tells what a file holds, and whether it is whole, and keeps nothing of it.
    pub fn checking() -> Self {
        Self(Reader::checking())
    }

    /// Takes the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        Ok(self.0.push(bytes)?)
    }

    /// What the file holds, after its last byte. The reader cannot be used after that.
    #[wasm_bindgen(unchecked_return_type = "IdxContent")]
    pub fn finish(self) -> Answer {
        to_js(&types::IdxContent::from(self.0.finish()?.content))
    }
}

#[wasm_bindgen]
impl Engine {
    /// Begins to generate `count` digits (60 to 600,000), of which every sixth is held out.
    #[wasm_bindgen(js_name = beginGenerated)]
    pub fn begin_generated(&mut self, count: f64, seed: f64) -> Result<(), Failure> {
        let count = Range::DIGITS.count(count)?;
        self.generation = Some(Generation::new(count, seed_of(seed)?)?);
        Ok(())
    }

    /// Generates for about `budget_ms`. Fails if `beginGenerated` was not called.
    #[wasm_bindgen(js_name = continueGenerated, unchecked_return_type = "Generated")]
    pub fn continue_generated(&mut self, budget_ms: f64) -> Answer {
        let generation = self.generation.as_mut().ok_or(Failure::NotGenerating)?;
        let end = now_ms() + budget_ms;
        loop {
            generation.advance(AT_ONCE);
            if generation.done() >= generation.total() || now_ms() >= end {
                break;
            }
        }
        to_js(&types::Generated { done: generation.done(), total: generation.total() })
    }

    /// Makes the generated digits the data set. A model must then be configured anew.
    #[wasm_bindgen(js_name = finishGenerated, unchecked_return_type = "DatasetInfo")]
    pub fn finish_generated(&mut self) -> Answer {
        let own = self.own.take();
        let generation = self.generation.take().ok_or(Failure::NotGenerating)?;
        self.replace("generated", generation.finish()?, own)
    }

    /// Adds a person's own images, 784 grey levels and a label each, to the training images of the
    /// next data set, `times` copies of each (1 to 1000) and at most 100,000 in all. Held-out
    /// images stay as they are.
    #[wasm_bindgen(js_name = mixIn)]
    pub fn mix_in(&mut self, pixels: Vec<u8>, labels: Vec<u8>, times: f64) -> Result<(), Failure> {
        let times = Range::TIMES.count(times)?;
        self.own = Some((Split::new(pixels, Some(labels))?, times));
        Ok(())
    }

    /// Whether the next data set is refused if its images have no labels, which a conditional model
    /// needs.
    #[wasm_bindgen(js_name = requireLabels)]
    pub fn require_labels(&mut self, required: bool) {
        self.labels_required = required;
    }

    /// Makes the content of IDX files the data set: images and labels to train on, then images and
    /// labels to hold out. Without held-out images the last tenth of the training images is held
    /// out. `kind` comes back in the answer. A model must then be configured anew. The readers are
    /// used up, and files that are cut short or do not belong together are an error.
    #[wasm_bindgen(js_name = loadIdx, unchecked_return_type = "DatasetInfo")]
    pub fn load_idx(
        &mut self,
        kind: String,
        name: String,
        train_images: IdxReader,
        train_labels: Option<IdxReader>,
        held_out_images: Option<IdxReader>,
        held_out_labels: Option<IdxReader>,
    ) -> Answer {
        let own = self.own.take();
        let train = split(train_images, train_labels)?;
        let held_out = held_out_images.map(|images| split(images, held_out_labels)).transpose()?;
        self.replace(&kind, Dataset::with_held_out(name, train, held_out)?, own)
    }

    /// Random images of a split, the same ones for the same seed.
    #[wasm_bindgen(js_name = sampleImages, unchecked_return_type = "Images")]
    pub fn sample_images(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SampleImagesQuery")] query: JsValue,
    ) -> Answer {
        let (query, data) = (Query(query), self.data()?);
        let split = match query.text("split").as_str() {
            "train" => &data.dataset.train,
            "heldOut" => &data.dataset.held_out,
            other => {
                let splits = ["train", "heldOut"];
                return Err(Error::unknown_choice(Field::Split, splits, other).into());
            }
        };
        let picked = split.pick(query.count(IMAGES)?, query.seed()?);
        to_js(&types::Images {
            pixels: bytes(&pixels_of(split, &picked)),
            labels: labels_of(split, &picked),
            indices: indices(&picked),
        })
    }
}

fn split(images: IdxReader, labels: Option<IdxReader>) -> Result<Split, DataError> {
    let labels = labels.map(|labels| labels.0.finish()?.labels()).transpose()?;
    Split::new(images.0.finish()?.images()?.pixels, labels)
}

impl Engine {
    fn replace(&mut self, kind: &str, dataset: Dataset, own: Option<(Split, usize)>) -> Answer {
        let (own_count, times) = own.as_ref().map_or((0, 0), |(own, times)| (own.count(), *times));
        let dataset = match own {
            Some((own, times)) => dataset.mixed(&own, times)?,
            None => dataset,
        };
        let unlabelled = |split: &Split| split.labels().is_none();
        let bare = [&dataset.train, &dataset.held_out].into_iter().any(unlabelled);
        if std::mem::take(&mut self.labels_required) && bare {
            return Err(Error::NeedsLabels.into());
        }
        let info = types::DatasetInfo {
            kind: kind.into(),
            name: dataset.name.clone(),
            train: dataset.train.count(),
            held_out: dataset.held_out.count(),
            labelled: dataset.train.labels().is_some(),
            own: own_count,
            times,
        };
        let uploaded = DeviceData::new(&dataset, &self.device);
        self.data = Some(Data { dataset, uploaded });
        (self.run, self.generation) = (None, None);
        // The old images and weights are large: back to the device's pool with them.
        self.device.memory_cleanup();
        to_js(&info)
    }
}
