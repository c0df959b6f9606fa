//! What a page asks a model: samples, reconstructions, interpolations.

use inkling::burn::tensor::Tensor;
use inkling::data::Split;
use inkling::data::stroke::{Stroke, normalise};
use inkling::latent::{self, Path};
use inkling::model::Model;
use inkling::settings::Range;
use inkling::{Field, PIXELS};
use js_sys::{Array, Float32Array, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

use super::{Answer, Engine, seed_of};
use crate::error::Failure;
use crate::types::{self, to_js};

/// Images of the data set in one answer.
pub(super) const IMAGES: Range = Range::integer(Field::Count, 0, 10_000);
/// Samples in one answer.
const SAMPLES: Range = Range::integer(Field::Count, 1, 4096);
/// Subdivisions of a curve between two points of the pointer: a fast hand leaves few of them.
const SMOOTHING: usize = 4;

#[wasm_bindgen]
impl Engine {
    /// Decoded draws from the prior.
    #[wasm_bindgen(unchecked_return_type = "Decoded")]
    pub async fn samples(&self, count: f64, seed: f64, model: Option<String>) -> Answer {
        let count = SAMPLES.count(count)?;
        let asked = self.model(model.as_deref())?;
        let codes = match self.codes(model.as_deref()) {
            None => latent::prior(count, asked.config().latent, seed_of(seed)?),
            Some(codes) => latent::like_codes(codes, count, seed_of(seed)?).await?,
        };
        self.decoded(&asked, codes).await
    }

    /// Any codes, decoded: a whole number of the model's latents.
    #[wasm_bindgen(unchecked_return_type = "Decoded")]
    pub async fn decode(&self, codes: Vec<f32>, model: Option<String>) -> Answer {
        self.decoded(&self.model(model.as_deref())?, codes).await
    }

    /// The first held-out images, their labels if there are any, and their reconstructions from the
    /// posterior means.
    #[wasm_bindgen(js_name = heldOut, unchecked_return_type = "Reconstructed")]
    pub async fn held_out(&self, count: f64, model: Option<String>) -> Answer {
        let split = &self.data()?.dataset.held_out;
        let count = IMAGES.count(count)?.clamp(1, split.count());
        let picked: Vec<usize> = (0..count).collect();
        let input = pixels_of(split, &picked);
        let (codes, output) = self.reconstruct(&input, model.as_deref()).await?;
        to_js(&types::Reconstructed {
            labels: labels_of(split, &picked),
            input: bytes(&input),
            output: bytes(&output),
            codes: floats(&codes),
            indices: indices(&picked),
        })
    }

    /// The posterior means of images, 784 grey levels each, and these decoded.
    #[wasm_bindgen(unchecked_return_type = "Decoded")]
    pub async fn encode(&self, pixels: Vec<u8>, model: Option<String>) -> Answer {
        let (codes, output) = self.reconstruct(&pixels, model.as_deref()).await?;
        to_js(&types::Decoded { pixels: bytes(&output), codes: floats(&codes) })
    }

    /// A drawing, normalised as MNIST is, and its reconstruction. Strokes are `x, y, x, y, ...`;
    /// `pen` is their width in the same units.
    #[wasm_bindgen(unchecked_return_type = "DrawnResult")]
    pub async fn draw(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Float32Array[]")] strokes: Array,
        pen: f32,
        model: Option<String>,
    ) -> Answer {
        let strokes: Vec<Stroke> = strokes
            .iter()
            .map(|stroke| {
                let numbers = Float32Array::new(&stroke).to_vec();
                let points = numbers.chunks_exact(2).map(|p| [p[0], p[1]]);
                Stroke::new(points, pen / 2.0).smoothed(SMOOTHING)
            })
            .collect();
        let (input, output, code) = match normalise(&strokes) {
            None => (vec![], vec![], vec![]),
            Some(input) => {
                let (code, output) = self.reconstruct(&input, model.as_deref()).await?;
                (input.to_vec(), output, code)
            }
        };
        to_js(&types::DrawnResult {
            empty: input.is_empty(),
            input: bytes(&input),
            output: bytes(&output),
            code: floats(&code),
        })
    }

    /// `frames` latents from `a` to `b`, decoded; `path` is `lerp` or `slerp`.
    #[wasm_bindgen(unchecked_return_type = "Decoded")]
    pub async fn interpolate(
        &self,
        a: Vec<f32>,
        b: Vec<f32>,
        frames: f64,
        path: &str,
        model: Option<String>,
    ) -> Answer {
        let path = Path::named(path)?;
        let codes = latent::path(&a, &b, Range::FRAMES.count(frames)?, path)?;
        self.decoded(&self.model(model.as_deref())?, codes).await
    }
}

impl Engine {
    /// The codes that take the place of a prior if the model has no encoder. Pretrained models have
    /// one.
    fn codes(&self, name: Option<&str>) -> Option<Tensor<2>> {
        match name {
            None => self.run.as_ref().and_then(|run| run.inner.trainer.codes()),
            Some(_) => None,
        }
    }

    async fn reconstruct(
        &self,
        pixels: &[u8],
        model: Option<&str>,
    ) -> Result<(Vec<f32>, Vec<u8>), Failure> {
        let model = self.model(model)?;
        Ok(latent::reconstruct(&model, pixels, &self.device).await?)
    }

    async fn decoded(&self, model: &Model, codes: Vec<f32>) -> Answer {
        let decoded = latent::decode(model, &codes, &self.device).await?;
        to_js(&types::Decoded { pixels: bytes(&decoded), codes: floats(&codes) })
    }
}

/// The grey levels of the images at `picked`, which must be in the split.
pub(super) fn pixels_of(split: &Split, picked: &[usize]) -> Vec<u8> {
    let all = split.pixels();
    picked.iter().flat_map(|&i| &all[i * PIXELS..][..PIXELS]).copied().collect()
}

/// Their labels, or `null`.
pub(super) fn labels_of(split: &Split, picked: &[usize]) -> JsValue {
    let labels = split.labels().map(|all| picked.iter().map(|&i| all[i]).collect::<Vec<_>>());
    labels.map_or(JsValue::NULL, |labels| bytes(&labels).into())
}

pub(super) fn bytes(values: &[u8]) -> Uint8Array {
    values.into()
}

fn floats(values: &[f32]) -> Float32Array {
    values.into()
}

pub(super) fn indices(picked: &[usize]) -> Uint32Array {
    picked.iter().map(|&i| i as u32).collect::<Vec<_>>().as_slice().into()
}
