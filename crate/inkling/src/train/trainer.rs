use burn::tensor::Tensor;

use super::adam::Adam;
use super::codes::Codes;
use super::config::{DeviceData, TrainConfig};
use super::earlier::{Earlier, whole};
use super::losses::{ComingLosses, Losses};
use super::schedule::Schedule;
use super::score;
use super::step::{Start, StepSettings};
use super::stepper::Stepper;
use super::trainee::Trainee;
use crate::data::shuffled;
use crate::model::{Model, Preset, VaeConfig};
use crate::settings::Range;
use crate::{Error, Result};

/// Trains one model on one data set, a step at a time. Pausing is not calling [`step`](Self::step).
///
/// On the CPU device the same seed gives the same run, whatever else is computed between the steps.
#[derive(Debug)]
pub struct Trainer {
    pub(super) stepper: Stepper,
    pub(super) config: TrainConfig,
    pub(super) step: usize,
    pub(super) schedule: Schedule,
    pub(super) binarised: f64,
    /// What was trained on other data.
    pub(super) earlier: Earlier,
    /// The preset that it began with, if that was said.
    pub(super) preset: Option<&'static Preset>,
    data: DeviceData,
    /// The epoch whose order of images the stepper has.
    ordered: usize,
    /// Steps whose losses the stepper has added up.
    summed: usize,
}

impl Trainer {
    /// An untrained model.
    ///
    /// # Errors
    /// A bad configuration ([`Error::Range`]); a conditional model, and data without labels
    /// ([`Error::NeedsLabels`]) or with labels that it has not ([`Error::UnknownLabel`]).
    pub fn new(model: &VaeConfig, config: TrainConfig, data: DeviceData) -> Result<Self> {
        config.validate()?;
        model.validate()?;
        data.check_labels(model.labels)?;
        let device = data.device.clone().autodiff();
        let trainee = match Model::new(model, &device)? {
            Model::Vae(vae) => Trainee::Vae(vae),
            Model::Generator(generator) => {
                let count = data.train.count();
                let codes = Codes::new(count, model.latent, model.seed, &data.device)?;
                Trainee::Generator(generator, codes)
            }
        };
        let start = (0, Earlier::default());
        Ok(Self::resumed(trainee, model.seed, Adam::default(), start, config, data))
    }

    /// A run after `step` steps, of which those in `earlier` were on other data, of a model made
    /// with `seed` and a valid configuration.
    pub(super) fn resumed(
        trainee: Trainee,
        seed: u32,
        adam: Adam,
        (step, earlier): (usize, Earlier),
        config: TrainConfig,
        data: DeviceData,
    ) -> Self {
        let epochs = Epochs::of(&data, &config);
        let (ordered, _) = earlier.place(step, epochs.steps());
        let order = epochs.order(ordered, seed);
        let images = data.train.clone();
        let start = Start { adam, images, order, batch: epochs.batch() };
        Self {
            stepper: Stepper::new(trainee, start),
            config,
            step,
            schedule: Schedule::default(),
            binarised: 0.0,
            earlier,
            preset: None,
            data,
            ordered,
            summed: 0,
        }
    }

    /// Goes back to the untrained model of the same seed, also if the run began with trained
    /// weights.
    pub fn reset(&mut self) -> Result<()> {
        let model = self.stepper.config().clone();
        let fresh = Self::new(&model, self.config, self.data.clone())?;
        let Self { schedule, binarised, preset, .. } = *self;
        *self = Self { schedule, binarised, preset, ..fresh };
        Ok(())
    }

    /// Queues one step on the device and does not wait for it: [`steps`](Self::steps) with 1.
    pub fn step(&mut self) -> Result<()> {
        self.steps(1).map(|_| ())
    }

    /// Queues `count` steps on the device, or as many as are left, and returns how many, without
    /// waiting for them.
    ///
    /// The last batch of an epoch is filled up with the epoch's first images, so that all batches
    /// have the same size. After the last epoch it is an error.
    pub fn steps(&mut self, count: usize) -> Result<usize> {
        if self.finished() {
            return Err(Error::Finished { epochs: self.config.epochs });
        }
        let count = count.min(self.total_steps() - self.step);
        let per_epoch = self.steps_per_epoch();
        let mut left = count;
        while left > 0 {
            let (epoch, first) = self.earlier.place(self.step, per_epoch);
            if self.ordered != epoch {
                let order = self.epochs().order(epoch, self.stepper.config().seed);
                self.stepper.set_order(order);
                self.ordered = epoch;
            }
            let now = left.min(per_epoch - first);
            let settings: Vec<_> = (self.step..self.step + now).map(|i| self.settings(i)).collect();
            self.stepper.run(&settings)?;
            self.step += now;
            self.summed += now;
            left -= now;
        }
        Ok(count)
    }

    /// Has the device compile what a step needs, if it compiles anything, and returns without
    /// waiting: then the first step starts at once. Changes nothing.
    pub fn prepare(&mut self) -> Result<()> {
        self.stepper.prepare()
    }

    /// Mean losses of the steps since the last call, read back from the device; `None` if there
    /// were none.
    ///
    /// If a loss is not finite, training has diverged, which is an error. [`reset`](Self::reset) or
    /// a restored checkpoint recovers from it.
    pub async fn take_losses(&mut self) -> Result<Option<Losses>> {
        self.start_reading_losses(vec![]).wait().await.map(|read| read.losses)
    }

    /// As [`take_losses`](Self::take_losses), without waiting: steps may be queued before the
    /// losses are there. `more` is read with them.
    pub(super) fn start_reading_losses(&mut self, more: Vec<Tensor<1>>) -> ComingLosses {
        let steps = std::mem::take(&mut self.summed);
        let sums = if steps > 0 { self.stepper.sums() } else { vec![] };
        let coming = ComingLosses::start(steps, sums, more);
        self.stepper.clear_sums();
        coming
    }

    /// The losses of the first `images` held-out images, with the KL weighted as in this step.
    pub async fn held_out(&self, images: usize) -> Result<Losses> {
        score::elbo(&self.model(), &self.data.held_out, images, self.beta_at(self.step)).await
    }

    /// The sums that [`held_out`](Self::held_out) reads back, and of how many images they are.
    pub(super) fn held_out_sums(&self, images: usize) -> Result<(Vec<Tensor<1>>, usize)> {
        let images = images.min(self.data.held_out.count());
        let beta = self.beta_at(self.step);
        Ok((score::sums(&self.model(), &self.data.held_out, images, beta)?, images))
    }

    /// The model as it is now, for inference. Cheap: the weights are shared.
    pub fn model(&self) -> Model {
        self.stepper.model()
    }

    /// The codes of a model without an encoder.
    pub fn codes(&self) -> Option<Tensor<2>> {
        self.stepper.codes().map(|codes| codes.values.clone())
    }

    /// The preset that the run began with: the one that [`set_preset`](Self::set_preset) or the
    /// checkpoint named, else the one that [`Preset::of`] finds.
    pub fn preset(&self) -> Result<&'static Preset> {
        self.preset.map_or_else(|| Preset::of(self.stepper.config()), Ok)
    }

    /// Says which preset the run began with; checkpoints name it. Presets can have the same
    /// networks, so the model alone does not always tell. One with other networks is ignored.
    pub fn set_preset(&mut self, preset: &'static Preset) {
        if preset.fits(self.stepper.config()) {
            self.preset = Some(preset);
        }
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

    /// Steps in an epoch. The last one may take some images a second time.
    pub fn steps_per_epoch(&self) -> usize {
        self.epochs().steps()
    }

    /// Steps until the end of the epoch that the next step belongs to.
    pub fn steps_left_in_epoch(&self) -> usize {
        let per_epoch = self.steps_per_epoch();
        per_epoch - self.earlier.place(self.step, per_epoch).1
    }

    /// Steps in all epochs.
    pub fn total_steps(&self) -> usize {
        self.earlier.total(self.config.epochs, self.steps_per_epoch())
    }

    /// Epochs begun: 0 before the first step.
    pub fn epochs_begun(&self) -> usize {
        self.epochs_begun_at(self.step)
    }

    /// Epochs begun after `step` steps.
    pub(super) fn epochs_begun_at(&self, step: usize) -> usize {
        let begun = whole(self.earlier.epochs_at(step, self.steps_per_epoch()));
        // After other data the last epoch may be a part of one.
        if step == self.total_steps() { begun.min(self.config.epochs) } else { begun }
    }

    /// Whether all epochs are done.
    pub fn finished(&self) -> bool {
        self.step >= self.total_steps()
    }

    /// Sets the learning rate from the next step on. Outside 1e-6 to 1 it is an error and nothing
    /// changes.
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

    /// Has this share of each batch dynamically binarised from the next step on: each pixel is
    /// drawn anew, 1 with the grey level as probability (Burda et al. 2016, section 5). The rest
    /// stays grey.
    ///
    /// Outside 0 to 1 it is an error and nothing changes.
    pub fn set_binarised(&mut self, share: f64) -> Result<()> {
        Range::BINARISED.check(share)?;
        self.binarised = share;
        Ok(())
    }

    /// The share of each batch that is dynamically binarised.
    pub fn binarised(&self) -> f64 {
        self.binarised
    }

    /// Sets the KL's weight from the next step on. Outside 0 to 100 it is an error and nothing
    /// changes.
    pub fn set_beta(&mut self, beta: f64) -> Result<()> {
        Range::BETA.check(beta)?;
        self.stepper.change(|config| config.beta = beta);
        Ok(())
    }

    /// Sets the number of steps, from the first one on, over which the KL's weight rises to beta.
    /// Beyond 10,000,000 it is an error and nothing changes.
    pub fn set_warmup_steps(&mut self, steps: usize) -> Result<()> {
        Range::WARMUP_STEPS.check_count(steps)?;
        self.stepper.change(|config| config.warmup_steps = steps);
        Ok(())
    }

    /// Sets the nats per latent below which the KL is not pushed down, from the next step on.
    /// Outside 0 to 10 it is an error and nothing changes.
    pub fn set_free_bits(&mut self, bits: f64) -> Result<()> {
        Range::FREE_BITS.check(bits)?;
        self.stepper.change(|config| config.free_bits = bits);
        Ok(())
    }

    /// Sets the number of epochs. Outside 1 to 1000 it is an error and nothing changes.
    pub fn set_epochs(&mut self, epochs: usize) -> Result<()> {
        let config = TrainConfig { epochs, ..self.config };
        config.validate()?;
        self.config = config;
        Ok(())
    }

    /// The settings of the step that follows `step` others.
    fn settings(&self, step: usize) -> StepSettings {
        let (epoch, first) = self.earlier.place(step, self.steps_per_epoch());
        StepSettings {
            step,
            epoch,
            start: first * self.epochs().batch(),
            seed: self.noise_seed(step),
            sampled: true,
            binarised: self.binarised,
            beta: self.beta_at(step),
            rate: self.rate_at(step),
        }
    }

    fn epochs(&self) -> Epochs {
        Epochs::of(&self.data, &self.config)
    }

    fn rate_at(&self, step: usize) -> f64 {
        self.schedule.rate(self.config.learning_rate, step, self.total_steps())
    }

    fn beta_at(&self, step: usize) -> f64 {
        let config = self.stepper.config();
        match config.warmup_steps {
            0 => config.beta,
            steps => config.beta * ((step + 1) as f64 / steps as f64).min(1.0),
        }
    }

    /// A different seed for each step of each run, and the same again for a resumed one.
    fn noise_seed(&self, step: usize) -> u64 {
        (u64::from(self.stepper.config().seed) << 32 | step as u64)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

/// How epochs are cut into batches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Epochs {
    /// Training images.
    images: usize,
    /// The batch size that was asked for.
    batch: usize,
}

impl Epochs {
    /// Of the training images of `data`.
    pub(super) fn of(data: &DeviceData, config: &TrainConfig) -> Self {
        Self { images: data.train.count(), batch: config.batch }
    }

    /// Images in a batch.
    fn batch(self) -> usize {
        self.batch.min(self.images)
    }

    /// Steps in an epoch.
    pub(super) fn steps(self) -> usize {
        self.images.div_ceil(self.batch())
    }

    /// The indices of the images that an epoch takes, batch after batch.
    fn order(self, epoch: usize, seed: u32) -> Vec<i32> {
        let order = shuffled(self.images, u64::from(seed) << 32 | epoch as u64);
        let length = self.steps() * self.batch();
        order.iter().cycle().take(length).map(|&index| index as i32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Generation;
    use crate::device::cpu;
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
        let trainer = trainer(120, 32);
        let mut epochs = vec![];
        for epoch in 0..2 {
            let mut taken: Vec<i32> = vec![];
            for step in 0..trainer.steps_per_epoch() {
                let order = trainer.epochs().order(epoch, 1);
                let settings = trainer.settings(epoch * trainer.steps_per_epoch() + step);
                assert_eq!(settings.epoch, epoch);
                taken.extend(&order[settings.start..][..trainer.epochs().batch()]);
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
        let mut huge = block_on(trainer.model().weights()).expect("read");
        huge.values_mut().flat_map(|w| &mut w.values).for_each(|w| *w = 1e30);
        let Stepper::Graph(graph) = &mut trainer.stepper else { panic!("on the CPU") };
        graph.model.change(|model| weights::write(model, huge).expect("finite"));
        trainer.step().expect("queued");
        let error = block_on(trainer.take_losses()).expect_err("not finite");
        assert_eq!(error.code(), "state");
        assert!(error.to_string().contains("lower learning rate"), "{error}");
        assert!(block_on(trainer.checkpoint()).is_err(), "spoilt weights are not kept");
    }
}
