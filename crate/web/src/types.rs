//! What crosses the border. `www/src/protocol.js` describes the same objects to the page.

use js_sys::{Float32Array, Uint8Array, Uint32Array};
use serde::{Deserialize, Serialize};
use tsify::Tsify;
use wasm_bindgen::JsValue;

use crate::error::Failure;
use inkling::data::idx::Content;
use inkling::error::excerpt;
use inkling::settings::Range;
use inkling::train;

/// A network and objective that can be trained.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Preset {
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    /// Layer sizes; `z` stands for the latent size.
    shape: String,
    /// Without an encoder each training image has a free code instead.
    has_encoder: bool,
    latent: usize,
    /// Of a conditional model, as many as a data set has classes, and 10 at least; 0 of any other.
    labels: usize,
    beta: f64,
    learning_rate: f64,
    batch: usize,
    likelihood: Likelihood,
    variance: f64,
    warmup_steps: usize,
    free_bits: f64,
}

/// The distribution of a pixel given the decoder's output.
#[derive(Serialize, Deserialize, Tsify, Clone, Copy)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Likelihood {
    Bernoulli,
    /// Of the fixed `variance`.
    Gaussian,
    /// The decoder gives each pixel's mean and log-variance.
    GaussianLearned,
}

/// The values that a setting may take, both ends included.
#[derive(Serialize, Tsify)]
pub(crate) struct SettingRange {
    min: f64,
    max: f64,
    /// Whether only whole numbers are allowed.
    integer: bool,
}

/// The range of each setting, under its identifier.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SettingRanges {
    latent: SettingRange,
    beta: SettingRange,
    learning_rate: SettingRange,
    batch: SettingRange,
    epochs: SettingRange,
    seed: SettingRange,
    variance: SettingRange,
    warmup_steps: SettingRange,
    free_bits: SettingRange,
    /// Digits to generate.
    count: SettingRange,
    /// Copies of each of a person's own images.
    times: SettingRange,
    /// Of an interpolation, both ends included.
    frames: SettingRange,
}

/// Everything that defines a training run.
#[derive(Serialize, Deserialize, Tsify, Clone)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrainConfig {
    pub(crate) preset: String,
    /// 1 to 256.
    pub(crate) latent: f64,
    /// 0 to 100.
    pub(crate) beta: f64,
    /// 1e-6 to 1.
    pub(crate) learning_rate: f64,
    /// 1 to 1024.
    pub(crate) batch: f64,
    /// 1 to 1000.
    pub(crate) epochs: f64,
    /// 0 to 4294967295.
    pub(crate) seed: f64,
    /// The preset's if absent, as the three below.
    #[tsify(type = "Likelihood")]
    pub(crate) likelihood: Option<Likelihood>,
    /// 1e-4 to 10; ignored unless the likelihood is `gaussian`.
    #[tsify(type = "number")]
    pub(crate) variance: Option<f64>,
    /// Steps over which beta rises, 0 to 10,000,000.
    #[tsify(type = "number")]
    pub(crate) warmup_steps: Option<f64>,
    /// Nats per latent below which the KL is not pushed down, 0 to 10.
    #[tsify(type = "number")]
    pub(crate) free_bits: Option<f64>,
}

/// Settings to change from the next step on; an absent one stays.
#[derive(Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hyperparameters {
    #[tsify(optional)]
    pub(crate) learning_rate: Option<f64>,
    #[tsify(optional)]
    pub(crate) beta: Option<f64>,
    #[tsify(optional)]
    pub(crate) epochs: Option<f64>,
    #[tsify(optional)]
    pub(crate) warmup_steps: Option<f64>,
    #[tsify(optional)]
    pub(crate) free_bits: Option<f64>,
}

/// The model as configured.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelInfo {
    pub(crate) config: TrainConfig,
    /// Trainable numbers.
    pub(crate) parameters: usize,
    pub(crate) latent: usize,
    /// Classes of a conditional model; 0 of any other. A code has `latent + labels` numbers.
    pub(crate) labels: usize,
    pub(crate) steps_per_epoch: usize,
    /// How far a restored run is.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) progress: Option<Progress>,
}

/// A trained model, loaded from a file.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PretrainedInfo {
    /// The preset it was made from.
    preset: &'static str,
    has_encoder: bool,
    title: &'static str,
    shape: String,
    latent: usize,
    /// Classes of a conditional model; 0 of any other. A code has `latent + labels` numbers.
    labels: usize,
    parameters: usize,
    /// How it was trained, if its file says so.
    #[tsify(type = "PretrainedCard | null")]
    record: Option<PretrainedCard>,
}

/// What a pretrained model learned from.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PretrainedCard {
    data: String,
    /// The part of it.
    split: String,
    images: usize,
    epochs: usize,
    /// Negative ELBO of the test images in nats per image, if it was measured.
    #[tsify(type = "number | null")]
    grey: Option<f64>,
}

/// The data set in use.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DatasetInfo {
    /// `generated`, or what was given to `loadIdx`.
    pub(crate) kind: String,
    pub(crate) name: String,
    /// Training images.
    pub(crate) train: usize,
    /// Images that are never trained on.
    pub(crate) held_out: usize,
    /// A person's own images among those to train on, and how often each is there.
    pub(crate) own: usize,
    pub(crate) times: usize,
    pub(crate) labelled: bool,
}

/// What an IDX file holds.
#[derive(Serialize, Tsify)]
pub(crate) struct IdxContent {
    /// Images; else labels.
    images: bool,
    /// How many.
    items: usize,
}

/// How far the generation of digits is.
#[derive(Serialize, Tsify)]
pub(crate) struct Generated {
    pub(crate) done: usize,
    pub(crate) total: usize,
}

/// Mean losses in nats per image.
#[derive(Serialize, Tsify, Clone, Copy)]
pub(crate) struct Losses {
    /// Reconstruction + beta * KL, as optimised.
    total: f64,
    reconstruction: f64,
    kl: f64,
}

/// How far training is.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Progress {
    /// `idle` before the first step, `finished` after the last, `paused` in between.
    #[tsify(type = "'idle' | 'paused' | 'finished'")]
    pub(crate) state: &'static str,
    pub(crate) step: usize,
    pub(crate) total_steps: usize,
    /// Epochs begun; 0 before the first step.
    pub(crate) epoch: usize,
    pub(crate) epochs: usize,
    pub(crate) steps_per_second: f64,
    pub(crate) seconds_left: f64,
    /// Mean over the steps of this call.
    #[tsify(type = "Losses | null")]
    pub(crate) losses: Option<Losses>,
    /// Of held-out images, when it was measured in this call.
    #[tsify(type = "Losses | null")]
    pub(crate) held_out: Option<Losses>,
}

/// Images of the data set, 784 grey levels each.
#[derive(Serialize, Tsify)]
pub(crate) struct Images {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint8Array")]
    pub(crate) pixels: Uint8Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint8Array | null")]
    pub(crate) labels: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint32Array")]
    pub(crate) indices: Uint32Array,
}

/// Codes and their mean images, 784 grey levels each.
#[derive(Serialize, Tsify)]
pub(crate) struct Decoded {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint8Array")]
    pub(crate) pixels: Uint8Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float32Array")]
    pub(crate) codes: Float32Array,
}

/// Images, the codes that stand for them, and the mean images of these.
#[derive(Serialize, Tsify)]
pub(crate) struct Reconstructed {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint8Array")]
    pub(crate) input: Uint8Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint8Array")]
    pub(crate) output: Uint8Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float32Array")]
    pub(crate) codes: Float32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint8Array | null")]
    pub(crate) labels: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint32Array")]
    pub(crate) indices: Uint32Array,
}

/// A drawing as the model sees it, and what the model makes of it; all empty for an empty canvas.
#[derive(Serialize, Tsify)]
pub(crate) struct DrawnResult {
    pub(crate) empty: bool,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint8Array")]
    pub(crate) input: Uint8Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint8Array")]
    pub(crate) output: Uint8Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float32Array")]
    pub(crate) code: Float32Array,
}

impl From<&inkling::model::Preset> for Preset {
    fn from(p: &inkling::model::Preset) -> Self {
        Self {
            name: p.name,
            title: p.title,
            summary: p.summary,
            shape: p.shape(),
            has_encoder: p.has_encoder,
            latent: p.latent,
            labels: p.labels,
            beta: p.beta,
            learning_rate: p.learning_rate,
            batch: p.batch,
            likelihood: p.likelihood.into(),
            variance: p.variance(),
            warmup_steps: p.warmup_steps,
            free_bits: p.free_bits,
        }
    }
}

impl From<inkling::model::Likelihood> for Likelihood {
    fn from(likelihood: inkling::model::Likelihood) -> Self {
        use inkling::model::Likelihood as Of;
        match likelihood {
            Of::Bernoulli => Likelihood::Bernoulli,
            Of::Gaussian { .. } => Likelihood::Gaussian,
            Of::GaussianLearned => Likelihood::GaussianLearned,
        }
    }
}

impl Likelihood {
    /// As the model has it, with the variance in case that it is fixed.
    pub(crate) fn with(self, variance: f64) -> inkling::model::Likelihood {
        use inkling::model::Likelihood as Of;
        match self {
            Likelihood::Bernoulli => Of::Bernoulli,
            Likelihood::Gaussian => Of::Gaussian { variance },
            Likelihood::GaussianLearned => Of::GaussianLearned,
        }
    }
}

impl From<Range> for SettingRange {
    fn from(Range { low, high, integer, .. }: Range) -> Self {
        Self { min: low, max: high, integer }
    }
}

impl SettingRanges {
    pub(crate) fn new() -> Self {
        Self {
            latent: Range::LATENT.into(),
            beta: Range::BETA.into(),
            learning_rate: Range::LEARNING_RATE.into(),
            batch: Range::BATCH.into(),
            epochs: Range::EPOCHS.into(),
            seed: Range::SEED.into(),
            variance: Range::VARIANCE.into(),
            warmup_steps: Range::WARMUP_STEPS.into(),
            free_bits: Range::FREE_BITS.into(),
            count: Range::DIGITS.into(),
            times: Range::TIMES.into(),
            frames: Range::FRAMES.into(),
        }
    }
}

impl PretrainedInfo {
    pub(crate) fn new(
        preset: &'static inkling::model::Preset,
        config: &inkling::model::VaeConfig,
        parameters: usize,
        card: Option<inkling::model::ModelCard>,
    ) -> Self {
        let record = card.map(|card| {
            let inkling::model::ModelCard { data, split, images, epochs, measured, .. } = card;
            PretrainedCard { data, split, images, epochs, grey: measured.map(|m| m.grey) }
        });
        Self {
            preset: preset.name,
            has_encoder: preset.has_encoder,
            title: preset.title,
            shape: preset.shape(),
            latent: config.latent,
            labels: config.labels,
            parameters,
            record,
        }
    }
}

impl From<Content> for IdxContent {
    fn from(content: Content) -> Self {
        match content {
            Content::Images(items) => Self { images: true, items },
            Content::Labels(items) => Self { images: false, items },
        }
    }
}

impl From<train::Losses> for Losses {
    fn from(train::Losses { total, reconstruction, kl }: train::Losses) -> Self {
        Self { total, reconstruction, kl }
    }
}

/// A plain JavaScript object; absent values are `null`.
pub(crate) fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Failure> {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    value.serialize(&serializer).map_err(|e| Failure::Internal(e.to_string()))
}

/// An argument. One of another type is a [`Failure::BadArgument`].
pub(crate) fn from_js<T: serde::de::DeserializeOwned>(value: JsValue) -> Result<T, Failure> {
    serde_wasm_bindgen::from_value(value).map_err(|e| Failure::BadArgument(excerpt(&e.to_string())))
}
