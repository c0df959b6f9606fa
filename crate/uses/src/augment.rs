//! More data: labelled digits that a conditional model writes, and what they teach a classifier.
//!
//! What such a model knows of digits it has from the labelled images that it was trained on.
//! Written digits carry that knowledge to a classifier that has seen only a handful of real ones;
//! they add nothing that nobody knew.

mod pack;
mod zip;

pub use pack::{Format, Pack};

use inkling::burn::tensor::{Device, Tensor};
use inkling::latent;
use inkling::model::Model;
use inkling::{Error, PIXELS, Result};

use crate::few_labels::{Digits, Lesson, Method, Seen, Study, matrix};

/// Real digits of each class that the classifier is taught.
pub const REAL: usize = 10;
/// Written digits that it is taught beside them.
pub const WRITTEN: usize = 1000;
/// Draws of the real digits that an accuracy is the mean of.
pub const DRAWS: u32 = 5;

/// The digits `first..first + count` that a conditional model writes for a seed: mean images of
/// codes from the prior, its labels in turn. Digit `i` depends on the seed and on `i` alone.
///
/// # Errors
/// The model is not conditional ([`Error::NotConditional`]).
pub async fn written(
    model: &Model,
    first: usize,
    count: usize,
    seed: u32,
    device: &Device,
) -> Result<Digits> {
    let config = model.config();
    if config.labels == 0 {
        return Err(Error::NotConditional);
    }
    let codes = latent::prior_codes(config, first + count, seed);
    let codes = &codes[first * config.code_size()..];
    let pixels = match count {
        0 => vec![],
        _ => latent::decode(model, codes, device).await?,
    };
    let labels = (first..first + count).map(|i| (i % config.labels) as u8).collect();
    Ok(Digits { pixels, labels: Some(labels) })
}

/// Real digits to learn from and to measure on, and the written ones.
#[derive(Debug)]
pub struct Lessons {
    study: Study,
    written: Digits,
    rows: Tensor<2>,
}

impl Lessons {
    /// The real digits are those of `study`.
    pub fn new(study: Study, written: Digits) -> Self {
        let grey = written.pixels.iter().map(|&p| f32::from(p) / 255.0);
        let rows = matrix(grey.collect(), PIXELS, study.device());
        Self { study, rows, written }
    }

    /// How many digits the accuracy is measured on.
    pub fn held_out(&self) -> usize {
        self.study.held_out().count()
    }

    /// A classifier to be taught [`REAL`] digits of each class of that draw and, if `more`, the
    /// written ones, and to read the held-out digits.
    ///
    /// # Errors
    /// Data without labels, or with fewer digits of a class.
    pub fn lesson(&self, method: Method, draw: u32, more: bool) -> Result<Lesson> {
        if self.study.pool().labels.is_none() {
            return Err(Error::NeedsLabels);
        }
        let places = self.study.drawn(REAL, draw)?;
        let mut labels = self.study.labels_at(&places)?;
        let mut rows = self.study.rows(Seen::Pixels, &places)?;
        if more {
            rows = Tensor::cat(vec![rows, self.rows.clone()], 0);
            labels.extend(self.written.labels.iter().flatten());
        }
        let unknown = self.study.held_out_rows(Seen::Pixels)?;
        Lesson::new(method, Seen::Pixels.penalty(), (rows, &labels), unknown)
    }

    /// The accuracy of a classifier that has been taught.
    ///
    /// # Errors
    /// The held-out digits have no labels, or an error of the lesson.
    pub fn accuracy(&self, method: Method, draw: u32, more: bool) -> Result<f64> {
        self.study.rate(&self.lesson(method, draw, more)?.finish()?)
    }

    /// The share of the held-out digits that were read as they are.
    ///
    /// # Errors
    /// They have no labels.
    pub fn rate(&self, read: &crate::few_labels::Reading) -> Result<f64> {
        self.study.rate(read)
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;
    use inkling::data::Generation;
    use inkling::device::cpu;
    use inkling::model::Preset;

    use super::*;

    fn untrained() -> Model {
        let preset = Preset::named("conditional").expect("a preset");
        Model::new(&preset.config(4, 1.0, 1), &cpu()).expect("valid")
    }

    fn write(first: usize, count: usize, seed: u32) -> Digits {
        block_on(written(&untrained(), first, count, seed, &cpu())).expect("written")
    }

    #[test]
    fn labels_come_in_turn_and_parts_are_those_of_the_whole() {
        let whole = write(0, 25, 7);
        assert_eq!(whole.count(), 25);
        let labels = whole.labels.as_deref().expect("labels");
        assert!(labels.iter().enumerate().all(|(i, &label)| usize::from(label) == i % 10));
        let part = write(12, 9, 7);
        assert_eq!(part.pixels, whole.pixels[12 * PIXELS..21 * PIXELS]);
        assert_eq!(part.labels.as_deref(), Some(&labels[12..21]));
        assert_ne!(write(0, 25, 8).pixels, whole.pixels);
        assert_eq!(write(3, 0, 7).count(), 0);
    }

    #[test]
    fn a_model_without_labels_is_refused() {
        let preset = Preset::named("classic").expect("a preset");
        let plain = Model::new(&preset.config(4, 1.0, 1), &cpu()).expect("valid");
        assert!(block_on(written(&plain, 0, 10, 1, &cpu())).is_err());
    }

    /// Held-out digits themselves stand in for digits that a perfect model would write.
    #[test]
    fn what_is_added_is_learned() {
        let data = Generation::new(2400, 3).expect("valid").finish().expect("digits");
        let more = Digits::of(&data.held_out, 300, 9);
        let none = Digits { pixels: vec![], labels: Some(vec![]) };
        let of = |written: Digits| Lessons::new(Study::new(&data, 0, 1, &cpu()), written);
        for method in Method::ALL {
            let accuracy =
                |lessons: &Lessons, more| lessons.accuracy(method, 0, more).expect("rate");
            let (with, without) = (of(more.clone()), of(none.clone()));
            let alone = accuracy(&with, false);
            assert_eq!(alone, accuracy(&without, true), "nothing was added");
            assert!(accuracy(&with, true) > alone + 0.02, "{method:?}: {alone}");
        }
    }
}
