use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::device::read_flat;
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
#[derive(Debug, Clone, Default)]
pub(super) struct LossSums(Option<[Tensor<1>; 3]>);

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

/// Reads the sums that a stepper or [`LossSums`] has on the device, whether in three tensors or in
/// one of three numbers.
pub(super) async fn read_sums(tensors: Vec<Tensor<1>>) -> Result<Vec<f32>> {
    Ok(read_flat(tensors).await?.concat())
}
