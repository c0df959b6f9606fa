//! Queries of `inkling_uses::finish`.

use inkling_uses::finish::{Effort, Way, finish};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::Engine;
use crate::engine::queries::{bytes, floats, later};
use crate::engine::query::Query;
use crate::engine::reply::object;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface FinishQuery extends Asked {
  /** One image, 784 grey levels. */
  pixels: Uint8Array;
  /** 784 bytes, 0 for a pixel that is hidden. */
  visible: Uint8Array;
  /** Codes from which the search starts, 1 to 64. Without it as many as take a moment. */
  starts?: number;
  /** Of the starts that are drawn from the prior. */
  seed: number;
}
/** Different ways to finish an image, the most likely first. */
export interface Finished {
  /** Their mean images, 784 grey levels each. */
  pixels: Uint8Array;
  /** Their codes. */
  codes: Float32Array;
  /** The label that each was sought with; `null` if the model has no labels. */
  labels: Uint8Array | null;
  /** Minus the log-likelihood of the visible pixels, in nats, of each. */
  visible: Float32Array;
  /** `|z|^2 / 2` in nats, of each. */
  prior: Float32Array;
  /** How likely each is, of all of them: their sum is 1. */
  share: Float32Array;
}
"#;

#[wasm_bindgen]
impl Engine {
    /// Different ways to finish an image of which some pixels are hidden.
    #[wasm_bindgen(unchecked_return_type = "Promise<Finished>")]
    pub fn finish(
        &self,
        #[wasm_bindgen(unchecked_param_type = "FinishQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let pixels = query.array::<Uint8Array>("pixels")?.to_vec();
            let visible = query.array::<Uint8Array>("visible")?.to_vec();
            let asked = self.asked(&query)?;
            let mut effort = Effort::of(asked.model.config(), query.seed()?);
            if query.has("starts") {
                effort.starts = query.count(Effort::STARTS)?;
            }
            Ok(async move {
                let ways = finish(&asked.model, &pixels, &visible, &effort, &asked.device).await?;
                let all = |of: fn(&Way) -> f32| ways.iter().map(of).collect::<Vec<_>>();
                let pixels = ways.iter().flat_map(|way| way.pixels.iter().copied());
                let codes = ways.iter().flat_map(|way| way.code.iter().copied());
                let labels: Option<Vec<u8>> = ways.iter().map(|way| way.label).collect();
                object(&[
                    ("pixels", bytes(&pixels.collect::<Vec<_>>()).into()),
                    ("codes", floats(&codes.collect::<Vec<_>>()).into()),
                    ("labels", labels.map_or(JsValue::NULL, |labels| bytes(&labels).into())),
                    ("visible", floats(&all(|way| way.visible)).into()),
                    ("prior", floats(&all(|way| way.prior)).into()),
                    ("share", floats(&all(|way| way.share)).into()),
                ])
            })
        })
    }
}
