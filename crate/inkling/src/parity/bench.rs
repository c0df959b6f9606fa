use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use super::{BATCH, IMAGES, Workload};
use crate::data::DeviceImages;
#[cfg(not(feature = "webgpu"))]
use crate::device::noise;
use crate::device::read;
use crate::model::Vae;
use crate::model::weights;
use crate::train::Adam;
#[cfg(feature = "webgpu")]
use crate::train::replay::{Recorder, Settings};
use crate::{Error, Result};

/// A workload in training as the peers' bench drives it: batches chosen by the caller, losses and decoded latents read when asked for.
#[derive(Debug)]
pub struct Bench {
    model: Vae,
    images: DeviceImages,
    noise: bool,
    step: usize,
    pending: Vec<i32>,
    loss: Option<Tensor<1>>,
    adam: Adam,
    #[cfg(feature = "webgpu")]
    recorder: Option<Recorder>,
}

impl Bench {
    /// Batches that are gathered before they are queued on the device together.
    const TOGETHER: usize = 32;
    const RATE: f64 = 1e-3;

    /// A fresh model with the peers' weights, and the peers' data. Without `noise` z = mu.
    pub fn new(workload: Workload, device: &Device, noise: bool) -> Result<Self> {
        let model = Vae::new(&workload.config(), &device.clone().autodiff())?;
        let model = match workload.weights() {
            Some(weights) => weights::write(model, weights)?.train(),
            None => model,
        };
        let pixels: Vec<u8> = workload.images().into_iter().map(|x| (x * 255.0) as u8).collect();
        Ok(Self {
            model,
            images: DeviceImages::new(&pixels, device),
            noise,
            step: 0,
            pending: vec![],
            loss: None,
            adam: Adam::default(),
            #[cfg(feature = "webgpu")]
            recorder: None,
        })
    }

    /// Latent size.
    pub fn latent(&self) -> usize {
        self.model.config().latent
    }

    /// A step on the images at `indices`, 128 of 0..8192; others are an error. It may wait for its like before it is queued on the device.
    pub fn queue(&mut self, indices: Vec<i32>) -> Result<()> {
        if indices.len() != BATCH || !indices.iter().all(|i| (0..IMAGES as i32).contains(i)) {
            return Err(Error::config(
                "batch",
                format!("{BATCH} indices below {IMAGES}"),
                "others",
            ));
        }
        self.pending.extend(indices);
        if self.pending.len() >= Self::TOGETHER * BATCH {
            self.flush()?;
        }
        Ok(())
    }

    /// The last step's loss in nats per image, once it is done. Before the first step it is an error.
    pub async fn loss(&mut self) -> Result<f64> {
        self.flush()?;
        let Some(loss) = self.loss.clone() else {
            return Err(Error::State("there was no step yet".into()));
        };
        match read(loss).await?.first() {
            Some(loss) => Ok(f64::from(*loss)),
            None => Err(Error::Device("the loss came back in another shape".into())),
        }
    }

    /// Mean images of latents, 784 numbers in 0..=1 each, after all steps queued so far. Not a whole number of latents is an error.
    pub async fn decode(&mut self, latents: Vec<f32>) -> Result<Vec<f32>> {
        self.flush()?;
        let latent = self.latent();
        if latents.is_empty() || !latents.len().is_multiple_of(latent) {
            return Err(Error::config("latents", format!("a multiple of {latent}"), latents.len()));
        }
        let shape = [latents.len() / latent, latent];
        let latents = Tensor::from_data(TensorData::new(latents, shape), &self.images.device());
        read(self.model.valid().decode(latents)).await
    }

    fn flush(&mut self) -> Result<()> {
        let batches = std::mem::take(&mut self.pending);
        #[cfg(feature = "webgpu")]
        if !batches.is_empty() {
            self.record(batches)?;
        }
        #[cfg(not(feature = "webgpu"))]
        for indices in batches.chunks(BATCH) {
            self.burn_step(indices)?;
        }
        Ok(())
    }

    #[cfg(feature = "webgpu")]
    fn record(&mut self, mut batches: Vec<i32>) -> Result<()> {
        let count = batches.len() / BATCH;
        batches.resize(Self::TOGETHER * BATCH, 0);
        let recorder = match &mut self.recorder {
            Some(recorder) => {
                recorder.set_order(batches);
                recorder
            }
            none => {
                let (moments, words) = (self.adam.flat(&self.model), self.images.words());
                none.insert(Recorder::new(&self.model, moments, words, batches, BATCH))
            }
        };
        let settings = |i: usize| {
            let (rate, scale) = Adam::corrected(Self::RATE, self.step + i + 1);
            let noise = if self.noise { 1.0 } else { 0.0 };
            let seed = (self.step + i) as u64;
            Settings { start: i * BATCH, seed, noise, beta: 1.0, rate, scale }
        };
        let settings: Vec<Settings> = (0..count).map(settings).collect();
        // The last step's loss stands alone in the sums.
        recorder.run(&settings[..count - 1])?;
        recorder.clear_sums();
        recorder.run(&settings[count - 1..])?;
        self.loss = Some(recorder.sums());
        self.step += count;
        Ok(())
    }

    #[cfg(not(feature = "webgpu"))]
    fn burn_step(&mut self, indices: &[i32]) -> Result<()> {
        let device = self.images.device();
        let indices = Tensor::from_data(TensorData::new(indices.to_vec(), [BATCH]), &device);
        let batch = self.images.gather(indices).autodiff();
        let shape = [BATCH, self.latent()];
        let noise = match self.noise {
            true => noise(shape[0], shape[1], self.step as u64, &device),
            false => Tensor::zeros(shape, &device),
        };
        let Some(elbo) = self.model.elbo(batch, noise.autodiff(), 1.0) else {
            return Err(Error::State("the workloads have an encoder".into()));
        };
        let gradients = elbo.loss.backward();
        self.model = self.adam.step(Self::RATE, self.model.clone(), gradients);
        self.loss = Some(elbo.loss.without_autodiff());
        self.step += 1;
        Ok(())
    }
}
