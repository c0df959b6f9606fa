use std::ops::RangeInclusive;

use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::adam::Adam;
use super::codes::Codes;
#[cfg(feature = "webgpu")]
use super::replay::{Recorder, Settings};
use super::schedule::Schedule;
use crate::data::{Dataset, DeviceImages, shuffled};
#[cfg(feature = "webgpu")]
use crate::device::read;
use crate::device::{noise, read_flat, uniform};
#[cfg(feature = "webgpu")]
use crate::model::weights;
use crate::model::{Elbo, Vae, VaeConfig, check_beta, in_range, real};
use crate::{Error, Result, eval};

/// How a model is trained; what it is, [`VaeConfig`] says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrainConfig {
    /// Images in a batch, 1 to 1024; fewer where the data set has fewer.
    pub batch: usize,
    /// Epochs, 1 to 1000.
    pub epochs: usize,
    /// Adam's learning rate, 1e-6 to 1: the highest of the run, see [`Schedule`].
    pub learning_rate: f64,
}

/// Mean losses in nats per image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// Reconstruction + beta * KL, as it is optimised.
    pub total: f64,
    /// Minus the log-likelihood of the image.
    pub reconstruction: f64,
    /// KL divergence from the prior.
    pub kl: f64,
}

/// A data set on the device; clones share it.
#[derive(Debug, Clone)]
pub struct DeviceData {
    pub(crate) train: DeviceImages,
    pub(crate) held_out: DeviceImages,
    pub(crate) device: Device,
}

/// Trains one model on one data set, a step at a time. Pausing is not calling [`step`](Self::step).
///
/// On the CPU device the same seed gives the same run, whatever else is computed between the steps.
#[derive(Debug)]
pub struct Trainer {
    pub(super) model: Vae,
    /// While a recorder moves the weights, [`moments`](Self::moments) knows where they are.
    pub(super) adam: Adam,
    pub(super) codes: Option<Codes>,
    pub(super) config: TrainConfig,
    pub(super) step: usize,
    pub(super) schedule: Schedule,
    pub(super) binarised: f64,
    data: DeviceData,
    order: Option<EpochOrder>,
    sums: Option<[Tensor<1>; 3]>,
    summed: usize,
    /// With the epoch whose order it has.
    #[cfg(feature = "webgpu")]
    recorder: Option<(usize, Recorder)>,
}

/// The order in which an epoch takes the images, uploaded once.
#[derive(Debug)]
struct EpochOrder {
    epoch: usize,
    indices: Tensor<1, Int>,
}

impl TrainConfig {
    /// Batch sizes that are allowed.
    pub const BATCH: RangeInclusive<usize> = 1..=1024;
    /// Numbers of epochs that are allowed.
    pub const EPOCHS: RangeInclusive<usize> = 1..=1000;

    /// Checks every field. An error names the field and its range.
    pub fn validate(&self) -> Result<()> {
        in_range("batch", self.batch, Self::BATCH)?;
        in_range("epochs", self.epochs, Self::EPOCHS)?;
        real("learning rate", self.learning_rate, 1e-6, 1.0)
    }
}

impl Losses {
    /// Whether every one is a finite number.
    pub fn is_finite(&self) -> bool {
        self.total.is_finite() && self.reconstruction.is_finite() && self.kl.is_finite()
    }
}

impl DeviceData {
    /// Uploads both splits.
    pub fn new(dataset: &Dataset, device: &Device) -> Self {
        Self {
            train: DeviceImages::new(dataset.train.pixels(), device),
            held_out: DeviceImages::new(dataset.held_out.pixels(), device),
            device: device.clone(),
        }
    }

    /// The images that are never trained on.
    pub fn held_out(&self) -> &DeviceImages {
        &self.held_out
    }
}

impl Trainer {
    /// An untrained model. A bad configuration is an error.
    pub fn new(model: &VaeConfig, config: TrainConfig, data: DeviceData) -> Result<Self> {
        config.validate()?;
        let vae = Vae::new(model, &data.device.clone().autodiff())?;
        let codes = model
            .encoder
            .is_none()
            .then(|| Codes::new(data.train.count(), model.latent, model.seed, &data.device));
        Ok(Self {
            model: vae,
            adam: Adam::default(),
            codes,
            config,
            step: 0,
            schedule: Schedule::default(),
            binarised: 0.0,
            data,
            order: None,
            sums: None,
            summed: 0,
            #[cfg(feature = "webgpu")]
            recorder: None,
        })
    }

    /// Back to the untrained model of the same seed.
    pub fn reset(&mut self) -> Result<()> {
        let (schedule, binarised) = (self.schedule, self.binarised);
        *self = Self::new(self.model.config(), self.config, self.data.clone())?;
        (self.schedule, self.binarised) = (schedule, binarised);
        Ok(())
    }

    /// Queues one step on the device and returns without waiting for it: [`steps`](Self::steps) with a count of 1.
    pub fn step(&mut self) -> Result<()> {
        self.steps(1).map(|_| ())
    }

    /// Queues `count` steps, or as many as are left, on the device and returns how many without waiting for them.
    ///
    /// The last batch of an epoch is filled up with the epoch's first images, so that all batches have one size.
    /// After the last epoch it is an error.
    pub fn steps(&mut self, count: usize) -> Result<usize> {
        if self.finished() {
            return Err(Error::State(format!(
                "all {} epochs are done: ask for more epochs, or start afresh",
                self.config.epochs
            )));
        }
        let count = count.min(self.total_steps() - self.step);
        #[cfg(feature = "webgpu")]
        if self.model.encoder.is_some() {
            self.record(count)?;
            return Ok(count);
        }
        for _ in 0..count {
            self.burn_step()?;
        }
        Ok(count)
    }

    /// Has what a step needs compiled, on a device that compiles, and returns without waiting for it: the first step then starts at once. Changes
    /// nothing.
    pub fn prepare(&mut self) -> Result<()> {
        #[cfg(feature = "webgpu")]
        if self.model.encoder.is_some() && self.recorder.is_none() {
            let recorder = self.take_recorder(self.step / self.steps_per_epoch());
            let prepared = recorder.1.prepare();
            self.recorder = Some(recorder);
            return prepared;
        }
        Ok(())
    }

    /// One step by Burn's graph and our Adam on Burn's tensors.
    fn burn_step(&mut self) -> Result<()> {
        let indices = self.next_indices();
        let images = self.binarise(self.data.train.gather(indices.clone()));
        let beta = self.beta_at(self.step);
        let elbo = match self.codes.take() {
            Some(codes) => self.step_codes(codes, indices, images, beta),
            None => self.step_vae(images, beta)?,
        };
        self.step += 1;
        self.add(elbo);
        Ok(())
    }

    /// Steps that are recorded once and replayed.
    #[cfg(feature = "webgpu")]
    fn record(&mut self, count: usize) -> Result<()> {
        let (mut left, per_epoch) = (count, self.steps_per_epoch());
        while left > 0 {
            let (epoch, first) = (self.step / per_epoch, self.step % per_epoch);
            let (ordered, mut recorder) = self.take_recorder(epoch);
            if ordered != epoch {
                recorder.set_order(self.order_of(epoch));
            }
            let now = left.min(per_epoch - first);
            let settings: Vec<Settings> = (0..now).map(|i| self.settings(i)).collect();
            let queued = recorder.run(&settings);
            self.recorder = Some((epoch, recorder));
            queued?;
            self.step += now;
            self.summed += now;
            left -= now;
        }
        Ok(())
    }

    #[cfg(feature = "webgpu")]
    fn take_recorder(&mut self, epoch: usize) -> (usize, Recorder) {
        self.recorder.take().unwrap_or_else(|| {
            let moments = self.adam.flat(&self.model);
            let (words, order) = (self.data.train.words(), self.order_of(epoch));
            (epoch, Recorder::new(&self.model, moments, words, order, self.batch()))
        })
    }

    /// Of the step after `ahead` more.
    #[cfg(feature = "webgpu")]
    fn settings(&self, ahead: usize) -> Settings {
        let step = self.step + ahead;
        let (rate, scale) = Adam::corrected(self.rate_at(step), step + 1);
        Settings {
            start: step % self.steps_per_epoch() * self.batch(),
            seed: self.noise_seed(step),
            noise: 1.0,
            beta: self.beta_at(step),
            rate,
            scale,
        }
    }

    /// Mean losses of the steps since the last call, read back from the device; `None` if there were none.
    ///
    /// If one is not finite any more the training has diverged, which is an error; [`reset`](Self::reset) or a restored checkpoint leads on.
    pub async fn take_losses(&mut self) -> Result<Option<Losses>> {
        let steps = std::mem::take(&mut self.summed);
        if steps == 0 {
            return Ok(None);
        }
        let losses = losses(self.read_sums().await?, steps as f64)?;
        if !losses.is_finite() {
            return Err(diverged());
        }
        Ok(Some(losses))
    }

    /// Sums of the losses, and from now on they begin at 0.
    async fn read_sums(&mut self) -> Result<Vec<Vec<f32>>> {
        #[cfg(feature = "webgpu")]
        if let Some((_, recorder)) = &self.recorder {
            let sums = read(recorder.sums()).await?;
            recorder.clear_sums();
            return Ok(sums.into_iter().map(|sum| vec![sum]).collect());
        }
        read_flat(self.sums.take().map(Vec::from).unwrap_or_default()).await
    }

    /// Adam's moments as they are now, as [`Adam::named`] gives them.
    pub(super) fn moments(&self) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        #[cfg(feature = "webgpu")]
        if let Some((_, recorder)) = &self.recorder {
            let parameters = weights::shapes(&self.model).into_iter().zip(recorder.moments());
            type Parameter = (String, Vec<usize>);
            let named = |((name, shape), [first, second]): (Parameter, [Tensor<1>; 2])| {
                let of = |end, moment| (format!("{name}.{end}"), shape.clone(), moment);
                [of("first", first), of("second", second)]
            };
            return parameters.flat_map(named).collect();
        }
        self.adam.named(&self.model)
    }

    /// The losses of the first `images` held-out images, with the KL weighed as at this step.
    pub async fn held_out(&self, images: usize) -> Result<Losses> {
        eval::elbo(&self.model(), &self.data.held_out, images, self.beta_at(self.step)).await
    }

    /// The model as it is now, for inference. Cheap: the weights are shared.
    pub fn model(&self) -> Vae {
        burn::module::Module::valid(&self.model)
    }

    /// The codes of a model without an encoder.
    pub fn codes(&self) -> Option<Tensor<2>> {
        self.codes.as_ref().map(|codes| codes.values.clone())
    }

    /// The data set that it trains on.
    pub fn data(&self) -> &DeviceData {
        &self.data
    }

    /// How it trains.
    pub fn config(&self) -> TrainConfig {
        self.config
    }

    /// Steps done.
    pub fn steps_done(&self) -> usize {
        self.step
    }

    /// Steps in an epoch; the last may take some images a second time.
    pub fn steps_per_epoch(&self) -> usize {
        self.data.train.count().div_ceil(self.batch())
    }

    /// Steps in all epochs.
    pub fn total_steps(&self) -> usize {
        self.config.epochs * self.steps_per_epoch()
    }

    /// Epochs begun: 0 before the first step.
    pub fn epochs_begun(&self) -> usize {
        self.step.div_ceil(self.steps_per_epoch())
    }

    /// Whether all epochs are done.
    pub fn finished(&self) -> bool {
        self.step >= self.total_steps()
    }

    /// From the next step on. Outside 1e-6 to 1 it is an error and nothing changes.
    pub fn set_learning_rate(&mut self, rate: f64) -> Result<()> {
        let config = TrainConfig { learning_rate: rate, ..self.config };
        config.validate()?;
        self.config = config;
        Ok(())
    }

    /// From the next step on.
    pub fn set_schedule(&mut self, schedule: Schedule) {
        self.schedule = schedule;
    }

    /// From the next step on, this share of a batch has its pixels drawn anew each time, 1 with the grey level as probability and else 0 (Burda et al. 2016, section 5);
    /// the others stay grey. Outside 0 to 1 it is an error and nothing changes; so is anything but 0 on WebGPU, whose recorded step does not draw.
    pub fn set_binarised(&mut self, share: f64) -> Result<()> {
        real("share of binarised images", share, 0.0, 1.0)?;
        if cfg!(feature = "webgpu") && share > 0.0 {
            return Err(Error::State("binarised training images need the CPU device".into()));
        }
        self.binarised = share;
        Ok(())
    }

    /// The share that [`set_binarised`](Self::set_binarised) has set; 0 if it has not.
    pub fn binarised(&self) -> f64 {
        self.binarised
    }

    /// From the next step on. Outside 0 to 100 it is an error and nothing changes.
    pub fn set_beta(&mut self, beta: f64) -> Result<()> {
        check_beta(beta)?;
        self.model.config.beta = beta;
        Ok(())
    }

    /// More epochs or fewer. Outside 1 to 1000 it is an error and nothing changes.
    pub fn set_epochs(&mut self, epochs: usize) -> Result<()> {
        let config = TrainConfig { epochs, ..self.config };
        config.validate()?;
        self.config = config;
        Ok(())
    }

    /// The first images of a batch; their order is another in every epoch.
    fn binarise(&self, images: Tensor<2>) -> Tensor<2> {
        let [batch, pixels] = images.dims();
        let count = (self.binarised * batch as f64).round() as usize;
        if count == 0 {
            return images;
        }
        // Another seed than the sampling noise of the step has.
        let draws = uniform(count, pixels, !self.noise_seed(self.step), &self.data.device);
        let drawn = draws.lower(images.clone().narrow(0, 0, count)).float();
        match batch - count {
            0 => drawn,
            rest => Tensor::cat(vec![drawn, images.narrow(0, count, rest)], 0),
        }
    }

    fn step_vae(&mut self, images: Tensor<2>, beta: f64) -> Result<Elbo> {
        let [batch, _] = images.dims();
        let config = self.model.config();
        let seed = self.noise_seed(self.step);
        let noise = noise(batch, config.latent, seed, &self.data.device);
        let Some(elbo) = self.model.elbo(images.autodiff(), noise.autodiff(), beta) else {
            return Err(Error::State("a model without an encoder needs its codes".into()));
        };
        let gradients = elbo.loss.backward();
        self.model = self.adam.step(self.rate_at(self.step), self.model.clone(), gradients);
        Ok(elbo)
    }

    fn step_codes(
        &mut self,
        mut codes: Codes,
        indices: Tensor<1, Int>,
        images: Tensor<2>,
        beta: f64,
    ) -> Elbo {
        let leaves = codes.leaves(indices.clone());
        let elbo = self.model.code_loss(images.autodiff(), leaves.clone(), beta);
        let mut gradients = elbo.loss.backward();
        let rate = self.rate_at(self.step);
        if let Some(gradient) = leaves.grad_remove(&mut gradients) {
            codes.update(indices, gradient, rate, self.step / self.steps_per_epoch() + 1);
        }
        self.codes = Some(codes);
        self.model = self.adam.step(rate, self.model.clone(), gradients);
        elbo
    }

    fn add(&mut self, elbo: Elbo) {
        let new = [elbo.loss, elbo.reconstruction, elbo.kl].map(Tensor::without_autodiff);
        self.sums = Some(match self.sums.take() {
            None => new,
            Some([a, b, c]) => {
                let [x, y, z] = new;
                [a + x, b + y, c + z]
            }
        });
        self.summed += 1;
    }

    fn next_indices(&mut self) -> Tensor<1, Int> {
        let (per_epoch, batch) = (self.steps_per_epoch(), self.batch());
        let (epoch, step) = (self.step / per_epoch, self.step % per_epoch);
        let order = match self.order.take() {
            Some(order) if order.epoch == epoch => order,
            _ => {
                let order = TensorData::new(self.order_of(epoch), [per_epoch * batch]);
                EpochOrder { epoch, indices: Tensor::from_data(order, &self.data.device) }
            }
        };
        let indices = order.indices.clone().narrow(0, step * batch, batch);
        self.order = Some(order);
        indices
    }

    /// Which images an epoch takes, batch after batch.
    fn order_of(&self, epoch: usize) -> Vec<i32> {
        let seed = u64::from(self.model.config().seed) << 32 | epoch as u64;
        let order = shuffled(self.data.train.count(), seed);
        let length = self.steps_per_epoch() * self.batch();
        order.iter().cycle().take(length).map(|&index| index as i32).collect()
    }

    fn batch(&self) -> usize {
        self.config.batch.min(self.data.train.count())
    }

    fn rate_at(&self, step: usize) -> f64 {
        self.schedule.rate(self.config.learning_rate, step, self.total_steps())
    }

    fn beta_at(&self, step: usize) -> f64 {
        let config = self.model.config();
        match config.warmup_steps {
            0 => config.beta,
            steps => config.beta * ((step + 1) as f64 / steps as f64).min(1.0),
        }
    }

    /// A different seed for each step of each run, and the same again for a resumed one.
    fn noise_seed(&self, step: usize) -> u64 {
        (u64::from(self.model.config().seed) << 32 | step as u64)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

pub(super) fn diverged() -> Error {
    Error::State(
        "training has diverged: the loss is not a finite number any more. Try a lower learning rate".into(),
    )
}

/// Means from sums of total, reconstruction and KL, one number each.
pub(crate) fn losses(sums: Vec<Vec<f32>>, count: f64) -> Result<Losses> {
    match sums.iter().map(Vec::as_slice).collect::<Vec<_>>()[..] {
        [[total], [reconstruction], [kl]] => Ok(Losses {
            total: f64::from(*total) / count,
            reconstruction: f64::from(*reconstruction) / count,
            kl: f64::from(*kl) / count,
        }),
        _ => Err(Error::Device("the losses came back in another shape".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Generation;
    use crate::device::{cpu, read};
    use crate::model::{PRESETS, weights};
    use futures_lite::future::block_on;

    fn trainer(images: usize, batch: usize) -> Trainer {
        let data = Generation::new(images, 1).and_then(Generation::finish).expect("digits");
        let config = TrainConfig { batch, epochs: 3, learning_rate: 1e-3 };
        let data = DeviceData::new(&data, &cpu());
        Trainer::new(&PRESETS[0].config(20, 1.0, 1), config, data).expect("valid")
    }

    #[test]
    fn an_epoch_takes_every_image_and_fills_up_with_its_first() {
        // 100 training images in batches of 32: the fourth takes 4 new ones and 28 a second time.
        let mut trainer = trainer(120, 32);
        let mut epochs = vec![];
        for _ in 0..2 {
            let mut taken = vec![];
            for _ in 0..trainer.steps_per_epoch() {
                let indices = trainer.next_indices().float();
                taken.extend(block_on(read(indices)).expect("read").into_iter().map(|i| i as u32));
                trainer.step += 1;
            }
            assert_eq!(taken.len(), 128);
            assert_eq!(taken[100..], taken[..28]);
            let mut once = taken[..100].to_vec();
            once.sort_unstable();
            assert_eq!(once, (0..100).collect::<Vec<_>>());
            epochs.push(taken);
        }
        assert_ne!(epochs[0], epochs[1], "each epoch has an order of its own");
    }

    #[test]
    fn divergence_is_said() {
        let mut trainer = trainer(60, 32);
        let mut huge = block_on(weights::read(&trainer.model)).expect("read");
        huge.values_mut().flat_map(|w| &mut w.values).for_each(|w| *w = 1e30);
        trainer.model = weights::write(trainer.model.clone(), huge).expect("finite");
        trainer.step().expect("queued");
        let error = block_on(trainer.take_losses()).expect_err("not finite");
        assert_eq!(error.code(), "state");
        assert!(error.to_string().contains("lower learning rate"), "{error}");
        assert!(block_on(trainer.checkpoint()).is_err(), "spoilt weights are not kept");
    }
}
