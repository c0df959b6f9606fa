//! Queries of `inkling_uses::anomalies`: what digits, and what is none, costs in nats.

use inkling::settings::Range;
use inkling::{Error, Field};
use inkling_uses::scribbles::{self, Kind};
use inkling_uses::{anomalies, compress};
use js_sys::{Float32Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::Engine;
use crate::engine::queries::{bytes, floats, later, pixels_of};
use crate::engine::query::Query;
use crate::engine::reply::object;
use crate::error::Failure;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A part of many images: `part` of them, from number `first` on. */
export interface Part {
  seed: number;
  /** How many there are in all, 1 to 10,000. */
  count: number;
  first: number;
  part: number;
}
/** Held-out images, `count` that are picked at random, or images that are no digits. */
export type AnomalyKind = 'heldOut' | 'letters' | 'scribbles' | 'shapes';
export interface NotDigitsQuery extends Part {
  kind: Exclude<AnomalyKind, 'heldOut'>;
}
export interface AnomalyScoresQuery extends Asked, Part {
  kind: AnomalyKind;
}
export interface AnomalyScores {
  /** Negative ELBO of each image of the part in nats. */
  scores: Float32Array;
  /** Bits of each image, binarised, as a PNG without its headers: how complex it is. */
  png: Float32Array;
  /** All images, of which these are a part: `count`, or all that there are if they are fewer. */
  total: number;
}
export interface AnomalyQuery extends Asked {
  /** One image, 784 grey levels. */
  pixels: Uint8Array;
}
/** What one image costs, in nats. */
export interface Anomaly {
  /** The negative ELBO, as in {@link AnomalyScores}: `kl` and the sum of `nats`. */
  total: number;
  kl: number;
  /** Minus the log-likelihood of each pixel. */
  nats: Float32Array;
}
export interface AurocQuery {
  /** Scores of images that belong. */
  inside: Float32Array;
  /** Scores of images that do not. */
  outside: Float32Array;
}
"#;

/// Images in all.
pub(super) const COUNT: Range = Range::integer(Field::Count, 1, 10_000);
/// Draws from each posterior.
const DRAWS: usize = anomalies::DRAWS;

#[wasm_bindgen]
impl Engine {
    /// Images that are no digits, 784 grey levels each.
    #[wasm_bindgen(js_name = notDigits)]
    pub fn not_digits(
        &self,
        #[wasm_bindgen(unchecked_param_type = "NotDigitsQuery")] query: JsValue,
    ) -> Result<Uint8Array, Failure> {
        let query = Query(query);
        let (part, kind) = (Part::of(&query)?, query.text("kind"));
        let kind = Kind::named(&kind).ok_or_else(|| unknown(&kind))?;
        Ok(bytes(&part.drawn(kind)))
    }

    /// The negative ELBO of each image of a part.
    #[wasm_bindgen(js_name = anomalyScores, unchecked_return_type = "Promise<AnomalyScores>")]
    pub fn anomaly_scores(
        &self,
        #[wasm_bindgen(unchecked_param_type = "AnomalyScoresQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let (part, kind) = (Part::of(&query)?, query.text("kind"));
            let (pixels, total) = match (kind.as_str(), Kind::named(&kind)) {
                ("heldOut", _) => self.held_out_part(&part)?,
                (_, Some(kind)) => (part.drawn(kind), part.count),
                (name, None) => return Err(unknown(name)),
            };
            let asked = self.asked(&query)?;
            Ok(async move {
                let scores = match pixels.is_empty() {
                    true => vec![],
                    false => anomalies::scores(&asked.model, &pixels, DRAWS, &asked.device).await?,
                };
                object(&[
                    ("scores", floats(&scores).into()),
                    ("png", floats(&compress::complexity(&pixels)?).into()),
                    ("total", total.into()),
                ])
            })
        })
    }

    /// What one image costs, and where.
    #[wasm_bindgen(unchecked_return_type = "Promise<Anomaly>")]
    pub fn anomaly(
        &self,
        #[wasm_bindgen(unchecked_param_type = "AnomalyQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let pixels = query.array::<Uint8Array>("pixels")?.to_vec();
            let asked = self.asked(&query)?;
            Ok(async move {
                let cost = anomalies::cost(&asked.model, &pixels, DRAWS, &asked.device).await?;
                object(&[
                    ("total", cost.total().into()),
                    ("kl", cost.kl.into()),
                    ("nats", floats(&cost.pixels).into()),
                ])
            })
        })
    }

    /// How often a score from `outside` is higher than one from `inside`. NaN if one is empty.
    pub fn auroc(
        &self,
        #[wasm_bindgen(unchecked_param_type = "AurocQuery")] query: JsValue,
    ) -> Result<f64, Failure> {
        let query = Query(query);
        let [inside, outside] = ["inside", "outside"].map(|name| query.array::<Float32Array>(name));
        Ok(anomalies::auroc(&inside?.to_vec(), &outside?.to_vec()))
    }
}

/// A part of many images.
pub(super) struct Part {
    seed: u32,
    pub(super) count: usize,
    first: usize,
    part: usize,
}

impl Part {
    pub(super) fn of(query: &Query) -> Result<Self, Failure> {
        let (seed, count) = (query.seed()?, query.count(COUNT)?);
        // A cast takes NaN and what is negative to 0.
        let [first, part] = ["first", "part"].map(|name| query.number(name) as usize);
        let first = first.min(count);
        Ok(Self { seed, count, first, part: part.min(count - first) })
    }

    fn drawn(&self, kind: Kind) -> Vec<u8> {
        scribbles::draw(kind, self.seed, self.first as u32, self.part)
    }
}

impl Engine {
    /// The part of the held-out images that are picked, and how many these are in all.
    pub(super) fn held_out_part(&self, part: &Part) -> Result<(Vec<u8>, usize), Failure> {
        let split = &self.data()?.dataset.held_out;
        let picked = split.pick(part.count, part.seed);
        let total = picked.len();
        let last = total.min(part.first + part.part);
        Ok((pixels_of(split, &picked[part.first.min(last)..last]), total))
    }
}

fn unknown(kind: &str) -> Failure {
    Error::unknown_choice(Field::Kind, Kind::ALL.map(Kind::name), kind).into()
}
