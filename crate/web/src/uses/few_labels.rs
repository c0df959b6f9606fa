//! Queries of `inkling_uses::few_labels`: a study is begun, its images are encoded a few at a time,
//! then classifiers are taught, each a part at a time.

use std::cell::RefCell;

use inkling_uses::few_labels::{DRAWS, Digits, Lesson, Method, Reading, Seen, Study};
use js_sys::{Reflect, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

use crate::Engine;
use crate::engine::Answer;
use crate::engine::queries::{bytes, indices};
use crate::engine::query::Query;
use crate::engine::reply::object;
use crate::error::Failure;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface LabelsBeginQuery {
  /** Models that will encode the images. */
  models: number;
  /** Draws the images. */
  seed: number;
}
/** The digits of a study: those to learn from, and those to measure on. */
export interface LabelsBegun {
  /** 784 grey levels each. */
  pool: Uint8Array;
  poolLabels: Uint8Array | null;
  heldOut: Uint8Array;
  heldOutLabels: Uint8Array | null;
  /** Labels a class that the pool allows; empty without labels. */
  sizes: Uint32Array;
  /** Draws of the labelled digits that an accuracy is the mean of. */
  draws: number;
}
export interface LabelsEncodeQuery extends Asked {
  /** Number of the model in the study. */
  which: number;
  /** Encodes so many more images. */
  count: number;
}
export interface LabelsEncoded {
  done: number;
  total: number;
  /** How many numbers the classifiers see, once all models have encoded all images. */
  latents: number | null;
}
export interface LabelsDrawnQuery {
  /** Labels a class. */
  size: number;
  draw: number;
}
export interface LabelsAccuracyQuery extends LabelsDrawnQuery {
  seen: 'codes' | 'pixels';
  method: 'neighbour' | 'logistic';
}
/** Share of the held-out images; `null`: not yet, ask again. */
export interface LabelsAccuracy { accuracy: number | null }
export interface LabelsTaughtQuery {
  method: 'neighbour' | 'logistic';
  /** Images of the pool. */
  places: Uint32Array;
  /** A label for each. */
  labels: Uint8Array;
  /** Another image of the pool, to be read too. */
  next: number;
}
/** What a classifier makes of the images that it was not taught. */
export interface LabelsTaught {
  /** A label for each held-out image. */
  heldOut: Uint8Array;
  /** Without labels `null`. */
  accuracy: number | null;
  next: number;
  /** The probability of `next`; `null` of a nearest neighbour. */
  certainty: number | null;
}
"#;

thread_local! {
    static STUDY: RefCell<Option<Study>> = const { RefCell::new(None) };
    /// The classifier that is being taught, and what was asked for it.
    static LESSON: RefCell<Option<(Asked, Lesson)>> = const { RefCell::new(None) };
}

type Asked = (Seen, Method, usize, u32);

#[wasm_bindgen]
impl Engine {
    /// Draws the images of a new study from the data set.
    #[wasm_bindgen(js_name = labelsBegin, unchecked_return_type = "LabelsBegun")]
    pub fn labels_begin(
        &self,
        #[wasm_bindgen(unchecked_param_type = "LabelsBeginQuery")] query: JsValue,
    ) -> Answer {
        let query = Query(query);
        let (models, seed) = (whole(&query, "models", 8)?, query.seed()?);
        let study = Study::new(&self.data()?.dataset, models, seed, &self.device);
        let reply = object(&[
            ("pool", bytes(&study.pool().pixels).into()),
            ("poolLabels", labels(study.pool())),
            ("heldOut", bytes(&study.held_out().pixels).into()),
            ("heldOutLabels", labels(study.held_out())),
            ("sizes", indices(&study.sizes()).into()),
            ("draws", DRAWS.into()),
        ])?;
        LESSON.set(None);
        STUDY.set(Some(study));
        Ok(reply)
    }

    /// Has a model encode more images of the study.
    #[wasm_bindgen(js_name = labelsEncode, unchecked_return_type = "LabelsEncoded")]
    pub fn labels_encode(
        &self,
        #[wasm_bindgen(unchecked_param_type = "LabelsEncodeQuery")] query: JsValue,
    ) -> Answer {
        let query = Query(query);
        let (which, count) = (whole(&query, "which", 8)?, whole(&query, "count", 10_000)?);
        let asked = self.asked(&query)?;
        STUDY.with_borrow_mut(|study| {
            let study = begun(study.as_mut())?;
            let (done, total) = study.encode(which, &asked.model, count)?;
            let latents = study.latents().map_or(JsValue::NULL, JsValue::from);
            object(&[("done", done.into()), ("total", total.into()), ("latents", latents)])
        })
    }

    /// Places in the pool of the labelled digits of a draw, class by class.
    #[wasm_bindgen(js_name = labelsDrawn, unchecked_return_type = "Uint32Array")]
    pub fn labels_drawn(
        &self,
        #[wasm_bindgen(unchecked_param_type = "LabelsDrawnQuery")] query: JsValue,
    ) -> Answer {
        let (size, draw) = drawn(&Query(query))?;
        STUDY.with_borrow(|study| Ok(indices(&begun(study.as_ref())?.drawn(size, draw)?).into()))
    }

    /// The accuracy of a classifier that is taught the labelled digits of a draw. One that learns
    /// in parts learns the next one.
    #[wasm_bindgen(js_name = labelsAccuracy, unchecked_return_type = "LabelsAccuracy")]
    pub fn labels_accuracy(
        &self,
        #[wasm_bindgen(unchecked_param_type = "LabelsAccuracyQuery")] query: JsValue,
    ) -> Answer {
        let query = Query(query);
        let (seen, method, (size, draw)) = (seen(&query)?, method(&query)?, drawn(&query)?);
        STUDY.with_borrow(|study| {
            let study = begun(study.as_ref())?;
            let asked = (seen, method, size, draw);
            let mut lesson = match LESSON.take() {
                Some((known, lesson)) if known == asked => lesson,
                _ => study.lesson(seen, method, size, draw)?,
            };
            let accuracy = match lesson.learn()? {
                Some(reading) => study.rate(&reading)?.into(),
                None => {
                    LESSON.set(Some((asked, lesson)));
                    JsValue::NULL
                }
            };
            object(&[("accuracy", accuracy)])
        })
    }

    /// What a classifier reads that sees codes and was taught these images of the pool.
    #[wasm_bindgen(js_name = labelsTaught, unchecked_return_type = "LabelsTaught")]
    pub fn labels_taught(
        &self,
        #[wasm_bindgen(unchecked_param_type = "LabelsTaughtQuery")] query: JsValue,
    ) -> Answer {
        let query = Query(query);
        let places = query.array::<Uint32Array>("places")?.to_vec();
        let places: Vec<usize> = places.into_iter().map(|place| place as usize).collect();
        let labels = query.array::<Uint8Array>("labels")?.to_vec();
        let (next, method) = (whole(&query, "next", u32::MAX)?, method(&query)?);
        STUDY.with_borrow(|study| {
            let study = begun(study.as_ref())?;
            let lesson = study.taught(Seen::Codes, method, &places, &labels, Some(next))?;
            let Reading { labels: mut read, certainty } = lesson.finish()?;
            // The last one is `next`.
            let guess = read.pop();
            let certainty = certainty.and_then(|all| all.last().copied());
            let accuracy = study.held_out().labels.as_deref().map(|labels| {
                let right = read.iter().zip(labels).filter(|(found, label)| found == label);
                right.count() as f64 / labels.len() as f64
            });
            object(&[
                ("heldOut", bytes(&read).into()),
                ("accuracy", accuracy.map_or(JsValue::NULL, JsValue::from)),
                ("next", guess.map_or(JsValue::NULL, JsValue::from)),
                ("certainty", certainty.map_or(JsValue::NULL, JsValue::from)),
            ])
        })
    }
}

fn begun<T>(study: Option<T>) -> Result<T, Failure> {
    study.ok_or_else(|| Failure::Internal("no study has begun".into()))
}

fn labels(digits: &Digits) -> JsValue {
    digits.labels.as_deref().map_or(JsValue::NULL, |labels| Uint8Array::from(labels).into())
}

fn drawn(query: &Query) -> Result<(usize, u32), Failure> {
    Ok((whole(query, "size", 10_000)?, whole(query, "draw", u32::MAX)? as u32))
}

fn seen(query: &Query) -> Result<Seen, Failure> {
    let name = query.text("seen");
    let known = Seen::ALL.into_iter().find(|seen| seen.name() == name);
    known.ok_or_else(|| Failure::BadArgument("seen is codes or pixels".into()))
}

/// The classifier that the query names.
pub(super) fn method(query: &Query) -> Result<Method, Failure> {
    let name = query.text("method");
    let known = Method::ALL.into_iter().find(|method| method.name() == name);
    known.ok_or_else(|| Failure::BadArgument("method is neighbour or logistic".into()))
}

/// A whole number from 0 to `most`.
pub(super) fn whole(query: &Query, name: &str, most: u32) -> Result<usize, Failure> {
    let value = query.number(name);
    match (0.0..=f64::from(most)).contains(&value) && value.fract() == 0.0 {
        true => Ok(value as usize),
        false => Err(Failure::BadArgument(format!("{name} is a whole number up to {most}"))),
    }
}

/// Whether the property is there and true.
pub(super) fn flag(query: &Query, name: &str) -> bool {
    Reflect::get(&query.0, &name.into()).is_ok_and(|value| value.is_truthy())
}
