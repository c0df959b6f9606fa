use std::cell::RefCell;
use std::collections::BTreeMap;

use inkling::PIXELS;
use inkling::burn::tensor::{Device, Tensor};
use inkling::data::stroke::{Stroke, normalise};
use inkling::data::{Dataset, Generation, Split};
use inkling::latent::{self, Path};
use inkling::model::{Preset, Vae, VaeConfig};
use inkling::train::{DeviceData, TrainConfig, Trainer};
use js_sys::{Array, Float32Array, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

use crate::clock::now_ms;
use crate::failure;
use crate::run::Run;
use crate::types::{self, from_js, to_js, whole};

/// Subdivisions of a curve between two points of the pointer: a fast hand leaves few of them.
const SMOOTHING: usize = 4;
type Answer = Result<JsValue, JsValue>;

thread_local! {
    /// A device can be opened once in an instance; everybody shares it.
    static DEVICE: RefCell<Option<(Device, String)>> = const { RefCell::new(None) };
}

/// The device of this build and its adapter's name.
pub(crate) async fn open_device() -> inkling::Result<(Device, String)> {
    if let Some(opened) = DEVICE.with_borrow(Clone::clone) {
        return Ok(opened);
    }
    #[cfg(feature = "webgpu")]
    let opened = inkling::device::webgpu(failure::device_lost).await?;
    #[cfg(all(feature = "cpu", not(feature = "webgpu")))]
    let opened = (inkling::device::cpu(), "CPU, one thread, SIMD".to_owned());
    DEVICE.set(Some(opened.clone()));
    Ok(opened)
}

/// One data set, one model, its training, and everything that a page asks of them.
///
/// One call at a time: an asynchronous method must have settled before the next method is called.
/// Every error is an `Error` with a `code` and leaves the engine as it was.
#[wasm_bindgen]
pub struct Engine {
    device: Device,
    adapter: String,
    generation: Option<Generation>,
    data: Option<Data>,
    run: Option<Run>,
    /// To be mixed into the next data set, so many times each.
    own: Option<(Split, usize)>,
    /// Trained models that came with the page, by the names they were given.
    shipped: BTreeMap<String, Vae>,
}

struct Data {
    dataset: Dataset,
    uploaded: DeviceData,
}

#[wasm_bindgen]
impl Engine {
    /// Opens this build's device. Without one it rejects with the code `device`.
    pub async fn open() -> Result<Engine, JsValue> {
        let (device, adapter) = open_device().await.map_err(failure::from)?;
        Ok(Engine {
            device,
            adapter,
            generation: None,
            data: None,
            run: None,
            own: None,
            shipped: BTreeMap::new(),
        })
    }

    /// The adapter's name, which browsers may leave empty.
    pub fn adapter(&self) -> String {
        self.adapter.clone()
    }

    /// Begins to generate `count` digits (60 to 600,000), of which every sixth is held out.
    #[wasm_bindgen(js_name = beginGenerated)]
    pub fn begin_generated(&mut self, count: f64, seed: f64) -> Result<(), JsValue> {
        let count = whole("number of digits", count, Generation::COUNT)?;
        let generation = Generation::new(count, types::seed(seed)?);
        self.generation = Some(generation.map_err(failure::from)?);
        Ok(())
    }

    /// Generates for about `budget_ms`.
    #[wasm_bindgen(js_name = continueGenerated, unchecked_return_type = "Generated")]
    pub fn continue_generated(&mut self, budget_ms: f64) -> Answer {
        let generation = self.generation.as_mut().ok_or_else(nothing_generated)?;
        let end = now_ms() + budget_ms;
        loop {
            generation.advance(50);
            if generation.done() >= generation.total() || now_ms() >= end {
                break;
            }
        }
        to_js(&types::Generated { done: generation.done(), total: generation.total() })
    }

    /// Has a person's own images, 784 grey levels and a label each, mixed `times` over (1 to 1000) into the training images of the next
    /// data set, 100,000 at most in all. Held-out images stay as they are.
    #[wasm_bindgen(js_name = mixIn)]
    pub fn mix_in(&mut self, pixels: Vec<u8>, labels: Vec<u8>, times: f64) -> Result<(), JsValue> {
        let times = whole("times each", times, 1..=1000)?;
        let own = Split::new(pixels, Some(labels)).map_err(|e| failure::from(e.into()))?;
        self.own = Some((own, times));
        Ok(())
    }

    /// Makes the generated digits the data set. A model must then be configured anew.
    #[wasm_bindgen(js_name = finishGenerated, unchecked_return_type = "DatasetInfo")]
    pub fn finish_generated(&mut self) -> Answer {
        let own = self.own.take();
        let generation = self.generation.take().ok_or_else(nothing_generated)?;
        let dataset = generation.finish().map_err(failure::from)?;
        self.replace("generated", dataset, own)
    }

    /// Makes IDX files, gzipped or not, the data set. Without held-out images the last tenth of the training images is held out.
    #[wasm_bindgen(js_name = loadIdx, unchecked_return_type = "DatasetInfo")]
    pub fn load_idx(
        &mut self,
        kind: String,
        name: String,
        train_images: Vec<u8>,
        train_labels: Option<Vec<u8>>,
        held_out_images: Option<Vec<u8>>,
        held_out_labels: Option<Vec<u8>>,
    ) -> Answer {
        let own = self.own.take();
        let held_out = held_out_images.as_deref().map(|i| (i, held_out_labels.as_deref()));
        let dataset = Dataset::from_idx(name, (&train_images, train_labels.as_deref()), held_out);
        self.replace(&kind, dataset.map_err(|e| failure::from(e.into()))?, own)
    }

    /// `count` images of the split `train` or `heldOut`, chosen by `seed`.
    #[wasm_bindgen(unchecked_return_type = "Images")]
    pub fn peek(&self, split: &str, count: f64, seed: f64) -> Answer {
        let data = self.data()?;
        let split = match split {
            "train" => &data.dataset.train,
            "heldOut" => &data.dataset.held_out,
            other => {
                return Err(failure::error("config", &format!("there is no split {other}")));
            }
        };
        let count = whole("number of images", count, 0..=10_000)?;
        let picked = split.pick(count, types::seed(seed)?);
        let labels = split.labels().map(|all| picked.iter().map(|&i| all[i]).collect::<Vec<_>>());
        to_js(&types::Images {
            pixels: bytes(&pixels(split, &picked)),
            labels: labels.map_or(JsValue::NULL, |labels| bytes(&labels).into()),
            indices: indices(&picked),
        })
    }

    /// A fresh, untrained model in place of the present one.
    #[wasm_bindgen(unchecked_return_type = "ModelInfo")]
    pub fn configure(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "TrainConfig")] config: JsValue,
    ) -> Answer {
        let config: types::TrainConfig = from_js(config)?;
        let preset = Preset::named(&config.preset).map_err(failure::from)?;
        let latent = whole("latent size", config.latent, VaeConfig::LATENT)?;
        let model = preset.config(latent, config.beta, types::seed(config.seed)?);
        let training = TrainConfig {
            batch: whole("batch", config.batch, TrainConfig::BATCH)?,
            epochs: whole("epochs", config.epochs, TrainConfig::EPOCHS)?,
            learning_rate: config.learning_rate,
        };
        let uploaded = self.data()?.uploaded.clone();
        let trainer = Trainer::new(&model, training, uploaded).map_err(failure::from)?;
        let run = Run::new(preset, trainer);
        let info = run.info(false);
        self.run = Some(run);
        to_js(&info)
    }

    /// Changes the learning rate, beta or the number of epochs from the next step on: all of them, or on an error none.
    pub fn tune(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Tuning")] change: JsValue,
    ) -> Result<(), JsValue> {
        let types::Tuning { learning_rate, beta, epochs } = from_js(change)?;
        let epochs =
            epochs.map(|epochs| whole("epochs", epochs, TrainConfig::EPOCHS)).transpose()?;
        let trainer = &mut self.run_mut()?.inner.trainer;
        let old = (trainer.config(), trainer.model().config().beta);
        let change = |trainer: &mut Trainer| -> inkling::Result<()> {
            learning_rate.map_or(Ok(()), |rate| trainer.set_learning_rate(rate))?;
            beta.map_or(Ok(()), |beta| trainer.set_beta(beta))?;
            epochs.map_or(Ok(()), |epochs| trainer.set_epochs(epochs))
        };
        change(trainer).map_err(|error| {
            // The old values were valid, so they can be set again.
            let _ = trainer.set_learning_rate(old.0.learning_rate);
            let _ = trainer.set_beta(old.1);
            failure::from(error)
        })
    }

    /// Trains for about `budget_ms`, one step at least, and reads the losses back once. Measures the held-out loss when it is due:
    /// at the end of each epoch, and now and then before.
    #[wasm_bindgen(unchecked_return_type = "Progress")]
    pub async fn advance(&mut self, budget_ms: f64) -> Answer {
        let run = self.run_mut()?;
        let progress = run.inner.advance(budget_ms).await.map_err(failure::from)?;
        to_js(&types::Progress::from(progress))
    }

    /// Has what training needs compiled, and returns without waiting for it: then training starts at once when it is asked for. Changes nothing.
    pub fn prepare(&mut self) -> Result<(), JsValue> {
        self.run_mut()?.inner.trainer.prepare().map_err(failure::from)
    }

    /// One step.
    #[wasm_bindgen(unchecked_return_type = "Progress")]
    pub async fn step(&mut self) -> Answer {
        let run = self.run_mut()?;
        let progress = run.inner.step().await.map_err(failure::from)?;
        to_js(&types::Progress::from(progress))
    }

    /// How far training is, with the held-out loss measured now.
    #[wasm_bindgen(unchecked_return_type = "Progress")]
    pub async fn measure(&mut self) -> Answer {
        let run = self.run_mut()?;
        let held_out = run.inner.measure().await.map_err(failure::from)?;
        to_js(&types::Progress { held_out: Some(held_out.into()), ..run.inner.progress().into() })
    }

    /// How far training is.
    #[wasm_bindgen(unchecked_return_type = "Progress")]
    pub fn progress(&self) -> Answer {
        to_js(&types::Progress::from(self.run()?.inner.progress()))
    }

    /// Takes in a trained model under `name`, which the methods below then take as `model`; without one they ask the model in training. It needs no data set.
    #[wasm_bindgen(unchecked_return_type = "ShippedInfo")]
    pub fn ship(&mut self, name: String, bytes: Vec<u8>) -> Answer {
        let (model, record) = Vae::from_file(&bytes, &self.device).map_err(failure::from)?;
        if model.config().encoder.is_none() {
            return Err(failure::error("data", "a model without an encoder cannot be shipped"));
        }
        let preset = Preset::of(model.config()).map_err(failure::from)?;
        let info = types::ShippedInfo::new(preset, &model, record);
        self.shipped.insert(name, model);
        to_js(&info)
    }

    /// Decoded draws from the prior.
    #[wasm_bindgen(unchecked_return_type = "Decoded")]
    pub async fn samples(&self, count: f64, seed: f64, model: Option<String>) -> Answer {
        let count = whole("number of samples", count, 1..=4096)?;
        let vae = self.model(model.as_deref())?;
        let codes = match self.codes(model.as_deref()) {
            None => latent::prior(count, vae.config().latent, types::seed(seed)?),
            Some(codes) => {
                latent::like_codes(codes, count, types::seed(seed)?).await.map_err(failure::from)?
            }
        };
        self.decoded(&vae, codes).await
    }

    /// Any codes, decoded: a whole number of the model's latents.
    #[wasm_bindgen(unchecked_return_type = "Decoded")]
    pub async fn decode(&self, codes: Vec<f32>, model: Option<String>) -> Answer {
        self.decoded(&self.model(model.as_deref())?, codes).await
    }

    /// The first held-out images, with their labels if there are any, and their reconstructions from the posterior means.
    #[wasm_bindgen(js_name = heldOut, unchecked_return_type = "Reconstructed")]
    pub async fn held_out(&self, count: f64, model: Option<String>) -> Answer {
        let split = &self.data()?.dataset.held_out;
        let count = (whole("number of images", count, 0..=10_000)?).clamp(1, split.count());
        let picked: Vec<usize> = (0..count).collect();
        let input = pixels(split, &picked);
        let (codes, output) = self.reconstruct(&input, model.as_deref()).await?;
        to_js(&types::Reconstructed {
            labels: split.labels().map_or(JsValue::NULL, |all| bytes(&all[..count]).into()),
            input: bytes(&input),
            output: bytes(&output),
            codes: floats(&codes),
            indices: indices(&picked),
        })
    }

    /// The posterior means of images, 784 grey levels each, and these decoded.
    #[wasm_bindgen(unchecked_return_type = "Decoded")]
    pub async fn encode(&self, pixels: Vec<u8>, model: Option<String>) -> Answer {
        let (codes, output) = self.reconstruct(&pixels, model.as_deref()).await?;
        to_js(&types::Decoded { pixels: bytes(&output), codes: floats(&codes) })
    }

    /// A drawing, normalised as MNIST is, and its reconstruction. Strokes are `x, y, x, y, ...`; `pen` is their width in the same units.
    #[wasm_bindgen(unchecked_return_type = "DrawnResult")]
    pub async fn draw(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Float32Array[]")] strokes: Array,
        pen: f32,
        model: Option<String>,
    ) -> Answer {
        let strokes: Vec<Stroke> = strokes
            .iter()
            .map(|stroke| {
                let numbers = Float32Array::new(&stroke).to_vec();
                let points = numbers.chunks_exact(2).map(|p| [p[0], p[1]]);
                Stroke::new(points, pen / 2.0).smoothed(SMOOTHING)
            })
            .collect();
        let (input, output, code) = match normalise(&strokes) {
            None => (vec![], vec![], vec![]),
            Some(input) => {
                let (code, output) = self.reconstruct(&input, model.as_deref()).await?;
                (input.to_vec(), output, code)
            }
        };
        to_js(&types::DrawnResult {
            empty: input.is_empty(),
            input: bytes(&input),
            output: bytes(&output),
            code: floats(&code),
        })
    }

    /// `frames` latents from `a` to `b`, decoded; `path` is `lerp` or `slerp`.
    #[wasm_bindgen(unchecked_return_type = "Decoded")]
    pub async fn interpolate(
        &self,
        a: Vec<f32>,
        b: Vec<f32>,
        frames: f64,
        path: &str,
        model: Option<String>,
    ) -> Answer {
        let path = match path {
            "lerp" => Path::Lerp,
            "slerp" => Path::Slerp,
            other => {
                return Err(failure::error("config", &format!("there is no path {other}")));
            }
        };
        let frames = whole("frames", frames, 2..=1000)?;
        let codes = latent::path(&a, &b, frames, path).map_err(failure::from)?;
        self.decoded(&self.model(model.as_deref())?, codes).await
    }

    /// Weights, optimiser and progress as a safetensors file.
    pub async fn checkpoint(&self) -> Result<Vec<u8>, JsValue> {
        self.run()?.inner.trainer.checkpoint().await.map_err(failure::from)
    }

    /// The run that `checkpoint` wrote, in place of the present one.
    #[wasm_bindgen(unchecked_return_type = "ModelInfo")]
    pub fn restore(&mut self, bytes: Vec<u8>) -> Answer {
        let uploaded = self.data()?.uploaded.clone();
        let trainer = Trainer::restore(&bytes, uploaded).map_err(failure::from)?;
        let preset = Preset::of(trainer.model().config()).map_err(failure::from)?;
        let run = Run::new(preset, trainer);
        let info = run.info(true);
        self.run = Some(run);
        to_js(&info)
    }
}

impl Engine {
    fn replace(&mut self, kind: &str, dataset: Dataset, own: Option<(Split, usize)>) -> Answer {
        let (own_count, times) = own.as_ref().map_or((0, 0), |(own, times)| (own.count(), *times));
        let dataset = match own {
            Some((own, times)) => {
                dataset.mixed(&own, times).map_err(|e| failure::from(e.into()))?
            }
            None => dataset,
        };
        let info = types::DatasetInfo {
            kind: kind.into(),
            name: dataset.name.clone(),
            train: dataset.train.count(),
            held_out: dataset.held_out.count(),
            labelled: dataset.train.labels().is_some(),
            own: own_count,
            times,
        };
        let uploaded = DeviceData::new(&dataset, &self.device);
        self.data = Some(Data { dataset, uploaded });
        (self.run, self.generation) = (None, None);
        // The old images and weights are large: back to the device's pool with them.
        self.device.memory_cleanup();
        to_js(&info)
    }

    fn data(&self) -> Result<&Data, JsValue> {
        self.data.as_ref().ok_or_else(|| failure::error("state", "there is no data set yet"))
    }

    fn run(&self) -> Result<&Run, JsValue> {
        self.run.as_ref().ok_or_else(no_model)
    }

    fn run_mut(&mut self) -> Result<&mut Run, JsValue> {
        self.run.as_mut().ok_or_else(no_model)
    }

    /// The shipped one of that name, or the one in training.
    fn model(&self, name: Option<&str>) -> Result<Vae, JsValue> {
        match name {
            None => Ok(self.run()?.inner.trainer.model()),
            Some(name) => self.shipped.get(name).cloned().ok_or_else(|| {
                failure::error("state", &format!("there is no shipped model {name}"))
            }),
        }
    }

    /// The codes that stand for a prior where the model has no encoder, as shipped ones do.
    fn codes(&self, name: Option<&str>) -> Option<Tensor<2>> {
        match name {
            None => self.run.as_ref().and_then(|run| run.inner.trainer.codes()),
            Some(_) => None,
        }
    }

    async fn reconstruct(
        &self,
        pixels: &[u8],
        model: Option<&str>,
    ) -> Result<(Vec<f32>, Vec<u8>), JsValue> {
        let model = self.model(model)?;
        latent::reconstruct(&model, pixels, &self.device).await.map_err(failure::from)
    }

    async fn decoded(&self, model: &Vae, codes: Vec<f32>) -> Answer {
        let decoded = latent::decode(model, &codes, &self.device).await.map_err(failure::from)?;
        to_js(&types::Decoded { pixels: bytes(&decoded), codes: floats(&codes) })
    }
}

fn no_model() -> JsValue {
    failure::error("state", "there is no model yet: configure one")
}

fn nothing_generated() -> JsValue {
    failure::error("state", "no digits are being generated")
}

fn pixels(split: &Split, picked: &[usize]) -> Vec<u8> {
    let all = split.pixels();
    picked.iter().flat_map(|&i| &all[i * PIXELS..][..PIXELS]).copied().collect()
}

fn bytes(values: &[u8]) -> Uint8Array {
    values.into()
}

fn floats(values: &[f32]) -> Float32Array {
    values.into()
}

fn indices(picked: &[usize]) -> Uint32Array {
    picked.iter().map(|&i| i as u32).collect::<Vec<_>>().as_slice().into()
}
