//! Queries of `inkling_uses::hand`.

use inkling::eval::Classifier;
use inkling::settings::Range;
use inkling::{Field, latent};
use inkling_uses::hand::{self, Tally};
use js_sys::{Float32Array, Float64Array, Promise, Uint8Array};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use crate::Engine;
use crate::engine::queries::{bytes, floats, later, pixels_of};
use crate::engine::query::Query;
use crate::error::Failure;
use crate::types::to_js;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface HandwritingQuery extends Asked {
  /** One image, 784 grey levels. */
  pixels: Uint8Array;
  /** What it is; without it the label is guessed. */
  label?: number | null;
}
export interface WriteQuery extends Asked {
  /** A hand, as `handwriting` gives it. */
  z: Float32Array;
  /** What is to be written. */
  labels: Uint8Array;
  /** 0: all in this very hand; 1: each in anybody's. */
  spread: number;
  seed: number;
}
export interface HandKeptQuery extends Asked {
  /** A file of the digit classifier. */
  classifier: Uint8Array;
  /** Held-out digits, picked with `seed`: from which one on, and how many of them, 1 to 100. */
  first: number;
  count: number;
  seed: number;
  /** Of the digits before `first`. */
  tally?: Float64Array | null;
}
"#;

/// A digit's hand, and every class written in it.
#[derive(Serialize, Tsify)]
struct Handwriting {
    /// `latent` numbers.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float32Array")]
    z: Float32Array,
    /// As given, or the likeliest.
    label: u8,
    /// Of each label, as the model guesses it.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float32Array")]
    probabilities: Float32Array,
    /// Every class, 784 grey levels each.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint8Array")]
    pixels: Uint8Array,
}

/// Images, 784 grey levels each.
#[derive(Serialize, Tsify)]
struct Written {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint8Array")]
    pixels: Uint8Array,
}

/// How well a model keeps a hand, on the digits measured so far.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
struct HandKept {
    /// For the query that goes on from here.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float64Array")]
    tally: Float64Array,
    /// Held-out digits whose hands were read.
    images: usize,
    /// Digits written, each hand as every class, and how many of them are read as wanted.
    written: usize,
    wanted: usize,
    /// Correlations between a digit and what is written in its hand; NaN before there are two.
    slant: f64,
    stroke_width: f64,
}

const FIRST: Range = Range::integer(Field::Count, 0, u32::MAX);
const PART: Range = Range::integer(Field::Count, 1, 100);

#[wasm_bindgen]
impl Engine {
    /// A digit's hand by a conditional model, and every class written in it.
    #[wasm_bindgen(unchecked_return_type = "Promise<Handwriting>")]
    pub fn handwriting(
        &self,
        #[wasm_bindgen(unchecked_param_type = "HandwritingQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let pixels = query.array::<Uint8Array>("pixels")?.to_vec();
            let given = query.has("label").then(|| query.number("label") as u8);
            let asked = self.asked(&query)?;
            Ok(async move {
                let (model, device) = (&asked.model, &asked.device);
                let probabilities = latent::guess(model, &pixels, device).await?;
                let classes: Vec<u8> = (0..probabilities.len() as u8).collect();
                let likelier =
                    |&a: &usize, &b: &usize| probabilities[a].total_cmp(&probabilities[b]);
                let guessed = (0..classes.len()).max_by(likelier).unwrap_or_default() as u8;
                let label = given.unwrap_or(guessed);
                let z = hand::read(model, &pixels, Some(&[label]), device).await?;
                let written = hand::write(model, &z, &classes, device).await?;
                to_js(&Handwriting {
                    z: floats(&z),
                    label,
                    probabilities: floats(&probabilities),
                    pixels: bytes(&written),
                })
            })
        })
    }

    /// Digits in one hand.
    #[wasm_bindgen(unchecked_return_type = "Promise<Written>")]
    pub fn write(
        &self,
        #[wasm_bindgen(unchecked_param_type = "WriteQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let z = query.array::<Float32Array>("z")?.to_vec();
            let labels = query.array::<Uint8Array>("labels")?.to_vec();
            let (spread, seed) = (query.number("spread") as f32, query.seed()?);
            let asked = self.asked(&query)?;
            Ok(async move {
                let hands = hand::varied(&z, labels.len(), spread, seed);
                let written = hand::write(&asked.model, &hands, &labels, &asked.device).await?;
                to_js(&Written { pixels: bytes(&written) })
            })
        })
    }

    /// How well a conditional model keeps the hand of held-out digits, in parts.
    #[wasm_bindgen(js_name = handKept, unchecked_return_type = "Promise<HandKept>")]
    pub fn hand_kept(
        &self,
        #[wasm_bindgen(unchecked_param_type = "HandKeptQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let (first, count) = (FIRST.count(query.number("first"))?, query.count(PART)?);
            let tally = match query.optional::<Float64Array>("tally")? {
                None => Some(Tally::new()),
                Some(numbers) => Tally::from_numbers(&numbers.to_vec()),
            };
            let mut tally = tally
                .ok_or_else(|| Failure::BadArgument("tally is not one of this query".into()))?;
            let classifier = query.array::<Uint8Array>("classifier")?.to_vec();
            let (classifier, _) = Classifier::from_file(&classifier, &self.device)?;
            let split = &self.data()?.dataset.held_out;
            let picked: Vec<usize> =
                split.pick(first + count, query.seed()?).into_iter().skip(first).collect();
            let pixels = pixels_of(split, &picked);
            let asked = self.asked(&query)?;
            // Labels that the model does not know are no help.
            let known = asked.model.config().labels;
            let labels = split.labels().map(|all| picked.iter().map(|&i| all[i]));
            let labels = labels
                .map(Iterator::collect::<Vec<u8>>)
                .filter(|all| all.iter().all(|&label| usize::from(label) < known));
            Ok(async move {
                let (model, device) = (&asked.model, &asked.device);
                if !pixels.is_empty() {
                    let labels = labels.as_deref();
                    hand::measure(model, &classifier, &pixels, labels, device, &mut tally).await?;
                }
                to_js(&HandKept {
                    tally: tally.numbers().as_slice().into(),
                    images: tally.images(),
                    written: tally.written(),
                    wanted: tally.wanted(),
                    slant: tally.slant(),
                    stroke_width: tally.stroke_width(),
                })
            })
        })
    }
}
