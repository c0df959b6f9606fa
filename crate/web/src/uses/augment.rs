//! Queries of `inkling_uses::augment`: digits that a conditional model writes, as pictures and as
//! files, and what they teach. What takes long is done in parts.

use std::cell::RefCell;

use inkling::settings::Range;
use inkling::{Error, Field};
use inkling_uses::augment::{DRAWS, Format, Lessons, Pack, WRITTEN, written};
use inkling_uses::few_labels::{Digits, Lesson, Method, Study};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::few_labels::{flag, method, whole};
use crate::Engine;
use crate::engine::Answer;
use crate::engine::queries::{bytes, later};
use crate::engine::query::Query;
use crate::engine::reply::object;
use crate::error::Failure;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface AugmentWriteQuery extends Asked {
  /** 1 to 10,000. */
  count: number;
  seed: number;
}
/** Digits that a model wrote. */
export interface AugmentWritten {
  /** 784 grey levels each. */
  pixels: Uint8Array;
  labels: Uint8Array;
}
export interface AugmentPackQuery extends AugmentWriteQuery {
  /** A zip of two IDX files, a zip of PNG files in folders by label, one PNG. */
  format: 'idx' | 'files' | 'sheet';
  /** Begins anew. */
  first: boolean;
}
export interface AugmentPacked {
  /** Digits in the file by now; ask again for more. */
  done: number;
  /** The file, once all are in it. */
  bytes: Uint8Array | null;
}
export interface AugmentPrepareQuery extends Asked {
  /** Draws the real and the written digits. */
  seed: number;
  /** Begins anew. */
  first: boolean;
}
export interface AugmentPrepared {
  /** Written digits by now; ask again for more. */
  done: number;
  /** When there are so many, accuracies can be asked for. */
  total: number;
  /** Draws of the real digits that an accuracy is the mean of. */
  draws: number;
  /** Digits that it is measured on, once all are written. */
  heldOut: number | null;
}
export interface AugmentAccuracyQuery {
  method: 'neighbour' | 'logistic';
  draw: number;
  /** Whether it is taught the written digits too. */
  more: boolean;
}
/** Share of the held-out images; `null`: not yet, ask again. */
export interface AugmentAccuracy { accuracy: number | null }
"#;

/// Digits in one answer, and in one file.
const DIGITS: Range = Range::integer(Field::Count, 1, 10_000);
/// Digits written at a time.
const AT_ONCE: usize = 100;

thread_local! {
    static PACK: RefCell<Option<Pack>> = const { RefCell::new(None) };
    static WRITTEN_YET: RefCell<Digits> =
        const { RefCell::new(Digits { pixels: vec![], labels: None }) };
    static LESSONS: RefCell<Option<Lessons>> = const { RefCell::new(None) };
    /// The classifier that is being taught, and what was asked for it.
    static LESSON: RefCell<Option<(Asked, Lesson)>> = const { RefCell::new(None) };
}

type Asked = (Method, u32, bool);

#[wasm_bindgen]
impl Engine {
    /// Digits that a conditional model writes, its labels in turn.
    #[wasm_bindgen(js_name = augmentWrite, unchecked_return_type = "Promise<AugmentWritten>")]
    pub fn augment_write(
        &self,
        #[wasm_bindgen(unchecked_param_type = "AugmentWriteQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let (count, seed) = (query.count(DIGITS)?, query.seed()?);
            let asked = self.asked(&query)?;
            Ok(async move {
                let digits = written(&asked.model, 0, count, seed, &asked.device).await?;
                let labels = Uint8Array::from(digits.labels.as_deref().unwrap_or_default());
                object(&[("pixels", bytes(&digits.pixels).into()), ("labels", labels.into())])
            })
        })
    }

    /// Writes more digits into a file.
    #[wasm_bindgen(js_name = augmentPack, unchecked_return_type = "Promise<AugmentPacked>")]
    pub fn augment_pack(
        &self,
        #[wasm_bindgen(unchecked_param_type = "AugmentPackQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let (count, seed) = (query.count(DIGITS)?, query.seed()?);
            let name = query.text("format");
            let Some(format) = Format::named(&name) else {
                return Err(Error::unknown_choice(Field::Kind, Format::NAMES, &name).into());
            };
            let (first, asked) = (flag(&query, "first"), self.asked(&query)?);
            Ok(async move {
                let begun = PACK.take().filter(|_| !first);
                let mut pack = begun.unwrap_or_else(|| Pack::new(format));
                let some = AT_ONCE.min(count.saturating_sub(pack.done()));
                pack.add(&written(&asked.model, pack.done(), some, seed, &asked.device).await?)?;
                let done = pack.done();
                let file = match done < count {
                    true => {
                        PACK.set(Some(pack));
                        JsValue::NULL
                    }
                    false => bytes(&pack.finish()?).into(),
                };
                object(&[("done", done.into()), ("bytes", file)])
            })
        })
    }

    /// Writes more of the digits that classifiers will be taught, and in the end draws the real
    /// ones from the data set.
    #[wasm_bindgen(js_name = augmentPrepare, unchecked_return_type = "Promise<AugmentPrepared>")]
    pub fn augment_prepare(
        &self,
        #[wasm_bindgen(unchecked_param_type = "AugmentPrepareQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let (seed, first, asked) = (query.seed()?, flag(&query, "first"), self.asked(&query)?);
            let mut digits = WRITTEN_YET.take();
            if first {
                digits = Digits { pixels: vec![], labels: None };
            }
            let last = digits.count() + AT_ONCE >= WRITTEN;
            let study = last.then(|| self.real(seed)).transpose()?;
            Ok(async move {
                let (done, device) = (digits.count(), &asked.device);
                let some = AT_ONCE.min(WRITTEN - done.min(WRITTEN));
                let more = written(&asked.model, done, some, seed, device).await?;
                digits.pixels.extend(more.pixels);
                digits.labels.get_or_insert_default().extend(more.labels.unwrap_or_default());
                let done = digits.count();
                let held_out = match study {
                    None => {
                        WRITTEN_YET.set(digits);
                        JsValue::NULL
                    }
                    Some(study) => {
                        let lessons = Lessons::new(study, digits);
                        let held_out = lessons.held_out().into();
                        LESSON.set(None);
                        LESSONS.set(Some(lessons));
                        held_out
                    }
                };
                object(&[
                    ("done", done.into()),
                    ("total", WRITTEN.into()),
                    ("draws", DRAWS.into()),
                    ("heldOut", held_out),
                ])
            })
        })
    }

    /// The accuracy of a classifier that is taught a few real digits, alone or with the written
    /// ones. One that learns in parts learns the next one.
    #[wasm_bindgen(js_name = augmentAccuracy, unchecked_return_type = "AugmentAccuracy")]
    pub fn augment_accuracy(
        &self,
        #[wasm_bindgen(unchecked_param_type = "AugmentAccuracyQuery")] query: JsValue,
    ) -> Answer {
        let query = Query(query);
        let draw = whole(&query, "draw", u32::MAX)? as u32;
        let asked = (method(&query)?, draw, flag(&query, "more"));
        LESSONS.with_borrow(|lessons| {
            let none = || Failure::Internal("no digits have been written".into());
            let lessons = lessons.as_ref().ok_or_else(none)?;
            let mut lesson = match LESSON.take() {
                Some((known, lesson)) if known == asked => lesson,
                _ => lessons.lesson(asked.0, asked.1, asked.2)?,
            };
            let accuracy = match lesson.learn()? {
                Some(reading) => lessons.rate(&reading)?.into(),
                None => {
                    LESSON.set(Some((asked, lesson)));
                    JsValue::NULL
                }
            };
            object(&[("accuracy", accuracy)])
        })
    }
}

impl Engine {
    /// The real digits.
    fn real(&self, seed: u32) -> Result<Study, Failure> {
        Ok(Study::new(&self.data()?.dataset, 0, seed, &self.device))
    }
}
