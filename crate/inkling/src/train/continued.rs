//! Runs that begin with trained weights.

use burn::module::Module;

use super::adam::Adam;
use super::config::{DeviceData, TrainConfig};
use super::earlier::Earlier;
use super::trainee::Trainee;
use super::trainer::Trainer;
use crate::model::{Model, Vae, weights};
use crate::{Error, Result};

impl Trainer {
    /// A new run from the weights of a trained model, with a fresh optimiser. It is a run of its
    /// own: `model` stays as it is. One read-back.
    ///
    /// # Errors
    /// As [`new`](Self::new); a model without an encoder ([`Error::NoEncoder`]).
    pub async fn continued(model: &Model, config: TrainConfig, data: DeviceData) -> Result<Self> {
        config.validate()?;
        let Model::Vae(vae) = model else {
            return Err(Error::NoEncoder);
        };
        data.check_labels(vae.config.labels)?;
        // By way of the host: on WebGPU a run updates its weights in place.
        let weights = weights::read(vae).await?;
        let fresh = Vae::new(&vae.config, &data.device.clone().autodiff())?;
        let trainee = Trainee::Vae(weights::write(fresh, weights)?.train());
        let start = (0, Earlier::default());
        Ok(Self::resumed(trainee, vae.config.seed, Adam::default(), start, config, data))
    }
}
