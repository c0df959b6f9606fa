//! Trained models that go on with other settings.

use super::weights::Weights;
use super::{Model, VaeConfig};
use crate::settings::Range;
use crate::{Error, Field, Result};

impl Model {
    /// The same model with another seed, which a run that goes on from it draws its order and its
    /// noise with.
    pub fn with_seed(mut self, seed: u32) -> Self {
        match &mut self {
            Model::Vae(vae) => vae.config.seed = seed,
            Model::Generator(generator) => generator.config.seed = seed,
        }
        self
    }

    /// The same conditional model with `labels` classes. Those that are new start as the mean of
    /// the others. One read-back if there are any.
    ///
    /// # Errors
    /// A model without labels ([`Error::NotConditional`]); fewer classes than it has, or more than
    /// 64.
    pub async fn with_labels(self, labels: usize) -> Result<Self> {
        let config = self.config();
        let old = config.labels;
        if old == 0 {
            return Err(Error::NotConditional);
        }
        Range::integer(Field::Labels, old as u32, Range::LABELS.high as u32).check_count(labels)?;
        if labels == old {
            return Ok(self);
        }
        let config = VaeConfig { labels, ..config.clone() };
        let mut weights = self.weights().await?;
        for layer in self.layers().iter().filter(|layer| layer.labels > 0) {
            if let Some(weight) = weights.get_mut(&format!("{}.weight", layer.name)) {
                widen(weight, layer.units(), old, labels - old);
            }
        }
        let tensors = self.tensors();
        let (_, _, any) = tensors.first().ok_or(Error::Internal("a model has no weight"))?;
        Model::new(&config, &any.device())?.no_grad().with_weights(weights)
    }
}

/// Adds `new` inputs behind the last `old` ones of a dense layer's weight, each their mean.
fn widen(weight: &mut Weights, units: usize, old: usize, new: usize) {
    let labels = &weight.values[weight.values.len() - old * units..];
    let mean = |unit: usize| labels.iter().skip(unit).step_by(units).sum::<f32>() / old as f32;
    let row: Vec<f32> = (0..units).map(mean).collect();
    weight.values.extend(row.repeat(new));
    weight.shape[0] += new;
}
