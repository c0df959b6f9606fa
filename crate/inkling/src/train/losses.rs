use std::fmt;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::device::{Reading, read_flat, start_reading};
#[cfg(feature = "cpu")]
use crate::model::Elbo;
use crate::{Error, Result};

/// Mean losses in nats per image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// Reconstruction + beta * KL: what training minimises.
    pub total: f64,
    /// Minus the log-likelihood of the image.
    pub reconstruction: f64,
    /// KL divergence from the prior.
    pub kl: f64,
}

impl Losses {
    /// Whether all three are finite.
    pub fn is_finite(&self) -> bool {
        self.total.is_finite() && self.reconstruction.is_finite() && self.kl.is_finite()
    }

    /// Means from sums of total, reconstruction and KL over `count` images or batches. Anything but
    /// three numbers is [`Error::Device`].
    pub(super) fn mean(sums: &[f32], count: f64) -> Result<Self> {
        match *sums {
            [total, reconstruction, kl] => Ok(Self {
                total: f64::from(total) / count,
                reconstruction: f64::from(reconstruction) / count,
                kl: f64::from(kl) / count,
            }),
            _ => Err(Error::Device("the losses came back in another shape".into())),
        }
    }
}

/// Sums of losses on the device, each `[1]`: total, reconstruction, KL.
#[cfg(feature = "cpu")]
#[derive(Debug, Clone, Default)]
pub(super) struct LossSums(Option<[Tensor<1>; 3]>);

#[cfg(feature = "cpu")]
impl LossSums {
    /// Adds `weight` times the losses of a batch.
    pub(super) fn add(&mut self, elbo: Elbo, weight: f64) {
        let scaled = |loss: Tensor<1>| match weight {
            1.0 => loss.without_autodiff(),
            weight => loss.without_autodiff() * weight,
        };
        let [x, y, z] = [elbo.loss, elbo.reconstruction, elbo.kl].map(scaled);
        self.0 = Some(match self.0.take() {
            None => [x, y, z],
            Some([a, b, c]) => [a + x, b + y, c + z],
        });
    }

    /// The tensors; none if nothing was added.
    pub(super) fn tensors(&self) -> Vec<Tensor<1>> {
        self.0.clone().map(Vec::from).unwrap_or_default()
    }
}

/// Losses on their way from the device, and perhaps other numbers with them.
pub(super) struct ComingLosses {
    steps: usize,
    /// Tensors that hold the losses; those of `more` follow.
    sums: usize,
    reading: Reading,
}

/// What [`ComingLosses`] brought.
pub(super) struct ReadLosses {
    /// The mean over the steps, unless there were none.
    pub(super) losses: Option<Losses>,
    /// The numbers of `more`, one tensor after the other.
    pub(super) more: Vec<f32>,
}

impl ComingLosses {
    /// Starts reading the sums over `steps` steps as they are now, and `more` with them.
    pub(super) fn start(steps: usize, sums: Vec<Tensor<1>>, more: Vec<Tensor<1>>) -> Self {
        let count = sums.len();
        let reading = start_reading(sums.into_iter().chain(more).collect());
        Self { steps, sums: count, reading }
    }

    /// Steps that the losses are of.
    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    /// Waits for them. Losses that are not finite are [`Error::Diverged`], a failed read is
    /// [`Error::Device`].
    pub(super) async fn wait(self) -> Result<ReadLosses> {
        let mut read = self.reading.await?;
        let more = read.split_off(self.sums.min(read.len())).concat();
        let losses = match self.steps {
            0 => None,
            steps => Some(Losses::mean(&read.concat(), steps as f64)?),
        };
        if losses.is_some_and(|losses| !losses.is_finite()) {
            return Err(Error::Diverged);
        }
        Ok(ReadLosses { losses, more })
    }
}

impl fmt::Debug for ComingLosses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComingLosses").field("steps", &self.steps).finish_non_exhaustive()
    }
}

/// Losses added up over several slices, each with its number of steps.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LossMean {
    sums: [f64; 3],
    steps: usize,
}

impl LossMean {
    /// Adds the mean losses of `steps` steps.
    pub(super) fn add(&mut self, losses: Losses, steps: usize) {
        let parts = [losses.total, losses.reconstruction, losses.kl];
        self.sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part * steps as f64);
        self.steps += steps;
    }

    /// The mean over all steps; none if there were none.
    pub(super) fn take(self) -> Option<Losses> {
        let [total, reconstruction, kl] = self.sums.map(|sum| sum / self.steps as f64);
        (self.steps > 0).then_some(Losses { total, reconstruction, kl })
    }
}

/// Reads the sums that a stepper or [`LossSums`] has on the device, whether in three tensors or in
/// one of three numbers.
pub(super) async fn read_sums(tensors: Vec<Tensor<1>>) -> Result<Vec<f32>> {
    Ok(read_flat(tensors).await?.concat())
}
