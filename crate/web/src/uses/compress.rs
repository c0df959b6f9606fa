//! Queries of `inkling_uses::compress`: the bits that digits take.

use inkling::PIXELS;
use inkling::burn::tensor::Device;
use inkling::model::Model;
use inkling_uses::compress::{self, FileBits};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::anomalies::Part;
use crate::Engine;
use crate::engine::Answer;
use crate::engine::queries::later;
use crate::engine::query::Query;
use crate::engine::reply::object;
use crate::error::Failure;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface CompressQuery extends Asked {
  /** A whole number of images, 784 grey levels each; they are binarised at one half. */
  pixels: Uint8Array;
}
export interface CompressHeldOutQuery extends Asked, Part {}
/** Sums over images that are each written alone, in bits. */
export interface Compressed {
  /** How many images these are. */
  images: number;
  /** All images, of which these are a part. */
  total: number;
  /** By the model; `null` if its likelihood is a density. */
  model: number | null;
  png: FileBits;
  gzip: FileBits;
  /** Of the model, which is not in the count. */
  weights: number;
}
/** Bits of files. */
export interface FileBits {
  whole: number;
  /** Of the compressed data, without the format's headers and checksums. */
  data: number;
}
/** Images in one file of each format, in bits. */
export interface CompressedTogether {
  /** How many images these are. */
  images: number;
  png: FileBits;
  gzip: FileBits;
}
"#;

#[wasm_bindgen]
impl Engine {
    /// The bits that images take.
    #[wasm_bindgen(unchecked_return_type = "Promise<Compressed>")]
    pub fn compress(
        &self,
        #[wasm_bindgen(unchecked_param_type = "CompressQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let pixels = query.array::<Uint8Array>("pixels")?.to_vec();
            let asked = self.asked(&query)?;
            let total = pixels.len() / PIXELS;
            Ok(async move { alone(&asked.model, &pixels, total, &asked.device).await })
        })
    }

    /// The bits that held-out images take, part by part.
    #[wasm_bindgen(js_name = compressHeldOut, unchecked_return_type = "Promise<Compressed>")]
    pub fn compress_held_out(
        &self,
        #[wasm_bindgen(unchecked_param_type = "CompressHeldOutQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let (pixels, total) = self.held_out_part(&Part::of(&query)?)?;
            let asked = self.asked(&query)?;
            Ok(async move { alone(&asked.model, &pixels, total, &asked.device).await })
        })
    }

    /// The part of the held-out images in one file.
    #[wasm_bindgen(js_name = compressTogether, unchecked_return_type = "CompressedTogether")]
    pub fn compress_together(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Part")] query: JsValue,
    ) -> Answer {
        let (pixels, _) = self.held_out_part(&Part::of(&Query(query))?)?;
        object(&[
            ("images", (pixels.len() / PIXELS).into()),
            ("png", file(compress::png(&pixels)?)?),
            ("gzip", file(compress::gzip(&pixels)?)?),
        ])
    }
}

async fn alone(model: &Model, pixels: &[u8], total: usize, device: &Device) -> Answer {
    let by_model = match pixels.is_empty() {
        true => Some(vec![]),
        false => compress::code_lengths(model, pixels, compress::DRAWS, device).await?,
    };
    let sum = |lengths: Vec<f32>| lengths.into_iter().map(f64::from).sum::<f64>();
    let (mut png, mut gzip) = (FileBits::default(), FileBits::default());
    for image in pixels.chunks(PIXELS) {
        png += compress::png(image)?;
        gzip += compress::gzip(image)?;
    }
    object(&[
        ("images", (pixels.len() / PIXELS).into()),
        ("total", total.into()),
        ("model", by_model.map_or(JsValue::NULL, |lengths| sum(lengths).into())),
        ("png", file(png)?),
        ("gzip", file(gzip)?),
        ("weights", model.parameters().into()),
    ])
}

fn file(bits: FileBits) -> Result<JsValue, Failure> {
    object(&[("whole", bits.whole.into()), ("data", bits.data.into())])
}
