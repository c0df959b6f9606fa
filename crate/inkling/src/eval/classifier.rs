//! A digit classifier, used in two ways. Trained on generated digits and tested on MNIST it rates
//! the digit generator. Trained on MNIST and kept in a file it rates what a VAE writes, on the
//! page, too.

mod file;

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::activation::{log_softmax, softmax};
use burn::tensor::grid::affine_grid_2d;
use burn::tensor::ops::GridSampleOptions;
use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

pub use file::ClassifierRecord;

use super::confusion::{Confusion, DIGITS};
use crate::data::{DeviceImages, shuffled};
use crate::device::{read, read_flat};
use crate::kernels::{Activation, conv, dense};
use crate::model::Init;
use crate::settings::Range;
use crate::train::Adam;
use crate::{DataError, Error, Result, SIDE};

/// Images classified at a time, to bound the memory.
const CHUNK: usize = 1000;

/// Channels of the two convolutions, and the size of the dense layer after them.
const CHANNELS: [usize; 2] = [16, 32];
const HIDDEN: usize = 64;

/// Two convolutions of stride 2, a dense layer, and a score for each digit: 28x28 - 16 - 32 - 64 -
/// 10.
#[derive(Module, Debug)]
pub struct Classifier {
    first: Conv2d,
    second: Conv2d,
    hidden: Linear,
    output: Linear,
}

/// How a classifier is trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClassifierConfig {
    /// Images in a batch, 1 to 1024, or all images if there are fewer.
    pub batch: usize,
    /// Epochs, 1 to 1000.
    pub epochs: usize,
    /// Adam's learning rate at the start, 1e-6 to 1; it falls linearly to 0.
    pub learning_rate: f64,
    /// How strongly each image is rotated, scaled, sheared and moved each time it is seen, 0 to
    /// 0.5: the largest difference between an entry of its 2x3 affine matrix, over coordinates in
    /// -1..1, and the identity.
    pub distortion: f64,
    /// Seed of the weights, the order of the images and their distortions.
    pub seed: u32,
}

/// A classifier's view of some images.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings {
    /// The last hidden layer, [`Classifier::FEATURES`] numbers for each image, none below 0.
    pub features: Vec<f32>,
    /// Probabilities of the digits 0 to 9 for each image.
    pub probabilities: Vec<f32>,
}

impl Default for ClassifierConfig {
    fn default() -> Self {
        Self { batch: 128, epochs: 4, learning_rate: 2e-3, distortion: 0.0, seed: 1 }
    }
}

impl Classifier {
    /// Numbers in the last hidden layer.
    pub const FEATURES: usize = HIDDEN;

    /// An untrained classifier. The same seed gives the same weights on every device.
    pub fn new(seed: u32, device: &Device) -> Self {
        let mut init = Init::new(seed, device);
        let [first, second] = CHANNELS;
        Self {
            first: init.conv_like_torch(1, first, 2),
            second: init.conv_like_torch(first, second, 2),
            hidden: init.linear(second * (SIDE / 4) * (SIDE / 4), HIDDEN),
            output: init.linear(HIDDEN, DIGITS),
        }
    }

    /// Trains a new classifier with Adam on softmax cross-entropy. Calls `on_epoch` with each
    /// epoch's number, from 1, and its mean loss in nats. The same seed gives the same classifier
    /// on the CPU device.
    ///
    /// # Errors
    /// A setting out of range, no image, not one label for each image, a label above 9, divergence.
    pub async fn train(
        config: &ClassifierConfig,
        images: &DeviceImages,
        labels: &[u8],
        mut on_epoch: impl FnMut(usize, f64),
    ) -> Result<Self> {
        config.validate()?;
        check_labels(images, labels)?;
        let device = images.device();
        let batch = config.batch.min(labels.len());
        let per_epoch = labels.len() / batch;
        let total = config.epochs * per_epoch;
        let mut classifier = Self::new(config.seed, &device.clone().autodiff());
        let mut adam = Adam::default();
        let mut rng = ChaCha8Rng::seed_from_u64(config.seed.into());
        for epoch in 0..config.epochs {
            let order = shuffled(labels.len(), u64::from(config.seed) << 32 | epoch as u64);
            let mut sum: Option<Tensor<1>> = None;
            // The few images that are left over have their turn in another epoch's order.
            for chosen in order.chunks_exact(batch) {
                let indices: Vec<i32> = chosen.iter().map(|&i| i as i32).collect();
                let chosen: Vec<u8> = chosen.iter().map(|&i| labels[i as usize]).collect();
                let mut batch = images.gather(Tensor::from_data(vector(indices), &device));
                if config.distortion > 0.0 {
                    batch = distorted(batch, config.distortion as f32, &mut rng);
                }
                let loss = classifier.loss(batch.autodiff(), &chosen);
                let gradients = loss.backward();
                let rate =
                    config.learning_rate * (1.0 - adam.steps() as f64 / total as f64).max(0.0);
                classifier = adam.step(rate, classifier, gradients);
                let loss = loss.without_autodiff();
                sum = Some(sum.map_or(loss.clone(), |sum| sum + loss));
            }
            let sum = match sum {
                Some(sum) => read(sum).await?.into_iter().map(f64::from).sum::<f64>(),
                None => 0.0,
            };
            if !sum.is_finite() {
                return Err(Error::Diverged);
            }
            on_epoch(epoch + 1, sum / per_epoch as f64);
        }
        Ok(classifier.valid())
    }

    /// Scores before the softmax: `[batch, 784]` with grey levels in 0..=1 to `[batch, 10]`.
    pub fn logits(&self, images: Tensor<2>) -> Tensor<2> {
        self.scores(self.features(images))
    }

    /// The last hidden layer after its ReLU: `[batch, 784]` with grey levels in 0..=1 to `[batch,
    /// 64]`.
    pub fn features(&self, images: Tensor<2>) -> Tensor<2> {
        let [batch, _] = images.dims();
        let field = images.reshape([batch, 1, SIDE, SIDE]);
        let relu = Activation::Relu;
        let maps = conv(&self.second, conv(&self.first, field, None, relu), None, relu);
        dense(&self.hidden, maps.flatten(1, 3), relu)
    }

    /// The scores before the softmax, from the last hidden layer.
    fn scores(&self, features: Tensor<2>) -> Tensor<2> {
        dense(&self.output, features, Activation::None)
    }

    /// Features and probabilities of all `images`. No image is an [`Error::TooFewImages`].
    pub async fn readings(&self, images: &DeviceImages) -> Result<Readings> {
        let mut all = Readings { features: vec![], probabilities: vec![] };
        for start in (0..images.count()).step_by(CHUNK) {
            let features = self.features(images.slice(start, CHUNK));
            let probabilities = softmax(self.scores(features.clone()), 1);
            let both = vec![features.flatten(0, 1), probabilities.flatten(0, 1)];
            let mut both = read_flat(both).await?.into_iter();
            all.features.extend(both.next().unwrap_or_default());
            all.probabilities.extend(both.next().unwrap_or_default());
        }
        match images.count() {
            0 => Err(Error::TooFewImages { expected: 1, found: 0 }),
            _ => Ok(all),
        }
    }

    /// The digit, 0 to 9, that each image is classified as.
    pub async fn digits(&self, images: &DeviceImages) -> Result<Vec<u8>> {
        let mut read_as = Vec::with_capacity(images.count());
        for start in (0..images.count()).step_by(CHUNK) {
            let scores = read(self.logits(images.slice(start, CHUNK))).await?;
            read_as.extend(scores.chunks_exact(DIGITS).map(|scores| {
                let best = (0..DIGITS).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
                best.unwrap_or_default() as u8
            }));
        }
        Ok(read_as)
    }

    /// The classified digits against the labels. Errors as in [`train`](Self::train).
    pub async fn confusion(&self, images: &DeviceImages, labels: &[u8]) -> Result<Confusion> {
        check_labels(images, labels)?;
        let mut confusion = Confusion::default();
        for (&label, read_as) in labels.iter().zip(self.digits(images).await?) {
            confusion.add(label, read_as.into());
        }
        Ok(confusion)
    }

    /// Mean cross-entropy of `[batch, 784]` images and their labels, `[1]`, in nats.
    fn loss(&self, images: Tensor<2>, labels: &[u8]) -> Tensor<1> {
        let device = images.device();
        let mut wanted = vec![0f32; labels.len() * DIGITS];
        for (row, &label) in wanted.chunks_exact_mut(DIGITS).zip(labels) {
            row[usize::from(label)] = 1.0;
        }
        let wanted =
            Tensor::<2>::from_data(TensorData::new(wanted, [labels.len(), DIGITS]), &device);
        -(log_softmax(self.logits(images), 1) * wanted).sum() / labels.len() as f64
    }
}

impl ClassifierConfig {
    /// Checks every field. The [`Error::Range`] names the field.
    pub fn validate(&self) -> Result<()> {
        Range::BATCH.check_count(self.batch)?;
        Range::EPOCHS.check_count(self.epochs)?;
        Range::DISTORTION.check(self.distortion)?;
        Range::LEARNING_RATE.check(self.learning_rate)
    }
}

/// `[batch, 784]` images, each under its own random affine map: see
/// [`ClassifierConfig::distortion`].
fn distorted(images: Tensor<2>, most: f32, rng: &mut ChaCha8Rng) -> Tensor<2> {
    const IDENTITY: [f32; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let [batch, _] = images.dims();
    let maps = (0..batch).flat_map(|_| IDENTITY.map(|x| x + rng.random_range(-most..=most)));
    let maps = TensorData::new(maps.collect::<Vec<_>>(), [batch, 2, 3]);
    let shape = [batch, 1, SIDE, SIDE];
    let grid = affine_grid_2d(Tensor::from_data(maps, &images.device()), shape);
    let bilinear = GridSampleOptions::default().with_align_corners(true);
    images.reshape(shape).grid_sample_2d(grid, bilinear).flatten(1, 3)
}

fn vector(numbers: Vec<i32>) -> TensorData {
    let count = numbers.len();
    TensorData::new(numbers, [count])
}

fn check_labels(images: &DeviceImages, labels: &[u8]) -> Result<()> {
    let count = images.count();
    if count == 0 {
        return Err(Error::TooFewImages { expected: 1, found: 0 });
    }
    if labels.len() != count {
        return Err(DataError::CountMismatch { images: count, labels: labels.len() }.into());
    }
    match labels.iter().find(|&&label| usize::from(label) >= DIGITS) {
        Some(&value) => Err(Error::NotADigit { value }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;
    use crate::data::digits::{self, Generated, HELD_OUT};
    use crate::device::cpu;

    fn upload(digits: &Generated) -> DeviceImages {
        DeviceImages::new(&digits.images, &cpu())
    }

    #[test]
    fn learns_generated_digits_and_repeats_itself() {
        let (train, test) = (digits::generate(1, 0, 1500), digits::generate(1, HELD_OUT, 500));
        let config = ClassifierConfig { batch: 50, ..Default::default() };
        let run = || {
            let mut losses = vec![];
            let images = upload(&train);
            let note = |_: usize, loss: f64| losses.push(loss);
            let trained =
                block_on(Classifier::train(&config, &images, &train.labels, note)).unwrap();
            let confusion = block_on(trained.confusion(&upload(&test), &test.labels)).unwrap();
            (losses, confusion)
        };
        let (losses, confusion) = run();
        assert_eq!(losses.len(), config.epochs);
        assert!(losses[3] < 0.5 * losses[0], "{losses:?}");
        assert_eq!(confusion.count(), 500);
        assert!(confusion.accuracy() > 0.8, "{}", confusion.accuracy());
        assert_eq!(run(), (losses, confusion));
    }

    #[test]
    fn distorted_images_are_the_same_ones_elsewhere() {
        let made = digits::generate(2, 0, 40).images;
        let images = DeviceImages::new(&made, &cpu()).slice(0, 40);
        let under = |most: f32| {
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            block_on(read(distorted(images.clone(), most, &mut rng))).unwrap()
        };
        let before = block_on(read(images.clone())).unwrap();
        let apart = |after: &[f32]| {
            let differences = before.iter().zip(after).map(|(a, b)| (a - b).abs());
            differences.sum::<f32>() / before.iter().sum::<f32>()
        };
        assert!(apart(&under(1e-6)) < 1e-3, "next to nothing: {}", apart(&under(1e-6)));
        let (small, large) = (apart(&under(0.03)), apart(&under(0.2)));
        assert!(0.01 < small && 1.5 * small < large, "{small} {large}");
        // Scaled up as often as down, and little ink leaves the field.
        let ink = under(0.1).iter().sum::<f32>() / before.iter().sum::<f32>();
        assert!((0.9..1.1).contains(&ink), "{ink}");
    }

    #[test]
    fn bad_labels_and_settings_are_refused() {
        let Generated { images, mut labels } = digits::generate(1, 0, 20);
        let images = DeviceImages::new(&images, &cpu());
        let good = ClassifierConfig { epochs: 1, ..Default::default() };
        let train = |config: &ClassifierConfig, labels: &[u8]| {
            block_on(Classifier::train(config, &images, labels, |_, _| ()))
        };
        assert!(train(&good, &labels).is_ok());
        assert!(train(&good, &[]).is_err());
        assert!(train(&good, &labels[1..]).is_err());
        assert!(train(&ClassifierConfig { batch: 0, ..good }, &labels).is_err());
        assert!(train(&ClassifierConfig { epochs: 0, ..good }, &labels).is_err());
        assert!(train(&ClassifierConfig { learning_rate: f64::NAN, ..good }, &labels).is_err());
        assert!(train(&ClassifierConfig { distortion: 0.6, ..good }, &labels).is_err());

        let untrained = Classifier::new(1, &cpu());
        assert!(block_on(untrained.confusion(&images, &labels[..19])).is_err());
        labels[3] = 10;
        assert!(train(&good, &labels).is_err());
        assert!(block_on(untrained.confusion(&images, &labels)).is_err());
    }
}
