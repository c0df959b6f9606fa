//! The objects that queries take.

use inkling::settings::Range;
use js_sys::Reflect;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use crate::error::Failure;

#[wasm_bindgen(typescript_custom_section)]
const QUERIES: &str = r#"
/** Which model is asked: the pretrained one of that name; without it, the one in training. */
export interface Asked { model?: string | undefined }
export interface SamplesQuery extends Asked {
  /** 1 to 4096. */
  count: number;
  seed: number;
}
export interface DecodeQuery extends Asked {
  /** A whole number of codes, `latent + labels` numbers each: those of labels are weights. */
  codes: Float32Array;
}
export interface HeldOutQuery extends Asked {
  /** 1 to 10,000; all held-out images if there are fewer. */
  count: number;
}
export interface EncodeQuery extends Asked {
  /** A whole number of images, 784 grey levels each. */
  pixels: Uint8Array;
  /** Of each image. A conditional model guesses what is not given, or not among its own. */
  labels?: Uint8Array | null | undefined;
}
export interface DrawQuery extends Asked {
  /** `x, y, x, y, ...` each. */
  strokes: Float32Array[];
  /** Width of the strokes in the same units. */
  pen: number;
}
export interface InterpolateQuery extends Asked {
  /** The code that frame 0 decodes. */
  a: Float32Array;
  /** The code that the last frame decodes. */
  b: Float32Array;
  /** 2 to 1000. */
  frames: number;
  /** Of the latents. Weights of labels blend. */
  path: 'lerp' | 'slerp';
}
export interface ContinueQuery extends Asked {
  /** 1 to 1024. */
  batch: number;
  /** 1 to 1000. */
  epochs: number;
  learningRate: number;
  /** The model's own if absent. */
  beta?: number | undefined;
  seed: number;
  /** A conditional model gets more classes, up to 64, that start as the mean of its own. */
  labels?: number | undefined;
}
export interface SampleImagesQuery {
  split: 'train' | 'heldOut';
  /** Up to 10,000; all images of the split if there are fewer. */
  count: number;
  seed: number;
}
"#;

/// An object from JavaScript whose properties are read one by one, with fewer bytes of wasm than by
/// serde.
pub(crate) struct Query(pub(crate) JsValue);

impl Query {
    /// The property, `undefined` if there is none.
    fn get(&self, name: &str) -> JsValue {
        Reflect::get(&self.0, &name.into()).unwrap_or_default()
    }

    /// A number; NaN for anything else, which every [`Range`] refuses.
    pub(crate) fn number(&self, name: &str) -> f64 {
        self.get(name).as_f64().unwrap_or(f64::NAN)
    }

    /// A whole number within `range`, under the name of its field.
    pub(crate) fn count(&self, range: Range) -> Result<usize, Failure> {
        Ok(range.count(self.number(range.field.name()))?)
    }

    /// A seed.
    pub(crate) fn seed(&self) -> Result<u32, Failure> {
        Ok(self.count(Range::SEED)? as u32)
    }

    /// A string; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> String {
        self.get(name).as_string().unwrap_or_default()
    }

    /// The name of the model that is asked, if it is a pretrained one.
    pub(crate) fn model(&self) -> Option<String> {
        self.get("model").as_string()
    }

    /// The label of an image, if it is given and can be one.
    pub(super) fn label(&self) -> Option<u8> {
        let label = self.number("label");
        (label == f64::from(label as u8)).then_some(label as u8)
    }

    /// Whether there is such a property.
    pub(crate) fn has(&self, name: &str) -> bool {
        let value = self.get(name);
        !value.is_undefined() && !value.is_null()
    }

    /// As [`array`](Self::array), or nothing if there is no such property.
    pub(crate) fn optional<T: JsCast>(&self, name: &str) -> Result<Option<T>, Failure> {
        if self.has(name) { self.array(name).map(Some) } else { Ok(None) }
    }

    /// An array of the type `T`; anything else is a [`Failure::BadArgument`].
    pub(crate) fn array<T: JsCast>(&self, name: &str) -> Result<T, Failure> {
        cast(self.get(name), name)
    }
}

/// `value` as a `T`; of another type it is a [`Failure::BadArgument`] that says so of `name`.
pub(crate) fn cast<T: JsCast>(value: JsValue, name: &str) -> Result<T, Failure> {
    value.dyn_into().map_err(|_| Failure::BadArgument(format!("{name} has the wrong type")))
}
