//! Queries of `inkling_uses::denoise`.

use inkling::Field;
use inkling::settings::Range;
use inkling_uses::denoise::{Distance, Method, Noise, denoise, errors, noise_seed};
use js_sys::{Float32Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::Engine;
use crate::engine::queries::{bytes, floats, later, pixels_of};
use crate::engine::query::Query;
use crate::engine::reply::object;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface DenoiseQuery extends Asked {
  /** One image, 784 grey levels. */
  pixels: Uint8Array;
  kind: 'gaussian' | 'salt' | 'patches';
  /** 0 to 1. */
  strength: number;
  /** Of the pattern of the noise, which grows with the strength. */
  seed: number;
}
/** An image with noise, and what comes back. */
export interface Denoised {
  /** With the noise, 784 grey levels. */
  noisy: Uint8Array;
  /** What comes back, 784 grey levels. */
  pixels: Uint8Array;
  /** Mean squared difference of a pixel from the clean image: with the noise, and after. */
  squared: Float32Array;
  /** Cross-entropy with the clean image in nats: with the noise, and after. */
  nats: Float32Array;
}
export interface DenoiseCurveQuery extends Asked {
  kind: 'gaussian' | 'salt' | 'patches';
  /** 0 to 1 each. */
  strengths: Float32Array;
  /** The first held-out image of this part. */
  from: number;
  /** Images in this part, 1 to 1000; fewer if the held-out images end. */
  count: number;
  seed: number;
}
/** Sums over the images of a part, one number for each strength. */
export interface DenoiseCurve {
  /** How many there were; 0 behind the last held-out image. */
  images: number;
  /** As in `Denoised`, with the noise. */
  squaredBefore: Float32Array;
  squaredAfter: Float32Array;
  natsBefore: Float32Array;
  natsAfter: Float32Array;
}
"#;

/// Held-out images in one part.
const COUNT: Range = Range::integer(Field::Count, 1, 1000);
/// Number of the first.
const FROM: Range = Range::integer(Field::Indices, 0, u32::MAX);
const NAMES: [&str; 4] = ["squaredBefore", "squaredAfter", "natsBefore", "natsAfter"];

#[wasm_bindgen]
impl Engine {
    /// Noise on an image, and what comes back of the image.
    #[wasm_bindgen(unchecked_return_type = "Promise<Denoised>")]
    pub fn denoise(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DenoiseQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let clean = query.array::<Uint8Array>("pixels")?.to_vec();
            let (noise, strength) = (Noise::named(&query.text("kind"))?, query.number("strength"));
            Noise::STRENGTH.check(strength)?;
            let noisy = noise.on(&clean, strength, query.seed()?.into());
            let asked = self.asked(&query)?;
            Ok(async move {
                let method = Method::search(noise, strength);
                let back = denoise(&asked.model, &noisy, method, &asked.device).await?;
                let distances = [&noisy, &back].map(|image| Distance::between(&clean, image));
                object(&[
                    ("noisy", bytes(&noisy).into()),
                    ("pixels", bytes(&back).into()),
                    ("squared", floats(&distances.map(|distance| distance.squared as f32)).into()),
                    ("nats", floats(&distances.map(|distance| distance.nats as f32)).into()),
                ])
            })
        })
    }

    /// The error of some held-out images with noise of several strengths, and after.
    #[wasm_bindgen(js_name = denoiseCurve, unchecked_return_type = "Promise<DenoiseCurve>")]
    pub fn denoise_curve(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DenoiseCurveQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let noise = Noise::named(&query.text("kind"))?;
            let strengths = query.array::<Float32Array>("strengths")?.to_vec();
            let (from, count, seed) =
                (FROM.count(query.number("from"))?, query.count(COUNT)?, query.seed()?);
            let split = &self.data()?.dataset.held_out;
            let picked: Vec<usize> = (from..split.count().min(from + count)).collect();
            let clean = pixels_of(split, &picked);
            let asked = self.asked(&query)?;
            Ok(async move {
                let mut sums = [const { Vec::new() }; 4];
                for strength in strengths.into_iter().map(f64::from) {
                    let seeds = (from..).map(|index| noise_seed(seed, index));
                    let found = errors(&asked.model, &clean, noise, strength, seeds, &asked.device);
                    let (before, after) = found.await?;
                    let parts = [before.squared, after.squared, before.nats, after.nats];
                    sums.iter_mut().zip(parts).for_each(|(sums, part)| sums.push(part as f32));
                }
                let mut reply = vec![("images", picked.len().into())];
                reply.extend(NAMES.into_iter().zip(sums.map(|sums| floats(&sums).into())));
                object(&reply)
            })
        })
    }
}
