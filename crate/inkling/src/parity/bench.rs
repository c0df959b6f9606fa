use burn::module::Module;
use burn::tensor::{Device, TensorData};

use super::{BATCH, IMAGES, Mulberry32, Outcome, Workload, batches};
use crate::data::DeviceImages;
use crate::device::upload::floats;
use crate::device::{read, read_flat};
#[cfg(feature = "cpu")]
use crate::kernels::cpu::alone::Products;
use crate::model::{Vae, weights};
use crate::settings::Range;
use crate::train::{Adam, Start, StepSettings, Stepper, Trainee};
use crate::{Error, Field, Result};

/// Indices of images.
const INDICES: Range = Range::integer(Field::Indices, 0, IMAGES as u32 - 1);

/// A workload in training as the peers' bench drives it: the caller chooses the batches, and asks
/// for losses and decoded latents when it wants them.
#[derive(Debug)]
pub struct Bench {
    stepper: Stepper,
    device: Device,
    sampled: bool,
    step: usize,
    pending: Vec<i32>,
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
        let start = Start {
            adam: Adam::default(),
            images: DeviceImages::new(&pixels, device),
            order: vec![0; Self::TOGETHER * BATCH],
            batch: BATCH,
        };
        Ok(Self {
            stepper: Stepper::new(Trainee::Vae(model), start),
            device: device.clone(),
            sampled: noise,
            step: 0,
            pending: vec![],
        })
    }

    /// Latent size.
    pub fn latent(&self) -> usize {
        self.stepper.config().latent
    }

    /// A step on the images at `indices`, 128 of 0..8192; any other is an error. Several steps are
    /// gathered before they are queued on the device.
    pub fn queue(&mut self, indices: Vec<i32>) -> Result<()> {
        if indices.len() != BATCH {
            let (expected, found) = (BATCH, indices.len());
            return Err(Error::Shape { field: Field::Indices, expected, found });
        }
        indices.iter().try_for_each(|&index| INDICES.check(index.into()))?;
        self.pending.extend(indices);
        if self.pending.len() >= Self::TOGETHER * BATCH {
            self.flush()?;
        }
        Ok(())
    }

    /// The last step's loss in nats per image, once it is done. Before the first step it is an
    /// [`Error::NoStep`].
    pub async fn loss(&mut self) -> Result<f64> {
        self.flush()?;
        if self.step == 0 {
            return Err(Error::NoStep);
        }
        match read_flat(self.stepper.sums()).await?.concat().first() {
            Some(loss) => Ok(f64::from(*loss)),
            None => Err(Error::Device("the loss came back in another shape".into())),
        }
    }

    /// Mean images of latents, 784 numbers in 0..=1 each, after all steps queued so far. Not a
    /// whole number of latents is an [`Error::Shape`].
    pub async fn decode(&mut self, latents: Vec<f32>) -> Result<Vec<f32>> {
        self.flush()?;
        let latent = self.latent();
        if latents.is_empty() || !latents.len().is_multiple_of(latent) {
            return Err(Error::Shape {
                field: Field::Codes,
                expected: latent,
                found: latents.len(),
            });
        }
        let shape = [latents.len() / latent, latent];
        let latents = floats(TensorData::new(latents, shape), &self.device);
        read(self.stepper.model().decode(latents)).await
    }

    /// What the matrix products of a step take by themselves, on one thread: milliseconds by
    /// `clock`, the best of `rounds`, at least one; and their GFLOP. It trains for a step.
    #[cfg(feature = "cpu")]
    pub fn products(&mut self, rounds: usize, clock: fn() -> f64) -> Result<(f64, f64)> {
        self.flush()?;
        self.pending = vec![0; BATCH];
        let mut trained = Ok(());
        let mut products = Products::of(|| trained = self.flush());
        trained?;
        let mut best = f64::INFINITY;
        for _ in 0..rounds.max(1) {
            let start = clock();
            products.run();
            best = best.min(clock() - start);
        }
        Ok((best, products.flop() / 1e9))
    }

    /// Queues the pending steps. The sums are then the last step's losses alone.
    fn flush(&mut self) -> Result<()> {
        let mut order = std::mem::take(&mut self.pending);
        let count = order.len() / BATCH;
        if count == 0 {
            return Ok(());
        }
        order.resize(Self::TOGETHER * BATCH, 0);
        self.stepper.set_order(order);
        let settings: Vec<StepSettings> = (0..count).map(|i| self.settings(i)).collect();
        let (last, others) = (&settings[count - 1..], &settings[..count - 1]);
        self.stepper.run(others)?;
        self.stepper.clear_sums();
        self.stepper.run(last)?;
        self.step += count;
        Ok(())
    }

    /// Of the `i`th pending step.
    fn settings(&self, i: usize) -> StepSettings {
        StepSettings {
            step: self.step + i,
            epoch: 0,
            start: i * BATCH,
            seed: (self.step + i) as u64,
            sampled: self.sampled,
            binarised: 0.0,
            beta: 1.0,
            rate: Self::RATE,
        }
    }
}

/// Trains a fresh model of `workload` on `device` with Adam at 1e-3 and no sampling noise (z = mu),
/// for as many steps as there are expected losses. A workload that no peer trains is an
/// [`Error::UnknownChoice`].
pub async fn check(workload: Workload, device: &Device) -> Result<Outcome> {
    let Some(expected) = workload.expected() else {
        return Err(Error::unknown_choice(Field::Workload, ["M", "C"], workload.letter()));
    };
    let mut bench = Bench::new(workload, device, false)?;
    let mut losses = vec![];
    for indices in batches().take(expected.losses.len()) {
        bench.queue(indices)?;
        losses.push(bench.loss().await?);
    }
    let mut random = Mulberry32(9);
    let latent: Vec<f32> =
        (0..bench.latent()).map(|_| (4.0 * random.next() - 2.0) as f32).collect();
    let pixel_sum = bench.decode(latent).await?.into_iter().map(f64::from).sum();
    Ok(Outcome { losses, pixel_sum })
}
