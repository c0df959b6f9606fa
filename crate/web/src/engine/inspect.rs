//! What a page asks to look inside: one image on its way through the model, what each latent
//! carries, the map of the codes, and single units.

use inkling::inspect::{self, Axes, Inspection, Latents};
use inkling::kernels::Activation;
use inkling::model::{Layer, LayerKind};
use inkling::settings::Range;
use inkling::{Field, PIXELS};
use js_sys::{Array, Float32Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::queries::{SAMPLES, bytes, floats, indices, later};
use super::query::Query;
use super::reply::object;
use super::{Answer, Engine};
use crate::error::Failure;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface InspectQuery extends Asked {
  /** One image, 784 grey levels. */
  pixels: Uint8Array;
  /** The image's label, if it is known. A conditional model guesses it otherwise. */
  label?: number | null | undefined;
  /** eps is drawn with it. Without it eps = 0, so that z = mu. */
  seed?: number;
  /**
   * A code that is decoded instead of mu + sigma * eps; eps is then (z - mu) / sigma. The weights
   * of its labels go into a conditional encoder too.
   */
  z?: Float32Array;
}
/** One image on its way through a model. Losses are in nats. */
export interface Inspected {
  /** Every layer in order, the encoder's first. */
  layers: Layer[];
  /** What the layers give, one after another, in their order. */
  values: Float32Array;
  /** `latent` numbers, as in the next two. Without an encoder: the fitted code. */
  mu: Float32Array;
  /** Empty without an encoder. */
  logvar: Float32Array;
  /** Empty without an encoder. */
  eps: Float32Array;
  /** What was decoded: `latent` numbers and, of a conditional model, a weight for each label. */
  z: Float32Array;
  /**
   * 784 numbers before the sigmoid; then 784 log-variances if these are learned, bounded as in the
   * likelihood.
   */
  outputs: Float32Array;
  /** 784 grey levels. */
  mean: Uint8Array;
  /** Of each pixel. */
  nats: Float32Array;
  /** Of each latent; z^2 / 2 without an encoder. */
  kl: Float32Array;
  /** The sum of `nats`. */
  reconstruction: number;
  /** The sum of `kl`. */
  divergence: number;
}
export interface Layer {
  /**
   * Its weight's name in a checkpoint without `.weight`. A residual block is two layers: its inner
   * convolution and its sum.
   */
  name: string;
  part: 'encoder' | 'decoder';
  kind: 'dense' | 'conv' | 'convTranspose' | 'block';
  activation: 'none' | 'relu' | 'silu';
  /** `[units]` or `[channels, side, side]`. */
  shape: number[];
  /** Of its first number in `values`. */
  offset: number;
  /** Weights and biases. */
  parameters: number;
}
export interface LatentStatisticsQuery extends Asked {
  /** Held-out images, 1 to 10,000; all if there are fewer. Without an encoder 60 at most. */
  count: number;
}
export interface LatentStatistics {
  /** How many there were. */
  images: number;
  /** Mean of each latent in nats. */
  kl: Float32Array;
  /** Of the posterior means of each latent. */
  variance: Float32Array;
  /** 1 for a latent whose variance is above 0.01, else 0. */
  active: Uint8Array;
}
export interface ReadingsQuery extends Asked {
  /** One image, 784 grey levels. */
  pixels: Uint8Array;
  /** As in `InspectQuery`. */
  label?: number | null | undefined;
  /** Draws from its posterior, 1 to 4096. */
  count: number;
  seed: number;
}
export interface ProjectQuery extends Asked {
  /** Held-out images, 1 to 10,000; all if there are fewer. Without an encoder 60 at most. */
  count: number;
  /** What `x` and `y` number, from 0: principal components of the posterior means, or latents. */
  kind: 'components' | 'latents';
  x: number;
  y: number;
  /**
   * `axes` of an earlier answer: signs are chosen so that the picture does not flip. Of another
   * length it is ignored.
   */
  previous?: Float32Array | null;
}
export interface Projected {
  /** x and y of each image: `axes` times (code - `mean`). */
  points: Float32Array;
  /** Posterior means, and weights of labels behind them: one code for each image. */
  codes: Float32Array;
  /** `null` without labels. */
  labels: Uint8Array | null;
  indices: Uint32Array;
  /** The images, 784 grey levels each. */
  input: Uint8Array;
  /** Of the codes; zeros if the axes are latents. A code with the label of the first image. */
  mean: Float32Array;
  /** Two unit vectors as long as a code. The code of a place is mean + x * first + y * second. */
  axes: Float32Array;
  /** Share of the variance along every component, the largest first, or of every latent. */
  shares: Float32Array;
}
export interface UnitQuery extends Asked {
  /** A layer's name. */
  layer: string;
  /** A cell of a dense layer, a channel of a convolution. */
  unit: number;
}
export interface UnitWeights {
  bias: number;
  /** But for those of `labels`. */
  incoming: Float32Array;
  /** Weights from labels, in the first dense layers of a conditional model; empty elsewhere. */
  labels: Float32Array;
  /** `[inputs]`; `[channels, side, side]` of input images; `[channels, kernel, kernel]`. */
  incomingShape: number[];
  /** To each unit of the next layer; empty if there is none. */
  outgoing: Float32Array;
  /**
   * `[units]`; `[units, side, side]` from a channel to a dense layer; `[channels, kernel, kernel]`
   * to a convolution.
   */
  outgoingShape: number[];
}
export interface TopQuery extends UnitQuery {
  /**
   * Held-out images to look through, 1 to 10,000; all if there are fewer. Without an encoder 60 at
   * most.
   */
  count: number;
  /** How many come back, 1 to 100. */
  top: number;
}
/** The images that drive a unit most, the greatest activation first. */
export interface TopImages {
  indices: Uint32Array;
  labels: Uint8Array | null;
  /** The unit's activation, a channel's at its greatest place. */
  values: Float32Array;
  pixels: Uint8Array;
}
"#;

/// Held-out images that are looked through.
const HELD_OUT: Range = Range::integer(Field::Count, 1, 10_000);
/// The model checks them against what it has.
const AXES: [Range; 2] = [index(Field::X), index(Field::Y)];
const UNIT: Range = index(Field::Unit);
const TOP: Range = Range::integer(Field::Top, 1, 100);

const fn index(field: Field) -> Range {
    Range::integer(field, 0, u32::MAX)
}

/// They answer later and do not hold the engine until then, as the other queries.
#[wasm_bindgen]
impl Engine {
    /// One image on its way through the model.
    #[wasm_bindgen(unchecked_return_type = "Promise<Inspected>")]
    pub fn inspect(
        &self,
        #[wasm_bindgen(unchecked_param_type = "InspectQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let pixels = query.array::<Uint8Array>("pixels")?.to_vec();
            let latents = match query.optional::<Float32Array>("z")? {
                Some(z) => Latents::Given(z.to_vec()),
                None if query.has("seed") => Latents::Drawn(query.seed()?),
                None => Latents::Means,
            };
            let label = query.label().map(|label| vec![label]);
            let asked = self.asked(&query)?;
            Ok(async move {
                let (model, device) = (&asked.model, &asked.device);
                let image = asked.labelled(&pixels, &label);
                inspected(&inspect::inspect(model, image, latents, device).await?)
            })
        })
    }

    /// What each latent carries, measured on the first held-out images.
    #[wasm_bindgen(js_name = latentStatistics, unchecked_return_type = "Promise<LatentStatistics>")]
    pub fn latent_statistics(
        &self,
        #[wasm_bindgen(unchecked_param_type = "LatentStatisticsQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let (pixels, labels) = self.first_held_out(&query)?;
            let asked = self.asked(&query)?;
            Ok(async move {
                let images = asked.labelled(&pixels, &labels);
                let found = inspect::statistics(&asked.model, images, &asked.device).await?;
                let active: Vec<u8> = found.active.into_iter().map(u8::from).collect();
                object(&[
                    ("images", found.images.into()),
                    ("kl", floats(&single(&found.kl)).into()),
                    ("variance", floats(&single(&found.variance)).into()),
                    ("active", bytes(&active).into()),
                ])
            })
        })
    }

    /// Draws from one image's posterior, decoded. A model without an encoder has none: reason
    /// `noEncoder`.
    #[wasm_bindgen(unchecked_return_type = "Promise<Decoded>")]
    pub fn readings(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ReadingsQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let pixels = query.array::<Uint8Array>("pixels")?.to_vec();
            let (count, seed) = (query.count(SAMPLES)?, query.seed()?);
            let label = query.label().map(|label| vec![label]);
            let asked = self.asked(&query)?;
            Ok(async move {
                let (model, device) = (&asked.model, &asked.device);
                let image = asked.labelled(&pixels, &label);
                let codes = inspect::readings(model, image, count, seed, device).await?;
                asked.decoded(codes).await
            })
        })
    }

    /// The first held-out images as points on a plane through the latent space.
    #[wasm_bindgen(unchecked_return_type = "Promise<Projected>")]
    pub fn project(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ProjectQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let axes = Axes::named(&query.text("kind"))?;
            let [x, y] = AXES.map(|range| query.count(range));
            let chosen = [x?, y?];
            let previous = query.optional::<Float32Array>("previous")?;
            let previous = previous.map_or_else(Vec::new, |previous| previous.to_vec());
            let (pixels, labels) = self.first_held_out(&query)?;
            let asked = self.asked(&query)?;
            Ok(async move {
                let (model, device) = (&asked.model, &asked.device);
                let images = asked.labelled(&pixels, &labels);
                let found =
                    inspect::project(model, images, axes, chosen, &previous, device).await?;
                let count = found.points.len() / 2;
                let labels = labels.map_or(JsValue::NULL, |all| bytes(&all[..count]).into());
                object(&[
                    ("points", floats(&found.points).into()),
                    ("codes", floats(&found.codes).into()),
                    ("labels", labels),
                    ("indices", indices(&(0..count).collect::<Vec<_>>()).into()),
                    ("input", bytes(&pixels[..count * PIXELS]).into()),
                    ("mean", floats(&found.mean).into()),
                    ("axes", floats(&found.axes).into()),
                    ("shares", floats(&found.shares).into()),
                ])
            })
        })
    }

    /// The weights into and out of a unit.
    #[wasm_bindgen(js_name = unitWeights, unchecked_return_type = "Promise<UnitWeights>")]
    pub fn unit_weights(
        &self,
        #[wasm_bindgen(unchecked_param_type = "UnitQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let (layer, unit) = (query.text("layer"), query.count(UNIT)?);
            let asked = self.asked(&query)?;
            Ok(async move {
                let found = inspect::unit_weights(&asked.model, &layer, unit).await?;
                object(&[
                    ("bias", found.bias.into()),
                    ("incoming", floats(&found.incoming).into()),
                    ("labels", floats(&found.labels).into()),
                    ("incomingShape", numbers(&found.incoming_shape)),
                    ("outgoing", floats(&found.outgoing).into()),
                    ("outgoingShape", numbers(&found.outgoing_shape)),
                ])
            })
        })
    }

    /// The held-out images that drive a unit most.
    #[wasm_bindgen(js_name = topImages, unchecked_return_type = "Promise<TopImages>")]
    pub fn top_images(
        &self,
        #[wasm_bindgen(unchecked_param_type = "TopQuery")] query: JsValue,
    ) -> Promise {
        later(|| {
            let query = Query(query);
            let (layer, unit, top) = (query.text("layer"), query.count(UNIT)?, query.count(TOP)?);
            let (pixels, labels) = self.first_held_out(&query)?;
            let asked = self.asked(&query)?;
            Ok(async move {
                let (model, device) = (&asked.model, &asked.device);
                let images = asked.labelled(&pixels, &labels);
                let found = inspect::top_images(model, &layer, unit, images, top, device).await?;
                let (picked, values): (Vec<usize>, Vec<f32>) = found.into_iter().unzip();
                let image = |&i: &usize| &pixels[i * PIXELS..][..PIXELS];
                let images: Vec<u8> = picked.iter().flat_map(image).copied().collect();
                let label = |all: Vec<u8>| picked.iter().map(|&i| all[i]).collect::<Vec<_>>();
                object(&[
                    ("indices", indices(&picked).into()),
                    ("labels", labels.map_or(JsValue::NULL, |all| bytes(&label(all)).into())),
                    ("values", floats(&values).into()),
                    ("pixels", bytes(&images).into()),
                ])
            })
        })
    }
}

impl Engine {
    /// The first held-out images, as many as the query counts, and their labels.
    fn first_held_out(&self, query: &Query) -> Result<(Vec<u8>, Option<Vec<u8>>), Failure> {
        let split = &self.data()?.dataset.held_out;
        let count = query.count(HELD_OUT)?.min(split.count());
        let labels = split.labels().map(|all| all[..count].to_vec());
        Ok((split.pixels()[..count * PIXELS].to_vec(), labels))
    }
}

fn inspected(found: &Inspection) -> Answer {
    let layers = Array::new();
    let mut offset = 0;
    for layer in &found.layers {
        layers.push(&described(layer, offset)?);
        offset += layer.size();
    }
    object(&[
        ("layers", layers.into()),
        ("values", floats(&found.values).into()),
        ("mu", floats(&found.mu).into()),
        ("logvar", floats(&found.logvar).into()),
        ("eps", floats(&found.eps).into()),
        ("z", floats(&found.z).into()),
        ("outputs", floats(&found.outputs).into()),
        ("mean", bytes(&found.mean).into()),
        ("nats", floats(&found.nats).into()),
        ("kl", floats(&found.kl).into()),
        ("reconstruction", found.reconstruction.into()),
        ("divergence", found.divergence.into()),
    ])
}

fn described(layer: &Layer, offset: usize) -> Answer {
    let kind = match layer.kind {
        LayerKind::Dense => "dense",
        LayerKind::Conv => "conv",
        LayerKind::ConvTranspose => "convTranspose",
        LayerKind::Block => "block",
    };
    let activation = match layer.activation {
        Activation::None => "none",
        Activation::Relu => "relu",
        Activation::Silu => "silu",
    };
    object(&[
        ("name", layer.name.into()),
        ("part", if layer.decodes { "decoder" } else { "encoder" }.into()),
        ("kind", kind.into()),
        ("activation", activation.into()),
        ("shape", numbers(&layer.shape)),
        ("offset", offset.into()),
        ("parameters", layer.parameters.into()),
    ])
}

fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}

fn numbers(values: &[usize]) -> JsValue {
    values.iter().map(|&value| JsValue::from(value)).collect::<Array>().into()
}
