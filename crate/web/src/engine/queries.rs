//! What a page asks a model: samples, reconstructions, interpolations.

use std::pin::Pin;

use inkling::burn::tensor::{Device, Tensor};
use inkling::data::stroke::{Stroke, normalise};
use inkling::data::{Labelled, Split};
use inkling::latent::{self, Path};
use inkling::model::Model;
use inkling::settings::Range;
use inkling::{Field, PIXELS};
use js_sys::{Array, Float32Array, Promise, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::query::{Query, cast};
use super::{Answer, Engine};
use crate::error::Failure;
use crate::types::{self, to_js};

/// Images of the data set in one answer.
pub(crate) const IMAGES: Range = Range::integer(Field::Count, 0, 10_000);
/// Samples in one answer.
pub(crate) const SAMPLES: Range = Range::integer(Field::Count, 1, 4096);
/// Subdivisions of a curve between two points of the pointer: a fast hand leaves few of them.
const SMOOTHING: usize = 4;

/// They answer later and do not hold the engine until then, so that training goes on meanwhile.
#[wasm_bindgen]
impl Engine {
    /// Decoded draws from the prior; of a conditional model with its labels in turn.
    #[wasm_bindgen(unchecked_return_type = "Promise<Decoded>")]
    pub fn samples(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SamplesQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let (count, seed, name) = (query.count(SAMPLES)?, query.seed()?, query.model());
            let (asked, codes) = (self.asked(&query)?, self.codes(name.as_deref()));
            Ok(async move {
                let codes = match codes {
                    None => latent::prior_codes(asked.model.config(), count, seed),
                    Some(codes) => latent::like_codes(codes, count, seed).await?,
                };
                asked.decoded(codes).await
            })
        })
    }

    /// Any codes, decoded.
    #[wasm_bindgen(unchecked_return_type = "Promise<Decoded>")]
    pub fn decode(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DecodeQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let codes = query.array::<Float32Array>("codes")?.to_vec();
            let asked = self.asked(&query)?;
            Ok(async move { asked.decoded(codes).await })
        })
    }

    /// The first held-out images, their labels if there are any, and their reconstructions from the
    /// posterior means. A conditional model takes these labels, or guesses if it does not have
    /// them.
    #[wasm_bindgen(js_name = heldOut, unchecked_return_type = "Promise<Reconstructed>")]
    pub fn held_out(
        &self,
        #[wasm_bindgen(unchecked_param_type = "HeldOutQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let split = &self.data()?.dataset.held_out;
            let count = query.count(IMAGES)?.clamp(1, split.count());
            let picked: Vec<usize> = (0..count).collect();
            let (input, labels) = (pixels_of(split, &picked), labels_of(split, &picked));
            let known = split.labels().map(|all| all[..count].to_vec());
            let asked = self.asked(&query)?;
            Ok(async move {
                let (codes, output) = asked.reconstructed(&input, known).await?;
                to_js(&types::Reconstructed {
                    labels,
                    input: bytes(&input),
                    output: bytes(&output),
                    codes: floats(&codes),
                    indices: indices(&picked),
                })
            })
        })
    }

    /// The posterior means of images, and these decoded.
    #[wasm_bindgen(unchecked_return_type = "Promise<Decoded>")]
    pub fn encode(
        &self,
        #[wasm_bindgen(unchecked_param_type = "EncodeQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let pixels = query.array::<Uint8Array>("pixels")?.to_vec();
            let labels = query.optional::<Uint8Array>("labels")?.map(|labels| labels.to_vec());
            let asked = self.asked(&query)?;
            Ok(async move {
                let (codes, output) = asked.reconstructed(&pixels, labels).await?;
                to_js(&types::Decoded { pixels: bytes(&output), codes: floats(&codes) })
            })
        })
    }

    /// A drawing, normalised as MNIST is, and its reconstruction. A conditional model guesses its
    /// label.
    #[wasm_bindgen(unchecked_return_type = "Promise<DrawnResult>")]
    pub fn draw(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DrawQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let radius = query.number("pen") as f32 / 2.0;
            let strokes = query.array::<Array>("strokes")?;
            let strokes = strokes.iter().map(|stroke| {
                let numbers = cast::<Float32Array>(stroke, "strokes")?.to_vec();
                let points = numbers.chunks_exact(2).map(|p| [p[0], p[1]]);
                Ok(Stroke::new(points, radius).smoothed(SMOOTHING))
            });
            let strokes = strokes.collect::<Result<Vec<_>, Failure>>()?;
            let input = normalise(&strokes).map_or_else(Vec::new, |input| input.to_vec());
            let asked = self.asked(&query)?;
            Ok(async move {
                let (code, output) = match input.is_empty() {
                    true => (vec![], vec![]),
                    false => asked.reconstructed(&input, None).await?,
                };
                to_js(&types::DrawnResult {
                    empty: input.is_empty(),
                    input: bytes(&input),
                    output: bytes(&output),
                    code: floats(&code),
                })
            })
        })
    }

    /// Codes on the way from one to another, decoded.
    #[wasm_bindgen(unchecked_return_type = "Promise<Decoded>")]
    pub fn interpolate(
        &self,
        #[wasm_bindgen(unchecked_param_type = "InterpolateQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let path = Path::named(&query.text("path"))?;
            let [a, b] = ["a", "b"].map(|end| query.array::<Float32Array>(end));
            let frames = query.count(Range::FRAMES)?;
            let (a, b, asked) = (a?.to_vec(), b?.to_vec(), self.asked(&query)?);
            let codes = latent::code_path(asked.model.config(), &a, &b, frames, path)?;
            Ok(async move { asked.decoded(codes).await })
        })
    }
}

/// A promise of what `start` begins.
pub(crate) fn later<F>(start: impl FnOnce() -> Result<F, Failure>) -> Promise
where
    F: Future<Output = Answer> + 'static,
{
    promise(start().map(|answer| Box::pin(answer) as _))
}

/// Not generic: it would be in the module a dozen times.
fn promise(begun: Result<Pin<Box<dyn Future<Output = Answer>>>, Failure>) -> Promise {
    future_to_promise(async move { Ok(begun?.await?) })
}

/// The model that a query asks. It outlives the engine's next model.
pub(crate) struct AskedModel {
    pub(crate) model: Model,
    pub(crate) device: Device,
}

impl AskedModel {
    async fn reconstructed(
        &self,
        pixels: &[u8],
        labels: Option<Vec<u8>>,
    ) -> Result<(Vec<f32>, Vec<u8>), Failure> {
        let Labelled { labels, .. } = self.labelled(pixels, &labels);
        Ok(latent::reconstruct_labelled(&self.model, pixels, labels, &self.device).await?)
    }

    /// The images, with their labels if the model has all of these. It guesses them otherwise.
    pub(super) fn labelled<'a>(
        &self,
        pixels: &'a [u8],
        labels: &'a Option<Vec<u8>>,
    ) -> Labelled<'a> {
        let classes = self.model.config().labels;
        let has = |labels: &&[u8]| labels.iter().all(|&label| usize::from(label) < classes);
        Labelled { pixels, labels: labels.as_deref().filter(has) }
    }

    pub(crate) async fn decoded(&self, codes: Vec<f32>) -> Answer {
        let decoded = latent::decode(&self.model, &codes, &self.device).await?;
        to_js(&types::Decoded { pixels: bytes(&decoded), codes: floats(&codes) })
    }
}

impl Engine {
    pub(crate) fn asked(&self, query: &Query) -> Result<AskedModel, Failure> {
        let model = self.model(query.model().as_deref())?;
        Ok(AskedModel { model, device: self.device.clone() })
    }

    /// The codes that take the place of a prior if the model has no encoder. Pretrained models have
    /// one.
    fn codes(&self, name: Option<&str>) -> Option<Tensor<2>> {
        match name {
            None => self.run.as_ref().and_then(|run| run.inner.trainer.codes()),
            Some(_) => None,
        }
    }
}

/// The grey levels of the images at `picked`, which must be in the split.
pub(crate) fn pixels_of(split: &Split, picked: &[usize]) -> Vec<u8> {
    let all = split.pixels();
    picked.iter().flat_map(|&i| &all[i * PIXELS..][..PIXELS]).copied().collect()
}

/// Their labels, or `null`.
pub(crate) fn labels_of(split: &Split, picked: &[usize]) -> JsValue {
    let labels = split.labels().map(|all| picked.iter().map(|&i| all[i]).collect::<Vec<_>>());
    labels.map_or(JsValue::NULL, |labels| bytes(&labels).into())
}

pub(crate) fn bytes(values: &[u8]) -> Uint8Array {
    values.into()
}

pub(crate) fn floats(values: &[f32]) -> Float32Array {
    values.into()
}

pub(crate) fn indices(picked: &[usize]) -> Uint32Array {
    picked.iter().map(|&i| i as u32).collect::<Vec<_>>().as_slice().into()
}
